"""FORMAT 6.3: trees of boxes that cover a region or a ball, and the claims that rest on them."""

from collections.abc import Iterator
from fractions import Fraction

from game import Game, Policy, Vector
from kernel import LOWER, UPPER, Ask, Boxes, Step, check_vector, show
from limits import spend
from pairs import check_gap_vector
from reading import ONE, ZERO, Invalid, Node
from regions import Leaf, Region, node_rows
from rules import RULES, rule
from values import Evaluation

Half = tuple[list[Fraction], int, Fraction]  # ends of a row's box, the action whose end moves, where to


def check_cover(game: Game, i: int, region: Region, boxes: Boxes, node: Node, limit: Fraction) -> None:
    """FORMAT 6.3: a tree of boxes that covers the region, with a bound of player `i`'s gap on every leaf."""
    for name in RULES["cover"].keys() & node.fields((), (*RULES["cover"], "vectors", "tree")).keys():
        rule("cover", name)(game, i, region, boxes, node.fields((name,))[name], limit)
        return
    members = node.fields(("vectors", "tree"))
    pool = [Vector(game.size, v) for v in members["vectors"].items()]
    for part, leaf, where in tree_leaves(game, boxes, members["tree"]):
        check_leaf(Leaf(game, i, region, part, pool, where), leaf, limit)


def tree_leaves(game: Game, boxes: Boxes, node: Node) -> Iterator[tuple[Boxes, dict[str, Node], str]]:
    """The leaves of a tree in preorder, each with its boxes and its place; together they cover the root's boxes.

    The boxes are those of the present node: an end that a half moves is put back before another part of the tree.
    """
    boxes = {place: (list(lower), list(upper)) for place, (lower, upper) in boxes.items()}
    path: list[Half] = []  # ends of rows that the halves on the way here have moved
    waiting: list[tuple[int, Half | None]] = [
        (0, None)
    ]  # of nodes to come: how long the way to their cut is, their half
    for entry in node.items():
        if not waiting:
            raise Invalid(f"{entry.where}: the tree was complete before this node")
        depth, half = waiting.pop()
        while len(path) > depth:
            ends, a, before = path.pop()
            ends[a] = before
        if half is not None:
            ends, a, cut = half
            path.append((ends, a, ends[a]))
            ends[a] = cut
        parts = entry.fields((), ("leaf", *RULES["leaf"], "split"))
        if not ("leaf" in parts and "split" not in parts and len(parts) <= 2) and [*parts] != ["split"]:
            entry.fail(f"one of leaf, leaf with {' or '.join(RULES['leaf'])}, and split")
        if "split" in parts:
            below, above = split(game, boxes, parts["split"])
            waiting += [(len(path), above), (len(path), below)]
        else:
            yield boxes, parts, entry.where
    if waiting:
        raise Invalid(f"{node.where}: {len(waiting)} nodes are missing, the region is not covered")


def check_leaf(leaf: Leaf, parts: dict[str, Node], limit: Fraction) -> None:
    """The gap at the start is at most `limit` over the leaf, by its vectors or by a rule of its own."""
    game, i, where = leaf.game, leaf.i, leaf.where
    known = leaf.vectors(parts["leaf"], 4)
    if leaf.rows is not None:
        check_vector(game, i, leaf.rows, known[0], Step.best_value, UPPER, where)
        check_vector(game, i, leaf.rows, known[1], Step.best_value, LOWER, where)
        check_vector(game, i, leaf.rows, known[2], Step.policy_value, LOWER, where)
        check_gap_vector(game, i, leaf.rows, known, where)
    shown = game.at_start(known[3])
    for name in RULES["leaf"].keys() & parts.keys():
        shown = rule("leaf", name)(leaf, known, parts[name])
    if leaf.rows is None:
        return
    if shown > limit:
        raise Invalid(f"{where}: bounds the gap of player {game.players[i]} by {show(shown)}, claimed {show(limit)}")


def split(game: Game, boxes: Boxes, node: Node) -> tuple[Half, Half]:
    """The two halves of a node, `y[action] <= at` and `y[action] >= at`."""
    player, state, action, at = node.items(4)
    j, s = game.players.index(player.one_of(game.players)), game.index[state.one_of(game.index)]
    spend(game.sizes[s][j])
    a, cut = game.actions[s][j].index(action.one_of(game.actions[s][j])), at.rational()
    lower, upper = boxes.setdefault((j, s), ([ZERO] * game.sizes[s][j], [ONE] * game.sizes[s][j]))
    if not lower[a] <= cut <= upper[a]:
        at.fail(f"a value in [{show(lower[a])}, {show(upper[a])}]")
    return (upper, a, cut), (lower, a, cut)


def claim_region_bound(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "center", "radii", "nash_gap"), ("box",))
    limit = members["nash_gap"].fields(("upper",))["upper"].rational()
    center, radius = ask("center"), [[ZERO] * game.size for _ in game.players]
    boxes: Boxes = {}
    for j, own in enumerate(game.by_state(members["radii"], True)):
        for s, node in own.items():
            radius[j][s] = node.rational()
            if not 0 <= radius[j][s] <= 2:
                node.fail("a radius in [0, 2]")
    for j, own in enumerate(game.by_state(members["box"], True) if "box" in members else ()):
        for s, node in own.items():
            sides, size = node.fields(("lower", "upper")), game.sizes[s][j]
            lower, upper = ([x.rational() for x in sides[side].items(size)] for side in ("lower", "upper"))
            boxes[j, s] = (lower, upper)
    region, covers = Region(game, center, radius), proof.fields(("players",))["players"]
    if node_rows(game, region, boxes) is None:
        raise Invalid(f"{claim.where}: the region holds no policy")
    check_players(game, region, boxes, covers, limit)
    shape = f"radii up to {show(max(max(own) for own in radius))}{' and a box' if boxes else ''}"
    return [f"over the region around the center ({shape}), every nash_gap <= {show(limit, UPPER)}"]


def check_players(game: Game, region: Region, boxes: Boxes, node: Node, limit: Fraction) -> None:
    covers = node.fields(game.players)
    for i, player in enumerate(game.players):
        check_cover(game, i, region, boxes, covers[player], limit)


def bound_cover(game: Game, expert: Policy, measure: str, radius: Fraction, limit: Fraction, node: Node) -> Fraction:
    """`limit`, when the covers show that much of every gap in the ball."""
    covers = node.fields(("occupancy", "players"))["players"]
    occupancy = Evaluation(game, expert, node).occupancy(LOWER)
    check_players(game, rule("measure", measure)(game, expert, radius, occupancy), {}, covers, limit)
    return limit
