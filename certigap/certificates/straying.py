"""Claims of kind `straying`: delta_sel, delta_max and kappa at one radius (FORMAT 15)."""

from fractions import Fraction
from typing import Any

from certigap.bounds.delta_form import stray_json
from certigap.bounds.hull import cover_json
from certigap.certificates.certificate import Certificate
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.vectors import bracket_json, brackets_json
from certigap.questions.straying import PlayerStraying, StrayingAnswer
from certigap.semantics.exploitability import GapAnswer

__all__ = ["straying_certificate"]


def straying_certificate(answer: StrayingAnswer) -> Certificate:
    """Every player's three intervals."""
    game, claim, proof = answer.game, dict[str, Any](), dict[str, Any]()
    for name in ("delta_sel", "delta_max", "kappa"):
        pairs = list(zip(game.players, answer.players, strict=True))
        claim[name] = {player: getattr(own, name).to_json() for player, own in pairs}
        proof[name] = {player: _upper(answer, own, name) | _lower(getattr(own.witness, name)) for player, own in pairs}
    head = {
        "kind": "straying",
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
    }
    return Certificate(game, head | claim, {"occupancy": bracket_json(answer.occupancy)} | proof, {"method": "boxes"})


def _upper(answer: StrayingAnswer, own: PlayerStraying, name: str) -> dict[str, Any]:
    if name == "kappa":
        bound = max(own.kappa.upper or Fraction(0), own.gain.pair)
        return {"upper": {"kappa": format_rational(bound), "cover": cover_json(own.gain)}}
    return {"upper": stray_json(answer.game, own.least if name == "delta_sel" else own.most)}


def _lower(found: tuple[Fraction, GapAnswer | None]) -> dict[str, Any]:
    value, shown = found
    if shown is None or not value:
        return {}
    game = shown.game
    return {
        "lower": {
            "policy": policy_rows_to_json(shown.policy),
            "values": brackets_json(game, shown.values),
            "optima": brackets_json(game, shown.optima),
        }
    }
