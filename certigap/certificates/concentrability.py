"""Claims of kind `concentrability`: how far each player alone raises the occupancy of a state (FORMAT 17)."""

from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.vectors import bracket_json, vector_json
from certigap.model.game import Game
from certigap.questions.concentrability import Coefficient, ConcentrabilityAnswer

__all__ = ["concentrability_certificate"]


def concentrability_certificate(answer: ConcentrabilityAnswer) -> Certificate:
    """Every player's coefficient."""
    game = answer.game
    pairs = list(zip(game.players, answer.coefficients, strict=True))
    claim = {
        "kind": "concentrability",
        "expert": policy_rows_to_json(answer.expert),
        "coefficients": {name: "infinity" if own.is_infinite else own.value.to_json() for name, own in pairs},
    }
    proof: dict[str, Any] = {"players": {name: _proof(game, own) for name, own in pairs}}
    if not all(own.is_infinite for own in answer.coefficients):
        proof["occupancy"] = bracket_json(answer.occupancy)
    return Certificate(game, claim, proof, {"complete": answer.complete})


def _proof(game: Game, own: Coefficient) -> dict[str, Any]:
    if own.path is not None:
        states, actions = own.path
        return {"path": {"states": [*states], "actions": [*actions]}}
    proof: dict[str, Any] = {}
    if own.visits is not None and own.value.upper is not None:
        proof["visits"] = own.visits.to_json(game)
    if own.deviation is not None:
        proof["witness"] = {
            "policy": policy_rows_to_json(own.deviation.policy),
            "state": game.states[own.deviation.state],
            "occupancy": vector_json(own.deviation.occupancy),
        }
    return proof
