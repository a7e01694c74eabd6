"""Compiled bounds by priced coupled modes: vectors at given prices, prices by cutting planes. Proposals only.

The bound `nu.V + sum_j p_j left_j - theta cutoff` is convex and piecewise linear in the prices `p` and in `theta`; its
slope at a point is `left_j` less what the chosen rows pay at that price, and their reward less the cutoff. A cut a
point; the next point is the least of the largest cut, drawn towards the best point in the first rounds.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Floats2, Floats3, Indices, compiled, inner
from certigap.floats.kernel.mode_solve import (
    N0,
    N1,
    T0,
    T1,
    ModeGame,
    ModeRoom,
    ModeSets,
    ModeState,
    X,
    solve,
    solved_transposed,
)

__all__ = ["JOINT", "OPTIMUM", "VALUE", "PriceRoom", "Question", "lowest", "new_price_room", "priced_bound"]

JOINT, OPTIMUM, VALUE = range(3)
SWEEPS = 400
MOST_ROUNDS = 32
WIDE = 0.5  # how far the first step goes, as a share of the prices
LEAST_REACH = 0.0025  # and of the largest prices
FIRST = 100  # times the tolerance: how well vectors for a new mark are worth knowing
ROUGH = 0.002  # of what a node lacks: how well its vectors are worth knowing


class Question(NamedTuple):
    """What is to be bounded on a node: `theta` gap (or V*, or -V) plus the marked modes' occupancy of state `mark`."""

    kind: int
    rates: Floats3  # [5, n, S] tolls for a price of 1
    left: Floats  # [n] eps - m.least
    mark: int  # -1: none
    marked: Floats  # [5] 1 for the modes of the group
    cutoff: float
    most: Floats  # [n + 1] largest prices and theta
    fixed: bool  # theta stays 1
    rounds: int
    target: float  # a bound that is small enough
    useless: float  # a bound that is no use
    relative: float  # of the bound: a gap to the least cut at which it is good enough
    tolerance: float  # of the vectors


class PriceRoom(NamedTuple):
    """Working space of the cutting planes: `d = n + 1` variables, at most `C` cuts."""

    cuts: Floats2  # [C, d + 1]
    tableau: Floats2  # [d + 2, C + 2 d + 1]
    base: Indices  # [d + 1]
    tolls: Floats3  # [5, n, S]
    here: Floats  # [d] prices and theta
    best: Floats  # [d]
    point: Floats  # [d]
    seen: Floats2  # [C, d + 1] the cuts, seen from `least`
    least: Floats  # [d] prices that are tried next lie between
    width: Floats  # [d] `least` and `least + width`
    known: Indices  # [5] of a mode that does not depend on the prices: 1 its vector is known roughly, 2 closely


def new_price_room(n: int, states: int) -> PriceRoom:
    """Room for a game of `n` players."""
    d, most, e = n + 1, MOST_ROUNDS, np.empty
    return PriceRoom(
        e((most, d + 1)), e((d + 2, most + 2 * d + 1)), e(d + 1, dtype=np.int64), e((5, n, states)), e(d), e(d), e(d),
        e((most, d + 1)), e(d), e(d), np.zeros(5, dtype=np.int64),
    )  # fmt: skip


@inner
def occupancies(game: ModeGame, kind: int, all_modes: bool, state: ModeState, room: ModeRoom) -> None:
    """Discounted occupancies of the modes under the chosen rows, in `visits`."""
    flow, visits, states = room.flow, state.visits, len(game.initial)
    flow[:] = 0.0
    visits[:] = 0.0
    start = T0 if kind == JOINT else X if kind == OPTIMUM else N0
    for s in range(states):
        flow[start, s] = game.initial[s]
    # the order in which mass flows on: T0, T1, X, N0, N1
    for mode in (T0, T1, X, N0, N1):
        if (mode in (T0, T1)) and kind != JOINT:
            continue
        if (mode == X and kind == VALUE) or ((mode in (N0, N1)) and kind == OPTIMUM):
            continue
        if not all_modes and (mode in (T1, N1) or (mode == X and kind == JOINT)):
            continue
        d, r = visits[mode], flow[mode]
        if room.factors.shape[1] > 0:
            solved_transposed(room.factors[mode], r, d)
        for _ in range(0 if room.factors.shape[1] > 0 else SWEEPS):
            left = 0.0
            for s in range(states):
                x = r[s]
                if x == 0.0:
                    continue
                r[s] = 0.0
                d[s] += x
                begin = room.begin[s]
                for z in range(begin, begin + room.entries[mode, s]):
                    r[room.column[mode, z]] += x * room.weight[mode, z]
            for s in range(states):
                left += r[s]
            if left <= 1e-6:
                break
        for s in range(states):
            if d[s] > 0.0:
                leave(game, mode, s, d[s], state, flow)


@inner
def leave(game: ModeGame, mode: int, s: int, d: float, state: ModeState, flow: Floats2) -> None:
    """What flows from a mode to others."""
    f, joint, g = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s], game.discount
    if mode in (X, N1):
        return
    if mode == N0:
        for k in range(f, f + joint):
            w = g * d * state.moved[mode, k]
            if w > 0.0:
                for z in range(game.offsets[k], game.offsets[k + 1]):
                    flow[N1, game.columns[z]] += w * game.probabilities[z]
        return
    stride, size, own = game.strides[s], game.shapes[s, game.player], state.action[mode, s]
    for k in range(joint):
        w0, w1 = g * d * state.kept[mode, f + k], g * d * state.moved[mode, f + k]
        if w0 + w1 == 0.0:
            continue
        pair, other = game.pair_offsets[s] + own * joint + k, f + k + (own - (k // stride) % size) * stride
        for z in range(game.offsets[other], game.offsets[other + 1]):
            flow[X, game.columns[z]] += (w0 + w1) * game.probabilities[z]
        for z in range(game.offsets[f + k], game.offsets[f + k + 1]):
            flow[N0, game.columns[z]] += w0 * game.probabilities[z]
            flow[N1, game.columns[z]] += w1 * game.probabilities[z]
        for z in range(game.meet_offsets[pair], game.meet_offsets[pair + 1]):
            t, p = game.meet_columns[z], game.meet_probabilities[z]
            flow[X, t] -= (w0 + w1) * p
            flow[N0, t] -= w0 * p
            flow[N1, t] -= w1 * p
            if mode == T0:
                flow[T1, t] += w1 * p


@inner
def earned(game: ModeGame, kind: int, state: ModeState) -> float:
    """The reward that the chosen rows earn in all modes."""
    total = 0.0
    for s in range(len(game.initial)):
        f, joint = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        stride, size = game.strides[s], game.shapes[s, game.player]
        for mode in (T0, T1, X, N0, N1):
            d = state.visits[mode, s]
            if d == 0.0:
                continue
            for k in range(joint):
                w = d * (state.kept[mode, f + k] + state.moved[mode, f + k])
                if w == 0.0:
                    continue
                if mode == X:
                    total += w * game.rewards[f + k]
                    continue
                total -= w * game.rewards[f + k]
                if mode in (T0, T1):
                    own = state.action[mode, s]
                    total += w * game.rewards[f + k + (own - (k // stride) % size) * stride]
    return total


@inner
def lowest(cuts: Floats2, count: int, most: Floats, point: Floats, d: int, work: Floats2, base: Indices) -> float:
    """min over 0 <= x <= most of max_k cuts[k, 0] + cuts[k, 1:].x, in `point`: the dual by the simplex method.

    `x` are the first `d` entries of `most` and `point`.

    Dual: max sum_k lambda_k c_k - sum_j most_j mu_j with sum lambda = 1, sum_k lambda_k g_kj + mu_j - slack_j = 0.
    `work` `[d + 2, most cuts + 2 d + 1]`: tableau, columns lambda, mu, slack, right side; last row the objective.
    `base` `[d + 1]`: the basic columns.
    """
    columns = count + 2 * d
    for i in range(d + 2):
        for k in range(columns + 1):
            work[i, k] = 0.0
    for k in range(count):
        work[0, k] = 1.0
        for j in range(d):
            work[j + 1, k] = -cuts[k, j + 1]
        work[d + 1, k] = cuts[k, 0]
    work[0, columns] = 1.0
    for j in range(d):
        work[j + 1, count + j] = -1.0  # mu
        work[j + 1, count + d + j] = 1.0  # slack
        work[d + 1, count + j] = -most[j]
    base[0] = 0
    for i in range(1, d + 2):
        scale = work[i, 0]
        for k in range(columns + 1):
            work[i, k] -= scale * work[0, k]
    for j in range(d):
        i = j + 1
        base[i] = count + d + j
        if work[i, columns] < 0.0:  # the slack is g_1j: negative, so mu_j takes its place
            for k in range(columns + 1):
                work[i, k] = -work[i, k]
            base[i] = count + j
            scale = work[d + 1, count + j]
            for k in range(columns + 1):
                work[d + 1, k] -= scale * work[i, k]
    for _ in range(200):
        enter, gain = -1, 1e-11
        for k in range(columns):
            if work[d + 1, k] > gain:
                enter = k
                gain = work[d + 1, k]
        if enter < 0:
            break
        out, ratio = -1, np.inf
        for i in range(d + 1):
            if work[i, enter] > 1e-12 and work[i, columns] / work[i, enter] < ratio:
                out = i
                ratio = work[i, columns] / work[i, enter]
        if out < 0:
            break
        scale = work[out, enter]
        for k in range(columns + 1):
            work[out, k] /= scale
        for i in range(d + 2):
            if i != out and work[i, enter] != 0.0:
                scale = work[i, enter]
                for k in range(columns + 1):
                    work[i, k] -= scale * work[out, k]
        base[out] = enter
    for j in range(d):  # reduced cost of the slack: -x_j
        point[j] = min(max(-work[d + 1, count + d + j], 0.0), most[j])
    return float(-work[d + 1, columns])


@compiled
def priced_bound(
    game: ModeGame, sets: ModeSets, question: Question, state: ModeState, room: ModeRoom, spare: PriceRoom,
) -> tuple[float, float]:  # fmt: skip
    """The least bound found over the prices, and a value that no prices can get below (by the cuts).

    It starts from the prices in `spare.here`, its own are `spare.best`; `state` is likewise where it starts and what it
    finds: vectors, rows and, above the target, occupancies.

    Where a `target` is given and not reached, the bound is that of rows that are nearly the best, for all it decides is
    where to split; everything else holds up to the tolerance.
    """
    n, kind, rates, target = game.shapes.shape[1], question.kind, question.rates, question.target
    d, is_node, states = n if question.fixed else n + 1, question.target > -1e300, len(game.initial)
    cuts, tolls, known, here, best_at, point = spare.cuts, spare.tolls, spare.known, spare.here, spare.best, spare.point
    best, all_modes, low, reach, seen, least = 1e300, not question.fixed, -1e300, WIDE, spare.seen, spare.least
    start = T0 if kind == JOINT else X if kind == OPTIMUM else N0
    for mode in range(5):
        known[mode] = 0
        for j in range(n):
            for s in range(states):
                if rates[mode, j, s] != 0.0 and mode != T0 and mode != N0:
                    all_modes = True
    for j in range(n + 1):
        best_at[j] = here[j]
    hope, value, last, ended = 0.0, 0.0, False, False
    for s in range(states):
        hope += game.initial[s] * state.vectors[start, s]
    for turn in range(question.rounds + 1):
        for near in range(2 if turn > 0 else 0):  # everywhere, for a bound; near the best point, where cuts are good
            for j in range(d):
                most = question.most[j]
                span = max(reach * best_at[j], LEAST_REACH * most)
                least[j] = max(best_at[j] - span, 0.0) * near
                spare.width[j] = min(best_at[j] + span, most) - least[j] if near else most
            for k in range(turn):
                seen[k, 0] = cuts[k, 0]
                for j in range(d):
                    seen[k, j + 1] = cuts[k, j + 1]
                    seen[k, 0] += cuts[k, j + 1] * least[j]
            floor = lowest(seen, turn, spare.width, point, d, spare.tableau, spare.base)
            if near == 0:
                low = floor
                hopeless = is_node and low > target and best - low <= 0.05 * (best - target)
                close = best - low <= question.relative * max(abs(best), 1e-3)
                last = hopeless or close or turn == question.rounds
                ended = low >= question.useless or (last and is_node and value <= best)
            if ended or last:
                break
        if ended:
            break
        for j in range(d if turn > 0 else 0):
            here[j] = best_at[j] if last else least[j] + point[j]
        theta = float(here[n])
        offset = -theta * question.cutoff
        for j in range(n):
            offset += here[j] * question.left[j]
        for mode in range(5):
            for j in range(n):
                for s in range(states):
                    tolls[mode, j, s] = here[j] * rates[mode, j, s]
        likely = min(best, float(hope + offset))
        above = likely - max(low, target) if is_node or turn > 0 else 0.0
        rough = ROUGH * (1.0 - game.discount) * min(max(above, 0.0), abs(likely))
        if turn == 0 and not question.fixed:
            rough = FIRST * question.tolerance
        if last and not is_node:
            rough = 0.0
        enough = best - offset if turn > 0 and not last else 1e300
        for _ in range(2):
            level = 1 if rough > 0.0 else 2
            for mode in (X, N1, N0, T1, T0):
                absent = ((mode in (T0, T1)) and kind != JOINT) or (mode == X and kind == VALUE)
                if absent or known[mode] >= level or ((mode in (N0, N1)) and kind == OPTIMUM):
                    continue
                solve(
                    game, sets, mode, theta, question.mark, question.marked[mode], tolls[mode], question.tolerance,
                    rough, enough if mode == start else 1e300, state, room,
                )  # fmt: skip
                known[mode] = level if not all_modes and mode != T0 and mode != N0 else 0
            value = offset
            for s in range(states):
                value += game.initial[s] * state.vectors[start, s]
            if rough == 0.0 or value > target:
                break
            rough = 0.0
            enough = 1e300
        if last:
            best = value
            break
        if value >= best:
            reach /= 2
        else:
            reach = reach if turn == 0 else 2 * reach
            best = value
            for j in range(n + 1):
                best_at[j] = here[j]
        if best <= target:
            break
        occupancies(game, kind, all_modes, state, room)
        cut = cuts[turn]
        cut[0] = value
        for j in range(n):
            cut[j + 1] = question.left[j]
            for mode in range(5):
                for s in range(states):
                    cut[j + 1] -= rates[mode, j, s] * state.visits[mode, s] * state.excess[mode, j, s]
            cut[0] -= cut[j + 1] * here[j]
        if not question.fixed:
            cut[n + 1] = earned(game, kind, state) - question.cutoff
            cut[0] -= cut[n + 1] * here[n]
    if best > target and not (ended and all_modes):
        occupancies(game, kind, best > target, state, room)
    return best, low
