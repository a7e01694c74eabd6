"""Catalog of cited games, each with its expert and its learner where the source states them (THEORY 2, 3, 5).

An *instance* is a triple (game, expert, learner) named by one set of exact parameters, so `load`, `expert` and
`learner` take the same ones; the entry's `policy_only` parameters change the policies alone.
"""

import dataclasses
import importlib
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from certigap.errors import InputError
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.catalog.entries import ENTRIES, Entry
from certigap.model.near import unknown_name

if TYPE_CHECKING:
    from certigap.model.catalog.recipe import Recipe
    from certigap.model.game import Game
    from certigap.model.large.game import ArrayGame
    from certigap.model.policy import Policy

__all__ = ["Entry", "arrays", "entry", "expert", "learner", "load", "names"]

_Values: TypeAlias = dict[str, Fraction]


def names() -> tuple[str, ...]:
    """Names of all games of the catalog.

    >>> names()[:4]
    ('lemma1', 'theorem2-printed', 'theorem2', 'lemma2')
    """
    return tuple(ENTRIES)


def entry(name: str) -> Entry:
    """What the catalog says of a game: title, source, parameters with their defaults. Builds nothing.

    Args:
        name: one of `names()`.

    Raises:
        InputError: an unknown name.

    >>> dict(entry("lemma2").parameters)
    {'discount': '9/10', 'eps': '1/10'}
    """
    if name not in ENTRIES:
        raise InputError(f"catalog: {unknown_name('a game', name, ENTRIES)}")
    return ENTRIES[name]


def load(name: str, **parameters: RationalLike) -> "Game":
    """A game of the catalog.

    Args:
        name: one of `names()`.
        parameters: exact numbers (int, Fraction or text) in place of the defaults in `entry(name).parameters`.

    Returns:
        The game; `meta` records the catalog name, the source and the parameters. Equal calls return one object.

    Raises:
        InputError: an unknown name or parameter, or a value out of range.
        TypeError: a float.

    >>> load("lemma1", discount="1/2")
    <Game lemma1: 2 players, 3 states, 12 joint actions, discount 1/2>
    """
    return _game(entry(name), _values(entry(name), parameters))


def arrays(name: str, **parameters: RationalLike) -> "ArrayGame":
    """A game of the catalog as an array game, whose states and actions are numbers; arguments as for `load`.

    The games `pursuit`, `sparse` and `token` are built as arrays from the start, to millions of states.

    Raises:
        InputError: also when its numbers are beyond the bounds of array games.

    >>> arrays("sparse", states=1000)
    <ArrayGame 2 players, 1000 states, 4000 joint actions, 20000 transitions, discount 9/10>
    """
    from certigap.model.large.game import ArrayGame

    found = entry(name)
    values, make = _values(found, parameters), _recipe(name).arrays
    return ArrayGame.from_game(_game(found, values)) if make is None else make(values)


def expert(name: str, **parameters: RationalLike) -> "Policy":
    """The expert of a game of the catalog; arguments as for `load`.

    Raises:
        InputError: also when the source states no expert, or none is shipped for these parameters.

    >>> expert("algorithm1").rows[0][0].weights
    (0, 1)
    """
    found = entry(name)
    values = _values(found, parameters)
    make = _recipe(name).expert
    if make is None:
        raise InputError(f"catalog game {name}: expected one with an expert, got one whose source states none")
    return make(_game(found, values), values)


def learner(name: str, **parameters: RationalLike) -> "Policy":
    """The learner of a game of the catalog; arguments as for `load`.

    Raises:
        InputError: also when the source states no learner, or it needs an expert that is not shipped.

    >>> learner("tag", noise="1/5").game
    <Game tag: 2 players, 72 states, 1152 joint actions, discount 4/5>
    """
    found = entry(name)
    values = _values(found, parameters)
    make = _recipe(name).learner
    if make is None:
        raise InputError(f"catalog game {name}: expected one with a learner, got one whose source states none")
    return make(_game(found, values), values)


def _values(found: Entry, parameters: dict[str, RationalLike]) -> _Values:
    result = {name: rational(default) for name, default in found.parameters.items()}
    for name, given in parameters.items():
        if name not in result:
            known = ", ".join(result) or "none"
            raise InputError(f"catalog game {found.name}: expected parameters among {known}, got {name!r}")
        try:
            result[name] = rational(given)
        except ValueError as error:
            raise InputError(f"catalog game {found.name}, parameter {name}: {error}") from None
    return result


def _game(found: Entry, values: _Values) -> "Game":
    own = tuple((name, value) for name, value in values.items() if name not in found.policy_only)
    return _built(found.name, own)


@lru_cache(maxsize=32)
def _built(name: str, values: tuple[tuple[str, Fraction], ...]) -> "Game":
    parameters = {key: format_rational(value) for key, value in values}
    meta = {"catalog": name, "source": ENTRIES[name].source, "parameters": parameters}
    return dataclasses.replace(_recipe(name).game(dict(values)), name=name, meta=meta)


def _recipe(name: str) -> "Recipe":
    module = importlib.import_module(f"{__name__}.{ENTRIES[name].module}")
    found: Recipe = module.RECIPES[name]
    return found
