"""From an attempt in floats to a cover that a checker accepts: visits, then leaves, proved in integers."""

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction

import numpy as np

from certigap.bounds.boxes.tree import Split
from certigap.bounds.modes.claims import Attempt
from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, plain_shares, visit_rates
from certigap.bounds.modes.exact import ExactModes, ModeClaim
from certigap.bounds.modes.nodes import DistanceSplit, ModeNode
from certigap.bounds.modes.proof import KINDS, ModeCover, ModeLeaf, ModeSplit, Shares
from certigap.bounds.modes.search import TreeNode
from certigap.exact.integers import FloatArray
from certigap.floats.kernel.mode_solve import N0, N1, T0, T1, X
from certigap.work.clock import now
from certigap.work.parallel import in_processes

__all__ = ["KIND_NAMES", "leaf_seconds", "settled_cover"]

KIND_NAMES = {JOINT: "joint", OPTIMUM: "optimum", VALUE: "value"}
PLACES = {"X": X, "N1": N1, "N0": N0, "U1": T1, "U0": T0}
SLACK = 2e-6  # of the bound: what rounding up may add before the limit is raised
FINE = 1e-9  # tolerance of vectors that are proved
LIMIT_BITS = 30  # of a limit: visit bounds inherit its length
GRID = 2**16  # of prices
FORK_LEAVES = 40  # below which processes are not worth starting
MANY = 8  # leaves that get short numbers where they have room
SHORT_BITS = 8  # of prices that are tried first
REST = 1  # bits that the vectors are coarser on which the one that bounds rests: what strays counts less
COARSE = (10, 12, 14)  # bits of the largest value that the vectors tried first have; then 16, then all


def settled_cover(attempt: Attempt, exact: ExactModes, workers: int) -> ModeCover | None:
    """The attempt's visits and tree with exact vectors; None where a leaf did not settle.

    `exact` is the player's, its rows nested as in the attempt's view. The limit is the least that the leaves show,
    rounding included; visit bounds only shrink when it grows.
    """
    kind, first = KIND_NAMES[attempt.kind], int(attempt.view.arrays.order[0])
    margin = SLACK * max(abs(attempt.upper), attempt.view.span * 1e-3)
    claim = exact.claim(kind, _above(attempt.upper + margin))
    for visit in attempt.visits.visits:
        prices, theta = visit.prices[:-1].tolist(), float(visit.prices[-1])
        claim.visit(
            visit.group, visit.state, theta, _named(kind, visit.vectors), prices, _shares(attempt, visit.shares)
        )
        if claim.closed:
            return ModeCover(kind, claim.limit, first, tuple(claim.visits), (), exact.ball.unit)
    if attempt.tree is None:
        return None
    nodes: list[ModeSplit | ModeLeaf | None] = []
    open_leaves: list[tuple[int, ModeNode, TreeNode]] = []
    for node, known, cut in _preorder(exact.root, attempt.tree.root):
        if cut is not None:
            nodes.append(ModeSplit(cut))
        elif known is None:
            nodes.append(ModeLeaf({}))
        else:
            open_leaves.append((len(nodes), node, known))
            nodes.append(None)
    prover = _Prover(attempt, claim, len(open_leaves) >= MANY)

    def proved(place: int) -> tuple[ModeLeaf, Fraction] | None:
        return prover.leaf(*open_leaves[place][1:])

    found = in_processes(proved, len(open_leaves), workers if len(open_leaves) >= FORK_LEAVES else 1)
    limit = claim.limit if claim.visits else None
    for (place, _, _), leaf in zip(open_leaves, found, strict=True):
        if leaf is None:
            return None
        nodes[place], value = leaf
        limit = value if limit is None else max(limit, value)
    if limit is None:
        return None
    short = max(limit, _above(float(limit))) if limit > claim.limit or not claim.visits else limit
    proved_nodes = tuple(node for node in nodes if node is not None)
    return ModeCover(kind, short, first, tuple(claim.visits), proved_nodes, exact.ball.unit)


def leaf_seconds(attempt: Attempt, exact: ExactModes) -> float:
    """How long the proof of a leaf of the attempt takes; 0 where there is none."""
    leaves = () if attempt.tree is None else _preorder(exact.root, attempt.tree.root)
    for node, known, cut in leaves:
        if cut is None and known is not None:
            prover = _Prover(attempt, exact.claim(KIND_NAMES[attempt.kind], _above(attempt.upper)), True)
            prover.leaf(node, known)  # what leaves have in common is made once
            began = now()
            prover.leaf(node, known)
            return now() - began
    return 0.0


def _preorder(
    root: ModeNode, known: TreeNode
) -> Iterator[tuple[ModeNode, TreeNode | None, Split | DistanceSplit | None]]:
    """The nodes of a tree, exactly and in floats (None: no policy), with their cuts (None: leaves)."""
    waiting: list[tuple[ModeNode, TreeNode | None]] = [(root, known)]
    while waiting:
        node, own = waiting.pop()
        if own is None or node.is_empty:
            yield node, None, None
        elif own.children is None or own.cut is None:
            yield node, own, None
        else:
            yield node, own, own.cut
            waiting += reversed([*zip(node.halves(own.cut), own.children, strict=True)])


class _Prover:
    """Leaves of one claim; `is_many`: leaves with room below the limit get short numbers."""

    def __init__(self, attempt: Attempt, claim: ModeClaim, is_many: bool) -> None:
        view, bounds = attempt.view, claim.visit_bounds
        imitator, deviator = (np.array([float(x) for x in bounds[group]]) for group in ("imitator", "deviator"))
        self.attempt, self.claim, self.bench, self.is_many = attempt, claim, view.bench(), is_many
        self.rates = visit_rates(view, attempt.kind, attempt.shares, imitator, deviator)
        self.shares, self.value_bits = _shares(attempt, attempt.shares), claim.modes.value_bits

    def leaf(self, node: ModeNode, known: TreeNode) -> tuple[ModeLeaf, Fraction] | None:
        """The leaf's vectors as they were found, on a coarse grid; where that shows too little, closely once more."""
        view, found = self.attempt.view, known.found
        if found is None:
            return None
        if self.is_many:
            short, coarse = _short(found.prices[:-1]), [bits - self.value_bits for bits in COARSE]
            shown = self.claim.leaf(
                node, _named(self.claim.kind, found.vectors), short, self.shares, grids=coarse, rest=REST
            )
            if shown is not None and shown[1] <= self.claim.limit:
                return shown
        sets = view.sets(known.lower, known.upper, known.least, known.most)
        if sets is None:
            return None
        prices = np.append(np.round(found.prices[:-1] * GRID) / GRID, 1.0)
        close = self.bench.bound(
            sets, self.attempt.kind, self.rates, prices=prices, vectors=found.vectors, target=np.inf, rounds=1,
            tolerance=FINE,
        )  # fmt: skip
        named = _named(self.claim.kind, close.vectors)
        grids = [COARSE[-1] + 2 - self.value_bits, None] if self.is_many else [None]
        return self.claim.leaf(node, named, close.prices[:-1].tolist(), self.shares, grids=grids)


def _short(prices: FloatArray) -> list[Fraction]:
    """Prices of a few bits, none above 2^15."""
    parts = (math.frexp(min(max(x, 0.0), 2.0**15)) for x in prices.tolist())
    return [Fraction(round(part * 2**SHORT_BITS)) * Fraction(2) ** (power - SHORT_BITS) for part, power in parts]


def _named(kind: str, vectors: FloatArray) -> Mapping[str, FloatArray]:
    return {name: vectors[PLACES[name]] for name in KINDS[kind]}


def _shares(attempt: Attempt, shares: FloatArray) -> Shares | None:
    """As short fractions; None for the kind's default."""
    if np.array_equal(shares, plain_shares(attempt.view, attempt.kind)):
        return None
    al, be, ga = ([Fraction(float(x)).limit_denominator(100) for x in shares[:, k]] for k in range(3))
    return tuple(zip(al, be, ga, strict=True))


def _above(x: float) -> Fraction:
    """A short number above `x`."""
    scale = 2 ** (LIMIT_BITS - math.frexp(x)[1]) if x else 1
    return Fraction(math.floor(x * scale) + 1) / Fraction(scale)
