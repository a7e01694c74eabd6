"""Upper ends never fall and lower ends never fall as eps grows: with what was found, or certified, before."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.bounds.balls import ErrorBall
from certigap.bounds.table import BoundsTable
from certigap.certificates.known import read_known
from certigap.cli import main
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.questions.worst_case.known import Known, sharpened
from certigap.questions.worst_case.occupancy import OccupancyBalls
from certigap.questions.worst_case.off_path import has_off_path, with_zero
from certigap.questions.worst_case.question import worst_case
from tests.helpers.random_games import games_with_experts

RADII = [Fraction(1, 20), Fraction(1, 5), Fraction(1)]
MEASURES = ["bc", "rho", "mu"]
BELOW = {
    "bc": {"dse", "delta", "value_form", "concentrability", "region", "modes", "vertices"},
    "rho": {"dse", "modes", "occupancy", "region"},
    "mu": {"occupancy", "region"},
}
"""Bounds that are below the trivial one somewhere."""


def without_boxes(_: OccupancyBalls, __: ErrorBall, table: BoundsTable, *___: Any) -> tuple[BoundsTable, bool]:
    return table, True


def worlds() -> list[tuple[cg.Game, cg.Policy]]:
    named = [(cg.games.load(name), cg.games.expert(name)) for name in ("algorithm1", "lemma1", "theorem2-printed")]
    return [*named, *games_with_experts(2, 3), *games_with_experts(1, 0, states=6)]


def accepted(game: cg.Game, answer: Any, folder: Path) -> str:
    cg.certificate(answer).write(folder / "c.json")
    return cg.verify(game, folder / "c.json", expert=answer.expert)[0].verdict


@pytest.mark.parametrize("measure", MEASURES)
def test_every_bound_of_a_larger_ball_proves_a_smaller_one(
    measure: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The evidence of every named bound, in a certificate of a fifth of the radius, which the checker accepts."""
    if measure != "bc":  # boxes that close the interval leave the others untried
        monkeypatch.setattr(OccupancyBalls, "_boxed", without_boxes)
    tried = set()
    for game, expert in worlds():
        large = cg.worst_case(game, expert, "1/4", measure, budget=2 if measure == "bc" else None)
        small = cg.worst_case(game, expert, "1/20", measure, budget=0)
        trivial = BoundsTable.of(small.table.bounds["trivial"])
        ends = Interval(small.interval.lower, trivial.upper)
        small = replace(small, table=trivial, interval=ends, upper_name="trivial")
        for name, bound in large.table.bounds.items():
            told = sharpened(small, [Known(expert, large.measure, large.radius, bound, None)])
            if bound.value is None or bound.value >= trivial.upper:
                assert told == small
                continue
            assert (told.interval.upper, told.upper_name) == (bound.value, name)
            assert accepted(game, told, tmp_path) == "valid", name
            tried.add(name)
            smaller = replace(large, radius=Fraction(1, 20))  # the other way round nothing is known
            assert sharpened(replace(small, radius=Fraction(1, 4)), [Known.of(smaller)]).interval.upper == trivial.upper
    assert tried >= BELOW[measure]


@pytest.mark.parametrize("measure", MEASURES)
def test_answers_that_are_told_the_others_are_monotone(measure: str, tmp_path: Path) -> None:
    """Whatever the budgets: the worse ones come first, or last."""
    for game, expert in worlds()[1:3]:
        for budgets in ((0, 1, 0), (1, 0, 1)):
            found: list[Any] = []
            for radius, budget in zip(RADII, budgets, strict=True):
                found.append(cg.worst_case(game, expert, radius, measure, budget=budget, known=found))
            again = [cg.worst_case(game, expert, radius, measure, budget=0, known=found) for radius in reversed(RADII)][
                ::-1
            ]
            for one, two in pairwise(again):
                assert one.interval.lower <= two.interval.lower
                assert one.interval.upper <= two.interval.upper
            for first, second in zip(found, again, strict=True):
                assert first.interval.lower <= second.interval.lower <= second.interval.upper <= first.interval.upper
            assert [accepted(game, one, tmp_path) for one in again] == ["valid"] * 3


def test_without_being_told_they_are_not() -> None:
    """The tests above can fail: with no time for a small ball, a larger one's bound is below its own."""
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    small, large = cg.worst_case(game, expert, "1/20", budget=0), cg.worst_case(game, expert, "1/18", budget=3)
    assert small.interval.upper > large.interval.upper
    assert cg.worst_case(game, expert, "1/20", budget=0, known=[large]).interval.upper <= large.interval.upper


def test_points_of_a_frontier_prove_what_they_say(tmp_path: Path) -> None:
    for (game, expert), measure in product(worlds()[1:3], ("bc", "rho")):
        before = cg.worst_case(game, expert, "2/5", measure, budget=2)
        answer = cg.frontier(game, expert, ["1/20", "1/10", "1/5"], measure=measure, budget=0.5, known=[before])
        for one, two in pairwise(answer.points):
            assert one.interval.lower <= two.interval.lower
            assert one.interval.upper <= two.interval.upper <= before.interval.upper
        for point in answer.points:
            assert point.answer.interval.upper == point.interval.upper
            assert accepted(game, point.answer, tmp_path) == "valid"


def test_certificates_are_known_once_they_are_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["games", "export", "lemma1"]) == 0
    words = ["certify", "lemma1.game.json", "--expert", "lemma1.expert.json", "--json"]
    assert main([*words, "--eps", "1/5", "--budget", "3", "-o", "large.json"]) == 0
    assert main([*words, "--eps", "1/100", "--budget", "3", "-o", "small.json"]) == 0
    capsys.readouterr()
    known = ["--known", "large.json", "--known", "small.json"]
    assert main([*words, "--eps", "1/10", "--budget", "0.01", *known, "-o", "c.json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    claims = [json.loads(Path(name).read_text())["claim"]["nash_gap"] for name in ("small.json", "large.json")]
    assert Fraction(claims[0]["lower"]) <= Fraction(answer["lower"])
    assert Fraction(answer["upper"]) <= Fraction(claims[1]["upper"])
    assert main(["verify", "lemma1.game.json", "c.json", "large.json", "small.json"]) == 0
    assert (
        main(["frontier", *words[1:], "--eps-max", "1/10", "--points", "2", "--budget", "0.1", "--known", "large.json"])
        == 0
    )
    capsys.readouterr()
    bent = json.loads(Path("large.json").read_text())
    bent["claim"]["nash_gap"]["upper"] = bent["claim"]["nash_gap"]["lower"]
    Path("bent.json").write_text(json.dumps(bent))
    assert main(["gap", "lemma1.game.json", "lemma1.learner.json", "-o", "gap.json"]) == 0
    capsys.readouterr()
    for name, message in (
        ("bent.json", "known: expected a valid certificate, got invalid: bent.json"),
        ("gap.json", "gap.json: expected the certificate of a worst case, got another file"),
        ("lemma1.game.json", "lemma1.game.json: expected the certificate of a worst case, got another file"),
    ):
        assert main([*words, "--eps", "1/10", "--known", name]) == 2
        said = capsys.readouterr()
        assert message in said.err
        assert said.err.count("\n") == 1
    assert main([*words, "--eps", "1/10", "--measure", "rho", "--known", "large.json"]) == 2
    assert "known: expected the same expert and the measure rho" in capsys.readouterr().err


def test_what_is_no_answer_is_refused() -> None:
    game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    answer = cg.worst_case(game, expert, "1/10")
    other = cg.Policy.uniform(game)
    assert read_known(game, expert, []) == []
    with pytest.raises(InputError, match="known: expected answers of worst_case, got int: 3"):
        cg.worst_case(game, expert, "1/10", known=[3])  # type: ignore[list-item]
    with pytest.raises(InputError, match="known: expected the same expert"):
        cg.worst_case(game, other, "1/10", known=[answer])


def test_no_error_at_all() -> None:
    """Off the expert's path: 9 of 10 in the game of the paper's Theorem 2; with a full support the expert's own gap."""
    game, expert = cg.games.load("theorem2-printed"), cg.games.expert("theorem2-printed")
    answer, zero = with_zero(cg.worst_case(game, expert, "1/100", budget=3), budget=3)
    assert zero.lower == 9
    assert zero.upper <= answer.interval.upper <= Fraction(901, 100)
    assert zero.lower <= answer.interval.lower
    assert has_off_path(expert, "bc")
    assert with_zero(answer, budget=0)[1].lower == 9  # the witness, put back on the expert's path, is enough
    lemma, learnt = cg.games.load("lemma1"), cg.games.expert("lemma1")
    assert [has_off_path(learnt, measure) for measure in MEASURES] == [False, False, True]
    assert with_zero(cg.worst_case(lemma, learnt, "1/100", budget=0))[1] == cg.expert_regret(lemma, learnt)
    assert with_zero(cg.worst_case(lemma, learnt, "1/100", "mu", budget=2))[1].lower == Fraction(50, 3)
    at_zero = cg.worst_case(lemma, learnt, 0)
    assert with_zero(at_zero) == (at_zero, at_zero.interval)


def test_certify_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["games", "export", "theorem2-printed"]) == 0
    words = ["certify", "theorem2-printed.game.json", "--expert", "theorem2-printed.expert.json", "--eps", "1/100"]
    capsys.readouterr()
    assert main([*words, "--budget", "3"]) == 0
    assert "\nworst NashGap at no error, off the expert's path  [9, 9.0" in capsys.readouterr().out
    assert main([*words, "--budget", "3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["at_zero"]["lower"] == "9"


def test_an_interrupt_ends_the_whole_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """During the answer, or what is asked beside it: what was proven is printed, nothing more is searched."""
    monkeypatch.chdir(tmp_path)
    assert main(["games", "export", "theorem2-printed"]) == 0
    words = ["certify", "theorem2-printed.game.json", "--expert", "theorem2-printed.expert.json", "--eps", "1/100"]
    words += ["--budget", "9", "--json", "-o", "c.json"]
    asked: list[float | None] = []

    def cut(answer: Any, budget: float | None = None) -> Any:
        asked.append(budget)
        raise KeyboardInterrupt

    def early(*given: Any, **options: Any) -> Any:
        return replace(whole(*given, **options | {"budget": 1}), complete=False)

    whole = worst_case
    monkeypatch.setattr("certigap.questions.worst_case.off_path.with_zero", cut)
    capsys.readouterr()
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["at_zero"] == {"lower": said["expert_regret"], "upper": said["upper"]}
    assert asked[0] is not None
    assert 1.7 < asked[0] < 9
    monkeypatch.setattr("certigap.questions.worst_case.question.worst_case", early)
    assert main(words) == 0
    assert asked[1] == 0
    assert main(["verify", "theorem2-printed.game.json", "c.json"]) == 0
