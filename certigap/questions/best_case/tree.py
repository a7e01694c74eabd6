"""Trees of boxes over the profiles (x, y) of a bimatrix game, and what is known of each box, exactly.

A box l <= x, y <= u holds the profiles whose rows lie in it. In integers over one denominator:

- its joint distances to an equilibrium with joint distribution E lie in [closest, farthest]: with p in [l_a l_b, u_a u_b],
  and since both distributions sum to 1, ||xy' - E||_1 = 2 sum (xy' - E)+ = 2 sum (E - xy')+, so that
  closest = 2 max( sum (ll' - E)+, sum (E - uu')+ ),  farthest = 2 min( sum (uu' - E)+, sum (E - ll')+ );
- NashGap >= gap_i >= sum_a x_a sum_b y_b [ u_i(a', b) - u_i(a, b) ] for every a' (player 1; likewise 2), whose minimum
  is at least the nested one: outer over x, inner over y for every a, or the other way round.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["Box", "Payoffs", "Split", "closest", "farthest", "gap_lower", "halves", "joint", "payoffs", "tightened"]

Row = tuple[Fraction, ...]
Box = tuple[tuple[Row, Row], tuple[Row, Row]]
"""Lower and upper ends of both players' rows."""

Payoffs = tuple[list[list[Fraction]], list[list[Fraction]]]
"""`[A][B]` payoffs of both players."""


@dataclass(frozen=True, slots=True)
class Split:
    """A box divided at `probability(player, action) = at`: first the part below, then the part above."""

    player: int
    action: int
    at: Fraction


def payoffs(game: Game) -> Payoffs:
    """The payoff matrices of a bimatrix game."""
    first, second = game.layout.shapes[0]
    tables = [[[game.reward(i, a * second + b) for b in range(second)] for a in range(first)] for i in (0, 1)]
    return tables[0], tables[1]


def joint(policy: Policy) -> list[list[Fraction]]:
    """`[A][B]` the joint distribution of a profile."""
    x, y = (own[0].fractions() for own in policy.rows)
    return [[p * q for q in y] for p in x]


def halves(box: Box, split: Split) -> tuple[Box, Box]:
    """The two parts of a box."""
    lower, upper = box[split.player]
    k = split.action
    below = (lower, (*upper[:k], split.at, *upper[k + 1 :]))
    above = ((*lower[:k], split.at, *lower[k + 1 :]), upper)
    if split.player == 0:
        return (below, box[1]), (above, box[1])
    return (box[0], below), (box[0], above)


def tightened(sides: tuple[Row, Row]) -> tuple[Row, Row] | None:
    """The smallest box with the same probability rows; None when there is none."""
    lower, upper = sides
    least, most = sum(lower, Fraction(0)), sum(upper, Fraction(0))
    if least > 1 or most < 1 or any(a > b for a, b in zip(lower, upper, strict=True)):
        return None
    return (
        tuple(max(a, 1 - (most - b)) for a, b in zip(lower, upper, strict=True)),
        tuple(min(b, 1 - (least - a)) for a, b in zip(lower, upper, strict=True)),
    )


def closest(box: Box, target: Sequence[Sequence[Fraction]]) -> Fraction:
    """A lower bound of the joint L1 distance of the box's profiles to `target` (the box tightened)."""
    return 2 * max(_excess(box, target, 0, 1), _excess(box, target, 1, -1))


def farthest(box: Box, target: Sequence[Sequence[Fraction]]) -> Fraction:
    """An upper bound of that distance."""
    return 2 * min(_excess(box, target, 1, 1), _excess(box, target, 0, -1))


def gap_lower(box: Box, tables: Payoffs) -> Fraction:
    """A lower bound of NashGap over the profiles of the box, which must not be empty."""
    first, second = tables
    turned = [list(column) for column in zip(*second, strict=True)]
    return max(_player_gap(box[0], box[1], first), _player_gap(box[1], box[0], turned))


def _excess(box: Box, target: Sequence[Sequence[Fraction]], end: int, sign: int) -> Fraction:
    """sum over the joint actions of ( sign (corner - E) )+, the corner of the lower (0) or upper (1) ends."""
    x, y = box[0][end], box[1][end]
    terms = (sign * (p * q - e) for p, row in zip(x, target, strict=True) for q, e in zip(y, row, strict=True))
    return sum((term for term in terms if term > 0), Fraction(0))


def _player_gap(own: tuple[Row, Row], other: tuple[Row, Row], table: list[list[Fraction]]) -> Fraction:
    """max over a' and both orders of the nested minimum of sum x_a y_b (table[a'][b] - table[a][b])."""
    found = []
    for best in table:
        gains = [[high - low for high, low in zip(best, row, strict=True)] for row in table]
        found.append(_minimum(own, [_minimum(other, row) for row in gains]))
        found.append(_minimum(other, [_minimum(own, list(column)) for column in zip(*gains, strict=True)]))
    return max(found)


def _minimum(sides: tuple[Row, Row], costs: Sequence[Fraction]) -> Fraction:
    """min of costs . y over the rows y of a box: every row has its lower ends, the rest goes where it is cheapest."""
    lower, upper = sides
    left = 1 - sum(lower, Fraction(0))
    total = sum((c * a for c, a in zip(costs, lower, strict=True)), Fraction(0))
    for k in sorted(range(len(costs)), key=costs.__getitem__):
        mass = min(left, upper[k] - lower[k])
        total += mass * costs[k]
        left -= mass
        if not left:
            break
    return total
