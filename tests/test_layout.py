"""The layout of the tests: one conftest, helpers in `tests/helpers`, one import style, no test file in another.

A test file imported by another runs twice and changes meaning with the folder that pytest starts in. Planted faults
prove that the walk sees them.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOMS = {"benchmarks", "checker", "campaign", "helpers", "transcripts"}


def faults(source: str, place: str) -> Iterator[str]:
    """What is wrong with the imports of the test file or helper at `place`, a path below `tests/`."""
    siblings = {path.stem for path in TESTS.rglob("*.py")} | ROOMS
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                yield f"{place}: relative import of {node.module}"
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            root, _, rest = name.partition(".")
            if root == "tests" and any(part.startswith("test_") or part == "conftest" for part in rest.split(".")):
                yield f"{place}: imports the test file {name}"
            if root in siblings:
                yield f"{place}: imports {name}, expected tests.<folder>.{root}"


def test_imports_are_absolute_and_no_test_file_is_imported() -> None:
    found = [fault for path in sorted(TESTS.rglob("*.py")) for fault in faults(path.read_text(), str(path))]
    assert found == []


def test_there_is_one_conftest() -> None:
    assert list(TESTS.rglob("conftest.py")) == [TESTS / "conftest.py"]


def test_helpers_stand_in_their_folder() -> None:
    beside = [
        path.relative_to(TESTS)
        for room in (TESTS, *(TESTS / name for name in ("checker", "campaign")))
        for path in room.glob("*.py")
        if not path.name.startswith("test_") and path.name != "conftest.py"
    ]
    assert beside == []
    misplaced = [path for path in (TESTS / "helpers").rglob("*.py") if path.name.startswith("test_")]
    assert misplaced == []


@pytest.mark.parametrize(
    "source",
    [
        "from tests.test_cli import run_json",
        "from tests import test_cli",
        "def f():\n    from tests.checker.test_tag import TAG",
        "import tests.conftest",
        "from strategies import games",
        "from .helpers import peers",
        "from test_solve import peer",
        "import helpers.peers",
    ],
)
def test_planted_faults_are_seen(source: str) -> None:
    assert list(faults(source, "tests/test_new.py"))


def test_the_agreed_style_is_accepted() -> None:
    assert not list(faults("import pytest\nfrom tests.helpers.peers import peer", "tests/test_new.py"))
