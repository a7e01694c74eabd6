"""Gambit's games as normal forms: `.nfg` (read here), `.efg` and `.gbt` files and pygambit's own catalog (read by it).

An extensive game becomes its reduced strategic form: a player's strategies fix an action at each information set that
the strategy's own actions leave possible, and payoffs are expected over chance, exactly over Q. Names of strategies
are Gambit's: the k-th sign is the number of the action at the player's k-th information set, `*` where it cannot be
reached. Payoffs stay as written: 0.1 is 1/10.
"""

import dataclasses
import difflib
import io
import math
import os
import re
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import InputError, LimitError
from certigap.io.names import distinct, one_line
from certigap.io.nfg import MAX_PROFILES, parse_nfg
from certigap.model.build import normal_form
from certigap.model.files.json_node import brief, printable
from certigap.model.files.strict_json import read_text
from certigap.model.game import Game

__all__ = ["SUFFIXES", "from_gambit", "read_gambit", "read_gambit_catalog"]

SUFFIXES = (".nfg", ".efg", ".gbt")
_SLUG = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*", re.ASCII)


def read_gambit(path: str | os.PathLike[str], max_profiles: int = MAX_PROFILES) -> Game:
    """The normal form of the game in a `.nfg`, `.efg` or `.gbt` file.

    Args:
        path: the file; `.efg` and `.gbt` need pygambit.
        max_profiles: the largest number of pure strategy profiles.

    Raises:
        InputError: another suffix, a file that is no such game, or pygambit missing.
        LimitError: more profiles.
    """
    where = printable(os.fspath(path))
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in SUFFIXES:
        raise InputError(f"{where}: expected one of {', '.join(SUFFIXES)}, got {suffix!r}")
    text = read_text(path)
    if suffix == ".nfg":
        return parse_nfg(text, where, max_profiles)
    pygambit = _pygambit(where)
    reader = pygambit.read_efg if suffix == ".efg" else pygambit.read_gbt
    try:
        table = reader(io.BytesIO(text.encode()))
    except (ValueError, RuntimeError, pygambit.UndefinedOperationError) as error:
        raise InputError(f"{where}: expected a Gambit {suffix} file, got: {one_line(str(error))}") from None
    return from_gambit(table, max_profiles, where)


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
    try:
        found = pygambit.catalog.load(name)
    except FileNotFoundError:
        near = difflib.get_close_matches(name, list(pygambit.catalog.games()["Game"]), 3, 0.3)
        hint = f"one of its names (near: {', '.join(near)})" if near else "one of its names"
        raise InputError(f"Gambit catalog: expected {hint}, got {brief(name)}") from None
    game = from_gambit(found, max_profiles, f"gambit:{name}")
    return dataclasses.replace(game, meta={**game.meta, "gambit_catalog": name})


def from_gambit(source: Any, max_profiles: int = MAX_PROFILES, where: str = "gambit") -> Game:
    """The (reduced) normal form of a `pygambit.Game`, exact.

    Args:
        source: the pygambit game, strategic or extensive.
        max_profiles: the largest number of pure strategy profiles; counted before any is built.
        where: what messages call the game.

    Returns:
        The game; `meta` says where it comes from, and whether a player forgets what it knew (then mixed strategies
        of the normal form reach plays that behaviour strategies do not).

    Raises:
        InputError: a game without players.
        LimitError: more profiles.
    """
    if len(source.players) == 0:
        raise InputError(f"{where}: expected a game with players, got none")
    counts = [_strategies(source, player) for player in source.players]
    if math.prod(counts) > max_profiles:
        sizes = "x".join(str(count) for count in counts)
        raise LimitError(f"{where}: expected at most {max_profiles} strategy profiles, got {sizes}")
    tables = [_exact(table) for table in source.to_arrays()]
    meta = {"source": "Gambit"}
    if source.is_tree:
        meta["form"] = "reduced strategic form of an extensive game"
        meta["perfect_recall"] = "yes" if source.is_perfect_recall else "no"
    game = normal_form(
        tables,
        actions=[distinct(strategy.label for strategy in player.strategies) for player in source.players],
        players=distinct(player.label for player in source.players),
        name=one_line(source.title)[:200],
    )
    return dataclasses.replace(game, meta=meta)


def _strategies(source: Any, player: Any) -> int:
    """Number of reduced strategies, without building them (an upper bound where recall is imperfect)."""
    if not source.is_tree:
        return len(player.strategies)
    infosets = list(player.infosets)
    if not source.is_perfect_recall:
        return math.prod(len(infoset.actions) for infoset in infosets)
    children: dict[Any, list[int]] = {}
    for index, infoset in enumerate(infosets):
        children.setdefault(_last_own_action(infoset, player), []).append(index)
    return _count(None, infosets, children)


def _count(after: Any, infosets: list[Any], children: dict[Any, list[int]]) -> int:
    """Reduced plans of the information sets that follow an own action: product over sets of sums over actions."""
    return math.prod(
        sum(_count((index, a), infosets, children) for a in range(len(infosets[index].actions)))
        for index in children.get(after, [])
    )


def _last_own_action(infoset: Any, player: Any) -> tuple[int, int] | None:
    """The player's information set and action, by number, that lead to a set; with perfect recall all members agree."""
    node = next(iter(infoset.members))
    while node.parent is not None:
        action, node = node.prior_action, node.parent
        if node.player == player:
            return node.infoset.number, action.number
    return None


def _exact(table: Any) -> np.ndarray[Any, np.dtype[Any]]:
    array = np.empty(table.size, dtype=object)
    array[:] = [Fraction(int(value.numerator), int(value.denominator)) for value in table.ravel()]
    return array.reshape(table.shape)


def _pygambit(where: str) -> Any:
    try:
        import pygambit
        import pygambit.catalog
    except ImportError:
        raise InputError(f"{where}: expected pygambit, got none (pip install certigap[gambit])") from None
    return pygambit
