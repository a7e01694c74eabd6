"""`pytest --certigap DIR`: one item per certificate, judged by the checker, found by the game's hash."""

import json
from pathlib import Path

import pytest

import certigap as cg

pytest_plugins = ["pytester"]


@pytest.fixture
def certificates(pytester: pytest.Pytester) -> Path:
    folder = pytester.mkdir("certs")
    for name in ("lemma1", "algorithm1"):
        cg.write_game(cg.games.load(name), folder / f"{name}.game.json")
        cg.certificate(cg.gaps(cg.games.load(name), cg.games.expert(name))).write(folder / f"{name}.cert.json")
    return folder


def test_valid_certificates_pass(pytester: pytest.Pytester, certificates: Path) -> None:
    result = pytester.runpytest_subprocess("--certigap", str(certificates), "-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*lemma1*PASSED*"])


def test_worst_and_best_cases_are_judged(pytester: pytest.Pytester, certificates: Path) -> None:
    game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    for measure in ("bc", "rho", "mu"):
        answer = cg.worst_case(game, expert, "1/10", measure)
        cg.certificate(answer).write(certificates / f"{measure}.cert.json")
    for eps, name in (("1/10", "best"), ("2", "far")):
        cg.certificate(cg.best_case(game, eps)).write(certificates / f"{name}.cert.json")
    result = pytester.runpytest_subprocess("--certigap", str(certificates), "-p", "no:cacheprovider")
    result.assert_outcomes(passed=7)


def test_a_false_certificate_fails_with_the_reason(pytester: pytest.Pytester, certificates: Path) -> None:
    path = certificates / "lemma1.cert.json"
    data = json.loads(path.read_text())
    data["proof"]["values"]["1"]["exact"]["num"][0] += 1
    path.write_text(json.dumps(data))
    result = pytester.runpytest_subprocess("--certigap", str(certificates), "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*invalid: *fails at state*"])


def test_a_certificate_without_its_game_fails(pytester: pytest.Pytester, certificates: Path) -> None:
    (certificates / "lemma1.game.json").unlink()
    result = pytester.runpytest_subprocess("--certigap", str(certificates), "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*expected a *.game.json beside it*"])


def test_a_malformed_certificate_fails(pytester: pytest.Pytester, certificates: Path) -> None:
    (certificates / "lemma1.cert.json").write_text('{"format":')
    result = pytester.runpytest_subprocess("--certigap", str(certificates), "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*malformed: *"])


def test_a_missing_folder_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--certigap", "nowhere", "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--certigap: expected a folder, got nowhere*"])


def test_own_tests_run_beside_certificates(pytester: pytest.Pytester, certificates: Path) -> None:
    pytester.makepyfile("def test_own():\n    pass")
    result = pytester.runpytest_subprocess(".", "--certigap", str(certificates), "-p", "no:cacheprovider")
    result.assert_outcomes(passed=3)


def test_without_the_option_nothing_is_collected(pytester: pytest.Pytester, certificates: Path) -> None:
    result = pytester.runpytest_subprocess(str(certificates), "-p", "no:cacheprovider")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
