"""Policies on the command line: their rows, and where one differs from another."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_text
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.report import number_text, table

__all__ = ["policy_text", "witness_text"]

_LINES = 20  # rows of a policy: more do not fit a screen
_DIFFERING = 10  # rows of a witness
_ACTIONS = 6  # of a row
_NAME = 60  # characters of a state


def policy_text(policy: Policy, lines: int = _LINES) -> str:
    """The rows of a policy, where there is a choice, at most `lines` of them."""
    game = policy.game
    places = [
        (i, s) for s in range(len(game.states)) for i in range(len(game.players)) if len(policy.rows[i][s].weights) > 1
    ]
    rows = [(_place(game, i, s), _row(policy, i, s)) for i, s in places[:lines]]
    return _cut(table(rows), len(places) - lines, "rows of the policy")


def witness_text(answer: Any, lines: int = _DIFFERING) -> str:
    """Where the witness of a worst case differs from the expert, by what the rows cost of the error, dearest first.

    A row of player j at s costs mu(s) ||pi_j(.|s) - piE_j(.|s)||_1 of eps_BC, mu the expert's occupancy (upper end).
    """
    game, expert, witness = answer.game, answer.expert, answer.witness
    costs = _costs(expert, witness, answer.occupancy_upper.fractions())
    if not costs:
        return "witness: the expert itself"
    rows = [
        (f"  {_place(game, i, s)}", _row(witness, i, s), f"expert: {_row(expert, i, s)}", f"error {decimal_text(cost)}")
        for cost, i, s in costs[:lines]
    ]
    gainer = game.players[answer.witness_player]
    head = f"witness, which player {gainer} exploits; where it differs from the expert, most of the error first:"
    return f"{head}\n{_cut(table(rows), len(costs) - lines, 'rows differ (--witness FILE writes all)')}"


def _costs(expert: Policy, witness: Policy, share: Sequence[Fraction]) -> list[tuple[Fraction, int, int]]:
    costs = []
    for i, (mine, other) in enumerate(zip(witness.rows, expert.rows, strict=True)):
        for s, (row, wanted) in enumerate(zip(mine, other, strict=True)):
            if row != wanted:
                pairs = zip(row.fractions(), wanted.fractions(), strict=True)
                costs.append((share[s] * sum((abs(x - y) for x, y in pairs), Fraction(0)), i, s))
    return sorted(costs, key=lambda cost: (-cost[0], cost[2], cost[1]))


def _place(game: Game, player: int, state: int) -> str:
    name = game.states[state]
    short = name if len(name) <= _NAME else f"{name[:_NAME]}..."
    return f"player {game.players[player]}" + ("" if game.is_normal_form else f" at {short}")


def _row(policy: Policy, player: int, state: int) -> str:
    names = policy.game.actions[state][player]
    played = [(name, p) for name, p in zip(names, policy.rows[player][state].fractions(), strict=True) if p]
    shown = ", ".join(f"{name[:_NAME]} {_short(p)}" for name, p in played[:_ACTIONS])
    return shown + (", .." if len(played) > _ACTIONS else "")


def _short(probability: Fraction) -> str:
    return format_rational(probability) if probability.denominator < 1000 else number_text(probability).split()[-1]


def _cut(text: str, more: int, what: str) -> str:
    return f"{text}\n  and {more} more {what}" if more > 0 else text
