"""Visit bounds by contradiction, in floats: how often a state is visited by policies that are beyond a cutoff.

To prove a claim "at most L" one may assume that it fails. The same rules with rewards theta r and 1 at a state, in the
modes of a group, bound the occupancy of that group there by `value - theta L`. Every bound uses those before it alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from certigap.bounds.modes.engine import JOINT, OPTIMUM, Bench, visit_rates
from certigap.exact.integers import FloatArray
from certigap.floats.kernel.mode_solve import N0, N1, T0, T1, ModeSets, X

__all__ = ["FloatVisit", "VisitBounds"]

GROUPS = {"imitator": (T0, T1, N0, N1), "deviator": (X,)}
SEEN = 1e-5  # of the occupancy: states that the expert visits less are not worth a bound
CLOSING = 3e-3
"""Below minus this times 1 + theta, a bound stays below 0 when it is rounded up: on a game of 20 states rounding adds
0.06 at most where theta is near 14."""

LEAST = 1e-4  # of a bound: it may be 0 in floats, yet where it is 0 nothing can be charged
STEP = 0.98  # of a bound: what improves less is not worth its vectors


@dataclass(frozen=True)
class FloatVisit:
    """A visit bound and how it was found: what the exact module needs to prove it."""

    group: str
    state: int
    bound: float
    prices: FloatArray  # [n + 1] with theta
    vectors: FloatArray  # [5, S]
    shares: FloatArray  # [n, 3, S]


@dataclass
class VisitBounds:
    """The visit bounds of one claim: `bounds` `[S]` by group, and the visits that prove them, in their order."""

    kind: int
    bounds: dict[str, FloatArray]
    visits: list[FloatVisit] = field(default_factory=list)
    closed: bool = False

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that occur in this kind."""
        if self.kind == OPTIMUM:
            return ("deviator",)
        return ("deviator", "imitator") if self.kind == JOINT else ("imitator",)

    def rates(self, bench: Bench, shares: FloatArray) -> FloatArray:
        """`[5, n, S]` tolls of a price of 1 for shares `[n, 3, S]`."""
        return visit_rates(bench.view, self.kind, shares, self.bounds["imitator"], self.bounds["deviator"])

    def sharpen(
        self,
        bench: Bench,
        sets: ModeSets,
        cutoff: float,
        shares: FloatArray,
        going: Callable[[], bool],
        relative: float = 1e-2,
        only: FloatArray | None = None,
    ) -> bool:
        """One more round, of every group and state; False when cut or closed.

        Args:
            bench: the engine.
            sets: of the node, often the root.
            cutoff: L.
            shares: `[n, 3, S]` of the prices.
            going: asked before every state.
            relative: how near to the best prices is good enough.
            only: `[groups, S]` true where a bound is wanted; None: everywhere.
        """
        mass = bench.view.occupancy
        order = [int(s) for s in np.argsort(-mass, kind="stable") if mass[s] > SEEN]
        rates = self.rates(bench, shares)
        for place, group in enumerate(self.groups):
            prices: FloatArray | None = None
            for s in order if only is None else [s for s in order if only[place, s]]:
                if not going():
                    return False
                found = bench.visits(
                    sets, self.kind, rates, s, GROUPS[group], cutoff, prices=prices,
                    useless=STEP * float(self.bounds[group][s]), relative=relative,
                )  # fmt: skip
                prices = found.prices
                if found.value < STEP * self.bounds[group][s]:
                    self.bounds[group][s] = max(found.value, LEAST)
                    self.visits.append(FloatVisit(group, s, found.value, found.prices, found.vectors, shares))
                    rates = self.rates(bench, shares)
                    if found.value < -CLOSING * (1 + found.prices[-1]):
                        self.closed = True
                        return False
        return True
