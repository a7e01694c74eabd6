"""The certificate of a worst case, over any ball: claim `worst-case` (`proofs/FORMAT.md`, 7).

The upper end is written by the evidence of the bound that proves it (`certigap.bounds.bound`).
"""

from typing import Any

from certigap.certificates.certificate import Certificate
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_up
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.vectors import bracket_json, vector_json
from certigap.questions.worst_case.answer import WorstCaseAnswer

__all__ = ["worst_case_certificate"]

_DIGITS = 12  # of the bounds that are told, not proven


def worst_case_certificate(answer: WorstCaseAnswer) -> Certificate:
    """What a worst-case answer has proven, as a certificate.

    >>> import certigap as cg
    >>> game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    >>> worst_case_certificate(cg.worst_case(game, expert, "1/10", measure="rho")).claim["measure"]
    'rho'
    """
    claim = {
        "kind": "worst-case",
        "measure": str(answer.measure),
        "expert": policy_rows_to_json(answer.expert),
        "radius": format_rational(answer.radius),
        "nash_gap": answer.interval.to_json(),
    }
    evidence = answer.table.bounds[answer.upper_name].evidence
    proof = {} if evidence is None else evidence.to_json()
    if answer.interval.lower:
        proof["witness"] = _witness(answer)
    provenance = {
        "method": answer.method,
        "seed": str(answer.seed),
        "seconds": f"{answer.seconds:.2f}",
        "complete": answer.complete,
        "upper_bound": answer.upper_name,
        "bounds": {
            name: format_rational(decimal_up(value, _DIGITS))
            for name, value in answer.bounds.items()
            if value is not None
        },
    }
    return Certificate(answer.game, claim, proof, provenance)


def _witness(answer: WorstCaseAnswer) -> dict[str, Any]:
    player = answer.game.players[answer.witness_player]
    known = {
        "policy": policy_rows_to_json(answer.witness),
        "values": {player: {"upper": vector_json(answer.value_upper)}},
        "optima": {player: {"lower": vector_json(answer.optimum_lower)}},
    }
    if answer.errors is None:
        return {**known, "occupancy": {"upper": vector_json(answer.occupancy_upper)}}
    return {
        **known,
        "occupancy": bracket_json(answer.errors.expert_occupancy),
        "policy_occupancy": bracket_json(answer.errors.policy_occupancy),
    }
