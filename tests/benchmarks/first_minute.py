"""How long the first minute takes: `demo`, `certify`, `warm`, `import` and `--help`, first and second time.

    python -m tests.benchmarks.first_minute

Wall and CPU seconds (children included) of real processes; "first" has an empty cache of compiled code. Says how busy
the machine was, because wall times mean little on one that others use.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from certigap.model.files.codec import write_game, write_policy
from tests.helpers.random_games import games_with_experts

CERTIFY = "certify game.json --expert expert.json --eps 1/5 --budget 5 --json"


def timed(words: list[str], folder: Path, cache: Path) -> tuple[float, float, str]:
    """Wall and CPU seconds of a process and its stdout."""
    environment = os.environ | {"NUMBA_CACHE_DIR": str(cache)}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def ends(text: str) -> str:
    """The interval of a JSON answer."""
    answer = json.loads(text)
    lower, upper = ([float(x) for x in side.values()] if isinstance(side, dict) else _number(side) for side in (
        answer["lower"], answer["upper"]))  # fmt: skip
    return f"{lower} .. {upper}"


def _number(text: str) -> float:
    top, _, bottom = text.partition("/")
    return int(top) / int(bottom or 1)


def main() -> None:
    """Print one row a command."""
    rows = {
        "import certigap": ["-c", "import certigap"],
        "--help": ["-m", "certigap.cli", "--help"],
        "certify": ["-m", "certigap.cli", *CERTIFY.split()],
        "demo": ["-m", "certigap.cli", "demo", "--json"],
        "warm": ["-m", "certigap.cli", "warm"],
    }
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    for name, words in rows.items():
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            [(game, expert)] = games_with_experts(1, seed=3)
            write_game(game, folder / "game.json")
            write_policy(expert, folder / "expert.json")
            for turn in ("first", "second"):
                wall, cpu, shown = timed(words, folder, folder / "cache")
                told = ends(shown) if name in ("certify", "demo") else ""
                print(f"{name:<16}{turn:<8}wall {wall:6.2f} s  CPU {cpu:6.2f} s  {told}")
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
