"""The strategy of the mode bounds: what it shows holds, wherever it stops, and limits that are too low are left."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import count, pairwise
from pathlib import Path

import numpy as np
import pytest

import certigap as cg
from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.center import Center
from certigap.bounds.modes import engine, rule
from certigap.bounds.modes.claims import Attempt
from certigap.bounds.modes.engine import JOINT, OPTIMUM, VALUE
from certigap.bounds.modes.exact import ExactModes
from certigap.bounds.modes.limits import LimitSearch
from certigap.bounds.modes.proof import ModeCover
from certigap.bounds.modes.rule import ModeBound, ModeEvidence
from certigap.bounds.modes.settle import settled_cover
from certigap.bounds.modes.spending import spending
from certigap.cli import main
from certigap.floats.kernel.mode_prices import priced_bound
from certigap.floats.kernel.mode_solve import ModeState
from certigap.model.policy import Policy
from certigap.witnesses import Search
from certigap.work.deadline import Deadline
from tests.helpers.command_line import run_json
from tests.helpers.scaled import times


@pytest.fixture(scope="module")
def center() -> Center:
    """A general-sum game of 12 states around a policy."""
    game = cg.games.load("random", states=12, seed=3, discount="4/5", players=2, actions=2)
    return Center(cg.solve_game(game, budget=20).expert, 0)


def _bound(center: Center) -> ModeBound:
    return ModeBound(center, ErrorBall(center.expert, Measure.BC, Fraction(1, 20)), 1)


def test_whatever_is_shown_is_above_the_best_policy_known(center: Center) -> None:
    search = Search(center.expert, Fraction(1, 20), center.occupancy_upper)
    search.run()
    bound = _bound(center)
    roots = [one.upper for one in bound.search.players]
    budget = iter([3.0 - 0.02 * k for k in range(100)])
    bound.search.run(lambda: 0.0, lambda _: (0.0, 0.0), lambda: next(budget, 0.0))
    for one, root in zip(bound.search.players, roots, strict=True):
        best = max(found.gap for found in search.candidates() if found.player == one.player)
        assert best <= one.upper * float(bound.unit) <= root * float(bound.unit)
    assert sum(one.upper for one in bound.search.players) < sum(roots)


@pytest.mark.parametrize("often", [1, 2, 7])
def test_an_engine_that_finds_no_number_shows_nothing(
    center: Center, often: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = count()

    def spoiled(game: object, sets: object, question: object, state: ModeState, *rest: object) -> tuple[float, float]:
        found: tuple[float, float] = priced_bound(game, sets, question, state, *rest)
        if next(asked) % often:
            return found
        state.vectors[:] = np.nan
        return np.nan, np.nan

    monkeypatch.setattr(engine, "priced_bound", spoiled)
    answer = cg.worst_case(center.game, center.expert, "1/20", budget=6)
    assert answer.interval.lower is not None
    path = tmp_path / "c.json"
    cg.certificate(answer).write(path)
    assert cg.verify(center.game, path)[0].verdict == "valid"


@pytest.mark.parametrize("factor", [Fraction(1, 10**12), Fraction(1), Fraction(10**12)])
def test_proofs_do_not_know_how_large_payoffs_are(center: Center, factor: Fraction, tmp_path: Path) -> None:
    """What visit bounds and trees show in floats is what is proved of them, and the checker agrees."""
    expert = Policy(times(center.game, factor), center.expert.rows)
    bound = _bound(Center(expert, 0))
    bound.run(lambda: 0.0, lambda _: (0.0, 0.0), Deadline(3))
    found = bound.proved()
    assert isinstance(found.evidence, ModeEvidence)
    assert found.value == found.evidence.upper
    assert float(found.value) == pytest.approx(bound.upper, rel=1e-3)
    cg.certificate(cg.worst_case(expert.game, expert, "1/20", budget=3)).write(tmp_path / "c.cert.json")
    assert cg.verify(expert.game, tmp_path / "c.cert.json")[0].verdict == "valid"


def test_what_cannot_be_proved_gives_way_to_what_can(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    """A best attempt whose vectors do not settle costs its gain, not the bound."""
    bound = _bound(center)
    root = bound.proved().value
    bound.run(lambda: 0.0, lambda _: (0.0, 0.0), Deadline(2))
    assert root is not None
    assert bound.upper < float(root)

    best = [attempt for one in bound.search.players for attempt in one.best]

    def settled(attempt: Attempt, exact: ExactModes, workers: int) -> ModeCover | None:
        return None if any(attempt is one for one in best) else settled_cover(attempt, exact, workers)

    monkeypatch.setattr(rule, "settled_cover", settled)
    assert bound.proved().value is not None


def test_a_limit_that_is_too_low_is_left_for_a_higher_one(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    """At an aim of 0 the gap's claim cannot close: it comes down by halves, and holds above the largest gap."""
    tried: list[float] = []
    opened = LimitSearch._open

    def _open(self: LimitSearch, limit: float, visiting: object) -> object:
        tried.append(limit)
        return opened(self, limit, lambda: True)

    monkeypatch.setattr(LimitSearch, "_open", _open)
    claim = _bound(center).search.players[0].claims[JOINT]
    root = claim.upper
    for _ in range(6):
        claim.run(0.0, 0.5, lambda: True, 20.0)
    assert tried[0] == pytest.approx(root / 2)
    assert any(low < high for low, high in pairwise(tried))
    assert claim.upper < 0.8 * root


def test_a_claim_that_is_shown_is_not_taken_up_again(center: Center) -> None:
    claim = _bound(center).search.players[0].claims[OPTIMUM]
    claim.run(claim.upper + 1.0, 1.0, lambda: pytest.fail("asked for time"))
    assert claim.promise(1.0) == 0.0


def test_the_worst_rows_are_policies_and_climb(center: Center) -> None:
    """Rows of the worst open node are distributions; the witness search draws them into the ball."""
    player = _bound(center).search.players[1]
    player.claims[VALUE].run(-1e9, 0.2, lambda: True)
    tree = player.claims[VALUE].best.tree
    assert tree is not None
    rows = tree.worst_rows()
    assert rows is not None
    view = tree.view
    assert np.allclose(np.bincount(view.row_of, weights=rows), 1.0)
    search = Search(center.expert, Fraction(1, 20), center.occupancy_upper)
    search.climb(1, np.split(rows, np.cumsum([len(own) for own in center.expert.floats()])[:-1]), lambda: False)
    (found,) = search.candidates()
    assert all(share.spent(own) <= share.eps + 1e-12 for share, own in zip(search._shares, found.policy, strict=True))


def test_a_search_ends_at_a_gap_that_is_enough(center: Center) -> None:
    search = Search(center.expert, Fraction(1, 20), center.occupancy_upper)
    whole = Search(center.expert, Fraction(1, 20), center.occupancy_upper)
    assert whole.run()
    assert search.run(enough=whole.largest / 10)
    assert whole.largest / 10 <= search.largest
    assert sum(one.gap for one in search.candidates()) < sum(one.gap for one in whole.candidates())


def test_a_larger_ball_has_starts_that_the_ball_lacks() -> None:
    """Tag at 1/5: 4.345 from the usual starts, 4.466 from a witness of radius 3/10."""
    expert = cg.games.expert("tag")
    center = Center(expert, 0)
    search = Search(expert, Fraction(1, 5), center.occupancy_upper)
    larger = Search(expert, Fraction(3, 10), center.occupancy_upper)
    larger.run(count=8)
    for found in larger.candidates():
        search.climb(found.player, found.policy, lambda: True)
    assert search.largest > 4.46


def test_the_budget_of_the_upper_end_is_spent_state_by_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing at radius 0; else less than the upper end, of which the rest is what policies near the expert gain."""
    game, expert = cg.games.load("pursuit"), cg.games.expert("pursuit")
    answer = cg.worst_case(game, expert, "1/20", budget=60, ratio="6/5")
    assert answer.upper_name == "modes"
    shares = answer.explain()
    assert sum(share.gap_share for share in shares) == pytest.approx(1)
    ball = ErrorBall(expert, Measure.BC, Fraction(1, 20))
    whole, none = spending(ball, 0).sum(), spending(ErrorBall(expert, Measure.BC, Fraction(0)), 0).sum()
    assert none == pytest.approx(0, abs=1e-9)
    assert 0.5 * float(answer.interval.lower) < whole < float(answer.interval.upper)
    cg.write_game(game, tmp_path / "p.game.json")
    cg.certificate(answer).write(tmp_path / "p.cert.json")
    found = run_json(capsys, "explain", str(tmp_path / "p.cert.json"))
    assert [float(s["price"]) for s in found["states"]] == [pytest.approx(s.price, rel=1e-4, abs=1e-9) for s in shares]
    assert main(["explain", str(tmp_path / "p.cert.json")]) == 0
    assert "adds to the bound" in capsys.readouterr().out


def test_a_tree_whose_nodes_have_visits_of_their_own_is_proved(center: Center, tmp_path: Path) -> None:
    """The certificate is valid with them, and not without those of one node that they close."""
    bound = _bound(center)
    own = bound.search.players[0].claims[JOINT]
    limit = 0.42 * own.upper
    attempt = own._open(limit, lambda: True)
    assert attempt.tree is not None
    assert attempt.tree.run(limit, lambda: True)
    assert attempt.tree.visits > 0
    own.best = replace(attempt, upper=limit, closed=True)
    proved = bound.proved()
    assert proved.value is not None
    assert proved.evidence is not None
    answer = cg.worst_case(center.game, center.expert, "1/20", budget=2, ratio=2)
    path = tmp_path / "joint.cert.json"
    cg.certificate(answer).write(path)
    data = json.loads(path.read_text())
    data["claim"]["nash_gap"], data["proof"] = {"upper": str(proved.value)}, proved.evidence.to_json()
    path.write_text(json.dumps(data))
    assert cg.verify(center.game, path)[0].verdict == "valid"
    tree = data["proof"]["cover"]["players"][center.game.players[0]]["modes"]["joint"]["tree"]
    closed = next(node for node in tree if [*node] == ["visits"])
    closed["visits"].pop()
    path.write_text(json.dumps(data))
    assert cg.verify(center.game, path)[0].verdict == "invalid"
