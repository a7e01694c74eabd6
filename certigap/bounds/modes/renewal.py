"""Visit bounds that are made again inside a tree, for the policies of one node that are beyond the claim's limit.

What the root's visit bounds say of a small part of the ball is little: there, other states are seen less than anywhere
else. A node's own bounds rest on those of its ancestors (THEORY 13, "In nodes"). A round of them costs as much as some
hundred nodes: one is made every few levels, and more rarely while they bring little. They are not given up: a random
game of 20 states, 1.2 times the witness's gap, closes with 830 leaves in 10 s, and without them is open at 10,000.
"""

from collections.abc import Callable

import numpy as np

from certigap.bounds.modes.engine import Bench
from certigap.bounds.modes.visits import GROUPS, VisitBounds
from certigap.exact.integers import FloatArray
from certigap.floats.kernel.mode_solve import ModeSets

__all__ = ["Renewal"]

LEVELS = 4
"""Between two rounds: a random game of 20 states, 1.3 times the witness's gap: 5.4 s with 4, 7.0 with 7, 8.5 with 1."""

PART = 0.5
"""Of the pairs of a group and a state: those whose payments are the largest."""

ROUGH = 0.05  # how near to the best prices is good enough
MEMORY = 0.8  # of earlier rounds in the share that they remove
HOPE = 0.25  # before any
LITTLE = 0.1  # of a node's excess over the limit: a round that removes less is dropped


class Renewal:
    """Rounds of visits in the nodes of one tree.

    Args:
        limit: of the claim.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._removed = HOPE  # of the excess, on average

    def is_due(self, age: int) -> bool:
        """Whether a node should have a round, `age` levels below the last one, kept or dropped."""
        return age * min(self._removed, LITTLE) >= LEVELS * LITTLE

    def made(
        self, known: VisitBounds, bench: Bench, sets: ModeSets, shares: FloatArray, prices: FloatArray,
        going: Callable[[], bool],
    ) -> VisitBounds:  # fmt: skip
        """A round on a node's row sets, `known` in force, where the node's bound, just found, pays most for rows.

        Args:
            known: visit bounds of the node.
            bench: its state is that of the node's bound.
            sets: of the node.
            shares: `[n, 3, S]` of the prices.
            prices: `[n]` of its bound.
            going: asked before every state.
        """
        visits = VisitBounds(known.kind, {group: bounds.copy() for group, bounds in known.bounds.items()})
        state = bench.state
        rates = known.rates(bench, shares)
        paid = np.einsum("j,mjs->ms", prices, rates * state.excess) * state.visits
        by_group = np.array([paid[list(GROUPS[group])].sum(axis=0) for group in visits.groups])
        only = by_group > np.quantile(by_group, 1 - PART)
        visits.sharpen(bench, sets, self.limit, shares, going, ROUGH, only)
        return visits

    def is_worth(self, before: float, after: float) -> bool:
        """Whether a round that brought a node's bound from `before` to `after` is kept."""
        removed = (before - after) / max(before - self.limit, 1e-12)
        self._removed = MEMORY * self._removed + (1 - MEMORY) * min(max(removed, 0.0), 1.0)
        return removed >= LITTLE
