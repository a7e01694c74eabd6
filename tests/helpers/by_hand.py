"""Values and occupancy over the rationals by elimination, one joint action at a time; shares no code with certigap."""

import itertools
from collections.abc import Sequence
from fractions import Fraction

from certigap.model.game import Game
from certigap.model.policy import Policy


def eliminate(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss-Jordan elimination over the rationals."""
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    size = len(rows)
    for k in range(size):
        pivot = next(r for r in range(k, size) if rows[r][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for r in range(size):
            if r != k:
                rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


def dumb_rows(policy: Policy) -> list[list[list[Fraction]]]:
    return [[row.fractions() for row in own] for own in policy.rows]


def dumb_chain(
    game: Game, rows: Sequence[Sequence[Sequence[Fraction]]]
) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """Rewards `[n][S]` and transitions `[S][S]` of a profile, joint action by joint action."""
    size, players = len(game.states), range(len(game.players))
    rewards = [[Fraction(0)] * size for _ in players]
    moves = [[Fraction(0)] * size for _ in range(size)]
    k = 0
    for s in range(size):
        for joint in itertools.product(*(range(len(game.actions[s][i])) for i in players)):
            weight = Fraction(1)
            for i in players:
                weight *= rows[i][s][joint[i]]
            for i in players:
                rewards[i][s] += weight * game.reward(i, k)
            for t, p in game.transitions.row(k).items():
                moves[s][t] += weight * p
            k += 1
    return rewards, moves


def dumb_values(game: Game, rows: Sequence[Sequence[Sequence[Fraction]]]) -> list[list[Fraction]]:
    rewards, moves = dumb_chain(game, rows)
    size = range(len(game.states))
    system = [[(s == t) - game.discount * moves[s][t] for t in size] for s in size]
    return [eliminate(system, own) for own in rewards]


def dumb_occupancy(game: Game, policy: Policy) -> list[Fraction]:
    _, moves = dumb_chain(game, dumb_rows(policy))
    size = range(len(game.states))
    system = [[(s == t) - game.discount * moves[t][s] for t in size] for s in size]
    return eliminate(system, [(1 - game.discount) * x for x in game.initial.fractions()])
