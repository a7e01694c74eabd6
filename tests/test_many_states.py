"""What large games are not asked is named, and takes no time: limits made small enough for Tag stand in for size."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.bounds import dse
from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.center import Center
from certigap.bounds.modes import rule as modes
from certigap.cli import main
from certigap.questions.worst_case import cloning
from certigap.work.deadline import Deadline


def refuse(*_: Any) -> Any:
    raise AssertionError("work was begun that there is no time for")


@pytest.fixture
def tag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.chdir(tmp_path)
    assert main(["games", "export", "tag"]) == 0
    capsys.readouterr()
    return ["certify", "tag.game.json", "--expert", "tag.expert.json", "--eps", "1/20"]


def test_bounds_that_are_left_out_for_size_are_missed_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes, "MOST_PAIRS", 1000)
    monkeypatch.setattr(dse, "_MANY_ROWS", 1000)
    expert = cg.games.expert("tag")
    center, ball = Center(expert), ErrorBall(expert, Measure.BC, Fraction(1, 20))
    for rule, why in (
        (modes.MODES, "expected at most 1000 pairs of a deviation and a joint action, got 4608"),
        (dse.DSE, "expected a dominant expert, got one whose own NashGap is about 0.0671301"),
    ):
        found = rule.find(center, ball, Deadline())
        assert (found.value, found.is_missed, found.why) == (None, True, why)


def test_bounds_that_nobody_came_to_are_named(tag: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*tag, "--budget", "0.001"]) == 0
    shown = capsys.readouterr().out
    line = next(line for line in shown.splitlines() if line.endswith(": the work ended before it was tried"))
    assert line.startswith("  no bound: ")
    assert {"concentrability", "delta"} < set(line.removeprefix("  no bound: ").split(":")[0].split(", "))
    assert "stopped early" in shown


def test_modes_are_not_begun_without_the_time_that_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes, "ModeBound", refuse)
    monkeypatch.setattr(modes, "PAIR_SECONDS", 1.0)
    expert = cg.games.expert("tag")
    center, ball = Center(expert), ErrorBall(expert, Measure.BC, Fraction(1, 20))
    found = modes.MODES.find(center, ball, Deadline(100))
    assert (found.value, found.is_missed) == (None, True)
    assert found.why == "it takes about 9216.0 s, more than half of the time left"
    assert modes.modes_apply(center, ball)
    assert [modes.modes_apply(center, ball, Deadline(seconds)) for seconds in (100, 20_000)] == [False, True]


def test_the_hull_gives_way_to_modes_where_its_check_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloning, "_LARGE", 20)
    game = cg.games.load("random", states=6)
    expert = cg.Policy.uniform(game)
    answer = cg.worst_case(game, expert, "1/20", ratio=100)
    assert (answer.upper_name, answer.bounds["region"]) == ("modes", None)
    assert answer.table.bounds["region"].is_missed
    assert answer.why["region"].startswith("left out from 20 joint actions on, where `modes`, found, was below it")
    monkeypatch.setattr(modes, "MOST_PAIRS", 1)
    without = cg.worst_case(game, expert, "1/20", ratio=100)
    assert without.bounds["region"] is not None
    assert without.bounds["region"] >= answer.interval.upper
