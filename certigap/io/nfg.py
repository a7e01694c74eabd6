r"""Gambit's `.nfg` text, read exactly and without Gambit.

    NFG 1 R "title" { "player" .. } { 2 3 } numbers                    the numbers of strategies
    NFG 1 R "title" { "player" .. } { { "a" "b" } .. } "comment" body  or their names

`body` is either the payoffs of all players at each strategy profile, or a list `{ { "name" payoffs } .. }` of outcomes
and then one outcome's number per profile, 0 for "all get nothing". Profiles come with the *first* player's strategy
varying fastest. A number is an integer, a decimal with or without an exponent, or p/q.

Source: the Gambit documentation, "The strategic game (.nfg) file format".
"""

import math
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

from certigap.errors import InputError, LimitError
from certigap.exact.rational import parse_int
from certigap.io.names import distinct, one_line
from certigap.model.build import normal_form
from certigap.model.files.json_node import brief, printable
from certigap.model.game import Game

__all__ = ["MAX_PROFILES", "parse_nfg"]

MAX_PROFILES = 4_000_000

_TOKEN = re.compile(r'\s+|(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[{}])|(?P<comma>,)|(?P<word>[^\s{}",]+)', re.DOTALL)
_NUMBER = re.compile(r"([+-]?)(?:([0-9]+)/([0-9]+)|([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?)", re.ASCII)


def parse_nfg(text: str, where: str = "nfg", max_profiles: int = MAX_PROFILES) -> Game:
    """The normal form that the text of an `.nfg` file writes.

    Args:
        text: the whole text.
        where: what messages call it.
        max_profiles: the largest number of strategy profiles.

    Raises:
        InputError: text that is no `.nfg` file; the message names the line.
        LimitError: more profiles.

    >>> parse_nfg('NFG 1 R "PD" { "A" "B" } { 2 2 } 9 9 10 0 0 10 1.5 3/2')
    <Game PD: normal form, 2 players, 2x2>
    """
    return _Reader(text, printable(where), max_profiles).game()


class _Reader:
    """The tokens of one text, read once from left to right; commas mean nothing."""

    def __init__(self, text: str, where: str, max_profiles: int) -> None:
        self.text = text
        self.where = where
        self.max_profiles = max_profiles
        self.tokens = list(_tokens(text))
        self.next = 0
        self.numbers: dict[str, Fraction] = {}

    def game(self) -> Game:
        self.header()
        title = self.string("a title")
        players = self.strings()
        strategies = self.strategies(len(players))
        if self.peek().startswith('"'):
            self.string("a comment")
        shape = tuple(len(own) for own in strategies)  # of ranges too: names come after the size is known to be fit
        profiles = math.prod(shape)
        if profiles > self.max_profiles:
            raise LimitError(f"{self.where}: expected at most {self.max_profiles} strategy profiles, got {profiles}")
        columns = self.by_outcome(len(players), profiles) if self.peek() == "{" else self.table(len(players), profiles)
        if self.next < len(self.tokens):
            self.fail("the end after the last payoff")
        return normal_form(
            [_array(column, shape) for column in columns],
            actions=[distinct(map(str, own)) for own in strategies],
            players=distinct(players),
            name=one_line(title)[:200],
        )

    def header(self) -> None:
        for expected in (("NFG",), ("1",), ("R", "D")):
            if self.peek() not in expected:
                self.fail(f"the header 'NFG 1 {expected[0]}'" if expected[0] == "R" else "the header 'NFG 1 R'")
            self.next += 1

    def strategies(self, players: int) -> list[list[str] | range]:
        self.mark("{", "the strategies")
        own: list[list[str] | range] = []
        while self.peek() != "}":
            own.append(self.strings() if self.peek() == "{" else self.counted())
        self.next += 1
        if len(own) != players or not all(own):
            raise InputError(f"{self.where}: expected strategies of {players} players, got {[len(x) for x in own]}")
        return own

    def counted(self) -> range:
        word = self.peek()
        if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) > 0):
            self.fail("a number of strategies")
        self.next += 1
        return range(1, int(word) + 1)

    def table(self, players: int, profiles: int) -> list[list[Fraction]]:
        given = len(self.tokens) - self.next
        if given < players * profiles:
            self.next = len(self.tokens)
            self.fail(f"{players * profiles} payoffs, {players} for each of {profiles} profiles; got only {given}")
        flat = [self.number() for _ in range(players * profiles)]
        return [flat[player::players] for player in range(players)]

    def by_outcome(self, players: int, profiles: int) -> list[list[Fraction]]:
        self.mark("{", "the outcomes")
        outcomes = [[Fraction(0)] * players]
        while self.peek() == "{":
            self.next += 1
            self.string("an outcome's name")
            outcomes.append([self.number() for _ in range(players)])
            self.mark("}", f"the end of an outcome of {players} payoffs")
        self.mark("}", "an outcome, or the end of the outcomes")
        chosen = [outcomes[self.outcome(len(outcomes))] for _ in range(profiles)]
        return [[payoffs[player] for payoffs in chosen] for player in range(players)]

    def outcome(self, known: int) -> int:
        word = self.peek()
        if not (word.isascii() and word.isdigit() and len(word) < 10 and int(word) < known):
            self.fail(f"an outcome's number from 0 to {known - 1}")
        self.next += 1
        return int(word)

    def number(self) -> Fraction:
        word = self.peek()
        if word not in self.numbers:
            value = _number(word)
            if value is None:
                self.fail("a payoff")
            self.numbers[word] = value
        self.next += 1
        return self.numbers[word]

    def strings(self) -> list[str]:
        self.mark("{", "a list of names")
        names = []
        while self.peek() != "}":
            names.append(self.string("a name"))
        self.next += 1
        return names

    def string(self, what: str) -> str:
        token = self.peek()
        if not token.startswith('"') or len(token) < 2:
            self.fail(f"{what} in quotes")
        self.next += 1
        return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)

    def mark(self, mark: str, what: str) -> None:
        if self.peek() != mark:
            self.fail(f"{mark!r} for {what}")
        self.next += 1

    def peek(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else ""

    def fail(self, expected: str) -> NoReturn:
        if self.next >= len(self.tokens):
            raise InputError(f"{self.where}: expected {expected}, got the end of the file")
        token, place = self.tokens[self.next]
        line = self.text.count("\n", 0, place) + 1
        raise InputError(f"{self.where}: line {line}: expected {expected}, got {brief(token)}")


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


def _array(values: list[Fraction], shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[Any]]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape, order="F")
