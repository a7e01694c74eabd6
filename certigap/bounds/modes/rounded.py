"""A game and the row sets of a node as `certigap.floats.kernel.mode_integers` wants them: integers rounded outward."""

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np

from certigap.bounds.boxes.tree import Row
from certigap.bounds.modes.nodes import ModeBall, ModeNode
from certigap.exact.integers import FloatArray, IndexArray
from certigap.floats.kernel.mode_integers import MASS, FixedGame, FixedSets
from certigap.model.game import Game

__all__ = ["fixed_game", "fixed_sets"]

ONE = 1 << MASS


def fixed_game(game: Game, player: int, first: int, joint: bool) -> FixedGame:
    """The game as `player` sees it, rows nested in the rotation that begins with `first`.

    Args:
        game: the game.
        player: whose gap is bounded.
        first: whose row is the outermost.
        joint: with the common successors of every deviation and joint action.
    """
    layout, transitions, n = game.layout, game.transitions, len(game.players)
    g = game.discount
    rows = [{t: g * p for t, p in transitions.row(k).items()} for k in range(layout.rows)]
    pairs = np.diff(layout.row_offsets) * layout.shape_array[:, player]
    offsets: list[int] = [0]
    columns: list[int] = []
    moves: list[int] = []
    low: list[int] = []
    high: list[int] = []
    for s in range(layout.states if joint else 0):
        start, end = int(layout.row_offsets[s]), int(layout.row_offsets[s + 1])
        stride, size = math.prod(layout.shapes[s][player + 1 :]), layout.shapes[s][player]
        for a in range(size):
            for k in range(end - start):
                other = rows[start + k + (a - k // stride % size) * stride]
                common = {t: min(p, other[t]) for t, p in rows[start + k].items() if t in other}
                columns += common
                moves += [math.ceil(p * ONE) for p in common.values()]
                offsets.append(len(columns))
                total = sum(common.values(), Fraction(0)) * ONE
                low.append(math.floor(total))
                high.append(math.ceil(total))
    return FixedGame(
        player,
        np.array([*range(first, n), *range(first)], dtype=np.int64),
        layout.shape_array,
        layout.row_offsets,
        transitions.offsets,
        transitions.columns,
        np.array([math.ceil(p * ONE) for row in rows for p in row.values()], dtype=np.int64),
        np.concatenate([[0], np.cumsum(pairs)]).astype(np.int64),
        np.array(offsets, dtype=np.int64),
        np.array(columns, dtype=np.int64),
        np.array(moves, dtype=np.int64),
        np.array(low, dtype=np.int64),
        np.array(high, dtype=np.int64),
        _places(game),
    )


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
