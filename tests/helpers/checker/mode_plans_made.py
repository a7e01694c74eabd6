"""Plans of covers by modes made by hand: what a checker needs that forgets one condition of one leaf or one visit."""

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.helpers.checker.forge_modes import Ending, Plan, Step
from tests.helpers.checker.worlds import World

__all__ = ["MADE"]

Data = dict[str, Any]
Plans = Iterator[tuple[Data, list[Plan]]]


def ball(world: World, radius: str) -> Data:
    return {"kind": "worst-case", "measure": "bc", "expert": world.expert, "radius": radius}


def halves(world: World) -> Plans:
    """The first player's first row is split by distance or by what it plays; only what is beyond it has to pay."""
    game, (row, *_) = world.true, world.true.rows(world.expert)[0]
    free, pays = ("0",) * len(game.players), ("1/2", *("0",) * (len(game.players) - 1))
    a, most = row.index(max(row)), Fraction(2, 5)

    def split(action: str | None, at: Fraction) -> list[str | None]:
        return [game.players[0], game.states[0], action, str(at)]

    action = game.actions[0][0][a]
    for shares in (None, [["0", "0", "1"]] * len(game.players)):
        yield ball(world, "2/5"), [Plan(tree=(split(None, most / 2), Ending(free), Ending(pays, shares), False))]
    yield ball(world, "2/5"), [Plan(tree=(split(action, row[a] - most / 4), Ending(pays), Ending(free), False))]
    yield ball(world, "2/5"), [Plan(tree=(split(action, row[a] - most / 4), Ending(free), Ending(free), False))]
    yield ball(world, "2/5"), [Plan(tree=(split(None, most * 11 / 10), Ending(free), Ending(free), False))]


def parted(world: World) -> Plans:
    """Far from the expert's row next to nothing is left to pay for, whatever the deviator's modes are charged."""
    game = world.true
    split = [game.players[0], game.states[0], None, "9/10"]
    tree = (split, Ending(("0", "0")), Ending(("1", "0"), [["0", "0", "1"]] * 2), False)
    yield ball(world, "1"), [Plan(tree=tree)]


def lone(world: World) -> Plans:
    """Only V* pays."""
    n = len(world.true.players)
    for price in ("1/2", "1"):
        yield ball(world, "2/5"), [Plan("optimum", prices=(price,) * n), Plan("value", prices=("0",) * n)]


def seen(world: World) -> Plans:
    """A visit of the deviator to where nobody comes, at a high price, or of what is never paid; the leaf rests on its
    vectors for nothing."""
    n, last = len(world.true.players), len(world.true.states) - 1
    for radius, theta in itertools.product(("1/10", "2/5"), ("1", "0")):
        step = Step("deviator", last, theta, ("40" if theta == "1" else "0",) * n)
        yield ball(world, radius), [Plan(prices=("0",) * n, steps=(step,), limit=Fraction(11, 10), cheat="seen")]


def marked(world: World) -> Plans:
    """The same visit once more, of the start: it rests on the first one's vectors as if nothing were marked."""
    n, last = len(world.true.players), len(world.true.states) - 1
    shares = [["0", "0", "1"]] * n
    for limit, price in itertools.product(("9/8", "11/10", "6/5", "101/100"), ("1/10", "1", "10")):
        steps = tuple(Step("deviator", s, "1", (price,) * n, shares) for s in (last, 0))
        prices = ("1/10",) * n
        plan = Plan("optimum", prices=prices, shares=shares, steps=steps, limit=Fraction(limit), cheat="marked")
        yield ball(world, "1/10"), [plan, Plan("value", prices=("0",) * n)]


MADE = {"halves": halves, "parted": parted, "lone": lone, "seen": seen, "marked": marked}
