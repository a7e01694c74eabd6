"""What the commands share: printing, options, a spinner and the current interval on a terminal."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from certigap.commands.streams import say
from certigap.errors import InputError
from certigap.exact.rational import typed_rational
from certigap.model.files.json_write import dumps
from certigap.report.text import floats_of

__all__ = ["PICTURES", "plain", "print_json", "progress_line", "rational_option", "say_written", "status"]

PICTURES = (".png", ".pdf", ".svg")
"""Endings of the names of pictures."""

_EVERY = 0.1  # seconds between two updates of the progress line


def print_json(data: dict[str, Any], code: int = 0) -> int:
    """One object; beside the rationals of an answer, under `floats`, the floats that they are near."""
    floats = floats_of(data)
    say(dumps(data if floats is None else {**data, "floats": floats}, pretty=True, floats=True))
    return code


def say_written(given: argparse.Namespace, *paths: str) -> None:
    """Name what was written, by default the file of `-o`, unless `--json` was given."""
    if not given.json:
        for path in paths or (given.output,):
            print(f"wrote {path}", file=sys.stderr)


def status(message: str) -> Any:
    """A spinner on a terminal, and only there."""
    from rich.console import Console

    return Console(stderr=True).status(f"{message} ...")


@contextmanager
def progress_line(message: str) -> Iterator[Callable[..., None] | None]:
    """A line with the interval so far, on a terminal and only there; what it yields is told the ends, as floats.

    Words before the two ends say what they belong to, such as a radius.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    last = -_EVERY
    with console.status(f"{message} ...") as line:

        def tell(*seen: Any) -> None:
            nonlocal last
            if time.monotonic() - last >= _EVERY:
                last = time.monotonic()
                words = "".join(f" {word}" for word in seen[:-2])
                line.update(f"{message}{words}: about {seen[-2]:.6g} to {seen[-1]:.6g}, not yet proved")

        yield tell


def rational_option(text: str, option: str) -> Fraction:
    try:
        return typed_rational(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None


def plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(plain(item) for item in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
