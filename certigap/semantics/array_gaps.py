"""Player gaps, NashGap and NashConv of array games: floats propose one vector a value, a step in integers encloses it.

Let F be the step of FORMAT 16: T with every mean rounded down, so F x <= T x <= F x + c in units of the vector, with
`c` the number of means. If lo <= F x - x <= hi at every state, the fixed point of T lies in

    [ x + lo / (1 - g),  x + (hi + c) / (1 - g) ]                                (T is monotone, T(x + d) = T x + g d)

at every state, so one vector and one pass prove both ends (THEORY 7). What is too wide is corrected by a Newton
step from the residual, whose digits the floats had lost.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.errors import InputError, SolverError
from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, rational_of
from certigap.floats.sparse.process import Process, Sweeps, Tables
from certigap.floats.sparse.solver import correction, solve
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy
from certigap.model.shown import Sheet, Shown
from certigap.semantics.exploitability import describe, maximum
from certigap.work.deadline import Deadline

__all__ = ["ArrayGaps", "array_gaps", "array_values", "enclose", "grid_bits"]

_TOP = 60  # bits of the vectors: two below the largest that the step takes
_ROUNDS = 4  # Newton steps of a vector
_PART = 16  # of the width, at most one such part is due to rounding
_RELATIVE = Fraction(1, 10**11)
"""Of the half-range over (1 - g)^2: the width that is aimed at where none is asked for, 1e-9 at 0.9, 1e-7 at 0.99."""


@dataclass(frozen=True, repr=False)
class ArrayGaps(Shown):
    """What each player can gain by deviating from `policy`, and the vectors that prove it.

    `values` and `optima` `[n, S]` are integers in units of `scales[i] 2^-bits[i]`; `wide` says that an interval is
    wider than was asked for.
    """

    game: ArrayGame
    policy: ArrayPolicy
    player_gaps: tuple[Interval, ...]
    nash_gap: Interval
    nash_conv: Interval
    values: IndexArray
    optima: IndexArray
    bits: tuple[int, ...]
    wide: bool

    def sheet(self) -> Sheet:
        """The players' gaps."""
        names = map(str, range(1, len(self.player_gaps) + 1))
        return Sheet(("player", "gap"), list(zip(names, self.player_gaps, strict=True)))

    def _line(self) -> str:
        return f"<ArrayGaps, NashGap {describe(self.nash_gap)}>"


def array_gaps(
    game: ArrayGame, policy: ArrayPolicy, width: RationalLike | None = None, deadline: Deadline | None = None
) -> ArrayGaps:
    """Every player's gap, their maximum and their sum.

    Args:
        game: the game.
        policy: a policy of it.
        width: largest width of a player's gap that is aimed at, above 0, in units of the payoffs.
        deadline: when floats stop, and what they have is enclosed, however widely.

    Raises:
        InputError: a width that is not above 0, or a policy of another game.
        SolverError: rewards that leave no room for a discount so near 1.

    >>> from certigap.model.large.families import random_game
    >>> game = random_game(5)
    >>> array_gaps(game, ArrayPolicy.uniform(game))
    <ArrayGaps, NashGap in [3.3811, 3.3811]>
    """
    aimed = None if width is None else rational_of(width, "width")
    if aimed is not None and aimed <= 0:
        raise InputError(f"width: expected a number above 0, got {width}")
    tables, until = Tables(game, policy), deadline or Deadline()
    values = _values(tables, aimed, until)
    found = [_player_gap(tables, player, value, aimed, until) for player, value in enumerate(values)]
    each = tuple(one.gap for one in found)
    lower = sum((gap.lower for gap in each if gap.lower is not None), Fraction(0))
    upper = sum((gap.upper for gap in each if gap.upper is not None), Fraction(0))
    return ArrayGaps(
        game=game,
        policy=policy,
        player_gaps=each,
        nash_gap=maximum(each),
        nash_conv=Interval(lower, upper),
        values=np.stack([one.value for one in found]),
        optima=np.stack([one.optimum for one in found]),
        bits=tuple(one.bits for one in found),
        wide=aimed is not None and any(one.width > aimed for one in found),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    gap: Interval
    value: IndexArray
    optimum: IndexArray
    bits: int
    width: Fraction


@dataclass(frozen=True, slots=True)
class _Value:
    """A player's value: proposal, vector on the grid, proven ends at the start in units of the scale."""

    x: FloatArray
    grid: IndexArray
    ends: tuple[Fraction, Fraction]
    bits: int


def array_values(
    game: ArrayGame, policy: ArrayPolicy, width: Fraction | None = None, deadline: Deadline | None = None
) -> list[tuple[Fraction, Fraction]]:
    """The ends that are proven of V_i^pi(nu), for every player; the arguments are those of `array_gaps`."""
    found = _values(Tables(game, policy), width, deadline or Deadline())
    ends = [value.ends for value in found]
    return [(scale * low, scale * high) for scale, (low, high) in zip(game.scales, ends, strict=True)]


def _values(tables: Tables, width: Fraction | None, deadline: Deadline) -> list[_Value]:
    """Every player's value of the policy: one chain, whose rows go again before those of best responses are made."""
    game = tables.game
    following = Process(tables, game.players)
    found = []
    for player in range(game.players):
        aim = _aim(game, player, width)
        x, choice = solve(Sweeps(following, following.expected[player]), float(aim) / 2, deadline)
        bits = grid_bits(game, player, x, aim)
        found.append(_Value(x, *enclose(following, player, x, choice, bits, aim, deadline), bits))
    return found


def _aim(game: ArrayGame, player: int, width: Fraction | None) -> Fraction:
    """The width aimed at for a value, half of a gap's, in units of the scale."""
    usual = game.half_range(player) * _RELATIVE / (1 - game.discount) ** 2
    return (usual if width is None else width) / (2 * game.scales[player])


def _player_gap(tables: Tables, player: int, value: _Value, width: Fraction | None, deadline: Deadline) -> _Found:
    game = tables.game
    aim, scale, own = _aim(game, player, width), game.scales[player], value.ends
    choosing = Process(tables, player)
    x, choice = solve(Sweeps(choosing, choosing.expected[0]), float(aim) / 2, deadline, start=value.x)
    optimum, best = enclose(choosing, player, x, choice, value.bits, aim, deadline)
    lower, upper = (scale * (best[0] - own[1]), scale * (best[1] - own[0]))
    return _Found(Interval(max(Fraction(0), lower), upper), value.grid, optimum, value.bits, upper - lower)


def grid_bits(game: ArrayGame, player: int, x: FloatArray, aim: Fraction) -> int:
    """Binary digits after the point: enough that rounding is a small part of `aim`, if the step has room for them.

    Fewer digits are faster: products of short numbers need one limb.
    """
    rewards = game.rewards[player]
    largest = max(abs(int(rewards.max())), abs(int(rewards.min())))
    room = max(largest, int(largest / (1 - game.discount)), int(np.ceil(np.abs(x)).max()))
    most = _TOP - room.bit_length()
    if most < 0:
        raise SolverError(f"rewards: expected less than 2^60 (1 - discount) units in size, got {largest}")
    rounding = (2 + game.players) / (1 - game.discount)
    return min(most, int(rounding / aim * _PART).bit_length()) if aim else most


def enclose(
    process: Process, payee: int, x: FloatArray, choice: IndexArray, bits: int, aim: Fraction, deadline: Deadline
) -> tuple[IndexArray, tuple[Fraction, Fraction]]:
    """A vector, and the ends that it proves of the value at the start, in units of the scale."""
    unit = Fraction(1, 2**bits)
    grid = np.rint(np.ldexp(x, bits)).astype(np.int64)
    best: tuple[IndexArray, tuple[Fraction, Fraction]] | None = None
    for _ in range(_ROUNDS):
        residual = process.integer_step(grid, bits, payee)
        residual -= grid
        low, high = proven_ends(process, grid, residual)
        if best is not None and high - low >= (best[1][1] - best[1][0]):
            break
        best = grid, (low, high)
        if (high - low) * unit <= aim or not deadline.going:
            break
        change = correction(process, choice, residual.astype(np.float64), deadline)
        grid = grid + np.rint(change).astype(np.int64)
        if int(np.abs(grid).max()) > 2 ** (_TOP + 1):
            break
    if best is None:
        raise SolverError("enclosure: expected a vector, got none")
    return best[0], (best[1][0] * unit, best[1][1] * unit)


def proven_ends(process: Process, grid: IndexArray, residual: IndexArray) -> tuple[Fraction, Fraction]:
    """The interval of the fixed point at the start, in units of the vector."""
    game = process.tables.game
    means = 2 + game.players - (process.own < game.players)  # what is rounded on the way from x to F x
    at_start = start_value(game, grid)
    horizon = 1 / (1 - game.discount)
    return at_start + int(residual.min()) * horizon, at_start + (int(residual.max()) + means) * horizon


def start_value(game: ArrayGame, grid: IndexArray) -> Fraction:
    """nu . x, exactly: two limbs, whose sums stay below 2^62 because the weights of the start do below 2^31."""
    weights = game.initial.astype(np.int64)
    high, low = int(weights @ (grid >> 31)), int(weights @ (grid & (2**31 - 1)))
    return Fraction((high << 31) + low, int(weights.sum()))
