"""The kinds of tampering with a certificate of branch and bound, each a small change in place."""

import copy
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

__all__ = ["KINDS", "PART", "Data", "covers", "leaves", "trees"]

Data = dict[str, Any]
Tamper = Callable[[random.Random, Data], None]
PART = Fraction(9, 10)  # the smaller ball's radius over the whole one's


def covers(data: Data) -> list[Data]:
    return list(data["proof"]["cover"]["players"].values())


def trees(data: Data) -> list[list[Data]]:
    return [cover["tree"] for cover in covers(data)]


def leaves(tree: list[Data]) -> list[Data]:
    return [node for node in tree if "leaf" in node]


def places(tree: list[Data], key: str) -> list[int]:
    """Where the nodes with this key stand; any node if there is none."""
    return [k for k, node in enumerate(tree) if key in node] or list(range(len(tree)))


def end(tree: list[Data], start: int) -> int:
    """The place after the subtree that begins at `start`."""
    waiting = 1
    for k in range(start, len(tree)):
        waiting += 1 if "split" in tree[k] else -1
        if not waiting:
            return k + 1
    return len(tree)


def larger(rng: random.Random, data: Data) -> Data:
    """A player's cover, one with splits if possible."""
    able = [cover for cover in covers(data) if len(cover["tree"]) > 1]
    return rng.choice(able or covers(data))


def drop_leaf(rng: random.Random, data: Data) -> None:
    tree = larger(rng, data)["tree"]
    del tree[rng.choice(places(tree, "leaf"))]


def duplicate_leaf(rng: random.Random, data: Data) -> None:
    tree = larger(rng, data)["tree"]
    k = rng.choice(places(tree, "leaf"))
    tree.insert(rng.choice([k, rng.randrange(len(tree) + 1)]), copy.deepcopy(tree[k]))


def swap_nodes(rng: random.Random, data: Data) -> None:
    tree = larger(rng, data)["tree"]
    a, b = rng.randrange(len(tree)), rng.randrange(len(tree))
    tree[a], tree[b] = tree[b], tree[a]


def swap_halves(rng: random.Random, data: Data) -> None:
    """The two subtrees of a split change places."""
    tree = larger(rng, data)["tree"]
    k = rng.choice(places(tree, "split"))
    middle = end(tree, k + 1)
    last = end(tree, middle)
    tree[k + 1 : last] = tree[middle:last] + tree[k + 1 : middle]


def cut_trees(rng: random.Random, data: Data) -> None:
    """Only the first nodes of every tree are left."""
    part = rng.random()
    for cover in covers(data):
        del cover["tree"][int(part * len(cover["tree"])) :]


def merge_subtree(rng: random.Random, data: Data) -> None:
    """A leaf of the subtree takes the place of all of it."""
    tree = larger(rng, data)["tree"]
    k = rng.choice(places(tree, "split"))
    last = end(tree, k)
    tree[k:last] = [rng.choice(leaves(tree[k:last]) or [{}])]


def graft_leaf(rng: random.Random, data: Data) -> None:
    """A leaf with the proof of another one."""
    tree = larger(rng, data)["tree"]
    a, b = (rng.choice(places(tree, "leaf")) for _ in range(2))
    tree[a] = copy.deepcopy(tree[b])


def tampered_split(rng: random.Random, data: Data) -> list[str]:
    tree = larger(rng, data)["tree"]
    split: list[str] = tree[rng.choice(places(tree, "split"))].get("split", [])
    return split


def move_split(rng: random.Random, data: Data) -> None:
    split = tampered_split(rng, data)
    if split:
        at = Fraction(split[3])
        near = (at + Fraction(1, 10**6), at - Fraction(1, 10**6), at / 2, (1 + at) / 2)
        split[3] = str(rng.choice((*near, Fraction(rng.randint(0, 16), 16))))


def rename_split(rng: random.Random, data: Data) -> None:
    """Another player, state or action."""
    split = tampered_split(rng, data)
    if split:
        kind = rng.randrange(3)
        others = {node["split"][kind] for tree in trees(data) for node in tree if "split" in node}
        own = data["claim"]["expert"]
        names = [list(own), list(own[split[0]]), ["a", "b", "c", "a0", "a1", "a2"]]
        split[kind] = rng.choice(sorted({*others, *names[kind]} - {split[kind]}))


def change_radius(rng: random.Random, data: Data) -> None:
    """Another radius, with the lower end or, since a smaller ball may not hold the witness, without."""
    if rng.random() < 0.5:
        data["claim"]["nash_gap"].pop("lower")
    factor = rng.choice(
        (Fraction(1, 2), Fraction(9, 10), Fraction(1_000_001, 1_000_000), Fraction(11, 10), Fraction(2))
    )
    data["claim"]["radius"] = str(Fraction(data["claim"]["radius"]) * factor)


def change_occupancy(rng: random.Random, data: Data) -> None:
    scale(
        rng,
        rng.choice([*data["proof"]["cover"]["occupancy"].values(), *data["proof"]["witness"]["occupancy"].values()]),
    )


def scale(rng: random.Random, vector: Data) -> None:
    """One entry, or all of them by the denominator."""
    factor = rng.choice((Fraction(1, 2), Fraction(99, 100), Fraction(101, 100), Fraction(2)))
    if rng.random() < 0.3:
        vector["den"] = str(max(1, int(int(vector["den"]) * factor)))
    else:
        k = rng.randrange(len(vector["num"]))
        x = vector["num"][k]
        vector["num"][k] = rng.choice((int(x * factor), x + 1, x - 1, -x, 0))


def change_vector(rng: random.Random, data: Data) -> None:
    scale(rng, rng.choice(larger(rng, data)["vectors"]))


def swap_references(rng: random.Random, data: Data) -> None:
    """Two vectors of a leaf exchanged, or another vector of the pool in the place of one."""
    cover = larger(rng, data)
    node = rng.choice(leaves(cover["tree"]))
    entries = rng.choice([node["leaf"], *([node["linear"]["vectors"]] if "linear" in node else [])])
    a, b = rng.randrange(len(entries)), rng.randrange(len(entries))
    if rng.random() < 0.5:
        entries[a], entries[b] = entries[b], entries[a]
    else:
        entries[a] = rng.randrange(len(cover["vectors"]))


def change_linear(rng: random.Random, data: Data) -> None:
    """Prices, weights or reference actions: the prover's free choice, so a bad one may only make the bound larger."""
    cover = larger(rng, data)
    for node in rng.sample(leaves(cover["tree"]), len(leaves(cover["tree"]))):
        if "linear" in node:
            change_choice(rng, node["linear"], len(cover["vectors"]))
            return
    merge_subtree(rng, data)


def change_choice(rng: random.Random, linear: Data, pool: int) -> None:
    kind = rng.choice(("prices", "reference", "vectors", "gone"))
    if kind == "prices":
        k = rng.randrange(len(linear["prices"]))
        linear["prices"][k] = str(
            Fraction(linear["prices"][k]) * rng.choice((0, 1, 2)) + Fraction(rng.randint(-1, 1), 10)
        )
    elif kind == "reference":
        k = rng.randrange(len(linear["reference"]))
        linear["reference"][k] = (linear["reference"][k] + 1) % 2
    elif kind == "vectors":
        linear["vectors"][rng.choice((1, 2))] = rng.randrange(pool)
    else:
        linear["prices"] = ["0"] * len(linear["prices"])


def lower_upper_end(rng: random.Random, data: Data) -> None:
    ends = data["claim"]["nash_gap"]
    ends["upper"] = str(Fraction(ends["upper"]) * (1 - Fraction(1, 10 ** rng.randint(1, 12))))


def raise_lower_end(rng: random.Random, data: Data) -> None:
    ends = data["claim"]["nash_gap"]
    ends["lower"] = str(Fraction(ends["lower"]) * (1 + Fraction(1, 10 ** rng.randint(1, 12))))


def change_witness(rng: random.Random, data: Data) -> None:
    """Mass moved in one of its rows, or another vector of its proof."""
    witness = data["proof"]["witness"]
    if rng.random() < 0.4:
        player = rng.choice(sorted(witness["values"]))
        scale(rng, rng.choice([witness["values"][player]["upper"], witness["optima"][player]["lower"]]))
        return
    rows = witness["policy"][rng.choice(sorted(witness["policy"]))]
    row = rows[rng.choice(sorted(rows))]
    first = rng.choice(sorted(row))
    names = {*row, *(("a0", "a1") if "a0" in row or "a1" in row else ("a", "b"))} - {first}
    second, moved = rng.choice(sorted(names)), Fraction(row[first]) * rng.choice((1, Fraction(1, 2), Fraction(1, 1000)))
    row[first] = str(Fraction(row[first]) - moved)
    row[second] = str(Fraction(row.get(second, "0")) + moved)


def claim_whole_ball(rng: random.Random, data: Data) -> None:
    """The proof for a smaller ball claimed of the whole one, with or without an occupancy that gives the same radii."""
    data["claim"]["radius"] = str(Fraction(data["claim"]["radius"]) / PART)
    if rng.random() < 0.5:
        for vector in data["proof"]["cover"]["occupancy"].values():
            vector["den"] = str(int(vector["den"]) * PART.numerator)
            vector["num"] = [x * PART.denominator for x in vector["num"]]


KINDS: dict[str, Tamper] = {
    "drop leaf": drop_leaf,
    "duplicate leaf": duplicate_leaf,
    "swap nodes": swap_nodes,
    "swap halves": swap_halves,
    "cut trees": cut_trees,
    "merge subtree": merge_subtree,
    "graft leaf": graft_leaf,
    "move split": move_split,
    "rename split": rename_split,
    "radius": change_radius,
    "occupancy": change_occupancy,
    "vector entry": change_vector,
    "references": swap_references,
    "linear bound": change_linear,
    "upper end": lower_upper_end,
    "lower end": raise_lower_end,
    "witness": change_witness,
    "smaller ball": claim_whole_ball,
}
