"""What a game is: its normalised content, and the hash of it (FORMAT 3)."""

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from certigap.exact.integers import bit_length
from certigap.exact.rational import format_rational
from certigap.model.files.json_write import dumps, quoted
from certigap.work.collector import collector_off

if TYPE_CHECKING:
    from certigap.model.game import Game

__all__ = ["FORMAT", "VERSION", "game_digest", "game_to_json"]

FORMAT = "certigap-game"
VERSION = 1
_KEY_BITS = 62  # a numerator and a denominator side by side in an integer of 64


def game_to_json(game: "Game") -> dict[str, Any]:
    """The normalised form of a game, with `name` and `meta` where it has them."""
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if game.name:
        head["name"] = game.name
    body = _normal_form_body(game) if game.is_normal_form else _markov_body(game)
    return head | body | ({"meta": game.meta} if game.meta else {})


@collector_off()
def game_digest(game: "Game") -> str:
    """SHA-256, in hexadecimal, of the normalised form without `name` and `meta`."""
    if game.is_normal_form:
        form = {"format": FORMAT, "version": VERSION} | _normal_form_body(game)
        return hashlib.sha256(dumps(form, sort_keys=True).encode("utf-8")).hexdigest()
    digest = hashlib.sha256()
    for piece in _markov_text(game):
        digest.update(piece.encode("ascii"))
    return digest.hexdigest()


def _markov_text(game: "Game") -> Iterator[str]:
    """The text that `dumps` writes of the normalised form with sorted keys, in pieces, without its tree of values."""
    head = {"format": FORMAT} | _markov_head(game)
    yield dumps(head, sort_keys=True)[:-1] + ',"states":['
    names, actions = [quoted(state) for state in game.states], {own: dumps(own) for own in set(game.actions)}
    pieces, offsets = _outcomes_text(game, names)
    for s, (own, start, end) in enumerate(zip(game.actions, offsets, offsets[1:], strict=False)):
        opening = f'{"," if s else ""}{{"actions":{actions[own]},"name":{names[s]},"outcomes":['
        yield opening + "".join(pieces[start:end])[1:] + "]}"
    yield f'],"version":{VERSION}}}'


def _outcomes_text(game: "Game", names: list[str]) -> tuple[list[str], list[int]]:
    """The outcomes of all rows, each after a comma, in pieces, and where those of each state begin `[S + 1]`.

    An outcome is `,{"next":{"s":"p","t":"q"},"rewards":["x","y"]}`, its states in the order of their names: a piece
    that opens an entry, the probability, and so on, and one with what comes after the last.
    """
    rows, count, ends = game.layout.rows, len(names), game.transitions.offsets
    rank = np.empty(count, dtype=np.int64)
    rank[sorted(range(count), key=game.states.__getitem__)] = np.arange(count)
    owners = np.repeat(np.arange(rows), np.diff(ends))
    order = np.argsort(owners * count + rank[game.transitions.columns])
    openings = [f',{{"next":{{{name}:"' for name in names] + [f'",{name}:"' for name in names]
    codes = game.transitions.columns[order] + count
    codes[ends[:-1]] -= count
    places = 2 * np.arange(len(order)) + owners
    pieces = np.empty(2 * len(order) + rows, dtype=object)
    pieces[places] = np.array(openings, dtype=object)[codes]
    pieces[places + 1] = _probabilities(game)[order]
    pieces[2 * ends[1:] + np.arange(rows)] = [
        f'"}},"rewards":["{joined}"]}}' for joined in map('","'.join, _rewards_by_row(game))
    ]
    states = game.layout.row_offsets
    return pieces.tolist(), (2 * ends[states] + states).tolist()


def _normal_form_body(game: "Game") -> dict[str, Any]:
    return {
        "players": list(game.players),
        "actions": [list(own) for own in game.actions[0]],
        "payoffs": _rewards_by_row(game),
    }


def _markov_head(game: "Game") -> dict[str, Any]:
    initial = zip(game.states, game.initial.fractions(), strict=True)
    return {
        "players": list(game.players),
        "discount": format_rational(game.discount),
        "initial": {state: format_rational(probability) for state, probability in initial if probability},
    }


def _markov_body(game: "Game") -> dict[str, Any]:
    rewards, following, offsets = _rewards_by_row(game), _next_by_row(game), game.layout.row_offsets.tolist()
    return _markov_head(game) | {
        "states": [
            {
                "name": state,
                "actions": [list(own) for own in game.actions[s]],
                "outcomes": [
                    {"rewards": rewards[row], "next": following[row]} for row in range(offsets[s], offsets[s + 1])
                ],
            }
            for s, state in enumerate(game.states)
        ],
    }


def _rewards_by_row(game: "Game") -> list[list[str]]:
    columns = []
    for numerators, denominator in zip(game.rewards, game.reward_denominators, strict=True):
        numbers = numerators.tolist()
        texts = {number: format_rational(Fraction(number, denominator)) for number in set(numbers)}
        columns.append([texts[number] for number in numbers])
    return [list(entry) for entry in zip(*columns, strict=True)]


def _next_by_row(game: "Game") -> list[dict[str, str]]:
    texts, names, ends = _probabilities(game).tolist(), game.states, game.transitions.offsets.tolist()
    entries = [(names[column], text) for column, text in zip(game.transitions.columns.tolist(), texts, strict=True)]
    return [dict(entries[ends[k] : ends[k + 1]]) for k in range(len(ends) - 1)]


def _probabilities(game: "Game") -> npt.NDArray[Any]:
    """The text of every entry's probability (Python text); each probability is written once."""
    rows = game.transitions
    bottoms = np.repeat(rows.denominators, np.diff(rows.offsets))
    longest = bit_length(bottoms)
    if 2 * longest > _KEY_BITS:
        pairs = zip(rows.weights.tolist(), bottoms.tolist(), strict=True)
        return np.array([format_rational(Fraction(*pair)) for pair in pairs], dtype=object)
    keys, codes = np.unique((rows.weights << longest) + bottoms, return_inverse=True)
    tops, bottoms = keys >> longest, keys & ((1 << longest) - 1)
    common = np.gcd(tops, bottoms)
    reduced = zip((tops // common).tolist(), (bottoms // common).tolist(), strict=True)
    return np.array([f"{top}/{bottom}" if bottom > 1 else str(top) for top, bottom in reduced], dtype=object)[codes]
