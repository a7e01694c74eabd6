"""The same questions put to other programs: pygambit's rational regret, Storm's exact model checker.

A peer is imported when it is asked, so that the benchmarks run without it.
"""

import tempfile
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["gambit_build", "gambit_profile", "gambit_regret", "storm_chain", "storm_value"]


def gambit_build(tables: Sequence[npt.NDArray[Any]]) -> Any:
    """pygambit's game of integer payoff arrays."""
    import pygambit

    return pygambit.Game.from_arrays(*tables)


def gambit_profile(tables: Sequence[npt.NDArray[np.int64]], rows: Sequence[Sequence[Fraction]]) -> Any:
    """A rational mixed profile of the game, payoffs as Gambit's own rationals."""
    import pygambit

    game = gambit_build([_map(pygambit.Rational, table) for table in tables])
    profile = game.mixed_strategy_profile(rational=True)
    for player, row in zip(game.players, rows, strict=True):
        for strategy, x in zip(player.strategies, row, strict=True):
            profile[strategy] = pygambit.Rational(x.numerator, x.denominator)
    return profile


def gambit_regret(profile: Any) -> Fraction:
    """`max_regret` of a fresh copy, which holds no cached payoffs."""
    return Fraction(str(profile.copy().max_regret()))


def storm_chain(weights: npt.NDArray[np.int64], rewards: Sequence[Fraction], discount: Fraction) -> Any:
    """Storm's exact Markov chain: discounting is a step of probability 1 - g into a sink.

    Args:
        weights: `[S, S]` integer transition weights.
        rewards: `[S]` rewards, >= 0.
        discount: g.
    """
    import stormpy

    size = len(rewards)
    lines = ["@type: DTMC", "@value_type: rational", "@parameters", "", "@reward_models", "r"]
    lines += ["@nr_states", str(size + 1), "@nr_choices", str(size + 1), "@model"]
    for s, row in enumerate(weights.tolist()):
        lines += [f"state {s} [{rewards[s]}]{' init' if s == 0 else ''}", "\taction 0 [0]"]
        lines += [f"\t\t{t} : {discount * Fraction(w, sum(row))}" for t, w in enumerate(row)]
        lines.append(f"\t\t{size} : {1 - discount}")
    lines += [f"state {size} [0] sink", "\taction 0 [0]", f"\t\t{size} : 1", ""]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.drn"
        path.write_text("\n".join(lines), encoding="ascii")
        return stormpy.build_model_from_drn[stormpy.Rational](str(path))


def storm_value(chain: Any) -> tuple[Fraction, float]:
    """The exact value of state 0, and the seconds of the model checking alone."""
    import stormpy

    question = stormpy.parse_properties('R{"r"}=? [F "sink"]')[0]
    start = time.perf_counter()
    answer = stormpy.model_checking(chain, question, only_initial_states=False)
    seconds = time.perf_counter() - start
    return Fraction(str(answer.get_value(0))), seconds


def _map(make: Any, table: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    result = np.empty(table.size, dtype=object)
    result[:] = [make(x) for x in table.reshape(-1).tolist()]
    return result.reshape(table.shape)
