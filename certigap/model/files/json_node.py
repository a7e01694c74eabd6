"""JSON values with their places: each is read as what it must be, or refused with the place where it is not.

A place is an RFC 6901 pointer after the name of the source: `game.json: /states/17/outcomes/2/next`.
"""

import json
import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any, NoReturn

from certigap.errors import InputError
from certigap.exact.rational import format_rational, parse_rational

__all__ = ["MAX_DEPTH", "MAX_NAME", "Node", "brief", "name_fault", "printable", "repeated"]

MAX_DEPTH = 100  # FORMAT 1: far below what recursion bears
MAX_NAME = 1000  # FORMAT 1
_SHOWN = 60  # characters of a value in a message of one line
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")  # FORMAT 1
_CACHED = 64  # longer texts are not kept
_short_rational = lru_cache(maxsize=2**16)(parse_rational)


class Node:
    """A JSON value with its place; its methods read it as what it must be, or raise `InputError`.

    >>> Node({"a": ["1/2"]}, "x.json").child("a").child(0).rational()
    Fraction(1, 2)
    """

    __slots__ = ("_key", "_parent", "_source", "value")

    def __init__(self, value: Any, source: str, parent: "Node | None" = None, key: str | int = "") -> None:
        self.value = value
        self._source = source
        self._parent = parent
        self._key = key

    @property
    def pointer(self) -> str:
        """RFC 6901 pointer; empty for the whole text. Long or unprintable keys are shortened or escaped."""
        return "" if self._parent is None else f"{self._parent.pointer}/{_pointer_step(self._key)}"

    @property
    def where(self) -> str:
        """`FILE: /json/pointer`, the start of every message."""
        pointer = self.pointer
        return f"{self._source}: {pointer}" if pointer else self._source

    def fail(self, reason: str) -> NoReturn:
        """Raise `InputError` with this place and `reason` (expected, got)."""
        raise InputError(f"{self.where}: {reason}")

    def child(self, key: str | int) -> "Node":
        """The value under a key, or at an index, that is known to be there."""
        return Node(self.value[key], self._source, self, key)

    def object(self, required: Iterable[str] = (), optional: Iterable[str] = ()) -> dict[str, "Node"]:
        """The members of an object that has all `required` keys and none beyond the `optional` ones."""
        members = self.mapping()
        for key in required:
            if key not in members:
                self.fail(f"expected the key {key!r}, got {_listed(members)}")
        if len(members) > len(allowed := {*required, *optional}) or not members.keys() <= allowed:
            unknown = next(key for key in members if key not in allowed)
            self.fail(f"expected only the keys {_listed(sorted(allowed))}, got {brief(unknown)}")
        return members

    def mapping(self) -> dict[str, "Node"]:
        """The members of an object whose keys are free."""
        if type(self.value) is not dict:
            self.fail(f"expected an object, got {brief(self.value)}")
        return {key: Node(value, self._source, self, key) for key, value in self.value.items()}

    def array(self, length: int | None = None) -> list["Node"]:
        """The entries of an array, `length` of them when that is given."""
        if type(self.value) is not list:
            self.fail(f"expected an array, got {brief(self.value)}")
        if length is not None and len(self.value) != length:
            self.fail(f"expected {brief(length)} entries, got {len(self.value)}")
        return [Node(value, self._source, self, index) for index, value in enumerate(self.value)]

    def text(self) -> str:
        """Any text."""
        if type(self.value) is not str:
            self.fail(f"expected text, got {brief(self.value)}")
        return str(self.value)

    def name(self) -> str:
        """A name: text of 1 to `MAX_NAME` characters without control characters and lone surrogates."""
        text = self.text()
        if (fault := name_fault(text)) is not None:
            self.fail(fault)
        return text

    def names(self) -> tuple[str, ...]:
        """A list of one or more distinct names."""
        names = tuple(entry.name() for entry in self.array())
        if not names:
            self.fail("expected at least one name, got none")
        if len(set(names)) != len(names):
            self.fail(f"expected distinct names, got {brief(repeated(names))} twice")
        return names

    def rational(self, *, canonical: bool = False) -> Fraction:
        """A JSON integer, or a rational written as text; `canonical`: text without decimals, as in certificates."""
        text = self.value
        if type(text) is int and not canonical:
            return Fraction(text)
        if type(text) is not str:
            self.fail(f"expected {'' if canonical else 'an integer, or '}a rational written as text, got {brief(text)}")
        if canonical and "." in text:
            self.fail(f"expected an integer or a fraction in lowest terms, got {brief(text)}")
        try:
            return _short_rational(text) if len(text) <= _CACHED else parse_rational(text)
        except ValueError as error:
            self.fail(str(error))

    def integer(self, least: int | None = None, most: int | None = None) -> int:
        """A JSON integer in `[least, most]`; `true` and `false` are none."""
        value = self.value
        if type(value) is not int:
            self.fail(f"expected an integer, got {brief(value)}")
        if (least is not None and value < least) or (most is not None and value > most):
            self.fail(f"expected an integer {_ends(least, most)}, got {brief(value)}")
        return int(value)


def name_fault(text: str) -> str | None:
    """What keeps `text` from being a name (expected, got), or `None`."""
    if not text:
        return "expected a name, got empty text"
    if len(text) > MAX_NAME:
        return f"expected a name of at most {MAX_NAME} characters, got {len(text)}"
    if _UNFIT.search(text):
        return f"expected a name without control characters and lone surrogates, got {brief(text)}"
    return None


def brief(value: Any) -> str:
    """A JSON value in a few printable characters of one line, for messages.

    >>> brief([1, 2]), brief("x" * 100)[-20:], brief(True)
    ('an array', '... (100 characters)', 'true')
    """
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | tuple):
        return "an array"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}... ({len(value)} characters)"
    text = format_rational(value) if isinstance(value, int | Fraction) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


def _ends(least: int | None, most: int | None) -> str:
    if most is None:
        return f"of at least {least}"
    return f"of at most {most}" if least is None else f"from {least} to {most}"


def repeated(names: Iterable[str]) -> str | None:
    """The first name that occurs again."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _listed(keys: Iterable[str]) -> str:
    keys = list(keys)
    shown = ", ".join(brief(key) for key in keys[:8])
    return (shown + (", ..." if len(keys) > 8 else "")) or "none"


def _pointer_step(key: str | int) -> str:
    return _cut(str(key).replace("~", "~0").replace("/", "~1"))


def _cut(text: str) -> str:
    text = printable(text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"


def printable(text: str) -> str:
    """The text with unprintable characters (line ends among them) escaped."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
