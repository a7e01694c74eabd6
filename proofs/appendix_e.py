r"""Appendix E: regularised curves beside plain definitions.

The experiments compute regularised best responses and a regularised equilibrium, while Definition 6 and Lemma 4 are about
plain ones.

Proof. Let $V^\tau$ be values with reward $r_i + \tau H(\pi_i)$, $0 \le H \le \log|A_i|$. Then $V \le V^\tau \le V +
\tau\log|A_i|/(1-\gamma)$ for every policy, so with $\pi^*_\tau$ optimal for $V^\tau$: $V^* - V^{\pi^*_\tau} \le V^{*,\tau} -
V^{\pi^*_\tau} = V^{\tau,\pi^*_\tau} - V^{\pi^*_\tau} \le \tau\log|A_i|/(1-\gamma)$. In zero-sum Nash value iteration the reward is
$r + \tau H_1 - \tau H_2$, between $r - \tau\log|A_2|$ and $r + \tau\log|A_1|$: the same two steps lose
$\tau(\log|A_1| + \log|A_2|)/(1-\gamma)$. $\blacksquare$
"""

from fractions import Fraction
from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Computed,
    Constants,
    Draw,
    Property,
    Role,
    Says,
    Statement,
    Verdict,
    Written,
    most,
    require,
    roomy,
)
from certigap.exact.enclosures import log
from certigap.semantics import gaps

_GAME = partial(cg.games.load, "tag")


def within_both_entropies(constants: Constants) -> int:
    """The Tag expert's NashGap, against the logarithms' lower ends."""
    found = gaps(_GAME(), cg.games.expert("tag")).nash_gap.upper
    low = log(Fraction(4))[0]
    bound = constants("two_sided", tau=Fraction(1, 10), log1=low, log2=low, g=Fraction(4, 5))
    require(found is not None and found <= bound, f"expected NashGap of at most {float(bound)}, got {found}")
    return 1


def own_entropy(draw: Draw, constants: Constants) -> None:
    """Regularised best responses of random normal forms lose at most tau log|A|."""
    sizes = (draw.integer(2, 4), draw.integer(2, 3))
    game = draw.normal_form(*sizes)
    tau = Fraction(draw.integer(1, 20), 10)
    policy = draw.policy(game)
    _, enclosures = cg.regularised_best_response(game, policy, 0, tau)
    other = policy.rows[1][0].fractions()
    payoffs = [
        sum(q * game.reward(0, game.layout.row(0, (a, b))) for b, q in enumerate(other)) for a in range(sizes[0])
    ]
    loss = sum(ends[1] * (max(payoffs) - u) for ends, u in zip(enclosures[0], payoffs, strict=True))
    bound = constants("own", tau=tau, log1=log(Fraction(sizes[0]))[0], g=Fraction(0))
    require(loss <= bound, f"tau = {tau}: expected a loss of at most {float(bound)}, got {float(loss)}")


STATEMENT = Statement(
    id="appendix-e",
    title="Appendix E: regularised curves, plain definitions",
    chapter=Chapter.PAPER,
    source="Appendix E.1 and E.2",
    printed="The regularised equilibrium is the Nash expert of Definition 6 and Lemma 4.",
    claim="The regularised equilibrium of our Tag game (tau = 1/10) has NashGap of at least {gap}. A regularised best response loses at "
    "most {own} (own entropy), and a side of zero-sum Nash value iteration at most {two_sided}.",
    hypotheses=("rewards of Tag are certigap's: the paper gives none", "log1, log2 = log |A_1|, log |A_2|"),
    constants={
        "gap": most("6713/100000"),
        "own": roomy("tau*log1/(1-g)", fails="1/3"),
        "two_sided": roomy("tau*(log1+log2)/(1-g)", fails="1/25"),
    },
    verdict=Verdict.REPAIRED,
    evidence=(
        Certified(
            says="the Tag expert's NashGap is at least {gap}",
            role=Role.AGAINST,
            file="tag.expert",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", ">=", "gap"),),
            game=_GAME,
            make=lambda: cg.gaps(_GAME(), cg.games.expert("tag")),
        ),
        Written(says="both distances", role=Role.REPAIR),
        Computed(says="the Tag expert is within {two_sided}", role=Role.REPAIR, check=within_both_entropies),
        Property(says="own entropy, enclosed logarithms", role=Role.REPAIR, check=own_entropy, quick=20, full=1000),
    ),
)
