"""Array games: games of millions of states as a few NumPy arrays, without a Python object a state (FORMAT 16)."""

from certigap.model.large.files import read_array_game, read_array_policy, write_array_game, write_array_policy
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy

__all__ = [
    "ArrayGame",
    "ArrayPolicy",
    "read_array_game",
    "read_array_policy",
    "write_array_game",
    "write_array_policy",
]
