"""Where `proofs/` lies, in a checkout or inside the installed package, and its statements, one a file."""

import importlib.util
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from certigap.errors import InputError

if TYPE_CHECKING:
    from certigap.audit.statement import Statement

__all__ = ["load_statement", "load_statements", "proofs_folder"]


@cache
def proofs_folder() -> Path:
    """The folder of statements: `certigap/proofs` of a wheel, `proofs` of a checkout.

    Raises:
        InputError: neither is there.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "proofs", package.parent / "proofs"):
        if (folder / "THEORY.md").is_file():
            return folder
    raise InputError(f"proofs: expected the folder in {package} or beside it, got none")


def load_statements() -> "dict[str, Statement]":
    """Every statement by its id, in the order in which each stands after what it uses."""
    found = {path.stem.replace("_", "-"): load_statement(path) for path in _files()}
    ordered: dict[str, Statement] = {}

    def add(name: str, below: tuple[str, ...]) -> None:
        if name in below:
            raise InputError(f"statements: expected no circle, got {' uses '.join((*below, name))}")
        if name not in found:
            raise InputError(f"statement {below[-1]}: expected a file of proofs/ for {name!r}, got none")
        if name not in ordered:
            for used in found[name].uses:
                add(used, (*below, name))
            ordered[name] = found[name]

    for name in found:
        add(name, ())
    return ordered


def _files() -> list[Path]:
    return [path for path in sorted(proofs_folder().glob("*.py")) if path.name != "make.py"]


def load_statement(path: Path) -> "Statement":
    """The statement of a file, whose id is the file's name."""
    name = f"certigap_proofs_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path}: expected a Python file, got something else")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    statement: Statement = module.STATEMENT
    if statement.id != path.stem.replace("_", "-"):
        raise InputError(f"{path.name}: expected the id {path.stem.replace('_', '-')}, got {statement.id}")
    return statement


def document(name: str) -> str:
    """The docstring of a statement's file."""
    return sys.modules[f"certigap_proofs_{name.replace('-', '_')}"].__doc__ or ""
