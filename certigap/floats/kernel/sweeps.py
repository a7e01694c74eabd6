"""Compiled float iterations for the region operators of THEORY 5: proposals only, judged later in integers.

The operators (player i, state s, opponents' rows nested as in `certigap.regions.greedy`, own row outermost):

    BEST_UPPER   X(s) = max_a sup_y q_X(a, y)                       q_X = r_i + discount * P X
    BEST_LOWER   X(s) = max( max_a inf_y q_X(a, y), inf_y sum_a e_i(a) q_X(a, y) )
    VALUE_LOWER  X(s) = inf_{x in Y_i(s)} ( a -> inf_y q_X(a, y) )
    VALUE_UPPER  X(s) = sup_{x in Y_i(s)} ( a -> sup_y q_X(a, y) )
    PAIR         X(s) = max_a' sup_{x in Y_i(s)} ( a -> sup_y sum_b y(b) [ r(a',b) - r(a,b) + discount sum_s' h(s') ] )

The imitator may be paid other rewards than the deviator (`paid`): r(a,b) above and r_i in both VALUEs are those.

Each is monotone and a contraction of modulus `discount` in the maximum norm, so Gauss-Seidel sweeps converge
from anywhere.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Floats2, Indices, Indices2, compiled, inner

__all__ = [
    "BEST_LOWER",
    "BEST_UPPER",
    "PAIR",
    "VALUE_LOWER",
    "VALUE_UPPER",
    "GameArrays",
    "Room",
    "SetArrays",
    "iterate",
    "new_room",
]

BEST_UPPER, BEST_LOWER, VALUE_LOWER, PAIR, VALUE_UPPER = range(5)


class GameArrays(NamedTuple):
    """A game as flat float arrays (`certigap.model.layout`)."""

    discount: float
    shapes: Indices2  # [S, n]
    row_offsets: Indices  # [S + 1]
    rewards: Floats2  # [n, K]
    paid: Floats2  # [n, K] to the imitator: the rewards, or these with a tilt
    offsets: Indices  # [K + 1]
    columns: Indices  # [E]
    probabilities: Floats  # [E]


class SetArrays(NamedTuple):
    """The row sets of a region; `first[i, s] + a` is the place of action `a` in the flat arrays."""

    first: Indices2  # [n, S]
    center: Floats  # [L]
    base: Floats  # [L]
    donors: Floats  # [L]
    receivers: Floats  # [L]
    need: Floats2  # [n, S]
    exchange: Floats2  # [n, S]


class Room(NamedTuple):
    """Working space of the iterations, so that the inner loops allocate nothing."""

    q: Floats  # [most joint actions of a state]
    work: Floats  # the same
    out: Floats  # [most actions]
    c: Floats  # the same
    order: Indices  # the same
    sizes: Indices  # [n]
    terms: Floats2  # [4, S]
    step: Floats  # [S]


def new_room(game: GameArrays) -> Room:
    """Room for a game."""
    states, n = game.shapes.shape
    longest, widest = int(np.diff(game.row_offsets).max()), int(game.shapes.max())
    q, work, out, c = np.empty(longest), np.empty(longest), np.empty(widest), np.empty(widest)
    order, sizes = np.empty(widest, dtype=np.int64), np.empty(n, dtype=np.int64)
    return Room(q, work, out, c, order, sizes, np.empty((4, states)), np.empty(states))


@inner
def row_maximum(c: Floats, size: int, sets: SetArrays, player: int, state: int, order: Indices, price: float) -> float:
    """`max { c.y : y in the row set }` by the rule of `certigap.regions.greedy.maximiser`.

    The exchange, not what the set asks for anyway, costs `price` a unit of distance, two units a unit of mass.
    """
    first = sets.first[player, state]
    value = 0.0
    for k in range(size):
        value += c[k] * sets.base[first + k]
        place = k
        while place > 0 and c[order[place - 1]] > c[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k
    need, left = sets.need[player, state], sets.exchange[player, state]
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
    return value


@inner
def contract(room: Room, sign: float, own: int, own_size: int, state: int, game: GameArrays, sets: SetArrays) -> None:
    """Nested supremum (sign 1) or infimum (sign -1) of `q` over the opponents' rows, into `out[: own_size]`."""
    q, out, work, c, order, sizes = room.q, room.out, room.work, room.c, room.order, room.sizes
    n = game.shapes.shape[1]
    total = own_size
    for player in range(n):
        if player != own:
            total *= game.shapes[state, player]
    if n == 1:
        for a in range(own_size):
            out[a] = q[a]
        return
    for start in range(n - 1):
        for k in range(total):
            work[k] = sign * q[k]
        for player in range(n):
            sizes[player] = own_size if player == own else game.shapes[state, player]
        length = total
        for step in range(n - 2, -1, -1):
            place = (start + step) % (n - 1)
            player = place if place < own else place + 1
            size, inner = sizes[player], 1
            for later in range(player + 1, n):
                inner *= sizes[later]
            sizes[player] = 1
            length //= size
            for outer in range(length // inner):
                for offset in range(inner):
                    for k in range(size):
                        c[k] = work[(outer * size + k) * inner + offset]
                    work[outer * inner + offset] = row_maximum(c, size, sets, player, state, order, 0.0)
        for a in range(own_size):
            value = sign * work[a]
            if start == 0 or sign * value < sign * out[a]:
                out[a] = value


@inner
def backups(q: Floats, rewards: Floats2, player: int, state: int, game: GameArrays, x: Floats) -> None:
    """`q[joint] = r_i(s, joint) + discount * P(.|s, joint).x` for the joint actions of a state."""
    first = game.row_offsets[state]
    for row in range(first, game.row_offsets[state + 1]):
        total = 0.0
        for e in range(game.offsets[row], game.offsets[row + 1]):
            total += game.probabilities[e] * x[game.columns[e]]
        q[row - first] = rewards[player, row] + game.discount * total


@inner
def own_stride(player: int, state: int, game: GameArrays) -> int:
    """Distance between joint actions that differ by one in the player's own action."""
    stride = 1
    for later in range(player + 1, game.shapes.shape[1]):
        stride *= game.shapes[state, later]
    return stride


@inner
def next_terms(row_to: int, row_from: int, game: GameArrays, terms: Floats2) -> float:
    """`sum_s' h(s')` for p' (`row_to`) and p (`row_from`); `terms[k, s']` are the four prices of h.

    h = p' terms[0] - p terms[1] if p' >= p, else p' terms[2] - p terms[3]; columns are sorted, so both rows are merged.
    """
    total = 0.0
    i, j = game.offsets[row_to], game.offsets[row_from]
    end_i, end_j = game.offsets[row_to + 1], game.offsets[row_from + 1]
    while i < end_i or j < end_j:
        if j >= end_j or (i < end_i and game.columns[i] < game.columns[j]):
            total += game.probabilities[i] * terms[0, game.columns[i]]
            i += 1
        elif i >= end_i or game.columns[j] < game.columns[i]:
            total -= game.probabilities[j] * terms[3, game.columns[j]]
            j += 1
        else:
            s, to, fro = game.columns[i], game.probabilities[i], game.probabilities[j]
            total += to * terms[0, s] - fro * terms[1, s] if to >= fro else to * terms[2, s] - fro * terms[3, s]
            i += 1
            j += 1
    return total


@inner
def difference(q: Floats, deviation: int, player: int, state: int, game: GameArrays, terms: Floats2) -> None:
    """`q[a, b] = r(a', b) - r(a, b) + discount * sum_s' h(s')` for one deviation a' and every joint action (a, b)."""
    first = game.row_offsets[state]
    stride = own_stride(player, state, game)
    size = game.shapes[state, player]
    for row in range(first, game.row_offsets[state + 1]):
        action = ((row - first) // stride) % size
        to = row + (deviation - action) * stride
        gain = game.rewards[player, to] - game.paid[player, row]
        q[row - first] = gain + game.discount * next_terms(to, row, game, terms)


@inner
def set_terms(terms: Floats2, s: int, high: float, low: float, value: float, gap: float) -> None:
    """The four prices of h at a next state: V* in [low, high], V in [value, ..), V* - V <= gap."""
    floor = max(value, low - gap)
    terms[0, s] = high
    terms[1, s] = max(value, high - gap)
    terms[2, s] = min(high, floor + gap)
    terms[3, s] = floor


@inner
def state_value(kind: int, player: int, state: int, game: GameArrays, sets: SetArrays, x: Floats, room: Room) -> float:
    """One operator at one state (module docstring)."""
    size, out, order = game.shapes[state, player], room.out, room.order
    best = -np.inf
    if kind == PAIR:
        for deviation in range(size):
            difference(room.q, deviation, player, state, game, room.terms)
            contract(room, 1.0, player, size, state, game, sets)
            best = max(best, row_maximum(out, size, sets, player, state, order, 0.0))
        return best
    backups(room.q, game.paid if kind in (VALUE_LOWER, VALUE_UPPER) else game.rewards, player, state, game, x)
    upper = kind in (BEST_UPPER, VALUE_UPPER)
    contract(room, 1.0 if upper else -1.0, player, size, state, game, sets)
    if kind in (BEST_UPPER, BEST_LOWER):
        for a in range(size):
            best = max(best, out[a])
        if kind == BEST_LOWER:
            mix_own_row(room.q, player, state, game, sets)
            contract(room, -1.0, player, int(np.int64(1)), state, game, sets)  # a literal would compile a second copy
            best = max(best, out[0])
        return best
    for a in range(size):
        if kind == VALUE_LOWER:
            out[a] = -out[a]
    value = row_maximum(out, size, sets, player, state, order, 0.0)
    return -value if kind == VALUE_LOWER else value


@inner
def mix_own_row(q: Floats, player: int, state: int, game: GameArrays, sets: SetArrays) -> None:
    """Replace `q[a, b]` by `sum_a e_i(a) q[a, b]`, in place, as a tensor with one own action."""
    stride = own_stride(player, state, game)
    size = game.shapes[state, player]
    total = game.row_offsets[state + 1] - game.row_offsets[state]
    first = sets.first[player, state]
    for outer in range(total // (size * stride)):
        for place in range(stride):
            value = 0.0
            for a in range(size):
                value += sets.center[first + a] * q[(outer * size + a) * stride + place]
            q[outer * stride + place] = value


@compiled
def iterate(
    x: Floats,
    kind: int,
    player: int,
    game: GameArrays,
    sets: SetArrays,
    high: Floats,
    low: Floats,
    value: Floats,
    tolerance: float,
    sweeps: int,
    room: Room,
) -> float:
    """Gauss-Seidel sweeps on `x`, in place, until no entry moves by more than `tolerance`.

    After `wait` sweeps the geometric tail of the last move is added; a jump that was followed by a larger move
    doubles `wait`, so that the contraction wins in the end (4-state games at discount 4/5: 30 sweeps instead of
    130).

    `high`, `low`, `value` are the vectors BEST_UPPER, BEST_LOWER, VALUE_LOWER (PAIR only). Returns the last largest
    move; what the last sweep left is not changed any more.
    """
    states = game.shapes.shape[0]
    terms = room.terms
    if kind == PAIR:
        for s in range(states):
            set_terms(terms, s, high[s], low[s], value[s], x[s])
    move, last, wait, since = np.inf, np.inf, 4, 0
    for turn in range(1, sweeps + 1):
        before, last = last, move
        move = 0.0
        for s in range(states):
            new = state_value(kind, player, s, game, sets, x, room)
            room.step[s] = new - x[s]
            move = max(move, abs(room.step[s]))
            x[s] = new
            if kind == PAIR:
                set_terms(terms, s, high[s], low[s], value[s], new)
        if move <= tolerance:
            break
        since += 1
        if since == 1 and move > before:
            wait *= 2
        if since >= wait and move <= last and turn < sweeps:
            rate = min(move / last, game.discount)
            for s in range(states):
                x[s] += room.step[s] * rate / (1.0 - rate)
                if kind == PAIR:
                    set_terms(terms, s, high[s], low[s], value[s], x[s])
            since = 0
    return move
