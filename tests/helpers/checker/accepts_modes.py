"""True covers by modes (FORMAT 6.5), as strong as the checker itself makes them."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from certigap.bounds.modes.written import packed
from tests.helpers.checker import mode_plans
from tests.helpers.checker.forge_modes import Plan, Seen, Step
from tests.helpers.checker.mode_plans import mode_certificate
from tests.helpers.checker.worlds import World

__all__ = ["MODE_GAMES", "mode_accepts"]

Data = dict[str, Any]
MODE_GAMES = ("coin", "pair", "trio", "ragged", "solo", "stay", "linger", "wide")
FAMILIES = {
    "plain": mode_plans.plain,
    "unit": mode_plans.units,
    "shares": mode_plans.shares,
    "table": mode_plans.tables,
    "tree": mode_plans.trees,
    "within": mode_plans.withins,
    "tilt": mode_plans.tilts,
    "region": mode_plans.regions,
}


def mode_accepts(world: World) -> Iterator[tuple[str, Data]]:
    """(case, certificate): of every family one joint cover and one pair, and what visits show in the game `stay`."""
    module, game = world.checker.module, world.checker.game
    for family, made in FAMILIES.items():
        seen: set[str] = set()
        for claim, plans in made(world):
            kind = "joint" if len(plans) == 1 else "pair"
            dull = all(set(plan.prices) == {"0"} for plan in plans)
            if kind in seen or dull:
                continue
            data = mode_certificate(module, game, world, claim, plans)
            if world.checker.verdict(data) == "valid":
                seen.add(kind)
                yield f"modes-{family}-{kind}", data
                if family == "plain":
                    yield f"modes-text-{kind}", as_text(data)
            if len(seen) == 2:
                break
    if world.name == "stay":
        yield "modes-visits", mode_certificate(module, game, world, *visited(world))
        yield "modes-closed", mode_certificate(module, game, world, *closed(world))


def as_text(data: Data) -> Data:
    """The same with numbers as text, and with charges in a list."""
    data = copy.deepcopy(data)
    for own in data["proof"]["cover"]["players"].values():
        for cover in own["modes"].values():
            for vector in cover["vectors"]:
                vector["num"] = packed(vector["num"])
            cover["charges"] = []
            for leaf in cover["tree"]:
                leaf["charge"] = len(cover["charges"])
                cover["charges"].append({key: leaf.pop(key) for key in ("prices", "shares") if key in leaf})
    return data


def visited(world: World) -> tuple[Data, list[Plan]]:
    """How often the start is seen where V* is above 13/10, and that it is nowhere."""
    prices = ("10", "10")
    steps = tuple(Step("deviator", 0, theta, prices) for theta in ("0", "5", "50", "50"))
    optimum = Plan("optimum", prices=prices, steps=steps, limit=Fraction(13, 10))
    return mode_plans.ball(world), [optimum, Plan("value", prices=("0", "0"))]


def closed(world: World) -> tuple[Data, list[Plan]]:
    """The same in each half of a tree, where nothing but visits is needed."""
    claim, (optimum, value) = visited(world)
    split = [world.true.players[1], world.true.states[0], None, "1/4"]
    tree = (split, *(Seen(optimum.steps, "closed"),) * 2, False)
    return claim, [replace(optimum, steps=(), tree=tree), value]
