"""Random nodes, policies, rates, tilts and visits against the truth and against the checker.

Every round draws a game, a ball, a policy of the ball, a node that holds it, and for a player and a kind a limit that
the policy exceeds; it proves visits and a leaf by the package's integers, has the checker read them, and compares.
"""

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from certigap.bounds.modes.exact import ExactModes, ModeClaim
from certigap.bounds.modes.proof import GROUPS, KINDS, Shares, Tilt
from certigap.exact.vector import Vector
from tests.helpers.modes.draws import Draw, draw
from tests.helpers.modes.occupancies import occupancies, worth
from tests.helpers.modes.probe import Probe, low_start, walk

ROUNDS = 3000  # of raising from far below
MEASURES = ("bc", "bc", "bc", "rho", "mu")
PLAYERS = (2, 2, 2, 3, 3, 4)


class ModeCampaign:
    """Counts what was checked; `faults` holds every violation, in words."""

    def __init__(self, module: Any, seed: int) -> None:
        self.module, self.rng = module, random.Random(seed)
        self.faults: list[str] = []
        self.counts: Counter[str] = Counter()

    def run(self, count: int, progress: Callable[[int], None] = lambda _: None) -> None:
        while self.counts["nodes"] < count:
            drawn = draw(self.rng, self.rng.choice(PLAYERS), self.rng.choice(MEASURES), 6)
            for _ in range(3):
                self.round(drawn)
            progress(self.counts["nodes"])

    def round(self, drawn: Draw) -> None:
        rng, n = self.rng, len(drawn.policy)
        i, first, kind = rng.randrange(n), rng.randrange(n), rng.choice(list(KINDS))
        modes = ExactModes(drawn.ball, i, first, rounds=ROUNDS)
        true, seen = worth(drawn.true, drawn.policy, i, kind), occupancies(drawn.true, drawn.policy, i, kind)
        claim = modes.claim(kind, true - Fraction(rng.choice((1, 2, 20)), rng.choice((1000, 40, 3))))
        self.expect("first visits", visits_hold(claim, seen), drawn, claim)
        for _ in range(rng.choice((0, 0, 1, 2, 4))):
            self.visit(drawn, claim, seen)
        node, path = walk(rng, drawn, modes.root, rng.choice((0, 1, 2, 5)))
        self.expect("nodes", not node.is_empty, drawn, claim)
        if node.is_empty:
            return
        free = rng.random() < 0.4
        shares = None if free else random_shares(rng, kind, n, len(drawn.true.states))
        found = claim.leaf(node, low_start(claim), random_prices(rng, n), shares, random_tilt(rng, drawn, kind))
        if found is None:
            self.counts["unsettled"] += 1
            return
        leaf, shown = found
        self.expect("leaves", shown >= true, drawn, claim)
        self.agree(drawn, claim, leaf, path, shown)

    def visit(self, drawn: Draw, claim: ModeClaim, seen: dict[str, list[Fraction]]) -> None:
        """One more visit, by means of those before it: never below the truth, and the limit is exceeded."""
        rng, n = self.rng, len(drawn.policy)
        groups = [group for group, names in GROUPS.items() if set(names) & set(KINDS[claim.kind])]
        group, state = rng.choice(groups), rng.randrange(len(drawn.true.states))
        theta = Fraction(rng.choice((0, 0, 1, 3, 40)), rng.choice((1, 2)))
        start, shares = low_start(claim, float(theta) + 1), random_shares(rng, claim.kind, n, len(drawn.true.states))
        bound = claim.visit(
            group, state, theta, start, random_prices(rng, n), shares, random_tilt(rng, drawn, claim.kind)
        )
        if bound is not None:
            self.expect("visits", bound >= seen[group][state] and not claim.closed, drawn, claim)

    def agree(self, drawn: Draw, claim: ModeClaim, leaf: Any, path: Any, shown: Fraction) -> None:
        """The checker shows the same, and the same visit bounds."""
        probe = Probe(self.module, drawn)
        try:
            cover, written = probe.cover(claim, claim.visits, leaf)
            same = probe.shown(cover, probe.part(path), written) == shown
            used = [group for group in GROUPS if set(GROUPS[group]) & set(KINDS[claim.kind])]
            same = same and all(cover.visits[group] == list(claim.visit_bounds[group]) for group in used)
        except self.module.Invalid as error:
            self.faults.append(f"refused: {error}")
            return
        self.expect("agreements", same, drawn, claim)

    def expect(self, what: str, holds: bool, drawn: Draw, claim: ModeClaim) -> None:
        self.counts[what] += 1
        if not holds:
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
