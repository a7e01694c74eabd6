"""The same questions put to other programs: pygambit, Storm's exact model checker, OpenSpiel, SciPy.

A peer is imported when it is asked, so that the benchmarks run without it.
"""

import tempfile
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.exact.lp import Program
from certigap.model.large import ArrayGame

__all__ = [
    "gambit_build",
    "gambit_profile",
    "gambit_regret",
    "openspiel_nash_conv",
    "scipy_program",
    "scipy_values",
    "storm_chain",
    "storm_value",
]


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


def storm_value(chain: Any) -> Fraction:
    """The exact value of state 0."""
    import stormpy

    question = stormpy.parse_properties('R{"r"}=? [F "sink"]')[0]
    answer = stormpy.model_checking(chain, question, only_initial_states=False)
    return Fraction(str(answer.get_value(0)))


def openspiel_nash_conv(name: str) -> Callable[[], float]:
    """OpenSpiel's NashConv of the uniform policy, in C++."""
    import pyspiel

    game = pyspiel.load_game(name)
    if game.get_type().dynamics == pyspiel.GameType.Dynamics.SIMULTANEOUS:
        game = pyspiel.convert_to_turn_based(game)
    policy = pyspiel.UniformRandomPolicy(game)
    return lambda: float(pyspiel.nash_conv(game, policy))


def scipy_values(game: ArrayGame) -> Callable[[], Any]:
    """Player 1's values of the uniform policy, by a sparse LU; the chain is made before."""
    from scipy.sparse import csr_matrix, eye_array
    from scipy.sparse.linalg import spsolve

    joint = int(game.shapes[0].prod())  # the same in every state
    chance = game.weights / np.repeat(game.denominators, np.diff(game.offsets)) / joint
    chain = csr_matrix((chance, game.columns, game.offsets[::joint]), shape=(game.states, game.states))
    chain.sum_duplicates()
    system = (eye_array(game.states) - float(game.discount) * chain).tocsc()
    rewards = game.rewards[0].reshape(-1, joint).mean(axis=1)
    return lambda: spsolve(system, rewards)


def scipy_program(program: Program) -> Callable[[], Any]:
    """HiGHS in floats on a program whose rows have upper ends and whose variables are at least 0."""
    from scipy.optimize import linprog

    cost = np.array([float(c) for c in program.cost])
    upper = np.array([float(end) for end in program.ends[1]])
    matrix = np.array(program.array, dtype=float)
    return lambda: linprog(cost, A_ub=matrix, b_ub=upper, bounds=(0, None), method="highs")


def _map(make: Any, table: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
    result = np.empty(table.size, dtype=object)
    result[:] = [make(x) for x in table.reshape(-1).tolist()]
    return result.reshape(table.shape)
