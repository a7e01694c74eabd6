"""Array games: the Markov game of THEORY 1 as integer arrays whose sizes are bounded, so that `int64` suffices.

Joint actions are rows in the order of `Layout`. Row `k` moves to `columns[e]` with probability
`weights[e] / denominators[k]`, `e` in `offsets[k] .. offsets[k + 1]`; entries of one row that name the same state add
up. Player `i` receives `rewards[i, k] scales[i]`. All denominators are below 2^31 (FORMAT 16): weighted means of
62-bit numbers then need two limbs of 64 bits and no more.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError
from certigap.exact.brief import number_brief
from certigap.exact.integers import IndexArray, IntArray, as_object, integer_array
from certigap.model.game import BELOW_ONE, Game
from certigap.model.large.content import array_game_digest
from certigap.model.layout import Layout

__all__ = ["MAX_PLAYERS", "MOST", "ArrayGame", "Ints32", "int32", "row_sums"]

Ints32: TypeAlias = npt.NDArray[np.int32]

MOST = 2**31 - 1  # denominators, states, and the terms of the discount
MAX_PLAYERS = 20  # products of their probabilities are floats above 0
_MAX_REWARD = 2**61
_LONG, _TABLES = ("rewards", "offsets"), ("shapes", "rewards")  # arrays of 64 bits; arrays of two axes
_RUNS = 2**16  # rows whose sums are taken at a time


@dataclass(frozen=True, eq=False, repr=False)
class ArrayGame:
    """A game without names: players, states and actions are numbers. Equal content has an equal `digest`."""

    discount: Fraction
    scales: tuple[Fraction, ...]  # [n] units of the rewards, above 0
    shapes: Ints32  # [S, n] numbers of actions
    rewards: IndexArray  # [n, K]
    offsets: IndexArray  # [K + 1]
    columns: Ints32  # [E]
    weights: Ints32  # [E] above 0
    denominators: Ints32  # [K] the sum of each row's weights
    initial: Ints32  # [S] weights over their sum

    def __post_init__(self) -> None:
        check(self)

    @property
    def players(self) -> int:
        """Number of players, n."""
        return int(self.shapes.shape[1])

    @property
    def states(self) -> int:
        """Number of states, S."""
        return int(self.shapes.shape[0])

    @property
    def rows(self) -> int:
        """Number of (state, joint action) pairs, K."""
        return len(self.denominators)

    @property
    def entries(self) -> int:
        """Number of transitions, E."""
        return len(self.columns)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(array.nbytes for array in self.arrays.values())

    @property
    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, in the order of the file."""
        names = ("shapes", "rewards", "offsets", "columns", "weights", "denominators", "initial")
        return {name: getattr(self, name) for name in names}

    @cached_property
    def row_offsets(self) -> IndexArray:
        """`[S + 1]` first row of each state."""
        return running(self.shapes.prod(axis=1, dtype=np.int64))

    @cached_property
    def action_offsets(self) -> IndexArray:
        """`[n, S + 1]` first own action of each player at each state, in that player's flat arrays."""
        return np.stack([running(self.shapes[:, i]) for i in range(self.players)])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the content, marked as that of an array game (FORMAT 16)."""
        return array_game_digest(self)

    @property
    def float_discount(self) -> float:
        """The discount for float proposers: below 1."""
        return min(float(self.discount), BELOW_ONE)

    def half_range(self, player: int) -> Fraction:
        """c_i = (max r_i - min r_i)/2 (THEORY 1)."""
        own = self.rewards[player]
        return Fraction(int(own.max()) - int(own.min()), 2) * self.scales[player]

    @classmethod
    def from_game(cls, game: Game) -> "ArrayGame":
        """The same game without its names.

        Raises:
            InputError: numbers beyond the bounds of array games.
        """
        rows = game.transitions
        scales = tuple(Fraction(1, denominator) for denominator in game.reward_denominators)
        return cls(
            discount=game.discount,
            scales=scales,
            shapes=int32(game.layout.shape_array, "shapes"),
            rewards=np.stack([_int64(own, "rewards") for own in game.rewards]),
            offsets=rows.offsets,
            columns=int32(rows.columns, "columns"),
            weights=int32(rows.weights, "weights"),
            denominators=int32(rows.denominators, "denominators"),
            initial=int32(np.array(game.initial.weights, dtype=object), "initial"),
        )

    def to_game(self) -> Game:
        """The same game with numbers for names; entries that name the same state are added up."""
        from certigap.model.rows import Distribution, SparseRows

        layout = Layout(tuple(tuple(own) for own in self.shapes.tolist()))
        names: dict[int, tuple[str, ...]] = {
            size: tuple(str(k + 1) for k in range(size)) for size in set(self.shapes.reshape(-1).tolist())
        }
        rows = []
        columns, weights, offsets = self.columns.tolist(), self.weights.tolist(), self.offsets.tolist()
        for k, denominator in enumerate(self.denominators.tolist()):
            row: dict[int, Fraction] = {}
            for e in range(offsets[k], offsets[k + 1]):
                row[columns[e]] = row.get(columns[e], Fraction(0)) + Fraction(weights[e], denominator)
            rows.append(row)
        start = self.initial.tolist()
        common = math.gcd(*start)
        return Game(
            players=tuple(str(i + 1) for i in range(self.players)),
            states=tuple(str(s + 1) for s in range(self.states)),
            actions=tuple(tuple(names[size] for size in shape) for shape in layout.shapes),
            discount=self.discount,
            initial=Distribution(tuple(w // common for w in start), sum(start) // common),
            rewards=tuple(
                integer_array(as_object(own) * x.numerator) for own, x in zip(self.rewards, self.scales, strict=True)
            ),
            reward_denominators=tuple(scale.denominator for scale in self.scales),
            transitions=SparseRows.from_mappings(rows, "transition row"),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArrayGame) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return (
            f"<ArrayGame {self.players} players, {self.states} states, {self.rows} joint actions, "
            f"{self.entries} transitions, discount {number_brief(self.discount)}>"
        )


def check(game: ArrayGame) -> None:
    """Every condition of FORMAT 16 on a game; `InputError` names the first that fails."""
    _check_types(game)
    states, players = game.shapes.shape
    if not 1 <= players <= MAX_PLAYERS or not 1 <= states <= MOST or int(game.shapes.min()) < 1:
        raise InputError(f"shapes: expected 1 to {MAX_PLAYERS} players with actions at every state, got others")
    if float(np.prod(game.shapes, axis=1, dtype=np.float64).sum()) != game.rows:
        raise InputError(f"denominators: expected one a joint action of the shapes, got {game.rows}")
    if game.rewards.shape != (players, game.rows) or len(game.scales) != players or min(game.scales) <= 0:
        raise InputError(f"rewards: expected {players} rows of {game.rows} numbers and units above 0, got others")
    if int(game.rewards.max()) > _MAX_REWARD or int(game.rewards.min()) < -_MAX_REWARD:
        raise InputError("rewards: expected numbers of at most 2^61 in size, got larger ones")
    if not 0 <= game.discount < 1 or game.discount.denominator > MOST:
        raise InputError(f"discount: expected one in [0, 1) with a denominator below 2^31, got {game.discount}")
    if len(game.offsets) != game.rows + 1 or game.offsets[0] != 0 or game.offsets[-1] != game.entries:
        raise InputError(f"offsets: expected {game.rows + 1} numbers from 0 to {game.entries}, got others")
    if not (np.diff(game.offsets) > 0).all() or len(game.weights) != game.entries:
        raise InputError("offsets: expected a weight and a state an entry, and an entry in every row, got others")
    if int(game.columns.min()) < 0 or int(game.columns.max()) >= states or int(game.weights.min()) < 1:
        raise InputError(f"columns, weights: expected states from 0 to {states - 1} and weights above 0, got others")
    if not np.array_equal(row_sums(game.weights, game.offsets), game.denominators):
        raise InputError("denominators: expected the sum of each row's weights, below 2^31, got others")
    if len(game.initial) != states or int(game.initial.min()) < 0:
        raise InputError(f"initial: expected {states} weights >= 0, got others")
    if not 1 <= int(game.initial.sum(dtype=np.int64)) <= MOST:
        raise InputError("initial: expected weights whose sum is from 1 to 2^31 - 1, got others")


def _check_types(game: ArrayGame) -> None:
    for what, number in (("discount", game.discount), *(("scales", scale) for scale in game.scales)):
        if not isinstance(number, int | Fraction):
            raise InputError(f"{what}: expected an int or a Fraction, got {number!r}")
    for name, array in game.arrays.items():
        wanted, axes = np.int64 if name in _LONG else np.int32, 2 if name in _TABLES else 1
        if not isinstance(array, np.ndarray):
            raise InputError(f"{name}: expected a NumPy array, got the {type(array).__name__} {str(array)[:40]}")
        if array.dtype != wanted or array.ndim != axes or not array.flags.c_contiguous or array.size == 0:
            raise InputError(
                f"{name}: expected {wanted.__name__} with {axes} axes in C order, got {array.dtype} with {array.ndim}"
            )


def row_sums(values: npt.NDArray[Any], offsets: IndexArray) -> IndexArray:
    """`[K]` sums of the runs `offsets[k] .. offsets[k + 1]`, in 64 bits; no run is empty."""
    sums = np.empty(len(offsets) - 1, dtype=np.int64)
    for k in range(0, len(sums), _RUNS):  # the sums of a whole game at once need its entries in 64 bits
        ends = offsets[k : k + _RUNS + 1]
        own = values[ends[0] : ends[-1]]
        np.add.reduceat(own, ends[:-1] - ends[0], dtype=np.int64, out=sums[k : k + _RUNS])
    return sums


def running(counts: npt.NDArray[Any]) -> IndexArray:
    """0 and the sums of the first 1, 2, .. counts."""
    result = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=result[1:])
    return result


def int32(values: IntArray, what: str) -> Ints32:
    """The same integers in 32 bits; `InputError` names `what` when one does not fit."""
    if len(values) and not -MOST <= int(values.min()) <= int(values.max()) <= MOST:
        raise InputError(f"{what}: expected integers below 2^31 in an array game, got larger ones")
    return np.ascontiguousarray(values, dtype=np.int32)


def _int64(values: IntArray, what: str) -> IndexArray:
    if not -_MAX_REWARD <= int(values.min()) <= int(values.max()) <= _MAX_REWARD:
        raise InputError(f"{what}: expected integers of at most 2^61 in an array game, got larger ones")
    return np.asarray(values, dtype=np.int64)
