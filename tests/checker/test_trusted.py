"""The trusted files: their order, their size, what they may use, and that nothing but their sources ever runs."""

import ast
import importlib.util
import json
import marshal
import py_compile
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.checker.harness import CHECKER, HERE, TRUSTED, command, load, source
from tests.helpers.checker.tables import MUTANTS

CORE = ("reading", "game", "kernel")
GAME = HERE / "games" / "coin.json"
VALID, TREE = HERE / "accept" / "coin.gap-exact.json", HERE / "accept" / "coin.tree.json"


def imported(text: str) -> Iterator[str]:
    """Names of the modules that a text imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def faults(sources: dict[str, str]) -> list[str]:
    """What the trusted files may not do; `sources` in their order, the entry last."""
    found = []
    for place, (name, text) in enumerate(sources.items()):
        for other in imported(text):
            above = other in list(sources)[:place]
            if not above and (other.split(".")[0] not in sys.stdlib_module_names or other in sources):
                found.append(f"{name} imports {other}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Assert):
                found.append(f"{name} asserts")
            if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
                found.append(f"{name} holds {node.value}")
            if isinstance(node, ast.Name) and node.id in ("float", "eval", "exec", "compile", "globals"):
                found.append(f"{name} uses {node.id}")
            if isinstance(node, ast.Name) and node.id == "__import__" and name != "rules":
                found.append(f"{name} imports by name")
    return found


def test_order_standard_library_no_float_no_assert() -> None:
    assert faults(source()) == []


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("game", "from kernel import Rows"),
        ("reading", "def f():\n    import game"),
        ("kernel", "import numpy"),
        ("values", "from certigap.exact import linear"),
        ("values", "from .kernel import Rows"),
        ("regions", "from cover import split"),
        ("cover", "assert True"),
        ("linear", "half = 0.5"),
        ("vertices", "half = float('0.5')"),
        ("theorems", "__import__('judge')"),
    ],
)
def test_planted_faults_are_seen(name: str, line: str) -> None:
    sources = source()
    sources[name] += f"\n{line}\n"
    assert faults(sources)


def test_no_name_of_the_standard_library_and_every_file_in_the_order() -> None:
    names = set(source()) - {"checker"}
    assert not names & sys.stdlib_module_names
    assert {path.stem for path in TRUSTED.glob("*.py")} == names
    assert {path.suffix for path in TRUSTED.iterdir()} <= {".py", ""}


def test_sizes() -> None:
    """An entry of about 100 lines; reading, game and kernel at most 650 together; every other module at most 250."""
    lines = {name: text.count("\n") for name, text in source().items()}
    assert lines["checker"] <= 150
    assert sum(lines[name] for name in CORE) <= 650
    assert max(count for name, count in lines.items() if name not in CORE) <= 250


def test_the_table_names_functions_that_are_there() -> None:
    module = load()
    for sort, names in module.RULES.items():
        for name in names:
            assert callable(module.rule(sort, name)), (sort, name)
    assert set(module.RULES) == set(re.findall(r"^    (\w+)_[A-Z]+\(", source()["rules"], re.MULTILINE))
    assert {name for names in module.ADMITTED.values() for name in names} <= set(module.RULES["theorem"])
    assert set(module.ADMITTED) == set(module.RULES["measure"])


def test_every_module_has_mutants() -> None:
    """In the tables, or in tests of its own, which patch `source()`; those of limits and entry are beside this file."""
    sources = source()
    hit = {name for mutant in MUTANTS for name in sources if mutant.old in sources[name]}
    own = "".join(path.read_text() for path in HERE.parent.glob("test_*.py"))
    hit |= {name for name in sources if f'text["{name}"].replace(' in own}
    assert set(sources) - hit <= {"checker", "limits"}


def test_the_reading_list_holds_what_a_check_loads_and_no_more() -> None:
    """Against the modules that the interpreter says it has loaded."""
    seen = "import runpy, sys\nsys.argv = {arguments!r}\ntry: runpy.run_path({checker!r}, run_name='__main__')\n"
    seen += "except SystemExit: print(*(name for name in {names!r} if name in sys.modules))"
    names = [name for name in source() if name != "checker"]
    for case in ("gap-exact", "tree", "worst", "rho-occupancy", "linear-region", "rho-trivial"):
        certificate = HERE / "accept" / f"coin.{case}.json"
        text = seen.format(arguments=["", str(GAME), str(certificate)], checker=str(CHECKER), names=names)
        done = subprocess.run([sys.executable, "-I", "-S", "-c", text], capture_output=True, text=True, check=True)
        loaded = done.stdout.splitlines()[-1].split()
        told = json.loads(command("--json", "--rules", GAME, certificate).stdout)["results"][0]["rules"]
        assert list(told) == ["checker", *loaded]
        assert told == {name: source()[name].count("\n") for name in told}


def test_rules_of_several_certificates_are_told_apart() -> None:
    done = command("--rules", GAME, TREE, VALID, HERE / "malformed" / "coin.truncated.json")
    lines = done.stdout.splitlines()
    assert [line.split(":")[0] for line in lines[::2]] == ["valid", "valid", "malformed"]
    assert ["cover" in line for line in lines[1::2]] == [True, False, False]
    assert all(re.match(r"  rests on \d+ lines: checker \d+, limits \d+, reading \d+", line) for line in lines[1::2])


def copy(folder: Path) -> Path:
    """A copy of the checker with a certificate that it refuses at `case`."""
    shutil.copy(CHECKER, folder / "checker.py")
    shutil.copytree(TRUSTED, folder / "trusted", ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "checker.py"


def ran(checker: Path, *flags: str) -> tuple[int, str, str]:
    line = [sys.executable, *flags, "-I", "-S", str(checker), str(GAME), str(VALID)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("flags", [(), ("-O",)])
def test_planted_bytecode_does_not_run(flags: tuple[str, ...], tmp_path: Path) -> None:
    """Beside the sources and in `__pycache__`, each as the interpreter would take it, and modules in other forms."""
    checker = copy(tmp_path)
    true = ran(checker, *flags)
    assert true[0] == 0
    assert not list(tmp_path.rglob("*.pyc"))
    evil = tmp_path / "evil.py"
    evil.write_text("raise SystemExit('planted code ran')\n")
    for name in source():
        path = tmp_path / "trusted" / f"{name}.py" if name != "checker" else checker
        py_compile.compile(
            str(evil), str(path.with_suffix(".pyc")), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )
        for level in ("", 1, 2):
            cached = importlib.util.cache_from_source(str(path), optimization=level)
            Path(cached).parent.mkdir(exist_ok=True)
            shutil.copy(path.with_suffix(".pyc"), cached)
        (path.parent / name).mkdir()
        (path.parent / name / "__init__.py").write_text(evil.read_text())
    for name in ("json", "fractions", "itertools", "hashlib", "math", "functools", "typing", "re", "argparse"):
        for folder in (tmp_path, tmp_path / "trusted"):
            (folder / f"{name}.py").write_text(evil.read_text())
    assert ran(checker, *flags) == true


def test_bytecode_that_is_planted_does_run_elsewhere(tmp_path: Path) -> None:
    """The plants of the test before would run in an ordinary program: that test can fail."""
    (tmp_path / "reading.py").write_text("WORD = 'source'\n")
    (tmp_path / "main.py").write_text("import reading\nprint(reading.WORD)\n")
    cached = Path(importlib.util.cache_from_source(str(tmp_path / "reading.py"), optimization=""))
    cached.parent.mkdir()
    code = compile("WORD = 'planted'", "reading.py", "exec")
    cached.write_bytes(importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little") + bytes(8) + marshal.dumps(code))
    done = subprocess.run([sys.executable, str(tmp_path / "main.py")], capture_output=True, text=True, check=True)
    assert done.stdout == "planted\n"
