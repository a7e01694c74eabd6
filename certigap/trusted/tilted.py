"""FORMAT 6.6: trees of boxes in balls of occupancies, every leaf with a tilt of what the imitator is paid."""

import math
from fractions import Fraction

from cover import tree_leaves
from game import Game, Vector
from kernel import LOWER, UPPER, Boxes, Step, check_vector, rounds, show, widest
from limits import spend, weight
from modevalues import Pay, Tilt
from pairs import PairBounds, PairStep
from reading import ONE, Invalid, Node
from regions import Leaf, Region
from rules import RULES, rule


def cover_tilted(game: Game, i: int, region: Region, boxes: Boxes, node: Node, limit: Fraction) -> None:
    """Player `i`'s gap is at most `limit` in the region."""
    members = node.fields(("vectors", "tilts", "tree"))
    pool, tilts = [Vector(game.size, v) for v in members["vectors"].items()], members["tilts"].items()
    for part, parts, where in tree_leaves(game, boxes, members["tree"]):
        *places, last = parts["leaf"].items(5)
        known, tilt = (
            [pool[place.integer(range(len(pool)))] for place in places],
            tilts[last.integer(range(len(tilts)))],
        )
        leaf = Leaf(game, i, region, part, pool, where)
        if leaf.rows is not None:
            check_tilted_leaf(leaf, known, Pay(game, i, ONE, Tilt(game, region, tilt)), parts, limit)


def check_tilted_leaf(leaf: Leaf, known: list[Vector], pay: Pay, parts: dict[str, Node], limit: Fraction) -> None:
    """`known` are H, B of V*, L of V', and X of V* - V', where V' is of what the imitator is paid."""
    game, i, rows, where = leaf.game, leaf.i, leaf.rows or [], leaf.where
    paid = pay.best, [-x for x in pay.own], pay.den, pay.bits
    length = pay.bits + sum(v.bits for v in known) + widest(game, rows)
    deviations = sum(work * sizes[i] for work, sizes in zip(game.work, game.sizes))
    spend(4 * rounds(game) * (game.pass_work + deviations) * weight(length))
    check_vector(game, i, rows, known[0], Step.best_value, UPPER, where)
    check_vector(game, i, rows, known[1], Step.best_value, LOWER, where)
    check_vector(game, i, rows, known[2], Step.policy_value, LOWER, where, paid[1:3])
    bounds = PairBounds(*known)
    for s in range(game.size):
        step, around = PairStep(game, i, s, (pay.best, pay.den)), [row[s] for row in rows]
        step.paid = paid[1]
        if bounds.up[s] * step.unit * math.prod(own.den for own in around) < step.gap_value(around, bounds):
            raise Invalid(f"{where}: tilted gap of player {game.players[i]} fails at state {game.states[s]!r}")
    shown = game.at_start(known[3])
    for name in RULES["leaf"].keys() & parts.keys():
        shown = rule("leaf", name)(leaf, known, parts[name], paid)
    if shown + pay.tilt.cost > limit:
        shown, player = shown + pay.tilt.cost, game.players[i]
        raise Invalid(f"{where}: bounds the gap of player {player} by {show(shown)}, claimed {show(limit)}")
