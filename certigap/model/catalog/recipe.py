"""What a module of the catalog offers for each of its games, and checks of the parameters it reads."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from certigap.errors import InputError
from certigap.exact.rational import format_rational
from certigap.model.game import Game
from certigap.model.large.game import ArrayGame
from certigap.model.policy import Policy

__all__ = ["Parameters", "Recipe", "between", "integer"]

Parameters: TypeAlias = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to build a game, and on that game the expert and the learner; `None` where the source states none.

    `arrays`: how to build it without names, to sizes that `game` refuses.
    """

    game: Callable[[Parameters], Game]
    expert: Callable[[Game, Parameters], Policy] | None = None
    learner: Callable[[Game, Parameters], Policy] | None = None
    arrays: Callable[[Parameters], ArrayGame] | None = None


def integer(parameters: Parameters, name: str, low: int, high: int) -> int:
    """The parameter `name` as an integer in `low..high`; `InputError` otherwise."""
    value = parameters[name]
    if value.denominator != 1 or not low <= value <= high:
        raise InputError(f"parameter {name}: expected an integer in {low}..{high}, got {format_rational(value)}")
    return value.numerator


def between(parameters: Parameters, name: str, low: int, high: int) -> Fraction:
    """The parameter `name` as a rational in `[low, high]`; `InputError` otherwise."""
    value = parameters[name]
    if not low <= value <= high:
        raise InputError(f"parameter {name}: expected a rational in [{low}, {high}], got {format_rational(value)}")
    return value
