"""The benchmark suite runs and its table can be read; it says which peers are missing. Nothing is judged by time."""

import subprocess
import sys

import pytest

from tests.benchmarks import suite
from tests.benchmarks.in_turns import Times, in_turns


@pytest.mark.parametrize("name", suite.CASES)
def test_every_case_gives_lines_of_numbers(name: str) -> None:
    found = list(suite.lines([name], quick=True, rounds=2))
    assert found
    if not suite.installed(suite.CASES[name][0]):
        assert [line[5] for line in found] == ["not installed"]
        return
    for line in found:
        told = dict(zip(suite.HEAD, line, strict=True))
        assert told["case"] == name
        assert told["size"]
        for side in ("ours", "theirs"):
            low, high = (float(end) for end in told[f"{side} 25-75 %"].split(" .. "))
            assert 0 < low <= float(told[side]) <= high
        assert float(told["ratio"]) > 0


def test_a_peer_that_is_missing_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(suite.CASES, "values", ("no_such_module", "Storm, exact", suite.storm))
    [line] = suite.lines(["values"], quick=True, rounds=1)
    assert len(line) == len(suite.HEAD)
    assert "not installed" in line


def test_both_sides_get_the_same_statistic_and_as_many_rounds() -> None:
    calls: list[str] = []
    ours, theirs = in_turns([lambda: calls.append("ours"), lambda: calls.append("theirs")], rounds=3)
    assert len(ours.seconds) == len(theirs.seconds) == 3
    first = [name for k, name in enumerate(calls) if k == 0 or calls[k - 1] != name]
    assert first == ["ours", "theirs", "ours", "theirs", "ours", "theirs"]
    assert Times((1.0, 2.0, 3.0, 4.0, 100.0)).median == 3.0
    assert Times((1.0, 2.0, 3.0, 4.0, 100.0)).quartiles == (2.0, 4.0)


def test_the_command_prints_a_table() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.suite", "--quick", "--rounds", "1", "program"]
    head, line = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout.splitlines()
    assert tuple(head.split(" | ")) == suite.HEAD
    assert len(line.split(" | ")) == len(suite.HEAD)
    unknown = subprocess.run([*command, "nothing"], check=False, capture_output=True, text=True, timeout=120)
    assert unknown.returncode == 2
    assert "nothing" in unknown.stderr
