"""Games out of arrays in memory, dense or compressed, without ever an array of states times states.

Joint actions are row-major, the last player's action varying fastest; every state has the same actions.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError
from certigap.exact.integers import IndexArray, IntArray, bit_length, integer_array
from certigap.exact.rational import RationalLike, format_rational, rational_of
from certigap.io.floats import rounded_row
from certigap.model.build import checked_discount, common_denominator
from certigap.model.game import Game
from certigap.model.rows import SparseRows, distribution

__all__ = ["from_arrays"]

_MAX_BITS = 40  # of weights
_SUM_BITS = 62  # of the weights of a row, added up in 64


def from_arrays(
    transitions: Any,
    rewards: Any,
    initial: Any,
    discount: RationalLike,
    from_floats: int | None = None,
    zero_sum: bool = False,
) -> Game:
    """A Markov game from arrays.

    Args:
        transitions: integer weights, `[S, A_1, .., A_n, S]`, or a SciPy sparse matrix `[S prod A, S]`; each row is
            divided by its sum. With `from_floats`: probabilities.
        rewards: `[n, S, A_1, .., A_n]`, integers, or exact numbers (object array). With `from_floats` also floats.
        initial: `[S]` integer weights. With `from_floats` also probabilities.
        discount: in [0, 1), exact.
        from_floats: a denominator D; floats become multiples of 1/D, in probability rows the largest entry takes what
            is missing to 1, and `meta` records the largest change (of a row, in L1).
        zero_sum: two players; rewards `[S, A_1, A_2]` are the first player's, and the second gets their negatives.

    Raises:
        InputError: shapes that do not fit, a row without weight, floats without a denominator.

    >>> game = from_arrays([[[[1, 1]]], [[[0, 1]]]], [[[[1]], [[0]]], [[[0]], [[2]]]], [1, 0], "9/10")
    >>> game, game.transitions.row(0)
    (<Game 2 players, 2 states, 2 joint actions, discount 9/10>, {0: Fraction(1, 2), 1: Fraction(1, 2)})
    """
    if from_floats is not None and not (hasattr(from_floats, "__index__") and 1 <= from_floats <= 2**_MAX_BITS):
        raise InputError(f"from_floats: expected a whole denominator from 1 to 2^{_MAX_BITS}, got {from_floats!r}")
    given = _array(rewards, "rewards")
    payoffs = _both(given) if zero_sum else given
    if payoffs.ndim < 3 or payoffs.ndim != payoffs.shape[0] + 2 or payoffs.size == 0:
        raise InputError(f"rewards: expected the shape (n, S, A_1, .., A_n), got {payoffs.shape}")
    states, shape = payoffs.shape[1], payoffs.shape[2:]
    offsets, columns, values = _compressed(transitions, states, shape)
    changes = [Fraction(0)]
    rows = _rows(offsets, columns, values, from_floats, changes)
    numerators, denominators = zip(*(_numbers(own, from_floats, changes) for own in payoffs), strict=True)
    names = {size: tuple(str(k + 1) for k in range(size)) for size in (len(shape), states, *shape)}
    meta = {"source": "arrays"}
    if from_floats is not None:
        meta |= {"floats_rounded_to": f"1/{from_floats}", "largest_rounding": format_rational(max(changes))}
    return Game(
        players=names[len(shape)],
        states=names[states],
        actions=(tuple(names[size] for size in shape),) * states,
        discount=checked_discount(_exact(discount, "discount")),
        initial=distribution(_start(initial, states, from_floats, changes), "initial"),
        rewards=numerators,
        reward_denominators=denominators,
        transitions=rows,
        meta=meta,
    )


def _array(given: Any, what: str) -> npt.NDArray[Any]:
    try:
        return np.asarray(given)
    except ValueError:
        raise InputError(f"{what}: expected an array, got lists of several lengths") from None


def _exact(value: Any, what: str) -> Fraction:
    return rational_of(value.item() if isinstance(value, np.generic) else value, what)


def _both(own: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """`[2, S, A_1, A_2]`: a player's rewards and their negatives; types without the negatives become Python's own."""
    if own.ndim != 3 or own.size == 0:
        raise InputError(f"rewards: expected the shape (S, A_1, A_2) of a zero-sum game, got {own.shape}")
    has_negatives = own.dtype.kind == "f" or (own.dtype.kind == "i" and own.min() > np.iinfo(own.dtype).min)
    if not has_negatives:
        own = np.array([_exact(x, "rewards") for x in own.reshape(-1)], dtype=object).reshape(own.shape)
    return np.stack([own, -own])


def _compressed(transitions: Any, states: int, shape: Sequence[int]) -> tuple[IndexArray, IndexArray, npt.NDArray[Any]]:
    """Compressed rows `[S prod A, S]` without zeros, columns ascending."""
    count = states * math.prod(shape)
    if hasattr(transitions, "tocsr"):
        if transitions.shape != (count, states):
            raise InputError(f"transitions: expected the shape {(count, states)}, got {transitions.shape}")
        matrix = _wide(transitions.tocsr())
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        offsets, columns, values = matrix.indptr, matrix.indices, matrix.data
    else:
        table = _array(transitions, "transitions")
        if table.shape != (states, *shape, states):
            raise InputError(f"transitions: expected the shape {(states, *shape, states)}, got {table.shape}")
        table = table.reshape(count, states)
        rows, columns = np.nonzero(table)
        values, offsets = table[rows, columns], np.searchsorted(rows, np.arange(count + 1))
    if not (np.diff(offsets) > 0).all():
        raise InputError("transitions: expected a weight above 0 in every row, got a row without")
    return offsets.astype(np.int64), columns.astype(np.int64), values


def _wide(matrix: Any) -> Any:
    """A copy whose entries of one place may be added: what they are now need not hold their sums."""
    try:
        matrix.check_format(full_check=True)
    except ValueError as error:
        raise InputError(f"transitions: expected a compressed matrix whose indices fit, got: {error}") from None
    if matrix.dtype.kind == "f":
        return matrix.astype(np.float64)
    _check_weights(matrix.data, matrix.indptr)
    return matrix.astype(np.int64)


def _check_weights(values: npt.NDArray[Any], offsets: npt.NDArray[Any]) -> None:
    """Refuse what is no integer, or cannot be added up row by row."""
    bits = bit_length(values) if values.dtype.kind in "iu" else _SUM_BITS
    if bits > _MAX_BITS or bits + int(np.diff(offsets).max()).bit_length() > _SUM_BITS:
        raise InputError(f"transitions: expected integer weights below 2^{_MAX_BITS}, got {values.dtype}")


def _rows(
    offsets: IndexArray, columns: IndexArray, values: npt.NDArray[Any], grain: int | None, changes: list[Fraction]
) -> SparseRows:
    if values.dtype.kind == "f":
        values, keep = _rounded(offsets, values, _grain(grain, "transitions"), changes)
        offsets = np.concatenate(
            [np.zeros(1, dtype=np.int64), np.cumsum(np.add.reduceat(keep, offsets[:-1], dtype=np.int64))]
        )
        columns, values = columns[keep], values[keep]
    else:
        _check_weights(values, offsets)
    weights = values.astype(np.int64)
    if int(weights.min()) < 0:
        raise InputError("transitions: expected weights >= 0, got one below")
    starts = offsets[:-1]
    factors = np.gcd.reduceat(weights, starts)
    weights //= np.repeat(factors, np.diff(offsets))
    return SparseRows(offsets, columns, weights, np.add.reduceat(weights, starts))


def _rounded(
    offsets: IndexArray, values: npt.NDArray[Any], grain: int, changes: list[Fraction]
) -> tuple[IndexArray, npt.NDArray[np.bool_]]:
    """Weights over `grain`, the largest entry of a row taking the remainder; which of them are above 0."""
    starts, owner = offsets[:-1], np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    sums = np.add.reduceat(values, starts)
    if not np.isfinite(values).all() or float(values.min()) < 0 or float(np.abs(sums - 1).max()) > 1e-6:
        raise InputError("transitions: expected probabilities >= 0 that sum to 1 within 1e-6, got others")
    weights = np.rint(values * grain).astype(np.int64)
    largest = np.maximum.reduceat(weights, starts)
    places = np.where(weights == largest[owner], np.arange(len(weights)), len(weights))
    first = np.minimum.reduceat(places, starts)
    weights[first] += grain - np.add.reduceat(weights, starts)
    if int(weights[first].min()) < 0:
        raise InputError(f"transitions: expected a denominator fine enough for every row, got {grain}")
    moved = np.add.reduceat(np.abs(weights / grain - values), starts)
    row = int(moved.argmax())
    ends = range(int(offsets[row]), int(offsets[row + 1]))
    changes.append(sum((abs(Fraction(int(weights[e]), grain) - Fraction(float(values[e]))) for e in ends), Fraction(0)))
    return weights, weights > 0


def _numbers(own: npt.NDArray[Any], grain: int | None, changes: list[Fraction]) -> tuple[IntArray, int]:
    """One player's rewards `[S, A_1, .., A_n]` as numerators and a denominator."""
    flat = own.reshape(-1)
    if flat.dtype.kind in "iu":
        return integer_array(flat), 1
    if flat.dtype.kind != "f":
        return common_denominator([_exact(x, "rewards") for x in flat])
    denominator = _grain(grain, "rewards")
    if not np.isfinite(flat).all() or float(np.abs(flat).max()) * denominator >= 2.0**61:
        raise InputError(f"rewards: expected finite numbers below 2^61/{denominator}, got others")
    numerators = np.rint(flat * denominator).astype(np.int64)
    worst = int(np.abs(numerators / denominator - flat).argmax())
    changes.append(abs(Fraction(int(numerators[worst]), denominator) - Fraction(float(flat[worst]))))
    factor = math.gcd(denominator, int(np.gcd.reduce(numerators)))
    return numerators // factor, denominator // factor


def _start(initial: Any, states: int, grain: int | None, changes: list[Fraction]) -> list[Fraction]:
    start = _array(initial, "initial")
    if start.shape != (states,):
        raise InputError(f"initial: expected the shape {(states,)}, got {start.shape}")
    if start.dtype.kind == "f":
        values = [float(x) for x in start]
        exact = rounded_row(values, _grain(grain, "initial"), "initial")
        changes.append(sum((abs(x - Fraction(y)) for x, y in zip(exact, values, strict=True)), Fraction(0)))
        return exact
    weights = [_exact(x, "initial") for x in start]
    if min(weights) < 0 or not any(weights):
        raise InputError("initial: expected weights >= 0, one of them above, got others")
    total = sum(weights)
    return [weight / total for weight in weights]


def _grain(grain: int | None, what: str) -> int:
    if grain is None:
        raise InputError(f"{what}: expected integers, or from_floats=DENOMINATOR, got floats")
    return grain
