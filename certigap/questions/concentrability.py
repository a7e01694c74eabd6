"""The all-policy deviation concentrability coefficients of an expert (THEORY 5).

C_i = max_s M_i(s) / mu_piE(s) with M_i(s) = max over pi_i' of mu_{(pi_i', piE_-i)}(s) and 0/0 = 0: how much more often
player i alone can make the play visit a state than the expert does. It is infinite exactly when i alone can reach a
state that the expert never visits, and a path shows it. The upper end rests on bounds of M_i for all states at once
(`certigap.bounds.visits`), the lower end on one deviation. C_i >= 1, by the expert itself.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.bounds.visit_groups import Found, search
from certigap.bounds.visits import Deviator, Group, Visits
from certigap.errors import InputError
from certigap.exact.brief import Brief
from certigap.exact.interval import Interval
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.exact.rounding import decimal_down, decimal_up
from certigap.exact.vector import Bracket, Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.semantics import occupancy, visited
from certigap.semantics.optimum import require_policy
from certigap.work.deadline import Deadline

__all__ = ["Coefficient", "ConcentrabilityAnswer", "Deviation", "concentrability"]

_EXACT_STATES = 150  # up to which the coefficient itself is sought: a few exact decision processes
_TIGHT = Fraction(1, 10**7)  # beyond 1: what the groups then have to show of states that do not attain it
_DIGITS = 12  # of ends that are not exact


@dataclass(frozen=True, slots=True, repr=False)
class Deviation(Brief):
    """A policy that differs from the expert in one player's rows, its occupancy from below, the state it favours."""

    policy: Policy
    occupancy: Vector
    state: int


@dataclass(frozen=True, slots=True, repr=False)
class Coefficient(Brief):
    """C_i of one player.

    value: the proven interval; both ends None when C_i is infinite. Without an upper end none was found.
    path: states from a start to one that the expert never visits, and the player's actions between them.
    """

    value: Interval
    path: tuple[tuple[str, ...], tuple[str, ...]] | None
    deviation: Deviation | None
    visits: Visits | None
    complete: bool

    @property
    def is_infinite(self) -> bool:
        """The player alone can reach a state that the expert never visits."""
        return self.path is not None


@dataclass(frozen=True, repr=False)
class ConcentrabilityAnswer(Shown):
    """`coefficients[i]` of every player; `occupancy` is the expert's."""

    game: Game
    expert: Policy
    occupancy: Bracket
    coefficients: tuple[Coefficient, ...]

    @property
    def complete(self) -> bool:
        """Every coefficient is infinite, or within the ratio that was asked for."""
        return all(own.complete for own in self.coefficients)

    def sheet(self) -> Sheet:
        """A player a row; an infinite coefficient has no ends, and a state that shows it."""
        rows = [
            (name, None if own.is_infinite else own.value, own.path[0][-1] if own.path is not None else "")
            for name, own in zip(self.game.players, self.coefficients, strict=True)
        ]
        return Sheet(("player", "coefficient", "infinite at"), rows)

    def _line(self) -> str:
        return f"<ConcentrabilityAnswer {', '.join(map(self._words, range(len(self.coefficients))))}>"

    def _words(self, player: int) -> str:
        own = self.coefficients[player]
        if own.path is not None:
            return f"C_{self.game.players[player]} infinite at {own.path[0][-1]!r}"
        lower, upper = (None if end is None else float(end) for end in (own.value.lower, own.value.upper))
        return f"C_{self.game.players[player]} in [{lower:.6g}, {'?' if upper is None else format(upper, '.6g')}]"


def concentrability(
    game: Game, expert: Policy, *, ratio: RationalLike = "101/100", budget: float = 60.0
) -> ConcentrabilityAnswer:
    """C_i of every player: proven intervals, or infinity with the path that shows it.

    Args:
        game: the game.
        expert: the policy whose occupancy is compared; it need not be an equilibrium.
        ratio: upper over lower end that is enough, above 1; up to 150 states the coefficient itself is sought.
        budget: seconds to spend, all players together; at its end the intervals are valid, not final.

    Raises:
        InputError: a policy of another game, a ratio of at most 1, or a budget that is none.

    Source: THEORY 5; the coefficient of offline and imitation learning in games, there assumed finite.

    >>> from certigap.model import catalog
    >>> concentrability(catalog.load("lemma1"), catalog.expert("lemma1")).coefficients[0].value
    Interval(lower=Fraction(271, 100), upper=Fraction(271, 100))
    """
    require_policy(game, expert)
    enough = rational(ratio)
    if enough <= 1:
        raise InputError(f"ratio: expected a rational above 1, got {format_rational(enough)}")
    if not 0 < budget < float("inf"):
        raise InputError(f"budget: expected seconds above 0, got {budget}")
    deadline, mass = Deadline(budget), occupancy(game, expert)
    seen, players = visited(game, expert), len(game.players)
    found = tuple(
        _coefficient(game, expert, i, mass, seen, enough, deadline.share(Fraction(1, players - i)))
        for i in range(players)
    )
    return ConcentrabilityAnswer(game, expert, mass, found)


def _coefficient(
    game: Game,
    expert: Policy,
    player: int,
    mass: Bracket,
    seen: tuple[bool, ...],
    ratio: Fraction,
    deadline: Deadline,
) -> Coefficient:
    deviator = Deviator(expert, player)
    unseen = next((s for s in deviator.parents if not seen[s]), None)
    if unseen is not None:
        return _infinite(deviator, unseen)
    if not game.discount:
        return _one_shot(deviator)
    is_small = mass.is_exact and len(game.states) <= _EXACT_STATES
    flow = None if is_small else deviator.flow()
    found = search(deviator, mass.lower, flow, 1 + _TIGHT if is_small else ratio, deadline)
    if is_small:
        exact = _exact(deviator, mass.lower, found, deadline)
        if exact is not None:
            return exact
    visits = deviator.visits(flow, found.groups)
    deviation, lower = None, Fraction(1)
    if found.target is not None and found.rows is not None:
        policy = deviator.policy(found.rows)
        reached = occupancy(game, policy).lower
        lower = decimal_down(reached[found.target] / mass.upper[found.target], _DIGITS)
        deviation = Deviation(policy, reached, found.target)
    upper = _worst(visits, mass.lower)
    rounded = None if upper is None else decimal_up(upper, _DIGITS)
    if lower <= 1:
        lower, deviation = Fraction(1), None
    tight = rounded is not None and rounded <= ratio * lower
    return Coefficient(Interval(lower, rounded), None, deviation, visits, tight)


def _infinite(deviator: Deviator, state: int) -> Coefficient:
    game, (states, actions) = deviator.game, deviator.path(state)
    names = tuple(game.actions[s][deviator.player][a] for s, a in zip(states, actions, strict=False))
    return Coefficient(Interval(None, None), (tuple(game.states[s] for s in states), names), None, None, True)


def _one_shot(deviator: Deviator) -> Coefficient:
    """Without a future the occupancy is nu, whatever is played."""
    groups = [Group(Vector(tuple(int(t == s) for t in range(deviator.size)), 1), {s: 1}) for s in deviator.parents]
    return Coefficient(Interval.point(1), None, None, deviator.visits(None, groups), True)


def _worst(visits: Visits, least: Vector) -> Fraction | None:
    """max_s most(s) / m(s); None where a state may be visited whose m is not above 0."""
    pairs = [(most, mass) for most, mass in zip(visits.most, least.fractions(), strict=True) if most]
    return None if any(mass <= 0 for _, mass in pairs) else max(most / mass for most, mass in pairs)


def _exact(deviator: Deviator, mass: Vector, found: Found, deadline: Deadline) -> Coefficient | None:
    """The coefficient itself, when exact values of the targets in question are optimal and nothing exceeds them."""
    groups = list(found.groups)
    visits = deviator.visits(None, groups)
    best, deviation = Fraction(1), None
    order = sorted(deviator.parents, key=lambda s: visits.most[s] / mass[s], reverse=True)
    for s in order:
        if visits.most[s] <= best * mass[s] or not deadline.going:
            break
        unit, u = np.zeros(deviator.size), np.zeros(deviator.size)
        unit[s] = 1
        _, rows = deviator.optimum(unit, u, 1e-15, deadline)
        group = deviator.exact(s, rows)
        if group is None:
            return None
        groups.append(group)
        start = group.vector.dot(deviator.game.initial.weights, deviator.game.initial.denominator)
        if start / mass[s] > best:
            policy = deviator.policy(rows)
            best = start / mass[s]
            deviation = Deviation(policy, occupancy(deviator.game, policy).lower, s)
    visits = deviator.visits(None, groups)
    if _worst(visits, mass) != best:
        return None
    return Coefficient(Interval.point(best), None, deviation, visits, True)
