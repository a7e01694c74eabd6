"""Arguments that several commands take, and the types of their values."""

import argparse
from typing import Any

__all__ = [
    "ARRAYS",
    "arithmetic",
    "certificate",
    "command",
    "count",
    "files",
    "idle",
    "known",
    "measure",
    "search",
    "seconds",
    "seed",
    "share",
]

ARRAYS = {"game": ", or an array game (.npz)", "policy": ", or for an array game: uniform"}
"""What else a file may be, of commands that take array games."""


def command(commands: Any, name: str, summary: str) -> argparse.ArgumentParser:
    """A command, with `--json`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def files(parser: argparse.ArgumentParser, *names: str, arrays: bool = False) -> None:
    """File arguments; `arrays`: of a command that takes array games, too."""
    for name in names:
        parser.add_argument(name, metavar=name.upper(), help=f"{name} file{ARRAYS[name] if arrays else ''}")


def idle(parser: argparse.ArgumentParser) -> None:
    """`--idle`."""
    parser.add_argument(
        "--idle",
        default="keep",
        choices=["keep", "ignore"],
        help="ignore: leave out states where nothing that a player does changes anything (default keep)",
    )


def known(parser: argparse.ArgumentParser) -> None:
    """`--known`."""
    parser.add_argument(
        "--known",
        action="append",
        default=[],
        metavar="CERT",
        help="a certificate of the same expert and measure, any EPS: what it shows holds here too",
    )


def certificate(parser: argparse.ArgumentParser) -> None:
    """`-o`: the certificate."""
    parser.add_argument("-o", "--output", metavar="CERT", help="write the certificate to this file")


def measure(parser: argparse.ArgumentParser) -> None:
    """`--measure`."""
    parser.add_argument(
        "--measure", default="bc", metavar="M", help="the error that eps bounds: bc (default), rho or mu"
    )


def arithmetic(parser: argparse.ArgumentParser) -> None:
    """`--arithmetic`, `--exact`."""
    parser.add_argument(
        "--arithmetic",
        default="auto",
        choices=["auto", "exact", "enclosed"],
        help="exact, or proven intervals (default: by size)",
    )
    parser.add_argument("--exact", action="store_true", help="print exact numbers of any length")


def search(parser: argparse.ArgumentParser) -> None:
    """`--budget`, `--seed`."""
    parser.add_argument("--budget", type=seconds, default=60.0, metavar="SECONDS", help="time to spend (default 60)")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="seed of random starting points (default 0)")


def share(text: str) -> float:
    """A number between 0 and 1."""
    value = seconds(text)
    if value >= 1:
        raise argparse.ArgumentTypeError(f"expected a share below 1, got {text}")
    return value


def count(text: str) -> int:
    """A whole number above 0."""
    return _whole(text, "a whole number above 0", least=1)


def seed(text: str) -> int:
    """A whole number of at least 0."""
    return _whole(text, "a whole number of at least 0", least=0)


def _whole(text: str, expected: str, least: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) >= 20 or int(text) < least:
        raise argparse.ArgumentTypeError(f"expected {expected}, got {text}")
    return int(text)


def seconds(text: str) -> float:
    """A number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"expected seconds above 0, got {text}")
    return value
