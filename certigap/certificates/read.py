"""Reading a certificate for display: strictly, without believing or checking it."""

import os
from typing import Any

from certigap.model.files.game_codec import check_header
from certigap.model.files.strict_json import read_json

__all__ = ["read_certificate"]


def read_certificate(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The certificate as plain data, with the members that every certificate has.

    Raises:
        InputError: not strict JSON, or not a certificate.
    """
    node = read_json(path)
    check_header(node, "certigap-certificate")
    members = node.object(("format", "version", "game", "claim", "proof", "end"), ("provenance",))
    members["game"].text()
    claim = members["claim"].mapping()
    if "kind" not in claim:
        members["claim"].fail("expected the key 'kind', got none")
    claim["kind"].text()
    data: dict[str, Any] = node.value
    return data
