"""Families of array games that grow to millions of states: random sparse ones, which mix fast; grids and pursuits, not.

The same numbers come from the same seed (NumPy's PCG64, whose stream is stable across its versions).
"""

from fractions import Fraction

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IndexArray
from certigap.exact.rational import RationalLike, rational
from certigap.model.large.game import MOST, ArrayGame

__all__ = ["grid_game", "pursuit_game", "random_game"]

_GRAIN = 1000  # rewards are multiples of 1/1000 in [-1, 1]
_UP = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]], dtype=np.int64)  # rows, columns: up, down, left, right
_DIAGONAL = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], dtype=np.int64)  # up-left, up-right, down-left, down-right
_STAY = np.zeros((1, 2), dtype=np.int64)
_WEIGHT = 255  # weights of transitions are from 1 to this


def random_game(
    states: int,
    actions: int = 2,
    successors: int = 5,
    *,
    players: int = 2,
    discount: RationalLike = "9/10",
    seed: int = 0,
) -> ArrayGame:
    """Rewards uniform in [-1, 1], `successors` next states drawn alike, weights uniform on 1 .. 255; starts anywhere.

    >>> random_game(4, seed=1)
    <ArrayGame 2 players, 4 states, 16 joint actions, 80 transitions, discount 9/10>
    """
    _positive(states, actions, successors, players)
    random, rows = np.random.Generator(np.random.PCG64(seed)), states * actions**players
    entries = rows * successors
    weights = random.integers(1, _WEIGHT, size=entries, dtype=np.int32, endpoint=True)
    return ArrayGame(
        discount=rational(discount),
        scales=(Fraction(1, _GRAIN),) * players,
        shapes=np.full((states, players), actions, dtype=np.int32),
        rewards=random.integers(-_GRAIN, _GRAIN, size=(players, rows), dtype=np.int64, endpoint=True),
        offsets=np.arange(0, entries + 1, successors, dtype=np.int64),
        columns=random.integers(0, states, size=entries, dtype=np.int32),
        weights=weights,
        denominators=weights.reshape(rows, successors).sum(axis=1, dtype=np.int32),
        initial=np.ones(states, dtype=np.int32),
    )


def grid_game(side: int, *, discount: RationalLike = "99/100", slip: int = 1, seed: int = 0) -> ArrayGame:
    """Two players push one token over a `side` x `side` grid: information travels one cell a step.

    Player 1 moves it left, right or not at all, player 2 up, down or not at all; walls stop it. With `slip` chances in
    10 it goes to one of its four neighbours instead. Player 1 receives the cell's payoff, drawn uniform in [-1, 1],
    minus 1/10 when moving, player 2 its negative, minus 1/10 when moving. The start is a corner.

    >>> grid_game(3)
    <ArrayGame 2 players, 9 states, 81 joint actions, 405 transitions, discount 99/100>
    """
    _positive(side, side, 10 - slip, slip)
    random, states = np.random.Generator(np.random.PCG64(seed)), side * side
    x, y = (part[:, None, None] for part in np.divmod(np.arange(states, dtype=np.int64), side))
    step = np.array([-1, 0, 1], dtype=np.int64)
    targets = np.empty((states, 3, 3, 5), dtype=np.int32)
    moved = (np.clip(x + step[:, None], 0, side - 1), np.clip(y + step, 0, side - 1))
    targets[..., 0] = moved[0] * side + moved[1]
    for place, (dx, dy) in enumerate(((-1, 0), (1, 0), (0, -1), (0, 1)), start=1):
        targets[..., place] = np.clip(x + dx, 0, side - 1) * side + np.clip(y + dy, 0, side - 1)
    weights = np.tile(np.array([4 * (10 - slip), slip, slip, slip, slip], dtype=np.int32), states * 9)
    cell = random.integers(-_GRAIN, _GRAIN, size=(states, 1, 1), dtype=np.int64, endpoint=True)
    cost = (_GRAIN // 10) * np.abs(step)
    rewards = np.stack(
        [np.broadcast_to(cell - cost[:, None], (states, 3, 3)), np.broadcast_to(-cell - cost, (states, 3, 3))]
    )
    initial = np.zeros(states, dtype=np.int32)
    initial[0] = 1
    return ArrayGame(
        discount=rational(discount),
        scales=(Fraction(1, _GRAIN),) * 2,
        shapes=np.full((states, 2), 3, dtype=np.int32),
        rewards=np.ascontiguousarray(rewards.reshape(2, -1)),
        offsets=np.arange(0, states * 45 + 1, 5, dtype=np.int64),
        columns=targets.reshape(-1),
        weights=weights,
        denominators=np.full(states * 9, 40, dtype=np.int32),
        initial=initial,
    )


def pursuit_game(size: int, *, discount: RationalLike = "9/10") -> ArrayGame:
    """The catalog's `pursuit` on a `size` x `size` grid (its rules: `certigap.model.catalog.pursuit`), without names.

    >>> pursuit_game(3)
    <ArrayGame 2 players, 73 states, 3241 joint actions, 3241 transitions, discount 9/10>
    """
    _positive(size, size - 1)
    cells = size * size
    first, second = (part.reshape(-1) for part in np.indices((cells, cells)))
    apart = np.flatnonzero(first != second)
    before = first[apart, None], second[apart, None]
    after = (
        _moved(before[0], np.concatenate([_UP, _DIAGONAL, _STAY]), size)[:, :, None],
        _moved(before[1], np.concatenate([_UP, _STAY]), size)[:, None, :],
    )
    exchanged = (after[0] == before[1][:, :, None]) & (after[1] == before[0][:, :, None])
    caught = ((after[0] == after[1]) | exchanged).reshape(-1)
    pair = (after[0] * cells + after[1]).reshape(-1)
    place = np.cumsum(first != second) - 1  # of a pair of distinct cells among the states
    columns = np.append(np.where(caught, len(apart), place[pair]), len(apart)).astype(np.int32)
    gain = np.append(caught, False).astype(np.int64)
    ones = np.ones(len(columns), dtype=np.int32)
    initial = np.zeros(len(apart) + 1, dtype=np.int32)
    initial[place[cells - 1]] = 1
    shapes = np.full((len(apart) + 1, 2), (9, 5), dtype=np.int32)
    shapes[-1] = 1
    return ArrayGame(
        discount=rational(discount),
        scales=(Fraction(1),) * 2,
        shapes=shapes,
        rewards=np.stack([gain, -gain]),
        offsets=np.arange(len(columns) + 1, dtype=np.int64),
        columns=columns,
        weights=ones,
        denominators=ones,
        initial=initial,
    )


def _moved(cell: IndexArray, moves: IndexArray, size: int) -> IndexArray:
    """`[N, M]` the cells after each move `[M, 2]`; a move off the grid leaves a player where it is."""
    target = np.stack(np.divmod(cell, size), axis=-1) + moves
    inside = ((target >= 0) & (target < size)).all(axis=-1)
    return np.where(inside, target[..., 0] * size + target[..., 1], cell)


def _positive(states: int, *sizes: int) -> None:
    if not 1 <= states <= MOST or min(sizes) < 1:
        raise InputError(f"sizes of a game: expected numbers above 0, got {(states, *sizes)}")
