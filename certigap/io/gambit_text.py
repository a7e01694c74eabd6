r"""The words of Gambit's text files: quoted texts, braces, numbers; blanks, line ends and commas only part them.

In a quoted text a backslash escapes a quote; before anything else it is a character like others ("$\rho$"). A number is
an integer, a decimal with or without an exponent, or p/q, and stays as written: 0.1 is 1/10.

Source: the Gambit documentation, "The strategic game (.nfg) file format" and "The extensive game (.efg) file format".
"""

import os
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import NoReturn

from certigap.errors import InputError
from certigap.exact.rational import parse_int
from certigap.model.files.json_node import brief, printable
from certigap.model.files.strict_json import read_bytes

__all__ = ["Words", "read_gambit_text"]

_TOKEN = re.compile(r'\s+|(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[{}])|(?P<comma>,)|(?P<word>[^\s{}",]+)', re.DOTALL)
_NUMBER = re.compile(r"([+-]?)(?:([0-9]+)/([0-9]+)|([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?)", re.ASCII)
_MARK = b"\xef\xbb\xbf"


def read_gambit_text(path: str | os.PathLike[str]) -> str:
    """The text of a file: UTF-8, with or without a byte order mark, else Latin-1.

    Only names and titles hold more than ASCII, and Gambit's own files say nowhere how they are encoded.

    Raises:
        InputError: a file that cannot be read or is too large.
    """
    data = read_bytes(path).removeprefix(_MARK)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


class Words:
    """The words of one text, read once from left to right; whatever is not as expected is refused with its line."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = printable(where)
        self._words = list(_tokens(text))
        self._next = 0
        self._numbers: dict[str, Fraction] = {}

    @property
    def left(self) -> int:
        """How many words have not been read."""
        return len(self._words) - self._next

    def peek(self) -> str:
        """The next word, empty at the end; quoted texts still have their quotes."""
        return self._words[self._next][0] if self.left else ""

    def skip(self) -> None:
        """Pass over the next word."""
        self._next += 1

    def one_of(self, expected: tuple[str, ...], what: str) -> str:
        """The next word, one of those given."""
        word = self.peek()
        if word not in expected:
            self.fail(what)
        self._next += 1
        return word

    def mark(self, mark: str, what: str) -> None:
        """Pass over a brace."""
        self.one_of((mark,), f"{mark!r} for {what}")

    def is_text(self) -> bool:
        """Whether the next word is in quotes."""
        return self.peek().startswith('"')

    def string(self, what: str) -> str:
        """A quoted text, without its quotes."""
        word = self.peek()
        if not word.startswith('"') or len(word) < 2:
            self.fail(f"{what} in quotes")
        self._next += 1
        return re.sub(r"\\(.)", lambda pair: '"' if pair[1] == '"' else pair[0], word[1:-1], flags=re.DOTALL)

    def strings(self, what: str = "a list of names") -> list[str]:
        """Quoted texts in braces."""
        self.mark("{", what)
        names = []
        while self.peek() != "}":
            names.append(self.string("a name"))
        self._next += 1
        return names

    def natural(self, what: str, least: int = 0, most: int = 10**9) -> int:
        """A number without sign, point or more than nine digits, in the range given."""
        word = self.peek()
        if not (word.isascii() and word.isdigit() and len(word) < 10 and least <= int(word) <= most):
            self.fail(what)
        self._next += 1
        return int(word)

    def number(self, what: str = "a payoff") -> Fraction:
        """A number, as written."""
        word = self.peek()
        if word not in self._numbers:
            value = _number(word)
            if value is None:
                self.fail(what)
            self._numbers[word] = value
        self._next += 1
        return self._numbers[word]

    def fail(self, expected: str) -> NoReturn:
        """Refuse the next word."""
        if not self.left:
            raise InputError(f"{self.where}: expected {expected}, got the end of the file")
        self.refuse(self.place(), expected, brief(self.peek()))

    def refuse(self, place: int, expected: str, got: str) -> NoReturn:
        """Refuse what stands at a place of the text."""
        line = self.text.count("\n", 0, place) + 1
        raise InputError(f"{self.where}: line {line}: expected {expected}, got {got}")

    def place(self) -> int:
        """Where the next word stands; the end where nothing is left."""
        return self._words[self._next][1] if self.left else len(self.text)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    """Tokens with their places; what is none (an unclosed quote) is a token of its own, refused where it stands."""
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            yield text[place], place
            return
        if match.lastgroup in ("text", "mark", "word"):
            yield match.group(), place
        place = match.end()


def _number(word: str) -> Fraction | None:
    match = _NUMBER.fullmatch(word)
    if match is None:
        return None
    sign, top, bottom, whole, decimals, exponent = match.groups()
    if top is not None:
        if not bottom.strip("0"):
            return None
        value = Fraction(parse_int(top), parse_int(bottom))
    elif whole or decimals:
        digits = f"{whole}{decimals or ''}"
        value = Fraction(parse_int(digits)) * Fraction(10) ** (int(exponent or 0) - len(decimals or ""))
    else:
        return None
    return -value if sign == "-" else value
