"""What the checker said, on which files of it that rests, and how a reader repeats the check."""

import os
import shlex
from collections.abc import Mapping
from typing import Any

from certigap.report.page.claim import Checked
from certigap.report.page.markup import Html, element, join

__all__ = ["badge", "trust_section"]

_WORDS = {
    "valid": "Valid: every step checked in exact arithmetic",
    "invalid": "Refused: the proof does not hold",
    "malformed": "Refused: not a certificate",
    "limit": "Undecided: more work than the checker allows itself",
}
_SHOWN = 300  # characters of what a writer says of itself
_SHOWN_ELSEWHERE = {"bounds"}


def badge(found: Checked) -> Html:
    """The verdict in a few words."""
    verdict = found.verdict.verdict
    return element("p", _WORDS.get(verdict, verdict), class_=f"badge {verdict}")


def trust_section(found: Checked, game_path: str) -> Html:
    """The checker's words, its files, the hashes, and what nobody checked."""
    said = found.verdict.statement if found.verdict.is_valid else found.verdict.reason
    command = f"certigap verify {_quoted(game_path)} {_quoted(found.path)} --rules"
    return element(
        "section",
        element("h2", "What was checked"),
        element("blockquote", element("p", element("strong", found.verdict.verdict), f": {said}")),
        _modules(found),
        element("h3", "Check it yourself"),
        element("pre", element("code", command)),
        _hashes(found),
        _provenance(found.provenance),
        class_="trust",
    )


def _modules(found: Checked) -> Html:
    """The checker's files behind the verdict, as a bar of lines."""
    rules = found.verdict.rules
    if not rules:
        return join("")
    total = sum(rules.values())
    bars = [
        element("span", title=f"{name}: {lines} lines", class_="module", style=f"flex-grow:{lines}")
        for name, lines in rules.items()
    ]
    names = [element("li", element("span", name, class_="file"), f" {lines}") for name, lines in rules.items()]
    words = (
        f"The verdict rests on {total:,} lines of the checker in {len(rules)} files, on the standard library of Python "
        "and on the game's file; on no solver, no floating-point number, and nothing of the program that wrote the "
        "certificate."
    )
    return join(
        element("p", words, class_="lines"),
        element("div", *bars, class_="modules", role="img", aria_label=f"{total} lines in {len(rules)} files"),
        element("ul", *names, class_="modules"),
    )


def _hashes(found: Checked) -> Html:
    pairs = [("certificate", f"SHA-256 {found.sha256}")]
    if found.game is not None:
        pairs.insert(0, ("game", f"hash {found.game.digest}"))
    return element("dl", *(join(element("dt", name), element("dd", text)) for name, text in pairs), class_="hashes")


def _provenance(provenance: Mapping[str, Any]) -> Html:
    """What the writer says, shortened: neither checked nor needed."""
    pairs = [
        (str(key)[:60], _plain(value)[:_SHOWN])
        for key, value in list(provenance.items())[:20]
        if key not in _SHOWN_ELSEWHERE
    ]
    if not pairs:
        return join("")
    entries = (join(element("dt", name), element("dd", element("bdi", text))) for name, text in pairs)
    return join(element("h3", "What its writer says, unchecked"), element("dl", *entries, class_="provenance"))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    return str(value)


def _quoted(path: str) -> str:
    return shlex.quote(os.path.basename(path))
