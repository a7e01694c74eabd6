"""Best-first search of the box trees of a best case, in floats: one tree an equilibrium, one heap for all.

A node is closed when no profile of its box has the distance eps, or when its gap bound reaches the best witness found
(less the tolerance). Everything is a proposal: `certigap.questions.best_case.proof` decides in exact arithmetic.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from certigap.questions.best_case.boxes import Numbers, gap_lowers, nash_gaps, ranges, tighten
from certigap.questions.best_case.shell import distance, onto_shell
from certigap.questions.best_case.tree import Split

__all__ = ["Candidate", "Node", "Search"]

_BATCH = 64  # boxes at a time: arrays long enough for NumPy, short enough to follow the best bound
_MARGIN = 1e-12  # of distances: rounding may not empty a box; the exact check sees it again
_STARTS = 12  # of the local search: its time against that of the boxes
_SMALLEST_STEP = 1e-9  # an end: what is left of a step changes no payoff by more
_SWEEPS = 40  # of the local search: an end for slow ones


@dataclass(slots=True)
class Node:
    """A box `[A + B]` for one equilibrium; `split` and the place of the first of two children once it is divided."""

    low: Numbers
    high: Numbers
    tree: int
    bound: float
    widest: int  # the probability with the widest interval, where the box is divided
    middle: float
    split: Split | None = None
    child: int = -1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A float profile at distance eps of the equilibrium of one tree, and its NashGap."""

    value: float
    x: list[float]
    y: list[float]
    tree: int


@dataclass
class Search:
    """The search for one radius; `targets` are the equilibria's rows, `tables` the payoffs `[A, B]`."""

    tables: tuple[Numbers, Numbers]
    targets: Sequence[tuple[list[float], list[float]]]
    eps: float
    tolerance: float  # relative
    max_nodes: int
    seed: int = 0
    best: Candidate | None = None
    nodes: list[Node] = field(default_factory=list)
    heap: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.first, self.size = len(self.tables[0]), sum(self.tables[0].shape)
        self.scale = max(1e-300, float(np.ptp(self.tables[0])), float(np.ptp(self.tables[1])))
        self.joint = np.array([np.outer(e, f) for e, f in self.targets])

    def run(self, going: Callable[[], bool]) -> bool:
        """Search until the tolerance is met; False when `going` or the number of nodes ended it."""
        self._add_roots()
        for tree in range(len(self.targets)):
            if not going():
                return False
            self._sample(tree)
        while self.heap and self.heap[0][0] < self._closing():
            if len(self.nodes) >= self.max_nodes or not going():
                return False
            self._step()
        return True

    def ends(self) -> tuple[float, float]:
        """The interval that the search has come to."""
        upper = float("inf") if self.best is None else self.best.value
        return max(0.0, min(self.heap[0][0], upper)) if self.heap else 0.0, upper

    def _closing(self) -> float:
        """Boxes with at least this bound are done."""
        if self.best is None:
            return float("inf")
        return self.best.value * (1 - self.tolerance) - 1e-12 * self.scale

    def _add_roots(self) -> None:
        count = len(self.targets)
        self._add(np.zeros((count, self.size)), np.ones((count, self.size)), list(range(count)))

    def _step(self) -> None:
        """Divide the most promising boxes; an interrupt leaves them undivided leaves."""
        low: list[Numbers] = []
        high: list[Numbers] = []
        divided: list[Node] = []
        while self.heap and len(divided) < _BATCH and self.heap[0][0] < self._closing():
            node = self.nodes[heapq.heappop(self.heap)[1]]
            divided.append(node)
            for end in (0, 1):
                a, b = node.low.copy(), node.high.copy()
                (b if end == 0 else a)[node.widest] = node.middle
                low.append(a)
                high.append(b)
        first_child = len(self.nodes)
        self._add(np.array(low), np.array(high), [node.tree for node in divided for _ in (0, 1)])
        for place, node in enumerate(divided):
            player = int(node.widest >= self.first)
            node.child = first_child + 2 * place
            node.split = Split(player, node.widest - self.first * player, Fraction(node.middle))
        if self.heap:
            best = self.nodes[self.heap[0][1]]
            low_end, high_end = tighten(best.low[None], best.high[None], self.first)
            self._propose((low_end[0] + high_end[0]) / 2, best.tree)

    def _add(self, low: Numbers, high: Numbers, trees: list[int]) -> None:
        """New nodes; those that may hold admissible profiles go to the heap."""
        tight = tighten(low, high, self.first)
        least, most = ranges(*tight, self.first, self.joint[trees])
        empty = (tight[0] > tight[1] + _MARGIN).any(axis=1)
        far = empty | (least > self.eps + _MARGIN) | (most < self.eps - _MARGIN)
        bounds = np.maximum(gap_lowers(*tight, self.tables), 0.0)
        widest = np.argmax(tight[1] - tight[0], axis=1)
        middles = (tight[0] + tight[1]) / 2
        for k, tree in enumerate(trees):
            bound = float("inf") if far[k] else float(bounds[k])
            if not far[k]:
                heapq.heappush(self.heap, (bound, len(self.nodes)))
            self.nodes.append(Node(low[k], high[k], tree, bound, int(widest[k]), float(middles[k, widest[k]])))

    def _sample(self, tree: int) -> None:
        rng = np.random.default_rng([self.seed, tree])
        center = np.concatenate([np.array(own) for own in self.targets[tree]])
        for _ in range(_STARTS):
            other = np.concatenate([rng.dirichlet(np.full(n, 0.5)) for n in self.tables[0].shape])
            self._propose(center + rng.random() * (other - center), tree)

    def _propose(self, profile: Numbers, tree: int) -> None:
        found = self._settled(profile, tree)
        if found is not None and (self.best is None or found.value < self.best.value):
            self.best = self._refined(found)

    def _settled(self, profile: Numbers, tree: int) -> Candidate | None:
        """The best of the profiles at distance eps near `profile`."""
        best: Candidate | None = None
        total = [profile[: self.first].sum(), profile[self.first :].sum()]
        x, y = (profile[: self.first] / total[0]).tolist(), (profile[self.first :] / total[1]).tolist()
        for p, q in onto_shell((x, y), self.targets[tree], self.eps):
            if min(p) < 0 or min(q) < 0 or abs(distance(p, q, self.targets[tree]) - self.eps) > 1e-9:
                continue
            value = float(nash_gaps(np.array([[*p, *q]]), self.tables)[0])
            if best is None or value < best.value:
                best = Candidate(value, p, q, tree)
        return best

    def _refined(self, best: Candidate) -> Candidate:
        """Pattern search along the shell: a little mass from one action to another, then back to distance eps."""
        own, other = range(self.first), range(self.first, self.size)
        moves = [(a, b) for actions in (own, other) for a in actions for b in actions if a != b]
        step, start = 0.05, best.value
        for _ in range(_SWEEPS):
            for a, b in moves:
                profile = np.array([*best.x, *best.y])
                mass = min(step, profile[a])
                profile[a] -= mass
                profile[b] += mass
                found = self._settled(profile, best.tree) if mass > 0 else None
                if found is not None and found.value < best.value:
                    best = found
            if best.value > start - 1e-4 * abs(start):
                step /= 4
            if step < _SMALLEST_STEP:
                break
            start = best.value
        return best
