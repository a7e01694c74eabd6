"""Bounds by coupling over a finite horizon (THEORY 14): together with the expert's play until it is first left.

A *process* is what one bound follows: at every state some choices, each a distribution e over rows k (joint actions)
from which the other players, or all, may stray. With `apart` (F) a bound of what follows once they have,

    G_t(s) >= max over choices of max { sum_k kept_k q_G(k) + moved (max_k q_F(k) - 2 w_t(s)) :
                                        kept <= e, moved = 1 - sum kept <= room }

and nu.G_0 + sum_t g^t p_t B_t bounds what is asked, w_t(s) = p_t ratio_t(s). Prices p come from a linear program in
floats (or from a search along p_t = x N_(H-t) where that is large); what they prove is computed exactly.
"""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from certigap.bounds.finite.ball import FiniteBall
from certigap.bounds.finite.sweeps import FiniteSweeps, Vectors
from certigap.errors import SolverError
from certigap.exact.vector import Vector
from certigap.floats.solvers import least_cost
from certigap.model.finite.game import FiniteGame
from certigap.model.policy import Policy
from certigap.semantics.finite import rounded

__all__ = ["Coupled", "coupled_optimum", "coupled_value"]

Floats = npt.NDArray[np.float64]
_PRICE_GRID = 1 << 40
_MOST_ROWS = 40_000
"""Rows of a linear program for prices: above it takes longer than the bound is worth."""


@dataclass(frozen=True)
class Coupled:
    """Timelines apart and together and the prices that prove `bound`; those of a value are lower bounds."""

    bound: Fraction
    apart: Vectors
    together: Vectors
    prices: tuple[Fraction, ...]


@dataclass(frozen=True)
class _Choice:
    """One choice at a state: its rows there and their probabilities under the expert."""

    rows: tuple[int, ...]
    weights: tuple[Fraction, ...]


@dataclass(frozen=True)
class _Process:
    """What is followed: `choices[t][s]`, `ratio[t][s]` of a price, the budget B_t and the room `[S]` of every step."""

    sweeps: FiniteSweeps
    player: int
    sign: int  # 1: of rewards, -1: of what is lost
    choices: Sequence[Sequence[Sequence[_Choice]]]
    ratio: Sequence[Sequence[Fraction]]
    budgets: Sequence[Fraction]
    rooms: Sequence[Sequence[Fraction]]

    def values(self, t: int, s: int, later: Vector) -> list[Fraction]:
        """`[K_s]` q at the rows of a state, in the process' sign; `later` is signed already."""
        own = later if self.sign > 0 else _negative(later)
        return [self.sign * x for x in self.sweeps.backups(self.player, s, own)]


def coupled_optimum(sweeps: FiniteSweeps, ball: FiniteBall, player: int, apart: Vectors) -> Coupled:
    """nu.V* from above: the opponents stray; `apart` is at least V* on the ball."""
    game = ball.game
    choices = _choices(ball, player)
    visits = _most_visits(sweeps, ball, choices)
    ratio = [
        [m / most if most else Fraction(0) for m, most in zip(mass.fractions(), here, strict=True)]
        for mass, here in zip(ball.mass, visits, strict=True)
    ]
    limits = [ball.joint(t, len(game.players) - 1) for t in range(game.horizon)]
    rooms = [[x / 2 for x in ball.within(t, spread)] for t, (_, spread) in enumerate(limits)]
    return _bounded(_Process(sweeps, player, 1, choices, ratio, [b for b, _ in limits], rooms), apart)


def coupled_value(sweeps: FiniteSweeps, ball: FiniteBall, player: int, apart: Vectors) -> Coupled:
    """nu.V from below: everybody strays; `apart` is at most V on the ball."""
    game = ball.game
    ones = [[Fraction(1)] * len(game.states)] * game.horizon
    limits = [ball.joint(t, len(game.players)) for t in range(game.horizon)]
    rooms = [[x / 2 for x in ball.within(t, spread)] for t, (_, spread) in enumerate(limits)]
    process = _Process(sweeps, player, -1, _choices(ball, None), ones, [b for b, _ in limits], rooms)
    found = _bounded(process, tuple(map(_negative, apart)))
    return Coupled(-found.bound, apart, tuple(map(_negative, found.together)), found.prices)


def _negative(vector: Vector) -> Vector:
    return Vector(tuple(-x for x in vector.numerators), vector.denominator)


def _choices(ball: FiniteBall, player: int | None) -> list[list[list[_Choice]]]:
    """`[H][S]` a choice for every own action of the player (one choice without a player), over the others' rows."""
    kept = {id(step): _choices_of(ball.game, step, player) for step in ball.expert.steps}
    return [kept[id(step)] for step in ball.expert.steps]


def _choices_of(game: FiniteGame, step: Policy, player: int | None) -> list[list[_Choice]]:
    result = []
    for s, shape in enumerate(game.layout.shapes):
        joint = [Fraction(1)]
        for j, size in enumerate(shape):
            row = [Fraction(1)] * size if j == player else step.rows[j][s].fractions()
            joint = [p * q for p in joint for q in row]
        if player is None:
            result.append([_Choice(tuple(range(len(joint))), tuple(joint))])
            continue
        stride, size = int(np.prod(shape[player + 1 :], dtype=np.int64)), shape[player]
        own = [[k for k in range(len(joint)) if k // stride % size == a] for a in range(size)]
        result.append([_Choice(tuple(rows), tuple(joint[k] for k in rows)) for rows in own])
    return result


def _most_visits(
    sweeps: FiniteSweeps, ball: FiniteBall, choices: Sequence[Sequence[Sequence[_Choice]]]
) -> list[list[Fraction]]:
    """`[H][S]` M_t: where the player alone can bring the game, the others playing the expert; as the checker has it."""
    game, transitions = ball.game, ball.game.stage.transitions
    offsets = game.layout.row_offsets.tolist()
    now, result = game.stage.initial.fractions(), []
    for step in choices:
        sweeps.going()
        result.append(now)
        following = [Fraction(0)] * len(game.states)
        for s, here in enumerate(step):
            if not now[s]:
                continue
            chances = []
            for choice in here:
                own: dict[int, Fraction] = {}
                for k, p in zip(choice.rows, choice.weights, strict=True):
                    if p:
                        for to, q in transitions.row(offsets[s] + k).items():
                            own[to] = own.get(to, Fraction(0)) + p * q
                chances.append(own)
            for to in {to for own in chances for to in own}:
                following[to] += now[s] * max(own.get(to, Fraction(0)) for own in chances)
        short = rounded(Vector.of(following), 64, True).fractions()
        now = [min(Fraction(1), x) for x in short]
    return result


def _bounded(process: _Process, apart: Vectors) -> Coupled:
    """The smallest bound of a few lists of prices."""
    moved = (*apart[1:], process.sweeps.zero)
    found = [_exact(process, apart, moved, prices) for prices in _prices(process, moved)]
    return min(found, key=lambda one: one.bound)


def _exact(process: _Process, apart: Vectors, moved: Vectors, prices: Sequence[Fraction]) -> Coupled:
    sweeps, later, together = process.sweeps, process.sweeps.zero, []
    horizon = len(process.choices)
    for t in reversed(range(horizon)):
        sweeps.going()
        entries = []
        for s, choices in enumerate(process.choices[t]):
            kept, gone = process.values(t, s, later), process.values(t, s, moved[t])
            fee, room = 2 * prices[t] * process.ratio[t][s], process.rooms[t][s]
            entries.append(max(_strayed(choice, kept, gone, room, fee) for choice in choices))
        later = sweeps.short(Vector.of(entries), True)
        together.append(later)
    weights = process.sweeps.game.weights()
    paid = sum((w * p * b for w, p, b in zip(weights, prices, process.budgets, strict=True)), Fraction(0))
    return Coupled(sweeps.at_start(later) + paid, apart, tuple(reversed(together)), tuple(prices))


def _strayed(
    choice: _Choice, kept: Sequence[Fraction], gone: Sequence[Fraction], room: Fraction, fee: Fraction
) -> Fraction:
    """The kept mass times q_G, the moved mass times the best q_F less the fee: the most, greedily."""
    best = max(gone[k] for k in choice.rows) - fee
    pairs = [(best - kept[k], p) for k, p in zip(choice.rows, choice.weights, strict=True) if p]
    total = sum((p * kept[k] for k, p in zip(choice.rows, choice.weights, strict=True) if p), Fraction(0))
    for gain, p in sorted(pairs, reverse=True):
        if gain <= 0 or not room:
            break
        amount = min(room, p)
        total, room = total + amount * gain, room - amount
    return total


def _prices(process: _Process, moved: Vectors) -> list[list[Fraction]]:
    """Lists of prices worth trying."""
    game = process.sweeps.game
    entries = sum(sum(bool(p) for p in c.weights) for step in process.choices for own in step for c in own)
    if entries <= _MOST_ROWS:
        with contextlib.suppress(SolverError):
            return [[Fraction(max(0, round(x * _PRICE_GRID)), _PRICE_GRID) for x in _program(process, moved)]]
    slope = 2 * game.stage.half_range(process.player)
    left = [game.remaining(game.horizon - t) for t in range(game.horizon)]
    return [[slope * n * Fraction(x) for n in left] for x in ("1", "1/4", "1/16", "0")]


def _program(process: _Process, moved: Vectors) -> list[float]:
    """Prices that minimise the bound, in floats, without the limit of the room.

    Variables G_t(s), then p_t, then z for each row of positive probability: minimise nu.G_0 + sum_t g^t B_t p_t,
    G_t(s) >= sum_k e_k z_k for each choice, z_k >= q_G(k), z_k >= max q_F - 2 ratio_t(s) p_t.
    """
    from scipy.sparse import coo_array

    game, horizon, states = process.sweeps.game, len(process.choices), len(process.sweeps.game.states)
    offsets, discount = game.layout.row_offsets.tolist(), float(game.discount)
    nexts = [list(game.stage.transitions.row(k).items()) for k in range(game.layout.rows)]
    rewards = process.sign * game.stage.float_rewards()[process.player]
    cells: list[tuple[int, int, float]] = []
    right: list[float] = []
    count = horizon * states + horizon
    for t, step in enumerate(process.choices):
        for s, choices in enumerate(step):
            gone = [float(x) for x in process.values(t, s, moved[t])]
            for choice in choices:
                together = len(right)
                right.append(0.0)
                cells.append((together, t * states + s, -1.0))
                best = max(gone[k] for k in choice.rows)
                for k, p in zip(choice.rows, choice.weights, strict=True):
                    if not p:
                        continue
                    z, count = count, count + 1
                    cells.append((together, z, float(p)))
                    cells.append((len(right), z, -1.0))
                    if t + 1 < horizon:
                        place = (t + 1) * states
                        cells += [(len(right), place + to, discount * float(q)) for to, q in nexts[offsets[s] + k]]
                    right.append(-float(rewards[offsets[s] + k]))
                    cells.append((len(right), z, -1.0))
                    cells.append((len(right), horizon * states + t, -2 * float(process.ratio[t][s])))
                    right.append(-best)
    rows, columns, entries = zip(*cells, strict=True)
    matrix = coo_array((entries, (rows, columns)), shape=(len(right), count)).tocsr()
    cost = np.zeros(count)
    cost[:states] = [float(p) for p in game.stage.initial.fractions()]
    cost[horizon * states : horizon * states + horizon] = [
        float(w * b) for w, b in zip(game.weights(), process.budgets, strict=True)
    ]
    free = [(None, None)] * (horizon * states)
    bounds = [*free, *[(0, None)] * horizon, *[(None, None)] * (count - len(free) - horizon)]
    found = least_cost(cost, matrix, np.array(right), bounds, process.sweeps.deadline.within(30).left)
    return [float(x) for x in found[horizon * states : horizon * states + horizon]]
