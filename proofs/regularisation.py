r"""Regularisation and continuity: what more temperature surely lowers, and what it need not.

The paper argues that regularising encourages best-response continuity. The bound of `regularised-delta` agrees: it falls as the
temperature rises. So does delta itself on Tag (appendix E.2), but not in every game: where best responses are strict, a cold
softmax hardly moves at all.

Proof. The bound is $A(1/\tau + \gamma\log|A|/(2c))$ with $A = c\,\epsilon[1 + \gamma/((1-\gamma)\mu_{min})]/(1-\gamma)$: strictly
falling in $\tau$, to a limit that is 0 only without discount or choice. For $\delta$ itself let player 1's first row pay $2y + (1 - y)$
against $y$, its second 0, and player 2 not care: at every temperature player 2's regularised best response is (1/2, 1/2),
player 1's is $p = 1/(1 + e^{-(1+y)/\tau})$ on the first row. From $y = 1/2$ to $y = 2/5$, joint distance 1/5, it moves by $2(p(1/2) -
p(2/5))$, between $p$'s slopes $p(1-p)/\tau$; as $\tau \to 0$ this is at most $\frac{1}{5\tau}e^{-7/(5\tau)} \to 0$, and at $\tau = 1$ it
is not small. Below a certain temperature $\delta_\tau$ therefore rises with $\tau$. $\blacksquare$
"""

from fractions import Fraction

import certigap as cg
from certigap.audit import Chapter, Computed, Constants, Identity, Statement, Verdict, Written, least, most, require
from certigap.audit.constants import exactly
from certigap.audit.symbolic import function_field
from certigap.exact.interval import Interval
from certigap.model.build import bimatrix
from certigap.model.policy import Policy


def bound_falls(constants: Constants) -> None:
    """Twice the temperature: the bound is less by half of its part that temperature divides; the rest stays."""
    _, names = function_field(["c", "g", "tau", "logA", "eps", "mass"])
    once, twice = (constants("bound", **{**names, "tau": k * names["tau"]}) for k in (1, 2))
    for name, found in (("part", 2 * (once - twice)), ("rest", 2 * twice - once)):
        wanted = constants(name, **names)
        require(found == wanted, f"{name} of the bound: expected {wanted.as_expr()}, got {found.as_expr()}")


def moved(tau: Fraction) -> Interval:
    """By how far player 1's regularised best response moves as player 2 goes from 1/2 to 2/5 on its first action."""
    game = bimatrix([[2, 1], [0, 0]], [[0, 0], [0, 0]])
    rows = []
    for y in ("1/2", "2/5"):
        _, ends = cg.regularised_best_response(game, Policy.from_rows(game, [[1, 0], [y, 1 - Fraction(y)]]), 0, tau)
        rows.append(ends[0][0])
    (low, high), (nearest, farthest) = rows
    return Interval(2 * (low - farthest), 2 * (high - nearest))


def cold_and_warm(constants: Constants) -> int:
    """A cold player hardly moves, a warm one does, a hot one less again."""
    cold, warm, hot = (moved(tau) for tau in (Fraction(1, 10), Fraction(1), Fraction(10)))
    for name, found in (("cold", cold), ("hot", hot)):
        limit = constants(name)
        require(found.upper is not None and found.upper <= limit, f"{name}: expected at most {limit}, got {found}")
    limit = constants("warm")
    require(warm.lower is not None and warm.lower >= limit, f"warm: expected at least {limit}, got {warm}")
    return 3


STATEMENT = Statement(
    id="regularisation",
    title="Regularisation encourages continuity: what rises and falls with temperature",
    chapter=Chapter.PAPER,
    source="argued in the abstract; appendix E.2 shows it on Tag",
    claim="The bound delta_tau(eps) <= {bound} falls as tau rises: twice the temperature takes off half of {part}, down to {rest}. delta_tau itself need not: in a "
    "2x2 game a best response moves by at most {cold} at tau = 1/10, at least {warm} at tau = 1, and at most {hot} at tau = 10, the "
    "opponent moving by 1/5.",
    hypotheses=("those of regularised-delta",),
    uses=("regularised-delta",),
    constants={
        "bound": exactly("(c + g*tau*logA/2)*eps*(1 + g/((1-g)*mass))/(tau*(1-g))"),
        "rest": exactly("g*logA*eps*(1 + g/((1-g)*mass))/(2*(1-g))"),
        "part": exactly("c*eps*(1 + g/((1-g)*mass))/(tau*(1-g))"),
        "cold": least("106/10**8"),
        "warm": most("307/10**4"),
        "hot": least("498/10**5"),
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="the bound falls; delta may rise"),
        Identity(says="the bound is {part} + {rest}; that at 2 tau is less by half of the former", check=bound_falls),
        Computed(says="three temperatures, enclosed", check=cold_and_warm),
    ),
)
