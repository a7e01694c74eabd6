"""The bound `region` over the boxes of a search: a tree a player, a proved bound on every leaf (FORMAT 6.3, 6.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from certigap.bounds.bound import Bound
from certigap.bounds.boxes.tree import Cover, Leaf, Split
from certigap.exact.brief import Brief
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game

__all__ = ["BoxEvidence", "boxes_bound", "tree_json"]


@dataclass(frozen=True, slots=True, repr=False)
class BoxEvidence(Brief):
    """Per player a tree that covers the ball; `occupancy_lower` `[S]` <= mu of the expert weighs its error."""

    game: Game
    covers: tuple[Cover, ...]
    occupancy_lower: Vector

    @property
    def method(self) -> str:
        """How the bound was found."""
        return "branch and bound"

    def to_json(self) -> dict[str, Any]:
        """FORMAT 7: a cover."""
        pairs = zip(self.game.players, self.covers, strict=True)
        players = {player: cover_json(self.game, own) for player, own in pairs}
        return {"cover": {"occupancy": {"lower": vector_json(self.occupancy_lower)}, "players": players}}


def boxes_bound(game: Game, covers: tuple[Cover, ...], occupancy_lower: Vector) -> Bound:
    """The largest bound of a leaf, over all players."""
    return Bound("region", max(cover.upper for cover in covers), BoxEvidence(game, covers, occupancy_lower))


def cover_json(game: Game, cover: Cover) -> dict[str, Any]:
    """A player's tree; in a ball of occupancies, with its tilts."""
    tilts = list(dict.fromkeys(leaf.tilt for leaf in cover.leaves if leaf.tilt is not None))
    if not tilts:
        return tree_json(game, cover)
    own = tree_json(game, cover, {tilt: place for place, tilt in enumerate(tilts)})
    return {"tilted": {**own, "tilts": [vector_json(tilt) for tilt in tilts]}}


def tree_json(game: Game, cover: Cover, tilts: Mapping[Vector, int] | None = None) -> dict[str, Any]:
    """A tree: equal vectors are written once; empty leaves point at the first ones. Leaves name their `tilts`."""
    places: dict[Vector, int] = {}

    def place(vector: Vector) -> int:
        return places.setdefault(vector, len(places))

    def node_json(node: Split | Leaf) -> dict[str, Any]:
        if isinstance(node, Split):
            player, state = game.players[node.player], game.states[node.state]
            action = game.actions[node.state][node.player][node.action]
            return {"split": [player, state, action, format_rational(node.at)]}
        if not node.vectors:
            return {"leaf": [0] * (4 if tilts is None else 5)}
        leaf: dict[str, Any] = {"leaf": [place(vector) for vector in node.vectors[:4]]}
        if tilts is not None and node.tilt is not None:
            leaf["leaf"].append(tilts[node.tilt])
        if node.expansion is not None:
            leaf["linear"] = {
                "vectors": [place(vector) for vector in (*node.vectors[4:], *node.expansion.weights)],
                "reference": list(node.expansion.reference),
                "prices": [format_rational(price) for price in node.expansion.prices],
            }
        return leaf

    tree = [node_json(node) for node in cover.nodes]
    return {"vectors": [vector_json(vector) for vector in places] or [_nothing(game)], "tree": tree}


def _nothing(game: Game) -> dict[str, Any]:
    """A vector for trees without any: the ball is empty there."""
    return vector_json(Vector((0,) * len(game.states), 1))
