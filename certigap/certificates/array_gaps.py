"""Certificates of array games: the claim in the header, the policy and two vectors a player as arrays (FORMAT 16)."""

import os

from certigap.model.large.container import write_container
from certigap.model.large.files import policy_arrays
from certigap.semantics.array_gaps import ArrayGaps
from certigap.version import __version__

__all__ = ["write_array_gaps"]


def write_array_gaps(answer: ArrayGaps, path: str | os.PathLike[str]) -> None:
    """Write the certificate of a `nash-gap` claim, wholly or not at all."""
    header = {
        "format": "certigap-array-certificate",
        "version": 1,
        "game": answer.game.digest,
        "claim": {
            "kind": "nash-gap",
            "nash_gap": answer.nash_gap.to_json(),
            "nash_conv": answer.nash_conv.to_json(),
            "player_gaps": {str(i + 1): gap.to_json() for i, gap in enumerate(answer.player_gaps)},
        },
        "bits": list(answer.bits),
        "provenance": {"writer": f"certigap {__version__}", "arithmetic": "enclosed"},
        "end": True,
    }
    arrays = policy_arrays(answer.policy) | {"values": answer.values, "optima": answer.optima}
    write_container(path, header, arrays)
