"""Experts shipped as data, for the default game only, and learners that mix an expert with uniform noise."""

from collections.abc import Callable
from fractions import Fraction
from importlib.resources import files

from certigap.errors import InputError
from certigap.exact.rational import format_rational, rational
from certigap.model.catalog.entries import ENTRIES
from certigap.model.catalog.recipe import Parameters, between
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["noisy", "shipped"]


def shipped(name: str) -> Callable[[Game, Parameters], Policy]:
    """The recipe of the expert in `data/<name>.expert.json`; `InputError` where the game is not the default one."""

    def expert(game: Game, parameters: Parameters) -> Policy:
        entry = ENTRIES[name]
        for key, default in entry.parameters.items():
            if key not in entry.policy_only and parameters[key] != rational(default):
                got = format_rational(parameters[key])
                raise InputError(f"shipped expert of {name}: expected {key} {default}, got {got}")
        return _read(game, f"{name}.expert.json")

    return expert


def noisy(expert: Callable[[Game, Parameters], Policy]) -> Callable[[Game, Parameters], Policy]:
    """The recipe of a learner: the expert's rows with weight 1 - noise, uniform ones with weight `noise`."""

    def learner(game: Game, parameters: Parameters) -> Policy:
        noise = between(parameters, "noise", 0, 1)
        rows = [
            [[(1 - noise) * p + noise * Fraction(1, len(row.weights)) for p in row.fractions()] for row in own]
            for own in expert(game, parameters).rows
        ]
        return Policy.from_rows(game, rows)

    return learner


def _read(game: Game, file: str) -> Policy:
    from certigap.model.files.codec import parse_policy

    text = files("certigap.model.catalog").joinpath("data", file).read_text(encoding="utf-8")
    return parse_policy(text, game, file)
