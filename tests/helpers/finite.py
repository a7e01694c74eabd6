"""Games of finite horizon by other ways: written out as layers of a discounted game, and by enumeration of plays."""

import itertools
import random
from fractions import Fraction
from typing import Any

import certigap as cg
from certigap.model.finite import FiniteGame, FinitePolicy, finite_horizon
from certigap.model.game import Game
from certigap.model.policy import Policy


def random_game(seed: int, players: int = 2, states: int = 2, horizon: int = 3, discount: str = "1") -> FiniteGame:
    """Rewards and transitions in small fractions; numbers of actions differ by state and player."""
    draw = random.Random(seed)
    names = [f"s{s}" for s in range(states)]
    actions = {s: [[f"a{k}" for k in range(draw.randint(1, 3))] for _ in range(players)] for s in names}

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        return [Fraction(draw.randint(-4, 4), 4) for _ in range(players)], row(names, draw)

    game = cg.markov_game(
        players=[str(i + 1) for i in range(players)],
        states=names,
        actions=actions,
        outcome=outcome,
        discount=0,
        initial=row(names, draw),
    )
    return finite_horizon(game, horizon, discount)


def row(names: list[str], draw: random.Random) -> dict[str, Fraction]:
    weights = [draw.choice([0, 1, 1, 2]) for _ in names]
    weights[draw.randrange(len(names))] += 1
    return {name: Fraction(w, sum(weights)) for name, w in zip(names, weights, strict=True)}


def random_policy(game: FiniteGame, seed: int, pure: bool = False) -> FinitePolicy:
    """One policy a step."""
    draw = random.Random(seed)
    steps = []
    for _ in range(game.horizon):
        rows: list[Any] = []
        for i in range(len(game.players)):
            own = []
            for state in game.stage.actions:
                weights = [0 if pure else draw.choice([0, 1, 1, 3]) for _ in state[i]]
                weights[draw.randrange(len(weights))] += 1
                own.append([Fraction(w, sum(weights)) for w in weights])
            rows.append(own)
        steps.append(rows)
    return FinitePolicy.from_steps(game, steps)


def layered(game: FiniteGame, discount: Fraction | None = None) -> Game:
    """The time expansion as a discounted game: states (t, s) and an absorbing end.

    With another `discount` d than the game's g, rewards of step t are multiplied by (g/d)^t, so that values at the
    start are those of the game whatever d is.
    """
    stage = game.stage
    d = game.discount if discount is None else discount
    end = "end"
    names = [f"{t}:{s}" for t in range(game.horizon) for s in game.states] + [end]
    actions: dict[str, Any] = {
        f"{t}:{s}": stage.actions[k] for t in range(game.horizon) for k, s in enumerate(game.states)
    }
    actions[end] = [["-"]] * len(game.players)

    def outcome(name: str, joint: tuple[str, ...]) -> Any:
        if name == end:
            return [0] * len(game.players), {end: 1}
        t, state = int(name.split(":")[0]), game.states.index(name.split(":", 1)[1])
        picks = tuple(own.index(a) for own, a in zip(stage.actions[state], joint, strict=True))
        k = game.layout.row(state, picks)
        scale = (game.discount / d) ** t
        following = {f"{t + 1}:{game.states[s]}": p for s, p in stage.transitions.row(k).items()}
        rewards = [scale * stage.reward(i, k) for i in range(len(game.players))]
        return rewards, following if t + 1 < game.horizon else {end: 1}

    start = {f"0:{s}": p for s, p in zip(game.states, stage.initial.fractions(), strict=True)}
    return cg.markov_game(
        players=game.players, states=names, actions=actions, outcome=outcome, discount=d, initial=start
    )


def layered_policy(expanded: Game, policy: FinitePolicy) -> Policy:
    """The policy on the time expansion."""
    rows = []
    for i in range(len(policy.game.players)):
        own = [row.fractions() for step in policy.steps for row in step.rows[i]]
        rows.append([*own, [Fraction(1)]])
    return Policy.from_rows(expanded, rows)


def value_by_plays(game: FiniteGame, policy: FinitePolicy, player: int) -> Fraction:
    """The expected sum of rewards, over every play of positive probability."""
    stage, total = game.stage, Fraction(0)
    plays = [(s, p, Fraction(0)) for s, p in enumerate(stage.initial.fractions()) if p]
    for t, step in enumerate(policy.steps):
        after = []
        for s, chance, paid in plays:
            rows = [own[s].fractions() for own in step.rows]
            for picks in itertools.product(*(range(len(row)) for row in rows)):
                p = chance
                for row, a in zip(rows, picks, strict=True):
                    p *= row[a]
                if p:
                    k = game.layout.row(s, picks)
                    reward = paid + game.discount**t * stage.reward(player, k)
                    after += [(to, p * q, reward) for to, q in stage.transitions.row(k).items()]
        plays = after
    return total + sum((p * paid for _, p, paid in plays), Fraction(0))


def pure_deviations(game: FiniteGame, player: int) -> Any:
    """Every pure policy `[H][S]` of one player."""
    sizes = [size for _ in range(game.horizon) for size in game.layout.shape_array[:, player].tolist()]
    width = len(game.states)
    for picks in itertools.product(*(range(size) for size in sizes)):
        rows = [[int(a == pick) for a in range(size)] for pick, size in zip(picks, sizes, strict=True)]
        yield [rows[t * width : (t + 1) * width] for t in range(game.horizon)]


def gap_by_enumeration(game: FiniteGame, policy: FinitePolicy, player: int) -> Fraction:
    """max over pure deviations of the value, minus the value."""
    best = None
    for deviation in pure_deviations(game, player):
        steps = []
        for t, step in enumerate(policy.steps):
            rows: list[Any] = [[row.fractions() for row in own] for own in step.rows]
            rows[player] = deviation[t]
            steps.append(rows)
        value = value_by_plays(game, FinitePolicy.from_steps(game, steps), player)
        best = value if best is None else max(best, value)
    assert best is not None
    return best - value_by_plays(game, policy, player)
