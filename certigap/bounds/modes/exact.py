"""Exact bounds by modes: vectors that floats propose are rounded up until every rule of FORMAT 6.5 holds.

The rules are evaluated in integers that err upward only (`certigap.floats.kernel.mode_integers`); prices, tilts and
visit bounds in rationals. A claim speaks of one player, one kind and one limit, on one ball: it keeps the visit bounds
that it has proved, each by means of earlier ones: they hold for the policies beyond its limit.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from fractions import Fraction
from functools import cached_property
from itertools import repeat

import numpy as np

from certigap.bounds.balls import visit_bounds
from certigap.bounds.modes.nodes import ModeBall, ModeNode, root_node
from certigap.bounds.modes.pay import Pay
from certigap.bounds.modes.proof import DEFAULT, KINDS, ModeLeaf, Share, Shares, Tilt, Visit
from certigap.bounds.modes.raised import RATE_BITS, Raised, Rules
from certigap.bounds.modes.rounded import fixed_game, fixed_sets
from certigap.exact.integers import FloatArray, as_object
from certigap.exact.vector import Vector
from certigap.floats.kernel.mode_integers import FixedGame, new_room

__all__ = ["ExactModes", "ModeClaim"]

PRICE_BITS = 16
_NONE = Fraction(0)
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

    @cached_property
    def value_bits(self) -> int:
        """Values are at most 2^this."""
        largest = float(np.abs(self._rewards).max() / Fraction(self._reward_den))
        return math.frexp(largest / (1 - self.ball.game.float_discount))[1]

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
    """The gap ("joint"), V* ("optimum") or -V ("value") at the start is at most `limit` on the ball.

    `node`: where its visit bounds hold; the root, but for those of a tree's nodes (`within`).
    """

    def __init__(self, modes: ExactModes, kind: str, limit: Fraction) -> None:
        self.modes, self.kind, self.limit, self.node = modes, kind, limit, modes.root
        ball, g = modes.ball, modes.ball.game.discount
        reach, unseen = visit_bounds(ball.game), 1 - sum(ball.mass, Fraction(0))
        near = [min(x, m + unseen + ball.drift[0] / 2) / (1 - g) for x, m in zip(reach, ball.mass, strict=True)]
        apart = [(min(x, g) if kind == "joint" else x) / (1 - g) for x in reach]
        self.visit_bounds = {"imitator": near, "deviator": apart}
        self._ratios = {group: list(map(_ratio, ball.mass, own)) for group, own in self.visit_bounds.items()}
        self.visits: list[Visit] = []
        self.closed = False
        self._room = new_room(modes.fixed(kind == "joint"))

    def within(self, node: ModeNode, visits: Sequence[Visit] = ()) -> "ModeClaim":
        """The claim on a node: what is proved is known there, and what `visits` show, which were proved on it."""
        part = copy(self)
        part.node, part.visits = node, []
        part.visit_bounds = {group: [*own] for group, own in self.visit_bounds.items()}
        part._ratios = {group: [*own] for group, own in self._ratios.items()}
        for visit in visits:
            part._take(visit)
        return part

    def leaf(
        self,
        node: ModeNode,
        vectors: Mapping[str, FloatArray],
        prices: Sequence[float | Fraction],
        shares: Shares | None = None,
        tilt: Tilt | None = None,
        shared: Mapping[str, Vector] | None = None,
        grids: Sequence[int | None] = (None,),
        rest: int = 0,
    ) -> tuple[ModeLeaf, Fraction] | None:
        """A leaf that proves a bound over the node, and the bound; None where rounding up did not settle.

        Args:
            node: of the tree, not empty.
            vectors: `[S]` floats by name, near the least solutions.
            prices: `[n]`, at least 0.
            shares: left out: the kind's default.
            tilt: of the imitator's rewards.
            shared: vectors proved without charges at a node above.
            grids: the vectors are multiples of 2^-k (None: as fine as fits), for the first k with which the bound is
                at most the claim's limit, or the last.
            rest: bits that all vectors but the one that bounds are coarser.
        """
        found: tuple[ModeLeaf, Fraction] | None = None
        work = self._work(node, vectors, _prices(prices), shares, tilt, shared or {}, Fraction(1), None)
        for grid in grids:
            settled = None if work is None else work.settled(vectors, grid, rest)
            found = None if settled is None else (settled, self.value(node, settled))
            if found is not None and found[1] <= self.limit:
                break
        return found

    def shared(
        self, node: ModeNode, vectors: Mapping[str, FloatArray], tilt: Tilt | None = None
    ) -> Mapping[str, Vector] | None:
        """Vectors of names in `SHARED` that hold on the node and all its parts without charges."""
        free = (Fraction(0),) * len(self.modes.ball.game.players)
        work = self._work(node, vectors, free, None, tilt, {}, Fraction(1), None)
        settled = None if work is None else work.settled(vectors)
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
        """Prove a visit bound on the claim's node, and keep it if it is below the one that stands; the new bound.

        Below 0 the claim holds: it is then `closed`.
        """
        mark, (share,) = (group, state), _prices([theta])
        work = self._work(self.node, vectors, _prices(prices), shares, tilt, {}, share, mark)
        leaf = None if work is None else work.settled(vectors)
        if leaf is None:
            return None
        visit = Visit(group, state, share, leaf)
        bound = self._shown(visit, self.limit)
        if bound < self.visit_bounds[group][state]:
            self._take(visit)
        return bound

    def is_closed_at(self, limit: Fraction) -> bool:
        """No policy of the node is beyond a limit, at least the claim's."""
        return any(self._shown(visit, limit) < 0 for visit in self.visits)

    def needed(self, limit: Fraction) -> list[Visit]:
        """The visits, up to the first that closes the node at a limit."""
        count = next((k for k, visit in enumerate(self.visits, 1) if self._shown(visit, limit) < 0), None)
        return self.visits[:count]

    def _shown(self, visit: Visit, limit: Fraction) -> Fraction:
        return self.value(self.node, visit.leaf) - visit.theta * limit

    def _take(self, visit: Visit) -> None:
        """A visit that is proved, and shows less than what stands."""
        group, state, bound = visit.group, visit.state, self._shown(visit, self.limit)
        self.visit_bounds[group][state] = bound
        self._ratios[group][state] = _ratio(self.modes.ball.mass[state], bound)
        self.visits.append(visit)
        self.closed = self.closed or bound < 0

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
        g, imitator, deviator = self.modes.ball.game.discount, self._ratios["imitator"], self._ratios["deviator"]
        result: list[list[list[int]]] = [[], [], []]
        for j, price in enumerate(prices):
            al, be, ga = DEFAULT[self.kind] if shares is None else shares[j]
            result[0].append(_rates(price * (1 - g), al, price, be, imitator))
            result[1].append(_rates(_NONE, _NONE, price, be, imitator))
            result[2].append(_rates(_NONE, _NONE, price, ga, deviator))
        return result

    def _work(
        self,
        node: ModeNode,
        floats: Mapping[str, FloatArray],
        prices: tuple[Fraction, ...],
        shares: Shares | None,
        tilt: Tilt | None,
        shared: Mapping[str, Vector],
        theta: Fraction,
        mark: tuple[str, int] | None,
    ) -> Raised | None:
        """The leaf's rules in integers; None where its numbers are out of range."""
        pay = self.modes.pay(theta, tilt)
        known = {name: np.array(vector.floats()) for name, vector in shared.items()}
        sizes = [float(np.abs(vector).max()) for vector in (*floats.values(), *known.values())]
        total = sum(sizes) + pay.size + (1.0 if mark else 0.0)
        if not math.isfinite(total):
            return None
        rules = Rules(fixed_sets(node), pay, self.rates(prices, shares), mark)
        game, discount = self.modes.fixed(self.kind == "joint"), self.modes.ball.game.discount
        leaf = ModeLeaf({}, prices, shares, tilt)
        work = Raised(game, discount, self._room, self.modes.rounds, rules, leaf, total)
        for name, vector in shared.items():
            work.set_known(name, vector)
        return work


def _prices(prices: Sequence[float | Fraction]) -> tuple[Fraction, ...]:
    """Short fractions, at least 0."""
    return tuple(
        x if isinstance(x, Fraction) else Fraction(max(0, round(x * 2**PRICE_BITS)), 2**PRICE_BITS) for x in prices
    )


def _ratio(mass: Fraction, seen: Fraction) -> Fraction:
    """m / M, 0 where nobody comes."""
    return mass / seen if seen else Fraction(0)


def _rates(before: Fraction, first: Share, price: Fraction, second: Share, ratios: list[Fraction]) -> list[int]:
    """floor(2^32 (before first + price second ratio)) of every state."""
    (firsts, one), (seconds, two) = _counted(first), _counted(second)
    a, b, c, d = before.numerator, before.denominator * one, price.numerator, price.denominator * two
    return [
        ((a * x * d * ratio.denominator + c * y * ratio.numerator * b) << RATE_BITS) // (b * d * ratio.denominator)
        for x, y, ratio in zip(firsts, seconds, ratios, strict=False)
    ]


def _counted(share: Share) -> tuple[Iterable[int], int]:
    """Numerators of the states, perhaps without end, and their denominator."""
    if isinstance(share, Fraction):
        return repeat(share.numerator), share.denominator
    return share.numerators, share.denominator
