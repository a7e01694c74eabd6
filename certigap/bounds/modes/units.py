"""Units of payoff for proofs by modes: grids of prices, rates and vectors do not know how large payoffs are.

Every rule of FORMAT 6.5 is homogeneous but for the grid of the rates, so a cover says in which units it counts: all of
it is then about the game whose payoffs are divided by the unit, a power of 2.
"""

from dataclasses import replace
from fractions import Fraction

from certigap.bounds.modes.nodes import ModeBall
from certigap.exact.integers import as_object, integer_array
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["counted", "payoff_unit"]

VALUE_BITS = 4  # of the largest half-range of discounted payoffs, in its unit


def payoff_unit(game: Game) -> Fraction:
    """The power of 2 in which the largest half-range of discounted payoffs is near 2^VALUE_BITS; 1 where all are 0.

    >>> import certigap as cg
    >>> payoff_unit(cg.normal_form([[[2**40, 0]], [[0, 0]]])) == 2**35
    True
    """
    largest = max(game.half_range(i) for i in range(len(game.players))) * game.horizon
    bits = largest.numerator.bit_length() - largest.denominator.bit_length()
    return Fraction(2) ** (bits - VALUE_BITS) if largest else Fraction(1)


def counted(ball: ModeBall) -> ModeBall:
    """The ball in the game whose payoffs are counted in units."""
    game, unit = ball.game, payoff_unit(ball.game)
    rewards = tuple(integer_array(as_object(own) * unit.denominator) for own in game.rewards)
    denominators = tuple(d * unit.numerator for d in game.reward_denominators)
    inner = replace(game, rewards=rewards, reward_denominators=denominators)
    return replace(ball, expert=Policy(inner, ball.expert.rows), unit=unit)
