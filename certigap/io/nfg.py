r"""Gambit's `.nfg` text, read exactly and without Gambit.

    NFG 1 R "title" { "player" .. } { 2 3 } numbers                    the numbers of strategies
    NFG 1 R "title" { "player" .. } { { "a" "b" } .. } "comment" body  or their names

`body` is either the payoffs of all players at each strategy profile, or a list `{ { "name" payoffs } .. }` of outcomes
and then one outcome's number per profile, 0 for "all get nothing". Profiles come with the *first* player's strategy
varying fastest.

Source: the Gambit documentation, "The strategic game (.nfg) file format".
"""

import math
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.errors import InputError, LimitError
from certigap.io.gambit_text import Words
from certigap.io.names import distinct, one_line
from certigap.model.build import normal_form
from certigap.model.game import Game

__all__ = ["MAX_PROFILES", "parse_nfg"]

MAX_PROFILES = 4_000_000  # more payoffs may not fit the memory


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
    words = Words(text, where)
    for expected in (("NFG",), ("1",), ("R", "D")):
        words.one_of(expected, "the header 'NFG 1 R'")
    title = words.string("a title")
    players = words.strings()
    strategies = _strategies(words, len(players))
    if words.is_text():
        words.string("a comment")
    shape = tuple(len(own) for own in strategies)  # of ranges too: names come after the size is known to be fit
    profiles = math.prod(shape)
    if profiles > max_profiles:
        raise LimitError(f"{words.where}: expected at most {max_profiles} strategy profiles, got {profiles}")
    columns = (_by_outcome if words.peek() == "{" else _table)(words, len(players), profiles)
    if words.left:
        words.fail("the end after the last payoff")
    return normal_form(
        [_array(column, shape) for column in columns],
        actions=[distinct(map(str, own)) for own in strategies],
        players=distinct(players),
        name=one_line(title)[:200],
    )


def _strategies(words: Words, players: int) -> list[list[str] | range]:
    words.mark("{", "the strategies")
    own: list[list[str] | range] = []
    while words.peek() != "}":
        own.append(words.strings() if words.peek() == "{" else range(1, words.natural("a number of strategies", 1) + 1))
    words.skip()
    if len(own) != players or not all(own):
        raise InputError(f"{words.where}: expected strategies of {players} players, got {[len(x) for x in own]}")
    return own


def _table(words: Words, players: int, profiles: int) -> list[list[Fraction]]:
    given = words.left
    flat = [words.number() for _ in range(min(given, players * profiles))]
    if given < players * profiles:
        words.fail(f"{players * profiles} payoffs, {players} for each of {profiles} profiles; got only {given}")
    return [flat[player::players] for player in range(players)]


def _by_outcome(words: Words, players: int, profiles: int) -> list[list[Fraction]]:
    words.mark("{", "the outcomes")
    outcomes = [[Fraction(0)] * players]
    while words.peek() == "{":
        words.skip()
        words.string("an outcome's name")
        outcomes.append([words.number() for _ in range(players)])
        words.mark("}", f"the end of an outcome of {players} payoffs")
    words.mark("}", "an outcome, or the end of the outcomes")
    chosen = [outcomes[_outcome(words, len(outcomes))] for _ in range(profiles)]
    return [[payoffs[player] for payoffs in chosen] for player in range(players)]


def _outcome(words: Words, known: int) -> int:
    return words.natural(f"an outcome's number from 0 to {known - 1}", most=known - 1)


def _array(values: list[Fraction], shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[Any]]:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array.reshape(shape, order="F")
