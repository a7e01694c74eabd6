"""Claims of kind `dominant`: whose part of the expert is a best response whatever the others play (FORMAT 14)."""

from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.exact.vector import Vector
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.questions.dominance.markov import MarkovDominance
from certigap.regions.dominant import DominantTree, Leaf, Split

__all__ = ["dominant_certificate"]


def dominant_certificate(answer: MarkovDominance) -> Certificate:
    """The players for whom it was proven; a refutation is a claim of kind `nash-gap`, of its policy."""
    if not answer.proofs:
        raise InputError("certificate: expected a player whose dominance is proven, got none")
    claim = {"kind": "dominant", "expert": policy_rows_to_json(answer.expert), "players": [*answer.proofs]}
    proof = {player: _tree_json(answer.game, tree) for player, tree in answer.proofs.items()}
    return Certificate(answer.game, claim, proof, {"method": "branching over the others' rows"})


def _tree_json(game: Game, tree: DominantTree) -> dict[str, Any]:
    vectors: list[Vector] = []
    nodes: list[dict[str, Any]] = []
    for node in tree:
        if isinstance(node, Split):
            nodes.append({"split": _split_json(game, node)})
        else:
            nodes.append({"leaf": _places(vectors, node)})
    return {"vectors": [vector_json(vector) for vector in vectors], "tree": nodes}


def _split_json(game: Game, split: Split) -> list[str]:
    action = game.actions[split.state][split.player][split.action]
    return [game.players[split.player], game.states[split.state], action, format_rational(split.at)]


def _places(vectors: list[Vector], leaf: Leaf) -> list[int]:
    vectors += [leaf.best_upper, leaf.best_lower]
    return [len(vectors) - 2, len(vectors) - 1]
