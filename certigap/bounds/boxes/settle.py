"""From a float tree to a proof: every leaf is bounded again in exact arithmetic, from the float vectors' neighbourhood.

Weights are rounded to a grid and prices to short fractions: every choice of them is sound (`certigap.regions.linear`).
"""

from fractions import Fraction

import numpy as np

from certigap.bounds.boxes.tilting import Tilting
from certigap.bounds.boxes.tree import Boxes, Leaf, node_region
from certigap.exact.grid import bits_below, nearest, on_grid, to_grid
from certigap.floats.kernel.node import NodeArrays
from certigap.model.policy import Policy
from certigap.regions.engine import PlayerBound, RegionEngine
from certigap.regions.linear import ErrorBudget, Expansion, linear_bound

__all__ = ["settled_leaf"]

_BITS = 30
"""Of the grid for vectors and weights: what it costs is 2^-30 of the values, far below any ratio asked for."""
_PRICE_BITS = 20
"""Of the grid for prices: any price is sound, and the bound is flat near the best one."""


def settled_leaf(
    engine: RegionEngine,
    expert: Policy,
    budget: ErrorBudget,
    player: int,
    boxes: Boxes,
    node: NodeArrays,
    tilting: Tilting | None = None,
) -> Leaf:
    """The exact bound of the player's gap on the policies of the ball in the boxes, with its proof.

    Args:
        engine: of the game.
        expert: the center of the ball.
        budget: of the ball.
        player: who may deviate.
        boxes: of the node.
        node: what the float search knows of it.
        tilting: in balls of occupancies.
    """
    region = node_region(expert, budget, boxes)
    if region is None:
        return Leaf((), Fraction(0))
    tilt, cost = None, Fraction(0)
    if tilting is not None:
        tilt, cost, engine = tilting.exact(node.tilt, player)
    vectors = node.vectors * engine.units
    bits = _BITS + bits_below(float(np.abs(vectors).max()))
    high, low, value, gap, top = (on_grid(to_grid(own, bits), bits) for own in vectors)
    zero = Fraction(0)
    start = PlayerBound(high, low, value, gap, zero, zero)
    bound = engine.player_bound(region, player, start=start)
    four = (bound.best_upper, bound.best_lower, bound.value_lower, bound.gap_upper)
    if node.bounds[0] <= node.bounds[1]:
        return Leaf(four, bound.upper + cost, None, tilt)
    five = (*four, engine.value_upper(region, player, top))
    expansion = _expansion(engine, node)
    linear = linear_bound(engine.scaled, region, budget, player, five, expansion)
    if linear < bound.upper:
        return Leaf(five, linear + cost, expansion, tilt)
    return Leaf(four, bound.upper + cost, None, tilt)


def _expansion(engine: RegionEngine, node: NodeArrays) -> Expansion:
    """Weights are rounded relative to what they weigh: the values at a state over those at the start."""
    bits = _BITS + bits_below(engine.start_unit / float(engine.units.max()))
    one, two = (on_grid(to_grid(own / engine.units, bits), bits) for own in node.weights)
    price_bits = _PRICE_BITS + bits_below(max(node.prices.tolist()))
    prices = tuple(nearest(max(price, 0.0), price_bits) for price in node.prices.tolist())
    return Expansion((one, two), tuple(int(a) for a in node.reference), prices)
