"""Boxes over a ball, until the bound is near the best gap found (THEORY 5, 13)."""

import math
from collections.abc import Callable
from functools import partial

from certigap.bounds.boxes import BranchSearch
from certigap.bounds.boxes.evidence import boxes_bound
from certigap.bounds.boxes.subtrees import LEAST_LEAVES, grown_covers
from certigap.bounds.table import BoundsTable
from certigap.exact.integers import FloatArray
from certigap.exact.vector import Vector
from certigap.work.deadline import Deadline
from certigap.work.engines import cluster_size, on_cluster
from certigap.work.progress import uninterrupted

__all__ = ["BRANCH_SECONDS", "boxed"]

BRANCH_SECONDS = 10.0
"""Of boxes when nobody says how much time there is: what a person waits."""
_LITTLE = 0.01  # of the way to the target: what closes no more in `BranchSearch.patience` splits is given up
_ROUNDING = 1e-6  # of a bound: between a float and its proof
_WORTHWHILE = 0.99  # of the best bound without boxes: a tree that brings less is not worth its certificate


def boxed(
    search: BranchSearch,
    table: BoundsTable,
    occupancy_lower: Vector,
    target: Callable[[float], float],
    visit: Callable[[int, list[FloatArray], Callable[[], bool]], None],
    deadline: Deadline,
    scheduler: str | None = None,
) -> tuple[BoundsTable, bool]:
    """The table with what boxes show, and whether they came as far as asked (or were given up: they bring nothing).

    Args:
        search: over the ball.
        table: its bounds so far.
        occupancy_lower: `[S]` <= mu of the expert.
        target: told the bound that stands now (a float), says which one is good enough.
        visit: told policies worth a climb, and whom they may hurt; the last argument says whether there is time.
        deadline: the end of search and proof.
        scheduler: address of a Dask scheduler: from `LEAST_LEAVES` leaves on its workers grow the subtrees.
    """
    most = math.inf if scheduler is None else LEAST_LEAVES
    closed = uninterrupted(lambda: _split(search, target, visit, deadline, most))
    if scheduler is not None and search.is_open and not closed and search.leaves >= most:
        return _grown(search, table, occupancy_lower, target(search.upper), deadline, scheduler)
    if not search.is_open or search.upper > _WORTHWHILE * float(table.upper):
        return table, closed
    found = boxes_bound(search.game, search.covers(), occupancy_lower)
    if found.value is not None and found.value < table.upper:
        table = table.joined(found)
    return table, closed


def _grown(
    search: BranchSearch, table: BoundsTable, occupancy_lower: Vector, enough: float, deadline: Deadline, scheduler: str
) -> tuple[BoundsTable, bool]:
    """The table with the bound of a tree whose subtrees a cluster grows."""
    until = deadline.or_within(BRANCH_SECONDS)
    workers = partial(on_cluster, address=scheduler)
    covers = grown_covers(search, enough, until, workers, cluster_size(scheduler))
    found = boxes_bound(search.game, covers, occupancy_lower)
    if found.value is None or found.value > _WORTHWHILE * float(table.upper):
        return table, False
    return table.joined(found), float(found.value) <= enough * (1 + _ROUNDING)


def _split(
    search: BranchSearch,
    target: Callable[[float], float],
    visit: Callable[[int, list[FloatArray], Callable[[], bool]], None],
    deadline: Deadline,
    most: float,
) -> bool:
    search.open_roots()
    until = deadline.or_within(BRANCH_SECONDS)
    whole = search.upper

    def hopeless() -> bool:
        closed = whole - search.upper
        return search.splits >= search.patience and closed < _LITTLE * (whole - target(search.upper))

    def going() -> bool:
        return search.leaf_seconds * search.leaves < until.left and search.leaves < most and not hopeless()

    closed = search.run(lambda: target(search.upper), going, lambda player, policy: visit(player, policy, going))
    return closed or hopeless()
