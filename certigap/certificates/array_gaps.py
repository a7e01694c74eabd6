"""Certificates of array games: the claim in the header, the policy and two vectors a player as arrays (FORMAT 16)."""

import os
from typing import Any

from certigap.model.large.container import write_container
from certigap.model.large.files import policy_arrays
from certigap.model.large.game import ArrayGame
from certigap.semantics.array_gaps import ArrayGaps
from certigap.version import __version__

__all__ = ["array_header", "write_array_gaps"]


def array_header(game: ArrayGame, claim: dict[str, Any]) -> dict[str, Any]:
    """What every certificate of an array game says, but for what its claim's proof needs."""
    return {
        "format": "certigap-array-certificate",
        "version": 1,
        "game": game.digest,
        "claim": claim,
        "provenance": {"writer": f"certigap {__version__}", "arithmetic": "enclosed"},
        "end": True,
    }


def write_array_gaps(answer: ArrayGaps, path: str | os.PathLike[str]) -> None:
    """Write the certificate of a `nash-gap` claim, wholly or not at all."""
    claim = {
        "kind": "nash-gap",
        "nash_gap": answer.nash_gap.to_json(),
        "nash_conv": answer.nash_conv.to_json(),
        "player_gaps": {str(i + 1): gap.to_json() for i, gap in enumerate(answer.player_gaps)},
    }
    header = array_header(answer.game, claim) | {"bits": list(answer.bits)}
    arrays = policy_arrays(answer.policy) | {"values": answer.values, "optima": answer.optima}
    write_container(path, header, arrays)
