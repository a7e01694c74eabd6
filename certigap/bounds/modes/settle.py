"""From an attempt in floats to a cover that a checker accepts: visits, then leaves, proved in integers."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

import numpy as np

from certigap.bounds.boxes.tree import Split
from certigap.bounds.modes.claims import Attempt
from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, plain_shares, visit_rates
from certigap.bounds.modes.exact import ExactModes, ModeClaim
from certigap.bounds.modes.nodes import DistanceSplit, ModeNode
from certigap.bounds.modes.proof import KINDS, ModeCover, ModeLeaf, ModeSplit, Share, Shares, Visit
from certigap.bounds.modes.search import TreeNode
from certigap.bounds.modes.sharing import PARTS
from certigap.bounds.modes.visits import FloatVisit
from certigap.exact.integers import FloatArray
from certigap.exact.vector import Vector
from certigap.floats.kernel.mode_solve import N0, N1, T0, T1, X
from certigap.work.clock import now
from certigap.work.parallel import in_processes

__all__ = ["KIND_NAMES", "proof_seconds", "settled_cover"]

KIND_NAMES = {JOINT: "joint", OPTIMUM: "optimum", VALUE: "value"}
PLACES = {"X": X, "N1": N1, "N0": N0, "U1": T1, "U0": T0}
SLACK = 2e-6  # of the bound: what rounding up may add before the limit is raised
RAISED = (1e-3, 1e-2)  # of the bound: how far a limit is raised that visits close in floats alone
FINE = 1e-9  # tolerance of vectors that are proved
LIMIT_BITS = 30  # of a limit: visit bounds inherit its length
GRID = 2**16  # of prices
SAMPLE = 3  # leaves, and visits, whose proofs are timed
FORK_LEAVES = 40  # below which processes are not worth starting
FORK_ROUNDS = 4  # nodes with visits, likewise
MANY = 8  # leaves that get short numbers where they have room
SHORT_BITS = 8  # of prices that are tried first
REST = 1  # bits that the vectors are coarser on which the one that bounds rests: what strays counts less
COARSE = (10, 12, 14)  # bits of the largest value that the vectors tried first have; then 16, then all


def settled_cover(attempt: Attempt, exact: ExactModes, workers: int) -> ModeCover | None:
    """The attempt's visits and tree with exact vectors; None where a leaf did not settle.

    `exact` is the player's, its rows nested as in the attempt's view. The limit is the least that the leaves show,
    rounding included; visit bounds only shrink when it grows.
    """
    if not math.isfinite(attempt.upper):  # no number, hence no bound
        return None
    kind, first = KIND_NAMES[attempt.kind], int(attempt.view.arrays.order[0])
    claim = exact.claim(kind, _above(attempt.upper + _margin(attempt)))
    _see(claim, attempt, attempt.visits.visits)
    for raised in RAISED if attempt.tree is None else ():
        if not claim.closed:
            claim = exact.claim(kind, _above(attempt.upper + raised / SLACK * _margin(attempt)))
            _see(claim, attempt, attempt.visits.visits)
    if claim.closed:
        return ModeCover(kind, claim.limit, first, tuple(claim.visits), (), exact.ball.unit)
    if attempt.tree is None:
        return None
    claims, root = _claims(attempt, claim, workers), attempt.tree.root

    def places(limit: Fraction) -> Iterator[_Place]:
        return _preorder(exact.root, root, lambda node: claims[node].is_closed_at(limit))

    def is_open(place: _Place, limit: Fraction) -> bool:
        is_closed = place.known is not None and place.known is place.seen and claims[place.seen].is_closed_at(limit)
        return place.cut is None and place.known is not None and not is_closed

    leaves = [place for place in places(claim.limit) if is_open(place, claim.limit)]
    prover, has_visits = _Prover(attempt, claim, len(leaves) >= MANY), bool(claim.visits) or len(claims) > 1

    def proved(k: int) -> tuple[ModeLeaf, Fraction] | None:
        place = leaves[k]
        return None if place.known is None else prover.leaf(place.node, place.known, claims[place.seen])

    found = in_processes(proved, len(leaves), workers if len(leaves) >= FORK_LEAVES else 1)
    shown: dict[TreeNode | None, ModeLeaf] = {}
    limit = claim.limit if has_visits else None
    for place, leaf in zip(leaves, found, strict=True):
        if leaf is None:
            return None
        shown[place.known] = leaf[0]
        limit = leaf[1] if limit is None else max(limit, leaf[1])
    if limit is None:
        return None
    short = max(limit, _above(float(limit))) if limit > claim.limit or not has_visits else limit

    def node(place: _Place) -> ModeSplit | ModeLeaf:
        has_own = place.known is not None and place.known is place.seen
        visits = tuple(claims[place.seen].needed(short)) if has_own else ()
        if place.cut is not None:
            return ModeSplit(place.cut, visits=visits)
        return replace(shown[place.known], visits=visits) if is_open(place, short) else ModeLeaf({}, visits=visits)

    nodes = tuple(map(node, places(short)))
    return ModeCover(kind, short, first, tuple(claim.visits), nodes, exact.ball.unit)


def proof_seconds(attempt: Attempt, exact: ExactModes) -> tuple[float, float]:
    """How long the proofs of a leaf and of a visit of the attempt take, by some of them; 0 where there are none."""
    if not math.isfinite(attempt.upper):
        return 0.0, 0.0
    claim = exact.claim(KIND_NAMES[attempt.kind], _above(attempt.upper + _margin(attempt)))
    prover = _Prover(attempt, claim, True)

    def prove(places: Sequence[_Place]) -> None:
        for place in places:
            if place.known is not None:
                prover.leaf(place.node, place.known, claim)

    places = () if attempt.tree is None else _preorder(exact.root, attempt.tree.root)
    leaves = (one for one in places if one.cut is None and one.known is not None and not one.known.closed)
    sample, visits = list(islice(leaves, SAMPLE)), attempt.visits.visits[:SAMPLE]
    prove(sample[:1])  # what leaves have in common is made once
    of_leaves = _seconds(lambda: prove(sample))
    _see(claim, attempt, visits[:1])  # likewise
    of_visits = _seconds(lambda: _see(claim, attempt, visits))
    return of_leaves / max(len(sample), 1), of_visits / max(len(visits), 1)


def _seconds(work: Callable[[], object]) -> float:
    began = now()
    work()
    return now() - began


def _margin(attempt: Attempt) -> float:
    """What rounding may add to the bound."""
    return SLACK * max(abs(attempt.upper), attempt.view.span * 1e-3)


@dataclass(frozen=True)
class _Place:
    """A node of a tree, exactly and in floats (None: no policy), with its cut (None: a leaf).

    `above`, `seen`: the nearest nodes with visits above it, and from itself on (None: only the root's are known).
    """

    node: ModeNode
    known: TreeNode | None
    cut: Split | DistanceSplit | None
    above: TreeNode | None
    seen: TreeNode | None


def _preorder(
    root: ModeNode, known: TreeNode, is_closed: Callable[[TreeNode], bool] = lambda node: node.closed
) -> Iterator[_Place]:
    """The nodes of a tree; `is_closed`: those among the nodes with visits that need nothing else."""
    waiting: list[tuple[ModeNode, TreeNode | None, TreeNode | None]] = [(root, known, None)]
    while waiting:
        node, own, above = waiting.pop()
        if own is None or node.is_empty:
            yield _Place(node, None, None, above, above)
            continue
        seen = own if own.visits else above
        if own.children is None or own.cut is None or (own.visits and is_closed(own)):
            yield _Place(node, own, None, above, seen)
            continue
        yield _Place(node, own, own.cut, above, seen)
        waiting += reversed([(*half, seen) for half in zip(node.halves(own.cut), own.children, strict=True)])


def _claims(attempt: Attempt, claim: ModeClaim, workers: int) -> dict[TreeNode | None, ModeClaim]:
    """The claim on every node with visits, proved, those above first; None: on the root."""
    claims: dict[TreeNode | None, ModeClaim] = {None: claim}
    tree = attempt.tree
    places = () if tree is None else _preorder(claim.modes.root, tree.root)
    waiting = [place for place in places if place.known is not None and place.seen is place.known]
    while waiting:
        ready = [place for place in waiting if place.above in claims]

        def proved(k: int, ready: list[_Place] = ready) -> list[Visit]:
            place = ready[k]
            part = claims[place.above].within(place.node)
            if place.known is not None:
                _see(part, attempt, place.known.visits)
            return part.visits

        found = in_processes(proved, len(ready), workers if len(ready) >= FORK_ROUNDS else 1)
        for place, visits in zip(ready, found, strict=True):
            claims[place.known] = claims[place.above].within(place.node, visits)
        waiting = [place for place in waiting if place.known not in claims]
    return claims


def _see(claim: ModeClaim, attempt: Attempt, visits: Sequence[FloatVisit]) -> None:
    """Prove visits, as far as they are needed."""
    for visit in visits:
        prices, theta, shares = visit.prices[:-1].tolist(), float(visit.prices[-1]), _shares(attempt, visit.shares)
        claim.visit(visit.group, visit.state, theta, _named(claim.kind, visit.vectors), prices, shares)
        if claim.closed:
            return


class _Prover:
    """Leaves of one claim; `is_many`: leaves with room below the limit get short numbers."""

    def __init__(self, attempt: Attempt, claim: ModeClaim, is_many: bool) -> None:
        self.attempt, self.bench, self.is_many = attempt, attempt.view.bench(), is_many
        self.value_bits = claim.modes.value_bits

    def leaf(self, node: ModeNode, known: TreeNode, claim: ModeClaim) -> tuple[ModeLeaf, Fraction] | None:
        """The leaf's vectors as they were found, on a coarse grid; where that shows too little, closely once more."""
        view, found = self.attempt.view, known.found
        if found is None:
            return None
        shares = _shares(self.attempt, known.shares)
        if self.is_many:
            short, coarse = _short(found.prices[:-1]), [bits - self.value_bits for bits in COARSE]
            shown = claim.leaf(node, _named(claim.kind, found.vectors), short, shares, grids=coarse, rest=REST)
            if shown is not None and shown[1] <= claim.limit:
                return shown
        sets = view.sets(known.lower, known.upper, known.least, known.most)
        if sets is None:
            return None
        prices = np.append(np.round(found.prices[:-1] * GRID) / GRID, 1.0)
        close = self.bench.bound(
            sets, self.attempt.kind, self._rates(known, claim), prices=prices, vectors=found.vectors, target=np.inf,
            rounds=1, tolerance=FINE,
        )  # fmt: skip
        named = _named(claim.kind, close.vectors)
        grids = [COARSE[-1] + 2 - self.value_bits, None] if self.is_many else [None]
        return claim.leaf(node, named, close.prices[:-1].tolist(), shares, grids=grids)

    def _rates(self, known: TreeNode, claim: ModeClaim) -> FloatArray:
        imitator, deviator = (
            np.array([float(x) for x in claim.visit_bounds[group]]) for group in ("imitator", "deviator")
        )
        return visit_rates(self.attempt.view, self.attempt.kind, known.shares, imitator, deviator)


def _short(prices: FloatArray) -> list[Fraction]:
    """Prices of a few bits, none above 2^15."""
    parts = (math.frexp(min(max(x, 0.0), 2.0**15)) for x in prices.tolist())
    return [Fraction(round(part * 2**SHORT_BITS)) * Fraction(2) ** (power - SHORT_BITS) for part, power in parts]


def _named(kind: str, vectors: FloatArray) -> Mapping[str, FloatArray]:
    return {name: vectors[PLACES[name]] for name in KINDS[kind]}


def _shares(attempt: Attempt, shares: FloatArray) -> Shares | None:
    """As exact numbers, by state where they are; None for the kind's default."""
    if np.array_equal(shares, plain_shares(attempt.view, attempt.kind)):
        return None
    numbers, found = np.rint(shares * PARTS).astype(np.int64), list[list[Share]]()
    if (numbers < 0).any() or (numbers.sum(axis=1) > PARTS).any():
        raise ValueError("_shares: expected shares >= 0 with a sum of at most 1")
    for own in numbers.tolist():
        parts = [Vector(tuple(part), PARTS) for part in own]
        found.append([part[0] if len(part) == 1 else part for part in parts])
    return tuple((al, be, ga) for al, be, ga in found)


def _above(x: float) -> Fraction:
    """A short number above `x`."""
    scale = 2 ** (LIMIT_BITS - math.frexp(x)[1]) if x else 1
    return Fraction(math.floor(x * scale) + 1) / Fraction(scale)
