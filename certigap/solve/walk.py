"""All vertices of a polytope by a walk along its edges: exact, in integers, degenerate or not.

P = {x >= 0 : A x <= 1}, A an n x d matrix of positive integers, is a polytope. With slacks r = 1 - A x a *basis* names
n of the d + n variables; the others are 0. Its *dictionary* writes the basic variables by the others, over one
denominator D > 0 (the basis's determinant):

    D z_basis[k] = right[k] - sum_c table[k][c] z_cobasis[c].

An edge leads from a basis along one nonbasic variable c to the row k, table[k][c] > 0, that reaches 0 first: of least
right[k]/table[k][c]. Ties are broken lexicographically, as if constraint j read A_j x <= 1 + e^(j+1) with an e > 0 as
small as one likes: the polytope so disturbed is simple, its bases are the vertices of a connected graph, and every
vertex of P is the limit of one of them at least. The walk meets them all, depth first, and takes its steps back by the
same pivots; it ends as soon as every basis that was seen was also visited. Pivots divide exactly (Edmonds; Bareiss).

Source: Avis, Fukuda, "A pivoting algorithm for convex hulls and vertex enumeration" (1992), for the rule and the
dictionaries; here visited bases are remembered, where they search in reverse.
"""

from collections.abc import Iterator, Sequence

from certigap.errors import LimitError
from certigap.work.deadline import Deadline

__all__ = ["Corner", "corners"]

_LOOK = 64  # bases between two looks at the clock


class Corner:
    """A dictionary, and the vertex that it stands for."""

    def __init__(self, matrix: Sequence[Sequence[int]]) -> None:
        """The vertex 0: all slacks basic."""
        self.rows, self.columns = len(matrix), len(matrix[0])
        self.table = [[*row, 1] for row in matrix]  # [n][d + 1], the right sides last
        self.den = 1
        self.cobasis = list(range(self.columns))  # x is variables 0..d-1, slack j is d + j
        self.basis = list(range(self.columns, self.columns + self.rows))

    @property
    def solution(self) -> list[int]:
        """`[d + n]` all variables, times `den`."""
        result = [0] * (self.columns + self.rows)
        for variable, row in zip(self.basis, self.table, strict=True):
            result[variable] = row[-1]
        return result

    def leaving(self, column: int) -> int:
        """The row that reaches 0 first when this column's variable grows; the polytope is bounded: there is one."""
        best, top, bottom = -1, 0, 0
        for k, row in enumerate(self.table):
            entry = row[column]
            if entry > 0:
                sign = row[-1] * bottom - top * entry if best >= 0 else -1
                if sign < 0 or (sign == 0 and self._is_before(k, best, column)):
                    best, top, bottom = k, row[-1], entry
        return best

    def _is_before(self, first: int, second: int, column: int) -> bool:
        """Whether row `first` reaches 0 before `second`, of equal ratios, in the disturbed polytope."""
        place = {variable: c for c, variable in enumerate(self.cobasis)}
        one, two = self.table[first], self.table[second]
        for slack in range(self.columns, self.columns + self.rows):
            if slack in place:
                left, right = one[place[slack]], two[place[slack]]
            else:
                left, right = (self.den * (self.basis[k] == slack) for k in (first, second))
            if (difference := left * two[column] - right * one[column]) != 0:
                return difference < 0
        raise ArithmeticError("lexicographic rule: expected rows that differ, got two alike")

    def pivot(self, k: int, column: int) -> None:
        """Exchange the basic variable of row `k` for the nonbasic one of `column`; again: the step back."""
        own, den = self.table[k], self.den
        pivot = own[column]
        for i, row in enumerate(self.table):
            if i != k:
                factor = row[column]
                if factor:
                    changed = [(x * pivot - factor * y) // den for x, y in zip(row, own, strict=True)]
                elif pivot == den:
                    continue
                else:
                    changed = [x * pivot // den for x in row]
                changed[column] = -factor
                self.table[i] = changed
        own[column] = den
        self.den = pivot
        self.basis[k], self.cobasis[column] = self.cobasis[column], self.basis[k]


def corners(matrix: Sequence[Sequence[int]], limit: int, deadline: Deadline) -> Iterator[Corner]:
    """The bases of {x >= 0 : A x <= 1}, each once; a vertex comes as often as it has bases.

    Args:
        matrix: A `[n][d]`, integers > 0.
        limit: the most bases.
        deadline: when to give up.

    Yields:
        The one dictionary that walks: to be read before the next.

    Raises:
        LimitError: more bases, or the deadline passed.
    """
    corner = Corner(matrix)
    here = sum(1 << variable for variable in corner.basis)
    visited, seen = {here}, {here}
    path: list[tuple[int, int, int, list[tuple[int, int, int]]]] = []
    while True:
        yield corner
        if len(seen) > limit:
            raise LimitError(f"vertices of {corner.rows}x{corner.columns}: expected at most {limit} bases, got more")
        if len(visited) % _LOOK == 1 and not deadline.going:
            raise LimitError(f"vertices of {corner.rows}x{corner.columns}: expected their end in time, got none")
        ways = []
        for column in range(corner.columns):
            k = corner.leaving(column)
            target = here ^ (1 << corner.cobasis[column]) ^ (1 << corner.basis[k])
            if target not in visited:
                seen.add(target)
                ways.append((k, column, target))
        if len(seen) == len(visited):
            return
        while True:
            while ways and ways[-1][2] in visited:
                ways.pop()
            if ways:
                break
            k, column, here, ways = path.pop()
            corner.pivot(k, column)
        k, column, target = ways.pop()
        path.append((k, column, here, ways))
        corner.pivot(k, column)
        here = target
        visited.add(here)
