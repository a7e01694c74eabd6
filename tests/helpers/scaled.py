"""Games in other units of payoff."""

import dataclasses
from fractions import Fraction

from certigap.model.build import common_denominator
from certigap.model.game import Game


def times(game: Game, factor: Fraction) -> Game:
    """The game with every reward multiplied."""
    rows = range(game.layout.rows)
    tables = [common_denominator([factor * game.reward(i, k) for k in rows]) for i in range(len(game.players))]
    rewards, denominators = zip(*tables, strict=True)
    return dataclasses.replace(game, rewards=rewards, reward_denominators=denominators)
