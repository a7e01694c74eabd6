"""Many small matrix games at once in floats, by the simplex method in lockstep: proposals only, judged later exactly.

The payoffs M of one game are shifted and scaled into [1, 2]. The program  max sum w : Mw <= 1, w >= 0  has optimum
1/value; w * value is the column player's strategy, and the dual solution, scaled alike, the row player's. Each round
pivots once in every game that is not done: on the most negative reduced cost, and from a fixed number of rounds on on
the first one (Bland's rule), so that a degenerate game cannot cycle.
"""

import numpy as np

from certigap.exact.integers import IndexArray
from certigap.solve.matrix_game import Floats

__all__ = ["matrix_games"]

_SMALL = 1e-12  # below is rounding, and the exact check decides
_ROUNDS = 50
"""Rounds per action after which rounding is blamed and the strategies are taken as they are."""


def matrix_games(payoffs: Floats, sizes: IndexArray) -> tuple[Floats, Floats, Floats]:
    """Values and optimal strategies of many zero-sum matrix games, in floats.

    Args:
        payoffs: `[S, A, B]` to the row player, who maximises; entries outside a game's own size are ignored.
        sizes: `[S, 2]` numbers of actions.

    Returns:
        Values `[S]`, rows `[S, A]` and `[S, B]`, 0 outside a game's own size.

    >>> value, x, y = matrix_games(np.array([[[1.0, -1.0], [-1.0, 1.0]]]), np.array([[2, 2]]))
    >>> value.tolist(), x.round(12).tolist(), y.round(12).tolist()
    ([0.0], [[0.5, 0.5]], [[0.5, 0.5]])
    """
    states, rows, columns = payoffs.shape
    exists = _exists(sizes, rows, columns)
    lowest = np.where(exists, payoffs, np.inf).min(axis=(1, 2))
    spread = np.where(exists, payoffs, -np.inf).max(axis=(1, 2)) - lowest
    unit = np.where(spread > 0, spread, 1.0)
    scaled = 1.0 + (payoffs - lowest[:, None, None]) / unit[:, None, None]
    tableau = np.zeros((states, rows + 1, columns + rows + 1))
    tableau[:, :rows, :columns] = np.where(exists, scaled, 0.0)
    tableau[:, :rows, columns:-1] = np.eye(rows)
    tableau[:, :rows, -1] = 1.0
    tableau[:, rows, :columns] = -exists[:, 0, :].astype(np.float64)
    basis = np.tile(columns + np.arange(rows), (states, 1))
    _run(tableau, basis)
    x = np.maximum(tableau[:, rows, columns:-1], 0.0)
    y = np.zeros((states, columns + rows))
    np.put_along_axis(y, basis, np.maximum(tableau[:, :rows, -1], 0.0), axis=1)
    np.put_along_axis(basic := np.zeros((states, columns + rows), dtype=bool), basis, True, axis=1)
    x[basic[:, columns:]] = 0.0
    x, y = x / x.sum(axis=1, keepdims=True), y[:, :columns] / y[:, :columns].sum(axis=1, keepdims=True)
    values = lowest + (1.0 / tableau[:, rows, -1] - 1.0) * unit
    return values, x, y


def _exists(sizes: IndexArray, rows: int, columns: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    own = np.arange(rows)[None, :] < sizes[:, 0, None]
    other = np.arange(columns)[None, :] < sizes[:, 1, None]
    return np.asarray(own[:, :, None] & other[:, None, :])


def _run(tableau: Floats, basis: IndexArray) -> None:
    """Pivot every game to its optimum, in place."""
    actions = tableau.shape[2] - 1
    for count in range(_ROUNDS * actions):
        negative = tableau[:, -1, :-1] < -_SMALL
        active = np.flatnonzero(negative.any(axis=1))
        if len(active) == 0:
            return
        costs = negative[active] if count >= 10 * actions else -tableau[active, -1, :-1]
        entering = costs.argmax(axis=1)
        _pivot(tableau, basis, active, entering)


def _pivot(tableau: Floats, basis: IndexArray, active: IndexArray, entering: IndexArray) -> None:
    """One pivot in each active game, the row of least ratio (then of least basic variable) leaving."""
    part = tableau[active]
    games = np.arange(len(active))
    column = part[games, :, entering]
    positive = column[:, :-1] > _SMALL
    ratios = np.where(positive, part[:, :-1, -1] / np.where(positive, column[:, :-1], 1.0), np.inf)
    tied = ratios == ratios.min(axis=1, keepdims=True)
    leaving = np.where(tied, basis[active], np.iinfo(np.int64).max).argmin(axis=1)
    pivot_rows = part[games, leaving] / column[games, leaving][:, None]
    part -= column[:, :, None] * pivot_rows[:, None, :]
    part[games, leaving] = pivot_rows
    tableau[active] = part
    basis[active, leaving] = entering
