"""Claims and plans from which covers by modes are forged (`forge_modes`), by what they put to use."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tests.helpers.checker import forge
from tests.helpers.checker.forge_modes import ModeProver, Plan, Seen, Step
from tests.helpers.checker.mode_plans_made import MADE
from tests.helpers.checker.templates import region
from tests.helpers.checker.worlds import World

__all__ = ["mode_certificate", "mode_certificates"]

Data = dict[str, Any]
PRICES = ("0", "1/2", "2", "8", "40")
HALF = ["1/2", "1/2", "0"]


def mode_certificates(module: Any, game: Any, world: World, family: str) -> Iterator[Data]:
    """Certificates as strong as `module` makes them; `family`: plain, unit, shares, table, tree, visit, .."""
    for claim, plans in {
        "plain": plain,
        "unit": units,
        "shares": shares,
        "table": tables,
        "tree": trees,
        "two": twice,
        "visit": visits,
        "within": withins,
        "tilt": tilts,
        "region": regions,
        "cheat": cheats,
        "again": agains,
        "circle": circles,
        "claim": claims,
        "cross": crossings,
        "never": nevers,
        **MADE,
    }[family](world):
        data = mode_certificate(module, game, world, claim, plans)
        yield data
        if family in ("claim", "unit"):
            limits = [
                Fraction(cover["limit"])
                for own in data["proof"]["cover"]["players"].values()
                for cover in own["modes"].values()
            ]
            for bound in (max(limits), Fraction(1, 1000)):
                yield data | {"claim": data["claim"] | {"nash_gap": {"upper": str(bound)}}}


def mode_certificate(module: Any, game: Any, world: World, claim: Data, plans: list[Plan]) -> Data:
    """The claim with the smallest bound that the plans show of every player, by one joint cover or by a pair."""
    boxes: Any = {}
    if claim["kind"] == "region-bound":
        around, boxes = forge.region_of(module, game, claim)
    else:
        mass = world.vector(world.true.occupancy(world.true.rows(claim["expert"])))
        around = forge.ball_of(module, game, claim, mass)
    covers: Data = {}
    bound = Fraction(0)
    for i, player in enumerate(game.players):
        prover, own = ModeProver(module, game, around, boxes, i), {}
        total = Fraction(0)
        for plan in plans:
            simple = replace(plan, steps=(), limit=None) if i and plan.steps else plan  # visits are the first player's
            own[plan.kind], limit = prover.cover(simple)
            total += limit
        covers[player] = {"modes": own}
        bound = max(bound, total)
    proof = {"players": covers} if claim["kind"] == "region-bound" else {"cover": {"players": covers}}
    if "cover" in proof:
        proof["cover"]["occupancy"] = {"lower": mass}
    return forge.certificate(game, claim | {"nash_gap": {"upper": str(bound)}}, proof)


def ball(world: World, radius: str = "1/10", measure: str = "bc", center: Data | None = None) -> Data:
    return {"kind": "worst-case", "measure": measure, "expert": center or world.expert, "radius": radius}


def pair(n: int, apart: str, both: str, **rest: Any) -> list[Plan]:
    return [Plan("optimum", prices=(apart,) * n, **rest), Plan("value", prices=(both,) * n, **rest)]


def plain(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """One leaf without a charge, and with the default shares."""
    n = len(world.true.players)
    for center, radius in itertools.product((world.expert, world.learner), ("1/10", "2/5", "0", "1")):
        claim = ball(world, radius, "bc", center)
        for price in PRICES:
            yield claim, [Plan(prices=(price,) * n)]
            yield claim, pair(n, price, price)
            yield claim, pair(n, "0", price, first=n - 1)


def units(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Payoffs counted in other units than the game's."""
    for unit, (claim, plans) in itertools.product(("8", "1/8", "3/2"), plain(world)):
        yield claim, [replace(plan, unit=unit) for plan in plans]
    for unit, (claim, plans) in itertools.product(("8", "1/8"), visits(world)):
        yield claim, [replace(plan, unit=unit) for plan in plans]


def shares(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Shares of every kind, for all measures."""
    n = len(world.true.players)
    splits = (["0", "1", "0"], ["0", "0", "1"], ["0", "1/2", "1/2"], ["1/3", "1/3", "1/3"], ["1", "0", "0"])
    for measure, radius in itertools.product(("bc", "rho", "mu"), ("1/10", "2/5")):
        claim = ball(world, radius, measure)
        for split, price in itertools.product(splits, PRICES[1:]):
            yield claim, [Plan(prices=(price,) * n, shares=[split] * n)]
        for price in PRICES[1:]:
            yield (
                claim,
                [replace(plan, shares=[["0", "1", "0"]] * n) for plan in pair(n, "0", price)][1:]
                + pair(n, price, "0")[:1],
            )


def tables(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Shares by state, turned from state to state; in a leaf, in a tree, in visits."""
    n, size = len(world.true.players), len(world.true.states)
    halves = (("1", "0", "0"), ("0", "1", "0"), ("0", "0", "1"), ("1/4", "1/2", "1/4"))
    for turn, radius in itertools.product(range(4), ("1/10", "2/5")):
        own = [[halves[(s + turn) % 4][k] for s in range(size)] for k in range(3)]
        claim = ball(world, radius)
        for price in PRICES[1:]:
            yield claim, [Plan(prices=(price,) * n, shares=[own] * n)]
            yield claim, [Plan(prices=(*("0",) * (n - 1), price), shares=[own] * n)]
            yield claim, [replace(plan, shares=[own] * n) for plan in pair(n, price, price)]


def trees(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Splits of distances and rows, with and without shared vectors."""
    game = world.true
    n = len(game.players)
    expert = game.rows(world.expert)
    mu = game.occupancy(expert)
    cells = [(j, s) for j in range(n) for s, m in enumerate(mu) if len(game.actions[s][j]) > 1 and m]
    for (j, s), radius, price in itertools.product(cells, ("2/5", "1"), ("1/2", "0", "40", "1/10", "2")):
        name, state, actions, claim = game.players[j], game.states[s], game.actions[s][j], ball(world, radius)
        most = min(Fraction(radius) / mu[s], Fraction(2))
        splits = [[name, state, None, str(most * share)] for share in map(Fraction, ("9/10", "1", "1/2", "1/5", "0"))]
        middle = [str(expert[j][s][0]), str(expert[j][s][0] / 2), str((1 + expert[j][s][0]) / 2)]
        splits += [[name, state, actions[0], at] for at in middle]
        for split in splits:
            tree = (split, None, None, False)
            yield claim, [Plan(prices=(price,) * n, tree=tree)]
            yield claim, [Plan(prices=(price,) * n, tree=(*tree[:3], True))]
            yield claim, pair(n, price, price, tree=tree)
            deeper = ([name, state, None, str(most / 2)], None, tree, True)
            other = ([name, state, None, str(most / 2)], None, tree, False)
            first, second = pair(n, price, price)
            yield claim, [replace(first, tree=other), replace(second, tree=deeper)]


def twice(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Splits of two rows, the second one below the first's lower half alone."""
    game = world.true
    n, expert = len(game.players), game.rows(world.expert)
    mu = game.occupancy(expert)
    cells = [(j, s) for j in range(n) for s, m in enumerate(mu) if len(game.actions[s][j]) > 1 and m]
    for (one, other), price, a in itertools.product(itertools.permutations(cells, 2), ("0", "2"), (0, 1)):
        (j, s), (k, t) = one, other
        first = [game.players[j], game.states[s], None, str(min(1 / mu[s], Fraction(2)) / 2)]
        second = [game.players[k], game.states[t], game.actions[t][k][a], str(expert[k][t][a])]
        tree = (first, (second, None, None, False), None, False)
        yield ball(world, "1"), [Plan(prices=(price,) * n, tree=tree)]


def visits(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Visit bounds of the start with several cutoffs, then one leaf that pays by them."""
    n = len(world.true.players)
    cutoffs = [Fraction(x) for x in ("101/100", "1", "1/2", "1/50", "0")]
    for price, theta, limit in itertools.product(("1/10", "10", "2"), ("0", "1", "50"), cutoffs):
        for group, kind in (("deviator", "optimum"), ("imitator", "value")):
            steps = (Step(group, 0, theta, (price,) * n),) * 2
            split = [["0", "1", "0"]] * n if group == "imitator" else [["0", "0", "1"]] * n
            for leaf in ("1/10", price):
                joint = Plan(prices=(leaf,) * n, shares=split, steps=steps, limit=limit)
                yield ball(world), [joint]
                one = tuple(replace(step, shares=split) for step in steps)
                other = pair(n, "0", "0")[1 if kind == "optimum" else 0]
                yield ball(world), [replace(joint, kind=kind, steps=one), other]


def withins(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Visits in the half of a tree that is near the expert, then the other half; and visits that are all of a half."""
    game = world.true
    n, mu = len(game.players), game.occupancy(game.rows(world.expert))
    cells = [(j, s) for s, m in enumerate(mu) for j in range(n) if len(game.actions[s][j]) > 1 and m]
    for (j, s), radius, price in itertools.product(cells, ("2/5", "1/10"), ("2", "1/2", "10")):
        most = min(Fraction(radius) / mu[s], Fraction(2))
        split = [game.players[j], game.states[s], None, str(most / 8)]
        for group, shares in (("deviator", [["0", "0", "1"]] * n), ("imitator", [["0", "1", "0"]] * n)):
            seen = Seen((Step(group, s, "0", (price,) * n, shares),))
            half = Plan(prices=(price,) * n, shares=shares, tree=(split, seen, None, False))
            yield ball(world, radius), [half]
            kind, other = ("optimum", "value") if group == "deviator" else ("value", "optimum")
            yield ball(world, radius), [replace(half, kind=kind), Plan(other, prices=("0",) * n)]
            yield ball(world, radius), [replace(half, tree=replace(seen, tree="closed"))]


def circles(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Visit bounds that are assumed while they are proved."""
    n = len(world.true.players)
    for limit, guess, theta in itertools.product(("101/100", "11/10", "1/2"), ("1/200", "1/20", "1/2"), ("200", "20")):
        for price in ("201/20", "2"):
            prices = (price,) * n
            step = Step("deviator", 0, theta, prices, guess=guess)
            for leaf in ("1/10", price):
                optimum = Plan("optimum", prices=(leaf,) * n, steps=(step,), limit=Fraction(limit))
                yield ball(world), [optimum, Plan("value", prices=("0",) * n)]


def cheats(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Covers with vectors that are too low, with an empty leaf, with a leaf too few."""
    game = world.true
    n = len(game.players)
    for at, name, price in itertools.product(("1/10", "0"), game.players, ("2", "40", "0")):
        split = [name, game.states[0], None, at]
        for cheat, share in itertools.product(("leaf", "shared", "visit", "void", "half"), (True, False)):
            plan = Plan(prices=(price,) * n, tree=(split, None, None, share), cheat=cheat)
            first, second = pair(n, price, price)
            yield ball(world, "2/5"), [plan]
            yield ball(world, "2/5"), [replace(plan, kind="value"), first]
            yield ball(world, "2/5"), [replace(plan, kind="optimum", tree=(*plan.tree[:3], False)), second]
            for group in ("imitator", "deviator"):
                step = Step(group, 0, "0", plan.prices)
                yield ball(world, "2/5"), [replace(plan, tree=None, limit=Fraction(1, 10), steps=(step,))]


def agains(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Trees whose later leaves rest on the inequalities of the first."""
    game = world.true
    n, expert = len(game.players), game.rows(world.expert)
    mu = game.occupancy(expert)
    cells = [(j, s) for j in range(n) for s, m in enumerate(mu) if len(game.actions[s][j]) > 1 and m]
    for (j, s), price, radius in itertools.product(cells, ("2", "0", "40"), ("2/5", "1")):
        name, state, least = game.players[j], game.states[s], [str(expert[j][s][0] * k / 4) for k in (3, 1)]
        splits = [[name, state, None, "1/10"], *([name, state, game.actions[s][j][0], at] for at in least)]
        other = ([game.players[-1 - j], game.states[0], None, "1/10"], None, None, False)
        for split, below, cheat in itertools.product(splits, (None, other), ("again", "free", "finer", "")):
            plan = Plan(prices=(price,) * n, tree=(split, below, None, False), cheat=cheat)
            yield ball(world, radius), [plan]
            first, second = pair(n, price, price)
            yield ball(world, radius), [replace(plan, kind="optimum"), second]
            yield ball(world, radius), [replace(plan, kind="value"), first]


def claims(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Limits that are to add up to the claim, and one that no leaf shows."""
    n = len(world.true.players)
    yield ball(world, "2/5"), pair(n, "2", "2")
    for limit in (Fraction(1, 100), Fraction(-9)):
        yield ball(world, "2/5"), [Plan(prices=("2",) * n, limit=limit)]
        yield ball(world, "2/5"), [replace(plan, limit=limit) for plan in pair(n, "2", "2")]


def crossings(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Visit bounds of the first player, above a limit that is hardly exceeded; the others pay by visits as well."""
    n = len(world.true.players)
    for radius, theta, price in itertools.product(("2/5", "1/10"), ("50", "5", "1"), ("2", "1/2", "10")):
        prices, imitator, deviator = (price,) * n, [["0", "1", "0"]] * n, [["0", "0", "1"]] * n
        for group, shares in (("imitator", imitator), ("deviator", deviator)):
            step = Step(group, 0, theta, tuple(str(Fraction(theta) * Fraction(x)) for x in prices), shares)
            joint = Plan(prices=prices, shares=shares, steps=(step,), cheat="near")
            yield ball(world, radius), [joint]
            for kind, other in (("value", "optimum"), ("optimum", "value")):
                if group != ("deviator" if kind == "value" else "imitator"):
                    pay = Plan(other, prices=prices, shares=imitator if other == "value" else deviator)
                    yield ball(world, radius), [replace(joint, kind=kind), pay]


def nevers(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """A state that nobody visits: its bound is 0, which says nothing of the limit."""
    n = len(world.true.players)
    last = len(world.true.states) - 1
    step = Step("imitator", last, "0", ("0",) * n)
    yield ball(world, "2/5"), [Plan(prices=("0",) * n, steps=(step,), limit=Fraction(1, 100))]
    step = Step("deviator", last, "0", ("0",) * n)
    yield ball(world, "2/5"), [Plan(prices=("0",) * n, steps=(step,), limit=Fraction(1, 100))]


def tilts(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Tilts by states and by joint actions, over all measures."""
    game = world.true
    n, states = len(game.players), len(game.states)
    rows = sum(len(own) for own in game.next)
    for measure, radius in itertools.product(("mu", "rho", "bc"), ("1/10", "2/5")):
        claim = ball(world, radius, measure)
        for size, k in itertools.product((states, rows), range(4)):
            for weight in (1, -1, 4, -4):
                num = [weight if place % 4 == k else 0 for place in range(size)]
                for price in ("0", "2"):
                    plan = Plan(prices=(price,) * n, tilt={"den": "1", "num": num})
                    yield claim, [plan]
                    yield claim, [replace(plan, kind="value"), *pair(n, price, price)[:1]]
                    split = [game.players[0], game.states[0], None, "1/5"]
                    yield claim, [replace(plan, tree=(split, None, None, True))]


def regions(world: World) -> Iterator[tuple[Data, list[Plan]]]:
    """Regions with and without boxes."""
    n, half = len(world.true.players), Fraction(1, 4)
    rows = world.true.rows(world.expert)

    def box(j: int, s: int) -> tuple[list[Fraction], list[Fraction]]:
        return [Fraction(0)] * len(rows[j][s]), [max(Fraction(1, 2), x - half) for x in rows[j][s]]

    for radius, cut in itertools.product(("1/5", "1/2", "2"), (None, box)):
        claim = region(world, world.expert, lambda j, s, radius=radius: radius, cut)
        for price in PRICES:
            yield claim, [Plan(prices=(price,) * n)]
            yield claim, pair(n, price, price)
            yield claim, [Plan(prices=(price,) * n, shares=[HALF] * n)]
