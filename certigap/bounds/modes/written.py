"""Covers by modes (`proofs/FORMAT.md`, 6.5): equal vectors and charges once, near vectors as differences from an
earlier one, numbers as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.bounds.modes.nodes import DistanceSplit
from certigap.bounds.modes.proof import KINDS, SHARED, ModeCover, ModeLeaf, ModeSplit, Shares, Tilt, Visit
from certigap.exact.integers import IndexArray
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game

__all__ = ["DIGITS", "modes_json", "packed"]

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
LONG = 60  # bits of numbers that are written as they are
LOOK_BACK = 12  # earlier vectors over the same denominator that a new one is compared with
MOST_LINKS = 40  # from a vector to one without a base: the checker pays for numbers that grow by a bit a link


def modes_json(game: Game, covers: Iterable[ModeCover]) -> dict[str, Any]:
    """A player's cover: one joint cover, or one of V* and one of -V."""
    return {"modes": {cover.kind: _cover(game, cover) for cover in covers}}


def _cover(game: Game, cover: ModeCover) -> dict[str, Any]:
    pool, tilts = _Pool(), _Tilts()
    written = pool, tilts, (charges := _Charges(pool))

    def seen(made: Iterable[Visit]) -> list[dict[str, Any]]:
        return [
            {
                "group": visit.group,
                "state": game.states[visit.state],
                "theta": format_rational(visit.theta),
                **_leaf(visit.leaf, KINDS[cover.kind], *written),
            }
            for visit in made
        ]

    visits = seen(cover.visits)
    tree: list[dict[str, Any]] = []
    waiting: list[bool] = [False]
    for node in cover.nodes:
        below_shared = waiting.pop()
        own = {"visits": seen(node.visits)} if node.visits else {}
        if isinstance(node, ModeSplit):
            entry: dict[str, Any] = own | {"split": _split(game, node)}
            if node.shared is not None:
                entry["shared"] = pool.places(node.shared[name] for name in SHARED[cover.kind])
                entry |= tilts.member(node.tilt)
            waiting += [below_shared or node.shared is not None] * 2
            tree.append(entry)
        elif not node.vectors:
            tree.append(own or {"leaf": []})
        else:
            names = [name for name in KINDS[cover.kind] if not below_shared or name not in SHARED[cover.kind]]
            tree.append(own | _leaf(node, names, *written))
    result: dict[str, Any] = {
        "limit": format_rational(cover.limit),
        "first": game.players[cover.first],
        "vectors": pool.entries,
        "visits": visits,
        "tree": tree,
    }
    if cover.unit != 1:
        result["unit"] = format_rational(cover.unit)
    if tilts.entries:
        result["tilts"] = tilts.entries
    if charges.tables:
        result["shares"] = charges.tables
    if charges.entries:
        result["charges"] = charges.entries
    return result


def _split(game: Game, node: ModeSplit) -> list[str | None]:
    split = node.split
    player, state = game.players[split.player], game.states[split.state]
    if isinstance(split, DistanceSplit):
        return [player, state, None, format_rational(split.at)]
    return [player, state, game.actions[split.state][split.player][split.action], format_rational(split.at)]


def _leaf(leaf: ModeLeaf, names: Sequence[str], pool: "_Pool", tilts: "_Tilts", charges: "_Charges") -> dict[str, Any]:
    return {"leaf": pool.places(leaf.vectors[name] for name in names), "charge": charges.place(leaf)} | tilts.member(
        leaf.tilt
    )


class _Pool:
    """The vectors of a cover."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._known: dict[Vector, int] = {}
        self._alike: dict[int, list[_Base]] = {}  # vectors by denominator

    def places(self, vectors: Iterable[Vector]) -> list[int]:
        return [*map(self._place, vectors)]

    def _place(self, vector: Vector) -> int:
        if vector in self._known:
            return self._known[vector]
        place = len(self.entries)
        entry: dict[str, Any] = vector_json(vector) | {"num": packed(vector.numerators)}
        if vector.bits() < LONG:
            own, links = np.array(vector.numerators, dtype=np.int64), 0
            alike = self._alike.setdefault(vector.denominator, [])
            near = [base for base in alike[-LOOK_BACK:] if base.links < MOST_LINKS]
            if near:
                changes = own - np.array([base.numbers for base in near])
                lengths = _lengths(changes)
                best = int(np.argmin(lengths))
                if lengths[best] < len(entry["num"]):
                    entry = {"base": near[best].place, "num": packed(changes[best].tolist())}
                    links = near[best].links + 1
            alike.append(_Base(place, own, links))
        self.entries.append(entry)
        self._known[vector] = place
        return place


@dataclass(frozen=True)
class _Base:
    """A vector that later ones may differ from: its place, numerators, and how many vectors it rests on itself."""

    place: int
    numbers: IndexArray
    links: int


class _Tilts:
    """The tilts of a cover."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._known: dict[Tilt, int] = {}

    def member(self, tilt: Tilt | None) -> dict[str, int]:
        if tilt is None:
            return {}
        if tilt not in self._known:
            self._known[tilt] = len(self.entries)
            self.entries.append(vector_json(tilt.numbers))
        return {"tilt": self._known[tilt]}


class _Charges:
    """The prices and shares of a cover's leaves and visits; `tables`: shares by state, places in the pool."""

    def __init__(self, pool: _Pool) -> None:
        self.entries: list[dict[str, Any]] = []
        self.tables: list[list[list[int]]] = []
        self._pool = pool
        self._known: dict[tuple[Any, ...], int] = {}
        self._known_tables: dict[Shares, int] = {}

    def place(self, leaf: ModeLeaf) -> int:
        key = leaf.prices, leaf.shares
        if key not in self._known:
            self._known[key] = len(self.entries)
            entry: dict[str, Any] = {"prices": [format_rational(price) for price in leaf.prices]}
            if leaf.shares is not None:
                entry["shares"] = self._shares(leaf.shares)
            self.entries.append(entry)
        return self._known[key]

    def _shares(self, shares: Shares) -> list[list[str]] | int:
        constant = [[format_rational(share) for share in own if isinstance(share, Fraction)] for own in shares]
        if any(constant):
            return constant
        if shares not in self._known_tables:
            self._known_tables[shares] = len(self.tables)
            vectors = [[share for share in own if isinstance(share, Vector)] for own in shares]
            self.tables.append([self._pool.places(own) for own in vectors])
        return self._known_tables[shares]


def packed(numbers: Iterable[int]) -> str:
    """2 |x|, + 1 where x < 0, in digits of 5 bits, the lowest first, 32 more in all but the last.

    >>> packed([0, 1, -1, 32])
    'ACDgC'
    """
    letters = []
    for x in numbers:
        value = 2 * abs(x) + (x < 0)
        while value > 31:
            letters.append(DIGITS[32 + value % 32])
            value >>= 5
        letters.append(DIGITS[value])
    return "".join(letters)


def _lengths(numbers: IndexArray) -> IndexArray:
    """`[k]` how long the texts of `[k, S]` numbers are."""
    digits = np.ones_like(numbers)
    for power in range(4, LONG + 1, 5):
        digits += np.abs(numbers) >> power > 0
    lengths: IndexArray = digits.sum(axis=1)
    return lengths
