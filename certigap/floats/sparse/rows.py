"""Sweeps over one player's rows, block by block: a block holds the rows of the states `first .. last - 1`.

Each block is one thread's, and writes of its own states alone: so results do not depend on how threads run.
"""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.floats.compiled import Floats, Indices, compiled, inner
from certigap.floats.sparse.kernels import Places

__all__ = [
    "Chain",
    "Rows",
    "Singles",
    "follow",
    "gather",
    "improve",
    "slots",
]

Singles: TypeAlias = Annotated[npt.NDArray[np.float32], 1]


class Rows(NamedTuple):
    """P of the own actions at the states `first .. last - 1`: row 0 is the first action of state `first`."""

    first: int
    last: int
    actions: Indices  # [S + 1] first own action of each state, of all blocks
    offsets: Indices  # [rows + 1]
    columns: Places
    values: Floats


class Chain(NamedTuple):
    """P of the chosen actions at the states `first .. last - 1`, one row a state."""

    first: int
    last: int
    offsets: Indices  # [states + 1]
    columns: Places
    values: Floats


@inner
def mean(rows: Rows, row: int, x: Floats) -> float:
    """The expected x after an action."""
    total = 0.0
    for e in range(np.uint64(rows.offsets[row]), np.uint64(rows.offsets[row + 1])):
        total += rows.values[e] * x[rows.columns[e]]
    return total


@inner
def moved(chain: Chain, s: int, x: Floats) -> float:
    """The sum of a state's entries times x."""
    total, at = 0.0, s - chain.first
    for e in range(np.uint64(chain.offsets[at]), np.uint64(chain.offsets[at + 1])):
        total += chain.values[e] * x[chain.columns[e]]
    return total


@compiled
def improve(
    rows: Rows,
    expected: Floats,
    discount: float,
    margin: float,
    followed: bool,
    x: Floats,
    slack: Singles,
    out: Floats,
    choice: Indices,
    ends: Floats,
) -> None:
    """out = max(r + g P x) over the own actions, and the action that attains it; `followed`: out is that of `choice`.

    `ends`: least and most of out - x, and how many choices change. The action of before is kept unless another is
    better: ties do not wander. An action that was worse by more than `margin` in the sweep before, which `slack`
    remembers, can never be best again and is left out for good.
    """
    base = rows.actions[rows.first]
    low, high, changed = np.inf, -np.inf, 0.0
    for s in range(rows.first, rows.last):
        begin, kept = rows.actions[s], rows.actions[s] + choice[s]
        best = out[s] if followed else expected[kept] + discount * mean(rows, kept - base, x)
        top, before = kept, best
        for row in range(begin, rows.actions[s + 1]):
            if row == kept:
                continue
            if slack[row] > margin:
                slack[row] = np.inf
                continue
            q = expected[row] + discount * mean(rows, row - base, x)
            slack[row] = best - q  # of a best one that may be bettered yet: no more than it is
            if q > best:
                best, top = q, row
        out[s] = best
        if top != kept:
            slack[kept], slack[top] = best - before, 0.0
            choice[s] = top - begin
            changed += 1.0
        low, high = min(low, best - x[s]), max(high, best - x[s])
    ends[0], ends[1], ends[2] = low, high, changed


@compiled
def slots(rows: Rows, longest: Indices) -> None:
    """The entries of each state's longest row: as much room has its slot in a `Chain`."""
    base = rows.actions[rows.first]
    for s in range(rows.first, rows.last):
        longest[s] = 0
        for row in range(rows.actions[s] - base, rows.actions[s + 1] - base):
            longest[s] = max(longest[s], rows.offsets[row + 1] - rows.offsets[row])


@compiled
def gather(rows: Rows, choice: Indices, held: Indices, chain: Chain) -> None:
    """Copy the chosen rows, where `held` is another choice: they lie far apart, and sweeps over copies are five times
    as fast. What is left of a slot is filled with zeros.
    """
    base = rows.actions[rows.first]
    for s in range(rows.first, rows.last):
        if choice[s] == held[s]:
            continue
        held[s] = choice[s]
        row, at = rows.actions[s] + choice[s] - base, np.uint64(chain.offsets[s - rows.first])
        for e in range(np.uint64(rows.offsets[row]), np.uint64(rows.offsets[row + 1])):
            chain.columns[at], chain.values[at] = rows.columns[e], rows.values[e]
            at += np.uint64(1)
        for rest in range(at, np.uint64(chain.offsets[s - rows.first + 1])):
            chain.columns[rest], chain.values[rest] = s, 0.0


@compiled
def follow(chain: Chain, discount: float, rewards: Floats, x: Floats, out: Floats, ends: Floats) -> None:
    """out = r + g P x; `ends`: least and most of out - x."""
    low, high = np.inf, -np.inf
    for s in range(chain.first, chain.last):
        out[s] = rewards[s] + discount * moved(chain, s, x)
        low, high = min(low, out[s] - x[s]), max(high, out[s] - x[s])
    ends[0], ends[1] = low, high
