"""Visit bounds by contradiction, in floats: how often a state is visited by policies that are beyond a cutoff.

To prove a claim "at most L" one may assume that it fails. The same rules with rewards theta r and 1 at a state, in the
modes of a group, bound the occupancy of that group there by `value - theta L`. Every bound uses those before it alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from certigap.bounds.modes.engine import JOINT, OPTIMUM, Bench, visit_rates
from certigap.exact.integers import FloatArray
from certigap.floats.kernel.mode_solve import N0, N1, T0, T1, ModeSets, X

__all__ = ["FloatVisit", "VisitBounds"]

GROUPS = {"imitator": (T0, T1, N0, N1), "deviator": (X,)}
SEEN = 1e-5  # of the occupancy: states that the expert visits less are not worth a bound
STEP = 0.98  # of a bound: what improves less is not worth its vectors


@dataclass(frozen=True)
class FloatVisit:
    """A visit bound and how it was found: what the exact module needs to prove it."""

    group: str
    state: int
    bound: float
    prices: FloatArray  # [n + 1] with theta
    vectors: FloatArray  # [5, S]
    shares: FloatArray  # [n, 3]


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
        """`[5, n, S]` tolls of a price of 1 for shares `[n, 3]`."""
        return visit_rates(bench.view, self.kind, shares, self.bounds["imitator"], self.bounds["deviator"])

    def sharpen(
        self,
        bench: Bench,
        sets: ModeSets,
        cutoff: float,
        shares: Sequence[FloatArray],
        going: Callable[[], bool],
    ) -> bool:
        """One more round: every group and state, each with the `shares` that serve it best; False when cut or closed.

        Args:
            bench: the engine.
            sets: of the root.
            cutoff: L.
            shares: `[n, 3]` each, candidates.
            going: asked before every state.
        """
        mass = bench.view.occupancy
        order = [int(s) for s in np.argsort(-mass, kind="stable") if mass[s] > SEEN]
        for group in self.groups:
            start: dict[int, FloatArray | None] = dict.fromkeys(range(len(shares)))
            for s in order:
                for turn, share in enumerate(shares):
                    if not going():
                        return False
                    found = bench.visits(
                        sets, self.kind, self.rates(bench, share), s, GROUPS[group], cutoff, prices=start[turn]
                    )
                    start[turn] = found.prices
                    if found.value < STEP * self.bounds[group][s]:
                        self.bounds[group][s] = max(found.value, 0.0)
                        self.visits.append(FloatVisit(group, s, found.value, found.prices, found.vectors, share))
                        if found.value < -1e-6:
                            self.closed = True
                            return False
        return True
