"""`certigap certify --measure`, `best-case`, `frontier`: output, JSON, certificates, the line on a terminal."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

import certigap as cg
from certigap.cli import main
from certigap.commands.output import progress_line
from certigap.exact.rational import parse_rational
from tests.helpers.command_line import run_json


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[str, str]]:
    """Files of a game of the catalog in the working folder: the game's, the expert's."""
    monkeypatch.chdir(tmp_path)

    def files(name: str) -> tuple[str, str]:
        assert main(["games", "export", name]) == 0
        return f"{name}.game.json", f"{name}.expert.json"

    return files


Export = Callable[[str], tuple[str, str]]


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_certify_over_the_other_balls(export: Export, capsys: pytest.CaptureFixture[str], measure: str) -> None:
    game, expert = export("lemma1")
    asked = ("certify", game, "--expert", expert, "--eps", "1/20", "--measure", measure, "--budget", "5")
    asked = (*asked, "-o", "w.json")
    answer = run_json(capsys, *asked)
    result = run_json(capsys, "verify", game, "w.json", "--expert", expert)["results"][0]
    assert (result["verdict"], result["claim"]["measure"]) == ("valid", measure)
    assert result["claim"]["nash_gap"] == {"lower": answer["lower"], "upper": answer["upper"]}
    assert main(list(asked)) == 0
    shown = capsys.readouterr().out
    assert f"worst NashGap with eps_{measure} <= 1/20" in shown
    assert "  bound: trivial" in shown


def test_ratio_is_where_certify_stops(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    game, expert = export("lemma1")
    ratios = []
    for ratio in ("2", "3/2"):
        answer = run_json(capsys, "certify", game, "--expert", expert, "--eps", "1/20", "--ratio", ratio)
        assert answer["complete"]
        ratios.append(parse_rational(answer["upper"]) / parse_rational(answer["lower"]))
    assert ratios[1] < Fraction(3, 2) < ratios[0] < 2


def test_one_state_is_certified_exactly(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    game, expert = export("rock-paper-scissors")
    answer = run_json(capsys, "certify", game, "--expert", expert, "--eps", "1/10", "-o", "w.json")
    assert answer["lower"] == answer["upper"] == answer["bounds"]["vertices"]
    expected = f"upper=={answer['upper']}"
    assert main(["verify", game, "w.json", "--expert", expert, "--assert", expected]) == 0


def test_best_case_of_algorithm_1(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    game, _ = export("algorithm1")
    answer = run_json(capsys, "best-case", game, "--eps", "1/10", "-o", "b.json")
    lower, upper = parse_rational(answer["lower"]), parse_rational(answer["upper"])
    assert Fraction(222, 10_000) < lower < upper < Fraction(223, 10_000)
    assert (answer["infinite"], answer["equilibria"], answer["complete"]) == (False, 1, True)
    tighter = run_json(capsys, "best-case", game, "--eps", "1/10", "--tolerance", "1/100000")
    assert parse_rational(tighter["upper"]) - parse_rational(tighter["lower"]) < (upper - lower) / 5
    result = run_json(capsys, "verify", game, "b.json", "--assert", "lower>=111/5000")["results"][0]
    assert (result["verdict"], result["claim"]["kind"]) == ("valid", "best-case")
    assert main(["verify", game, "b.json", "--assert", "lower>=223/10001"]) == 1
    assert main(["best-case", game, "--eps", "1/10"]) == 0
    assert main(["show", "b.json"]) == 0
    shown = capsys.readouterr().out
    assert "least NashGap at distance 1/10" in shown
    assert "kind      best-case" in shown


def test_best_case_that_does_not_exist_is_infinite(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    game, _ = export("matching-pennies")
    answer = run_json(capsys, "best-case", game, "--eps", "7/4", "-o", "b.json")
    assert (answer["lower"], answer["upper"], answer["infinite"]) == (None, None, True)
    result = run_json(capsys, "verify", game, "b.json", "--assert", "lower>=1000")["results"][0]
    assert (result["verdict"], result["claim"]["nash_gap"]) == ("valid", "infinity")
    refused = run_json(capsys, "verify", game, "b.json", "--assert", "upper<=1000", code=1)["results"][0]
    assert refused["failed_assertions"] == ["upper<=1000: nash_gap.upper is infinity"]
    assert main(["best-case", game, "--eps", "7/4"]) == 0
    assert main(["show", "b.json"]) == 0
    shown = capsys.readouterr().out
    assert "infinity: nothing is that far" in shown
    assert "nash_gap  >= infinity" in shown


@pytest.mark.parametrize("measure", ["bc", "rho"])
def test_frontier_draws_a_table_and_a_picture(export: Export, capsys: pytest.CaptureFixture[str], measure: str) -> None:
    game, expert = export("lemma1")
    asked = ("frontier", game, "--expert", expert, "--eps-max", "2/5", "--points", "2", "--budget", "4")
    asked = (*asked, "--measure", measure)
    capsys.readouterr()
    assert main([*asked, "-o", "f.png"]) == 0
    shown = capsys.readouterr()
    assert re.search(r"^1/5 +[0-9.]+ +[0-9.]+ +\w+", shown.out, re.MULTILINE)
    assert shown.err == "wrote f.png\n"
    assert Path("f.png").read_bytes().startswith(b"\x89PNG")
    answer = run_json(capsys, *asked)
    assert [point["eps"] for point in answer["points"]] == ["1/5", "2/5"]
    assert (answer["measure"], answer["expert_regret"]) == (measure, "0")
    ends = [parse_rational(point[side]) for side in ("lower", "upper") for point in answer["points"]]
    assert ends[0] <= ends[1] <= ends[3]
    assert ends[0] <= ends[2] <= ends[3]


def test_the_progress_line_is_for_terminals(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with progress_line("the worst NashGap") as tell:
        assert tell is None
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it as a terminal
    with progress_line("the worst NashGap") as tell:
        assert tell is not None
        tell(Fraction(1, 20), 0.25, 0.5)
        tell(Fraction(1, 20), 0.25, 0.375)
    shown = capsys.readouterr().err
    assert "the worst NashGap 1/20: about 0.25 to 0.5, not yet proved" in shown
    assert "0.375" not in shown


def test_dominance_of_one_state(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    game, expert = export("algorithm1")
    answer = run_json(capsys, "dominance", game, "--expert", expert, "-o", "d.json")
    assert answer["dominant"] == {"1": "proven", "2": "proven"}
    assert answer["kappa"] == {"1": "0", "2": "0"}
    assert answer["dominated"] == {"1": {"C": "strict"}, "2": {"C": "strict"}}
    assert answer["elimination"]["remaining"] == {"1": ["D"], "2": ["D"]}
    result = run_json(capsys, "verify", game, "d.json", "--expert", expert)["results"][0]
    assert (result["verdict"], result["claim"]["kind"]) == ("valid", "dominance")
    assert main(["dominance", game, "--elimination", "weak", "--pure"]) == 0
    shown = capsys.readouterr().out
    assert "best strategy of player 1 dominant" in shown
    assert "dominated by D: strict" in shown
    assert "left after 2 steps of weak elimination, in the order of --json" in shown


def test_dominance_of_several_states(export: Export, capsys: pytest.CaptureFixture[str]) -> None:
    game, expert = export("sharpness")
    assert run_json(capsys, "dominance", game, "--expert", expert)["dominant"] == {"1": "proven", "2": "proven"}
    assert main(["dominance", game]) == 2
    assert "expected --expert" in capsys.readouterr().err


def test_continuity_prints_steps_and_writes_a_certificate_or_a_picture(
    export: Export, capsys: pytest.CaptureFixture[str]
) -> None:
    game, expert = export("algorithm1")
    asked = ("continuity", game, "--expert", expert, "--eps-max", "1/2")
    answer = run_json(capsys, *asked, "-o", "c.json")
    assert answer["delta_sel"]["1"] == [{"from": "0", "lower": "0", "upper": "0"}]
    assert (answer["consistent"], answer["complete"], answer["kappa"]) == (True, True, {"1": "0", "2": "0"})
    result = run_json(capsys, "verify", game, "c.json", "--expert", expert)["results"][0]
    assert (result["verdict"], result["claim"]["radius"]) == ("valid", "1/2")
    assert main([*asked, "-o", "c.png"]) == 0
    assert Path("c.png").read_bytes().startswith(b"\x89PNG")
    assert "delta_sel of player 1  eps >= 0" in capsys.readouterr().out
    assert main(["continuity", game, "--expert", expert, "--eps-max", "3"]) == 2
    assert "expected a rational in [0, 2]" in capsys.readouterr().err


def test_open_steps_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    coin = cg.bimatrix([[1, -1], [-1, 1]])
    game, expert = str(tmp_path / "game.json"), str(tmp_path / "expert.json")
    cg.write_game(coin, game)
    cg.write_policy(cg.Policy.from_rows(coin, [["1/2", "1/2"]] * 2), expert)
    answer = run_json(capsys, "continuity", game, "--expert", expert, "--eps-max", "1")
    assert answer["delta_sel"]["2"][1] == {"from": "0", "lower": "1", "upper": "1", "open": True}
    assert answer["consistent"] is False
    assert main(["continuity", game, "--expert", expert, "--eps-max", "1"]) == 0
    assert "eps > 0" in capsys.readouterr().out
