"""Bounds by modes in integers: never below the truth, the same as the checker's, refused when lowered."""

import itertools
import json
import random
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.boxes.tree import Split
from certigap.bounds.modes.exact import ExactModes, ModeClaim
from certigap.bounds.modes.nodes import DistanceSplit, ModeNode, mode_ball
from certigap.bounds.modes.proof import KINDS, SHARED, ModeCover, ModeLeaf, ModeSplit
from certigap.bounds.modes.written import modes_json, packed
from certigap.exact.vector import Vector
from certigap.model.build import bimatrix, markov_game
from certigap.model.files.vectors import vector_json
from certigap.model.policy import Policy
from certigap.semantics.evaluation import occupancy
from tests.helpers.checker.forge import certificate
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.checker.mutants import Mutant, mutated
from tests.helpers.checker.truth import ZERO
from tests.helpers.modes.attack import attack
from tests.helpers.modes.campaign import ROUNDS, ModeCampaign, random_prices
from tests.helpers.modes.draws import Draw, draw, simplex
from tests.helpers.modes.probe import Probe, low_start

ONE = Fraction(1)


@pytest.fixture(scope="module")
def checker() -> Any:
    return load()


def test_a_small_campaign(checker: Any) -> None:
    """The large one: `tests/benchmarks/mode_campaign.py`."""
    campaign = ModeCampaign(checker, 7)
    campaign.run(150)
    assert campaign.faults == []
    assert campaign.counts["visits"] > 100
    assert min(campaign.counts[f"{where} that lower"] for where in ("visits", "visits in nodes")) > 20
    assert campaign.counts["agreements"] == campaign.counts["leaves"]


def test_rules_that_charge_too_much_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The campaign itself could fail: rates that are twice too large, in package and checker alike."""
    rates, factor = ModeClaim.rates, 2

    def too_large(claim: ModeClaim, prices: tuple[Fraction, ...], shares: Any) -> Any:
        return rates(claim, tuple(factor * price for price in prices), shares)

    monkeypatch.setattr(ModeClaim, "rates", too_large)
    old, new = "([price * x for x in own]", "([2 * price * x for x in own]"
    campaign = ModeCampaign(load(mutated(source(), Mutant("more", old, new, ""))), 7)
    campaign.run(150)
    assert any(fault.split(":")[0].endswith("many") for fault in campaign.faults)


def test_bounds_and_policies_pulled_together() -> None:
    met = [attack(random.Random(seed)) for seed in range(6)]
    assert all(one.holds for one in met)
    assert any(one.bound - one.worth < Fraction(1, 10) for one in met)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("(self.region.spent - part.paid[j])", "self.region.spent"),
        ("self.coupled = [x * stay for x in coupled]", "self.coupled = [x * stay / 2 for x in coupled]"),
        ("extra = 1 - summed(mass)", "extra = 0 * summed(mass)"),
    ],
)
def test_a_checker_that_differs_is_noticed(old: str, new: str) -> None:
    """The campaign itself could fail."""
    campaign = ModeCampaign(load(mutated(source(), Mutant("other", old, new, ""))), 7)
    campaign.run(60)
    assert campaign.faults


def test_whole_covers_are_accepted(checker: Any, tmp_path: Path) -> None:
    """Trees with splits of every sort, vectors shared or not, empty leaves, and visits: as certificates."""
    rng, kinds, empty = random.Random(11), Counter[str](), 0
    while sum(kinds.values()) < 24:
        drawn = draw(rng, rng.choice((2, 2, 3)), rng.choice(("bc", "bc", "rho", "mu")), 0)
        kind = rng.choice(("joint", "pair"))
        covers, upper = {}, ZERO
        for i, player in enumerate(drawn.game.players):
            own = [grown(rng, drawn, i, part) for part in (("joint",) if kind == "joint" else ("optimum", "value"))]
            covers[player] = modes_json(drawn.game, own)
            upper = max(upper, sum((cover.limit for cover in own), ZERO))
            empty += sum(isinstance(node, ModeLeaf) and not node.vectors for cover in own for node in cover.nodes)
        game = tmp_path / "game.json"
        game.write_text(json.dumps(drawn.data))
        bench = Bench(checker, game, tmp_path)
        rows = {
            name: {
                state: {f"a{a}": str(p) for a, p in enumerate(row) if p}
                for state, row in zip(drawn.true.states, own, strict=True)
            }
            for name, own in zip(drawn.true.players, drawn.expert, strict=True)
        }
        claim = {"kind": "worst-case", "measure": drawn.measure, "expert": rows, "radius": str(drawn.eps)}
        proof = {"cover": {"occupancy": {"lower": vector_json(drawn.lower)}, "players": covers}}
        made = certificate(bench.game, claim | {"nash_gap": {"upper": str(upper)}}, proof)
        assert bench.verdict(made) == "valid"
        less = made | {"claim": claim | {"nash_gap": {"upper": str(upper - Fraction(1, 10**6))}}}
        assert bench.verdict(less) == "invalid"
        kinds[kind] += 1
    assert min(kinds["joint"], kinds["pair"]) > 5
    assert empty > 5


def grown(rng: random.Random, drawn: Draw, player: int, kind: str) -> ModeCover:
    """A cover of up to four leaves, its limit what they show; a visit of no consequence for the limit."""
    modes = ExactModes(drawn.ball, player, rng.randrange(len(drawn.expert)), rounds=ROUNDS)
    claim = modes.claim(kind, ZERO)
    states = range(len(drawn.true.states))
    group = "deviator" if kind == "optimum" else "imitator"
    prices = random_prices(rng, len(drawn.expert))
    claim.visit(group, rng.choice(states), 0, low_start(claim), prices)  # theta 0: it holds whatever the limit
    names = SHARED[kind] if rng.random() < 0.5 else ()
    start = low_start(claim)
    shared = claim.shared(modes.root, {name: start[name] for name in names}) if names else None
    free = {name: vector for name, vector in start.items() if name not in names}
    nodes: list[ModeSplit | ModeLeaf] = []
    shown = []

    def divide(node: ModeNode, depth: int) -> None:
        cells = [(j, s) for j, own in enumerate(drawn.expert) for s, row in enumerate(own) if len(row) > 1]
        if node.is_empty and depth:
            nodes.append(ModeLeaf({}))
        elif depth == 2 or not cells:
            found = claim.leaf(node, free, prices, shared=shared)
            assert found is not None
            nodes.append(found[0])
            shown.append(found[1])
        else:
            j, s = rng.choice(cells)
            split: Split | DistanceSplit = DistanceSplit(j, s, Fraction(rng.randrange(0, 9), 8))
            if rng.random() < 0.4 and (j, s) not in node.boxes:
                split = Split(j, s, rng.randrange(len(drawn.expert[j][s])), Fraction(rng.randrange(0, 9), 8))
            nodes.append(ModeSplit(split, shared if not depth else None))
            for half in node.halves(split):
                divide(half, depth + 1)

    divide(modes.root, 0)
    if nodes and isinstance(nodes[0], ModeLeaf) and shared:
        return grown(rng, drawn, player, kind)  # nothing to divide: a leaf at the root shares with nobody
    return ModeCover(kind, max(shown), modes.first, tuple(claim.visits), tuple(nodes))


def test_a_lowered_vector_is_refused(checker: Any) -> None:
    rng, refused = random.Random(3), 0
    while refused < 40:
        drawn = draw(rng, 2, "bc", 2)
        kind = rng.choice(list(KINDS))
        claim = ExactModes(drawn.ball, 0, 0, rounds=ROUNDS).claim(kind, ONE)
        leaf, _ = claim.leaf(claim.modes.root, low_start(claim), [Fraction(1)] * 2) or (None, None)
        assert leaf is not None
        name = rng.choice(KINDS[kind])
        vector = leaf.vectors[name]
        less = Vector(tuple(x - 1 - vector.denominator // 64 for x in vector.numerators), vector.denominator)
        lower = ModeLeaf({**leaf.vectors, name: less}, leaf.prices)
        probe = Probe(checker, drawn)
        cover, entries = probe.cover(claim, [], lower)
        with pytest.raises(checker.Invalid):
            probe.shown(cover, entries)
        refused += 1


def test_row_maxima_bound_every_row(checker: Any) -> None:
    """R1 and R2 against random rows of boxes and distances, and against all rows of a grid."""
    rng, met = random.Random(5), 0
    for _ in range(400):
        size = rng.randrange(2, 5)
        center = simplex(rng, size)
        row = simplex(rng, size)
        low = [rng.choice((ZERO, y, y / 2)) for y in row]
        high = [rng.choice((ONE, y, (1 + y) / 2)) for y in row]
        distance = sum((abs(x - e) for x, e in zip(row, center, strict=True)), ZERO)
        least = distance * rng.choice((0, 1, Fraction(1, 2)))
        near = checker.distance(center, (low, high))
        rows = checker.ModeRows(center, (low, high), max(near, least))
        most = int(min(Fraction(2), distance + rng.choice((0, 1)) * Fraction(1, 3)) * rows.den) // 2 + 1
        q0, q1 = ([rng.randrange(-9, 10) for _ in range(size)] for _ in "12")
        price = rng.choice((0, 1, 3))
        bound = Fraction(rows.bound(q0, q1, price, most), rows.den)
        for other in [row, *grid(size, 6)]:
            moved = sum((abs(x - e) for x, e in zip(other, center, strict=True)), ZERO)
            fits = all(a <= x <= b for a, x, b in zip(low, other, high, strict=True))
            if fits and rows.low <= moved and moved * rows.den <= 2 * most:
                kept = sum((min(e, x) * q for e, x, q in zip(center, other, q0, strict=True)), ZERO)
                gained = sum((max(x - e, ZERO) * q for e, x, q in zip(center, other, q1, strict=True)), ZERO)
                assert kept + gained - price * (moved - rows.low) <= bound
                met += 1
    assert met > 400


def grid(size: int, grain: int) -> list[list[Fraction]]:
    cells = itertools.product(range(grain + 1), repeat=size)
    return [[Fraction(x, grain) for x in cell] for cell in cells if sum(cell) == grain]


def test_rate_a_needs_the_true_ball() -> None:
    """THEORY 13: with m = mu/2 rate A shows 9/10, which holds for the true ball and not for the ball of m."""
    game = markov_game(
        players=["1", "2"],
        states=["s"],
        actions=[["0"], ["0", "1"]],
        outcome=lambda _, joint: ([-int(joint[1] == "1"), 0], {"s": 1}),
        discount="4/5",
        initial={"s": 1},
    )
    expert = Policy.from_rows(game, [[["1"]], [["1", "0"]]])
    ball = mode_ball(ErrorBall(expert, Measure.BC, Fraction(1, 5)), Vector((1,), 2))
    claim = ExactModes(ball, 0, 0, rounds=ROUNDS).claim("value", ONE)
    found = claim.leaf(claim.modes.root, low_start(claim), [ZERO, Fraction(9, 2)])
    assert found is not None
    assert Fraction(9, 10) <= found[1] < Fraction(901, 1000)
    for row, loss in ((["9/10", "1/10"], Fraction(1, 2)), (["4/5", "1/5"], ONE)):  # ||y - e|| = 1/5; m ||y - e|| = 1/5
        policy = Policy.from_rows(game, [[["1"]], [row]])
        assert cg.values(game, policy)[0].lower.dot([1]) == -loss


def test_the_joint_deviator_is_not_the_one_of_v() -> None:
    """THEORY 13: separated, the deviator never visits a lone state; from the start it is always there."""
    game = markov_game(
        players=["1", "2"],
        states=["s"],
        actions=[["0", "1"]] * 2,
        outcome=lambda _, joint: ([int(joint[1] == "1"), 0], {"s": 1}),
        discount="1/2",
        initial={"s": 1},
    )
    expert = Policy.from_rows(game, [[["1", "0"]], [["1", "0"]]])
    ball = mode_ball(ErrorBall(expert, Measure.BC, Fraction(1, 2)), Vector((1,), 1))
    modes = ExactModes(ball, 0, 0, rounds=ROUNDS)
    assert modes.claim("joint", ONE).visit_bounds["deviator"] == [1]
    assert modes.claim("optimum", ONE).visit_bounds["deviator"] == [2]
    best = modes.claim("optimum", ONE)
    found = best.leaf(modes.root, low_start(best), [ZERO, ONE])
    assert found is not None
    assert Fraction(1, 2) <= found[1] < Fraction(501, 1000)  # V* = (1/4) / (1 - 1/2)


def test_equal_and_near_vectors_are_written_once() -> None:
    game = bimatrix([[1, 0], [0, 1]])
    near = Vector((10**6 + 1,), 2**20)
    leaf = ModeLeaf({"N1": Vector((10**6,), 2**20), "N0": near}, (ONE, ONE))
    split = ModeSplit(DistanceSplit(0, 0, ONE))
    written = modes_json(game, [ModeCover("value", ONE, 0, (), (split, leaf, leaf))])["modes"]["value"]
    assert written["vectors"] == [{"den": "1048576", "num": packed([1000000])}, {"base": 0, "num": packed([1])}]
    assert [entry.get("leaf") for entry in written["tree"]] == [None, [0, 1], [0, 1]]
    assert [entry.get("charge") for entry in written["tree"]] == [None, 0, 0]
    assert written["charges"] == [{"prices": ["1", "1"]}]


def test_tag_at_its_root(checker: Any) -> None:
    """One joint leaf at (4, 4): 4.04, where the occupancy programs say 4.436."""
    game, expert = cg.games.load("tag"), cg.games.expert("tag")
    lower = occupancy(game, expert).lower
    ball = mode_ball(
        ErrorBall(expert, Measure.BC, Fraction(1, 20)),
        Vector.of(
            [Fraction(x * 2**40 // lower.denominator, 2**40) * Fraction(999_999, 10**6) for x in lower.numerators]
        ),
    )
    claim = ExactModes(ball, 0, 0, rounds=ROUNDS).claim("joint", ONE)
    found = claim.leaf(claim.modes.root, low_start(claim), [4, 4])
    assert found is not None
    assert Fraction(329, 100) < found[1] < Fraction(4045, 1000)
