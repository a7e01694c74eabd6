"""The game of a certificate: the one named, or else one that lies beside it."""

import os
from pathlib import Path

from certigap.certificates.read import read_certificate
from certigap.errors import InputError
from certigap.model.files.codec import read_game
from certigap.model.files.json_node import printable
from certigap.model.game import Game
from certigap.model.large.container import is_array_file

__all__ = ["game_beside", "game_of_hash"]


def game_beside(certificate: str, named: str | None) -> tuple[Path, Game | None]:
    """The file of the game that a certificate speaks of, and the game.

    Args:
        certificate: the certificate's file.
        named: the game's file; None: a `*.game.json` in the certificate's folder.

    Returns:
        The game is None where it is one of arrays or with parameters, which only the checker reads.

    Raises:
        InputError: no such file.
    """
    if named is not None and is_array_file(named):
        return Path(named), None
    data = read_certificate(certificate)
    if named is not None and data["claim"]["kind"] == "parametric":
        return Path(named), None
    return game_of_hash(certificate, named, data["game"])


def game_of_hash(certificate: str, named: str | None, digest: str) -> tuple[Path, Game]:
    """The game of this hash and its file: the one named, or else a `*.game.json` beside the certificate."""
    places = (
        [Path(named)] if named is not None else sorted(Path(os.path.abspath(certificate)).parent.glob("*.game.json"))
    )
    for path in places:
        game = read_game(path)
        if game.digest == digest:
            return path, game
    wanted = "--game with the hash" if named is not None else "a *.game.json beside it (or --game FILE) with the hash"
    raise InputError(f"{printable(certificate)}: expected {wanted} {digest}, got others or none")
