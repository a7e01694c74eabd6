"""Proofs of the closed-form theorems (`proofs/FORMAT.md`, 8)."""

from collections.abc import Sequence
from typing import Any

from certigap.bounds.dominance import Dominance
from certigap.certificates.vectors import brackets_json, vector_json
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.semantics import GapAnswer

__all__ = ["concentrability_proof", "dominance_proof"]


def dominance_proof(game: Game, dominance: Dominance) -> dict[str, Any]:
    """That the expert is dominant: 8.2."""
    vectors = zip(game.players, dominance.best_upper, dominance.best_lower, strict=True)
    return {p: {"best_upper": vector_json(high), "best_lower": vector_json(low)} for p, high, low in vectors}


def concentrability_proof(
    occupancy_lower: Vector, reach: Sequence[Sequence[Vector]], expert: GapAnswer
) -> dict[str, Any]:
    """How far each player alone moves the occupancy, and the expert's own gaps: 8.3."""
    game = expert.game
    pairs = zip(game.players, reach, strict=True)
    return {
        "occupancy": {"lower": vector_json(occupancy_lower)},
        "reach": {player: [vector_json(vector) for vector in vectors] for player, vectors in pairs},
        "values": brackets_json(game, expert.values),
        "optima": brackets_json(game, expert.optima),
    }
