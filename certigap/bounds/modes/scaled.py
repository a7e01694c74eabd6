"""Payoffs of one size for the proofs by modes: grids of prices, rates and vectors do not know how large payoffs are.

Every rule of FORMAT 6.5 is homogeneous: what holds of a game holds of the same game with payoffs c times as large, with
limits, vectors, prices and tilts c times as large, and payoffs weighed 1/c as much in visit bounds, whose own vectors
and prices count visits and stay. c is a power of 2, so that nothing is rounded.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from certigap.bounds.modes.nodes import ModeBall
from certigap.bounds.modes.proof import ModeCover, ModeLeaf, ModeSplit, Tilt, Visit
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["payoff_unit", "scaled_ball", "scaled_cover"]

VALUE_BITS = 4  # of discounted payoffs in their units: at most 16


def payoff_unit(game: Game) -> Fraction:
    """The power of 2 in which the largest half-range of discounted payoffs is near 2^VALUE_BITS; 1 where all are 0.

    >>> import certigap as cg
    >>> payoff_unit(cg.normal_form([[[10**9, 0]], [[0, 0]]]))
    Fraction(33554432, 1)
    """
    largest = max(game.half_range(i) for i in range(len(game.players))) * game.horizon
    bits = largest.numerator.bit_length() - largest.denominator.bit_length()
    return Fraction(2) ** (bits - VALUE_BITS) if largest else Fraction(1)


def scaled_ball(ball: ModeBall, unit: Fraction) -> ModeBall:
    """The ball in the game whose payoffs are counted in units (a power of 2)."""
    game, up, down = ball.game, unit.numerator, unit.denominator
    rewards, denominators = tuple(own * down for own in game.rewards), tuple(d * up for d in game.reward_denominators)
    counted = replace(game, rewards=rewards, reward_denominators=denominators)
    return replace(ball, expert=Policy(counted, ball.expert.rows))


def scaled_cover(cover: ModeCover, unit: Fraction) -> ModeCover:
    """The cover of the ball's own game, from one in units."""
    visits = tuple(_visit(visit, unit) for visit in cover.visits)
    nodes = tuple(_leaf(node, unit) if isinstance(node, ModeLeaf) else _split(node, unit) for node in cover.nodes)
    return replace(cover, limit=cover.limit * unit, visits=visits, nodes=nodes)


def _visit(visit: Visit, unit: Fraction) -> Visit:
    return replace(visit, theta=visit.theta / unit)


def _split(node: ModeSplit, unit: Fraction) -> ModeSplit:
    shared = None if node.shared is None else _vectors(node.shared, unit)
    return replace(node, shared=shared, tilt=_tilt(node.tilt, unit))


def _leaf(leaf: ModeLeaf, unit: Fraction) -> ModeLeaf:
    prices = tuple(price * unit for price in leaf.prices)
    return replace(leaf, vectors=_vectors(leaf.vectors, unit), prices=prices, tilt=_tilt(leaf.tilt, unit))


def _tilt(tilt: Tilt | None, unit: Fraction) -> Tilt | None:
    return None if tilt is None else Tilt(_vector(tilt.numbers, unit))


def _vectors(vectors: Mapping[str, Vector], unit: Fraction) -> dict[str, Vector]:
    return {name: _vector(vector, unit) for name, vector in vectors.items()}


def _vector(vector: Vector, unit: Fraction) -> Vector:
    up, down = unit.numerator, unit.denominator
    numerators, denominator = [x * up for x in vector.numerators], vector.denominator * down
    common = math.gcd(denominator, *numerators)
    return Vector(tuple(x // common for x in numerators), denominator // common)
