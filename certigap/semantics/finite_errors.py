"""Matching errors over a finite horizon (THEORY 14): the largest of all steps, mu_t being the state's distribution.

eps_BC  = max_{i,t} sum_s mu_t^E(s) || pi_{i,t}(.|s) - piE_{i,t}(.|s) ||_1
eps_mu  = max_t || mu_t - mu_t^E ||_1,   eps_rho = max_t || rho_t - rho_t^E ||_1
ValueGap = max_i [ V_i^piE(nu) - V_i^pi(nu) ]
"""

from collections.abc import Sequence
from dataclasses import dataclass

from certigap.exact.grid import outward
from certigap.exact.interval import Interval
from certigap.model.finite.game import FiniteGame
from certigap.model.finite.policy import FinitePolicy
from certigap.model.shown import Sheet, Shown
from certigap.semantics.exploitability import describe, maximum
from certigap.semantics.finite import (
    Rounding,
    Timeline,
    in_arithmetic,
    occupancies,
    require_finite_policy,
    values_of,
)
from certigap.semantics.matching import behaviour_error, joint_error, state_error, value_gap_interval

__all__ = ["FiniteErrorsAnswer", "finite_errors"]


@dataclass(frozen=True, repr=False)
class FiniteErrorsAnswer(Shown):
    """How far `policy` is from `expert`: L1 errors in [0, 2], the largest of all steps; and the value gap."""

    game: FiniteGame
    expert: FinitePolicy
    policy: FinitePolicy
    eps_bc: Interval
    eps_mu: Interval
    eps_rho: Interval
    value_gap: Interval
    expert_occupancy: Timeline
    policy_occupancy: Timeline
    expert_values: tuple[Timeline, ...]
    policy_values: tuple[Timeline, ...]
    arithmetic: str

    def sheet(self) -> Sheet:
        """The errors and the value gap."""
        named = {"eps_BC": self.eps_bc, "eps_mu": self.eps_mu, "eps_rho": self.eps_rho, "ValueGap": self.value_gap}
        return Sheet(("error", "value"), list(named.items()))

    def _line(self) -> str:
        named = {"eps_BC": self.eps_bc, "eps_mu": self.eps_mu, "eps_rho": self.eps_rho, "ValueGap": self.value_gap}
        return f"<FiniteErrorsAnswer {self.arithmetic}, {', '.join(f'{k} {describe(v)}' for k, v in named.items())}>"


def finite_errors(
    game: FiniteGame, expert: FinitePolicy, policy: FinitePolicy, arithmetic: str = "auto"
) -> FiniteErrorsAnswer:
    """eps_BC, eps_mu, eps_rho and the value gap.

    Args:
        game: a game of finite horizon.
        expert: the policy that was imitated.
        policy: the imitator.
        arithmetic: as of `finite_gaps`.

    Raises:
        InputError: another arithmetic, or a policy of another game.
    """
    require_finite_policy(game, expert)
    require_finite_policy(game, policy)

    def run(rounding: Rounding, name: str) -> FiniteErrorsAnswer:
        first, second = (tuple(occupancies(game, one, rounding)) for one in (expert, policy))
        own, other = (values_of(game, one, rounding) for one in (expert, policy))
        steps = list(zip(first, second, expert.steps, policy.steps, strict=True))
        start = value_gap_interval(game.stage, [line[0] for line in own], [line[0] for line in other])
        return FiniteErrorsAnswer(
            game,
            expert,
            policy,
            _largest([behaviour_error(mass, e, p) for mass, _, e, p in steps], name),
            _largest([state_error(mass, moved) for mass, moved, _, _ in steps], name),
            _largest([joint_error(game.stage, e, p, mass, moved) for mass, moved, e, p in steps], name),
            outward(start) if name == "enclosed" else start,
            first,
            second,
            own,
            other,
            name,
        )

    return in_arithmetic(game, arithmetic, run)


def _largest(errors: Sequence[Interval], arithmetic: str) -> Interval:
    found = maximum(errors)
    return outward(found) if arithmetic == "enclosed" else found
