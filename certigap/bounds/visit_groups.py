"""The search for groups of target states that together bound max_s M_i(s) / mu(s) within a ratio.

A group that is given weights 1/mu bounds the sum of mu'(s)/mu(s) over its targets, which no deviation can make much
larger than the largest term when the targets lie apart, or when the others are small. So groups start as large as they
can, the one with the largest bound is dealt out to a few smaller ones, heavy targets apart, and every deviation found
on the way is a candidate for the lower end.
"""

import heapq
import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from certigap.bounds.visits import Deviator, Group
from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.vector import Vector
from certigap.work.clock import now
from certigap.work.deadline import Deadline

__all__ = ["Found", "search"]

_PARTS = 8
"""A group is dealt out to so many at most."""
_WEIGHT_BITS = 24  # weights are integers: relative errors of 1e-7
_SHARE = 0.05  # of what the ratio leaves open: the error of a float solution
_ENTRIES = 1_000_000  # of all vectors of a player: 10 MB of certificate, a minute of checking
_AIM = 0.9  # of what the ratio leaves open: the rest is lost when solutions are rounded into proofs
_PROOFS = 0.7  # of the time left, kept for the proofs of the groups


@dataclass(slots=True)
class Found:
    """The best deviation so far: `value` is mu'(target) / mu(target) in floats, `rows` `[S]` its own rows."""

    value: float = 1.0
    target: int | None = None
    rows: IndexArray | None = None
    groups: list[Group] = field(default_factory=list)
    complete: bool = False


@dataclass(order=True, slots=True)
class _Open:
    """Targets not yet within the ratio, the bound that they share, its float solution and how far that moved last."""

    key: float
    number: int
    targets: IndexArray = field(compare=False)
    values: FloatArray | None = field(compare=False, default=None)
    move: float = field(compare=False, default=0.0)
    shares: FloatArray | None = field(compare=False, default=None)  # mu'/mu of the targets under its best deviation


class _Search:
    def __init__(self, deviator: Deviator, mass: FloatArray, bounds: FloatArray, ratio: float, deadline: Deadline):
        self.deviator, self.mass, self.bounds, self.ratio, self.deadline = deviator, mass, bounds, ratio, deadline
        self.found, self.count = Found(), 0

    def opened(self, targets: IndexArray, warm: FloatArray | None = None) -> _Open:
        """Solve the sum of mu'/mu over the targets; keep its deviation when it is the best."""
        deviator, rewards = self.deviator, np.zeros(self.deviator.size)
        rewards[targets] = 1 / self.mass[targets]
        u = np.zeros(deviator.size) if warm is None else warm.copy()
        tolerance = (1 - deviator.discount) * max(_SHARE * (self.ratio - 1), 1e-13) * self.found.value
        move, rows = deviator.optimum(rewards, u, tolerance, self.deadline)
        reached = deviator.occupancy(rows, self.deadline)
        terms = np.where(self.mass > 0, reached / np.where(self.mass > 0, self.mass, 1), 0)
        best = int(np.argmax(terms))
        if terms[best] > self.found.value:
            self.found.value, self.found.target, self.found.rows = float(terms[best]), best, rows
        self.count += 1
        bound = float(deviator.start @ u) + move / (1 - deviator.discount)
        return _Open(-bound, self.count, targets, u, move, terms[targets])

    def parts(self, group: _Open) -> list[IndexArray]:
        """The targets still above the ratio, dealt out in turn, the heaviest first."""
        order = np.argsort(-group.shares if group.shares is not None else -self.bounds[group.targets], kind="stable")
        targets = group.targets[order]
        targets = targets[self.bounds[targets] > self.ratio * self.found.value]
        count = min(_PARTS, len(targets), max(2, math.ceil(-group.key / self.found.value)))
        return [targets[k::count] for k in range(count)]

    def run(self) -> Found:
        cost, began = 0.0, now()
        heaviest = np.argsort(-self.bounds, kind="stable")
        for s in heaviest[:2]:
            if self.bounds[s] > self.ratio * self.found.value:
                self.opened(np.array([s]))
        targets = np.flatnonzero(self.bounds > self.ratio * self.found.value)
        heap = [self.opened(targets)] if len(targets) else []
        done: list[_Open] = []
        while heap and -heap[0].key > self.ratio * self.found.value:
            group = heapq.heappop(heap)
            parts = self.parts(group) if len(group.targets) > 1 else []
            if not cost:
                began = now()
                self._proved(group)
                cost = now() - began
            vectors = len(heap) + len(done) + len(parts)
            late = self.deadline.left * _PROOFS < cost * vectors or vectors * self.deviator.size > _ENTRIES
            if late and len(group.targets) > 1:
                done.append(group)
                break
            if len(group.targets) == 1 or not parts:
                done.append(group)
            else:
                for part in parts:
                    heapq.heappush(heap, self.opened(part, None if group.values is None else group.values / len(parts)))
        limit = self.ratio * self.found.value * (1 + 1e-9)
        self.found.complete = all(-one.key <= limit for one in (*heap, *done))
        self.found.groups = [self._proved(one) for one in (*heap, *done)]
        return self.found

    def _proved(self, group: _Open) -> Group:
        scale = float(self.mass[group.targets].max()) * (1 if len(group.targets) == 1 else 2**_WEIGHT_BITS)
        weights = {int(s): max(1, round(scale / float(self.mass[s]))) for s in group.targets}
        values = group.values if group.values is not None else np.zeros(self.deviator.size)
        # weights are rounded: the solution of the rounded ones differs by no more than these parts
        slack = 2.0**-_WEIGHT_BITS if len(weights) > 1 else 0.0
        return self.deviator.certified(weights, values * scale * (1 + slack), group.move * scale)


def search(deviator: Deviator, mass: Vector, flow: Vector | None, ratio: Fraction, deadline: Deadline) -> Found:
    """Groups that bound M_i(s)/mu(s) for all states whose cap and flow do not, and a deviation that comes near.

    Args:
        deviator: the player and its decision process.
        mass: `[S]` m <= mu of the expert; where it is 0, nothing is searched.
        flow: a flow of the deviator, if any.
        ratio: upper over lower end that is enough, above 1.
        deadline: when to stop.
    """
    least = np.array(mass.floats())
    caps = np.array([float(x) for x in deviator.caps])
    if flow is not None:
        caps = np.minimum(caps, flow.floats())
    bounds = np.where(least > 0, caps / np.where(least > 0, least, 1), 0)
    return _Search(deviator, least, bounds, 1 + _AIM * float(ratio - 1), deadline).run()
