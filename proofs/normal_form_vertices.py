r"""Normal forms: the worst case is attained at vertices of the balls.

Proof. Fix all rows but opponent $j$'s: $gap_i = \max_{a}\,u_i(a, y_{-i}) - u_i(x, y_{-i})$ is a maximum of linear functions minus a linear one,
convex in $y_j$; in the own row $x$ it is linear. A convex function on a polytope is largest at a vertex, so row after row moves to a vertex
without loss. The ball $\|y - e\|_1 \le b$ in the simplex: a vertex has one receiver, a set of emptied donors and at most one partial donor,
since two receivers or two partial donors leave a segment on both sides. $\blacksquare$
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
    require,
)
from certigap.bounds.vertices.listing import exact_worst_case
from certigap.semantics import errors, gaps


def nothing_beyond(draw: Draw, _: Constants) -> None:
    """Random games of two or three players: random policies of the ball do not exceed the value, and the witness attains it."""
    sizes = [draw.integer(2, 3) for _ in range(draw.integer(2, 3))]
    game = draw.normal_form(*sizes)
    expert = draw.policy(game)
    policies = [draw.near(expert, Fraction(1, draw.integer(1, 4))) for _ in range(4)]
    found = [errors(game, expert, policy, "exact").eps_bc.value for policy in policies]
    worst = exact_worst_case(game, expert, max(found))
    for policy in policies:
        gap = gaps(game, policy, "exact").nash_gap.value
        require(gap <= worst.value, f"expected at most {worst.value}, got {gap}")
    require(gaps(game, worst.witness, "exact").nash_gap.value == worst.value, "expected the witness to attain it")
    require(errors(game, expert, worst.witness, "exact").eps_bc.value <= max(found), "expected the witness in the ball")


_GAME = partial(cg.games.load, "algorithm1")

STATEMENT = Statement(
    id="normal-form-vertices",
    title="Normal forms: vertices of the balls suffice",
    chapter=Chapter.ENGINE,
    source="certigap",
    claim="The worst NashGap over the ball of a normal form is attained at vertices: one receiver, emptied donors, at most one partial. For "
    "the game algorithm1 at eps = 1/10 it is {value}.",
    constants={"value": exactly("9/200")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="by convexity in each row"),
        Property(says="random policies of random balls, and the witness", check=nothing_beyond, quick=20, full=600),
        Certified(
            says="algorithm1 at eps = 1/10: at most {value}",
            file="algorithm-1.worst",
            claim_kind="worst-case",
            claims=(Says("nash_gap/upper", "=", "value"),),
            game=_GAME,
            make=lambda: cg.worst_case(_GAME(), cg.games.expert("algorithm1"), "1/10"),
        ),
    ),
)
