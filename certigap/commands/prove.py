"""`certigap prove`: the evidence of the audit run again, statement by statement."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from certigap.commands.streams import say
from certigap.model.files.json_write import dumps

if TYPE_CHECKING:
    from certigap.audit import Proven

__all__ = ["prove"]


def prove(given: argparse.Namespace) -> int:
    """Each statement's verdict as it is reproduced; exit code 1 when one is not."""
    from certigap import audit

    found = []
    with _line() as tell:
        for proven in audit.prove(given.ids, thorough=given.all, tell=tell):
            found.append(proven)
            if not given.json:
                say(_text(proven, bool(given.ids)))
    failed = [proven for proven in found if proven.failure]
    if given.json:
        say(dumps([proven.to_json() for proven in found], pretty=True))
    else:
        say(f"{len(found) - len(failed)} of {len(found)} verdicts reproduced")
    return 1 if failed else 0


def _text(proven: "Proven", in_full: bool) -> str:
    head = f"{proven.statement.id:<24} {proven.verdict}"
    if proven.failure:
        return f"{head}\n  {proven.failure}"
    if not in_full:
        return head
    statement = proven.statement
    lines = [head, f"  {statement.title} ({statement.source})", f"  {statement.words(statement.claim)}"]
    evidence = [
        f"  - {item.evidence.kind}, {item.evidence.role.words}: {item.says} [{item.extent}]" for item in proven.shown
    ]
    return "\n".join([*lines, *evidence])


@contextmanager
def _line() -> Iterator[Callable[[str], None] | None]:
    """What is being run, on a terminal and only there."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with console.status("proofs ...") as line:
        yield line.update
