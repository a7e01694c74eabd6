"""kappa_i(eps) = sup over O_i(eps) of max_a u(a, y) - u(x, y): what the others' error costs in value (THEORY 5, 9).

Over joint rows at distance eps each action's regret is a linear maximum, so for two players the number is exact; for
more it is an upper bound, since joint rows need not be products, and the lower end is that of the best product found.
"""

from fractions import Fraction

from certigap.exact.interval import Interval
from certigap.exact.vector import Vector
from certigap.regions.greedy import maximiser, row_set
from certigap.regions.replies.faces import Faces, Play

__all__ = ["kappa"]


def kappa(faces: Faces, eps: Fraction) -> tuple[Interval, Play]:
    """kappa, payoff of one stage times the horizon, and the play of the others that proves its lower end.

    >>> import certigap as cg
    >>> kappa(Faces(cg.games.expert("algorithm1"), 0), Fraction(1))[0]
    Interval(lower=Fraction(0, 1), upper=Fraction(0, 1))
    """
    upper, best = Fraction(0), faces.expert_play
    lower = _regret(faces, best)
    rows = row_set(faces.center.fractions(), eps)
    for action in range(len(faces.row)):
        coefficients = _losses(faces, action)
        row = maximiser(rows, coefficients)
        value = Fraction(sum(c * y for c, y in zip(coefficients, row, strict=True)), rows.denominator)
        upper = max(upper, value * _unit(faces))
        for play in _products(faces, Vector(tuple(row), rows.denominator)):
            if faces.distance(faces.joint(play)) <= eps and (found := _regret(faces, play)) > lower:
                lower, best = found, play
    return Interval(lower, upper), best


def _losses(faces: Faces, action: int) -> list[int]:
    """`[B]` u(action, b) - u(x, b), integers."""
    own = faces.expert.rows[faces.player][0]
    table = faces.table.numerators
    mean = sum(w * table[a] for a, w in enumerate(own.weights) if w)
    return [int(v) for v in table[action] * own.denominator - mean]


def _unit(faces: Faces) -> Fraction:
    own = faces.expert.rows[faces.player][0]
    return faces.table.game.horizon / (own.denominator * faces.table.denominator)


def _regret(faces: Faces, play: Play) -> Fraction:
    joint = faces.joint(play)
    losses = (_losses(faces, action) for action in range(len(faces.row)))
    values = (sum(c * w for c, w in zip(own, joint.numerators, strict=True)) for own in losses)
    return Fraction(max(values), joint.denominator) * _unit(faces)


def _products(faces: Faces, joint: Vector) -> list[Play]:
    """The row itself for one other player; the product of its marginals, and its moves one player at a time."""
    play = marginals(faces, joint)
    if len(play) == 1:
        return [play]
    center = faces.expert_play
    single = [
        tuple(p if k == j else c for k, (p, c) in enumerate(zip(play, center, strict=True))) for j in range(len(play))
    ]
    return [play, *single]


def marginals(faces: Faces, joint: Vector) -> Play:
    """The rows of the other players whose product is nearest in spirit: their own marginals."""
    sizes, result = faces.table.sizes, []
    for j, size in enumerate(sizes):
        stride = 1
        for other in sizes[j + 1 :]:
            stride *= other
        weights = [0] * size
        for b, w in enumerate(joint.numerators):
            weights[b // stride % size] += w
        result.append(Vector(tuple(weights), joint.denominator))
    return tuple(result)
