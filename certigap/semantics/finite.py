"""Games of finite horizon (THEORY 14): values and optima by backward induction, occupancies forward, gaps.

V_H = 0,  V_t = r_{pi_t} + g P_{pi_t} V_{t+1};   V*_t(s) = max_a [ r_i(s, a, pi_t) + g P(. | s, a, pi_t) V*_{t+1} ];
mu_0 = nu,  mu_{t+1} = P_{pi_t}^T mu_t.

Numbers stay exact, or, where they would be long, every vector is rounded outward to a grid before the next one is made
of it: the operators are monotone, so both sides stay bounds. Transitions are those of the stage game at every step.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from certigap.errors import InputError
from certigap.exact.integers import IndexArray, as_object
from certigap.exact.interval import Interval
from certigap.exact.linear import RowMatrix
from certigap.exact.vector import Bracket, Vector
from certigap.model.finite.game import FiniteGame
from certigap.model.finite.policy import FinitePolicy
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.model.shown import Sheet, Shown
from certigap.semantics.backend import MAX_BITS
from certigap.semantics.exploitability import describe, gap_interval, maximum, total
from certigap.semantics.induced import Induced, chain, decision_process, reduced, transition_chain, vector_of
from certigap.semantics.optimum import action_rows

__all__ = [
    "FiniteGapAnswer",
    "Rounding",
    "Timeline",
    "finite_gaps",
    "finite_occupancy",
    "finite_values",
    "in_arithmetic",
    "occupancies",
    "require_finite_policy",
    "rounded",
    "values_of",
]

_GRID_BITS = 128  # twice a float's precision and more: nobody sees the rounding

Timeline = tuple[Bracket, ...]
"""`[H]` a bracket of an `[S]` vector for every step."""

Answer = TypeVar("Answer")
Kept = TypeVar("Kept")
Rounding = Callable[[Vector, bool], Vector]
"""A vector and whether it is an upper side -> one on that side of it."""


@dataclass(frozen=True, repr=False)
class FiniteGapAnswer(Shown):
    """What each player gains by a best response that may vary with time, and the vectors of every step that prove it.

    `values[i][t]` brackets V_{i,t}, `optima[i][t]` V*_{i,t}; `deviations[i][t]` are pure rows `[S]` that attain it.
    """

    game: FiniteGame
    policy: FinitePolicy
    player_gaps: tuple[Interval, ...]  # [n]
    nash_gap: Interval
    nash_conv: Interval
    values: tuple[Timeline, ...]  # [n]
    optima: tuple[Timeline, ...]  # [n]
    deviations: tuple[tuple[tuple[Distribution, ...], ...], ...]  # [n][H][S]
    arithmetic: str

    def sheet(self) -> Sheet:
        """The players' gaps."""
        return Sheet(("player", "gap"), list(zip(self.game.players, self.player_gaps, strict=True)))

    def _line(self) -> str:
        return f"<FiniteGapAnswer {self.arithmetic}, NashGap {describe(self.nash_gap)}>"


class _TooLongError(Exception):
    """An exact vector has become longer than `auto` wants."""


def finite_gaps(game: FiniteGame, policy: FinitePolicy, arithmetic: str = "auto") -> FiniteGapAnswer:
    """Player gaps, NashGap and NashConv of a policy.

    Args:
        game: a game of finite horizon.
        policy: a policy of it.
        arithmetic: "exact", "enclosed" (rounded outward), or "auto" (exact while the numbers stay short).

    Raises:
        InputError: another arithmetic, or a policy of another game.

    >>> from certigap.model.build import bimatrix
    >>> from certigap.model.finite import finite_horizon
    >>> game = finite_horizon(bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]), 10)
    >>> finite_gaps(game, FinitePolicy.repeated(game, Policy.pure(game.stage)))
    <FiniteGapAnswer exact, NashGap 20>
    """
    require_finite_policy(game, policy)

    def run(rounding: Rounding, name: str) -> FiniteGapAnswer:
        values = values_of(game, policy, rounding)
        found = [_optimum(game, policy, i, rounding) for i in range(len(game.players))]
        optima = tuple(optimum for optimum, _ in found)
        each = tuple(gap_interval(game.stage, best[0], own[0]) for best, own in zip(optima, values, strict=True))
        rows = tuple(rows for _, rows in found)
        return FiniteGapAnswer(game, policy, each, maximum(each), total(each), values, optima, rows, name)

    return in_arithmetic(game, arithmetic, run)


def finite_values(game: FiniteGame, policy: FinitePolicy, arithmetic: str = "auto") -> tuple[Timeline, ...]:
    """`[n][H]` brackets of V_{i,t}, `[S]` each."""
    require_finite_policy(game, policy)
    return in_arithmetic(game, arithmetic, lambda rounding, _: values_of(game, policy, rounding))


def finite_occupancy(game: FiniteGame, policy: FinitePolicy, arithmetic: str = "auto") -> Timeline:
    """`[H]` brackets of mu_t, the distribution `[S]` of the state at step t; each sums to 1, no discount."""
    require_finite_policy(game, policy)
    return in_arithmetic(game, arithmetic, lambda rounding, _: tuple(occupancies(game, policy, rounding)))


def require_finite_policy(game: FiniteGame, policy: FinitePolicy) -> None:
    """`InputError` unless it is a policy of the game."""
    if not isinstance(game, FiniteGame):
        raise InputError(f"game: expected a FiniteGame, got the {type(game).__name__} {str(game)[:60]!r}")
    if not isinstance(policy, FinitePolicy):
        raise InputError(f"policy: expected a FinitePolicy, got the {type(policy).__name__} {str(policy)[:60]!r}")
    if policy.game is not game and policy.game != game:
        raise InputError(f"policy: expected one of {game!r}, got one of {policy.game!r}")


def in_arithmetic(game: FiniteGame, arithmetic: str, run: Callable[[Rounding, str], Answer]) -> Answer:
    """What `run` answers with the rounding that the arithmetic asks for."""
    if arithmetic not in ("auto", "exact", "enclosed"):
        raise InputError(f"arithmetic: expected 'auto', 'exact' or 'enclosed', got {arithmetic!r}")
    if arithmetic == "exact":
        return run(lambda vector, _: vector, "exact")
    if arithmetic == "auto":
        try:
            return run(_short_only, "exact")
        except _TooLongError:
            pass
    largest = max(abs(int(x)) / d for own, d in _rewards(game) for x in (own.min(), own.max()))
    bits = _GRID_BITS + max(0, -math.frexp(largest)[1] if largest else 0)
    return run(lambda vector, up: rounded(vector, bits, up), "enclosed")


def _rewards(game: FiniteGame) -> list[tuple[np.ndarray, int]]:
    return list(zip(game.stage.rewards, game.stage.reward_denominators, strict=True))


def _short_only(vector: Vector, _: bool) -> Vector:
    if vector.bits() > MAX_BITS:
        raise _TooLongError
    return vector


def rounded(vector: Vector, bits: int, up: bool) -> Vector:
    """On the grid 2^-bits, unless it is coarser already."""
    if (1 << bits) % vector.denominator == 0:
        return vector
    sign = -1 if up else 1
    return Vector(tuple(sign * ((sign * x << bits) // vector.denominator) for x in vector.numerators), 1 << bits)


def _induced_of(make: Callable[[Policy], Kept]) -> Callable[[Policy], Kept]:
    """The same of equal steps once: steps that play alike are one object."""
    kept: dict[int, Kept] = {}

    def get(step: Policy) -> Kept:
        if id(step) not in kept:
            kept[id(step)] = make(step)
        return kept[id(step)]

    return get


def _zero(game: FiniteGame) -> Bracket:
    return Bracket.exact(Vector((0,) * len(game.states), 1))


def values_of(game: FiniteGame, policy: FinitePolicy, rounding: Rounding) -> tuple[Timeline, ...]:
    """`[n]` timelines of V_{i,t}."""
    induced = _induced_of(lambda step: chain(game.stage, step, moving=True))

    def backup(which: int) -> Callable[[Policy, Vector], Vector]:
        return lambda step, later: _backup(game, induced(step), later, which)

    return tuple(_backward(game, policy, rounding, backup(i)) for i in range(len(game.players)))


def _optimum(
    game: FiniteGame, policy: FinitePolicy, player: int, rounding: Rounding
) -> tuple[Timeline, tuple[tuple[Distribution, ...], ...]]:
    """V*_{i,t} and the pure rows that attain its lower side."""
    induced = _induced_of(lambda step: decision_process(game.stage, step, player, moving=True))

    def best(step: Policy, later: Vector) -> Vector:
        process = induced(step)
        rows = _backup(game, process, later)
        most = np.maximum.reduceat(np.array(rows.numerators, dtype=object), process.offsets[:-1])
        return reduced(most.tolist(), rows.denominator)

    optimum = _backward(game, policy, rounding, best)
    following = [bracket.lower for bracket in optimum[1:]] + [_zero(game).lower]
    offsets = game.layout.action_offsets[player]
    rows = tuple(
        _greedy(_backup(game, induced(step), later), offsets)
        for step, later in zip(policy.steps, following, strict=True)
    )
    return optimum, rows


def _greedy(values: Vector, offsets: IndexArray) -> tuple[Distribution, ...]:
    """`[S]` the pure rows that play the first best own action."""
    result = []
    for start, end in zip(offsets.tolist(), offsets.tolist()[1:], strict=False):
        own = values.numerators[start:end]
        result.append(action_rows(end - start, own.index(max(own))))
    return tuple(result)


def _backward(
    game: FiniteGame, policy: FinitePolicy, rounding: Rounding, backup: Callable[[Policy, Vector], Vector]
) -> Timeline:
    """The vectors of all steps, the last made first."""
    later, result = _zero(game), []
    for step in reversed(policy.steps):
        lower = backup(step, later.lower)
        upper = lower if later.is_exact else backup(step, later.upper)
        sides = rounding(lower, False), rounding(upper, True)
        later = Bracket.exact(sides[0]) if sides[0] == sides[1] else Bracket(*sides)
        result.append(later)
    return tuple(reversed(result))


def _backup(game: FiniteGame, induced: Induced, later: Vector, which: int = 0) -> Vector:
    """`[R]` r + g P later over the rows of a chain or a decision process."""
    rewards, scale = as_object(induced.rewards[which]), induced.scale(which)
    if induced.matrix is None or not game.discount:
        return vector_of(rewards, scale)
    sums = induced.matrix.row_sums(np.array(later.numerators, dtype=object)) * game.discount.numerator
    own = as_object(induced.matrix.scales) * (later.denominator * game.discount.denominator)
    return vector_of(rewards * own + sums * scale, scale * own)


def occupancies(game: FiniteGame, policy: FinitePolicy, rounding: Rounding) -> Iterator[Bracket]:
    """mu_t, step by step."""
    matrix = _induced_of(lambda step: transition_chain(game.stage, step))
    start = game.stage.initial
    now = Bracket.exact(Vector(start.weights, start.denominator))
    for step in policy.steps:
        yield now
        lower = _moved(matrix(step), now.lower)
        upper = lower if now.is_exact else _moved(matrix(step), now.upper)
        sides = rounding(lower, False), rounding(upper, True)
        now = Bracket.exact(sides[0]) if sides[0] == sides[1] else Bracket(*sides)


def _moved(matrix: RowMatrix, mass: Vector) -> Vector:
    """`[S]` P^T mass."""
    common = math.lcm(*{int(scale) for scale in matrix.scales})
    flow = np.array(mass.numerators, dtype=object) * (common // as_object(matrix.scales))
    result = np.zeros(len(mass), dtype=object)
    np.add.at(result, matrix.columns, flow[matrix.owners] * as_object(matrix.weights))
    return reduced([int(x) for x in result], mass.denominator * common)
