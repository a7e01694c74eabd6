"""Where a search in an occupancy ball may start: pure profiles, random policies, and mixtures with the expert's rows.

The gap is convex in some rows and its maxima are often near vertices; a pure profile may even move no occupancy at all
and lose much (Lemma 1 of the paper). All are `[N, L]` stacks as in `stack`, not yet in any ball.
"""

import math

import numpy as np

from certigap.floats.play import Floats, Indices

__all__ = ["starts"]

_PROFILES = 512  # pure profiles up to which all are tried: the memory and time of one stack
_RANDOM = 40  # policies: the time of a glance against its luck
_KEPT = 0.4
"""Part of the rows that stay the expert's in half of the starts."""
_CONCENTRATIONS = (0.2, 1.0)  # of Dirichlet rows: near vertices, and anywhere


def starts(center: Floats, row: Indices, rng: np.random.Generator) -> Floats:
    """`[N, L]` policies to draw into a ball; the expert is the last.

    Args:
        center: `[L]` the expert.
        row: `[L]` the row, one per player and state, of each entry; the entries of a row stand side by side.
        rng: source of the random ones.
    """
    places = np.flatnonzero(np.diff(row, prepend=-1))
    sizes = np.diff([*places, len(row)])
    number = np.repeat(np.arange(len(places)), sizes)
    drawn = rng.gamma(rng.choice(_CONCENTRATIONS, (_RANDOM, 1)), size=(_RANDOM, len(row))) + 1e-9
    drawn /= np.add.reduceat(drawn, places, axis=1)[:, number]
    pure = _profiles(places, sizes, rng)
    free = np.concatenate([drawn, pure[:_RANDOM]])
    kept = rng.random((len(free), len(places))) < _KEPT
    return np.concatenate([drawn, pure, np.where(kept[:, number], center, free), center[None]])


def _profiles(places: Indices, sizes: Indices, rng: np.random.Generator) -> Floats:
    """`[N, L]` all pure profiles, in a random order, or some random ones if there are many."""
    width, count = int(sizes.sum()), math.prod(sizes.tolist())
    if count <= _PROFILES:
        choices = np.stack(np.unravel_index(rng.permutation(count), sizes.tolist()), axis=1)
    else:
        choices = rng.integers(0, sizes, size=(_RANDOM, len(sizes)))
    result = np.zeros((len(choices), width))
    np.put_along_axis(result, places + choices, 1.0, axis=1)
    return result
