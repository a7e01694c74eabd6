r"""The balls of eps_rho and eps_mu: inside a larger ball of eps_BC, or unbounded.

Proof. $\mu_\pi - \mu_E = \gamma\,\mathrm{(image\ of\ }\rho_\pi - \rho_E\mathrm{)}$, so $\epsilon_\mu \le \gamma\epsilon_\rho$. As in identities,
$\mu_E(s)\|\pi - \pi_E\|_1 \le \|\rho_\pi(s,\cdot) - \rho_E(s,\cdot)\|_1 + |\mu_\pi - \mu_E|(s)$, joint rows; summed: at most $(1+\gamma)\epsilon_\rho
\le 2\epsilon_\rho$, and the marginals' distances are not larger. For one state: what the others gain or lose in mass pays the second term, so a single
state spends at most $\epsilon_\rho$: $|\mu_\pi-\mu_E|(s) = |\sum_{t\ne s}(\mu_\pi - \mu_E)(t)| \le \sum_{t\ne s}\|\rho_\pi(t,\cdot)-\rho_E(t,\cdot)\|_1$. The
sharp form's coupling with the joint error then gives $[\delta^{sel}_i(2\epsilon) + 2\epsilon]c_i/(1-\gamma)^2 + c_i\epsilon/(1-\gamma)$: the gain of $\pi^*_i$
over $E$ is at most $(d^*_i + D_{-i})c_i/(1-\gamma)^2$, and $V^E - V^\pi \le c_i\epsilon_\rho/(1-\gamma)$. $\blacksquare$
"""

from fractions import Fraction

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, least, require, roomy
from certigap.semantics import errors, occupancy


def inclusions(draw: Draw, constants: Constants) -> None:
    """Each player's error, the joint one, and that of a single state."""
    game = draw.game()
    expert = draw.policy(game)
    policy = draw.near(expert, Fraction(1, draw.integer(1, 5)))
    answer, mass = errors(game, expert, policy, "exact"), occupancy(game, expert, "exact").lower.fractions()
    rho, g, joint = answer.eps_rho.value, game.discount, Fraction(0)
    for s, m in enumerate(mass):
        rows = [product([own[s].fractions() for own in p.rows]) for p in (policy, expert)]
        spent = m * sum(abs(x - y) for x, y in zip(*rows, strict=True))
        require(spent <= rho, f"state {s}: expected at most eps_rho = {rho}, got {spent}")
        joint += spent
    for name, found in (("joint", joint), ("player", answer.eps_bc.value)):
        limit = constants(name, rho=rho, g=g)
        require(found <= limit, f"{name}: expected an error of at most {limit}, got {found}")
    require(
        answer.eps_mu.value <= constants("mu", rho=rho, g=g), f"eps_mu: expected at most g eps_rho, got {answer.eps_mu}"
    )


def product(rows: list[list[Fraction]]) -> list[Fraction]:
    """Of independent rows."""
    found = [Fraction(1)]
    for row in rows:
        found = [p * q for p in found for q in row]
    return found


STATEMENT = Statement(
    id="occupancy-balls",
    title="The ball of eps_rho inside that of eps_BC",
    chapter=Chapter.ENGINE,
    source="certigap",
    claim="eps_BC <= {player}, the joint error <= {joint}, eps_mu <= {mu}, and a single state spends at most eps_rho.",
    uses=("identities", "sharp-form", "value-gap"),
    constants={"player": least("(1+g)*rho"), "joint": least("(1+g)*rho"), "mu": roomy("g*rho", fails="1/2")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="all of them, and the bound without n"),
        Property(says="random games", check=inclusions, full=3000),
    ),
)
