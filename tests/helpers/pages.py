"""The documentation's pages as programs: every block of a page runs, in order, in one folder.

`python` blocks are doctests that share their names; `console` blocks are commands after `$ ` with what they print on
stdout, where `...` stands for anything; a block with a title is a file. `sh` blocks may install certigap, no more.
"""

import contextlib
import doctest
import io
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certigap.cli import main

__all__ = ["Block", "blocks", "requirement", "run_page"]

_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
_SHOWN = {"toml", "sh"}
"""Languages whose blocks without a title are for the eye."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    title: str | None
    text: str
    line: int


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks, in order."""
    for match in _BLOCK.finditer(page):
        yield Block(match[1], match[2], match[3], page.count("\n", 0, match.start()) + 1)


def requirement(page: str) -> str | None:
    """The peer that a page needs, from its front matter."""
    found = re.match(r"---\nrequires: ([\w.]+)\n---\n", page)
    return None if found is None else found[1]


def run_page(page: str, name: str) -> list[str]:
    """Run every block in the current folder; what does not do what the page says."""
    names: dict[str, Any] = {}
    faults: list[str] = []
    for block in blocks(page):
        where = f"{name}, line {block.line}"
        if block.title is not None:
            Path(block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            faults += _doctest(block, names, where)
        elif block.language == "console":
            faults += [f"{where}: {fault}" for fault in _console(block.text)]
        elif block.language == "sh":
            faults += [f"{where}: {line}" for line in block.text.splitlines() if not line.startswith("pip install ")]
        elif block.language not in _SHOWN:
            faults.append(f"{where}: a block of {block.language} that nothing runs")
    return faults


def _doctest(block: Block, names: dict[str, Any], where: str) -> list[str]:
    test = doctest.DocTestParser().get_doctest(block.text, names, where, where, block.line)
    if not test.examples:
        return [f"{where}: no example"]
    told = io.StringIO()
    runner = doctest.DocTestRunner(optionflags=_FLAGS)
    runner.run(test, out=told.write, clear_globs=False)
    names.update(test.globs)
    return [told.getvalue()] if runner.failures else []


def _console(text: str) -> Iterator[str]:
    head, *commands = re.split(r"^\$ ", text, flags=re.MULTILINE)
    if head.strip() or not commands:
        yield "expected commands after '$ '"
    for command in commands:
        words, _, wanted = command.replace("\\\n", "").partition("\n")
        code, printed = _run(shlex.split(words))
        if code != 0:
            yield f"{words}: exit code {code}\n{printed}"
        elif not doctest.OutputChecker().check_output(wanted, printed, _FLAGS):
            yield f"{words}: expected\n{wanted}got\n{printed}"


def _run(words: list[str]) -> tuple[int, str]:
    if words[0] == "certigap":
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            code = main(words[1:])
        return code, out.getvalue()
    done = subprocess.run(
        [sys.executable, "-m", *words, "-p", "no:cacheprovider"], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout
