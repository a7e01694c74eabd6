"""Compiled row maxima of the mode rules (THEORY, priced coupled modes): proposals only, judged later in integers.

A row `y` of a player at a state is near its expert row `e`. Mass that stays where the expert has it is *kept* and worth
`q0`, the rest is *moved* and worth `q1`; distance beyond `least` is charged:

    row(q0, q1) = max  kept.q0 + moved.q1 - toll (2 sum moved - least)+,      sum kept + sum moved = 1

over lower <= y <= upper, ||y - e||_1 <= budget. Rows of several players are nested, the outermost first: below a kept
draw the inner row distinguishes kept and moved, below a moved draw everything counts as moved.

The functions take plain arrays, few and packed: a call that passes a game's whole tuple costs more than a row.
    box     [3, L]      e, lower, upper
    limits  [3, n, S]   budget / 2, least / 2, 1 where the box cuts something off
    cells   [6, A]      q0, q1, the result kept and moved, and the same once more for the second relaxation
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Floats2, Floats3, Indices, Indices2, inner

__all__ = ["RowRoom", "nest", "new_row_room", "unwind"]

TINY = 1e-14


class RowRoom(NamedTuple):
    """Working space of nested rows; `J` the most joint actions, `A` the most actions."""

    tables: Floats2  # [2, J] of the kept, of the moved: reduced axis by axis
    masses: Floats3  # [3, n, J] by depth: kept and moved below a kept draw, moved below a moved draw
    distances: Floats3  # [2, n, J] of the rows below a kept, a moved draw
    joint: Floats2  # [4, J] result of `unwind`: kept and moved; working space
    cells: Floats2  # [6, A]
    places: Indices  # [max(n, A)] sizes of the axes
    used: Indices  # [A]
    spent: Floats2  # [2, n] result of `unwind`: charged distances, distances


def new_row_room(shapes: Indices2) -> RowRoom:
    """Room for games of these `shapes` `[S, n]`."""
    n, joint, widest = shapes.shape[1], int(shapes.prod(axis=1).max()), int(shapes.max())
    e, i = np.empty, np.empty(max(n, widest), dtype=np.int64)
    return RowRoom(
        e((2, joint)), e((3, n, joint)), e((2, n, joint)), e((4, joint)), e((6, widest)), i, i.copy(), e((2, n))
    )


@inner
def free_row(
    box: Floats2, cells: Floats2, used: Indices, f: int, size: int, plain: bool, cap: float, free: float, toll: float
) -> float:
    """The row maximum without a box, every receiver another action than its donor."""
    q0 = 1 if plain else 0
    top, second = 0, -1
    for a in range(1, size):
        if cells[1, a] > cells[1, top]:
            second = top
            top = a
        elif second < 0 or cells[1, a] > cells[1, second]:
            second = a
    value = 0.0
    for a in range(size):
        e = box[0, f + a]
        cells[2, a] = e
        cells[3, a] = 0.0
        used[a] = e <= 0.0
        value += e * cells[q0, a]
    moved = 0.0
    while moved < cap - TINY:
        donor, gain = -1, 0.0
        for a in range(size):
            if used[a] == 0:
                g = cells[1, second if a == top else top] - cells[q0, a]
                if g > gain:
                    donor = a
                    gain = g
        if donor < 0 or (moved >= free and gain <= 2 * toll):
            break
        used[donor] = 1
        to = second if donor == top else top
        left = min(cells[2, donor], cap - moved)
        step = min(left, max(free - moved, 0.0))
        value += step * gain
        if gain > 2 * toll:
            value += (left - step) * (gain - 2 * toll)
            step = left
        cells[2, donor] -= step
        cells[3, to] += step
        moved += step
    return value


@inner
def boxed_row(
    box: Floats2, cells: Floats2, f: int, size: int, plain: bool, cap: float, free: float, toll: float
) -> float:
    """The row maximum within a box, receivers and donors apart."""
    q0 = 1 if plain else 0
    need, moved, value = 1.0, 0.0, 0.0
    for a in range(size):
        cells[2, a] = min(box[0, f + a], box[2, f + a])
        cells[3, a] = max(box[1, f + a] - box[0, f + a], 0.0)
        need -= cells[2, a] + cells[3, a]
        moved += cells[3, a]
        value += cells[2, a] * cells[q0, a] + cells[3, a] * cells[1, a]
    paid = max(moved - free, 0.0)
    while True:
        donor, to = -1, -1
        for a in range(size):
            if (donor < 0 or cells[q0, a] < cells[q0, donor]) and cells[2, a] > min(
                box[0, f + a], box[1, f + a]
            ) + TINY:
                donor = a
            if (to < 0 or cells[1, a] > cells[1, to]) and cells[3, a] < box[2, f + a] - box[0, f + a] - TINY:
                to = a
        give = cells[2, donor] - min(box[0, f + donor], box[1, f + donor]) if donor >= 0 else 0.0
        take = box[2, f + to] - box[0, f + to] - cells[3, to] if to >= 0 else 0.0
        if need > TINY and take > 0.0:
            step = min(need, take)
            cells[3, to] += step
            moved += step
            need -= step
            value += step * cells[1, to]
            paid = max(moved - free, 0.0)
            continue
        if need < -TINY and give > 0.0:
            step = min(-need, give)
            cells[2, donor] -= step
            need += step
            value -= step * cells[q0, donor]
            continue
        step = min(give, take, cap - moved)
        if step <= TINY:
            break
        gain = cells[1, to] - cells[q0, donor]
        if moved < free - TINY:
            if gain <= 0.0:
                break
            step = min(step, free - moved)
        elif gain <= 2 * toll:
            break
        else:
            paid += step
        cells[2, donor] -= step
        cells[3, to] += step
        moved += step
        value += step * gain
    return value - 2 * toll * paid


@inner
def paired_row(
    box: Floats2, cells: Floats2, used: Indices, f: int, size: int, cap: float, free: float, toll: float
) -> float:
    """The row maximum within a box, every receiver another action than its donor, its room unlimited."""
    top, second = -1, -1
    for a in range(size):
        if box[2, f + a] <= box[0, f + a]:
            continue
        if top < 0 or cells[1, a] > cells[1, top]:
            second = top
            top = a
        elif second < 0 or cells[1, a] > cells[1, second]:
            second = a
    value, moved, least = 0.0, 0.0, 0.0
    for a in range(size):
        cells[4, a] = box[0, f + a]
        cells[5, a] = 0.0
        least += max(box[1, f + a] - box[0, f + a], 0.0)
        value += cells[4, a] * cells[0, a]
    for a in range(size):
        forced = box[0, f + a] - box[2, f + a]
        used[a] = 0
        if forced > 0.0:
            to = second if a == top else top
            if to < 0:
                return np.inf
            cells[4, a] -= forced
            cells[5, to] += forced
            moved += forced
            value += forced * (cells[1, to] - cells[0, a])
    value -= 2 * toll * max(moved - free, 0.0)
    while moved < cap - TINY:
        donor, gain, must = -1, -np.inf, moved < least - TINY
        for a in range(size):
            to = second if a == top else top
            able = to >= 0 and cells[4, a] > min(box[0, f + a], box[1, f + a]) + TINY
            if able and cells[1, to] - cells[0, a] > gain:
                donor = a
                gain = cells[1, to] - cells[0, a]
        if donor < 0 or (gain <= 0.0 and not must):
            break
        to = second if donor == top else top
        step = min(cells[4, donor] - min(box[0, f + donor], box[1, f + donor]), cap - moved)
        price = 0.0
        if must:
            step = min(step, least - moved)
        if moved < free - TINY:
            step = min(step, free - moved)
        else:
            price = 2 * toll
            if gain <= price and not must:
                break
        if step <= 0.0:
            break
        cells[4, donor] -= step
        cells[5, to] += step
        moved += step
        value += step * (gain - price)
    return value if moved >= least - 1e-9 else np.inf


@inner
def row(
    box: Floats2, limits: Floats3, cells: Floats2, used: Indices, j: int, s: int, f: int, size: int, plain: bool,
    toll: float,
) -> float:  # fmt: skip
    """The row maximum of player `j` at state `s`, whose row begins at `f`."""
    cap, free = limits[0, j, s], limits[1, j, s]
    if limits[2, j, s] == 0.0:
        return free_row(box, cells, used, f, size, plain, cap, free, toll)
    value = boxed_row(box, cells, f, size, plain, cap, free, toll)
    if plain:
        return value
    other = paired_row(box, cells, used, f, size, cap, free, toll)
    if other < value:
        for a in range(size):
            cells[2, a] = cells[4, a]
            cells[3, a] = cells[5, a]
        return other
    return value


@inner
def nest(
    shapes: Indices2, order: Indices, first: Indices2, box: Floats2, limits: Floats3, tolls: Floats, tables: Floats2,
    masses: Floats3, distances: Floats3, cells: Floats2, sizes: Indices, used: Indices,
    s: int, absent: int, plain: bool,
) -> None:  # fmt: skip
    """The rows of the nested maximum of both tables (`plain`: of the second alone) at state `s`, for `unwind`.

    Args:
        shapes, order, first: `[S, n]`, `[n]` the outermost first, `[n, S]`.
        tolls: `[n, S]`.
        absent: a player without a row (the deviator, whose action is fixed), or -1.
    """
    n = shapes.shape[1]
    for j in range(n):
        sizes[j] = 1 if j == absent else shapes[s, j]
    for depth in range(n - 1, -1, -1):
        j = order[depth]
        size, before, after = sizes[j], 1, 1
        if size == 1:
            continue
        for i in range(j):
            before *= sizes[i]
        for i in range(j + 1, n):
            after *= sizes[i]
        toll, f = tolls[j, s], first[j, s]
        for o in range(before):
            for i in range(after):
                place, start = o * after + i, o * size * after + i
                for c in range(size):
                    cells[1, c] = tables[1, start + c * after]
                    cells[0, c] = tables[0, start + c * after]
                for draw in range(2):  # below a kept draw, below a moved one
                    whole, value, distance = draw == 1, 0.0, 0.0
                    wanted = plain or depth > 0 if whole else not plain  # the outermost row needs its first part alone
                    if wanted:
                        value = row(box, limits, cells, used, j, s, f, size, whole, toll)
                    tables[draw, place] = value
                    if not (wanted or whole):
                        continue
                    for c in range(size):
                        kept, moved = (cells[2, c], cells[3, c]) if wanted else (0.0, 0.0)
                        distance += 2 * moved
                        if whole:
                            masses[2, depth, place * size + c] = kept + moved
                        else:
                            masses[0, depth, place * size + c] = kept
                            masses[1, depth, place * size + c] = moved
                    distances[draw, depth, place] = distance
        sizes[j] = 1


@inner
def unwind(
    shapes: Indices2, order: Indices, limits: Floats3, masses: Floats3, distances: Floats3, joint: Floats2,
    spent: Floats2, sizes: Indices, s: int, absent: int, plain: bool,
) -> None:  # fmt: skip
    """After `nest`: the joint masses, kept and moved, of the maximum, and every player's distances."""
    n = shapes.shape[1]
    joint[0, 0], joint[1, 0] = (0.0, 1.0) if plain else (1.0, 0.0)
    for j in range(n):
        sizes[j] = 1
        spent[0, j] = 0.0
        spent[1, j] = 0.0
    for depth in range(n):
        j = order[depth]
        size = 1 if j == absent else shapes[s, j]
        if size == 1:
            continue
        before, after, least = 1, 1, 2 * limits[1, j, s]
        for i in range(j):
            before *= sizes[i]
        for i in range(j + 1, n):
            after *= sizes[i]
        for place in range(before * after):
            joint[2, place] = joint[0, place]
            joint[3, place] = joint[1, place]
        for o in range(before):
            for i in range(after):
                place = o * after + i
                v0, v1, d1 = joint[2, place], joint[3, place], distances[1, depth, place]
                d0 = 0.0 if plain else distances[0, depth, place]
                spent[0, j] += v0 * max(d0 - least, 0.0) + v1 * max(d1 - least, 0.0)
                spent[1, j] += v0 * d0 + v1 * d1
                for c in range(size):
                    to, at = (o * size + c) * after + i, place * size + c
                    kept, moved = 0.0, v1 * masses[2, depth, at]
                    if not plain:
                        kept = v0 * masses[0, depth, at]
                        moved += v0 * masses[1, depth, at]
                    joint[0, to] = kept
                    joint[1, to] = moved
        sizes[j] = size
