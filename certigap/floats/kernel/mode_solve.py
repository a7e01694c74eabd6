"""Compiled policy iteration for the five vectors of the mode rules (THEORY, priced coupled modes): proposals only.

Modes, in this order: T0 and T1, deviator and imitator in one state before and after the first disagreement with the
expert; X, the deviator alone; N0 and N1, the imitator alone. Their vectors are U0, U1, X, N0, N1:

    X   = max_a' sup [ q_X(a', .) ]         q_X = theta r + g P X
    N1  = sup [ q_N1 ]                      q_N = -theta r - tilt + g P N
    N0  = sup [ q_N0 | q_N1 ]               kept | moved
    U1  = max_a' sup [ H(U1, N1) ]          H(U, N) = q_X(a', b) + q_N(a, b) + g sum_t min(p', p) (U - X - N)(t)
    U0  = max_a' sup [ H(U0, N0) | H(U1, N1) ]

each less its charges, plus 1 where it is marked. A pass takes the best rows at every state; between passes the chosen
rows are evaluated by Gauss-Seidel on their sparse equations.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Floats2, Floats3, Indices, Indices2, compiled, inner
from certigap.floats.kernel.mode_rows import RowRoom, nest, new_row_room, unwind
from certigap.floats.kernel.mode_worths import maxima

__all__ = ["ModeGame", "ModeRoom", "ModeSets", "ModeState", "meetings", "new_mode_room", "new_mode_state", "solve"]

T0, T1, X, N0, N1 = range(5)
MODES = 5
ROUNDS = 60
SWEEPS = 3000
DENSE_STATES = 64
"""With more, sweeps over the sparse equations are faster than elimination."""


class ModeGame(NamedTuple):
    """One player's view of a game. A *pair* is an own action a' of a deviation and a joint action: the pairs of state
    `s` stand from `pair_offsets[s]` on, `a' J + k` for its `J` joint actions `k`."""

    player: int
    discount: float
    shapes: Indices2  # [S, n]
    row_offsets: Indices  # [S + 1]
    strides: Indices  # [S] of the player's action among the joint actions
    rewards: Floats  # [K] the player's
    tilt: Floats  # [K] taken from what the imitator loses
    offsets: Indices  # [K + 1]
    columns: Indices  # [E]
    probabilities: Floats  # [E]
    pair_offsets: Indices  # [S + 1]
    meet_offsets: Indices  # [pairs + 1]
    meet_columns: Indices  # common next states of both joint actions of a pair
    meet_probabilities: Floats  # the smaller of their probabilities
    order: Indices  # [n] players, the outermost row first
    first: Indices2  # [n, S] place of a row in flat arrays
    initial: Floats  # [S]


class ModeSets(NamedTuple):
    """The row sets of a node, as `mode_rows` takes them."""

    box: Floats2  # [3, L] expert's rows, lower and upper ends
    limits: Floats3  # [3, n, S] half of the largest and of the smallest distance, 1 where the box cuts something off


class ModeState(NamedTuple):
    """The vectors and the rows that attain them."""

    vectors: Floats2  # [5, S]
    kept: Floats2  # [5, K] joint masses given the state
    moved: Floats2  # [5, K]
    action: Indices2  # [5, S] of the deviator
    excess: Floats3  # [5, n, S] charged distances of the chosen rows
    distance: Floats3  # [5, n, S] distances
    visits: Floats2  # [5, S] discounted occupancies of the modes, when asked for


class ModeRoom(NamedTuple):
    """Working space of one thread."""

    rows: RowRoom
    q0: Floats  # [pairs] tables of the kept
    q1: Floats  # [pairs] of the moved
    base: Floats2  # [2, pairs] H(U0, N0), H(U1, N1) less the part of their own vector
    x: Floats  # [K] q_X
    begin: Indices  # [S] of a state's equation
    entries: Indices2  # [5, S] how many it has
    column: Indices2  # [5, E]
    weight: Floats2  # [5, E]
    constant: Floats2  # [5, S]
    place: Indices  # [S] of a column in the equation being built
    stamp: Indices  # [S] 0 but for its columns
    flow: Floats2  # [5, S]
    step: Floats  # [S] the next vector
    before: Floats  # [S] the vector before a step
    best: Floats  # [S] maxima of a pass
    worths: Floats3  # [5, S, A] of the deviator's actions, as `maxima` has them
    choices: Indices2  # [5, S] the action that is tried first
    warm: Indices  # [5] 1: the rows are of the present sets
    factors: Floats3  # [5, S, S] I - the equations of a mode, as L U; empty in large games


def new_mode_state(game: ModeGame) -> ModeState:
    """Vectors that start at 0."""
    n, states, rows = game.shapes.shape[1], len(game.initial), len(game.rewards)
    z = np.zeros
    return ModeState(
        z((MODES, states)), z((MODES, rows)), z((MODES, rows)), np.zeros((MODES, states), dtype=np.int64),
        z((MODES, n, states)), z((MODES, n, states)), z((MODES, states)),
    )  # fmt: skip


def new_mode_room(game: ModeGame) -> ModeRoom:
    """Room for a game."""
    states, rows, pairs = len(game.initial), len(game.rewards), int(game.pair_offsets[-1])
    entries, e, whole = len(game.columns), np.empty, np.int64
    return ModeRoom(
        new_row_room(game.shapes), e(pairs), e(pairs), e((2, pairs)), e(rows),
        game.offsets[game.row_offsets[:-1]].astype(whole), np.zeros((MODES, states), whole),
        np.zeros((MODES, entries), whole), e((MODES, entries)), e((MODES, states)), np.zeros(states, whole),
        np.zeros(states, whole), e((MODES, states)), e(states), e(states), e(states),
        np.zeros((MODES, states, int(game.shapes[:, game.player].max()))), np.zeros((MODES, states), whole),
        np.zeros(MODES, whole),
        np.zeros((MODES, states, states) if states <= DENSE_STATES else (MODES, 0, 0)),
    )  # fmt: skip


@inner
def put(source: Floats, out: Floats) -> None:
    """out = source, entry by entry: a slice's assignment could allocate."""
    for k in range(len(source)):
        out[k] = source[k]


@inner
def add_next(
    scale: float, offsets: Indices, columns: Indices, probabilities: Floats, vector: Floats, out: Floats
) -> None:
    """out(k) += scale sum_t p(k, t) vector(t)."""
    for k in range(len(offsets) - 1):
        total = 0.0
        for z in range(offsets[k], offsets[k + 1]):
            total += probabilities[z] * vector[columns[z]]
        out[k] += scale * total


@inner
def prepare(game: ModeGame, mode: int, theta: float, state: ModeState, room: ModeRoom) -> None:
    """What the tables of a mode take from the vectors of others."""
    v, g, rows = state.vectors, game.discount, len(game.rewards)
    if mode == N0:
        for k in range(rows):
            room.q1[k] = -theta * game.rewards[k] - game.tilt[k]
        add_next(g, game.offsets, game.columns, game.probabilities, v[N1], room.q1)
    if mode != T0 and mode != T1:
        return
    after = N0 if mode == T0 else N1
    imitator, base, joint = room.q0, room.base[mode], room.x
    for k in range(rows):
        joint[k] = theta * game.rewards[k]
        imitator[k] = -theta * game.rewards[k] - game.tilt[k]
    add_next(g, game.offsets, game.columns, game.probabilities, v[X], joint)
    add_next(g, game.offsets, game.columns, game.probabilities, v[after], imitator)
    for s in range(len(game.initial)):
        f, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        stride, size, first = game.strides[s], game.shapes[s, game.player], game.pair_offsets[s]
        for own in range(size):
            for k in range(count):
                base[first + own * count + k] = joint[f + k + (own - (k // stride) % size) * stride] + imitator[f + k]
    add_next(-g, game.meet_offsets, game.meet_columns, game.meet_probabilities, v[X], base)
    add_next(-g, game.meet_offsets, game.meet_columns, game.meet_probabilities, v[after], base)
    if mode == T0:
        put(room.base[1], room.q1)
        add_next(g, game.meet_offsets, game.meet_columns, game.meet_probabilities, v[T1], room.q1)


@inner
def fill(game: ModeGame, mode: int, theta: float, state: ModeState, room: ModeRoom) -> None:
    """The tables at the mode's present vector."""
    v, g, q = state.vectors[mode], game.discount, room.q0 if mode in (T0, N0) else room.q1
    if mode in (T0, T1):
        put(room.base[mode], q)
        add_next(g, game.meet_offsets, game.meet_columns, game.meet_probabilities, v, q)
        return
    for k in range(len(game.rewards)):
        q[k] = theta * game.rewards[k] if mode == X else -theta * game.rewards[k] - game.tilt[k]
    add_next(g, game.offsets, game.columns, game.probabilities, v, q)


@inner
def load(q0: Floats, q1: Floats, tables: Floats2, f: int, joint: int, size: int, stride: int, own: int) -> None:
    """Fill `tables` from the flat tables: of all joint actions from `f` on, or (own >= 0) of those that play `own`."""
    if own < 0:
        for k in range(joint):
            tables[0, k] = q0[f + k]
            tables[1, k] = q1[f + k]
        return
    for o in range(joint // (size * stride)):
        for i in range(stride):
            tables[1, o * stride + i] = q1[f + (o * size + own) * stride + i]


@inner
def equation(
    g: float, masses: Floats3, first: int, joint: int, offsets: Indices, columns: Indices, probabilities: Floats,
    begin: int, column: Indices, weight: Floats, place: Indices, stamp: Indices,
) -> int:  # fmt: skip
    """Write g sum_k masses(k) p(first + k, .) as sparse entries from `begin` on; how many there are."""
    count = 0
    for k in range(joint):
        w = g * masses[k]
        if w == 0.0:
            continue
        for z in range(offsets[first + k], offsets[first + k + 1]):
            t = columns[z]
            if stamp[t] == 0:
                stamp[t] = 1
                place[t] = begin + count
                column[begin + count] = t
                weight[begin + count] = 0.0
                count += 1
            weight[place[t]] += w * probabilities[z]
    for z in range(begin, begin + count):
        stamp[column[z]] = 0
    return count


@inner
def evaluate(
    v: Floats, begin: Indices, count: Indices, column: Indices, weight: Floats, constant: Floats, tolerance: float
) -> None:
    """Gauss-Seidel on the equations of the chosen rows."""
    for _ in range(SWEEPS):
        change = 0.0
        for s in range(len(v)):
            total, loop = constant[s], 0.0
            for z in range(begin[s], begin[s] + count[s]):
                if column[z] == s:
                    loop = weight[z]
                else:
                    total += weight[z] * v[column[z]]
            total /= 1.0 - loop
            change = max(change, abs(total - v[s]))
            v[s] = total
        if change <= tolerance:
            break


@inner
def factor(begin: Indices, entries: Indices, column: Indices, weight: Floats, lu: Floats2) -> None:
    """I - the equations as L U, in place; no pivots: the rows are diagonally dominant."""
    n = len(lu)
    for s in range(n):
        for t in range(n):
            lu[s, t] = 0.0
        lu[s, s] = 1.0
        for z in range(begin[s], begin[s] + entries[s]):
            lu[s, column[z]] -= weight[z]
    for k in range(n):
        for s in range(k + 1, n):
            if lu[s, k] != 0.0:
                lu[s, k] /= lu[k, k]
                for t in range(k + 1, n):
                    lu[s, t] -= lu[s, k] * lu[k, t]


@inner
def solved(lu: Floats2, right: Floats, x: Floats) -> None:
    """x with L U x = right."""
    n = len(lu)
    for s in range(n):
        x[s] = right[s]
        for t in range(s):
            x[s] -= lu[s, t] * x[t]
    for s in range(n - 1, -1, -1):
        for t in range(s + 1, n):
            x[s] -= lu[s, t] * x[t]
        x[s] /= lu[s, s]


@inner
def solved_transposed(lu: Floats2, right: Floats, x: Floats) -> None:
    """x with (L U)^T x = right."""
    n = len(lu)
    for s in range(n):
        x[s] = right[s]
    for s in range(n):
        x[s] /= lu[s, s]
        for t in range(s + 1, n):
            x[t] -= lu[s, t] * x[s]
    for s in range(n - 1, -1, -1):
        for t in range(s):
            x[t] -= lu[s, t] * x[s]


@inner
def record(
    game: ModeGame, sets: ModeSets, mode: int, s: int, own: int, value: float, state: ModeState, room: ModeRoom
) -> None:
    """Keep the rows of the nested maximum just taken, and write their equation; `value` is with charges and mark."""
    f, joint, rows = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s], room.rows
    size, stride, v = game.shapes[s, game.player], game.strides[s], state.vectors[mode]
    kept, moved = state.kept[mode], state.moved[mode]
    unwind(
        game.shapes, game.order, sets.limits, rows.masses, rows.distances, rows.joint, rows.spent, rows.places, s,
        game.player if mode == X else -1, mode != T0 and mode != N0,
    )  # fmt: skip
    state.action[mode, s] = own
    for j in range(game.shapes.shape[1]):
        state.excess[mode, j, s] = rows.spent[0, j]
        state.distance[mode, j, s] = rows.spent[1, j]
    if mode == X:
        for k in range(f, f + joint):
            moved[k] = 0.0
        for o in range(joint // (size * stride)):
            for i in range(stride):
                moved[f + (o * size + own) * stride + i] = rows.joint[1, o * stride + i]
    else:
        for k in range(joint):
            kept[f + k] = rows.joint[0, k]
            moved[f + k] = rows.joint[1, k]
    masses, begin = (kept if mode in (T0, N0) else moved)[f : f + joint], room.begin[s]
    column, weight = room.column[mode], room.weight[mode]
    if mode in (T0, T1):
        count = equation(
            game.discount, masses, game.pair_offsets[s] + own * joint, joint, game.meet_offsets, game.meet_columns,
            game.meet_probabilities, begin, column, weight, room.place, room.stamp,
        )  # fmt: skip
    else:
        count = equation(
            game.discount, masses, f, joint, game.offsets, game.columns, game.probabilities, begin, column, weight,
            room.place, room.stamp,
        )  # fmt: skip
    for z in range(begin, begin + count):
        value -= weight[z] * v[column[z]]
    room.entries[mode, s] = count
    room.constant[mode, s] = value


@inner
def revalue(
    game: ModeGame, mode: int, mark: int, marked: float, tolls: Floats2, state: ModeState, room: ModeRoom
) -> None:
    """The constants of the equations of the rows that stand, from the tables at the mode's present vector."""
    v = state.vectors[mode]
    for s in range(len(v)):
        f, joint = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        start = game.pair_offsets[s] + state.action[mode, s] * joint if mode in (T0, T1) else f
        value = marked if s == mark else 0.0
        for k in range(joint):
            value += state.moved[mode, f + k] * room.q1[start + k]
            if mode in (T0, N0):  # the others have no table of what is kept: whatever was there may be no number
                value += state.kept[mode, f + k] * room.q0[start + k]
        for j in range(game.shapes.shape[1]):
            value -= tolls[j, s] * state.excess[mode, j, s]
        begin = room.begin[s]
        for z in range(begin, begin + room.entries[mode, s]):
            value -= room.weight[mode, z] * v[room.column[mode, z]]
        room.constant[mode, s] = value


@inner
def solve(
    game: ModeGame, sets: ModeSets, mode: int, theta: float, mark: int, marked: float, tolls: Floats2,
    tolerance: float, rough: float, enough: float, state: ModeState, room: ModeRoom,
) -> None:  # fmt: skip
    """A mode's vector; the modes that it rests on must be solved. Adds `marked` at `mark`.

    It goes on from the mode's rows where they are of these sets, else from its vector.

    Args:
        tolls: `[n, S]`.
        tolerance: up to which the rule holds in the end.
        rough: a pass that changes no value by ten times as much may be the last, with its rows evaluated.
        enough: so may any, if they show as much from the start.
    """
    prepare(game, mode, theta, state, room)
    v, before, step, best, rows = state.vectors[mode], room.before, room.step, room.best, room.rows
    g, player, dense = game.discount, game.player, room.factors.shape[1] > 0
    plain, deviates, paired, absent = mode != T0 and mode != N0, mode in (X, T0, T1), mode in (T0, T1), -1
    if mode == X:
        absent = player
    fine = max(tolerance * (1.0 - g) / 2, 1e-15)
    gain, rise, change, reached = -np.inf, 1e300, 0.0, False
    for turn in range(ROUNDS):
        fill(game, mode, theta, state, room)
        put(v, before)
        put(v, step)
        stand = turn == 0 and room.warm[mode] == 1
        if stand:
            revalue(game, mode, mark, marked, tolls, state, room)
        else:
            maxima(
                game.shapes, game.order, game.first, game.row_offsets, game.pair_offsets, game.strides, sets.box,
                sets.limits, tolls, room.q0, room.q1, rows.tables, rows.cells, rows.places, rows.used,
                room.worths[mode], room.choices[mode], best, player, plain, deviates, paired, rise,
            )  # fmt: skip
            change = 0.0
            for s in range(len(v)):
                if s == mark:
                    best[s] += marked
                if best[s] <= v[s] + gain:
                    continue
                own, joint = room.choices[mode, s], game.row_offsets[s + 1] - game.row_offsets[s]
                first, fixed = game.pair_offsets[s] + own * joint if paired else game.row_offsets[s], absent
                if mode == X:
                    fixed = own
                load(room.q0, room.q1, rows.tables, first, joint, game.shapes[s, player], game.strides[s], fixed)
                nest(
                    game.shapes, game.order, game.first, sets.box, sets.limits, tolls, rows.tables, rows.masses,
                    rows.distances, rows.cells, rows.places, rows.used, s, absent, plain,
                )  # fmt: skip
                record(game, sets, mode, s, own, best[s], state, room)
                change = max(change, abs(best[s] - v[s]))
                step[s] = best[s]
            if change == 0.0 and reached:
                break
        gain = tolerance
        coarse = max(fine, 0.01 * change * (1.0 - g))
        reached = dense or coarse <= fine
        if dense:
            if not stand:
                factor(room.begin, room.entries[mode], room.column[mode], room.weight[mode], room.factors[mode])
            solved(room.factors[mode], room.constant[mode], v)
        else:
            put(step, v)
            evaluate(
                v, room.begin, room.entries[mode], room.column[mode], room.weight[mode], room.constant[mode], coarse
            )
        if stand:
            continue
        shown = 0.0
        rise = 0.0
        for s in range(len(v)):
            rise = max(rise, g * (v[s] - before[s]))
            shown += game.initial[s] * v[s]
        if change <= 10 * rough or shown >= enough:
            break
    room.warm[mode] = 1


@compiled
def meetings(game: ModeGame, counting: bool, offsets: Indices, columns: Indices, probabilities: Floats) -> None:
    """The common next states of both joint actions of every pair; when `counting` only how many up to each pair."""
    entry = 0
    for s in range(len(game.initial)):
        f, joint = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        stride, size = game.strides[s], game.shapes[s, game.player]
        for own in range(size):
            for k in range(joint):
                one, other = f + k, f + k + (own - (k // stride) % size) * stride
                z, y = game.offsets[one], game.offsets[other]
                while z < game.offsets[one + 1] and y < game.offsets[other + 1]:
                    if game.columns[z] == game.columns[y]:
                        if not counting:
                            columns[entry] = game.columns[z]
                            probabilities[entry] = min(game.probabilities[z], game.probabilities[y])
                        entry += 1
                        z += 1
                        y += 1
                    elif game.columns[z] < game.columns[y]:
                        z += 1
                    else:
                        y += 1
                if counting:
                    offsets[game.pair_offsets[s] + own * joint + k + 1] = entry
