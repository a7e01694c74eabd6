"""Anderson acceleration of x = G(x): the next x is the mix of earlier images whose residuals cancel best.

With residuals f_k = G(x_k) - x_k and differences of the last m steps,

    x_{k+1} = G(x_k) - sum_j c_j (G(x_{k-j}) - G(x_{k-j-1})),   c = argmin || f_k - sum_j c_j (f_{k-j} - f_{k-j-1}) ||.

For linear G this is GMRES; G may choose actions too.

Sources: Anderson, J. ACM 12 (1965); Walker and Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer.
Anal. 49 (2011).
"""

import numpy as np

from certigap.errors import SolverError
from certigap.exact.integers import FloatArray
from certigap.floats.solvers import linear_solution
from certigap.floats.sparse.mixing import History, mixed, remember
from certigap.floats.sparse.process import Tables

__all__ = ["Mixer"]

_GROWN = 2.0  # times the residual of before: the earlier steps mislead, and are forgotten
_RIDGE = 1e-13  # of the largest square: differences that hardly differ are not divided by


class Mixer:
    """The last steps of an iteration.

    Args:
        tables: of the game whose vectors `[S]` are mixed.
        memory: m, how many differences are kept.
    """

    def __init__(self, tables: Tables, memory: int) -> None:
        states = tables.game.states
        self._tables, self._memory = tables, memory
        self._history = History(*(np.zeros((states, memory)) for _ in range(2)), *(np.zeros(states) for _ in range(2)))
        self._products = [np.zeros((2, memory)) for _ in tables.cuts]
        self._gram = np.zeros((memory, memory))
        self._last, self._kept, self._place = np.inf, 0, 0

    def next(self, x: FloatArray, image: FloatArray) -> float:
        """x becomes the next one; returns the largest residual at the x of before. `image` is G(x)."""
        at, kept = self._place, min(self._kept + 1, self._memory)
        work = self._tables.ready(remember)
        sizes = self._tables.each(
            lambda b: work(*self._tables.cuts[b], self._history, at, kept, x, image, self._products[b])
        )
        before, self._last = self._last, max(sizes)
        if not self._last < _GROWN * before or np.isinf(before):
            self._kept = self._place = 0
            x[:] = image
            return self._last
        self._kept, self._place = kept, (at + 1) % self._memory
        products = np.sum(self._products, axis=0)
        self._gram[at, :kept] = self._gram[:kept, at] = products[0, :kept]
        mix, write = self._mix(products[1, :kept]), self._tables.ready(mixed)
        self._tables.each(lambda b: write(*self._tables.cuts[b], self._history, kept, mix, x))
        return self._last

    def _mix(self, right: FloatArray) -> FloatArray:
        gram = self._gram[: len(right), : len(right)]
        ridge = _RIDGE * float(gram.diagonal().max()) * np.eye(len(right))
        try:
            return linear_solution(gram + ridge, right)
        except SolverError:
            return np.zeros(len(right))
