r"""Branch and bound: a tree of boxes covers the error ball, and tightened radii lose nothing.

Proof. A split $y_a \le v$, $y_a \ge v$ loses no row. In a node with smallest distances $d_j(t)$ of its boxes, a policy of the ball has
$\mu(s)\|\pi_j(s) - e_j(s)\|_1 \le \epsilon - \sum_{t\ne s}\mu(t)d_j(t)$, so its row at $s$ is within that over $\mu(s)$, which is
$d_j(s) + (\epsilon - \sum_t\mu(t)d_j(t))/\mu(s)$; with $m \le \mu$ for $\mu$ it stays true where $m(s) > 0$, since the inequality holds
for $m$ as well. If $\sum_t m(t)d_j(t) > \epsilon$ the node holds no policy of the ball. So the ball lies in the union of the leaves, and the
largest leaf bound holds on it. $\blacksquare$
"""

from fractions import Fraction

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, exactly, require
from certigap.semantics import errors, occupancy


def inside(draw: Draw, constants: Constants) -> None:
    """A policy of the ball, boxes drawn around its rows: each row is within the tightened radius."""
    game = draw.game(full=True)
    expert = draw.policy(game)
    policy = draw.near(expert, Fraction(1, draw.integer(1, 5)))
    answer = errors(game, expert, policy, "exact")
    mass, eps = occupancy(game, expert, "exact").lower.fractions(), answer.eps_bc.value
    for own, center in zip(policy.rows, expert.rows, strict=True):
        rows = [distance(a.fractions(), b.fractions()) for a, b in zip(own, center, strict=True)]
        held = [Fraction(draw.integer(0, 10), 10) * d for d in rows]  # any smaller distance a box may show
        spent = sum(m * d for m, d in zip(mass, held, strict=True))
        for s, m in enumerate(mass):
            if m:
                radius = constants("radius", d=held[s], eps=eps, spent=spent, mu=m)
                require(rows[s] <= radius, f"state {s}: expected a row within {radius}, got {rows[s]}")


def distance(x: list[Fraction], y: list[Fraction]) -> Fraction:
    """L1."""
    return sum((abs(a - b) for a, b in zip(x, y, strict=True)), Fraction(0))


STATEMENT = Statement(
    id="branch-and-bound",
    title="A tree of boxes covers the error ball",
    chapter=Chapter.ENGINE,
    source="certigap; rules 6.2 and 6.3 of FORMAT.md",
    claim="A policy with eps_BC <= eps in a node has its row at s within {radius}, spent = sum_t mu(t) d(t); the leaves cover the ball.",
    hypotheses=("d(s) at most the distance of the node's box at s to the expert's row",),
    uses=("pair-bound",),
    constants={"radius": exactly("d + (eps-spent)/mu")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="splits, radii, empty nodes"),
        Property(says="random games and boxes", check=inside, full=2000),
    ),
)
