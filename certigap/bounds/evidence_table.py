"""Named bounds of one ball, with the evidence of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from certigap.bounds.dominance import Dominance
from certigap.bounds.table import BoundsTable
from certigap.exact.vector import Vector
from certigap.regions.engine import RegionBound

if TYPE_CHECKING:
    from certigap.bounds.programs.duality import OccupancyBound

__all__ = ["NAMES", "EvidenceTable"]

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
