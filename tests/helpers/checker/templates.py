"""Regions, balls and trees of one game, from which forged covers start."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.helpers.checker.truth import Rows
from tests.helpers.checker.worlds import World

Data = dict[str, Any]


def templates(world: World) -> Iterator[tuple[Data, Any]]:
    """Regions and balls of one game, with the splits of a tree or `None`."""
    for center in (world.expert, world.learner):
        rows = world.true.rows(center)
        yield from region_templates(world, center, rows)
        for radius in ("0", "1/10", "2/5", "1"):
            yield {"kind": "worst-case", "measure": "bc", "expert": center, "radius": radius}, None
        for tree in trees(world, rows):
            yield region(world, center, lambda j, s: "1/2"), tree
            yield {"kind": "worst-case", "measure": "bc", "expert": center, "radius": "2/5"}, tree


def measured(world: World) -> Iterator[tuple[Data, Any]]:
    """Balls of the occupancy measures, with the splits of a tree or `None`."""
    for measure, center in itertools.product(("rho", "mu"), (world.expert, world.learner)):
        for radius in ("0", "1/10", "2/5", "1"):
            yield {"kind": "worst-case", "measure": measure, "expert": center, "radius": radius}, None
        for tree in trees(world, world.true.rows(center)):
            yield {"kind": "worst-case", "measure": measure, "expert": center, "radius": "1/5"}, tree


def region(world: World, center: Data, radius: Any, box: Any = None) -> Data:
    places = [[(j, s) for s in range(len(world.true.states))] for j in range(len(world.true.players))]
    claim = {"kind": "region-bound", "center": center}
    claim["radii"] = world.by_state([[radius(j, s) for j, s in own] for own in places])
    if box is not None:
        claim["box"] = world.by_state([[sides(box(j, s)) for j, s in own] for own in places])
    return claim


def sides(box: tuple[list[Fraction], list[Fraction]]) -> Data:
    return dict(zip(("lower", "upper"), ([str(x) for x in side] for side in box), strict=True))


def region_templates(world: World, center: Data, rows: Rows) -> Iterator[tuple[Data, Any]]:
    zero, one, last = Fraction(0), Fraction(1), len(rows) - 1
    for radius in ("2/5", "1", "2"):
        yield region(world, center, lambda j, s, radius=radius: radius), None
    for k in range(len(rows)):
        for radius in ("1/2", "2"):
            yield region(world, center, lambda j, s, k=k, radius=radius: radius if j == k else "0"), None
    yield region(world, center, lambda j, s: "0"), None

    def near(j: int, s: int) -> tuple[list[Fraction], list[Fraction]]:
        return [max(zero, x - Fraction(1, 8)) for x in rows[j][s]], [min(one, x + Fraction(1, 8)) for x in rows[j][s]]

    def raised(j: int, s: int) -> tuple[list[Fraction], list[Fraction]]:
        row = rows[j][s]
        return [*([zero] * (len(row) - 1)), min(one, row[-1] + Fraction(1, 4))], [one] * len(row)

    def lowered(j: int, s: int) -> tuple[list[Fraction], list[Fraction]]:
        row = rows[j][s]
        return [zero] * len(row), [max(zero, row[0] - Fraction(1, 4)), *([one] * (len(row) - 1))]

    def tight(j: int, s: int) -> tuple[list[Fraction], list[Fraction]]:
        size = len(rows[j][s])
        return [zero] * size, [Fraction(1, size)] * size

    def full(j: int, s: int) -> tuple[list[Fraction], list[Fraction]]:
        return [Fraction(1, len(rows[j][s]))] * len(rows[j][s]), [one] * len(rows[j][s])

    def fixed(j: int, s: int) -> tuple[list[Fraction], list[Fraction]]:
        return (rows[j][s], rows[j][s]) if j == 0 else near(j, s)

    for box in (near, raised, lowered, tight, full, fixed):
        for radius in ("1/2", "1", "2"):
            yield region(world, center, lambda j, s, radius=radius: radius, box), None
        yield region(world, center, lambda j, s: "1" if j == last else "0", box), None


def trees(world: World, rows: Rows) -> Iterator[Any]:
    """One split at an action near the centre's probability, and two splits of one row."""
    game = world.true
    for j, player in enumerate(game.players):
        for s, state in list(enumerate(game.states))[:2]:
            names = game.actions[s][j]
            if len(names) < 2:
                continue
            first, last = rows[j][s][0], rows[j][s][-1]
            for step in (
                Fraction(3, 20),
                Fraction(-3, 20),
                Fraction(1, 5),
                Fraction(-1, 5),
                Fraction(3, 10),
                Fraction(-3, 10),
            ):
                cut, other = (str(min(Fraction(1), max(Fraction(0), x))) for x in (first + step, last - step))
                split = [player, state, names[0], cut]
                yield [split, None, None]
                if len(names) > 2:
                    second = [player, state, names[-1], other]
                    yield [split, None, second, None, None] if step > 0 else [split, second, None, None, None]
