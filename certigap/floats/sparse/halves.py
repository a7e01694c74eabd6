"""Passes of the solver of systems (`krylov`): states numbered along the likeliest steps, the two halves of a symmetric
Gauss-Seidel sweep, and the vectors between them.

Every pass over a row reads all of its entries, of which a half counts only those that it has written: `room` holds 0
elsewhere. Loops of one length for each half mispredict their ends, which takes longer than the reading.
"""

import numpy as np

from certigap.floats.compiled import Floats, Indices, compiled, inner
from certigap.floats.sparse.rows import Chain

__all__ = ["advance", "direction", "leading", "lower", "ranks", "remainder", "renumber", "upper"]

_LIKELY = 0.5  # probability from which a step is one to go along; else neighbours, as they are numbered, lie together


@compiled
def leading(chain: Chain, lead: Indices) -> None:
    """The likely next state of each; itself where it has none."""
    for s in range(chain.first, chain.last):
        most, lead[s] = _LIKELY, s
        for e in range(np.uint64(chain.offsets[s - chain.first]), np.uint64(chain.offsets[s - chain.first + 1])):
            if chain.values[e] > most:
                most, lead[s] = chain.values[e], chain.columns[e]


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
def renumber(chain: Chain, held: Indices, mine: Indices, rank: Indices, to: Chain) -> None:
    """Copy the rows whose choice `held` is not `mine`, which becomes it, to where states have their `rank`.

    `to` has as much room for a row as `chain`, for the rows of all blocks. Neighbours go last in a row: a sum that
    waits for the number before waits with its end alone.
    """
    for s in range(chain.first, chain.last):
        if held[s] != mine[s]:
            mine[s] = held[s]
            own = rank[s]
            low, high = to.offsets[own], to.offsets[own + 1]
            for e in range(np.uint64(chain.offsets[s - chain.first]), np.uint64(chain.offsets[s - chain.first + 1])):
                column = rank[chain.columns[e]]
                if abs(column - own) == 1:
                    high -= 1
                    to.columns[high], to.values[high] = column, chain.values[e]
                else:
                    to.columns[low], to.values[low] = column, chain.values[e]
                    low += 1


@inner
def plus(total: float, chain: Chain, s: int, x: Floats) -> float:
    """A number plus the sum of a state's entries times x, added in the order in which they lie."""
    at = s - chain.first
    for e in range(np.uint64(chain.offsets[at]), np.uint64(chain.offsets[at + 1])):
        total += chain.values[e] * x[chain.columns[e]]
    return total


@compiled
def upper(chain: Chain, v: Floats, room: Floats, t: Floats) -> None:
    """t with t = v + U t, U the entries of later states of the block."""
    for s in range(len(room)):
        room[s] = 0.0
    for i in range(chain.last - chain.first):
        s = chain.last - 1 - i
        total = plus(v[s], chain, s, room)
        room[s] = t[s] = total


@compiled
def lower(chain: Chain, v: Floats, t: Floats, shadow: Floats, room: Floats, out: Floats, dots: Floats) -> None:
    """out = t + z, z = v - t + L z - C t: L the entries of earlier states of the block, C those of other blocks.

    `dots`: out . shadow, out . v, out . out over the block.
    """
    for s in range(len(room)):
        room[s] = -t[s]
    for s in range(chain.first, chain.last):
        room[s] = 0.0
    dots[0] = dots[1] = dots[2] = 0.0
    for s in range(chain.first, chain.last):
        total = plus(v[s] - t[s], chain, s, room)
        room[s] = total
        total += t[s]
        out[s] = total
        dots[0] += total * shadow[s]
        dots[1] += total * v[s]
        dots[2] += total * total


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
    ends[0] = ends[1] = 0.0
    for s in range(first, last):
        u[s] += alpha * p[s] + omega * r[s]
        r[s] -= omega * t[s]
        ends[0] = max(ends[0], abs(r[s]))
        ends[1] += r[s] * shadow[s]
