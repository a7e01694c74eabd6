"""What `worst_case` answers with: an interval around W(radius), its named upper bounds, and what proves either end.

    trivial          2 max c_i / (1 - g)                                    regions/bounds
    dse              once dominance is proved                               regions/dominance
    delta, value_form not computed here: None
    concentrability  only how far each player alone moves the occupancy     regions/concentrability
    region           the hull of the ball, or the boxes of its branching    regions/bound, questions/branch
    occupancy        the joint-occupancy programs                           questions/occupancy_balls
    vertices         one state, measure "bc": the value itself, listing     questions/vertices
                     the vertices or searching them

A bound is None while its hypothesis is unproven, or when it was not computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from certigap.bounds.boxes import Cover
from certigap.bounds.evidence_table import EvidenceTable
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.engine import RegionBound
from certigap.semantics.matching import ErrorsAnswer

if TYPE_CHECKING:
    pass

__all__ = ["WorstCaseAnswer"]


@dataclass(frozen=True, repr=False, kw_only=True)
class WorstCaseAnswer:
    """What is known of W(radius) = sup { NashGap(pi) : eps_measure(pi) <= radius }, with the evidence for both ends.

    Upper end: `bounds[upper_name]`, its evidence in `table`; `occupancy_lower` `[S]` <= mu of the expert. The bound
    "region" is proved by the trees in `covers`, one per player, or, where there are none, by the vectors of the hull.
    Lower end: `witness`, exploited by player `witness_player`: nu.(optimum_lower - value_upper). For measure "bc" its
    error is sum_s occupancy_upper(s) ||pi_j(.|s) - piE_j(.|s)||_1 <= radius for every player j; for "rho" and "mu"
    `errors` brackets it. Values are discounted payoffs.
    """

    game: Game
    expert: Policy
    measure: str
    radius: Fraction
    interval: Interval
    witness: Policy
    witness_player: int
    occupancy_lower: Vector
    occupancy_upper: Vector
    value_upper: Vector
    optimum_lower: Vector
    upper_name: str
    table: EvidenceTable
    expert_regret: Interval
    complete: bool
    method: str
    seed: int
    seconds: float
    covers: tuple[Cover, ...] | None = None
    errors: ErrorsAnswer | None = None

    @property
    def bounds(self) -> Mapping[str, Fraction | None]:
        """Named upper bounds of W; None: unproven hypothesis, or not computed."""
        return self.table.values

    @property
    def region(self) -> RegionBound | None:
        """The region bound with its vectors, if it was reached."""
        return self.table.region

    def __repr__(self) -> str:
        lower, upper = self.interval.lower, self.interval.upper
        ends = ", ".join("?" if end is None else f"{float(end):.6g}" for end in (lower, upper))
        state = "" if self.complete else ", incomplete"
        return (
            f"<WorstCaseAnswer {self.measure} eps {format_rational(self.radius)}: [{ends}] by {self.upper_name}{state}>"
        )
