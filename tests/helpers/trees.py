"""Random `.efg` texts, and their normal forms by brute force over full strategies; no code of certigap's."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

Plan = tuple[int, ...]


@dataclass
class Node:
    """`player` is None where the play ends and 0 for chance; `number` is the information set's."""

    player: int | None
    number: int = 0
    probabilities: list[Fraction] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    payoffs: list[Fraction] | None = None


def random_tree(rng: random.Random, players: int, depth: int, forgetting: float, size: int = 25) -> Node:
    """A tree of about `size` nodes; with probability `forgetting` a move is at an information set met before."""
    sets: dict[int, list[tuple[int, int]]] = {player: [] for player in range(1, players + 1)}
    made = 0

    def payoffs() -> list[Fraction]:
        return [Fraction(rng.randint(-9, 9), rng.randint(1, 5)) for _ in range(players)]

    def grow(left: int) -> Node:
        nonlocal made
        made += 1
        kind = rng.random()
        if left == 0 or kind < 0.2 or made > size:
            return Node(None, payoffs=payoffs())
        if kind < 0.35:
            weights = [rng.randint(1, 4) for _ in range(rng.randint(2, 3))]
            node = Node(0, made, [Fraction(w, sum(weights)) for w in weights])
            count = len(weights)
        else:
            player = rng.randint(1, players)
            own = sets[player]
            if not own or rng.random() >= forgetting:
                own.append((len(own) + 1, rng.randint(2, 3)))
                number, count = own[-1]
            else:
                number, count = rng.choice(own)
            node = Node(player, number)
        node.payoffs = payoffs() if rng.random() < 0.2 else None
        node.children = [grow(left - 1) for _ in range(count)]
        return node

    return grow(depth)


def to_efg(root: Node, players: int) -> str:
    """The text of a tree, as Gambit writes it; actions are called by their numbers."""
    outcomes = itertools.count(1)
    names = " ".join(f'"P{player + 1}"' for player in range(players))
    return f'EFG 2 R "random" {{ {names} }}\n""\n' + "".join(f"{line}\n" for line in _lines(root, outcomes))


def _lines(node: Node, outcomes: Iterator[int]) -> Iterator[str]:
    end = "0" if node.payoffs is None else f'{next(outcomes)} "" {{ {", ".join(map(str, node.payoffs))} }}'
    labels = [f'"{k + 1}"' for k in range(len(node.children))]
    if node.player is None:
        yield f't "" {end}'
    elif node.player == 0:
        pairs = " ".join(f"{label} {p}" for label, p in zip(labels, node.probabilities, strict=True))
        yield f'c "" {node.number} "" {{ {pairs} }} {end}'
    else:
        yield f'p "" {node.player} {node.number} "" {{ {" ".join(labels)} }} {end}'
    for child in node.children:
        yield from _lines(child, outcomes)


def walk(node: Node) -> Iterator[Node]:
    """All nodes, in prefix order."""
    yield node
    for child in node.children:
        yield from walk(child)


def sets_of(root: Node, player: int) -> dict[int, int]:
    """Information sets of a player in the order of the tree, with their numbers of actions."""
    return {node.number: len(node.children) for node in walk(root) if node.player == player}


def possible(root: Node, player: int, plan: dict[int, int]) -> set[int]:
    """Information sets that a player's own actions do not exclude."""
    if not root.children:
        return set()
    own = root.player == player
    children = [root.children[plan[root.number]]] if own else root.children
    return ({root.number} if own else set()).union(*(possible(child, player, plan) for child in children))


def reduced_plans(root: Node, player: int) -> list[Plan]:
    """Every full strategy cut down to the possible sets (-1 elsewhere); each once, in lexicographic order."""
    sets = sets_of(root, player)
    found: dict[Plan, None] = {}
    for actions in itertools.product(*(range(count) for count in sets.values())):
        plan = dict(zip(sets, actions, strict=True))
        there = possible(root, player, plan)
        found[tuple(plan[number] if number in there else -1 for number in sets)] = None
    return list(found)


def payoffs_of(root: Node, players: int, plans: list[dict[int, int]]) -> list[Fraction]:
    """Expected payoffs of a profile of plans, by recursion from the root."""
    total = list(root.payoffs or [Fraction(0)] * players)
    if root.player is None or not root.children:
        return total
    if root.player == 0:
        weighted = list(zip(root.probabilities, root.children, strict=True))
    else:
        weighted = [(Fraction(1), root.children[plans[root.player - 1][root.number]])]
    for weight, child in weighted:
        below = payoffs_of(child, players, plans)
        total = [a + weight * b for a, b in zip(total, below, strict=True)]
    return total
