"""The upper end of a worst case of an array game: a player's optimum and value, each coupled with the expert.

S is the step of FORMAT 16, whose c = 2 + (number of means) bounds what rounding takes. Per player i:

    A >= S(A, A) + c       the others stray within the rooms of n-1 players, i chooses:  A >= V_i* at every state
    L >= S(L, L) + c       all stray, rewards -r_i:  L >= -V_i
    G_T = A, G_t = S(G_{t+1}, A) + c, fees 2 p_t m/M_t:  V_i*(nu) <= nu.G_0 + B sum g^t p_t
    W >= S(W, L) + c, fee 2 p:  -V_i(nu) <= nu.W + p B/(1-g)

B = (n-1) eps for the optimum, n eps for the value; M_t bounds where a deviator against the expert is after t steps.
G and W go on beside the expert until a draw differs, A and L from there on (THEORY 15).

Where time is short: fewer stages prove more than none (G_0 = A, no prices), W = L at no price, and constant A and L
hold without a pass. So a bound is there at any moment, and a pass begins only where the one before would have ended.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.errors import SolverError
from certigap.exact.integers import FloatArray, IndexArray
from certigap.exact.shares import ONE, share, times_down
from certigap.floats.sparse.anderson import Mixer
from certigap.floats.sparse.stray import Reach, Room, Stray, flow, stray
from certigap.questions.array_worst_case.ball import UNIT, ArrayBall
from certigap.semantics.array_gaps import start_value
from certigap.work.deadline import Deadline

__all__ = ["PlayerUpper", "player_upper"]

LIMIT = 1 << 60  # of vectors and rewards in their units
_ROUNDS = 3000  # sweeps of a vector
_MEMORY = 6  # of them that are mixed
_WIDTH, _APART = 1e-6, 1e-5
"""Of the half-range over 1 - g: widths of W; and of A and L, which count for what has moved alone."""
_RAISES = 20  # a shift may miss by what rounding takes
_SPARE = 4  # units: what it takes, about, in addition to c
_FINE = 1e9  # of the largest value: what rounding may take
_STAGES = 40
_SECTIONS = 14
_SAMPLED = 4096  # states on which prices are chosen
_AGAIN = 3  # prices of the value: rounds of price and vector


@dataclass(frozen=True, slots=True)
class PlayerUpper:
    """The vectors `[S]` and prices that prove `upper`, in units of the scale times 2^-bits."""

    bits: int
    optimum: IndexArray  # A
    value: IndexArray  # L
    together: IndexArray  # W
    prices: tuple[int, ...]  # p_t
    price: int  # p
    upper: Fraction

    def payoff(self, scale: Fraction) -> Fraction:
        """The bound in payoffs."""
        return self.upper * scale / (1 << self.bits)


class _Steps:
    """S for one player: `own` chooses (n: nobody), rewards times `sign`, `strayers` players' rows may move."""

    def __init__(self, ball: ArrayBall, own: int, payee: int, sign: int, bits: int) -> None:
        self.ball, self.tables, game = ball, ball.tables, ball.tables.game
        self.states, strayers = game.states, game.players - (own < game.players)
        self.rounding = 2 + strayers
        self.budget = strayers * ball.radius
        self.horizon = 1 / (1 - game.discount)
        top, bottom = game.discount.numerator, game.discount.denominator
        factors, most = max(int(game.denominators.max()), top), 2 * _largest(game.rewards[payee], game.discount)
        narrow = ((most << bits) + (most << bits)) * factors < 2**62
        self._how = Stray(own, payee, sign, bits, top, bottom, narrow, ball.rooms(strayers), self.nothing)
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


def _largest(rewards: IndexArray, discount: Fraction) -> int:
    """The largest value, in units of the scale, and 1 more."""
    size = max(abs(int(rewards.max())), abs(int(rewards.min())), 1)
    return math.ceil(size / (1 - discount)) + 1


def _bits(ball: ArrayBall, player: int) -> int:
    """Binary digits: as many as one limb holds, where that is enough; never so many that vectors reach the limit."""
    game = ball.tables.game
    most = 4 * _largest(game.rewards[player], game.discount)
    room = LIMIT.bit_length() - 1 - most.bit_length()
    factors = max(int(game.denominators.max()), game.discount.numerator)
    fine = int(_FINE * (2 + game.players) / float(1 - game.discount) / most).bit_length()
    return max(0, min(room, max(fine, 61 - most.bit_length() - factors.bit_length())))


def player_upper(ball: ArrayBall, player: int, value: FloatArray, deadline: Deadline) -> PlayerUpper:
    """What is proved of one player's gap.

    Args:
        ball: the ball.
        player: whose gap.
        value: `[S]` about its value of the expert, in units of its scale.
        deadline: until when a bound is looked for: of fewer stages, or of constants, where time is short.
    """
    game, bits = ball.tables.game, _bits(ball, player)
    size = float(game.half_range(player) / game.scales[player] / (1 - game.discount)) * 2.0**bits
    width, wide = _WIDTH * size, _APART * size
    guess = np.rint(np.ldexp(value, bits)).astype(np.int64)
    best = _Steps(ball, player, player, 1, bits)
    found = best.settled(guess, None, None, wide, deadline.share(0.3), deadline)
    optimum = best.constant() if found is None else found
    prices, most = _staged(best, player, optimum, deadline.share(0.4))
    worst = _Steps(ball, game.players, player, -1, bits)
    worst.seconds = best.seconds
    found = worst.settled(-guess, None, None, wide, deadline.share(0.5), deadline)
    apart = worst.constant() if found is None else found
    price, together = _coupled(worst, -guess, apart, width, deadline)
    least = start_value(game, together) + price * worst.budget * worst.horizon
    return PlayerUpper(bits, optimum, apart, together, prices, price, most + least)


def _staged(best: _Steps, player: int, apart: IndexArray, deadline: Deadline) -> tuple[tuple[int, ...], Fraction]:
    """The prices p_t, and what they prove of the optimum at the start; none where time ends before stage 0."""
    game, reached = best.tables.game, _reached(best, player, deadline)
    places, prices, x = _places(game.states), list[int](), apart
    for weights, ratio in reversed(reached):
        if not deadline.before(2 * best.seconds).going:
            return (), start_value(game, apart)
        price = _priced(best, places, weights, ratio, x, apart, deadline)
        if price or prices:  # before the last price, the vector is A
            x = best(x, apart, fees(price, ratio)) + best.rounding
            prices.insert(0, price)
    paid = sum((price * game.discount**t for t, price in enumerate(prices)), Fraction(0))
    return tuple(prices), start_value(game, x) + best.budget * paid


def fees(price: int, ratio: IndexArray) -> IndexArray:
    """floor(2 p ratio 2^-28) `[S]`"""
    return times_down(np.full(len(ratio), 2 * price, dtype=np.int64), ratio.astype(np.int64))


def _reached(best: _Steps, player: int, deadline: Deadline) -> list[tuple[FloatArray, IndexArray]]:
    """Per stage a guess of where the deviator is, at the chosen places, and m/M_t `[S]`.

    They end where no fee that is worth its price is left, and where time would not do for the passes of one more.
    """
    found, chosen = list[tuple[FloatArray, IndexArray]](), _chosen(_places(best.states))
    now, step = first_reach(best.ball), 2 * best.seconds
    for _ in range(_STAGES):
        if not deadline.before(step + 2 * best.seconds * (len(found) + 2)).going:
            break
        watch = Deadline()
        ratio = share(best.ball.lower, now)
        weights = now / now.sum(dtype=np.float64)
        if 2 * float(weights @ ratio) / ONE <= best.budget:
            break
        found.append((weights[chosen], ratio.astype(np.int32)))
        now = next_reach(best.ball, player, now)
        step = watch.spent
    return found


def first_reach(ball: ArrayBall) -> IndexArray:
    """M_0 = nu `[S]`, in units of 2^-61, rounded up."""
    initial = ball.tables.game.initial.astype(np.int64)
    whole = int(initial.sum())
    high = initial << 30
    upper = high // whole
    return np.asarray((upper << 31) - ((-((high - upper * whole) << 31)) // whole))


def next_reach(ball: ArrayBall, player: int, now: IndexArray) -> IndexArray:
    """M_{t+1} from M_t."""
    t = ball.tables
    high, low = np.zeros_like(now), np.zeros_like(now)
    reach = Reach(np.zeros_like(now), np.zeros_like(now))
    t.ready(flow)(t.arrays, t.play, player, now, high, low, np.empty(t.largest, dtype=np.int64), reach)
    high += low >> 31
    return np.where(high >= UNIT >> 31, UNIT, (np.minimum(high, UNIT >> 31) << 31) + (low & (2**31 - 1)))


def _places(states: int) -> list[tuple[int, int]]:
    """Ranges of states on which prices are chosen."""
    if states <= _SAMPLED:
        return [(0, states)]
    length = _SAMPLED // 64
    firsts = np.linspace(0, states - length, 64).astype(np.int64).tolist()
    return [(first, first + length) for first in firsts]


def _chosen(places: list[tuple[int, int]]) -> IndexArray:
    """Their states, one after the other."""
    return np.concatenate([np.arange(first, last, dtype=np.int64) for first, last in places])


def _priced(
    steps: _Steps,
    places: list[tuple[int, int]],
    weights: FloatArray,
    ratio: IndexArray,
    x: IndexArray,
    y: IndexArray,
    deadline: Deadline,
) -> int:
    """About the price p at which weights.S(x, y; fees) + B p is least, the weights being of the chosen places."""
    if not weights.any():
        return 0
    own, chosen, paid = weights / weights.sum(), _chosen(places), steps.nothing

    def cost(price: int) -> float:
        paid[chosen] = fees(price, ratio[chosen])
        return float(own @ steps.at(places, x, y, paid)) + float(steps.budget) * price

    top = int(y.max()) - int(x.min()) + 1
    return cheapest(cost, max(top, 1), deadline)


def cheapest(cost: Callable[[int], float], size: int, deadline: Deadline) -> int:
    """The price at which a convex cost is least, 0 or from 2^-12 to 2^26 of `size`, to a few per cent in time."""
    golden = (math.sqrt(5) - 1) / 2

    def price(power: float) -> int:
        return min(int(size * 2.0**power), 1 << 58)

    low, high = -12.0, 26.0
    inner = [high - golden * (high - low), low + golden * (high - low)]
    costs = [cost(price(power)) for power in inner]
    for _ in range(_SECTIONS):
        if not deadline.going:
            break
        if costs[0] <= costs[1]:
            high, inner[1], costs[1] = inner[1], inner[0], costs[0]
            inner[0] = high - golden * (high - low)
            costs[0] = cost(price(inner[0]))
        else:
            low, inner[0], costs[0] = inner[0], inner[1], costs[1]
            inner[1] = low + golden * (high - low)
            costs[1] = cost(price(inner[1]))
    best = price(inner[0] if costs[0] <= costs[1] else inner[1])
    return best if cost(best) < cost(0) else 0


def _coupled(
    worst: _Steps, x: IndexArray, apart: IndexArray, width: float, deadline: Deadline
) -> tuple[int, IndexArray]:
    """The price p and W: of all that are found in time those that prove most, no price and L among them."""
    ratio = np.full(worst.states, ONE, dtype=np.int64)
    places, price = _places(worst.states), 0
    mass = worst.ball.lower[_chosen(places)] / UNIT
    game, found = worst.tables.game, [(0, apart)]
    for again in range(_AGAIN):
        if not deadline.before(4 * worst.seconds).going:
            break
        price = _priced(worst, places, mass, ratio, x, apart, deadline)
        rough = width if again == _AGAIN - 1 else 1e3 * width
        settled = worst.settled(x, apart, fees(price, ratio), rough, deadline.share(1 / (_AGAIN - again)), deadline)
        if settled is None:
            break
        x = settled
        found.append((price, x))
    return min(found, key=lambda one: start_value(game, one[1]) + one[0] * worst.budget * worst.horizon)
