"""Policies in NumPy's files, in the layouts of `certigap.model.policy_rows`.

`.npy`: all players' rows. `.npz`: an array for each player, under the player's name; or one array alone, as in `.npy`.
Integers are exact rows; floats are rounded to a denominator, and how far is recorded.
"""

import os
from typing import Any

import numpy as np

from certigap.errors import InputError
from certigap.io.arrays import MAX_BYTES, UNREADABLE, load_archive
from certigap.io.names import one_line
from certigap.model.files.json_node import printable
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["read_policy_arrays"]


def read_policy_arrays(path: str | os.PathLike[str], game: Game, denominator: int = 2**52) -> Policy:
    """The policy of `game` in a `.npy` or `.npz` file; nothing in it is unpickled.

    Raises:
        InputError: a file that is no such policy; the message starts with its name.
    """
    where = printable(os.fspath(path))
    given: Any = load_archive(path, where) if where.lower().endswith(".npz") else _load(path, where)
    arrays = list(given.values()) if isinstance(given, dict) else [given]
    for array in arrays:
        if array.dtype.kind not in "biuf":
            raise InputError(f"{where}: expected arrays of numbers, got {array.dtype}")
    if isinstance(given, dict) and len(arrays) == 1 and not set(given) <= set(game.players):
        given = arrays[0]
    try:
        if all(array.dtype.kind in "iu" for array in arrays):
            return Policy.from_rows(game, given)
        return Policy.from_floats(game, given, denominator)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _load(path: str | os.PathLike[str], where: str) -> Any:
    try:
        if os.path.getsize(path) > MAX_BYTES:
            raise InputError(f"{where}: expected at most {MAX_BYTES} bytes, got {os.path.getsize(path)}")
        loaded = np.load(path, allow_pickle=False)
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{where}: expected a readable .npy file, got: {error.strerror or error}") from None
    except UNREADABLE as error:
        raise InputError(f"{where}: expected a .npy file of numbers, got: {one_line(str(error))}") from None
    if not isinstance(loaded, np.ndarray):
        raise InputError(f"{where}: expected a .npy file of numbers, got an archive (call it .npz)")
    return loaded
