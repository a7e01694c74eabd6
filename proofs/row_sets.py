r"""Rows of a region: linear maximisation over an L1 ball cut with a box, by moving mass.

$Y = \{y \in \Delta : l \le y \le u, \|y - e\|_1 \le b\}$.

Proof. Write $y = e - d + r$ with $d, r \ge 0$, $\sum d = \sum r = t \le b/2$. For fixed $t$ the best $d$ takes what it must and then the
cheapest coordinates, the best $r$ what it must and then the dearest: fractional knapsacks, so the value is concave in $t$ and mass is
moved from the cheapest donor to the dearest receiver while that gains: exact. Its dual is $\min_{\lambda\ge0}\lambda b +
\max_{l\le y\le u}\sum_k(c_k y_k - \lambda|y_k - e_k|)$; a unit moved from $j$ to $k$ gains $c_k - c_j$ and costs $2\lambda$, so the minimum is
at $\lambda = 0$ or where the last move's gain is used up, $|c_j - c_k|/2$. The nearest row of the box needs
$\sum(l-e)^+$ added and $\sum(e-u)^+$ removed at least, and the larger of the two suffices. $\blacksquare$
"""

import itertools
from fractions import Fraction

from certigap.audit import Chapter, Constants, Draw, Property, Statement, Verdict, Written, exactly, require
from certigap.regions.greedy import maximum, row_set


def greedy_is_the_dual(draw: Draw, constants: Constants) -> None:
    """The greedy against the dual over the candidate prices, and the distance of the box against the greedy's emptiness."""
    size = draw.integer(2, 4)
    e = draw.row(size)
    ends = [sorted((Fraction(draw.integer(0, 10), 10), Fraction(draw.integer(0, 10), 10))) for _ in range(size)]
    low, high = [a for a, _ in ends], [b for _, b in ends]
    if sum(low) > 1 or sum(high) < 1:
        return
    distance = constants("distance", up=_plus(low, e), down=_plus(e, high), larger=max(_plus(low, e), _plus(e, high)))
    least = row_set(e, distance, low, high, segment=False)
    require(not least.is_empty, f"e = {e}: expected a row of the box at distance {distance}")
    if distance > 0:
        nearer = row_set(e, distance * Fraction(99, 100), low, high, segment=False)
        require(nearer.is_empty, f"e = {e}: expected no row of the box nearer than {distance}")
    radius = distance + Fraction(draw.integer(0, 10), 10)
    cost = [draw.integer(-9, 9) for _ in range(size)]
    rows = row_set(e, radius, low, high)
    found = Fraction(maximum(rows, cost), rows.denominator)
    prices = {
        Fraction(0),
        *(
            constants("price", c=Fraction(a), d=Fraction(b))
            for a, b in itertools.combinations(sorted(cost, reverse=True), 2)
        ),
    }
    best = min(_dual(cost, e, low, high, radius, price) for price in prices if price >= 0)
    require(found == best, f"e = {e}, c = {cost}: expected the dual's value {best}, got {found}")


def _plus(x: list[Fraction], y: list[Fraction]) -> Fraction:
    return sum((max(a - b, Fraction(0)) for a, b in zip(x, y, strict=True)), Fraction(0))


def _dual(
    cost: list[int], e: list[Fraction], low: list[Fraction], high: list[Fraction], radius: Fraction, price: Fraction
) -> Fraction:
    """price b + max over rows of the box of c.y - price ||y - e||: a concave separable knapsack, filled by slopes."""
    y, pieces = list(low), []
    for k, c in enumerate(cost):
        middle = min(max(e[k], low[k]), high[k])
        pieces.append((c + price, k, middle - low[k]))
        pieces.append((c - price, k, high[k] - middle))
    left = 1 - sum(y)
    for _, k, room in sorted(pieces, reverse=True):
        mass = min(left, room)
        y[k] += mass
        left -= mass
    return price * radius + sum(c * a - price * abs(a - b) for c, a, b in zip(cost, y, e, strict=True))


STATEMENT = Statement(
    id="row-sets",
    title="Linear maximisation over a row set is a greedy",
    chapter=Chapter.ENGINE,
    source="certigap",
    claim="The greedy is exact; its dual is attained at a price 0 or {price} for two coefficients c >= d; the nearest row of a box is at "
    "distance {distance}, larger = max(sum (l - e)+, sum (e - u)+).",
    hypotheses=("the set is not empty",),
    constants={"price": exactly("(c-d)/2"), "distance": exactly("2*larger")},
    verdict=Verdict.PROVED,
    evidence=(
        Written(says="greedy, dual and distance"),
        Property(says="random rows, boxes, radii and coefficients", check=greedy_is_the_dual, quick=100, full=5000),
    ),
)
