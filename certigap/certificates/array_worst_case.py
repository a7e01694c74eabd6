"""Certificates of worst cases of array games: claim and prices in the header, policies and vectors as arrays."""

import os

import numpy as np

from certigap.certificates.array_gaps import array_header
from certigap.exact.rational import format_rational
from certigap.model.large.container import write_container
from certigap.model.large.files import policy_arrays
from certigap.questions.array_worst_case.question import ArrayWorstCase

__all__ = ["write_array_worst_case"]


def write_array_worst_case(answer: ArrayWorstCase, path: str | os.PathLike[str]) -> None:
    """Write the certificate of a `worst-case` claim, wholly or not at all."""
    claim = {"kind": "worst-case", "measure": str(answer.measure), "radius": format_rational(answer.radius)}
    header = array_header(answer.game, claim | {"nash_gap": answer.interval.to_json()})
    player, seen = answer.witness_player, answer.witness
    header |= {
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
    write_container(path, header, arrays)
