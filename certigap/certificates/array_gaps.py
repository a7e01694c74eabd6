"""Certificates of gaps in array games: the claim in the header, the policy and two vectors a player as arrays."""

from certigap.certificates.array_certificate import ArrayCertificate
from certigap.model.large.files import policy_arrays
from certigap.semantics.array_gaps import ArrayGaps

__all__ = ["array_gaps_certificate"]


def array_gaps_certificate(answer: ArrayGaps) -> ArrayCertificate:
    """The certificate of a `nash-gap` claim."""
    claim = {
        "kind": "nash-gap",
        "nash_gap": answer.nash_gap.to_json(),
        "nash_conv": answer.nash_conv.to_json(),
        "player_gaps": {str(i + 1): gap.to_json() for i, gap in enumerate(answer.player_gaps)},
    }
    arrays = policy_arrays(answer.policy) | {"values": answer.values, "optima": answer.optima}
    return ArrayCertificate(answer.game, claim, {"bits": list(answer.bits)}, arrays)
