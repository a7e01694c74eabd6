"""A linear program with integer coefficients, its outcomes, and the exact checks that every outcome must pass.

    minimise  c . x   over   lower <= x <= upper,  row_lower <= A x <= row_upper        (None: no bound)

Multipliers y, one a row, bound the optimum from below: with d = c - A^T y, every feasible x has

    c . x = d . x + y . A x  >=  sum_j min( d_j lower_j, d_j upper_j ) + sum_i min( y_i row_lower_i, y_i row_upper_i ),

minus infinity where the side that counts has no bound. A feasible x with c . x equal to that number is optimal; the
same number above 0 for c = 0 proves that nothing is feasible (Farkas); a feasible x and a direction z of the recession
cone with c . z < 0 prove that c . x has no lower bound. None of these needs to know where x, y or z came from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IntArray
from certigap.exact.vector import Vector

__all__ = ["Bound", "Infeasible", "Optimal", "Outcome", "Program", "Unbounded", "Undecided"]

Bound: TypeAlias = Fraction | int | None
"""An end of an interval; None: it has none."""


@dataclass(frozen=True, slots=True)
class Optimal:
    """`point` `[n]` is feasible, `multipliers` `[m]` show that no feasible point has less than `value`."""

    value: Fraction
    point: Vector
    multipliers: Vector


@dataclass(frozen=True, slots=True)
class Infeasible:
    """`multipliers` `[m]` that bound 0 . x by a number above 0: no point is feasible."""

    multipliers: Vector


@dataclass(frozen=True, slots=True)
class Unbounded:
    """A feasible `point` `[n]` and a `ray` `[n]` along which all constraints hold and the cost falls for ever."""

    point: Vector
    ray: Vector


@dataclass(frozen=True, slots=True)
class Undecided:
    """No proof was found, for this `reason`; nothing is said about the program."""

    reason: str


Outcome: TypeAlias = Optimal | Infeasible | Unbounded | Undecided


@dataclass(frozen=True, eq=False)
class Program:
    """The program of the module's head.

    Raises:
        InputError: sizes that do not fit, or a lower bound above its upper bound.

    >>> Program([1], [[1], [2]], [1, None], [None, 8], [0], [None]).bound(Vector((1, 0), 1))
    Fraction(1, 1)
    """

    cost: Sequence[int]  # [n]
    matrix: Sequence[Sequence[int]] | IntArray  # [m, n]
    row_lower: Sequence[Bound]  # [m]
    row_upper: Sequence[Bound]  # [m]
    lower: Sequence[Bound]  # [n]
    upper: Sequence[Bound]  # [n]

    def __post_init__(self) -> None:
        m, n = self.shape
        sizes = [len(self.row_lower), len(self.row_upper), len(self.lower), len(self.upper)]
        if sizes != [m, m, n, n] or any(len(row) != n for row in self.matrix):
            raise InputError(f"linear program: expected {m} rows and {n} columns throughout, got bounds {sizes}")
        for low, high in [
            *zip(self.row_lower, self.row_upper, strict=True),
            *zip(self.lower, self.upper, strict=True),
        ]:
            if low is not None and high is not None and low > high:
                raise InputError(f"linear program: expected lower bounds at most the upper ones, got {low} > {high}")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.matrix), len(self.cost)

    @cached_property
    def array(self) -> IntArray:
        """`[m, n]` the matrix, Python integers or `int64`."""
        if isinstance(self.matrix, np.ndarray):
            return self.matrix
        return np.array(self.matrix, dtype=object).reshape(self.shape)

    @cached_property
    def exact(self) -> Any:
        """The matrix as an `fmpz_mat` `[m, n]`."""
        from flint import fmpz_mat

        return fmpz_mat(*self.shape, self.array.ravel().tolist())

    @cached_property
    def transposed(self) -> Any:
        """The matrix as an `fmpz_mat` `[n, m]`."""
        return self.exact.transpose()

    def value(self, point: Vector) -> Fraction:
        """c . x"""
        return point.dot(self.cost)

    def activities(self, point: Vector) -> Vector:
        """`[m]` A x"""
        return Vector(_product(self.exact, point.numerators), point.denominator)

    def reduced(self, multipliers: Vector) -> Vector:
        """`[n]` d = c - A^T y"""
        priced, scale = _product(self.transposed, multipliers.numerators), multipliers.denominator
        return Vector(tuple(scale * c - p for c, p in zip(self.cost, priced, strict=True)), scale)

    def is_feasible(self, point: Vector) -> bool:
        """Every bound holds at x."""
        own = _within(point, self.lower, self.upper)
        return own and _within(self.activities(point), self.row_lower, self.row_upper)

    def bound(self, multipliers: Vector) -> Fraction | None:
        """The lower bound of the optimum that the multipliers prove; None where it is minus infinity."""
        own = _least(self.reduced(multipliers), self.lower, self.upper)
        rows = _least(multipliers, self.row_lower, self.row_upper)
        return None if own is None or rows is None else own + rows

    def is_optimal(self, point: Vector, multipliers: Vector) -> bool:
        """The two prove each other's optimality."""
        return self.is_feasible(point) and self.bound(multipliers) == self.value(point)

    def is_ray(self, ray: Vector) -> bool:
        """Along z every constraint keeps holding, and the cost falls."""
        return self.value(ray) < 0 and self.recession.is_feasible(ray)

    @cached_property
    def recession(self) -> "Program":
        """The directions that every bound allows: each finite bound becomes 0."""
        zero = [[None if x is None else 0 for x in ends] for ends in self.ends]
        return Program(self.cost, self.array, *zero)

    @cached_property
    def feasibility(self) -> "Program":
        """The same matrix without a cost."""
        return Program([0] * self.shape[1], self.array, *self.ends)

    @property
    def ends(self) -> tuple[Sequence[Bound], Sequence[Bound], Sequence[Bound], Sequence[Bound]]:
        """Row lower and upper, column lower and upper bounds."""
        return self.row_lower, self.row_upper, self.lower, self.upper


def _product(matrix: Any, vector: Sequence[int]) -> tuple[int, ...]:
    from flint import fmpz_mat

    return tuple(map(int, (matrix * fmpz_mat(len(vector), 1, list(vector))).entries()))


def _sides(values: Vector, lower: Sequence[Bound], upper: Sequence[Bound]) -> Iterator[tuple[int, Bound, Bound]]:
    return zip(values.numerators, lower, upper, strict=True)


def _within(values: Vector, lower: Sequence[Bound], upper: Sequence[Bound]) -> bool:
    scale = values.denominator
    return all(
        (low is None or x * low.denominator >= low.numerator * scale)
        and (high is None or x * high.denominator <= high.numerator * scale)
        for x, low, high in _sides(values, lower, upper)
    )


def _least(prices: Vector, lower: Sequence[Bound], upper: Sequence[Bound]) -> Fraction | None:
    """The least of prices . v over lower <= v <= upper; None for minus infinity."""
    whole, broken = 0, Fraction(0)
    for price, low, high in _sides(prices, lower, upper):
        if price == 0:
            continue
        end = low if price > 0 else high
        if end is None:
            return None
        if end.denominator == 1:
            whole += price * end.numerator
        else:
            broken += price * end
    return (whole + broken) / prices.denominator
