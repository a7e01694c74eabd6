"""An adversary: proofs made with a (mutated) checker's own rules, and certificates spoiled in one place.

`cover` iterates the checker's operators to their fixed points, so with a mutant it yields the strongest claim that
the mutant accepts. `settled` claims what a proof would show if all its vectors were taken on trust.
"""

import copy
import itertools
import math
import types
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

DEN = 2**20
Data = dict[str, Any]


def path_get(data: Any, path: str) -> Any:
    for key in path.split("/"):
        data = data[int(key)] if isinstance(data, list) else data[key]
    return data


def path_set(data: Any, path: str, value: Any) -> None:
    *way, last = path.split("/")
    place = path_get(data, "/".join(way)) if way else data
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value


def vectors(node: Any, path: str = "proof") -> Iterator[str]:
    """Paths of all vectors of a certificate."""
    if isinstance(node, dict) and set(node) == {"den", "num"}:
        yield path
    elif isinstance(node, dict | list):
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from vectors(child, f"{path}/{key}")


def trusting(module: Any) -> Any:
    """Switch off the inequalities of a loaded checker, and let it report what it would have derived."""
    module.check_vector = module.check_gap_vector = module.check_occupancy = lambda *_: None
    return module


def settled(module: Any, game: Any, data: Data) -> Data:
    """The certificate with the strongest claim that its proof shows to `module` (see `trusting`)."""
    result = copy.deepcopy(data)
    shown: dict[str, dict[str, str]] = {}

    def record(node: Any, derive: Any) -> str:
        for sign, side in ((-1, "lower"), (1, "upper")):
            if side in node.value:
                shown.setdefault(node.where, {})[side] = str(derive(sign))
        return ""

    claim, kind = result["claim"], result["claim"]["kind"]
    if kind == "worst-case" and "upper" in claim["nash_gap"] and {"theorem", "occupancy"} & result["proof"].keys():
        return settled_ball(module, game, result)
    if kind in ("region-bound", "worst-case") and "upper" in claim["nash_gap"]:
        covers = result["proof"]["players" if kind == "region-bound" else "cover"]
        covers = covers if kind == "region-bound" else covers["players"]
        ends = [
            start_value(game, own["vectors"][node["leaf"][3]])
            for own in covers.values()
            for node in own["tree"]
            if "leaf" in node
        ]
        claim["nash_gap"]["upper"] = str(max(ends))
        return result
    module.check_interval = record
    node = module.Node(claim, "claim")

    def ask(role: str) -> Any:
        return module.read_rows(game, node.child(role))

    if kind == "equilibrium":
        claim["regret"] = str(2**99)
    try:
        module.rule("claim", kind)(game, node, module.Node(result["proof"], "proof"), ask)
        if kind == "equilibrium":
            evaluation = module.Evaluation(game, ask("policy"), module.Node(result["proof"], "proof"))
            claim["regret"] = str(evaluation.nash_gap(1))
    except (module.Malformed, module.Invalid, ArithmeticError, LookupError, TypeError):
        return data
    for where, sides in shown.items():
        path_set(result, where, sides)
    return result


def settled_ball(module: Any, game: Any, data: Data) -> Data:
    """A worst case with the upper end that its theorem or multipliers show; unchanged when they show none."""
    claim = data["claim"]
    expert = module.read_rows(game, module.Node(claim["expert"], "expert"))
    parts = {key: module.Node(part, key) for key, part in data["proof"].items()}
    try:
        shown = module.ball_bound(game, expert, claim["measure"], Fraction(claim["radius"]), Fraction(0), parts)
    except (module.Malformed, module.Invalid, ArithmeticError, LookupError, TypeError):
        return data
    return data | {"claim": claim | {"nash_gap": {"upper": str(shown)}}}


def start_value(game: Any, vector: Data) -> Fraction:
    return sum(
        (p * Fraction(x, int(vector["den"])) for p, x in zip(game.initial, vector["num"], strict=True)), Fraction(0)
    )


def spoiled(data: Data) -> Iterator[tuple[str, Data]]:
    """The certificate with one vector changed in one entry, or everywhere, up or down."""
    for path in vectors(data["proof"]):
        vector = path_get(data, path)
        size = len(vector["num"])
        for change in (Fraction(1, 4), Fraction(-1, 4), Fraction(3), Fraction(-3)):
            for places in [[s] for s in range(size)] + ([list(range(size))] if size > 1 else []):
                result = copy.deepcopy(data)
                den = int(vector["den"]) * 4
                nums = [4 * x + (int(change * den) if s in places else 0) for s, x in enumerate(vector["num"])]
                path_set(result, path, {"den": str(den), "num": nums})
                yield f"{path} {change} at {places}", result
        flipped = copy.deepcopy(data)
        path_set(flipped, path, {"den": "-" + vector["den"], "num": vector["num"]})
        yield f"{path} over a negative denominator", flipped


class Prover:
    """Covers made with the operators of `module`, over the denominator `DEN`."""

    def __init__(self, module: Any, game: Any, cheat: Any = None, reward: Any = None) -> None:
        self.m, self.game, self.cheat, self.reward = module, game, cheat, reward

    def cover(self, i: int, region: Any, boxes: Any, tree: list[Any]) -> tuple[Data, Fraction]:
        """Player i's cover for the splits of `tree` (`None`: a leaf), and the bound that it shows."""
        pool: list[Data] = []
        nodes: list[Data] = [{"leaf": []} if entry is None else {"split": entry} for entry in tree]
        leaves = iter([node["leaf"] for node in nodes if "leaf" in node])
        limit = Fraction(0)
        for here, _, _ in self.m.tree_leaves(self.game, boxes, self.m.Node(nodes, "tree")):
            found = self.leaf(i, region, here)
            next(leaves).extend(len(pool) + k for k in range(4))
            pool += found
            limit = max(limit, start_value(self.game, found[3]))
        return {"vectors": pool, "tree": nodes}, limit

    def leaf(self, i: int, region: Any, boxes: Any) -> list[Data]:
        rows = self.m.node_rows(self.game, region, boxes)
        if rows is None:
            return [{"den": "1", "num": [0] * self.game.size}] * 4
        largest = (
            max(abs(x) for x in self.game.rewards[i]) / Fraction(self.game.reward_den[i]) / (1 - self.game.discount)
        )
        step = self.m.Step
        known = [
            self.settle(0, i, rows, step.best_value, 1, largest),
            self.settle(1, i, rows, step.best_value, -1, -largest),
            self.settle(2, i, rows, step.policy_value, -1, -largest),
        ]
        known.append(self.settle(3, i, rows, lambda s, own, v, _: self.gap(s, own, [*known, v]), 1, 2 * largest))
        return [written(v) for v in known]

    def gap(self, step: Any, own: Any, given: list[Any]) -> Fraction:
        """The gap rule over the last vector's denominator, so that it can be iterated as the others."""
        bounds = self.m.PairBounds(*given)
        return Fraction(step.gap_value(own, bounds) * given[-1].den, bounds.den)

    def settle(self, k: int, i: int, rows: Any, backup: Any, sign: int, start: Fraction) -> Any:
        """The k-th vector: iterated from a constant and rounded outward; cheated in where `cheat` says so."""
        first = int(start * DEN) + sign
        vector = types.SimpleNamespace(den=DEN, num=[first] * self.game.size, bits=0)
        for _ in range(300):
            before = vector.num
            vector.num = [self.backed(i, s, rows, backup, sign, vector) for s in range(self.game.size)]
            if vector.num == before:
                break
        vector = self.snapped(i, rows, backup, sign, vector)
        if self.cheat is not None and self.cheat[0] == k:
            _, place, change = self.cheat
            moved = int(change * vector.den)
            vector.num = [x + (moved if place in (None, s) else 0) for s, x in enumerate(vector.num)]
        return vector

    def snapped(self, i: int, rows: Any, backup: Any, sign: int, vector: Any) -> Any:
        """The fixed point itself, where its numbers are short."""
        near = [Fraction(x, DEN).limit_denominator(1000) for x in vector.num]
        den = math.lcm(*(x.denominator for x in near)) * 4
        exact = types.SimpleNamespace(den=den, num=[int(x * den) for x in near], bits=0)
        for s in range(self.game.size):
            if sign * (exact.num[s] - self.backed(i, s, rows, backup, sign, exact)) < 0:
                return vector
        return exact

    def backed(self, i: int, s: int, rows: Any, backup: Any, sign: int, vector: Any) -> int:
        step, own = self.m.PairStep(self.game, i, s, self.reward), [row[s] for row in rows]
        unit = step.unit
        for row in own:
            unit *= row.den
        value = backup(step, own, vector, sign)
        return int(-(-value // unit) if sign > 0 else value // unit)


def certificate(game: Any, claim: Data, proof: Data) -> Data:
    return {
        "format": "certigap-certificate",
        "version": 1,
        "game": game.digest,
        "claim": claim,
        "proof": proof,
        "end": True,
    }


def region_claim(module: Any, game: Any, claim: Data, trees: Any = None, cheat: Any = None) -> Data:
    """A region-bound certificate for `claim` (without its bound), as strong as `module` lets it be."""
    space, boxes = region_of(module, game, claim)
    covers, limit = all_covers(module, game, space, boxes, trees, cheat)
    return certificate(game, claim | {"nash_gap": {"upper": str(limit)}}, {"players": covers})


def region_of(module: Any, game: Any, claim: Data) -> tuple[Any, Any]:
    """The region of a claim, and its boxes."""
    node = module.Node(claim, "claim")
    radius = [[Fraction(0)] * game.size for _ in game.players]
    for j, own in enumerate(game.by_state(node.child("radii"), True)):
        for s, entry in own.items():
            radius[j][s] = entry.rational()
    boxes = {}
    for j, own in enumerate(game.by_state(node.child("box"), True) if "box" in claim else ()):
        for s, entry in own.items():
            boxes[j, s] = tuple([Fraction(x) for x in entry.value[side]] for side in ("lower", "upper"))
    return module.Region(game, module.read_rows(game, node.child("center")), radius), boxes


def ball_of(module: Any, game: Any, claim: Data, occupancy: Data) -> Any:
    """The ball of a claim, with a lower bound of the expert's occupancy."""
    expert = module.read_rows(game, module.Node(claim, "claim").child("expert"))
    mass = module.Vector(game.size, module.Node(occupancy, "occupancy"))
    return module.rule("measure", claim["measure"])(game, expert, Fraction(claim["radius"]), mass)


def ball_claim(module: Any, game: Any, claim: Data, occupancy: Data, trees: Any = None, cheat: Any = None) -> Data:
    """A worst-case certificate with a cover, as strong as `module` lets it be."""
    ball = ball_of(module, game, claim, occupancy)
    covers, limit = all_covers(module, game, ball, {}, trees, cheat)
    proof = {"cover": {"occupancy": {"lower": occupancy}, "players": covers}}
    return certificate(game, claim | {"nash_gap": {"upper": str(limit)}}, proof)


def all_covers(module: Any, game: Any, region: Any, boxes: Any, trees: Any, cheat: Any) -> tuple[Data, Fraction]:
    prover, covers, limit = Prover(module, game, cheat), {}, Fraction(0)
    for i, player in enumerate(game.players):
        covers[player], bound = prover.cover(i, region, boxes, trees or [None])
        limit = max(limit, bound)
    return covers, limit


def dse_claim(module: Any, game: Any, claim: Data, radius: int) -> Data:
    """An instance of the theorem on dominant experts, whether dominant or not; 2 is the right radius."""
    expert = module.read_rows(game, module.Node(claim, "claim").child("expert"))
    rows = [[module.Rows(row, Fraction(radius)) for row in own] for own in expert]
    prover, proof = Prover(module, game), {}
    for i, player in enumerate(game.players):
        largest = max(abs(x) for x in game.rewards[i]) / Fraction(game.reward_den[i]) / (1 - game.discount)
        high = prover.settle(0, i, rows, module.Step.best_value, 1, largest)
        low = prover.settle(1, i, rows, module.Step.best_value, -1, -largest)
        pairs = (("best_upper", high), ("best_lower", low))
        proof[player] = {name: written(vector) for name, vector in pairs}
    return certificate(game, claim, proof)


def reach_claims(module: Any, game: Any, claim: Data, proof: Data) -> Iterator[Data]:
    """Concentrability instances: the regret's proof is given, the reach vectors are the right ones or wrong ones."""
    expert = module.read_rows(game, module.Node(claim, "claim").child("expert"))
    rows, unit = module.point_rows(expert), game.discount.denominator - game.discount.numerator
    backups, targets = (module.Step.best_value, module.Step.policy_value), (None, 0)
    for backup, paid, target in itertools.product(backups, (unit, 0), targets):
        reach: Data = {player: [] for player in game.players}
        for (i, player), t in itertools.product(enumerate(game.players), range(game.size)):
            rewards, s = [0] * game.offsets[-1], t if target is None else target
            rewards[game.offsets[s] : game.offsets[s + 1]] = [paid] * (game.offsets[s + 1] - game.offsets[s])
            prover = Prover(module, game, reward=(rewards, game.discount.denominator))
            reach[player].append(written(prover.settle(0, i, rows, backup, 1, Fraction(1))))
        yield certificate(game, claim, proof | {"reach": reach})


def written(vector: Any) -> Data:
    return {"den": str(vector.den), "num": vector.num}


def linear_claim(
    module: Any, game: Any, data: Data, region: Any, boxes: Any, free: tuple[Any, Any, Any], cheat: Any = 0
) -> Data:
    """A cover of one leaf with the linear rule: `free`: weights, reference actions, prices; `cheat` moves the top."""
    result, limit = copy.deepcopy(data), Fraction(0)
    weights, reference, prices = free
    rows = module.node_rows(game, region, boxes)
    covers = result["proof"].get("players") or result["proof"]["cover"]["players"]
    for i, player in enumerate(game.players):
        largest = max(abs(x) for x in game.rewards[i]) / Fraction(game.reward_den[i]) / (1 - game.discount)
        top = Prover(module, game, (4, None, cheat)).settle(4, i, rows, module.Step.policy_value, 1, largest)
        cover = covers[player]
        cover["vectors"] += [written(top), *weights]
        own = [min(a, game.sizes[s][i] - 1) for s, a in enumerate(reference)]
        cover["tree"][0]["linear"] = {"vectors": [4, 5, 6], "reference": own, "prices": prices}
        pool = [module.Vector(game.size, module.Node(vector, "vector")) for vector in cover["vectors"]]
        leaf = module.Leaf(game, i, region, boxes, pool, "leaf")
        nodes = (module.Node(own, "reference"), module.Node(prices, "prices"))
        limit = max(limit, module.linear_bound(leaf, pool[:5], pool[5:], *nodes))
    result["claim"]["nash_gap"] = {"upper": str(limit)}
    return result


def constant(game: Any, number: int) -> Data:
    """The same number at every state of a `TrueGame`."""
    return {"den": "1", "num": [number] * len(game.states)}


def far(game: Any) -> Data:
    """Last actions everywhere."""
    rows = [[{own[i][-1]: "1"} for own in game.actions] for i in range(len(game.players))]
    return {
        player: own[0] if game.flat else dict(zip(game.states, own, strict=True))
        for player, own in zip(game.players, rows, strict=True)
    }
