"""The step S of FORMAT 16 for one player, and vectors near its fixed points that hold: X >= S(X, Y) + c."""

import math
from fractions import Fraction

import numpy as np

from certigap.errors import SolverError
from certigap.exact.integers import IndexArray
from certigap.floats.sparse.anderson import Mixer
from certigap.floats.sparse.stray import Room, Stray, stray
from certigap.questions.array_worst_case.ball import ArrayBall
from certigap.work.deadline import Deadline

__all__ = ["LIMIT", "Steps", "digits"]

LIMIT = 1 << 60  # of vectors and rewards in their units
_ROUNDS = 3000  # sweeps of a vector
_MEMORY = 6  # of them that are mixed
_RAISES = 20  # a shift may miss by what rounding takes
_SPARE = 4  # units: what it takes, about, in addition to c
_FINE = 1e9  # of the largest value: what rounding may take


class Steps:
    """S for one player: `own` chooses (n: nobody), rewards times `sign`, the rows of all others may move.

    Args:
        ball: the ball.
        own: who chooses freely (n: nobody).
        payee: whose rewards.
        sign: of the rewards.
        bits: binary digits of the units.
        still: no row moves.
    """

    def __init__(self, ball: ArrayBall, own: int, payee: int, sign: int, bits: int, still: bool = False) -> None:
        self.ball, self.tables, game = ball, ball.tables, ball.tables.game
        self.states, strayers = game.states, game.players - (own < game.players)
        self.rounding = 2 + strayers
        self.budget = Fraction(0) if still else ball.budget(strayers)
        self.horizon = 1 / (1 - game.discount)
        top, bottom = game.discount.numerator, game.discount.denominator
        factors, most = max(int(game.denominators.max()), top), 2 * largest(game.rewards[payee], game.discount)
        narrow = ((most << bits) + (most << bits)) * factors < 2**62
        rooms = self.nothing if still else ball.rooms(strayers)
        self._how = Stray(own, payee, sign, bits, top, bottom, narrow, rooms, self.nothing)
        self._limit = most << bits
        self._weights = ball.lower / max(float(ball.lower.sum(dtype=np.float64)), 1.0)
        self._rewards = [sign * (int(end) << bits) for end in (game.rewards[payee].min(), game.rewards[payee].max())]
        self.seconds = 0.0  # of the last pass for one vector; one for two takes about twice as long

    @property
    def nothing(self) -> IndexArray:
        """Fees of 0."""
        return np.zeros(self.states, dtype=np.int64)

    def __call__(self, x: IndexArray, y: IndexArray, fees: IndexArray | None = None) -> IndexArray:
        """S(x, y)"""
        out, watch = np.empty_like(x), Deadline()
        self.tables.each(lambda block: self._run(x, y, fees, *self.tables.cuts[block], out))
        self.seconds = watch.spent / (1 if x is y else 2)
        return out

    def constant(self) -> IndexArray:
        """X >= S(X, X) + c, the same at every state.

        All joint actions lead to g X, so S is at most the largest reward, g X, and what masses that are rounded up
        add: less than 2^-28 a joint action and player, of the distance between rewards.
        """
        low, high = sorted(self._rewards)
        added = ((high - low) * self.tables.largest * self.tables.game.players >> 28) + 2
        return np.full(self.states, math.ceil((high + added + self.rounding) * self.horizon), dtype=np.int64)

    def at(self, places: list[tuple[int, int]], x: IndexArray, y: IndexArray, fees: IndexArray) -> IndexArray:
        """S(x, y) at ranges of states alone, one after the other; fees `[S]` are read there alone."""
        out = np.empty_like(x)
        for first, last in places:
            self._run(x, y, fees, first, last, out)
        return np.concatenate([out[first:last] for first, last in places])

    def _run(
        self, x: IndexArray, y: IndexArray, fees: IndexArray | None, first: int, last: int, out: IndexArray
    ) -> None:
        how = self._how if fees is None else self._how._replace(fees=fees)
        room = Room(*(np.empty(self.tables.largest, dtype=np.int64) for _ in Room._fields))
        self.tables.ready(stray)(self.tables.arrays, self.tables.play, how, x, y, x is y, first, last, out, room)

    def settled(
        self,
        x: IndexArray,
        y: IndexArray | None,
        fees: IndexArray | None,
        width: float,
        deadline: Deadline,
        last: Deadline,
    ) -> IndexArray | None:
        """Near the fixed point of x -> S(x, y), or of S(x, x), and raised until X >= S + c holds.

        Sweeps end at `deadline`; None where it would take longer than until `last` to show that a vector holds.

        A sweep's change is carried on to where it would lead: S(x + d, x + d) = S(x, x) + g d, and S(x + d, y) is about
        S(x, y) + g' d at the states that the expert visits, g' being g times the mass that stays. Where that is not
        all (grids), sweeps are mixed: 292 instead of 1,172 at 10^4 states, discount 0.99.
        """
        discount, stays = self.tables.game.float_discount, 1 - min(float(self.budget), 2.0) / 2
        follows = discount * (stays if y is not None else 1.0)
        carry = follows / (1 - follows)
        mixer, at, passes = Mixer(self.tables, _MEMORY), x.astype(np.float64), 1 if y is None else 2
        if not last.before(2 * passes * self.seconds).going:
            return None
        for following in reversed(range(_ROUNDS)):
            change = self(x, x if y is None else y, fees) - x
            low, high = int(change.min()), int(change.max())
            span = high - low if y is None else max(abs(low), abs(high))
            if float(self.horizon) * span <= width or not following or not deadline.going:
                break
            if not last.before(2 * passes * self.seconds).going:
                break
            ahead = (low + high) / 2 if y is None else float(self._weights @ change)
            mixer.next(at, np.asarray(x + change + carry * ahead, dtype=np.float64))
            x = np.rint(np.clip(at, -self._limit, self._limit, out=at)).astype(np.int64)
        excess = high + self.rounding
        for _ in range(_RAISES):
            if excess <= 0:
                return x
            if not last.before(passes * self.seconds).going:
                return None
            x = x + math.ceil((excess + _SPARE) * self.horizon)
            excess = int((self(x, x if y is None else y, fees) - x).max()) + self.rounding
        raise SolverError("worst case: expected vectors that hold after a few shifts, got none")


def largest(rewards: IndexArray, discount: Fraction) -> int:
    """The largest value, in units of the scale, and 1 more."""
    size = max(abs(int(rewards.max())), abs(int(rewards.min())), 1)
    return math.ceil(size / (1 - discount)) + 1


def digits(ball: ArrayBall, player: int) -> int:
    """Binary digits: as many as one limb holds, where that is enough; never so many that vectors reach the limit."""
    game = ball.tables.game
    most = 4 * largest(game.rewards[player], game.discount)
    room = LIMIT.bit_length() - 1 - most.bit_length()
    factors = max(int(game.denominators.max()), game.discount.numerator)
    fine = int(_FINE * (2 + game.players) / float(1 - game.discount) / most).bit_length()
    return max(0, min(room, max(fine, 61 - most.bit_length() - factors.bit_length())))
