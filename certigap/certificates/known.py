"""What certificates of worst cases know of a ball, for questions about others around the same expert."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from certigap.bounds.balls import Measure
from certigap.bounds.bound import Bound
from certigap.bounds.registry import NAMES
from certigap.certificates.verify import verify
from certigap.errors import InputError
from certigap.model.files.json_node import Node, printable
from certigap.model.files.policy_codec import policy_rows_from_node
from certigap.model.files.strict_json import read_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.known import Known

__all__ = ["read_known"]


@dataclass(frozen=True, slots=True)
class Written:
    """Evidence as a certificate holds it."""

    proof: dict[str, Any]
    method: str = "as certified before"

    def to_json(self) -> dict[str, Any]:
        """The part that shows the upper end."""
        return self.proof


def read_known(game: Game, expert: Policy, paths: Sequence[str | os.PathLike[str]]) -> list[Known]:
    """What certificates of worst cases have proven, once the trusted checker has accepted them.

    Args:
        game: the game.
        expert: the expert that their claims must have.
        paths: certificate files.

    Raises:
        InputError: a certificate that is no worst case, or that the checker does not accept.
    """
    if not paths:
        return []
    nodes = [read_json(path).mapping() for path in paths]
    for path, members in zip(paths, nodes, strict=True):
        claim = members["claim"].value if "claim" in members else None
        if not isinstance(claim, dict) or claim.get("kind") != "worst-case":
            raise InputError(f"{printable(str(path))}: expected the certificate of a worst case, got another file")
    for verdict in verify(game, *paths, expert=expert):
        if not verdict.is_valid:
            raise InputError(f"known: expected a valid certificate, got {verdict}")
    return [_known(expert, members) for members in nodes]


def _known(expert: Policy, members: dict[str, Node]) -> Known:
    claim, proof = members["claim"].mapping(), members["proof"].mapping()
    ends = claim["nash_gap"].mapping()
    witness = None
    if "witness" in proof:
        witness = Policy(expert.game, policy_rows_from_node(proof["witness"].mapping()["policy"], expert.game))
    upper = None
    if "upper" in ends:
        shown = {name: part.value for name, part in proof.items() if name != "witness"}
        told = members["provenance"].mapping().get("upper_bound") if "provenance" in members else None
        name = told.value if told is not None and told.value in NAMES else "region"
        upper = Bound(name, ends["upper"].rational(canonical=True), Written(shown))
    radius = claim["radius"].rational(canonical=True)
    return Known(expert, Measure.named(claim["measure"].value), radius, upper, witness)
