"""Covers by modes (`proofs/FORMAT.md`, 6.5): equal vectors once, and near ones as differences from an earlier one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from certigap.bounds.modes.nodes import DistanceSplit
from certigap.bounds.modes.proof import KINDS, SHARED, ModeCover, ModeLeaf, ModeSplit, Tilt
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game

__all__ = ["modes_json"]

LOOK_BACK = 12  # earlier vectors that a new one is compared with
MOST_LINKS = 40  # from a vector to one without a base: the checker pays for numbers that grow by a bit a link


def modes_json(game: Game, covers: Iterable[ModeCover]) -> dict[str, Any]:
    """A player's cover: one joint cover, or one of V* and one of -V."""
    return {"modes": {cover.kind: _cover(game, cover) for cover in covers}}


def _cover(game: Game, cover: ModeCover) -> dict[str, Any]:
    pool, tilts = _Pool(), _Tilts()
    visits = [
        {
            "group": visit.group,
            "state": game.states[visit.state],
            "theta": format_rational(visit.theta),
            **_leaf(visit.leaf, KINDS[cover.kind], pool, tilts),
        }
        for visit in cover.visits
    ]
    tree: list[dict[str, Any]] = []
    waiting: list[bool] = [False]
    for node in cover.nodes:
        below_shared = waiting.pop()
        if isinstance(node, ModeSplit):
            entry: dict[str, Any] = {"split": _split(game, node)}
            if node.shared is not None:
                entry["shared"] = pool.places(node.shared, SHARED[cover.kind])
                entry |= tilts.member(node.tilt)
            waiting += [below_shared or node.shared is not None] * 2
            tree.append(entry)
        elif not node.vectors:
            tree.append({"leaf": []})
        else:
            names = [name for name in KINDS[cover.kind] if not below_shared or name not in SHARED[cover.kind]]
            tree.append(_leaf(node, names, pool, tilts))
    result: dict[str, Any] = {
        "limit": format_rational(cover.limit),
        "first": game.players[cover.first],
        "vectors": pool.entries,
        "visits": visits,
        "tree": tree,
    }
    if tilts.entries:
        result["tilts"] = tilts.entries
    return result


def _split(game: Game, node: ModeSplit) -> list[str | None]:
    split = node.split
    player, state = game.players[split.player], game.states[split.state]
    if isinstance(split, DistanceSplit):
        return [player, state, None, format_rational(split.at)]
    return [player, state, game.actions[split.state][split.player][split.action], format_rational(split.at)]


def _leaf(leaf: ModeLeaf, names: Sequence[str], pool: "_Pool", tilts: "_Tilts") -> dict[str, Any]:
    entry: dict[str, Any] = {
        "leaf": pool.places(leaf.vectors, names),
        "prices": [format_rational(price) for price in leaf.prices],
    }
    if leaf.shares is not None:
        entry["shares"] = [[format_rational(share) for share in own] for own in leaf.shares]
    return entry | tilts.member(leaf.tilt)


class _Pool:
    """The vectors of a cover."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self._vectors: list[Vector] = []
        self._links: list[int] = []
        self._known: dict[Vector, int] = {}

    def places(self, vectors: Mapping[str, Vector], names: Iterable[str]) -> list[int]:
        return [self._place(vectors[name]) for name in names]

    def _place(self, vector: Vector) -> int:
        if vector in self._known:
            return self._known[vector]
        entry, length, links = vector_json(vector), _length(vector.numerators), 0
        for back in range(1, min(LOOK_BACK, len(self._vectors)) + 1):
            place = len(self._vectors) - back
            base = self._vectors[place]
            if base.denominator == vector.denominator and self._links[place] < MOST_LINKS:
                change = [x - y for x, y in zip(vector.numerators, base.numerators, strict=True)]
                if _length(change) < length:
                    entry, length, links = {"base": place, "num": change}, _length(change), self._links[place] + 1
        self.entries.append(entry)
        self._vectors.append(vector)
        self._links.append(links)
        self._known[vector] = len(self._vectors) - 1
        return self._known[vector]


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


def _length(numbers: Iterable[int]) -> int:
    return sum(len(str(x)) for x in numbers)
