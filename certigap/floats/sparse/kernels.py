"""Passes over an array game's own integers: what one player faces as float rows, and Bellman steps in integers.

`induce` averages the other players away while it reads: row `a` of a state holds, for every own action,

    r(s, a) = sum_b c_b rewards[s, a, b],    P(. | s, a) = sum_b c_b weights / denominators,
    c_b = prod_{j != i} pi_j(b_j | s),

so the joint actions are read once, and no matrix over them is made. `own` is the player who chooses, or n: nobody does,
a state has one action. `integer_step` is the step of FORMAT 16, bit for bit: vectors X = x scale_i 2^-bits, and every
mean rounded down; it reads the game itself, and none of the floats.
"""

from typing import Annotated, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.floats.compiled import Floats, Floats2, Indices, Indices2, Ints, Ints2, compiled, inner

__all__ = ["Arrays", "Places", "Play", "induce", "integer_step", "merged"]

_LOW = (1 << 31) - 1

Places: TypeAlias = Annotated[npt.NDArray[np.uint32], 1]
"""States as indices. A signed index is looked at for being negative, counted from the end, which doubles the
time of a sweep; so columns are unsigned, and loops over the entries of a row run over `np.uint64`.
"""


class Arrays(NamedTuple):
    """The arrays of an `ArrayGame`, and where its rows and the players' actions begin."""

    shapes: Ints2  # [S, n]
    rewards: Indices2  # [n, K]
    offsets: Indices  # [K + 1]
    columns: Places  # [E]
    weights: Ints  # [E]
    denominators: Ints  # [K]
    row_offsets: Indices  # [S + 1]


class Play(NamedTuple):
    """All players' rows in one array: player j's action a of state s is `weights[starts[j, s] + a]`."""

    weights: Ints
    denominators: Ints2  # [n, S]
    starts: Indices2  # [n, S]


@inner
def size_of(shapes: Ints2, s: int, last: int) -> int:
    """Joint actions of the players before `last` at a state."""
    result = 1
    for j in range(last):
        result *= shapes[s, j]
    return result


@inner
def spread(game: Arrays, play: Play, own: int, s: int, room: Floats) -> None:
    """The probability of each joint action of the state, player `own` left out."""
    players = game.shapes.shape[1]
    count = game.row_offsets[s + 1] - game.row_offsets[s]
    for k in range(count):
        room[k] = 1.0
    post = 1
    for j in range(players - 1, -1, -1):
        size = int(game.shapes[s, j])
        if j != own:
            den, start = float(play.denominators[j, s]), play.starts[j, s]
            for h in range(count // (size * post)):
                for a in range(size):
                    p = play.weights[start + a] / den
                    for k in range((h * size + a) * post, (h * size + a + 1) * post):
                        room[k] *= p
        post *= size


@inner
def merged(columns: Places, values: Floats, place: Places, first: int, last: int) -> int:
    """Add up the entries `first .. last - 1` that name the same state, where it is named first; returns where they end.

    `place` `[S]` says where a state was named last, if there: what it holds before does not matter.
    """
    at = first
    for e in range(np.uint64(first), np.uint64(last)):
        column, value = columns[e], values[e]
        known = np.int64(place[column])
        if first <= known < at and columns[known] == column:
            values[known] += value
        else:
            place[column] = at
            columns[at], values[at] = column, value
            at += 1
    return at


@compiled
def induce(
    game: Arrays,
    play: Play,
    own: int,
    first: int,
    last: int,
    own_offsets: Indices,
    merge: bool,
    offsets: Indices,
    columns: Places,
    values: Floats,
    expected: Floats2,
    room: Floats,
    place: Places,
) -> int:
    """The rows of the own actions at the states `first .. last - 1`; returns how many entries they had before merging.

    Args:
        own_offsets: `[S + 1]` first own action of each state.
        merge: whether entries of a row that name the same state are added up.
        offsets: `[rows + 1]`, filled: where each row begins in `columns` and `values`.
        expected: `[1, L]` rewards of `own`, or `[n, L]` of all players where nobody chooses; in units of their scales.
        room: for one state's joint actions.
        place: `[S]`, for merging.
    """
    alone = own == game.shapes.shape[1]
    at, row, found = 0, 0, 0
    offsets[0] = 0
    for s in range(first, last):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        mine = 1 if alone else int(game.shapes[s, own])
        pre = 1 if alone else size_of(game.shapes, s, own)
        post = count // (pre * mine)
        spread(game, play, own, s, room)
        for a in range(mine):
            start = at
            for i in range(expected.shape[0]):
                payee = i if alone else own
                total = 0.0
                for h in range(pre):
                    for k in range((h * mine + a) * post, (h * mine + a + 1) * post):
                        total += room[k] * game.rewards[payee, begin + k]
                expected[i, own_offsets[s] + a] = total
            for h in range(pre):
                for k in range((h * mine + a) * post, (h * mine + a + 1) * post):
                    if room[k] != 0.0:
                        share = room[k] / game.denominators[begin + k]
                        for e in range(np.uint64(game.offsets[begin + k]), np.uint64(game.offsets[begin + k + 1])):
                            columns[at] = game.columns[e]
                            values[at] = game.weights[e] * share
                            at += 1
            found += at - start
            if merge:
                at = merged(columns, values, place, start, at)
            row += 1
            offsets[row] = at
    return found


@inner
def mean_of_limbs(high: int, low: int, den: int) -> int:
    """floor((high 2^31 + low) / den), for |high| <= 2^31 den and 0 <= low < 2^31 den."""
    upper = high // den
    return (upper << 31) + (((high - upper * den) << 31) + low) // den


@inner
def short_sum(game: Arrays, k: int, x: Indices) -> int:
    """The weights of a row times x, which fit one limb."""
    total = 0
    for e in range(np.uint64(game.offsets[k]), np.uint64(game.offsets[k + 1])):
        total += game.weights[e] * x[game.columns[e]]
    return total


@inner
def long_mean(game: Arrays, k: int, x: Indices) -> int:
    """The mean of x over a row's next states, rounded down, in two limbs."""
    high, low = 0, 0
    for e in range(np.uint64(game.offsets[k]), np.uint64(game.offsets[k + 1])):
        value = x[game.columns[e]]
        high += game.weights[e] * (value >> 31)
        low += game.weights[e] * (value & _LOW)
    return mean_of_limbs(high, low, int(game.denominators[k]))


@inner
def mark_played(game: Arrays, play: Play, own: int, s: int, count: int, room: Indices) -> None:
    """1 for the joint actions of a state for which the others have weights above 0, else 0: no mean needs those."""
    for k in range(count):
        room[k] = 1
    post = 1
    for j in range(game.shapes.shape[1] - 1, -1, -1):
        size = int(game.shapes[s, j])
        for a in range(size if j != own else 0):
            if play.weights[play.starts[j, s] + a] == 0:
                for first in range(a * post, count, size * post):
                    for k in range(first, first + post):
                        room[k] = 0
        post *= size


@compiled
def integer_step(
    game: Arrays,
    play: Play,
    own: int,
    payee: int,
    x: Indices,
    bits: int,
    top: int,
    bottom: int,
    narrow: bool,
    first: int,
    last: int,
    out: Indices,
    room: Indices,
) -> None:
    """out = F x of FORMAT 16, discount `top / bottom`, rewards of `payee`; `room` holds one state's joint actions.

    `narrow`: numbers times weights, denominators or `top` stay below 2^62, so that one limb gives the same integers.
    """
    players = game.shapes.shape[1]
    for s in range(first, last):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        mark_played(game, play, own, s, count, room)
        for k in range(count):
            if room[k] != 0:
                if narrow:
                    carried = top * (short_sum(game, begin + k, x) // int(game.denominators[begin + k])) // bottom
                else:
                    mean = long_mean(game, begin + k, x)
                    carried = mean_of_limbs(top * (mean >> 31), top * (mean & _LOW), bottom)
                room[k] = (game.rewards[payee, begin + k] << bits) + carried
        pre, post = count, 1
        for j in range(players - 1, -1, -1):
            size = int(game.shapes[s, j])
            pre //= size
            if j == own:
                post *= size
                continue
            den, start = int(play.denominators[j, s]), play.starts[j, s]
            for h in range(pre):
                for i in range(post):
                    high, low = 0, 0
                    for a in range(size):
                        value, w = room[(h * size + a) * post + i], play.weights[start + a]
                        if narrow:
                            low += w * value
                        else:
                            high += w * (value >> 31)
                            low += w * (value & _LOW)
                    room[h * post + i] = low // den if narrow else mean_of_limbs(high, low, den)
        best = room[0]
        for i in range(1, post):
            if room[i] > best:
                best = room[i]
        out[s] = best
