"""(I - g P) y = b for chosen actions: BiCGSTAB between the two halves of a symmetric Gauss-Seidel sweep.

Rows divided by 1 - g P_ss (`Chain`), the matrix is A = I - L - U - C: entries of earlier and of later states of a
block, and of other blocks. With t = (I - U)^{-1} v,

    (I - L)^{-1} A (I - U)^{-1} v = t + (I - L)^{-1} (v - t - C t)                               (Eisenstat 1981)

so a product with it is the two halves and nothing else. "Earlier" is by a numbering of our own: a state comes after the
one that it leads to with probability 1/2 or more, so one half follows such paths from end to end. Nearly deterministic
games then need about 4 products where cycles of plain sweeps needed hundreds; grids stay as they are numbered.

Sources: van der Vorst, "Bi-CGSTAB", SIAM J. Sci. Stat. Comput. 13 (1992); Eisenstat, "Efficient implementation of a
class of preconditioned conjugate gradient methods", SIAM J. Sci. Stat. Comput. 2 (1981).
"""

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.halves import advance, direction, leading, lower, ranks, remainder, renumber, upper
from certigap.floats.sparse.process import Chosen
from certigap.floats.sparse.rows import Chain
from certigap.work.deadline import Deadline

__all__ = ["Followed"]

_STALE = 0.1  # of the states: so many other choices, and states are numbered anew
_NOBODY = -2  # a choice that no state has


class Followed:
    """The system of chosen actions.

    Args:
        chosen: the actions, whose rows are copied by `take`.

    Attributes:
        paths: the share of the states that had a likely next state when they were numbered last.
    """

    def __init__(self, chosen: Chosen) -> None:
        states = chosen.states
        self._chosen, self._tables, self._stale, self.paths = chosen, chosen.tables, states, 0.0
        self._rank, self._mine = np.empty(states, dtype=np.int64), np.full(states, _NOBODY)
        self._lengths: IndexArray = np.concatenate([np.diff(chain.offsets) for chain in chosen.blocks])
        entries, offsets = int(self._lengths.sum()), np.zeros(states + 1, dtype=np.int64)
        self._whole = Chain(0, states, offsets, np.empty(entries, np.uint32), np.empty(entries), chosen.leave)
        self._t = np.empty(states)
        self._cuts: list[tuple[int, int]] = []
        self._blocks: list[Chain] = []
        self._rooms: list[FloatArray] = []
        self._ends: list[FloatArray] = []

    def take(self) -> None:
        """Copy the rows that are chosen now, those of the last time excepted."""
        self._stale += int(np.count_nonzero(self._chosen.held != self._mine))
        if self._stale > _STALE * self._chosen.states:
            self._number()
        blocks, copy = self._chosen.blocks, self._tables.ready(renumber)
        self._tables.each(lambda b: copy(blocks[b], self._chosen.held, self._mine, self._rank, self._whole))

    def _number(self) -> None:
        """Number the states by the rows that are chosen now; none of them is copied yet."""
        blocks, offsets = self._chosen.blocks, self._whole.offsets
        lead, order = np.empty_like(self._rank), np.empty_like(self._rank)
        look = self._tables.ready(leading)
        self._tables.each(lambda b: look(blocks[b], lead))
        self.paths = float(np.mean(lead != np.arange(len(lead))))
        self._tables.ready(ranks)(lead, self._rank, order)
        np.cumsum(self._lengths[order], out=offsets[1:])
        self._cuts = self._chosen.cuts(offsets)
        self._blocks = [self._whole._replace(first=a, last=b, offsets=offsets[a : b + 1]) for a, b in self._cuts]
        self._rooms = [np.empty(self._chosen.states) for _ in self._cuts]
        self._ends = [np.empty(3) for _ in self._cuts]
        self._mine.fill(_NOBODY)
        self._stale = 0

    def solution(self, right: FloatArray, factor: float, steps: int, deadline: Deadline) -> FloatArray:
        """y, its preconditioned residual at most `factor` times the first one; 0 where BiCGSTAB finds none smaller."""
        own, r = np.empty_like(right), np.empty_like(right)
        own[self._rank] = right / self._chosen.leave
        self._t.fill(0.0)
        self._lower(own, own, r)
        u, p, v, t, shadow = np.zeros_like(r), np.zeros_like(r), np.zeros_like(r), np.zeros_like(r), r.copy()
        before = alpha = omega = 1.0
        first = size = float(np.abs(r).max())
        rho, goal = float(np.dot(r, r)), factor * first
        for _ in range(steps):
            if size <= goal or rho == 0.0 or omega == 0.0 or not deadline.going:
                break
            self._directed((rho / before) * (alpha / omega), omega, r, v, p)
            across = self._product(p, shadow, v)[0]
            if across == 0.0:
                break
            alpha = rho / across
            self._reduced(alpha, v, r)
            _, along, length = self._product(r, shadow, t)
            omega = along / length if length > 0.0 else 0.0
            before = rho
            size, rho = self._advanced(alpha, p, omega, t, shadow, r, u)
            if not np.isfinite(size):
                break
        if not size < first:
            return np.zeros_like(r)
        self._upper(u)
        return np.asarray(self._t[self._rank])

    def _product(self, v: FloatArray, shadow: FloatArray, out: FloatArray) -> tuple[float, float, float]:
        """out = A v between the halves; out . shadow, out . v and out . out."""
        self._upper(v)
        self._lower(v, shadow, out)
        across, along, length = np.sum(self._ends, axis=0).tolist()
        return across, along, length

    def _upper(self, v: FloatArray) -> None:
        work = self._tables.ready(upper)
        self._tables.each(lambda b: work(self._blocks[b], v, self._rooms[b], self._t), len(self._cuts))

    def _lower(self, v: FloatArray, shadow: FloatArray, out: FloatArray) -> None:
        work, heads = self._tables.ready(lower), (v, self._t, shadow)
        self._tables.each(lambda b: work(self._blocks[b], *heads, self._rooms[b], out, self._ends[b]), len(self._cuts))

    def _directed(self, beta: float, omega: float, r: FloatArray, v: FloatArray, p: FloatArray) -> None:
        work = self._tables.ready(direction)
        self._tables.each(lambda b: work(*self._cuts[b], beta, omega, r, v, p), len(self._cuts))

    def _reduced(self, alpha: float, v: FloatArray, r: FloatArray) -> None:
        work = self._tables.ready(remainder)
        self._tables.each(lambda b: work(*self._cuts[b], alpha, v, r), len(self._cuts))

    def _advanced(
        self,
        alpha: float,
        p: FloatArray,
        omega: float,
        t: FloatArray,
        shadow: FloatArray,
        r: FloatArray,
        u: FloatArray,
    ) -> tuple[float, float]:
        """The largest entry of the residual now, and its product with the shadow."""
        work = self._tables.ready(advance)
        self._tables.each(
            lambda b: work(*self._cuts[b], alpha, p, omega, t, shadow, r, u, self._ends[b]), len(self._cuts)
        )
        return max(float(own[0]) for own in self._ends), sum(float(own[1]) for own in self._ends)
