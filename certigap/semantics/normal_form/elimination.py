"""Iterated elimination of dominated actions, one after the other, as a transcript that can be replayed (THEORY 8).

The players' actions are gone through in the order of the game file, again and again, until a whole round removes
nothing. Each step removes one action of what is left then, by a mixture of actions that are left. What remains after
strict elimination does not depend on the order; after weak or very weak elimination it may, and the transcript is the
order.
"""

from dataclasses import dataclass

import numpy as np

from certigap.exact.brief import Brief
from certigap.exact.integers import IntArray
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.semantics.normal_form.payoffs import PayoffTable, payoff_table
from certigap.semantics.normal_form.relations import (
    Dominated,
    Relation,
    Strength,
    Undecided,
    Undominated,
    mixed_relation,
    pure_dominator,
)

__all__ = ["Elimination", "Remaining", "Step", "eliminate", "restricted"]

Remaining = tuple[tuple[int, ...], ...]
"""`[n]` the actions that are left, in order."""


@dataclass(frozen=True, slots=True)
class Step:
    """`action` of `player` goes, dominated by `mixture` `[A_i]` over actions that are left."""

    player: int
    action: int
    mixture: Vector


@dataclass(frozen=True, slots=True, repr=False)
class Elimination(Brief):
    """The steps in their order, and what is left.

    `complete`: nothing that is left is dominated in what is left. `beliefs[i][k]` `[B of what is left]` proves it for
    the k-th action left (empty when only pure dominance is asked for, which a look at the payoffs decides).
    """

    strength: Strength
    is_mixed: bool
    steps: tuple[Step, ...]
    remaining: Remaining
    beliefs: tuple[tuple[Vector, ...], ...]
    complete: bool


def restricted(table: PayoffTable, remaining: Remaining) -> IntArray:
    """`[A left, B left]` the payoffs among the actions that are left."""
    own, shape = remaining[table.player], (len(table.numerators), *table.sizes)
    tensor = table.numerators.reshape(shape)[np.ix_(own, *(remaining[j] for j in table.others))]
    return np.asarray(tensor.reshape(len(own), -1))


def eliminate(game: Game, strength: Strength = "strict", mixed: bool = True) -> Elimination:
    """Eliminate until nothing is dominated.

    Args:
        game: a game of one state.
        strength: "strict", "weak" or "very-weak".
        mixed: let mixtures dominate, not only single actions.

    >>> from certigap.model.build import bimatrix
    >>> eliminate(bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])).remaining
    ((1,), (1,))
    """
    tables = [payoff_table(game, i) for i in range(len(game.players))]
    remaining: Remaining = tuple(tuple(range(size)) for size in game.layout.shapes[0])
    steps: list[Step] = []
    while True:
        before = len(steps)
        for table in tables:
            for action in remaining[table.player]:
                relation = _relation(table, remaining, action, strength, mixed)
                if isinstance(relation, Dominated):
                    steps.append(Step(table.player, action, _spread(relation.mixture, remaining[table.player], table)))
                    remaining = _without(remaining, table.player, action)
        if len(steps) == before:
            break
    found = [[_relation(t, remaining, a, strength, mixed) for a in remaining[t.player]] for t in tables]
    beliefs = tuple(tuple(r.belief for r in own if isinstance(r, Undominated)) for own in found)
    complete = not any(isinstance(relation, Undecided) for own in found for relation in own)
    return Elimination(strength, mixed, tuple(steps), remaining, beliefs if mixed else (), complete)


def _relation(table: PayoffTable, remaining: Remaining, action: int, strength: Strength, mixed: bool) -> Relation:
    """The relation among the actions that are left, places counted among them."""
    payoffs, place = restricted(table, remaining), remaining[table.player].index(action)
    if mixed:
        return mixed_relation(payoffs, place, strength)
    alone = pure_dominator(payoffs, place, strength)
    if alone is None:
        return Undominated(Vector((), 1))
    return Dominated(Vector(tuple(int(k == alone) for k in range(len(payoffs))), 1))


def _spread(mixture: Vector, own: tuple[int, ...], table: PayoffTable) -> Vector:
    weights = [0] * len(table.numerators)
    for action, weight in zip(own, mixture.numerators, strict=True):
        weights[action] = weight
    return Vector(tuple(weights), mixture.denominator)


def _without(remaining: Remaining, player: int, action: int) -> Remaining:
    return tuple(tuple(a for a in own if (j, a) != (player, action)) for j, own in enumerate(remaining))
