"""Which named bound is the smallest on games whose expert is dominant, or nearly so.

    python -m tests.benchmarks.dominance_bounds [--games 200] [--eps 1/50] [--seed 0]

Random Markov games in which every player's expert action earns a margin over the others at every state, whatever the
others do, up to noise that now and then is larger than the margin. Closed forms and the rectangular hull are compared;
searches (boxes, modes, vertices) start from them and are left out.
"""

import argparse
import collections
import random
from fractions import Fraction

import certigap as cg
from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.bound import Rule
from certigap.bounds.center import Center
from certigap.bounds.registry import BOUNDS
from certigap.work.deadline import Deadline

COMPARED = ("trivial", "dse", "delta", "value_form", "concentrability", "region")


def nearly_dominant(rng: random.Random) -> tuple[cg.Game, cg.Policy]:
    """Two or three players, one to three states; the first action earns 1 more than the others, plus noise."""
    players, states = rng.choice([2, 2, 3]), rng.randint(1, 3)
    noise, moved = rng.choice([0, 1, 3]), rng.choice([0, 1])
    names = [f"s{k}" for k in range(states)]

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        rewards = [Fraction(a == "1") + Fraction(rng.randint(0, noise), 4) for a in joint]
        weights = [rng.randint(1, 3) if moved else 1 for _ in names]
        return rewards, {s: Fraction(w, sum(weights)) for s, w in zip(names, weights, strict=True)}

    game = cg.markov_game(
        players=[str(i + 1) for i in range(players)],
        states=names,
        actions=[["1", "2"]] * players,
        outcome=outcome,
        discount=rng.choice(["0", "1/2", "4/5"]),
        initial={names[0]: 1},
    )
    return game, cg.Policy.pure(game)


def value(rule: Rule, center: Center, ball: ErrorBall) -> Fraction | None:
    return rule.find(center, ball, Deadline(None)).value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--eps", default="1/50")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rules = [rule for rule in BOUNDS if rule.name in COMPARED]
    smallest: collections.Counter[str] = collections.Counter()
    by_dominance = 0
    for k in range(given.games):
        _, expert = nearly_dominant(random.Random(given.seed * 10**6 + k))
        center, ball = Center(expert), ErrorBall(expert, Measure.BC, Fraction(given.eps))
        found = {rule.name: value(rule, center, ball) for rule in rules}
        least = min(x for x in found.values() if x is not None)
        names = [name for name, x in found.items() if x is not None and x <= least * (1 + Fraction(1, 10**9))]
        smallest.update(names)
        by_dominance += bool({"dse", "delta"} & set(names))
    for name, count in smallest.most_common():
        print(f"{name:16} smallest (or as small) in {count} of {given.games}")
    print(f"dse or delta: {by_dominance} of {given.games}, {100 * by_dominance / given.games:.0f} %")


if __name__ == "__main__":
    main()
