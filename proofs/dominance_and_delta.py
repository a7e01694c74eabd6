r"""Dominance and delta: "a dominant strategy equilibrium if and only if delta = 0".

With ties it fails: where all payoffs are equal every policy is a dominant strategy equilibrium, and every row is a best response,
at distance up to 2 from a pure expert.

Proof. If $\pi_E$ is dominant, $\pi_{E,i}$ is itself a best response to every $\pi_{-i}$, at distance 0: so
$\delta^{sel}_i(\epsilon) = 0$ for every $\epsilon$. $\blacksquare$
"""

from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Constants,
    Draw,
    Property,
    Role,
    Says,
    Statement,
    Verdict,
    Written,
    exactly,
    require,
)
from certigap.model.build import normal_form
from certigap.model.policy import Policy

_GAME = partial(cg.games.load, "constant")


def nearest_never_strays(draw: Draw, _: Constants) -> None:
    """2x2 games with additive payoffs, ties among them: the dearest row is dominant and delta^sel is 0 throughout."""
    own = [[draw.integer(0, 1), draw.integer(0, 1)] for _ in range(2)]
    other = [[draw.integer(-2, 2), draw.integer(-2, 2)] for _ in range(2)]
    first = [[own[0][a] + other[0][b] for b in (0, 1)] for a in (0, 1)]
    second = [[own[1][b] + other[1][a] for b in (0, 1)] for a in (0, 1)]
    game = normal_form([first, second])
    expert = Policy.from_rows(game, [[[int(u[0] >= u[1]), int(u[0] < u[1])]] for u in own])
    answer = cg.continuity(game, expert, 2)
    for found in answer.delta_sel:
        require(all(step.upper == 0 for step in found.steps), f"delta^sel: expected 0 throughout, got {found}")


STATEMENT = Statement(
    id="dominance-and-delta",
    title="Dominance and delta-continuity",
    chapter=Chapter.PAPER,
    source="the remark that an expert is a dominant strategy equilibrium if and only if delta = 0",
    printed="An expert is a dominant strategy equilibrium if and only if delta = 0.",
    claim="With constant payoffs every policy is a dominant strategy equilibrium, yet delta^max = {most}. Dominance implies "
    "delta^sel = {nearest}, so Lemma 3 is a case of the delta^sel version of Lemma 4.",
    constants={"most": exactly("2"), "nearest": exactly("0")},
    verdict=Verdict.REPAIRED,
    evidence=(
        Certified(
            says="constant payoffs: delta^max = {most}, delta^sel = {nearest}",
            role=Role.AGAINST,
            file="constant.continuity",
            claim_kind="continuity",
            claims=(
                Says("delta_max/1/0", "=", "most"),
                Says("delta_sel/1/0", "=", "nearest"),
            ),
            game=_GAME,
            make=lambda: cg.continuity(_GAME(), cg.games.expert("constant"), 1),
        ),
        Certified(
            says="constant payoffs: no regret against anything",
            role=Role.AGAINST,
            file="constant.dominance",
            claim_kind="dominance",
            claims=(Says("kappa/1", "=", "nearest"), Says("kappa/2", "=", "nearest")),
            game=_GAME,
            make=lambda: cg.dominance(_GAME(), cg.games.expert("constant")),
        ),
        Written(says="dominance implies delta^sel = 0", role=Role.REPAIR),
        Property(
            says="dominant experts with and without ties: delta^sel = 0 throughout",
            role=Role.REPAIR,
            check=nearest_never_strays,
            quick=10,
            full=200,
        ),
    ),
)
