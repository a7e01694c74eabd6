"""Array games and array policies as files (FORMAT 16)."""

import os
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError
from certigap.model.files.json_node import brief, printable
from certigap.model.large.container import read_container, write_container
from certigap.model.large.content import GAME, VERSION, array_game_header
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy

__all__ = [
    "POLICY_TYPES",
    "policy_arrays",
    "policy_from_arrays",
    "read_array_game",
    "read_array_policy",
    "write_array_game",
    "write_array_policy",
]

POLICY = "certigap-array-policy"
_GAME_TYPES = {"rewards|offsets": "<i8", "shapes|columns|weights|denominators|initial": "<i4"}
POLICY_TYPES = {r"(weights|denominators)_(0|[1-9][0-9]?)": "<i4"}


def write_array_game(game: ArrayGame, path: str | os.PathLike[str]) -> None:
    """Write an array game, wholly or not at all."""
    write_container(path, array_game_header(game), game.arrays)


def read_array_game(path: str | os.PathLike[str]) -> ArrayGame:
    """The array game in a file.

    Raises:
        InputError: a file that is no array game; the message names the member.
    """
    where = printable(os.fspath(path))
    node, arrays = read_container(path, _GAME_TYPES, GAME)
    members = node.object(("format", "version", "discount", "scales"), ("name", "meta"))
    discount, scales = members["discount"].rational(), tuple(item.rational() for item in members["scales"].array())
    names = ("shapes", "rewards", "offsets", "columns", "weights", "denominators", "initial")
    if missing := [name for name in names if name not in arrays]:
        raise InputError(f"{where}: expected the member {missing[0]}, got none")
    try:
        return ArrayGame(discount=discount, scales=scales, **arrays)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def write_array_policy(policy: ArrayPolicy, path: str | os.PathLike[str], game: ArrayGame | None = None) -> None:
    """Write an array policy, with the hash of its game where that is given."""
    header: dict[str, Any] = {"format": POLICY, "version": VERSION} | ({"game": game.digest} if game else {})
    write_container(path, header, policy_arrays(policy))


def read_array_policy(path: str | os.PathLike[str], game: ArrayGame) -> ArrayPolicy:
    """The policy of `game` in a file.

    Raises:
        InputError: a file that is no policy of this game, or names another game's hash.
    """
    node, arrays = read_container(path, POLICY_TYPES, POLICY)
    members = node.object(("format", "version"), ("game", "name", "meta"))
    if "game" in members and members["game"].text() != game.digest:
        members["game"].fail(f"expected the hash of this game, {game.digest}, got {brief(members['game'].value)}")
    try:
        return policy_from_arrays(arrays, game)
    except InputError as error:
        raise InputError(f"{printable(os.fspath(path))}: {error}") from None


def policy_arrays(policy: ArrayPolicy) -> dict[str, npt.NDArray[np.int32]]:
    """The members that hold a policy, of its own file and of a certificate."""
    found: dict[str, npt.NDArray[np.int32]] = {}
    for i, (weights, denominators) in enumerate(zip(policy.weights, policy.denominators, strict=True)):
        found |= {f"weights_{i}": weights, f"denominators_{i}": denominators}
    return found


def policy_from_arrays(arrays: dict[str, npt.NDArray[Any]], game: ArrayGame) -> ArrayPolicy:
    """The policy that members of a file hold."""
    names = [f"{kind}_{i}" for i in range(game.players) for kind in ("weights", "denominators")]
    if set(names) != set(arrays):
        raise InputError(f"policy: expected the members {', '.join(names)}, got {', '.join(sorted(arrays))[:200]}")
    weights = tuple(arrays[name] for name in names[::2])
    return ArrayPolicy(weights, tuple(arrays[name] for name in names[1::2])).of(game)
