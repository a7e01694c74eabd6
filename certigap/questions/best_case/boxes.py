"""The bounds of `certigap.questions.best_case.tree` in floats, for many boxes at once: proposals only, never facts."""

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "gap_lowers", "nash_gaps", "ranges", "tighten"]

Floats = npt.NDArray[np.float64]


def tighten(low: Floats, high: Floats, first: int) -> tuple[Floats, Floats]:
    """The smallest boxes `[N, A + B]` with the same rows; `first` = A."""
    parts = []
    for own in (slice(0, first), slice(first, None)):
        a, b = low[:, own], high[:, own]
        least, most = a.sum(axis=1, keepdims=True), b.sum(axis=1, keepdims=True)
        parts.append((np.maximum(a, 1 - (most - b)), np.minimum(b, 1 - (least - a))))
    return np.concatenate([p[0] for p in parts], axis=1), np.concatenate([p[1] for p in parts], axis=1)


def ranges(low: Floats, high: Floats, first: int, targets: Floats) -> tuple[Floats, Floats]:
    """`[N]` closest and farthest joint distances of tightened boxes to the targets `[N, A, B]`."""
    least = low[:, :first, None] * low[:, None, first:] - targets
    most = high[:, :first, None] * high[:, None, first:] - targets

    def positive(terms: Floats) -> Floats:
        return np.asarray(np.maximum(terms, 0.0).sum(axis=(1, 2)))

    return (
        2 * np.maximum(positive(least), positive(-most)),
        2 * np.minimum(positive(most), positive(-least)),
    )


def gap_lowers(low: Floats, high: Floats, tables: tuple[Floats, Floats]) -> Floats:
    """`[N]` lower bounds of NashGap over the boxes; `tables` are `[A, B]` payoffs of both players."""
    first = len(tables[0])
    x, y = (low[:, :first], high[:, :first]), (low[:, first:], high[:, first:])
    return np.maximum(_player(x, y, tables[0]), _player(y, x, tables[1].T))


def nash_gaps(profiles: Floats, tables: tuple[Floats, Floats]) -> Floats:
    """`[N]` NashGap of profiles `[N, A + B]`."""
    first = len(tables[0])
    x, y = profiles[:, :first], profiles[:, first:]
    row, column = y @ tables[0].T, x @ tables[1]
    return np.maximum(row.max(axis=1) - (x * row).sum(axis=1), column.max(axis=1) - (y * column).sum(axis=1))


def _player(own: tuple[Floats, Floats], other: tuple[Floats, Floats], table: Floats) -> Floats:
    gains = table[:, None, :] - table[None, :, :]  # [a', a, b]
    inner = _minima(gains[None], other[0][:, None, None], other[1][:, None, None])
    outer = _minima(inner, own[0][:, None], own[1][:, None])
    turned = np.swapaxes(gains, 1, 2)  # [a', b, a]
    inner = _minima(turned[None], own[0][:, None, None], own[1][:, None, None])
    return np.asarray(np.maximum(outer, _minima(inner, other[0][:, None], other[1][:, None])).max(axis=1))


def _minima(costs: Floats, low: Floats, high: Floats) -> Floats:
    """min over box rows of costs . y along the last axis (broadcasting)."""
    order = np.argsort(costs, axis=-1)
    room = high - low
    shape = np.broadcast_shapes(order.shape, room.shape)
    order, room = np.broadcast_to(order, shape), np.broadcast_to(room, shape)
    sorted_room = np.take_along_axis(room, order, axis=-1)
    sorted_costs = np.take_along_axis(np.broadcast_to(costs, shape), order, axis=-1)
    left = 1 - low.sum(axis=-1, keepdims=True)
    mass = np.clip(left - (np.cumsum(sorted_room, axis=-1) - sorted_room), 0.0, sorted_room)
    return np.asarray((costs * low).sum(axis=-1) + (mass * sorted_costs).sum(axis=-1))
