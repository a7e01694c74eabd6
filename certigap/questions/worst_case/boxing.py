"""Boxes over a ball, until the bound is near the best gap found (THEORY 5, 13)."""

from collections.abc import Callable

from certigap.bounds.boxes import BranchSearch
from certigap.bounds.boxes.evidence import boxes_bound
from certigap.bounds.table import BoundsTable
from certigap.exact.integers import FloatArray
from certigap.exact.vector import Vector
from certigap.work.deadline import Deadline
from certigap.work.progress import uninterrupted

__all__ = ["BRANCH_SECONDS", "boxed"]

BRANCH_SECONDS = 10.0
"""Of boxes when nobody says how much time there is: what a person waits."""
_LITTLE = 0.01  # of the way to the target: what closes no more in `BranchSearch.patience` splits is given up
_WORTHWHILE = 0.99  # of the best bound without boxes: a tree that brings less is not worth its certificate


def boxed(
    search: BranchSearch,
    table: BoundsTable,
    occupancy_lower: Vector,
    target: Callable[[float], float],
    visit: Callable[[int, list[FloatArray], Callable[[], bool]], None],
    deadline: Deadline,
) -> tuple[BoundsTable, bool]:
    """The table with what boxes show, and whether they came as far as asked (or were given up: they bring nothing).

    Args:
        search: over the ball.
        table: its bounds so far.
        occupancy_lower: `[S]` <= mu of the expert.
        target: told the bound that stands now (a float), says which one is good enough.
        visit: told policies worth a climb, and whom they may hurt; the last argument says whether there is time.
        deadline: the end of search and proof.
    """
    closed = uninterrupted(lambda: _split(search, target, visit, deadline))
    if not search.is_open or search.upper > _WORTHWHILE * float(table.upper):
        return table, closed
    found = boxes_bound(search.game, search.covers(), occupancy_lower)
    if found.value is not None and found.value < table.upper:
        table = table.joined(found)
    return table, closed


def _split(
    search: BranchSearch,
    target: Callable[[float], float],
    visit: Callable[[int, list[FloatArray], Callable[[], bool]], None],
    deadline: Deadline,
) -> bool:
    search.open_roots()
    until = deadline.or_within(BRANCH_SECONDS)
    whole = search.upper

    def hopeless() -> bool:
        closed = whole - search.upper
        return search.splits >= search.patience and closed < _LITTLE * (whole - target(search.upper))

    def going() -> bool:
        return search.leaf_seconds * search.leaves < until.left and not hopeless()

    closed = search.run(lambda: target(search.upper), going, lambda player, policy: visit(player, policy, going))
    return closed or hopeless()
