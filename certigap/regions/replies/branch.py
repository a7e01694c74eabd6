"""Several other players: how near a product of their rows must be for an action to beat its rivals, by subdivision.

A node gives each other player's row a box. Its joint rows lie between the products of the boxes' ends, and the program
`nearest` over that box of joint rows is a lower bound of the distance, with weights as proof. The node of least bound
is halved at its widest row entry. Products near the programs' rows are tried as witnesses, moved towards a play that
satisfies the constraints until they do.
"""

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from certigap.exact.vector import Vector
from certigap.regions.replies.covers import Cut
from certigap.regions.replies.faces import Faces, Play
from certigap.regions.replies.kappa import marginals
from certigap.regions.replies.programs import EVERYWHERE, JointBox, Nearest, nearest
from certigap.work.deadline import Deadline

__all__ = ["Found", "branched"]

_NODES = 300
_GRID = 2**20
_HALVINGS = 20
_TOLERANCE = Fraction(1, 500)
_BEFORE = 1 - Fraction(1, 2**20)

Box = tuple[tuple[Fraction, ...], tuple[Fraction, ...]]
"""Lower and upper ends of a row."""


@dataclass(frozen=True, slots=True)
class Found:
    """No product does it below `radius` (`tree` proves it); `play` does it, where one was found."""

    radius: Fraction
    tree: tuple[Cut | Vector, ...]
    play: Play | None
    complete: bool


@dataclass(slots=True)
class _Node:
    boxes: tuple[Box, ...]
    bound: Fraction
    weights: Vector
    cut: Cut | None = None
    halves: list["_Node"] = field(default_factory=list)


def branched(
    faces: Faces,
    action: int,
    rivals: Sequence[int],
    root: Nearest,
    largest: Fraction,
    strict: bool,
    deadline: Deadline | None,
) -> Found:
    """The least distance of a product of rows at which `action` beats (or equals, unless `strict`) its rivals."""
    witnesses = _Witnesses(faces, action, rivals, strict)
    everything = tuple(((Fraction(0),) * size, (Fraction(1),) * size) for size in faces.table.sizes)
    top = _Node(everything, root.distance, root.weights)
    heap, ticket, complete = [(top.bound, 0, top)], itertools.count(1), True
    witnesses.propose(root.play)
    while heap and heap[0][0] < min(largest, witnesses.distance) * (1 - _TOLERANCE):
        if next(ticket) > _NODES or (deadline is not None and not deadline.going):
            complete = False
            break
        _, _, node = heapq.heappop(heap)
        node.cut, boxes = _halved(faces, node.boxes)
        for half in boxes:
            found = nearest(faces, action, rivals, _joint_box(half))
            if found is None or found.distance < node.bound:
                found = Nearest(node.bound, node.weights, None)
            witnesses.propose(found.play)
            node.halves.append(_Node(half, found.distance, found.weights))
            heapq.heappush(heap, (found.distance, next(ticket), node.halves[-1]))
    radius, touching = heap[0][0], (not any(w.weights.numerators) for bound, _, w in heap if bound == heap[0][0])
    if strict and any(touching):  # a box that begins at the radius, and nothing more is known of it
        radius *= _BEFORE
    return Found(radius, tuple(_preorder(top)), witnesses.best, complete)


def _preorder(node: _Node) -> list[Cut | Vector]:
    if node.cut is None:
        return [node.weights]
    return [node.cut, *(entry for half in node.halves for entry in _preorder(half))]


def tightened(box: Box) -> Box:
    """Ends that rows of the box can reach."""
    low, high = box
    above, below = sum(high, Fraction(0)), sum(low, Fraction(0))
    return (
        tuple(max(low_end, 1 - above + h) for low_end, h in zip(low, high, strict=True)),
        tuple(min(h, 1 - below + low_end) for low_end, h in zip(low, high, strict=True)),
    )


def _joint_box(boxes: Sequence[Box]) -> JointBox:
    low, high = [Fraction(1)], [Fraction(1)]
    for box in boxes:
        ends = tightened(box)
        low = [x * y for x in low for y in ends[0]]
        high = [x * y for x in high for y in ends[1]]
    return low, high


def _halved(faces: Faces, boxes: tuple[Box, ...]) -> tuple[Cut, list[tuple[Box, ...]]]:
    """The two halves at the middle of the widest reachable interval; halves without a row are kept, as empty boxes."""
    tight = [tightened(box) for box in boxes]
    widths = [
        (h - low_end, j, a) for j, ends in enumerate(tight) for a, (low_end, h) in enumerate(zip(*ends, strict=True))
    ]
    _, j, a = max(widths, key=lambda entry: entry[0])
    middle = (tight[j][0][a] + tight[j][1][a]) / 2
    (low, high), before, after = boxes[j], boxes[:j], boxes[j + 1 :]
    below = (low, (*high[:a], middle, *high[a + 1 :]))
    above = ((*low[:a], middle, *low[a + 1 :]), high)
    return Cut(faces.table.others[j], a, middle), [(*before, below, *after), (*before, above, *after)]


class _Witnesses:
    """The nearest play found so far that does it."""

    def __init__(self, faces: Faces, action: int, rivals: Sequence[int], strict: bool) -> None:
        self.faces, self.action, self.rivals, self.strict = faces, action, rivals, strict
        self.best: Play | None = None
        self.distance = EVERYWHERE
        pure = (
            tuple(
                Vector(tuple(int(a == b) for a in range(size)), 1)
                for b, size in zip(corner, faces.table.sizes, strict=True)
            )
            for corner in itertools.product(*map(range, faces.table.sizes))
        )
        for play in pure:
            self._offer(play)

    def propose(self, joint: Vector | None) -> None:
        """The product of the marginals of a joint row, and points on the way from it to the best play."""
        if joint is None:
            return
        play = tuple(_rounded(row) for row in marginals(self.faces, joint))
        if self._offer(play) or self.best is None:
            return
        goal, low, high = self.best, Fraction(0), Fraction(1)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if self._does(_between(play, goal, middle)):
                high = middle
            else:
                low = middle
        self._offer(_between(play, goal, high))

    def _offer(self, play: Play) -> bool:
        if not self._does(play):
            return False
        distance = self.faces.distance(self.faces.joint(play))
        if distance < self.distance:
            self.best, self.distance = play, distance
        return True

    def _does(self, play: Play) -> bool:
        payoffs = self.faces.payoffs(self.faces.joint(play).numerators)
        own, others = payoffs[self.action], [payoffs[k] for k in self.rivals]
        return own > max(others) if self.strict else own >= max(others)


def _rounded(row: Vector) -> Vector:
    weights = [w * _GRID // row.denominator for w in row.numerators]
    weights[max(range(len(weights)), key=weights.__getitem__)] += _GRID - sum(weights)
    return Vector(tuple(weights), _GRID)


def _between(first: Play, second: Play, share: Fraction) -> Play:
    return tuple(
        Vector.of(x + share * (y - x) for x, y in zip(a.fractions(), b.fractions(), strict=True))
        for a, b in zip(first, second, strict=True)
    )
