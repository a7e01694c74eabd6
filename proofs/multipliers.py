r"""Multipliers: bounds of a whole ball by weak duality of programs over joint occupancies.

Proof. Let $X(s) \ge \max_a\max_y\{\sum_by(b)q_X(s,a,b) - p\frac{m(s)}{M(s)}D(y)\}$. Multiply by the occupancy $\mu_x$ of a best response to $\pi_{-i}$ and
sum: $\nu X \ge V^* - \frac{p}{1-\gamma}\sum_s\mu_x(s)\frac{m(s)}{M(s)}D_s(\pi_{-i})$, and $\mu_x \le M$, $\sum_sm(s)D_s \le B$ give
$V^* \le \nu X + pB/(1-\gamma)$. For $Z$ let $d(k) = q_Z(k) - Z \ge -T$; then $V^\pi = \nu Z + \frac{1}{1-\gamma}\sum_k\rho_\pi(k)d(k)$ and
$\rho_\pi d \ge \rho_E\min(d,T) - T\|\rho_\pi - \rho_E\|_1$, since where $\rho_\pi \ge \rho_E$ the surplus costs at most $T$, and where it is less at most
$\min(d,T) \le T$ is lost. With $\|\rho_\pi-\rho_E\|_1 \le R$ the second bound follows, and the difference bounds the gap. $\blacksquare$
"""

from functools import partial

import certigap as cg
from certigap.audit import (
    Certified,
    Chapter,
    Constants,
    Draw,
    Property,
    Says,
    Statement,
    Verdict,
    Written,
    least,
    require,
)


def surplus(draw: Draw, _: Constants) -> None:
    """rho_pi.d >= rho_E.min(d, T) - T |rho_pi - rho_E| for random occupancies and d >= -T."""
    size = draw.integer(2, 6)
    first, second = draw.row(size), draw.row(size)
    toll = abs(draw.rational())
    d = [-toll + abs(draw.rational(-3, 3)) for _ in range(size)]
    left = sum(p * x for p, x in zip(first, d, strict=True))
    moved = sum(abs(p - q) for p, q in zip(first, second, strict=True))
    right = sum(q * min(x, toll) for q, x in zip(second, d, strict=True)) - toll * moved
    require(left >= right, f"expected at least {right}, got {left}")


_GAME = partial(cg.games.load, "lemma1", discount="1/2")

STATEMENT = Statement(
    id="multipliers",
    title="Multipliers over occupancy balls",
    chapter=Chapter.ENGINE,
    source="certigap; rule 6.4 of FORMAT.md",
    claim="Any vectors, price and toll that satisfy rule 6.4 bound every gap in the ball. At Lemma 1's expert, g = 1/2, the policies with "
    "eps_rho <= 1/10 have NashGap of at most {upper}.",
    hypotheses=("m <= mu_piE, mu_x <= M for every policy",),
    uses=("occupancy-balls",),
    constants={"upper": least("1762/10000")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="weak duality"),
        Property(says="the inequality of the toll, random occupancies", check=surplus, full=5000),
        Certified(
            says="Lemma 1 at g = 1/2, eps_rho <= 1/10: at most {upper}",
            file="lemma-1-half.worst",
            claim_kind="worst-case",
            claims=(Says("nash_gap", "<=", "upper"),),
            game=_GAME,
            make=lambda: cg.worst_case(
                _GAME(), cg.games.expert("lemma1", discount="1/2"), "1/10", measure="rho", budget=20
            ),
        ),
    ),
)
