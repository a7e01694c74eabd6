"""Matching errors of an imitator in an array game (THEORY 1): the sums of `matching`, of enclosed occupancies.

With masses m_E, m of both occupancies (`Visits`), and A, B the most that each is below and above the truth in
all states together, a sum over m differs from that over mu by at most A + B times its largest term per unit of mass.

The sums are those of floats. A row's entry is a quotient, right to u = 2^-53; a joint row's the product of n such, and
times a mass right to (2n + 1) u; K of them added up lose K u more; `math.fsum` adds the states without loss. Sums of
terms of sum at most 2 per policy are so right to 4 (K + 2n + 2) u, K the most joint actions of a state.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.errors import InputError
from certigap.exact.grid import outward
from certigap.exact.integers import FloatArray
from certigap.exact.interval import Interval
from certigap.floats.sparse.apart import apart
from certigap.floats.sparse.process import Tables
from certigap.model.large.game import ArrayGame
from certigap.model.large.policy import ArrayPolicy
from certigap.model.shown import Sheet, Shown
from certigap.semantics.array_gaps import array_values
from certigap.semantics.array_occupancy import Visits, visits
from certigap.semantics.exploitability import describe, maximum
from certigap.work.deadline import Deadline

__all__ = ["ArrayErrors", "array_errors"]


@dataclass(frozen=True, repr=False)
class ArrayErrors(Shown):
    """How far `policy` is from `expert`: L1 errors in [0, 2], and the value gap in discounted payoff."""

    game: ArrayGame
    expert: ArrayPolicy
    policy: ArrayPolicy
    eps_bc: Interval
    eps_mu: Interval
    eps_rho: Interval
    value_gap: Interval

    def sheet(self) -> Sheet:
        """The errors and the value gap."""
        return Sheet(("error", "value"), list(self._named().items()))

    def _line(self) -> str:
        return f"<ArrayErrors, {', '.join(f'{name} {describe(value)}' for name, value in self._named().items())}>"

    def _named(self) -> dict[str, Interval]:
        return {"eps_BC": self.eps_bc, "eps_mu": self.eps_mu, "eps_rho": self.eps_rho, "ValueGap": self.value_gap}


def array_errors(
    game: ArrayGame, expert: ArrayPolicy, policy: ArrayPolicy, deadline: Deadline | None = None
) -> ArrayErrors:
    """eps_BC, eps_mu, eps_rho and the value gap, as proven intervals.

    Args:
        game: the game.
        expert: the policy that was imitated.
        policy: the imitator.
        deadline: when floats stop, and what they have is enclosed, however widely.

    Raises:
        InputError: a policy of another game.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Section 2.

    >>> from certigap.model.large.families import random_game
    >>> game = random_game(5)
    >>> first = ArrayPolicy.pure(game, [np.zeros(5, dtype=np.int64)] * 2)
    >>> found = array_errors(game, ArrayPolicy.uniform(game), first).eps_bc
    >>> found.lower < 1 < found.upper
    True
    """
    if not isinstance(game, ArrayGame):
        raise InputError(f"game: expected an array game, got {type(game).__name__}")
    both, until = (Tables(game, expert), Tables(game, policy)), deadline or Deadline()
    both[0].prepare(apart)
    found = [visits(tables, until) for tables in both]
    masses = np.stack([np.ldexp(one.mass.astype(np.float64), -61) for one in found])
    own, joint = np.empty((game.players, game.states)), np.empty(game.states)
    first, second = (tables.play for tables in both)
    both[0].ready(apart)(both[0].arrays, first, second, masses, own, joint, np.empty((2, both[0].largest)))
    rounding = Fraction(both[0].largest + 2 * game.players + 2, 2**51)
    states = _near(math.fsum(np.abs(masses[0] - masses[1])), found, rounding)
    return ArrayErrors(
        game,
        expert,
        policy,
        maximum([_row_error(masses[0], apart_by, found[0], rounding) for apart_by in own]),
        states,
        _near(math.fsum(joint), found, rounding),
        _value_gap(game, expert, policy, until),
    )


def _near(total: float, found: list[Visits], rounding: Fraction) -> Interval:
    """A distance of occupancies, from that of their masses."""
    return _within(Fraction(total), sum((one.apart for one in found), rounding))


def _row_error(mass: FloatArray, distances: FloatArray, found: Visits, rounding: Fraction) -> Interval:
    """sum_s mu(s) || pi_i - piE_i ||_1 of one player: what the masses miss counts as the largest distance."""
    total, most = Fraction(math.fsum(mass * distances)), Fraction(float(distances.max())) + rounding
    return _within(total, most * found.apart + rounding)


def _within(total: Fraction, error: Fraction) -> Interval:
    """An error, which is from 0 to 2."""
    return outward(Interval(max(Fraction(0), total - error), min(Fraction(2), total + error)))


def _value_gap(game: ArrayGame, expert: ArrayPolicy, policy: ArrayPolicy, deadline: Deadline) -> Interval:
    values = (array_values(game, one, None, deadline) for one in (expert, policy))
    each = [Interval(best[0] - own[1], best[1] - own[0]) for best, own in zip(*values, strict=True)]
    return maximum(each)
