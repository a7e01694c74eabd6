"""What an array game is: the header of its file, and the hash of its content (FORMAT 16)."""

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from certigap.exact.rational import format_rational
from certigap.model.files.json_write import dumps

if TYPE_CHECKING:  # a game knows its hash: this module stands below it
    from certigap.model.large.game import ArrayGame

__all__ = ["GAME", "VERSION", "array_game_digest", "array_game_header"]

GAME, VERSION = "certigap-array-game", 1


def array_game_header(game: "ArrayGame") -> dict[str, Any]:
    """The header of a game's file."""
    return {
        "format": GAME,
        "version": VERSION,
        "discount": format_rational(game.discount),
        "scales": [format_rational(scale) for scale in game.scales],
    }


def array_game_digest(game: "ArrayGame") -> str:
    """SHA-256 of the header's line and of every array's name, shape and bytes; "arrays:" tells it from FORMAT 3."""
    digest = hashlib.sha256(f"{dumps(array_game_header(game), sort_keys=True)}\n".encode())
    for name, array in game.arrays.items():
        digest.update(f"{name} {'x'.join(map(str, array.shape))}\n".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return f"arrays:{digest.hexdigest()}"
