"""Random Markov games with rational data, their pure equilibria by enumeration, random policies around an expert."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from certigap.exact.vector import Vector
from certigap.model.build import markov_game
from certigap.model.files.game_codec import game_to_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.exploitability import nash_gap
from tests.helpers.campaign.screen import Screen
from tests.helpers.checker.truth import TrueGame

GRAIN = 100


def random_game(rng: np.random.Generator, states: int, actions: int, players: int = 2, discount: str = "4/5") -> Game:
    """Rewards uniform on a grid of [-1, 1], transition weights and initial weights uniform on 1..100."""
    names = [f"s{k}" for k in range(states)]

    def row() -> dict[str, Fraction]:
        weights = [int(w) for w in rng.integers(1, GRAIN + 1, states)]
        return {name: Fraction(w, sum(weights)) for name, w in zip(names, weights, strict=True)}

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        return [Fraction(int(r), GRAIN) for r in rng.integers(-GRAIN, GRAIN + 1, players)], row()

    return markov_game(
        players=[str(i + 1) for i in range(players)],
        states=names,
        actions=[[f"a{k}" for k in range(actions)]] * players,
        outcome=outcome,
        discount=discount,
        initial=row(),
    )


def pure_equilibrium(game: Game) -> Policy | None:
    """The first pure stationary profile whose exact NashGap is 0, None if there is none."""
    shapes, screen = game.layout.shapes, Screen(TrueGame(game_to_json(game)))
    choices = [itertools.product(*(range(shape[i]) for shape in shapes)) for i in range(len(game.players))]
    profiles = np.array(list(itertools.product(*choices)))
    regrets = screen.gaps(np.eye(screen.most)[profiles]).max(axis=1)
    for profile in profiles[regrets < 1e-9]:
        rows = [
            [[int(k == action) for k in range(shape[i])] for action, shape in zip(own, shapes, strict=True)]
            for i, own in enumerate(profile)
        ]
        policy = Policy.from_rows(game, rows)
        if nash_gap(game, policy, "exact").value == 0:
            return policy
    return None


def games_with_experts(
    count: int, seed: int = 0, states: int = 2, actions: int = 2, players: int = 2, discount: str = "4/5"
) -> Iterator[tuple[Game, Policy]]:
    """`count` random games that have a pure equilibrium, each with the first one."""
    rng = np.random.default_rng(seed)
    found = 0
    while found < count:
        game = random_game(rng, states, actions, players, discount)
        expert = pure_equilibrium(game)
        if expert is not None:
            found += 1
            yield game, expert


def random_center(game: Game, rng: np.random.Generator) -> Policy:
    """A policy of small random counts in every row."""
    counts = [[rng.integers(0, 4, shape[i]) for shape in game.layout.shapes] for i in range(len(game.players))]
    return Policy.from_counts(game, counts)


def random_in_ball(expert: Policy, eps: Fraction, mu: Vector, rng: np.random.Generator) -> Policy:
    """A random product policy scaled towards the expert until every player's error is at most eps."""
    target = random_center(expert.game, rng)
    rows = []
    for own, center in zip(target.rows, expert.rows, strict=True):
        pairs = [(a.fractions(), b.fractions()) for a, b in zip(own, center, strict=True)]
        cost = sum(
            m * sum(abs(x - y) for x, y in zip(a, b, strict=True))
            for m, (a, b) in zip(mu.fractions(), pairs, strict=True)
        )
        part = min(Fraction(1), eps / cost) if cost else Fraction(1)
        rows.append([[y + part * (x - y) for x, y in zip(a, b, strict=True)] for a, b in pairs])
    return Policy.from_rows(expert.game, rows)
