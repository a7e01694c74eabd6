"""Exact bounds by modes: vectors that floats propose are rounded up until every rule of FORMAT 6.5 holds.

The rules are evaluated in integers that err upward only (`certigap.floats.kernel.mode_integers`); prices, tilts and
visit bounds in rationals. A claim speaks of one player, one kind and one limit, on one ball: it keeps the visit bounds
that it has proved, each by means of earlier ones: they hold for the policies beyond its limit.
"""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np

from certigap.bounds.balls import visit_bounds
from certigap.bounds.modes.nodes import ModeBall, ModeNode, root_node
from certigap.bounds.modes.pay import Pay
from certigap.bounds.modes.proof import DEFAULT, GROUPS, KINDS, ModeLeaf, Shares, Tilt, Visit
from certigap.bounds.modes.rounded import fixed_game, fixed_sets
from certigap.exact.integers import FloatArray, IndexArray, as_object
from certigap.exact.vector import Vector
from certigap.floats.kernel.mode_integers import (
    N0,
    N1,
    U0,
    U1,
    FixedGame,
    FixedLeaf,
    X,
    new_room,
    raise_vector,
    worst_lack,
)

__all__ = ["ExactModes", "ModeClaim"]

CODES = {"X": X, "N1": N1, "N0": N0, "U1": U1, "U0": U0}
RATE_BITS = 32
PRICE_BITS = 16
RANGE_BITS = 27  # of all vectors and rewards together: differences stay below 2^29
GRAIN = 8  # vectors are multiples of 2^8 units: about 2^-19 of that range
_PAYS = 100
ROUNDS = 12  # of raising before the rest is lifted evenly


class ExactModes:
    """A ball as one player sees it, for claims of any kind."""

    def __init__(self, ball: ModeBall, player: int, first: int, rounds: int = ROUNDS) -> None:
        self.ball, self.player, self.first, self.rounds, game = ball, player, first, rounds, ball.game
        self.root = root_node(ball)
        self._reward_den = game.reward_denominators[player]
        self._rewards = as_object(game.rewards[player])
        self._games: dict[bool, FixedGame] = {}
        self._pays: dict[tuple[Fraction, Tilt | None], Pay] = {}

    @cached_property
    def rewards(self) -> list[Fraction]:
        """`[K]` of the player."""
        return [Fraction(int(r), self._reward_den) for r in self._rewards]

    def pay(self, theta: Fraction, tilt: Tilt | None) -> "Pay":
        """What a deviator and an imitator are paid."""
        key = theta, tilt
        if key not in self._pays:
            if len(self._pays) > _PAYS:
                self._pays.clear()
            self._pays[key] = Pay.of(self._rewards, self._reward_den, theta, self.ball, tilt)
        return self._pays[key]

    def fixed(self, joint: bool) -> FixedGame:
        """The game in integers; common successors only where they are asked for."""
        if joint not in self._games:
            self._games[joint] = fixed_game(self.ball.game, self.player, self.first, joint)
        return self._games[joint]

    def claim(self, kind: str, limit: Fraction) -> "ModeClaim":
        """A claim without visit bounds."""
        return ModeClaim(self, kind, limit)


class ModeClaim:
    """The gap ("joint"), V* ("optimum") or -V ("value") at the start is at most `limit` on the ball."""

    def __init__(self, modes: ExactModes, kind: str, limit: Fraction) -> None:
        self.modes, self.kind, self.limit = modes, kind, limit
        ball, g = modes.ball, modes.ball.game.discount
        reach, unseen = visit_bounds(ball.game), 1 - sum(ball.mass, Fraction(0))
        near = [min(x, m + unseen + ball.drift[0] / 2) / (1 - g) for x, m in zip(reach, ball.mass, strict=True)]
        apart = [(min(x, g) if kind == "joint" else x) / (1 - g) for x in reach]
        self.visit_bounds = {"imitator": near, "deviator": apart}
        self.visits: list[Visit] = []
        self.closed = False
        self._room = new_room(modes.fixed(kind == "joint"))

    def leaf(
        self,
        node: ModeNode,
        vectors: Mapping[str, FloatArray],
        prices: Sequence[float | Fraction],
        shares: Shares | None = None,
        tilt: Tilt | None = None,
        shared: Mapping[str, Vector] | None = None,
    ) -> tuple[ModeLeaf, Fraction] | None:
        """A leaf that proves a bound over the node, and the bound; None where rounding up did not settle.

        Args:
            node: of the tree, not empty.
            vectors: `[S]` floats by name, near the least solutions.
            prices: `[n]`, at least 0.
            shares: left out: the kind's default.
            tilt: of the imitator's rewards.
            shared: vectors proved without charges at a node above, for the default shares.
        """
        settled = self._settle(node, vectors, _prices(prices), shares, tilt, shared or {}, Fraction(1), None)
        return None if settled is None else (settled, self.value(node, settled))

    def shared(
        self, node: ModeNode, vectors: Mapping[str, FloatArray], tilt: Tilt | None = None
    ) -> Mapping[str, Vector] | None:
        """Vectors of names in `SHARED` that hold on the node and all its parts without charges."""
        free = (Fraction(0),) * len(self.modes.ball.game.players)
        settled = self._settle(node, vectors, free, None, tilt, {}, Fraction(1), None)
        return None if settled is None else settled.vectors

    def visit(
        self,
        group: str,
        state: int,
        theta: float | Fraction,
        vectors: Mapping[str, FloatArray],
        prices: Sequence[float | Fraction],
        shares: Shares | None = None,
        tilt: Tilt | None = None,
    ) -> Fraction | None:
        """Prove a visit bound at the root, and keep it if it is smaller than the one that stands; the new bound.

        Below 0 the claim holds: it is then `closed`.
        """
        mark, root, (share,) = (group, state), self.modes.root, _prices([theta])
        leaf = self._settle(root, vectors, _prices(prices), shares, tilt, {}, share, mark)
        if leaf is None:
            return None
        bound = self.value(root, leaf) - share * self.limit
        if bound < self.visit_bounds[group][state]:
            self.visit_bounds[group][state] = bound
            self.visits.append(Visit(group, state, share, leaf))
            self.closed = self.closed or bound < 0
        return bound

    def value(self, node: ModeNode, leaf: ModeLeaf) -> Fraction:
        """What the vectors say at the start, what the prices buy in the node, and what the tilt costs."""
        ball, start = self.modes.ball, self.modes.ball.game.initial
        total = leaf.vectors[KINDS[self.kind][-1]].dot(start.weights, start.denominator)
        total += Fraction(0) if leaf.tilt is None else leaf.tilt.cost(ball)
        for j, price in enumerate(leaf.prices):
            if price and (self.kind != "optimum" or j != self.modes.player):
                total += price * node.left[j]
        return total

    def rates(self, prices: tuple[Fraction, ...], shares: Shares | None) -> list[list[list[int]]]:
        """`[3][n][S]` w0, w1, wX over 2^32, rounded down."""
        ball, g = self.modes.ball, self.modes.ball.game.discount
        ratios = [
            [m / seen if seen else Fraction(0) for m, seen in zip(ball.mass, self.visit_bounds[group], strict=True)]
            for group in ("imitator", "deviator")
        ]
        result: list[list[list[int]]] = [[], [], []]
        for j, price in enumerate(prices):
            al, be, ga = DEFAULT[self.kind] if shares is None else shares[j]
            result[0].append(_rates(price * al * (1 - g), price * be, ratios[0]))
            result[1].append(_rates(Fraction(0), price * be, ratios[0]))
            result[2].append(_rates(Fraction(0), price * ga, ratios[1]))
        return result

    def _settle(
        self,
        node: ModeNode,
        floats: Mapping[str, FloatArray],
        prices: tuple[Fraction, ...],
        shares: Shares | None,
        tilt: Tilt | None,
        shared: Mapping[str, Vector],
        theta: Fraction,
        mark: tuple[str, int] | None,
    ) -> ModeLeaf | None:
        """The vectors, rounded up until their rules hold in integers."""
        modes, names = self.modes, [*floats]
        pay = modes.pay(theta, tilt)
        known = {name: np.array(vector.floats()) for name, vector in shared.items()}
        sizes = [float(np.abs(vector).max()) for vector in (*floats.values(), *known.values())]
        total = sum(sizes) + pay.size + (1.0 if mark else 0.0)
        if not math.isfinite(total):
            return None
        bits = RANGE_BITS - math.frexp(total or 1.0)[1]
        work = _Work(self, node, bits, pay, self.rates(prices, shares), mark)
        for name, vector in shared.items():
            work.set_known(name, vector)
        for name in names:
            work.vectors[CODES[name]] = np.ceil(np.ldexp(floats[name], bits - GRAIN)).astype(np.int64) << GRAIN
        if not all(work.settle(name) for name in names):
            return None
        return ModeLeaf({name: work.exact(name) for name in names}, prices, shares, tilt)


class _Work:
    """The integers of one leaf, over 2^bits."""

    def __init__(
        self,
        claim: ModeClaim,
        node: ModeNode,
        bits: int,
        pay: Pay,
        rates: list[list[list[int]]],
        mark: tuple[str, int] | None,
    ) -> None:
        modes = claim.modes
        self.bits, self.discount, self.rounds, self.room = bits, modes.ball.game.discount, modes.rounds, claim._room
        self.game, self.sets = modes.fixed(claim.kind == "joint"), fixed_sets(node)
        scale = Fraction(2) ** bits
        self.best, self.own = pay.up(scale)
        w0, w1, wx = (np.array([[_shifted(w, bits) for w in row] for row in rate], dtype=np.int64) for rate in rates)
        self.prices = w0, w1, wx
        states = len(modes.ball.mass)
        self.vectors, self.marks = np.zeros((5, states), dtype=np.int64), np.zeros((5, states), dtype=np.int64)
        if mark is not None:
            for name in GROUPS[mark[0]]:
                self.marks[CODES[name], mark[1]] = math.ceil(scale)

    def set_known(self, name: str, vector: Vector) -> None:
        """A vector that holds already, rounded up."""
        scale = Fraction(2) ** self.bits / vector.denominator
        self.vectors[CODES[name]] = [math.ceil(x * scale) for x in vector.numerators]

    def settle(self, name: str) -> bool:
        """Raise one vector until its rule holds; those on which it rests have been settled before."""
        which, unit, v = CODES[name], 1 << GRAIN, self.vectors
        for _ in range(4):
            together: IndexArray = np.stack([v[U0] - v[X] - v[N0], v[U1] - v[X] - v[N1]])
            lows = np.array([v[X].min(), v[N1].min(), v[N0].min(), together[1].min(), together[0].min()])
            fixed = np.array([math.ceil(self.discount * int(low)) for low in lows], dtype=np.int64)
            leaf = FixedLeaf(v, together, lows, fixed, self.best, self.own, *self.prices, self.marks)
            if not raise_vector(self.game, self.sets, leaf, which, unit, self.rounds, self.room):
                return self._in_range()
            lack = worst_lack(self.game, self.sets, leaf, which, self.room)
            more = max(0, math.ceil(lack / ((1 - self.discount) * unit))) * unit
            if more >= 1 << (RANGE_BITS + 1):
                return False
            v[which] += more
            if not self._in_range():
                return False
        return False

    def exact(self, name: str) -> Vector:
        """The vector as a certificate has it."""
        bits, numbers = self.bits - GRAIN, (self.vectors[CODES[name]] >> GRAIN).tolist()
        return Vector(tuple(numbers), 1 << bits) if bits >= 0 else Vector(tuple(x << -bits for x in numbers), 1)

    def _in_range(self) -> bool:
        """Differences of values stay below 2^29."""
        most = np.abs(self.vectors).max(axis=1).sum() + np.abs(self.best).max() + np.abs(self.own).max()
        return bool(most < 1 << (RANGE_BITS + 1))


def _prices(prices: Sequence[float | Fraction]) -> tuple[Fraction, ...]:
    """Short fractions, at least 0."""
    return tuple(
        x if isinstance(x, Fraction) else Fraction(max(0, round(x * 2**PRICE_BITS)), 2**PRICE_BITS) for x in prices
    )


def _rates(before: Fraction, factor: Fraction, ratios: list[Fraction]) -> list[int]:
    """floor(2^32 (before + factor ratio)) of every state."""
    if not factor:
        return [math.floor(before * 2**RATE_BITS)] * len(ratios)
    a, b, c, d = before.numerator, before.denominator, factor.numerator, factor.denominator
    return [((a * d * x.denominator + c * x.numerator * b) << RATE_BITS) // (b * d * x.denominator) for x in ratios]


def _shifted(rate: int, bits: int) -> int:
    """A rate over 2^32 as one over 2^bits, rounded down; one that is never worth paying where it is very large."""
    return min(rate >> (RATE_BITS - bits) if bits <= RATE_BITS else rate << (bits - RATE_BITS), 1 << 29)
