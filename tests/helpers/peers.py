"""Optional peers of the import tests: missing ones skip locally and fail in CI, which installs them."""

import importlib
import os
from types import ModuleType

import pytest

__all__ = ["peer"]


def peer(name: str) -> ModuleType:
    """The peer's module."""
    if not os.environ.get("CI"):
        pytest.importorskip(name, reason=f"{name} is not installed (CI installs it)")
    return importlib.import_module(name)
