"""What the checker accepted, as the page needs it; nothing of a certificate that it refused is read further."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from certigap.certificates.assertions import quantities_of
from certigap.certificates.read import read_certificate
from certigap.certificates.verify import Verdict
from certigap.exact.interval import Interval
from certigap.exact.rational import parse_rational
from certigap.model.files.codec import policy_rows_from_node
from certigap.model.files.json_node import Node
from certigap.model.files.strict_json import read_json
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["Checked", "checked"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One certificate with the checker's verdict on it."""

    path: str
    sha256: str
    kind: str
    verdict: Verdict
    game: Game | None
    """None: a game of arrays, with parameters or of finite horizon, of which the page shows the numbers alone."""
    provenance: Mapping[str, Any]
    """What the writer says of itself: nobody checks it."""
    witness: Policy | None = None
    """Of a worst case: the policy that proves its lower end."""

    @property
    def claim(self) -> Mapping[str, Any]:
        """The claim as the checker read it; empty unless it is valid."""
        return self.verdict.claim or {} if self.verdict.is_valid else {}

    @property
    def quantities(self) -> dict[str, Interval]:
        """The proven intervals by name; ends that are infinite are left out."""
        found = {name: Interval(_end(sides, "lower"), _end(sides, "upper")) for name, sides in _sides(self.claim)}
        return {name: interval for name, interval in found.items() if interval != Interval(None, None)}

    def policy(self, role: str) -> Policy | None:
        """The claim's policy in a role, such as "expert"."""
        if self.game is None or role not in self.claim:
            return None
        return Policy(self.game, policy_rows_from_node(Node(self.claim[role], self.path), self.game))


def checked(path: str | os.PathLike[str], game: Game | None, verdict: Verdict) -> Checked:
    """A certificate file with its verdict.

    Raises:
        InputError: the file cannot be read as a certificate.
    """
    data = read_certificate(path) if game is not None or Path(path).suffix == ".json" else {}
    is_worst_case = verdict.is_valid and game is not None and data["claim"]["kind"] == "worst-case"
    return Checked(
        path=os.fspath(path),
        sha256=hashlib.sha256(Path(path).read_bytes()).hexdigest(),
        kind=str(data.get("claim", verdict.claim or {}).get("kind", "unknown")),
        verdict=verdict,
        game=game,
        provenance=data.get("provenance", {}),
        witness=_witness(path, game) if is_worst_case and game is not None else None,
    )


def _witness(path: str | os.PathLike[str], game: Game) -> Policy | None:
    """The witness that the checker has just accepted (FORMAT 7); None where the lower end is 0."""
    node = read_json(path).child("proof")
    if "witness" not in node.value:
        return None
    return Policy(game, policy_rows_from_node(node.child("witness").child("policy"), game))


def _sides(claim: Mapping[str, Any]) -> list[tuple[str, Mapping[str, str]]]:
    return [(name, sides) for name, sides in quantities_of(dict(claim)).items() if isinstance(sides, Mapping)]


def _end(sides: Mapping[str, str], side: str) -> Fraction | None:
    text = sides.get(side)
    return None if text is None or text == "infinity" else parse_rational(text)
