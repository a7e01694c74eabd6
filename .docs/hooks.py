"""Pages that are written elsewhere: the documents of `proofs/`, and the command line as its parser knows it."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = {"FORMAT.md": "formats.md", "THEORY.md": "theory.md", "INDEX.md": "audit.md", "ERRATA.md": "errata.md"}
"""Documents of `proofs/` and the pages that they are here."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for name, page in DOCUMENTS.items():
        files.append(File.generated(config, page, content=document(name)))
    files.append(File.generated(config, "reference/command-line.md", content=command_line()))
    return files


def document(name: str) -> str:
    """A document of `proofs/` with links between them as links between pages."""
    text = (ROOT / "proofs" / name).read_text(encoding="utf-8")
    linked = re.sub(r"\]\((\w+\.md)(#[\w-]+)?\)", _link, text)
    pieces = re.split(r"(^```.*?^```$|`[^`\n]+`)", linked, flags=re.MULTILINE | re.DOTALL)
    return "".join(piece if place % 2 else _prose(piece) for place, piece in enumerate(pieces))


def _prose(text: str) -> str:
    """Text outside of code: stars of optima and norms' indices are no emphasis; a list begins after an empty line."""
    text = re.sub(r"(?<=\|)_(?=\d)", r"\\_", text)
    starred = re.sub(r"(?<=[\^{(])\*(?=[,}])|(?<=\b[A-Z])\*(?!\*)", r"\\*", text)
    return re.sub(r"^((?![-|#>\s]|\d+\. ).+)\n(?=(?:-|\d+\.) )", r"\1\n\n", starred, flags=re.MULTILINE)


def _link(match: re.Match[str]) -> str:
    target = DOCUMENTS.get(match[1])
    if target is None:
        raise ValueError(f"proofs: expected links to {', '.join(DOCUMENTS)}, got one to {match[1]}")
    return f"]({target}{match[2] or ''})"


def command_line() -> str:
    """Every command with its arguments."""
    sys.path.insert(0, str(ROOT))
    from certigap.commands.grammar import parser as grammar

    parser = grammar()
    commands = next(action for action in parser._actions if action.dest == "command")
    summaries = {one.dest: one.help or "" for one in commands._choices_actions}  # type: ignore[attr-defined]
    parts = [f"# Command line\n\n{parser.description}\n\n{parser.epilog}\n\nEvery command takes `--json`.\n"]
    for name, command in commands.choices.items():  # type: ignore[union-attr]
        parts.append(f"## `certigap {name}`\n\n{_sentence(summaries[name])}\n\n{_arguments(command)}\n")
    return "\n".join(parts)


def _arguments(command: argparse.ArgumentParser) -> str:
    rows = [
        (_called(action), _cell(action.help or ""))
        for action in command._actions
        if action.dest not in ("help", "json")
    ]
    if not rows:
        return ""
    lines = [f"| {name} | {text} |" for name, text in rows]
    return "\n".join(["| argument | |", "|---|---|", *lines])


def _called(action: Any) -> str:
    if action.option_strings:
        value = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
        if action.choices and not action.metavar:
            value = f" {{{','.join(map(str, action.choices))}}}"
        return f"`{_cell(', '.join(action.option_strings) + value)}`"
    return f"`{_cell(str(action.metavar or action.dest))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("%%", "%").replace("<", "&lt;")


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
