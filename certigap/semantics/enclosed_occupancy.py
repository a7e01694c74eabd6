"""A two-sided enclosure of an occupancy, mu = (1 - g) nu + g P^T mu =: T mu, by one-sided inequalities in integers.

T is monotone with nonnegative coefficients, so 0 <= m <= T m proves m <= mu and u >= T u proves u >= mu. From a float
solution X on the grid 2^-90 with lo <= TX - X <= hi (vectors), m = X - d with d >= g P^T d + max(0, -lo) is a lower
vector, and u = X + d with max(0, hi) an upper one. d comes from a float solve, enlarged by what rounding can cost,
which is at most one unit per entry of a column of P plus two. States that are never reached stay exactly 0.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.errors import SolverError
from certigap.exact.grid import on_grid, to_grid
from certigap.exact.integers import FloatArray, IntArray, as_object
from certigap.exact.linear import RowMatrix
from certigap.exact.vector import Bracket
from certigap.floats.solvers import Resolvent
from certigap.model.rows import Distribution
from certigap.semantics.induced import reachable

__all__ = ["enclose_occupancy"]

_BITS = 90  # of the grid: far finer than any error that is printed
_FINE_BITS = 30
"""Products with P are summed on a grid finer by this much, so that roundings of many entries stay below a unit."""

_MAX_ROUNDS = 8  # of refinement, each of which gains what the float solve is right about
_ENOUGH = 4  # units of the finer grid: rounding alone leaves as much


def enclose_occupancy(start: Distribution, matrix: RowMatrix, discount: Fraction) -> Bracket:
    """A bracket of mu, `[S]`.

    Args:
        start: nu.
        matrix: P, `[S, S]`.
        discount: g in (0, 1).
    """
    push = _Push.of(start, matrix, discount)
    resolvent = Resolvent(matrix.sparse(matrix.rows), float(discount))
    nu = np.array([w / start.denominator for w in start.weights], dtype=np.float64)
    seen = reachable(start, matrix)
    grid = np.where(seen, to_grid(resolvent.occupancies((1 - float(discount)) * nu), _BITS), 0)
    for _ in range(_MAX_ROUNDS):
        residual = push.apply(grid, up=False) - grid
        if max(abs(int(residual.max())), abs(int(residual.min()))) <= _ENOUGH:
            break
        correction = to_grid(resolvent.occupancies(residual.astype(np.float64)), 0)
        grid = np.where(seen, grid + correction, 0)
    grid = np.maximum(grid, 0)
    margin = _margin(matrix, seen)
    lower = _shifted(push, resolvent, grid, margin, up=False)
    upper = _shifted(push, resolvent, grid, margin, up=True)
    return Bracket(on_grid(lower, _BITS), on_grid(upper, _BITS))


@dataclass(frozen=True, slots=True)
class _Push:
    """T on the grid, rounded down or up as a whole."""

    constant: tuple[IntArray, IntArray]  # (1 - g) nu on the fine grid, rounded down and up
    starts: IntArray
    targets: IntArray
    sources: IntArray
    numerators: IntArray
    denominators: IntArray

    @classmethod
    def of(cls, start: Distribution, matrix: RowMatrix, discount: Fraction) -> "_Push":
        order = np.argsort(matrix.columns, kind="stable")
        targets, starts = np.unique(matrix.columns[order], return_index=True)
        sources = matrix.owners[order]
        numerators = as_object(matrix.weights)[order] * (discount.numerator << _FINE_BITS)
        denominators = as_object(matrix.scales)[sources] * discount.denominator
        mass = np.array(start.weights, dtype=object) * (discount.denominator - discount.numerator)
        scale, fine = start.denominator * discount.denominator, _BITS + _FINE_BITS
        constant = ((mass << fine) // scale, -((-mass << fine) // scale))
        return cls(constant, starts, targets, sources, numerators, denominators)

    def apply(self, grid: IntArray, up: bool) -> IntArray:
        """`[S]` T X in grid units, rounded down or up."""
        products = grid[self.sources] * self.numerators
        rounded = -(-products // self.denominators) if up else products // self.denominators
        total = self.constant[int(up)].copy()
        total[self.targets] += np.add.reduceat(rounded, self.starts)
        return -(-total >> _FINE_BITS) if up else total >> _FINE_BITS


def _margin(matrix: RowMatrix, seen: IntArray) -> FloatArray:
    counts = np.bincount(matrix.columns, weights=seen[matrix.owners], minlength=matrix.rows)
    return np.where(seen, counts + 2.0, 0.0)


def _shifted(push: _Push, resolvent: Resolvent, grid: IntArray, margin: FloatArray, up: bool) -> IntArray:
    residual = push.apply(grid, up) - grid
    need = np.maximum(residual if up else -residual, 0).astype(np.float64)
    for enlarge in (1.0, 2.0, 4.0, 8.0):
        wanted = np.where(margin > 0, need + enlarge * margin, 0.0)
        step = np.where(margin > 0, to_grid(np.ceil(resolvent.occupancies(wanted)), 0), 0)
        if up:
            candidate = grid + step
            held = candidate >= push.apply(candidate, up=True)
        else:
            candidate = np.maximum(grid - step, 0)
            held = candidate <= push.apply(candidate, up=False)
        if bool(np.asarray(held, dtype=bool).all()):
            return candidate
    side = "upper" if up else "lower"
    raise SolverError(f"{side} enclosure of an occupancy: expected a one-sided fixed point, got a violation")
