"""Certificates of games of finite horizon (`proofs/FORMAT.md`, 19): the claims of 7, with vectors one a step."""

from collections.abc import Iterable
from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.model.files.vectors import vector_json
from certigap.model.finite.files import finite_rows_to_json
from certigap.model.finite.game import FiniteGame
from certigap.semantics.deviation import initial_value
from certigap.semantics.finite import FiniteGapAnswer, Timeline
from certigap.semantics.finite_errors import FiniteErrorsAnswer

__all__ = [
    "finite_equilibrium",
    "finite_matching_error",
    "finite_nash_gap",
    "finite_policy_value",
    "timeline_json",
    "timelines_json",
]


def finite_nash_gap(answer: FiniteGapAnswer) -> Certificate:
    """The claim `nash-gap`."""
    claim = {
        "kind": "nash-gap",
        "policy": finite_rows_to_json(answer.policy),
        "nash_gap": answer.nash_gap.to_json(),
        "nash_conv": answer.nash_conv.to_json(),
        "player_gaps": _intervals(answer.game, answer.player_gaps),
    }
    return Certificate(answer.game, claim, _gap_proof(answer), {"arithmetic": answer.arithmetic})


def finite_equilibrium(answer: FiniteGapAnswer) -> Certificate:
    """The claim `equilibrium`: NashGap is at most `regret`."""
    upper = answer.nash_gap.upper
    if upper is None:
        raise InputError("certificate: expected a known upper end, got none")
    claim = {
        "kind": "equilibrium",
        "policy": finite_rows_to_json(answer.policy),
        "regret": format_rational(upper),
    }
    return Certificate(answer.game, claim, _gap_proof(answer), {"arithmetic": answer.arithmetic})


def finite_policy_value(answer: FiniteGapAnswer) -> Certificate:
    """The claim `policy-value`."""
    at_start = [initial_value(answer.game.stage, own[0]) for own in answer.values]
    claim = {
        "kind": "policy-value",
        "policy": finite_rows_to_json(answer.policy),
        "values": _intervals(answer.game, at_start),
    }
    proof = {"values": timelines_json(answer.game, answer.values)}
    return Certificate(answer.game, claim, proof, {"arithmetic": answer.arithmetic})


def finite_matching_error(answer: FiniteErrorsAnswer) -> Certificate:
    """The claim `matching-error`."""
    game = answer.game
    claim = {
        "kind": "matching-error",
        "expert": finite_rows_to_json(answer.expert),
        "policy": finite_rows_to_json(answer.policy),
        **{name: getattr(answer, name).to_json() for name in ("eps_bc", "eps_mu", "eps_rho", "value_gap")},
    }
    proof = {
        "expert_occupancy": timeline_json(answer.expert_occupancy),
        "policy_occupancy": timeline_json(answer.policy_occupancy),
        "expert_values": timelines_json(game, answer.expert_values),
        "policy_values": timelines_json(game, answer.policy_values),
    }
    return Certificate(game, claim, proof, {"arithmetic": answer.arithmetic})


def timeline_json(timeline: Timeline) -> dict[str, Any]:
    """A bracket with one vector a step on every side."""
    lower = [vector_json(bracket.lower) for bracket in timeline]
    if all(bracket.is_exact for bracket in timeline):
        return {"exact": lower}
    return {"lower": lower, "upper": [vector_json(bracket.upper) for bracket in timeline]}


def timelines_json(game: FiniteGame, timelines: Iterable[Timeline]) -> dict[str, Any]:
    """One bracket a player."""
    return {player: timeline_json(own) for player, own in zip(game.players, timelines, strict=True)}


def _gap_proof(answer: FiniteGapAnswer) -> dict[str, Any]:
    return {"values": timelines_json(answer.game, answer.values), "optima": timelines_json(answer.game, answer.optima)}


def _intervals(game: FiniteGame, intervals: Iterable[Interval]) -> dict[str, Any]:
    return {player: interval.to_json() for player, interval in zip(game.players, intervals, strict=True)}
