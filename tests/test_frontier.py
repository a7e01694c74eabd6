"""The frontier: monotone curves inside what each radius proves, reuse of witnesses, refusals, table and figure."""

import itertools
import json
import signal
from fractions import Fraction
from pathlib import Path

import pytest

from certigap.certificates import certificate
from certigap.errors import InputError
from certigap.model import catalog
from certigap.model.build import bimatrix
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.frontier.figure import frontier_figure
from certigap.questions.frontier.question import FrontierAnswer, frontier
from certigap.questions.worst_case.cloning import CloningBalls
from certigap.questions.worst_case.question import WorstCaseAnswer, worst_case
from certigap.report.frontiers import frontier_json, frontier_table
from certigap.semantics.exploitability import gaps
from certigap.semantics.matching import errors
from certigap.work.deadline import Deadline
from tests.helpers.random_games import games_with_experts

GRID = ["2/5", "1/50", "1/10"]


def dilemma() -> tuple[Game, Policy]:
    game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    return game, Policy.from_rows(game, [[0, 1], [0, 1]])


def check(answer: FrontierAnswer) -> None:
    """Both curves rise; no point is worse than its own answer; every witness is in its ball with its gap."""
    for low, high in itertools.pairwise(answer.points):
        assert low.radius < high.radius
        assert low.interval.lower <= high.interval.lower
        assert low.interval.upper <= high.interval.upper
    for point in answer.points:
        own = point.answer.interval
        assert own.lower <= point.interval.lower <= point.interval.upper <= own.upper
        assert point.lower_from <= point.radius <= point.upper_from
        assert point.witness is not None
        found = errors(answer.game, answer.expert, point.witness, "exact")
        assert getattr(found, f"eps_{answer.measure}").value <= point.lower_from
        assert gaps(answer.game, point.witness, "exact").nash_gap.value >= point.interval.lower


@pytest.mark.parametrize("measure", ["bc", "rho", "mu"])
def test_curves_rise_and_hold_what_each_radius_proves(measure: str) -> None:
    for game, expert in games_with_experts(2, seed=8):
        answer = frontier(game, expert, GRID, measure=measure, budget=6)
        check(answer)
        assert [point.radius for point in answer.points] == [Fraction(1, 50), Fraction(1, 10), Fraction(2, 5)]


def test_the_prisoners_dilemma_has_a_straight_frontier() -> None:
    game, expert = dilemma()
    answer = frontier(game, expert, eps_max="1/2", points=5)
    check(answer)
    assert answer.complete
    for point in answer.points:
        assert point.interval.is_exact
        assert point.interval.value == point.radius * Fraction(9, 20)


def test_the_frontier_agrees_with_single_questions() -> None:
    (game, expert), *_ = games_with_experts(1, seed=2)
    answer = frontier(game, expert, ["1/10"])
    alone = worst_case(game, expert, "1/10")
    point = answer.points[0]
    assert point.interval.upper <= alone.interval.upper
    assert point.interval.lower == alone.interval.lower
    assert "occupancy" in point.bounds


def test_an_empty_handed_radius_gets_the_witness_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time of its own, a radius still holds the expert's neighbour that a larger radius found."""
    game, expert = dilemma()

    def hurried(balls: CloningBalls, eps: Fraction, *_: object, **__: object) -> WorstCaseAnswer:
        own.append(answer_at(balls, eps, Deadline(0) if eps == Fraction(1, 10) else None))
        return own[-1]

    own: list[WorstCaseAnswer] = []
    answer_at = CloningBalls.answer
    monkeypatch.setattr(CloningBalls, "answer", hurried)
    answer = frontier(game, expert, ["1/10", "1/5"])
    check(answer)
    first = answer.points[0]
    assert own[0].interval.lower == 0
    assert first.answer.interval.lower == first.interval.lower == Fraction(9, 200)
    assert first.interval.upper <= Fraction(9, 100)


def test_an_interrupt_ends_the_sweep_and_keeps_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    (game, expert), *_ = games_with_experts(1)
    asked: list[object] = []

    def interrupted(balls: CloningBalls, eps: Fraction, deadline: Deadline, **_: object) -> WorstCaseAnswer:
        asked.append(deadline.budget)
        if len(asked) == 1:
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(signal.SIGINT)
        return answer_at(balls, eps, Deadline(0))

    answer_at = CloningBalls.answer
    monkeypatch.setattr(CloningBalls, "answer", interrupted)
    before = signal.getsignal(signal.SIGINT)
    answer = frontier(game, expert, GRID)
    assert asked == [None, 0.0, 0.0]
    assert not answer.complete
    assert signal.getsignal(signal.SIGINT) is before
    check(answer)


def test_occupancy_bound_helps_the_bc_frontier_of_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("certigap.questions.worst_case.cloning.MAX_ENTRIES", 0)
    monkeypatch.setattr("certigap.bounds.modes.rule.MOST_PAIRS", 0)
    game, expert = catalog.load("tag"), catalog.expert("tag")
    answer = frontier(game, expert, ["1/20"], budget=60)
    bounds = answer.points[0].bounds
    assert bounds["occupancy"] < Fraction(92, 100) * bounds["region"]
    assert answer.points[0].upper_name == "occupancy"
    assert set(certificate(answer.points[0].answer).proof) == {"occupancy", "witness"}


def test_progress_names_the_radius() -> None:
    (game, expert), *_ = games_with_experts(1)
    told: list[tuple[Fraction, float, float]] = []
    frontier(game, expert, GRID, budget=3, progress=lambda *ends: told.append(ends))
    assert {eps for eps, _, _ in told} == {Fraction(eps) for eps in GRID}
    assert all(lower <= upper for _, lower, upper in told)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "expected one of eps_grid and eps_max"),
        ({"eps_grid": ["1/10"], "eps_max": "1/2"}, "expected one of eps_grid and eps_max"),
        ({"eps_grid": []}, "at least one"),
        ({"eps_grid": ["-1/10"]}, "expected rationals >= 0"),
        ({"eps_max": "-1/10"}, "eps: expected a rational >= 0, got -1/10"),
        ({"eps_max": "1/2", "points": 0}, "points: expected an integer from 1 to 200, got 0"),
        ({"eps_max": "1/2", "measure": "tv"}, "measure: expected 'bc', 'rho' or 'mu', got 'tv'"),
    ],
)
def test_wrong_arguments_are_refused(given: dict[str, object], message: str) -> None:
    game, expert = dilemma()
    with pytest.raises(InputError, match=message):
        frontier(game, expert, **given)  # type: ignore[arg-type]


def test_json_table_and_figure(tmp_path: Path) -> None:
    game, expert = dilemma()
    answer = frontier(game, expert, ["1/10", "1/5"])
    data = json.loads(json.dumps(frontier_json(answer)))
    assert data["points"][0] | {"bounds": None} == {
        "eps": "1/10",
        "lower": "9/200",
        "upper": "9/200",
        "upper_name": "vertices",
        "bounds": None,
        "complete": True,
    }
    lines = frontier_table(answer).splitlines()
    assert lines[0].split()[:4] == ["eps", "lower", "upper", "by"]
    assert lines[2].split()[:4] == ["1/5", "0.09", "0.09", "vertices"]
    path = tmp_path / "frontier.png"
    figure = frontier_figure(answer, str(path))
    assert path.read_bytes().startswith(b"\x89PNG")
    upper, lower = figure.axes[0].lines[-3:-1]
    assert upper.get_xydata().tolist() == [[0.1, 0.045], [0.2, 0.09]]
    assert lower.get_xydata().tolist() == [[0.1, 0.045], [0.2, 0.09]]
