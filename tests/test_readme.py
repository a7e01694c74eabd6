"""The README's Python snippets run as written, and its commands exist."""

import doctest
import re
from pathlib import Path

import pytest

from certigap.commands.grammar import parser

README = Path(__file__).parent.parent / "README.md"


def test_python_snippets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # one of them writes a certificate
    failures, count = doctest.testfile(str(README), module_relative=False)
    assert count > 0
    assert failures == 0


def test_commands_are_the_parsers() -> None:
    named = set(re.findall(r"^\| `certigap ([a-z-]+)", README.read_text(), re.MULTILINE))
    subparsers = next(action for action in parser()._actions if action.dest == "command")
    assert named == set(subparsers.choices or ())
