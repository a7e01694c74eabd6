r"""Theorem 2: equal joint occupancies without full support, and a gap linear in the horizon.

A common payoff. s0 leads by (a2,a1) to s1, otherwise to B; s1 leads by (a2,a1) to T, otherwise to B. T pays 1 for ever,
B nothing (they stand for the printed tails of odd and even states). The expert plays (a1,a1) at s0 and (a3,a3) at s1,
the learner (a1,a1) everywhere; neither ever leaves s0 but for B, so the joint occupancies agree.

As printed s1 pays 1: player 1 deviates to a2 at s0, collects it one step later, and the expert is not Nash.

Proof. With $r(s_1) = 0$: nobody leaves $B$ alone, and at $s_1$ no single deviation from $(a_3,a_3)$ gives $(a_2,a_1)$, so
every deviation from the expert earns 0. From the learner, player 1 plays a2 twice and is in $T$ from step 2 on:
$\gamma^2/(1-\gamma)$; player 2 cannot. $\blacksquare$
"""

from fractions import Fraction
from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Constants,
    Identity,
    Role,
    Says,
    Statement,
    Verdict,
    Written,
    exactly,
    require,
)

AT = {"g": Fraction(9, 10)}


def printed(constants: Constants) -> None:
    """The printed expert's gap, for every discount."""
    _is(constants, "theorem2-printed", "expert", "printed_expert")


def repaired(constants: Constants) -> None:
    """The repaired game's two gaps, for every discount."""
    _is(constants, "theorem2", "expert", "nothing")
    _is(constants, "theorem2", "learner", "gap")


def _is(constants: Constants, name: str, who: str, formula: str) -> None:
    from certigap.audit.symbolic import function_field

    policy = getattr(cg.games, who)(name)
    answer = cg.parametric_gap(cg.free_discount(cg.games.load(name)), policy)
    _, names = function_field(["g"])
    wanted = names["g"] * 0 + constants(formula, **names)
    for piece in answer.nash_gap:
        require(piece.values[0] == wanted, f"NashGap of the {who} of {name}: expected {wanted}, got {piece.values[0]}")


STATEMENT = Statement(
    id="theorem-2",
    title="Theorem 2: matching joint occupancies without full support is not enough",
    chapter=Chapter.PAPER,
    source="Theorem 2",
    printed="The printed game's expert is a Nash equilibrium.",
    claim="With r(s1) = 0 the expert is Nash, rho_learner = rho_expert, and NashGap(learner) = {gap}: still linear in the "
    "horizon. As printed the expert's NashGap is {printed_expert}.",
    hypotheses=("the game of Theorem 2, its tails merged into absorbing states (catalog: theorem2-printed, theorem2)",),
    uses=("theorem-1",),
    constants={"gap": exactly("g**2/(1-g)"), "printed_expert": exactly("g"), "nothing": exactly("0")},
    verdict=Verdict.REPAIRED,
    evidence=(
        Identity(says="the printed expert's NashGap is {printed_expert}", check=printed, role=Role.AGAINST),
        Certified(
            says="the printed expert's NashGap at g = 9/10 is 9/10",
            role=Role.AGAINST,
            file="theorem-2-printed.expert",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", "=", "printed_expert", AT),),
            game=partial(cg.games.load, "theorem2-printed"),
            make=lambda: cg.gaps(cg.games.load("theorem2-printed"), cg.games.expert("theorem2-printed")),
        ),
        Written(says="the repaired game's two gaps", role=Role.REPAIR),
        Identity(says="repaired: the expert's NashGap is 0, the learner's {gap}", check=repaired, role=Role.REPAIR),
        Certified(
            says="repaired: the learner's NashGap at g = 9/10",
            role=Role.REPAIR,
            file="theorem-2.learner",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", "=", "gap", AT),),
            game=partial(cg.games.load, "theorem2"),
            make=lambda: cg.gaps(cg.games.load("theorem2"), cg.games.learner("theorem2")),
        ),
        Certified(
            says="repaired: eps_rho = 0",
            role=Role.REPAIR,
            file="theorem-2.errors",
            claim_kind="matching-error",
            claims=(Says("eps_rho", "=", "nothing"),),
            game=partial(cg.games.load, "theorem2"),
            make=lambda: cg.matching_errors(
                cg.games.load("theorem2"), cg.games.expert("theorem2"), cg.games.learner("theorem2")
            ),
        ),
    ),
)
