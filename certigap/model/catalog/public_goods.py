"""The n-player public-goods game: each keeps or contributes one unit; contributions are multiplied and shared.

With m contributors among n players and factor f, a player earns f m/n, plus 1 if it kept its unit. A contribution
costs its giver 1 - f/n: for f < n keeping is strictly dominant, though for f > 1 all would gain if all contributed;
for f > n contributing is strictly dominant. The expert plays the dominant action (keeps where f = n: a tie). The
learner plays the other one with probability e, every player on its own: eps_BC = 2 e, NashGap = e |1 - f/n|.
"""

import itertools
from fractions import Fraction

import numpy as np

from certigap.model.build import normal_form
from certigap.model.catalog.recipe import Parameters, Recipe, between, integer
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["RECIPES"]

_MOST_PLAYERS = 12  # 2^12 profiles; one player more doubles the game
_LARGEST_FACTOR = 1_000_000  # keeps payoffs short
_ACTIONS = ("keep", "contribute")


def _public_goods(parameters: Parameters) -> Game:
    players = integer(parameters, "players", 2, _MOST_PLAYERS)
    share = between(parameters, "factor", 0, _LARGEST_FACTOR) / players
    shape = (len(_ACTIONS),) * players
    payoffs = [np.empty(shape, dtype=object) for _ in range(players)]
    for joint in itertools.product(range(2), repeat=players):
        for player, own in enumerate(joint):
            payoffs[player][joint] = share * sum(joint) + 1 - own
    return normal_form(payoffs, actions=[_ACTIONS] * players)


def _dominant(parameters: Parameters) -> int:
    return int(parameters["factor"] > parameters["players"])


def _expert(game: Game, parameters: Parameters) -> Policy:
    return _mixed(game, _dominant(parameters), Fraction(0))


def _learner(game: Game, parameters: Parameters) -> Policy:
    return _mixed(game, _dominant(parameters), between(parameters, "e", 0, 1))


def _mixed(game: Game, action: int, slip: Fraction) -> Policy:
    row = [1 - slip if k == action else slip for k in range(len(_ACTIONS))]
    return Policy.from_rows(game, [row] * len(game.players))


RECIPES = {"public-goods": Recipe(_public_goods, _expert, _learner)}
