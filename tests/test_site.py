"""The documentation site: its pages run as written, its menu is its pages, it builds strictly and loads nothing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import certigap as cg
from tests.helpers.pages import blocks, requirement, run_page
from tests.helpers.peers import peer

SITE = Path(__file__).parent.parent / ".docs"
PAGES = sorted((SITE / "pages").rglob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=[path.relative_to(SITE / "pages").as_posix() for path in PAGES])
def test_a_page_does_what_it_says(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = path.read_text(encoding="utf-8")
    needed = requirement(page)
    if needed is not None:
        peer(needed)
    monkeypatch.chdir(tmp_path)
    assert run_page(page, path.name) == []


def test_the_pages_have_something_to_run() -> None:
    found = [block.language for path in PAGES for block in blocks(path.read_text(encoding="utf-8"))]
    assert found.count("python") > 10
    assert found.count("console") > 8


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("```python\n>>> 1 + 1\n3\n\n```\n", "Got:\n    2"),
        ("```python\n1 + 1\n```\n", "no example"),
        ("```console\n$ certigap games show tag --json\nnothing\n```\n", "expected\nnothing"),
        ("```console\n$ certigap gap a b\n```\n", "exit code 2"),
        ("```console\ncertigap demo\n```\n", "expected commands"),
        ("```json\n{}\n```\n", "a block of json that nothing runs"),
        ("```sh\nrm x\n```\n", "rm x"),
    ],
)
def test_planted_faults_are_seen(
    page: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert fault in "".join(run_page(page, "p"))


def test_names_and_files_last_from_block_to_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = '```python\n>>> x = 1\n\n```\n```txt title="f"\nhi\n```\n'
    page = first + '```python\n>>> x, len(open("f").read())\n(1, {})\n\n```\n'
    assert run_page(page.format(3), "p") == []
    assert run_page(page.format(4), "p") != []


def test_every_public_name_is_in_the_reference() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in PAGES if path.parent.name == "reference")
    named = re.findall(r"^::: [\w.]+\.(\w+)$", pages, re.MULTILINE)
    members = [name for own in re.findall(r"members: \[(.*)\]", pages) for name in own.split(", ")]
    elsewhere = {"games", "solve_game"}  # the catalog, a module; `solve` by its longer name
    assert set(cg.__all__) - set(named) - set(members) == elsewhere


def test_it_builds_strictly_and_loads_nothing(tmp_path: Path) -> None:
    peer("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-f", str(SITE / "mkdocs.yml"), "-d"]
    done = subprocess.run([*command, str(tmp_path / "site")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    front = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert 'src="http' not in front
    assert 'rel="stylesheet" href="http' not in front
    reference = (tmp_path / "site" / "reference" / "questions" / "index.html").read_text(encoding="utf-8")
    assert 'id="certigap.questions.worst_case.question.worst_case"' in reference
    assert "certigap certify" in (tmp_path / "site" / "reference" / "command-line" / "index.html").read_text()
