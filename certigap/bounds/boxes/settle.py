"""From a float tree to a proof: every leaf is bounded again in exact arithmetic, from the float vectors' neighbourhood.

Weights are rounded to a grid and prices to short fractions: every choice of them is sound (`certigap.regions.linear`).
"""

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from certigap.bounds.boxes.tree import Boxes, Leaf, node_region
from certigap.exact.vector import Vector
from certigap.floats.kernel.node import NodeArrays
from certigap.model.policy import Policy
from certigap.regions.engine import PlayerBound, RegionEngine
from certigap.regions.linear import Ball, Expansion, linear_bound

__all__ = ["settled_leaf"]

_GRID = 2**30
_PRICE_GRID = 2**20


def settled_leaf(engine: RegionEngine, expert: Policy, ball: Ball, player: int, boxes: Boxes, node: NodeArrays) -> Leaf:
    """The exact bound of the player's gap on the policies of the ball in the boxes, with its proof.

    Args:
        engine: of the game.
        expert: the center of the ball.
        ball: the ball.
        player: who may deviate.
        boxes: of the node.
        node: what the float search knows of it.
    """
    region = node_region(expert, ball, boxes)
    if region is None:
        return Leaf((), Fraction(0))
    high, low, value, gap, top = (Vector(tuple(_grid(own, _GRID)), _GRID) for own in node.vectors)
    zero = Fraction(0)
    start = PlayerBound(high, low, value, gap, zero, zero)
    bound = engine.player_bound(region, player, start=start)
    four = (bound.best_upper, bound.best_lower, bound.value_lower, bound.gap_upper)
    if node.bounds[0] <= node.bounds[1]:
        return Leaf(four, bound.upper)
    five = (*four, engine.value_upper(region, player, top))
    expansion = _expansion(node)
    linear = linear_bound(engine.scaled, region, ball, player, five, expansion)
    return Leaf(five, linear, expansion) if linear < bound.upper else Leaf(four, bound.upper)


def _expansion(node: NodeArrays) -> Expansion:
    one, two = (Vector(tuple(_grid(own, _GRID)), _GRID) for own in node.weights)
    prices = tuple(Fraction(max(price, 0), _PRICE_GRID) for price in _grid(node.prices, _PRICE_GRID))
    return Expansion((one, two), tuple(int(a) for a in node.reference), prices)


def _grid(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], grid: int) -> Iterator[int]:
    return (round(float(x) * grid) for x in values)
