r"""The value form: how much a best response gains over the expert's own rows, instead of how far it strays.

$\kappa_i(\epsilon)$ is the largest $V_i^{*,\pi_{-i}}(\nu) - V_i^{\pi_{E,i},\pi_{-i}}(\nu)$ over opponents within joint error $\epsilon$.

Proof. $gap_i(\pi) = [V_i^{*,\pi_{-i}} - V_i^{\pi_{E,i},\pi_{-i}}] + [V_i^{\pi_{E,i},\pi_{-i}} - V_i^{\pi}]$. The first bracket is at most
$\kappa_i((n-1)\epsilon)$. In the second only player $i$'s rows differ: the coupling of sharp-form with $\pi_{E,i}$ for $\pi_i^*$, at
distance 0 from itself, bounds it by $[d_i + \gamma D_{-i}]c_i/(1-\gamma)^2 \le [1+\gamma(n-1)]c_i\epsilon/(1-\gamma)^2$. (The coupling
uses nothing of $\pi_i^*$ but its distance.) $\blacksquare$
"""

from fractions import Fraction

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, require, roomy
from certigap.semantics import errors, gaps, values


def any_game(draw: Draw, constants: Constants) -> None:
    """Random games, experts, learners: the gap against the gain and the error."""
    game = draw.game()
    expert = draw.policy(game)
    policy = draw.near(expert, Fraction(1, draw.integer(1, 6)))
    eps, answer = errors(game, expert, policy, "exact").eps_bc.value, gaps(game, policy, "exact")
    n, g, start = Fraction(len(game.players)), game.discount, game.initial
    for i in range(len(game.players)):
        staying = policy.replace(i, expert.rows[i])
        gain = sum(
            p * (u - v)
            for p, u, v in zip(
                start.fractions(),
                answer.optima[i].lower.fractions(),
                values(game, staying, "exact")[i].lower.fractions(),
                strict=True,
            )
        )
        bound = constants("bound", kappa=gain, n=n, g=g, c=game.half_range(i), eps=eps)
        require(answer.player_gaps[i].value <= bound, f"player {i + 1}: expected a gap of at most {bound}")


STATEMENT = Statement(
    id="value-form",
    title="Value form: gains instead of distances",
    chapter=Chapter.OURS,
    source="certigap",
    claim="gap_i(pi) <= {bound}, kappa = kappa_i((n-1) eps), eps = eps_BC.",
    hypotheses=("any game and expert",),
    uses=("sharp-form",),
    constants={"bound": roomy("kappa + (1+g*(n-1))*c*eps/(1-g)**2", fails="1/2")},
    verdict=Verdict.PROVED,
    evidence=(Written(says="by the coupling"), Property(says="random games", check=any_game, full=3000)),
)
