"""Trees of boxes with a proved bound on every leaf (`proofs/FORMAT.md`, 6.3)."""

from typing import Any

from certigap.bounds.boxes import Cover, Leaf, Split
from certigap.certificates.vectors import vector_json
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.regions.engine import PlayerBound, RegionBound

__all__ = ["covers_json", "tree_json"]


def covers_json(game: Game, bound: RegionBound) -> dict[str, Any]:
    """Per player a tree of one leaf: the whole region."""
    return {player: _cover(own) for player, own in zip(game.players, bound.players, strict=True)}


def tree_json(game: Game, cover: Cover) -> dict[str, Any]:
    """A player's tree: equal vectors are written once; empty leaves point at the first ones."""
    places: dict[Vector, int] = {}

    def place(vector: Vector) -> int:
        return places.setdefault(vector, len(places))

    def node_json(node: Split | Leaf) -> dict[str, Any]:
        if isinstance(node, Split):
            player, state = game.players[node.player], game.states[node.state]
            action = game.actions[node.state][node.player][node.action]
            return {"split": [player, state, action, format_rational(node.at)]}
        if not node.vectors:
            return {"leaf": [0, 0, 0, 0]}
        leaf: dict[str, Any] = {"leaf": [place(vector) for vector in node.vectors[:4]]}
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


def _cover(bound: PlayerBound) -> dict[str, Any]:
    vectors = (bound.best_upper, bound.best_lower, bound.value_lower, bound.gap_upper)
    return {"vectors": [vector_json(vector) for vector in vectors], "tree": [{"leaf": [0, 1, 2, 3]}]}
