"""How answers read: numbers that are shortened, or not, and the axes of a figure."""

import json
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import certigap as cg
from certigap.exact.interval import Interval
from certigap.model.files.json_write import dumps
from certigap.questions.continuity.figure import continuity_figure
from certigap.questions.frontier.figure import frontier_figure
from certigap.questions.frontier.question import frontier
from certigap.report import interval_text, number_text, quantity
from certigap.report.frontiers import frontier_table
from certigap.report.text import floats_of

LONG = Fraction(10**40 + 1, 3)


@pytest.mark.parametrize(
    ("interval", "short", "exact"),
    [
        (Interval(LONG, LONG), "~ 3.33333e+39", f"{10**40 + 1}/3"),
        (Interval(Fraction(0), LONG), "[0, 3.3333334e+39]", f"[0, {10**40 + 1}/3]"),
        (Interval(Fraction(1, 3), None), "[0.33333333, ?]", "[1/3, ?]"),
    ],
)
def test_intervals(interval: Interval, short: str, exact: str) -> None:
    assert interval_text(interval) == short
    assert interval_text(interval, exact=True) == exact


def test_numbers() -> None:
    assert number_text(LONG) == "~ 3.33333e+39"
    assert number_text(LONG, exact=True) == f"{10**40 + 1}/3"


@pytest.mark.parametrize(
    ("name", "label"), [("rock-paper-scissors", "NashGap (payoff)"), ("lemma1", "NashGap (discounted payoff)")]
)
def test_frontier_of_either_kind_of_game(name: str, label: str) -> None:
    answer = frontier(cg.games.load(name), cg.games.expert(name), ["1/10"], budget=2)
    assert frontier_figure(answer).axes[0].get_ylabel() == label
    ends = answer.points[0].interval
    assert f" {ends.upper} " in frontier_table(answer, exact=True)
    assert f" {ends.lower} " in frontier_table(answer, exact=True)


def test_a_notebook_shows_a_figure_as_a_picture_without_pyplot() -> None:
    formatter = pytest.importorskip("IPython.core.formatters").PNGFormatter()
    steps = cg.continuity(cg.games.load("matching-pennies"), cg.games.expert("matching-pennies"), "1/2")
    curve = frontier(cg.games.load("rock-paper-scissors"), cg.games.expert("rock-paper-scissors"), ["1/10"], budget=2)
    for figure in (continuity_figure(steps), frontier_figure(curve)):
        assert formatter(figure).startswith(b"\x89PNG")


ENDS = st.fractions(max_denominator=10**30) | st.integers(-(10**25), 10**25).map(Fraction) | st.just(Fraction(10**400))


@given(ENDS, ENDS)
def test_floats_stand_beside_the_rationals_on_their_outside(one: Fraction, other: Fraction) -> None:
    lower, upper = sorted([one, other])
    data = {"interval": quantity(Interval(lower, upper)), "name": "1/2", "points": [{"upper": quantity(upper)}, "x"]}
    assert dumps(data, floats=True) == json.dumps(data, separators=(",", ":"))
    found = floats_of(data) or {}
    assert set(found) <= {"interval", "points"}
    ends = found.get("interval", {}) if lower < upper else {}
    assert "lower" not in ends or lower - abs(lower) / 2**52 <= Fraction(ends["lower"]) <= lower
    assert "upper" not in ends or upper <= Fraction(ends["upper"]) <= upper + abs(upper) / 2**52
    assert ("points" in found) == (upper < 10**400)
    if "points" in found:
        assert found["points"] == [{"upper": float(upper)}, None]


def test_floats_are_written_where_they_are_asked_for() -> None:
    assert dumps({"a": [0.1, 10**5000]}, floats=True) == f'{{"a":[0.1,1{"0" * 5000}]}}'
    for value, allowed in ((0.1, False), (float("inf"), True), (float("nan"), True)):
        with pytest.raises(TypeError, match="expected text, integers"):
            dumps([value], floats=allowed)
    assert floats_of({"a": ["1/2", None, 3, True]}) is None


def test_what_only_prints_imports_no_figures() -> None:
    code = "import sys, certigap.report as r; print(sorted(m for m in sys.modules if 'figure' in m)); r.frontier_figure"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
