"""The game of a certificate: the one named, or else one that lies beside it."""

import os
from pathlib import Path

from certigap.certificates.read import read_certificate
from certigap.errors import InputError
from certigap.model.files.json_node import printable
from certigap.model.finite import FiniteGame, read_any_game
from certigap.model.game import Game
from certigap.model.large.container import is_array_file

__all__ = ["game_beside", "game_of_hash"]


def game_beside(certificate: str, named: str | None) -> tuple[Path, Game | None]:
    """The file of the game that a certificate speaks of, and the game.

    Args:
        certificate: the certificate's file.
        named: the game's file; None: a `*.game.json` in the certificate's folder.

    Returns:
        The game is None where it is one of arrays, with parameters or of finite horizon: its page shows numbers alone.

    Raises:
        InputError: no such file.
    """
    if named is not None and is_array_file(named):
        return Path(named), None
    data = read_certificate(certificate)
    if named is not None and data["claim"]["kind"].startswith("parametric"):
        return Path(named), None
    path, game = _of_hash(certificate, named, data["game"])
    return path, game if isinstance(game, Game) else None


def game_of_hash(certificate: str, named: str | None, digest: str) -> Game:
    """The game of this hash: the one named, or else a `*.game.json` beside the certificate."""
    _, game = _of_hash(certificate, named, digest)
    if not isinstance(game, Game):
        raise InputError(f"{printable(certificate)}: expected a game without a horizon, got one of finite horizon")
    return game


def _of_hash(certificate: str, named: str | None, digest: str) -> tuple[Path, Game | FiniteGame]:
    folder = Path(os.path.abspath(certificate)).parent
    for path in [Path(named)] if named is not None else sorted(folder.glob("*.game.json")):
        game = read_any_game(path)
        if game.digest == digest:
            return path, game
    wanted = "--game with the hash" if named is not None else "a *.game.json beside it (or --game FILE) with the hash"
    raise InputError(f"{printable(certificate)}: expected {wanted} {digest}, got others or none")
