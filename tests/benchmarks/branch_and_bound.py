"""Upper end over lower end of the worst case, certified: the families of issue C, the whole distribution of each.

Run from the repository root: `python -m tests.benchmarks.branch_and_bound [FAMILY] [games] [seconds] [seed]`, FAMILY
one of 2x2x2, 4x2x2, 3x3x2, 2x2x3 (states x actions x players, pure equilibria), zero-sum (2 states, 3x3, mixed),
large (a 4-state certificate of about 10,000 leaves). Every certificate is checked; the worst game is named by its
number. Columns: smallest, median, 90th percentile, largest.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from certigap.certificates import certificate, verify
from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case import worst_case
from certigap.solve import solve
from tests.benchmarks.random_games import GRAIN, games_with_experts, random_game

FAMILIES = {
    "2x2x2": ("1/50", "1/10", "2/5"),
    "4x2x2": ("1/50", "1/10", "2/5"),
    "3x3x2": ("1/20",),
    "2x2x3": ("1/20",),
    "zero-sum": ("1/20",),
    "large": ("1/10",),
}


def zero_sum_game(rng: np.random.Generator, states: int, actions: int, discount: str = "4/5") -> Game:
    """The first player's rewards and all transitions as in `random_game`; the second one loses what the first wins."""
    base = random_game(rng, states, actions, 2, discount)

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        actions_of = base.actions[base.states.index(state)]
        row = base.layout.row(base.states.index(state), (actions_of[0].index(joint[0]), actions_of[1].index(joint[1])))
        following = {base.states[t]: p for t, p in base.transitions.row(row).items()}
        return [base.reward(0, row), -base.reward(0, row)], following

    return markov_game(
        players=list(base.players),
        states=list(base.states),
        actions=[list(own) for own in base.actions[0]],
        outcome=outcome,
        discount=discount,
        initial=dict(zip(base.states, base.initial.fractions(), strict=True)),
    )


def family(name: str, count: int, seed: int) -> Iterator[tuple[Game, Policy]]:
    """Games of a family with their experts."""
    if name == "zero-sum":
        rng = np.random.default_rng(seed)
        for _ in range(count):
            game = zero_sum_game(rng, 2, 3)
            yield game, solve(game).expert
        return
    states, actions, players = (4, 2, 2) if name == "large" else (int(x) for x in name.split("x"))
    yield from games_with_experts(count, seed, states, actions, players)


def measure(game: Game, expert: Policy, eps: str, seconds: float, ratio: str) -> tuple[float, float, int, float, float]:
    """Ratio, seconds until the certificate is written, leaves, megabytes, seconds of the checker."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "worst.cert.json"
        began = time.perf_counter()
        answer = worst_case(game, expert, eps, budget=seconds, ratio=ratio)
        certificate(answer).write(path)
        written = time.perf_counter()
        verdict = verify(game, path, expert=expert)[0]
        checked = time.perf_counter()
        if not verdict.is_valid:
            raise SystemExit(f"checker: {verdict}")
        lower, upper = answer.interval.lower or Fraction(0), answer.interval.upper or Fraction(0)
        leaves = sum(len(cover.leaves) for cover in answer.covers or ())
        size = path.stat().st_size / 1e6
        return float(upper / lower) if lower else float("inf"), written - began, leaves, size, checked - written


def main() -> None:
    given = dict(enumerate(sys.argv[1:]))
    names = [given[0]] if 0 in given else [name for name in FAMILIES if name != "large"]
    count, seconds, seed = int(given.get(1, 30)), float(given.get(2, 60)), int(given.get(3, 0))
    for name in names:
        for eps in FAMILIES[name]:
            ratio = "100001/100000" if name == "large" else "201/200"
            rows = [measure(game, expert, eps, seconds, ratio) for game, expert in family(name, count, seed)]
            table = np.array(rows)
            worst = int(np.argmax(table[:, 0]))
            for title, column in zip(("ratio", "seconds", "leaves", "MB", "check s"), table.T, strict=True):
                quantiles = np.quantile(column, [0, 0.5, 0.9, 1])
                print(f"{name} eps {eps} {title}: " + " ".join(f"{value:.4g}" for value in quantiles), end="; ")
            print(f"worst game {worst} of seed {seed}, GRAIN {GRAIN}", flush=True)


if __name__ == "__main__":
    main()
