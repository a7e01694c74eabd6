"""Branch and bound: the linear bound and the trees against random policies of the ball, certificates, tampering."""

import copy
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.boxes import BranchSearch, Cover, Leaf, Split, preorder
from certigap.bounds.boxes.tree import Boxes, halves, node_region
from certigap.bounds.center import Center
from certigap.bounds.table import bounds_table
from certigap.certificates import certificate, verify
from certigap.errors import InputError
from certigap.exact.vector import Vector
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.question import WorstCaseAnswer, worst_case
from certigap.regions.engine import RegionEngine
from certigap.regions.linear import ErrorBudget, Expansion, linear_bound
from certigap.regions.priced import priced_rows, priced_supremum
from certigap.regions.region import Region
from certigap.semantics.evaluation import occupancy
from certigap.semantics.exploitability import gaps
from certigap.work.parallel import in_processes, worker_count
from tests.helpers.random_games import games_with_experts, random_center, random_game, random_in_ball

CASES = [(2, 2, 2, "4/5"), (2, 3, 2, "9/10"), (2, 2, 3, "1/2"), (1, 3, 2, "0"), (3, 2, 1, "3/4")]
Data = dict[str, Any]


def search_of(expert: Policy, eps: Fraction, workers: int = 1) -> BranchSearch:
    mu = occupancy(expert.game, expert).lower
    return BranchSearch(RegionEngine(expert.game), expert, ErrorBudget(eps, tuple(mu.fractions())), workers)


def searched(expert: Policy, eps: Fraction, splits: int) -> tuple[Cover, ...]:
    """The trees after a number of splits."""
    search = search_of(expert, eps)
    search.open_roots()
    search.run(lambda: 0.0, lambda: search.splits < splits, lambda player, policy: None)
    return search.covers()


def leaves_of(cover: Cover, policy: Policy) -> list[Leaf]:
    """The leaves whose boxes hold the policy."""

    def inside(boxes: Boxes) -> bool:
        rows = ((policy.rows[j][s].fractions(), box) for (j, s), box in boxes.items())
        return all(all(a <= y <= b for a, y, b in zip(low, row, high, strict=True)) for row, (low, high) in rows)

    found = preorder(policy, cover.nodes)
    return [node for boxes, node in found if isinstance(node, Leaf) and inside(boxes)]


@pytest.mark.parametrize(("states", "actions", "players", "discount"), CASES)
@pytest.mark.parametrize("eps", [Fraction(1, 20), Fraction(3, 5)])
def test_every_policy_of_the_ball_is_in_a_leaf_that_bounds_its_gap(
    states: int, actions: int, players: int, discount: str, eps: Fraction
) -> None:
    rng = np.random.default_rng(states + 10 * actions + players)
    game = random_game(rng, states, actions, players, discount)
    expert = random_center(game, rng)
    covers = searched(expert, eps, 12)
    for _ in range(25):
        policy = random_in_ball(expert, eps, occupancy(game, expert).upper, rng)
        answer = gaps(game, policy, "exact")
        for player, cover in enumerate(covers):
            leaves = leaves_of(cover, policy)
            assert leaves
            assert all(answer.player_gaps[player].value <= leaf.bound <= cover.upper for leaf in leaves)


@pytest.mark.parametrize(("states", "actions", "players", "discount"), CASES)
def test_the_linear_bound_holds_for_every_choice_of_its_expansion(
    states: int, actions: int, players: int, discount: str
) -> None:
    rng = np.random.default_rng(100 + states + 10 * actions + players)
    game = random_game(rng, states, actions, players, discount)
    expert = random_center(game, rng)
    mu, eps, engine = occupancy(game, expert), Fraction(1, 4), RegionEngine(game)
    ball = ErrorBudget(eps, tuple(mu.lower.fractions()))
    region = node_region(expert, ball, {})
    assert region is not None
    policies = [random_in_ball(expert, eps, mu.upper, rng) for _ in range(15)]
    answers = [gaps(game, policy, "exact") for policy in policies]
    for player in range(players):
        bound = engine.player_bound(region, player)
        known = (bound.best_upper, bound.best_lower, bound.value_lower, bound.gap_upper)
        for _ in range(4):
            weights = [Vector(tuple(int(w) for w in rng.integers(0, 40, states)), 10) for _ in range(2)]
            reference = tuple(int(rng.integers(shape[player])) for shape in game.layout.shapes)
            prices = tuple(Fraction(int(x), 4) for x in rng.integers(0, 12, players))
            choice = Expansion((weights[0], weights[1]), reference, prices)
            vectors = (*known, engine.value_upper(region, player))
            upper = linear_bound(engine.scaled, region, ball, player, vectors, choice)
            assert all(answer.player_gaps[player].value <= upper for answer in answers)


def test_the_exact_bounds_are_those_of_the_float_search() -> None:
    (_, expert), *_ = games_with_experts(1, seed=4, states=3)
    search = search_of(expert, Fraction(1, 10))
    search.open_roots()
    search.run(lambda: 0.0, lambda: search.splits < 20, lambda player, policy: None)
    upper = max(cover.upper for cover in search.covers())
    assert float(upper) == pytest.approx(search.upper, rel=1e-5)


def test_the_linear_bound_is_of_second_order() -> None:
    """Halving the radius of a small ball around an interior policy divides the excess over the gap by about four."""
    rng = np.random.default_rng(2)
    game = random_game(rng, 2, 2)
    center = Policy.from_counts(game, [[rng.integers(3, 9, 2) for _ in range(2)] for _ in range(2)])
    excess = []
    for eps in (Fraction(1, 50), Fraction(1, 100), Fraction(1, 200)):
        linear = max(cover.upper for cover in searched(center, eps, 0))
        lower = worst_case(game, center, eps, budget=0.5).interval.lower
        assert lower is not None
        excess.append(float(linear - lower))
    assert excess[1] < excess[0] / 2.5
    assert excess[2] < excess[1] / 2.5


def priced_program(c: list[int], region: Region, player: int, price: float, low: list[float], tau: float) -> float:
    """max of c.theta - price ||y - e||_1 over the row set, y = low + tau theta, by HiGHS in (y, distances)."""
    size, eye = len(c), np.eye(len(c))
    e = np.array([float(x) for x in region.center.rows[player][0].fractions()])
    assert region.lower is not None
    assert region.upper is not None
    ends = zip(region.lower[player][0], region.upper[player][0], strict=True)
    found = linprog(
        np.concatenate([-np.array(c, dtype=float) / tau, np.full(size, price)]),
        A_ub=np.block([[eye, -eye], [-eye, -eye], [np.zeros((1, size)), np.ones((1, size))]]),
        b_ub=np.concatenate([e, -e, [float(region.radii[player][0])]]),
        A_eq=np.concatenate([np.ones((1, size)), np.zeros((1, size))], axis=1),
        b_eq=[1.0],
        bounds=[(float(a), float(b)) for a, b in ends] + [(0, None)] * size,
    )
    return float(-found.fun - np.dot(c, low) / tau)


@pytest.mark.parametrize("seed", range(6))
def test_priced_suprema_equal_linear_programs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    game = random_game(rng, 1, 3)
    center = random_center(game, rng)
    ball, boxes = ErrorBudget(Fraction(6, 5), (Fraction(1),)), halves(center, {}, Split(0, 0, seed % 3, Fraction(1, 2)))
    for part in ({}, *boxes):
        region = node_region(center, ball, part)
        if region is None:
            continue
        rows = [priced_rows(region, j, 0, Fraction(3, 2)) for j in range(2)]
        tables = [[int(x) for x in rng.integers(-9, 10, 3)] for _ in rows]
        expected = 0.0
        for j, (own, c) in enumerate(zip(rows, tables, strict=True)):
            low, tau = [x / own.denominator for x in own.low], own.tau / own.denominator
            if tau:
                expected += priced_program(c, region, j, 1.5, low, tau)
        if all(own.tau for own in rows):
            gains = [[x + y for x in tables[0] for y in tables[1]]]
            assert float(priced_supremum(gains, 1, 0, rows, (3, 3))) == pytest.approx(expected, abs=1e-7)


def ratio(answer: WorstCaseAnswer) -> float:
    assert answer.interval.upper is not None
    assert answer.interval.lower
    return float(answer.interval.upper / answer.interval.lower)


@pytest.mark.parametrize("eps", ["1/50", "2/5"])
@pytest.mark.parametrize("states", [2, 3])
def test_intervals_close_to_half_a_percent(states: int, eps: str) -> None:
    for game, expert in games_with_experts(3, seed=7, states=states):
        answer = worst_case(game, expert, eps, budget=30)
        assert answer.complete
        assert ratio(answer) <= 1.005


def test_the_lower_end_of_the_ratio_is_asked_for_and_refused_at_one() -> None:
    (game, expert), *_ = games_with_experts(1, seed=7, states=3)
    wide, narrow = (worst_case(game, expert, "1/10", ratio=aim) for aim in ("6/5", "101/100"))
    assert ratio(narrow) <= 1.01 < ratio(wide) <= 1.2
    with pytest.raises(ValueError, match="ratio: expected a rational > 1, got 1"):
        worst_case(game, expert, "1/10", ratio=1)


def test_an_interrupt_in_the_search_keeps_what_was_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    (game, expert), *_ = games_with_experts(1, seed=7, states=4)
    whole = worst_case(game, expert, "1/10")
    bound, calls = BranchSearch._bound, iter(range(100))

    def interrupted(self: BranchSearch, *given: Any) -> float:
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return bound(self, *given)

    monkeypatch.setattr(BranchSearch, "_bound", interrupted)
    answer = worst_case(game, expert, "1/10")
    assert not answer.complete
    assert whole.covers is not None
    assert answer.covers is not None
    assert answer.interval.upper is not None
    assert whole.interval.upper is not None
    assert (
        whole.interval.upper
        < answer.interval.upper
        < bounds_table(Center(expert), ErrorBall(expert, Measure.BC, Fraction(1, 10))).upper
    )


def proved(eps: str, seed: int) -> tuple[Game, Policy, Data]:
    (game, expert), *_ = games_with_experts(1, seed=seed)
    answer = worst_case(game, expert, eps)
    assert answer.covers is not None
    return game, expert, json.loads(json.dumps(certificate(answer).to_json()))


def verdict(tmp_path: Path, game: Game, expert: Policy, data: Data) -> str:
    path = tmp_path / "cert.json"
    path.write_text(json.dumps(data))
    return verify(game, path, expert=expert)[0].verdict


@pytest.mark.parametrize(("eps", "linear"), [("1/50", True), ("2/5", False)])
def test_the_checker_accepts_trees_of_either_bound(tmp_path: Path, eps: str, linear: bool) -> None:
    game, expert, data = proved(eps, 7)
    nodes = [node for own in data["proof"]["cover"]["players"].values() for node in own["tree"]]
    assert any("linear" in node for node in nodes) == linear
    assert verdict(tmp_path, game, expert, data) == "valid"


def widest(data: Data) -> Data:
    """The cover with most nodes."""
    covers: list[Data] = list(data["proof"]["cover"]["players"].values())
    return max(covers, key=lambda own: len(own["tree"]))


def drop_leaf(data: Data) -> None:
    widest(data)["tree"].pop()


def extra_leaf(data: Data) -> None:
    widest(data)["tree"].append({"leaf": [0, 0, 0, 0]})


def move_split(data: Data) -> None:
    tree = widest(data)["tree"]
    splits = [node["split"] for node in tree if "split" in node]
    splits[0][3] = "0" if splits[0][3] != "0" else "1"


def lower_claim(data: Data) -> None:
    upper = Fraction(data["claim"]["nash_gap"]["upper"])
    data["claim"]["nash_gap"]["upper"] = str(upper * Fraction(999_999, 1_000_000))


def larger_radius(data: Data) -> None:
    data["claim"]["radius"] = str(Fraction(data["claim"]["radius"]) * Fraction(11, 10))


def cheaper(data: Data) -> None:
    for node in widest(data)["tree"]:
        if "linear" in node:
            node["linear"]["prices"] = ["0"] * len(node["linear"]["prices"])


def negative_price(data: Data) -> None:
    node = next(node for node in widest(data)["tree"] if "linear" in node)
    node["linear"]["prices"][0] = "-1"


def better_vectors(data: Data) -> None:
    own = widest(data)
    node = max((node for node in own["tree"] if "linear" in node), key=lambda node: max(node["leaf"]))
    own["vectors"][node["leaf"][0]]["num"] = [x // 2 for x in own["vectors"][node["leaf"][1]]["num"]]


def no_weights(data: Data) -> None:
    own = widest(data)
    own["vectors"].append({"den": "1", "num": [0] * len(own["vectors"][0]["num"])})
    for node in own["tree"]:
        if "linear" in node:
            node["linear"]["vectors"][1:] = [len(own["vectors"]) - 1] * 2


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (drop_leaf, "invalid"),
        (extra_leaf, "invalid"),
        (move_split, "invalid"),
        (lower_claim, "invalid"),
        (larger_radius, "invalid"),
        (cheaper, "invalid"),
        (negative_price, "malformed"),
        (better_vectors, "invalid"),
        (no_weights, "invalid"),
    ],
)
def test_spoiled_trees_are_refused(tmp_path: Path, spoil: Callable[[Data], None], expected: str) -> None:
    game, expert, data = proved("1/50", 7)
    spoiled = copy.deepcopy(data)
    spoil(spoiled)
    assert spoiled != data
    assert verdict(tmp_path, game, expert, spoiled) == expected


def grown(expert: Policy, eps: Fraction, workers: int) -> tuple[int, float, tuple[Cover, ...]]:
    """Nodes, bound and trees of a search that is long enough for threads, its leaves proved in processes."""
    search = search_of(expert, eps, workers)
    search.open_roots()
    search.run(lambda: 0.0, lambda: search.splits < 400, lambda player, policy: None)
    assert search.leaf_seconds > 0
    return search.nodes, search.upper, search.covers()


def test_the_tree_does_not_depend_on_the_number_of_cores() -> None:
    (_, expert), *_ = games_with_experts(1, seed=7, states=3)
    alone, together = (grown(expert, Fraction(1, 10), workers) for workers in (1, 3))
    assert alone[0] > 800
    assert alone == together


def test_the_share_of_a_process_that_dies_is_done_here() -> None:
    parent = os.getpid()

    def work(place: int) -> int:
        if place == 4 and os.getpid() != parent:
            os._exit(1)
        return place**2

    assert in_processes(work, 10, 3) == [place**2 for place in range(10)]


def test_an_interrupt_ends_the_processes() -> None:
    """The parent's own share is none, so it waits for the children when the interrupt arrives."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            in_processes(lambda place: time.sleep(60), 4, 2)
    finally:
        timer.join()
        signal.signal(signal.SIGINT, before)
    assert not multiprocessing.active_children()


def test_the_number_of_cores_is_asked_for_limited_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERTIGAP_WORKERS", "3")
    assert (worker_count(), worker_count(2)) == (3, 2)
    monkeypatch.setenv("CERTIGAP_WORKERS", "all")
    with pytest.raises(InputError, match="CERTIGAP_WORKERS: expected a whole number >= 1, got 'all'"):
        worker_count()
    monkeypatch.delenv("CERTIGAP_WORKERS")
    assert worker_count() >= 1
    with pytest.raises(InputError, match="workers: expected a whole number >= 1, got 0"):
        worker_count(0)
