"""The operators of THEORY 5 in exact integers: what makes a proposed vector a proof.

Every operator T below is monotone and contracts the maximum norm by the discount, and the wanted quantity D satisfies
D <= T D' for all D' >= D (upper bounds; reversed for lower ones). Hence X >= T X at every state proves X >= D:
start from X plus a large constant and iterate. The operators are those of `certigap.floats.kernel.sweeps`, with q_X,
the sets and h as there.

An operator yields per state a pair (value, scale) of integers: T X(s) = value / (scale * d) for X = x / d,
where all vectors of one call share the denominator d. At discount 0, T X does not depend on X and is the best
vector itself.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from certigap.exact.vector import Vector
from certigap.regions.greedy import RowSet, maximum, minimum, nested_infimum, nested_supremum
from certigap.regions.region import Region
from certigap.regions.scaled import Deviation, ScaledGame, ScaledState

__all__ = [
    "at_least",
    "at_most",
    "best_lower_steps",
    "best_upper_steps",
    "common_denominator",
    "differences",
    "gap_upper_steps",
    "step_vector",
    "value_lower_steps",
    "value_upper_steps",
]

Steps = Iterator[tuple[int, int]]
Prices = tuple[list[int], list[int], list[int], list[int]]
"""h(s') = p' prices[0] - p prices[1] where p' >= p, p' prices[2] - p prices[3] where p' < p; `[S]` each."""


def at_least(x: Iterable[int], steps: Steps) -> bool:
    """X >= T X at every state."""
    return all(entry * scale >= value for entry, (value, scale) in zip(x, steps, strict=True))


def at_most(x: Iterable[int], steps: Steps) -> bool:
    """X <= T X at every state."""
    return all(entry * scale <= value for entry, (value, scale) in zip(x, steps, strict=True))


def step_vector(steps: Steps, denominator: int) -> Vector:
    """T X itself."""
    return Vector.of(Fraction(value, scale * denominator) for value, scale in steps)


def common_denominator(*vectors: Vector) -> tuple[int, list[Sequence[int]]]:
    """The least common denominator of vectors and their numerators over it."""
    denominator = math.lcm(*(vector.denominator for vector in vectors))
    return denominator, [[x * (denominator // vector.denominator) for x in vector.numerators] for vector in vectors]


def best_upper_steps(game: ScaledGame, region: Region, player: int, x: Sequence[int], d: int) -> Steps:
    """max_a sup_y q_X(a, y): a fixed point is >= V_i^{*,pi_-i} on the region."""
    for state, sets in zip(game.states, region.sets, strict=True):
        values = nested_supremum(state.backups(player, x, d), player, sets, state.shape)
        yield max(values), state.scale * _others(sets, player)


def best_lower_steps(game: ScaledGame, region: Region, player: int, x: Sequence[int], d: int) -> Steps:
    """max( max_a inf_y q_X(a, y), inf_y sum_a e_i(a) q_X(a, y) ): a fixed point is <= V_i^{*,pi_-i} on the region."""
    for s, (state, sets) in enumerate(zip(game.states, region.sets, strict=True)):
        q = state.backups(player, x, d)
        pure = max(nested_infimum(q, player, sets, state.shape))
        row = region.center.rows[player][s]
        shape = (*state.shape[:player], 1, *state.shape[player + 1 :])
        mixed = nested_infimum(_mix(q, row.weights, state, player), player, sets, shape)[0]
        yield max(pure * row.denominator, mixed), state.scale * _others(sets, player) * row.denominator


def value_lower_steps(game: ScaledGame, region: Region, player: int, x: Sequence[int], d: int) -> Steps:
    """inf_{x in Y_i(s)} ( a -> inf_y q_X(a, y) ): a fixed point is <= V_i^pi on the region."""
    for state, sets in zip(game.states, region.sets, strict=True):
        values = nested_infimum(state.backups(player, x, d, paid=True), player, sets, state.shape)
        yield minimum(sets[player], values), state.scale * _everyone(sets)


def value_upper_steps(game: ScaledGame, region: Region, player: int, x: Sequence[int], d: int) -> Steps:
    """sup_{x in Y_i(s)} ( a -> sup_y q_X(a, y) ): a fixed point is >= V_i^pi on the region."""
    for state, sets in zip(game.states, region.sets, strict=True):
        values = nested_supremum(state.backups(player, x, d, paid=True), player, sets, state.shape)
        yield maximum(sets[player], values), state.scale * _everyone(sets)


def gap_upper_steps(
    game: ScaledGame, region: Region, player: int, known: Sequence[Sequence[int]], x: Sequence[int], d: int
) -> Steps:
    """The pair rule; `known` are best_upper, best_lower, value_lower, proved before, over the denominator d like x."""
    high, low, value = known
    prices = _pair_prices(high, low, value, x)
    lists = game.deviations(player)
    for state, sets, deviations in zip(game.states, region.sets, lists, strict=True):
        values = (
            maximum(sets[player], nested_supremum(differences(rows, prices, d), player, sets, state.shape))
            for rows in deviations
        )
        yield max(values), state.scale * _everyone(sets)


def differences(rows: Sequence[Deviation], prices: Sequence[Sequence[int]], denominator: int) -> list[int]:
    """`scale * d * ( r(a',b) - r(a,b) + g sum_s' h(s') )` for every row (a, b) of one deviation a'."""
    new_up, old_up, new_down, old_down = prices
    return [
        row.gain * denominator
        + sum([new * new_up[s] - old * old_up[s] for s, new, old in row.up])
        + sum([new * new_down[s] - old * old_down[s] for s, new, old in row.down])
        for row in rows
    ]


def _pair_prices(high: Sequence[int], low: Sequence[int], value: Sequence[int], gap: Sequence[int]) -> Prices:
    floor = [max(v, lo - g) for v, lo, g in zip(value, low, gap, strict=True)]
    return (
        list(high),
        [max(v, hi - g) for v, hi, g in zip(value, high, gap, strict=True)],
        [min(hi, f + g) for hi, f, g in zip(high, floor, gap, strict=True)],
        floor,
    )


def _others(sets: Sequence[RowSet], player: int) -> int:
    return math.prod(rows.denominator for j, rows in enumerate(sets) if j != player)


def _everyone(sets: Sequence[RowSet]) -> int:
    return math.prod(rows.denominator for rows in sets)


def _mix(q: list[int], weights: Sequence[int], state: ScaledState, player: int) -> list[int]:
    """`sum_a e_i(a) q(a, b)` times the row's denominator, the tensor with one own action."""
    size, stride = state.shape[player], state.stride(player)
    return [
        sum([w * q[start + a * stride + offset] for a, w in enumerate(weights) if w])
        for start in range(0, len(q), size * stride)
        for offset in range(stride)
    ]
