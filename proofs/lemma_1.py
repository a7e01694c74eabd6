r"""Lemma 1: equal state occupancies and full support, yet a gap linear in the horizon.

Two players, three states in a circle, a uniform start. Both playing a1 walk on and earn 1/3, 2/3, 1 in turn; anything
else stays and costs each 1. The expert plays (a1, a1), the learner (a1, a2).

Proof. Walking and staying both keep the uniform distribution, so $\mu = \mu_E$. Against the learner's player 1, who
plays a1, player 2 gains by a1: $V_2^* = \frac{2/3}{1-\gamma}$ on the uniform start, while staying earns
$V_2 = \frac{-1}{1-\gamma}$. The difference is $\frac{5/3}{1-\gamma}$. $\blacksquare$
"""

from fractions import Fraction
from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Constants,
    Identity,
    Says,
    Statement,
    Verdict,
    Written,
    exactly,
    require,
)
from certigap.audit.symbolic import SymbolicPlay, function_field

NINE_TENTHS, NEAR_ONE = {"g": Fraction(9, 10)}, {"g": Fraction(99, 100)}


def formulas(constants: Constants) -> None:
    """Gaps by exact parametric best responses, occupancies and values by elimination, all in the discount."""
    game = cg.games.load("lemma1")
    domain, names = function_field(["g"])
    gap = cg.parametric_gap(cg.free_discount(game), cg.games.learner("lemma1"))
    require(len(gap.nash_gap) == 1, f"NashGap: expected one formula for 0 <= g < 1, got {len(gap.nash_gap)}")
    found, wanted = gap.nash_gap[0].values[0].as_expr(), constants("gap", **names).as_expr()
    require((found - wanted).simplify() == 0, f"NashGap of the learner: expected {wanted}, got {found}")
    expert = cg.parametric_gap(cg.free_discount(game), cg.games.expert("lemma1"))
    require(all(not p.values[0] for p in expert.nash_gap), f"NashGap of the expert: expected 0, got {expert}")
    plays = {
        who: SymbolicPlay(game, policy, names["g"], domain)
        for who, policy in (("expert", cg.games.expert("lemma1")), ("learner", cg.games.learner("lemma1")))
    }
    for who, play in plays.items():
        value, formula = play.value(1), constants(who, **names)
        require(value == formula, f"V_2 of the {who}: expected {formula}, got {value}")
        mass = constants("mass")
        require(all(m == play.number(mass) for m in play.occupancy()), f"occupancy of the {who}: expected {mass}")


STATEMENT = Statement(
    id="lemma-1",
    title="Lemma 1: matching state occupancies is not enough",
    chapter=Chapter.PAPER,
    source="Lemma 1",
    claim="In the game of Lemma 1 expert and learner have the state occupancy {mass} at each state; the expert is Nash and "
    "NashGap(learner) = {gap} for every discount g in [0, 1).",
    hypotheses=("the game and policies of Lemma 1 (catalog: lemma1)",),
    constants={
        "gap": exactly("(5/3)/(1-g)"),
        "expert": exactly("(2/3)/(1-g)"),
        "learner": exactly("-1/(1-g)"),
        "mass": exactly("1/3"),
        "nothing": exactly("0"),
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="the two values of player 2"),
        Identity(
            says="NashGap = {gap}, V_2 = {expert} and {learner}, occupancies {mass}; the expert's gap is 0",
            check=formulas,
        ),
        Certified(
            says="the learner's NashGap at g = 9/10 is 50/3",
            file="lemma-1.learner",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", "=", "gap", NINE_TENTHS),),
            game=partial(cg.games.load, "lemma1"),
            make=lambda: cg.gaps(cg.games.load("lemma1"), cg.games.learner("lemma1")),
        ),
        Certified(
            says="eps_mu = 0 at g = 9/10",
            file="lemma-1.errors",
            claim_kind="matching-error",
            claims=(Says("eps_mu", "=", "nothing"),),
            game=partial(cg.games.load, "lemma1"),
            make=lambda: cg.matching_errors(
                cg.games.load("lemma1"), cg.games.expert("lemma1"), cg.games.learner("lemma1")
            ),
        ),
        Certified(
            says="the expert is Nash at g = 9/10",
            file="lemma-1.expert",
            claim_kind="equilibrium",
            claims=(Says("regret", "=", "nothing"),),
            game=partial(cg.games.load, "lemma1"),
            make=lambda: (cg.gaps(cg.games.load("lemma1"), cg.games.expert("lemma1")), "equilibrium"),
        ),
        Certified(
            says="the learner's NashGap at g = 99/100 is 500/3",
            file="lemma-1-patient.learner",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", "=", "gap", NEAR_ONE),),
            game=partial(cg.games.load, "lemma1", discount="99/100"),
            make=lambda: cg.gaps(
                cg.games.load("lemma1", discount="99/100"), cg.games.learner("lemma1", discount="99/100")
            ),
        ),
    ),
)
