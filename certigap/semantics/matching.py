"""Matching errors of an imitator against an expert (THEORY 1), from brackets of both occupancies.

eps_BC  = max_i sum_s mu_E(s) || pi_i(.|s) - piE_i(.|s) ||_1        (mu of the expert)
eps_mu  = sum_s | mu(s) - mu_E(s) |
eps_rho = sum_{s,a} | mu(s) pi(a|s) - mu_E(s) piE(a|s) |
ValueGap = max_i [ V_i^piE(nu) - V_i^pi(nu) ]                        (may be negative)

All are full L1 distances. |m1 p - m2 q| over m1 in [a, b], m2 in [c, d] lies in
[max(0, a p - d q, c q - b p), max(b p - c q, d q - a p)].
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias, get_args

import numpy as np

from certigap.errors import InputError
from certigap.exact.grid import outward
from certigap.exact.integers import IntArray, as_object
from certigap.exact.interval import Interval
from certigap.exact.vector import Bracket, Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.shown import Sheet, Shown
from certigap.semantics.backend import select
from certigap.semantics.deviation import initial_value
from certigap.semantics.exploitability import describe, maximum
from certigap.semantics.idle import RowError, row_errors, without_idle
from certigap.semantics.induced import joint_weights, product

__all__ = [
    "ErrorsAnswer",
    "Idle",
    "behaviour_error",
    "eps_bc",
    "eps_mu",
    "eps_rho",
    "errors",
    "joint_error",
    "matching_errors",
    "row_distances",
    "state_error",
    "value_gap",
    "value_gap_interval",
]


@dataclass(frozen=True, repr=False)
class ErrorsAnswer(Shown):
    """How far `policy` is from `expert`: L1 errors in [0, 2], and the value gap in discounted payoff."""

    game: Game
    expert: Policy
    policy: Policy
    eps_bc: Interval
    eps_mu: Interval
    eps_rho: Interval
    value_gap: Interval
    expert_occupancy: Bracket
    policy_occupancy: Bracket
    expert_values: tuple[Bracket, ...]
    policy_values: tuple[Bracket, ...]
    arithmetic: str

    def sheet(self) -> Sheet:
        """The errors and the value gap."""
        named = {"eps_BC": self.eps_bc, "eps_mu": self.eps_mu, "eps_rho": self.eps_rho, "ValueGap": self.value_gap}
        return Sheet(("error", "value"), list(named.items()))

    def rows(self) -> tuple[RowError, ...]:
        """Where eps_BC lies: the rows in which the policy differs at visited states, the largest errors first."""
        return row_errors(self)

    def _line(self) -> str:
        named = {"eps_BC": self.eps_bc, "eps_mu": self.eps_mu, "eps_rho": self.eps_rho, "ValueGap": self.value_gap}
        return f"<ErrorsAnswer {self.arithmetic}, {', '.join(f'{k} {describe(v)}' for k, v in named.items())}>"


Idle: TypeAlias = Literal["keep", "ignore"]
"""What becomes of rows in which nothing that their player does changes anything."""


def errors(game: Game, expert: Policy, policy: Policy, arithmetic: str = "auto", idle: Idle = "keep") -> ErrorsAnswer:
    """eps_BC, eps_mu, eps_rho and the value gap.

    Args:
        game: the game.
        expert: the policy that was imitated.
        policy: the imitator.
        arithmetic: "exact", "enclosed", or "auto" (exact while the answers stay short).
        idle: "ignore": the errors of the policy with the expert's rows wherever no action of their player changes a
            reward or a transition, such as after the end of an episode. It has the same values and gaps.

    Returns:
        Intervals (points when exact), with the occupancies and values that prove them.

    Raises:
        InputError: another arithmetic, another word for `idle`, or a policy of another game.

    Source:
        Bergerault, Cevher, Mehr (arXiv 2602.21020), Section 2.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> errors(game, Policy.pure(game, {"1": "2", "2": "2"}), Policy.pure(game))
    <ErrorsAnswer exact, eps_BC 2, eps_mu 0, eps_rho 2, ValueGap -2>
    """
    if idle not in get_args(Idle):
        raise InputError(f"idle: expected 'keep' or 'ignore', got {idle!r}")
    backend = select(arithmetic, game, expert, policy)
    if idle == "ignore":
        policy = without_idle(expert, policy)
    expert_occupancy, policy_occupancy = backend.occupancy(game, expert), backend.occupancy(game, policy)
    expert_values, policy_values = backend.values(game, expert), backend.values(game, policy)
    shorten = outward if backend.name == "enclosed" else (lambda interval: interval)
    return ErrorsAnswer(
        game,
        expert,
        policy,
        shorten(behaviour_error(expert_occupancy, expert, policy)),
        shorten(state_error(expert_occupancy, policy_occupancy)),
        shorten(joint_error(game, expert, policy, expert_occupancy, policy_occupancy)),
        shorten(value_gap_interval(game, expert_values, policy_values)),
        expert_occupancy,
        policy_occupancy,
        expert_values,
        policy_values,
        backend.name,
    )


matching_errors = errors
"""The name at the root of the package, where `errors` is the module of exceptions."""


def eps_bc(game: Game, expert: Policy, policy: Policy, arithmetic: str = "auto") -> Interval:
    """max_i E_{s ~ mu_E} || pi_i(.|s) - piE_i(.|s) ||_1, full L1 (see `errors`)."""
    backend = select(arithmetic, game, expert, policy)
    return behaviour_error(backend.occupancy(game, expert), expert, policy)


def eps_mu(game: Game, expert: Policy, policy: Policy, arithmetic: str = "auto") -> Interval:
    """|| mu_pi - mu_E ||_1, full L1 (see `errors`)."""
    backend = select(arithmetic, game, expert, policy)
    return state_error(backend.occupancy(game, expert), backend.occupancy(game, policy))


def eps_rho(game: Game, expert: Policy, policy: Policy, arithmetic: str = "auto") -> Interval:
    """|| rho_pi - rho_E ||_1 over states and joint actions, full L1 (see `errors`).

    Zero exactly when the policies agree at every visited state (the paper's Theorem 1).
    """
    backend = select(arithmetic, game, expert, policy)
    first, second = backend.occupancy(game, expert), backend.occupancy(game, policy)
    return joint_error(game, expert, policy, first, second)


def value_gap(game: Game, expert: Policy, policy: Policy, arithmetic: str = "auto") -> Interval:
    """max_i [ V_i^E(nu) - V_i^pi(nu) ], discounted payoff; may be negative (see `errors`)."""
    backend = select(arithmetic, game, expert, policy)
    return value_gap_interval(game, backend.values(game, expert), backend.values(game, policy))


def row_distances(expert: Policy, policy: Policy, player: int) -> tuple[IntArray, IntArray]:
    """`|| pi_i(.|s) - piE_i(.|s) ||_1` at every state `[S]`: numerators and denominators."""
    layout = expert.game.layout
    owner, offsets = layout.action_state[player], layout.action_offsets[player]
    first, second = expert.denominators[player], policy.denominators[player]
    difference = product(expert.weights[player], second[owner]) - product(policy.weights[player], first[owner])
    return np.add.reduceat(as_object(abs(difference)), offsets[:-1]), product(first, second)


def behaviour_error(occupancy: Bracket, expert: Policy, policy: Policy) -> Interval:
    """max_i sum_s m(s) || pi_i(.|s) - piE_i(.|s) ||_1 for the expert's occupancy m."""
    each = []
    for player in range(len(expert.rows)):
        numerators, denominators = row_distances(expert, policy, player)
        lower = _weighted(occupancy.lower, numerators, denominators)
        upper = lower if occupancy.is_exact else _weighted(occupancy.upper, numerators, denominators)
        each.append(Interval(lower, upper))
    return maximum(each)


def _weighted(masses: Vector, numerators: IntArray, denominators: IntArray) -> Fraction:
    terms = zip(masses.numerators, numerators.tolist(), denominators.tolist(), strict=True)
    return _total([(m * x, d) for m, x, d in terms if m and x]) / masses.denominator


def state_error(expert: Bracket, policy: Bracket) -> Interval:
    """The L1 distance of two occupancies."""
    size = np.ones(len(expert.lower), dtype=object)
    lower, upper = distance_terms(expert, size, policy, size)
    common = _common(expert, policy)
    return Interval(Fraction(sum(lower.tolist()), common), Fraction(sum(upper.tolist()), common))


def joint_error(game: Game, expert: Policy, policy: Policy, expert_mass: Bracket, policy_mass: Bracket) -> Interval:
    """The L1 distance of two joint occupancies, from those of the states."""
    state = game.layout.row_state
    first, first_scale = _spread(game, expert)
    second, second_scale = _spread(game, policy)
    rows = np.flatnonzero(np.asarray((first != 0) | (second != 0), dtype=bool))
    owner = state[rows]
    p, q = first[rows] * second_scale[owner], second[rows] * first_scale[owner]
    lower, upper = distance_terms(_at(expert_mass, owner), p, _at(policy_mass, owner), q)
    common = _common(expert_mass, policy_mass)
    starts = np.flatnonzero(np.concatenate([[True], np.diff(owner) != 0]))
    scale = (first_scale * second_scale)[owner[starts]].tolist()
    sums = [
        _total(list(zip(np.add.reduceat(terms, starts).tolist(), scale, strict=True))) / common
        for terms in (lower, upper)
    ]
    return Interval(sums[0], sums[1])


def _spread(game: Game, policy: Policy) -> tuple[IntArray, IntArray]:
    """Joint weights over all rows `[K]` and their denominators `[S]`, as Python integers."""
    everyone = range(len(game.players))
    active, weights = joint_weights(game, policy, everyone)
    result = np.zeros(game.layout.rows, dtype=object)
    result[active] = as_object(weights)
    scale = np.ones(len(game.states), dtype=object)
    for player in everyone:
        scale = scale * as_object(policy.denominators[player])
    return result, scale


def _at(masses: Bracket, owner: IntArray) -> Bracket:
    def pick(vector: Vector) -> Vector:
        return Vector(tuple(np.array(vector.numerators, dtype=object)[owner].tolist()), vector.denominator)

    lower = pick(masses.lower)
    return Bracket(lower, lower if masses.is_exact else pick(masses.upper))


def _common(first: Bracket, second: Bracket) -> int:
    return first.lower.denominator * second.lower.denominator


def distance_terms(first: Bracket, p: IntArray, second: Bracket, q: IntArray) -> tuple[IntArray, IntArray]:
    """Ends of `|m1 p - m2 q|`, entrywise, for m1 and m2 in the brackets.

    Args:
        first: m1, `[S]`; `second`: m2, `[S]`.
        p: `[S]` integers >= 0; `q` likewise.

    Returns:
        Lower and upper numerators `[S]`, over the product of the two brackets' denominators.
    """
    a, b = _scaled(first, second.lower.denominator)
    c, d = _scaled(second, first.lower.denominator)
    upper = np.maximum(b * p - c * q, d * q - a * p)
    return np.maximum(np.maximum(a * p - d * q, c * q - b * p), 0), upper


def _scaled(bracket: Bracket, factor: int) -> tuple[IntArray, IntArray]:
    lower = np.array(bracket.lower.numerators, dtype=object) * factor
    return lower, lower if bracket.is_exact else np.array(bracket.upper.numerators, dtype=object) * factor


def value_gap_interval(game: Game, expert: Sequence[Bracket], policy: Sequence[Bracket]) -> Interval:
    """max_i nu.(V_i^E - V_i^pi), from brackets of both."""
    each = []
    for first, second in zip(expert, policy, strict=True):
        best, own = initial_value(game, first), initial_value(game, second)
        if best.lower is None or best.upper is None or own.lower is None or own.upper is None:
            raise ValueError("value gap: expected values with two known ends")
        each.append(Interval(best.lower - own.upper, best.upper - own.lower))
    return maximum(each)


def _total(terms: list[tuple[int, int]]) -> Fraction:
    """Sum of `numerator / denominator` pairs, gathered by denominator first."""
    gathered: dict[int, int] = {}
    for numerator, denominator in terms:
        gathered[denominator] = gathered.get(denominator, 0) + numerator
    parts = [Fraction(numerator, denominator) for denominator, numerator in gathered.items()]
    while len(parts) > 1:
        odd = parts[-1:] if len(parts) % 2 else []
        parts = [x + y for x, y in zip(parts[::2], parts[1::2], strict=False)] + odd
    return parts[0] if parts else Fraction(0)
