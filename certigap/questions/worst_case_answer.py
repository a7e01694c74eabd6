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
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.branch import Cover
from certigap.regions.bound import RegionBound
from certigap.regions.bounds import BoundsTable
from certigap.regions.dominance import Dominance
from certigap.semantics.matching import ErrorsAnswer

if TYPE_CHECKING:
    from certigap.questions.occupancy_balls.duality import OccupancyBound

__all__ = ["NAMES", "EvidenceTable", "WorstCaseAnswer", "ball_radius"]

NAMES = ("trivial", "dse", "delta", "value_form", "concentrability", "region", "occupancy", "vertices")


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """Named bounds and the evidence of those that need one; `notes` say why a bound was given up.

    `reach` `[n][S]` of `[S]`: nu.reach[i][s] >= the occupancy of s that player i alone can bring about. `left_out[i]`:
    the player whose rows the bound "vertices" of player i takes greedily while it lists the others' vertices.
    """

    values: Mapping[str, Fraction | None]
    region: RegionBound | None = None
    dominance: Dominance | None = None
    reach: tuple[tuple[Vector, ...], ...] | None = None
    occupancy: "tuple[OccupancyBound, ...] | None" = None
    left_out: tuple[int, ...] | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Mapping[str, Fraction]) -> "EvidenceTable":
        """The table of these bounds alone."""
        return cls({**dict.fromkeys(NAMES), **known})

    @property
    def smallest(self) -> tuple[str, Fraction]:
        """Name and value of the smallest bound; among equals the value by vertices, then the earlier name."""
        known = [(name, value) for name in NAMES if (value := self.values[name]) is not None]
        return min(known, key=lambda pair: (pair[1], pair[0] != "vertices"))

    def named(self, name: str, value: Fraction) -> "EvidenceTable":
        """The table with one more bound."""
        return replace(self, values={**self.values, name: value})

    def noted(self, name: str, reason: str) -> "EvidenceTable":
        """The table with a bound given up for this reason."""
        return replace(self, notes={**self.notes, name: reason})

    def joined(self, other: BoundsTable) -> "EvidenceTable":
        """The table with the bounds of the whole hull, and their evidence."""
        values = {**self.values, **{name: value for name, value in other.values.items() if value is not None}}
        reach = self.reach if other.concentrability is None else other.concentrability.reach
        return replace(self, values=values, region=other.region, dominance=other.dominance, reach=reach)


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


def ball_radius(eps: RationalLike) -> Fraction:
    """The radius of a ball.

    Raises:
        InputError: it is negative.
        TypeError: a float.
    """
    radius = rational(eps)
    if radius < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(radius)}")
    return radius
