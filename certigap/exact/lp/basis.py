"""The point and the multipliers that a basis stands for, exactly.

A basis says of every column and row whether it is basic, or at which of its bounds. With basic columns J and rows I
at a bound, as many as J, the rest x_N at bounds:

    A[I, J] x_J = b_I - A[I, N] x_N,      A[I, J]^T y_I = c_J,   y = 0 at the other rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.exact.lp.program import Bound, Program
from certigap.exact.vector import Vector

__all__ = ["Basis", "Place", "basis_solution"]


class Place(IntEnum):
    """Where a column or a row stands in a basis."""

    LOWER = 0
    BASIC = 1
    UPPER = 2
    FREE = 3


@dataclass(frozen=True, slots=True)
class Basis:
    """Places of the columns `[n]` and of the rows `[m]`."""

    columns: tuple[int, ...]
    rows: tuple[int, ...]


def basis_solution(program: Program, basis: Basis) -> tuple[Vector, Vector] | None:
    """Point `[n]` and multipliers `[m]` of a basis; None when its system is singular or not square.

    >>> program = Program([-1, -1], [[2, 1]], [None], [3], [0, 0], [1, None])
    >>> basis_solution(program, Basis((Place.UPPER, Place.BASIC), (Place.UPPER,)))
    (Vector(numerators=(1, 1), denominator=1), Vector(numerators=(-1,), denominator=1))
    """
    from flint import fmpz_mat

    basic = [j for j, place in enumerate(basis.columns) if place == Place.BASIC]
    tight = [i for i, place in enumerate(basis.rows) if place != Place.BASIC]
    if len(basic) != len(tight):
        return None
    outer = Vector.of(_resting(basis.columns, program.lower, program.upper))
    sides = Vector.of(
        _resting([basis.rows[i] for i in tight], *([ends[i] for i in tight] for ends in program.ends[:2]))
    )
    if not basic:
        return outer, Vector((0,) * len(basis.rows), 1)
    system = fmpz_mat(len(tight), len(basic), program.array[np.ix_(tight, basic)].ravel().tolist())
    scale = outer.denominator * sides.denominator
    right = [x * outer.denominator for x in sides.numerators]
    if any(outer.numerators):
        moved = program.activities(outer).numerators
        right = [x - moved[i] * sides.denominator for x, i in zip(right, tight, strict=True)]
    try:
        point = system.solve(fmpz_mat(len(tight), 1, right))
        prices = system.transpose().solve(fmpz_mat(len(basic), 1, [program.cost[j] for j in basic]))
    except ZeroDivisionError:
        return None
    return _merged(outer, basic, point, scale), _scattered(len(basis.rows), tight, prices)


def _resting(places: Sequence[int], lower: Sequence[Bound], upper: Sequence[Bound]) -> list[Fraction | int]:
    """The bound at which each stands; 0 for a basic or a free one."""
    result: list[Fraction | int] = []
    for place, low, high in zip(places, lower, upper, strict=True):
        end = low if place == Place.LOWER else high if place == Place.UPPER else 0
        result.append(0 if end is None else end)
    return result


def _merged(outer: Vector, basic: Sequence[int], solution: Any, scale: int) -> Vector:
    """The bounds at which the nonbasic columns stand, and `solution / scale` at the basic ones."""
    top, bottom = _integers(solution)
    bottom *= scale
    if not any(outer.numerators):
        return _scattered_integers(len(outer), basic, top, bottom)
    values = [x * bottom for x in outer.numerators]
    for j, x in zip(basic, top, strict=True):
        values[j] = x * outer.denominator
    return Vector(tuple(values), bottom * outer.denominator)


def _scattered(length: int, places: Sequence[int], solution: Any) -> Vector:
    return _scattered_integers(length, places, *_integers(solution))


def _scattered_integers(length: int, places: Sequence[int], values: Sequence[int], denominator: int) -> Vector:
    result = [0] * length
    for place, x in zip(places, values, strict=True):
        result[place] = x
    return Vector(tuple(result), denominator)


def _integers(solution: Any) -> tuple[list[int], int]:
    """Numerators and the common denominator of a column of rationals."""
    numerators, denominator = solution.numer_denom()
    return [int(x) for x in numerators.entries()], int(denominator)
