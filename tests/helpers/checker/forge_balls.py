"""An adversary for balls and best cases: multipliers, vertices, trees and witnesses that a (mutated) checker takes.

What a checker accepts is asked of itself: the least vectors by bisection, the leaves of a tree one by one.
"""

import itertools
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.helpers.checker import forge
from tests.helpers.checker.truth import Rows, TrueGame

__all__ = ["Multipliers", "best_lower", "best_upper", "vertex_search", "vertices"]

Data = dict[str, Any]
DEN, SWEEPS, NODES = 2**7, 5, 300
FINE, CENTERS = 2**12, 16
PRICES = tuple(map(Fraction, ("0", "1/2", "2")))
RADII = ("1/10", "1/2", "1", "19/10", "5/2")


@dataclass
class Multipliers:
    """Proofs of FORMAT 6.4 for one claim, as strong as `module` lets them be."""

    module: Any
    game: Any
    true: TrueGame
    claim: Data
    bracket: Data
    expert: Rows = field(init=False)

    def __post_init__(self) -> None:
        self.expert = self.true.rows(self.claim["expert"])

    def certificates(self) -> Iterator[Data]:
        found: list[tuple[Fraction, Data]] = []
        values = [list(self.values(i)) for i in range(len(self.true.players))]
        for price in PRICES:
            best = self.least_best(price, [own[0] for own in values])
            if best is None:
                continue
            for choice in zip(*values, strict=True):
                players = {
                    player: {"best": best[i], "price": str(price), "value": choice[i][0], "toll": str(choice[i][1])}
                    for i, player in enumerate(self.true.players)
                }
                proof = {"occupancy": self.bracket, "players": players}
                bound = self.bound(proof)
                if bound is not None:
                    found.append((bound, proof))
        if found:
            bound, proof = min(found, key=lambda pair: pair[0])
            yield forge.certificate(self.game, self.claim | {"nash_gap": {"upper": str(bound)}}, {"occupancy": proof})

    def bound(self, proof: Data) -> Fraction | None:
        rows = self.module.read_rows(self.game, self.module.Node(self.claim["expert"], "expert"))
        radius, node = Fraction(self.claim["radius"]), self.module.Node(proof, "proof")
        try:
            shown: Fraction = self.module.bound_occupancy(
                self.game, rows, self.claim["measure"], radius, Fraction(0), node
            )
        except self.module.Invalid:
            return None
        return shown

    def least_best(self, price: Fraction, values: Sequence[tuple[Data, Fraction]]) -> list[Data] | None:
        """The least vectors "best" that are accepted, entry by entry; None: not even a large one."""
        top = int(DEN * self.largest())
        best = [{"den": str(DEN), "num": [top] * len(self.true.states)} for _ in self.true.players]
        players = {
            player: {"best": own, "price": str(price), "value": z, "toll": str(toll)}
            for player, own, (z, toll) in zip(self.true.players, best, values, strict=True)
        }
        proof = {"occupancy": self.bracket, "players": players}
        if self.bound(proof) is None:
            return None
        for _ in range(SWEEPS):
            before = [list(own["num"]) for own in best]
            for own, s in itertools.product(best, range(len(self.true.states))):
                high, low = own["num"][s], -top - 1
                while high - low > 1:
                    own["num"][s] = (high + low) // 2
                    high, low = (high, own["num"][s]) if self.bound(proof) is None else (own["num"][s], low)
                own["num"][s] = high
            if before == [own["num"] for own in best]:
                break
        return best

    def largest(self) -> Fraction:
        rewards = [abs(x) for own in self.true.reward for row in own.values() for x in row]
        return (max(rewards) + 1) / (1 - self.true.g)

    def values(self, i: int) -> Iterator[tuple[Data, Fraction]]:
        """Between the least value of all policies and the expert's, with tolls from what they need to none at all."""
        own, worst = self.true.value(self.expert, i), self.worst(i)
        for share in map(Fraction, ("1", "1/2", "0")):
            vector = [x + share * (y - x) for x, y in zip(own, worst, strict=True)]
            need = max([Fraction(0), *(vector[s] - q for s, q in self.backups(i, vector))])
            for toll in (need, need / 2, need / 4, Fraction(0)):
                den = math.lcm(*(x.denominator for x in vector))
                yield {"den": str(den), "num": [int(x * den) for x in vector]}, toll

    def backups(self, i: int, vector: list[Fraction]) -> Iterator[tuple[int, Fraction]]:
        for s, own in enumerate(self.true.next):
            for joint, following in own.items():
                future = sum((p * v for p, v in zip(following, vector, strict=True)), Fraction(0))
                yield s, self.true.reward[s][joint][i] + self.true.g * future

    def worst(self, i: int) -> list[Fraction]:
        """A vector below the value of every policy, by 60 steps from below, rounded down."""
        vector = [-self.largest()] * len(self.true.states)
        for _ in range(60):
            backed = list(self.backups(i, vector))
            least = [min(q for t, q in backed if t == s) for s in range(len(vector))]
            vector = [Fraction(math.floor(x * 2**20), 2**20) for x in least]
        return vector


def vertices(module: Any, game: Any, true: TrueGame, centers: Sequence[Data]) -> Iterator[Data]:
    """What the theorem shows of each ball, whichever player is left out."""
    for expert, radius in itertools.product(centers, ("1/10", "2/5", "1", "2")):
        for chosen in itertools.product(true.players, repeat=len(true.players)):
            proof = {"name": "vertices", "proof": dict(zip(true.players, chosen, strict=True))}
            claim = {"kind": "worst-case", "measure": "bc", "expert": expert, "radius": radius, "nash_gap": {}}
            rows = module.read_rows(game, module.Node(expert, "expert"))
            try:
                shown = module.theorem_vertices(game, rows, Fraction(radius), module.Node(proof["proof"], "proof"))
            except ValueError:  # no vertices at all
                continue
            yield forge.certificate(game, claim | {"nash_gap": {"upper": str(shown)}}, {"theorem": proof})


def vertex_search(module: Any, game: Any, true: TrueGame, centers: Sequence[Data]) -> Iterator[Data]:
    """The least bound that the search accepts of each ball, to 1 / FINE of the trivial one."""
    rng = random.Random(0)
    others = [true.names([[random_row(rng, len(own))] for own in true.actions[0]]) for _ in range(CENTERS)]
    unit = 2 * module.largest_scale(game) * (1 - game.discount) / FINE
    for expert, radius in itertools.product([*centers, *others], ("2/5", "1", "1/10", "2", "0")):
        rows = module.read_rows(game, module.Node(expert, "expert"))
        low, high = -1, FINE
        while high - low > 1:
            middle = (low + high) // 2
            proof = module.Node({"bound": str(middle * unit)}, "proof")
            try:
                module.theorem_vertex_search(game, rows, Fraction(radius), proof)
                high = middle
            except module.Invalid:
                low = middle
        bound = str(high * unit)
        claim = {
            "kind": "worst-case",
            "measure": "bc",
            "expert": expert,
            "radius": radius,
            "nash_gap": {"upper": bound},
        }
        yield forge.certificate(game, claim, {"theorem": {"name": "vertex-search", "proof": {"bound": bound}}})


def random_row(rng: random.Random, size: int) -> list[Fraction]:
    weights = [rng.choice((0, 1, 1, 2, 5)) for _ in range(size)]
    weights[rng.randrange(size)] += 1
    return [Fraction(w, sum(weights)) for w in weights]


def best_upper(module: Any, game: Any, true: TrueGame, known: Sequence[Rows], radii: Sequence[str]) -> Iterator[Data]:
    """Every two known policies as the equilibrium and as the policy that is near it."""
    for radius, expert, policy in itertools.product(radii, known, known):
        shown = module.stage_gap(game, [own[0] for own in policy])
        for upper in {shown, Fraction(0)}:
            claim = {"kind": "best-case", "radius": radius, "nash_gap": {"upper": str(upper)}}
            witness = {"expert": true.names(expert), "policy": true.names(policy)}
            yield forge.certificate(game, claim, {"witness": witness})


def best_lower(
    module: Any, game: Any, true: TrueGame, least: dict[str, Fraction], own: Sequence[Rows]
) -> Iterator[Data]:
    """Lower ends above the least gap known at each radius, with trees of one leaf, then with such as are accepted."""
    try:
        listed = module.all_equilibria(game, module.Node([], "equilibria"))
    except (module.Invalid, ArithmeticError, LookupError, ValueError):
        listed = []
    experts = [*listed, *([row[0] for row in policy] for policy in own)]
    experts = [rows for k, rows in enumerate(experts) if rows not in experts[:k]]
    for radius, gap in least.items():
        ends: list[Any] = [{"lower": str(factor * gap)} for factor in map(Fraction, ("3", "3/2", "9/8")) if gap]
        for end in [*ends, "infinity"]:
            claim = {"kind": "best-case", "radius": radius, "nash_gap": end}
            for kept in [experts, *([rows] for rows in experts), []]:
                leaf = [{"rows": names(true, rows), "tree": [{"leaf": []}]} for rows in kept]
                yield forge.certificate(game, claim, {"equilibria": leaf})
            yield forge.certificate(game, claim, {})
            limits = [None] if end == "infinity" else [Fraction(end["lower"]), Fraction(end["lower"]) / 8]
            for limit in limits:
                trees = [(rows, tree(module, game, true, rows, Fraction(radius), limit)) for rows in experts]
                grown = [{"rows": names(true, rows), "tree": nodes} for rows, nodes in trees if nodes is not None]
                if grown:
                    yield forge.certificate(game, claim, {"equilibria": grown})


def names(true: TrueGame, rows: list[list[Fraction]]) -> Data:
    return true.names([[row] for row in rows])


def moved(boxes: Any, half: Any) -> Any:
    """A copy of the boxes with one end of a row moved, as a half of a node says."""
    ends, a, cut = half
    copied = {place: (list(lower), list(upper)) for place, (lower, upper) in boxes.items()}
    for place, box in boxes.items():
        for own, other in zip(box, copied[place], strict=True):
            if own is ends:
                other[a] = cut
    return copied


def tree(
    module: Any, game: Any, true: TrueGame, expert: Any, radius: Fraction, limit: Fraction | None
) -> list[Data] | None:
    """A tree whose leaves are accepted, the widest interval halved where they are not; None: too many nodes."""
    nodes: list[Data] = []
    waiting: list[Any] = [{}]
    target = module.products(expert)
    while waiting:
        boxes = waiting.pop()
        try:
            module.check_profiles(game, boxes, target, radius, limit, "")
        except module.Invalid:
            sides = [
                (high - low, j, a, (low + high) / 2)
                for j, size in enumerate(game.sizes[0])
                for a, (low, high) in enumerate(zip(*boxes.get((j, 0), ([0] * size, [1] * size)), strict=True))
            ]
            _, j, a, cut = max(sides, key=lambda side: side[0])
            entry = [true.players[j], true.states[0], true.actions[0][j][a], str(Fraction(cut))]
            nodes.append({"split": entry})
            halves = module.split(game, boxes, module.Node(entry, "split"))
            waiting += [moved(boxes, half) for half in reversed(halves)]
            if len(nodes) + len(waiting) > NODES:
                return None
            continue
        nodes.append({"leaf": []})
    return nodes
