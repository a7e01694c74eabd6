"""One equilibrium of a bimatrix game by the Lemke-Howson algorithm, in integers.

With payoffs made positive, the best-response polytopes are P = {x >= 0 : B'x <= 1} and Q = {y >= 0 : Ay <= 1}. Label i
of x is x_i = 0, label m + j of x is (B'x)_j = 1, and the other way round for y: a pair of vertices other than (0, 0)
that has all labels is, normalised, an equilibrium. From (0, 0) one label is dropped; the label picked up is dropped in
the other polytope, and so on until the first one is picked up. Ties are broken lexicographically (a perturbation of the
right side), so the path ends in degenerate games too. Pivots are fraction-free (Bareiss, Edmonds): all rows of a
tableau share one denominator, the last pivot.

Source: Lemke, Howson (1964); von Stengel, "Computing equilibria for two-person games" (2002), sections 2.3, 2.6.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from certigap.errors import LimitError
from certigap.work.deadline import Deadline

__all__ = ["lemke_howson"]

Matrix: TypeAlias = Sequence[Sequence[int]]


def lemke_howson(
    first: Matrix, second: Matrix, label: int = 0, deadline: Deadline | None = None
) -> tuple[list[Fraction], list[Fraction]]:
    """An exact equilibrium of the game with integer payoffs.

    Args:
        first: `[A_1][A_2]` payoffs to the row player.
        second: `[A_1][A_2]` payoffs to the column player.
        label: the label to drop first, in 0 .. A_1 + A_2 - 1.
        deadline: when to give up.

    Returns:
        Probabilities `[A_1]` and `[A_2]`.

    Raises:
        LimitError: the deadline passed.

    >>> [[str(p) for p in row] for row in lemke_howson([[2, 0], [0, 1]], [[1, 0], [0, 2]], label=1)]
    [['0', '1'], ['0', '1']]
    """
    rows, columns = len(first), len(first[0])
    size = rows + columns
    x_side = _Tableau([list(column) for column in zip(*_positive(second), strict=True)], rows, size, shift=0)
    y_side = _Tableau(_positive(first), 0, size, shift=rows)
    entering, tableau = label, x_side if label < rows else y_side
    while True:
        leaving = tableau.pivot(entering)
        if leaving == label:
            break
        entering, tableau = leaving, y_side if tableau is x_side else x_side
        if deadline is not None and not deadline.going:
            raise LimitError(f"Lemke-Howson path of a {rows}x{columns} game: expected its end in time, got none")
    return x_side.probabilities(range(rows)), y_side.probabilities(range(rows, size))


class _Tableau:
    """Rows `coefficients . z = right` over `denominator`; column = label, the slacks' labels from `slack` on."""

    def __init__(self, coefficients: list[list[int]], slack: int, size: int, shift: int) -> None:
        count = len(coefficients)
        self._rows = []
        for index, own in enumerate(coefficients):
            row = [0] * (size + 1)
            row[shift : shift + len(own)] = own
            row[slack + index] = 1
            row[size] = 1
            self._rows.append(row)
        self._basis = [slack + index for index in range(count)]
        self._order = [size, *range(slack, slack + count)]
        self._denominator = 1

    def pivot(self, entering: int) -> int:
        """Bring a label into the basis; the label that leaves."""
        index = self._leaving_row(entering)
        row = self._rows[index]
        factor = row[entering]
        for other, own in enumerate(self._rows):
            if other != index:
                scale = own[entering]
                pairs = zip(own, row, strict=True)
                self._rows[other] = [(a * factor - scale * b) // self._denominator for a, b in pairs]
        self._denominator = factor
        leaving, self._basis[index] = self._basis[index], entering
        return leaving

    def probabilities(self, labels: range) -> list[Fraction]:
        """The normalised strategy on the given labels."""
        weights = {label: row[-1] for label, row in zip(self._basis, self._rows, strict=True)}
        total = sum(weights.get(label, 0) for label in labels)
        return [Fraction(weights.get(label, 0), total) for label in labels]

    def _leaving_row(self, entering: int) -> int:
        candidates = [index for index, row in enumerate(self._rows) if row[entering] > 0]
        best = candidates[0]
        for index in candidates[1:]:
            if self._is_smaller(self._rows[index], self._rows[best], entering):
                best = index
        return best

    def _is_smaller(self, row: list[int], other: list[int], entering: int) -> bool:
        for column in self._order:
            difference: int = row[column] * other[entering] - other[column] * row[entering]
            if difference:
                return difference < 0
        return False


def _positive(payoffs: Matrix) -> list[list[int]]:
    lowest = min(min(row) for row in payoffs)
    return [[x - lowest + 1 for x in row] for row in payoffs]
