"""Compiled row maxima of the mode rules (THEORY, priced coupled modes): proposals only, judged later in integers.

A row `y` of a player at a state is near its expert row `e`. Mass that stays where the expert has it is *kept* and worth
`q0`, the rest is *moved* and worth `q1`; distance beyond `least` is charged:

    row(q0, q1) = max  kept.q0 + moved.q1 - toll (2 sum moved - least)+,      sum kept + sum moved = 1

over lower <= y <= upper, ||y - e||_1 <= budget. Rows of several players are nested, the outermost first: below a kept
draw the inner row distinguishes kept and moved, below a moved draw everything counts as moved.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.kernel.sweeps import Floats, Indices, inner

__all__ = ["ModeGame", "ModeSets", "RowRoom", "nest", "new_row_room", "unwind"]

TINY = 1e-14


class ModeGame(NamedTuple):
    """One player's view of a game. A *pair* is (own action a' of a deviation, joint action): of state `s` the pairs
    stand from `pair_offsets[s]` on, `a' J + k` for the `J` joint actions `k` of the state."""

    player: int
    discount: float
    shapes: Indices  # [S, n]
    row_offsets: Indices  # [S + 1]
    rewards: Floats  # [K] the player's
    offsets: Indices  # [K + 1]
    columns: Indices  # [E]
    probabilities: Floats  # [E]
    pair_offsets: Indices  # [S + 1]
    meet_offsets: Indices  # [pairs + 1]
    meet_columns: Indices  # common next states of both joint actions of a pair
    meet_probabilities: Floats  # the smaller of their probabilities
    order: Indices  # [n] players, the outermost row first
    first: Indices  # [n, S] place of a row in flat arrays
    center: Floats  # [L] the expert's rows
    initial: Floats  # [S]


class ModeSets(NamedTuple):
    """The row sets of a node."""

    lower: Floats  # [L]
    upper: Floats  # [L]
    budget: Floats  # [n, S] largest distance from the expert's row
    least: Floats  # [n, S] smallest
    boxed: Indices  # [n, S] 1 where the box cuts something off


class RowRoom(NamedTuple):
    """Working space of nested rows; `J` the most joint actions, `A` the most actions."""

    t0: Floats  # [J] table of the kept, reduced axis by axis
    t1: Floats  # [J] of the moved
    sizes: Indices  # [n]
    keep: Floats  # [n, J] by depth: kept mass below a kept draw
    move: Floats  # [n, J] moved mass below a kept draw
    flat: Floats  # [n, J] mass below a moved draw
    distance: Floats  # [2, n, J] of the rows below a kept, a moved draw
    w0: Floats  # [J] joint masses, result of `unwind`: kept
    w1: Floats  # [J] moved
    v0: Floats  # [J]
    v1: Floats  # [J]
    c0: Floats  # [A]
    c1: Floats  # [A]
    k: Floats  # [A]
    m: Floats  # [A]
    k2: Floats  # [A]
    m2: Floats  # [A]
    used: Indices  # [A]
    excess: Floats  # [n] charged distance, result of `unwind`
    moved: Floats  # [n] distance, result of `unwind`


def new_row_room(game: ModeGame) -> RowRoom:
    """Room for a game."""
    n = game.shapes.shape[1]
    joint, widest = int(np.diff(game.row_offsets).max()), int(game.shapes.max())
    j, a, e = (lambda: np.empty(joint)), (lambda: np.empty(widest)), np.empty
    return RowRoom(
        j(), j(), np.empty(n, dtype=np.int64), e((n, joint)), e((n, joint)), e((n, joint)), e((2, n, joint)),
        j(), j(), j(), j(), a(), a(), a(), a(), a(), a(), np.empty(widest, dtype=np.int64), e(n), e(n),
    )  # fmt: skip


@inner
def free_row(
    game: ModeGame, sets: ModeSets, j: int, s: int, size: int, plain: bool, toll: float, room: RowRoom
) -> float:
    """The row maximum of `c0`, `c1` without a box, every receiver another action than its donor; fills `k`, `m`."""
    c1, k, m, used = room.c1, room.k, room.m, room.used
    c0 = c1 if plain else room.c0
    f, top, second = game.first[j, s], 0, -1
    for a in range(1, size):
        if c1[a] > c1[top]:
            second = top
            top = a
        elif second < 0 or c1[a] > c1[second]:
            second = a
    value = 0.0
    for a in range(size):
        k[a] = game.center[f + a]
        m[a] = 0.0
        used[a] = 0
        value += k[a] * c0[a]
    cap, free, moved = sets.budget[j, s] / 2, sets.least[j, s] / 2, 0.0
    while moved < cap - TINY:
        donor, gain = -1, 0.0
        for a in range(size):
            if used[a] == 0 and k[a] > 0.0:
                g = c1[second if a == top else top] - c0[a]
                if g > gain:
                    donor = a
                    gain = g
        if donor < 0:
            break
        used[donor] = 1
        to = second if donor == top else top
        left = min(k[donor], cap - moved)
        for paid in range(2):
            price = 2 * toll if paid else 0.0
            step = left if paid else min(left, free - moved)
            if step <= 0.0 or gain <= price:
                continue
            k[donor] -= step
            m[to] += step
            moved += step
            left -= step
            value += step * (gain - price)
    return value


@inner
def boxed_row(
    game: ModeGame, sets: ModeSets, j: int, s: int, size: int, plain: bool, toll: float, room: RowRoom
) -> float:
    """The row maximum within a box, receivers and donors apart; fills `k`, `m`."""
    c1, k, m = room.c1, room.k, room.m
    c0 = c1 if plain else room.c0
    f, need, moved, value = game.first[j, s], 1.0, 0.0, 0.0
    for a in range(size):
        k[a] = min(game.center[f + a], sets.upper[f + a])
        m[a] = max(sets.lower[f + a] - game.center[f + a], 0.0)
        need -= k[a] + m[a]
        moved += m[a]
        value += k[a] * c0[a] + m[a] * c1[a]
    cap, free = sets.budget[j, s] / 2, sets.least[j, s] / 2
    paid = max(moved - free, 0.0)
    while True:
        donor, to = -1, -1
        for a in range(size):
            if (donor < 0 or c0[a] < c0[donor]) and k[a] > min(game.center[f + a], sets.lower[f + a]) + TINY:
                donor = a
            if (to < 0 or c1[a] > c1[to]) and m[a] < sets.upper[f + a] - game.center[f + a] - TINY:
                to = a
        give = k[donor] - min(game.center[f + donor], sets.lower[f + donor]) if donor >= 0 else 0.0
        room_left = sets.upper[f + to] - game.center[f + to] - m[to] if to >= 0 else 0.0
        if need > TINY:
            step = min(need, room_left)
            if step <= 0.0:
                break
            m[to] += step
            moved += step
            need -= step
            value += step * c1[to]
            paid = max(moved - free, 0.0)
            continue
        if need < -TINY:
            step = min(-need, give)
            if step <= 0.0:
                break
            k[donor] -= step
            need += step
            value -= step * c0[donor]
            continue
        step = min(give, room_left, cap - moved)
        if step <= TINY:
            break
        gain = c1[to] - c0[donor]
        if moved < free - TINY:
            step = min(step, free - moved)
            if gain <= 0.0:
                break
        elif gain <= 2 * toll:
            break
        else:
            paid += step
        k[donor] -= step
        m[to] += step
        moved += step
        value += step * gain
    return value - 2 * toll * paid


@inner
def paired_row(game: ModeGame, sets: ModeSets, j: int, s: int, size: int, toll: float, room: RowRoom) -> float:
    """The row maximum within a box, every receiver another action than its donor, room unlimited; fills `k2`, `m2`."""
    c0, c1, k, m, used = room.c0, room.c1, room.k2, room.m2, room.used
    f, top, second = game.first[j, s], -1, -1
    for a in range(size):
        if sets.upper[f + a] <= game.center[f + a]:
            continue
        if top < 0 or c1[a] > c1[top]:
            second = top
            top = a
        elif second < 0 or c1[a] > c1[second]:
            second = a
    value, moved, least = 0.0, 0.0, 0.0
    for a in range(size):
        k[a] = game.center[f + a]
        m[a] = 0.0
        least += max(sets.lower[f + a] - k[a], 0.0)
        value += k[a] * c0[a]
    for a in range(size):
        forced = k[a] - sets.upper[f + a]
        used[a] = 0
        if forced > 0.0:
            to = second if a == top else top
            if to < 0:
                return np.inf
            k[a] -= forced
            m[to] += forced
            moved += forced
            value += forced * (c1[to] - c0[a])
    cap, free = sets.budget[j, s] / 2, sets.least[j, s] / 2
    value -= 2 * toll * max(moved - free, 0.0)
    while moved < cap - TINY:
        donor, gain, forced = -1, -np.inf, moved < least - TINY
        for a in range(size):
            to = second if a == top else top
            if used[a] == 0 and to >= 0 and k[a] > min(game.center[f + a], sets.lower[f + a]) + TINY:
                if c1[to] - c0[a] > gain:
                    donor = a
                    gain = c1[to] - c0[a]
        if donor < 0 or (gain <= 0.0 and not forced):
            break
        to = second if donor == top else top
        step = min(k[donor] - min(game.center[f + donor], sets.lower[f + donor]), cap - moved)
        price = 0.0
        if forced:
            step = min(step, least - moved)
        if moved < free - TINY:
            step = min(step, free - moved)
        else:
            price = 2 * toll
            if gain <= price and not forced:
                break
        k[donor] -= step
        m[to] += step
        moved += step
        value += step * (gain - price)
    return value if moved >= least - 1e-9 else np.inf


@inner
def row(game: ModeGame, sets: ModeSets, j: int, s: int, size: int, plain: bool, toll: float, room: RowRoom) -> float:
    """The row maximum; fills `k`, `m`."""
    if sets.boxed[j, s] == 0:
        return free_row(game, sets, j, s, size, plain, toll, room)
    value = boxed_row(game, sets, j, s, size, plain, toll, room)
    if plain:
        return value
    other = paired_row(game, sets, j, s, size, toll, room)
    if other >= value:
        return value
    for a in range(size):
        room.k[a] = room.k2[a]
        room.m[a] = room.m2[a]
    return other


@inner
def nest(
    game: ModeGame, sets: ModeSets, s: int, own: bool, plain: bool, tolls: Floats, room: RowRoom
) -> float:
    """The nested maximum of the tables `t0`, `t1` (`plain`: of `t1` alone) at state `s`, in place.

    Without `own` the deviator's action is fixed, and the tables are those of the opponents. `tolls` `[n, S]`.
    """
    n, t0, t1, sizes = game.shapes.shape[1], room.t0, room.t1, room.sizes
    for j in range(n):
        sizes[j] = game.shapes[s, j] if own or j != game.player else 1
    for depth in range(n - 1, -1, -1):
        j = game.order[depth]
        size, before, after = sizes[j], 1, 1
        if size == 1:
            continue
        for i in range(j):
            before *= sizes[i]
        for i in range(j + 1, n):
            after *= sizes[i]
        toll = tolls[j, s]
        for o in range(before):
            for i in range(after):
                place, v0 = o * after + i, 0.0
                for c in range(size):
                    room.c1[c] = t1[(o * size + c) * after + i]
                if not plain:
                    for c in range(size):
                        room.c0[c] = t0[(o * size + c) * after + i]
                    v0 = row(game, sets, j, s, size, False, toll, room)
                    distance = 0.0
                    for c in range(size):
                        room.keep[depth, place * size + c] = room.k[c]
                        room.move[depth, place * size + c] = room.m[c]
                        distance += 2 * room.m[c]
                    room.distance[0, depth, place] = distance
                v1 = row(game, sets, j, s, size, True, toll, room)
                distance = 0.0
                for c in range(size):
                    room.flat[depth, place * size + c] = room.k[c] + room.m[c]
                    distance += 2 * room.m[c]
                room.distance[1, depth, place] = distance
                t0[place] = v0
                t1[place] = v1
        sizes[j] = 1
    return t1[0] if plain else t0[0]


@inner
def unwind(game: ModeGame, sets: ModeSets, s: int, own: bool, plain: bool, room: RowRoom) -> None:
    """After `nest`: the joint masses `w0` (kept), `w1` (moved) of the maximum, and every player's distances."""
    n, sizes, w0, w1, v0, v1 = game.shapes.shape[1], room.sizes, room.w0, room.w1, room.v0, room.v1
    w0[0], w1[0] = (0.0, 1.0) if plain else (1.0, 0.0)
    for j in range(n):
        sizes[j] = 1
        room.excess[j] = 0.0
        room.moved[j] = 0.0
    for depth in range(n):
        j = game.order[depth]
        size = game.shapes[s, j] if own or j != game.player else 1
        if size == 1:
            continue
        before, after, least = 1, 1, sets.least[j, s]
        for i in range(j):
            before *= sizes[i]
        for i in range(j + 1, n):
            after *= sizes[i]
        for place in range(before * after):
            v0[place] = w0[place]
            v1[place] = w1[place]
        for o in range(before):
            for i in range(after):
                place = o * after + i
                d0, d1 = 0.0 if plain else room.distance[0, depth, place], room.distance[1, depth, place]
                room.excess[j] += v0[place] * max(d0 - least, 0.0) + v1[place] * max(d1 - least, 0.0)
                room.moved[j] += v0[place] * d0 + v1[place] * d1
                for c in range(size):
                    to, at = (o * size + c) * after + i, place * size + c
                    kept, moved = 0.0, v1[place] * room.flat[depth, at]
                    if not plain:
                        kept = v0[place] * room.keep[depth, at]
                        moved += v0[place] * room.move[depth, at]
                    w0[to] = kept
                    w1[to] = moved
        sizes[j] = size
