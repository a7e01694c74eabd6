"""What answers show in a notebook: a line, at most a screen, a table with the right numbers, a picture, a DataFrame."""

import dataclasses
import random
import re
from collections.abc import Iterator
from fractions import Fraction
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

import certigap as cg
from certigap.certificates.sweeps.sweep import sweep
from certigap.exact.brief import SCREEN
from certigap.exact.interval import Interval
from certigap.exact.rounding import decimal_down, decimal_up
from certigap.model.finite import FinitePolicy, finite_horizon
from certigap.model.shown import Sheet, Shown
from certigap.questions.finite.worst_case import finite_worst_case
from certigap.semantics.finite import finite_gaps
from certigap.semantics.finite_errors import finite_errors
from certigap.solve.finite import solve_finite
from tests.helpers.random_games import games_with_experts
from tests.helpers.strategies import random_markov_game, random_policy


def questions() -> dict[str, Any]:
    """Every answer of the package, on small games."""
    table = cg.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]], actions=[["C", "D"], ["C", "D"]])
    expert = cg.Policy.pure(table, {"1": "D", "2": "D"})
    even = cg.Policy.uniform(table)
    markov, own = cg.games.load("lemma1"), cg.games.expert("lemma1")
    grim = cg.free_discount(markov, "g")
    dated = finite_horizon(table, 3)
    early, late = (FinitePolicy.repeated(dated, cg.Policy(dated.stage, one.rows)) for one in (expert, even))
    return {
        "gaps": cg.gaps(table, even),
        "errors": cg.matching_errors(table, expert, even),
        "best_response": cg.best_response(table, even, 0),
        "solve": cg.solve_game(markov),
        "equilibria": cg.equilibria(cg.bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])),
        "worst_case": cg.worst_case(table, expert, "1/10"),
        "frontier": cg.frontier(table, expert, ["1/10", "1/5", "2/5"]),
        "best_case": cg.best_case(table, "1/10"),
        "continuity": cg.continuity(table, even, "1/2"),
        "straying": cg.straying(markov, own, "1/100", budget=2),
        "straying_curve": cg.straying_curve(markov, own, "1/50", points=2, budget=2),
        "concentrability": cg.concentrability(markov, own),
        "dominance": cg.dominance(table, expert),
        "markov_dominance": cg.markov_dominance(markov, own, budget=5),
        "regularised_gaps": cg.regularised_gaps(table, even, "1/10"),
        "regularised_delta": cg.regularised_delta(table, even, "1/2", "1/10"),
        "region_bound": cg.region_bound(expert, "1/5"),
        "theorem": cg.theorem_instance(table, expert, "dse", "1/10"),
        "finite_gaps": finite_gaps(dated, late),
        "finite_errors": finite_errors(dated, early, late),
        "finite_worst_case": finite_worst_case(dated, early, "1/10", budget=2),
        "finite_solve": solve_finite(dated),
        "parametric_gap": cg.parametric_gap(grim, own),
        "parametric_set": cg.parametric_equilibrium(grim, own),
    }


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return questions()


NAMES = [
    "gaps", "errors", "best_response", "solve", "equilibria", "worst_case", "frontier", "best_case", "continuity",
    "straying", "straying_curve", "concentrability", "dominance", "markov_dominance", "regularised_gaps",
    "regularised_delta", "region_bound", "theorem", "parametric_gap", "parametric_set", "finite_gaps", "finite_errors",
    "finite_worst_case", "finite_solve",
]  # fmt: skip


def text(cell: Any) -> str:
    """What a table must show of a short number, computed apart."""
    if isinstance(cell, Interval) and not cell.is_exact:
        lower, upper = (float(x) for x in (decimal_down(cell.lower, 6), decimal_up(cell.upper, 6)))
        return f"[{lower:.6g}, {upper:.6g}]"
    if isinstance(cell, str):
        return cell
    value = cell.value if isinstance(cell, Interval) else cell
    return "" if value is None else str(value) if len(str(value)) <= 12 else f"~ {float(value):.6g}"


@pytest.mark.parametrize("name", NAMES)
def test_lines_and_tables_have_the_numbers(name: str, answers: dict[str, Any]) -> None:
    answer = answers[name]
    assert isinstance(answer, Shown)
    line, sheet = repr(answer), answer.sheet()
    assert re.fullmatch(r"<\w+ .*>", line)
    assert len(line) <= SCREEN
    assert re.search(r"\d", line)
    html = answer._repr_html_()
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    cells = [[unescape(cell) for cell in re.findall(r"<t[hd]>(.*?)</t[hd]>", row)] for row in rows]
    assert cells[0] == list(sheet.columns)
    assert len(cells) == 1 + min(40, len(sheet.rows)) > 1
    for shown, row in zip(cells[1:], sheet.rows, strict=False):
        assert [one for one in shown if len(one) < 40] == [one for one in map(text, row) if len(one) < 40]


@pytest.mark.parametrize("name", NAMES)
def test_pictures_and_frames(name: str, answers: dict[str, Any], tmp_path: Path) -> None:
    answer, path = answers[name], tmp_path / "picture.png"
    figure = answer.plot(str(path))
    assert isinstance(figure, Figure)
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    pytest.importorskip("pandas")
    frame, sheet = answer.to_frame(), answer.sheet()
    assert len(frame) == len(sheet.rows)
    for k, column in enumerate(sheet.columns):
        cells = [row[k] for row in sheet.rows]
        if any(isinstance(cell, Interval) for cell in cells):
            known = [cell if isinstance(cell, Interval) else Interval.point(cell) for cell in cells if cell is not None]
            ends = zip(frame[f"{column} lower"].dropna(), frame[f"{column} upper"].dropna(), known, strict=True)
            assert all(Fraction(low) <= cell.lower <= cell.upper <= Fraction(high) for low, high, cell in ends)
        else:
            assert list(frame[column]) == [float(c) if isinstance(c, Fraction) else c for c in cells]


def test_pictures_show_the_numbers(answers: dict[str, Any]) -> None:
    """Bars at the ends of the interval, curves at the radii, shades of the equilibria."""
    interval = answers["worst_case"].interval
    drawn = {tuple(line.get_xdata()) for line in answers["worst_case"].plot().axes[0].lines}
    assert (float(interval.lower), float(interval.upper)) in drawn
    curves = [line.get_xydata().tolist() for line in answers["frontier"].plot().axes[0].lines]
    assert [[float(p.radius), float(p.interval.upper)] for p in answers["frontier"].points] in curves
    first = answers["equilibria"].plot().axes[0].images[0].get_array()
    assert first.tolist() == [[1, 0], [0, 1], [pytest.approx(2 / 3), pytest.approx(1 / 3)]]


def test_curves_where_the_first_column_holds_numbers() -> None:
    class Line(Shown):
        def _line(self) -> str:
            return "<Line>"

        def sheet(self) -> Sheet:
            rows = [(Fraction(1, 2), Interval(Fraction(0), Fraction(1)), None), (1, Interval.point(3), 2)]
            return Sheet(("x", "y", "z"), rows)

    axes = Line().plot().axes[0]
    assert axes.get_xlabel() == "x"
    assert [line.get_xydata().tolist() for line in axes.lines] == [[[0.5, 1], [1, 3]], [[0.5, 0], [1, 3]], [[1, 2]]]


def test_a_frame_holds_numbers_beyond_floats_and_needs_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    class Huge(Shown):
        def _line(self) -> str:
            return "<Huge>"

        def sheet(self) -> Sheet:
            return Sheet(("x", "y"), [("a", Interval(Fraction(10**400), Fraction(10**401))), ("b", None)])

    pytest.importorskip("pandas")
    frame = Huge().to_frame()
    assert frame["y lower"][0] == 1.7976931348623157e308
    assert frame["y upper"][0] == float("inf")
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(cg.InputError, match="expected pandas to be installed"):
        Huge().to_frame()


def reached(value: Any, seen: set[int]) -> Iterator[Any]:
    """Every object of the package that hangs on an answer."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if type(value).__module__.startswith("certigap") and not isinstance(value, type):
        yield value
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from reached(getattr(value, field.name), seen)
    elif isinstance(value, dict):
        for item in value.values():
            yield from reached(item, seen)
    elif isinstance(value, list | tuple):
        for item in value[:300]:
            yield from reached(item, seen)


def many_states() -> list[Any]:
    """Answers with long numbers, and with some hundred states of long names."""
    rng = random.Random(0)
    game = random_markov_game(rng, 2, 60, 3, "99/100")
    game = dataclasses.replace(game, name="x" * 900, states=tuple(f"{'state ' * 30}{s}" for s in range(60)))
    expert, policy = random_policy(rng, game), random_policy(rng, game)
    exact, radius = "exact", Fraction(3**300 + 1, 3**305)
    small, own = next(iter(games_with_experts(1, 1)))
    return [
        cg.gaps(game, policy, exact), cg.matching_errors(game, expert, policy, exact),
        cg.best_response(game, policy, 0, arithmetic=exact), cg.worst_case(game, expert, radius, budget=0),
        cg.worst_case(game, expert, radius, "rho", budget=0), cg.frontier(small, own, [radius, "1/5"], budget=1),
        cg.concentrability(game, expert, budget=0.1), cg.region_bound(expert, "1/5"),
    ]  # fmt: skip


def test_no_line_is_longer_than_a_screen(answers: dict[str, Any]) -> None:
    """Of the answers, and of what hangs on them: an attribute is looked at next."""
    seen: set[int] = set()
    kinds = set()
    for answer in [*many_states(), *answers.values()]:
        for item in reached(answer, seen):
            assert len(repr(item)) <= SCREEN, type(item)
            kinds.add(type(item).__name__)
    assert {"Policy", "Game", "Interval", "Vector", "Bracket", "Distribution", "FrontierPoint"} <= kinds


def test_a_sweep_can_be_looked_at(tmp_path: Path) -> None:
    game = cg.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    cg.write_game(game, tmp_path / "pd.game.json")
    cg.write_policy(cg.Policy.pure(game, {"1": "2", "2": "2"}), tmp_path / "pd.expert.json")
    answer = sweep([tmp_path / "pd.game.json"], ["1/10", "1/5"], out=tmp_path / "out")
    frame = answer.to_frame()
    assert list(frame["eps"]) == ["1/10", "1/5"]
    uppers = [row.interval.upper for row in answer.rows]
    assert list(frame["NashGap upper"]) == pytest.approx([float(upper) for upper in uppers], rel=1e-15)
    assert all(Fraction(x) >= upper for x, upper in zip(frame["NashGap upper"], uppers, strict=True))
    assert "1/10" in answer._repr_html_()
    assert len(answer.plot().axes[0].lines) == 2
