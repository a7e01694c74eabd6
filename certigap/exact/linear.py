"""Exact linear fixed points over the rationals, by strongly connected components.

A `RowMatrix` A has integer rows, each over a scale of its own: `A[s, t] = W[s, t] / scales[s]`. With a discount
g = p/q in [0, 1):

- values solve      x = c + g A x:    (q scale_s) x_s = (q scale_s) c_s + p sum_t W[s, t] x_t,
- occupancies solve m = c + g A^T m:  (q scale_t) y_t = q c_t + p sum_s W[s, t] y_s, with m_s = scale_s y_s.

Both are `diagonal_s x_s = constant_s + sum_e w_e x_{column_e}` with integers on the left: each strongly connected
component is one small dense system (python-flint), and a component is solved after all that it depends on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from graphlib import TopologicalSorter
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.exact.integers import IndexArray, IntArray, as_object, integer_array
from certigap.exact.vector import Vector

__all__ = [
    "Constants",
    "RowMatrix",
    "components",
    "longest_path",
    "solve_fixed_point",
    "solve_transposed_fixed_point",
]

Constants = tuple[IntArray, IntArray | int]
"""A rational vector `numerators / denominators` with one denominator per entry, or one for all."""


@dataclass(frozen=True, eq=False, slots=True)
class RowMatrix:
    """Sparse rows: row `r` holds `weights[e] / scales[r]` at `columns[e]`, e in `offsets[r] .. offsets[r + 1]`.

    >>> RowMatrix.from_fractions([{0: Fraction(1, 3), 1: Fraction(2, 3)}]).scales.tolist()
    [3]
    """

    offsets: IndexArray  # [R + 1], strictly increasing: no row is empty
    columns: IndexArray  # [E]
    weights: IntArray  # [E], > 0
    scales: IntArray  # [R], > 0

    @classmethod
    def from_fractions(cls, rows: Sequence[dict[int, Fraction]]) -> "RowMatrix":
        """The matrix of non-empty rows `{column: entry}`."""
        scales = [int(np.lcm.reduce([x.denominator for x in row.values()], dtype=object)) for row in rows]
        entries = [(c, int(x * scale)) for row, scale in zip(rows, scales, strict=True) for c, x in row.items()]
        return cls(
            np.cumsum([0, *(len(row) for row in rows)], dtype=np.int64),
            np.array([c for c, _ in entries], dtype=np.int64),
            integer_array([w for _, w in entries]),
            integer_array(scales),
        )

    @property
    def rows(self) -> int:
        """Number of rows, R."""
        return len(self.scales)

    @property
    def owners(self) -> IndexArray:
        """`[E]` the row of each entry."""
        return np.repeat(np.arange(self.rows, dtype=np.int64), np.diff(self.offsets))

    def select(self, rows: IndexArray) -> "RowMatrix":
        """The matrix of the given rows, in their order."""
        counts = np.diff(self.offsets)[rows]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        entries = np.arange(offsets[-1]) - np.repeat(offsets[:-1], counts) + np.repeat(self.offsets[rows], counts)
        return RowMatrix(offsets, self.columns[entries], self.weights[entries], self.scales[rows])

    def row_sums(self, vector: IntArray) -> IntArray:
        """`[R]` the sums `sum_e weights[e] vector[columns[e]]` (Python integers): `scales * (A vector)`."""
        products = as_object(self.weights) * as_object(vector)[self.columns]
        return np.asarray(np.add.reduceat(products, self.offsets[:-1]))

    def floats(self) -> npt.NDArray[np.float64]:
        """`[E]` entries as nearest floats (proposals only, never facts)."""
        return np.array(as_object(self.weights) / as_object(self.scales)[self.owners], dtype=np.float64)

    def sparse(self, width: int) -> Any:
        """The float matrix `[R, width]` in SciPy's compressed rows (proposals only, never facts)."""
        from scipy.sparse import csr_array

        return csr_array((self.floats(), self.columns, self.offsets), shape=(self.rows, width))


def solve_fixed_point(matrix: RowMatrix, discount: Fraction, constants: Sequence[Constants]) -> list[Vector]:
    """The solutions x of `x = c + g A x`, one per constant vector c.

    Args:
        matrix: square, `[S, S]`, rows that sum to at most 1.
        discount: g in [0, 1).
        constants: vectors `[S]`.

    Returns:
        One exact `Vector` `[S]` per constant.

    >>> loop = RowMatrix.from_fractions([{0: Fraction(1)}])
    >>> solve_fixed_point(loop, Fraction(9, 10), [(np.array([1]), 2)])
    [Vector(numerators=(5,), denominator=1)]
    """
    diagonal = as_object(matrix.scales) * discount.denominator
    weights = as_object(matrix.weights) * discount.numerator
    scaled = [(as_object(numerators) * diagonal, denominators) for numerators, denominators in constants]
    graph = _Graph(matrix.offsets.tolist(), matrix.columns.tolist(), weights.tolist(), diagonal.tolist())
    return [_vector(column) for column in _solve(graph, matrix, [_rationals(c) for c in scaled])]


def solve_transposed_fixed_point(matrix: RowMatrix, discount: Fraction, constant: Constants) -> Vector:
    """The solution m of `m = c + g A^T m` (arguments as in `solve_fixed_point`)."""
    order = np.argsort(matrix.columns, kind="stable")
    counts = np.bincount(matrix.columns, minlength=matrix.rows)
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
    sources = matrix.owners[order]
    weights = as_object(matrix.weights)[order] * discount.numerator
    scales = as_object(matrix.scales)
    graph = _Graph(offsets.tolist(), sources.tolist(), weights.tolist(), (scales * discount.denominator).tolist())
    transposed = RowMatrix(offsets, sources, weights, scales)
    numerators, denominators = constant
    columns = [_rationals((as_object(numerators) * discount.denominator, denominators))]
    (solution,) = _solve(graph, transposed, columns)
    return _vector([x * scale for x, scale in zip(solution, scales.tolist(), strict=True)])


def components(offsets: IndexArray, columns: IndexArray) -> list[list[int]]:
    """Strongly connected components of the graph row -> column, each after all that it leads to.

    >>> components(np.array([0, 1, 2]), np.array([1, 1]))
    [[1], [0]]
    """
    labels, count = _labels(offsets, columns)
    members: list[list[int]] = [[] for _ in range(count)]
    for state, label in enumerate(labels.tolist()):
        members[label].append(state)
    return [members[label] for label in _ordered(labels, count, offsets, columns)]


def longest_path(offsets: IndexArray, columns: IndexArray, lengths: Sequence[int]) -> tuple[int, int]:
    """Greatest total length along a path of components, and the greatest number of rows in one component.

    A component counts the lengths of all its rows; with the bits of the diagonals as lengths this bounds the bits
    of the denominator of a fixed point.
    """
    labels, count = _labels(offsets, columns)
    own = [0] * count
    for label, length in zip(labels.tolist(), lengths, strict=True):
        own[label] += length
    total = list(own)
    following = _following(labels, count, offsets, columns)
    for label in _ordered(labels, count, offsets, columns):
        total[label] += max((total[t] for t in following[label]), default=0)
    return max(total), int(np.bincount(labels).max())


def _labels(offsets: IndexArray, columns: IndexArray) -> tuple[IndexArray, int]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    size = len(offsets) - 1
    graph = csr_array((np.ones(len(columns), dtype=np.int8), columns, offsets), shape=(size, size))
    count, labels = connected_components(graph, directed=True, connection="strong")
    return np.asarray(labels, dtype=np.int64), int(count)


def _following(labels: IndexArray, count: int, offsets: IndexArray, columns: IndexArray) -> dict[int, list[int]]:
    sources = np.repeat(labels, np.diff(offsets))
    targets = labels[columns]
    edges = np.unique((sources * count + targets)[sources != targets])
    following: dict[int, list[int]] = {label: [] for label in range(count)}
    for source, target in zip((edges // count).tolist(), (edges % count).tolist(), strict=True):
        following[source].append(target)
    return following


def _ordered(labels: IndexArray, count: int, offsets: IndexArray, columns: IndexArray) -> list[int]:
    if bool((np.repeat(labels, np.diff(offsets)) >= labels[columns]).all()):
        return list(range(count))  # SciPy numbers them so, though its documentation does not say it
    return list(TopologicalSorter(_following(labels, count, offsets, columns)).static_order())


@dataclass(frozen=True, slots=True)
class _Graph:
    """`diagonal[s] x[s] = constant[s] + sum_e weights[e] x[columns[e]]`, e in `offsets[s] .. offsets[s+1]`."""

    offsets: list[int]
    columns: list[int]
    weights: list[int]
    diagonal: list[int]


def _rationals(constants: Constants) -> list[Any]:
    from flint import fmpq

    numerators, denominators = constants
    if isinstance(denominators, int):
        return [fmpq(int(x), denominators) for x in numerators]
    return [fmpq(int(x), int(d)) for x, d in zip(numerators, denominators, strict=True)]


def _solve(graph: _Graph, pattern: RowMatrix, columns: list[list[Any]]) -> list[list[Any]]:
    solutions = [list(column) for column in columns]
    for block in components(pattern.offsets, pattern.columns):
        if len(block) == 1:
            _solve_one(graph, block[0], solutions)
        else:
            _solve_block(graph, block, solutions)
    return solutions


def _solve_one(graph: _Graph, state: int, solutions: list[list[Any]]) -> None:
    diagonal = graph.diagonal[state]
    outside: list[tuple[int, int]] = []
    for entry in range(graph.offsets[state], graph.offsets[state + 1]):
        column, weight = graph.columns[entry], graph.weights[entry]
        if column == state:
            diagonal -= weight
        else:
            outside.append((column, weight))
    for solution in solutions:
        total = solution[state]
        for column, weight in outside:
            total += weight * solution[column]
        solution[state] = total / diagonal


def _solve_block(graph: _Graph, block: list[int], solutions: list[list[Any]]) -> None:
    from flint import fmpq, fmpz_mat

    position = {state: index for index, state in enumerate(block)}
    size = len(block)
    system = [0] * (size * size)
    for index, state in enumerate(block):
        row = index * size
        system[row + index] += graph.diagonal[state]
        entries = slice(graph.offsets[state], graph.offsets[state + 1])
        for column, weight in zip(graph.columns[entries], graph.weights[entries], strict=True):
            place = position.get(column)
            if place is not None:
                system[row + place] -= weight
                continue
            for solution in solutions:
                solution[state] += weight * solution[column]
    right, scales = _common_columns([[solution[state] for state in block] for solution in solutions])
    answer = fmpz_mat(size, size, system).solve(fmpz_mat(size, len(solutions), right)).entries()
    for index, state in enumerate(block):
        for which, solution in enumerate(solutions):
            solution[state] = answer[index * len(solutions) + which] * fmpq(1, scales[which])


def _common_columns(columns: list[list[Any]]) -> tuple[list[Any], list[Any]]:
    scales = [_lcm(column) for column in columns]
    integers = [[x.p * (scale // x.q) for x in column] for column, scale in zip(columns, scales, strict=True)]
    return [column[index] for index in range(len(columns[0])) for column in integers], scales


def _lcm(column: list[Any]) -> Any:
    from flint import fmpz

    result = fmpz(1)
    for x in column:
        result = result.lcm(x.q)
    return result


def _vector(column: list[Any]) -> Vector:
    denominator = _lcm(column)
    return Vector(tuple(int(x.p * (denominator // x.q)) for x in column), int(denominator))
