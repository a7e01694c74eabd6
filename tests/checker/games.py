"""The games of the cases: (game, expert, learner) by name. Random ones come from seeded small fractions."""

import random
from fractions import Fraction
from typing import Any

import certigap as cg
from certigap.model.build import bimatrix, markov_game, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import gaps

Trio = tuple[Game, Policy, Policy]


def from_catalog(name: str, **parameters: Any) -> Trio:
    """A cited game; where the catalog has no learner, the expert mixed with noise."""
    game, expert = cg.games.load(name, **parameters), cg.games.expert(name, **parameters)
    if not cg.games.entry(name).has_learner:
        return game, expert, blend(expert, Fraction(1, 10))
    learner: Policy = cg.games.learner(name, **parameters)
    return game, expert, learner


def blend(policy: Policy, noise: Fraction) -> Policy:
    """The policy with the uniform rows mixed in."""
    rows = [[row.fractions() for row in own] for own in policy.rows]
    mixed = [[[(1 - noise) * p + noise / len(row) for p in row] for row in own] for own in rows]
    return Policy.from_rows(policy.game, mixed)


def mixed() -> Trio:
    """A weighted rock-paper-scissors: zero-sum, equilibrium (1/4, 1/2, 1/4)."""
    game = bimatrix([[0, -1, 2], [1, 0, -1], [-2, 1, 0]], actions=[["r", "p", "s"]] * 2)
    expert = Policy.from_rows(game, [["1/4", "1/2", "1/4"]] * 2)
    return game, expert, Policy.from_rows(game, [["1/3", "1/3", "1/3"], ["1/4", "5/8", "1/8"]])


def trio() -> Trio:
    """Three players, payoffs from a seeded generator; the expert is mixed and no equilibrium."""
    rng = random.Random(5)
    tables = [[[[Fraction(rng.randint(-6, 6), 6) for _ in "01"] for _ in "01"] for _ in "01"] for _ in "012"]
    game = normal_form(tables, players=["A", "B", "C"])
    expert = Policy.from_rows(game, [["1/2", "1/2"], ["1", "0"], ["2/3", "1/3"]])
    return game, expert, Policy.from_rows(game, [["3/4", "1/4"], ["1/2", "1/2"], ["2/3", "1/3"]])


def random_game(seed: int, states: int, players: int, discount: str, sizes: tuple[int, ...] = (2, 2)) -> Game:
    """Small random fractions; `sizes` are the numbers of actions, cyclically by state and player."""
    rng, names = random.Random(seed), [f"s{k}" for k in range(states)]
    actions = {
        s: [["x", "y", "z"][: sizes[(k + i) % len(sizes)]] for i in range(players)] for k, s in enumerate(names)
    }

    def row() -> dict[str, Fraction]:
        weights = [rng.randint(0, 3) for _ in names]
        weights[rng.randrange(states)] += 1
        return {s: Fraction(w, sum(weights)) for s, w in zip(names, weights, strict=True)}

    def outcome(_: str, __: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        return [Fraction(rng.randint(-5, 5), 5) for _ in range(players)], row()

    return markov_game(
        players=[str(k + 1) for k in range(players)],
        states=names,
        actions=actions,
        outcome=outcome,
        discount=discount,
        initial=dict.fromkeys(names, Fraction(1, states)),
    )


def coin() -> Trio:
    """Two states, two actions, a pure equilibrium found by going through all pure profiles of seeded games."""
    choices = [{"s0": a, "s1": b} for a in "xy" for b in "xy"]
    for seed in range(100):
        game = random_game(seed, 2, 2, "4/5")
        for own in choices:
            for other in choices:
                expert = Policy.pure(game, {"1": own, "2": other})
                if gaps(game, expert).nash_gap.upper == 0:
                    return game, expert, blend(expert, Fraction(1, 5))
    raise LookupError("no pure equilibrium")


def random_trio(game: Game, noise: str = "1/4") -> Trio:
    """A half-mixed expert, and a learner who is further from pure play."""
    expert = blend(Policy.pure(game), Fraction(1, 3))
    return game, expert, blend(expert, Fraction(noise))


def slack() -> Trio:
    """One state repeated, r_1 = own action's penalty: two copies of one dilemma with discount 1/2, D dominant."""
    payoff = {("C", "C"): (3, 3), ("C", "D"): (0, 4), ("D", "C"): (4, 0), ("D", "D"): (1, 1)}

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, int]]:
        scale = Fraction(1 if state == "u" else 2, 4)
        return [scale * x for x in payoff[joint[0], joint[1]]], {"v" if state == "u" else "u": 1}

    game = markov_game(
        players=["row", "column"],
        states=["u", "v"],
        actions=[["C", "D"]] * 2,
        outcome=outcome,
        discount="1/2",
        initial={"u": 1},
    )
    expert = Policy.pure(game, {"row": "D", "column": "D"})
    return game, expert, blend(expert, Fraction(1, 10))


def games() -> dict[str, Trio]:
    """All of them; Tag is made by its test."""
    return {
        "lemma1": from_catalog("lemma1", discount="4/5"),
        "theorem2": from_catalog("theorem2", discount="1/2"),
        "three": from_catalog("three-player", k="2", discount="1/2"),
        "dilemma": from_catalog("algorithm1"),
        "mixed": mixed(),
        "trio": trio(),
        "coin": coin(),
        "slack": slack(),
        "solo": random_trio(random_game(3, 2, 1, "3/4")),
        "ragged": random_trio(random_game(4, 3, 2, "1/2", (1, 3, 2))),
        "crowd": random_trio(random_game(6, 2, 3, "1/2")),
    }
