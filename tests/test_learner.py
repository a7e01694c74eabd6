"""The learner's own question on the command line, numbers as people write them, and answers that can be seen."""

from fractions import Fraction
from pathlib import Path

import pytest

import certigap as cg
from certigap.cli import main
from certigap.exact.interval import Interval
from certigap.exact.rational import typed_rational
from certigap.questions.explain import gap_shares
from tests.helpers.command_line import fails, run_json


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Prisoner's dilemma: both defect; the imitator cooperates with probability 1/20, an error of 1/10."""
    game = cg.bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]], actions=[["C", "D"]] * 2)
    cg.write_game(game, tmp_path / "g.json")
    cg.write_policy(cg.Policy.from_rows(game, [[0, 1]] * 2), tmp_path / "e.json")
    cg.write_policy(cg.Policy.from_rows(game, [["1/20", "19/20"]] * 2), tmp_path / "p.json")
    return tmp_path


def words(folder: Path, *more: str) -> list[str]:
    return ["certify", str(folder / "g.json"), "--expert", str(folder / "e.json"), *more]


def test_the_radius_is_the_imitators_own_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run_json(capsys, *words(folder, "--policy", str(folder / "p.json")))
    assert (answer["eps"], answer["measure"]) == ("1/10", "bc")
    # gap of C with probability p against C with probability q: p (q/10 + 9 (1 - q)/10), p = q = 1/20
    assert answer["policy"] == {"eps": "1/10", "nash_gap": str(Fraction(1, 20) * Fraction(86, 100))}
    assert answer["upper"] == "9/200"  # W(1/10): the opponent defects
    assert answer["witness"][answer["witness_player"]] == {"C": "1/20", "D": "19/20"}


def test_both_gaps_and_the_witness_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    witness = folder / "w.json"
    assert main(words(folder, "--policy", str(folder / "p.json"), "--witness", str(witness))) == 0
    text = capsys.readouterr().out
    assert "the policy's own NashGap  43/1000" in text
    assert "C 1/20, D 19/20  expert: D 1  error 0.1" in text
    game = cg.read_game(folder / "g.json")
    assert cg.nash_gap(game, cg.read_policy(witness, game)).value == Fraction(9, 200)


def test_eps_or_policy_and_files_that_differ(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for more in ([], ["--eps", "1", "--policy", str(folder / "p.json")]):
        with pytest.raises(SystemExit) as stopped:
            main(words(folder, *more))
        assert stopped.value.code == 2
        assert capsys.readouterr().err.count("\n") == 1
    same = str(folder / "x.json")
    assert "other than that of -o" in fails(capsys, *words(folder, "--eps", "1", "-o", same, "--witness", same))


@pytest.mark.parametrize("text", ["5/100", "5%", ".05", "0.05", "1/20", "+1/20", "0.050", "10/2%", "5e-2", "0.5E-1"])
def test_numbers_as_people_write_them(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed_rational(text) == Fraction(1, 20)
    assert run_json(capsys, *words(folder, "--eps", text))["eps"] == "1/20"


@pytest.mark.parametrize(
    "text", ["", ".", "%", "1/0", "1/00", "1//2", "0x1", "1 /2", "nan", "1_0", "٣", "1/-2", "5e", "e-2", "5e-2000"]
)
def test_what_is_no_number(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "certigap: --eps: expected a" in fails(capsys, *words(folder, "--eps", text))


@pytest.mark.parametrize("text", ["-1/20", "-.05", "-5%", "-1"])
def test_a_negative_radius_is_refused_as_one(text: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fails(capsys, *words(folder, "--eps", text)).startswith("certigap: eps: expected a rational >= 0, got -1")


def test_a_float_is_told_what_to_write_instead() -> None:
    game = cg.bimatrix([[1, 0], [0, 1]])
    with pytest.raises(TypeError, match=r'got the float 0.05: write "0.05" or "1/20";') as caught:
        cg.worst_case(game, cg.Policy.uniform(game), 0.05)  # type: ignore[arg-type]
    assert isinstance(caught.value, cg.CertigapError)
    with pytest.raises(TypeError, match=r"got the float nan; floats"):
        cg.worst_case(game, cg.Policy.uniform(game), float("nan"))  # type: ignore[arg-type]


def test_solve_shows_its_policies(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solve = ["solve", str(folder / "g.json"), "-o", str(folder / "x.json")]
    assert run_json(capsys, *solve)["policy"] == {"1": {"D": "1"}, "2": {"D": "1"}}
    assert main(solve) == 0
    assert "player 2  D 1" in capsys.readouterr().out
    solve = ["solve", str(folder / "g.json"), "--all", "-o", str(folder / "all")]
    assert run_json(capsys, *solve)["equilibria"] == [{"1": {"D": "1"}, "2": {"D": "1"}}]
    assert main(solve) == 0
    assert "equilibrium 1\nplayer 1  D 1" in capsys.readouterr().out


def test_intervals_compare_only_for_certain() -> None:
    one = Interval(Fraction(1), Fraction(3))
    assert (one.width, float(one)) == (2, 2.0)
    assert one <= 3
    assert one < Interval(Fraction(7, 2), None)
    assert one > 0
    assert one >= 1
    assert not any((one < 2, one > 2, one <= 2, one >= 2))
    assert not one < Interval(None, Fraction(9))
    with pytest.raises(ValueError, match="expected an interval with two known ends"):
        float(Interval(None, Fraction(3)))


def test_shares_of_the_gap_add_up_and_rank_states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    answer = cg.worst_case(game, expert, "1/20", budget=2)
    shares = answer.explain()
    assert sum(share.gap_share for share in shares) == pytest.approx(1)
    assert [s.gap_share for s in shares] == sorted((s.gap_share for s in shares), reverse=True)
    cg.write_game(game, tmp_path / "l.game.json")
    cg.certificate(answer).write(tmp_path / "l.cert.json")
    found = run_json(capsys, "explain", str(tmp_path / "l.cert.json"))
    assert [s["state"] for s in found["states"]] == [s.state for s in shares]
    (tmp_path / "l.game.json").unlink()
    assert "expected a *.game.json beside it" in fails(capsys, "explain", str(tmp_path / "l.cert.json"))
    cg.certificate(cg.gaps(game, expert)).write(tmp_path / "g.cert.json")
    assert "expected a worst case with a witness" in fails(capsys, "explain", str(tmp_path / "g.cert.json"))


def test_shares_by_hand() -> None:
    """s0 leads to s1, which stays; a mistake costs 1 at s0 and 3 at s1, each half of the discounted time."""
    game = cg.markov_game(
        players=["1"],
        states=["s0", "s1"],
        actions={"s0": [["good", "bad"]], "s1": [["good", "bad"]]},
        outcome=lambda state, joint: ([(joint[0] == "good") * (1 if state == "s0" else 3)], {"s1": 1}),
        discount="1/2",
        initial={"s0": 1},
    )
    shares = gap_shares(cg.Policy.pure(game, {"1": "bad"}), 0)
    assert [(s.state, s.gap_share, s.visits) for s in shares] == [("s1", 0.75, 0.5), ("s0", 0.25, 0.5)]
    assert gap_shares(cg.Policy.pure(game), 0) == ()
