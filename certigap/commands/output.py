"""What the commands share: printing, options, a spinner on a terminal."""

import sys
from fractions import Fraction
from typing import Any

from certigap.errors import InputError
from certigap.exact.rational import parse_rational
from certigap.model.json_write import dumps

__all__ = ["plain", "print_json", "rational_option", "say_written", "status"]


def print_json(data: dict[str, Any], code: int = 0) -> int:
    print(dumps(data, pretty=True))
    return code


def say_written(path: str | None) -> None:
    if path:
        print(f"wrote {path}", file=sys.stderr)


def status(message: str) -> Any:
    """A spinner on a terminal, and only there."""
    from rich.console import Console

    return Console(stderr=True).status(f"{message} ...")


def rational_option(text: str, option: str) -> Fraction:
    try:
        return parse_rational(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}") from None


def plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(plain(item) for item in value)
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
