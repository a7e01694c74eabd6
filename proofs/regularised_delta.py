r"""Entropy: regularised best responses move little.

Proof. Softmax: along $q + th$, $h = q' - q$, the derivative of $p = softmax(q/\tau)$ is $p_k(h_k - \bar h)/\tau$, of L1 norm at most
$span(h)/(2\tau)$ (twice the mass above the mean times its distance, worst with mass 1/2 at each end); so two softmaxes are within
$span(h)/(2\tau) \le \|h\|_\infty/\tau$. Values: rewards lie within $c_i$ of a middle, entropies in $[0, \log|A|]$, so soft values within
$(c_i + \tau\log|A|/2)/(1-\gamma)$ of one, and $r + \gamma PV$ within $\sigma = (c_i + \gamma\tau\log|A|/2)/(1-\gamma)$. Opponents at distance $D(s)$ change
the average of $r + \gamma PV$ at $s$ by at most $\sigma D(s)$ for each own action, hence the soft operator by as much, hence the soft
values by at most $\sigma\max_sD(s)/(1-\gamma) \le \sigma\epsilon/((1-\gamma)\mu_{min})$. So $\|h(s)\|_\infty \le \sigma D(s) +
\gamma\sigma\epsilon/((1-\gamma)\mu_{min})$, and in expectation over $\mu_E$ the distance is at most $\frac{\sigma\epsilon}{\tau}
\left[1 + \frac{\gamma}{(1-\gamma)\mu_{min}}\right]$. $\blacksquare$
"""

from fractions import Fraction
from functools import partial

import mpmath

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
    least,
    require,
)


def softmax_moves(draw: Draw, constants: Constants) -> None:
    """In intervals of mpmath: the distance of two softmaxes is not proven above the bound by the span."""
    iv = mpmath.iv
    size, tau = draw.integer(2, 5), Fraction(draw.integer(1, 20), 10)
    q, p = ([draw.rational(-2, 2) for _ in range(size)] for _ in range(2))
    rows = []
    for payoffs in (q, p):
        top = max(payoffs)
        powers = [
            iv.exp(iv.mpf((x - top).numerator) / ((x - top).denominator) * tau.denominator / tau.numerator)
            for x in payoffs
        ]
        rows.append([x / sum(powers) for x in powers])
    distance = sum(abs(a - b) for a, b in zip(*rows, strict=True))
    changes = [a - b for a, b in zip(q, p, strict=True)]
    bound = constants("softmax", span=max(changes) - min(changes), tau=tau)
    low = Fraction(*map(int, mpmath.libmp.to_rational(distance._mpi_[0])))  # the lower end
    require(low <= bound, f"tau = {tau}: expected a distance of at most {float(bound)}, got {float(low)}")


def pennies_move(constants: Constants) -> int:
    """Matching pennies, tau = 2: against 55 to 45 the softmax leaves 1/2, 1/2 by almost what the bounds allow."""
    tau, eps = Fraction(2), Fraction(1, 10)
    game = _GAME()
    other = cg.Policy.from_rows(game, [["1/2", "1/2"], ["11/20", "9/20"]])
    _, enclosures = cg.regularised_best_response(game, other, 0, tau)
    moved = sum(max(low - Fraction(1, 2), Fraction(1, 2) - high, Fraction(0)) for low, high in enclosures[0])
    bounds = {
        "softmax": constants("softmax", span=2 * eps, tau=tau),
        "bound": constants(
            "bound", c=game.half_range(0), g=Fraction(0), tau=tau, logA=Fraction(1), eps=eps, mass=Fraction(1)
        ),
    }
    for name, bound in bounds.items():
        require(moved <= bound, f"{name}: expected a distance of at most {float(bound)}, got {float(moved)}")
    return len(bounds)


_GAME = partial(cg.games.load, "matching-pennies")

STATEMENT = Statement(
    id="regularised-delta",
    title="Regularised best responses are continuous",
    chapter=Chapter.ENGINE,
    source="certigap",
    claim="Two softmaxes of temperature tau are within {softmax}. delta_tau(eps) <= {bound} for one's own entropy, when the expert is "
    "the tau-regularised best response to itself; in matching pennies with tau = 2 and eps = 1/10 it is at most {pennies}.",
    hypotheses=("full support: mass = min_s mu_piE(s) > 0", "logA = log max_s |A_i(s)|"),
    constants={
        "softmax": least("span/(2*tau)"),
        "bound": least("(c + g*tau*logA/2)*eps*(1 + g/((1-g)*mass))/(tau*(1-g))"),
        "pennies": least("500000000001/10000000000000"),
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="softmax, then the values"),
        Property(says="random softmaxes, in intervals", check=softmax_moves, full=2000),
        Computed(says="matching pennies: both are nearly attained", check=pennies_move),
        Certified(
            says="matching pennies: {pennies}",
            file="matching-pennies.regularised",
            claim_kind="entropy",
            claims=(Says("delta/upper", "<=", "pennies"),),
            game=_GAME,
            make=lambda: cg.regularised_delta(_GAME(), cg.games.expert("matching-pennies"), 2, "1/10"),
        ),
    ),
)
