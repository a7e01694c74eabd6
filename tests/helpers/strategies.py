"""Random games and policies with rational numbers: Hypothesis strategies, and seeded ones for differential tests."""

import itertools
import random
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from certigap.model.build import markov_game, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = [
    "discounts",
    "games",
    "games_with_policies",
    "markov_games",
    "normal_forms",
    "policies",
    "random_markov_game",
    "random_normal_form",
    "random_policy",
    "rationals",
    "rows",
]

NAMES = "abcdefgh"


def rationals(low: int = -4, high: int = 4, denominators: int = 6) -> st.SearchStrategy[Fraction]:
    """Small rationals in [low, high]."""
    return st.builds(
        lambda d, x: Fraction(max(low * d, min(high * d, x)), d),
        st.integers(1, denominators),
        st.integers(low * denominators, high * denominators),
    )


def discounts() -> st.SearchStrategy[Fraction]:
    """Discounts in [0, 1), 0 and values near 1 among them."""
    return st.sampled_from(
        [Fraction(0), Fraction(1, 7), Fraction(1, 2), Fraction(4, 5), Fraction(9, 10), Fraction(99, 100)]
    )


def rows(size: int) -> st.SearchStrategy[list[Fraction]]:
    """Probability rows of a given length, with zeros and pure rows among them."""
    weights = st.lists(st.integers(0, 6), min_size=size, max_size=size).filter(any)
    return weights.map(lambda ws: [Fraction(w, sum(ws)) for w in ws])


@st.composite
def normal_forms(draw: Any, max_players: int = 3, max_actions: int = 3) -> Game:
    """Normal forms of 2 to `max_players` players."""
    shape = draw(st.lists(st.integers(1, max_actions), min_size=2, max_size=max_players))
    size = int(np.prod(shape))
    tables = [draw(st.lists(rationals(), min_size=size, max_size=size)) for _ in shape]
    return normal_form([np.array(table, dtype=object).reshape(shape) for table in tables])


@st.composite
def markov_games(draw: Any, max_players: int = 3, max_states: int = 3, max_actions: int = 2) -> Game:
    """Markov games whose action sets may differ by state; several states may be unreachable."""
    players = draw(st.integers(2, max_players))
    states = [f"s{k}" for k in range(draw(st.integers(1, max_states)))]
    actions = {s: [NAMES[: draw(st.integers(1, max_actions))] for _ in range(players)] for s in states}
    outcome = {
        (s, joint): (
            draw(st.lists(rationals(-2, 2, 3), min_size=players, max_size=players)),
            dict(zip(states, draw(rows(len(states))), strict=True)),
        )
        for s in states
        for joint in itertools.product(*actions[s])
    }
    return markov_game(
        players=[str(k + 1) for k in range(players)],
        states=states,
        actions=actions,
        outcome=outcome,
        discount=draw(discounts()),
        initial=dict(zip(states, draw(rows(len(states))), strict=True)),
    )


def games() -> st.SearchStrategy[Game]:
    """Normal forms and Markov games."""
    return st.one_of(normal_forms(), markov_games())


@st.composite
def policies(draw: Any, game: Game) -> Policy:
    """Product policies of a game."""
    shapes = game.layout.shapes
    return Policy.from_rows(game, [[draw(rows(shape[i])) for shape in shapes] for i in range(len(game.players))])


@st.composite
def games_with_policies(draw: Any, count: int = 1) -> tuple[Any, ...]:
    """A game and `count` policies of it."""
    game = draw(games())
    return (game, *(draw(policies(game)) for _ in range(count)))


def random_row(rng: random.Random, size: int, bits: int = 3) -> list[Fraction]:
    """A probability row with weights of about `bits` bits; one in three entries is 0."""
    weights = [rng.getrandbits(bits) if rng.random() < 2 / 3 else 0 for _ in range(size)]
    weights[rng.randrange(size)] += 1
    return [Fraction(w, sum(weights)) for w in weights]


def random_normal_form(rng: random.Random, shape: tuple[int, ...], bits: int = 5) -> Game:
    """A normal form with payoffs of about `bits` bits over small denominators."""
    size = int(np.prod(shape))

    def table() -> Any:
        values = [Fraction(rng.randrange(-(2**bits), 2**bits), rng.choice([1, 2, 3, 7])) for _ in range(size)]
        return np.array(values, dtype=object).reshape(shape)

    return normal_form([table() for _ in shape])


def random_markov_game(
    rng: random.Random, players: int, states: int, actions: int, discount: str, bits: int = 3, successors: int = 0
) -> Game:
    """A Markov game; `successors` limits the next states of each joint action (0: any)."""
    names = [f"s{k}" for k in range(states)]
    available = {s: [NAMES[: rng.randint(1, actions)] for _ in range(players)] for s in names}

    def outcome(_state: str, _joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        rewards = [Fraction(rng.randrange(-(2**bits), 2**bits + 1), rng.choice([1, 3, 4])) for _ in range(players)]
        following = rng.sample(names, successors) if successors else names
        return rewards, dict(zip(following, random_row(rng, len(following), bits), strict=True))

    return markov_game(
        players=[str(k + 1) for k in range(players)],
        states=names,
        actions=available,
        outcome=outcome,
        discount=discount,
        initial=dict(zip(names, random_row(rng, states, bits), strict=True)),
    )


def random_policy(rng: random.Random, game: Game, bits: int = 3) -> Policy:
    """A product policy with weights of about `bits` bits."""
    shapes = game.layout.shapes
    return Policy.from_rows(
        game, [[random_row(rng, shape[i], bits) for shape in shapes] for i in range(len(game.players))]
    )
