"""An answer turned into a claim and its proof, one function a kind (`proofs/FORMAT.md`, 7)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, overload

from certigap.bounds.hull import covers_json
from certigap.certificates.array_certificate import ArrayCertificate
from certigap.certificates.array_gaps import array_gaps_certificate
from certigap.certificates.array_worst_case import array_worst_case_certificate
from certigap.certificates.best_case import best_case_certificate
from certigap.certificates.certificate import Certificate
from certigap.certificates.concentrability import concentrability_certificate
from certigap.certificates.continuity import continuity_certificate
from certigap.certificates.dominance import dominance_certificate
from certigap.certificates.dominant import dominant_certificate
from certigap.certificates.entropy import regularised_delta_certificate, regularised_gaps_certificate
from certigap.certificates.finite import (
    finite_equilibrium,
    finite_matching_error,
    finite_nash_gap,
    finite_policy_value,
)
from certigap.certificates.finite_worst_case import finite_worst_case_certificate
from certigap.certificates.parametric import boxes_certificate, parametric_certificate, parametric_gap_certificate
from certigap.certificates.straying import straying_certificate
from certigap.certificates.worst_case import worst_case_certificate
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.vectors import bracket_json, brackets_json
from certigap.model.game import Game
from certigap.questions.array_worst_case.question import ArrayWorstCase
from certigap.questions.best_case import BestCaseAnswer
from certigap.questions.concentrability import ConcentrabilityAnswer
from certigap.questions.continuity import ContinuityAnswer
from certigap.questions.dominance import DominanceAnswer
from certigap.questions.dominance.markov import MarkovDominance
from certigap.questions.entropy import RegularisedDelta
from certigap.questions.finite.worst_case import FiniteWorstCase
from certigap.questions.parametric.answer import ParametricBoxes, ParametricGap, ParametricSet
from certigap.questions.straying import StrayingAnswer
from certigap.questions.theorem_instance import TheoremInstance
from certigap.questions.worst_case.answer import WorstCaseAnswer
from certigap.regions.engine import RegionBound
from certigap.semantics import ErrorsAnswer, GapAnswer
from certigap.semantics.array_gaps import ArrayGaps
from certigap.semantics.entropic import RegularisedGaps
from certigap.semantics.finite import FiniteGapAnswer
from certigap.semantics.finite_errors import FiniteErrorsAnswer

__all__ = ["certificate", "kinds"]


@overload
def certificate(answer: ArrayGaps | ArrayWorstCase, kind: str | None = None) -> ArrayCertificate: ...
@overload
def certificate(answer: Any, kind: str | None = None) -> Certificate: ...
def certificate(answer: Any, kind: str | None = None) -> Certificate | ArrayCertificate:
    """The certificate of an answer.

    Args:
        answer: a result of `gaps`, `matching_errors`, `worst_case`, `best_case`, `region_bound`, `theorem_instance`,
            `array_gaps` or `array_worst_case`, or the `answer` at a point of a `frontier`.
        kind: what to claim of it, where it can prove several things: of `gaps`, "nash-gap" (default), "equilibrium"
            or "policy-value".

    Raises:
        InputError: an object that is no answer, or a kind that it cannot prove.

    >>> import certigap as cg
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> certificate(cg.gaps(game, expert), "equilibrium").claim["regret"]
    '0'
    """
    available = kinds(answer)
    if not available:
        raise InputError(f"certificate: expected an answer of certigap, got the {type(answer).__name__}")
    if kind is not None and kind not in available:
        raise InputError(f"certificate: expected a kind among {', '.join(available)}, got {kind!r}")
    return _WRITERS[type(answer)][kind or available[0]](answer)


def kinds(answer: Any) -> tuple[str, ...]:
    """The kinds of claim that an answer can prove, the default first; empty for what is no answer."""
    return tuple(_WRITERS.get(type(answer), ()))


def _intervals(game: Game, intervals: Iterable[Interval]) -> dict[str, Any]:
    return {player: interval.to_json() for player, interval in zip(game.players, intervals, strict=True)}


def _policy_value(answer: GapAnswer) -> Certificate:
    weights, denominator = answer.game.initial.weights, answer.game.initial.denominator
    at_start = [
        Interval(value.lower.dot(weights, denominator), value.upper.dot(weights, denominator))
        for value in answer.values
    ]
    claim = {
        "kind": "policy-value",
        "policy": policy_rows_to_json(answer.policy),
        "values": _intervals(answer.game, at_start),
    }
    proof = {"values": brackets_json(answer.game, answer.values)}
    return Certificate(answer.game, claim, proof, {"arithmetic": answer.arithmetic})


def _gap_proof(answer: GapAnswer) -> dict[str, Any]:
    return {"values": brackets_json(answer.game, answer.values), "optima": brackets_json(answer.game, answer.optima)}


def _nash_gap(answer: GapAnswer) -> Certificate:
    claim = {
        "kind": "nash-gap",
        "policy": policy_rows_to_json(answer.policy),
        "nash_gap": answer.nash_gap.to_json(),
        "nash_conv": answer.nash_conv.to_json(),
        "player_gaps": _intervals(answer.game, answer.player_gaps),
    }
    return Certificate(answer.game, claim, _gap_proof(answer), {"arithmetic": answer.arithmetic})


def _equilibrium(answer: GapAnswer) -> Certificate:
    claim = {
        "kind": "equilibrium",
        "policy": policy_rows_to_json(answer.policy),
        "regret": format_rational(_known(answer.nash_gap.upper)),
    }
    return Certificate(answer.game, claim, _gap_proof(answer), {"arithmetic": answer.arithmetic})


def _known(end: Fraction | None) -> Fraction:
    if end is None:
        raise InputError("certificate: expected a known upper end, got none")
    return end


def _matching_error(answer: ErrorsAnswer) -> Certificate:
    game = answer.game
    names = ("eps_bc", "eps_mu", "eps_rho", "value_gap")
    claim = {
        "kind": "matching-error",
        "expert": policy_rows_to_json(answer.expert),
        "policy": policy_rows_to_json(answer.policy),
        **{name: getattr(answer, name).to_json() for name in names},
    }
    proof = {
        "expert_occupancy": bracket_json(answer.expert_occupancy),
        "policy_occupancy": bracket_json(answer.policy_occupancy),
        "expert_values": brackets_json(game, answer.expert_values),
        "policy_values": brackets_json(game, answer.policy_values),
    }
    return Certificate(game, claim, proof, {"arithmetic": answer.arithmetic})


def _by_state(game: Game, own: Sequence[Any]) -> Any:
    """Entries of one player: by state, or for a normal form the one entry (FORMAT 4)."""
    return own[0] if game.is_normal_form else dict(zip(game.states, own, strict=True))


def _region_bound(answer: RegionBound) -> Certificate:
    region, game = answer.region, answer.region.game
    radii = [[format_rational(min(Fraction(2), radius)) for radius in own] for own in region.radii]
    claim: dict[str, Any] = {
        "kind": "region-bound",
        "center": policy_rows_to_json(region.center),
        "radii": {player: _by_state(game, own) for player, own in zip(game.players, radii, strict=True)},
        "nash_gap": {"upper": format_rational(answer.upper)},
    }
    if region.lower is not None and region.upper is not None:
        boxes = [
            [_box_json(low, high) for low, high in zip(*own, strict=True)]
            for own in zip(region.lower, region.upper, strict=True)
        ]
        claim["box"] = {player: _by_state(game, own) for player, own in zip(game.players, boxes, strict=True)}
    return Certificate(game, claim, {"players": covers_json(game, answer)})


def _box_json(lower: Sequence[Fraction], upper: Sequence[Fraction]) -> dict[str, list[str]]:
    return {"lower": [format_rational(x) for x in lower], "upper": [format_rational(x) for x in upper]}


def _theorem_instance(answer: TheoremInstance) -> Certificate:
    quantity = "value_gap" if answer.theorem == "value-gap" else "nash_gap"
    theorem = answer.evidence.to_json()["theorem"]
    claim = {
        "kind": "theorem-instance",
        "theorem": theorem["name"],
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
        quantity: {"upper": format_rational(answer.bound)},
    }
    return Certificate(answer.game, claim, theorem["proof"])


_WRITERS: dict[type, dict[str, Callable[[Any], Certificate | ArrayCertificate]]] = {
    ArrayGaps: {"nash-gap": array_gaps_certificate},
    ArrayWorstCase: {"worst-case": array_worst_case_certificate},
    FiniteGapAnswer: {
        "nash-gap": finite_nash_gap,
        "equilibrium": finite_equilibrium,
        "policy-value": finite_policy_value,
    },
    FiniteWorstCase: {"worst-case": finite_worst_case_certificate},
    FiniteErrorsAnswer: {"matching-error": finite_matching_error},
    GapAnswer: {"nash-gap": _nash_gap, "equilibrium": _equilibrium, "policy-value": _policy_value},
    ErrorsAnswer: {"matching-error": _matching_error},
    MarkovDominance: {"dominant": dominant_certificate},
    ParametricSet: {"parametric": parametric_certificate},
    ParametricBoxes: {"parametric": boxes_certificate},
    ParametricGap: {"parametric-gap": parametric_gap_certificate},
    StrayingAnswer: {"straying": straying_certificate},
    RegularisedGaps: {"entropy": regularised_gaps_certificate},
    RegularisedDelta: {"entropy": regularised_delta_certificate},
    RegionBound: {"region-bound": _region_bound},
    WorstCaseAnswer: {"worst-case": worst_case_certificate},
    BestCaseAnswer: {"best-case": best_case_certificate},
    DominanceAnswer: {"dominance": dominance_certificate},
    ConcentrabilityAnswer: {"concentrability": concentrability_certificate},
    ContinuityAnswer: {"continuity": continuity_certificate},
    TheoremInstance: {"theorem-instance": _theorem_instance},
}
