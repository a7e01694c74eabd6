"""Games that several test files ask about."""

from typing import Any

from certigap.model import Game, markov_game

__all__ = ["two_states"]


def two_states(**changes: Any) -> Game:
    """A game with unlike action sets: at s0 player 1 chooses, at s1 both do."""
    arguments: dict[str, Any] = {
        "players": ["1", "2"],
        "states": ["s0", "s1"],
        "actions": {"s0": [["a", "b"], ["wait"]], "s1": [["a"], ["c", "d", "e"]]},
        "outcome": lambda state, joint: ([int(joint[0] == "a"), "1/3"], {"s0": "1/4", "s1": "3/4"}),
        "discount": "9/10",
        "initial": {"s0": 1},
    }
    return markov_game(**(arguments | changes))
