"""Which tilt of the imitator's reward bounds a box of policies in a ball of occupancies best? In floats, a proposal.

With mu_pi the occupancy of states (or of joint actions), mu the expert's, and ||mu_pi - mu||_1 <= eps, any k has

    gap(pi) <= gap(pi) - k.(mu_pi - mu) + eps (max k - min k)/2,

and the tilt sought makes the largest right side over the box smallest. Over some policies of the box that is a linear
program, here solved by the simplex method on its dual: mix them for the most gap, the mixture's occupancy within eps of
the expert's (farther, at `penalty` a unit). Its multipliers are k. Corners of the box are the policies: all of them, or
some, and those that `climb` then finds above the program's value.
"""

from typing import NamedTuple

import numpy as np

from certigap.floats.compiled import Floats, Floats2, Floats3, Indices, Indices2, compiled, inner, prepare
from certigap.floats.kernel.node import BallArrays, NodeArrays, NodeRoom, cut, resolve
from certigap.floats.kernel.sweeps import GameArrays, SetArrays, own_stride

__all__ = ["COLUMNS", "TiltRoom", "best_tilt", "new_tilt_room", "prepare_tilts"]

COLUMNS = 96  # policies at most
FIRST = 64  # of them corners, before any climb
ROUNDS = 3  # of the program and the climbs above it
SWEEPS = 3  # of a climb, over all rows
PIVOTS = 400
IMPROVEMENTS = 12  # of a deviator's policy
TINY = 1e-10


class TiltRoom(NamedTuple):
    """The expert's occupancy, and working space of one thread; D numbers in an occupancy, C = COLUMNS policies."""

    center: Floats  # [D]
    units: Floats  # [S]
    corner: Indices  # [n S] the vertex of each row, player by player
    best: Indices  # [n S] the same, in a climb
    rows: Floats  # [L] a policy
    kernels: Floats3  # [2, S, S] the first one used
    choices: Floats3  # [S, A, S + 1] next states and, last, rewards of the deviator's actions
    mass: Floats  # [S]
    value: Floats  # [S]
    chosen: Indices  # [S]
    moved: Floats  # [D] its occupancy less the expert's
    corners: Indices2  # [C, n S]
    columns: Floats2  # [C, D] of every policy what `moved` is
    gains: Floats  # [C] their gaps
    tableau: Floats2  # [D + 3, C + 2 D + 3]
    basis: Indices  # [D + 2]
    tilt: Floats  # [D] result


def new_tilt_room(game: GameArrays, center: Floats, units: Floats) -> TiltRoom:
    """Room for a game; `center`: the expert's occupancy, `[S]` or `[K]`."""
    (states, n), size, empty = game.shapes.shape, len(center), np.empty
    corner = np.zeros(n * states, dtype=np.int64)
    return TiltRoom(
        center=center,
        units=units,
        corner=corner,
        best=corner.copy(),
        rows=empty(int(game.shapes.sum())),
        kernels=empty((2, states, states)),
        choices=empty((states, int(game.shapes.max()), states + 1)),
        mass=empty(states),
        value=empty(states),
        chosen=np.zeros(states, dtype=np.int64),
        moved=empty(size),
        corners=np.zeros((COLUMNS, n * states), dtype=np.int64),
        columns=empty((COLUMNS, size)),
        gains=empty(COLUMNS),
        tableau=empty((size + 3, COLUMNS + 2 * size + 3)),
        basis=np.zeros(size + 2, dtype=np.int64),
        tilt=np.zeros(size),
    )


@inner
def play_corner(game: GameArrays, sets: SetArrays, room: NodeRoom, space: TiltRoom) -> None:
    """Fill `rows` with the vertices of the simplices that `corner` names; -1: the middle."""
    states, n = game.shapes.shape
    for j in range(n):
        for s in range(states):
            first, size, vertex = sets.first[j, s], game.shapes[s, j], space.corner[j * states + s]
            for k in range(size):
                space.rows[first + k] = room.low[first + k]
                if vertex < 0:
                    space.rows[first + k] += room.tau[j, s] / size
            if vertex >= 0:
                space.rows[first + vertex] += room.tau[j, s]


@inner
def evaluate(
    player: int, game: GameArrays, ball: BallArrays, sets: SetArrays, room: NodeRoom, space: TiltRoom
) -> float:
    """The player's gap at `corner`; fills `moved`."""
    states, n = game.shapes.shape
    play_corner(game, sets, room, space)
    by_state, choices = space.center.size == states, space.choices
    for s in range(states):
        begin, size, first = game.row_offsets[s], game.shapes[s, player], sets.first[player, s]
        for a in range(size):
            for t in range(states + 1):
                choices[s, a, t] = 0.0
        for k in range(begin, game.row_offsets[s + 1]):
            others, action = 1.0, 0
            for j in range(n):
                a = ((k - begin) // own_stride(j, s, game)) % game.shapes[s, j]
                if j == player:
                    action = a
                else:
                    others *= space.rows[sets.first[j, s] + a]
            for t in range(states):
                choices[s, action, t] += others * ball.transitions[k, t]
            choices[s, action, states] += others * game.rewards[player, k]
            if not by_state:
                space.moved[k] = others * space.rows[first + action]
        for t in range(states):
            total = 0.0
            for a in range(size):
                total += space.rows[first + a] * choices[s, a, t]
            space.kernels[0, s, t] = total
        space.mass[s], space.value[s], space.chosen[s] = ball.initial[s], 0.0, -1
    backward, forward = int(np.int64(0)), int(np.int64(2))  # literals would compile further copies
    resolve(space.kernels, backward, game.discount, room.matrix, space.mass)
    worth = 0.0
    for s in range(states):
        first, here = sets.first[player, s], (1.0 - game.discount) * space.mass[s] / space.units[s]
        for a in range(game.shapes[s, player]):
            worth += space.mass[s] * space.rows[first + a] * choices[s, a, states]
        if by_state:
            space.moved[s] = here - space.center[s]
        else:
            for k in range(game.row_offsets[s], game.row_offsets[s + 1]):
                space.moved[k] = here * space.moved[k] - space.center[k]
    for _ in range(IMPROVEMENTS):
        changed = False
        for s in range(states):
            top, kept = -np.inf, -np.inf
            best = 0
            for a in range(game.shapes[s, player]):
                q = choices[s, a, states]
                for t in range(states):
                    q += game.discount * choices[s, a, t] * space.value[t]
                if a == space.chosen[s]:
                    kept = q
                if q > top:
                    top, best = q, a
            if top > kept + TINY * abs(kept) or space.chosen[s] < 0:
                space.chosen[s], changed = best, True
        if not changed:
            break
        for s in range(states):
            for t in range(states):
                space.kernels[0, s, t] = choices[s, space.chosen[s], t]
            space.mass[s] = choices[s, space.chosen[s], states]
        resolve(space.kernels, forward, game.discount, room.matrix, space.mass)
        for s in range(states):
            space.value[s] = space.mass[s]
    for s in range(states):
        worth -= ball.initial[s] * space.value[s]
    return -worth


@inner
def tilted(gap: float, space: TiltRoom) -> float:
    """The gap less what `moved` pays."""
    for d in range(space.tilt.size):
        gap -= space.tilt[d] * space.moved[d]
    return gap


@inner
def add_column(count: int, gap: float, space: TiltRoom) -> int:
    """The policy that was evaluated last, among the columns."""
    for place in range(space.corner.size):
        space.corners[count, place] = space.corner[place]
    for d in range(space.moved.size):
        space.columns[count, d] = space.moved[d]
    space.gains[count] = gap
    return count + 1


@inner
def enter(space: TiltRoom, row: int, column: int) -> None:
    """A pivot of the tableau."""
    t = space.tableau
    pivot = t[row, column]
    for c in range(t.shape[1]):
        t[row, c] /= pivot
    for r in range(t.shape[0]):
        factor = t[r, column]
        if r != row and factor != 0.0:
            for c in range(t.shape[1]):
                t[r, c] -= factor * t[row, c]
    space.basis[row] = column


@inner
def program(count: int, eps: float, penalty: float, space: TiltRoom) -> float:
    """Fill `tilt` with the multipliers of the mixture of the first `count` columns; the largest tilted gap of these.

    Columns of the tableau: policies, u+, u- (parts of the mixture's distance), what of it is above eps, what is left of
    eps, the right side. Rows: what is moved is u+ - u-; sum (u+ + u-) - above + left = eps; sum of parts = 1; what a
    column gains. The first basis is the first policy with its distances.
    """
    t, size = space.tableau, space.center.size
    plus, over, left, right = COLUMNS, COLUMNS + 2 * size, COLUMNS + 2 * size + 1, COLUMNS + 2 * size + 2
    for r in range(size + 3):
        for c in range(right + 1):
            t[r, c] = 0.0
    far = 0.0
    for d in range(size):
        start = space.columns[0, d]
        sign = 1.0 if start >= 0.0 else -1.0
        far += sign * start
        t[d, plus + d], t[d, plus + size + d] = sign, -sign
        t[size, plus + d], t[size, plus + size + d] = 1.0 - sign, 1.0 + sign
        space.basis[d] = plus + d if sign > 0.0 else plus + size + d
        t[d, right] = sign * start
        for c in range(1, count):
            apart = sign * (space.columns[c, d] - start)
            t[d, c] = -apart
            t[size, c] += apart
    t[size, over], t[size, left], t[size, right] = -1.0, 1.0, eps - far
    for c in range(count):
        t[size + 1, c] = 1.0
        t[size + 2, c] = space.gains[c] - space.gains[0]
    t[size + 1, right], t[size + 2, right] = 1.0, -space.gains[0]
    t[size + 2, over] = -penalty
    space.basis[size], space.basis[size + 1] = left, 0
    if far > eps:
        for c in range(right + 1):
            t[size, c] *= -1.0
            t[size + 2, c] += penalty * t[size, c]
        space.basis[size] = over
    for _ in range(PIVOTS):
        column, most = -1, TINY * penalty
        for c in range(right):
            if t[size + 2, c] > most:
                column, most = c, t[size + 2, c]
        if column < 0:
            break
        row, least = -1, np.inf
        for r in range(size + 2):
            if t[r, column] > 1e-9 and t[r, right] < least * t[r, column]:
                row, least = r, t[r, right] / t[r, column]
        if row < 0:
            break
        enter(space, row, column)
    for d in range(size):
        space.tilt[d] = (t[size + 2, plus + d] - t[size + 2, plus + size + d]) / 2
    spread = -(t[size + 2, plus] + t[size + 2, plus + size]) / 2  # the multiplier of the distance
    return float(-t[size + 2, right] - eps * spread)


@inner
def climb(
    start: int, player: int, game: GameArrays, ball: BallArrays, sets: SetArrays, room: NodeRoom, space: TiltRoom
) -> float:
    """From a column on, one vertex after the other; `corner` is left at the best, evaluated: its tilted gap."""
    states, n = game.shapes.shape
    for place in range(space.corner.size):
        space.corner[place] = max(space.corners[start, place], 0)
        space.best[place] = space.corner[place]
    top = tilted(evaluate(player, game, ball, sets, room, space), space)
    for _ in range(SWEEPS):
        before = top
        for j in range(n):
            for s in range(states):
                place = j * states + s
                if room.tau[j, s] <= TINY:
                    continue
                for k in range(game.shapes[s, j]):
                    if k != space.best[place]:
                        space.corner[place] = k
                        value = tilted(evaluate(player, game, ball, sets, room, space), space)
                        if value > top:
                            top, space.best[place] = value, k
                space.corner[place] = space.best[place]
        if top <= before:
            break
    return top


@compiled
def best_tilt(
    player: int,
    game: GameArrays,
    ball: BallArrays,
    node: NodeArrays,
    sets: SetArrays,
    room: NodeRoom,
    space: TiltRoom,
    eps: float,
    penalty: float,
) -> float:
    """Fill `tilt` for a node; the largest tilted gap found, -inf where the node is empty."""
    if not cut(game, ball, node, sets, room):
        return -np.inf
    states, n = game.shapes.shape
    total = 1
    for j in range(n):
        for s in range(states):
            place = j * states + s
            space.corner[place] = -1
            if room.tau[j, s] > TINY and total <= FIRST:
                total *= game.shapes[s, j]
    count = add_column(0, evaluate(player, game, ball, sets, room, space), space)
    seed = 12345
    for turn in range(min(total, FIRST)):
        rest = turn
        for j in range(n):
            for s in range(states):
                place, size = j * states + s, game.shapes[s, j]
                space.corner[place] = 0
                if room.tau[j, s] > TINY:
                    if total <= FIRST:
                        space.corner[place] = rest % size
                        rest //= size
                    else:
                        seed = (seed * 1103515245 + 12345) % 2147483648
                        space.corner[place] = (seed // 65536) % size
        count = add_column(count, evaluate(player, game, ball, sets, room, space), space)
    found = program(count, eps, penalty, space)
    if total <= FIRST:
        return found
    for _ in range(ROUNDS):
        before = count
        for row in range(space.basis.size):
            start = space.basis[row]
            if start < count and count < COLUMNS:
                value = climb(start, player, game, ball, sets, room, space)
                if value > found + 1e-6 * abs(found):
                    count = add_column(count, evaluate(player, game, ball, sets, room, space), space)
        if count == before:
            break
        found = program(count, eps, penalty, space)
    return found


def prepare_tilts() -> None:
    """Have the code compiled."""
    prepare(best_tilt)
