"""The float engine of the mode bounds: a game as one player sees it, nodes of a ball, rates, and the bound of a node.

Proposals only: `certigap.floats.kernel` computes, the exact module of this package proves.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from certigap.exact.integers import FloatArray
from certigap.floats.kernel.mode_prices import JOINT, OPTIMUM, VALUE, Question, new_price_room, priced_bound
from certigap.floats.kernel.mode_solve import (
    N0,
    N1,
    T0,
    T1,
    ModeGame,
    ModeRoom,
    ModeSets,
    ModeState,
    X,
    meetings,
    new_mode_room,
    new_mode_state,
)
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["JOINT", "OPTIMUM", "VALUE", "Bench", "Found", "View", "expert_rates", "plain_shares", "visit_rates"]

TOLERANCE = 1e-7
"""Of the vectors, as a share of the largest payoff difference."""


@dataclass(frozen=True)
class Found:
    """A bound of a node: value, the prices that give it, vectors `[5, S]`."""

    value: float
    floor: float  # no prices get below
    prices: FloatArray  # [n + 1], the last is theta
    vectors: FloatArray  # [5, S]


class _Box(NamedTuple):
    """A box of rows, and what follows from it for every row."""

    lower: FloatArray  # [L]
    upper: FloatArray  # [L]
    ends: FloatArray  # [3, L] with the expert's rows
    least: FloatArray  # [n, S] distance from the expert's
    room: FloatArray  # [n, S] no row of the box needs to be farther: a receiver gives nothing away
    cut: NDArray[np.bool_]  # [n, S]
    holds: bool  # rows of probabilities


class View:
    """One player's view of a game around an expert, and the ball in floats.

    Args:
        game: the game.
        expert: the centre.
        player: whose gap is bounded.
        occupancy: `[S]` m <= mu of the expert.
        eps: radius of the ball of rows.
        order: the players, the outermost row first.
        share: what one state spends at most (measure rho); None: no such limit.
    """

    def __init__(
        self,
        game: Game,
        expert: Policy,
        player: int,
        occupancy: FloatArray,
        eps: float,
        order: Sequence[int],
        share: float | None = None,
    ) -> None:
        from scipy.sparse import csr_array

        layout, transitions = game.layout, game.transitions
        self.game, self.player, self.eps, self.occupancy = game, player, eps, occupancy
        self.n, self.states = layout.players, layout.states
        self.most = np.full(layout.states, 2.0)
        if share is not None:
            np.divide(share, occupancy, out=self.most, where=occupancy > share / 2)
        matrix = csr_array(
            (transitions.floats(), transitions.columns, transitions.offsets), shape=(layout.rows, layout.states)
        )
        matrix.sort_indices()
        pairs = np.diff(layout.row_offsets) * layout.shape_array[:, player]
        offsets = np.concatenate([[0], np.cumsum(pairs)]).astype(np.int64)
        starts = np.cumsum([0, *(len(own) for own in expert.floats())])[:-1]
        first = np.array([own[:-1] for own in layout.action_offsets]) + starts[:, None]
        none = np.zeros(0)
        strides = layout.shape_array[:, player + 1 :].prod(axis=1)
        self.span = 2 * float(game.half_range(player))
        self.unit = 2.0 ** (math.frexp(self.span)[1] - 1) if self.span else 1.0
        """Of payoffs in `arrays`: a power of 2, so that equal games in other units of payoff are bounded alike."""
        rewards = game.float_rewards()[player] / self.unit
        self.center = np.concatenate(expert.floats())
        bare = ModeGame(
            player, game.float_discount, layout.shape_array, layout.row_offsets, strides, rewards,
            np.zeros_like(rewards), matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64),
            matrix.data.astype(np.float64), offsets, none.astype(np.int64), none.astype(np.int64), none,
            np.array(order, dtype=np.int64), first.astype(np.int64),
            np.array([w / game.initial.denominator for w in game.initial.weights]),
        )  # fmt: skip
        meet = np.zeros(int(offsets[-1]) + 1, dtype=np.int64)
        meetings(bare, True, meet, bare.columns, none)
        columns, probabilities = np.zeros(int(meet[-1]), dtype=np.int64), np.zeros(int(meet[-1]))
        meetings(bare, False, meet, columns, probabilities)
        self.arrays = bare._replace(meet_offsets=meet, meet_columns=columns, meet_probabilities=probabilities)
        self._boxes: _Box | None = None  # the last: halves of a distance have the box of their parent
        seen = occupancy > 0
        self._inverse = np.divide(1.0, occupancy, out=np.zeros_like(occupancy), where=seen)
        self._unseen = np.where(seen, 0.0, 2.0)  # no row is farther
        self.row_of = np.repeat(np.arange(first.size), layout.shape_array.T.ravel())
        """`[L]` of an entry of flat arrays: player * S + state."""

    def with_order(self, order: Sequence[int]) -> "View":
        """The same view with rows nested in another order."""
        other = object.__new__(View)
        other.__dict__.update(self.__dict__)
        other.arrays = self.arrays._replace(order=np.array(order, dtype=np.int64))
        return other

    def root(self) -> ModeSets:
        """The row sets of the ball."""
        length = len(self.center)
        shape = (self.n, self.states)
        sets = self.sets(np.zeros(length), np.ones(length), np.zeros(shape), np.tile(self.most, (self.n, 1)))
        if sets is None:
            raise ValueError("the ball holds its centre")
        return sets

    def sets(self, lower: FloatArray, upper: FloatArray, least: FloatArray, most: FloatArray) -> ModeSets | None:
        """The row sets of a node; None when it holds no policy of the ball.

        Args:
            lower, upper: `[L]` box.
            least, most: `[n, S]` distances of the splits.
        """
        box = self._boxes
        if box is None or box.lower is not lower or box.upper is not upper:
            self._boxes = box = self._box(lower, upper)
        least = np.maximum(least, box.least)
        left = self.eps - least @ self.occupancy
        budget = np.minimum(
            most, np.minimum(least + np.maximum(left, 0.0)[:, None] * self._inverse + self._unseen, 2.0)
        )
        if not box.holds or (left < -1e-12).any() or (budget < least - 1e-12).any():
            return None
        return ModeSets(box.ends, np.array([np.minimum(budget, box.room) / 2, least / 2, box.cut]))

    def _box(self, lower: FloatArray, upper: FloatArray) -> "_Box":
        """What a box says of its rows."""
        center, begins, shape = self.center, self.arrays.first.ravel(), self.arrays.first.shape
        below = np.add.reduceat(np.maximum(lower - center, 0.0), begins)
        above = np.add.reduceat(np.maximum(center - upper, 0.0), begins)
        low, high = np.add.reduceat(lower, begins), np.add.reduceat(upper, begins)
        smallest = np.minimum.reduceat(np.where(upper > center, center, np.inf), begins)
        cut = np.logical_or.reduceat((lower > 0) | (upper < 1), begins)
        return _Box(
            lower, upper, np.array([center, lower, upper]), (2 * np.maximum(below, above)).reshape(shape),
            np.maximum(2 - 2 * smallest, 0.0).reshape(shape), cut.reshape(shape),
            not ((low > 1 + 1e-12).any() or (high < 1 - 1e-12).any()),
        )  # fmt: skip

    def left(self, sets: ModeSets) -> FloatArray:
        """`[n]` what the ball leaves to spend beyond the least distances."""
        return np.asarray(self.eps - 2 * sets.limits[1] @ self.occupancy)

    def bench(self) -> "Bench":
        """Working space of one thread."""
        return Bench(self, new_mode_room(self.arrays), new_mode_state(self.arrays))


class Bench:
    """A view with working space: bounds nodes, one at a time."""

    def __init__(self, view: View, room: ModeRoom, state: ModeState) -> None:
        self.view, self.room, self.state = view, room, state
        self.prices = new_price_room(view.n, view.states)
        self._sets: ModeSets | None = None  # of the rows in `state`

    def bound(
        self,
        sets: ModeSets,
        kind: int,
        rates: FloatArray,
        *,
        prices: FloatArray | None = None,
        vectors: FloatArray | None = None,
        target: float = -np.inf,
        rounds: int = 14,
        relative: float = 1e-3,
        tolerance: float = TOLERANCE,
    ) -> Found:
        """The bound of a node.

        Args:
            sets: its row sets.
            kind: JOINT (the gap), OPTIMUM (V*) or VALUE (-V).
            rates: `[5, n, S]` tolls for a price of 1.
            prices, vectors: where to start.
            target: a bound that is small enough.
            rounds: cuts at most.
            relative: how near to the best prices is good enough.
            tolerance: of the vectors, as a share of the payoffs' span.
        """
        return self._ask(
            sets, kind, rates, -1, np.zeros(5), 0.0, True, prices, vectors, target, np.inf, rounds, relative, tolerance
        )

    def visits(
        self,
        sets: ModeSets,
        kind: int,
        rates: FloatArray,
        mark: int,
        marked: Sequence[int],
        cutoff: float,
        *,
        prices: FloatArray | None = None,
        vectors: FloatArray | None = None,
        useless: float = np.inf,
        rounds: int = 14,
        relative: float = 1e-2,
    ) -> Found:
        """A bound of the discounted occupancy of the `marked` modes at state `mark`, over policies beyond `cutoff`.

        Once it is seen to be no less than `useless` there may be nothing found but that.
        """
        group = np.zeros(5)
        group[list(marked)] = 1.0
        return self._ask(
            sets, kind, rates, mark, group, cutoff, False, prices, vectors, -np.inf, useless, rounds, relative,
            TOLERANCE,
        )  # fmt: skip

    def _ask(
        self, sets: ModeSets, kind: int, rates: FloatArray, mark: int, marked: FloatArray, cutoff: float, fixed: bool,
        prices: FloatArray | None, vectors: FloatArray | None, target: float, useless: float, rounds: int,
        relative: float, tolerance: float,
    ) -> Found:  # fmt: skip
        view, state, unit = self.view, self.state, self.view.unit
        horizon, scale = 1 / (1 - view.arrays.discount), max(view.span / unit, 1e-12)
        size = unit if fixed else 1.0  # of the bound and of prices: occupancies have no unit
        paid = np.full(view.n + 1, size)
        paid[-1] = 1.0 if fixed else 1 / unit
        most = np.full(view.n + 1, 4 * scale * horizon**2)
        if not fixed:
            most[:-1] += 4 * horizon**2
            most[-1] = 100 * horizon / scale
        most[:-1][~rates.any(axis=(0, 2))] = 0.0
        if prices is None:
            start = np.full(view.n + 1, 0.25 * scale * horizon**2)
            start[-1] = 1.0 if fixed else 0.0
        else:
            start = prices / paid
        start = np.minimum(start, np.where(np.arange(view.n + 1) < view.n, most, np.inf))
        if vectors is not None:
            state.vectors[:] = vectors / size
        question = Question(
            kind, rates, view.left(sets), mark, marked, cutoff / unit, most, fixed, rounds, target / size, useless,
            relative, tolerance * (scale if fixed else max(1.0, scale)),
        )  # fmt: skip
        if self._sets is None or not (sets is self._sets or all(map(np.array_equal, sets[::-1], self._sets[::-1]))):
            self.room.warm[:] = 0
        self._sets = sets
        self.prices.here[:] = start
        value, floor = priced_bound(view.arrays, sets, question, state, self.room, self.prices)
        if not math.isfinite(value) or not np.isfinite(state.vectors).all():  # no number, hence no bound
            state.vectors[:], self._sets = 0.0, None
            return Found(np.inf, -np.inf, start * paid, np.zeros_like(state.vectors))
        return Found(value * size, floor * size, self.prices.best * paid, state.vectors * size)


def visit_rates(view: View, kind: int, shares: FloatArray, imitator: FloatArray, deviator: FloatArray) -> FloatArray:
    """`[5, n, S]` tolls for a price of 1 (FORMAT 6.5, rates).

    Args:
        view: the player's.
        kind: JOINT, OPTIMUM or VALUE.
        shares: `[n, 3, S]`, or `[n, 3, 1]` for all states: al (while nobody has disagreed with the expert: 1 - g), be
            (by the imitator's visits), ga (by the deviator's; nothing for the player's own row).
        imitator, deviator: `[S]` visit bounds, discounted occupancies.
    """
    rates = np.zeros((5, view.n, view.states))
    al, be, ga = (shares[:, k] for k in range(3))
    before = al * (1 - view.arrays.discount)
    if kind != OPTIMUM:
        near = be * _ratio(view.occupancy, imitator)
        rates[[T0, N0]] = before + near
        rates[[T1, N1]] = near
    if kind != VALUE:
        own = (np.arange(view.n) == view.player)[:, None]
        rates[X] = np.where(own, 0.0, ga * _ratio(view.occupancy, deviator))
    return rates


def plain_shares(view: View, kind: int) -> FloatArray:
    """`[n, 3, 1]` the kind's default: all of a price before the first disagreement, or all of it with the deviator."""
    return np.tile([0.0, 0.0, 1.0] if kind == OPTIMUM else [1.0, 0.0, 0.0], (view.n, 1))[:, :, None]


def expert_rates(view: View, kind: int) -> FloatArray:
    """`[5, n, S]` tolls of the default shares without visit bounds."""
    none = np.zeros(view.states)
    return visit_rates(view, kind, plain_shares(view, kind), none, none)


def _ratio(m: FloatArray, bound: FloatArray) -> FloatArray:
    return np.divide(m, bound, out=np.zeros_like(m), where=bound > 0)
