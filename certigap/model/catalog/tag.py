"""Tag on a grid of 2 rows and 3 columns: two players, zero-sum, 72 states (THEORY 2, Appendix E.1).

A state is (cell of 1, cell of 2, tagger). Both move at once, up, down, left or right; a move off the grid leaves the
player in its cell and costs it `wall_penalty`; who is the tagger at the start of the step pays `tag_penalty`; the
other player gains what one pays. If the two end in one cell or have exchanged cells, the role of tagger changes
hands. Start: player 1 tags from (0,0), player 2 stands in (0,2) or (1,2), half each.

The shipped expert is the entropy-regularised equilibrium of temperature 1/10 of the default game, by Nash value
iteration (`certigap.solve.regularised`), rounded to 2^-52; the learner mixes it with uniform noise at every state.
"""

import itertools
from fractions import Fraction

from certigap.model.build import markov_game
from certigap.model.catalog.grid import MOVES, Cell, cells, neighbour
from certigap.model.catalog.recipe import Parameters, Recipe
from certigap.model.catalog.shipped import noisy, shipped
from certigap.model.game import Game

__all__ = ["RECIPES", "Position", "state_name"]

Position = tuple[Cell, Cell, int]
"""Cell of player 1, cell of player 2, the tagger (1 or 2)."""

_CELLS = cells(2, 3)


def state_name(position: Position) -> str:
    """Name of a state.

    >>> state_name(((0, 0), (0, 2), 1))
    '1 at 0,0; 2 at 0,2; 1 tags'
    """
    (row1, column1), (row2, column2), tagger = position
    return f"1 at {row1},{column1}; 2 at {row2},{column2}; {tagger} tags"


def _tag(parameters: Parameters) -> Game:
    wall, fee = parameters["wall_penalty"], parameters["tag_penalty"]
    positions: dict[str, Position] = {
        state_name(position): position for position in itertools.product(_CELLS, _CELLS, (1, 2))
    }
    half = Fraction(1, 2)
    return markov_game(
        players=("1", "2"),
        states=tuple(positions),
        actions=(tuple(MOVES),) * 2,
        outcome=lambda state, joint: _outcome(positions[state], joint, wall, fee),
        discount=parameters["discount"],
        initial={state_name(((0, 0), (0, 2), 1)): half, state_name(((0, 0), (1, 2), 1)): half},
    )


def _outcome(
    position: Position, joint: tuple[str, str], wall: Fraction, fee: Fraction
) -> tuple[tuple[Fraction, Fraction], dict[str, int]]:
    cell1, cell2, tagger = position
    (next1, hit1), (next2, hit2) = _moved(cell1, joint[0]), _moved(cell2, joint[1])
    gain = wall * (hit2 - hit1) + (fee if tagger == 2 else -fee)
    caught = next1 == next2 or (next1, next2) == (cell2, cell1)
    return (gain, -gain), {state_name((next1, next2, 3 - tagger if caught else tagger)): 1}


def _moved(cell: Cell, action: str) -> tuple[Cell, int]:
    """The cell after the move, and 1 if the wall stopped it."""
    wanted = neighbour(cell, action)
    return (wanted, 0) if wanted in _CELLS else (cell, 1)


_expert = shipped("tag")

RECIPES = {"tag": Recipe(_tag, _expert, noisy(_expert))}
