"""`python -O` removes asserts, and must remove neither the tests nor the checker's checks."""

import subprocess
import sys
from pathlib import Path

from tests.helpers.checker.harness import CHECKER, HERE


def test_a_failing_assert_fails_when_optimised(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text("def test_wrong():\n    assert 1 == 2\n")
    line = [
        sys.executable,
        "-O",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        str(tmp_path),
    ]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout


def test_verdicts_do_not_depend_on_optimisation() -> None:
    game = HERE / "games" / "coin.json"
    paths = [
        str(HERE / name)
        for name in ("accept/coin.tree.json", "reject/coin.leaf-limit.json", "malformed/coin.version.json")
    ]
    answers = []
    for flags in ([], ["-O"], ["-OO"]):
        line = [sys.executable, *flags, "-I", "-S", str(CHECKER), "--json", str(game), *paths]
        answers.append(subprocess.run(line, capture_output=True, text=True, check=False).stdout)
    assert answers[0] == answers[1] == answers[2]
    assert [word in answers[0] for word in ('"valid"', '"invalid"', '"malformed"')] == [True] * 3
