"""Covers as certificates write them (`proofs/FORMAT.md`, 12)."""

from collections.abc import Sequence
from typing import Any

from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.regions.replies.covers import Cover, Cut
from certigap.regions.replies.faces import Faces

__all__ = ["covers_json"]


def covers_json(faces: Faces, covers: Sequence[Cover]) -> list[dict[str, Any]]:
    """The covers of one player, by the names of the game."""
    return [_cover(faces, own) for own in covers]


def _cover(faces: Faces, cover: Cover) -> dict[str, Any]:
    game = faces.table.game
    names = game.actions[0][faces.player]
    leaves = [entry for entry in cover.tree if isinstance(entry, Vector)]
    places = iter(range(len(leaves)))
    tree = [_cut(game, entry) if isinstance(entry, Cut) else {"leaf": [next(places)]} for entry in cover.tree]
    said: dict[str, Any] = {} if cover.held is None else {"held": [names[a] for a in cover.held]}
    return said | {
        "action": names[cover.action],
        "radius": format_rational(cover.radius),
        "weights": [vector_json(leaf) for leaf in leaves],
        "tree": tree,
    }


def _cut(game: Game, cut: Cut) -> dict[str, Any]:
    where = [game.players[cut.player], game.states[0], game.actions[0][cut.player][cut.action]]
    return {"split": [*where, format_rational(cut.at)]}
