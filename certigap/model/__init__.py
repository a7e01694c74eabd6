"""Games and policies: frozen, exact by type, hashable by content; how they are built, read, written and shown."""

from certigap.model.build import bimatrix, markov_game, normal_form
from certigap.model.files.codec import read_game, read_policy, write_game, write_policy
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = [
    "Game",
    "Policy",
    "bimatrix",
    "markov_game",
    "normal_form",
    "read_game",
    "read_policy",
    "write_game",
    "write_policy",
]
