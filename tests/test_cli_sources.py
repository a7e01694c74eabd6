"""`certigap solve` and `certigap convert`: experts and imported games, as files with certificates."""

import json
from pathlib import Path

import pytest

import certigap as cg
from certigap.cli import main

PENNIES = """NFG 1 R "pennies" { "row" "column" } { { "heads" "tails" } { "heads" "tails" } } ""

1 -1 -1 1 -1 1 1 -1
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_main_job_from_a_gambit_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("pennies.nfg").write_text(PENNIES)
    assert main(["convert", "pennies.nfg", "-o", "g.json"]) == 0
    assert main(["solve", "g.json", "-o", "e.json", "--certificate", "eq.json"]) == 0
    assert main(["certify", "g.json", "--expert", "e.json", "--eps", "1/10", "-o", "c.json"]) == 0
    capsys.readouterr()
    assert main(["verify", "g.json", "c.json", "eq.json", "--expert", "e.json"]) == 0
    assert capsys.readouterr().out.count("valid: ") == 2
    game = cg.read_game("g.json")
    half = [["1/2", "1/2"], ["1/2", "1/2"]]
    assert cg.read_policy("e.json", game) == cg.Policy.from_rows(game, half)


def test_every_equilibrium_in_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cg.write_game(cg.bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]]), "g.json")
    assert main(["solve", "g.json", "--all", "-o", "all", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["expert_regrets"] == ["0", "0", "0"]
    assert answer["complete"] is True
    certificates = sorted(str(path) for path in Path("all").glob("*.cert.json"))
    assert len(certificates) == 3
    assert main(["verify", "g.json", *certificates]) == 0


def test_solve_prints_the_certified_regret(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["games", "export", "theorem2"]) == 0
    capsys.readouterr()
    assert main(["solve", "theorem2.game.json", "-o", "e.json", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["expert_regret"] == "0"


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["solve", "none.json", "-o", "e.json"], 2, "none.json"),
        (["solve", "g.json", "-o", "e.json", "--method", "magic"], 2, "magic"),
        (["solve", "g.json", "-o", "e.json", "--temperature", "0.5e"], 2, "--temperature"),
        (["solve", "g.json", "-o", "g.json/all", "--all"], 2, "g.json/all"),
        (["solve", "g.json", "-o", "e", "--all", "--method", "pure"], 2, "--all"),
        (["convert", "none.nfg", "-o", "x.json"], 2, "none.nfg"),
        (["convert", "cut.nfg", "-o", "x.json"], 2, "cut.nfg"),
        (["convert", "game.txt", "-o", "x.json"], 2, "game.txt"),
        (["convert", "pennies.nfg", "-o", "no/such/x.json"], 2, "no/such/x.json"),
    ],
)
def test_faults_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, expected: str
) -> None:
    cg.write_game(cg.bimatrix([[1, -1], [-1, 1]]), "g.json")
    Path("pennies.nfg").write_text(PENNIES)
    Path("cut.nfg").write_text(PENNIES[:-20])
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert expected in captured.err
