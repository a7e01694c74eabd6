"""The parts of the package in their order, and who imports whom: what the layer test checks and the picture shows.

Imports inside functions count; those under `TYPE_CHECKING` do not, since nothing runs them.
"""

import ast
import graphlib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "certigap"

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
OUTSIDE = {"__init__", "__main__", "array_checker", "checker", "trusted", "proofs"}


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


def part_of(module: str) -> str:
    """`certigap.model.game` -> `model`."""
    return module.split(".")[1]


def parts() -> dict[str, set[str]]:
    """Part -> the other parts that it imports, those of the table alone."""
    found: dict[str, set[str]] = {}
    for path, module in modules():
        names = {part_of(name) for name in imported(ast.parse(path.read_text()), module) if name.count(".")}
        found.setdefault(part_of(module), set()).update(names & set(LAYERS) - {part_of(module)})
    return found


def shares() -> dict[str, float]:
    """Part -> its share of the package's lines, the checker (`checker.py` and `trusted/`) as one part."""
    lines: dict[str, int] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        first = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        name = "checker" if first == "trusted" else first
        lines[name] = lines.get(name, 0) + path.read_text().count("\n")
    total = sum(lines.values())
    return {name: count / total for name, count in lines.items()}
