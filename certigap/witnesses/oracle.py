"""Linear maximisation over one player's share of B_BC(eps): a fractional knapsack over (state, donor action).

max sum_s G(s).y(s) subject to sum_s mu(s) ||y(s) - e(s)||_1 <= eps: without a box the best receiver of a state
is its best action, so mass e(s,k) moves from k to it, with the gain G(s,top) - G(s,k) and the cost 2 mu(s) per
unit; the best ratios are served first.
"""

from dataclasses import dataclass

import numpy as np

from certigap.exact.knapsack import poured_rows
from certigap.floats.play import Floats, Indices, first_best

__all__ = ["Share"]


@dataclass(frozen=True, slots=True)
class Share:
    """One player's rows in the ball: center `[L]`, mu of the expert `[S]`, eps, and where the actions stand."""

    center: Floats
    occupancy: Floats
    eps: float
    offsets: Indices  # [S + 1]
    states: Indices  # [L]

    def vertex(self, gradient: Floats) -> Floats:
        """Rows `[L]` that maximise `gradient . y`; every entry l = (state, action) of the `[L]` is a possible donor."""
        receivers = first_best(gradient, self.offsets, self.states)  # [L] 1 at the best action of each state, else 0
        top = np.maximum.reduceat(gradient, self.offsets[:-1])  # [S]
        gain = np.where(self.center > 0, top[self.states] - gradient, 0.0)  # [L] of a unit of mass moved from l
        price = 2 * self.occupancy[self.states]  # [L] of that unit, in distance
        worth = np.divide(gain, price, out=np.full(len(gain), np.inf), where=price > 0)
        order = np.argsort(-np.where(gain > 0, worth, -1.0), kind="stable")
        cost = (price * self.center)[order]  # of emptying each donor, the worthiest first
        spent = poured_rows(self.eps, cost)
        part = np.divide(spent, cost, out=np.ones(len(cost)), where=cost > 0)
        moved = np.zeros(len(gain))
        moved[order] = part * self.center[order]
        moved[gain <= 0] = 0.0
        return self.center - moved + receivers * np.add.reduceat(moved, self.offsets[:-1])[self.states]

    def spent(self, rows: Floats) -> float:
        """sum_s mu(s) || y(s) - e(s) ||_1."""
        return float(self.occupancy[self.states] @ np.abs(rows - self.center))
