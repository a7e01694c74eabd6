"""FORMAT 6.5: bounds of V* - V, of V* and of -V by chains that run side by side until their draws differ."""

from collections.abc import Sequence
from fractions import Fraction

from game import Game, Vector
from kernel import Boxes, read_radius, show
from limits import bits, longest, spend, summed, weight
from modecharges import Charge, Charges, floored
from moderows import GRID, Around, Axis, Change, ModeSets, Part, axes
from modevalues import Past, Pay, Point, Proof, Tilt, common_moves, read_vectors
from multipliers import most_visits
from reading import ONE, ZERO, Invalid, Node
from regions import Region

VECTORS = {"joint": ("X", "N1", "N0", "U1", "U0"), "optimum": ("X",), "value": ("N1", "N0")}  # the last one bounds
SHARED = {"joint": ("X", "N1", "U1"), "optimum": (), "value": ("N1",)}
GROUPS = {"joint": ("imitator", "deviator"), "optimum": ("deviator",), "value": ("imitator",)}
Mark = tuple[str, int]  # group and state


def cover_modes(game: Game, i: int, region: Region, boxes: Boxes, node: Node, limit: Fraction) -> None:
    """Player `i`'s gap is at most `limit`: by a joint cover, or by one of V* and one of -V whose limits add up."""
    parts, player = node.fields((), VECTORS), game.players[i]
    if parts.keys() not in ({"joint"}, {"optimum", "value"}):
        node.fail("joint, or optimum and value")
    shown = sum((Cover(game, i, region, boxes, kind, part).shown for kind, part in parts.items()), ZERO)
    if limit < shown:
        raise Invalid(f"{node.where}: bounds the gap of player {player} by {show(shown)}, claimed {show(limit)}")


class Cover:
    """Visits and a tree: player `i`'s gap, V* or -V at the start is at most `shown` in the region.

    All payoffs in it, and its limit, are counted in units.
    """

    def __init__(self, game: Game, i: int, region: Region, boxes: Boxes, kind: str, node: Node) -> None:
        parts = node.fields(("limit", "first", "vectors", "visits", "tree"), ("unit", "tilts", "shares", "charges"))
        self.game, self.i, self.region, self.kind, self.stay = game, i, region, kind, 1 - game.discount
        self.limit, first = parts["limit"].rational(), game.players.index(parts["first"].one_of(game.players))
        self.unit = parts["unit"].rational() if "unit" in parts else ONE
        if self.unit <= 0:
            parts["unit"].fail("a unit > 0")
        spend(weight(bits(self.unit) + bits(self.limit)))
        self.shown = self.limit * self.unit
        self.order, self.pool = [*range(first, game.n), *range(first)], read_vectors(game, parts["vectors"])
        self.tilts = [Tilt(game, region, tilt) for tilt in parts["tilts"].items()] if "tilts" in parts else []
        tables, listed = (parts[name].items() if name in parts else [] for name in ("shares", "charges"))
        self.charges = Charges(game, kind, self.pool, tables, listed)
        self.no_tilt, self.common = Tilt(game, region), common_moves(game, i) if kind == "joint" else []
        self.last, self.past = Pay(game, i, ONE / self.unit, self.no_tilt), Past(game)
        alone, beside = self.places(i), self.places(None)  # the deviator, who plays no row, and the others
        self.axes = {name: alone if name == "X" else beside for name in VECTORS["joint"]}
        self.tilted = ("tilt",) if kind != "optimum" else ()  # what the imitator pays: V* knows none
        self.visits = self.first_visits()
        self.shares = {group: list(map(self.share, region.mass, own)) for group, own in self.visits.items()}
        self.length = max(map(longest, self.shares.values()))
        self.trail: list[tuple[str, int, Fraction]] = []  # M's that visits have lowered: what they were before
        root = Part(region, boxes)
        if not any(self.closes(root, visit) for visit in parts["visits"].items()):
            self.check_tree(root, parts["tree"])

    def places(self, kept: int | None) -> list[list[Axis]]:
        """`[S]` the axes of a state's tables, once for every shape; the axis of the player `kept` stays."""
        spend(2 * self.game.n * self.game.offsets[-1])
        shapes = {tuple(sizes): axes(sizes, self.order, kept) for sizes in set(map(tuple, self.game.sizes))}
        return [shapes[tuple(sizes)] for sizes in self.game.sizes]

    def first_visits(self) -> dict[str, list[Fraction]]:
        """M_I and M_X before any visit: bounds of the discounted occupancies of all policies of the region."""
        reach, mass = most_visits(self.game), self.region.mass
        extra = 1 - summed(mass) + self.region.drift[0] / 2
        spend(8 * len(mass) * weight(longest(mass) + longest(reach) + bits(extra)))
        imitator = [min(most, m + extra) for most, m in zip(reach, mass)]
        deviator = [min(most, self.game.discount) for most in reach] if self.kind == "joint" else reach
        return {"imitator": [x / self.stay for x in imitator], "deviator": [x / self.stay for x in deviator]}

    def share(self, mass: Fraction, seen: Fraction) -> Fraction:
        """m / M, 0 where nobody comes"""
        return mass / seen if seen else ZERO

    def closes(self, part: Part, node: Node) -> bool:
        """A visit bounds the occupancy of a state by policies of the node beyond the limit; below 0, there are none."""
        parts = node.fields(("group", "state", "theta", "leaf"), ("prices", "shares", "charge", *self.tilted))
        group, state = parts["group"].one_of(GROUPS[self.kind]), parts["state"].one_of(self.game.states)
        theta, s, sets = read_radius(parts["theta"]), self.game.states.index(state), part.sets()
        proof = self.read(node, parts, theta, {}, self.tilt(parts))
        if sets is None:
            return True
        self.check(sets, proof, VECTORS[self.kind], (group, s), node.where)
        least = self.value(part, proof) - theta * self.limit
        self.trail.append((group, s, self.visits[group][s]))
        self.see(group, s, min(self.visits[group][s], least))
        return least < 0

    def see(self, group: str, s: int, most: Fraction) -> None:
        """From now on M of the group at the state is this."""
        self.visits[group][s], self.shares[group][s] = most, self.share(self.region.mass[s], most)
        self.length = max(self.length, bits(self.shares[group][s]))

    def forget(self, known: int) -> None:
        """Only the first `known` visits stay in force: the others were made in nodes that are left."""
        while len(self.trail) > known:
            self.see(*self.trail.pop())

    def check_tree(self, part: Part, node: Node) -> None:
        """The leaves cover the root, and each of them shows the limit."""
        start = 0, len(self.trail), None, dict[str, Vector](), self.no_tilt
        waiting: list[tuple[int, int, Change | None, dict[str, Vector], Tilt]] = [start]
        for entry in node.items():
            if not waiting:
                raise Invalid(f"{entry.where}: the tree was complete before this node")
            depth, seen, half, shared, tilt = waiting.pop()
            part.enter(depth, half)
            self.forget(seen)
            members = entry.fields((), ("visits", "split", "shared", "leaf", "prices", "shares", "charge", "tilt"))
            if "visits" in members and self.closed(part, entry, members.pop("visits")):
                continue
            if "split" not in members:
                self.check_leaf(part, entry, shared, tilt)
                continue
            can_share = "shared" in members and SHARED[self.kind]
            parts = entry.fields(("split",), ("visits", *(("shared", *self.tilted) if can_share else ())))
            if "shared" in parts:
                shared, tilt = self.share_vectors(part, parts)
            below, above = part.halves(self.game, parts["split"])
            here = len(part.path), len(self.trail)
            waiting += [(*here, above, shared, tilt), (*here, below, shared, tilt)]
        if waiting:
            raise Invalid(f"{node.where}: {len(waiting)} leaves are missing, the region is not covered")

    def closed(self, part: Part, entry: Node, visits: Node) -> bool:
        """One of a node's visits is below 0: then the node holds nothing else."""
        if any(self.closes(part, visit) for visit in visits.items()):
            entry.fields(("visits",))
            return True
        if len(entry.value) == 1:
            raise Invalid(f"{entry.where}: the node has neither leaf nor split, and no visit below 0")
        return False

    def share_vectors(self, part: Part, parts: dict[str, Node]) -> tuple[dict[str, Vector], Tilt]:
        """Vectors that hold in a node without a charge, hence in all its parts; none are known of an empty node."""
        shared, tilt, sets = self.taken(parts["shared"], SHARED[self.kind]), self.tilt(parts), part.sets()
        if sets is None:
            return {}, self.no_tilt
        proof = Proof(self.game, shared, self.pay(ONE, tilt), self.charges.free)
        self.check(sets, proof, [*shared], None, parts["shared"].where)
        return shared, tilt

    def check_leaf(self, part: Part, node: Node, shared: dict[str, Vector], tilt: Tilt) -> None:
        """The leaf is empty, or its vectors hold and show the limit."""
        sets = part.sets()
        if node.fields(("leaf",), node.value)["leaf"].value == []:
            node.fields(("leaf",))
            if sets is not None:
                raise Invalid(f"{node.where}: the node is not seen to be empty")
            return
        parts = node.fields(("leaf",), ("visits", "prices", "shares", "charge", *(() if shared else self.tilted)))
        proof = self.read(node, parts, ONE, shared, tilt if shared else self.tilt(parts))
        if sets is None:
            return
        self.check(sets, proof, [name for name in VECTORS[self.kind] if name not in shared], None, node.where)
        shown = self.value(part, proof)
        if shown > self.limit:
            raise Invalid(f"{node.where}: shows {show(shown)}, the limit is {show(self.limit)}")

    def tilt(self, parts: dict[str, Node]) -> Tilt:
        return self.tilts[parts["tilt"].integer(range(len(self.tilts)))] if "tilt" in parts else self.no_tilt

    def taken(self, node: Node, names: Sequence[str]) -> dict[str, Vector]:
        places = node.items(len(names))
        return {name: self.pool[place.integer(range(len(self.pool)))] for name, place in zip(names, places)}

    def read(self, node: Node, parts: dict[str, Node], theta: Fraction, shared: dict[str, Vector], tilt: Tilt) -> Proof:
        """What a leaf or a visit holds, with the vectors that a node above has checked."""
        vectors = self.taken(parts["leaf"], [name for name in VECTORS[self.kind] if name not in shared])
        return Proof(self.game, shared | vectors, self.pay(theta, tilt), self.charges.of(node, parts))

    def pay(self, theta: Fraction, tilt: Tilt) -> Pay:
        """The last one again, where nothing of it changes."""
        theta /= self.unit
        if (self.last.theta, self.last.tilt) != (theta, tilt):
            self.last = Pay(self.game, self.i, theta, tilt)
        return self.last

    def rates(self, charge: Charge) -> dict[str, list[int]]:
        """`[S]` w0, w1, wX of a player, over GRID, by the vector that they are charged to."""
        w0, w1 = (floored(own, charge.imitator, self.shares["imitator"]) for own in (charge.coupled, [ZERO]))
        return {"X": floored([ZERO], charge.deviator, self.shares["deviator"]), "N1": w1, "N0": w0, "U1": w1, "U0": w0}

    def check(self, sets: ModeSets, proof: Proof, names: Sequence[str], mark: Mark | None, where: str) -> None:
        """The inequality of each of these vectors, at every state."""
        rated = self.length + max(charge.bits for charge in proof.charges)
        dens = max(sum(own[s][0].den.bit_length() for own in sets) for s in range(self.game.size))
        entries = sum(work * sizes[self.i] for work, sizes in zip(self.game.work, self.game.sizes))
        spend(8 * len(proof.charges) * self.game.size * weight(2 * rated))
        spend(16 * self.game.n * len(names) * entries * weight(2 * (proof.bits + dens + rated)))
        self.past.make_room(proof)
        rates = [self.rates(charge) for charge in proof.charges]
        for s in range(self.game.size):
            point: Point | None = None
            for name in names:
                around = [(*sets[axis[0]][s], rates[axis[0]][name][s]) for axis in self.axes[name][s]]
                terms = self.past.terms(proof, name, s, around)
                if mark is None and self.past.holds(name, s, terms):
                    continue
                point = point or Point(proof, s, self.common[s] if self.common else [])
                if self.lack(point, sets, rates, name, mark)[0] > 0:
                    player, state = self.game.players[self.i], self.game.states[s]
                    raise Invalid(f"{where}: {name} of player {player} fails at {state!r}")
                self.past.keep(name, s, terms)

    def lack(
        self, point: Point, sets: ModeSets, rates: list[dict[str, list[int]]], name: str, mark: Mark | None
    ) -> tuple[int, int]:
        """The right side of a vector's inequality at a state, less the vector: what it is over what."""
        s, scale, around = point.s, 1, Around()
        for axis in self.axes[name][s]:
            j, (rows, most) = axis[0], sets[axis[0]][s]
            around.append((rows, most, rates[j][name][s] * scale * point.unit, axis))
            scale *= rows.den  # of the values inside a row
        marked = int(mark == ("deviator" if name == "X" else "imitator", s))
        return point.lack(name, around, scale, marked), point.unit * scale * GRID

    def value(self, part: Part, proof: Proof) -> Fraction:
        """The bound at the start: what the last vector says, what the prices buy, and what the tilt costs."""
        total = self.game.at_start(proof.vectors[VECTORS[self.kind][-1]]) + proof.pay.tilt.cost
        for j, charge in enumerate(proof.charges):
            if charge.price and (self.kind != "optimum" or j != self.i):
                total += charge.price * (self.region.spent - part.paid[j])
        return total
