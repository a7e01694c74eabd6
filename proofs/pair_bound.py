r"""Region bounds and the pair bound: backward inequalities that hold for every policy of a region.

$H \ge V^*$, $B \le V^*$, $L \le V^\pi$ over the region by their one-step inequalities. $F = \max(L, B - X)$;
$h(t) = p'H - p\max(L, H - X)$ if $p' \ge p$, else $p'\min(H, F + X) - pF$; $X(s) \ge \max_{a'}\max_x\sum_a x(a)\sup_y[r(a',y) - r(a,y) +
\gamma\sum_t h(t)]$.

Proof. $H$, $B$, $L$: each operator is monotone and a contraction, and dominates (is dominated by) that of every policy of the region,
so a vector that it does not raise (lower) bounds its fixed point. For $X$: suppose $V^* - V^\pi \le X$ at the next states. There $V^* \le H$,
$V^\pi \ge L$, and $V^* - V^\pi \le X$. If $p' \ge p$: $p'V^* - pV^\pi = (p'-p)V^* + p(V^* - V^\pi)$, increasing in $V^*$, at most its value
at $V^* = H$ with $V^\pi \ge \max(L, H - X)$. Else $(p' - p)V^\pi + p'(V^* - V^\pi)$ decreases in $V^\pi \ge F$ (as $V^\pi \ge V^* - X \ge B - X$),
with $V^* \le \min(H, V^\pi + X)$. So $h$ bounds the term, and the operator maps bounds to bounds; it is monotone in $X$ with slope at most
$\gamma p$ a state and contracts, so from any bound (a constant) its iterates stay bounds and fall to the fixed point, which is at most
every $X$ that satisfies the inequality. At $X = H - L$ the rule gives no more than the decoupled bound's step, so for two players
$X \le H - L$. $\blacksquare$
"""

from fractions import Fraction
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
    exactly,
    least,
    require,
)
from certigap.audit.draws import blend
from certigap.model.policy import Policy
from certigap.regions.engine import RegionEngine
from certigap.regions.region import Region
from certigap.semantics import gaps


def policies_of_the_region(draw: Draw, constants: Constants) -> None:
    """Random centres, radii and policies inside: every player's exact gap is at most the bound; pair <= decoupled."""
    game = draw.game(players=2, states=draw.integer(1, 3), discount=Fraction(draw.integer(0, 4), 5))
    center, share = draw.policy(game), Fraction(draw.integer(0, 5), 10)
    radii = ((constants("radius", share=share),) * len(game.states),) * 2
    region = Region(center, radii)
    bound = RegionEngine(game).bound(region)
    for player in bound.players:
        require(player.pair <= player.decoupled + Fraction(1, 10**6), f"expected pair <= decoupled, got {player.pair}")
    for _ in range(4):
        policy: Policy = blend(center, draw.policy(game), share)
        require(region.contains(policy), "expected the mixture inside the region")
        for found, player in zip(gaps(game, policy, "exact").player_gaps, bound.players, strict=True):
            require(found.value <= player.pair, f"expected a gap of at most {float(player.pair)}, got {found.value}")


_GAME = partial(cg.games.load, "algorithm1")

STATEMENT = Statement(
    id="pair-bound",
    title="Pair bound over a region of policies",
    chapter=Chapter.OURS,
    source="certigap; rules 5.4 to 5.6 of FORMAT.md",
    claim="For every policy of the region V* - V^pi <= X at every state, for any X that satisfies the rule; for two players X is at most "
    "the decoupled bound H - L (in floats then rounded up, so to 1e-6 here). Mixtures of weight share are within {radius} of the centre.",
    hypotheses=("H, B, L satisfy their one-step inequalities on the region",),
    uses=("row-sets", "nested-opponents"),
    constants={"radius": least("2*share"), "upper": exactly("9/100")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="by monotone contractions"),
        Property(says="policies inside random regions", check=policies_of_the_region, quick=15, full=400),
        Certified(
            says="algorithm1, opponent 2 within 1/5: NashGap <= {upper}",
            file="algorithm-1.region",
            claim_kind="region-bound",
            claims=(Says("nash_gap/upper", "=", "upper"),),
            game=_GAME,
            make=lambda: cg.region_bound(cg.games.expert("algorithm1"), {"2": "1/5"}),
        ),
    ),
)
