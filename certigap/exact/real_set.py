"""Finite unions of intervals and points with algebraic ends: the exact sets of a parameter's values.

A set is kept as its cells: points p_1 < ... < p_m divide the line into 2 m + 1 cells (-oo, p_1), {p_1}, (p_1, p_2),
..., and the set holds some of them. Sets combine cell by cell, so that every operation is one walk along both.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from certigap.exact.algebraic import Algebraic, Coefficients, evaluate, roots

__all__ = ["NOTHING", "REALS", "RealSet", "Segment", "between", "where_sign"]


@dataclass(frozen=True, slots=True)
class Segment:
    """An interval of the line; an end of `None` is infinite."""

    lower: Algebraic | None
    upper: Algebraic | None
    lower_open: bool
    upper_open: bool

    def __str__(self) -> str:
        if self.lower is not None and self.lower == self.upper:
            return f"{{{self.lower}}}"
        lower = "(-oo" if self.lower is None else f"{'(' if self.lower_open else '['}{self.lower}"
        upper = "oo)" if self.upper is None else f"{self.upper}{')' if self.upper_open else ']'}"
        return f"{lower}, {upper}"


@dataclass(frozen=True, slots=True)
class RealSet:
    """A set of reals by its cells: `points` `[m]` ascending, `inside` `[2 m + 1]`.

    >>> where_sign((1, 0, -2), lambda sign: sign <= 0) & between(Fraction(0), None)
    <RealSet [0, sqrt(2) ~ 1.41421]>
    """

    points: tuple[Algebraic, ...]
    inside: tuple[bool, ...]

    @classmethod
    def of_cells(cls, points: Sequence[Algebraic], inside: Sequence[bool]) -> "RealSet":
        """The set of the cells that are `inside`; points that part nothing are left out."""
        kept: list[Algebraic] = []
        cells = [inside[0]]
        for k, point in enumerate(points):
            around = inside[2 * k], inside[2 * k + 1], inside[2 * k + 2]
            if around[0] == around[1] == around[2]:
                continue
            kept.append(point)
            cells += around[1:]
        return cls(tuple(kept), tuple(cells))

    def __and__(self, other: "RealSet") -> "RealSet":
        return self._combine(other, lambda x, y: x and y)

    def __or__(self, other: "RealSet") -> "RealSet":
        return self._combine(other, lambda x, y: x or y)

    def __sub__(self, other: "RealSet") -> "RealSet":
        return self._combine(other, lambda x, y: x and not y)

    def __bool__(self) -> bool:
        return any(self.inside)

    def __contains__(self, value: Algebraic | Fraction | int) -> bool:
        point = value if isinstance(value, Algebraic) else Algebraic.rational(Fraction(value))
        for k, own in enumerate(self.points):
            if point == own:
                return self.inside[2 * k + 1]
            if point < own:
                return self.inside[2 * k]
        return self.inside[-1]

    def sample(self) -> Fraction | None:
        """A rational of the set, in an interval where there is one; `None` where it holds none."""
        for k in range(len(self.points) + 1):
            if self.inside[2 * k]:
                return _rational_between(
                    self.points[k - 1] if k else None, self.points[k] if k < len(self.points) else None
                )
        held = (point.value for k, point in enumerate(self.points) if self.inside[2 * k + 1] and point.is_rational)
        return next(held, None)

    def segments(self) -> list[Segment]:
        """The maximal intervals and isolated points, from left to right."""
        found: list[Segment] = []
        first: tuple[Algebraic | None, bool] | None = None  # lower end of the segment that is open here
        for k, is_inside in enumerate(self.inside):
            left = self.points[k // 2 - 1] if k >= 2 else None
            if is_inside and first is None:
                first = (self.points[k // 2], False) if k % 2 else (left, True)
            if first is not None and not is_inside:
                end = (self.points[k // 2], True) if k % 2 else (left, False)
                found.append(Segment(first[0], end[0], first[1], end[1]))
                first = None
        if first is not None:
            found.append(Segment(first[0], None, first[1], True))
        return found

    def __str__(self) -> str:
        return " u ".join(str(segment) for segment in self.segments()) or "{}"

    def __repr__(self) -> str:
        return f"<RealSet {self}>"

    def _combine(self, other: "RealSet", keep: Callable[[bool, bool], bool]) -> "RealSet":
        points: list[Algebraic] = []
        cells = [keep(self.inside[0], other.inside[0])]
        k = m = 0
        while k < len(self.points) or m < len(other.points):
            mine = k < len(self.points) and (m == len(other.points) or self.points[k] <= other.points[m])
            theirs = m < len(other.points) and (k == len(self.points) or other.points[m] <= self.points[k])
            points.append(self.points[k] if mine else other.points[m])
            at = self.inside[2 * k + mine], other.inside[2 * m + theirs]
            k, m = k + mine, m + theirs
            cells += [keep(*at), keep(self.inside[2 * k], other.inside[2 * m])]
        return RealSet.of_cells(points, cells)


REALS = RealSet((), (True,))
NOTHING = RealSet((), (False,))


def between(lower: Fraction | None, upper: Fraction | None) -> RealSet:
    """The closed interval; `None` for no end."""
    result = REALS
    if lower is not None:
        result &= where_sign((lower.denominator, -lower.numerator), lambda sign: sign >= 0)
    if upper is not None:
        result &= where_sign((upper.denominator, -upper.numerator), lambda sign: sign <= 0)
    return result


def where_sign(coefficients: Coefficients, holds: Callable[[int], bool]) -> RealSet:
    """The x at which the sign (-1, 0, 1) of a polynomial is one for which `holds` is true."""
    if not coefficients:
        return REALS if holds(0) else NOTHING
    points = roots(coefficients)
    ends: list[Algebraic | None] = [None, *points, None]
    cells: list[bool] = []
    for left, right in itertools.pairwise(ends):
        value = evaluate(coefficients, _rational_between(left, right))
        cells += [holds(1 if value > 0 else -1), holds(0)]
    return RealSet.of_cells(points, cells[:-1])


def _rational_between(left: Algebraic | None, right: Algebraic | None) -> Fraction:
    """A short rational strictly between two points, or beyond one of them."""
    if left is None and right is None:
        return Fraction(0)
    if left is None or right is None:
        lower, upper = (left or right).enclosure(Fraction(1))  # type: ignore[union-attr]
        return Fraction(math.floor(lower) - 1) if left is None else Fraction(math.ceil(upper) + 1)
    width = Fraction(1)
    while (low := left.enclosure(width)[1]) >= (high := right.enclosure(width)[0]):
        width /= 2
    return _simplest(low, high)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The middle of (low, high), shortened as long as it stays inside."""
    middle, bound = (low + high) / 2, 1
    while not low < (short := middle.limit_denominator(bound)) < high:
        bound *= 2
    return short
