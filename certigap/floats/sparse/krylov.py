"""(I - g P) y = b for chosen actions: BiCGSTAB between the two halves of a symmetric Gauss-Seidel sweep.

Rows divided by 1 - g P_ss (`Chain`), the matrix is A = I - L - U - C: entries of earlier and of later states of a
block, and of other blocks. With t = (I - U)^{-1} v,

    (I - L)^{-1} A (I - U)^{-1} v = t + (I - L)^{-1} (v - t - C t)                               (Eisenstat 1981)

so preconditioning is free: a product with it reads the matrix once. On grids it needs a quarter of the products.

Sources: van der Vorst, "Bi-CGSTAB", SIAM J. Sci. Stat. Comput. 13 (1992); Eisenstat, "Efficient implementation of a
class of preconditioned conjugate gradient methods", SIAM J. Sci. Stat. Comput. 2 (1981).
"""

from typing import TypeVar

import numpy as np

from certigap.exact.integers import FloatArray
from certigap.floats.compiled import Kernel
from certigap.floats.sparse.process import Chosen
from certigap.floats.sparse.rows import advance, arrange, direction, dot, lower, remainder, upper
from certigap.work.deadline import Deadline

__all__ = ["Followed"]

R = TypeVar("R")


class Followed:
    """The system of chosen actions.

    Args:
        chosen: the actions, whose rows are put in order.
    """

    def __init__(self, chosen: Chosen) -> None:
        self.tables, self.blocks, states = chosen.tables, chosen.blocks, chosen.states
        self.leave = chosen.leave
        self._later = np.empty(states, dtype=np.int64)
        self._t, self._z = np.empty(states), np.empty(states)
        work = self.tables.ready(arrange)
        self.tables.each(lambda b: work(self.blocks[b], self._later))

    def solution(self, right: FloatArray, factor: float, steps: int, deadline: Deadline) -> FloatArray:
        """y, its preconditioned residual at most `factor` times the first one; 0 where BiCGSTAB finds none smaller."""
        self._t.fill(0.0)  # finite: entries of 0, which fill the slots of short rows, read what is not written yet
        self._z.fill(0.0)
        r = np.empty(len(right))
        self._lower(right / self.leave, self._t, r)
        goal = factor * float(np.abs(r).max())
        u, p, v, t, shadow = np.zeros_like(r), np.zeros_like(r), np.zeros_like(r), np.zeros_like(r), r.copy()
        rho = alpha = omega = 1.0
        size = first = float(np.abs(r).max())
        for _ in range(steps):
            before, rho = rho, self._dot(shadow, r)
            if size <= goal or rho == 0.0 or omega == 0.0 or not deadline.going:
                break
            self._blocks(direction, (rho / before) * (alpha / omega), omega, r, v, p)
            self._product(p, v)
            across = self._dot(shadow, v)
            if across == 0.0:
                break
            alpha = rho / across
            self._blocks(remainder, alpha, v, r)
            self._product(r, t)
            length = self._dot(t, t)
            omega = self._dot(t, r) / length if length > 0.0 else 0.0
            size = max(self._blocks(advance, alpha, p, omega, t, r, u))
            if not np.isfinite(size):
                break
        if not size < first:
            return np.zeros_like(r)
        self._upper(u, t)
        return t

    def _product(self, v: FloatArray, out: FloatArray) -> None:
        self._upper(v, self._t)
        self._lower(v, self._t, out)

    def _upper(self, v: FloatArray, t: FloatArray) -> None:
        work = self.tables.ready(upper)
        self.tables.each(lambda b: work(self.blocks[b], self._later, v, t))

    def _lower(self, v: FloatArray, t: FloatArray, out: FloatArray) -> None:
        work = self.tables.ready(lower)
        self.tables.each(lambda b: work(self.blocks[b], self._later, v, t, self._z, out))

    def _dot(self, a: FloatArray, b: FloatArray) -> float:
        return sum(self._blocks(dot, a, b))

    def _blocks(self, kernel: Kernel[..., R], *args: object) -> list[R]:
        work = self.tables.ready(kernel)
        return self.tables.each(lambda b: work(*self.tables.cuts[b], *args))
