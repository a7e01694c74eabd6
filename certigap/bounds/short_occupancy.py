"""Short lower bounds of an occupancy: few bits, so that radii eps / m(s) and everything made of them stay small.

T m = (1 - g) nu + g P^T m is monotone and affine, and any m >= 0 with m <= T m satisfies m <= mu
(`certigap.regions.region`). From mu <= T mu, m = floor(mu - d) on a grid keeps the inequality when d >= g P^T (d + 1)
in its units: d comes from a float solve, enlarged where rounding asks for it. Negative entries become 0, which only
helps.
"""

import math
from fractions import Fraction

import numpy as np

from certigap.errors import SolverError
from certigap.exact.grid import to_grid
from certigap.exact.integers import FloatArray, IntArray, as_object
from certigap.exact.vector import Vector
from certigap.floats.solvers import Resolvent
from certigap.model.policy import Policy
from certigap.semantics.induced import reachable, transition_chain

__all__ = ["occupancy_upper_holds", "short_occupancy"]

GRID_BITS = 40  # 1e-12 of the mass: far below what a radius eps / m(s) shows
SHORT_BITS = 64  # a denominator of one machine word is short enough as it is
_NEAR_ONE_BITS = 10
"""Horizons of more bits make the grid finer: d is a few steps of it times the horizon."""


def short_occupancy(policy: Policy, lower: Vector) -> Vector:
    """A vector `m <= mu` of short numbers that satisfies m <= (1 - g) nu + g P^T m.

    Args:
        policy: the policy whose occupancy mu is meant.
        lower: `[S]` a lower bound of mu that satisfies the inequality.

    Returns:
        `lower` itself when its denominator has at most 64 bits, else a vector over a power of two near 2^40; `lower`
        too where floats cannot solve for d.

    >>> from certigap.model.build import bimatrix
    >>> short_occupancy(Policy.pure(bimatrix([[0]])), Vector((1,), 1))
    Vector(numerators=(1,), denominator=1)
    """
    if lower.denominator.bit_length() <= SHORT_BITS or not policy.game.discount:
        return lower
    bits = GRID_BITS + max(0, math.ceil(policy.game.horizon).bit_length() - _NEAR_ONE_BITS)
    grid: IntArray = np.array([(x << bits) // lower.denominator for x in lower.numerators], dtype=object)
    try:
        lost = _lost(policy)
    except SolverError:
        return lower
    step = _Step(policy)
    for enlarge in (1, 2, 4, 8):
        m = np.maximum(grid - enlarge * to_grid(np.ceil(lost), 0), 0)
        if bool((m * step.scale <= step.scaled(m, 1 << bits)).all()):
            return Vector(tuple(int(x) for x in m), 1 << bits)
    return lower


def _lost(policy: Policy) -> FloatArray:
    """d `[S]` = g P^T d + (entries of P into the state) + 1 where the policy comes, 0 elsewhere."""
    game, matrix = policy.game, transition_chain(policy.game, policy)
    seen = reachable(game.initial, matrix)
    entries = np.bincount(matrix.columns, weights=seen[matrix.owners], minlength=matrix.rows)
    return Resolvent(matrix.sparse(matrix.rows), game.float_discount).occupancies(np.where(seen, entries + 1.0, 0.0))


def occupancy_upper_holds(policy: Policy, upper: Vector) -> bool:
    """u >= (1 - g) nu + g P^T u entrywise, which proves u >= mu."""
    step = _Step(policy)
    m: IntArray = np.array(upper.numerators, dtype=object)
    return bool((m * step.scale >= step.scaled(m, upper.denominator)).all())


class _Step:
    """`m -> (1 - g) nu + g P^T m` times `scale`, in integers."""

    def __init__(self, policy: Policy) -> None:
        game = policy.game
        matrix = transition_chain(game, policy)
        discount: Fraction = game.discount
        common = int(np.lcm.reduce(as_object(matrix.scales)))
        self.scale = common * discount.denominator * game.initial.denominator
        factor = discount.numerator * game.initial.denominator * common
        own = as_object(matrix.weights) * (factor // as_object(matrix.scales)[matrix.owners])
        order = np.argsort(matrix.columns, kind="stable")
        self._weights, self._sources = own[order], matrix.owners[order]
        self._columns, self._starts = np.unique(matrix.columns[order], return_index=True)
        rest = (discount.denominator - discount.numerator) * common
        self._initial: IntArray = np.array([rest * w for w in game.initial.weights], dtype=object)

    def scaled(self, m: IntArray, denominator: int) -> IntArray:
        result = self._initial * denominator
        result[self._columns] += np.add.reduceat(self._weights * m[self._sources], self._starts)
        return result
