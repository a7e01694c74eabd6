"""Pursuit on a square grid: one pursuer, one evader, simultaneous moves, zero-sum.

States are the pairs of distinct cells (pursuer, evader) of a `size` x `size` grid, and `caught`. Both choose up, down,
left, right or stay; the pursuer also moves diagonally (with equal moves one pursuer never catches an evader on a
grid). A move off the grid, be it in one direction, leaves the player in its cell. If the two end in one cell or have
exchanged cells, the evader pays 1 to the pursuer and the game is over: `caught` is absorbing and pays nothing. They
start in opposite corners. The pursuer's value is E[g^T], T the number of steps before the capture.

The shipped expert, for the default game, is an equilibrium by Nash policy iteration (`certigap.solve`, method
"zero-sum"), put on small fractions or the grid 2^-52; its NashGap is below 10^-15. The learner mixes it with uniform
noise at every state.
"""

from certigap.model.build import markov_game
from certigap.model.catalog.grid import MOVES, Cell, cells, neighbour
from certigap.model.catalog.recipe import Parameters, Recipe, integer
from certigap.model.catalog.shipped import noisy, shipped
from certigap.model.game import Game
from certigap.model.large.families import pursuit_game
from certigap.model.large.game import ArrayGame

__all__ = ["RECIPES", "state_name"]

_LARGEST = 12  # the side of the grid: states grow with its fourth power
_LARGEST_ARRAY = 36  # 1.7 million states, 76 million joint actions
_EVADE = (*MOVES, "stay")
_PURSUE = (*MOVES, "up-left", "up-right", "down-left", "down-right", "stay")
_CAUGHT = "caught"


def state_name(pursuer: Cell, evader: Cell) -> str:
    """Name of a state.

    >>> state_name((0, 0), (2, 2))
    'pursuer at 0,0; evader at 2,2'
    """
    return f"pursuer at {pursuer[0]},{pursuer[1]}; evader at {evader[0]},{evader[1]}"


def _pursuit(parameters: Parameters) -> Game:
    size = integer(parameters, "size", 2, _LARGEST)
    grid = cells(size, size)
    places = {state_name(first, second): (first, second) for first in grid for second in grid if first != second}

    def outcome(state: str, joint: tuple[str, str]) -> tuple[tuple[int, int], dict[str, int]]:
        if state == _CAUGHT:
            return (0, 0), {_CAUGHT: 1}
        before = places[state]
        pursuer, evader = (_moved(cell, action, size) for cell, action in zip(before, joint, strict=True))
        if pursuer == evader or (evader, pursuer) == before:
            return (1, -1), {_CAUGHT: 1}
        return (0, 0), {state_name(pursuer, evader): 1}

    return markov_game(
        players=("pursuer", "evader"),
        states=(*places, _CAUGHT),
        actions={**dict.fromkeys(places, (_PURSUE, _EVADE)), _CAUGHT: (("stay",), ("stay",))},
        outcome=outcome,
        discount=parameters["discount"],
        initial={state_name((0, 0), (size - 1, size - 1)): 1},
    )


def _moved(cell: Cell, action: str, size: int) -> Cell:
    wanted = cell
    for direction in action.split("-"):
        wanted = neighbour(wanted, direction)
    return wanted if all(0 <= place < size for place in wanted) else cell


_expert = shipped("pursuit")


def _arrays(parameters: Parameters) -> ArrayGame:
    return pursuit_game(integer(parameters, "size", 2, _LARGEST_ARRAY), discount=parameters["discount"])


RECIPES = {"pursuit": Recipe(_pursuit, _expert, noisy(_expert), _arrays)}
