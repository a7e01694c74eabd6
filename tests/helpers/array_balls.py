"""Balls of array games for tests: small ones, policies in them, edits of their certificates, weakened checkers."""

import dataclasses
import itertools
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

import certigap as cg
from certigap import array_checker
from certigap.model.large import ArrayGame, ArrayPolicy, write_array_game
from certigap.model.large.families import random_game
from tests.helpers.arrays import drawn_policy, named, shifted, uneven_game
from tests.helpers.checker.harness import load

Weights = list[list[list[int]]]  # [n][S] weights of a row, and at their end the sum
SMALL = Fraction(1, 10**60)  # less than any proof leaves


def drawn(seed: int) -> tuple[ArrayGame, ArrayPolicy, Fraction]:
    """A small game, an expert and a radius."""
    draw = random.Random(seed)
    sizes = (draw.randint(1, 5), draw.randint(1, 3), draw.randint(1, 3))
    discount = draw.choice(["0", "1/2", "4/5", "9/10"])
    game = random_game(*sizes, players=draw.randint(1, 3), discount=discount, seed=seed)
    if seed % 4 == 0:
        game = dataclasses.replace(uneven_game(seed), discount=Fraction(discount))
    return game, drawn_policy(game, seed), Fraction(draw.choice(["0", "1/100", "1/10", "1/2", "2"]))


def straying(game: ArrayGame, expert: ArrayPolicy, radius: Fraction, seed: int, measure: str = "bc") -> Any:
    """A policy of the ball for the named game: pure rows on some states, mixed with the expert until it is inside."""
    draw = random.Random(seed)
    whole, center = game.to_game(), named(game, expert)
    pure = [[[Fraction(int(a == draw.randrange(size))) for a in range(size)] for size in own] for own in game.shapes.T]
    pure = [[row if sum(row) == 1 else [Fraction(1), *[Fraction(0)] * (len(row) - 1)] for row in own] for own in pure]
    mask = [draw.random() < 0.5 for _ in range(game.states)]

    def mixed(share: Fraction) -> Any:
        rows = [
            [
                [e + (p - e) * share * mask[s] for e, p in zip(center.rows[j][s].fractions(), own[s], strict=True)]
                for s in range(game.states)
            ]
            for j, own in enumerate(pure)
        ]
        return cg.Policy.from_rows(whole, rows)

    share = Fraction(1)
    while (found := error(whole, center, mixed(share), measure)) > radius:  # for bc the error is linear in the share
        share *= radius / found * (1 if measure == "bc" else Fraction(9, 10))
    return mixed(share)


def error(game: Any, expert: Any, policy: Any, measure: str) -> Fraction:
    found: Fraction = getattr(cg.matching_errors(game, expert, policy, arithmetic="exact"), f"eps_{measure}").upper
    return found


def put(name: str, place: Any, value: int) -> Any:
    return lambda header, arrays: arrays[name].__setitem__(place, value)


def lowered(name: str, place: Any, by: int) -> Any:
    return lambda header, arrays: arrays[name].__setitem__(place, arrays[name][place] - by)


def priced(place: int, **prices: Any) -> Any:
    return lambda header, arrays: header["prices"][place].update(prices)


def without_witness(header: Any, arrays: Any) -> None:
    header.pop("witness")
    for name in [name for name in arrays if name.startswith("witness_")]:
        del arrays[name]


def outside(header: Any, arrays: Any) -> None:
    """A witness that plays another action everywhere."""
    first = arrays["witness_weights_0"]
    arrays["witness_weights_0"] = np.zeros_like(first)
    at = 0
    for s, size in enumerate(arrays["sizes"] if "sizes" in arrays else uneven_game(2).shapes[:, 0]):
        arrays["witness_weights_0"][at + size - 1] = arrays["witness_denominators_0"][s]
        at += size


def tighter(header: Any, arrays: Any) -> None:
    """A claim that is smaller than what the proof shows."""
    shifted(header, "nash_gap", "upper", -SMALL)


def loose(header: Any, arrays: Any) -> None:
    """Vectors that hold in any ball; no upper end is claimed."""
    for name in ("optima", "values", "together"):
        arrays[name].fill(2**59)
    header["claim"]["nash_gap"] = {"lower": "0"}


def elsewhere(header: Any, arrays: Any) -> None:
    """A witness outside the ball."""
    loose(header, arrays)
    outside(header, arrays)


def rows_of(policy: Any, game: ArrayGame) -> Weights:
    """As the standard library's checker reads it."""
    parts = zip(policy.weights, policy.denominators, game.action_offsets, strict=True)
    return [
        [
            [*map(int, own[a:b]), int(total)]
            for total, (a, b) in zip(sums, itertools.pairwise(starts.tolist()), strict=True)
        ]
        for own, sums, starts in parts
    ]


def as_arrays(policy: Weights) -> Any:
    """As the checker in NumPy reads it."""
    return [
        (
            np.array([x for row in own for x in row[:-1]], dtype=np.int32),
            np.array([row[-1] for row in own], dtype=np.int32),
            np.array([0, *itertools.accumulate(len(row) - 1 for row in own)], dtype=np.int64),
        )
        for own in policy
    ]


def both(game: ArrayGame, folder: Path) -> tuple[Any, Any]:
    """The game as each checker reads it."""
    write_array_game(game, folder / "g.npz")
    return load().ArrayGame(str(folder / "g.npz")), array_checker.Game(str(folder / "g.npz"))
