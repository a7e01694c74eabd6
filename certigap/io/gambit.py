"""Gambit's games as normal forms: its files, read here, and pygambit's own catalog and objects, by their text.

An extensive game becomes its reduced normal form (`reduction`), with payoffs expected over chance, exactly over Q.
Payoffs stay as written: 0.1 is 1/10. A `.gbt` file is the text of one of the other two inside XML.
"""

import dataclasses
import os
import re
from typing import Any
from xml.etree import ElementTree

from certigap.errors import InputError
from certigap.io.efg import parse_efg
from certigap.io.gambit_text import read_gambit_text
from certigap.io.names import one_line
from certigap.io.nfg import MAX_PROFILES, parse_nfg
from certigap.io.peer import peer_errors
from certigap.io.reduction import reduced_form
from certigap.model.files.json_node import brief, printable
from certigap.model.game import Game
from certigap.model.near import unknown_name

__all__ = ["SUFFIXES", "from_gambit", "read_gambit", "read_gambit_catalog"]

SUFFIXES = (".nfg", ".efg", ".gbt")
_INSIDE = {"nfgfile", "efgfile"}
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_SLUG = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", re.ASCII)


def read_gambit(path: str | os.PathLike[str], max_profiles: int = MAX_PROFILES) -> Game:
    """The normal form of the game in a `.nfg`, `.efg` or `.gbt` file.

    Args:
        path: the file; none needs pygambit.
        max_profiles: the largest number of pure strategy profiles.

    Raises:
        InputError: another suffix, or a file that is no such game.
        LimitError: more profiles.
    """
    where = printable(os.fspath(path))
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{where}: expected one of {', '.join(SUFFIXES)}, got {suffix!r}")
    text = read_gambit_text(path)
    kind, text = _from_document(text, where) if suffix == ".gbt" else (suffix, text)
    return _game(kind, text, max_profiles, where)


def read_gambit_catalog(name: str, max_profiles: int = MAX_PROFILES) -> Game:
    """The normal form of a game of pygambit's own catalog.

    Args:
        name: such as `journals/ijgt/nau2004/sec4`; `pygambit.catalog.games()` lists them.
        max_profiles: as in `read_gambit`.

    Raises:
        InputError: an unknown name, or pygambit missing.
        LimitError: more profiles.
    """
    pygambit = _pygambit(printable(f"gambit:{name}"))
    if not _SLUG.fullmatch(name) or ".." in name:
        raise InputError(f"Gambit catalog: expected a name such as journals/ijgt/nau2004/sec4, got {brief(name)}")
    with peer_errors(f"gambit:{name}", "a catalog game that pygambit can load"):
        try:
            found = pygambit.catalog.load(name)
        except FileNotFoundError:
            found = None
    if found is None:
        names = list(pygambit.catalog.games()["Game"])
        raise InputError(f"Gambit catalog: {unknown_name('one of its names', name, names)}")
    game = from_gambit(found, max_profiles, f"gambit:{name}")
    return dataclasses.replace(game, meta={**game.meta, "gambit_catalog": name})


def from_gambit(source: Any, max_profiles: int = MAX_PROFILES, where: str = "gambit") -> Game:
    """The (reduced) normal form of a `pygambit.Game`, exact.

    Args:
        source: the pygambit game, strategic or extensive.
        max_profiles: the largest number of pure strategy profiles; counted before any is built.
        where: what messages call the game.

    Returns:
        The game; `meta` says where it comes from, and whether a player forgets (see `reduction.reduced_form`, which
        then warns).

    Raises:
        InputError: a game without players.
        LimitError: more profiles.
    """
    with peer_errors(where, "a game that pygambit can write"):
        kind, text = (".efg", source.to_efg()) if source.is_tree else (".nfg", source.to_nfg())
    if len(source.players) == 0:
        raise InputError(f"{where}: expected a game with players, got none")
    return _game(kind, text, max_profiles, where)


def _game(kind: str, text: str, max_profiles: int, where: str) -> Game:
    if kind == ".nfg":
        game = parse_nfg(text, where, max_profiles)
    else:
        game = reduced_form(parse_efg(text, where), max_profiles, where)
    return dataclasses.replace(game, meta={"source": "Gambit", **game.meta})


def _from_document(text: str, where: str) -> tuple[str, str]:
    """What a `.gbt` document holds: the suffix of the text inside, and the text."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError(f"{where}: expected a Gambit .gbt file, got one that defines entities")
    try:
        root = ElementTree.fromstring(_DECLARATION.sub("", text).replace("gambit:document", "document"))
    except ElementTree.ParseError as error:
        raise InputError(f"{where}: expected a Gambit .gbt file, got: {one_line(str(error))}") from None
    found = [(f".{element.tag[:3]}", element.text or "") for element in root.iter() if element.tag in _INSIDE]
    if len(found) != 1:
        raise InputError(f"{where}: expected a Gambit .gbt file with one game, got {len(found)}")
    return found[0]


def _pygambit(where: str) -> Any:
    try:
        import pygambit
        import pygambit.catalog
    except ImportError:
        raise InputError(f"{where}: expected pygambit, got none (pip install certigap[gambit])") from None
    return pygambit
