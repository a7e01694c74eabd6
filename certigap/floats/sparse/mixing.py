"""The two passes over the states that mixing makes (`anderson`): what a step leaves behind, and the next vector.

Histories are `[S, m]`: what is known of a state lies together. Column `at` is overwritten by the newest differences.
"""

from typing import NamedTuple

from certigap.floats.compiled import Floats, Floats2, compiled

__all__ = ["History", "mixed", "remember"]


class History(NamedTuple):
    """Differences of the last steps, and the last step."""

    images: Floats2  # [S, m]
    residuals: Floats2  # [S, m]
    image: Floats  # [S] the last
    residual: Floats  # [S] the last


@compiled
def remember(
    first: int, last: int, history: History, at: int, kept: int, x: Floats, image: Floats, products: Floats2
) -> float:
    """Note the step from x to its image; returns the largest residual.

    `products` `[2, m]`: of the kept differences of residuals with the newest one, and with the residual.
    """
    largest = 0.0
    for j in range(kept):
        products[0, j] = products[1, j] = 0.0
    for s in range(first, last):
        residual = image[s] - x[s]
        change = residual - history.residual[s]
        history.images[s, at], history.residuals[s, at] = image[s] - history.image[s], change
        history.image[s], history.residual[s] = image[s], residual
        largest = max(largest, abs(residual))
        for j in range(kept):
            products[0, j] += history.residuals[s, j] * change
            products[1, j] += history.residuals[s, j] * residual
    return largest


@compiled
def mixed(first: int, last: int, history: History, kept: int, mix: Floats, out: Floats) -> None:
    """out = the last image less the mix of the kept differences of images."""
    for s in range(first, last):
        total = history.image[s]
        for j in range(kept):
            total -= mix[j] * history.images[s, j]
        out[s] = total
