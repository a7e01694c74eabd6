"""Each part imports only itself and what stands above it, and no modules import each other in a circle.

Planted violations and a planted circle prove that the walk sees them. Imports inside functions count; those under
`TYPE_CHECKING` do not, since nothing runs them.
"""

import ast
import graphlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "certigap"

LAYERS = [
    "errors",
    "version",
    "exact",
    "work",
    "model",
    "io",
    "floats",
    "semantics",
    "solve",
    "regions",
    "bounds",
    "witnesses",
    "statistics",
    "questions",
    "certificates",
    "audit",
    "report",
    "commands",
    "cli",
    "pytest_plugin",
]
OUTSIDE = {"__init__", "__main__", "checker", "trusted", "proofs"}


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node but those that only a type checker reads."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from running(node)


def imported(tree: ast.AST, module: str) -> Iterator[str]:
    """Dotted names that a module imports from the package, wherever in the file the import stands."""
    for node in running(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "certigap")
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                base = module.split(".")[: -node.level]
                yield ".".join([*base, node.module or ""]).rstrip(".")
            elif node.module == "certigap":
                yield from (f"certigap.{alias.name}" for alias in node.names)
            elif node.module and node.module.split(".")[0] == "certigap":
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in {
            "import_module",
            "__import__",
        }:
            yield from (
                arg.value
                for arg in node.args
                if isinstance(arg, ast.Constant) and str(arg.value).startswith("certigap")
            )


def violations(source: str, module: str) -> list[str]:
    own = module.split(".")[1]
    found = []
    for name in imported(ast.parse(source), module):
        parts = name.split(".")
        part = parts[1] if len(parts) > 1 else ""
        if part not in LAYERS or LAYERS.index(part) > LAYERS.index(own):
            found.append(f"{module} imports {name}")
    return found


def modules() -> Iterator[tuple[Path, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if parts[0] not in OUTSIDE:
            yield path, ".".join(["certigap", *parts])


def circle(sources: dict[str, str]) -> list[str]:
    """Modules that import each other in a circle; empty where there is none."""
    names = {name.removesuffix(".__init__") for name in sources}
    edges: dict[str, set[str]] = {}
    for module, source in sources.items():
        found = (name if name in names else name.rpartition(".")[0] for name in imported(ast.parse(source), module))
        own = module.removesuffix(".__init__")
        edges[own] = {name for name in found if name in names and name != own}
    try:
        graphlib.TopologicalSorter(edges).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_every_module_is_in_a_layer() -> None:
    assert {name.split(".")[1] for _, name in modules()} <= set(LAYERS)


def test_layers_hold() -> None:
    found = [fault for path, name in modules() for fault in violations(path.read_text(), name)]
    assert found == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle({name: path.read_text() for path, name in modules()}) == []


def test_a_planted_circle_is_caught() -> None:
    lazy = "def f():\n    from certigap.model.policy import Policy"
    shown = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from certigap.model.policy import Policy"
    policy = "from certigap.model import game"
    assert circle({"certigap.model.game": lazy, "certigap.model.policy": policy})
    assert not circle({"certigap.model.game": shown, "certigap.model.policy": policy})


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("certigap.exact.linear", "from certigap.model.game import Game"),
        ("certigap.model.game", "def f():\n    from certigap.semantics import gaps"),
        ("certigap.model.game", "import certigap.regions.engine"),
        ("certigap.semantics.deviation", "from certigap import solve"),
        ("certigap.regions.engine", "from ..questions import worst_case"),
        ("certigap.regions.engine", "import importlib\nimportlib.import_module('certigap.cli')"),
        ("certigap.certificates.verify", "from certigap import checker"),
        ("certigap.cli", "import certigap.checker"),
        ("certigap.report", "from certigap.pytest_plugin import CertificateItem"),
    ],
)
def test_planted_violations_are_caught(module: str, source: str) -> None:
    assert violations(source, module)


def test_checker_imports_the_standard_library_alone() -> None:
    tree = ast.parse((PACKAGE / "checker.py").read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "certigap" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def test_checker_has_no_assert_and_no_float() -> None:
    tree = ast.parse((PACKAGE / "checker.py").read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "float"]
