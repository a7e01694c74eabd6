"""The README's Python snippets run as written, and its commands exist."""

import doctest
import re
from pathlib import Path

from certigap.cli import _parser

README = Path(__file__).parent.parent / "README.md"


def test_python_snippets() -> None:
    failures, count = doctest.testfile(str(README), module_relative=False)
    assert count > 0
    assert failures == 0


def test_commands_are_the_parsers() -> None:
    named = set(re.findall(r"^\| `certigap ([a-z-]+)", README.read_text(), re.MULTILINE))
    subparsers = next(action for action in _parser()._actions if action.dest == "command")
    assert named == set(subparsers.choices or ())
