"""Normal forms as Gambit's `.nfg` text, exact: the format that `certigap.io.nfg` reads.

Payoffs are integers or fractions, which Gambit keeps exact; profiles have the first player's strategy varying fastest.
"""

import os

import numpy as np

from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model.files.atomic import write_atomically
from certigap.model.files.json_node import brief
from certigap.model.game import Game

__all__ = ["nfg_text", "write_nfg"]


def write_nfg(game: Game, path: str | os.PathLike[str]) -> None:
    """Write a normal form as an `.nfg` file, wholly or not at all; `meta` is left out.

    Raises:
        InputError: a Markov game, or a name that Gambit's quotes cannot hold.
    """
    write_atomically(path, nfg_text(game))


def nfg_text(game: Game) -> str:
    r"""The `.nfg` text of a normal form.

    Raises:
        InputError: as `write_nfg`.

    >>> from certigap.model.build import bimatrix
    >>> print(nfg_text(bimatrix([[1, "1/2"]])), end="")
    NFG 1 R "" { "1" "2" } { { "1" } { "1" "2" } } ""
    1 -1
    1/2 -1/2
    """
    if not game.is_normal_form:
        raise InputError(f"nfg: expected a normal form, got {game!r}")
    players = " ".join(map(_quoted, game.players))
    strategies = " ".join(f"{{ {' '.join(map(_quoted, own))} }}" for own in game.actions[0])
    order = np.arange(game.layout.rows).reshape(game.layout.shapes[0]).ravel(order="F").tolist()
    lines = (" ".join(format_rational(game.reward(i, row)) for i in range(len(game.players))) for row in order)
    return f'NFG 1 R {_quoted(game.name)} {{ {players} }} {{ {strategies} }} ""\n' + "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    if name.endswith("\\") or '\\"' in name:  # a backslash escapes a quote, and nothing escapes a backslash
        raise InputError(f"nfg: expected names without a backslash before a quote or at the end, got {brief(name)}")
    return '"' + name.replace('"', '\\"') + '"'
