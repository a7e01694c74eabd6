"""Sweeps over one player's rows, block by block: a block holds the rows of the states `first .. last - 1`.

Each block is one thread's. What a sweep reads of its own block may be of this sweep (Gauss and Seidel), what it reads
of the others is of the sweep before: so results do not depend on how threads run.
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
    "refine",
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
    """P of the chosen actions at the states `first .. last - 1`, solved for what stays: entries `g P_st / (1 - g P_ss)`
    without those of `t = s`. With `m` the sum of entries times x, and `leave` = 1 - g P_ss,

        T x - x = r + leave (m - x),    Gauss and Seidel's x = m + r / leave.
    """

    first: int
    last: int
    offsets: Indices  # [states + 1]
    columns: Places
    values: Floats
    leave: Floats  # [S] of all blocks


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
    x: Floats,
    slack: Singles,
    out: Floats,
    choice: Indices,
    ends: Floats,
) -> None:
    """out = max(out, r + g P x) over the own actions, and the action that attains it; before, out is that of `choice`.

    `ends`: least and most of out - x, and how many choices change. The action of before is kept unless another is
    better: ties do not wander. An action that was worse by more than `margin` in the sweep before, which `slack`
    remembers, can never be best again and is left out for good.
    """
    base = rows.actions[rows.first]
    ends[0], ends[1], ends[2] = np.inf, -np.inf, 0.0
    for s in range(rows.first, rows.last):
        begin, kept = rows.actions[s], rows.actions[s] + choice[s]
        best, top = out[s], kept
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
        if top != kept:
            slack[kept], slack[top] = best - out[s], 0.0
            choice[s], out[s] = top - begin, best
            ends[2] += 1.0
        ends[0], ends[1] = min(ends[0], best - x[s]), max(ends[1], best - x[s])


@compiled
def slots(rows: Rows, offsets: Indices) -> None:
    """Fill the offsets of a `Chain`: a state has room for its longest row."""
    base = rows.actions[rows.first]
    offsets[0] = 0
    for s in range(rows.first, rows.last):
        longest = 0
        for row in range(rows.actions[s] - base, rows.actions[s + 1] - base):
            longest = max(longest, rows.offsets[row + 1] - rows.offsets[row])
        offsets[s - rows.first + 1] = offsets[s - rows.first] + longest


@inner
def copy_row(rows: Rows, row: int, s: int, discount: float, chain: Chain) -> None:
    """A row of a block as that of the state's chosen action. What is left of a slot is filled with zeros.

    Rows and chain may be the same arrays: nothing is written ahead of what is read.
    """
    begin, end, stays = chain.offsets[s - rows.first], chain.offsets[s - rows.first + 1], 0.0
    at = begin
    for e in range(np.uint64(rows.offsets[row]), np.uint64(rows.offsets[row + 1])):
        column, value = rows.columns[e], discount * rows.values[e]
        if column == s:
            stays += value
        else:
            chain.columns[at], chain.values[at] = column, value
            at += 1
    chain.leave[s] = 1.0 - stays
    for e in range(np.uint64(begin), np.uint64(at)):
        chain.values[e] /= 1.0 - stays
    for rest in range(at, end):
        chain.columns[rest], chain.values[rest] = s, 0.0


@compiled
def gather(rows: Rows, choice: Indices, held: Indices, discount: float, chain: Chain) -> None:
    """Copy the chosen rows, where `held` is another choice: they lie far apart, and sweeps over copies are five times
    as fast.
    """
    base = rows.actions[rows.first]
    for s in range(rows.first, rows.last):
        if choice[s] != held[s]:
            held[s] = choice[s]
            copy_row(rows, rows.actions[s] + choice[s] - base, s, discount, chain)


@compiled
def follow(chain: Chain, rewards: Floats, x: Floats, out: Floats, ends: Floats) -> None:
    """out = r + g P x; `ends`: least and most of out - x."""
    ends[0], ends[1] = np.inf, -np.inf
    for s in range(chain.first, chain.last):
        change = rewards[s] + chain.leave[s] * (moved(chain, s, x) - x[s])
        out[s] = x[s] + change
        ends[0], ends[1] = min(ends[0], change), max(ends[1], change)


@compiled
def refine(
    rows: Rows, chain: Chain, expected: Floats, discount: float, sweeps: int, choice: Indices, held: Indices, x: Floats
) -> int:
    """Gauss and Seidel, in place, each sweep the other way round: one that chooses, then `sweeps` that follow; twice.

    `chain`, whose actions `held` names, keeps step with `choice`. Returns how many choices changed. `x` is this block's
    own copy: what others do meanwhile is not seen.
    """
    base, first, last, changed = rows.actions[rows.first], rows.first, rows.last, 0
    turn = 0
    for _ in range(2):
        for i in range(last - first):
            s = first + i if turn % 2 == 0 else last - 1 - i
            begin, kept = rows.actions[s], rows.actions[s] + choice[s]
            best, top = expected[kept] + chain.leave[s] * (moved(chain, s, x) - x[s]) + x[s], kept
            for row in range(begin, rows.actions[s + 1]):
                if row != kept:
                    q = expected[row] + discount * mean(rows, row - base, x)
                    if q > best:
                        best, top = q, row
            if top != kept:
                changed += 1
                choice[s] = held[s] = top - begin
                copy_row(rows, top - base, s, discount, chain)
            x[s] += (best - x[s]) / chain.leave[s]
        for _ in range(sweeps):
            turn += 1
            for i in range(last - first):
                s = first + i if turn % 2 == 0 else last - 1 - i
                x[s] = moved(chain, s, x) + expected[rows.actions[s] + choice[s]] / chain.leave[s]
        turn += 1
    return changed
