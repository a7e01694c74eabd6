"""FORMAT 10: an interval around the least gap at a distance from the equilibria of a bimatrix game."""

import itertools
import math
from fractions import Fraction
from functools import partial

from cover import tree_leaves
from game import Game, matrix, read_rows
from kernel import LOWER, UPPER, Ask, Boxes, Rows, nest, read_radius, show
from limits import Limit, l1, longest, products, spend, summed, weight
from reading import ONE, TWO, ZERO, Invalid, Malformed, Node

MAX_SYSTEMS = 5_000  # linear systems for the equilibria of a bimatrix game: 7 x 7 have 3,432


def claim_best_case(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members, parts = claim.fields(("kind", "radius", "nash_gap")), proof.fields((), ("witness", "equilibria"))
    if game.n != 2 or game.size != 1 or game.discount:
        claim.fail("a bimatrix game")
    radius, words = read_radius(members["radius"]), []
    endless = members["nash_gap"].value == "infinity"
    sides = {} if endless else members["nash_gap"].fields((), ("lower", "upper"))
    lower = sides["lower"].rational() if "lower" in sides else ZERO
    if endless or lower > 0:
        check_far(game, radius, None if endless else lower, proof.fields(("equilibria",), parts)["equilibria"])
    if "upper" in sides:
        node = proof.fields(("witness",), parts)["witness"]
        check_near(game, radius, sides["upper"].rational(), node.fields(("expert", "policy")), node.where)
        words.append(f"some nash_gap <= {show(sides['upper'].rational(), UPPER)}")
    if "lower" in sides:
        words.append(f"every nash_gap >= {show(lower)}")
    if not words and not endless:
        members["nash_gap"].fail("lower, upper, both, or infinity")
    what = " and ".join(words) if words else "there is none"
    return [f"over the policies at joint distance {show(radius)} of a Nash equilibrium: {what}"]


def check_near(game: Game, radius: Fraction, upper: Fraction, parts: dict[str, Node], where: str) -> None:
    """An equilibrium, and a policy at that distance of it whose gap is at most `upper`."""
    expert, policy = ([own[0] for own in read_rows(game, parts[role])] for role in ("expert", "policy"))
    if stage_gap(game, expert) > 0:
        raise Invalid(f"{parts['expert'].where}: has a gap of {show(stage_gap(game, expert))}, it is no equilibrium")
    found = l1(products(policy), products(expert))
    if found != radius:
        raise Invalid(f"{where}: the policy's distance is {show(found)}, the radius {show(radius)}")
    if stage_gap(game, policy) > upper:
        raise Invalid(f"{where}: claims a gap of {show(upper)}, the policy has {show(stage_gap(game, policy))}")


def stage_gap(game: Game, rows: list[list[Fraction]]) -> Fraction:
    """NashGap of a profile of a bimatrix game."""
    spend(8 * game.pass_work * weight(game.bits + longest(rows[0]) + longest(rows[1])))
    first, second = matrix(game, 0), matrix(game, 1)
    gaps = []
    for i, own, table in ((0, rows[0], first), (1, rows[1], [*zip(*second)])):
        values = [sum((p * x for p, x in zip(rows[1 - i], line)), ZERO) for line in table]
        gaps.append((max(values) - sum((p * x for p, x in zip(own, values)), ZERO)) / game.reward_den[i])
    return max(gaps)


def check_far(game: Game, radius: Fraction, limit: Fraction | None, node: Node) -> None:
    """At that distance of every equilibrium, every gap is at least `limit` (None: there is no policy)."""
    equilibria = all_equilibria(game, node)
    trees: dict[int, Node] = {}  # of the equilibria that have one, by their place in the list
    for entry in node.items():
        parts = entry.fields(("rows", "tree"))
        rows = [own[0] for own in read_rows(game, parts["rows"])]
        spend(len(equilibria))
        if rows in equilibria:
            trees.setdefault(equilibria.index(rows), parts["tree"])
    for place, expert in enumerate(equilibria):
        tree = trees.get(place)
        if tree is None:
            raise Invalid(f"{node.where}: the equilibrium {[[str(p) for p in row] for row in expert]} is missing")
        target = products(expert)
        for boxes, leaf, where in tree_leaves(game, {}, tree):
            if len(leaf) > 1 or leaf["leaf"].value != []:
                raise Malformed(f"{where}: expected an empty leaf")
            check_profiles(game, boxes, target, radius, limit, where)


def check_profiles(
    game: Game, boxes: Boxes, target: list[Fraction], radius: Fraction, limit: Fraction | None, where: str
) -> None:
    """The box holds no policy at that distance of `target`, or its gaps are at least `limit`."""
    sides = [boxes.get((j, 0), ([ZERO] * size, [ONE] * size)) for j, size in enumerate(game.sizes[0])]
    low = [[max(l, 1 - sum(upper) + u) for l, u in zip(lower, upper)] for lower, upper in sides]
    high = [[min(u, 1 - sum(lower) + l) for l, u in zip(lower, upper)] for lower, upper in sides]
    rows = [Rows(first, TWO + TWO, (first, last)) for first, last in zip(low, high)]
    length = longest(target) + sum(2 * row.den.bit_length() for row in rows)
    spend(8 * len(target) * (8 + len(low[0]) + len(low[1])) * weight(length + game.bits))
    if any(row.is_empty for row in rows):
        return
    ends = [products(low), products(high)]
    above, over = (summed(max(x - e, ZERO) for x, e in zip(end, target)) for end in ends)
    under, below = (summed(max(e - x, ZERO) for x, e in zip(end, target)) for end in ends)
    if not 2 * max(above, below) <= radius <= 2 * min(under, over):
        return
    shown = max(least_gap(game, i, rows) for i in range(2))
    if limit is None or shown < limit:
        raise Invalid(f"{where}: bounds the gaps by {show(shown)} from below, which is not enough")


def least_gap(game: Game, i: int, rows: list[Rows]) -> Fraction:
    """A lower bound of player `i`'s gap over the rows: the best of its actions and of both orders of nesting."""
    stride, size, own = game.strides[0][i], game.sizes[0][i], game.rewards[i]

    def gain(best: int, k: int) -> int:
        return own[k + (best - k // stride % size) * stride] - own[k]

    found = [
        nest(rows, order, partial(gain, best), 0, game.strides[0], LOWER)
        for best in range(size)
        for order in ([0, 1], [1, 0])
    ]
    return Fraction(max(found), rows[0].den * rows[1].den * game.reward_den[i])


def all_equilibria(game: Game, node: Node) -> list[list[list[Fraction]]]:
    """Every equilibrium of a bimatrix game; `Invalid` when they are infinitely many."""
    if math.comb(sum(game.sizes[0]), game.sizes[0][0]) > MAX_SYSTEMS:
        raise Limit(f"{node.where}: expected a smaller game, its equilibria take over {MAX_SYSTEMS} linear systems")
    rows, columns = extreme_rows(matrix(game, 1)), extreme_rows([list(column) for column in zip(*matrix(game, 0))])
    spend(len(rows) * len(columns))
    found = [[x, y] for x in rows for y in columns if stage_gap(game, [x, y]) == 0]
    for sides in zip(*found):
        if len({tuple(row) for row in sides}) < len(found):
            raise Invalid(f"{node.where}: the game has infinitely many equilibria")
    return found


def extreme_rows(table: list[list[int]]) -> list[list[Fraction]]:
    """The rows x at the vertices of { (x, v) : x a probability row, sum_a x(a) table[a][b] <= v for every b }."""
    found: list[list[Fraction]] = []
    length = max(map(longest, table))
    for size in range(1, min(len(table), len(table[0])) + 1):
        for support in itertools.combinations(range(len(table)), size):
            for tight in itertools.combinations(zip(*table), size):
                spend(8 * (size + 1) ** 3 * weight(2 * (size + 1) * length) + len(table) * (len(table[0]) + len(found)))
                system = [[*(Fraction(line[a]) for a in support), -ONE, ZERO] for line in tight]
                solution = unique_solution([*system, [*[ONE] * size, ZERO, ONE]])
                if solution is None or min(solution[:-1]) <= 0:
                    continue
                row = [solution[support.index(a)] if a in support else ZERO for a in range(len(table))]
                values = [sum((p * x for p, x in zip(row, line)), ZERO) for line in zip(*table)]
                if max(values) <= solution[-1] and row not in found:
                    found.append(row)
    return found


def unique_solution(system: list[list[Fraction]]) -> list[Fraction] | None:
    """The solution of a square system of augmented rows; `None` when it is singular."""
    for k in range(len(system)):
        pivot = next((r for r in range(k, len(system)) if system[r][k]), None)
        if pivot is None:
            return None
        system[k], system[pivot] = system[pivot], system[k]
        lead = system[k] = [x / system[k][k] for x in system[k]]
        system = [row if r == k else [x - row[k] * y for x, y in zip(row, lead)] for r, row in enumerate(system)]
    return [row[-1] for row in system]
