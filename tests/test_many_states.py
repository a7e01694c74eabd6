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
from certigap.bounds.programs import rule as programs
from certigap.cli import main
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
    monkeypatch.setattr(programs, "MAX_ROWS", 1000)
    monkeypatch.setattr(modes, "MOST_PAIRS", 1000)
    monkeypatch.setattr(dse, "_MANY_ROWS", 1000)
    expert = cg.games.expert("tag")
    center, ball = Center(expert), ErrorBall(expert, Measure.BC, Fraction(1, 20))
    for rule, why in (
        (programs.OCCUPANCY, "expected at most 1000 joint actions, got 1152"),
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
    game, expert = cg.games.load("tag"), cg.games.expert("tag")
    answer = cg.worst_case(game, expert, "1/20", budget=2)
    assert answer.bounds["modes"] is None
    assert answer.why["modes"] == "it takes about 9216.0 s, more than half of the time left"
    assert not answer.complete
