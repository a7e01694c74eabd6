"""Places for the nodes of a small graph: stress majorisation, by NumPy alone.

Stress is sum over pairs of (|x_i - x_j| - d_ij)^2 / d_ij^2, d the number of steps between two nodes. Each step replaces
it by a convex function that touches it from above, and minimises that: x <- V^+ B(x) x.

Source: Gansner, Koren, North, Graph drawing by stress majorization (2004).
"""

from typing import Any

import numpy as np

from certigap.errors import foreign

__all__ = ["places"]

_STEPS = 200  # of 200 nodes: 0.2 s


@foreign("layout of the graph")
def places(adjacent: Any) -> Any:
    """`[S, 2]` places, wider than high, about 1 between neighbours; the same for the same graph.

    Args:
        adjacent: `[S, S]`, not 0 where a step leads from one node to another.

    >>> import numpy as np
    >>> chain = places(np.eye(4, k=1))
    >>> bool(np.allclose(np.linalg.norm(np.diff(chain, axis=0), axis=1), 1, atol=0.05))
    True
    """
    from scipy.sparse.csgraph import shortest_path

    steps = shortest_path(np.asarray(adjacent) != 0, directed=False, unweighted=True)
    count = len(steps)
    if count == 1:
        return np.zeros((1, 2))
    apart = steps[np.isfinite(steps)].max() + 1
    distance = np.where(np.isfinite(steps), steps, apart)
    off = ~np.eye(count, dtype=bool)
    weight = np.where(off, 1 / np.where(off, distance, 1) ** 2, 0)
    inverse = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    found = _start(distance)
    for _ in range(_STEPS):
        between = np.linalg.norm(found[:, None] - found[None, :], axis=2)
        ratio = np.where(off, weight * distance / np.where(between > 1e-9, between, 1e-9), 0)
        found = inverse @ ((np.diag(ratio.sum(axis=1)) - ratio) @ found)
    centred = found - found.mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return centred @ axes.T


def _start(distance: Any) -> Any:
    """Classical scaling, and a little of a circle, on which no two nodes coincide."""
    count = len(distance)
    centre = np.eye(count) - 1 / count
    values, vectors = np.linalg.eigh(-centre @ distance**2 @ centre / 2)
    scaled = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0))
    angle = 2 * np.pi * np.arange(count) / count
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.asarray(scaled + 0.05 * distance.max() * circle)
