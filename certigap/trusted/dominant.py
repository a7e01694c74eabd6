"""FORMAT 14: players whose part of the expert is a best response to every policy of the others."""

import itertools

from cover import tree_leaves
from game import Game, Policy, Vector
from kernel import LOWER, UPPER, Ask, Sets, Step, check_vector, rounds, widest
from limits import spend, weight
from pairs import PairBounds, PairStep
from reading import TWO, ZERO, Invalid, Node
from regions import Region, node_rows


def claim_dominant(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    names = claim.fields(("kind", "expert", "players"))["players"].names()
    expert, trees = ask("expert"), proof.fields(names)
    for name in names:
        i = game.players.index(claim.child("players").child(names.index(name)).one_of(game.players))
        check_dominant(game, i, expert, trees[name])
    return [f"whatever the others play, the expert is a best response of player {name}" for name in names]


def check_dominant(game: Game, i: int, expert: Policy, node: Node) -> None:
    """A tree of boxes of the others' rows that covers all policies; the expert's rows are best on every leaf."""
    members = node.fields(("vectors", "tree"))
    pool = [Vector(game.size, vector) for vector in members["vectors"].items()]
    region = Region(game, expert, [[ZERO if j == i else TWO] * game.size for j in range(game.n)])
    reached = reached_states(game, i, expert)
    for boxes, parts, where in tree_leaves(game, {}, members["tree"]):
        high, low = (pool[place.integer(range(len(pool)))] for place in parts["leaf"].items(2))
        rows = node_rows(game, region, boxes)
        if rows is not None:
            check_vector(game, i, rows, high, Step.best_value, UPPER, where)
            check_vector(game, i, rows, low, Step.best_value, LOWER, where)
            check_best(game, i, expert, rows, (high, low), reached, where)


def check_best(
    game: Game, i: int, expert: Policy, rows: Sets, vectors: tuple[Vector, Vector], reached: set[int], where: str
) -> None:
    """At every state that is reached, no action may gain over one that the expert plays."""
    high, low = vectors
    zero = Vector(game.size, Node({"den": "1", "num": [0] * game.size}, "zero"))
    bounds = PairBounds(high, low, low, zero)
    deviations = sum(work * sizes[i] for work, sizes in zip(game.work, game.sizes))
    length = game.bits + bounds.den.bit_length() + bounds.bits + widest(game, rows)
    spend(4 * rounds(game) * deviations * weight(length))
    for s in reached:
        step, own = PairStep(game, i, s), [row[s] for row in rows]
        for a, best in itertools.product(step.actions, step.actions):
            if expert[i][s][a] and step.regret(own, bounds, best, a) > 0:
                name = game.actions[s][i][best]
                raise Invalid(f"{where}: at state {game.states[s]!r} player {game.players[i]} may gain by {name!r}")


def reached_states(game: Game, i: int, expert: Policy) -> set[int]:
    """The states to which player `i`'s rows and some policy of the others lead."""
    reached = {s for s, p in enumerate(game.initial) if p}
    waiting = list(reached)
    spend(game.pass_work)
    for s in waiting:
        stride, count = game.strides[s][i], game.sizes[s][i]
        for k in range(game.offsets[s], game.offsets[s + 1]):
            if expert[i][s][(k - game.offsets[s]) // stride % count]:
                for t, _ in game.next[k]:
                    if t not in reached:
                        reached.add(t)
                        waiting.append(t)
    return reached
