"""What a remembered inequality rests on (`Past`, FORMAT 6.5): vectors at the next states, masses that may move, rates.

Each may change the right side of an inequality only in the way that the memory relies on, and nothing else may.
"""

import random
from fractions import Fraction
from typing import Any

import pytest

from certigap.bounds.modes.exact import ExactModes
from certigap.bounds.modes.proof import KINDS
from certigap.exact.vector import Vector
from tests.helpers.checker.harness import load
from tests.helpers.modes.campaign import random_prices, random_tilt, shares_of
from tests.helpers.modes.draws import draw
from tests.helpers.modes.probe import Probe

FAR = 10**9  # below all right sides: an inequality is then met by none of its tables


class Inequality:
    """The rules of one cover at the root, with random vectors."""

    def __init__(self, module: Any, rng: random.Random, kind: str) -> None:
        self.module, self.kind = module, kind
        drawn = draw(rng, rng.choice((2, 2, 3)), rng.choice(("bc", "rho", "mu")), 0)
        n = len(drawn.expert)
        claim = ExactModes(drawn.ball, rng.randrange(n), rng.randrange(n)).claim(kind, Fraction(1))
        probe = Probe(module, drawn)
        self.cover, _ = probe.cover(claim, [])
        self.game, self.sets = probe.game, module.Part(probe.region, {}).sets()
        tilt = random_tilt(rng, drawn, kind)
        written = {"den": str(tilt.numbers.denominator), "num": [*tilt.numbers.numerators]} if tilt else None
        node = module.Node(written, "tilt") if written else None
        self.pay = self.cover.pay(Fraction(rng.choice((0, 1, 3))), module.Tilt(self.game, probe.region, node))
        shares = [
            [part.fractions() if isinstance(part, Vector) else [part] for part in own]
            for own in shares_of(rng, drawn, kind)
        ]
        stay, pairs = 1 - self.game.discount, zip(random_prices(rng, n), shares, strict=True)
        self.charges = [module.Charge(price, stay, own) for price, own in pairs]
        self.rates = [self.cover.rates(charge) for charge in self.charges]
        self.vectors = {name: [rng.randrange(-99, 100) for _ in range(self.game.size)] for name in KINDS[kind]}

    def right(self, name: str, s: int, vectors: dict[str, list[int]], sets: Any = None, rates: Any = None) -> Fraction:
        """The right side of a vector's inequality at a state."""
        lowered = {own: [*x] for own, x in vectors.items()}
        written = {own: {"den": "1", "num": x} for own, x in lowered.items()}
        known = {own: self.module.Vector(self.game.size, self.module.Node(x, "vector")) for own, x in written.items()}
        proof = self.module.Proof(self.game, known, self.pay, self.charges)
        proof.num[name][s] -= FAR  # the left side alone: what comes next is known already
        point = self.module.Point(proof, s, self.cover.common[s] if self.cover.common else [])
        above, unit = self.cover.lack(point, sets or self.sets, rates or self.rates, name, None)
        return Fraction(above, unit) + Fraction(proof.num[name][s], proof.den)

    def remembered(self, name: str, s: int) -> set[tuple[str, int]]:
        """The vectors and next states on which the memory says that it rests."""
        return {(own, t) for own in self.module.RESTS[name] for t in self.cover.past.next[s]}


@pytest.mark.parametrize("kind", KINDS)
def test_an_inequality_rests_on_what_is_remembered(kind: str) -> None:
    module, rng = load(), random.Random(f"rests {kind}")
    met: set[tuple[str, str]] = set()
    for _ in range(60):
        one = Inequality(module, rng, kind)
        for name in KINDS[kind]:
            s = rng.randrange(one.game.size)
            before, known = one.right(name, s, one.vectors), one.remembered(name, s)
            for other in KINDS[kind]:
                for t in range(one.game.size):
                    more = {**one.vectors, other: [x + 40 * (k == t) for k, x in enumerate(one.vectors[other])]}
                    after = one.right(name, s, more)
                    assert after >= before
                    if after > before:
                        assert (other, t) in known
                        met.add((name, other))
    assert met == {(name, other) for name in KINDS[kind] for other in module.RESTS[name]}


@pytest.mark.parametrize("kind", KINDS)
def test_more_room_raises_and_higher_rates_lower_an_inequality(kind: str) -> None:
    module, rng = load(), random.Random(f"room {kind}")
    raised = lowered = 0
    for _ in range(60):
        one = Inequality(module, rng, kind)
        for name in KINDS[kind]:
            s, j = rng.randrange(one.game.size), rng.randrange(one.game.n)
            before = one.right(name, s, one.vectors)
            rows, most = one.sets[j][s]
            wider = [[*own] for own in one.sets]
            wider[j][s] = rows, most + rows.den // 4
            dearer = [{own: [*x] for own, x in rates.items()} for rates in one.rates]
            dearer[j][name][s] += module.GRID * 5
            more, less = one.right(name, s, one.vectors, sets=wider), one.right(name, s, one.vectors, rates=dearer)
            assert less <= before <= more
            raised, lowered = raised + (more > before), lowered + (less < before)
    assert min(raised, lowered) > 2
