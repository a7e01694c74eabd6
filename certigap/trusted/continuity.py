"""FORMAT 12: how far best replies move when the others do, in games of one state: delta_sel, delta_max and kappa."""

import itertools
from fractions import Fraction

from cover import tree_leaves
from delta import Limits
from dominance import stage_table
from game import Game, Policy, read_rows
from kernel import LOWER, UPPER, Ask, Boxes, Rows, check_interval, read_radius, show
from limits import Limit, common, hold, l1, longest, products, spend, summed, weight
from reading import ONE, TWO, ZERO, Invalid, Malformed, Node

MAX_SUPPORT = 12  # actions of an expert's row whose subsets are gone through: 4,096
Start = tuple[Fraction, bool]  # from this eps on; True: only above it


class Around:
    """Player `i`'s payoffs around the others' expert rows."""

    def __init__(self, game: Game, expert: Policy, i: int) -> None:
        self.game, self.i, self.row = game, i, expert[i][0]
        self.table = stage_table(game, i)
        self.center = products([own[0] for j, own in enumerate(expert) if j != i])
        self.support = [a for a, x in enumerate(self.row) if x]
        self.entries = len(self.table) * len(self.center)  # of the table

    def joint(self, policy: Policy) -> list[Fraction]:
        """The product of the others' rows."""
        return products([own[0] for j, own in enumerate(policy) if j != self.i])

    def payoffs(self, joint: list[Fraction]) -> list[Fraction]:
        """`[A_i]` times `reward_den`"""
        spend(4 * self.entries * weight(longest(joint) + self.game.bits))
        return [summed(y * u for y, u in zip(joint, line)) for line in self.table]

    def rows(self, radius: Fraction, boxes: Boxes) -> Rows | None:
        """The joint rows within `radius` and between the products of the boxes' ends; `None` when there are none."""
        low, high = [], []
        for j, size in enumerate(self.game.sizes[0]):
            if j != self.i:
                lower, upper = boxes.get((j, 0), ([ZERO] * size, [ONE] * size))
                spend(4 * size * size * weight(longest(lower) * size + longest(upper) * size))
                low.append([max(first, 1 - sum(upper) + last) for first, last in zip(lower, upper)])
                high.append([min(last, 1 - sum(lower) + first) for first, last in zip(lower, upper)])
        found = Rows(self.center, radius, (products(low), products(high)))
        return None if found.is_empty else found


def claim_continuity(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    names = ("delta_sel", "delta_max", "kappa")
    members, parts = claim.fields(("kind", "expert", "radius"), names), proof.fields((), names)
    if game.size > 1:
        claim.fail("a game with one state")
    expert, radius, words = ask("expert"), read_radius(members["radius"]), []
    for name in (name for name in names if name in members):
        shown = proof.fields((name,), parts)[name].fields((), game.players)
        for player, own in members[name].fields((), game.players).items():
            around = Around(game, expert, game.players.index(player))
            if name == "kappa":
                words.append(
                    f"kappa of {player} at {show(radius)} {check_kappa(around, radius, own, shown.get(player))}"
                )
            elif player in shown:
                count = check_steps(around, radius, own, shown[player], name == "delta_max")
                words.append(f"{name} of {player} is bounded by {count} steps for eps up to {show(radius)}")
            else:
                own.fail("its part of the proof")
    return words or claim.fail(f"one of {', '.join(names)}")


def check_kappa(around: Around, radius: Fraction, node: Node, proof: Node | None) -> str:
    """sup over joint rows within the radius of max_a u(a, y) - x.u(y), from above; at a policy in it, from below."""
    game, den = around.game, common(around.row, len(around.row))
    spend(8 * around.entries * weight(game.bits + 2 * den.bit_length()))
    hold(around.entries, game.bits + 2 * den.bit_length())
    own = [int(x * den) for x in around.row]
    mean = [sum(w * u for w, u in zip(own, column)) for column in zip(*around.table)]
    losses = [[den * u - v for u, v in zip(line, mean)] for line in around.table]
    unit = den * game.reward_den[around.i] * (1 - game.discount)

    def shown(sign: int) -> Fraction:
        if sign == UPPER:
            rows = Rows(around.center, radius)
            spend(4 * around.entries * weight(game.bits + 2 * den.bit_length() + rows.den.bit_length()))
            return Fraction(max(rows.optimum(line.__getitem__, UPPER) for line in losses), rows.den) / unit
        if proof is None:
            raise Malformed(f"{node.where}: expected a policy in the proof of a lower end")
        joint = around.joint(read_rows(game, proof))
        if l1(joint, around.center) > radius:
            raise Invalid(f"{proof.where}: the policy is at distance {show(l1(joint, around.center))}")
        spend(4 * around.entries * weight(game.bits + 2 * den.bit_length() + longest(joint)))
        return max(summed(y * v for y, v in zip(joint, line)) for line in losses) / unit

    return check_interval(node, shown)


def check_steps(around: Around, radius: Fraction, node: Node, proof: Node, of_max: bool) -> int:
    """Every step's lower end by a witness, its upper end by the covers; the number of steps."""
    parts = proof.fields(("witnesses", "covers"))
    known = [read_witness(around, entry, of_max) for entry in parts["witnesses"].items()]
    nothing = ((ZERO, False), ZERO)  # a distance is at least 0
    events = [nothing, *(farthest_actions if of_max else avoided_sets)(around, parts["covers"])]
    steps = [entry.fields(("from", "lower", "upper"), ("open",)) for entry in node.items()]
    starts = [read_start(step) for step in steps]
    if not starts or starts[0] != (ZERO, False) or any(a >= b for a, b in itertools.pairwise(starts)):
        raise Malformed(f"{node.where}: expected steps from 0 on, in order")
    if starts[-1] > (radius, False):
        raise Malformed(f"{node.where}: expected steps up to the radius {show(radius)}")
    for step, start, end in zip(steps, starts, [*starts[1:], (radius, True)]):
        spend(len(known) + len(events))
        lower, upper = step["lower"].rational(), step["upper"].rational()
        if lower > max((value for first, value in known if first <= start), default=ZERO):
            raise Invalid(f"{step['lower'].where}: no witness shows {show(lower)}")
        for first, value in events:
            if value > upper and first < end:
                raise Invalid(f"{step['upper'].where}: {show(value)} is not excluded before {show(end[0])}")
    return len(steps)


def read_start(step: dict[str, Node]) -> Start:
    if "open" in step and step["open"].value is not True:
        step["open"].fail("true")
    return step["from"].rational(), "open" in step


def read_witness(around: Around, node: Node, of_max: bool) -> tuple[Start, Fraction]:
    """From where on a policy shows which value; with `far`, that of near + t (far - near) for every small t > 0."""
    parts = node.fields(("near",), ("far",))
    near = read_rows(around.game, parts["near"])
    joint = around.joint(near)
    keys: list[tuple[Fraction, ...]] = [(x,) for x in around.payoffs(joint)]
    if "far" in parts:
        far = read_rows(around.game, parts["far"])
        if sum(near[j] != far[j] for j in range(around.game.n) if j != around.i) > 1:
            raise Invalid(f"{node.where}: expected near and far to differ in one row")
        keys = [(*key, x) for key, x in zip(keys, around.payoffs(around.joint(far)))]
    best = [a for a, key in enumerate(keys) if key == max(keys)]
    value = 2 - 2 * Fraction(min(around.row[a] for a in best) if of_max else sum(around.row[a] for a in best))
    return (l1(joint, around.center), "far" in parts), value


def avoided_sets(around: Around, node: Node) -> list[tuple[Start, Fraction]]:
    """For sets of expert actions that best replies may avoid: from where on at the earliest, and 2 x(set)."""
    if len(around.support) > MAX_SUPPORT:
        raise Limit(f"{node.where}: expected an expert row of at most {MAX_SUPPORT} actions")
    covers = [read_cover(around, entry, False) for entry in node.items()]
    found = []
    for size in range(1, len(around.support) + 1):
        for avoided in map(set, itertools.combinations(around.support, size)):
            spend(8 * len(around.row) * (len(covers) + 1))
            radii = [
                max((r for held, action, r in covers if action == c and held <= avoided), default=-ONE)
                for c in range(len(around.row))
                if c not in avoided
            ]
            first = min(radii, default=TWO + ONE)
            found.append(((max(first, ZERO), first >= 0), 2 * summed(around.row[a] for a in avoided)))
    return found


def theorem_delta_steps(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """FORMAT 8.9: [slip + delta_i] c_i / (1 - g)^2, delta_i of a game of one state by its covers"""
    if game.size > 1:
        proof.fail("nothing but a game of a single state")
    limits, shown = Limits(game, measure, radius), []
    for i, covers in enumerate(proof.fields(game.players)[player] for player in game.players):
        events = avoided_sets(Around(game, expert, i), covers)
        stray = max((value for first, value in events if first < (limits.budget, True)), default=ZERO)
        shown.append((limits.slip + stray) * game.half_range(i) / (1 - game.discount) ** 2)
    return max(shown)


def farthest_actions(around: Around, node: Node) -> list[tuple[Start, Fraction]]:
    """For every action: from where on it may be a best reply, and its distance 2 (1 - x(a))."""
    covers = [read_cover(around, entry, True) for entry in node.items()]
    spend(len(around.row) * (len(covers) + 1))
    radii = [max((r for _, action, r in covers if action == a), default=ZERO) for a in range(len(around.row))]
    return [((radius, False), 2 - 2 * x) for radius, x in zip(radii, around.row)]


def read_cover(around: Around, node: Node, of_max: bool) -> tuple[set[int], int, Fraction]:
    """Actions held, the action kept from beating all of them (delta_max: from being best), and up to which distance."""
    parts = node.fields(
        ("action", "radius", "weights", "tree") if of_max else ("held", "action", "radius", "weights", "tree")
    )
    names, game, radius = around.game.actions[0][around.i], around.game, read_radius(parts["radius"])
    action = names.index(parts["action"].one_of(names))
    held = set() if of_max else {names.index(item.one_of(names)) for item in parts["held"].items()}
    pool = [read_leaf(around, entry, held, action, of_max) for entry in parts["weights"].items()]
    for boxes, leaf, where in tree_leaves(game, {}, parts["tree"]):
        place = leaf["leaf"].items(1)[0].integer(range(len(pool)))
        rows, (gains, unit, is_weighted) = around.rows(radius, boxes), pool[place]
        spend(8 * len(gains) * weight(longest(gains) + unit.bit_length() + (rows.den.bit_length() if rows else 0)))
        if len(leaf) > 1:
            raise Malformed(f"{where}: expected a leaf alone")
        if rows is None:
            continue
        if of_max and rows.optimum([-gain for gain in gains].__getitem__, UPPER, unit) > -radius * unit * rows.den:
            raise Invalid(f"{where}: {names[action]!r} may be a best reply at a distance below {show(radius)}")
        if not of_max and (not is_weighted or rows.optimum(gains.__getitem__, LOWER) < 0):
            raise Invalid(f"{where}: {names[action]!r} may beat all that is held, at a distance up to {show(radius)}")
    return held, action, radius


def read_leaf(around: Around, node: Node, held: set[int], action: int, of_max: bool) -> tuple[list[int], int, bool]:
    """`[B]` sum_k weights[k] (u(k, b) - u(action, b)), times the unit, which is returned too; whether there are any."""
    parts, size = node.fields(("den", "num")), len(around.row)
    den, weights = parts["den"].rational(), [item.integer() for item in parts["num"].items(size)]
    if den.denominator != 1 or den <= 0 or min(weights) < 0:
        raise Malformed(f"{node.where}: expected weights >= 0 over a positive integer")
    if not of_max and any(w and k not in held for k, w in enumerate(weights)):
        raise Invalid(f"{node.where}: expected weights on what is held alone")
    length = longest(weights) + around.game.bits
    spend(4 * around.entries * weight(length))
    hold(len(around.center), length)
    pairs = [(w, line) for w, line in zip(weights, around.table) if w]
    gains = [sum(w * (line[b] - u) for w, line in pairs) for b, u in enumerate(around.table[action])]
    return gains, int(den) * around.game.reward_den[around.i], any(weights)
