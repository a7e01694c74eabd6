"""The games of the soundness campaign: a seed and a number name a question, whatever was asked before."""

import random
from dataclasses import dataclass
from fractions import Fraction

from certigap.model.build import markov_game
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.game_codec import game_to_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from tests.helpers.campaign.screen import Screen
from tests.helpers.checker.truth import TrueGame
from tests.helpers.strategies import random_markov_game, random_normal_form, random_policy, random_row

__all__ = ["Question", "draw"]

MEASURES = ("bc", "bc", "bc", "bc", "rho", "mu")
EPS = ("0", "1/1000", "1/50", "1/20", "1/10", "2/5", "1", "5/2")
DISCOUNTS = ("0", "1/3", "1/2", "4/5", "9/10")
SEARCHES = (("2", 0.03), ("2", 0.05), ("101/100", 0.1), ("1001/1000", 0.3), ("1001/1000", 0.6))  # ratio, budget [s]


@dataclass(frozen=True)
class Question:
    """A worst case to ask for; `kind` says how game and expert were drawn."""

    name: str
    kind: str
    game: Game
    expert: Policy
    eps: str
    measure: str
    ratio: str
    budget: float | None


def draw(seed: int, number: int) -> Question:
    """Question `number` of a campaign."""
    rng = random.Random(f"{seed}/{number}")
    players = rng.choice((2, 2, 3))
    shape, game = rng.choice(SHAPES)(rng, players)
    how, expert = rng.choice(EXPERTS)(rng, game)
    ratio, budget = rng.choice(SEARCHES)
    eps, measure = rng.choice(EPS), rng.choice(MEASURES)
    return Question(f"{seed}/{number}", f"{shape}, {how}", game, expert, eps, measure, ratio, budget)


def normal(rng: random.Random, players: int) -> tuple[str, Game]:
    """Two or three actions a player, at one state without discount."""
    return "normal form", random_normal_form(rng, tuple(rng.choice((2, 3)) for _ in range(players)), bits=3)


def markov(rng: random.Random, players: int) -> tuple[str, Game]:
    """One to three states, one to three actions, zeros in transitions and start."""
    states, actions = rng.randint(1, 3), rng.choice((2, 3) if players == 2 else (2,))
    return "markov", random_markov_game(rng, players, states, actions, rng.choice(DISCOUNTS))


def sparse(rng: random.Random, players: int) -> tuple[str, Game]:
    """Every joint action leads to one state, so some states are not reached."""
    return "deterministic", random_markov_game(rng, players, 3, 2, rng.choice(DISCOUNTS), successors=1)


def turns(rng: random.Random, players: int) -> tuple[str, Game]:
    """At every state one player chooses among two or three actions, the others have one."""
    states = [f"s{k}" for k in range(rng.randint(2, 3))]
    mover = {state: rng.randrange(players) for state in states}
    own = [f"a{k}" for k in range(rng.choice((2, 3)))]
    actions = {state: [own if j == mover[state] else ["wait"] for j in range(players)] for state in states}

    def outcome(_state: str, _joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        rewards = [Fraction(rng.randint(-8, 8), rng.choice((1, 2, 3))) for _ in range(players)]
        return rewards, dict(zip(states, random_row(rng, len(states)), strict=True))

    game = markov_game(
        players=[str(j + 1) for j in range(players)],
        states=states,
        actions=actions,
        outcome=outcome,
        discount=rng.choice(DISCOUNTS),
        initial=dict(zip(states, random_row(rng, len(states)), strict=True)),
    )
    return "turns", game


def pure(rng: random.Random, game: Game) -> tuple[str, Policy]:
    """One action everywhere."""
    shapes, players = game.layout.shapes, range(len(game.players))
    choices = [[rng.randrange(shape[j]) for shape in shapes] for j in players]
    return "pure", pure_policy(game, choices)


def stable(rng: random.Random, game: Game) -> tuple[str, Policy]:
    """The least exploitable of many pure profiles: often an equilibrium."""
    drawn = list(dict.fromkeys(pure(rng, game)[1] for _ in range(100)))
    truth = TrueGame(game_to_json(game))
    screen = Screen(truth)
    regrets = screen.gaps(screen.stack([truth.rows(policy_rows_to_json(policy)) for policy in drawn]))
    return "stable", drawn[int(regrets.max(axis=1).argmin())]


def mixed(rng: random.Random, game: Game) -> tuple[str, Policy]:
    """Rows with zeros among them."""
    return "mixed", random_policy(rng, game)


def pure_policy(game: Game, choices: list[list[int]]) -> Policy:
    """The policy that plays action `choices[j][s]`."""
    shapes = game.layout.shapes
    rows = [
        [[int(a == choice) for a in range(shape[j])] for choice, shape in zip(own, shapes, strict=True)]
        for j, own in enumerate(choices)
    ]
    return Policy.from_rows(game, rows)


SHAPES = (normal, markov, markov, markov, sparse, turns)
EXPERTS = (pure, stable, mixed, mixed)
