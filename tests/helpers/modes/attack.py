"""Both ends pulled together: policies as bad, and bounds as small, as some dozens of steps make them.

Visits are proved for a limit just below what the worst policy is worth, so none of them may close the claim.
"""

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from certigap.bounds.modes.exact import ExactModes
from tests.helpers.modes.campaign import MEASURES, ROUNDS, random_shares, random_tilt
from tests.helpers.modes.draws import draw, stepped
from tests.helpers.modes.occupancies import worth
from tests.helpers.modes.probe import low_start

STEPS = 60
VISITS = 4


@dataclass(frozen=True)
class Met:
    """The least bound and the worst policy of one ball."""

    kind: str
    measure: str
    bound: Fraction
    worth: Fraction
    is_closed: bool  # a visit says that no policy is as bad as one that is there

    @property
    def holds(self) -> bool:
        """The bound is one."""
        return self.bound >= self.worth and not self.is_closed


def attack(rng: random.Random) -> Met:
    """One ball."""
    n, kind = rng.choice((2, 2, 3)), rng.choice(("joint", "joint", "optimum", "value"))
    drawn = draw(rng, n, rng.choice((*MEASURES, "rho", "mu")), 2)
    i, true, mu = rng.randrange(n), drawn.true, drawn.true.occupancy(drawn.expert)
    policy, worst = drawn.policy, worth(true, drawn.policy, i, kind)
    for _ in range(STEPS):
        start = policy if rng.random() < 0.7 else drawn.expert
        other = stepped(rng, true, drawn.expert, start, mu, drawn.measure, drawn.eps)
        if worth(true, other, i, kind) > worst:
            policy, worst = other, worth(true, other, i, kind)
    claim = ExactModes(drawn.ball, i, 0, rounds=ROUNDS).claim(kind, worst - Fraction(1, 10**6))
    least: Fraction | None = None
    best: Any = None
    for step in range(STEPS):
        if step % (STEPS // VISITS) == 7:
            theta = Fraction(rng.choice((0, 1, 5, 30)))
            prices = [Fraction(rng.choice((1, 4, 10, 40)), 4) * max(1, theta) for _ in range(n)]
            group = "deviator" if kind == "optimum" else "imitator"
            state, shares = rng.randrange(len(true.states)), random_shares(rng, kind, n, len(true.states))
            claim.visit(group, state, theta, low_start(claim, float(theta) + 1), prices, shares)
        if best is None or rng.random() < 0.4:
            prices = [Fraction(rng.choice((0, 1, 2, 4, 8, 16, 32, 64)), 8) for _ in range(n)]
            tried = (
                prices,
                None if rng.random() < 0.5 else random_shares(rng, kind, n, len(true.states)),
                random_tilt(rng, drawn, kind),
            )
        else:
            tried = [x * Fraction(rng.choice((7, 8, 9)), 8) for x in best[0]], best[1], best[2]
        found = claim.leaf(claim.modes.root, low_start(claim), *tried)
        if found is not None and (least is None or found[1] < least):
            least, best = found[1], tried
    return Met(kind, drawn.measure, worst if least is None else least, worst, claim.closed)
