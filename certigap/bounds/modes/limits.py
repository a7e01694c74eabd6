"""At which limit a claim is tried next: at the aim, where that is not far, and nearer to what is shown while it proves
too hard; a far aim is approached by halves, each limit that closes a bound to go on from.

Visit bounds made for one limit serve no lower one, and what a tree costs grows fast as its limit falls; yet high limits
are often closed by visit bounds alone (a random game of 40 states, 2.38 at the root: 0.98 in 2 s, where a tree that
aims at 0.54 has come to 1.05 after 8 s). A tree's bound falls about as the logarithm of its size: it is left for a
limit halfway to what is shown when it will not come as far, each doubling of its time bringing what the last brought;
not before a part of the time is over, since the bounds of visits in nodes come late and all at once (a random game of
20 states: 3.0 times the limit after 1 s, closed after 2.3 s).
Where visit bounds bring little at the root, the tree without them is the better one, and the same for every limit: on
Tag at 1/20, -V comes to 2.684 by 400 splits, with visit bounds and their shares to 2.710.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from certigap.bounds.modes.claims import VISIT_SHARE, Attempt, ClaimSearch
from certigap.bounds.modes.engine import JOINT, View
from certigap.exact.integers import FloatArray
from certigap.work.clock import now

__all__ = ["LimitSearch"]

PATIENCE = 3  # openings: visit bounds pay off only when something follows
EARNED = 0.3  # of the way from the root to the limit: visit bounds that bring less are left out
FAR = 1.4  # times the aim: a gap's claim is first tried halfway
NEAR = 0.1  # of the way from the aim to what is shown: limits that near bring too little
TRIAL = 0.25  # of the time left: so long a tree is not given up
LEAST_SECONDS = 0.2  # of a tree's first piece


class LimitSearch(ClaimSearch):
    """One player's claims of one kind, at one limit after another (arguments as for `ClaimSearch`)."""

    def __init__(self, views: Sequence[View], kind: int, start: Mapping[str, FloatArray], workers: int) -> None:
        super().__init__(views, kind, start, workers)
        self._deep: Attempt | None = None  # at the lowest limit that was tried
        self._low = -math.inf  # the last limit that was left
        self._grown = 0.0  # seconds of the tree
        self._opening = 0.0  # the last: seconds that visits took
        self._done = False
        self._shown = [(0.0, self.upper)]  # after how many seconds of this claim
        self._plain_root = self._plain_tree.upper

    def run(self, aim: float, seconds: float, going: Callable[[], bool], left: float = math.inf) -> None:
        """Go on towards `aim` for about `seconds`, of the `left` seconds that there are in all."""
        self._done = self.upper <= aim
        began, spent = now(), self._shown[-1][0]
        patient = max(seconds, PATIENCE * self._opening)
        while self.upper > aim and going() and now() < began + patient:
            live, moves = self._live, True
            if live is None or live.closed:
                self._begin(aim, VISIT_SHARE * patient, going)
            else:
                moves = self._grow(live, aim, began + left, going)
            self._shown.append((spent + now() - began, self.upper))
            if not moves:
                break

    def promise(self, seconds: float) -> float:
        """By how much `seconds` more will lower `upper`, each doubling of the time bringing what the last brought."""
        spent = self._shown[-1][0]
        if self._done or spent == 0.0:
            return 0.0 if self._done else math.inf
        half = min(upper for moment, upper in self._shown if moment <= spent / 2)
        return (half - self.upper) * math.log2(1 + seconds / spent)

    def _begin(self, aim: float, seconds: float, going: Callable[[], bool]) -> None:
        """Visit bounds and a root: at the aim, or halfway between the limit that was left and what is shown."""
        halfway = self._deep is not None or (self.kind == JOINT and self.upper > FAR * aim)
        limit, began = (max(self._low, aim) + self.upper) / 2 if halfway else aim, now()
        live = self._open(limit, lambda: going() and now() < began + seconds)
        self._opening, self._grown = now() - began, 0.0
        if live.tree is not None and live.tree.root.bound > self._plain_root - EARNED * (self._plain_root - limit):
            live = self._plain(limit)
        if self._deep is None or limit < self._deep.limit:
            self._deep = live
        self._take(live)

    def _plain(self, limit: float) -> Attempt:
        """Without visit bounds."""
        tree = self._plain_tree
        upper = max(limit, tree.upper)
        return Attempt(self.view, self.kind, upper, limit, self._visits(), tree, tree.upper <= limit)

    def _grow(self, live: Attempt, aim: float, end: float, going: Callable[[], bool]) -> bool:
        """Split for as long as before, then leave the tree if its limit is hopeless; False when nothing moves."""
        if live.tree is None:
            raise ValueError("_grow: expected a tree, got a claim that visits have closed")
        began, before, piece = now(), live.tree.upper, max(self._grown, LEAST_SECONDS)
        closed = live.tree.run(live.limit, lambda: going() and now() < began + piece)
        upper, left = live.tree.upper, end - now()
        self._take(replace(live, upper=max(live.limit, upper), closed=closed))
        self._grown += max(now() - began, 1e-3)
        hope = upper - (before - upper) * math.log2(1 + max(left, 0.0) / self._grown)
        tried = self._grown >= max(self._opening, TRIAL * left)
        hopeless = not closed and tried and hope > (max(live.limit, aim) + self.upper) / 2
        if hopeless and live.tree is not self._plain_tree and PATIENCE * self._opening < left:
            self._leave(live, aim)
        return closed or upper < before or self._live is not live

    def _leave(self, live: Attempt, aim: float) -> None:
        """Another limit next time; the deepest tree again where there is little between."""
        self._low, self._live = live.limit, None
        if self.upper - self._low < NEAR * (self.upper - aim):
            self._low, self._live = aim, self._deep

    def _take(self, live: Attempt) -> None:
        self._live = live
        if live.upper < self.best.upper:
            self.best = live
