"""How false certificates are made: for every mutant a stream of candidates, the first that it accepts is kept."""

import itertools
import json
import math
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.helpers.checker import forge, forge_balls
from tests.helpers.checker.edits import EDITS, changed
from tests.helpers.checker.forge_tilted import tilted_certificates
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.checker.judging import Neighbourhood
from tests.helpers.checker.mode_plans import mode_certificates
from tests.helpers.checker.mutants import Mutant, mutated
from tests.helpers.checker.templates import measured, templates
from tests.helpers.checker.truth import Rows, TrueGame, solve
from tests.helpers.checker.worlds import World

Data = dict[str, Any]


def masses(world: World) -> Iterator[list[Fraction]]:
    """Vectors that are occupancies by some wrong equation."""
    game = world.true
    for rows in (world.expert, world.learner):
        policy = game.rows(rows)
        mu, chain = game.occupancy(policy), game.chain(policy)[0]
        yield [Fraction(0)] * len(mu)
        yield [(1 - game.g) * p for p in game.nu]
        for factor in (1 / (1 - game.g), 1 - game.g, Fraction(5), Fraction(1, 5)):
            yield [factor * x for x in mu]
        yield drifted(chain)
        for other in (first_actions(game), swapped(game, policy)):
            matrix = [
                [int(s == t) - game.g * p for s, p in enumerate(column)]
                for t, column in enumerate(zip(*other, strict=True))
            ]
            yield solve(matrix, [(1 - game.g) * p for p in game.nu])


def drifted(chain: list[list[Fraction]]) -> list[Fraction]:
    """Three times the stationary distribution, all but exactly."""
    mu = [1 / Fraction(len(chain))] * len(chain)
    for _ in range(40):
        moved = [sum((m * row[t] for m, row in zip(mu, chain, strict=True)), Fraction(0)) for t in range(len(chain))]
        mu = [Fraction(int(x * 2**60), 2**60) for x in moved]
    return [3 * x for x in mu]


def first_actions(game: TrueGame) -> list[list[Fraction]]:
    return [next(iter(own.values())) for own in game.next]


def swapped(game: TrueGame, policy: Rows) -> list[list[Fraction]]:
    """The chain with the joint weights in column order."""
    chain = []
    for s, own in enumerate(game.next):
        rows = [player[s] for player in policy]
        weights = [math.prod(reversed(cell), start=Fraction(1)) for cell in itertools.product(*reversed(rows))]
        cells = list(zip(weights, own.values(), strict=True))
        chain.append([sum((w * row[t] for w, row in cells), Fraction(0)) for t in range(len(game.states))])
    return chain


def occupancy(world: World, claim: Data) -> Data:
    return world.vector(world.true.occupancy(world.true.rows(claim["expert"])))


def candidates(mutant: Mutant, module: Any, bench: Bench, world: World) -> Iterator[Data]:
    """Certificates that the mutant may accept though they prove what is false."""
    family = mutant.made.split()[0]
    settling = load(mutated(source(), mutant))
    game = settling.Game(settling.read_json(str(world.path)))
    if family == "edit":
        case, changes, settle = EDITS[mutant.name]
        data = changed(world.based(case), changes)
        yield forge.settled(settling, game, data) if settle else data
    elif family == "settle":
        for data in world.accepted.values():
            yield forge.settled(settling, game, data)
        for data in world.accepted.values():
            for _, spoiled in forge.spoiled(data):
                yield forge.settled(settling, game, spoiled)
    elif family == "masses":
        base = world.accepted["errors-exact"]
        claim = {key: base["claim"][key] for key in ("kind", "expert", "policy")}
        for vector, side in itertools.product(masses(world), ("lower", "upper")):
            proof = {"expert_occupancy": {side: world.vector(vector)}}
            yield forge.settled(settling, game, base | {"claim": claim | {"eps_bc": {side: "0"}}, "proof": proof})
    elif family == "dse":
        for claim, radius in itertools.product(dse_claims(world), (2, 0)):
            made = forge.dse_claim(module, bench.game, claim, radius)
            yield made
            yield forge.settled(settling, game, made)
    elif family == "spoil-dse":
        for claim in dse_claims(world):
            data = forge.dse_claim(module, bench.game, claim, 2)
            for side, change in itertools.product(("best_upper", "best_lower"), (1000, -1000)):
                spoiled = json.loads(json.dumps(data))
                for own in spoiled["proof"].values():
                    own[side] = forge.constant(world.true, change)
                yield spoiled
    elif family == "reach":
        for data in world.accepted.values():
            if data["claim"].get("theorem") == "concentrability":
                for made in forge.reach_claims(module, bench.game, data["claim"], data["proof"]):
                    yield forge.settled(settling, game, made)
    elif family == "forge":
        for claim, tree in templates(world):
            yield forged(module, bench.game, world, claim, tree)
    elif family == "measure":
        for claim, tree in measured(world):
            yield forged(module, bench.game, world, claim, tree)
    elif family == "multipliers":
        for claim, share in multiplier_claims(world):
            mass = world.true.occupancy(world.true.rows(claim["expert"]))
            bracket = {"lower": world.vector([share * m for m in mass]), "upper": world.vector([5 * m for m in mass])}
            yield from forge_balls.Multipliers(module, bench.game, world.true, claim, bracket).certificates()
    elif family == "vertices":
        yield from forge_balls.vertices(module, bench.game, world.true, (world.expert, world.learner))
    elif family == "search":
        yield from forge_balls.vertex_search(module, bench.game, world.true, (world.expert, world.learner))
    elif family == "best-upper":
        radii, known = ("1/10", "1/2", "2/3", "1"), near_equilibria(world)
        yield from forge_balls.best_upper(module, bench.game, world.true, known, radii)
    elif family == "best-lower":
        equilibria = world.judge.least.equilibria
        yield from forge_balls.best_lower(module, bench.game, world.true, least_gaps(world), equilibria)
    elif family == "linear":
        yield from linear(module, bench.game, world)
    elif family.startswith("tilted-"):
        yield from tilted_certificates(module, bench.game, world, family.removeprefix("tilted-"))
    elif family.startswith("modes-"):
        yield from mode_certificates(module, bench.game, world, family.removeprefix("modes-"))
    elif family == "cheat":
        true = load()
        places = itertools.product(range(3), (None, 0), (Fraction(4), Fraction(-4), Fraction(1, 4)))
        pairs = [(claim, tree, cheat) for cheat in places for claim, tree in templates(world) if tree is None]
        for claim, tree, cheat in pairs:
            yield forged(true, world.checker.game, world, claim, tree, cheat)
    else:
        yield from special(family, world)


def forged(module: Any, game: Any, world: World, claim: Data, tree: Any, cheat: Any = None) -> Data:
    if claim["kind"] == "region-bound":
        return forge.region_claim(module, game, claim, tree, cheat)
    return forge.ball_claim(module, game, claim, occupancy(world, claim), tree, cheat)


def linear(module: Any, game: Any, world: World) -> Iterator[Data]:
    """Leaves with the linear rule, from discounted visits and from random weights, references and prices."""
    rng, states = random.Random(0), range(game.size)
    for claim, tree in templates(world):
        if tree is not None:
            continue
        data, center = forged(module, game, world, claim, None), claim.get("center", claim.get("expert"))
        if claim["kind"] == "region-bound":
            region, boxes = forge.region_of(module, game, claim)
        else:
            region, boxes = forge.ball_of(module, game, claim, occupancy(world, claim)), {}
        if module.node_rows(game, region, boxes) is None:
            continue
        visits = [m / (1 - world.true.g) for m in world.true.occupancy(world.true.rows(center or {}))]
        for k in range(4):
            weights = [world.vector(visits)] * 2
            if k > 1:
                weights = [{"den": "2", "num": [rng.randint(-1, 5) for _ in states]} for _ in weights]
            reference = [rng.randrange(2) for _ in states]
            prices = [str(Fraction(rng.randint(0, 3) if k else 0, rng.randint(1, 3))) for _ in world.true.players]
            free = (weights, reference, prices)
            made = forge.linear_claim(module, game, data, region, boxes, free)
            yield made
            yield made | {"claim": claim | {"nash_gap": {"upper": "1/1000"}}}
            yield forge.linear_claim(module, game, data, region, boxes, free, Fraction(-4))


def multiplier_claims(world: World) -> Iterator[tuple[Data, Fraction]]:
    """Claims, and the share of the expert's occupancy that the proof knows of."""
    half = Fraction(1, 2)
    for radius, measure in itertools.product(("1/10", "2/5"), ("bc", "rho", "mu")):
        yield {"kind": "worst-case", "measure": measure, "expert": world.expert, "radius": radius}, Fraction(1)
    yield {"kind": "worst-case", "measure": "bc", "expert": world.expert, "radius": "1"}, Fraction(1)
    for measure, share in itertools.product(("rho", "mu"), (half, Fraction(0))):
        yield {"kind": "worst-case", "measure": measure, "expert": world.expert, "radius": "1/10"}, share


def near_equilibria(world: World) -> list[Rows]:
    """The equilibria, pure profiles, the policies of the files, and every two of them mixed."""
    game = world.true
    sizes = [len(own) for own in game.actions[0]]
    corners = itertools.product(*(range(size) for size in sizes))
    pure = [
        [[[Fraction(int(a == c)) for a in range(size)]] for c, size in zip(corner, sizes, strict=True)]
        for corner in corners
    ]
    known = [*world.judge.least.equilibria, *pure, *world.judge.hints]
    shares, movers = map(Fraction, ("1/20", "1/4")), ((0,), (1,), (0, 1))
    mixed = [blended(*choice) for choice in itertools.product(known, known, shares, movers)]
    found = [*known, *mixed]
    return [rows for k, rows in enumerate(found) if rows not in found[:k]][:36]


def blended(first: Rows, second: Rows, share: Fraction, movers: tuple[int, ...]) -> Rows:
    """The first policy of a bimatrix game with a share of the second in the movers' rows."""

    def row(i: int) -> list[Fraction]:
        return [(1 - share) * x + share * y for x, y in zip(first[i][0], second[i][0], strict=True)]

    return [[row(i)] if i in movers else first[i] for i in (0, 1)]


def least_gaps(world: World) -> dict[str, Fraction]:
    """The least gap known at each radius, 0 where there is no policy."""
    found = {}
    for radius in forge_balls.RADII:
        gaps = [max(world.true.gaps(policy)) for policy in world.judge.least.at(Fraction(radius))]
        found[radius] = min(gaps, default=Fraction(0))
    return found


def special(family: str, world: World) -> Iterator[Data]:
    """Covers whose proof of the occupancy, or whose tree, is not what the cover was made for."""
    true, game = load(), world.checker.game
    claim = {"kind": "worst-case", "measure": "bc", "expert": world.expert, "radius": "1/10"}
    right = occupancy(world, claim)
    if family == "ball-expert":
        data = forge.ball_claim(true, game, claim | {"radius": "0"}, right)
        yield data | {"claim": data["claim"] | {"radius": "1/10"}}
    if family == "ball-heavy":
        heavy = {"den": right["den"], "num": [5 * x for x in right["num"]]}
        data = forge.ball_claim(true, game, claim, heavy)
        data["proof"]["cover"]["occupancy"] = {"lower": right, "upper": heavy}
        yield data
    if family == "ball-uniform":
        data = forge.ball_claim(true, game, claim, forge.constant(world.true, 1))
        data["proof"]["cover"]["occupancy"] = {"lower": right}
        yield data
    if family == "ball-negative":
        negative = {"den": right["den"], "num": [-int(right["den"]), *([0] * (len(right["num"]) - 1))]}
        for leaf in ([0, 0, 0, 0], [0, 1, 2, 3]):
            data = forge.ball_claim(true, game, claim | {"radius": "0"}, right)
            data["proof"]["cover"]["occupancy"] = {"lower": negative}
            for cover in data["proof"]["cover"]["players"].values():
                cover["tree"] = [{"leaf": leaf}]
            yield data | {"claim": claim | {"nash_gap": data["claim"]["nash_gap"]}}
    if family == "half-tree":
        for (own, tree), kept in itertools.product(templates(world), (1, 2)):
            if own["kind"] == "worst-case" and tree is not None:
                yield half(forge.ball_claim(true, game, own, occupancy(world, own), tree), kept, game)


def half(data: Data, kept: int, game: Any) -> Data:
    """The cover of a split with one leaf only, claiming what that leaf shows."""
    limit = Fraction(0)
    for cover in data["proof"]["cover"]["players"].values():
        cover["tree"] = [cover["tree"][0], cover["tree"][kept]]
        limit = max(limit, forge.start_value(game, cover["vectors"][cover["tree"][1]["leaf"][3]]))
    data["claim"]["nash_gap"]["upper"] = str(limit)
    return data


def dse_claims(world: World) -> Iterator[Data]:
    """The expert, then pure policies, as if they were dominant: at radius 0, 1/20, and the learner's error."""
    game = world.true
    error = game.errors(game.rows(world.expert), game.rows(world.learner))["eps_bc"]
    sizes = [[range(len(own[i])) for own in game.actions] for i in range(len(game.players))]
    choices = itertools.product(*(list(itertools.product(*own)) for own in sizes))
    pure = [
        [
            [[Fraction(int(a == c)) for a in own] for c, own in zip(row, size, strict=True)]
            for row, size in zip(choice, sizes, strict=True)
        ]
        for choice in itertools.islice(choices, 81)
    ]
    for rows in [world.expert, *(game.names(policy) for policy in pure)]:
        for radius in (Fraction(0), Fraction(1, 20), error):
            ends = {"upper": str(bound(world, radius))}
            yield {
                "kind": "theorem-instance",
                "theorem": "dse",
                "expert": rows,
                "radius": str(radius),
                "nash_gap": ends,
            }


def bound(world: World, radius: Fraction) -> Fraction:
    """The conclusion for dominant experts."""
    module, game = world.checker.module, world.checker.game
    found: Fraction = (1 + game.discount * (game.n - 1)) * module.largest_scale(game) * radius
    return found


def refutation(world: World, data: Data) -> Data | None:
    """Why the claim is false: the policy that refutes it, or the certified bound that it exceeds; None if it is not."""
    claim = data["claim"]
    if claim["kind"] == "best-case":
        return best_refutation(world, claim)
    if claim["kind"] not in ("region-bound", "worst-case", "theorem-instance"):
        return {"refuted_by": None} if world.judge.is_false(claim) else None
    if "value_gap" in claim:
        return {"refuted_by": world.learner} if world.judge.is_false(claim) else None
    if "lower" in claim["nash_gap"]:
        above = next((name for name, data in world.accepted.items() if exceeded(claim, data["claim"])), None)
        return {"above": f"{world.name}.{above}.json"} if above else None
    best, policy = world.judge.best(claim)
    if policy is None or best <= Fraction(claim["nash_gap"]["upper"]):
        return None
    if not Neighbourhood(world.true, claim).admits(policy):
        raise ValueError("the search left the region")
    return {"refuted_by": world.true.names(policy)}


def exceeded(claim: Data, known: Data) -> bool:
    """The claimed lower end is above the upper end of a true claim about a ball that is no smaller."""
    same = known["kind"] == "worst-case" and all(known[key] == claim[key] for key in ("measure", "expert"))
    if not same or "upper" not in known["nash_gap"] or Fraction(claim["radius"]) > Fraction(known["radius"]):
        return False
    return Fraction(claim["nash_gap"]["lower"]) > Fraction(known["nash_gap"]["upper"])


def best_refutation(world: World, claim: Data) -> Data | None:
    """For a lower end or "infinity" a policy at the distance; an upper end is refuted by the judge alone."""
    if not world.judge.is_false(claim):
        return None
    if "upper" in claim["nash_gap"]:
        return {"refuted_by": None}
    policies = world.judge.least.at(Fraction(claim["radius"]))
    return {"refuted_by": world.true.names(min(policies, key=lambda policy: max(world.true.gaps(policy))))}
