r"""Theorem 1: equal joint occupancies mean equal rows wherever the expert goes.

Proof. Summing $\rho_\pi(s,a) = \mu_\pi(s)\pi(a|s)$ over the joint actions gives $\mu_\pi(s)$. So $\rho_\pi = \rho_{\pi'}$
gives $\mu_\pi = \mu_{\pi'}$, hence the same visited region, and on it $\pi(a|s) = \rho_\pi(s,a)/\mu_\pi(s)
= \pi'(a|s)$; a product's factors are its marginals. Conversely, if the rows agree where $\mu_\pi > 0$, then $\mu_\pi$
satisfies $\mu = (1-\gamma)\nu + \gamma P_{\pi'}^T\mu$, whose solution is unique, so $\rho_\pi = \rho_{\pi'}$.
$\blacksquare$
"""

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, require
from certigap.model.policy import Policy
from certigap.semantics import errors, visited


def changed_rows(draw: Draw, _: Constants) -> None:
    """Rows of another policy at random places leave eps_rho at 0 exactly when no visited row changed."""
    game = draw.game()
    expert, other = draw.policy(game), draw.policy(game)
    rows = [
        [(b if draw.integer(0, 2) == 0 else a).fractions() for a, b in zip(*own, strict=True)]
        for own in zip(expert.rows, other.rows, strict=True)
    ]
    policy, seen = Policy.from_rows(game, rows), visited(game, expert)
    differs = any(
        here and a.fractions() != b.fractions()
        for own in zip(policy.rows, expert.rows, strict=True)
        for here, a, b in zip(seen, *own, strict=True)
    )
    found = errors(game, expert, policy, "exact").eps_rho.value
    require((found == 0) == (not differs), f"eps_rho: expected {'above 0' if differs else '0'}, got {found}")
    require(differs or visited(game, policy) == seen, "expected the expert's visited region, got another")


STATEMENT = Statement(
    id="theorem-1",
    title="Theorem 1: equal joint occupancies mean equal rows where visited",
    chapter=Chapter.PAPER,
    source="Theorem 1",
    claim="rho_pi = rho_pi' if and only if both visit the same states and play the same rows there.",
    hypotheses=("product policies of a finite Markov game",),
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="both directions"),
        Property(says="random rows changed at random states, both directions", check=changed_rows, full=2000),
    ),
)
