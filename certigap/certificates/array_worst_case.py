"""Certificates of worst cases of array games: claim and prices in the header, policies and vectors as arrays."""

import numpy as np

from certigap.certificates.array_certificate import ArrayCertificate
from certigap.exact.rational import format_rational
from certigap.model.large.files import policy_arrays
from certigap.questions.array_worst_case.question import ArrayWorstCase

__all__ = ["array_worst_case_certificate"]


def array_worst_case_certificate(answer: ArrayWorstCase) -> ArrayCertificate:
    """The certificate of a `worst-case` claim."""
    claim = {
        "kind": "worst-case",
        "measure": str(answer.measure),
        "radius": format_rational(answer.radius),
        "nash_gap": answer.interval.to_json(),
    }
    player, seen = answer.witness_player, answer.witness
    proof = {
        "bits": [own.bits for own in answer.players],
        "prices": [{"optimum": list(own.prices), "value": own.price} for own in answer.players],
        "witness": {"player": str(player + 1), "bits": seen.bits[player]},
    }
    arrays = policy_arrays(answer.expert) | {"occupancy": answer.ball.mass}
    for name, member in (("optima", "optimum"), ("values", "value"), ("together", "together")):
        arrays[name] = np.stack([getattr(own, member) for own in answer.players])
    arrays |= {f"witness_{name}": array for name, array in policy_arrays(seen.policy).items()}
    arrays |= {"witness_value": seen.values[player], "witness_optimum": seen.optima[player]}
    if not answer.measure.is_by_rows:
        arrays["witness_occupancy"] = answer.witness_visits.mass
    return ArrayCertificate(answer.game, claim, proof, arrays)
