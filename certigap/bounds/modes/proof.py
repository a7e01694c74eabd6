"""Proofs by modes as FORMAT 6.5 has them: leaves, visits, trees and covers, exact by type."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from certigap.bounds.boxes.tree import Split
from certigap.bounds.modes.nodes import DistanceSplit, ModeBall
from certigap.bounds.tilt import by_row, tilt_cost
from certigap.exact.brief import Brief
from certigap.exact.vector import Vector

__all__ = [
    "DEFAULT",
    "GROUPS",
    "KINDS",
    "SHARED",
    "ModeCover",
    "ModeLeaf",
    "ModeSplit",
    "Share",
    "Shares",
    "Tilt",
    "Visit",
]

Share: TypeAlias = Fraction | Vector
"""The same at all states, or by state."""

Shares: TypeAlias = tuple[tuple[Share, Share, Share], ...]
"""`[n]` of (al, be, ga): how each price is split between the modes before, the imitator's, and the deviator's."""

KINDS = {"joint": ("X", "N1", "N0", "U1", "U0"), "optimum": ("X",), "value": ("N1", "N0")}
"""The vectors of a kind, in the order of a certificate; the last one bounds."""

SHARED: Mapping[str, tuple[str, ...]] = {"joint": ("X", "N1", "U1"), "optimum": (), "value": ("N1",)}
GROUPS = {"imitator": ("N1", "N0", "U1", "U0"), "deviator": ("X",)}

_ONE, _ZERO = Fraction(1), Fraction(0)
DEFAULT = {
    "joint": (_ONE, _ZERO, _ZERO),
    "optimum": (_ZERO, _ZERO, _ONE),
    "value": (_ONE, _ZERO, _ZERO),
}
"""Shares that a certificate leaves out."""


@dataclass(frozen=True, slots=True)
class Tilt:
    """k: a number for every state (`[S]`), or for every joint action (`[K]`), that the imitator pays (1-g) times."""

    numbers: Vector

    def cost(self, ball: ModeBall) -> Fraction:
        """kappa: what it costs at most, over the ball."""
        by_state = len(self.numbers) == ball.game.layout.states
        return tilt_cost(ball.expert, ball.mass, ball.drift[0 if by_state else 1], self.by_row(ball))

    def by_row(self, ball: ModeBall) -> list[Fraction]:
        """`[K]`"""
        return by_row(ball.expert, self.numbers.fractions())


@dataclass(frozen=True, slots=True, repr=False)
class ModeLeaf(Brief):
    """Vectors by their names, prices `[n]`, shares and a tilt; visits of the node.

    Without vectors, a node that holds no policy; none beyond the limit, where it has visits.
    """

    vectors: Mapping[str, Vector]
    prices: tuple[Fraction, ...] = ()
    shares: Shares | None = None
    tilt: Tilt | None = None
    visits: "tuple[Visit, ...]" = ()


@dataclass(frozen=True, slots=True, repr=False)
class Visit(Brief):
    """A bound of the occupancy of `state` in the modes of a group, wherever a node exceeds the cover's limit."""

    group: str
    state: int
    theta: Fraction
    leaf: ModeLeaf


@dataclass(frozen=True, slots=True, repr=False)
class ModeSplit(Brief):
    """A division of a node; `shared` vectors hold there without a charge and serve all leaves below, as do `visits`."""

    split: Split | DistanceSplit
    shared: Mapping[str, Vector] | None = None
    tilt: Tilt | None = None
    visits: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class ModeCover(Brief):
    """Visits in the order in which they were proved, and a tree in preorder; empty where a visit was below 0.

    All payoffs in it are counted in units.
    """

    kind: str
    limit: Fraction  # in units
    first: int  # player whose row is the outermost
    visits: tuple[Visit, ...]
    nodes: tuple[ModeSplit | ModeLeaf, ...]
    unit: Fraction = _ONE

    @property
    def shown(self) -> Fraction:
        """The bound, in payoffs of the game."""
        return self.limit * self.unit
