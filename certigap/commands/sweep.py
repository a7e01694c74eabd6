"""`certigap sweep`: certificates of many games, imitation errors and policies, in a folder, and one table."""

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

from certigap.certificates.sweeps.row import SweepRow
from certigap.certificates.sweeps.sweep import TABLE, SweepAnswer, SweepCounter
from certigap.commands.output import print_json, rational_option, say_written
from certigap.commands.streams import say
from certigap.commands.targets import check_folder
from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_text
from certigap.report import interval_text, table

__all__ = ["sweep"]


def sweep(given: argparse.Namespace) -> int:
    """One certificate a question, made by processes of this machine or a Dask cluster."""
    from certigap.certificates.sweeps.sweep import sweep as ask

    check_folder(given.out, "--out")
    if not given.eps and not given.policy:
        raise InputError("certigap sweep: expected --eps or --policy, got neither")
    radii = list(dict.fromkeys(rational_option(text, "--eps") for text in _listed(given.eps)))
    with _counter() as tell:
        answer = ask(
            given.games,
            radii,
            out=given.out,
            experts=given.expert,
            policies=given.policy,
            measures=_listed([given.measure]),
            budget=given.budget,
            ratio=rational_option(given.ratio, "--ratio"),
            seed=given.seed,
            scheduler=given.scheduler,
            workers=given.workers,
            progress=tell,
        )
    if given.json:
        return print_json(answer.to_json(), answer.exit_code)
    say(f"{table(_lines(answer))}\n{_totals(answer)}")
    say_written(given, str(Path(given.out) / TABLE))
    return answer.exit_code


def _listed(texts: list[str]) -> list[str]:
    """What stands between commas, each once."""
    return list(dict.fromkeys(word for text in texts for word in text.split(",")))


def _lines(answer: SweepAnswer) -> list[tuple[str, ...]]:
    head = ("game", "question", "NashGap", "upper/lower", "status")
    return [head, *(_line(row) for row in answer.rows)]


def _line(row: SweepRow) -> tuple[str, ...]:
    asked = ""
    if row.eps is not None:
        asked = f"eps_{row.measure} <= {format_rational(row.eps)}"
    elif row.policy:
        asked = f"of {row.policy}"
    known = "" if row.interval is None else interval_text(row.interval)
    ratio = "" if row.ratio is None else decimal_text(row.ratio, 4)
    cut = ", stopped early" if row.interval is not None and not row.complete else ""
    return (row.game, asked, known, ratio, f"{row.status}{cut}{f': {row.why}' if row.why else ''}")


def _totals(answer: SweepAnswer) -> str:
    counts = [(answer.count(status), status) for status in ("computed", "found", "failed", "not reached")]
    told = ", ".join(f"{number} {status}" for number, status in counts if number or status != "not reached")
    return f"{len(answer.rows)} questions: {told}"


@contextlib.contextmanager
def _counter() -> Iterator[SweepCounter | None]:
    """How many questions have ended, on a terminal and only there."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    failed = 0
    with console.status("sweeping ...") as line:

        def tell(row: SweepRow, done: int, count: int) -> None:
            nonlocal failed
            failed += row.status == "failed"
            line.update(f"sweeping: {done} of {count} questions, {failed} failed; last {row.game}")

        yield tell
