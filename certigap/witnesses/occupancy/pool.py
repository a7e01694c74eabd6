"""Witnesses for B_rho and B_mu: float policies that trade gap for distance, drawn into any ball (THEORY 6, 11).

These balls are not products of polytopes, so no vertex oracle exists. In small games whole neighbourhoods of policies
are evaluated (`moves`), inside the ball and on the way to it, and all rows move together (`tangents`). In larger ones
the search climbs

    J(pi) = gap_i(pi) - toll * eps(pi),       eps in { eps_rho, eps_mu },

by the moves of `certigap.witnesses` for a few tolls. With sigma = sign(rho_pi - rho) the error is a constant
plus sum rho_pi sigma, (1 - g) times a value for the reward sigma, so its gradient is a policy gradient: at row (s, b)
of player j it is mu_pi(s) Q_j^sigma(s, b). What is found serves every radius: for a given eps the segment from the
expert to each policy is cut where it leaves the ball. Rows where the expert never comes are not scaled: only pi itself
pays there.
"""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np

from certigap.exact.vector import Vector
from certigap.floats.play import Floats, Gap, Indices, Play
from certigap.floats.stack import Stack
from certigap.model.policy import Policy
from certigap.witnesses.best import Search
from certigap.witnesses.occupancy.moves import Moves
from certigap.witnesses.occupancy.starts import starts
from certigap.witnesses.occupancy.tangents import polished
from certigap.witnesses.oracle import Share
from certigap.witnesses.search import gradient
from certigap.work.deadline import Deadline

__all__ = ["Drawn", "Pool"]

_TOLLS = (1 / 12, 1 / 3)  # prices of the error, in gaps per radius: little and much
_RADII = 4  # of B_BC tried until its witness has the error asked for: each corrects the last
_STARTS = 4  # a radius: only the size of its error is wanted
_SLACK = 1e-13  # of an error: what summing floats costs
_ROUNDS = 25  # of a climb: an end for slow ones
_STEPS = (1.0, 0.5, 0.2, 0.05, 0.01)  # tried along a direction, the first that gains is taken
_CUTS = 50  # bisections: to the last bit of a float
_SMALL, _MEDIUM = 500, 2_000
"""Entries of the transitions `[K, S]` up to which `moves` search alone, and up to which they search first."""
_MEMBERS = 400
"""What is found last is kept, so that a sweep of many radii does not slow down."""
_GLANCED = 8  # policies a player: for progress, before bounds take their time
_INSIDE, _OUTSIDE = (3, 400), (2, 200)
"""Tracks a player and moves drawn back a round: from the best starts in the ball, after an approach from outside."""
_POLISHED = (
    6  # starts a player of local searches by tangents: half of them or more find the best in games of four states
)
_BEYOND = 10.0  # toll of a unit of error there, in units of the largest difference of values
_APPROACHES = 3  # tracks a player from outside: time against luck
_APPROACH_TOLLS = (1 / 12, 1.0, 5.0)
"""Prices of leaving the ball, in units of the largest gap inside per radius."""
_WORK = 2 * 10**7
"""Floats in the largest arrays of one climb, half a second."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A float policy in the ball and the player who gains `gap` against it."""

    player: int
    gap: float
    policy: tuple[Floats, ...]


@dataclass
class Pool:
    """Policies worth drawing into balls around an expert, for one measure: `by_state`, eps_mu, else eps_rho."""

    expert: Policy
    occupancy_upper: Vector
    by_state: bool
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
        self._moves = self._small_moves()
        self._rng = np.random.default_rng(self.seed)

    def error(self, policy: Sequence[Floats]) -> float:
        """eps_rho or eps_mu in floats."""
        return float(np.abs(self._difference(policy)).sum())

    def search(self, eps: Fraction, deadline: Deadline | None = None, enough: float = math.inf) -> bool:
        """Add the policies that a search at radius `eps` finds; False when `deadline` cut it.

        Small games: pure profiles and random policies climb by `moves`, in the ball and towards it. Larger ones: B_BC
        is searched, its radius adapted until its witness has about the error asked for; then the best policies of each
        player climb J. A gap of `enough` ends the search of a small game.
        """
        until = deadline or Deadline()

        def going() -> bool:
            return until.going

        if self._moves is not None:
            self._polish(self._promising(float(eps)), float(eps), enough, going)
            self._climb_by_moves(self._moves, float(eps), enough, going)
        if self._entries > _SMALL:
            self._adapt(eps, until, going)
            self._climb_leaders(float(eps), going)
        return going()

    def climb_from(self, player: int, policy: Sequence[Floats], eps: Fraction, going: Callable[[], bool]) -> None:
        """Add what is found near any policy for a player to exploit; small games only."""
        self._polish([(player, np.concatenate(policy))], float(eps), math.inf, going)

    def glance(self, eps: Fraction) -> bool:
        """Add the best of some pure and random policies drawn into the ball: milliseconds, in small games only."""
        if self._moves is not None:
            inside = self._moves.shrunk(self._starts, float(eps))
            self._add(self._moves.best(inside, _GLANCED))
        return True

    def _climb_by_moves(self, moves: Moves, eps: float, enough: float, going: Callable[[], bool]) -> None:
        inside = moves.shrunk(np.concatenate([self._starts, self._stacked()]), eps)
        climbed = moves.climb(inside, eps, *_INSIDE, self._rng, self._limited(moves, going))
        self._add(climbed)
        largest = float(moves.stack.gaps(np.array([policy for _, policy in climbed])).max())
        slope = largest / max(eps, 1e-3)
        for toll in _APPROACH_TOLLS:
            if not going() or largest >= enough:
                return
            near = moves.approach(self._starts, eps, _APPROACHES, toll * slope, self._limited(moves, going))
            found = moves.shrunk(np.array([policy for _, policy in near]), eps)
            self._add(moves.climb(found, eps, *_OUTSIDE, self._rng, self._limited(moves, going)))

    def _promising(self, eps: float) -> list[tuple[int, Floats]]:
        """(player, policy `[L]`) to begin at, in turns over the players: some of the starts, then the best members."""
        drawn, players = self.drawn(eps), range(len(self.expert.rows))
        chosen = self._rng.permutation(len(self._starts))[: _POLISHED * len(players)]
        found = [(k % len(players), self._starts[place]) for k, place in enumerate(chosen)]
        for player in players:
            found += [(player, np.concatenate(one.policy)) for one in drawn if one.player == player][:1]
        return found

    def _polish(self, begun: list[tuple[int, Floats]], eps: float, enough: float, going: Callable[[], bool]) -> None:
        """Add what local searches by tangents find, until a gap is `enough`."""
        moves = self._moves
        if moves is None or not eps:
            return
        toll = _BEYOND * float(np.ptp(self.play.rewards, axis=1).max()) / (1 - self.play.discount)
        for player, policy in begun:
            if not going():
                return
            found = polished(moves.stack, policy, moves.row, player, eps, toll, going)
            if found is not None:
                self._add([(player, found)])
                if float(moves.stack.gaps(found[None])[0, player]) >= enough:
                    return

    def _limited(self, moves: Moves, going: Callable[[], bool]) -> Callable[[], bool]:
        """`going()` until a climb has had its share of work, the same on every machine."""
        end = moves.stack.work + _WORK
        return lambda: moves.stack.work < end and going()

    def _climb_leaders(self, eps: float, going: Callable[[], bool]) -> None:
        shares = self._shares(2.0 if self.by_state else 2 * eps)
        for one in self._leaders(eps) if going() else ():
            slope = one.gap / max(eps, 1e-3)
            for share in _TOLLS:
                if not going():
                    return
                self.members.append((one.player, self._climb(shares, one.player, one.policy, share * slope, going)))

    def _add(self, found: Sequence[tuple[int, Floats]]) -> None:
        self.members += [(player, tuple(np.split(policy, self._ends[:-1]))) for player, policy in found]
        del self.members[:-_MEMBERS]

    def _small_moves(self) -> Moves | None:
        if not isinstance(self.play.transitions, np.ndarray) or self._entries > _MEDIUM:
            return None
        return Moves(Stack(self.play, self.center, self.by_state), np.concatenate(self._visited))

    @property
    def _entries(self) -> int:
        return self.play.layout.rows * self.play.layout.states

    @property
    def _ends(self) -> Indices:
        """`[n]` where the players' rows end in a stacked policy."""
        return np.cumsum([len(own) for own in self.center])

    @cached_property
    def _starts(self) -> Floats:
        """`[N, L]`, in no ball."""
        states = self.play.layout.states
        rows = [player * states + own for player, own in enumerate(self.play.layout.action_state)]
        return starts(np.concatenate(self.center), np.concatenate(rows), np.random.default_rng(self.seed))

    def _adapt(self, eps: Fraction, deadline: Deadline, going: Callable[[], bool]) -> None:
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
        found = self._drawn_one_by_one(eps) if self._moves is None else self._drawn_together(self._moves, eps)
        return sorted(found, key=lambda one: -one.gap)

    def _drawn_one_by_one(self, eps: float) -> list[Drawn]:
        inside = [(player, self.draw(policy, eps)) for player, policy in self.members]
        return [Drawn(player, self.play.gap(policy, player).gap, policy) for player, policy in inside]

    def _drawn_together(self, moves: Moves, eps: float) -> list[Drawn]:
        inside = moves.shrunk(self._stacked(), eps, _CUTS)
        gaps = moves.stack.gaps(inside)
        return [
            Drawn(player, float(own[player]), tuple(np.split(policy, self._ends[:-1])))
            for (player, _), own, policy in zip(self.members, gaps, inside, strict=True)
        ]

    def _stacked(self) -> Floats:
        """`[N, L]` the members."""
        return np.array([np.concatenate(policy) for _, policy in self.members]).reshape(-1, int(self._ends[-1]))

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
            if score <= before + 1e-9 * (abs(before) + 1e-9 * self.play.scale):
                break
        return tuple(policy)

    def _score(self, policy: Sequence[Floats], player: int, toll: float, guess: Floats | None) -> tuple[Gap, float]:
        gap = self.play.gap(policy, player, guess)
        return gap, gap.gap - toll * self.error(policy)

    def _error_slope(self, policy: Sequence[Floats], mover: int) -> Floats:
        """`[L_mover]` the gradient of the error, times (1 - g)."""
        sign = np.sign(self._difference(policy))
        rewards = sign[self.play.layout.row_state] if self.by_state else sign
        signed = copy.copy(self.play)
        signed.rewards = np.tile(rewards, (len(policy), 1))
        value = signed.values(policy)[0]
        states = self.play.layout.action_state[mover]
        slope = self.play.occupancy(policy)[states] * signed.own_values(policy, 0, mover, value)
        return np.asarray(slope * (1 - self.play.discount))

    def _difference(self, policy: Sequence[Floats]) -> Floats:
        if self.by_state:
            return self.play.occupancy(policy) - self._occupancy
        return self._mass(policy) - self._joint

    def _mass(self, policy: Sequence[Floats]) -> Floats:
        return np.asarray(self.play.occupancy(policy)[self.play.layout.row_state] * self.play.joint(policy))

    def _shares(self, eps: float) -> list[Share]:
        layout = self.play.layout
        return [
            Share(own, self._price, eps, layout.action_offsets[j], layout.action_state[j])
            for j, own in enumerate(self.center)
        ]
