"""From a float search to facts: the exact witness, and the box trees with the lower end that they prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.grid import bits_below
from certigap.floats.game import payoff_scale
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.best_case.search import Candidate, Node
from certigap.questions.best_case.shell import onto_shell
from certigap.questions.best_case.tree import Leaves, Split, leaf_bounds
from certigap.semantics.exploitability import gaps

__all__ = ["Proven", "Witness", "exact_witness", "proven"]

_GRID = 2**40  # of witness and claim: 1e-12 of payoffs of size 1, finer for smaller; short numbers in the certificate

Tree = tuple[Split | None, ...]
"""Nodes in preorder; None: a leaf."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A profile at distance exactly eps from the equilibrium `expert`, and its NashGap."""

    policy: Policy
    expert: Policy
    value: Fraction


@dataclass(frozen=True, slots=True)
class Proven:
    """Trees, and what they prove: every admissible NashGap is at least `lower`; None: no profile is admissible."""

    trees: tuple[Tree, ...]
    lower: Fraction | None


def exact_witness(found: Candidate, expert: Policy, eps: Fraction) -> Witness | None:
    """The candidate in rationals, at distance exactly eps; None when its neighbourhood has no such profile."""
    near = Policy.from_floats(expert.game, [found.x, found.y], denominator=_GRID)
    rows = [own[0].fractions() for own in near.rows]
    target = [own[0].fractions() for own in expert.rows]
    best: Witness | None = None
    for x, y in onto_shell((rows[0], rows[1]), (target[0], target[1]), eps):
        policy = Policy.from_rows(expert.game, [x, y])
        value = gaps(expert.game, policy, "exact").nash_gap.value
        if best is None or value < best.value:
            best = Witness(policy, expert, value)
    return best


def proven(game: Game, nodes: Sequence[Node], experts: Sequence[Policy], eps: Fraction) -> Proven:
    """Every leaf examined exactly: the least gap bound over the leaves that may hold admissible profiles.

    Args:
        game: a bimatrix game.
        nodes: of the search, the root of tree k at place k.
        experts: the equilibrium of each tree.
        eps: joint L1 distance.
    """
    trees: list[Tree] = []
    leaves: list[Node] = []
    for root in range(len(experts)):
        tree: list[Split | None] = []
        waiting = [root]
        while waiting:
            node = nodes[waiting.pop()]
            tree.append(node.split)
            if node.split is None:
                leaves.append(node)
            else:
                waiting += [node.child + 1, node.child]
        trees.append(tuple(tree))
    low, high = np.array([node.low for node in leaves]), np.array([node.high for node in leaves])
    found = leaf_bounds(game, Leaves(low, high, [node.tree for node in leaves]), experts, eps)
    bounds = [bound for bound in found if bound is not None]
    if not bounds:
        return Proven(tuple(trees), None)
    lower = max(Fraction(0), min(bounds))
    grid = _GRID << bits_below(payoff_scale(game))
    return Proven(tuple(trees), Fraction(lower * grid // 1, grid))
