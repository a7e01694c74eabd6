"""Standard output is ours alone, byte for byte: real processes in a fresh state, since libraries greet but once.

HiGHS greets through C's standard output, which nothing inside the test process can read.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from certigap.commands import HOMES

COMMANDS = {
    "gap": "gap G L",
    "errors": "errors G --expert E --policy L",
    "certify-bc": "certify G --expert E --eps 1/20 --budget 1",
    "certify-rho": "certify G --expert E --eps 1/20 --measure rho --budget 1",
    "frontier": "frontier G --expert E --eps-max 1/5 --points 2 --measure mu --budget 1",
    "best-case": "best-case N --eps 1/10 --budget 1",
    "solve": "solve G -o solved.json",
    "solve-all": "solve N --all -o all",
    "games": "games list",
    "convert": "convert G -o copy.json",
    "certify": "certify G --expert E --policy L --budget 1 -o worst.cert.json",
    "concentrability": "concentrability G --expert E",
    "continuity": "continuity N --expert X --eps-max 1/2",
    "demo": "demo --eps 0",
    "dominance": "dominance N --expert X",
    "explain": "explain worst.cert.json --game G",
    "games-show": "games show lemma1",
    "games-export": "games export lemma1",
    "gap-certificate": "gap G L -o gap.cert.json",
    "parametric": "parametric G --discount g --ask gap --policy E",
    "report": "report gap.cert.json --game G -o page.html",
    "show": "show gap.cert.json",
    "sweep": "sweep N --eps 1/20 --out swept --expert X",
    "verify": "verify G gap.cert.json",
    "prove": "prove lemma-1",
    "warm": "warm",
}
LIBRARY = {
    "programs": "print(cg.nash_gap(game, policy, method='lp'))",
    "worst_case": "print(cg.worst_case(game, expert, '1/20', 'mu', budget=1).interval.upper > 0)",
    "exact_lp": (
        "import numpy as np; from certigap.exact.lp.floats import FloatSolver; "
        "end = np.zeros(1); print(FloatSolver(np.array([[1]])).solve(end, (end, end + 1, end, end + 2)) is not None)"
    ),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stdout")
    for game in ("lemma1", "algorithm1"):
        _output(folder, "-m", "certigap", "games", "export", game)
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_all_that_a_command_prints(files: Path, name: str) -> None:
    names = {"N": "algorithm1.game.json", "X": "algorithm1.expert.json"} | {
        role[0].upper(): f"lemma1.{role}.json" for role in ROLES
    }
    words = [names.get(word, word) for word in COMMANDS[name].split()]
    output = _output(files, "-m", "certigap", *words, "--json")
    assert isinstance(json.loads(output, parse_constant=pytest.fail), list if name == "prove" else dict)
    assert output[:1] + output[-2:] == (b"[]\n" if name == "prove" else b"{}\n")
    assert _output(files, "-m", "json.tool", "-", given=output)


def test_every_command_is_asked() -> None:
    assert set(HOMES) == {words.split()[0] for words in COMMANDS.values()}


@pytest.mark.parametrize("name", LIBRARY)
def test_the_library_prints_nothing(files: Path, name: str) -> None:
    """As in a notebook, whose cells show what reaches the process's standard output."""
    code = (
        "import certigap as cg; game = cg.games.load('lemma1'); expert = cg.games.expert('lemma1'); "
        f"policy = cg.games.learner('lemma1'); {LIBRARY[name]}"
    )
    assert _output(files, "-c", code).count(b"\n") == 1


def test_what_is_silenced_is_there() -> None:
    """HiGHS greets a process that does not silence it: the tests above can fail."""
    assert b"HiGHS" in _output(Path(), "-c", "import highspy; highspy.Highs()")


ROLES = ("game", "expert", "learner")


def _output(folder: Path, *arguments: str, given: bytes | None = None) -> bytes:
    place = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | place,
        input=given,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
