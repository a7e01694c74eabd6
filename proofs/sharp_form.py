r"""The sharp form: one constant for own errors and, discounted, one for each opponent.

For any best response $\pi_i^*$ to $\pi_{-i}$ let $d_i, d_i^*$ be the distances of $\pi_i, \pi_i^*$ to $\pi_{E,i}$ and
$D_{-i}$ that of the opponents' joint rows, all L1 and in expectation over $\mu_E$; $c_i$ is the half-range of $r_i$.

Proof. Run three chains together from one start: $E$ by $\pi_E$, $B$ by $(\pi_i^*, \pi_{-i})$, $L$ by $(\pi_i, \pi_{-i})$;
while they share a state, $B$ and $L$ share the opponents' draw $b$, coupled maximally with that of $E$, and own draws are
coupled maximally with those of $E$. Until something disagrees the shared state has $E$'s law, so step $t$ at state $s$
weighs at most $\gamma^t \Pr(s_t = s)$, which sums to $\mu_E(s)/(1-\gamma)$. (i) An own draw of $B$ or of $L$ disagrees, at $s$ with
probability at most $\frac12(\|\pi_i^* - \pi_{E,i}\| + \|\pi_i - \pi_{E,i}\|)$: from then on $B$ and $L$ differ by at most
$2c_i$ a step, $2c_i/(1-\gamma)$ in all. (ii) Only the opponents' draw disagrees, with probability at most
$\frac12\|\pi_{-i} - \pi_{E,-i}\|$: $B$ and $L$ still take one joint action, so have one reward and one next state, and differ
from the next step on: $2c_i\gamma/(1-\gamma)$. (iii) Nothing disagrees: they go on together. Summing,
$gap_i \le \frac{1}{1-\gamma}\left[\frac{d_i + d_i^*}{2}\frac{2c_i}{1-\gamma} + \frac{D_{-i}}{2}\frac{2c_i\gamma}
{1-\gamma}\right]$. With $d_i \le \epsilon$, $D_{-i} \le (n-1)\epsilon$ the delta form follows, and with a dominant expert,
whose $\pi_i^* = \pi_{E,i}$ has $d_i^* = 0$, the DSE form. $\blacksquare$

Sharp: at root an opponent's y leads to u, player 1's y to Bad (it earns -1); all x lead to Good. At u player 1's x leads to
Good, y to Bad. The learner plays y with probability e/2 at root, and player 1 plays y at u. Then gap/bound is the `ratio`
below, and tends to 1 as e goes to 0.
"""

from fractions import Fraction
from functools import partial

import sympy

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Computed,
    Constants,
    Draw,
    Identity,
    Property,
    Says,
    Statement,
    Verdict,
    Written,
    exactly,
    least,
    require,
)
from certigap.audit.symbolic import SymbolicPlay, function_field
from certigap.model.policy import Policy
from certigap.semantics import best_response, gaps, occupancy

PLAYERS = (2, 3, 4, 5)
AT = {"g": Fraction(9, 10), "e": Fraction(1, 10000), "n": Fraction(3)}


def family(constants: Constants) -> None:
    """Gap and ratio as functions of e and g, for each number of players; the limit of the ratio is 1."""
    domain, names = function_field(["g", "e"])
    g, e = names["g"], names["e"]
    for n in PLAYERS:
        game = cg.games.load("sharpness", players=n)
        one, zero, half = domain.one, domain.zero, e / 2
        rest = [[one - half, half], [one], [one], [one]]
        learner = [[[one - half, half], [zero, one], [one], [one]], *[rest] * (n - 1)]
        deviating = [[[one, zero], [one, zero], [one], [one]], *[rest] * (n - 1)]
        gap = SymbolicPlay(game, deviating, g, domain).value(0) - SymbolicPlay(game, learner, g, domain).value(0)
        wanted = constants("gap", g=g, e=e, n=Fraction(n))
        require(gap == wanted, f"n = {n}: expected the gap {wanted.as_expr()}, got {gap.as_expr()}")
        bound = constants("factor", g=g, n=Fraction(n)) * (1 - g) * e / (1 - g) ** 2
        ratio = constants("ratio", g=g, e=e, n=Fraction(n))
        require(gap / bound == ratio, f"n = {n}: expected the ratio {ratio.as_expr()}, got {(gap / bound).as_expr()}")
        limit = sympy.cancel(ratio.as_expr()).subs("e", 0)
        require(sympy.cancel(limit - 1) == 0, f"n = {n}: expected the ratio to tend to 1, got {limit}")


def best_response_of_the_family(_: Constants) -> int:
    """x at root and at u is a best response, at many e and g: the gap of `family` is the NashGap."""
    cases = [(n, g, e) for n in PLAYERS for g in ("1/10", "1/2", "9/10") for e in ("1/100", "1/2", "1")]
    for n, g, e in cases:
        game = cg.games.load("sharpness", players=n, discount=g)
        learner = cg.games.learner("sharpness", players=n, discount=g, e=e)
        rows = best_response(game, learner, 0, arithmetic="exact").optimum.lower.fractions()
        require(rows[0] == 1 / (1 - Fraction(g)), f"n = {n}, g = {g}, e = {e}: expected 1/(1-g), got {rows[0]}")
    return len(cases)


def any_game(draw: Draw, constants: Constants) -> None:
    """The general form, every player, a pure best response; small and large distances."""
    game = draw.game()
    expert = draw.policy(game)
    policy = draw.near(expert, Fraction(1, draw.integer(1, 8)))
    mass, g = occupancy(game, expert, "exact").lower.fractions(), game.discount
    answer = gaps(game, policy, "exact")
    for i in range(len(game.players)):
        deviating = policy.replace(i, answer.deviations[i])
        own, best = (distance(x, expert, [i], mass) for x in (policy, deviating))
        others = distance(policy, expert, [j for j in range(len(game.players)) if j != i], mass)
        bound = constants("general", own=own, best=best, others=others, g=g) * game.half_range(i) / (1 - g) ** 2
        found = answer.player_gaps[i].value
        require(found <= bound, f"player {i + 1}: expected a gap of at most {bound}, got {found}")


def distance(policy: Policy, expert: Policy, players: list[int], mass: list[Fraction]) -> Fraction:
    """E_mu of the L1 distance of the joint rows of some players."""
    total = Fraction(0)
    for s, m in enumerate(mass):
        rows = [joint([p.rows[j][s].fractions() for j in players]) for p in (policy, expert)]
        total += m * sum(abs(x - y) for x, y in zip(*rows, strict=True))
    return total


def joint(rows: list[list[Fraction]]) -> list[Fraction]:
    """The product of rows, last index fastest."""
    found = [Fraction(1)]
    for row in rows:
        found = [p * q for p in found for q in row]
    return found


_game = partial(cg.games.load, "sharpness", players=3, discount="9/10")
_expert = partial(cg.games.expert, "sharpness", players=3, discount="9/10")
_learner = partial(cg.games.learner, "sharpness", players=3, discount="9/10")


STATEMENT = Statement(
    id="sharp-form",
    title="Sharp form: own errors once, each opponent's with factor g",
    chapter=Chapter.OURS,
    source="certigap; sharpens Lemmas 3 and 4",
    claim="gap_i(pi) <= ({general}) c_i/(1-g)^2 with own = d_i, best = d_i*, others = D_-i. Hence NashGap <= "
    "([{factor}] eps + delta^sel((n-1) eps)) c/(1-g)^2, and ({factor}) c eps/(1-g)^2 around a dominant expert. On the family "
    "the gap is {gap}, and gap/bound = {ratio}, which tends to 1 as e -> 0: the factor {factor} cannot be lowered.",
    hypotheses=(
        "any finite Markov game and any expert; nothing is assumed to be an equilibrium",
        "any best response pi_i* to pi_-i",
    ),
    constants={
        "general": exactly("own + best + g*others"),
        "factor": least("1 + g*(n-1)"),
        "gap": exactly("(e + 2*g*(1-e/2)*(1-(1-e/2)**(n-1)))/(1-g)"),
        "ratio": exactly("(e + 2*g*(1-e/2)*(1-(1-e/2)**(n-1)))/(e*(1+g*(n-1)))"),
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="by coupling three chains"),
        Identity(says="n = 2, 3, 4, 5: the gap is {gap}, the ratio {ratio}, its limit 1", check=family),
        Computed(says="in the family x is a best response everywhere", check=best_response_of_the_family),
        Property(says="the general form, every player of random games", check=any_game, quick=40, full=3000),
        Certified(
            says="n = 3, g = 9/10, e = 1/10000: NashGap of the learner",
            file="sharpness.learner",
            claim_kind="nash-gap",
            claims=(Says("nash_gap", "=", "gap", AT),),
            game=_game,
            make=lambda: cg.gaps(_game(), _learner()),
        ),
        Certified(
            says="n = 3, g = 9/10: the expert plays dominant strategies",
            file="sharpness.dominant",
            claim_kind="dominant",
            claims=(),
            game=_game,
            make=lambda: cg.markov_dominance(_game(), _expert()),
        ),
    ),
)
