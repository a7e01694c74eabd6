"""Families without names, made for measuring: sparse random games and a token on a grid, to millions of states.

Their rules stand with the generators in `certigap.model.large.families`. As games with names (states, players and
actions are numbered) they are built up to `_MOST_ENTRIES` transitions, as arrays as far as memory goes.
"""

from certigap.errors import LimitError
from certigap.model.catalog.recipe import Parameters, Recipe, integer
from certigap.model.game import Game
from certigap.model.large.families import grid_game, random_game
from certigap.model.large.game import MOST, ArrayGame

__all__ = ["RECIPES"]

_MOST_PLAYERS, _MOST_ACTIONS, _MOST_SIDE = 8, 100, 10_000
_MOST_ENTRIES = 2_000_000
_SEEDS = 2**64 - 1


def _sparse(parameters: Parameters) -> ArrayGame:
    return random_game(
        integer(parameters, "states", 1, MOST),
        integer(parameters, "actions", 1, _MOST_ACTIONS),
        integer(parameters, "successors", 1, MOST),
        players=integer(parameters, "players", 1, _MOST_PLAYERS),
        discount=parameters["discount"],
        seed=integer(parameters, "seed", 0, _SEEDS),
    )


def _sparse_game(parameters: Parameters) -> Game:
    players = integer(parameters, "players", 1, _MOST_PLAYERS)
    rows = integer(parameters, "states", 1, MOST) * integer(parameters, "actions", 1, _MOST_ACTIONS) ** players
    _check(rows * integer(parameters, "successors", 1, MOST))
    return _sparse(parameters).to_game()


def _token(parameters: Parameters) -> ArrayGame:
    return grid_game(
        integer(parameters, "side", 2, _MOST_SIDE),
        discount=parameters["discount"],
        slip=integer(parameters, "slip", 1, 9),
        seed=integer(parameters, "seed", 0, _SEEDS),
    )


def _token_game(parameters: Parameters) -> Game:
    _check(45 * integer(parameters, "side", 2, _MOST_SIDE) ** 2)
    return _token(parameters).to_game()


def _check(entries: int) -> None:
    if entries > _MOST_ENTRIES:
        raise LimitError(f"a game with names: expected at most {_MOST_ENTRIES} transitions, got {entries} (--arrays)")


RECIPES = {
    "sparse": Recipe(_sparse_game, arrays=_sparse),
    "token": Recipe(_token_game, arrays=_token),
}
