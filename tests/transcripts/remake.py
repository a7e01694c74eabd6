"""The main job on games that nobody here wrote: `python -m tests.transcripts.remake [NAME..]` writes one each.

Every transcript shows the commands as a user types them, what they print, and the wall-clock seconds of each.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
GAMBIT = {
    "poker": "books/myerson1991/fig2_1",
    "myerson-4.2": "books/myerson1991/fig4_2",
    "commitment": "journals/geb/bagwell1995",
    "job-market": "books/watson2013/fig29_1",
    "irrational": "journals/ijgt/nau2004/sec4",
}
OPENSPIEL = {"tic_tac_toe": "tic_tac_toe", "goofspiel": "goofspiel(num_cards=4)", "markov_soccer": "markov_soccer"}


def commands(name: str) -> list[list[str]]:
    """The main job: get the game, solve, certify, verify."""
    game, expert, eps = f"{name}.game.json", f"{name}.expert.json", "1/20"
    solve = ["solve", game, "-o", expert, "--certificate", f"{name}.equilibrium.cert.json"]
    if name == "algorithm1":
        return [command for game in ("algorithm1", "algorithm1-lowered") for command in best_case(game)]
    if name == "tag":
        source = ["games", "export", "tag"]
        solve += ["--temperature", "1/10"]
    elif name in OPENSPIEL:
        source, eps = ["convert", f"openspiel:{OPENSPIEL[name]}", "--discount", "9/10", "-o", game], "1/1000"
    else:
        source = ["convert", f"gambit:{GAMBIT[name]}", "-o", game]
    certificates = [f"{name}.cert.json", f"{name}.equilibrium.cert.json"]
    certify = ["certify", game, "--expert", expert, "--eps", eps, "-o", certificates[0]]
    others = [[*certify[:5], other] for other in ("1/100", "1/5") if name == "tag"]
    return [source, solve, certify, ["verify", game, *certificates, "--expert", expert], *others]


def best_case(name: str) -> list[list[str]]:
    """The least NashGap at distance 1/10 of an equilibrium."""
    game, path = f"{name}.game.json", f"{name}.best.cert.json"
    return [
        ["games", "export", name],
        ["best-case", game, "--eps", "1/10", "-o", path],
        ["verify", game, path],
    ]


def transcript(name: str) -> str:
    """What a user sees."""
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for command in commands(name):
            began = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-m", "certigap", *command],
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            words = " ".join(f"'{word}'" if "(" in word else word for word in command)
            seconds = time.perf_counter() - began
            lines += [f"$ certigap {words}", done.stdout.rstrip(), f"[exit {done.returncode}, {seconds:.1f} s]", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ["tag", "algorithm1", *OPENSPIEL, *GAMBIT]:
        (HERE / f"{chosen}.txt").write_text(transcript(chosen))
        print(f"wrote {chosen}.txt")
