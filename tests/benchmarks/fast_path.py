"""Best responses and NashGaps of array games, certified, beside QuantEcon's modified policy iteration, which proves
nothing.

    python -m tests.benchmarks.fast_path [STATES ..] [--rounds 5] [--discount 9/10] [--question response|gap]

One run, the two alternated, medians and spread of wall and of CPU seconds (those count both of our threads).
Best response. Ours: opponents averaged, solved in floats, enclosed in integers, game in memory. QuantEcon's: the
induced decision process is given to it, and its epsilon is the width that we prove.
NashGap. Both begin with the game in memory, for QuantEcon as a SciPy matrix of joint actions by states: sparse products
average the others, then each player's best response and the policy's values (a process without choices) are solved.
Families: random (4 actions, 5 successors: mixes fast); grid and chain (3 actions) and near (nearly deterministic, 4
actions, against a pure policy), which mix slowly.
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
from certigap.semantics.array_gaps import array_gaps, enclose, grid_bits
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


def certified_gap(game: ArrayGame, policy: ArrayPolicy, aim: float) -> float:
    """The proven width of NashGap, in units of the rewards."""
    gap = array_gaps(game, policy, 2 * Fraction(aim) * game.scales[0]).nash_gap
    assert gap.lower is not None
    assert gap.upper is not None
    return float((gap.upper - gap.lower) / game.scales[0])


def peer(game: ArrayGame, policy: ArrayPolicy, aim: float) -> Callable[[], Any]:
    """QuantEcon on player 1's decision process against the policy."""
    process = Process(Tables(game, policy), 0)
    parts = [
        csr_matrix(
            (rows.values[:end], rows.columns[:end].astype(np.int32), rows.offsets), (len(rows.offsets) - 1, size)
        )
        for rows, end, size in ((rows, int(rows.offsets[-1]), game.states) for rows in process.blocks)
    ]
    joint = vstack(parts).tocsr()
    joint.sum_duplicates()
    model = decision_process(game, process.expected[0], joint, process.actions)
    return lambda: solved(model, aim)


def decision_process(game: ArrayGame, rewards: Any, matrix: Any, offsets: Any) -> Any:
    """QuantEcon's; `offsets` `[S + 1]`: where the actions of the states begin."""
    from quantecon.markov import DiscreteDP

    states = np.repeat(np.arange(game.states), np.diff(offsets))
    return DiscreteDP(rewards, matrix, float(game.discount), states, np.arange(len(states)) - offsets[states])


def solved(model: Any, aim: float) -> Any:
    return model.solve(method="modified_policy_iteration", epsilon=aim, max_iter=10_000)


def peer_gap(game: ArrayGame, policy: ArrayPolicy, aim: float) -> Callable[[], Any]:
    """NashGap of two players with as many actions in each state, from SciPy's products and QuantEcon's solutions."""
    values = game.weights / np.repeat(game.denominators, np.diff(game.offsets))
    joint = csr_matrix((values, game.columns, game.offsets), (game.rows, game.states))
    sizes, initial = game.shapes[0].tolist(), game.initial / game.initial.sum()
    rows = np.arange(game.rows).reshape(game.states, *sizes)
    played = [
        (own / np.repeat(dens, size)).reshape(game.states, size)
        for own, dens, size in zip(policy.weights, policy.denominators, sizes, strict=True)
    ]

    def averaged(weights: Any, order: Any) -> tuple[Any, list[Any]]:
        """Rows `order` of the joint actions, weighted and added up along the last axis: matrix, rewards."""
        shape = np.broadcast_to(weights, order.shape)
        starts = np.arange(0, order.size + 1, order.shape[-1])
        mean = csr_matrix((shape.reshape(-1), order.reshape(-1), starts), (len(starts) - 1, game.rows))
        return mean @ joint, [mean @ own.astype(np.float64) for own in game.rewards]

    def work() -> float:
        first, second = played
        each = (first[:, :, None] * second[:, None, :]).reshape(game.states, -1)
        matrix, rewards = averaged(each, rows.reshape(game.states, -1))
        alone, gaps = np.arange(game.states + 1), []
        values = [solved(decision_process(game, own, matrix, alone), aim).v for own in rewards]
        for player, (other, order) in enumerate(((second, rows), (first, rows.transpose(0, 2, 1)))):
            matrix, rewards = averaged(other[:, None, :], order)
            model = decision_process(game, rewards[player], matrix, np.arange(game.states + 1) * sizes[player])
            found = solved(model, aim)
            gaps.append(float(initial @ (found.v - values[player])))
        return max(gaps)

    return work


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


def compare(name: str, game: ArrayGame, policy: ArrayPolicy, rounds: int, question: str) -> None:
    aim = aim_of(game)
    other, mine = (peer, certified) if question == "response" else (peer_gap, certified_gap)
    theirs, ours = other(game, policy, aim), lambda: mine(game, policy, aim)
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
        us, them = (statistics.median(times[who]) for who in ("ours", "theirs"))
        spread = " ".join(f"{min(own):.3g}-{max(own):.3g}" for own in times.values())
        print(
            f"{name:7} {game.states:9} states  {kind:4}  certified {us:9.4f} s  QuantEcon {them:9.4f} s  "
            f"ratio {them / us:6.2f}  (spread {spread})  proven width {width / aim:.2g} of the epsilon",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("states", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--discount", default="99/100")
    parser.add_argument("--question", default="response", choices=["response", "gap"])
    parser.add_argument("--families", nargs="*", default=["random", "grid", "chain", "near"])
    given = parser.parse_args()
    for states in given.states:
        for name, game, policy in families(states, given.discount):
            if name in given.families:
                compare(name, game, policy, given.rounds, given.question)


if __name__ == "__main__":
    main()
