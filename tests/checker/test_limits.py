"""Bounds of the work that a small file may ask for: what is beyond them is malformed, and no list is cut short."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.checker.harness import HERE, command, load, outcome, source
from tests.helpers.checker.mutants import Mutant, mutated

CASES = (  # constant, what a true certificate needs of it, the certificate
    ("MAX_SYSTEMS", 6, "dilemma.best"),  # binomial(4, 2)
    ("MAX_SYSTEMS", 4, "alone.best"),  # binomial(4, 1)
    ("MAX_VERTICES", 6, "mixed.bc-vertices"),  # for each receiver one of two donors
    ("MAX_NODES", 8, "dilemma.bc-search"),  # two players, deviations and receivers: no node is divided
)
RAISED = 'raise Malformed(f"{proof.where}: expected a ball of at most {MAX_VERTICES} vertices")'
MUTANTS = (
    (Mutant("vertices-cut", RAISED, "return found", ""), CASES[2]),
    (Mutant("vertices-unbounded", "if len(found) == MAX_VERTICES:", "if False:", ""), CASES[2]),
    (Mutant("nodes-unbounded", "        next(self.steps)\n", "", ""), CASES[3]),
    (Mutant("systems-unbounded", "game.sizes[0][0]) > MAX_SYSTEMS:", "game.sizes[0][0]) < 0:", ""), CASES[0]),
    (Mutant("systems-of-one", "math.comb(sum(game.sizes[0]), game.sizes[0][0])", "game.sizes[0][0]", ""), CASES[0]),
)


def limited(constant: str, number: int, case: str, text: str | None = None) -> str:
    """The verdict of a checker with another limit."""
    module = load(text)
    setattr(module, constant, number)
    return outcome(module, HERE / "games" / f"{case.split('.')[0]}.json", HERE / "accept" / f"{case}.json")


@pytest.mark.parametrize(("constant", "need", "case"), CASES)
def test_work_up_to_the_limit_is_done(constant: str, need: int, case: str) -> None:
    assert limited(constant, need, case) == "valid"
    assert limited(constant, need - 1, case) == "malformed"


@pytest.mark.parametrize(("mutant", "row"), MUTANTS, ids=lambda value: getattr(value, "name", None))
def test_a_mutant_goes_on(mutant: Mutant, row: tuple[str, int, str]) -> None:
    constant, need, case = row
    assert limited(constant, need - 1, case, mutated(source(), mutant)) == "valid"


def crowd(folder: Path, size: int) -> tuple[Path, Any]:
    """One player with many actions against one with a single one; a uniform expert; `folder` takes the game."""
    names = [f"a{k}" for k in range(size)]
    payoffs = [[str(k % 3), "0"] for k in range(size)]
    game = {"format": "certigap-game", "version": 1, "players": ["1", "2"], "actions": [names, ["b"]]}
    path = folder / "game.json"
    path.write_text(json.dumps(game | {"payoffs": payoffs}))
    module = load()
    uniform = {"1": {name: str(Fraction(1, size)) for name in names}, "2": {"b": "1"}}
    claim = {"kind": "worst-case", "measure": "bc", "expert": uniform, "radius": "1", "nash_gap": {"upper": "2"}}
    head = {"format": "certigap-certificate", "version": 1, "game": module.Game(module.read_json(str(path))).digest}
    return path, head | {"claim": claim, "end": True}


def test_a_ball_of_too_many_vertices(tmp_path: Path) -> None:
    """15 uniform actions, half of the mass moved: 15 binomial(14, 7) 7 = 360,360 vertices, unless they are left out."""
    game, data = crowd(tmp_path, 15)
    found = []
    for listed in ("2", "1"):
        proof = {"theorem": {"name": "vertices", "proof": {"1": "1", "2": listed}}}
        path = tmp_path / f"{listed}.json"
        path.write_text(json.dumps(data | {"proof": proof}))
        found.append(command(game, path))
    assert [(done.returncode, done.stderr) for done in found] == [(2, ""), (0, "")]
    assert f"{tmp_path / '2.json'}: /proof/theorem/proof: expected a ball of at most 200000 vertices" in found[0].stdout
    assert found[0].stdout.count("\n") == 1
