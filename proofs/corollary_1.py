r"""Corollary 1: where the expert goes everywhere, equal joint occupancies leave no gap.

Proof. With $\mu_{\pi_E} > 0$ everywhere, Theorem 1 makes $\pi = \pi_E$, and the expert's own gap is 0. $\blacksquare$

(With an expert of gap $\eta$ the policy's gap is $\eta$, for the same reason: certigap computes it, and assumes nothing.)
"""

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, require
from certigap.model.policy import Policy
from certigap.semantics import errors, visited


def any_change_is_seen(draw: Draw, _: Constants) -> None:
    """One row changed anywhere makes eps_rho positive."""
    game = draw.game(full=True)
    expert, other = draw.policy(game), draw.policy(game)
    if not all(visited(game, expert)):
        return
    i, s = draw.integer(0, len(game.players) - 1), draw.integer(0, len(game.states) - 1)
    rows = [[row.fractions() for row in own] for own in expert.rows]
    changed = other.rows[i][s].fractions() != rows[i][s]
    rows[i][s] = other.rows[i][s].fractions()
    found = errors(game, expert, Policy.from_rows(game, rows), "exact").eps_rho.value
    require((found > 0) == changed, f"eps_rho: expected {'above 0' if changed else '0'}, got {found}")


STATEMENT = Statement(
    id="corollary-1",
    title="Corollary 1: with full support, equal joint occupancies leave no gap",
    chapter=Chapter.PAPER,
    source="Corollary 1",
    claim="If the expert is Nash and visits every state, rho_pi = rho_piE implies NashGap(pi) = 0.",
    hypotheses=("the expert is a Nash equilibrium", "mu_piE(s) > 0 at every state"),
    uses=("theorem-1",),
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="from Theorem 1"),
        Property(says="whatever differs from an expert of full support is seen", check=any_change_is_seen, full=2000),
    ),
)
