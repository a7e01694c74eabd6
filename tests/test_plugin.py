"""`pytest --certigap DIR`: one item per certificate, judged by the checker, found by the game's hash."""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

import certigap as cg

pytest_plugins = ["pytester"]

_BEFORE = (cg.worst_case, cg.best_case, cg.gaps, cg.certificate)
"""Imported before pytester takes note of the modules: it drops later ones, and NumPy cannot be loaded twice."""


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


@pytest.mark.parametrize("place", [".", "tests"])
def test_addopts_never_drop_own_tests(pytester: pytest.Pytester, certificates: Path, place: str) -> None:
    """A failing suite stays failing, from the root folder and from below."""
    pytester.makeini("[pytest]\naddopts = --certigap certs -p no:cacheprovider")
    pytester.mkdir("tests").joinpath("test_own.py").write_text("def test_own():\n    raise ValueError")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(pytester.path / place)
        pytester.runpytest_subprocess().assert_outcomes(passed=2, failed=1)
        pytester.runpytest_subprocess(str(pytester.path / "tests/test_own.py")).assert_outcomes(passed=2, failed=1)


def test_own_tests_of_testpaths_stay(pytester: pytest.Pytester, certificates: Path) -> None:
    pytester.makeini("[pytest]\naddopts = --certigap certs\ntestpaths = tests")
    pytester.mkdir("tests").joinpath("test_own.py").write_text("def test_own():\n    pass")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


def test_a_malformed_game_fails_its_own_certificates_only(pytester: pytest.Pytester, certificates: Path) -> None:
    (certificates / "algorithm1.game.json").write_text("{")
    result = pytester.runpytest_subprocess("--certigap", "certs", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*expected a *.game.json beside it*algorithm1.game.json: *"])


@pytest.mark.parametrize(
    ("required", "reason"),
    [
        ('assert = ["upper <= 1", "kind=worst-case"]\nmeasure = "bc"\neps = "1/20"\nexpert = "e.json"', None),
        ('assert = ["upper <= 1/1000"]', "*valid, but not what is required: upper <= 1/1000: nash_gap.upper is *"),
        ('eps = "1/5"', "*radius>=1/5: radius.upper is 1/10*|*radius>=1/5: radius.lower is 1/10*"),
        ('measure = "rho"', "*measure=rho: measure is bc*"),
        ('expert = "other.json"', "*other.json*|*expert*"),
        ('asserts = ["upper <= 1"]', "*expected only the keys *, got 'asserts'*"),
        ('assert = "upper <= 1"', "*assert: expected list, got 'upper <= 1'*"),
        ('assert = ["upper ~ 1"]', "*expected a condition such as *"),
        ("assert = [", "*expected a TOML file, got: *"),
    ],
)
def test_requirements_beside_a_certificate(pytester: pytest.Pytester, required: str, reason: str | None) -> None:
    game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    folder = pytester.mkdir("certs")
    cg.write_game(game, folder / "a.game.json")
    cg.write_policy(expert, folder / "e.json")
    cg.write_policy(cg.Policy.uniform(game), folder / "other.json")
    cg.certificate(cg.worst_case(game, expert, "1/10")).write(folder / "a.cert.json")
    (folder / "a.cert.toml").write_text(required)
    result = pytester.runpytest_subprocess("--certigap", "certs", "-p", "no:cacheprovider")
    if reason is None:
        result.assert_outcomes(passed=1)
        return
    result.assert_outcomes(failed=1)
    text = result.stdout.str()
    assert any(fnmatch(line, pattern) for line in text.splitlines() for pattern in reason.split("|"))
