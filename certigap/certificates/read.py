"""Reading a certificate for display: strictly, without believing or checking it."""

import os
from typing import Any

from certigap.model.strict_json import read_json

__all__ = ["read_certificate"]


def read_certificate(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The certificate as plain data, with the members that every certificate has.

    Raises:
        InputError: not strict JSON, or not a certificate.
    """
    node = read_json(path)
    members = node.object(("format", "version", "game", "claim", "proof", "end"), ("provenance",))
    if members["format"].text() != "certigap-certificate":
        members["format"].fail(f"expected certigap-certificate, got {members['format'].text()}")
    members["version"].integer(1, 1)
    members["claim"].mapping()["kind"].text() if "kind" in members["claim"].mapping() else members["claim"].fail(
        "expected the key kind, got none"
    )
    data: dict[str, Any] = node.value
    return data
