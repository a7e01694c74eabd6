"""A game and the row sets of a node as `certigap.floats.kernel.mode_integers` wants them: integers rounded outward."""

import math
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from certigap.bounds.boxes.tree import Row
from certigap.bounds.modes.nodes import ModeBall, ModeNode
from certigap.exact.integers import FloatArray, IndexArray, IntArray, as_object, bit_length
from certigap.floats.kernel.mode_integers import MASS, FixedGame, FixedSets
from certigap.model.game import Game

__all__ = ["fixed_game", "fixed_sets"]

ONE = 1 << MASS
_BITS = 62  # of 64: one is the sign, one is kept for a sum of two


def fixed_game(game: Game, player: int, first: int, joint: bool) -> FixedGame:
    """The game as `player` sees it, rows nested in the rotation that begins with `first`.

    Args:
        game: the game.
        player: whose gap is bounded.
        first: whose row is the outermost.
        joint: with the common successors of every deviation and joint action.
    """
    layout, n = game.layout, len(game.players)
    sizes = np.diff(layout.row_offsets) * layout.shape_array[:, player]
    meetings = _meetings(game, player) if joint else _Meetings()
    return FixedGame(
        player,
        np.array([*range(first, n), *range(first)], dtype=np.int64),
        layout.shape_array,
        layout.row_offsets,
        game.transitions.offsets,
        game.transitions.columns,
        _moves(game, game.transitions.weights, game.transitions.denominators[_row_of_entry(game)]),
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        meetings.offsets,
        meetings.columns,
        meetings.moves,
        meetings.low,
        meetings.high,
        _places(game),
    )


class _Meetings(NamedTuple):
    """What a deviation and a joint action have in common: `FixedGame.meet_offsets`, `.meet_columns`, .."""

    offsets: IndexArray = np.zeros(1, dtype=np.int64)
    columns: IndexArray = np.zeros(0, dtype=np.int64)
    moves: IndexArray = np.zeros(0, dtype=np.int64)
    low: IndexArray = np.zeros(0, dtype=np.int64)
    high: IndexArray = np.zeros(0, dtype=np.int64)


def _meetings(game: Game, player: int) -> _Meetings:
    """g min(P', P) of every pair: each entry of a row is looked up in the deviation's row, all at once."""
    rows, (own, other) = game.transitions, _pairs(game, player)
    counts = np.diff(rows.offsets)[own]
    pair = np.repeat(np.arange(len(own), dtype=np.int64), counts)
    entry = np.repeat(rows.offsets[own] - _running(counts)[:-1], counts) + np.arange(len(pair), dtype=np.int64)
    keys = _row_of_entry(game) * len(game.states) + rows.columns
    wanted = other[pair] * len(game.states) + rows.columns[entry]
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    pair, entry, place = (part[keys[place] == wanted] for part in (pair, entry, place))
    one, two = (_exact_enough(part, 2) for part in (rows.denominators[own], rows.denominators[other]))
    mine, theirs = (_exact_enough(rows.weights[part], 3) for part in (entry, place))
    is_mine = mine * two[pair] <= theirs * one[pair]
    ends = np.searchsorted(pair, np.arange(len(own) + 1))
    shared = [_sums(np.where(chosen, part, 0), ends) for chosen, part in ((is_mine, mine), (~is_mine, theirs))]
    total = _exact_enough(shared[0], 3) * two + _exact_enough(shared[1], 3) * one
    return _Meetings(
        ends.astype(np.int64),
        rows.columns[entry],
        _moves(game, np.where(is_mine, mine, theirs), np.where(is_mine, one[pair], two[pair])),
        _moves(game, total, one * two, up=False),
        _moves(game, total, one * two),
    )


def _pairs(game: Game, player: int) -> tuple[IndexArray, IndexArray]:
    """Of every pair (state, a', joint action k) the row of k, and the row of k with a' in the player's place."""
    layout = game.layout
    sizes = np.diff(layout.row_offsets)
    stride = layout.shape_array[:, player + 1 :].prod(axis=1)
    state = np.repeat(np.arange(layout.states), sizes * layout.shape_array[:, player])
    within = np.arange(len(state)) - _running(sizes * layout.shape_array[:, player])[:-1][state]
    deviation, k = np.divmod(within, sizes[state])
    played = k // stride[state] % layout.shape_array[state, player]
    own = layout.row_offsets[state] + k
    return own, own + (deviation - played) * stride[state]


def _row_of_entry(game: Game) -> IndexArray:
    return np.repeat(np.arange(game.layout.rows, dtype=np.int64), np.diff(game.transitions.offsets))


def _moves(game: Game, weights: IntArray, denominators: IntArray, up: bool = True) -> IndexArray:
    """g weights / denominators over 2^31, rounded up or down: at most 2^31."""
    g = game.discount
    top, bottom = _exact(weights, g.numerator * ONE), _exact(denominators, g.denominator)
    found = -(-top // bottom) if up else top // bottom
    return np.asarray(found, dtype=np.int64)


def _exact(values: IntArray, factor: int) -> IntArray:
    """`values * factor` without overflow: Python integers where 64 bits do not suffice."""
    fits = bit_length(values) + factor.bit_length() <= _BITS
    return (values if fits else as_object(values)) * factor


def _exact_enough(values: IntArray, factors: int) -> IntArray:
    """`values`, as Python integers unless products of so many of them fit into 64 bits."""
    return values if factors * bit_length(values) <= _BITS else as_object(values)


def _sums(values: IntArray, ends: IndexArray) -> IntArray:
    """Sums of the runs `ends[p] .. ends[p + 1]`, which may be empty."""
    running = np.concatenate([[0], np.cumsum(values)])
    return np.asarray(running[ends[1:]] - running[ends[:-1]])


def _running(counts: IndexArray) -> IndexArray:
    """0 and the sums of the first 1, 2, .. counts."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def fixed_sets(node: ModeNode) -> FixedSets:
    """The row sets of a node that is not empty."""
    table, plain, caps = (own.copy() for own in _whole(node.ball))
    for (j, s), (lower, upper) in node.boxes.items():
        row, plain[j, s], caps[j, s] = _row(tuple(node.ball.expert.rows[j][s].fractions()), lower, upper)
        start = _places(node.ball.game)[j, s]
        table[:, start : start + len(lower)] = row
    free = [[math.ceil(d * ONE / 2) if d else 0 for d in own] for own in node.least]
    most = np.ceil(_largest(node) * (ONE / 2)).astype(np.int64)
    rounded = plain, np.array(free, dtype=np.int64), np.minimum(most, caps)
    return FixedSets(*(table[0], table[1], table[2], table[3], table[4], table[5], table[6]), *rounded)


def _largest(node: ModeNode) -> FloatArray:
    """`[n, S]` floats that are not below the largest distances of the rows.

    Every float operation errs by less than 2^-52 of its result; the factor is far more than all of them together.
    """
    ball, above = node.ball, 1 + 1e-12
    with np.errstate(divide="ignore"):
        scarce = 1 / np.array([float(m) for m in ball.mass])
    least, far = (np.array([[float(x) for x in own] for own in rows]) for rows in (node.least, node.far))
    result = np.minimum(2.0, far * above)
    if not ball.measure.is_by_state:
        left = np.array([float(x) for x in node.left])[:, None]
        with np.errstate(invalid="ignore"):
            near = np.where(np.isinf(scarce), 2.0, least + left * scarce)
        result = np.minimum(result, near * above)
    if ball.share is not None:
        with np.errstate(invalid="ignore"):
            result = np.minimum(result, np.where(np.isinf(scarce), 2.0, float(ball.share) * scarce) * above)
    return np.asarray(result)


def _places(game: Game) -> IndexArray:
    """`[n, S]` place of a row in flat arrays."""
    offsets = game.layout.action_offsets
    starts = np.cumsum([0, *(int(own[-1]) for own in offsets)])[:-1]
    places: IndexArray = np.array([own[:-1] for own in offsets]) + starts[:, None]
    return places


@lru_cache(maxsize=4)
def _whole(ball: ModeBall) -> tuple[IndexArray, IndexArray, IndexArray]:
    """Columns `[7, L]`, `plain` and caps `[n, S]` without boxes."""
    columns, plain, caps = [], [], []
    for own in ball.expert.rows:
        rows = [tuple(row.fractions()) for row in own]
        found = [_row(e, (Fraction(0),) * len(e), (Fraction(1),) * len(e)) for e in rows]
        columns += [column for column, _, _ in found]
        plain.append([flag for _, flag, _ in found])
        caps.append([cap for _, _, cap in found])
    return np.concatenate(columns, axis=1), np.array(plain, dtype=np.int64), np.array(caps, dtype=np.int64)


@lru_cache(maxsize=4096)
def _row(e: Row, lower: Row, upper: Row) -> tuple[IndexArray, int, int]:
    """Columns `[7, A]`, 1 where R2 does not apply, the most mass that some receiver leaves to the others."""
    kept = [min(x, u) for x, u in zip(e, upper, strict=True)]
    rest = [min(x, y) for x, y in zip(e, lower, strict=True)]
    columns = [
        [math.ceil(x * ONE) for x in kept],
        [math.floor(x * ONE) for x in rest],
        [math.floor(max(y - x, Fraction(0)) * ONE) for x, y in zip(e, lower, strict=True)],
        [math.ceil(max(u - x, Fraction(0)) * ONE) for x, u in zip(e, upper, strict=True)],
        [math.floor((x - k) * ONE) for x, k in zip(e, kept, strict=True)],
        [max(math.floor(x * ONE) - 1, 0) for x in e],
        [int(u > x) for x, u in zip(e, upper, strict=True)],
    ]
    receivers = [r for r, u in enumerate(upper) if u > e[r]]
    donors = [c for c, x in enumerate(e) if x > rest[c]]
    plain = any(all(r == c for r in receivers) for c in donors)
    cap = math.ceil((1 - min((e[r] for r in receivers), default=Fraction(1))) * ONE)
    return np.array(columns, dtype=np.int64), int(plain), cap
