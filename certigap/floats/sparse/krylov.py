"""(I - g P) y = b for chosen actions: BiCGSTAB between the two halves of an incomplete factorisation.

Rows divided by their diagonal (`System`), the matrix is I - L - U - C: entries of earlier and of later states of a
block, and of other blocks. Divided by pivots P too, which are 1 for a symmetric Gauss-Seidel sweep and less where
elimination would have made them so, it is A = P^{-1} - L - U - C; with t = (I - U)^{-1} v,

    (I - L)^{-1} A (I - U)^{-1} v = t + (I - L)^{-1} (v - (2 - P^{-1}) t - C t)                  (Eisenstat 1981)

so a product with it is the two halves and nothing else. "Earlier" is by a numbering of our own: a state comes after the
one that it leads to with probability 1/2 or more, so one half follows such paths from end to end. Nearly deterministic
games then need about 4 products where sweeps needed hundreds; grids stay as they are numbered.

Sources: van der Vorst, "Bi-CGSTAB", SIAM J. Sci. Stat. Comput. 13 (1992); Eisenstat, "Efficient implementation of a
class of preconditioned conjugate gradient methods", SIAM J. Sci. Stat. Comput. 2 (1981); Axelsson and Lindskog, "On the
eigenvalue distribution of a class of preconditioning methods", Numer. Math. 48 (1986), for pivots that keep a share of
what elimination fills in.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.sparse.halves import (
    LANES,
    System,
    advance,
    begin,
    enter,
    leading,
    leave,
    lower,
    pivot,
    ranks,
    reach,
    renumber,
    upper,
)
from certigap.floats.sparse.process import Tables
from certigap.floats.sparse.rows import Rows
from certigap.work.deadline import Deadline

__all__ = ["Followable", "Followed"]

_STALE = 0.25  # of the states: so many other choices, and states are numbered anew
_NOBODY = -2  # a choice that no state has
_KEPT = 0.5  # share of the fill-in that goes to the diagonal where it lies elsewhere: all of it overdoes it on grids


class Followable(Protocol):
    """What a system is made of: a `Process`, or rows that are like those of one."""

    @property
    def tables(self) -> Tables: ...

    @property
    def states(self) -> int: ...

    @property
    def discount(self) -> float: ...

    @property
    def blocks(self) -> list[Rows]: ...

    def longest_rows(self) -> IndexArray:
        """`[S]` entries of each state's longest row."""

    def cuts(self, offsets: IndexArray) -> list[tuple[int, int]]:
        """Blocks of one row a state, lying at `offsets` `[S + 1]`."""


class Followed:
    """The system of the chosen actions of a process, which `take` says.

    Args:
        process: whose rows, of sum 1; where they have other sums, `kept` must be 0.
        kept: the share of what elimination fills in beside the diagonal that pivots keep.
    """

    def __init__(self, process: Followable, kept: float = _KEPT) -> None:
        states, self._kept = process.states, kept
        self._process, self._tables, self._stale = process, process.tables, states
        self._rank, self._order = np.empty((2, states), dtype=np.int64)
        self._mine = np.full(states, _NOBODY)
        self._tables.prepare(leading, ranks, renumber, pivot, reach, enter, lower, begin, upper, advance, leave)
        self._lengths = process.longest_rows()
        entries, offsets = int(self._lengths.sum()), np.zeros(states + 1, dtype=np.int64)
        columns, values = np.empty(entries, dtype=np.uint32), np.empty(entries)
        self._whole = System(0, states, offsets, columns, values, np.empty(states), np.empty(states))
        self._turn, self._vectors = np.empty(states), np.empty((8, states))
        self._blocks: list[_Block] = []

    def paths(self, choice: IndexArray) -> float:
        """The share of the states that have a likely next one."""
        return float(np.mean(self._leads(choice) != np.arange(len(choice))))

    def take(self, choice: IndexArray) -> None:
        """Choose; rows that were chosen the last time are not copied again."""
        self._stale += int(np.count_nonzero(choice != self._mine))
        anew = self._stale > _STALE * len(choice)
        if anew:
            self._number(choice)
        p, copy = self._process, self._tables.ready(renumber)
        self._tables.each(lambda b: copy(p.blocks[b], choice, p.discount, self._mine, self._rank, self._whole))
        if anew:
            find, sums = self._tables.ready(pivot), self._vectors[0]
            self._each(lambda block: find(block.system, self._kept, sums))
            np.divide(-1.0, self._whole.pivots, out=self._turn)
            self._turn += 2.0
        look = self._tables.ready(reach)
        self._each(lambda block: look(block.system, block.reach))

    def _number(self, choice: IndexArray) -> None:
        """Number the states by their chosen actions, of which none is copied yet."""
        order, offsets = self._order, self._whole.offsets
        self._tables.ready(ranks)(self._leads(choice), self._rank, order)
        np.cumsum(self._lengths[order], out=offsets[1:])
        cuts = self._process.cuts(offsets)
        for first, last in cuts:
            order[first:last] = in_turns(order[first:last])
        self._rank[order] = np.arange(len(order))
        np.cumsum(self._lengths[order], out=offsets[1:])
        self._blocks = [_Block.of(self._whole._replace(first=first, last=last)) for first, last in cuts]
        self._mine.fill(_NOBODY)
        self._whole.pivots.fill(1.0)
        self._stale = 0

    def _leads(self, choice: IndexArray) -> IndexArray:
        p, lead, look = self._process, np.empty_like(self._rank), self._tables.ready(leading)
        self._tables.each(lambda b: look(p.blocks[b], choice, p.discount, lead))
        return lead

    def solution(self, right: FloatArray, factor: float, steps: int, deadline: Deadline) -> FloatArray | None:
        """y, its preconditioned residual at most `factor` times the first one; None: BiCGSTAB finds none smaller."""
        own, half, r, u, p, v, t, shadow = self._vectors
        move, start = self._tables.ready(enter), self._tables.ready(begin)
        self._each(lambda block: move(block.system, self._order, right, own, half, u, p, v))
        rho = self._lower(own, half, own, r)[2]
        self._each(lambda block: start(block.system.first, block.system.last, r, shadow, block.ends))
        before = alpha = omega = 1.0
        first = size = max(float(block.ends[0]) for block in self._blocks)
        goal = factor * first
        for _ in range(steps):
            if size <= goal or rho == 0.0 or omega == 0.0 or not deadline.going:
                break
            beta = (rho / before) * (alpha / omega)
            self._upper(r, beta, beta * omega, v, p, half)
            across = self._lower(p, half, shadow, v)[0]
            if across == 0.0:
                break
            alpha = rho / across
            self._upper(r, 0.0, alpha, v, r, half)
            _, along, length = self._lower(r, half, shadow, t)
            omega = along / length if length > 0.0 else 0.0
            before = rho
            size, rho = self._advanced(alpha, p, omega, t, shadow, r, u)
            if not np.isfinite(size):
                break
        if not size < first:
            return None
        self._upper(u, 0.0, 0.0, v, u, half)
        found, back = np.empty_like(right), self._tables.ready(leave)
        self._each(lambda block: back(block.system.first, block.system.last, self._order, half, found))
        return found

    def _upper(
        self, base: FloatArray, beta: float, minus: float, other: FloatArray, v: FloatArray, half: FloatArray
    ) -> None:
        """v <- base + beta v - minus other, and the first half of a product with it."""
        work, heads = self._tables.ready(upper), (base, beta, minus, other, v)
        self._each(lambda block: work(block.system, *heads, block.zeros, half))

    def _lower(self, v: FloatArray, half: FloatArray, shadow: FloatArray, out: FloatArray) -> list[float]:
        """The second half, out = A v; out . shadow, out . v and out . out."""
        work, heads = self._tables.ready(lower), (self._turn, v, half, shadow)
        self._each(lambda block: work(block.system, *heads, block.reach, block.room, out, block.ends))
        return [sum(float(block.ends[i]) for block in self._blocks) for i in range(3)]

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
        work, heads = self._tables.ready(advance), (alpha, p, omega, t, shadow, r, u)
        self._each(lambda block: work(block.system.first, block.system.last, *heads, block.ends))
        ends = [block.ends for block in self._blocks]
        return max(float(own[0]) for own in ends), sum(float(own[1]) for own in ends)

    def _each(self, work: Callable[["_Block"], None]) -> None:
        """Run `work` for every block, side by side."""
        self._tables.each(lambda b: work(self._blocks[b]), len(self._blocks))


class _Block(NamedTuple):
    """One thread's states, and its working space."""

    system: System
    room: FloatArray  # [S]
    zeros: FloatArray  # [S]
    reach: IndexArray  # [2]
    ends: FloatArray  # [3]

    @classmethod
    def of(cls, system: System) -> "_Block":
        states = len(system.pivots)
        return cls(system, np.empty(states), np.zeros(states), np.empty(2, dtype=np.int64), np.empty(3))


def in_turns(states: IndexArray) -> IndexArray:
    """As many runs of the states as there are lanes, a state of each in turn."""
    longest = -(-len(states) // LANES)
    table = np.full((LANES, longest), -1)
    table.reshape(-1)[: len(states)] = states
    mixed = table.T.reshape(-1)
    return np.asarray(mixed[mixed >= 0])
