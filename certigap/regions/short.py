"""Short exact vectors in place of rounded ones: ties are decided by exact numbers alone.

Values are looked for among the short fractions of the player's *unit*, the largest number that all its rewards are
whole multiples of: what is short in a game is as short in the game times 1e-15.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from certigap.exact.vector import Vector
from certigap.model.game import Game

__all__ = ["shortened"]

_LARGEST = 10**5  # denominators of exact values in hand-made games; rounding, 1e-11, stays far below their distances
_LEAST = 10**3  # denominators over the unit that discounts and transitions alone bring about
_MOST = 2**20  # units in the span of the rewards: with more, no value is short, and the span is the unit


def shortened(game: Game, player: int, vector: Vector, holds: Callable[[Sequence[int], int], bool]) -> Vector:
    """The vector of short fractions beside a rounded one of the player's values, where it `holds` too.

    `holds` takes numerators and their denominator.
    """
    unit, largest = _unit(game, player)
    short = Vector.of(unit * (x / unit).limit_denominator(largest) for x in vector.fractions())
    return short if holds(short.numerators, short.denominator) else vector


def _unit(game: Game, player: int) -> tuple[Fraction, int]:
    """The unit, and the largest denominator of short fractions of it."""
    span = 2 * game.half_range(player)
    unit = Fraction(math.gcd(*map(int, game.rewards[player])), game.reward_denominators[player])
    if not span:
        return unit or Fraction(1), _LEAST
    if span > _MOST * unit:
        return span, _LARGEST
    return unit, max(_LEAST, int(_LARGEST * unit / span))
