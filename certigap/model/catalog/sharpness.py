"""The family for which gap_i <= [1 + g(n-1)] c_i eps_BC/(1-g)^2 is tight (THEORY 5, sharp forms):
the constant that Lemma 3 and Corollary 3 have as 2n.

At root every player plays x or y. Player 1's y pays it -1 and leads to Bad; otherwise it earns 1, and y of any
opponent leads to u, all x to Good. At u player 1 alone chooses: x pays 1 and leads to Good, y pays -1 and leads to
Bad. Good pays player 1 the reward 1 for ever, Bad -1; the others earn 0. Nobody has a choice in Good and Bad.

The expert plays x (a dominant strategy equilibrium). The learner plays y with probability e/2 at root, every player
on its own, and player 1 plays y at u, which the expert never visits: eps_BC = (1-g) e.
"""

from fractions import Fraction

from certigap.model.build import markov_game
from certigap.model.catalog.recipe import Parameters, Recipe, between, integer
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["RECIPES"]

_MOST_PLAYERS = 12  # 2^12 joint actions a state; one player more doubles the game
_BOTH, _NO_CHOICE = ("x", "y"), ("x",)
_PLACES = {"Good": 1, "Bad": -1}


def _sharpness(parameters: Parameters) -> Game:
    players = integer(parameters, "players", 2, _MOST_PLAYERS)
    others = players - 1
    return markov_game(
        players=tuple(str(player + 1) for player in range(players)),
        states=("root", "u", "Good", "Bad"),
        actions={
            "root": [_BOTH] * players,
            "u": [_BOTH, *[_NO_CHOICE] * others],
            "Good": [_NO_CHOICE] * players,
            "Bad": [_NO_CHOICE] * players,
        },
        outcome=_outcome,
        discount=parameters["discount"],
        initial={"root": 1},
    )


def _outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
    idle = [0] * (len(joint) - 1)
    if state in _PLACES:
        return [_PLACES[state], *idle], {state: 1}
    if joint[0] == "y":
        return [-1, *idle], {"Bad": 1}
    if state == "root" and "y" in joint:
        return [1, *idle], {"u": 1}
    return [1, *idle], {"Good": 1}


def _expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game)


def _learner(game: Game, parameters: Parameters) -> Policy:
    half = between(parameters, "e", 0, 2) / 2
    at_root = [1 - half, half]
    first = [at_root, [0, 1], [1], [1]]
    other: list[list[Fraction | int]] = [[1 - half, half], [1], [1], [1]]
    return Policy.from_rows(game, [first, *[other] * (len(game.players) - 1)])


RECIPES = {"sharpness": Recipe(_sharpness, _expert, _learner)}
