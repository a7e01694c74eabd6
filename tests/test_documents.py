"""What the documents say exists: cited sections and files, the code and the tests of every statement, the glossary."""

import ast
import re
from pathlib import Path

import pytest

from tests.helpers.citations import ROOT, has_name, missing_files, missing_sections, places, table, texts, unresolved
from tests.helpers.layers import LAYERS, shares

STATEMENTS = table((ROOT / "proofs" / "THEORY.md").read_text(), "| id | claim")
PARTS = table((ROOT / ".github" / "ARCHITECTURE.md").read_text(), "| part | holds")
SYMBOLS = table((ROOT / ".github" / "GLOSSARY.md").read_text(), "| symbol | name")
CHECKLISTS = ROOT / ".github" / "CONTRIBUTING.md"
LARGEST_ROOM = 0.16
"""Share of the package's lines that one part may hold; above it a part is split or its pieces find their own rooms."""
SPOKEN = {Path(__file__), ROOT / "tests" / "helpers" / "citations.py"}
"""Files that name lost documents on purpose."""


def test_every_cited_section_exists() -> None:
    lost = {str(path): found for path, text in texts() if path not in SPOKEN and (found := missing_sections(text))}
    assert lost == {}


def test_every_cited_document_exists() -> None:
    lost = {
        str(path): found for path, text in texts() if path not in SPOKEN and (found := missing_files(text, path.parent))
    }
    assert lost == {}


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("as in THEORY 5 and 99", ["THEORY 99"]),
        ("(FORMAT 6.3)", []),
        ("(FORMAT 6.77)", ["FORMAT 6.77"]),
        ("DESIGN 3 says so", ["DESIGN 3"]),
        ("`FORMAT.md`, 7 to 70", ["FORMAT 70"]),
        ("THEORY-MODES 3", ["THEORY-MODES 3"]),
        ("(README, sections 6 to 8 of FORMAT.md)", []),
        ("FORMAT, sections 6 to 80", ["FORMAT 80"]),
    ],
)
def test_planted_citations_are_seen(text: str, lost: list[str]) -> None:
    assert missing_sections(text) == lost


def test_planted_documents_are_seen() -> None:
    text = "see [x](proofs/NOWHERE.md), `THEORY.md` and (DESIGN, Files)"
    assert missing_files(text, ROOT) == ["DESIGN", "proofs/NOWHERE.md"]


def test_the_papers_statements_are_spelled_out() -> None:
    """No abbreviation: who looks for `Theorem 1` finds it."""
    ids = [row[0] for row in STATEMENTS]
    for word in ("Theorem 1", "Theorem 2", "Theorem 3", "Corollary 1", "Corollary 2", "Corollary 3", "Lemma 1"):
        assert any(word in name for name in ids)
    assert not [name for name in ids if name.split()[0] in {"Thm", "Cor", "Lem", "Def", "App"}]


@pytest.mark.parametrize("row", STATEMENTS, ids=[row[0] for row in STATEMENTS])
def test_code_and_test_of_every_statement_exist_and_say_its_name(row: list[str]) -> None:
    name, _, _, code, test = row
    for cell in (code, test):
        assert places(cell) or cell == "none yet"
        assert unresolved(places(cell)) == []
    for statement in name.split(", "):
        if places(code) and statement != "Value gap":
            files = {entry.partition("::")[0] for entry in places(code)}
            assert any(statement in (ROOT / file).read_text() for file in files), f"grep {statement!r} finds no code"


def test_a_planted_entry_is_seen() -> None:
    good, bad = "certigap/model/game.py::Game.half_range", "certigap/model/game.py::Game.no_such"
    assert unresolved([good, bad, "certigap/nowhere.py", "tests/test_documents.py::SPOKEN"]) == [
        bad,
        "certigap/nowhere.py",
    ]


def test_the_architecture_page_lists_the_parts_of_the_layer_test_in_their_order() -> None:
    named = [word.removesuffix("/").removesuffix(".py") for row in PARTS for word in places(row[0])]
    there = {path.stem for path in (ROOT / "certigap").iterdir()}
    assert [name for name in named if name in LAYERS] == [name for name in LAYERS if name in there]
    assert set(named) - set(LAYERS) == {"checker", "trusted"} & there


def test_no_room_is_too_large() -> None:
    assert {name: round(share, 3) for name, share in shares().items() if share > LARGEST_ROOM} == {}


@pytest.mark.parametrize("row", SYMBOLS, ids=[row[1] for row in SYMBOLS])
def test_every_name_and_file_of_the_glossary_exists(row: list[str]) -> None:
    name, file = (places(row[k])[0] for k in (1, 3))
    path = ROOT / file
    assert path.exists(), file
    assert path.is_dir() or path.suffix != ".py" or has_name(path, name), f"{name} is not in {file}"


def test_every_file_of_the_checklists_exists() -> None:
    """What stands in backquotes and has a slash is a file or a folder."""
    entries = {word for word in re.findall(r"`([\w./:*-]+)`", CHECKLISTS.read_text()) if "/" in word}
    assert len(entries) > 20
    assert unresolved(sorted(entries)) == []


def test_every_task_of_the_noxfile_is_told() -> None:
    tree = ast.parse((ROOT / ".ci" / "noxfile.py").read_text())
    tasks = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list}
    told = {places(row[0])[0] for row in table(CHECKLISTS.read_text(), "| task | checks")}
    assert told == tasks
    called = re.findall(r"noxfile.py -s ([a-z_ ]+)", (ROOT / ".ci" / "run").read_text())
    assert {task for line in called for task in line.split()} <= tasks
