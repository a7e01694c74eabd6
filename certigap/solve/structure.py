"""What kind of game it is: zero-sum, turn-based, one state, solvable backward. Exact tests on the game's integers.

A game is *solvable backward* when the discount is 0, or when every strongly connected component of its transition
graph (over all joint actions) is a single state whose probability of staying is the same for all joint actions, or
where at most one player has a choice. Absorbing states are the case "stays with probability 1".
"""

from fractions import Fraction

import numpy as np

from certigap.exact.integers import as_object
from certigap.exact.linear import components
from certigap.model.game import Game

__all__ = ["backward_order", "constant_sum", "is_one_state", "is_turn_based", "movers", "stay_probabilities"]


def is_one_state(game: Game) -> bool:
    """The game is a normal form, or one repeated for ever."""
    return len(game.states) == 1


def movers(game: Game, state: int) -> list[int]:
    """The players who have more than one action at a state."""
    return [player for player, size in enumerate(game.layout.shapes[state]) if size > 1]


def is_turn_based(game: Game) -> bool:
    """At every state at most one player has a choice."""
    return bool(np.all((game.layout.shape_array > 1).sum(axis=1) <= 1))


def constant_sum(game: Game) -> Fraction | None:
    """r_1 + r_2 when the game has two players and that sum is the same everywhere (0: zero-sum); else None."""
    if len(game.players) != 2:
        return None
    first, second = (as_object(own) for own in game.rewards)
    totals = first * game.reward_denominators[1] + second * game.reward_denominators[0]
    if np.any(totals != totals[0]):
        return None
    return Fraction(int(totals[0]), game.reward_denominators[0] * game.reward_denominators[1])


def backward_order(game: Game) -> list[int] | None:
    """States, each after all that it leads to (other than itself), when the game is solvable backward; else None.

    >>> from certigap.model.catalog import load
    >>> backward_order(load("lemma2", discount="1/2", eps="1/2"))
    [4, 3, 2, 1, 0]
    """
    if not game.discount:
        return list(range(len(game.states)))
    transitions = game.transitions
    blocks = components(transitions.offsets[game.layout.row_offsets], transitions.columns)
    if len(blocks) < len(game.states):
        return None
    stays = stay_probabilities(game)
    offsets = game.layout.row_offsets.tolist()
    for state in stays:
        own = {stays[state].get(row, Fraction(0)) for row in range(offsets[state], offsets[state + 1])}
        if len(own) > 1 and len(movers(game, state)) > 1:
            return None
    return [block[0] for block in blocks]


def stay_probabilities(game: Game) -> dict[int, dict[int, Fraction]]:
    """`{state: {row: P(state | row)}}`, entries above 0 only."""
    transitions, owner = game.transitions, game.layout.row_state
    rows = np.repeat(np.arange(len(owner)), np.diff(transitions.offsets))
    result: dict[int, dict[int, Fraction]] = {}
    for entry in np.flatnonzero(transitions.columns == owner[rows]).tolist():
        row = int(rows[entry])
        probability = Fraction(int(transitions.weights[entry]), int(transitions.denominators[row]))
        result.setdefault(int(owner[row]), {})[row] = probability
    return result
