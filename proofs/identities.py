r"""Identities of errors and gaps, which every implementation has to satisfy.

Proof. $\mu_\pi - \mu_E = \gamma P_\pi^T(\mu_\pi - \mu_E) + \gamma (P_\pi - P_E)^T\mu_E$ gives $\epsilon_\mu \le
\frac{\gamma}{1-\gamma}E_{\mu_E}\|\pi - \pi_E\|_1 \le \gamma n\epsilon_{BC}/(1-\gamma)$, the distance of product rows being at most
the sum of the factors' (change one factor at a time). $\epsilon_\rho \le \epsilon_\mu + E_{\mu_E}\|\pi - \pi_E\|_1$ adds
$n\epsilon_{BC}$. $\mu$ is a marginal of $\rho$: $\epsilon_\mu \le \epsilon_\rho$; and $\mu_E(s)\|\pi_i - \pi_{E,i}\|_1 \le
\|\rho_\pi(s,\cdot) - \rho_E(s,\cdot)\|_1 + |\mu_\pi - \mu_E|(s)$ sums to $\epsilon_{BC} \le 2\epsilon_\rho$. Rewards of one player
differ from their middle by at most $c_i$, so $0 \le gap_i \le 2c_i/(1-\gamma)$. $\blacksquare$
"""

from fractions import Fraction

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
    roomy,
)
from certigap.audit.leaving import leaving
from certigap.model.build import normal_form
from certigap.model.policy import Policy
from certigap.semantics import errors, gaps


def bounds(draw: Draw, constants: Constants) -> None:
    """Each error by the others, and the range of NashGap."""
    game = draw.game()
    expert = draw.policy(game)
    policy = draw.near(expert, Fraction(1, draw.integer(1, 5)))
    answer = errors(game, expert, policy, "exact")
    at = {"n": Fraction(len(game.players)), "g": game.discount, "bc": answer.eps_bc.value, "rho": answer.eps_rho.value}
    mu = answer.eps_mu.value
    require(mu <= constants("mu_by_bc", **at), f"eps_mu: expected at most {constants('mu_by_bc', **at)}, got {mu}")
    require(at["rho"] <= constants("rho_by_bc", **at), f"eps_rho: expected less, got {at['rho']}")
    require(at["bc"] <= constants("bc_by_rho", **at), f"eps_BC: expected at most 2 eps_rho, got {at['bc']}")
    require(mu <= at["rho"], f"eps_mu: expected at most eps_rho {at['rho']}, got {mu}")
    c = max(game.half_range(i) for i in range(len(game.players)))
    found = gaps(game, policy, "exact").nash_gap.value
    require(0 <= found <= constants("most", c=c, g=game.discount), f"NashGap: expected at most 2c/(1-g), got {found}")


def tight(constants: Constants) -> int:
    """Errors of a learner that leaves by mistake, and the NashGap of one that loses what there is."""
    cases = [(n, g) for n in (1, 2, 3) for g in (Fraction(1, 2), Fraction(9, 10))]
    for n, g in cases:
        game, expert, learner = leaving(n, g, Fraction(1, 10**4))
        answer = errors(game, expert, learner, "exact")
        at = {"n": Fraction(n), "g": g, "bc": answer.eps_bc.value, "rho": answer.eps_rho.value}
        mu, rho = answer.eps_mu.value, answer.eps_rho.value
        require(mu <= constants("mu_by_bc", **at), f"n = {n}, g = {g}: expected a larger bound of eps_mu {mu}")
        require(rho <= constants("rho_by_bc", **at), f"n = {n}, g = {g}: expected a larger bound of eps_rho {rho}")
    game = normal_form([[1, -1]])
    found, most = gaps(game, Policy.from_rows(game, [[0, 1]]), "exact").nash_gap.value, constants("most", c=1, g=0)
    require(found <= most, f"one player: expected NashGap of at most {most}, got {found}")
    return len(cases) + 1


STATEMENT = Statement(
    id="identities",
    title="Errors bound one another",
    chapter=Chapter.PAPER,
    source="used throughout",
    claim="eps_mu <= {mu_by_bc}, eps_rho <= {rho_by_bc}, eps_BC <= {bc_by_rho}, eps_mu <= eps_rho, the L1 distance of a product "
    "is at most the sum of the factors', and 0 <= NashGap <= {most}.",
    constants={
        "mu_by_bc": least("g*n*bc/(1-g)"),
        "rho_by_bc": least("n*bc/(1-g)"),
        "bc_by_rho": roomy("2*rho", fails="1/3"),
        "most": least("2*c/(1-g)"),
    },
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="all of them"),
        Property(says="random games, experts and learners", check=bounds, full=3000),
        Computed(says="{mu_by_bc}, {rho_by_bc} and {most} are approached", check=tight),
    ),
)
