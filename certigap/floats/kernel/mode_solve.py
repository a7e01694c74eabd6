"""Compiled policy iteration for the five vectors of the mode rules (THEORY, priced coupled modes): proposals only.

Modes, in this order: T0 and T1, deviator and imitator in one state before and after the first disagreement with the
expert; X, the deviator alone; N0 and N1, the imitator alone. Their vectors are U0, U1, X, N0, N1:

    X   = max_a' sup [ q_X(a', .) ]         q_X = theta r + g P X
    N1  = sup [ q_N1 ]                      q_N = -theta r + g P N
    N0  = sup [ q_N0 | q_N1 ]               kept | moved
    U1  = max_a' sup [ H(U1, N1) ]          H(U, N) = q_X(a', b) + q_N(a, b) + g sum_t min(p', p) (U - X - N)(t)
    U0  = max_a' sup [ H(U0, N0) | H(U1, N1) ]

each less its charges, plus 1 where it is marked. A sweep takes the best rows at every state; between sweeps the
chosen rows are evaluated by Gauss-Seidel on their sparse equations.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.kernel.mode_rows import ModeGame, ModeSets, RowRoom, nest, new_row_room, unwind
from certigap.floats.kernel.sweeps import Floats, Indices, compiled, inner

__all__ = ["MODES", "N0", "N1", "T0", "T1", "X", "ModeRoom", "ModeState", "meetings", "new_mode_room", "new_mode_state", "solve"]

T0, T1, X, N0, N1 = range(5)
MODES = 5
ROUNDS = 60
SWEEPS = 3000


class ModeState(NamedTuple):
    """The vectors and the rows that attain them."""

    vectors: Floats  # [5, S]
    kept: Floats  # [5, K] joint masses given the state
    moved: Floats  # [5, K]
    action: Indices  # [5, S] of the deviator
    excess: Floats  # [5, n, S] charged distances of the chosen rows
    distance: Floats  # [5, n, S] distances
    visits: Floats  # [5, S] discounted occupancies of the modes, when asked for


class ModeRoom(NamedTuple):
    """Working space of one thread."""

    rows: RowRoom
    x: Floats  # [K] q_X
    n0: Floats  # [K] q_N0
    n1: Floats  # [K] q_N1
    base: Floats  # [2, pairs] H less the part of its own vector: of U0, of U1
    h1: Floats  # [pairs] H(U1, N1)
    start: Indices  # [S] of a state's equation
    count: Indices  # [5, S] entries
    column: Indices  # [5, E]
    weight: Floats  # [5, E]
    constant: Floats  # [5, S]
    place: Indices  # [S] of a column in the equation being built
    stamp: Indices  # [S] 0 but for its columns
    flow: Floats  # [5, S]


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
    entries, e, i = len(game.columns), np.empty, (lambda *shape: np.zeros(shape, dtype=np.int64))
    start = game.offsets[game.row_offsets[:-1]].astype(np.int64)
    return ModeRoom(
        new_row_room(game), e(rows), e(rows), e(rows), e((2, pairs)), e(pairs), start, i(MODES, states),
        i(MODES, entries), e((MODES, entries)), e((MODES, states)), i(states), i(states), e((MODES, states)),
    )  # fmt: skip


@inner
def follow(game: ModeGame, k: int, vector: Floats) -> float:
    """g P(. | k) vector."""
    total = 0.0
    for z in range(game.offsets[k], game.offsets[k + 1]):
        total += game.probabilities[z] * vector[game.columns[z]]
    return game.discount * total


@inner
def meet(game: ModeGame, pair: int, vector: Floats) -> float:
    """g sum_t min(p', p) vector(t)."""
    total = 0.0
    for z in range(game.meet_offsets[pair], game.meet_offsets[pair + 1]):
        total += game.meet_probabilities[z] * vector[game.meet_columns[z]]
    return game.discount * total


@inner
def prepare(game: ModeGame, mode: int, theta: float, state: ModeState, room: ModeRoom) -> None:
    """What the tables of a mode take from the vectors of others."""
    v = state.vectors
    if mode == X or mode == N1 or mode == N0:
        return
    for k in range(len(game.rewards)):
        room.x[k] = theta * game.rewards[k] + follow(game, k, v[X])
    after = N0 if mode == T0 else N1
    q = room.n0 if mode == T0 else room.n1
    for k in range(len(game.rewards)):
        q[k] = -theta * game.rewards[k] + follow(game, k, v[after])
    for s in range(len(game.initial)):
        f, joint, stride = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s], 1
        size = game.shapes[s, game.player]
        for j in range(game.player + 1, game.shapes.shape[1]):
            stride *= game.shapes[s, j]
        for own in range(size):
            for k in range(joint):
                pair = game.pair_offsets[s] + own * joint + k
                other = f + k + (own - (k // stride) % size) * stride
                room.base[mode, pair] = (
                    room.x[other] + q[f + k] - meet(game, pair, v[X]) - meet(game, pair, v[after])
                )
    if mode == T0:
        for pair in range(game.pair_offsets[-1]):
            room.h1[pair] = room.base[1, pair] + meet(game, pair, v[T1])


@inner
def tables(game: ModeGame, mode: int, s: int, own: int, theta: float, state: ModeState, room: ModeRoom) -> None:
    """Fill `t0`, `t1` for a state, and for the deviator's action `own` where the mode has one."""
    f, joint, v = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s], state.vectors
    t0, t1 = room.rows.t0, room.rows.t1
    if mode == X:
        stride, size = 1, game.shapes[s, game.player]
        for j in range(game.player + 1, game.shapes.shape[1]):
            stride *= game.shapes[s, j]
        for o in range(joint // (size * stride)):
            for i in range(stride):
                k = f + (o * size + own) * stride + i
                t1[o * stride + i] = theta * game.rewards[k] + follow(game, k, v[X])
        return
    if mode == N1 or mode == N0:
        for k in range(joint):
            t1[k] = -theta * game.rewards[f + k] + follow(game, f + k, v[N1])
            if mode == N0:
                t0[k] = -theta * game.rewards[f + k] + follow(game, f + k, v[N0])
        return
    first = game.pair_offsets[s] + own * joint
    for k in range(joint):
        pair = first + k
        if mode == T1:
            t1[k] = room.base[1, pair] + meet(game, pair, v[T1])
        else:
            t0[k] = room.base[0, pair] + meet(game, pair, v[T0])
            t1[k] = room.h1[pair]


@inner
def value_at(
    game: ModeGame, sets: ModeSets, mode: int, s: int, own: int, theta: float, tolls: Floats,
    state: ModeState, room: ModeRoom,
) -> float:  # fmt: skip
    """The right side of a mode's inequality without its mark, for one action of the deviator."""
    tables(game, mode, s, own, theta, state, room)
    return nest(game, sets, s, mode != X, mode != T0 and mode != N0, tolls[mode], room.rows)


@inner
def record(
    game: ModeGame, sets: ModeSets, mode: int, s: int, own: int, theta: float, value: float,
    state: ModeState, room: ModeRoom,
) -> None:  # fmt: skip
    """Keep the rows of the nested maximum just taken, and write their equation; `value` includes the mark."""
    f, joint, v, rows = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s], state.vectors, room.rows
    unwind(game, sets, s, mode != X, mode != T0 and mode != N0, rows)
    state.action[mode, s] = own
    for j in range(game.shapes.shape[1]):
        state.excess[mode, j, s] = rows.excess[j]
        state.distance[mode, j, s] = rows.moved[j]
    for k in range(f, f + joint):
        state.kept[mode, k] = 0.0
        state.moved[mode, k] = 0.0
    if mode == X:
        stride, size = 1, game.shapes[s, game.player]
        for j in range(game.player + 1, game.shapes.shape[1]):
            stride *= game.shapes[s, j]
        for o in range(joint // (size * stride)):
            for i in range(stride):
                state.moved[mode, f + (o * size + own) * stride + i] = rows.w1[o * stride + i]
    else:
        for k in range(joint):
            state.kept[mode, f + k] = rows.w0[k]
            state.moved[mode, f + k] = rows.w1[k]
    # the equation v(s) = constant + sum weight v(column), of the mass that stays in the mode
    begin, count = room.start[s], 0
    masses = state.kept[mode] if mode == T0 or mode == N0 else state.moved[mode]
    known = value
    for k in range(joint):
        w = game.discount * masses[f + k]
        if w == 0.0:
            continue
        if mode == T0 or mode == T1:
            pair = game.pair_offsets[s] + own * joint + k
            low, high = game.meet_offsets[pair], game.meet_offsets[pair + 1]
        else:
            low, high = game.offsets[f + k], game.offsets[f + k + 1]
        for z in range(low, high):
            if mode == T0 or mode == T1:
                t, p = game.meet_columns[z], game.meet_probabilities[z]
            else:
                t, p = game.columns[z], game.probabilities[z]
            if room.stamp[t] == 0:
                room.stamp[t] = 1
                room.place[t] = begin + count
                room.column[mode, begin + count] = t
                room.weight[mode, begin + count] = 0.0
                count += 1
            room.weight[mode, room.place[t]] += w * p
            known -= w * p * v[mode, t]
    for z in range(begin, begin + count):
        room.stamp[room.column[mode, z]] = 0
    room.count[mode, s] = count
    room.constant[mode, s] = known


@inner
def evaluate(mode: int, tolerance: float, state: ModeState, room: ModeRoom) -> None:
    """Gauss-Seidel on the equations of the chosen rows."""
    v = state.vectors[mode]
    for _ in range(SWEEPS):
        change = 0.0
        for s in range(len(v)):
            total, loop, begin = room.constant[mode, s], 0.0, room.start[s]
            for z in range(begin, begin + room.count[mode, s]):
                if room.column[mode, z] == s:
                    loop = room.weight[mode, z]
                else:
                    total += room.weight[mode, z] * v[room.column[mode, z]]
            total /= 1.0 - loop
            change = max(change, abs(total - v[s]))
            v[s] = total
        if change <= tolerance:
            break


@inner
def solve(
    game: ModeGame, sets: ModeSets, mode: int, theta: float, mark: int, marked: float, tolls: Floats,
    tolerance: float, state: ModeState, room: ModeRoom,
) -> None:  # fmt: skip
    """A mode's vector, from where it stands; the modes that it rests on must be solved. Adds `marked` at `mark`."""
    prepare(game, mode, theta, state, room)
    v, deviates = state.vectors[mode], mode == X or mode == T0 or mode == T1
    for turn in range(ROUNDS):
        change = 0.0
        for s in range(len(v)):
            bonus = marked if s == mark else 0.0
            choice, best = 0, -np.inf
            for own in range(game.shapes[s, game.player] if deviates else 1):
                value = value_at(game, sets, mode, s, own, theta, tolls, state, room)
                if value > best:
                    choice = own
                    best = value
            best += bonus
            if turn == 0 or best > v[s] + tolerance:
                if deviates and choice != game.shapes[s, game.player] - 1:
                    value_at(game, sets, mode, s, choice, theta, tolls, state, room)
                record(game, sets, mode, s, choice, theta, best, state, room)
                change = max(change, abs(best - v[s]))
                v[s] = best
        if turn > 0 and change == 0.0:
            break
        evaluate(mode, max(tolerance * (1.0 - game.discount) / 2, 1e-15), state, room)


@compiled
def meetings(game: ModeGame, fill: bool, offsets: Indices, columns: Indices, probabilities: Floats) -> None:
    """The common next states of both joint actions of every pair; without `fill`, only how many up to each pair."""
    entry = 0
    for s in range(len(game.initial)):
        f, joint, stride = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s], 1
        size = game.shapes[s, game.player]
        for j in range(game.player + 1, game.shapes.shape[1]):
            stride *= game.shapes[s, j]
        for own in range(size):
            for k in range(joint):
                one, other = f + k, f + k + (own - (k // stride) % size) * stride
                z, y = game.offsets[one], game.offsets[other]
                while z < game.offsets[one + 1] and y < game.offsets[other + 1]:
                    if game.columns[z] == game.columns[y]:
                        if fill:
                            columns[entry] = game.columns[z]
                            probabilities[entry] = min(game.probabilities[z], game.probabilities[y])
                        entry += 1
                        z += 1
                        y += 1
                    elif game.columns[z] < game.columns[y]:
                        z += 1
                    else:
                        y += 1
                if not fill:
                    offsets[game.pair_offsets[s] + own * joint + k + 1] = entry
