"""The command line as a user meets it: output, JSON, exit codes, one-line errors."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

import certigap as cg
from certigap.cli import main
from certigap.exact.rational import parse_rational
from tests.helpers.command_line import fails, run_json

FRONTIER = ("frontier", "lemma1.game.json", "--expert", "lemma1.expert.json", "--eps-max")


def test_gap_of_lemma1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = run_json(capsys, "gap", "lemma1.game.json", "lemma1.learner.json")
    floats = answer.pop("floats")
    assert answer == {"nash_gap": "50/3", "nash_conv": "50/3", "player_gaps": {"1": "0", "2": "50/3"}}
    assert floats == {"nash_gap": 50 / 3, "nash_conv": 50 / 3, "player_gaps": {"1": 0, "2": 50 / 3}}


def test_errors_of_lemma1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ("--expert", "lemma1.expert.json", "--policy", "lemma1.learner.json")
    answer = run_json(capsys, "errors", "lemma1.game.json", *files)
    floats = answer.pop("floats")
    assert answer.pop("rows") == [
        {"player": "2", "state": s, "error": "2/3", "idle": False} for s in ("s0", "s1", "s2")
    ]
    assert (answer.pop("more_rows"), floats.pop("rows")) == (0, [{"error": 2 / 3}] * 3)
    assert answer == {"eps_bc": "2", "eps_mu": "0", "eps_rho": "2", "value_gap": "50/3"}
    assert floats == {"eps_bc": 2, "eps_mu": 0, "eps_rho": 2, "value_gap": 50 / 3}


@pytest.mark.parametrize("claim", ["nash-gap", "equilibrium", "policy-value"])
def test_gap_certificates_verify(folder: Path, capsys: pytest.CaptureFixture[str], claim: str) -> None:
    assert main(["gap", "lemma1.game.json", "lemma1.learner.json", "-o", "c.json", "--claim", claim]) == 0
    result = run_json(capsys, "verify", "lemma1.game.json", "c.json")["results"][0]
    assert (result["verdict"], result["claim"]["kind"]) == ("valid", claim)


def test_certify_and_verify(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ("lemma1.game.json", "--expert", "lemma1.expert.json", "--eps", "1/20", "--budget", "3", "-o", "w.json")
    answer = run_json(capsys, "certify", *files)
    about = {"eps", "measure", "witness", "witness_player", "floats", "at_zero"}
    assert set(answer) == {"lower", "upper", "bounds", "why", "expert_regret", "complete"} | about
    named = {"trivial", "dse", "delta", "value_form", "concentrability", "region", "occupancy", "modes", "vertices"}
    assert set(answer["bounds"]) == named
    expert = ("--expert", "lemma1.expert.json")
    upper = answer["upper"]
    verified = run_json(capsys, "verify", "lemma1.game.json", "w.json", *expert, "--assert", f"upper<={upper}")
    assert verified["results"][0]["claim"]["nash_gap"] == {"lower": answer["lower"], "upper": upper}
    refused = run_json(capsys, "verify", "lemma1.game.json", "w.json", "--assert", f"upper<{upper}", code=1)
    assert refused["results"][0]["failed_assertions"]


def test_exit_codes_of_verify(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gap", "lemma1.game.json", "lemma1.learner.json", "-o", "good.json"]) == 0
    data = json.loads(Path("good.json").read_text())
    data["claim"]["nash_gap"]["upper"] = data["claim"]["nash_gap"]["lower"] = "47/3"
    Path("false.json").write_text(json.dumps(data))
    Path("short.json").write_text(Path("good.json").read_text()[:-40])
    for names, code in (
        (["good"], 0),
        (["false"], 1),
        (["short"], 2),
        (["good", "short"], 2),
        (["short", "false", "good"], 1),
    ):
        assert main(["verify", "lemma1.game.json", *(f"{name}.json" for name in names)]) == code
    assert "invalid: false.json" in capsys.readouterr().out


def test_verify_says_what_a_verdict_rests_on(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["gap", "lemma1.game.json", "lemma1.learner.json", "-o", "c.json"])
    capsys.readouterr()
    rules = run_json(capsys, "verify", "lemma1.game.json", "c.json", "--rules")["results"][0]["rules"]
    assert list(rules) == ["checker", "limits", "reading", "rules", "game", "kernel", "values", "judge"]
    assert main(["verify", "lemma1.game.json", "c.json", "--rules"]) == 0
    assert f"\n  rests on {sum(rules.values())} lines: checker {rules['checker']}, " in capsys.readouterr().out


def test_verify_against_another_expert(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = ("--expert", "lemma1.expert.json", "--policy", "lemma1.learner.json")
    assert main(["errors", "lemma1.game.json", *files, "-o", "e.json"]) == 0
    assert main(["verify", "lemma1.game.json", "e.json", *files]) == 0
    assert main(["verify", "lemma1.game.json", "e.json", "--expert", "lemma1.learner.json"]) == 1
    assert main(["verify", "lemma1.game.json", "e.json", "--expert", "none.json"]) == 2


def test_show_does_not_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gap", "lemma1.game.json", "lemma1.learner.json", "-o", "c.json"]) == 0
    capsys.readouterr()
    assert main(["show", "c.json"]) == 0
    shown = capsys.readouterr().out
    assert "nash-gap" in shown
    assert "not checked" in shown


def test_long_numbers_become_intervals_unless_exact(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    assert main(["games", "export", "tag"]) == 0
    arguments = ("gap", "tag.game.json", "tag.learner.json", "--arithmetic", "exact")
    short = run_json(capsys, *arguments)["nash_gap"]
    long = run_json(capsys, *arguments, "--exact")["nash_gap"]
    assert isinstance(long, str)
    assert len(long) > 4300
    lower, upper, exact = (parse_rational(text) for text in (short["lower"], short["upper"], long))
    assert lower <= exact <= upper
    assert upper - lower < exact * 10**-9


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("gap", "none.json", "lemma1.learner.json"), "none.json"),
        (("gap", "lemma1.learner.json", "lemma1.learner.json"), "certigap-game"),
        (("gap", "lemma1.game.json", "lemma1.game.json"), "certigap-policy"),
        (("gap", ".", "lemma1.learner.json"), "directory"),
        (("certify", "lemma1.game.json", "--expert", "lemma1.expert.json", "--eps", "0.1e"), "--eps"),
        (("certify", "lemma1.game.json", "--expert", "lemma1.expert.json", "--eps", "-1"), "eps"),
        (("certify", "lemma1.game.json", "--expert", "lemma1.expert.json", "--eps", "1", "--measure", "tv"), "measure"),
        (("certify", "lemma1.game.json", "--expert", "lemma1.expert.json", "--eps", "1", "--ratio", "1"), "ratio"),
        (("certify", "lemma1.game.json", "--expert", "lemma1.expert.json", "--eps", "1", "--ratio", "1e"), "--ratio"),
        (("best-case", "lemma1.game.json", "--eps", "1/10"), "expected a bimatrix game"),
        (("best-case", "lemma1.game.json", "--eps", "ten"), "--eps"),
        ((*FRONTIER, "-1"), "eps"),
        ((*FRONTIER, "1/0"), "--eps-max"),
        ((*FRONTIER, "1", "--measure", "tv"), "measure"),
        ((*FRONTIER, "1", "-o", "curves.txt"), "ends in .png, .pdf, .svg"),
        ((*FRONTIER, "1", "-o", "no/such/folder/f.png"), "no/such/folder"),
        (("gap", "lemma1.game.json", "lemma1.learner.json", "-o", "no/such/folder/c.json"), "no/such/folder"),
        (("games", "show", "chess"), "chess"),
        (("games", "show", "lemma1", "--set", "discount=1"), "discount"),
        (("games", "show", "lemma1", "--set", "speed=1"), "speed"),
        (("verify", "lemma1.game.json", "lemma1.game.json", "--assert", "upper~1"), "assertion"),
        (("show", "lemma1.game.json"), "certigap-certificate"),
    ],
)
def test_errors_are_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: str
) -> None:
    assert expected in fails(capsys, *arguments)


def test_usage_errors_exit_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    certify = ["certify", "g.json", "--expert", "e.json", "--eps", "1", "--budget", "0"]
    for arguments in ([], ["fly"], ["gap"], certify, [*FRONTIER, "1", "--points", "0"], ["best-case", "g.json"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2


def test_demo_prints_the_main_job(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["demo", "-o", str(tmp_path / "kept")]) == 0
    shown = capsys.readouterr().out
    assert "valid: tag.cert.json" in shown
    assert "invalid: tag.tampered.cert.json" in shown
    assert {path.name for path in (tmp_path / "kept").iterdir()} >= {"tag.game.json", "tag.cert.json"}


def test_import_and_help_are_light() -> None:
    """What makes them quick: none of the heavy libraries is loaded (times are in tests/benchmarks)."""
    code = (
        "import sys, certigap, certigap.cli\n"
        "try: certigap.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'scipy', 'flint', 'cvxpy', 'numba', 'sympy', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_public_name_exists() -> None:
    assert all(getattr(cg, name) is not None for name in cg.__all__)


def test_interrupted_writing_leaves_the_old_file(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("c.json").write_text("old")
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert main(["gap", "lemma1.game.json", "lemma1.learner.json", "-o", "c.json"]) == 3
    assert Path("c.json").read_text() == "old"
    assert sorted(path.name for path in folder.iterdir() if "tmp" in path.name) == []


def test_budget_is_kept(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    files = ("lemma1.game.json", "--expert", "lemma1.expert.json", "--eps", "1/2", "--budget", "0.001")
    answer = run_json(capsys, "certify", *files)
    assert answer["complete"] is False
    assert time.monotonic() - began < 30
