"""Littman's soccer: two players and a ball on 4 rows and 5 columns, zero-sum, 760 states.

A state is (cell of A, cell of B, who has the ball), the cells distinct. Both choose up, down, left, right or stand;
then the two moves are carried out one after the other, either order with probability 1/2. A move into the other
player's cell does not take place, and the ball goes to the player who stood there; a move off the grid does not take
place either, but for the one that takes the ball through the mover's goal, which is the gap in the left wall for A and
in the right wall for B, beside the two middle rows. A goal pays 1 to who scores it and -1 to the other, and ends the
step: the players are put back, A at row 1, column 3, B at row 2, column 1 (counted from 0), and either has the ball
with probability 1/2. This is also the start.

The source gives the rules; the figure's positions are taken as in OpenSpiel's `markov_soccer`, where a goal ends the
game and there is no reset.

The shipped expert is an equilibrium by Nash policy iteration (`certigap.solve`, method "zero-sum"), put on small
fractions or the grid 2^-52; its NashGap is below 10^-15. The learner mixes it with uniform noise at every state.
"""

import itertools
from fractions import Fraction
from typing import TypeAlias

from certigap.model.build import markov_game
from certigap.model.catalog.grid import MOVES, Cell, cells, neighbour
from certigap.model.catalog.recipe import Parameters, Recipe
from certigap.model.catalog.shipped import noisy, shipped
from certigap.model.game import Game

__all__ = ["RECIPES", "Position", "state_name"]

Position: TypeAlias = tuple[tuple[Cell, Cell], int]
"""Cells of A and B, and who has the ball (0 for A, 1 for B)."""

_ROWS, _COLUMNS = 4, 5
_CELLS = frozenset(cells(_ROWS, _COLUMNS))
_GOALS = tuple(frozenset((row, column) for row in (1, 2)) for column in (-1, _COLUMNS))
_START = ((1, 3), (2, 1))
_ACTIONS = (*MOVES, "stand")
_HALF = Fraction(1, 2)


def state_name(position: Position) -> str:
    """Name of a state.

    >>> state_name((((1, 3), (2, 1)), 0))
    'A at 1,3; B at 2,1; A has the ball'
    """
    ((row1, column1), (row2, column2)), ball = position
    return f"A at {row1},{column1}; B at {row2},{column2}; {'AB'[ball]} has the ball"


def _soccer(parameters: Parameters) -> Game:
    positions = {
        state_name(((first, second), ball)): ((first, second), ball)
        for first, second, ball in itertools.product(cells(_ROWS, _COLUMNS), cells(_ROWS, _COLUMNS), range(2))
        if first != second
    }
    return markov_game(
        players=("A", "B"),
        states=tuple(positions),
        actions=(_ACTIONS, _ACTIONS),
        outcome=lambda state, joint: _outcome(positions[state], joint),
        discount=parameters["discount"],
        initial=_kick_off(),
    )


def _kick_off() -> dict[str, Fraction]:
    return {state_name((_START, ball)): _HALF for ball in range(2)}


def _outcome(position: Position, joint: tuple[str, str]) -> tuple[tuple[Fraction, Fraction], dict[str, Fraction]]:
    gain = Fraction(0)
    following: dict[str, Fraction] = {}
    for order in ((0, 1), (1, 0)):
        scorer, after = _played(position, joint, order)
        reached = {state_name(after): Fraction(1)} if scorer is None else _kick_off()
        gain += {None: Fraction(0), 0: _HALF, 1: -_HALF}[scorer]
        for state, probability in reached.items():
            following[state] = following.get(state, Fraction(0)) + _HALF * probability
    return (gain, -gain), following


def _played(position: Position, joint: tuple[str, str], order: tuple[int, int]) -> tuple[int | None, Position]:
    """Who scores (`None`: nobody) and the position after the moves in that order."""
    for mover in order:
        places, ball = position
        wanted = neighbour(places[mover], joint[mover])
        if ball == mover and wanted in _GOALS[mover]:
            return mover, position
        position = _moved(position, mover, wanted)
    return None, position


def _moved(position: Position, mover: int, wanted: Cell) -> Position:
    places, ball = position
    if wanted == places[1 - mover]:
        return places, 1 - mover
    if wanted not in _CELLS:
        return position
    return ((wanted, places[1]) if mover == 0 else (places[0], wanted)), ball


_expert = shipped("soccer")

RECIPES = {"soccer": Recipe(_soccer, _expert, noisy(_expert))}
