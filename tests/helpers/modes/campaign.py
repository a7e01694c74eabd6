"""Random nodes, policies, rates, tilts, units and visits against the truth and against the checker.

Every round draws a game, a ball, a policy of the ball, a path of nodes that hold it, and for a player and a kind a
limit that the policy exceeds; it proves visits of the root and of nodes on the path, shared vectors there and a leaf at
its end by the package's integers, has the checker read them, and compares. All is held against a crowd of policies.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from certigap.bounds.modes.exact import ExactModes, ModeClaim
from certigap.bounds.modes.nodes import ModeNode
from certigap.bounds.modes.proof import GROUPS, KINDS, SHARED, ModeLeaf, ModeSplit, Shares, Tilt
from certigap.bounds.modes.units import counted
from certigap.exact.vector import Vector
from tests.helpers.modes.crowd import Crowd, FloatGame
from tests.helpers.modes.draws import Draw, draw
from tests.helpers.modes.occupancies import occupancies, worth
from tests.helpers.modes.probe import Probe, low_start, walk

ROUNDS = 3000  # of raising from far below
MEASURES = ("bc", "bc", "bc", "rho", "mu")
PLAYERS = (2, 2, 2, 3, 3, 4)


@dataclass
class Trial:
    """One claim about one draw, the nodes on the way to its leaf, and what is true of the drawn policy."""

    drawn: Draw
    game: FloatGame
    claim: ModeClaim  # of the node that is reached
    true: Fraction  # in units
    seen: dict[str, list[Fraction]]
    nodes: list[ModeSplit | ModeLeaf] = field(default_factory=list)
    halves: list[int] = field(default_factory=list)
    shared: tuple[Any, Tilt | None] | None = None
    in_tree: bool = False  # the claim's visits are those of a node

    @property
    def unit(self) -> Fraction:
        return self.claim.modes.ball.unit


class ModeCampaign:
    """Counts what was checked; `faults` holds every violation, in words, `slack` how near bounds are to the truth.

    `slack[what]`: of leaves by player count and kind over the largest discounted payoff, of visits over the horizon.
    """

    def __init__(self, module: Any, seed: int) -> None:
        self.module, self.rng = module, random.Random(seed)
        self.faults: list[str] = []
        self.counts: Counter[str] = Counter()
        self.slack: dict[str, list[float]] = {}

    def run(self, count: int, progress: Callable[[int], None] = lambda _: None) -> None:
        while self.counts["leaves"] < count:
            drawn = draw(self.rng, self.rng.choice(PLAYERS), self.rng.choice(MEASURES), 6)
            game = FloatGame(drawn.true)
            for _ in range(3):
                self.round(drawn, game)
            progress(self.counts["leaves"])

    def round(self, drawn: Draw, game: FloatGame) -> None:
        rng, n = self.rng, len(drawn.policy)
        i, first, kind = rng.randrange(n), rng.randrange(n), rng.choice(list(KINDS))
        ball = counted(drawn.ball) if rng.random() < 0.5 else drawn.ball
        modes = ExactModes(ball, i, first, rounds=ROUNDS)
        true, seen = worth(drawn.true, drawn.policy, i, kind), occupancies(drawn.true, drawn.policy, i, kind)
        limit = true - Fraction(rng.choice((1, 2, 20)), rng.choice((1000, 40, 3)))
        trial = Trial(drawn, game, modes.claim(kind, limit / ball.unit), true / ball.unit, seen)
        self.expect("first visits", visits_hold(trial.claim, seen), trial)
        self.visits(trial, rng.choice((0, 0, 1, 2, 4)))
        rooted = trial.claim.visits
        for steps in rng.choice(((0,), (1,), (2,), (1, 1), (2, 3))):
            node, path = walk(rng, drawn, trial.claim.node, steps)
            self.expect("nodes", not node.is_empty, trial)
            if node.is_empty:
                return
            self.enter(trial, node, path, rng.choice((0, 0, 1, 3)))
        self.leaf(trial, rooted)

    def enter(self, trial: Trial, node: ModeNode, path: Any, count: int) -> None:
        """Splits on the way to a node; visits there."""
        for split, half in path:
            visits, kind = tuple(trial.claim.visits) if trial.in_tree else (), trial.claim.kind
            shared = self.share(trial) if SHARED[kind] and not trial.shared and self.rng.random() < 0.2 else None
            trial.nodes.append(ModeSplit(split, *(shared or (None, None)), visits=visits))
            trial.halves.append(half)
            trial.shared = trial.shared or shared
            trial.claim, trial.in_tree = trial.claim.within(trial.claim.node.halves(split)[half]), True
        if not trial.in_tree:
            trial.claim, trial.in_tree = trial.claim.within(node), True
        self.visits(trial, count)

    def share(self, trial: Trial) -> tuple[Any, Tilt | None] | None:
        """Vectors that hold in the node and in all its parts."""
        claim, start = trial.claim, low_start(trial.claim)
        tilt = random_tilt(self.rng, trial.drawn, claim.kind)
        found = claim.shared(claim.node, {name: start[name] for name in SHARED[claim.kind]}, tilt)
        self.counts["shared"] += found is not None
        return None if found is None else (found, tilt)

    def visits(self, trial: Trial, count: int) -> None:
        """More visits, by means of those before them: never below the truth, and the limit is exceeded."""
        rng, drawn, claim = self.rng, trial.drawn, trial.claim
        where = "visits in nodes" if trial.in_tree else "visits"
        for _ in range(count):
            groups = [group for group, names in GROUPS.items() if set(names) & set(KINDS[claim.kind])]
            group, state = rng.choice(groups), rng.randrange(len(drawn.true.states))
            theta = Fraction(rng.choice((0, 0, 1, 3, 40)), rng.choice((1, 2)))
            start, shares = low_start(claim, float(theta) + 1), shares_of(rng, drawn, claim.kind)
            tilt = random_tilt(rng, drawn, claim.kind)
            paid = rng.choice((Fraction(1), max(theta, Fraction(1))))
            prices = [paid * price for price in random_prices(rng, len(drawn.policy))]
            bound = claim.visit(group, state, theta, start, prices, shares, tilt)
            if bound is not None:
                self.expect(where, bound >= trial.seen[group][state] and not claim.closed, trial)
                self.counts[f"{where} that lower"] += bound == claim.visit_bounds[group][state]
        if count:
            i, limit = claim.modes.player, claim.limit * trial.unit
            crowd = Crowd.met(rng, trial.game, drawn, claim.node, i, claim.kind)
            places = [(visit.group, visit.state) for visit in claim.visits]
            least, found = crowd.seen(trial.game, limit, claim.visit_bounds, places)
            self.counts["policies"] += len(crowd.exact)
            self.note(where, least * float(1 - drawn.true.g))
            self.expect(f"{where}, many", found is None, trial)

    def leaf(self, trial: Trial, rooted: Any) -> None:
        """A leaf of the last node: not below what any policy there is worth, and what the checker shows."""
        rng, drawn, claim = self.rng, trial.drawn, trial.claim
        n, kind, (shared, tilt) = len(drawn.policy), claim.kind, trial.shared or (None, None)
        shares, prices = None if rng.random() < 0.4 else shares_of(rng, drawn, kind), random_prices(rng, n)
        if shared is None:
            tilt = random_tilt(rng, drawn, kind)
        start = {name: x for name, x in low_start(claim).items() if name not in (shared or ())}
        found = claim.leaf(claim.node, start, prices, shares, tilt, shared)
        if found is None:
            self.counts["unsettled"] += 1
            return
        leaf, shown = found
        self.expect("leaves", shown >= trial.true, trial)
        crowd = Crowd.met(rng, trial.game, drawn, claim.node, claim.modes.player, kind)
        self.expect("leaves, many", crowd.beyond(shown * trial.unit) is None, trial)
        self.counts["policies"] += len(crowd.exact)
        size = max(abs(x) for x in claim.modes.rewards) / (1 - drawn.true.g)
        if size:
            self.note(f"{kind}, n = {n}", (float(shown) - crowd.worth.max() / float(trial.unit)) / float(size))
        own = ModeLeaf({**leaf.vectors, **(shared or {})}, leaf.prices, leaf.shares, None if shared else leaf.tilt)
        self.agree(trial, rooted, replace(own, visits=tuple(claim.visits)), shown)

    def agree(self, trial: Trial, rooted: Any, leaf: ModeLeaf, shown: Fraction) -> None:
        """The checker shows the same, and the same visit bounds."""
        probe, claim = Probe(self.module, trial.drawn), trial.claim
        try:
            cover, written = probe.cover(claim, rooted, *trial.nodes, leaf)
            same = probe.shown(cover, written, trial.halves) == shown
            used = [group for group in GROUPS if set(GROUPS[group]) & set(KINDS[claim.kind])]
            same = same and all(cover.visits[group] == list(claim.visit_bounds[group]) for group in used)
        except self.module.Invalid as error:
            self.faults.append(f"refused: {error}")
            return
        self.expect("agreements", same, trial)

    def note(self, what: str, slack: float) -> None:
        if slack < float("inf"):
            self.slack.setdefault(what, []).append(slack)

    def expect(self, what: str, holds: bool, trial: Trial) -> None:
        self.counts[what] += 1
        if not holds:
            claim, drawn = trial.claim, trial.drawn
            self.faults.append(
                f"{what}: {claim.kind}, player {claim.modes.player}, {drawn.measure} {drawn.eps}: {drawn.data}"
            )


def visits_hold(claim: ModeClaim, seen: dict[str, list[Fraction]]) -> bool:
    """Bounds of visits are not below true occupancies."""
    return all(
        bound >= own for group in seen for bound, own in zip(claim.visit_bounds[group], seen[group], strict=True)
    )


def random_prices(rng: random.Random, n: int) -> list[Fraction]:
    return [Fraction(rng.choice((0, 1, 2, 5, 20, rng.randrange(1, 100))), rng.choice((1, 4, 7))) for _ in range(n)]


def shares_of(rng: random.Random, drawn: Draw, kind: str) -> Shares:
    """Any shares of this game."""
    return random_shares(rng, kind, len(drawn.policy), len(drawn.true.states))


def random_shares(rng: random.Random, kind: str, n: int, states: int) -> Shares:
    """Any shares, for all states or by state; V* has use for the last one only, -V for the first two."""

    def parts() -> list[int]:
        weights = [rng.randrange(4) for _ in range(3)]
        if kind == "optimum":
            weights = [0, 0, 1]
        if kind == "value":
            weights[2] = 0
        return weights

    result = []
    by_state = rng.random() < 0.5
    for _ in range(n):
        rows = [parts() for _ in range(states if by_state else 1)]
        total = max(map(sum, rows)) + rng.choice((0, 0, 1)) or 1
        al, be, ga = (Vector(tuple(row[k] for row in rows), total) for k in range(3))
        result.append((al, be, ga) if by_state else (al[0], be[0], ga[0]))
    return tuple(result)


def random_tilt(rng: random.Random, drawn: Draw, kind: str) -> Tilt | None:
    if kind == "optimum" or rng.random() < 0.6:
        return None
    layout = drawn.game.layout
    count = layout.states if rng.random() < 0.5 else layout.rows
    return Tilt(Vector(tuple(rng.randrange(-6, 7) for _ in range(count)), rng.choice((1, 3, 8))))
