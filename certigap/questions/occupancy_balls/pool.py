"""Witnesses for B_rho and B_mu: float policies that trade gap for distance, drawn into any ball (THEORY 6, 11).

These balls are not products of polytopes, so no vertex oracle exists. The search climbs

    J(pi) = gap_i(pi) - toll * eps(pi),       eps in { eps_rho, eps_mu },

by the moves of `certigap.questions.witness` for a few tolls. With sigma = sign(rho_pi - rho) the error is a constant
plus sum rho_pi sigma, (1 - g) times a value for the reward sigma, so its gradient is a policy gradient: at row (s, b)
of player j it is mu_pi(s) Q_j^sigma(s, b). What is found serves every radius: for a given eps the segment from the
expert to each policy is cut where it leaves the ball. Rows where the expert never comes are not scaled: only pi itself
pays there.
"""

import copy
import itertools
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from certigap.exact.vector import Vector
from certigap.model.policy import Policy
from certigap.questions.witness.best import Search
from certigap.questions.witness.oracle import Share
from certigap.questions.witness.play import Floats, Gap, Play
from certigap.questions.witness.search import gradient

__all__ = ["Drawn", "Pool"]

_TOLLS = (1 / 12, 1 / 3)
_RADII = 4
_STARTS = 4
_SLACK = 1e-13
_ROUNDS = 25
_STEPS = (1.0, 0.5, 0.2, 0.05, 0.01)
_CUTS = 50
_PURE_PROFILES = 1024


@dataclass(frozen=True, slots=True)
class Drawn:
    """A float policy in the ball and the player who gains `gap` against it."""

    player: int
    gap: float
    policy: tuple[Floats, ...]


@dataclass
class Pool:
    """Policies worth drawing into balls around an expert, for one measure ("rho" or "mu")."""

    expert: Policy
    occupancy_upper: Vector
    measure: str
    seed: int = 0
    members: list[tuple[int, tuple[Floats, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.play = Play(self.expert.game)
        self.center = [np.asarray(own) for own in self.expert.floats()]
        self._occupancy = self.play.occupancy(self.center)
        self._joint = self._mass(self.center)
        layout = self.expert.game.layout
        visited = np.array([x > 0 for x in self.occupancy_upper.numerators])
        self._visited = [visited[states] for states in layout.action_state]
        self._price = np.array(self.occupancy_upper.floats())
        self._toured = False

    def error(self, policy: Sequence[Floats]) -> float:
        """eps_rho or eps_mu in floats."""
        return float(np.abs(self._difference(policy)).sum())

    def search(self, eps: Fraction, deadline: float | None = None) -> bool:
        """Add the policies that a search at radius `eps` finds; False when `deadline` (`time.monotonic`) cut it.

        First B_BC is searched, its radius adapted until its witness has about the error asked for; then the best
        policies of each player climb J.
        """

        def going() -> bool:
            return deadline is None or time.monotonic() < deadline

        if self._toured or self._tour(going):
            self._adapt(eps, deadline, going)
        if not going():
            return False
        shares = self._shares(2.0 if self.measure == "mu" else 2 * float(eps))
        for one in self._leaders(float(eps)):
            slope = one.gap / max(float(eps), 1e-3)
            for share in _TOLLS:
                if not going():
                    return False
                self.members.append((one.player, self._climb(shares, one.player, one.policy, share * slope, going)))
        return going()

    def _adapt(self, eps: Fraction, deadline: float | None, going: Callable[[], bool]) -> None:
        radius = eps / 2
        for _ in range(_RADII):
            if not going() or not radius:
                return
            search = Search(self.expert, min(radius, Fraction(2)), self.occupancy_upper, self.seed)
            search.run(deadline, count=_STARTS)
            found = search.candidates()
            self.members += [(one.player, one.policy) for one in found]
            error = self.error(found[0].policy) if found else 0.0
            factor = float(eps) / error if error else 8.0
            radius = (radius * Fraction(min(max(factor, 1 / 8), 8.0))).limit_denominator(10**6)

    def _leaders(self, eps: float) -> list[Drawn]:
        """The best member of each player, drawn into the ball, and the best but one of all."""
        drawn = self.drawn(eps)
        first = {one.player: one for one in reversed(drawn)}
        return [*first.values(), *drawn[1:2]]

    def drawn(self, eps: float) -> list[Drawn]:
        """Every member drawn into the ball of radius `eps`, the largest gap first."""
        found = []
        for player, policy in self.members:
            inside = self.draw(policy, eps)
            found.append(Drawn(player, self.play.gap(inside, player).gap, inside))
        return sorted(found, key=lambda one: -one.gap)

    def draw(self, policy: Sequence[Floats], eps: float) -> tuple[Floats, ...]:
        """The last point in the ball on the segment from the expert's rows (visited states) to `policy`."""

        def at(t: float) -> tuple[Floats, ...]:
            factors = [np.where(seen, t, 1.0) for seen in self._visited]
            return tuple(e + f * (y - e) for e, f, y in zip(self.center, factors, policy, strict=True))

        eps += _SLACK
        if self.error(at(1.0)) <= eps:
            return at(1.0)
        if self.error(at(0.0)) > eps:
            return tuple(self.center)
        low, high = 0.0, 1.0
        for _ in range(_CUTS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.error(at(middle)) <= eps else (low, middle)
        return at(low)

    def _climb(
        self, shares: Sequence[Share], player: int, start: Sequence[Floats], toll: float, going: Callable[[], bool]
    ) -> tuple[Floats, ...]:
        policy = list(start)
        here, score = self._score(policy, player, toll, None)
        for _ in range(_ROUNDS):
            before = score
            for mover in range(len(policy)):
                if not going():
                    return tuple(policy)
                slope = gradient(self.play, policy, player, mover, here) - toll * self._error_slope(policy, mover)
                origin, target = policy[mover], shares[mover].vertex(slope)
                for step in _STEPS:
                    trial = [origin + step * (target - origin) if j == mover else own for j, own in enumerate(policy)]
                    gap, value = self._score(trial, player, toll, here.best)
                    if value > score:
                        policy, here, score = trial, gap, value
                        break
            if score <= before + 1e-9 * (abs(before) + 1e-9):
                break
        return tuple(policy)

    def _score(self, policy: Sequence[Floats], player: int, toll: float, guess: Floats | None) -> tuple[Gap, float]:
        gap = self.play.gap(policy, player, guess)
        return gap, gap.gap - toll * self.error(policy)

    def _error_slope(self, policy: Sequence[Floats], mover: int) -> Floats:
        """`[L_mover]` the gradient of the error, times (1 - g)."""
        sign = np.sign(self._difference(policy))
        rewards = sign[self.play.layout.row_state] if self.measure == "mu" else sign
        signed = copy.copy(self.play)
        signed.rewards = np.tile(rewards, (len(policy), 1))
        value = signed.values(policy)[0]
        states = self.play.layout.action_state[mover]
        slope = self.play.occupancy(policy)[states] * signed.own_values(policy, 0, mover, value)
        return np.asarray(slope * (1 - self.play.discount))

    def _difference(self, policy: Sequence[Floats]) -> Floats:
        if self.measure == "mu":
            return self.play.occupancy(policy) - self._occupancy
        return self._mass(policy) - self._joint

    def _mass(self, policy: Sequence[Floats]) -> Floats:
        return np.asarray(self.play.occupancy(policy)[self.play.layout.row_state] * self.play.joint(policy))

    def _tour(self, going: Callable[[], bool]) -> bool:
        """Every pure profile of a small game, for it may move nothing and lose much (Lemma 1 of the paper)."""
        self._toured = True
        layout, players = self.play.layout, range(len(self.center))
        if self.measure != "mu" or math.prod(math.prod(shape) for shape in layout.shapes) > _PURE_PROFILES:
            return going()
        profiles = _pure_profiles([layout.shape_array[:, j].tolist() for j in players])
        scored: list[tuple[float, int, tuple[Floats, ...]]] = []
        for profile in profiles:
            if not going():
                return False
            policy, error = profile, self.error(profile)
            scored += [(self.play.gap(policy, i).gap - error * self._span(), i, policy) for i in players]
        for _, player, policy in sorted(scored, key=lambda one: -one[0])[:4]:
            self.members.append((player, policy))
        return going()

    def _shares(self, eps: float) -> list[Share]:
        layout = self.play.layout
        return [
            Share(own, self._price, eps, layout.action_offsets[j], layout.action_state[j])
            for j, own in enumerate(self.center)
        ]

    def _span(self) -> float:
        spread = self.play.rewards.max(axis=1) - self.play.rewards.min(axis=1)
        return float(spread.max()) / (1 - self.play.discount)


def _pure_profiles(sizes: list[list[int]]) -> list[tuple[Floats, ...]]:
    """All pure profiles of players who have `sizes[j][s]` actions at each state."""
    players = []
    for own in sizes:
        choices = itertools.product(*(range(size) for size in own))
        players.append([np.concatenate([np.eye(n)[a] for n, a in zip(own, c, strict=True)]) for c in choices])
    return list(itertools.product(*players))
