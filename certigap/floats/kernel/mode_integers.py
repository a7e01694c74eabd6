"""Right sides of the mode rules (FORMAT 6.5) in 64-bit integers, rounded so that they are never too small.

No float occurs here: unlike its neighbours, this kernel proves (`certigap.bounds.modes.exact` says what from).

Values are integers over 2^f, `f` such that every difference of values and every price is below 2^29; masses,
and probabilities times the discount, are integers over 2^31. Sums of products stay below 2^62. What a rule adds is
rounded up:

    sum_t gP(t) X(t) <= g x + sum_t ceil(gP(t)) (X(t) - x)             x <= min X, so every term is >= 0
    row(q0, q1)       = top - (least loss),  a loss being k (top - q0) + m (top - q1) + charge >= 0

The row's linear program is solved by the greedy of FORMAT 6.5 with masses rounded down: whoever rounds `k`, `m` of a
true row down satisfies the rounded constraints (ends outward, a sum that may lack one unit an entry) at no larger loss.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Indices, Indices2, compiled, inner

__all__ = [
    "MASS",
    "N0",
    "N1",
    "U0",
    "U1",
    "FixedGame",
    "FixedLeaf",
    "FixedRoom",
    "FixedSets",
    "X",
    "new_room",
    "raise_vector",
    "worst_lack",
]

MASS = 31
X, N1, N0, U1, U0 = range(5)


class FixedGame(NamedTuple):
    """A game as player `player` sees it; a *pair* is (a', joint action), `a' J + k` of `J` at a state."""

    player: int
    order: Indices  # [n] the outermost row first
    shapes: Indices2  # [S, n]
    row_offsets: Indices  # [S + 1]
    offsets: Indices  # [K + 1]
    columns: Indices  # [E]
    moves: Indices  # [E] ceil of g P
    pair_offsets: Indices  # [S + 1]
    meet_offsets: Indices  # [pairs + 1]
    meet_columns: Indices  # common successors of a' and a
    meet_moves: Indices  # ceil of g min(P', P)
    meet_low: Indices  # [pairs] floor of their sum
    meet_high: Indices  # [pairs] ceil of it
    first: Indices2  # [n, S] place of a row in flat arrays


class FixedSets(NamedTuple):
    """Row sets over 2^31, rounded outward (FORMAT 6.5, R1 and R2)."""

    kept_high: Indices  # [L] min(e, u)
    kept_low: Indices  # [L] min(e, l)
    moved_low: Indices  # [L] (l - e)+
    moved_high: Indices  # [L] (u - e)+
    lost: Indices  # [L] (e - u)+, down
    center: Indices  # [L] e, down, less one unit
    receives: Indices  # [L] 1 where u > e
    plain: Indices2  # [n, S] 1 where R2 does not apply
    free: Indices2  # [n, S] lo / 2, up
    most: Indices2  # [n, S] b / 2, up


class FixedLeaf(NamedTuple):
    """The vectors of a leaf in the order X, N1, N0, U1, U0, and what they are to satisfy."""

    vectors: Indices2  # [5, S]
    together: Indices2  # [2, S] U0 - X - N0 and U1 - X - N1
    lows: Indices  # [5] at most the least entry of X, N1, N0, of the second and of the first row of `together`
    fixed: Indices  # [5] ceil of g times these
    best: Indices  # [K] theta r, up
    own: Indices  # [K] -theta r - (1 - g) k, up
    before: Indices2  # [n, S] w0, down
    after: Indices2  # [n, S] w1, down
    apart: Indices2  # [n, S] wX, down
    marks: Indices2  # [5, S] added to the right sides


class FixedRoom(NamedTuple):
    """Working space; `J` the most joint actions, `A` the most actions."""

    q_x: Indices  # [J]
    q_0: Indices  # [J]
    q_1: Indices  # [J]
    t0: Indices  # [J]
    t1: Indices  # [J]
    v0: Indices  # [A]
    v1: Indices  # [A]
    k: Indices  # [A]
    m: Indices  # [A]
    sizes: Indices  # [n]


def new_room(game: FixedGame) -> FixedRoom:
    """Room for one thread."""
    joint, widest, n = int(np.diff(game.row_offsets).max()), int(game.shapes.max()), game.shapes.shape[1]
    sizes = (*(joint,) * 5, *(widest,) * 4, n)
    return FixedRoom(*(np.empty(size, dtype=np.int64) for size in sizes))


@inner
def fill(
    sets: FixedSets, f: int, size: int, v0: Indices, v1: Indices, top: int, price: int, free: int, most: int,
    room: FixedRoom,
) -> int:  # fmt: skip
    """R1: the least loss times 2^31."""
    k, m = room.k, room.m
    need, moved, loss = (1 << MASS) - 2 * size, 0, 0
    for a in range(size):
        k[a] = sets.kept_high[f + a]
        m[a] = sets.moved_low[f + a]
        need -= k[a] + m[a]
        moved += m[a]
        loss += k[a] * (top - v0[a]) + m[a] * (top - v1[a])
    while True:
        donor, taker = -1, -1
        for a in range(size):
            if k[a] > sets.kept_low[f + a] and (donor < 0 or v0[a] < v0[donor]):
                donor = a
            if m[a] < sets.moved_high[f + a] and (taker < 0 or v1[a] > v1[taker]):
                taker = a
        if need > 0:
            if taker < 0:
                break
            step = min(need, sets.moved_high[f + taker] - m[taker])
            m[taker] += step
            moved += step
            need -= step
            loss += step * (top - v1[taker])
        elif need < 0:
            if donor < 0:
                break
            step = min(-need, k[donor] - sets.kept_low[f + donor])
            k[donor] -= step
            need += step
            loss -= step * (top - v0[donor])
        else:
            if donor < 0 or taker < 0:
                break
            gain, step = (
                v1[taker] - v0[donor],
                min(k[donor] - sets.kept_low[f + donor], sets.moved_high[f + taker] - m[taker]),
            )
            step = min(step, (free if moved < free and free < most else most) - moved)
            if step <= 0 or gain <= (0 if moved < free else 2 * price):
                break
            k[donor] -= step
            m[taker] += step
            moved += step
            loss -= step * gain
    return loss + 2 * price * max(0, moved - free)


@inner
def swap(
    sets: FixedSets, f: int, size: int, v0: Indices, v1: Indices, top: int, price: int, free: int, most: int,
    room: FixedRoom,
) -> int:  # fmt: skip
    """R2: the least loss times 2^31."""
    first, second = -1, -1
    for a in range(size):
        if sets.receives[f + a] == 1:
            if first < 0 or v1[a] > v1[first]:
                second = first
                first = a
            elif second < 0 or v1[a] > v1[second]:
                second = a
    k, m, moved, least, loss = room.k, room.m, 0, -2 * size, 0
    for a in range(size):
        least += sets.moved_low[f + a]
        to = second if a == first else first
        m[a] = min(sets.lost[f + a], sets.center[f + a])
        k[a] = min(
            sets.kept_high[f + a] - sets.kept_low[f + a] + sets.lost[f + a] + 1, sets.center[f + a]
        )  # up to here
        best = v1[to] if to >= 0 else top
        moved += m[a]
        loss += (sets.center[f + a] - m[a]) * (top - v0[a]) + m[a] * (top - best)
    while True:
        donor, gain = -1, 0
        for a in range(size):
            to = second if a == first else first
            if m[a] < k[a] and to >= 0 and (donor < 0 or v1[to] - v0[a] > gain):
                donor = a
                gain = v1[to] - v0[a]
        if donor < 0:
            break
        step = k[donor] - m[donor]
        if moved < least:
            step = min(step, least - moved)
        else:
            step = min(step, (free if moved < free and free < most else most) - moved)
            if step <= 0 or gain <= (0 if moved < free else 2 * price):
                break
        m[donor] += step
        moved += step
        loss -= step * gain
    return loss + 2 * price * max(0, moved - free)


@inner
def row(sets: FixedSets, j: int, s: int, f: int, size: int, same: bool, price: int, room: FixedRoom) -> int:
    """The row maximum of `v0`, `v1` (`same`: of `v1` alone), rounded up."""
    v1 = room.v1
    v0 = v1 if same else room.v0
    top = v1[0]
    for a in range(size):
        top = max(top, v0[a], v1[a])
    free, most = sets.free[j, s], sets.most[j, s]
    loss = fill(sets, f, size, v0, v1, top, price, free, most, room)
    if not same and sets.plain[j, s] == 0:
        loss = max(loss, swap(sets, f, size, v0, v1, top, price, free, most, room))
    return int(top - (loss >> MASS))


@inner
def nest(game: FixedGame, sets: FixedSets, s: int, own: bool, same: bool, prices: Indices2, room: FixedRoom) -> int:
    """sup[t0|t1] of the tables, in place; without `own` the largest over the player's actions. `prices` `[n, S]`."""
    n, t0, t1, sizes = game.shapes.shape[1], room.t0, room.t1, room.sizes
    for j in range(n):
        sizes[j] = game.shapes[s, j]
    for depth in range(n - 1, -1, -1):
        j = game.order[depth]
        size = sizes[j]
        if size == 1 or (j == game.player and not own):
            continue
        before, after = 1, 1
        for i in range(j):
            before *= sizes[i]
        for i in range(j + 1, n):
            after *= sizes[i]
        for o in range(before):
            for i in range(after):
                for c in range(size):
                    room.v1[c] = t1[(o * size + c) * after + i]
                    room.v0[c] = t0[(o * size + c) * after + i]
                for draw in range(1 if same else 0, 2):  # below a kept draw, below a moved one
                    value = row(sets, j, s, game.first[j, s], size, draw == 1, prices[j, s], room)
                    if draw == 1:
                        t1[o * after + i] = value
                    else:
                        t0[o * after + i] = value
        sizes[j] = 1
    result = t1[0] if same else t0[0]
    if not own:
        for a in range(sizes[game.player]):
            result = max(result, t1[a])
    return int(result)


@inner
def backup(game: FixedGame, s: int, pay: Indices, vector: Indices, low: int, fixed: int, table: Indices) -> None:
    """table = pay + g P vector, rounded up; `low` <= vector, `fixed` = ceil(g low)."""
    start = game.row_offsets[s]
    for r in range(start, game.row_offsets[s + 1]):
        total = 0
        for e in range(game.offsets[r], game.offsets[r + 1]):
            total += game.moves[e] * (vector[game.columns[e]] - low)
        table[r - start] = pay[r] + fixed - ((-total) >> MASS)


@inner
def meet(
    game: FixedGame, s: int, a: int, own: Indices, together: Indices, low: int, table: Indices, room: FixedRoom
) -> None:
    """table = H(U, N) of the deviation `a`, rounded up; `own` = q_N, `together` = U - X - N >= `low`."""
    count, stride, i = game.row_offsets[s + 1] - game.row_offsets[s], 1, game.player
    for j in range(i + 1, game.shapes.shape[1]):
        stride *= game.shapes[s, j]
    for k in range(count):
        pair = game.pair_offsets[s] + a * count + k
        other = k + (a - k // stride % game.shapes[s, i]) * stride
        total = (game.meet_high[pair] if low >= 0 else game.meet_low[pair]) * low
        for e in range(game.meet_offsets[pair], game.meet_offsets[pair + 1]):
            total += game.meet_moves[e] * (together[game.meet_columns[e]] - low)
        table[k] = room.q_x[other] + own[k] - ((-total) >> MASS)


@inner
def right_side(game: FixedGame, sets: FixedSets, leaf: FixedLeaf, s: int, which: int, room: FixedRoom) -> int:
    """The right side of a vector's rule at a state."""
    vectors, lows, fixed, marked = leaf.vectors, leaf.lows, leaf.fixed, leaf.marks[which, s]
    if which == X:
        backup(game, s, leaf.best, vectors[X], lows[X], fixed[X], room.t1)
        return int(marked + nest(game, sets, s, which != X, which == X, leaf.apart, room))
    prices = leaf.before if which in (N0, U0) else leaf.after
    backup(game, s, leaf.own, vectors[N1], lows[N1], fixed[N1], room.q_1)
    if which in (N0, U0):
        backup(game, s, leaf.own, vectors[N0], lows[N0], fixed[N0], room.q_0)
    if which in (N1, N0):
        for k in range(game.row_offsets[s + 1] - game.row_offsets[s]):
            room.t1[k] = room.q_1[k]
            room.t0[k] = room.q_0[k]
        return int(marked + nest(game, sets, s, which != X, which == N1, prices, room))
    backup(game, s, leaf.best, vectors[X], lows[X], fixed[X], room.q_x)
    result = 0
    for a in range(game.shapes[s, game.player]):
        meet(game, s, a, room.q_1, leaf.together[1], lows[U1], room.t1, room)
        if which == U0:
            meet(game, s, a, room.q_0, leaf.together[0], lows[U0], room.t0, room)
        value = nest(game, sets, s, which != X, which == U1, prices, room)
        result = value if a == 0 else max(result, value)
    return int(marked + result)


@compiled
def raise_vector(
    game: FixedGame, sets: FixedSets, leaf: FixedLeaf, which: int, unit: int, rounds: int, room: FixedRoom
) -> int:
    """Raise a vector, in multiples of `unit`, until its rule holds at every state; how many states moved last.

    The vectors on which it rests have been raised before. `lows` stay valid, for vectors only grow.
    """
    changes = 0
    for _ in range(rounds):
        changes = 0
        for s in range(game.shapes.shape[0]):
            value = right_side(game, sets, leaf, s, which, room)
            if value > leaf.vectors[which, s]:
                raised = -((-value) // unit) * unit
                if which >= U1:
                    leaf.together[U0 - which, s] += raised - leaf.vectors[which, s]
                leaf.vectors[which, s] = raised
                changes += 1
        if changes == 0:
            break
    return changes


@compiled
def worst_lack(game: FixedGame, sets: FixedSets, leaf: FixedLeaf, which: int, room: FixedRoom) -> int:
    """The most by which a right side exceeds the vector; at most 0 when its rule holds."""
    worst = -(1 << 62)
    for s in range(game.shapes.shape[0]):
        worst = max(worst, right_side(game, sets, leaf, s, which, room) - leaf.vectors[which, s])
    return worst
