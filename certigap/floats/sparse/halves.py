"""Passes of the solver of systems (`krylov`): states numbered along the likeliest steps, the two halves of a symmetric
Gauss-Seidel sweep, and the vectors between them.

Every pass over a row reads all of its entries, of which a half counts only those that it has written: `room` holds 0
elsewhere. Loops of one length for each half mispredict their ends, which takes longer than the reading.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Indices, compiled, inner
from certigap.floats.sparse.kernels import Places
from certigap.floats.sparse.rows import Rows

__all__ = [
    "LANES",
    "System",
    "advance",
    "begin",
    "enter",
    "leading",
    "leave",
    "lower",
    "pivot",
    "ranks",
    "reach",
    "renumber",
    "upper",
]

LANES = 2
"""Runs of states that are numbered in turns: a sum waits for that of the state before in its own run, and the sum of
the other run is added up meanwhile."""

_LIKELY = 0.5  # probability from which a step is one to go along; else neighbours, as they are numbered, lie together


class System(NamedTuple):
    """Rows of (I - g P) at the states numbered `first .. last - 1`, divided by their diagonal 1 - g P_ss and by their
    pivot: entries g P_st / (1 - g P_ss) / pivot, those of t = s left out.
    """

    first: int
    last: int
    offsets: Indices  # [S + 1] of all blocks
    columns: Places
    values: Floats
    diagonal: Floats  # [S]
    pivots: Floats  # [S]


@compiled
def leading(rows: Rows, choice: Indices, discount: float, lead: Indices) -> None:
    """The likely next state of each under its chosen action, once it leaves; itself where it has none."""
    base = rows.actions[rows.first]
    for s in range(rows.first, rows.last):
        row, stays, most, lead[s] = rows.actions[s] + choice[s] - base, 0.0, 0.0, s
        for e in range(np.uint64(rows.offsets[row]), np.uint64(rows.offsets[row + 1])):
            if rows.columns[e] == s:
                stays += rows.values[e]
            elif rows.values[e] > most:
                most, lead[s] = rows.values[e], rows.columns[e]
        if discount * most <= _LIKELY * (1.0 - discount * stays):
            lead[s] = s


@compiled
def ranks(lead: Indices, rank: Indices, order: Indices) -> None:
    """Number the states so that each comes after the state that it leads to; cycles are cut where they are met.

    `rank` `[S]` is the number of a state, `order` the inverse.
    """
    count, placed = len(lead), 0
    for s in range(count):
        rank[s] = -1
    for first in range(count):
        s, top = first, count
        while rank[s] == -1:
            rank[s] = 0
            top -= 1
            order[top] = s
            s = lead[s]
        while top < count:
            order[placed] = order[top]
            rank[order[placed]] = placed
            placed += 1
            top += 1


@compiled
def renumber(rows: Rows, choice: Indices, discount: float, mine: Indices, rank: Indices, to: System) -> None:
    """Copy the rows whose choice is not `mine`, which becomes it, to where states have their `rank`.

    Neighbours go last in a row: a sum that waits for the number before waits with its end alone. What is left of a
    slot, which has room for the state's longest row, is filled with zeros.
    """
    base = rows.actions[rows.first]
    for s in range(rows.first, rows.last):
        if choice[s] == mine[s]:
            continue
        mine[s] = choice[s]
        row, own, stays = rows.actions[s] + choice[s] - base, rank[s], 0.0
        for e in range(np.uint64(rows.offsets[row]), np.uint64(rows.offsets[row + 1])):
            if rows.columns[e] == s:
                stays += rows.values[e]
        to.diagonal[own] = 1.0 - discount * stays
        share = discount / (to.diagonal[own] * to.pivots[own])
        low, high = to.offsets[own], to.offsets[own + 1]
        for e in range(np.uint64(rows.offsets[row]), np.uint64(rows.offsets[row + 1])):
            if rows.columns[e] == s:
                continue
            column = rank[rows.columns[e]]
            if abs(column - own) <= LANES:
                high -= 1
                to.columns[high], to.values[high] = column, share * rows.values[e]
            else:
                to.columns[low], to.values[low] = column, share * rows.values[e]
                low += 1
        for e in range(low, high):
            to.columns[e], to.values[e] = own, 0.0


@compiled
def pivot(system: System, kept: float, sums: Floats) -> None:
    """Find the pivots of the states of a block, in their order, and divide by them; before, the rows are by 1.

    Elimination of the states before would leave entries (fill-in) which the two halves have no place for: those on the
    diagonal count in full, a share `kept` of the others too: so the halves are right about vectors that vary little.
    """
    for s in range(system.first, system.last):
        low, high = np.uint64(system.offsets[s]), np.uint64(system.offsets[s + 1])
        filled = after = 0.0
        for e in range(low, high):
            before = np.int64(system.columns[e])
            if s < before < system.last:
                after += system.values[e]
            elif system.first <= before < s:
                back = 0.0
                for f in range(np.uint64(system.offsets[before]), np.uint64(system.offsets[before + 1])):
                    if system.columns[f] == s:
                        back += system.values[f]
                filled += system.values[e] * (back + kept * (sums[before] - back))
        system.pivots[s] = 1.0 - filled
        sums[s] = after / system.pivots[s]
        for e in range(low, high):
            system.values[e] /= system.pivots[s]


@inner
def plus(total: float, system: System, s: int, x: Floats) -> float:
    """A number plus the sum of a state's entries times x, added in the order in which they lie."""
    for e in range(np.uint64(system.offsets[s]), np.uint64(system.offsets[s + 1])):
        total += system.values[e] * x[system.columns[e]]
    return total


@compiled
def reach(system: System, ends: Indices) -> None:
    """The states that the rows of a block lead to: those from `ends[0]` to `ends[1] - 1`, its own among them."""
    ends[0], ends[1] = system.first, system.last
    for e in range(np.uint64(system.offsets[system.first]), np.uint64(system.offsets[system.last])):
        column = np.int64(system.columns[e])
        if column < ends[0]:
            ends[0] = column
        elif column >= ends[1]:
            ends[1] = column + 1


@compiled
def upper(
    system: System,
    base: Floats,
    beta: float,
    minus: float,
    other: Floats,
    v: Floats,
    room: Floats,
    t: Floats,
) -> None:
    """v <- base + beta v - minus other, then t with t = v + U t, U the entries of later states of the block.

    `room` holds 0 for states of other blocks.
    """
    for s in range(system.first, system.last):
        room[s] = 0.0
    for i in range(system.last - system.first):
        s = system.last - 1 - i
        v[s] = base[s] + beta * v[s] - minus * other[s]
        total = plus(v[s], system, s, room)
        room[s] = t[s] = total


@compiled
def lower(
    system: System,
    turn: Floats,
    v: Floats,
    t: Floats,
    shadow: Floats,
    ends: Indices,
    room: Floats,
    out: Floats,
    dots: Floats,
) -> None:
    """out = t + z, z = v - turn t + L z - C t: L the entries of earlier states of the block, C those of other blocks,
    `turn` [S] is 2 - 1 / pivots, `ends` as `reach` says.

    `dots`: out . shadow, out . v, out . out over the block.
    """
    for s in range(ends[0], ends[1]):
        room[s] = 0.0 if system.first <= s < system.last else -t[s]
    across = along = length = 0.0
    for s in range(system.first, system.last):
        total = plus(v[s] - turn[s] * t[s], system, s, room)
        room[s] = total
        total += t[s]
        out[s] = total
        across += total * shadow[s]
        along += total * v[s]
        length += total * total
    dots[0], dots[1], dots[2] = across, along, length


@compiled
def enter(
    system: System, order: Indices, right: Floats, own: Floats, half: Floats, u: Floats, p: Floats, v: Floats
) -> None:
    """own = the right side as the rows are, divided, `order` [S] being the states by their number; else zeros."""
    for s in range(system.first, system.last):
        own[s] = right[order[s]] / (system.diagonal[s] * system.pivots[s])
        half[s] = u[s] = p[s] = v[s] = 0.0


@compiled
def begin(first: int, last: int, r: Floats, shadow: Floats, ends: Floats) -> None:
    """shadow = r; `ends`: its largest entry."""
    largest = 0.0
    for s in range(first, last):
        shadow[s] = r[s]
        largest = max(largest, abs(r[s]))
    ends[0] = largest


@compiled
def leave(first: int, last: int, order: Indices, half: Floats, out: Floats) -> None:
    """out = half by states; before, it is by their numbers."""
    for s in range(first, last):
        out[order[s]] = half[s]


@compiled
def advance(
    first: int,
    last: int,
    alpha: float,
    p: Floats,
    omega: float,
    t: Floats,
    shadow: Floats,
    r: Floats,
    u: Floats,
    ends: Floats,
) -> None:
    """u <- u + alpha p + omega r, r <- r - omega t; `ends`: the largest entry of r, and r . shadow."""
    largest = across = 0.0
    for s in range(first, last):
        u[s] += alpha * p[s] + omega * r[s]
        r[s] -= omega * t[s]
        largest = max(largest, abs(r[s]))
        across += r[s] * shadow[s]
    ends[0], ends[1] = largest, across
