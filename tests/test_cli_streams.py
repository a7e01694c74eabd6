"""What a command line owes its user around the answer: refused before the work, printed before the files, one line."""

import errno
import re
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import certigap as cg
from certigap.bounds.balls import Measure
from certigap.cli import main
from certigap.commands.answers import certify_text
from tests.helpers.command_line import fails, run_json

GAME, EXPERT, LEARNER = (f"lemma1.{kind}.json" for kind in ("game", "expert", "learner"))
WRITERS = {
    "best-case": ("best-case", GAME, "--eps", "1/10"),
    "certify": ("certify", GAME, "--expert", EXPERT, "--eps", "1/20"),
    "convert": ("convert", GAME),
    "errors": ("errors", GAME, "--expert", EXPERT, "--policy", LEARNER),
    "frontier": ("frontier", GAME, "--expert", EXPERT, "--eps-max", "1/5"),
    "gap": ("gap", GAME, LEARNER),
    "solve": ("solve", GAME),
}


@pytest.mark.parametrize("command", WRITERS)
@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ("", "expected a file, got an empty name"),
        ("kept", "expected a file, got the folder kept"),
        ("no/such/c.json", "expected a folder"),
        ("lemma1.expert.json/c.json", "Not a directory"),
        ("n" * 300, "File name too long"),
        (f"kept/../{GAME}", f"expected a file other than the inputs, got kept/../{GAME}"),
        ("link.json", "expected a file other than the inputs, got link.json"),
    ],
)
def test_outputs_are_refused_before_the_work(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str, output: str, expected: str
) -> None:
    Path("kept").mkdir()
    Path("link.json").symlink_to(GAME)
    Path(GAME).write_text("no game: the first to read it complains of it")
    error = fails(capsys, *WRITERS[command], "-o", output)
    assert error.startswith("certigap: -o")
    assert expected in error
    assert Path(GAME).read_text().startswith("no game")


def test_a_folder_without_leave_to_write_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # the superuser may write anywhere
    assert "expected a writable folder" in fails(capsys, *WRITERS["gap"], "-o", "c.json")
    assert "expected a writable folder" in fails(capsys, *WRITERS["solve"], "--all", "-o", "all")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-o", "e.json", "--certificate", "./e.json"), "--certificate: expected a file other than that of -o"),
        (("-o", "e.json", "--certificate", GAME), "--certificate: expected a file other than the inputs"),
        (("-o", "e.json", "--certificate", ""), "--certificate: expected a file, got an empty name"),
        (("-o", "", "--all"), "-o: expected a folder, got an empty name"),
    ],
)
def test_solve_keeps_its_files_apart(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: str
) -> None:
    assert expected in fails(capsys, *WRITERS["solve"], *arguments)
    assert not Path("e.json").exists()


def test_demo_refuses_a_file_for_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert GAME in fails(capsys, "demo", "-o", GAME)


@pytest.mark.parametrize("command", ["gap", "errors", "certify", "convert", "solve"])
def test_a_failure_to_write_costs_no_answer(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("certigap.model.files.atomic._replace", refuse)
    capsys.readouterr()
    ratio = ("--ratio", "2") if command == "certify" else ()
    assert main([*WRITERS[command], *ratio, "-o", "c.json"]) == 2
    captured = capsys.readouterr()
    assert captured.out.startswith("<Game lemma1")
    assert captured.err == "certigap: c.json: expected a writable file, got: No space left on device\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--seed", "-1"), "certigap certify: --seed: expected a whole number of at least 0, got -1"),
        (("--seed", "1e3"), "certigap certify: --seed: expected a whole number of at least 0, got 1e3"),
        (("--budget", "abc"), "certigap certify: --budget: expected seconds above 0, got abc"),
        (("--budget", "nan"), "certigap certify: --budget: expected seconds above 0, got nan"),
        (("--budget", "1\n2"), "certigap certify: --budget: expected seconds above 0, got 1 2"),
    ],
)
def test_usage_errors_are_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*WRITERS["certify"], *arguments])
    assert caught.value.code == 2
    assert capsys.readouterr().err == f"{message}\n"


def test_seed_0_is_a_seed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_json(capsys, *WRITERS["certify"], "--seed", "0", "--ratio", "2")["complete"]


@pytest.mark.parametrize("command", ["gap", "errors", "certify", "frontier"])
def test_exact_ends_in_the_text(folder: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    """Each end of the JSON stands in the text, digit by digit."""
    options = {
        "gap": ("--arithmetic", "enclosed"),
        "errors": ("--arithmetic", "enclosed"),
        "certify": ("--ratio", "2"),
        "frontier": ("--points", "1", "--budget", "2"),
    }[command]
    asked = (*WRITERS[command], *options, "--exact")
    capsys.readouterr()
    assert main(list(asked)) == 0
    numbers = set(re.findall(r"[0-9]+/[0-9]+", capsys.readouterr().out))
    answer = run_json(capsys, *asked)
    if command == "frontier":
        answer = answer["points"][0]
    ends = (
        [answer] if "upper" in answer else [end for end in answer.values() if isinstance(end, dict) and "upper" in end]
    )
    long = [end[side] for end in ends for side in ("lower", "upper") if "/" in end[side]]
    assert long
    assert command == "frontier" or numbers >= set(long)
    assert max(len(number) for number in numbers) > 20


def test_an_end_without_success_says_so() -> None:
    answer = cg.worst_case(cg.games.load("lemma1"), cg.games.expert("lemma1"), "1/20", ratio=2)
    open_end = "nothing it knows brings the ends closer at a fair rate"
    assert answer.complete
    assert certify_text(answer, Fraction(101, 100)).endswith(open_end)
    assert open_end not in certify_text(answer, Fraction(2))
    assert certify_text(replace(answer, measure=Measure.RHO), Fraction(101, 100)).endswith(
        " s: nothing it knows brings the ends closer at a fair rate"
    )
    cut = certify_text(replace(answer, complete=False), Fraction(101, 100))
    assert cut.endswith("stopped early: the interval is valid, not final")


def test_a_point_has_no_ratio(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["games", "export", "rock-paper-scissors"]) == 0
    files = ("rock-paper-scissors.game.json", "--expert", "rock-paper-scissors.expert.json")
    capsys.readouterr()
    assert main(["certify", *files, "--eps", "1/10"]) == 0
    shown = capsys.readouterr().out
    assert "eps_BC <= 1/10  43/400 ~ 0.1075\n" in shown
    assert "upper/lower" not in shown


def test_best_case_without_a_witness(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["games", "export", "rock-paper-scissors"]) == 0
    capsys.readouterr()
    assert main(["best-case", "rock-paper-scissors.game.json", "--eps", "1/10", "--budget", "0.00001"]) == 0
    assert "at least 0, no witness found" in capsys.readouterr().out


def test_demo_tells_the_two_numbers_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    shown, claimed = re.findall(r"by (?:about )?(\S+), claimed (?:about )?(\S+)", out)[0]
    assert Fraction(claimed) < Fraction(9995, 10_000) * Fraction(shown)


def _piped(arguments: str, reader: str) -> tuple[list[int], str]:
    """Exit codes of the command and of what reads it, and the command's stderr."""
    script = f"{sys.executable} -m certigap {arguments} | {reader} >/dev/null; echo ${{PIPESTATUS[@]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    return [int(code) for code in done.stdout.split()], done.stderr


@pytest.mark.parametrize("arguments", [f"gap {GAME} {LEARNER} -o c.json", "--help", "games --json"])
def test_a_reader_that_leaves_is_no_error(folder: Path, arguments: str) -> None:
    codes, errors = _piped(arguments, "true")
    assert codes == [0, 0]
    assert errors in ("", "wrote c.json\n")
    assert Path("c.json").exists() is arguments.startswith("gap")


def test_a_reader_that_leaves_does_not_change_the_verdict(folder: Path) -> None:
    assert main([*WRITERS["gap"], "-o", "c.json"]) == 0
    text = Path("c.json").read_text()
    Path("c.json").write_text(text.replace('"50/3"', '"47/3"'))
    assert Path("c.json").read_text() != text
    assert _piped(f"verify {GAME} c.json", "true") == ([1, 0], "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
@pytest.mark.parametrize("arguments", [["gap", GAME, LEARNER], ["gap", GAME, LEARNER, "--json"], ["--help"]])
def test_a_full_disk_is_one_line(folder: Path, arguments: list[str]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "certigap", *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (2, "certigap: standard output: No space left on device\n")
