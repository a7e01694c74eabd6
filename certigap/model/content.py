"""What a game is: its normalised content, and the hash of it (FORMAT 3)."""

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from certigap.exact.rational import format_rational
from certigap.model.files.json_write import dumps

if TYPE_CHECKING:
    from certigap.model.game import Game

__all__ = ["FORMAT", "VERSION", "game_digest", "game_to_json"]

FORMAT = "certigap-game"
VERSION = 1


def game_to_json(game: "Game") -> dict[str, Any]:
    """The normalised form of a game, with `name` and `meta` where it has them."""
    head: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    if game.name:
        head["name"] = game.name
    body = _normal_form_body(game) if game.is_normal_form else _markov_body(game)
    return head | body | ({"meta": game.meta} if game.meta else {})


def game_digest(game: "Game") -> str:
    """SHA-256, in hexadecimal, of the normalised form without `name` and `meta`."""
    form = game_to_json(game)
    form.pop("name", None)
    form.pop("meta", None)
    return hashlib.sha256(dumps(form, sort_keys=True).encode("utf-8")).hexdigest()


def _normal_form_body(game: "Game") -> dict[str, Any]:
    return {
        "players": list(game.players),
        "actions": [list(own) for own in game.actions[0]],
        "payoffs": _rewards_by_row(game),
    }


def _markov_body(game: "Game") -> dict[str, Any]:
    rewards, following, offsets = _rewards_by_row(game), _next_by_row(game), game.layout.row_offsets.tolist()
    initial = zip(game.states, game.initial.fractions(), strict=True)
    return {
        "players": list(game.players),
        "discount": format_rational(game.discount),
        "initial": {state: format_rational(probability) for state, probability in initial if probability},
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
    rows = game.transitions
    columns, weights, offsets = rows.columns.tolist(), rows.weights.tolist(), rows.offsets.tolist()
    texts: dict[tuple[int, int], str] = {}
    result = []
    for k, denominator in enumerate(rows.denominators.tolist()):
        entries = {}
        for e in range(offsets[k], offsets[k + 1]):
            key = (weights[e], denominator)
            if key not in texts:
                texts[key] = format_rational(Fraction(*key))
            entries[game.states[columns[e]]] = texts[key]
        result.append(entries)
    return result
