"""Sweeps over one player's rows, block by block: a block holds the rows of the states `first .. last - 1`.

Each block is one thread's. What a sweep reads of its own block may be of this sweep (Gauss and Seidel), what it reads
of the others is of the sweep before: so results do not depend on how threads run.
"""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.floats.compiled import Floats, Indices, Ints, compiled, inner
from certigap.floats.sparse.kernels import tidy

__all__ = [
    "Chain",
    "Rows",
    "Singles",
    "advance",
    "direction",
    "dot",
    "follow",
    "gather",
    "improve",
    "lower",
    "remainder",
    "scale",
    "slots",
    "upper",
]

Singles: TypeAlias = Annotated[npt.NDArray[np.float32], 1]


class Rows(NamedTuple):
    """P of the own actions at the states `first .. last - 1`: row 0 is the first action of state `first`."""

    first: int
    last: int
    actions: Indices  # [S + 1] first own action of each state, of all blocks
    offsets: Indices  # [rows + 1]
    columns: Ints
    values: Floats


class Chain(NamedTuple):
    """P of the chosen actions at the states `first .. last - 1`; or, once scaled, what `upper` and `lower` take."""

    first: int
    last: int
    offsets: Indices  # [states + 1]
    columns: Ints
    values: Floats


@inner
def mean(rows: Rows, row: int, x: Floats) -> float:
    """The expected x after an action."""
    total = 0.0
    for e in range(rows.offsets[row], rows.offsets[row + 1]):
        total += rows.values[e] * x[rows.columns[e]]
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


@compiled
def gather(rows: Rows, choice: Indices, held: Indices, matrix: Chain) -> None:
    """Copy the chosen rows, where `held` is another choice: they lie far apart, and sweeps over copies are five times
    as fast. What is left of a slot is filled with zeros.
    """
    base = rows.actions[rows.first]
    for s in range(rows.first, rows.last):
        if choice[s] != held[s]:
            held[s] = choice[s]
            row, at = rows.actions[s] + choice[s] - base, matrix.offsets[s - rows.first]
            for e in range(rows.offsets[row], rows.offsets[row + 1]):
                matrix.columns[at], matrix.values[at] = rows.columns[e], rows.values[e]
                at += 1
            for rest in range(at, matrix.offsets[s - rows.first + 1]):
                matrix.columns[rest], matrix.values[rest] = s, 0.0


@compiled
def follow(matrix: Chain, rewards: Floats, discount: float, x: Floats, out: Floats, ends: Floats) -> None:
    """out = r + g P x; `ends`: least and most of out - x."""
    ends[0], ends[1] = np.inf, -np.inf
    for s in range(matrix.first, matrix.last):
        total = 0.0
        for e in range(matrix.offsets[s - matrix.first], matrix.offsets[s - matrix.first + 1]):
            total += matrix.values[e] * x[matrix.columns[e]]
        value = rewards[s] + discount * total
        out[s] = value
        ends[0], ends[1] = min(ends[0], value - x[s]), max(ends[1], value - x[s])


@compiled
def scale(matrix: Chain, discount: float, scaled: Chain, inverse: Floats) -> None:
    """`g P / (1 - g P_ss)` without the diagonal, columns ascending, and `inverse` `[S]`, `1 / (1 - g P_ss)`."""
    at = 0
    scaled.offsets[0] = 0
    for s in range(matrix.first, matrix.last):
        begin, own = at, 0.0
        for e in range(matrix.offsets[s - matrix.first], matrix.offsets[s - matrix.first + 1]):
            if matrix.columns[e] == s:
                own += discount * matrix.values[e]
            else:
                scaled.columns[at], scaled.values[at] = matrix.columns[e], discount * matrix.values[e]
                at += 1
        at = tidy(scaled.columns, scaled.values, begin, at)
        inverse[s] = 1.0 / (1.0 - own)
        for e in range(begin, at):
            scaled.values[e] *= inverse[s]
        scaled.offsets[s - matrix.first + 1] = at


@compiled
def upper(matrix: Chain, v: Floats, t: Floats) -> None:
    """t with t = v + U t, U the entries of later states of the block."""
    for s in range(matrix.last - 1, matrix.first - 1, -1):
        total = v[s]
        for e in range(matrix.offsets[s - matrix.first + 1] - 1, matrix.offsets[s - matrix.first] - 1, -1):
            column = matrix.columns[e]
            if column < s:
                break
            if column < matrix.last:
                total += matrix.values[e] * t[column]
        t[s] = total


@compiled
def lower(matrix: Chain, v: Floats, t: Floats, z: Floats, out: Floats) -> None:
    """out = t + z, z = v - t + L z - C t: L the entries of earlier states of the block, C those of other blocks."""
    for s in range(matrix.first, matrix.last):
        total = v[s] - t[s]
        for e in range(matrix.offsets[s - matrix.first], matrix.offsets[s - matrix.first + 1]):
            column = matrix.columns[e]
            if column < matrix.first or column >= matrix.last:
                total -= matrix.values[e] * t[column]
            elif column < s:
                total += matrix.values[e] * z[column]
        z[s] = total
        out[s] = t[s] + total


@compiled
def dot(first: int, last: int, a: Floats, b: Floats) -> float:
    """a . b over a block."""
    total = 0.0
    for s in range(first, last):
        total += a[s] * b[s]
    return total


@compiled
def direction(first: int, last: int, beta: float, omega: float, r: Floats, v: Floats, p: Floats) -> None:
    """p <- r + beta (p - omega v)"""
    for s in range(first, last):
        p[s] = r[s] + beta * (p[s] - omega * v[s])


@compiled
def remainder(first: int, last: int, alpha: float, v: Floats, r: Floats) -> None:
    """r <- r - alpha v"""
    for s in range(first, last):
        r[s] -= alpha * v[s]


@compiled
def advance(first: int, last: int, alpha: float, p: Floats, omega: float, t: Floats, r: Floats, u: Floats) -> float:
    """u <- u + alpha p + omega r, r <- r - omega t; returns the largest entry of r."""
    largest = 0.0
    for s in range(first, last):
        u[s] += alpha * p[s] + omega * r[s]
        r[s] -= omega * t[s]
        largest = max(largest, abs(r[s]))
    return largest
