"""FORMAT 6.1 and 6.2: products of row sets, and balls around an expert."""

from fractions import Fraction

from game import Game, Policy, Vector
from kernel import Box, Boxes, Rows, Sets
from limits import bits, longest, spend, summed, weight
from reading import TWO, ZERO, Node


def distance(center: list[Fraction], box: Box) -> Fraction | None:
    """Smallest L1 distance from `center` to a row of the box; `None` when the box holds no row."""
    lower, upper = box
    spend(4 * len(center) * weight(longest(center) + longest(lower) + longest(upper)))
    if summed(lower) > 1 or summed(upper) < 1 or any(l > u for l, u in zip(lower, upper)):
        return None
    below = summed(max(l - e, ZERO) for l, e in zip(lower, center))
    above = summed(max(e - u, ZERO) for u, e in zip(upper, center))
    return 2 * max(below, above)


class Region:
    """FORMAT 6.1: the rows of player `j` at state `s` within `radius[j][s]` of the center's."""

    def __init__(self, game: Game, center: Policy, radius: list[list[Fraction]]) -> None:
        self.game, self.center, self.radius = game, center, radius
        self.budget, self.weights = ZERO, [ZERO] * game.size  # no more is known of the rows together
        self.mass, self.spent = [ZERO] * game.size, TWO  # m <= mu of the center, and B >= sum_s mu(s) ||y - e||_1
        self.drift = TWO, TWO  # how far the occupancies of states, and of joint actions, are from the center's

    def radii(self, j: int, boxes: Boxes) -> list[Fraction] | None:
        """Radii `[S]` of player `j` in a node; `None` when the node is seen to be empty."""
        least = self.distances(j, boxes)
        return None if least is None else self.within(j, [least.get(s, ZERO) for s in range(self.game.size)])

    def within(self, j: int, least: list[Fraction]) -> list[Fraction] | None:
        """Radii of the rows of player `j` that have these smallest distances; `None`: there are none."""
        return self.radius[j]

    def alone(self, j: int, s: int) -> Fraction:
        """The largest distance of a row, whatever the other rows are."""
        return self.radius[j][s]

    def distances(self, j: int, boxes: Boxes) -> dict[int, Fraction] | None:
        """Smallest distance at each state with a box; `None` when a box holds no row."""
        found = {s: distance(self.center[j][s], box) for (k, s), box in boxes.items() if k == j}
        known = {s: d for s, d in found.items() if d is not None}
        return known if len(known) == len(found) else None


class Ball(Region):
    """FORMAT 6.2: policies within `budget` of the expert, weighted by `occupancy`, a lower bound of the expert's."""

    def __init__(self, game: Game, center: Policy, budget: Fraction, occupancy: Vector) -> None:
        super().__init__(game, center, [])
        self.budget, self.weights = budget, [max(occupancy[s], ZERO) for s in range(game.size)]
        self.length = longest(self.weights)
        self.mass, self.spent = self.weights, budget
        self.drift = game.n * game.discount * budget / (1 - game.discount), game.n * budget / (1 - game.discount)

    def within(self, j: int, least: list[Fraction]) -> list[Fraction] | None:
        left = self.budget - summed(w * d for w, d in zip(self.weights, least) if d)
        spend(len(self.weights) * weight(bits(left) + self.length))
        return None if left < 0 else [min(TWO, d + left / w) if w else TWO for w, d in zip(self.weights, least)]

    def alone(self, j: int, s: int) -> Fraction:
        return TWO


class OccupancyBall(Ball):
    """FORMAT 6.2, measure rho: policies within (1 + g) `radius` of the expert, no state's share above `radius`."""

    def __init__(self, game: Game, center: Policy, radius: Fraction, occupancy: Vector) -> None:
        super().__init__(game, center, (1 + game.discount) * radius, occupancy)
        self.share, self.drift = radius, (game.discount * radius, radius)

    def within(self, j: int, least: list[Fraction]) -> list[Fraction] | None:
        inside = super().within(j, least)
        return inside and [min(x, self.share / w) if w else x for x, w in zip(inside, self.weights)]

    def alone(self, j: int, s: int) -> Fraction:
        return min(TWO, self.share / self.weights[s]) if self.weights[s] else TWO


def measure_mu(game: Game, center: Policy, radius: Fraction, occupancy: Vector) -> Region:
    """FORMAT 6.2, measure mu: every row of every policy."""
    region = Region(game, center, [[TWO] * game.size for _ in game.players])
    region.mass, region.drift = [max(occupancy[s], ZERO) for s in range(game.size)], (radius, TWO)
    return region


measure_bc = Ball
measure_rho = OccupancyBall


def node_rows(game: Game, region: Region, boxes: Boxes) -> Sets | None:
    """The row sets of a node; `None` when it holds no policy."""
    rows: Sets = []
    for j in range(game.n):
        radii = region.radii(j, boxes)
        if radii is None:
            return None
        rows.append([Rows(region.center[j][s], radii[s], boxes.get((j, s))) for s in range(game.size)])
    return None if any(row.is_empty for own in rows for row in own) else rows


class Leaf:
    """An undivided node of a tree for player `i`'s gap; `rows` is `None` when it holds no policy."""

    def __init__(self, game: Game, i: int, region: Region, boxes: Boxes, pool: list[Vector], where: str) -> None:
        self.game, self.i, self.region, self.boxes, self.where = game, i, region, boxes, where
        self.rows, self.pool = node_rows(game, region, boxes), pool

    def vectors(self, node: Node, count: int) -> list[Vector]:
        """The vectors at `count` places of the pool."""
        return [self.pool[place.integer(range(len(self.pool)))] for place in node.items(count)]
