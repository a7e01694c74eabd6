"""Named upper bounds over an occupancy ball, each with its evidence (THEORY 11; limits and their proof in `shapes`).

    trivial          2 max c_i / (1 - g)
    region           the rectangular hull of the ball (for "mu": every policy); regions/bound
    dse              min(2, (1 + g)^2) max c_i eps / (1 - g)^2, for "rho", once dominance is proved
    concentrability  max_i [ (1 - g) eps + K_i ] c_i / (1 - g)^2 + eta, for "rho", with K_i at budget (1 + g) eps
    occupancy        the joint-occupancy programs; `duality`

dse: V^{piE_i,pi_-i} - V^piE <= (1 + g) eps c/(1-g)^2 by coupling and V^piE - V^pi <= eps c/(1-g): together 2; or
[d_i + g D_-i] c/(1-g)^2 (THEORY 5) with both at most (1 + g) eps. concentrability: the proof of THEORY 5 with
V^piE - V^pi as above and the joint budget of `shapes`.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from certigap.bounds.balls import Shape, hull, shape
from certigap.bounds.concentrability import MAX_STATES, knapsack, reach_vectors
from certigap.bounds.dominance import Dominance, statewise_dominance
from certigap.bounds.evidence_table import EvidenceTable
from certigap.bounds.programs.duality import Duality, OccupancyBound
from certigap.bounds.programs.program import MAX_ROWS, OccupancyProgram
from certigap.bounds.table import trivial_bound
from certigap.errors import SolverError
from certigap.exact.vector import Vector
from certigap.model.policy import Policy
from certigap.regions.engine import RegionEngine

__all__ = ["Bounds"]


class Bounds:
    """Everything that bounds over balls around one expert share: programs, engine, occupancy, dominance.

    Args:
        expert: the center of the balls.
        measure: "bc" (the occupancy bound alone), "rho" or "mu".
        occupancy_lower: `[S]` m <= mu of the expert, short.
        expert_regret: an upper bound of NashGap(expert).
        engine: the game's region engine, if there is one already.
    """

    def __init__(
        self,
        expert: Policy,
        measure: str,
        occupancy_lower: Vector,
        expert_regret: Fraction,
        engine: RegionEngine | None = None,
    ) -> None:
        self.expert, self.measure, self.regret = expert, measure, expert_regret
        self.occupancy_lower = occupancy_lower
        self.engine = engine or RegionEngine(expert.game)

    def tables(self, eps: Fraction, deadline: float | None = None) -> Iterator[EvidenceTable]:
        """The table after each step, every one valid: trivial, occupancy, region, then the closed forms.

        The programs take at most half of the time until `deadline` (`time.monotonic` seconds).
        """
        game = self.expert.game
        table = EvidenceTable.of({"trivial": trivial_bound(game)})
        yield table
        table = self._with_occupancy(table, eps, deadline)
        yield table
        region = self.engine.bound(hull(self.expert, self.measure, eps, self.occupancy_lower))
        table = replace(table.named("region", region.upper), region=region)
        yield table
        if self.measure == "rho":
            if self.dominance.refusal is None:
                table = table.named("dse", dse_bound(self.expert, eps))
            table = replace(table, dominance=self.dominance)
            if self.reach is not None:
                table = replace(table.named("concentrability", self._concentrability(eps)), reach=self.reach)
        yield table

    def occupancy(self, eps: Fraction, seconds: float | None = None) -> tuple[OccupancyBound, ...] | None:
        """The proved occupancy bounds of all players; None above `MAX_ROWS` joint actions.

        Args:
            eps: radius of the ball.
            seconds: time for all programs together; None: as long as they take.

        Raises:
            SolverError: a program failed, or its time ended.
        """
        if self.expert.game.layout.rows > MAX_ROWS:
            return None
        ball: Shape = shape(self.expert.game, self.measure, eps)
        pairs = zip(self._programs, self._dualities, strict=True)
        share = None if seconds is None else seconds / (2 * len(self._programs))
        return tuple(duality.bound(ball, program.solve(ball, share)) for program, duality in pairs)

    def _with_occupancy(self, table: EvidenceTable, eps: Fraction, deadline: float | None) -> EvidenceTable:
        try:
            found = self.occupancy(eps, None if deadline is None else (deadline - time.monotonic()) / 2)
        except SolverError as error:
            return table.noted("occupancy", str(error))
        if found is None:
            return table
        return replace(table.named("occupancy", max(one.upper for one in found)), occupancy=found)

    def _concentrability(self, eps: Fraction) -> Fraction:
        game, start = self.expert.game, self.expert.game.initial
        bounds = []
        for player, vectors in enumerate(self.reach or ()):
            most = [u.dot(start.weights, start.denominator) for u in vectors]
            moved = knapsack(most, self.occupancy_lower.fractions(), (1 + game.discount) * eps)
            bounds.append(((1 - game.discount) * eps + moved) * game.half_range(player) * game.horizon**2)
        return max(bounds) + self.regret

    @cached_property
    def dominance(self) -> Dominance:
        """The statewise check of dominance, done once."""
        return statewise_dominance(self.engine, self.expert)

    @cached_property
    def reach(self) -> tuple[tuple[Vector, ...], ...] | None:
        """How far each player alone moves the occupancy; None above `MAX_STATES` states."""
        game = self.expert.game
        if len(game.states) > MAX_STATES:
            return None
        return tuple(reach_vectors(self.expert, player) for player in range(len(game.players)))

    @cached_property
    def _programs(self) -> list[OccupancyProgram]:
        players = range(len(self.expert.game.players))
        return [OccupancyProgram(self.expert, i, self.occupancy_lower, self.measure == "mu") for i in players]

    @cached_property
    def _dualities(self) -> list[Duality]:
        players = range(len(self.expert.game.players))
        return [Duality(self.expert, i, self.occupancy_lower, self.engine.scaled) for i in players]


def dse_bound(expert: Policy, eps: Fraction) -> Fraction:
    """min(2, (1 + g)^2) max c_i eps / (1 - g)^2: holds on B_rho(eps) around a dominant strategy equilibrium."""
    game = expert.game
    largest = max(game.half_range(player) for player in range(len(game.players)))
    return min(Fraction(2), (1 + game.discount) ** 2) * largest * eps * game.horizon**2
