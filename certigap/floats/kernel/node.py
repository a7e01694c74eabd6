"""Compiled float bounds of one node of the search: proposals only, judged later in integers.

A node is a box of rows; with the ball it gives row sets (`cut`, FORMAT 6.2) and from these two bounds of a player's
gap: the pair bound of `certigap.floats.kernel.sweeps` and the linear bound of `certigap.regions.linear`, whose notation
is used here: `low` and `tau` describe the simplex around each row set, `deviating` and `own` the game at its vertices.

Where the imitator is paid other rewards than the deviator (`paid`), V is of those, and may be above V*: `tilted`.

The game comes with its values in units (`certigap.regions.units`): V(s)/u(s), r(s,.)/u(s), P(t|.) u(t)/u(s), and with
them nu(s) u(s) and w(s) u(s). Bounds and prices are payoffs as ever: every product above is the same in all units.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Floats2, Floats3, Indices, compiled, inner, prepare
from certigap.floats.kernel.sweeps import (
    BEST_LOWER,
    BEST_UPPER,
    PAIR,
    VALUE_LOWER,
    VALUE_UPPER,
    GameArrays,
    Room,
    SetArrays,
    iterate,
    own_stride,
    row_maximum,
)

__all__ = [
    "BallArrays",
    "NodeArrays",
    "NodeRoom",
    "linear_bound",
    "new_node_room",
    "node_bound",
    "pair_bound",
    "prepare_node_bound",
]

SWEEPS = 500  # an end: a node starts from its parent's vectors, near its own
ROUNDS = 2  # over all prices and weights: the time of a node against its bound
TRIALS = 6  # steps a coordinate, each longer or shorter than the last
IMPROVEMENTS = 4  # of the reference policy: references need not be best, only good

_iterate = iterate.function


class BallArrays(NamedTuple):
    """The ball and the game around it."""

    center: Floats  # [L] the expert's rows
    occupancy: Floats  # [S] lower bounds of the expert's
    initial: Floats  # [S] times the units
    eps: float
    transitions: Floats2  # [K, S] dense, over units
    slack: float  # of the iterations, in units
    most: Floats  # [S] the largest distance of a row
    tilted: bool  # V need not be below V*


class NodeArrays(NamedTuple):
    """A node: what it is, and room for what is found of it."""

    lower: Floats  # [L]
    upper: Floats  # [L]
    vectors: Floats2  # [5, S] best_upper, best_lower, value_lower, gap_upper, value_upper, in units: start and result
    prices: Floats  # [n] result
    free: Floats2  # [2, n + 2] start and end of both descents: prices, then the weights over the occupancies
    weights: Floats2  # [2, S] result, times the units
    reference: Indices  # [S] result: the deviator's actions in the reference kernel
    scores: Floats2  # [n, S] result: how much a split of the row may help
    bounds: Floats  # [2] result: pair, linear
    simplex: Floats2  # [2, L] result: smallest and largest entries of the rows
    tilt: Floats  # [D] result: of the imitator's rewards (`kernel.tilt`); empty where there is none


class NodeRoom(NamedTuple):
    """Working space of one thread."""

    low: Floats  # [L] the simplices: low + tau theta
    tau: Floats2  # [n, S]
    deviating: Floats2  # [K, S + 2] next states, rewards and `paid`; opponents at the vertices of their simplices
    own: Floats2  # [K, S + 2] the same with everyone at the vertices
    choices: Floats3  # [S, A, S + 1] `deviating` averaged over the opponents, for each action of the deviator
    kernels: Floats3  # [2, S, S] the reference kernels of deviator and player
    phi: Floats2  # [A, K] for each deviation and each joint vertex
    matrix: Floats2  # [S, S]
    value: Floats  # [S]
    occupancies: Floats2  # [2, S] of the reference kernels, discounted
    trial: Floats  # [n + 2] like a row of `free`


def new_node_room(game: GameArrays) -> NodeRoom:
    """Room for a game."""
    (states, n), rows = game.shapes.shape, game.rewards.shape[1]
    widest, length, empty = int(game.shapes.max()), int(game.shapes.sum()), np.empty
    return NodeRoom(
        low=empty(length),
        tau=empty((n, states)),
        deviating=empty((rows, states + 2)),
        own=empty((rows, states + 2)),
        choices=empty((states, widest, states + 1)),
        kernels=empty((2, states, states)),
        phi=empty((widest, rows)),
        matrix=empty((states, states)),
        value=empty(states),
        occupancies=empty((2, states)),
        trial=empty(n + 2),
    )


@inner
def cut(game: GameArrays, ball: BallArrays, node: NodeArrays, sets: SetArrays, room: NodeRoom) -> bool:
    """Fill the row sets and their simplices; False when the node is empty."""
    states, n = game.shapes.shape
    low, tau = room.low, room.tau
    for j in range(n):
        left = ball.eps
        for s in range(states):
            f, below, above, least, most = sets.first[j, s], 0.0, 0.0, 0.0, 0.0
            for k in range(f, f + game.shapes[s, j]):
                below += max(node.lower[k] - ball.center[k], 0.0)
                above += max(ball.center[k] - node.upper[k], 0.0)
                least += node.lower[k]
                most += node.upper[k]
            if least > 1.0 + 1e-14 or most < 1.0 - 1e-14:
                return False
            sets.need[j, s] = 2.0 * max(below, above)
            left -= ball.occupancy[s] * sets.need[j, s]
        if left < -1e-14:
            return False
        left = max(left, 0.0)
        for s in range(states):
            moved = sets.need[j, s]
            radius = ball.most[s] if ball.occupancy[s] <= 0.0 else min(ball.most[s], moved + left / ball.occupancy[s])
            if moved > radius + 1e-14:
                return False
            total, most, f = -1.0, 0.0, sets.first[j, s]
            for k in range(f, f + game.shapes[s, j]):
                sets.base[k] = min(max(ball.center[k], node.lower[k]), node.upper[k])
                sets.donors[k] = sets.base[k] - node.lower[k]
                sets.receivers[k] = node.upper[k] - sets.base[k]
                total += sets.base[k]
                most += min(node.upper[k], ball.center[k] + radius / 2)
            sets.need[j, s] = total
            sets.exchange[j, s] = max(radius - moved, 0.0) / 2
            tau[j, s] = 1.0
            for k in range(f, f + game.shapes[s, j]):
                high = min(node.upper[k], ball.center[k] + radius / 2)
                low[k] = max(node.lower[k], ball.center[k] - radius / 2, 1.0 - most + high)
                tau[j, s] -= low[k]
            tau[j, s] = max(tau[j, s], 0.0)
            for k in range(f, f + game.shapes[s, j]):
                node.simplex[0, k] = low[k]
                node.simplex[1, k] = min(low[k] + tau[j, s], node.upper[k])
    return True


@inner
def restrict(
    table: Floats2, first: int, count: int, size: int, stride: int, start: int, low: Floats, tau: float
) -> None:
    """Replace the actions of one player (entries `stride` apart) by the vertices `low[start:] + tau e_k`, in place."""
    for outer in range(count // (size * stride)):
        for offset in range(stride):
            place = first + outer * size * stride + offset
            for t in range(table.shape[1]):
                total = 0.0
                for k in range(size):
                    total += low[start + k] * table[place + k * stride, t]
                for k in range(size):
                    table[place + k * stride, t] = total + tau * table[place + k * stride, t]


@inner
def restrict_tables(player: int, game: GameArrays, ball: BallArrays, sets: SetArrays, room: NodeRoom) -> None:
    """Fill `deviating` and `own`."""
    states, n = game.shapes.shape
    rows = game.rewards.shape[1]
    table = room.deviating
    for row in range(rows):
        for t in range(states):
            table[row, t] = ball.transitions[row, t]
        table[row, states], table[row, states + 1] = game.rewards[player, row], game.paid[player, row]
    for turn in range(n):
        j = turn if turn < player else turn + 1
        if turn == n - 1:
            j = player
            for row in range(rows):
                for t in range(states + 2):
                    room.own[row, t] = table[row, t]
            table = room.own
        for s in range(states):
            first = game.row_offsets[s]
            count, stride = game.row_offsets[s + 1] - first, own_stride(j, s, game)
            restrict(table, first, count, game.shapes[s, j], stride, sets.first[j, s], room.low, room.tau[j, s])


@inner
def resolve(kernels: Floats3, task: int, discount: float, matrix: Floats2, x: Floats) -> None:
    """Replace x by the solution y of y - discount K y = x: K = kernels[0]^T, kernels[1]^T, kernels[0] for 0, 1, 2.

    Elimination needs no pivots, because the diagonal dominates.
    """
    states = x.size
    for s in range(states):
        for t in range(states):
            entry = kernels[0, s, t] if task == 2 else kernels[task, t, s]
            matrix[s, t] = (1.0 if s == t else 0.0) - discount * entry
    for s in range(states):
        for below in range(s + 1, states):
            factor = matrix[below, s] / matrix[s, s]
            for t in range(s, states):
                matrix[below, t] -= factor * matrix[s, t]
            x[below] -= factor * x[s]
    for s in range(states - 1, -1, -1):
        for t in range(s + 1, states):
            x[s] -= matrix[s, t] * x[t]
        x[s] /= matrix[s, s]


@inner
def average(player: int, game: GameArrays, room: NodeRoom) -> None:
    """Fill `choices` and the player's reference kernel with means over the vertices."""
    states = game.shapes.shape[0]
    for s in range(states):
        size, stride = game.shapes[s, player], own_stride(player, s, game)
        first, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for t in range(states + 1):
            for a in range(size):
                room.choices[s, a, t] = 0.0
            total = 0.0
            for k in range(count):
                total += room.own[first + k, t] / count
                room.choices[s, (k // stride) % size, t] += room.deviating[first + k, t] * size / count
            if t < states:
                room.kernels[1, s, t] = total


@inner
def choose_references(player: int, game: GameArrays, ball: BallArrays, node: NodeArrays, room: NodeRoom) -> None:
    """Fill the reference kernels, their occupancies, and `reference` by a few rounds of policy iteration."""
    states = game.shapes.shape[0]
    average(player, game, room)
    for s in range(states):
        room.value[s] = (node.vectors[0, s] + node.vectors[1, s]) / 2
    forward = int(np.int64(2))  # a literal would compile a second copy
    for turn in range(IMPROVEMENTS + 1):
        for s in range(states):
            top = -np.inf
            for a in range(game.shapes[s, player]):
                q = room.choices[s, a, states]
                for t in range(states):
                    q += game.discount * room.choices[s, a, t] * room.value[t]
                if q > top:
                    top, node.reference[s] = q, a
        for s in range(states):
            chosen = node.reference[s]
            for t in range(states):
                room.kernels[0, s, t] = room.choices[s, chosen, t]
            room.value[s] = room.choices[s, chosen, states]
        if turn < IMPROVEMENTS:
            resolve(room.kernels, forward, game.discount, room.matrix, room.value)
    for which in range(2):
        for s in range(states):
            room.value[s] = ball.initial[s]
        resolve(room.kernels, which, game.discount, room.matrix, room.value)
        for s in range(states):
            room.occupancies[which, s] = room.value[s]


@inner
def spread(alpha: float, beta: float, t: int, vectors: Floats2, tilted: bool) -> float:
    """max of alpha v - beta u over V* = v in [B, H], V = u in [L, W], v - u <= X (and >= 0, if not tilted) at t."""
    high, low = vectors[0, t], vectors[1, t] if tilted else max(vectors[1, t], vectors[2, t])
    floor, gap, top = vectors[2, t], vectors[3, t], vectors[4, t]
    best = -np.inf
    kink = min(max(floor + gap if beta >= 0.0 else top, low), high)
    for v in (low, kink, high):
        u = max(floor, v - gap) if beta >= 0.0 else (top if tilted else min(top, v))
        best = max(best, alpha * v - beta * u)
    return float(best)


@inner
def fill_gains(player: int, game: GameArrays, ball: BallArrays, node: NodeArrays, room: NodeRoom) -> None:
    """Fill `phi`: the gain of each deviation at each joint vertex."""
    states, n = game.shapes.shape
    for s in range(states):
        size, stride = game.shapes[s, player], own_stride(player, s, game)
        one, two = room.trial[n] * room.occupancies[0, s], room.trial[n + 1] * room.occupancies[1, s]
        for k in range(game.row_offsets[s], game.row_offsets[s + 1]):
            action = ((k - game.row_offsets[s]) // stride) % size
            for best in range(size):
                other = k + (best - action) * stride
                total = one * room.deviating[other, states] - two * room.own[k, states + 1]
                for t in range(states):
                    alpha = game.discount * one * (room.deviating[other, t] - room.kernels[0, s, t])
                    beta = game.discount * two * (room.own[k, t] - room.kernels[1, s, t])
                    if alpha != 0.0 or beta != 0.0:
                        total += spread(alpha, beta, t, node.vectors, ball.tilted)
                room.phi[best, k] = total


@inner
def priced_maximum(
    c: Floats, size: int, sets: SetArrays, player: int, state: int, order: Indices, price: float, center: Floats
) -> float:
    """max over the row set of c.y - price || y - e ||_1: mass moves only while that gains more than 2 price."""
    first, forced = sets.first[player, state], abs(sets.need[player, state])
    for k in range(size):
        forced += abs(sets.base[first + k] - center[first + k])
    return float(row_maximum(c, size, sets, player, state, order, price) - price * forced)


@inner
def vertex_maximum(
    c: Floats,
    size: int,
    sets: SetArrays,
    j: int,
    s: int,
    order: Indices,
    price: float,
    center: Floats,
    low: Floats,
    tau: float,
) -> float:
    """max of sum_k theta_k c_k - price || y - e ||_1 over y = low + tau theta in the row set."""
    if tau <= 1e-13:
        distance, first = 0.0, sets.first[j, s]
        for k in range(size):
            distance += abs(low[first + k] - center[first + k])
        top = c[0]
        for k in range(size):
            top = max(top, c[k])
        return float(top - price * distance)
    value = priced_maximum(c, size, sets, j, s, order, price * tau, center)
    for k in range(size):
        value -= low[sets.first[j, s] + k] * c[k]
    return float(value / tau)


@inner
def priced_total(
    player: int,
    game: GameArrays,
    ball: BallArrays,
    sets: SetArrays,
    room: NodeRoom,
    space: Room,
    prices: Floats,
) -> float:
    """sum_j price_j eps + sum_s max over deviation and rows of the priced gains."""
    states, n = game.shapes.shape
    work, c, out, order, sizes = space.work, space.c, space.out, space.order, space.sizes
    total = 0.0
    for j in range(n):
        total += prices[j] * ball.eps
    for s in range(states):
        first, own_size = game.row_offsets[s], game.shapes[s, player]
        count, top = game.row_offsets[s + 1] - first, -np.inf
        for best in range(own_size):
            for start in range(max(n - 1, 1)):
                for k in range(count):
                    work[k] = room.phi[best, first + k]
                for j in range(n):
                    sizes[j] = game.shapes[s, j]
                length = count
                for step in range(n - 2, -1, -1):
                    place = (start + step) % (n - 1)
                    j = place if place < player else place + 1
                    size, inside = sizes[j], 1
                    for later in range(j + 1, n):
                        inside *= sizes[later]
                    sizes[j] = 1
                    length //= size
                    price = prices[j] * ball.occupancy[s]
                    for outer in range(length // inside):
                        for offset in range(inside):
                            for k in range(size):
                                c[k] = work[(outer * size + k) * inside + offset]
                            work[outer * inside + offset] = vertex_maximum(
                                c, size, sets, j, s, order, price, ball.center, room.low, room.tau[j, s]
                            )
                for a in range(own_size):
                    out[a] = work[a] if start == 0 else min(out[a], work[a])
            price = prices[player] * ball.occupancy[s]
            value = vertex_maximum(
                out, own_size, sets, player, s, order, price, ball.center, room.low, room.tau[player, s]
            )
            top = max(top, value)
        total += top
    return float(total)


@inner
def remainder(game: GameArrays, ball: BallArrays, node: NodeArrays, room: NodeRoom) -> float:
    """max of rho1.V* - rho2.V: weights of a times the occupancies leave rho = (1 - a) nu."""
    states, n = game.shapes.shape
    one, two, total = 1.0 - room.trial[n], 1.0 - room.trial[n + 1], 0.0
    if one != 0.0 or two != 0.0:
        for t in range(states):
            total += spread(one * ball.initial[t], two * ball.initial[t], t, node.vectors, ball.tilted)
    return total


class Asked(NamedTuple):
    """Everything that the linear bound of one node is computed from and in."""

    player: int
    game: GameArrays
    ball: BallArrays
    node: NodeArrays
    sets: SetArrays
    room: NodeRoom
    space: Room


@inner
def trial_value(refill: bool, asked: Asked) -> float:
    """The bound at `room.trial`; `refill`: its weights, on which alone the gains depend, are new."""
    room = asked.room
    if refill:
        fill_gains(asked.player, asked.game, asked.ball, asked.node, room)
    value = priced_total(asked.player, asked.game, asked.ball, asked.sets, room, asked.space, room.trial)
    return value + remainder(asked.game, asked.ball, asked.node, room)


@inner
def improve(c: int, chosen: Floats, best: float, unit: float, asked: Asked, enough: float) -> float:
    """The bound improved in coordinate c of the choice: steps up or down, longer after a gain, shorter after none.

    Before and after, `room.trial` is `chosen` and the gains belong to it.
    """
    is_weight = c >= asked.game.shapes.shape[1]
    top, least = (1.0, 0.02) if is_weight else (np.inf, 1e-5 * unit)
    width = 0.3 if is_weight else max(0.3 * chosen[c], 0.016 * unit)
    trial = asked.room.trial
    for _ in range(TRIALS):
        gained = False
        for sign in (1.0, -1.0):
            trial[c] = min(max(chosen[c] + sign * width, 0.0), top)
            if not gained and trial[c] != chosen[c]:
                value = trial_value(is_weight, asked)
                if value < best:
                    best, gained, chosen[c] = value, True, trial[c]
        trial[c] = chosen[c]
        if best <= enough:
            return best
        if is_weight and not gained:
            fill_gains(asked.player, asked.game, asked.ball, asked.node, asked.room)
        width = width * 1.6 if gained else width / 3.0
        if width < 1e-3 * chosen[c] or width < least:
            break
    return best


@inner
def descend(descent: int, asked: Asked, enough: float) -> float:
    """The linear bound, convex in prices and weights, improved in one of them after the other; descent 0: prices alone.

    Any number <= `enough` is as good.
    """
    n, chosen, trial = asked.game.shapes.shape[1], asked.node.free[descent], asked.room.trial
    unit, start = 0.0, 0.0
    for x in asked.node.vectors[3]:
        unit = max(unit, x / max(asked.ball.eps, 1e-9))
    for p in asked.ball.initial:
        start += p
    unit *= start
    for c in range(n + 2):
        trial[c] = chosen[c]
    best = trial_value(True, asked)
    for _turn in range(ROUNDS):
        before = best
        for c in range(n if asked.ball.eps <= 0.0 else 0, n + 2 * descent):
            if best > enough:
                best = improve(c, chosen, best, unit, asked, enough)
        if best <= enough or before - best < 1e-3 * before:
            break
    return best


@inner
def upper_range(player: int, j: int, s: int, game: GameArrays, node: NodeArrays, room: NodeRoom) -> float:
    """The most that the choice of a vertex by opponent j changes the deviator's action values under best_upper."""
    states, largest = game.shapes.shape[0], 0.0
    first, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
    own, stride = game.shapes[s, player], own_stride(player, s, game)
    size, apart = game.shapes[s, j], own_stride(j, s, game)
    for a in range(own):
        most, least = -np.inf, np.inf
        for k in range(size):
            value = 0.0
            for row in range(count):
                if (row // stride) % own == a and (row // apart) % size == k:
                    value += room.deviating[first + row, states]
                    for t in range(states):
                        value += game.discount * room.deviating[first + row, t] * node.vectors[0, t]
            value *= own * size / count
            most, least = max(most, value), min(least, value)
        largest = max(largest, most - least)
    return largest


@inner
def score(player: int, game: GameArrays, ball: BallArrays, node: NodeArrays, room: NodeRoom) -> None:
    """For every row: its effect on the next state times what is not known of the values there.

    Where the deviator's weight is below its occupancy, the rest stands for best_upper: an opponent's effect on that.
    """
    states, n = game.shapes.shape
    for s in range(states):
        first, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for j in range(n):
            size, stride = game.shapes[s, j], own_stride(j, s, game)
            total = 0.0
            for t in range(states):
                known, top = node.vectors[1, t], node.vectors[4, t]
                if not ball.tilted:
                    known, top = max(known, node.vectors[2, t]), min(top, node.vectors[0, t])
                doubts = (node.vectors[0, t] - known, top - node.vectors[2, t])
                for which in range(1 if j == player else 0, 2):
                    most, least = -np.inf, np.inf
                    for k in range(size):
                        value = 0.0
                        for row in range(count):
                            if (row // stride) % size == k:
                                value += room.own[first + row, t] if which else room.deviating[first + row, t]
                        value *= size / count
                        most, least = max(most, value), min(least, value)
                    total += room.occupancies[which, s] * (most - least) * doubts[which]
            if j != player and node.weights[0, s] < room.occupancies[0, s]:
                left = room.occupancies[0, s] - node.weights[0, s]
                total += left * upper_range(player, j, s, game, node, room)
            node.scores[j, s] = total


@compiled
def linear_bound(
    player: int,
    game: GameArrays,
    ball: BallArrays,
    node: NodeArrays,
    sets: SetArrays,
    room: NodeRoom,
    space: Room,
    enough: float,
) -> float:
    """The linear bound at a good choice, any number <= `enough` being as good; fills all results but the vectors.

    After `pair_bound`.

    Where weights that are the occupancies give a bound above the pair bound (a mixed expert makes the deviator's kernel
    a guess), smaller ones are tried, which leave part of nu.best_upper.
    """
    states, n = game.shapes.shape
    restrict_tables(player, game, ball, sets, room)
    choose_references(player, game, ball, node, room)
    asked = Asked(player, game, ball, node, sets, room, space)
    best = np.inf
    for descent in range(2):
        if best <= enough or best < node.bounds[0]:
            break
        value = descend(descent, asked, enough)
        if value < best:
            best = value
            for j in range(n):
                node.prices[j] = node.free[descent, j]
            for which in range(2):
                for s in range(states):
                    node.weights[which, s] = node.free[descent, n + which] * room.occupancies[which, s]
    node.bounds[1] = best
    score(player, game, ball, node, room)
    return best


@compiled
def pair_bound(
    player: int, game: GameArrays, ball: BallArrays, node: NodeArrays, sets: SetArrays, room: NodeRoom, space: Room
) -> float:
    """Fill the row sets, their simplices and the vectors; the pair bound, -inf where the node is empty."""
    if not cut(game, ball, node, sets, room):
        return -np.inf
    v, sweeps = node.vectors, int(np.int64(SWEEPS))  # a literal would compile a second copy of the sweeps
    for place in range(5):
        kind = (BEST_UPPER, BEST_LOWER, VALUE_LOWER, PAIR, VALUE_UPPER)[place]
        _iterate(v[place], kind, player, game, sets, v[0], v[1], v[2], ball.slack, sweeps, space)
    pair = 0.0
    for s in range(ball.initial.size):
        pair += v[3, s] * ball.initial[s]
    node.bounds[0], node.bounds[1] = pair, np.inf
    return pair


def prepare_node_bound() -> None:
    """Have both kernels compiled, side by side, and the sweeps that the first contains before it."""
    prepare(iterate, pair_bound)
    prepare(linear_bound)


def node_bound(
    player: int,
    game: GameArrays,
    ball: BallArrays,
    node: NodeArrays,
    sets: SetArrays,
    room: NodeRoom,
    space: Room,
    enough: float,
) -> float:
    """The smaller of the pair and the linear bound, any number <= `enough` being as good; -inf: the node is empty."""
    pair = pair_bound(player, game, ball, node, sets, room, space)
    if pair <= enough:
        return pair
    return min(pair, linear_bound(player, game, ball, node, sets, room, space, enough))
