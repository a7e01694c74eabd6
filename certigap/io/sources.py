"""One entrance for games from elsewhere: `certigap convert SOURCE`.

| source | what it is |
|---|---|
| `FILE.nfg`, `FILE.efg`, `FILE.gbt` | Gambit files, read without Gambit |
| `gambit:NAME` | a game of pygambit's own catalog |
| `openspiel:NAME` | an OpenSpiel game of perfect information |
| `FILE.npz` | arrays, or an array game (FORMAT 16) |
| `FILE.umb` | UMB, the format of probabilistic model checkers |
| `FILE.json` | a game file, written again in its normal form |
"""

import os
from collections.abc import Sequence
from typing import Any

from certigap.errors import InputError
from certigap.exact.rational import RationalLike
from certigap.model.files.json_node import printable
from certigap.model.game import Game

__all__ = ["SOURCES", "convert"]

SOURCES = "FILE.nfg, FILE.efg, FILE.gbt, FILE.npz, FILE.umb, FILE.json, gambit:NAME or openspiel:NAME"
_TAKES = {"openspiel": {"discount", "max_states", "merge"}, "arrays": {"discount", "from_floats"}}
_TAKES |= {"umb": {"discount", "from_floats", "rewards"}, "gambit": {"max_states"}, "json": set()}


def convert(
    source: str | os.PathLike[str],
    *,
    discount: RationalLike | None = None,
    max_states: int | None = None,
    merge: str | None = None,
    from_floats: int | None = None,
    rewards: Sequence[str] | None = None,
    progress: Any = None,
) -> Game:
    """The game behind a file or a name.

    Args:
        source: see the module; a file called `gambit:..` or `openspiel:..` is reached as `./gambit:..`.
        discount: in [0, 1); for OpenSpiel games, and in place of an `.npz` or `.umb` file's.
        max_states: the largest number of states (OpenSpiel) or of pure strategy profiles (Gambit).
        merge: which OpenSpiel histories are one state: "text", "moves" or "history".
        from_floats: the denominator to which float arrays are rounded.
        rewards: which of a `.umb` file's are each player's; "-NAME" is NAME's negative.
        progress: called now and then with two counts (OpenSpiel: states seen, states expanded).

    Raises:
        InputError: a source that cannot be read, or an option that it does not take.
        LimitError: a game larger than `max_states`.
    """
    text = os.fspath(source)
    kind, name = _kind(text)
    options: dict[str, Any] = {
        "discount": discount,
        "max_states": max_states,
        "merge": merge,
        "from_floats": from_floats,
    }
    options |= {"rewards": rewards}
    given = {key: value for key, value in options.items() if value is not None}
    for key in given:
        if key not in _TAKES[kind]:
            takers = " or ".join(taker for taker, keys in _TAKES.items() if key in keys)
            raise InputError(f"{printable(text)}: expected {key}= only for {takers}, got it for {kind}")
    if max_states is not None and max_states < 1:
        raise InputError(f"{printable(text)}: expected a limit of at least 1, got {max_states}")
    return _READERS[kind](name, given, progress)


def _kind(source: str) -> tuple[str, str]:
    for prefix in ("gambit", "openspiel"):
        if source.startswith(f"{prefix}:"):
            return prefix, source[len(prefix) + 1 :]
    suffix = os.path.splitext(source)[1].lower()
    kinds = {".nfg": "gambit", ".efg": "gambit", ".gbt": "gambit", ".npz": "arrays"}
    kinds |= {".umb": "umb", ".json": "json"}
    if suffix not in kinds:
        raise InputError(f"{printable(source)}: expected {SOURCES}, got the suffix {suffix!r}")
    return kinds[suffix], source


def _gambit(name: str, given: dict[str, Any], _: Any) -> Game:
    from certigap.io.gambit import SUFFIXES, read_gambit, read_gambit_catalog

    limit = {"max_profiles": given["max_states"]} if given else {}
    is_file = os.path.splitext(name)[1].lower() in SUFFIXES
    return read_gambit(name, **limit) if is_file else read_gambit_catalog(name, **limit)


def _openspiel(name: str, given: dict[str, Any], progress: Any) -> Game:
    from certigap.io.openspiel import from_openspiel

    return from_openspiel(name, progress=progress, **given)


def _arrays(name: str, given: dict[str, Any], _: Any) -> Game:
    from certigap.io.arrays import read_arrays
    from certigap.model.large import read_array_game
    from certigap.model.large.container import is_array_file

    if not is_array_file(name):
        return read_arrays(name, **given)
    if given:
        raise InputError(f"{printable(name)}: expected no {next(iter(given))} for an array game, got one")
    return read_array_game(name).to_game()


def _umb(name: str, given: dict[str, Any], _: Any) -> Game:
    from certigap.io.umb import read_umb

    return read_umb(name, **given)


def _json(name: str, _: dict[str, Any], __: Any) -> Game:
    from certigap.model.files.codec import read_game

    return read_game(name)


_READERS = {"gambit": _gambit, "openspiel": _openspiel, "arrays": _arrays, "umb": _umb, "json": _json}
