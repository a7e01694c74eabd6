"""The witness search as a whole: every player in turn as the exploited one, many starts, then exact evaluation."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.vector import Vector
from certigap.floats.play import Floats, Play
from certigap.model.policy import Policy
from certigap.semantics.exploitability import GapAnswer, gaps
from certigap.witnesses.oracle import Share
from certigap.witnesses.rounding import inside_ball
from certigap.witnesses.search import Found, ascend, sparse_starts, starts
from certigap.work.deadline import Deadline

__all__ = ["Search", "Witness", "exact_witness", "proved_witness"]

MIN_STARTS = 12  # a player, in games of one state: time against luck
MAX_STARTS = 24  # a player, in games of 7 states and more
PATIENCE = 12  # starts in a row without a gain: then the time is better spent on bounds
SPARSE_STARTS = 8  # a player: each may take as long as any other
CONTINUED = (Fraction(3, 2), Fraction(1, 2))
"""Of the radius: the witnesses of these balls are starts."""
CONTINUED_STARTS = 8  # a player
CONTINUED_STATES = 7  # from here on: in smaller games the other starts find what there is


@dataclass(frozen=True, slots=True)
class Witness:
    """A policy inside the ball, the player who exploits it, and the vectors that prove a lower bound of the gap."""

    policy: Policy
    player: int
    lower: Fraction
    value_upper: Vector  # [S] >= V_i^pi
    optimum_lower: Vector  # [S] <= V_i^{*,pi_-i}


class Search:
    """A search that keeps the best float policy per player, and can be stopped after any evaluation.

    Args:
        expert: the center of the ball.
        eps: its radius.
        occupancy_upper: `[S]` u >= mu of the expert, the price of deviating at each state.
        seed: of the random starting points.
    """

    def __init__(self, expert: Policy, eps: Fraction, occupancy_upper: Vector, seed: int = 0) -> None:
        self.expert, self.eps, self.occupancy_upper, self.seed = expert, eps, occupancy_upper, seed
        self.play = Play(expert.game)
        self.found: dict[int, Found] = {}
        layout = expert.game.layout
        self._center = [np.asarray(own) for own in expert.floats()]
        price = np.array(occupancy_upper.floats())
        self._shares = [
            Share(own, price, float(eps), layout.action_offsets[j], layout.action_state[j])
            for j, own in enumerate(self._center)
        ]

    def run(self, deadline: Deadline | None = None, count: int | None = None, enough: float = math.inf) -> bool:
        """Search through `count` starts a player; False when `deadline` cut it.

        Without `count`, up to `MAX_STARTS`, and no more once `PATIENCE` of them in a row have brought nothing; then
        other kinds of starts. A gap of `enough` ends the search.
        """
        until = deadline or Deadline()

        def going() -> bool:
            return until.going and self.largest < enough

        self._start(going, count)
        if count is None:
            self._continue(going, until)
            self._scatter(going)
        return until.going or self.largest >= enough

    @property
    def largest(self) -> float:
        """The largest gap found, a float."""
        return max((found.gap for found in self.found.values()), default=0.0)

    def _start(self, going: Callable[[], bool], count: int | None) -> None:
        players = range(len(self._shares))
        total = self._default_count() if count is None else count
        rng = np.random.default_rng(self.seed)
        streams = [starts(self.play, self._shares, i, self._center, rng, total) for i in players]
        idle = 0
        for batch in zip(*streams, strict=True):
            improved = False
            for player, start in enumerate(batch):
                if not going():
                    return
                improved |= self._keep(ascend(self.play, self._shares, player, start, going))
            idle = 0 if improved else idle + 1
            if count is None and idle >= PATIENCE:
                return

    def _scatter(self, going: Callable[[], bool]) -> None:
        """Starts with budgets at a few states at once: +3.9 % on a random game of 6 states, +2.4 % on one of 40."""
        rng = np.random.default_rng([self.seed, 1])
        for player in range(len(self._shares)):
            for start in sparse_starts(self._shares, player, self._center, rng, SPARSE_STARTS):
                if not going():
                    return
                self._keep(ascend(self.play, self._shares, player, start, going))

    def _continue(self, going: Callable[[], bool], until: Deadline) -> None:
        """Starts at the witnesses of a larger and of a smaller ball: +2.8 % on Tag at 1/5, +2.4 % on a random game."""
        if len(self.expert.game.states) < CONTINUED_STATES:
            return
        for factor in CONTINUED:
            if not going():
                return
            near = Search(self.expert, min(self.eps * factor, Fraction(2)), self.occupancy_upper, self.seed)
            near.run(until, count=CONTINUED_STARTS)
            for found in near.candidates():
                self.climb(found.player, found.policy, going)

    def climb(self, player: int, start: Sequence[Floats], going: Callable[[], bool]) -> None:
        """One more start, from a policy that somebody else has found promising, drawn into the ball."""
        self._keep(ascend(self.play, self._shares, player, self._inside(start), going))

    def _inside(self, policy: Sequence[Floats]) -> list[Floats]:
        """Each player's rows moved towards the expert's until they fit."""
        inside = []
        for share, own in zip(self._shares, policy, strict=True):
            cost = share.spent(own)
            factor = share.eps / cost if cost > share.eps else 1.0
            inside.append(share.center + factor * (own - share.center))
        return inside

    def candidates(self) -> list[Found]:
        """The best policy of every player searched so far, the largest float gap first."""
        return sorted(self.found.values(), key=lambda found: -found.gap)

    def _keep(self, found: Found) -> bool:
        best = self.found.get(found.player)
        if best is not None and found.gap <= best.gap:
            return False
        self.found[found.player] = found
        return best is None or found.gap > best.gap + 1e-9 * abs(best.gap)

    def _default_count(self) -> int:
        states = len(self.expert.game.states)
        return max(MIN_STARTS, min(MAX_STARTS, 10 + 2 * states))


def proved_witness(answer: GapAnswer) -> Witness:
    """The player whose gap is proved largest, with the proof: nu.(optimum_lower - value_upper), at least 0."""
    lowers = [interval.lower or Fraction(0) for interval in answer.player_gaps]
    player = max(range(len(lowers)), key=lowers.__getitem__)
    value, optimum = answer.values[player].upper, answer.optima[player].lower
    return Witness(answer.policy, player, lowers[player], value, optimum)


def exact_witness(search: Search, expert_gaps: GapAnswer) -> Witness:
    """The best exact lower bound among the candidates of a search and the expert itself."""
    best = proved_witness(expert_gaps)
    for found in search.candidates():
        if found.gap <= float(best.lower):
            break
        policy = inside_ball(found.policy, search.expert, search.occupancy_upper, search.eps)
        candidate = proved_witness(gaps(policy.game, policy))
        best = max(best, candidate, key=lambda witness: witness.lower)
    return best
