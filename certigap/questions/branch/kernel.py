"""Compiled float bounds of one node of the search: proposals only, judged later in integers.

A node is a box of rows; with the ball it gives row sets (`cut`, FORMAT 6.2) and from these two bounds of a player's
gap: the pair bound of `certigap.regions.kernel`, and the linear bound of `certigap.regions.linear`, whose notation is
used here: `low` and `tau` describe the simplex around each row set, `deviating` and `own` the game at its vertices.
"""

from typing import NamedTuple

import numpy as np

from certigap.regions.kernel import (
    BEST_LOWER,
    BEST_UPPER,
    PAIR,
    VALUE_LOWER,
    VALUE_UPPER,
    Floats,
    GameArrays,
    Indices,
    SetArrays,
    compiled,
    iterate,
    own_stride,
)

__all__ = ["BallArrays", "NodeArrays", "node_bound"]

SWEEPS = 500
ROUNDS = 3
TRIALS = 12
IMPROVEMENTS = 4


class BallArrays(NamedTuple):
    """The ball and the game around it."""

    center: Floats  # [L] the expert's rows
    occupancy: Floats  # [S] lower bounds of the expert's
    initial: Floats  # [S]
    eps: float
    transitions: Floats  # [K, S] dense
    slack: float  # of the iterations, discounted payoff


class NodeArrays(NamedTuple):
    """A node: what it is, and room for what is found of it."""

    lower: Floats  # [L]
    upper: Floats  # [L]
    vectors: Floats  # [5, S] best_upper, best_lower, value_lower, gap_upper, value_upper: start and result
    prices: Floats  # [n] start and result
    weights: Floats  # [2, S] result
    reference: Indices  # [S] result: the deviator's actions in the reference kernel
    scores: Floats  # [n, S] result: how much a split of the row may help
    bounds: Floats  # [2] result: pair, linear
    simplex: Floats  # [2, L] result: smallest and largest entries of the rows


@compiled
def cut(game: GameArrays, ball: BallArrays, node: NodeArrays, sets: SetArrays, low: Floats, tau: Floats) -> bool:
    """Fill the row sets and their simplices; False when the node is empty."""
    states, n = game.shapes.shape
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
            radius = 2.0 if ball.occupancy[s] <= 0.0 else min(2.0, moved + left / ball.occupancy[s])
            total, most, f = -1.0, 0.0, sets.first[j, s]
            for k in range(f, f + game.shapes[s, j]):
                sets.base[k] = min(max(ball.center[k], node.lower[k]), node.upper[k])
                sets.donors[k] = sets.base[k] - node.lower[k]
                sets.receivers[k] = node.upper[k] - sets.base[k]
                total += sets.base[k]
                most += min(node.upper[k], ball.center[k] + radius / 2)
            sets.need[j, s] = total
            sets.exchange[j, s] = (radius - moved) / 2
            tau[j, s] = 1.0
            for k in range(f, f + game.shapes[s, j]):
                high = min(node.upper[k], ball.center[k] + radius / 2)
                low[k] = max(node.lower[k], ball.center[k] - radius / 2, 1.0 - most + high)
                tau[j, s] -= low[k]
            tau[j, s] = max(tau[j, s], 0.0)
    return True


@compiled
def restrict(table: Floats, first: int, count: int, size: int, stride: int, low: Floats, tau: float) -> None:
    """Replace the actions of one player (entries `stride` apart) by the vertices `low + tau e_k`, in place."""
    for outer in range(count // (size * stride)):
        for inner in range(stride):
            start = first + outer * size * stride + inner
            for t in range(table.shape[1]):
                total = 0.0
                for k in range(size):
                    total += low[k] * table[start + k * stride, t]
                for k in range(size):
                    table[start + k * stride, t] = total + tau * table[start + k * stride, t]


@compiled
def restricted_tables(
    player: int, game: GameArrays, ball: BallArrays, sets: SetArrays, low: Floats, tau: Floats
) -> tuple[Floats, Floats]:
    """Transitions and, last, rewards `[K, S + 1]`: opponents restricted; everyone restricted."""
    states, n = game.shapes.shape
    rows = game.rewards.shape[1]
    deviating = np.empty((rows, states + 1))
    deviating[:, :states] = ball.transitions
    deviating[:, states] = game.rewards[player]
    for turn in range(n):
        j = turn if turn < player else turn + 1
        if turn == n - 1:
            own = deviating.copy()
            table, j = own, player
        else:
            table = deviating
        for s in range(states):
            f = sets.first[j, s]
            size, stride = game.shapes[s, j], own_stride(j, s, game)
            count = game.row_offsets[s + 1] - game.row_offsets[s]
            restrict(table, game.row_offsets[s], count, size, stride, low[f : f + size], tau[j, s])
    return deviating, own


@compiled
def resolved(kernel: Floats, discount: float, right: Floats) -> Floats:
    """x with x - discount kernel x = right, by elimination; dominance of the diagonal makes pivots needless."""
    states = right.size
    matrix = np.empty((states, states))
    for s in range(states):
        for t in range(states):
            matrix[s, t] = (1.0 if s == t else 0.0) - discount * kernel[s, t]
    x = right.copy()
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
    return x


@compiled
def references(
    player: int, game: GameArrays, ball: BallArrays, node: NodeArrays, deviating: Floats, own: Floats
) -> tuple[Floats, Floats]:
    """The reference kernels `[S, S]` of deviator and player; fills `reference` and `weights`."""
    states = game.shapes.shape[0]
    kernels, most = np.zeros((2, states, states)), game.shapes[:, player].max()
    choices, rewards = np.zeros((states, most, states)), np.zeros((states, most))
    for s in range(states):
        size, stride = game.shapes[s, player], own_stride(player, s, game)
        first, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for k in range(count):
            a = (k // stride) % size
            for t in range(states):
                kernels[1, s, t] += own[first + k, t] / count
                choices[s, a, t] += deviating[first + k, t] * size / count
            rewards[s, a] += deviating[first + k, states] * size / count
    node.weights[1] = resolved(np.ascontiguousarray(kernels[1].T), game.discount, ball.initial)
    value = (node.vectors[0] + node.vectors[1]) / 2
    chosen = np.empty(states)
    for _ in range(IMPROVEMENTS):
        for s in range(states):
            top = -np.inf
            for a in range(game.shapes[s, player]):
                q = rewards[s, a] + game.discount * (choices[s, a] * value).sum()
                if q > top:
                    top, node.reference[s] = q, a
            kernels[0, s] = choices[s, node.reference[s]]
            chosen[s] = rewards[s, node.reference[s]]
        value = resolved(kernels[0], game.discount, chosen)
    node.weights[0] = resolved(np.ascontiguousarray(kernels[0].T), game.discount, ball.initial)
    return kernels[0], kernels[1]


@compiled
def spread(alpha: float, beta: float, t: int, vectors: Floats) -> float:
    """max of alpha v - beta u over V* = v in [B, H], V = u in [L, W], 0 <= v - u <= X at state t."""
    high, low = vectors[0, t], max(vectors[1, t], vectors[2, t])
    floor, gap, top = vectors[2, t], vectors[3, t], vectors[4, t]
    best = -np.inf
    kink = min(max(floor + gap if beta >= 0.0 else top, low), high)
    for v in (low, kink, high):
        u = max(floor, v - gap) if beta >= 0.0 else min(top, v)
        best = max(best, alpha * v - beta * u)
    return float(best)


@compiled
def gains(
    player: int,
    game: GameArrays,
    node: NodeArrays,
    deviating: Floats,
    own: Floats,
    kernels: tuple[Floats, Floats],
    offsets: Indices,
) -> Floats:
    """phi, flat: from `offsets[s]` on, `[A_i, K_s]` for each deviation and each joint vertex."""
    states = game.shapes.shape[0]
    phi = np.empty(offsets[states])
    for s in range(states):
        size, stride = game.shapes[s, player], own_stride(player, s, game)
        first, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        one, two = node.weights[0, s], node.weights[1, s]
        for best in range(size):
            for k in range(count):
                other = first + k + (best - (k // stride) % size) * stride
                total = one * deviating[other, states] - two * own[first + k, states]
                for t in range(states):
                    alpha = game.discount * one * (deviating[other, t] - kernels[0][s, t])
                    beta = game.discount * two * (own[first + k, t] - kernels[1][s, t])
                    if alpha != 0.0 or beta != 0.0:
                        total += spread(alpha, beta, t, node.vectors)
                phi[offsets[s] + best * count + k] = total
    return phi


@compiled
def priced_maximum(
    c: Floats, size: int, sets: SetArrays, player: int, state: int, order: Indices, price: float, center: Floats
) -> float:
    """max over the row set of c.y - price || y - e ||_1: mass moves only while that gains more than 2 price."""
    first = sets.first[player, state]
    forced, value = 0.0, 0.0
    for k in range(size):
        value += c[k] * sets.base[first + k]
        forced += abs(sets.base[first + k] - center[first + k])
        place = k
        while place > 0 and c[order[place - 1]] > c[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k
    need, left = sets.need[player, state], sets.exchange[player, state]
    value -= price * (forced + abs(need))
    low, high = 0, size - 1
    used_low, used_high = 0.0, 0.0
    while need > 0.0 and low < size:
        mass = min(need, sets.donors[first + order[low]])
        value -= mass * c[order[low]]
        need -= mass
        used_low = mass
        if need > 0.0:
            low += 1
            used_low = 0.0
    while need < 0.0 and high >= 0:
        mass = min(-need, sets.receivers[first + order[high]])
        value += mass * c[order[high]]
        need += mass
        used_high = mass
        if need < 0.0:
            high -= 1
            used_high = 0.0
    while left > 0.0 and low < high:
        donor, receiver = order[low], order[high]
        gain = c[receiver] - c[donor] - 2.0 * price
        if gain <= 0.0:
            break
        give = sets.donors[first + donor] - used_low
        take = sets.receivers[first + receiver] - used_high
        mass = min(left, min(give, take))
        value += gain * mass
        left -= mass
        used_low += mass
        used_high += mass
        if give <= take:
            low += 1
            used_low = 0.0
        if take <= give:
            high -= 1
            used_high = 0.0
    return float(value)


@compiled
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
        return float(c[:size].max() - price * distance)
    value = priced_maximum(c, size, sets, j, s, order, price * tau, center)
    for k in range(size):
        value -= low[sets.first[j, s] + k] * c[k]
    return float(value / tau)


@compiled
def priced_total(
    player: int,
    game: GameArrays,
    ball: BallArrays,
    sets: SetArrays,
    low: Floats,
    tau: Floats,
    phi: Floats,
    offsets: Indices,
    prices: Floats,
    work: Floats,
    c: Floats,
    out: Floats,
    order: Indices,
    sizes: Indices,
) -> float:
    """sum_j price_j eps + sum_s max over deviation and rows of the priced gains."""
    states, n = game.shapes.shape
    total = prices.sum() * ball.eps
    for s in range(states):
        count, own_size = game.row_offsets[s + 1] - game.row_offsets[s], game.shapes[s, player]
        top = -np.inf
        for best in range(own_size):
            for start in range(max(n - 1, 1)):
                work[:count] = phi[offsets[s] + best * count : offsets[s] + (best + 1) * count]
                sizes[:] = game.shapes[s]
                length = count
                for step in range(n - 2, -1, -1):
                    place = (start + step) % (n - 1)
                    j = place if place < player else place + 1
                    size, inner = sizes[j], 1
                    for later in range(j + 1, n):
                        inner *= sizes[later]
                    sizes[j] = 1
                    length //= size
                    price = prices[j] * ball.occupancy[s]
                    for outer in range(length // inner):
                        for offset in range(inner):
                            for k in range(size):
                                c[k] = work[(outer * size + k) * inner + offset]
                            work[outer * inner + offset] = vertex_maximum(
                                c, size, sets, j, s, order, price, ball.center, low, tau[j, s]
                            )
                for a in range(own_size):
                    out[a] = work[a] if start == 0 else min(out[a], work[a])
            price = prices[player] * ball.occupancy[s]
            top = max(
                top,
                vertex_maximum(out, own_size, sets, player, s, order, price, ball.center, low, tau[player, s]),
            )
        total += top
    return float(total)


@compiled
def linear_bound(
    player: int,
    game: GameArrays,
    ball: BallArrays,
    node: NodeArrays,
    sets: SetArrays,
    low: Floats,
    tau: Floats,
    enough: float,
) -> float:
    """The linear bound at good prices, good enough at `enough` (fills weights, reference, prices, scores)."""
    states, n = game.shapes.shape
    deviating, own = restricted_tables(player, game, ball, sets, low, tau)
    kernels = references(player, game, ball, node, deviating, own)
    offsets = np.zeros(states + 1, dtype=np.int64)
    for s in range(states):
        count = game.row_offsets[s + 1] - game.row_offsets[s]
        offsets[s + 1] = offsets[s] + count * game.shapes[s, player]
    phi = gains(player, game, node, deviating, own, kernels, offsets)
    longest, widest = np.diff(game.row_offsets).max(), game.shapes.max()
    work, c, out = np.empty(longest), np.empty(widest), np.empty(widest)
    order, sizes = np.empty(widest, dtype=np.int64), np.empty(n, dtype=np.int64)
    best = priced_total(player, game, ball, sets, low, tau, phi, offsets, node.prices, work, c, out, order, sizes)
    unit = node.vectors[3].max() / max(ball.eps, 1e-9)
    trial = node.prices.copy()
    for _turn in range(ROUNDS):
        before = best
        for j in range(n):
            width = max(0.3 * node.prices[j], 0.01 * unit)
            for _ in range(TRIALS):
                improved = False
                for sign in (1.0, -1.0):
                    if best <= enough or node.prices[j] + sign * width <= 0.0 == node.prices[j]:
                        continue
                    trial[:] = node.prices
                    trial[j] = max(node.prices[j] + sign * width, 0.0)
                    value = priced_total(
                        player, game, ball, sets, low, tau, phi, offsets, trial, work, c, out, order, sizes
                    )
                    if value < best:
                        best, improved = value, True
                        node.prices[:] = trial
                        break
                width = width * 1.6 if improved else width / 3.0
                if width < 1e-3 * node.prices[j] or width < 1e-5 * unit:
                    break
        if before - best < 1e-3 * before:
            break
    score(player, game, node, sets, deviating, own)
    return best


@compiled
def score(player: int, game: GameArrays, node: NodeArrays, sets: SetArrays, deviating: Floats, own: Floats) -> None:
    """For every row: its effect on the next state times what is not known of the values there."""
    states, n = game.shapes.shape
    for s in range(states):
        first, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for j in range(n):
            size, stride = game.shapes[s, j], own_stride(j, s, game)
            total = 0.0
            for t in range(states):
                for which in range(2):
                    if which == 0 and j == player:
                        continue
                    table = deviating if which == 0 else own
                    most, least = -np.inf, np.inf
                    for k in range(size):
                        value = 0.0
                        for row in range(count):
                            if (row // stride) % size == k:
                                value += table[first + row, t]
                        value *= size / count
                        most, least = max(most, value), min(least, value)
                    if which == 0:
                        doubt = node.vectors[0, t] - max(node.vectors[1, t], node.vectors[2, t])
                    else:
                        doubt = min(node.vectors[4, t], node.vectors[0, t]) - node.vectors[2, t]
                    total += node.weights[which, s] * (most - least) * doubt
            node.scores[j, s] = total


@compiled
def node_bound(
    player: int, game: GameArrays, ball: BallArrays, node: NodeArrays, sets: SetArrays, enough: float
) -> float:
    """The smaller of the pair and the linear bound, any number <= `enough` being as good; -inf: the node is empty."""
    states, n = game.shapes.shape
    low, tau = np.empty(ball.center.size), np.empty((n, states))
    if not cut(game, ball, node, sets, low, tau):
        return -np.inf
    for s in range(states):
        for j in range(n):
            f = sets.first[j, s]
            for k in range(f, f + game.shapes[s, j]):
                node.simplex[0, k] = low[k]
                node.simplex[1, k] = min(low[k] + tau[j, s], node.upper[k])
    empty = np.empty(0)
    v, sweeps = node.vectors, int(np.int64(SWEEPS))  # a literal would compile a second copy of the sweeps
    for place, kind in enumerate((BEST_UPPER, BEST_LOWER, VALUE_LOWER, PAIR, VALUE_UPPER)):
        v[place], _ = iterate(kind, player, game, sets, v[place], v[0], v[1], v[2], empty, ball.slack, sweeps)
    node.bounds[0] = (v[3] * ball.initial).sum()
    node.bounds[1] = linear_bound(player, game, ball, node, sets, low, tau, enough)
    return float(min(node.bounds[0], node.bounds[1]))
