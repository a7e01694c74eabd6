"""Random games of every shape, experts, balls, and policies of the balls as exploitable as a few steps make."""

import json
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.modes.nodes import ModeBall, mode_ball
from certigap.exact.vector import Vector
from certigap.model.files.game_codec import parse_game
from certigap.model.game import Game
from certigap.model.policy import Policy
from tests.helpers.checker.truth import ONE, ZERO, Row, Rows, TrueGame, l1


@dataclass(frozen=True)
class Draw:
    """A game, its own second opinion, an expert, a ball around it, and a policy of the ball."""

    data: dict[str, Any]
    game: Game
    true: TrueGame
    expert: Rows
    policy: Rows
    measure: str
    eps: Fraction
    ball: ModeBall
    lower: Vector  # m <= mu


def simplex(rng: random.Random, size: int, pure: float = 0.3, grain: int = 12) -> Row:
    """A row: pure, or with small weights, some of them 0."""
    if rng.random() < pure:
        k = rng.randrange(size)
        return [ONE if a == k else ZERO for a in range(size)]
    weights = [rng.choice((0, 1, 1, 2, rng.randrange(grain))) for _ in range(size)]
    weights[rng.randrange(size)] += 1
    return [Fraction(w, sum(weights)) for w in weights]


def random_game(rng: random.Random, players: int) -> dict[str, Any]:
    """A game file: ragged action sets, sparse transitions, any discount, now and then zero-sum or a sink."""
    states = [f"s{k}" for k in range(rng.choice((1, 1, 2, 2, 3, 4)))]
    most = {2: 3, 3: 2, 4: 2}[players]
    discount = rng.choice(("0", "1/3", "1/2", "4/5", "9/10"))
    zero_sum = rng.random() < 0.4

    def next_row() -> dict[str, str]:
        row = simplex(rng, len(states), 0.5, 5)
        return {name: str(p) for name, p in zip(states, row, strict=True) if p}

    def outcome() -> dict[str, Any]:
        rewards = [Fraction(rng.randrange(-6, 7), rng.choice((1, 2, 3))) for _ in range(players)]
        if zero_sum:
            rewards[-1] = -sum(rewards[:-1], ZERO)
        return {"rewards": [str(r) for r in rewards], "next": next_row()}

    entries = []
    for name in states:
        sizes = [rng.randrange(1, most + 1) for _ in range(players)]
        count = 1
        for size in sizes:
            count *= size
        actions = [[f"a{k}" for k in range(size)] for size in sizes]
        entries.append({"name": name, "actions": actions, "outcomes": [outcome() for _ in range(count)]})
    return {
        "format": "certigap-game",
        "version": 1,
        "players": [str(i + 1) for i in range(players)],
        "discount": discount,
        "initial": next_row(),
        "states": entries,
    }


def draw(rng: random.Random, players: int, measure: str = "bc", steps: int = 12) -> Draw:
    """Everything at once; the policy is the most exploitable of `steps` attempts for some player."""
    data = random_game(rng, players)
    true = TrueGame(data)
    sizes = [[len(own[j]) for own in true.actions] for j in range(players)]
    expert = [[simplex(rng, size) for size in own] for own in sizes]
    eps = Fraction(rng.choice((0, 1, 1, 2, 4, 10)), 20)
    game = parse_game(json.dumps(data))
    rows = [[[str(p) for p in row] for row in own] for own in expert]
    mu = true.occupancy(expert)
    loss = rng.choice((ONE, ONE, Fraction(9, 10)))  # m below mu as well
    lower = Vector.of([loss * x for x in mu])
    ball = mode_ball(ErrorBall(Policy.from_rows(game, rows), Measure.named(measure), eps), lower)
    i = rng.randrange(players)
    best = expert
    for _ in range(steps):
        other = stepped(rng, true, expert, best, mu, measure, eps)
        if true.gaps(other)[i] >= true.gaps(best)[i]:
            best = other
    return Draw(data, game, true, expert, best, measure, eps, ball, lower)


def stepped(
    rng: random.Random, true: TrueGame, expert: Rows, policy: Rows, mu: Row, measure: str, eps: Fraction
) -> Rows:
    """A policy of the ball: some rows moved towards others, as far as a few bisections show possible."""
    target = [[simplex(rng, len(row), 0.7) if rng.random() < 0.6 else row for row in own] for own in policy]
    low, high = ZERO, ONE
    if inside(true, expert, target, mu, measure, eps):
        return target
    for _ in range(6):
        middle = (low + high) / 2
        if inside(true, expert, mixed(policy, target, middle), mu, measure, eps):
            low = middle
        else:
            high = middle
    return mixed(policy, target, low)


def inside(true: TrueGame, expert: Rows, policy: Rows, mu: Row, measure: str, eps: Fraction) -> bool:
    """The policy's error is at most eps."""
    if measure == "bc":
        pairs = zip(policy, expert, strict=True)
        return all(sum((m * l1(x, y) for m, x, y in zip(mu, a, b, strict=True)), ZERO) <= eps for a, b in pairs)
    return (true.rho_error if measure == "rho" else true.mu_error)(expert, policy) <= eps


def mixed(policy: Rows, target: Rows, share: Fraction) -> Rows:
    """(1 - share) policy + share target, row by row."""
    return [
        [[(1 - share) * p + share * q for p, q in zip(x, y, strict=True)] for x, y in zip(a, b, strict=True)]
        for a, b in zip(policy, target, strict=True)
    ]
