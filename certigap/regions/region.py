"""Regions of policies (THEORY 5): a product of row sets, an L1 ball around the center's row cut with an optional box.

The rectangular hull of the ball B_BC(eps) around an expert with occupancy mu gives every player the radius
b(s) = min(2, eps / m(s)) at state s, where 0 <= m <= mu entrywise (2 where m(s) = 0): an error of at most eps
in expectation over mu leaves at most eps / mu(s) for the state s. The proof of m <= mu is m <= (1 - discount)
nu + discount P^T m, because the right side is monotone and a contraction in the sum norm with fixed point mu.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.regions.greedy import RowSet, row_set

__all__ = ["Box", "Region", "all_policies", "hull_radii", "rectangular_hull"]

Box = tuple[tuple[tuple[Fraction, ...], ...], ...]
"""`[n][S][A_i(s)]` bounds of probabilities."""


@dataclass(frozen=True, eq=False, repr=False)
class Region:
    """The product policies whose every row is within L1 distance `radii[i][s]` of the center's and inside the box."""

    center: Policy
    radii: tuple[tuple[Fraction, ...], ...]  # [n][S], L1 distances in [0, 2]
    lower: Box | None = None
    upper: Box | None = None

    def __post_init__(self) -> None:
        n, states = len(self.game.players), len(self.game.states)
        if len(self.radii) != n or any(len(own) != states for own in self.radii):
            raise InputError(f"region: expected radii of {n} players at {states} states, got another shape")
        for own in self.radii:
            for radius in own:
                if radius < 0:
                    raise InputError(f"region: expected radii >= 0, got {format_rational(radius)}")

    @property
    def game(self) -> Game:
        """The game of the center."""
        return self.center.game

    @cached_property
    def sets(self) -> tuple[tuple[RowSet, ...], ...]:
        """Row sets `[S][n]` in integers."""
        players = range(len(self.game.players))
        return tuple(tuple(self._row_set(i, s) for i in players) for s in range(len(self.game.states)))

    @property
    def is_empty(self) -> bool:
        """Some row has no admissible value."""
        return any(rows.is_empty for own in self.sets for rows in own)

    def contains(self, policy: Policy) -> bool:
        """Exact membership of a product policy of the same game."""
        return all(
            self._admits(i, s, policy.rows[i][s].fractions())
            for i in range(len(self.game.players))
            for s in range(len(self.game.states))
        )

    def _admits(self, player: int, state: int, row: Sequence[Fraction]) -> bool:
        center = self.center.rows[player][state].fractions()
        if sum(abs(y - e) for y, e in zip(row, center, strict=True)) > self.radii[player][state]:
            return False
        low = self.lower[player][state] if self.lower is not None else row
        high = self.upper[player][state] if self.upper is not None else row
        return all(a <= y <= b for a, y, b in zip(low, row, high, strict=True))

    def _row_set(self, player: int, state: int) -> RowSet:
        return row_set(
            self.center.rows[player][state].fractions(),
            self.radii[player][state],
            None if self.lower is None else self.lower[player][state],
            None if self.upper is None else self.upper[player][state],
        )

    def __repr__(self) -> str:
        box = "" if self.lower is None else ", boxed"
        largest = max(max(own) for own in self.radii)
        return f"<Region largest radius {format_rational(largest)}{box} around {self.center!r}>"


def hull_radii(eps: Fraction, occupancy_lower: Vector) -> tuple[Fraction, ...]:
    """Radii `[S]` b(s) = min(2, eps / m(s)), 2 where m(s) = 0.

    >>> hull_radii(Fraction(1, 10), Vector((4, 1, 0), 5))
    (Fraction(1, 8), Fraction(1, 2), Fraction(2, 1))
    """
    two = Fraction(2)
    return tuple(min(two, eps / m) if m > 0 else two for m in occupancy_lower.fractions())


def rectangular_hull(expert: Policy, eps: Fraction, occupancy_lower: Vector) -> Region:
    """The smallest product of row balls that holds B_BC(eps), for a lower bound of the expert's occupancy.

    Args:
        expert: the center.
        eps: radius of the ball, >= 0.
        occupancy_lower: `[S]`, 0 <= m <= mu of the expert.

    Raises:
        InputError: a negative `eps`.

    Source: THEORY 5, "Regions cover the BC ball".
    """
    if eps < 0:
        raise InputError(f"eps: expected a rational >= 0, got {format_rational(eps)}")
    radii = hull_radii(eps, occupancy_lower)
    return Region(expert, (radii,) * len(expert.game.players))


def all_policies(center: Policy) -> Region:
    """The region of every product policy: radius 2 everywhere."""
    states = len(center.game.states)
    return Region(center, ((Fraction(2),) * states,) * len(center.game.players))


def float_sets(region: Region) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], ...]:
    """The fields of `kernel.SetArrays` after `first`, in their order."""
    states, players = range(len(region.game.states)), range(len(region.game.players))
    by_player = [[region.sets[s][i] for s in states] for i in players]
    flat = [
        np.array([x / rows.denominator for own in by_player for rows in own for x in getattr(rows, name)])
        for name in ("base", "donors", "receivers")
    ]
    single = [
        np.array([[getattr(rows, name) / rows.denominator for rows in own] for own in by_player])
        for name in ("need", "exchange")
    ]
    return (np.concatenate(region.center.floats()), *flat, *single)
