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
    Chapter,
    Computed,
    Constants,
    Draw,
    Property,
    Statement,
    Verdict,
    Written,
    exactly,
    require,
    roomy,
)
from certigap.model.game import Game
from certigap.model.policy import Policy

HORIZONS = range(2, 51)


def one_step(game: Game, policies: Policy, player: int, following: list[Fraction], best: bool) -> list[Fraction]:
    """Values `[S]` one step earlier, of the policy or with the player's best action."""
    result = []
    for s in range(len(game.states)):
        own = [Fraction(0)] * game.layout.shapes[s][player]
        for row in range(game.layout.rows):
            state, picks = game.layout.joint(row)
            if state != s:
                continue
            weight = Fraction(1)
            for j, a in enumerate(picks):
                if j != player:
                    weight *= policies.rows[j][s].fractions()[a]
            if weight:
                later = sum((p * following[t] for t, p in game.transitions.row(row).items()), Fraction(0))
                own[picks[player]] += weight * (game.reward(player, row) + later)
        played = policies.rows[player][s].fractions()
        result.append(max(own) if best else sum((p * q for p, q in zip(played, own, strict=True)), Fraction(0)))
    return result


def player_gap(game: Game, policies: list[Policy], player: int) -> Fraction:
    """The gap at the start, policies[t] played at step t."""
    value = optimum = [Fraction(0)] * len(game.states)
    for policy in reversed(policies):
        value = one_step(game, policy, player, value, best=False)
        optimum = one_step(game, policy, player, optimum, best=True)
    return sum((p * (u - v) for p, u, v in zip(game.initial.fractions(), optimum, value, strict=True)), Fraction(0))


def linear_in_the_horizon(constants: Constants) -> int:
    """Lemma 1 and repaired Theorem 2 by backward induction, H = 2..50."""
    for name, formula in (("lemma1", "lemma_1"), ("theorem2", "theorem_2")):
        game, learner, expert = cg.games.load(name), cg.games.learner(name), cg.games.expert(name)
        for horizon in HORIZONS:
            found = max(player_gap(game, [learner] * horizon, i) for i in range(2))
            wanted = constants(formula, H=Fraction(horizon))
            require(found == wanted, f"{name}, H = {horizon}: expected the gap {wanted}, got {found}")
            if horizon < 10:
                regret = max(player_gap(game, [expert] * horizon, i) for i in range(2))
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
    policies = [draw.near(expert, Fraction(1, draw.integer(2, 6))) for _ in range(horizon)]
    mass, eps = list(game.initial.fractions()), Fraction(0)
    for policy in policies:
        for i in range(n):
            distances = [
                sum(abs(x - y) for x, y in zip(a.fractions(), b.fractions(), strict=True))
                for a, b in zip(policy.rows[i], expert.rows[i], strict=True)
            ]
            eps = max(eps, sum((m * d for m, d in zip(mass, distances, strict=True)), Fraction(0)))
        mass = [sum((mass[s] * rows[s][t] for s in range(states)), Fraction(0)) for t in range(states)]
    c = max(game.half_range(i) for i in range(n))
    bound = c * constants("bound", H=Fraction(horizon), n=Fraction(n), eps=eps, delta=Fraction(0))
    found = max(player_gap(game, policies, i) for i in range(n))
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
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="the bound, and both gaps"),
        Computed(says="H = 2..50 by backward induction: {lemma_1} and {theorem_2}", check=linear_in_the_horizon),
        Property(
            says="random games with dominant experts and policies that vary with time", check=dominant_bound, full=1000
        ),
    ),
)
