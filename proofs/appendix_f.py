r"""Appendix F: finite horizon, H in place of 1/(1-g).

Rewards $r_i^t$, policies $\pi_{i,t}$, $t = 0..H-1$, no discount; errors are the largest over $i$ and $t$.

Proof. A game of horizon $H$ is a Markov game on states $(s,t)$ that ends after $H$ steps. In the coupling of the sharp form a
disagreement at step $t$ costs at most $2c(H-t)$, one of the opponents alone $2c(H-t-1)$. With
$\sum_t (H-t) = H(H+1)/2$ and $\sum_t (H-t-1) = H(H-1)/2$ the gap is at most
$c\{\frac{H(H+1)}{2}(\epsilon+\delta) + (n-1)\frac{H(H-1)}{2}\epsilon\}$. Lemma 1: the learner earns $-1$ a step, the deviator
the mean $2/3$ of the circle. Theorem 2, repaired: the deviator is in $T$ from step 2 on. $\blacksquare$
"""

from fractions import Fraction

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Computed,
    Constants,
    Draw,
    Property,
    Says,
    Statement,
    Verdict,
    Written,
    exactly,
    require,
    roomy,
)
from certigap.model.policy import Policy

HORIZONS = range(2, 51)


def played(name: str, horizon: int) -> tuple[cg.FiniteGame, cg.FinitePolicy, cg.FinitePolicy]:
    """A game of the catalog for so many steps without discount, with its expert and its learner at every step."""
    game = cg.finite_horizon(cg.games.load(name), horizon)
    expert, learner = (cg.FinitePolicy.repeated(game, who(name)) for who in (cg.games.expert, cg.games.learner))
    return game, expert, learner


def linear_in_the_horizon(constants: Constants) -> int:
    """Lemma 1 and repaired Theorem 2 by backward induction, H = 2..50."""
    for name, formula in (("lemma1", "lemma_1"), ("theorem2", "theorem_2")):
        for horizon in HORIZONS:
            game, expert, learner = played(name, horizon)
            found, wanted = cg.finite_gaps(game, learner).nash_gap.value, constants(formula, H=Fraction(horizon))
            require(found == wanted, f"{name}, H = {horizon}: expected the gap {wanted}, got {found}")
            regret = cg.finite_gaps(game, expert).nash_gap.value
            require(regret == 0, f"{name}, H = {horizon}: expected a Nash expert, got the gap {regret}")
    return 2 * len(HORIZONS)


def dominant_bound(draw: Draw, constants: Constants) -> None:
    """Own actions matter only for own reward: the dearest one is dominant at every step; policies vary with time."""
    states, horizon, n = draw.integer(1, 2), draw.integer(1, 4), 2
    base = draw.game(players=n, states=states)
    rows = [draw.row(states) for _ in range(states)]
    own = [[[draw.rational(), draw.rational()] for _ in range(states)] for _ in range(n)]
    names = base.states
    game = cg.markov_game(
        players=base.players,
        states=names,
        actions=[["x", "y"]] * n,
        outcome=lambda s, a: (
            [own[i][names.index(s)][int(a[i] == "y")] + (Fraction(1, 2) if a[1 - i] == "y" else 0) for i in range(n)],
            dict(zip(names, rows[names.index(s)], strict=True)),
        ),
        discount=0,
        initial=dict(zip(names, draw.row(states), strict=True)),
    )
    expert = Policy.from_rows(game, [[[int(u[0] >= u[1]), int(u[0] < u[1])] for u in mine] for mine in own])
    finite = cg.finite_horizon(game, horizon)
    policy = cg.FinitePolicy.from_steps(
        finite, [draw.near(expert, Fraction(1, draw.integer(2, 6))) for _ in range(horizon)]
    )
    eps = cg.finite_errors(finite, cg.FinitePolicy.repeated(finite, expert), policy).eps_bc.value
    c = max(game.half_range(i) for i in range(n))
    bound = c * constants("bound", H=Fraction(horizon), n=Fraction(n), eps=eps, delta=Fraction(0))
    found = cg.finite_gaps(finite, policy).nash_gap.value
    require(found <= bound, f"H = {horizon}: expected a gap of at most {bound}, got {found}")


STATEMENT = Statement(
    id="appendix-f",
    title="Appendix F: finite horizon",
    chapter=Chapter.PAPER,
    source="Appendix F",
    claim="With horizon H and no discount: NashGap <= c ({bound}), eps the largest error over players and steps; the learner of Lemma 1 "
    "has NashGap {lemma_1}, that of repaired Theorem 2 {theorem_2}.",
    hypotheses=("horizon H >= 2, discount 1", "delta at (n-1) eps, as in lemma-4"),
    uses=("sharp-form", "lemma-1", "theorem-2"),
    constants={
        "bound": roomy("H*(H+1)/2*(eps+delta) + (n-1)*H*(H-1)/2*eps", fails="1/2"),
        "lemma_1": exactly("(5/3)*H"),
        "theorem_2": exactly("H-2"),
        "nothing": exactly("0"),
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="the bound, and both gaps"),
        Computed(says="H = 2..50 by backward induction: {lemma_1} and {theorem_2}", check=linear_in_the_horizon),
        Certified(
            says="at H = 50 the learner of Lemma 1 has the gap 250/3",
            file="appendix-f-lemma-1.learner",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", "=", "lemma_1", {"H": Fraction(50)}),),
            game=lambda: played("lemma1", 50)[0],
            make=lambda: cg.finite_gaps(played("lemma1", 50)[0], played("lemma1", 50)[2]),
        ),
        Certified(
            says="at H = 50 the learner of repaired Theorem 2 has the gap 48",
            file="appendix-f-theorem-2.learner",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", "=", "theorem_2", {"H": Fraction(50)}),),
            game=lambda: played("theorem2", 50)[0],
            make=lambda: cg.finite_gaps(played("theorem2", 50)[0], played("theorem2", 50)[2]),
        ),
        Certified(
            says="at H = 50 its expert is Nash",
            file="appendix-f-theorem-2.expert",
            claim_kind="equilibrium",
            claims=(Says("regret", "=", "nothing"),),
            game=lambda: played("theorem2", 50)[0],
            make=lambda: (cg.finite_gaps(played("theorem2", 50)[0], played("theorem2", 50)[1]), "equilibrium"),
        ),
        Property(
            says="random games with dominant experts and policies that vary with time", check=dominant_bound, full=1000
        ),
    ),
)
