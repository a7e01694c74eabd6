"""Short lower bounds of an occupancy: few bits, so that radii eps / m(s) and everything made of them stay small.

Any m >= 0 with m <= (1 - g) nu + g P^T m satisfies m <= mu (`certigap.regions.region`). The right side, rounded
down to a grid, is monotone in m; from m = floor(mu) the iteration m <- min(m, right side) therefore ends at
such an m.
"""

from fractions import Fraction

import numpy as np

from certigap.exact.integers import IntArray, as_object
from certigap.exact.vector import Vector
from certigap.model.policy import Policy
from certigap.semantics.induced import transition_chain

__all__ = ["occupancy_upper_holds", "short_occupancy"]

GRID = 2**40
SHORT_BITS = 64


def short_occupancy(policy: Policy, lower: Vector) -> Vector:
    """A vector `m <= mu` of short numbers that satisfies m <= (1 - g) nu + g P^T m.

    Args:
        policy: the policy whose occupancy mu is meant.
        lower: `[S]` a lower bound of mu that satisfies the inequality.

    Returns:
        `lower` itself when its denominator has at most 64 bits, else a vector over 2^40.

    >>> from certigap.model.build import bimatrix
    >>> short_occupancy(Policy.pure(bimatrix([[0]])), Vector((1,), 1))
    Vector(numerators=(1,), denominator=1)
    """
    if lower.denominator.bit_length() <= SHORT_BITS or not policy.game.discount:
        return lower
    floors = [x * GRID // lower.denominator for x in lower.numerators]
    m: IntArray = np.array(floors, dtype=object)
    step = _Step(policy)
    while True:
        smaller = np.minimum(m, step.floor(m))
        if np.array_equal(smaller, m):
            return Vector(tuple(int(x) for x in m), GRID)
        m = smaller


def occupancy_upper_holds(policy: Policy, upper: Vector) -> bool:
    """M >= (1 - g) nu + g P^T M entrywise, which proves M >= mu."""
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

    def floor(self, m: IntArray) -> IntArray:
        return np.asarray(self.scaled(m, GRID) // self.scale)
