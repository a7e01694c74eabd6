"""Passes over an array game whose policies stray from an expert, in the integers of FORMAT 16.

`stray` is the step S: a share `rooms` of the mass of the expert's joint row of those who stray may move, each unit for
a fee; what stays goes on with x, what moves goes on with y, to the joint action that is best then. `flow` bounds where
a deviator can be one step later; `push` moves an occupancy along the expert. `scatter` and `slopes` propose, in floats.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Indices, compiled, inner
from certigap.floats.sparse.kernels import Arrays, Play, long_mean, mean_of_limbs, short_sum, size_of
from certigap.floats.sparse.rows import Chain

__all__ = ["Reach", "Room", "Stray", "flow", "push", "scatter", "slopes", "stray"]

_BITS = 28
_LOW = (1 << 31) - 1


class Stray(NamedTuple):
    """Who strays and how far: the step's constants; numbers in units of the payee's scale times 2^-bits."""

    own: int  # who chooses freely (n: nobody)
    payee: int
    sign: int  # of the payee's rewards
    bits: int
    top: int  # discount top / bottom
    bottom: int
    narrow: bool  # numbers times weights, denominators or `top` stay below 2^62
    rooms: Indices  # [S] mass that may move, in units of 2^-28
    fees: Indices  # [S] of a unit of mass that moves


class Room(NamedTuple):
    """Working space for the joint actions of one state."""

    stay: Indices
    move: Indices
    mass: Indices
    gain: Indices
    order: Indices


class Reach(NamedTuple):
    """Working space `[S]` of `flow`: zeros before and after."""

    total: Indices
    best: Indices


@inner
def backup(game: Arrays, how: Stray, k: int, x: Indices) -> int:
    """A joint action's reward and what follows, each mean rounded down."""
    if how.narrow:
        carried = how.top * (short_sum(game, k, x) // int(game.denominators[k])) // how.bottom
    else:
        mean = long_mean(game, k, x)
        carried = mean_of_limbs(how.top * (mean >> 31), how.top * (mean & _LOW), how.bottom)
    reward = int(how.sign * game.rewards[how.payee, k])
    return (reward << how.bits) + carried


@inner
def spread_up(game: Arrays, play: Play, own: int, s: int, count: int, mass: Indices) -> None:
    """The mass of each joint action of the state, player `own` left out, in units of 2^-28, rounded up."""
    for k in range(count):
        mass[k] = 1 << _BITS
    post = count
    for j in range(game.shapes.shape[1]):
        size = int(game.shapes[s, j])
        post //= size
        if j != own:
            den, start = int(play.denominators[j, s]), play.starts[j, s]
            for k in range(count):
                mass[k] = -((-mass[k] * play.weights[start + k // post % size]) // den)


@inner
def moved(room: Room, left: int, found: int) -> int:
    """The largest sum of gains times mass, `left` of mass at most; gains above 0 in `gain[: found]`, rounded up."""
    high, low = 0, 0
    for i in range(found):
        k, at = room.order[i], i
        while at > 0 and room.gain[room.order[at - 1]] < room.gain[k]:
            room.order[at] = room.order[at - 1]
            at -= 1
        room.order[at] = k
    for i in range(found):
        k = room.order[i]
        part = min(left, room.mass[k])
        high += (room.gain[k] >> 31) * part
        low += (room.gain[k] & _LOW) * part
        left -= part
        if left == 0:
            break
    return (high << 3) + ((low + (1 << _BITS) - 1) >> _BITS)


@inner
def folded(game: Arrays, play: Play, how: Stray, s: int, count: int, values: Indices) -> None:
    """The means over the players but `own`, the last first, each rounded down; in place."""
    pre, post = count, 1
    for j in range(game.shapes.shape[1] - 1, -1, -1):
        size = int(game.shapes[s, j])
        pre //= size
        if j == how.own:
            post *= size
            continue
        den, start = int(play.denominators[j, s]), play.starts[j, s]
        for h in range(pre):
            for i in range(post):
                high, low = 0, 0
                for a in range(size):
                    value, w = values[(h * size + a) * post + i], play.weights[start + a]
                    high += w * (value >> 31)
                    low += w * (value & _LOW)
                values[h * post + i] = mean_of_limbs(high, low, den)


@compiled
def stray(
    game: Arrays,
    play: Play,
    how: Stray,
    x: Indices,
    y: Indices,
    same: bool,
    first: int,
    last: int,
    out: Indices,
    room: Room,
) -> None:
    """out = S(x, y) of FORMAT 16 at the states `first .. last - 1`; `same`: y is x."""
    for s in range(first, last):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for k in range(count):
            room.stay[k] = backup(game, how, begin + k, x)
            room.move[k] = room.stay[k] if same else backup(game, how, begin + k, y)
        spread_up(game, play, how.own, s, count, room.mass)
        alone = how.own == game.shapes.shape[1]
        mine = 1 if alone else int(game.shapes[s, how.own])
        pre = 1 if alone else size_of(game.shapes, s, how.own)
        post = count // (pre * mine)
        best = 0
        for a in range(mine):
            top = room.move[a * post]
            for h in range(pre):
                for k in range((h * mine + a) * post, (h * mine + a + 1) * post):
                    top = max(top, room.move[k])
            top -= how.fees[s]
            found = 0
            for h in range(pre):
                for k in range((h * mine + a) * post, (h * mine + a + 1) * post):
                    room.gain[k] = top - room.stay[k]
                    if room.gain[k] > 0 and room.mass[k] > 0:
                        room.order[found] = k
                        found += 1
            room.move[a] = moved(room, how.rooms[s], found) if how.rooms[s] > 0 else 0
        folded(game, play, how, s, count, room.stay)
        for a in range(mine):
            value = room.stay[a] + room.move[a]
            if a == 0 or value > best:
                best = value
        out[s] = best


@compiled
def flow(
    game: Arrays, play: Play, own: int, now: Indices, high: Indices, low: Indices, mass: Indices, reach: Reach
) -> None:
    """`high 2^31 + low` gains the most that player `own` can carry from `now`, in units of 2^-61, rounded up."""
    for s in range(len(now)):
        if now[s] == 0:
            continue
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        spread_up(game, play, own, s, count, mass)
        mine, pre = int(game.shapes[s, own]), size_of(game.shapes, s, own)
        post = count // (pre * mine)
        for a in range(mine):
            for h in range(pre):
                for k in range((h * mine + a) * post, (h * mine + a + 1) * post):
                    den = int(game.denominators[begin + k])
                    for e in range(game.offsets[begin + k], game.offsets[begin + k + 1]):
                        reach.total[game.columns[e]] -= (-mass[k] * game.weights[e]) // den
            for h in range(pre):
                for k in range((h * mine + a) * post, (h * mine + a + 1) * post):
                    for e in range(game.offsets[begin + k], game.offsets[begin + k + 1]):
                        t = game.columns[e]
                        reach.best[t] = max(reach.best[t], reach.total[t])
                        reach.total[t] = 0
        for e in range(game.offsets[begin], game.offsets[begin + count]):
            t = game.columns[e]
            part = reach.best[t]
            if part > 0:
                reach.best[t] = 0
                value = ((now[s] >> 31) * part << 3) + (((now[s] & _LOW) * part + (1 << _BITS) - 1) >> _BITS)
                high[t] += value >> 31
                low[t] += value & _LOW


@compiled
def push(game: Arrays, play: Play, mass: Indices, out: Indices) -> None:
    """`out` gains the mass at every state after a step of the policy, every product rounded down."""
    players = game.shapes.shape[1]
    for s in range(len(mass)):
        if mass[s] == 0:
            continue
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for k in range(count):
            part, post = mass[s], count
            for j in range(players):
                size = int(game.shapes[s, j])
                post //= size
                w, den = play.weights[play.starts[j, s] + k // post % size], int(play.denominators[j, s])
                part = mean_of_limbs(w * (part >> 31), w * (part & _LOW), den)
            if part > 0:
                den = int(game.denominators[begin + k])
                for e in range(game.offsets[begin + k], game.offsets[begin + k + 1]):
                    w = game.weights[e]
                    out[game.columns[e]] += mean_of_limbs(w * (part >> 31), w * (part & _LOW), den)


@compiled
def scatter(chain: Chain, discount: float, mass: Floats, out: Floats) -> None:
    """out += g P^T mass, for the chain's states."""
    for s in range(chain.first, chain.last):
        part = discount * mass[s]
        for e in range(np.uint64(chain.offsets[s - chain.first]), np.uint64(chain.offsets[s - chain.first + 1])):
            out[chain.columns[e]] += part * chain.values[e]


@compiled
def slopes(
    game: Arrays,
    play: Play,
    player: int,
    choice: Indices,
    deviator: Floats,
    imitator: Floats,
    optimum: Floats,
    value: Floats,
    discount: float,
    out: Floats,
) -> None:
    """How fast a player's gap grows with the mass of each action of each player, about; rewards in units of its scale.

    The policy is `play`, its occupancy `imitator` and value `value`; a deviator who chooses `choice`, `deviator` and
    `optimum`, all `[S]`. `out` has an entry an action of every player, in the order of `play.weights`.
    """
    players = game.shapes.shape[1]
    for s in range(len(value)):
        begin, count = game.row_offsets[s], game.row_offsets[s + 1] - game.row_offsets[s]
        for k in range(count):
            left, right = 0.0, 0.0
            for e in range(game.offsets[begin + k], game.offsets[begin + k + 1]):
                left += game.weights[e] * optimum[game.columns[e]]
                right += game.weights[e] * value[game.columns[e]]
            den = discount / game.denominators[begin + k]
            left, right = left * den + game.rewards[player, begin + k], right * den + game.rewards[player, begin + k]
            post = count
            own = 0
            for j in range(players):
                post //= int(game.shapes[s, j])
                if j == player:
                    own = k // post % int(game.shapes[s, j])
            for j in range(players):
                others, mine, rest, action = 1.0, 1.0, count, 0
                for i in range(players):
                    size = int(game.shapes[s, i])
                    rest //= size
                    a = k // rest % size
                    p = play.weights[play.starts[i, s] + a] / float(play.denominators[i, s])
                    if i == j:
                        action = a
                    elif i == player:
                        mine = p
                    else:
                        others *= p
                slope = -imitator[s] * others * mine * right
                if j != player and own == choice[s]:
                    slope += deviator[s] * others * left
                out[play.starts[j, s] + action] += slope
