"""Certified upper bounds of a player's gap over a region (THEORY 5): float vectors, rounded, checked in integers.

For player i four vectors over the states are published, each verified by one inequality at every state
(`certigap.regions.operators`): best_upper >= V_i^{*,pi_-i}, best_lower <= V_i^{*,pi_-i}, value_lower <= V_i^pi and
gap_upper >= V_i^{*,pi_-i} - V_i^pi for every pi of the region. Then

    sup gap_i <= nu.gap_upper  (pair),    sup gap_i <= nu.(best_upper - value_lower)  (decoupled),

A vector that fails its check is inflated and tried again; when that does not help, a constant vector that always holds
takes its place. (THEORY's advantage bound was never the smaller one: 720 players of random games of 2 to 4 players.)
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from certigap.exact.brief import Brief, number_brief
from certigap.exact.vector import Vector
from certigap.floats.compiled import Floats, Indices
from certigap.floats.fixed_point import fixed_point
from certigap.floats.kernel import sweeps
from certigap.floats.kernel.sweeps import GameArrays, SetArrays
from certigap.model.game import BELOW_ONE, Game
from certigap.model.shown import Sheet, Shown
from certigap.regions import operators
from certigap.regions.operators import Steps
from certigap.regions.region import Region, float_sets
from certigap.regions.scaled import ScaledGame
from certigap.regions.units import state_units
from certigap.work.deadline import Deadline

__all__ = ["PlayerBound", "RegionBound", "RegionEngine"]

_GRID_BITS = 46  # of the values' size: nearly a float's 53, so that rounding to the grid is not felt
_NEAR_ONE_BITS = 10
"""Horizons of more bits make the grid finer: a step of the grid costs a step times the horizon."""
_TOLERANCE = 1e-12  # of the values' size, times 1 - g: what is left of a move ends 1e-12 from the fixed point
_FLOAT = 1e-15
"""Of the values' size: what a sweep's rounding moves."""
_TRIES = 8  # margins, each 8 times the last: after 8^8 roundings the constant is as good
_SLICE_WORK = 2**21
"""Entries of the transitions that one slice of sweeps reads, about 10 ms."""
_LONGEST_SLICE = 400
"""Sweeps: all that is needed at discounts up to 0.95."""
_SHARE = 1 / 4
"""Of the time left that one vector may take."""
_SMALL, _SHORT_SLICE = 48, 20
"""States times joint actions of all of them, up to which so many sweeps take the interpreter a fraction of a second."""


@dataclass(frozen=True, slots=True, repr=False)
class PlayerBound(Brief):
    """The four certified vectors `[S]` of a player (discounted payoffs) and the bounds that they give at nu."""

    best_upper: Vector
    best_lower: Vector
    value_lower: Vector
    gap_upper: Vector
    pair: Fraction
    decoupled: Fraction

    @property
    def upper(self) -> Fraction:
        """The bound that the vectors prove by the pair rule: nu.gap_upper."""
        return self.pair


@dataclass(frozen=True, slots=True, repr=False)
class RegionBound(Shown):
    """Bounds of every player's gap over one region."""

    region: Region
    players: tuple[PlayerBound, ...]

    @property
    def upper(self) -> Fraction:
        """sup over the region of NashGap is at most this."""
        return max(player.upper for player in self.players)

    def sheet(self) -> Sheet:
        """A player a row."""
        names = self.region.center.game.players
        return Sheet(
            ("player", "gap at most"), [(name, own.upper) for name, own in zip(names, self.players, strict=True)]
        )

    def _line(self) -> str:
        return f"<RegionBound every NashGap at most {number_brief(self.upper)}>"


class RegionEngine:
    """Everything of a game that region bounds reuse from one region to the next.

    >>> from certigap.model.build import bimatrix
    >>> from certigap.model.policy import Policy
    >>> from certigap.regions.region import Region
    >>> game = bimatrix([[0, -1], [1, 0]])
    >>> center = Policy.from_rows(game, [[0, 1], [0, 1]])
    >>> region = Region(center, ((Fraction(1, 5),), (Fraction(0),)))
    >>> RegionEngine(game).bound(region).upper
    Fraction(1, 10)
    """

    def __init__(self, game: Game) -> None:
        self.game = game
        self.scaled = ScaledGame(game)
        self._paid: tuple[Fraction, Fraction] | None = None  # the ends of what the imitator is paid, if not the rewards

    @cached_property
    def arrays(self) -> GameArrays:
        """The game as float arrays."""
        return _game_arrays(self.game, self.units)

    @cached_property
    def units(self) -> Floats:
        """`[S]` what the float vectors are measured in (`certigap.regions.units`)."""
        return state_units(self.game)

    @cached_property
    def slack(self) -> float:
        """1 minus how much a sweep contracts, in these units: above 0 however near 1 the discount is."""
        g = self.game.discount
        return float(1 - g if self._is_even else (1 - g) / (1 + g))

    @cached_property
    def start_unit(self) -> float:
        """nu.u: what a value of one unit everywhere is worth at the start."""
        return float(self.units @ [float(p) for p in self.game.initial.fractions()])

    def in_units(self, value: float, player: int) -> Floats:
        """`[S]` a bound of all values of a player, in units, where no value is larger than the largest reward."""
        if self._is_even:
            return np.full(len(self.units), value)
        largest = float(np.abs(self.game.float_rewards()[player]).max())
        return np.clip(value / self.units, -2 * largest, 2 * largest)

    @property
    def _is_even(self) -> bool:
        return bool((self.units == 1).all())

    def tilted(self, player: int, extra: Sequence[Fraction]) -> "RegionEngine":
        """The engine of this game with `extra` `[K]` more for the imitator, in the place of one player."""
        other = RegionEngine(self.game)
        arrays, units = self.arrays, self.units
        other.scaled = self.scaled.tilted(player, extra)
        paid = arrays.rewards.copy()
        paid[player] += np.array([float(x) for x in extra]) / units[self.game.layout.row_state]
        other.__dict__ |= {"units": units, "arrays": arrays._replace(paid=paid), "room": self.room, "first": self.first}
        own = self.game.rewards[player]
        payoffs = [Fraction(int(r), self.game.reward_denominators[player]) + x for r, x in zip(own, extra, strict=True)]
        other._paid = (min(payoffs), max(payoffs))
        return other

    @cached_property
    def room(self) -> sweeps.Room:
        """Working space of the float iterations: one thread at a time."""
        return sweeps.new_room(self.arrays)

    def set_arrays(self, region: Region) -> SetArrays:
        """The row sets of a region as float arrays."""
        return SetArrays(self.first, *float_sets(region))

    def bound(self, region: Region, *, deadline: Deadline | None = None) -> RegionBound:
        """Certified bounds of every player's gap over `region`."""
        players = range(len(self.game.players))
        return RegionBound(region, tuple(self.player_bound(region, i, deadline=deadline) for i in players))

    def player_bound(
        self,
        region: Region,
        player: int,
        *,
        start: PlayerBound | None = None,
        deadline: Deadline | None = None,
    ) -> PlayerBound:
        """Certified vectors and bounds of one player's gap.

        Args:
            region: a region that is not empty.
            player: index of the player who may deviate.
            start: vectors of a similar region (a parent node, say), from which the iteration starts.
            deadline: when to stop with the vectors that stand: they hold, but may be far from the fixed points.

        Source: THEORY 5, pair bound.
        """
        sets = self.set_arrays(region)
        high = self.best_upper(region, player, sets, start, deadline)
        low = self.best_lower(region, player, sets, start, deadline)
        value = self._value_lower(region, player, sets, start, deadline)
        gap = self._gap_upper(region, player, sets, (high, low, value), start, deadline)
        return PlayerBound(
            best_upper=high,
            best_lower=low,
            value_lower=value,
            gap_upper=gap,
            pair=self._at_start(gap),
            decoupled=self._at_start(high) - self._at_start(value),
        )

    def best_upper(
        self,
        region: Region,
        player: int,
        sets: SetArrays,
        start: PlayerBound | None = None,
        deadline: Deadline | None = None,
    ) -> Vector:
        """X >= V_i^{*,pi_-i} on the region."""
        largest = self._ends(player)[1] * self.game.horizon
        task = _Task(sweeps.BEST_UPPER, player, sets, largest, start.best_upper if start else None)
        return self._certified(task, partial(operators.best_upper_steps, self.scaled, region, player), deadline)

    def best_lower(
        self,
        region: Region,
        player: int,
        sets: SetArrays,
        start: PlayerBound | None = None,
        deadline: Deadline | None = None,
    ) -> Vector:
        """X <= V_i^{*,pi_-i} on the region."""
        task = _Task(sweeps.BEST_LOWER, player, sets, self._least(player), start.best_lower if start else None)
        return self._certified(task, partial(operators.best_lower_steps, self.scaled, region, player), deadline)

    def value_upper(
        self, region: Region, player: int, start: Vector | None = None, deadline: Deadline | None = None
    ) -> Vector:
        """X >= V_i^pi on the region: what the linear bound needs beside the four vectors of `player_bound`."""
        most = self._ends(player)[1] if self._paid is None else self._paid[1]
        task = _Task(sweeps.VALUE_UPPER, player, self.set_arrays(region), most * self.game.horizon, start)
        return self._certified(task, partial(operators.value_upper_steps, self.scaled, region, player), deadline)

    def _value_lower(
        self,
        region: Region,
        player: int,
        sets: SetArrays,
        start: PlayerBound | None,
        deadline: Deadline | None,
    ) -> Vector:
        least = self._least(player) if self._paid is None else self._paid[0] * self.game.horizon
        task = _Task(sweeps.VALUE_LOWER, player, sets, least, start.value_lower if start else None)
        return self._certified(task, partial(operators.value_lower_steps, self.scaled, region, player), deadline)

    def _gap_upper(
        self,
        region: Region,
        player: int,
        sets: SetArrays,
        known: tuple[Vector, Vector, Vector],
        start: PlayerBound | None,
        deadline: Deadline | None,
    ) -> Vector:
        span = self._span(player)
        if self._paid is not None:
            span = (self._ends(player)[1] - self._paid[0]) * self.game.horizon
        task = _Task(sweeps.PAIR, player, sets, span, start.gap_upper if start else None, known)
        return self._certified(task, self._given(operators.gap_upper_steps, region, player, known), deadline)

    def _given(
        self, operator: Callable[..., Steps], region: Region, player: int, known: tuple[Vector, ...]
    ) -> Callable[[Sequence[int], int], Steps]:
        """The operator as a function of its vector alone, everything brought to one denominator."""

        def steps(x: Sequence[int], d: int) -> Steps:
            shared, (vector, *rest) = operators.common_denominator(Vector(tuple(x), d), *known)
            found = operator(self.scaled, region, player, rest, vector, shared)
            return ((value, scale * (shared // d)) for value, scale in found)

        return steps

    def _certified(
        self, task: "_Task", steps: Callable[[Sequence[int], int], Steps], deadline: Deadline | None
    ) -> Vector:
        """The operator's fixed point, rounded outward and checked; the task's constant when nothing else holds.

        Where the rounded vector is beyond the constant, the constant takes its place: of two vectors that prove a bound
        the entrywise better one does too, because the operators are monotone.
        """
        states = len(self.game.states)
        if not self.game.discount:
            return operators.step_vector(steps([0] * states, 1), 1)
        size, slack, units = self._magnitude(task.player), self.slack, self.units
        finer = max(0, math.frexp(1 / slack)[1] - _NEAR_ONE_BITS)
        bits = max(0, _GRID_BITS - math.frexp(size * float(units.min()))[1]) + finer
        x, move = self._iterated(task, size * max(slack * _TOLERANCE, _FLOAT), (deadline or Deadline()).share(_SHARE))
        margin = 2 * max(move, size * 2 * _FLOAT, 2.0**-bits / float(units.min())) / slack
        holds = operators.at_least if task.sign > 0 else operators.at_most
        closer = np.minimum if task.sign > 0 else np.maximum
        for _ in range(_TRIES):
            vector = _rounded(closer((x + task.sign * margin) * units, float(task.constant)), bits, task.sign)
            if vector is not None and holds(vector.numerators, steps(vector.numerators, vector.denominator)):
                return vector
            margin *= 8
        return Vector.of([task.constant] * states)

    def _iterated(self, task: "_Task", tolerance: float, deadline: Deadline) -> tuple[Floats, float]:
        empty = np.zeros(len(self.game.states))
        units = self.units
        high, low, value = [np.array(v.floats()) / units for v in task.known] + [empty] * (3 - len(task.known))
        constant = self.in_units(float(task.constant), task.player)
        x = constant if task.start is None else np.array(task.start.floats()) / units

        def some(vector: Floats, count: int) -> float:
            arrays, sets = self.arrays, task.sets
            return sweeps.iterate.at_once(small)(
                vector, task.kind, task.player, arrays, sets, high, low, value, tolerance, count, self.room
            )

        small = len(empty) * self.game.layout.rows <= _SMALL
        length = min(_LONGEST_SLICE, max(1, _SLICE_WORK // len(self.arrays.columns)))
        if small and not sweeps.iterate.is_ready:
            length = _SHORT_SLICE
        return x, fixed_point(some, x, min(1 - self.slack, BELOW_ONE), tolerance, length, deadline)

    def _magnitude(self, player: int) -> float:
        """Of the values, in units."""
        largest = max(np.abs(own[player]).max() for own in (self.arrays.rewards, self.arrays.paid))
        return float(largest) / self.slack or 1.0

    def _least(self, player: int) -> Fraction:
        return self._ends(player)[0] * self.game.horizon

    def _ends(self, player: int) -> tuple[Fraction, Fraction]:
        """The smallest and the largest reward."""
        own, denominator = self.game.rewards[player], self.game.reward_denominators[player]
        return Fraction(int(own.min()), denominator), Fraction(int(own.max()), denominator)

    def _span(self, player: int) -> Fraction:
        return 2 * self.game.half_range(player) * self.game.horizon

    def _at_start(self, vector: Vector) -> Fraction:
        return vector.dot(self.game.initial.weights, self.game.initial.denominator)

    @cached_property
    def first(self) -> Indices:
        """`[n, S]` place of each row's first action in the flat arrays of `SetArrays`."""
        offsets = self.game.layout.action_offsets
        starts = np.cumsum([0, *(int(own[-1]) for own in offsets[:-1])])
        return np.array([own[:-1] + start for own, start in zip(offsets, starts, strict=True)])


@dataclass(frozen=True, slots=True)
class _Task:
    """One vector to be found: its operator, a constant that always holds, a starting vector, what the operator uses."""

    kind: int
    player: int
    sets: SetArrays
    constant: Fraction
    start: Vector | None = None
    known: tuple[Vector, ...] = ()

    @property
    def sign(self) -> int:
        """1: an upper bound, -1: a lower one."""
        return -1 if self.kind in (sweeps.BEST_LOWER, sweeps.VALUE_LOWER) else 1


def _rounded(x: Floats, bits: int, sign: int) -> Vector | None:
    """`x` over 2^bits, rounded up (`sign` 1) or down (-1); None when an entry is not finite."""
    if not np.isfinite(x).all():
        return None
    scaled = np.ceil(np.ldexp(x, bits)) if sign > 0 else np.floor(np.ldexp(x, bits))
    return Vector(tuple(map(int, scaled.tolist())), 2**bits)


def _game_arrays(game: Game, units: Floats) -> GameArrays:
    """The game, its values measured in units: r(s,.)/u(s), P(t|.) u(t)/u(s)."""
    layout, transitions = game.layout, game.transitions
    owners = np.repeat(layout.row_state, np.diff(transitions.offsets))
    rewards = game.float_rewards() / units[layout.row_state]
    return GameArrays(
        game.float_discount,
        layout.shape_array,
        layout.row_offsets,
        rewards,
        rewards,
        transitions.offsets,
        transitions.columns,
        transitions.floats() * (units[transitions.columns] / units[owners]),
    )
