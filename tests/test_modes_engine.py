"""The float engine of the mode bounds against brute force: no policy of a node is beyond its bounds."""

import itertools
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

import certigap as cg
from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE, View, expert_rates, visit_rates
from certigap.exact.integers import FloatArray
from certigap.floats.compiled import interpreted
from certigap.floats.kernel.mode_prices import lowest
from certigap.floats.kernel.mode_solve import N0, N1, T0, T1, X
from certigap.floats.play import Play
from tests.helpers.scaled import times

GAMES = [
    {"states": 3, "successors": 2, "players": 2, "actions": 2, "discount": "4/5"},
    {"states": 4, "successors": 3, "players": 2, "actions": 3, "discount": "19/20"},
    {"states": 2, "successors": 2, "players": 3, "actions": 2, "discount": "1/2"},
    {"states": 3, "successors": 2, "players": 4, "actions": 2, "discount": "4/5"},
]


def _rows(rng: np.random.Generator, policy: FloatArray, offsets: FloatArray, spread: float) -> FloatArray:
    """Rows that differ from `policy` at some states."""
    result = policy.copy()
    for f, end in itertools.pairwise(offsets):
        if rng.random() < 0.7:
            step = rng.random() ** 3 * spread
            result[f:end] = (1 - step) * policy[f:end] + step * rng.dirichlet(np.full(end - f, 0.4))
    return result


class Case:
    """A random game with a random expert, a ball, and policies in it."""

    def __init__(self, seed: int, kind: dict[str, object]) -> None:
        self.rng = np.random.default_rng(seed)
        self.game = cg.games.load("random", seed=seed, **kind)
        layout = self.game.layout
        weights = [self.rng.integers(0, 4, size=offsets[-1]) for offsets in layout.action_offsets]
        rows = [
            [np.maximum(own[f:end], own[f:end].sum() == 0).tolist() for f, end in itertools.pairwise(o)]
            for own, o in zip(weights, layout.action_offsets, strict=True)
        ]
        self.expert = cg.Policy.from_counts(self.game, rows)
        self.play, self.eps = Play(self.game), float(self.rng.choice([0.02, 0.1, 0.4]))
        self.center = [np.asarray(own) for own in self.expert.floats()]
        self.m = self.play.occupancy(self.center)

    def policies(self, count: int) -> Iterator[list[FloatArray]]:
        for _ in range(count):
            policy = []
            for own, offsets in zip(self.center, self.game.layout.action_offsets, strict=True):
                rows = _rows(self.rng, own, offsets, 1.0)
                cost = float((np.add.reduceat(np.abs(rows - own), offsets[:-1]) * self.m).sum())
                policy.append(own + min(1.0, self.eps / max(cost, 1e-300)) * (rows - own))
            yield policy

    def view(self, player: int) -> View:
        n = len(self.center)
        turn = int(self.rng.integers(n))
        return View(self.game, self.expert, player, self.m, self.eps, [(turn + k) % n for k in range(n)])

    def distances(self, policy: list[FloatArray]) -> FloatArray:
        return np.array(
            [
                np.add.reduceat(np.abs(rows - own), offsets[:-1])
                for rows, own, offsets in zip(policy, self.center, self.game.layout.action_offsets, strict=True)
            ]
        )


def _true(case: Case, policy: list[FloatArray], player: int) -> dict[int, float]:
    found = case.play.gap(policy, player)
    start = case.play.start
    return {JOINT: found.gap, OPTIMUM: float(start @ found.optimum), VALUE: -float(start @ found.value)}


@pytest.mark.parametrize("kind", GAMES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_no_policy_of_a_node_is_beyond_its_bounds(kind: dict[str, object], seed: int) -> None:
    case = Case(seed, kind)
    n, states = len(case.center), len(case.m)
    for policy in case.policies(4):
        player = int(case.rng.integers(n))
        view = case.view(player)
        flat, distance = np.concatenate(policy), case.distances(policy)
        least = distance * (case.rng.random((n, states)) < 0.3) * case.rng.random((n, states))
        most = np.where(case.rng.random((n, states)) < 0.3, distance + 0.1, 2.0)
        loose = case.rng.random(len(flat)) < 0.7
        lower = np.where(loose, 0.0, np.maximum(flat - 0.2 * case.rng.random(len(flat)), 0.0))
        upper = np.where(loose, 1.0, np.minimum(flat + 0.2 * case.rng.random(len(flat)), 1.0))
        sets = view.sets(lower, upper, least, most)
        assert sets is not None
        bench, true = view.bench(), _true(case, policy, player)
        everywhere = np.full(states, 1 / (1 - view.arrays.discount))
        for kind_ in (JOINT, OPTIMUM, VALUE):
            for share in ((1, 0, 0), (0, 0.7, 0.3), (0.3, 0.4, 0.3), (0, 0, 1)):
                rates = visit_rates(view, kind_, np.tile(share, (n, 1))[:, :, None], everywhere, everywhere)
                assert bench.bound(sets, kind_, rates).value >= true[kind_] - 1e-6


@pytest.mark.parametrize("kind", GAMES, ids=str)
def test_visit_bounds_are_above_the_occupancies_of_policies_beyond_the_cutoff(kind: dict[str, object]) -> None:
    case = Case(7, kind)
    view = case.view(0)
    policies = list(case.policies(30))
    cutoff = float(np.median([_true(case, policy, 0)[VALUE] for policy in policies]))
    bench, horizon = view.bench(), 1 / (1 - view.arrays.discount)
    for t in range(len(case.m)):
        found = bench.visits(view.root(), VALUE, expert_rates(view, VALUE), t, (N0, N1), cutoff)
        for policy in policies:
            if _true(case, policy, 0)[VALUE] > cutoff:
                assert found.value >= case.play.occupancy(policy)[t] * horizon - 1e-6


def test_a_node_without_a_policy_is_seen() -> None:
    case = Case(1, GAMES[0])
    view = case.view(0)
    lower, upper = np.zeros(len(view.center)), np.ones(len(view.center))
    assert view.sets(lower, upper, np.full((2, 3), 1.5), np.full((2, 3), 2.0)) is None
    assert view.sets(lower, upper * 0.3, np.zeros((2, 3)), np.full((2, 3), 2.0)) is None


def test_the_cutting_planes_are_solved_as_by_linprog() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        d, count = int(rng.integers(1, 5)), int(rng.integers(1, 12))
        cuts, most = rng.normal(size=(count, d + 1)), rng.uniform(0.5, 3, size=d)
        point = np.empty(d)
        room, base = np.empty((d + 2, count + 2 * d + 1)), np.empty(d + 1, dtype=np.int64)
        value = interpreted(lowest)(cuts, count, most, point, d, room, base)
        a = np.hstack([cuts[:, 1:], -np.ones((count, 1))])
        bounds = [*((0.0, x) for x in most), (None, None)]
        answer = linprog([*[0.0] * d, 1.0], A_ub=a, b_ub=-cuts[:, 0], bounds=bounds)
        assert value == pytest.approx(answer.fun, abs=1e-8)
        assert (cuts[:, 0] + cuts[:, 1:] @ point).max() == pytest.approx(answer.fun, abs=1e-8)


def test_tag_has_the_known_root_bounds() -> None:
    """THEORY, numbers of the mode bounds: eps 1/20, joint 4.0364; below the occupancy programs' 4.436."""
    game, expert = cg.games.load("tag"), cg.games.expert("tag")
    play = Play(game)
    view = View(game, expert, 0, play.occupancy(expert.floats()), 0.05, (0, 1))
    bench = view.bench()
    assert bench.bound(view.root(), JOINT, expert_rates(view, JOINT)).value == pytest.approx(4.0364, abs=2e-3)
    assert bench.bound(view.root(), VALUE, expert_rates(view, VALUE)).value == pytest.approx(2.7606, abs=2e-3)


def test_the_modes_occupancies_are_those_of_the_rows() -> None:
    """On a ball of radius 0 the imitator is the expert: modes T0 and N0 hold all its occupancy."""
    case = Case(3, GAMES[1])
    view = View(case.game, case.expert, 1, case.m, 0.0, (1, 0))
    bench = view.bench()
    found = bench.bound(view.root(), JOINT, expert_rates(view, JOINT))
    visits = bench.state.visits
    assert visits[[T0, N0]].sum(axis=0) == pytest.approx(case.m / (1 - view.arrays.discount), abs=1e-4)
    assert visits[[T1, N1]].sum() == pytest.approx(0, abs=1e-9)
    assert visits[X].sum() == pytest.approx(visits[N0].sum(), abs=1e-4)
    assert found.value == pytest.approx(_true(case, case.center, 1)[JOINT], abs=1e-5)


@pytest.mark.parametrize("power", [-60, 40])
def test_payoffs_in_another_unit_are_bounded_alike(power: int) -> None:
    """To the last bit where the unit is a power of 2: prices, vectors, visit bounds and their thetas."""
    case, factor = Case(1, GAMES[0]), Fraction(2) ** power
    views = [
        View(game, cg.Policy(game, case.expert.rows), 0, case.m, case.eps, (0, 1))
        for game in (case.game, times(case.game, factor))
    ]
    one, other = (view.bench().bound(view.root(), JOINT, expert_rates(view, JOINT)) for view in views)
    assert other.value == one.value * float(factor)
    assert (other.vectors == one.vectors * float(factor)).all()
    assert (other.prices[:-1] == one.prices[:-1] * float(factor)).all()
    cutoff = 0.9 * one.value
    one, other = (
        view.bench().visits(view.root(), JOINT, expert_rates(view, JOINT), 1, (T0, T1, N0, N1), cutoff * size)
        for view, size in zip(views, (1.0, float(factor)), strict=True)
    )
    assert other.value == one.value
    assert (other.prices[:-1] == one.prices[:-1]).all()
    assert other.prices[-1] == one.prices[-1] / float(factor)


def _spoiled(room: object) -> None:
    """Whatever was in memory: no numbers."""
    for field in room if isinstance(room, tuple) else ():
        if isinstance(field, np.ndarray) and field.dtype == float:
            field.fill(np.nan)
        _spoiled(field)


@pytest.mark.parametrize("kind", GAMES, ids=str)
def test_what_was_in_memory_does_not_matter(kind: dict[str, object]) -> None:
    case = Case(3, kind)
    view, everywhere = case.view(0), np.full(len(case.m), 1.5)
    for kind_, share in itertools.product((JOINT, OPTIMUM, VALUE), ((1, 0, 0), (0, 0.5, 0.5))):
        rates = visit_rates(view, kind_, np.tile(share, (view.n, 1))[:, :, None], everywhere, everywhere)
        fresh, spoiled = view.bench(), view.bench()
        _spoiled(spoiled.room)
        asked = [one.bound(view.root(), kind_, rates, target=-99.0, tolerance=1e-5).value for one in (fresh, spoiled)]
        assert asked[0] == asked[1]
