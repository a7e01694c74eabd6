"""Sweeps over an array game's own integers: Bellman steps in floats, and the same steps in integers rounded down.

Opponents are averaged while the rows are read: all that is held for one player is a number a joint action,

    chance[k] = prod_{j != i} pi_j(a_j | s) / denominators[k]        (all players, for the values of the policy itself)

and the expected rewards of the own actions. So a step costs one pass over the transitions with a chance above 0, and
memory stays linear. `own` is the player who chooses, or n: nobody does, a state has one action.

The step in integers is that of FORMAT 16, bit for bit: vectors X = x scale_i 2^-bits, and every mean rounded down.
"""

from typing import NamedTuple

from certigap.floats.compiled import Floats, Indices, Indices2, Ints, Ints2, compiled, inner

__all__ = ["Arrays", "Play", "chances", "follow", "gather", "improve", "integer_step"]

_LOW = (1 << 31) - 1


class Arrays(NamedTuple):
    """The arrays of an `ArrayGame`, and where its rows and the players' actions begin."""

    shapes: Ints2  # [S, n]
    rewards: Indices2  # [n, K]
    offsets: Indices  # [K + 1]
    columns: Ints  # [E]
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


@compiled
def chances(
    game: Arrays, play: Play, own: int, payee: int, own_offsets: Indices, chance: Floats, expected: Floats
) -> None:
    """Fill `chance` `[K]` and the expected rewards `[L_own]` of player `payee`, in units of its scale."""
    players = game.shapes.shape[1]
    for s in range(game.shapes.shape[0]):
        begin, end = game.row_offsets[s], game.row_offsets[s + 1]
        for k in range(begin, end):
            chance[k] = 1.0
        post = 1
        for j in range(players - 1, -1, -1):
            size = int(game.shapes[s, j])
            if j != own:
                den, start = float(play.denominators[j, s]), play.starts[j, s]
                for h in range(size_of(game.shapes, s, j)):
                    for a in range(size):
                        p = play.weights[start + a] / den
                        for k in range(begin + (h * size + a) * post, begin + (h * size + a + 1) * post):
                            chance[k] *= p
            post *= size
        base, k = own_offsets[s], begin
        pre = size_of(game.shapes, s, own) if own < players else 1
        mine = int(game.shapes[s, own]) if own < players else 1
        post = (end - begin) // (pre * mine)
        for a in range(mine):
            expected[base + a] = 0.0
        for _ in range(pre):
            for a in range(mine):
                for _ in range(post):
                    expected[base + a] += chance[k] * game.rewards[payee, k]
                    chance[k] /= game.denominators[k]
                    k += 1


@inner
def followed(game: Arrays, chance: Floats, k: int, x: Floats) -> float:
    """The expected x of the next state after a row, times its chance."""
    if chance[k] == 0.0:
        return 0.0
    total = 0.0
    for e in range(game.offsets[k], game.offsets[k + 1]):
        total += game.weights[e] * x[game.columns[e]]
    return float(total * chance[k])


@inner
def action_value(game: Arrays, chance: Floats, first: int, post: int, jump: int, pre: int, x: Floats) -> float:
    """The expected x after one own action, whose rows come in `pre` runs of `post`."""
    total = 0.0
    for h in range(pre):
        for k in range(first + h * jump, first + h * jump + post):
            total += followed(game, chance, k, x)
    return total


@compiled
def improve(
    game: Arrays,
    own: int,
    chance: Floats,
    expected: Floats,
    own_offsets: Indices,
    discount: float,
    x: Floats,
    first: int,
    last: int,
    out: Floats,
    choice: Indices,
) -> None:
    """out = max over own actions of r + g P x, and the action that attains it, at the states `first .. last - 1`.

    The action of before is kept unless another is better: ties do not wander.
    """
    players = game.shapes.shape[1]
    for s in range(first, last):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        mine = int(game.shapes[s, own]) if own < players else 1
        pre = size_of(game.shapes, s, own) if own < players else 1
        post = count // (pre * mine)
        base, kept = own_offsets[s], choice[s]
        best = expected[base + kept] + discount * action_value(
            game, chance, begin + kept * post, post, mine * post, pre, x
        )
        for a in range(mine):
            if a != kept:
                here = begin + a * post
                q = expected[base + a] + discount * action_value(game, chance, here, post, mine * post, pre, x)
                if q > best:
                    best = q
                    choice[s] = a
        out[s] = best


@compiled
def follow(
    game: Arrays, own: int, chance: Floats, choice: Indices, x: Floats, first: int, last: int, out: Floats
) -> None:
    """out = P x for the chosen actions, at the states `first .. last - 1`."""
    players = game.shapes.shape[1]
    for s in range(first, last):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        mine = int(game.shapes[s, own]) if own < players else 1
        pre = size_of(game.shapes, s, own) if own < players else 1
        post = count // (pre * mine)
        out[s] = action_value(game, chance, begin + choice[s] * post, post, mine * post, pre, x)


@compiled
def gather(
    game: Arrays,
    own: int,
    chance: Floats,
    choice: Indices,
    first: int,
    last: int,
    ends: Indices,
    columns: Ints,
    values: Floats,
    fill: bool,
) -> None:
    """The chosen actions' P as compressed rows: the number of entries of state s in `ends[s + 1]`, or with `fill`, once
    these are summed up, the entries themselves; a next state may come more than once.
    """
    players = game.shapes.shape[1]
    for s in range(first, last):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        mine = int(game.shapes[s, own]) if own < players else 1
        pre = size_of(game.shapes, s, own) if own < players else 1
        post = count // (pre * mine)
        at = ends[s] if fill else 0
        for h in range(pre):
            for k in range(begin + (h * mine + choice[s]) * post, begin + (h * mine + choice[s] + 1) * post):
                if chance[k] == 0.0:
                    continue
                if fill:
                    for e in range(game.offsets[k], game.offsets[k + 1]):
                        columns[at] = game.columns[e]
                        values[at] = game.weights[e] * chance[k]
                        at += 1
                else:
                    at += game.offsets[k + 1] - game.offsets[k]
        if not fill:
            ends[s + 1] = at


@inner
def mean_of_limbs(high: int, low: int, den: int) -> int:
    """floor((high 2^31 + low) / den), for |high| <= 2^31 den and 0 <= low < 2^31 den."""
    upper = high // den
    return (upper << 31) + (((high - upper * den) << 31) + low) // den


@inner
def row_mean(game: Arrays, k: int, x: Indices, narrow: bool) -> int:
    """The mean of x over a row's next states, rounded down; `narrow`: |x| times any denominator is below 2^62."""
    den = int(game.denominators[k])
    if narrow:
        total = 0
        for e in range(game.offsets[k], game.offsets[k + 1]):
            total += game.weights[e] * x[game.columns[e]]
        return total // den
    high, low = 0, 0
    for e in range(game.offsets[k], game.offsets[k + 1]):
        value = x[game.columns[e]]
        high += game.weights[e] * (value >> 31)
        low += game.weights[e] * (value & _LOW)
    return mean_of_limbs(high, low, den)


@compiled
def integer_step(
    game: Arrays,
    play: Play,
    own: int,
    payee: int,
    chance: Floats,
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
    """out = F x of FORMAT 16, discount `top / bottom`, rewards of `payee`; `room` holds one state's joint actions."""
    players = game.shapes.shape[1]
    for s in range(first, last):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for k in range(count):
            room[k] = 0
            if chance[begin + k] != 0.0:
                mean = row_mean(game, begin + k, x, narrow)
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
                        high += w * (value >> 31)
                        low += w * (value & _LOW)
                    room[h * post + i] = mean_of_limbs(high, low, den)
        best = room[0]
        for i in range(1, post):
            if room[i] > best:
                best = room[i]
        out[s] = best
