"""Claims of kind `entropy`: gaps in the regularised game, and the bound delta_tau (`proofs/FORMAT.md`, 13)."""

from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.vectors import bracket_json, brackets_json
from certigap.questions.entropy import RegularisedDelta
from certigap.semantics.entropic import RegularisedGaps

__all__ = ["regularised_delta_certificate", "regularised_gaps_certificate"]


def regularised_gaps_certificate(answer: RegularisedGaps) -> Certificate:
    """Every player's regularised gap, and their maximum."""
    gaps = {p: gap.to_json() for p, gap in zip(answer.game.players, answer.player_gaps, strict=True)}
    claim = _head(answer) | {"regularised_gap": answer.regularised_gap.to_json(), "player_gaps": gaps}
    return Certificate(answer.game, claim, _proof(answer), {"method": "enclosed"})


def regularised_delta_certificate(answer: RegularisedDelta) -> Certificate:
    """How far regularised best responses stray."""
    gaps = answer.gaps
    delta = {"radius": format_rational(answer.radius), "upper": format_rational(answer.upper)}
    proof = _proof(gaps) | {"occupancy": bracket_json(answer.occupancy)}
    return Certificate(gaps.game, _head(gaps) | {"delta": delta}, proof, {"method": "enclosed"})


def _head(answer: RegularisedGaps) -> dict[str, Any]:
    return {
        "kind": "entropy",
        "policy": policy_rows_to_json(answer.policy),
        "temperature": format_rational(answer.temperature),
        "opponents_temperature": format_rational(answer.opponents_temperature),
    }


def _proof(answer: RegularisedGaps) -> dict[str, Any]:
    game = answer.game
    return {"values": brackets_json(game, answer.values), "optima": brackets_json(game, answer.optima)}
