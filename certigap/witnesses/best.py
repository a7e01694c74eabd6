"""The witness search as a whole: every player in turn as the exploited one, many starts, then exact evaluation."""

from collections.abc import Callable
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

    def run(self, deadline: Deadline | None = None, count: int | None = None) -> bool:
        """Search through `count` starts a player; False when `deadline` cut it.

        Without `count`, up to `MAX_STARTS`, and no more once `PATIENCE` of them in a row have brought nothing.
        """
        until = deadline or Deadline()

        def going() -> bool:
            return until.going

        players = range(len(self._shares))
        total = self._default_count() if count is None else count
        rng = np.random.default_rng(self.seed)
        streams = [starts(self.play, self._shares, i, self._center, rng, total) for i in players]
        idle = 0
        for batch in zip(*streams, strict=True):
            improved = False
            for player, start in enumerate(batch):
                if not going():
                    return False
                improved |= self._keep(ascend(self.play, self._shares, player, start, going))
            idle = 0 if improved else idle + 1
            if count is None and idle >= PATIENCE:
                break
        return self._scatter(going) if count is None else going()

    def _scatter(self, going: Callable[[], bool]) -> bool:
        """Starts with budgets at a few states at once: +3.9 % on a random game of 6 states, +2.4 % on one of 40."""
        rng = np.random.default_rng([self.seed, 1])
        for player in range(len(self._shares)):
            for start in sparse_starts(self._shares, player, self._center, rng, SPARSE_STARTS):
                if not going():
                    return False
                self._keep(ascend(self.play, self._shares, player, start, going))
        return going()

    def climb(self, player: int, start: list[Floats], going: Callable[[], bool]) -> None:
        """One more start, from a policy inside the ball that somebody else has found promising."""
        self._keep(ascend(self.play, self._shares, player, start, going))

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
