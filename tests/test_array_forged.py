"""Worst cases of array games from an adversary: least vectors in coarse units, any occupancy, any prices; and numbers
at the ends of their ranges, where both checkers must compute the same integers."""

import itertools
import math
import random
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from certigap import array_checker
from certigap.model.files.game_codec import write_game
from certigap.model.large import ArrayGame
from certigap.model.large.families import random_game
from tests.helpers.array_balls import Weights, as_arrays, both, rows_of
from tests.helpers.arrays import drawn_policy
from tests.helpers.checker.harness import load
from tests.helpers.checker.truth import TrueGame
from tests.helpers.modes.crowd import Crowd, FloatGame
from tests.helpers.modes.draws import Draw

MOST, UNIT, SIZE = 2**31 - 1, 2**61, 2**60


@pytest.fixture(scope="module")
def worst() -> Any:
    return load()._modules["array_worst"]


def least(step: Any, size: int, stay: Fraction) -> list[int]:
    """Nearly the least vector of a step: iterated, then lifted evenly."""
    x = [0] * size
    for _ in range(60):
        x = step(x)
    rise = max(new - old for new, old in zip(step(x), x, strict=True))
    return [value + max(0, math.ceil(rise / stay)) for value in x]


@pytest.mark.parametrize("measure", ["bc", "rho"])
@pytest.mark.parametrize("seed", range(24))
def test_least_vectors_bound_every_policy_of_the_ball(seed: int, measure: str, worst: Any, tmp_path: Path) -> None:
    rng = random.Random(seed)
    game = random_game(rng.randint(1, 4), 2, rng.randint(1, 3), players=rng.randint(1, 3), discount="1/2", seed=seed)
    read, _ = both(game, tmp_path)
    write_game(game.to_game(), tmp_path / "g.json")
    true, expert = TrueGame.read(tmp_path / "g.json"), rows_of(drawn_policy(game, seed), game)
    center = [[[Fraction(w, row[-1]) for w in row[:-1]] for row in own] for own in expert]
    radius, size, n = Fraction(rng.choice((0, 1, 4, 12, 30)), 60), game.states, len(game.scales)
    parts = Fraction(rng.randrange(9), 8), rng.choice((0, 2**40))
    mass = [min(int(mu * UNIT * parts[0]) + rng.randrange(parts[1] + 1), UNIT // size) for mu in true.occupancy(center)]
    slack, missing = worst.occupancy(read, expert, mass)
    ball = worst.Ball(expert, mass, [max(m - slack, 0) for m in mass], missing, slack, radius, measure)
    i, bits = rng.randrange(n), rng.choice((0, 1, 3, 10, 20))
    count = len(read.denominators)
    rewards = read.rewards[i * count : (i + 1) * count]
    largest = max(map(abs, rewards)) or 1
    most = min(int(largest * 2**bits / (1 - game.discount)), 2**56)
    best = worst.Stray(i, i, 1, bits, ball.rooms(n - 1))
    value = worst.Stray(n, i, -1, bits, ball.rooms(n) if measure == "bc" else [0] * size)
    prices = [most * k // 16 for k in (0, 1, 2, 4, 8, 16)]

    def step(how: Any, more: int, fee: int = 0, moved: list[int] | None = None) -> list[int]:
        def once(x: list[int]) -> list[int]:
            found = worst.strayed(read, expert, how, x, x if moved is None else moved, [fee] * size)
            return [own + more for own in found]

        return least(once, size, 1 - game.discount)

    apart, low = step(best, n + 1), step(value, n + 2)
    together = [step(value, n + 2, 2 * price, low) for price in prices]
    for how, x, y, fee in (
        (best, apart, apart, 0),
        (value, low, low, 0),
        *((value, x, low, 2 * price) for x, price in zip(together, prices, strict=True)),
    ):
        worst.holds(read, ball, how, x, y, fee, "forged")
    unit = read.scales[i] / 2**bits
    lost = [
        price * n * radius if measure == "bc" else radius * (max(rewards) - min(rewards)) * 2**bits / 2
        for price in prices
    ]
    paid = [worst.start_of(read, x) + own / (1 - game.discount) for x, own in zip(together, lost, strict=True)]
    stages = [[price] * count for price in prices[1:] for count in (1, 3, 8)]
    shown = {
        "optimum": unit * min(worst.optimum(read, ball, best, apart, own) for own in stages),
        "value": unit * min(paid),
    }
    nothing: Any = None
    drawn = Draw({}, nothing, true, center, center, measure, radius, nothing, nothing)
    free = [[Fraction(0)] * size] * n, [[Fraction(2)] * size] * n
    node: Any = SimpleNamespace(boxes={}, least=free[0], far=free[1])
    for kind, bound in (*shown.items(), ("joint", sum(shown.values(), Fraction(0)))):
        assert Crowd.met(rng, FloatGame(true), drawn, node, i, kind).beyond(bound) is None


def extreme(rng: random.Random) -> tuple[ArrayGame, Weights, int]:
    """A game with denominators, rewards and a discount at the ends of their ranges, a policy, and bits."""
    n, states = rng.randint(1, 4), rng.randint(1, 4)
    shapes = [[rng.randint(1, 3) for _ in range(n)] for _ in range(states)]
    counts = [rng.randint(1, 4) for _ in range(sum(map(math.prod, shapes)))]
    moves = [split(rng, rng.choice((k, MOST, MOST - 1, 2**30 + 7)), k) for k in counts]
    bits = rng.choice((0, 1, 5, 59))
    size = min(rng.choice((1, 2**40, SIZE)), SIZE >> bits)
    rewards = [[rng.choice((size, -size, 0, rng.randint(-size, size))) for _ in counts] for _ in range(n)]
    game = ArrayGame(
        discount=Fraction(*rng.choice(((0, 1), (1, 2), (MOST - 1, MOST), (1, MOST)))),
        scales=(Fraction(1),) * n,
        shapes=np.array(shapes, dtype=np.int32),
        rewards=np.array(rewards, dtype=np.int64),
        offsets=np.array([0, *itertools.accumulate(counts)], dtype=np.int64),
        columns=np.array([rng.randrange(states) for k in counts for _ in range(k)], dtype=np.int32),
        weights=np.array([w for row in moves for w in row], dtype=np.int32),
        denominators=np.array([sum(row) for row in moves], dtype=np.int32),
        initial=np.array(split(rng, rng.choice((states + 3, MOST)), states), dtype=np.int32),
    )
    return game, policy_of(rng, shapes), bits


def policy_of(rng: random.Random, shapes: list[list[int]]) -> Weights:
    rows = [[split(rng, rng.choice((k, MOST, 2**30 + 1)), k) for k in own] for own in zip(*shapes, strict=True)]
    return [[[*row, sum(row)] for row in own] for own in rows]


def split(rng: random.Random, total: int, parts: int) -> list[int]:
    """Whole numbers above 0 with a sum; now and then all but nothing in one."""
    if rng.random() < 0.3:
        row = [1] * parts
        row[rng.randrange(parts)] = total - parts + 1
        return row
    cuts = sorted(rng.sample(range(1, total), parts - 1))
    return [b - a for a, b in itertools.pairwise([0, *cuts, total])]


@pytest.mark.parametrize("seed", range(60))
def test_both_checkers_compute_the_same_integers(seed: int, worst: Any, tmp_path: Path) -> None:
    rng = random.Random(seed)
    game, expert, bits = extreme(rng)
    read, fast = both(game, tmp_path)
    size, n, i = game.states, len(game.scales), rng.randrange(len(game.scales))
    mass = split(rng, UNIT, size) if rng.random() < 0.5 else [rng.choice((0, UNIT // size)) for _ in range(size)]
    radius = rng.choice((Fraction(0), Fraction(2), Fraction(1, 3), Fraction(1, 10**9), Fraction(10**9)))
    slack, missing = worst.occupancy(read, expert, mass)
    measure = rng.choice(("bc", "rho"))
    ours = worst.Ball(expert, mass, [max(m - slack, 0) for m in mass], missing, slack, radius, measure)
    theirs = array_checker.Ball(fast, as_arrays(expert), np.array(mass, dtype=np.int64), radius, measure)
    assert (ours.lower, missing, slack) == (theirs.lower.tolist(), theirs.missing, theirs.slack)
    other = policy_of(rng, game.shapes.tolist())
    seen = split(rng, UNIT, size)
    far = array_checker.Ball.error(theirs, as_arrays(other), np.array(seen, dtype=np.int64))
    assert worst.error(read, ours, other, seen) == far
    if rng.random() < 0.5:  # as if all of it were known
        ours, theirs.lower = ours._replace(lower=mass), np.array(mass, dtype=np.int64)
    x, y = ([rng.choice((SIZE, -SIZE, 0, rng.randint(-SIZE, SIZE))) for _ in range(size)] for _ in "xy")
    fee = 2 * rng.choice((0, 2**58, rng.randrange(2**58)))
    for own, sign, k in ((i, 1, n - 1), (n, -1, n)):
        rooms = theirs.rooms(k)
        assert ours.rooms(k) == rooms.tolist()
        how = worst.Stray(own, i, sign, bits, ours.rooms(k))
        found = array_checker.strayed(theirs, (own, i, sign, bits, rooms), np.array(x), np.array(y), np.full(size, fee))
        assert [*worst.strayed(read, expert, how, x, y, [fee] * size)] == found.tolist()
    stages, best = [rng.choice((0, 2**58)) for _ in range(rng.randrange(5))], (i, i, 1, bits)
    pair = worst.Stray(*best, ours.rooms(n - 1)), (*best, theirs.rooms(n - 1))
    shown = []
    for solve in (
        lambda: worst.optimum(read, ours, pair[0], x, stages),
        lambda: array_checker.optimum(theirs, pair[1], np.array(x), stages),
    ):
        try:
            shown.append(solve())
        except (worst.Invalid, array_checker.Invalid):
            shown.append(None)
    assert shown[0] == shown[1]
