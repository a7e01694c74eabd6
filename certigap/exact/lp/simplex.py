"""The simplex method in exact arithmetic, for programs whose basis no float solver finds.

With r = A x the variables are x and r, each between its bounds. A dictionary writes the basic ones by the others,
basic_i = sum_j T_ij other_j; it starts with r basic. Feasibility: the first basic variable outside its bounds moves to
the bound that it violates, by the first other variable that can move it; if none can, its row is a Farkas proof.
Optimality: the first variable that improves moves until the first basic one is at a bound. Always the first of several
(Bland's rule), so neither phase cycles.

Source: Dutertre, de Moura, A fast linear-arithmetic solver for DPLL(T) (CAV 2006), section 3.
"""

from fractions import Fraction
from typing import Any

from certigap.exact.lp.program import Bound, Infeasible, Optimal, Outcome, Program, Unbounded, Undecided
from certigap.exact.vector import Vector

__all__ = ["MOST_WORK", "simplex"]

MOST_WORK = 10_000_000
"""Dictionary entries that all pivots together may compute: some ten seconds."""


def simplex(program: Program, most_work: int = MOST_WORK) -> Outcome:
    """The outcome of a program, with its proof; `Undecided` when the work limit is reached.

    >>> simplex(Program([-1, -1], [[2, 1]], [None], [3], [0, 0], [1, None])).value
    Fraction(-3, 1)
    """
    dictionary = _Dictionary(program, most_work)
    while (broken := dictionary.violated()) is not None:
        if dictionary.is_spent:
            return Undecided("exact simplex: more work than is allowed")
        entering = dictionary.mover(broken)
        if entering is None:
            return Infeasible(dictionary.farkas(broken))
        dictionary.repair(broken, entering)
    while (move := dictionary.improving()) is not None:
        if dictionary.is_spent:
            return Undecided("exact simplex: more work than is allowed")
        if not dictionary.advance(*move):
            return Unbounded(dictionary.point(), dictionary.ray(*move))
    point = dictionary.point()
    return Optimal(program.value(point), point, dictionary.multipliers())


class _Dictionary:
    """Variables 0..n-1 are x, n..n+m-1 are r; `basic[i]` and `other[j]` name those of row i and column j."""

    def __init__(self, program: Program, most_work: int) -> None:
        from flint import fmpq

        (m, n), self.program, self.work_left = program.shape, program, most_work
        self.zero = fmpq(0)
        self.basic, self.other = list(range(n, n + m)), list(range(n))
        self.rows = [[fmpq(int(a)) for a in row] for row in program.array.tolist()]
        self.costs = [fmpq(int(c)) for c in program.cost]
        self.lower = [_flint(end) for end in (*program.lower, *program.row_lower)]
        self.upper = [_flint(end) for end in (*program.upper, *program.row_upper)]
        pairs = zip(self.lower[:n], self.upper[:n], strict=True)
        self.values = [low if low is not None else high if high is not None else self.zero for low, high in pairs]
        self.values += [sum((a * x for a, x in zip(row, self.values, strict=True)), self.zero) for row in self.rows]

    @property
    def is_spent(self) -> bool:
        """The work limit is reached."""
        return self.work_left <= 0

    def violated(self) -> int | None:
        """The row of the first basic variable outside its bounds."""
        outside = [(v, i) for i, v in enumerate(self.basic) if self._room(v, 1) < 0 or self._room(v, -1) < 0]
        return min(outside)[1] if outside else None

    def mover(self, row: int) -> int | None:
        """The first column whose variable can move that basic variable towards its bounds."""
        sign = 1 if self._room(self.basic[row], -1) < 0 else -1
        able = [(v, j) for j, v in enumerate(self.other) if self._can(v, sign * _sign(self.rows[row][j]))]
        return min(able)[1] if able else None

    def repair(self, row: int, column: int) -> None:
        """Move the basic variable to the bound that it violates and take it out of the basis."""
        leaving = self.basic[row]
        target = self.lower[leaving] if self._room(leaving, -1) < 0 else self.upper[leaving]
        self._shift(column, (target - self.values[leaving]) / self.rows[row][column])
        self._pivot(row, column)

    def improving(self) -> tuple[int, int] | None:
        """The first column that lowers the cost, and the sign of its move."""
        able = [(v, j) for j, v in enumerate(self.other) if self._can(v, -_sign(self.costs[j]))]
        if not able:
            return None
        column = min(able)[1]
        return column, -_sign(self.costs[column])

    def advance(self, column: int, sign: int) -> bool:
        """Move until something is at a bound; False when nothing ever is."""
        own = self._room(self.other[column], sign)
        least, blocking = (own, -1) if own is not _ENDLESS else (None, -1)
        for i in sorted(range(len(self.basic)), key=self.basic.__getitem__):
            slope = self.rows[i][column]
            room = self._room(self.basic[i], sign * _sign(slope)) if slope else _ENDLESS
            if room is not _ENDLESS and (least is None or room / abs(slope) < least):
                least, blocking = room / abs(slope), i
        if least is None:
            return False
        self._shift(column, sign * least)
        if blocking >= 0:
            self._pivot(blocking, column)
        return True

    def point(self) -> Vector:
        """`[n]` x"""
        return Vector.of(map(_fraction, self.values[: self.program.shape[1]]))

    def multipliers(self) -> Vector:
        """`[m]` the costs of the r that are not basic."""
        return self._on_rows(dict(zip(self.other, self.costs, strict=True)))

    def farkas(self, row: int) -> Vector:
        """`[m]` the row as an identity between the variables, with the sign that proves."""
        weights = dict(zip(self.other, self.rows[row], strict=True)) | {self.basic[row]: self.zero - 1}
        sign = -1 if self._room(self.basic[row], -1) < 0 else 1
        return self._on_rows({v: sign * w for v, w in weights.items()})

    def ray(self, column: int, sign: int) -> Vector:
        """`[n]` the direction in which x moves with that column."""
        moves = {v: sign * row[column] for v, row in zip(self.basic, self.rows, strict=True)}
        moves[self.other[column]] = self.zero + sign
        return Vector.of(_fraction(moves.get(v, self.zero)) for v in range(self.program.shape[1]))

    def _on_rows(self, weights: dict[int, Any]) -> Vector:
        m, n = self.program.shape
        return Vector.of(_fraction(weights.get(n + i, self.zero)) for i in range(m))

    def _room(self, variable: int, sign: int) -> Any:
        """How far the variable may move in that direction; negative when it is outside already."""
        end = self.upper[variable] if sign > 0 else self.lower[variable]
        return _ENDLESS if end is None else sign * (end - self.values[variable])

    def _can(self, variable: int, sign: int) -> bool:
        return sign != 0 and self._room(variable, sign) > 0

    def _shift(self, column: int, step: Any) -> None:
        self.values[self.other[column]] += step
        for variable, row in zip(self.basic, self.rows, strict=True):
            if row[column]:
                self.values[variable] += step * row[column]

    def _pivot(self, row: int, column: int) -> None:
        """Exchange a basic variable with another one."""
        own = self.rows[row]
        pivot = own[column]
        solved = [-x / pivot for x in own]
        solved[column] = 1 / pivot
        for i, line in enumerate(self.rows):
            if i != row:
                self.rows[i] = _substituted(line, solved, column)
        self.rows[row], self.costs = solved, _substituted(self.costs, solved, column)
        self.basic[row], self.other[column] = self.other[column], self.basic[row]
        self.work_left -= len(solved) * (len(self.rows) + 1)


class _Endless:
    """No bound: more room than any number."""

    def __gt__(self, other: object) -> bool:
        return True

    def __lt__(self, other: object) -> bool:
        return False


_ENDLESS = _Endless()


def _substituted(line: list[Any], solved: list[Any], column: int) -> list[Any]:
    factor = line[column]
    if not factor:
        return line
    result = [x + factor * y for x, y in zip(line, solved, strict=True)]
    result[column] = factor * solved[column]
    return result


def _sign(value: Any) -> int:
    return int(value > 0) - int(value < 0)


def _flint(end: Bound) -> Any:
    from flint import fmpq

    return None if end is None else fmpq(end.numerator, end.denominator)


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))
