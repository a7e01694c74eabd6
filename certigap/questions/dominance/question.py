"""Dominance in games of one state: of actions, of an expert, and after iterated elimination (THEORY 8).

With one state, values are stage payoffs divided by 1 - g for every policy alike, so dominance is that of the stage game
and kappa is its kappa / (1 - g).
"""

from typing import get_args

from certigap.errors import InputError
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.arguments import check_game, check_policy
from certigap.questions.dominance.answer import ActionDominance, DominanceAnswer, PlayerRegret
from certigap.semantics.normal_form.elimination import eliminate
from certigap.semantics.normal_form.payoffs import PayoffTable, payoff_table
from certigap.semantics.normal_form.regret import LeastRegret, largest_regret, least_regret
from certigap.semantics.normal_form.relations import STRENGTHS, Strength, mixed_relation, pure_dominator
from certigap.work.deadline import Deadline

__all__ = ["dominance"]


def dominance(
    game: Game, expert: Policy | None = None, *, elimination: Strength = "strict", mixed: bool = True
) -> DominanceAnswer:
    """Which actions are dominated and by what, whether the expert is dominant, and what iterated elimination leaves.

    Args:
        game: a game of one state, any number of players.
        expert: the strategies to ask about; None: each player's best ones.
        elimination: what is eliminated: "strict", "weak" or "very-weak" dominance.
        mixed: eliminate what mixtures dominate, not only what single actions do.

    Returns:
        Exact answers, each with its proof: mixtures, beliefs, plays of the others, a transcript.

    Raises:
        InputError: a game of several states, an expert of another game, an unknown strength.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Definition 8; THEORY 8.

    >>> import certigap as cg
    >>> dominance(cg.games.load("algorithm1"), cg.games.expert("algorithm1"))
    <DominanceAnswer expert: 1 proven, kappa 0; 2 proven, kappa 0>
    """
    clock = Deadline()
    check_game(game)
    if expert is not None:
        check_policy(game, expert)
    if elimination not in get_args(Strength):
        raise InputError(f"elimination: expected one of {', '.join(STRENGTHS)}, got {elimination!r}")
    if len(game.states) != 1:
        raise InputError(f"dominance: expected a game of one state, got {game!r}")
    tables = [payoff_table(game, i) for i in range(len(game.players))]
    least = tuple(_least(table) for table in tables)
    strategies = tuple(_strategy(table, expert, found) for table, found in zip(tables, least, strict=True))
    return DominanceAnswer(
        game=game,
        expert=expert,
        strategies=strategies,
        regrets=tuple(_regret(table, own) for table, own in zip(tables, strategies, strict=True)),
        least=least,
        actions=tuple(tuple(_action(table, a) for a in range(len(table.numerators))) for table in tables),
        dominant_actions=tuple(_dominant(table) for table in tables),
        elimination=eliminate(game, elimination, mixed),
        seconds=clock.spent,
    )


def _least(table: PayoffTable) -> LeastRegret | None:
    found = least_regret(table.numerators)
    if found is None:
        return None
    return LeastRegret(found.value / table.denominator * table.game.horizon, found.mixture, found.belief)


def _strategy(table: PayoffTable, expert: Policy | None, least: LeastRegret | None) -> Vector:
    if expert is not None:
        row = expert.rows[table.player][0]
        return Vector(row.weights, row.denominator)
    count = len(table.numerators)
    return Vector((1,) * count, count) if least is None else least.mixture


def _regret(table: PayoffTable, strategy: Vector) -> PlayerRegret:
    found = largest_regret(table.numerators, strategy.numerators)
    names = table.game.actions[0][table.player]
    kappa = found.value / table.denominator * table.game.horizon
    return PlayerRegret(kappa, table.profile(found.column), names[found.deviation])


def _action(table: PayoffTable, action: int) -> ActionDominance:
    payoffs = table.numerators
    return ActionDominance(
        mixed={strength: mixed_relation(payoffs, action, strength) for strength in STRENGTHS},
        pure={strength: pure_dominator(payoffs, action, strength) for strength in STRENGTHS},
    )


def _dominant(table: PayoffTable) -> tuple[int, ...]:
    best = table.numerators.max(axis=0)
    return tuple(a for a, own in enumerate(table.numerators) if bool((own == best).all()))
