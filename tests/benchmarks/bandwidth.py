"""Sweeps of array solvers against the machine: the bytes that a sweep must move a second, over a stream triad's.

The triad `a = b + s c` runs on as many threads as the sweeps, over arrays far larger than the caches, and counts three
arrays of 8 bytes. A sweep counts each entry of its rows once (4 bytes of column, 8 of value), row ends, rewards,
the vectors read and written, each once: what gathers read again is not counted. A product of the solver of systems
reads its rows twice.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from certigap.floats.sparse.krylov import Followed
from certigap.floats.sparse.process import Process, Sweeps, Tables
from certigap.model.large import ArrayGame, ArrayPolicy
from certigap.work.deadline import Deadline

__all__ = ["sweeps", "triad"]

THREADS = 2
_STEPS = 4  # of BiCGSTAB, two products each
Floats = npt.NDArray[np.float64]


@numba.njit(nogil=True)  # type: ignore[misc, unused-ignore]
def _triad(a: Floats, b: Floats, c: Floats, factor: float) -> None:
    for k in range(len(a)):
        a[k] = b[k] + factor * c[k]


def triad(length: int) -> tuple[Callable[[], Any], int]:
    """The stream triad of `length` numbers, and its bytes."""
    a, b, c = (np.full(length, float(k)) for k in range(3))
    cuts = np.linspace(0, length, THREADS + 1, dtype=np.int64).tolist()
    parts = [slice(*cuts[k : k + 2]) for k in range(THREADS)]
    pool = ThreadPoolExecutor(THREADS)
    return lambda: list(pool.map(lambda part: _triad(a[part], b[part], c[part], 3.0), parts)), 24 * length


def sweeps(game: ArrayGame) -> Iterator[tuple[str, Callable[[], Any], int]]:
    """Name, work and bytes of each solver's sweep: optimal values, chosen actions, systems, the step in integers."""
    process = Process(Tables(game, ArrayPolicy.uniform(game)), 0)
    sweep, states = Sweeps(process, process.expected[0]), game.states
    x, choice = sweep.first()
    x, out = x.copy(), np.empty_like(x)
    entries = sum(int(rows.offsets[-1]) for rows in process.blocks)
    rows = int(process.actions[-1])
    optimal = 12 * entries + 8 * (2 * rows + 3 * states) + 4 * rows
    yield "improve", lambda: sweep.improve(x, choice, np.inf, out, False), optimal
    chosen, rewards = process.chosen, sweep.rewards_of(choice)
    chosen.take(choice)
    followed = 12 * sum(int(chain.offsets[-1]) for chain in chosen.blocks) + 8 * 4 * states
    yield "follow", lambda: chosen.follow(rewards, x, out), followed
    system, right = Followed(process), np.ones(states)
    system.take(choice)
    solved = 2 * _STEPS * (2 * 12 * int(process.longest_rows().sum()) + 8 * 16 * states)
    yield f"{2 * _STEPS} products", lambda: system.solution(right, 0.0, _STEPS, Deadline()), solved
    grid = np.rint(np.ldexp(x, 20)).astype(np.int64)
    arrays = (game.rewards[0], game.offsets, game.columns, game.weights, game.denominators)
    exact = sum(own.nbytes for own in arrays) + 16 * states
    yield "integer step", lambda: process.integer_step(grid, 20, 0), exact
