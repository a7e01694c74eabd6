"""Covers by modes that are as strong as a checker, or a mutant of it, lets them be (FORMAT 6.5)."""

import copy
import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

__all__ = ["Ending", "ModeProver", "Plan", "Seen", "Step"]

Data = dict[str, Any]
DEN = 2**10  # of vectors
SWEEPS = 400
RESTING = ("again", "free", "finer", "seen")  # cheats


@dataclass(frozen=True)
class Step:
    """A visit to prove before the tree."""

    group: str
    state: int
    theta: str
    prices: tuple[str, ...]
    shares: Any = None
    guess: str = ""  # a bound that is assumed while it is proved


@dataclass(frozen=True)
class Seen:
    """A node with visits of its own; `tree` as in a plan, or "closed": the visits are all that it holds."""

    steps: tuple[Step, ...]
    tree: Any = None


@dataclass(frozen=True)
class Ending:
    """A leaf with prices and shares of its own."""

    prices: tuple[str, ...]
    shares: Any = None


@dataclass(frozen=True)
class Plan:
    """A cover: `tree` is None (a leaf), `Ending`, (split, left, right, whether vectors are shared there) or `Seen`."""

    kind: str = "joint"
    first: int = 0
    prices: tuple[str, ...] = ()
    shares: Any = None
    tilt: Any = None
    steps: tuple[Step, ...] = field(default=())
    tree: Any = None
    limit: Fraction | None = None  # in units; None: what the leaves show
    unit: str = ""
    cheat: str = ""  # "leaf", "shared", "visit": its vectors are too low; "void": an empty leaf; "half": one too few;
    # "again": later leaves rest on the first one's vectors, "free" at no price, "finer" over twice the denominator
    # "seen": the leaf rests on the first visit's vectors, "marked": the next visit
    # "near": no cheat, the limit is such that the first visit shows 1/1000


class ModeProver:
    """Player `i`'s covers over a region, as `module` checks them."""

    def __init__(self, module: Any, game: Any, region: Any, boxes: Any, i: int) -> None:
        self.m, self.game, self.region, self.boxes, self.i = module, game, region, boxes, i

    def cover(self, plan: Plan) -> tuple[Data, Fraction]:
        """The cover as a certificate has it, and the bound that it shows."""
        self.plan, self.pool, self.shown, self.first = plan, [], [], {}
        self.data: Data = {
            "limit": str(plan.limit or 0),
            "first": self.game.players[plan.first],
            "vectors": self.pool,
            "visits": [],
            "tree": [],
        }
        if plan.unit:
            self.data["unit"] = plan.unit
        if plan.tilt is not None:
            self.data["tilts"] = [plan.tilt]
        self.rule = self.unread()
        root = self.m.Part(self.region, self.boxes)
        closed = False
        for step in plan.steps:
            visit = self.visit(root, step)
            self.rule = self.unread()  # reads what has been written so far
            if plan.cheat == "near":
                limit = (self.rule.value(root, self.last) - Fraction(1, 1000)) / Fraction(step.theta)
                self.plan = plan = replace(plan, limit=limit, cheat="")
                self.data["limit"] = str(limit)
                self.rule = self.unread()
            self.data["visits"].append(visit)
            try:
                closed = self.rule.closes(root, self.m.Node(visit, "visit"))
            except self.m.Invalid:  # the cover is lost, but for a checker that takes it
                closed = plan.cheat != "marked"
                self.rule.see(step.group, step.state, self.rule.value(root, self.last) - self.rule.limit)
            if closed:
                break
        if not closed:
            self.grow(root, plan.tree, {})
        limit = plan.limit if plan.limit is not None else max(self.shown, default=Fraction(0))
        self.data["limit"] = str(limit)
        return copy.deepcopy(self.data), limit * Fraction(plan.unit or 1)

    def unread(self) -> Any:
        """The checker's cover, its visits read, its tree not."""

        class Unread(self.m.Cover):  # type: ignore[name-defined, misc]
            def check_tree(self, root: Any, node: Any) -> None:
                pass

        return Unread(self.game, self.i, self.region, self.boxes, self.plan.kind, self.m.Node(self.data, "cover"))

    def visit(self, root: Any, step: Step) -> Data:
        parts: Data = {"group": step.group, "state": self.game.states[step.state], "theta": step.theta}
        if step.guess:
            self.rule.visits[step.group][step.state] = guess = Fraction(step.guess)
            self.rule.shares[step.group][step.state] = self.rule.share(self.region.mass[step.state], guess)
        return parts | self.leaf(root, step.prices, step.shares, {}, Fraction(step.theta), (step.group, step.state))

    def grow(self, part: Any, tree: Any, shared: Data) -> None:
        if isinstance(tree, Seen):
            self.look(part, tree, shared)
        elif tree is None and self.plan.cheat == "void":
            self.data["tree"].append({"leaf": []})
        elif tree is None and self.plan.cheat == "half" and self.shown:
            pass
        elif tree is None or isinstance(tree, Ending):
            own = tree or Ending(self.plan.prices, self.plan.shares)
            self.data["tree"].append(self.leaf(part, own.prices, own.shares, shared, Fraction(1), None))
        else:
            self.divide(part, tree, shared)

    def look(self, part: Any, node: Seen, shared: Data) -> None:
        """Visits of a node, then what is below them."""
        known, place, visits = len(self.rule.trail), len(self.data["tree"]), []
        if part.sets() is None:
            self.grow(part, None, shared)
            return
        closed = node.tree == "closed"
        for step in node.steps:
            visits.append(self.visit(part, step))
            self.rule.pool = self.m.read_vectors(self.game, self.m.Node(self.pool, "vectors"))
            if self.rule.closes(part, self.m.Node(visits[-1], "visit")):
                closed = True
                break
        if closed:
            self.data["tree"].append({"visits": visits})
        else:
            self.grow(part, node.tree, shared)
            self.data["tree"][place]["visits"] = visits
        self.rule.forget(known)

    def divide(self, part: Any, tree: Any, shared: Data) -> None:
        split, left, right, shares = tree
        entry = {"split": split}
        self.data["tree"].append(entry)
        if shares:
            names = self.m.SHARED[self.plan.kind]
            free = self.rule.charges.free
            shared = self.lowered("shared", self.solved(part, names, {}, Fraction(1), free, None) or {})
            entry["shared"] = [self.place(shared[name]) for name in names]
            entry |= self.tilted()
        depth, halves = len(part.path), part.halves(self.game, self.m.Node(split, "split"))
        for half, below in zip(halves, (left, right), strict=True):
            part.enter(depth, half)
            self.grow(part, below, shared)

    def tilted(self) -> Data:
        return {"tilt": 0} if self.plan.tilt is not None and self.rule.tilted else {}

    def leaf(self, part: Any, prices: Any, shares: Any, shared: Data, theta: Fraction, mark: Any) -> Data:
        kind = self.plan.kind
        if self.plan.cheat == "free" and self.first:
            prices = ("0",) * len(prices)
        own, written = self.shares(shares)
        stay = 1 - self.game.discount
        charges = [self.m.Charge(Fraction(price), stay, part) for price, part in zip(prices, own, strict=True)]
        names = [name for name in self.m.VECTORS[kind] if name not in shared]
        found = self.solved(part, names, shared, theta, charges, mark)
        if found is None:
            return {"leaf": []}
        found |= self.lowered("leaf" if mark is None else "visit", {name: found[name] for name in names})
        self.last = self.proof(found, theta, charges)
        if self.plan.cheat in ("seen", "marked"):
            self.first = self.first or found
        if mark is None:
            self.first = self.first or found
            self.remember(part.sets(), self.last, charges)
        if mark is None:
            self.shown.append(self.rule.value(part, self.proof(found, theta, charges)))
        entry: Data = {"leaf": [self.place(found[name]) for name in names], "prices": list(prices)}
        if shared:
            return entry
        return entry | written | self.tilted()

    def shares(self, given: Any) -> tuple[list[Any], Data]:
        """Of every player, as the checker has them and as a leaf has them; lists by state go to a table."""
        if not given:
            return [self.rule.charges.default] * self.game.n, {}
        if isinstance(given[0][0], str):
            return [[[Fraction(x)] for x in row] for row in given], {"shares": given}
        numbers = [[[Fraction(x) for x in part] for part in row] for row in given]
        pool = [[{"den": str(DEN), "num": [int(x * DEN) for x in part]} for part in row] for row in numbers]
        table = []
        for row in pool:
            self.pool.extend(row)
            table.append([*range(len(self.pool) - 3, len(self.pool))])
        tables = self.data.setdefault("shares", [])
        tables.append(table)
        return numbers, {"shares": len(tables) - 1}

    def proof(self, vectors: Data, theta: Fraction, charges: Any) -> Any:
        tilt = self.rule.tilts[0] if self.tilted() else self.rule.no_tilt
        return self.m.Proof(self.game, vectors, self.rule.pay(theta, tilt), charges)

    def lowered(self, where: str, vectors: Data) -> Data:
        if self.plan.cheat != where:
            return vectors
        for vector in vectors.values():
            vector.num = [x - 4 * DEN for x in vector.num]
        return vectors

    def place(self, vector: Any) -> int:
        self.pool.append({"den": str(vector.den), "num": list(vector.num)})
        return len(self.pool) - 1

    def solved(self, part: Any, names: Any, known: Data, theta: Fraction, charges: Any, mark: Any) -> Data | None:
        """The least vectors that the checker accepts, nearly; None where the node is empty."""
        sets, vectors = part.sets(), dict(known)
        if sets is None:
            return None
        if self.plan.cheat == "marked" and self.first and mark is not None:
            return dict(self.first)
        largest = max(abs(x) for x in self.game.rewards[self.i]) / Fraction(self.game.reward_den[self.i])
        start = (
            -math.ceil(((theta / Fraction(self.plan.unit or 1) + 1) * largest / (1 - self.game.discount) + 4) * DEN) * 2
        )
        for name in names:
            vectors[name] = self.fresh(start)
            if self.plan.cheat in RESTING and self.first and mark is None:
                vectors[name] = copy.copy(self.first[name])
                vectors[name].num, vectors[name].den = [*vectors[name].num], DEN * (1 + (self.plan.cheat == "finer"))
            for _ in range(SWEEPS):
                if not self.raised(sets, vectors, name, theta, charges, mark):
                    break
        return vectors

    def fresh(self, start: int) -> Any:
        node = self.m.Node({"den": str(DEN), "num": [start] * self.game.size}, "vector")
        return self.m.Vector(self.game.size, node)

    def raised(self, sets: Any, vectors: Data, name: str, theta: Fraction, charges: Any, mark: Any) -> bool:
        """Raise one vector where its inequality fails; whether it did anywhere."""
        proof, rule, rises = self.proof(vectors, theta, charges), self.rule, {}
        rates = [rule.rates(charge) for charge in charges]
        for s in range(self.game.size):
            point = self.m.Point(proof, s, rule.common[s] if rule.common else [])
            if mark is None and rule.past.holds(name, s, self.terms(sets, proof, rates, name, s)):
                continue
            lack = Fraction(*rule.lack(point, sets, rates, name, mark))
            if lack > 0:
                rises[s] = math.ceil(lack * vectors[name].den)
        for s, rise in rises.items():
            vectors[name].num[s] += rise
        return bool(rises)

    def terms(self, sets: Any, proof: Any, rates: Any, name: str, s: int) -> Any:
        """Of a vector's inequality at a state, as the checker remembers it."""
        axes = self.rule.axes[name][s]
        around = [(*sets[axis[0]][s], rates[axis[0]][name][s]) for axis in axes]
        return self.rule.past.terms(proof, name, s, around)

    def remember(self, sets: Any, proof: Any, charges: Any) -> None:
        """What a checked leaf leaves behind."""
        rates = [self.rule.rates(charge) for charge in charges]
        for s in range(self.game.size):
            for name in self.m.VECTORS[self.plan.kind]:
                self.rule.past.keep(name, s, self.terms(sets, proof, rates, name, s))
