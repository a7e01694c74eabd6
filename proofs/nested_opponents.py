r"""Several opponents: the greedy nested, each inner row depending on the outer actions.

Proof. $\max_{y_1,y_2}\sum_b y_1(b_1)y_2(b_2)q(b) \le \max_{y_1}\sum_{b_1}y_1(b_1)\max_{y_2}\sum_{b_2}y_2(b_2)q(b_1,b_2)$, since the inner
maximum may depend on $b_1$; so for every order, and the smallest over orders. A nested row is a joint distribution $y_1(b_1)y_2(b_2|b_1)$ at
L1 distance at most $b_1 + b_2$ from $e_1\times e_2$ (replace one factor, then the other), so the value is never above that over one joint
ball of radius $\sum b_j$. $\blacksquare$
"""

from fractions import Fraction

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, require, roomy
from certigap.regions.greedy import maximum, nested_supremum, row_set


def between(draw: Draw, constants: Constants) -> None:
    """Two opponents with two or three actions: product rows below, the joint ball above."""
    sizes = [draw.integer(2, 3) for _ in range(2)]
    centers, radii = [draw.row(k) for k in sizes], [Fraction(draw.integer(0, 10), 10) for _ in sizes]
    values = [draw.integer(-9, 9) for _ in range(sizes[0] * sizes[1])]
    own = row_set([Fraction(1)], Fraction(0))
    sets = [own, *(row_set(e, b) for e, b in zip(centers, radii, strict=True))]
    scale = sets[1].denominator * sets[2].denominator
    nested = Fraction(nested_supremum(values, 0, sets, [1, *sizes])[0], scale)
    rows = [near(draw, e, b) for e, b in zip(centers, radii, strict=True)]
    joint = [x * y for x in rows[0] for y in rows[1]]
    found = sum(p * v for p, v in zip(joint, values, strict=True))
    require(found <= nested, f"expected product rows of at most {nested}, got {found}")
    radius = constants("radius", b1=radii[0], b2=radii[1])
    ball = row_set([x * y for x in centers[0] for y in centers[1]], radius)
    most = Fraction(maximum(ball, values), ball.denominator)
    require(nested <= most, f"expected the nested value to be at most {most}, that of the joint ball, got {nested}")


def near(draw: Draw, center: list[Fraction], radius: Fraction) -> list[Fraction]:
    """A random row within the radius."""
    other = draw.row(len(center))
    distance = sum((abs(x - y) for x, y in zip(center, other, strict=True)), Fraction(0))
    share = min(Fraction(1), radius / distance) if distance else Fraction(0)
    return [x + share * (y - x) for x, y in zip(center, other, strict=True)]


STATEMENT = Statement(
    id="nested-opponents",
    title="Nested greedies bound products of rows",
    chapter=Chapter.ENGINE,
    source="certigap",
    claim="The nested maximum over the opponents' rows is at least that over products of rows, in any order, and at most that over one "
    "joint ball of radius {radius}.",
    uses=("row-sets",),
    constants={"radius": roomy("b1+b2", fails="3/4")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="both sides"),
        Property(says="two opponents, random sets", check=between, quick=60, full=4000),
    ),
)
