"""Random Markov games, the same on every machine: a seed, SHA-256 and exact arithmetic.

Draw t (t = 0, 1, ..) of the stream is the 256-bit big-endian number SHA-256("certigap-random/<seed>/<t>"); a number
uniform on 0 .. m - 1 is the first draw below the largest multiple of m, modulo m. For each state and each joint action
in the order of the game file, in this order:

- a reward per player, uniform on { k/grain : k = -grain .. grain };
- `successors` distinct next states, uniform among the sets of that size (a partial Fisher-Yates shuffle);
- their weights, uniform on 1 .. grain and independent, divided by their sum.

The initial distribution is uniform over the states.
"""

import hashlib
from collections.abc import Iterator
from fractions import Fraction
from itertools import count

from certigap.errors import LimitError
from certigap.model.build import markov_game
from certigap.model.catalog.recipe import Parameters, Recipe, integer
from certigap.model.game import Game

__all__ = ["RECIPES", "Stream"]

_MOST_PLAYERS, _MOST_STATES, _MOST_ACTIONS, _MOST_GRAIN = 8, 10_000, 100, 10**12
_MOST_ENTRIES = 2_000_000  # entries of the transitions: a slip in a parameter must not fill the memory


class Stream:
    """Uniform integers from a seed.

    >>> own = Stream(0)
    >>> [own.below(6) for _ in range(8)]
    [0, 4, 3, 4, 4, 0, 5, 5]
    """

    def __init__(self, seed: int) -> None:
        self._draws: Iterator[int] = (
            int.from_bytes(hashlib.sha256(f"certigap-random/{seed}/{t}".encode()).digest(), "big") for t in count()
        )

    def below(self, m: int) -> int:
        """The next number uniform on 0 .. m - 1."""
        limit = 2**256 - 2**256 % m
        return next(draw for draw in self._draws if draw < limit) % m

    def subset(self, size: int, m: int) -> list[int]:
        """`size` distinct numbers below `m`, in the order drawn."""
        moved: dict[int, int] = {}
        result = []
        for place in range(size):
            other = place + self.below(m - place)
            result.append(moved.get(other, other))
            moved[other] = moved.get(place, place)
        return result


def _random(parameters: Parameters) -> Game:
    players = integer(parameters, "players", 1, _MOST_PLAYERS)
    states = integer(parameters, "states", 1, _MOST_STATES)
    actions = integer(parameters, "actions", 1, _MOST_ACTIONS)
    successors = integer(parameters, "successors", 1, states)
    grain = integer(parameters, "grain", 1, _MOST_GRAIN)
    entries = states * actions**players * successors
    if entries > _MOST_ENTRIES:
        raise LimitError(f"random game: expected at most {_MOST_ENTRIES} transition weights, got {entries}")
    stream = Stream(integer(parameters, "seed", 0, 2**64 - 1))
    names = tuple(f"s{state}" for state in range(states))

    def outcome(_: str, __: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        rewards = [Fraction(stream.below(2 * grain + 1) - grain, grain) for _ in range(players)]
        reached = stream.subset(successors, states)
        weights = [1 + stream.below(grain) for _ in reached]
        total = sum(weights)
        return rewards, {names[state]: Fraction(weight, total) for state, weight in zip(reached, weights, strict=True)}

    return markov_game(
        players=tuple(str(player + 1) for player in range(players)),
        states=names,
        actions=(tuple(f"a{action + 1}" for action in range(actions)),) * players,
        outcome=outcome,
        discount=parameters["discount"],
        initial=dict.fromkeys(names, Fraction(1, states)),
    )


RECIPES = {"random": Recipe(_random)}
