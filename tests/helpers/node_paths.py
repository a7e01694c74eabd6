"""The nodes of a JSON text."""

from collections.abc import Iterator
from typing import Any


def places(node: Any, path: str = "") -> Iterator[str]:
    """Paths of all nodes below the root."""
    if isinstance(node, dict | list):
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield f"{path}/{key}".lstrip("/")
            yield from places(child, f"{path}/{key}".lstrip("/"))
