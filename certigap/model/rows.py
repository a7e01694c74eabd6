"""Probability rows as integer weights over a common denominator, and sparse families of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.errors import InputError
from certigap.exact.brief import Brief
from certigap.exact.integers import IndexArray, IntArray, integer_array
from certigap.exact.rational import RationalLike, rational
from certigap.model.files.json_node import brief

__all__ = ["Distribution", "SparseRows", "distribution"]


@dataclass(frozen=True, slots=True, repr=False)
class Distribution(Brief):
    """A probability vector `weights / denominator`, in lowest terms.

    >>> distribution(["1/2", "1/3", "1/6"], "row")
    Distribution(weights=(3, 2, 1), denominator=6)
    """

    weights: tuple[int, ...]
    denominator: int

    def fractions(self) -> list[Fraction]:
        """The probabilities."""
        return [Fraction(weight, self.denominator) for weight in self.weights]


def distribution(values: Sequence[RationalLike], what: str) -> Distribution:
    """The probability row of exact `values`; `InputError` naming `what` when it is none."""
    fractions = [rational(value) for value in values]
    for value in fractions:
        if value.numerator < 0:
            raise InputError(f"{what}: expected probabilities >= 0, got {brief(value)}")
    denominator = math.lcm(1, *(value.denominator for value in fractions))
    weights = tuple(value.numerator * (denominator // value.denominator) for value in fractions)
    if sum(weights) != denominator:
        total = Fraction(sum(weights), denominator)
        raise InputError(f"{what}: sums to {brief(total)}, expected 1")
    return Distribution(weights, denominator)


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class SparseRows(Brief):
    """Probability rows in compressed form: row `k` puts `weights[e] / denominators[k]` on `columns[e]` for the entries
    `e` in `offsets[k] .. offsets[k+1]`; columns increase within a row, weights are positive, rows in lowest terms.
    """

    offsets: IndexArray  # [K + 1]
    columns: IndexArray  # [E]
    weights: IntArray  # [E]
    denominators: IntArray  # [K]

    @classmethod
    def from_mappings(cls, rows: Sequence[Mapping[int, Fraction | int]], what: str) -> "SparseRows":
        """Rows given as `{column: probability}`; zero entries are removed, sums are checked."""
        offsets: list[int] = [0]
        columns: list[int] = []
        weights: list[int] = []
        denominators: list[int] = []
        for index, row in enumerate(rows):
            entries = sorted((column, value) for column, value in row.items() if value)
            checked = distribution([value for _, value in entries], f"{what} {index}")
            columns.extend(column for column, _ in entries)
            weights.extend(checked.weights)
            denominators.append(checked.denominator)
            offsets.append(len(columns))
        return cls(
            np.array(offsets, dtype=np.int64),
            np.array(columns, dtype=np.int64),
            integer_array(weights),
            integer_array(denominators),
        )

    def row(self, index: int) -> dict[int, Fraction]:
        """Row `index` as `{column: probability}`."""
        entries = range(int(self.offsets[index]), int(self.offsets[index + 1]))
        denominator = int(self.denominators[index])
        return {int(self.columns[e]): Fraction(int(self.weights[e]), denominator) for e in entries}

    def floats(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """`[E]` the probabilities as floats (proposals only, never facts)."""
        owner = np.repeat(np.arange(len(self.denominators)), np.diff(self.offsets))
        if self.weights.dtype != object and self.denominators.dtype != object:
            return np.asarray(self.weights / self.denominators[owner], dtype=np.float64)
        pairs = zip(self.weights, self.denominators[owner], strict=True)
        return np.array([int(w) / int(d) for w, d in pairs], dtype=np.float64)
