"""Subtrees of a branch and bound, grown and proved by the workers of a cluster: what is open when a tree is large.

Each open leaf is a task: its boxes and the bound that is good enough. What comes back is the leaf's subtree with exact
leaves, which takes the leaf's place. A task whose workers are killed is given to others, and one that is lost keeps the
leaf as it stood, whose bound holds too: so nothing that a worker does or fails to do can make a cover wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from certigap.bounds.boxes.search import BranchSearch
from certigap.bounds.boxes.tree import Boxes, Cover, Leaf, Split
from certigap.floats.kernel.node import NodeArrays
from certigap.model.policy import Policy
from certigap.regions.engine import RegionEngine
from certigap.regions.linear import ErrorBudget
from certigap.work.deadline import Deadline
from certigap.work.engines import Ended, Lost
from certigap.work.progress import uninterrupted

__all__ = ["LEAST_LEAVES", "Subtree", "grown", "grown_covers"]

LEAST_LEAVES = 256
"""Open leaves from which on subtrees are handed out: a smaller tree is done before a worker has imported its code."""


@dataclass(frozen=True, slots=True)
class Subtree:
    """An open leaf: what a worker needs to grow its subtree."""

    expert: Policy
    budget: ErrorBudget
    player: int
    boxes: Boxes
    arrays: NodeArrays
    enough: float
    seconds: float | None


Nodes: TypeAlias = tuple[Split | Leaf, ...]
Workers: TypeAlias = Callable[[Callable[[Subtree], Nodes], Sequence[Subtree]], Ended[Nodes]]
"""`certigap.work.engines`: does tasks somewhere."""


def grown(task: Subtree) -> Nodes:
    """A worker's task: the subtree in preorder, split until no leaf is above `enough` or its time is over."""
    search = BranchSearch(RegionEngine(task.expert.game), task.expert, task.budget, workers=1)
    search.open_at(task.player, task.boxes, task.arrays)
    until = Deadline(task.seconds)
    search.run(lambda: task.enough, lambda: search.leaf_seconds * search.leaves < until.left, lambda *_: None)
    return search.covers()[0].nodes


def grown_covers(
    search: BranchSearch, enough: float, deadline: Deadline, workers: Workers, count: int
) -> tuple[Cover, ...]:
    """Every player's tree with exact leaves, the leaves above `enough` grown by workers.

    Args:
        search: stopped where it has many leaves.
        enough: a bound that is good enough.
        deadline: of all tasks.
        workers: who does them.
        count: how many tasks are done at a time.
    """
    leaves = search.open_leaves(enough)
    turns = max(1, ceil(len(leaves) / count))
    seconds = None if deadline.is_open else deadline.left / turns
    tasks = [Subtree(search.expert, search.budget, *leaf, enough, seconds) for leaf in leaves]
    found: dict[int, Nodes] = {}

    def listen() -> bool:
        for place, nodes in workers(grown, tasks):
            if not isinstance(nodes, Lost):
                found[id(tasks[place].arrays)] = nodes
        return True

    uninterrupted(listen)
    return search.covers(found)
