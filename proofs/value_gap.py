r"""Value gaps: how much worse than the expert a player can fare.

Proof. By the performance difference lemma $V_i^{E} - V_i^\pi = \frac{1}{1-\gamma}E_{\mu_E}\sum_a(\pi_E - \pi)(a|s)Q_i^\pi(s,a)$. A
constant shift of rewards moves $Q$ by a constant, which $\pi_E - \pi$ does not see; so $|Q|\le c_i/(1-\gamma)$ may be assumed and
$V_i^E - V_i^\pi \le \frac{c_i}{(1-\gamma)^2}E_{\mu_E}\|\pi_E-\pi\|_1$, joint rows, at most $n\epsilon_{BC}$. And
$V_i = \frac{1}{1-\gamma}\sum\rho\,r_i$ gives $V_i^E - V_i^\pi \le \frac{c_i}{1-\gamma}\|\rho_E - \rho_\pi\|_1$, again up to a shift.
$\blacksquare$
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
    least,
    require,
)
from certigap.audit.leaving import leaving
from certigap.model.build import bimatrix
from certigap.model.policy import Policy
from certigap.semantics import errors


def both_bounds(draw: Draw, constants: Constants) -> None:
    """Random games, experts and learners."""
    game = draw.game()
    expert, policy = draw.policy(game), draw.policy(game)
    answer = errors(game, expert, policy, "exact")
    n, g = Fraction(len(game.players)), game.discount
    c = max(game.half_range(i) for i in range(len(game.players)))
    bounds = {
        "by_rows": constants("by_rows", n=n, g=g, eps=answer.eps_bc.value, c=c),
        "by_occupancy": constants("by_occupancy", g=g, eps=answer.eps_rho.value, c=c),
    }
    for name, bound in bounds.items():
        found = answer.value_gap.value
        require(found <= bound, f"{name}: expected ValueGap of at most {bound}, got {found}")


def attained(constants: Constants) -> int:
    """A learner that loses matching pennies surely, and learners that leave by mistake."""
    game = bimatrix([[1, -1], [-1, 1]])
    expert, policy = Policy.from_rows(game, [[1, 0], [1, 0]]), Policy.from_rows(game, [[0, 1], [1, 0]])
    answer = errors(game, expert, policy, "exact")
    bound = constants("by_occupancy", g=Fraction(0), eps=answer.eps_rho.value, c=Fraction(1))
    require(answer.value_gap.value <= bound, f"one state: expected ValueGap of at most {bound}, got {answer.value_gap}")
    require(cg.value_gap(game, expert, policy).value == 2, "one state: expected ValueGap 2")
    for n in (1, 2, 3):
        game, expert, policy = leaving(n, Fraction(9, 10), Fraction(1, 10**4))
        answer = errors(game, expert, policy, "exact")
        bound = constants("by_rows", n=Fraction(n), g=game.discount, eps=answer.eps_bc.value, c=Fraction(1))
        require(answer.value_gap.value <= bound, f"n = {n}: expected ValueGap of at most {bound}, got more")
    return 4


STATEMENT = Statement(
    id="value-gap",
    title="Value gap bounds",
    chapter=Chapter.PAPER,
    source="the paper's bounds on ValueGap",
    claim="ValueGap(pi) <= {by_rows} with eps = eps_BC, and <= {by_occupancy} with eps = eps_rho. It may be negative.",
    hypotheses=("c the largest half-range of rewards; the paper's case is c = 1",),
    uses=("performance-difference", "identities"),
    constants={"by_rows": least("n*c*eps/(1-g)**2"), "by_occupancy": least("c*eps/(1-g)")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="both bounds"),
        Property(says="both bounds in random games", check=both_bounds, full=3000),
        Computed(says="the bound by occupancies is attained, that by rows approached", check=attained),
    ),
)
