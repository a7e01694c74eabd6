"""Certificates: a claim about a game, and the vectors that prove it (`proofs/FORMAT.md`, 7)."""

import os
from dataclasses import dataclass, field
from typing import Any

from certigap.model.files.atomic import write_atomically
from certigap.model.files.json_write import dumps
from certigap.model.finite.game import FiniteGame
from certigap.model.game import Game
from certigap.model.parametric.game import ParametricGame
from certigap.version import __version__

__all__ = ["Certificate"]


@dataclass(frozen=True, eq=False, repr=False)
class Certificate:
    """A claim and its proof, ready to be written; nothing is believed of it before the checker has run."""

    game: Game | FiniteGame | ParametricGame
    claim: dict[str, Any]
    proof: dict[str, Any]
    provenance: dict[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The kind of the claim, such as "nash-gap"."""
        return str(self.claim["kind"])

    def to_json(self) -> dict[str, Any]:
        """The certificate as plain JSON data."""
        return {
            "format": "certigap-certificate",
            "version": 1,
            "game": self.game.digest,
            "claim": self.claim,
            "proof": self.proof,
            "provenance": {"writer": f"certigap {__version__}", **self.provenance},
            "end": True,
        }

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the certificate, wholly or not at all.

        Raises:
            InputError: the file cannot be written.
        """
        write_atomically(path, dumps(self.to_json()) + "\n")

    def __repr__(self) -> str:
        return f"<Certificate {self.kind}, game {self.game.digest[:12]}>"
