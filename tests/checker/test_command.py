"""The command: exit codes, several certificates, `--expert` and `--policy`, `--json`, files that cannot be read."""

import json
import shlex
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from tests.helpers.checker.harness import CHECKER, HERE, command, load, outcome, source
from tests.helpers.checker.mutants import Mutant, mutated

GAME = HERE / "games" / "coin.json"
VALID = HERE / "accept" / "coin.gap-exact.json"
ERRORS = HERE / "accept" / "coin.errors-exact.json"
REGION = HERE / "accept" / "coin.region.json"
INVALID = HERE / "reject" / "coin.equilibrium-free.json"
MALFORMED = HERE / "malformed" / "coin.truncated.json"
OUTPUTS = (">&-", "> /dev/full", ">&- 2>&-", "> /dev/full 2>&-", "> /dev/full 2> /dev/full", "< /dev/null >&-")
EXPERT, LEARNER = (HERE / "games" / f"coin.{role}.json" for role in ("expert", "learner"))


@pytest.mark.parametrize(
    ("certificates", "code"),
    [
        ([VALID], 0),
        ([INVALID], 1),
        ([MALFORMED], 2),
        ([VALID, VALID, ERRORS], 0),
        ([VALID, INVALID], 1),
        ([INVALID, VALID], 1),
        ([VALID, MALFORMED], 2),
        ([MALFORMED, VALID], 2),
        ([MALFORMED, INVALID], 1),
        ([INVALID, MALFORMED, VALID], 1),
    ],
)
def test_exit_code_and_one_line_a_certificate(certificates: list[Path], code: int) -> None:
    done = command(GAME, *certificates)
    assert done.returncode == code
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(certificates)
    words = {VALID: "valid", ERRORS: "valid", INVALID: "invalid", MALFORMED: "malformed"}
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [words[path] for path in certificates]


def test_json_is_one_object() -> None:
    done = command("--json", GAME, VALID, INVALID, MALFORMED)
    found = json.loads(done.stdout)
    assert done.stdout.count("\n") == 1
    assert (done.returncode, found["exit_code"]) == (1, 1)
    assert [result["verdict"] for result in found["results"]] == ["valid", "invalid", "malformed"]
    first = found["results"][0]
    assert first["claim"] == json.loads(VALID.read_text())["claim"]
    assert first["certificate"] == str(VALID)
    assert "nash_gap = " in first["statement"]
    assert all("reason" in result and "claim" not in result for result in found["results"][1:])


@pytest.mark.parametrize(
    ("options", "certificate", "code"),
    [
        (["--policy", LEARNER], VALID, 0),
        (["--policy", EXPERT], VALID, 1),
        (["--expert", EXPERT], VALID, 1),
        (["--expert", EXPERT, "--policy", LEARNER], ERRORS, 0),
        (["--expert", LEARNER, "--policy", LEARNER], ERRORS, 1),
        (["--expert", EXPERT, "--policy", EXPERT], ERRORS, 1),
        (["--expert", LEARNER, "--policy", EXPERT], ERRORS, 1),
        (["--expert", EXPERT], REGION, 0),
        (["--expert", LEARNER], REGION, 1),
        (["--policy", EXPERT], REGION, 1),
    ],
)
def test_the_policies_of_the_claim(options: list[object], certificate: Path, code: int) -> None:
    assert command(*options, GAME, certificate).returncode == code


@pytest.mark.parametrize(
    ("mutant", "option", "certificate"),
    [
        (
            Mutant(
                "role",
                "        if role not in policies:\n",
                "        if role not in policies:\n            continue\n        if False:\n",
                "",
            ),
            "--expert",
            VALID,
        ),
        (Mutant("rows", "        if policies[role] != rows:\n", "        if False:\n", ""), "--policy", VALID),
        (Mutant("center", '"expert" if role == "center" else role', "role", ""), "--expert", REGION),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_mutants_of_the_equality(mutant: Mutant, option: str, certificate: Path) -> None:
    changed = load(mutated(source(), mutant))
    assert outcome(load(), GAME, certificate, option, str(EXPERT)) != outcome(
        changed, GAME, certificate, option, str(EXPERT)
    )


@pytest.mark.parametrize("options", [[], ["--json"]])
@pytest.mark.parametrize("output", OUTPUTS)
def test_the_exit_code_does_not_depend_on_where_the_output_goes(output: str, options: list[str]) -> None:
    """Closed, full, or both: the verdict's exit code, and a line on standard error where there is one."""
    for certificate, code in ((VALID, 0), (INVALID, 1), (MALFORMED, 2)):
        words = [sys.executable, "-I", "-S", str(CHECKER), *options, str(GAME), str(certificate)]
        line = f"{shlex.join(words)} {output}"
        done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
        assert done.returncode == code, line
        assert done.stdout == ""
        assert done.stderr.count("\n") == (0 if "2>" in output else 1), done.stderr
        assert done.stderr.startswith("" if "2>" in output else "checker.py: the verdict was not written: ")


def test_a_reader_that_goes_away() -> None:
    words = [sys.executable, "-I", "-S", str(CHECKER), "--json", str(GAME), *[str(REGION)] * 300]
    line = f"{{ {shlex.join(words)}; echo $? >&2; }} | true"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] == "0"
    assert "Traceback" not in done.stderr


def test_another_game() -> None:
    done = command(HERE / "games" / "slack.json", VALID)
    assert done.returncode == 1
    assert "another game" in done.stdout


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_files_that_cannot_be_read(missing: int, tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "none.json"):
        paths = [EXPERT, GAME, REGION]
        paths[missing] = wrong
        done = command("--expert", *paths)
        assert done.returncode == 2
        assert done.stdout.startswith(f"malformed: {wrong}: cannot be read: ")
        assert done.stderr == ""


@pytest.mark.parametrize("arguments", [[], ["game.json"], ["--no-such", "a", "b"], ["--expert"]])
def test_bad_usage(arguments: list[str]) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "bytes.json"
    path.write_bytes(VALID.read_bytes().replace(b"claim", b"cl\xffim", 1))
    done = command(GAME, path)
    assert done.returncode == 2
    assert "expected UTF-8" in done.stdout


def test_names_that_no_terminal_shows(tmp_path: Path) -> None:
    """Players named in another script, on a terminal that knows ASCII only: one line, and no traceback."""
    text = GAME.read_text().replace('"players": ["1", "2"]', '"players": ["\\u7532", "2"]')
    game, certificate = (
        tmp_path / "game.json",
        tmp_path / "\ud8ff.json".encode("utf-8", "surrogatepass").decode("latin-1"),
    )
    game.write_text(text)
    module = load()
    sys.set_int_max_str_digits(0)
    digest = module.Game(module.read_json(str(game))).digest
    data = json.loads(VALID.read_text()) | {"game": digest}
    renamed = json.dumps(data).replace('"1": {"s0"', '"\\u7532": {"s0"').replace('"1": {"', '"\\u7532": {"')
    certificate.write_text(renamed)
    line = [sys.executable, "-X", "utf8=0", "-I", "-S", str(CHECKER), str(game), str(certificate)]
    done = subprocess.run(line, capture_output=True, check=False, env={"LC_ALL": "POSIX"})
    assert done.stderr == b""
    assert done.returncode == 0, done.stdout
    assert done.stdout.count(b"\n") == 1


def test_long_and_deep_files_end_quickly(tmp_path: Path) -> None:
    """Each of these once took minutes, or ended in a traceback; the harness gives up after a minute."""
    keys = ",".join(f'"{k}":1' for k in range(100_000))
    texts = {
        "keys": "{" + keys + ',"99999":1}',
        "deep": "[" * 100_000,
        "deep-objects": '{"a":' * 100_000,
        "digits": '{"version":' + "9" * 1_000_000 + "}",
        "digits-text": '{"format":"' + "9" * 1_000_000 + '"}',
    }
    for name, text in texts.items():
        path = tmp_path / f"{name}.json"
        path.write_text(text)
        for pair in ((GAME, path), (path, VALID)):
            done = command(*pair)
            assert (done.returncode, done.stderr) == (2, ""), name
            assert len(done.stdout) < 600


@pytest.mark.parametrize("players", [100, 101, 2000])
def test_many_players(players: int, tmp_path: Path) -> None:
    """One action each; the kernel nests one call a player, so there is a limit, and no traceback."""
    names = [f"p{k}" for k in range(players)]
    rest = {"players": names, "actions": [["a"]] * players, "payoffs": [["0"] * players]}
    game, certificate = tmp_path / "game.json", tmp_path / "certificate.json"
    game.write_text(json.dumps({"format": "certigap-game", "version": 1, **rest}))
    module = load()
    digest = module.Game(module.read_json(str(game))).digest if players <= 100 else "0"
    claim = {"kind": "policy-value", "policy": {name: {"a": "1"} for name in names}, "values": {"p0": {"upper": "0"}}}
    proof = {"values": {"p0": {"exact": {"den": "1", "num": [0]}}}}
    file = {"format": "certigap-certificate", "version": 1, "game": digest, "claim": claim, "proof": proof, "end": True}
    certificate.write_text(json.dumps(file))
    done = command(game, certificate)
    assert (done.returncode, done.stderr) == (0 if players <= 100 else 2, "")


def test_messages_show_numbers_in_the_right_size() -> None:
    """Six digits and an exponent; near powers of ten an estimate of the exponent goes wrong most easily."""
    module = load()
    for x in [
        Fraction(2**13302 * (2**60), 2**61 - 1),
        Fraction(10) ** 40 - 1,
        Fraction(1, 10**40 + 1),
        Fraction(10) ** 30,
    ]:
        for value in (x, -x):
            below, above = (shown(module.show(value, side)) for side in (module.LOWER, module.UPPER))
            assert below <= value <= above
            assert above - below <= abs(value) / 10**4


def shown(text: str) -> Fraction:
    digits, _, power = text.removeprefix("about ").partition("e")
    return Fraction(digits) * Fraction(10) ** int(power or 0)
