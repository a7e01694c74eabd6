"""Games of many states: how wide their intervals are, what they cost, and what a certificate weighs.

    python tests/benchmarks/many_states.py [--budget 60] [--ratio 21/20] [--without-modes] [--processor]
        [--experts DIR] [NAME ..]

A line a game: witness, upper end, their ratio, seconds of answer and of processor, kilobytes of the certificate,
seconds of its check. Names (all by default): tag-1/100, tag-1/20, tag-1/5, pursuit, soccer, goofspiel, tic_tac_toe,
markov_soccer (the last three from OpenSpiel), and KIND-STATES-SEED-DISCOUNT with KIND zero, general (two players) or
three, such as zero-10-1-4/5. `--without-modes` leaves the bound `modes` out: the state before it. `--processor` counts
the budget in seconds of processor, of one worker: runs on a machine with other work are then alike. `--experts` keeps
the experts of random games in a folder: where none is found in time, that alone takes 20 s.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np

import certigap as cg
from certigap.bounds.modes import rule
from certigap.model.build import markov_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.work import clock

RANDOM = [
    f"{kind}-{states}-{seed}-{discount}"
    for states in (6, 10, 20, 40)
    for kind in ("zero", "general", "three")
    for seed, discount in enumerate(("1/2", "4/5", "19/20"))
]
NAMED = ("tag-1/100", "tag-1/20", "tag-1/5", "pursuit", "soccer", "goofspiel", "tic_tac_toe", "markov_soccer")
OPENSPIEL = {
    "goofspiel": ("goofspiel(imp_info=False,num_cards=4,points_order=descending)", "99/100"),
    "tic_tac_toe": ("tic_tac_toe", "99/100"),
    "markov_soccer": ("markov_soccer", "9/10"),
}


def zero_sum(states: int, seed: int, discount: str) -> Game:
    """Rewards on a grid of [-1, 1], four next states a joint action, two actions each (three from 20 states on)."""
    rng, names = np.random.default_rng(seed), [f"s{k}" for k in range(states)]

    def outcome(_: str, __: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        reward = Fraction(int(rng.integers(-100, 101)), 100)
        following, weights = rng.choice(states, size=4, replace=False), rng.integers(1, 101, 4)
        total = int(weights.sum())
        return [reward, -reward], {names[t]: Fraction(int(w), total) for t, w in zip(following, weights, strict=True)}

    return markov_game(
        players=["1", "2"],
        states=names,
        actions=[[f"a{k}" for k in range(2 if states < 20 else 3)]] * 2,
        outcome=outcome,
        discount=discount,
        initial=dict.fromkeys(names, Fraction(1, states)),
    )


def case(name: str, experts: Path | None = None) -> tuple[Game, Policy, str]:
    """Game, expert and radius; experts of random games are read from a folder, or kept there."""
    base, _, rest = name.partition("-")
    if base in ("tag", "pursuit", "soccer"):
        return cg.games.load(base), cg.games.expert(base), rest or "1/20"
    if base in OPENSPIEL:
        from certigap.io.openspiel import from_openspiel

        game = from_openspiel(*OPENSPIEL[base])
    else:
        states, seed, discount = rest.split("-")
        if base == "zero":
            game = zero_sum(int(states), int(seed), discount)
        else:
            shape = {"states": int(states), "seed": int(seed), "discount": discount, "actions": 2}
            game = cg.games.load("random", players=3 if base == "three" else 2, **shape)
    if experts is None:
        return game, _expert(game), "1/20"
    path = experts / f"{name.replace('/', '_')}.policy.json"
    if not path.exists():
        cg.write_policy(_expert(game), path)
    return game, cg.read_policy(path, game), "1/20"


def _expert(game: Game) -> Policy:
    try:
        return cg.solve_game(game, budget=20).expert
    except cg.CertigapError:  # no equilibrium in time: any policy will do
        return Policy.uniform(game)


def processor() -> float:
    """Seconds of processor, of this process and its children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def count_processor() -> None:
    """Budgets are seconds of processor from now on, and all work is done by one worker."""
    vars(clock)["time"] = SimpleNamespace(monotonic=time.process_time)
    os.environ["CERTIGAP_WORKERS"] = "1"


def lines(names: list[str], budget: float, ratio: str, experts: Path | None = None) -> Iterator[str]:
    """The table."""
    yield f"{'game':22}{'lower':>10}{'upper':>10}{'ratio':>8}{'wall s':>8}{'cpu s':>8}{'KB':>8}{'check s':>9}  bound"
    for name in names:
        game, expert, eps = case(name, experts)
        began, used = time.monotonic(), processor()
        answer = cg.worst_case(game, expert, eps, budget=budget, ratio=ratio)
        wall, used = time.monotonic() - began, processor() - used
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "answer.cert.json")
            cg.certificate(answer).write(path)
            size, checking = path.stat().st_size / 1000, processor()
            verdict = cg.verify(game, path)[0].verdict
            checking = processor() - checking
        lower, upper = float(answer.interval.lower or 0), float(answer.interval.upper or 0)
        quotient = upper / lower if lower > 0 else float("inf")
        said = answer.upper_name if verdict == "valid" else f"{answer.upper_name}: {verdict}"
        ends = f"{name:22}{lower:10.4f}{upper:10.4f}{quotient:8.3f}"
        yield f"{ends}{wall:8.1f}{used:8.1f}{size:8.0f}{checking:9.1f}  {said}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", default=[*NAMED, *RANDOM])
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--ratio", default="21/20")
    parser.add_argument("--without-modes", action="store_true")
    parser.add_argument("--processor", action="store_true")
    parser.add_argument("--experts", type=Path)
    asked = parser.parse_args()
    if asked.without_modes:
        rule.MOST_PAIRS = 0
    if asked.processor:
        count_processor()
    if asked.experts is not None:
        asked.experts.mkdir(parents=True, exist_ok=True)
    for line in lines(asked.names, asked.budget, asked.ratio, asked.experts):
        print(line)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
