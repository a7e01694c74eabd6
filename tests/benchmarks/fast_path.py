"""Best responses of array games, certified, beside QuantEcon's modified policy iteration, which proves nothing.

    python -m tests.benchmarks.fast_path [STATES ..] [--rounds 5] [--discount 9/10]

One run, the two alternated, medians and spread of wall and of CPU seconds (those count both of our threads). Ours:
opponents averaged, solved in floats, enclosed in integers, game in memory. QuantEcon's: the induced decision process is
given to it, and its epsilon is the width that we prove. Families: random (4 actions, 5 successors: mixes fast); grid
and chain (3 actions) and near (nearly deterministic, 4 actions, against a pure policy), which mix slowly.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack

from certigap.floats.sparse.process import Process, Sweeps, Tables
from certigap.floats.sparse.solver import solve
from certigap.model.large import ArrayGame, ArrayPolicy
from certigap.model.large.families import grid_game, random_game
from certigap.semantics.array_gaps import enclose, grid_bits
from certigap.work.deadline import Deadline
from tests.benchmarks.slow_mixing import chain_game, near_deterministic_game, pure_policy

WIDTH = 1e-9  # of the half-range over (1 - g)


def aim_of(game: ArrayGame) -> float:
    """The width that is asked for, in units of the rewards."""
    return WIDTH * float(game.half_range(0) / game.scales[0]) / (1 - float(game.discount))


def certified(game: ArrayGame, policy: ArrayPolicy, aim: float, own: int = 0) -> float:
    """The proven width of player 1's value at the start, in units of the rewards: of the best response of player `own`,
    or, where that is the number of players, of the policy."""
    process, exact = Process(Tables(game, policy), own), Fraction(aim)
    x, choice = solve(Sweeps(process, process.expected[0]), aim / 2, Deadline())
    _, ends = enclose(process, 0, x, choice, grid_bits(game, 0, x, exact), exact, Deadline())
    return float(ends[1] - ends[0])


def peer(game: ArrayGame, policy: ArrayPolicy, aim: float) -> Callable[[], Any]:
    """QuantEcon on player 1's decision process against the policy."""
    from quantecon.markov import DiscreteDP

    process = Process(Tables(game, policy), 0)
    parts = [
        csr_matrix(
            (rows.values[:end], rows.columns[:end].astype(np.int32), rows.offsets), (len(rows.offsets) - 1, size)
        )
        for rows, end, size in ((rows, int(rows.offsets[-1]), game.states) for rows in process.blocks)
    ]
    joint = vstack(parts).tocsr()
    joint.sum_duplicates()
    states = np.repeat(np.arange(game.states), np.diff(process.actions))
    actions = np.arange(len(states)) - process.actions[states]
    model = DiscreteDP(process.expected[0], joint, float(game.discount), states, actions)
    return lambda: model.solve(method="modified_policy_iteration", epsilon=aim, max_iter=10_000)


def families(states: int, discount: str) -> Iterator[tuple[str, ArrayGame, ArrayPolicy]]:
    """Name, game and policy of each family, of about as many states."""
    spread = {
        "random": random_game(states, 4, 5, discount=discount),
        "grid": grid_game(int(states**0.5), discount=discount),
        "chain": chain_game(states, discount=discount),
    }
    yield from ((name, game, ArrayPolicy.uniform(game)) for name, game in spread.items())
    game = near_deterministic_game(states, discount=discount)
    yield "near", game, pure_policy(game)


def compare(name: str, game: ArrayGame, policy: ArrayPolicy, rounds: int) -> None:
    aim = aim_of(game)
    theirs, ours = peer(game, policy, aim), lambda: certified(game, policy, aim)
    theirs(), ours()  # compiled before the clock runs
    walls: dict[str, list[float]] = {"ours": [], "theirs": []}
    cpus: dict[str, list[float]] = {"ours": [], "theirs": []}
    width = 0.0
    for _ in range(rounds):
        for who, work in (("ours", ours), ("theirs", theirs)):
            wall, cpu = time.perf_counter(), time.process_time()
            done = work()
            walls[who].append(time.perf_counter() - wall)
            cpus[who].append(time.process_time() - cpu)
            width = done if who == "ours" else width
    for kind, times in (("wall", walls), ("CPU", cpus)):
        mine, other = (statistics.median(times[who]) for who in ("ours", "theirs"))
        spread = " ".join(f"{min(own):.3g}-{max(own):.3g}" for own in times.values())
        print(
            f"{name:7} {game.states:9} states  {kind:4}  certified {mine:9.4f} s  QuantEcon {other:9.4f} s  "
            f"ratio {other / mine:6.2f}  (spread {spread})  proven width {width / aim:.2g} of the epsilon",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("states", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--discount", default="99/100")
    given = parser.parse_args()
    for states in given.states:
        for name, game, policy in families(states, given.discount):
            compare(name, game, policy, given.rounds)


if __name__ == "__main__":
    main()
