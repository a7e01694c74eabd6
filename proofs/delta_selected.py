r"""delta^sel: the nearest best response instead of the farthest.

Proof. A minimum over a set is at most its maximum: $\delta^{sel} \le \delta^{max}$. Every use of $\delta$ picks *some* best
response to $\pi_{-i}$ (sharp-form), so each bound holds with the nearest. $\blacksquare$

It need not be continuous at 0: in matching pennies the expert is a best response to itself, so delta^sel(0) = 0, and to nothing
else: every other opponent makes one action strictly better, at distance 1 from the even row.
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
    exactly,
    require,
)

_GAME = partial(cg.games.load, "matching-pennies")


def never_larger(draw: Draw, _: Constants) -> None:
    """At every breakpoint of random 2x2 games with random experts."""
    game = draw.normal_form(2, 2)
    answer = cg.continuity(game, draw.policy(game), 1)
    for nearest, farthest in zip(answer.delta_sel, answer.delta_max, strict=True):
        for step in nearest.steps:
            most = [other.upper for other in farthest.steps if other.start <= step.start][-1]
            require(step.lower <= most, f"from {step.start}: expected delta^sel of at most {most}, got {step.lower}")


STATEMENT = Statement(
    id="delta-selected",
    title="delta^sel: the nearest best response is enough",
    chapter=Chapter.OURS,
    source="certigap; sharpens Definition 6",
    claim="delta^sel <= delta^max, and every bound by delta holds with delta^sel. In matching pennies delta^sel(0) = {at_zero} and "
    "delta^sel(eps) = {beyond} for every eps in (0, 1], while delta^max = {most} from 0 on.",
    uses=("sharp-form",),
    constants={"at_zero": exactly("0"), "beyond": exactly("1"), "most": exactly("1")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="the inequality, and why the bounds hold"),
        Certified(
            says="matching pennies: {at_zero} at 0, then {beyond}; delta^max {most}",
            file="matching-pennies.continuity",
            claim_kind="continuity",
            claims=(
                Says("delta_sel/1/0", "=", "at_zero"),
                Says("delta_sel/1/1", "=", "beyond"),
                Says("delta_max/1/0", "=", "most"),
            ),
            game=_GAME,
            make=lambda: cg.continuity(_GAME(), cg.games.expert("matching-pennies"), 1),
        ),
        Property(says="random 2x2 games", check=never_larger, quick=10, full=300),
    ),
)
