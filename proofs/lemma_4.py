r"""Lemma 4: the bound by delta-continuity, from three players on at (n-1) eps.

Proof. Opponents within $\epsilon$ each are within $(n-1)\epsilon$ jointly (the L1 distance of a product is at most the sum of
the factors'), so $d_i^* \le \delta^{sel}_i((n-1)\epsilon)$ for a suitable best response, and the sharp form gives the claim.
For $n = 2$ the printed bound follows, since $1 + \gamma \le 4$. $\blacksquare$

Three players: s0 leads (1: stay) through a chain of 60 states to s1 or s2, half each, or (1: detour) straight to s1. At s1
player 2, at s2 player 3 blocks (Bad) or passes (to s2, to Good). Only both passing makes the detour worth it: with pass
probabilities p, q of joint error at most eps_BC, p + q <= 1, so pq <= 1/4, and staying stays best: delta(eps_BC) = 0. The
learner passes at both, and eps_BC is the mass of one gate, each player's own error.
"""

from fractions import Fraction
from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Computed,
    Constants,
    Role,
    Says,
    Statement,
    Verdict,
    Written,
    exactly,
    most,
    require,
)

ERROR = Fraction("0.00016173092699229880893718618465586445357583280647840659957609")


def printed_bound(constants: Constants) -> int:
    """The printed right-hand side at the instance is below the certified gap."""
    bound = constants("printed", n=Fraction(3), eps=constants("error"), delta=constants("nothing"), g=Fraction(9, 10))
    gap = cg.gaps(cg.games.load("three-player"), cg.games.learner("three-player"), "exact").nash_gap.value
    rounded = constants("rounded")
    require(round(bound, 5) == rounded, f"expected a printed bound of {float(rounded)}, got {float(bound)}")
    require(gap > bound, f"expected NashGap above the printed bound {float(bound)}, got {float(gap)}")
    require(
        abs(gap - constants("gap")) < Fraction(1, 2 * 10**6),
        f"expected NashGap about {float(constants('gap'))}, got {float(gap)}",
    )
    return 1


_GAME = partial(cg.games.load, "three-player")

STATEMENT = Statement(
    id="lemma-4",
    title="Lemma 4: the bound by delta-continuity",
    chapter=Chapter.PAPER,
    source="Lemma 4",
    printed="NashGap(pi) <= ({printed}) with delta = delta(eps_BC), for any number of players.",
    claim="For n = 2 the printed bound holds. For n >= 3 it fails: eps_BC = {error} with delta(eps_BC) = {nothing}, yet NashGap is "
    "about {gap}. With delta^sel((n-1) eps_BC) it holds for all n, and so does the sharp form.",
    hypotheses=("c = 1 in the printed form: rewards in [-1, 1]",),
    uses=("sharp-form", "identities"),
    constants={
        "printed": exactly("(2*n*eps + delta)/(1-g)**2"),
        "error": exactly(
            "16173092699229880893718618465586445357583280647840659957609/10**62".replace("10**62", str(10**62))
        ),
        "nothing": exactly("0"),
        "rounded": exactly("9704/100000"),
        "gap": exactly("6912363/1000000"),
        "below": most("69123/10000"),
    },
    verdict=Verdict.REPAIRED,
    evidence=(
        Certified(
            says="within joint error eps_BC no best response moves: delta^max = {nothing}",
            role=Role.AGAINST,
            file="three-player.straying",
            claim_kind="straying",
            claims=(
                Says("radius", "=", "error"),
                *(Says(f"delta_max/{player}", "=", "nothing") for player in ("1", "2", "3")),
            ),
            game=_GAME,
            make=lambda: cg.straying(_GAME(), cg.games.expert("three-player"), ERROR),
        ),
        Certified(
            says="the learner's eps_BC is {error}",
            role=Role.AGAINST,
            file="three-player.errors",
            claim_kind="matching-error",
            claims=(Says("eps_bc", "=", "error"),),
            game=_GAME,
            make=lambda: cg.matching_errors(_GAME(), cg.games.expert("three-player"), cg.games.learner("three-player")),
        ),
        Certified(
            says="the learner's NashGap is at least {below}",
            role=Role.AGAINST,
            file="three-player.learner",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", ">=", "below"),),
            game=_GAME,
            make=lambda: cg.gaps(_GAME(), cg.games.learner("three-player")),
        ),
        Computed(
            says="the printed bound is {rounded}, rounded, below that gap", role=Role.AGAINST, check=printed_bound
        ),
        Written(says="with delta^sel((n-1) eps), any n; the printed bound for n = 2", role=Role.REPAIR),
    ),
)
