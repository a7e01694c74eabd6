"""A fresh machine, by processes with an empty cache of compiled code: tight answers, and nothing else on stdout."""

import contextlib
import io
import json
import os
import pty
import subprocess
import sys
import threading
from fractions import Fraction
from pathlib import Path

import pytest

from certigap.floats import compiled as home
from certigap.model.files.codec import write_game, write_policy
from tests.helpers.random_games import games_with_experts

COMMAND = [sys.executable, "-m", "certigap.cli"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A game of two states that needs boxes, and the policy that is imitated."""
    made = tmp_path_factory.mktemp("fresh")
    [(game, expert)] = games_with_experts(1, seed=3)
    write_game(game, made / "game.json")
    write_policy(expert, made / "expert.json")
    return made


def certified(folder: Path, stderr: int) -> Fraction:
    """upper / lower as `certify --budget 5` finds it; the cache of compiled code is the folder's."""
    files = [str(folder / "game.json"), "--expert", str(folder / "expert.json"), "--eps", "1/5"]
    done = subprocess.run(
        [*COMMAND, "certify", *files, "--budget", "5", "--exact", "--json"],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache")},
        stdout=subprocess.PIPE,
        stderr=stderr,
        check=True,
        timeout=120,
    )
    answer = json.loads(done.stdout)  # one object and nothing else
    assert "region" in answer["bounds"]
    return Fraction(answer["upper"]) / Fraction(answer["lower"])


def drain(terminal: int, shown: list[bytes]) -> None:
    """Read a terminal until nobody writes to it any more: its buffer is small, and the spinner would wait."""
    with contextlib.suppress(OSError):
        while seen := os.read(terminal, 4096):
            shown.append(seen)


def test_the_first_run_is_as_tight_as_the_second(folder: Path) -> None:
    """The first one, on a terminal, says that it compiles; the second has nothing to say."""
    terminal, end = pty.openpty()
    shown: list[bytes] = []
    reader = threading.Thread(target=drain, args=(terminal, shown))
    reader.start()
    first = certified(folder, end)
    os.close(end)
    reader.join()
    os.close(terminal)
    assert b"".join(shown).count(b"compiling, once") == 1
    read, write = os.pipe()
    second = certified(folder, write)
    os.close(write)
    assert os.read(read, 65536) == b""
    os.close(read)
    assert first <= Fraction(1005, 1000)
    assert second <= Fraction(1005, 1000)


def test_who_is_no_terminal_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(home, "_TOLD", [])
    for stream, lines in ((io.StringIO(), 0), (Terminal(), 1)):
        monkeypatch.setattr(sys, "stderr", stream)
        home._notice()
        home._notice()
        assert len(stream.getvalue().splitlines()) == lines


@pytest.mark.slow
def test_the_demo_on_a_fresh_machine(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([*COMMAND, "demo", "--json"], env=environment, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert done.stderr == ""
    assert [result["verdict"] for result in answer["results"]] == ["valid", "invalid"]
    assert answer["complete"]


@pytest.mark.slow
def test_warm_makes_everything_and_then_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    seconds = []
    for _ in range(2):
        done = subprocess.run([*COMMAND, "warm", "--json"], env=environment, capture_output=True, text=True, check=True)
        seconds.append(json.loads(done.stdout)["compiled"])
    assert seconds[0].keys() >= {"sweeps.iterate", "node.pair_bound", "node.linear_bound"}
    assert None not in seconds[0].values()
    assert set(seconds[1].values()) == {None}
