"""delta^sel(0+) = 0 in a normal form: near the expert's opponents its own rows stay best responses (THEORY 9).

For player `i`, an action `a` that it plays and another `a'`, let d(y) be what `a'` earns more than `a` against y,
and e the expert's opponents. delta^sel_i(0+) = 0 exactly when every such d is at most 0 on all product rows y near
e. That is so when d(e) < 0, or when d(b) <= 0 for every pure profile b of which each opponent plays any action; it
is not when d(e) > 0, or when d(e) = 0 and d grows as one opponent moves towards one of its actions. For two players
d is linear in y, and these decide.
"""

import itertools
from dataclasses import dataclass
from functools import cached_property

from certigap.exact.real_set import NOTHING, RealSet
from certigap.model.parametric.game import Function, ParametricGame
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.questions.parametric.answer import ParametricSet
from certigap.questions.parametric.pieces import domain_of, where_above, where_least, where_zero
from certigap.questions.parametric.process import Process, induced
from certigap.work.deadline import Deadline

__all__ = ["Comparison", "comparisons", "stability_set"]


def stability_set(game: ParametricGame, policy: Policy, deadline: Deadline) -> ParametricSet:
    """Where delta^sel(0+) = 0 is shown, where it is refuted, and the rest."""
    domain = domain_of(game)
    holds, fails = domain, NOTHING
    for pair in comparisons(game, policy):
        holds &= pair.loses | _all_nonpositive([*pair.pure.values()])
        fails |= domain & pair.gains
        for slope in pair.near.values():
            fails |= domain & pair.ties & where_above(slope)
    return ParametricSet(game, "delta", domain, holds, fails, domain - holds - fails, policy)


@dataclass(frozen=True)
class Comparison:
    """What a player's action `better` earns more than `action`, which it plays.

    at_expert: against the others' rows.
    pure: against each of their pure profiles, {((player, action), ..): ..}.
    near: against their rows with that of one of them turned to an action, {(player, action): ..}.
    """

    player: int
    action: int
    better: int
    at_expert: Function
    pure: dict[tuple[tuple[int, int], ...], Function]
    near: dict[tuple[int, int], Function]

    @cached_property
    def ties(self) -> RealSet:
        return where_zero(self.at_expert)

    @cached_property
    def gains(self) -> RealSet:
        return where_above(self.at_expert)

    @cached_property
    def loses(self) -> RealSet:
        return where_above(-self.at_expert)


def comparisons(game: ParametricGame, policy: Policy) -> list[Comparison]:
    """Every played action against every other, of every player."""
    found = []
    for i, sizes in enumerate(itertools.repeat(game.layout.shapes[0], len(game.players))):
        others = [j for j in range(len(sizes)) if j != i]
        expert = induced(game, i, dict.fromkeys(others, policy))
        near = {
            (j, b): induced(game, i, {m: _turned(policy, j, b) if m == j else policy for m in others})
            for j in others
            for b in range(sizes[j])
        }
        profiles = [tuple(zip(others, p, strict=True)) for p in itertools.product(*(range(sizes[j]) for j in others))]
        pure = {profile: induced(game, i, {j: _turned(policy, j, b) for j, b in profile}) for profile in profiles}
        for a, b in itertools.permutations(range(sizes[i]), 2):
            if policy.rows[i][0].weights[a]:
                moved = {move: _more(x, a, b) for move, x in near.items()}
                against = {profile: _more(x, a, b) for profile, x in pure.items()}
                found.append(Comparison(i, a, b, _more(expert, a, b), against, moved))
    return found


def _more(process: Process, a: int, b: int) -> Function:
    return process.choices[0][b].reward - process.choices[0][a].reward


def _turned(policy: Policy, player: int, action: int) -> Policy:
    size = len(policy.rows[player][0].weights)
    return policy.replace(player, [Distribution(tuple(int(a == action) for a in range(size)), 1)])


def _all_nonpositive(functions: list[Function]) -> RealSet:
    result = where_least(-functions[0])
    for function in functions[1:]:
        result &= where_least(-function)
    return result
