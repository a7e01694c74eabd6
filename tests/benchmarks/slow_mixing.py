"""Array games that forget slowly: walks on a cycle, and games whose moves are nearly certain."""

from fractions import Fraction

import numpy as np

from certigap.exact.rational import RationalLike, rational
from certigap.model.large import ArrayGame, ArrayPolicy

__all__ = ["chain_game", "near_deterministic_game", "pure_policy"]

_GRAIN = 1000  # rewards are multiples of 1/1000 in [-1, 1]


def chain_game(states: int, *, discount: RationalLike = "99/100", seed: int = 0) -> ArrayGame:
    """Births and deaths on a cycle: each player adds -1, 0 or 1 to a drift of 1; 1 in 10 goes one place astray, to
    either side. Player 1 receives what the place pays, uniform in [-1, 1], less 1/10 when it moves; player 2 the
    negative likewise.
    """
    random, step = np.random.Generator(np.random.PCG64(seed)), np.array([-1, 0, 1])
    astray = np.arange(states)[:, None, None, None] + 1 + step[:, None, None] + step[:, None] + step
    place = random.integers(-_GRAIN, _GRAIN, size=(states, 1, 1), endpoint=True)
    cost, shape = (_GRAIN // 10) * np.abs(step), (states, 3, 3)
    rewards = np.stack([np.broadcast_to(place - cost[:, None], shape), np.broadcast_to(-place - cost, shape)])
    return _game(discount, 3, rewards, np.mod(astray, states), np.tile([1, 18, 1], states * 9), 20)


def near_deterministic_game(
    states: int, actions: int = 4, successors: int = 5, *, discount: RationalLike = "99/100", seed: int = 0
) -> ArrayGame:
    """A joint action leads to one state with probability 0.99, else to one of `successors - 1` others; all drawn alike,
    rewards uniform in [-1, 1]. Against a pure policy (`pure_policy`) a best response is nearly deterministic too.
    """
    random, rows = np.random.Generator(np.random.PCG64(seed)), states * actions**2
    rewards = random.integers(-_GRAIN, _GRAIN, size=(2, rows), endpoint=True)
    columns = random.integers(0, states, size=(rows, successors))
    weights = np.ones((rows, successors), dtype=np.int64)
    weights[:, 0] = 99 * (successors - 1)
    return _game(discount, actions, rewards, columns, weights, 100 * (successors - 1))


def pure_policy(game: ArrayGame, seed: int = 0) -> ArrayPolicy:
    """One action a state and player, drawn alike."""
    random = np.random.Generator(np.random.PCG64(seed))
    return ArrayPolicy.pure(game, [random.integers(0, sizes) for sizes in game.shapes.T])


def _game(
    discount: RationalLike,
    actions: int,
    rewards: np.ndarray,  # type: ignore[type-arg]
    columns: np.ndarray,  # type: ignore[type-arg]
    weights: np.ndarray,  # type: ignore[type-arg]
    denominator: int,
) -> ArrayGame:
    """Two players with as many actions each; the game starts anywhere."""
    states, rows = len(columns) if columns.ndim == 4 else len(columns) // actions**2, rewards[0].size
    return ArrayGame(
        discount=rational(discount),
        scales=(Fraction(1, _GRAIN),) * 2,
        shapes=np.full((states, 2), actions, dtype=np.int32),
        rewards=np.ascontiguousarray(rewards.reshape(2, rows), dtype=np.int64),
        offsets=np.arange(0, columns.size + 1, columns.shape[-1], dtype=np.int64),
        columns=columns.reshape(-1).astype(np.int32),
        weights=weights.reshape(-1).astype(np.int32),
        denominators=np.full(rows, denominator, dtype=np.int32),
        initial=np.ones(states, dtype=np.int32),
    )
