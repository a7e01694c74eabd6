"""The certificate of a worst case over a finite horizon: claim `worst-case` (`proofs/FORMAT.md`, 19)."""

from typing import Any

from certigap.bounds.finite.coupling import Coupled
from certigap.certificates.certificate import Certificate
from certigap.certificates.finite import timeline_json
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model.files.vectors import vector_json
from certigap.model.finite.files import finite_rows_to_json
from certigap.questions.finite.worst_case import FiniteWorstCase, PlayerProof

__all__ = ["finite_worst_case_certificate"]


def finite_worst_case_certificate(answer: FiniteWorstCase) -> Certificate:
    """The interval, with a witness and what proves the upper end."""
    claim = {
        "kind": "worst-case",
        "measure": str(answer.measure),
        "expert": finite_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
        "nash_gap": answer.interval.to_json(),
    }
    proof = _upper(answer)
    if answer.interval.lower:
        proof["witness"] = _witness(answer)
    provenance = {"complete": answer.complete, "upper_bound": answer.upper_name, "seconds": f"{answer.seconds:.2f}"}
    return Certificate(answer.game, claim, proof, provenance)


def _upper(answer: FiniteWorstCase) -> dict[str, Any]:
    players = answer.game.players
    if answer.upper_name == "trivial":
        return {"theorem": {"name": "trivial", "proof": {}}}
    if answer.upper_name == "dse":
        own = [{"best_upper": _vectors(high), "best_lower": _vectors(low)} for high, low in answer.dominance]
        return {"theorem": {"name": "dse", "proof": dict(zip(players, own, strict=True))}}
    parts = [_player(player, proof) for player, proof in zip(players, answer.proofs, strict=True)]
    occupancy = {"lower": _vectors(answer.mass)}
    return {"steps": {"occupancy": occupancy, "players": dict(zip(players, parts, strict=True))}}


def _player(player: str, proof: PlayerProof) -> dict[str, Any]:
    if proof.pair is not None:
        return {"pair": [_vectors(vectors) for vectors in proof.pair]}
    if proof.optimum is None or proof.value is None:
        raise InputError("worst case: expected a proof for every player, got none")
    if isinstance(proof.value, Coupled):
        return {"optimum": _coupled(proof.optimum), "value": _coupled(proof.value)}
    return {"optimum": _coupled(proof.optimum), "value": {"values": {player: timeline_json(proof.value)}}}


def _coupled(found: Coupled) -> dict[str, Any]:
    prices = [format_rational(price) for price in found.prices]
    return {"apart": _vectors(found.apart), "together": _vectors(found.together), "prices": prices}


def _vectors(vectors: Any) -> list[dict[str, Any]]:
    return [vector_json(vector) for vector in vectors]


def _witness(answer: FiniteWorstCase) -> dict[str, Any]:
    gaps, errors, players = answer.witness_gaps, answer.witness_errors, answer.game.players
    lowers = [gap.lower or 0 for gap in gaps.player_gaps]
    best = lowers.index(max(lowers))
    witness = {
        "policy": finite_rows_to_json(answer.witness),
        "values": {players[best]: timeline_json(gaps.values[best])},
        "optima": {players[best]: timeline_json(gaps.optima[best])},
        "occupancy": timeline_json(errors.expert_occupancy),
    }
    return witness | (
        {} if str(answer.measure) == "bc" else {"policy_occupancy": timeline_json(errors.policy_occupancy)}
    )
