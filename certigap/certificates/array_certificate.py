"""Certificates of array games: a claim and what proves it, as the header and the arrays of one file (FORMAT 16)."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy.typing as npt

from certigap.model.large.container import read_header, write_container
from certigap.model.large.game import ArrayGame
from certigap.version import __version__

__all__ = ["ArrayCertificate", "read_array_certificate"]

_KIND = "certigap-array-certificate"


@dataclass(frozen=True, eq=False, repr=False)
class ArrayCertificate:
    """A claim and its proof, ready to be written; nothing is believed of it before a checker has run.

    proof: what the header says beside the claim.
    provenance: what more it tells of how it was made, as text or true and false; no checker reads it.
    """

    game: ArrayGame
    claim: dict[str, Any]
    proof: dict[str, Any]
    arrays: Mapping[str, npt.NDArray[Any]]
    provenance: Mapping[str, str | bool] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of the claim, such as "nash-gap"."""
        return str(self.claim["kind"])

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the certificate, wholly or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        header = {
            "format": _KIND,
            "version": 1,
            "game": self.game.digest,
            "claim": self.claim,
            **self.proof,
            "provenance": {"writer": f"certigap {__version__}", "arithmetic": "enclosed", **self.provenance},
            "end": True,
        }
        write_container(path, header, self.arrays)

    def __repr__(self) -> str:
        return f"<ArrayCertificate {self.kind}, game {self.game.digest.removeprefix('arrays:')[:12]}>"


def read_array_certificate(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The header of a certificate as plain data, without believing or checking it.

    Raises:
        InputError: a file that is no certificate of an array game.
    """
    node = read_header(path, _KIND)
    members = node.object(("format", "version", "game", "claim", "bits", "end"), ("provenance", "prices", "witness"))
    members["game"].text()
    claim = members["claim"].mapping()
    if "kind" not in claim:
        members["claim"].fail("expected the key 'kind', got none")
    claim["kind"].text()
    data: dict[str, Any] = node.value
    return data
