"""The grammar of the command line: what each command takes; nothing heavy is imported for it."""

import argparse
import re
from typing import NoReturn

from certigap.commands.grammar.certificates import add_certificates
from certigap.commands.grammar.questions import add_questions
from certigap.commands.grammar.sources import add_sources
from certigap.version import __version__

__all__ = ["parser"]


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        line = " ".join(message.removeprefix("argument ").split())
        self.exit(2, f"{self.prog}: {line}{_meant(line)}\n")


def _meant(line: str) -> str:
    """The choices that a mistyped one resembles."""
    from certigap.model.near import near

    found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)", line)
    if found is None:
        return ""
    alike = near(found[1], re.findall(r"[\w-]+", found[2]))
    return f"; near: {', '.join(alike)}" if alike else ""


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    found = _Parser(
        prog="certigap",
        description="How exploitable is this policy, and can you prove it? Certified Nash gaps of imitated policies.",
        epilog="Exit codes: 0 answered or verified, 1 invalid or assertion failed, 2 malformed input, 3 limit reached.",
    )
    found.add_argument("--version", action="version", version=f"certigap {__version__}")
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_sources(commands)
    add_questions(commands)
    add_certificates(commands)
    return found
