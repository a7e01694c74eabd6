"""Iterative refinement: from a basis that floats mistake for optimal to one that is (Gleixner, Steffy, Wolter 2016).

Given x and y, the same program around them, magnified, is

    minimise  D (c - A^T y) . z
    over      P (lower - x) <= z <= P (upper - x),   P (row_lower - A x) <= A z <= P (row_upper - A x),

whose optimal basis is that of the first: its data are computed exactly and rounded once, so what was below a float
solver's tolerance becomes large. x + z/P and y + w/D are the next pair, and P and D grow by what the violations shrink.
Every new basis on the way is solved exactly and judged exactly.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

import numpy as np

from certigap.exact.integers import FloatArray
from certigap.exact.lp.basis import Basis, Place, basis_solution
from certigap.exact.lp.floats import FloatSolver, Proposal
from certigap.exact.lp.program import Bound, Optimal, Program
from certigap.exact.vector import Vector

__all__ = ["refined_optimum"]

_ROUNDS = 25  # each gains what floats are right about: an end where that is nothing
_GROWTH = 30
"""Bits by which a magnification grows at most in one round."""
_GRID = 60
"""Bits kept of each correction."""


def refined_optimum(program: Program, solver: FloatSolver, start: Vector | None = None) -> Optimal | None:
    """An optimum with its proof, from `start` if that is given; None when HiGHS gives up or the rounds end."""
    m, n = program.shape
    pair = start or Vector((0,) * n, 1), Vector((0,) * m, 1)
    rows, columns = solver.row_bits.tolist(), solver.column_bits.tolist()
    sides = [(end, k) for side in program.ends[:2] for end, k in zip(side, rows, strict=True)]
    sides += [(end, -k) for side in program.ends[2:] for end, k in zip(side, columns, strict=True)]
    primal, dual = -_largest_bits(sides), -_largest_bits(zip(program.cost, columns, strict=True))
    tried: set[Basis] = set()
    for _ in range(_ROUNDS):
        state = _State(program, *pair)
        proposal = state.asked(solver, primal, dual)
        if proposal is None:
            return None
        if proposal.basis not in tried:
            tried.add(proposal.basis)
            exact = basis_solution(program, proposal.basis)
            if exact is not None and program.is_optimal(*exact):
                return Optimal(program.value(exact[0]), *exact)
        if not proposal.is_optimal:
            return None
        pair = _moved(state.x, proposal.point, primal), _moved(state.y, proposal.multipliers, dual)
        moved = _State(program, *pair)
        primal = _magnification(primal, moved.primal_fault(proposal.basis, rows, columns))
        dual = _magnification(dual, moved.dual_fault(proposal.basis, rows, columns))
    return None


class _State:
    """A pair (x, y) with its activities A x `[m]` and reduced costs c - A^T y `[n]`."""

    def __init__(self, program: Program, x: Vector, y: Vector) -> None:
        self.program, self.x, self.y = program, x, y
        self.activities, self.reduced = program.activities(x), program.reduced(y)

    def asked(self, solver: FloatSolver, primal: int, dual: int) -> Proposal | None:
        """What HiGHS proposes around the pair, magnified by 2^primal and 2^dual."""
        row_lower, row_upper, lower, upper = self.program.ends
        ends = (
            _magnified(row_lower, self.activities, primal, -np.inf),
            _magnified(row_upper, self.activities, primal, np.inf),
            _magnified(lower, self.x, primal, -np.inf),
            _magnified(upper, self.x, primal, np.inf),
        )
        cost = np.array([_float(v, self.reduced.denominator, dual) for v in self.reduced.numerators])
        proposal = solver.solve(cost, ends)
        return proposal if proposal is not None and proposal.is_optimal else solver.solve(cost, ends, warm=False)

    def primal_fault(self, basis: Basis, row_bits: Sequence[int], column_bits: Sequence[int]) -> Fraction:
        """The largest violation of a bound, or distance to the bound that the basis names, in the solver's units."""
        row_lower, row_upper, lower, upper = self.program.ends
        own = _distances(self.activities, row_lower, row_upper, basis.rows)
        other = _distances(self.x, lower, upper, basis.columns)
        return max(_largest(own, row_bits, 1), _largest(other, column_bits, -1))

    def dual_fault(self, basis: Basis, row_bits: Sequence[int], column_bits: Sequence[int]) -> Fraction:
        """The largest reduced cost or multiplier of a sign that the basis does not allow, in the solver's units."""
        own, other = _wrong(self.y, basis.rows), _wrong(self.reduced, basis.columns)
        return max(_largest(own, row_bits, -1), _largest(other, column_bits, 1))


def _largest(faults: Sequence[Fraction], bits: Sequence[int], sign: int) -> Fraction:
    pairs = zip(faults, bits, strict=True)
    return max((fault * Fraction(2) ** (sign * k) for fault, k in pairs if fault), default=Fraction(0))


def _magnified(side: Sequence[Bound], values: Vector, bits: int, infinity: float) -> FloatArray:
    """2^bits (side - values) in floats."""
    scale = values.denominator
    return np.array(
        [
            infinity
            if end is None
            else _float(end.numerator * scale - v * end.denominator, scale * end.denominator, bits)
            for end, v in zip(side, values.numerators, strict=True)
        ]
    )


def _float(numerator: int, denominator: int, bits: int) -> float:
    """2^bits numerator / denominator, infinite where no float is that large."""
    try:
        return (numerator << max(bits, 0)) / (denominator << max(-bits, 0))
    except OverflowError:
        return math.inf if numerator > 0 else -math.inf


def _moved(values: Vector, step: FloatArray, bits: int) -> Vector:
    """values + step / 2^bits, the step rounded to a grid."""
    shift = max(bits, 0) + _GRID
    numerators = [round(x * 2.0**_GRID) << (max(bits, 0) - bits) for x in np.nan_to_num(step).tolist()]
    return _sum(values, Vector(tuple(numerators), 1 << shift))


def _sum(first: Vector, second: Vector) -> Vector:
    common = math.lcm(first.denominator, second.denominator)
    a, b = common // first.denominator, common // second.denominator
    return Vector(tuple(x * a + y * b for x, y in zip(first.numerators, second.numerators, strict=True)), common)


def _distances(values: Vector, lower: Sequence[Bound], upper: Sequence[Bound], places: Sequence[int]) -> list[Fraction]:
    found: list[Fraction] = []
    for v, low, high, place in zip(values.fractions(), lower, upper, places, strict=True):
        if place == Place.LOWER and low is not None:
            found.append(abs(v - low))
        elif place == Place.UPPER and high is not None:
            found.append(abs(v - high))
        else:
            sides = (Fraction(0) if low is None else low - v, Fraction(0) if high is None else v - high)
            found.append(max(*sides, Fraction(0)))
    return found


def _wrong(values: Vector, places: Sequence[int]) -> list[Fraction]:
    signs = {Place.LOWER: -1, Place.UPPER: 1}
    pairs = zip(values.fractions(), places, strict=True)
    return [max(v * signs[Place(place)], Fraction(0)) if place in signs else abs(v) for v, place in pairs]


def _magnification(bits: int, fault: Fraction) -> int:
    """The next magnification: the fault becomes about 1, growth is limited."""
    wanted = fault.denominator.bit_length() - fault.numerator.bit_length() if fault else bits + _GROWTH
    return min(bits + _GROWTH, wanted)


def _largest_bits(values: Iterable[tuple[Bound, int]]) -> int:
    """About the largest log2 of value 2^k, 0 when every value is 0 or missing."""
    found = (x.numerator.bit_length() - x.denominator.bit_length() + k for x, k in values if x)
    return max(found, default=0)
