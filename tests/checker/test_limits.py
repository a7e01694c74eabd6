"""Bounds of the work that a small file may ask for: beyond them nothing is said, and no list is cut short."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.checker.harness import HERE, command, load, outcome, source
from tests.helpers.checker.metered import METERED
from tests.helpers.checker.mutants import Mutant, mutated

CASES = (  # constant, what a true certificate needs of it, the certificate
    ("MAX_SYSTEMS", 6, "dilemma.best"),  # binomial(4, 2)
    ("MAX_SYSTEMS", 4, "alone.best"),  # binomial(4, 1)
    ("MAX_VERTICES", 6, "mixed.bc-vertices"),  # for each receiver one of two donors
    ("MAX_NODES", 8, "dilemma.bc-search"),  # two players, deviations and receivers: no node is divided
    ("MAX_SUPPORT", 2, "fall.continuity"),  # the first player mixes two rows
)
RAISED = 'raise Limit(f"{proof.where}: expected a ball of at most {MAX_VERTICES} vertices")'
MUTANTS = (
    (Mutant("support-unbounded", "    if len(around.support) > MAX_SUPPORT:\n", "    if False:\n", ""), CASES[-1]),
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
    assert limited(constant, need - 1, case) == "limit"


@pytest.mark.parametrize(("mutant", "row"), MUTANTS, ids=lambda value: getattr(value, "name", None))
def test_a_mutant_goes_on(mutant: Mutant, row: tuple[str, int, str]) -> None:
    constant, need, case = row
    assert limited(constant, need - 1, case, mutated(source(), mutant)) == "valid"


@pytest.mark.parametrize("case", METERED)
def test_a_check_ends_when_its_steps_are_spent(case: str) -> None:
    """With the steps that it needs a check is done, with one less it is not."""
    module, allowed = load(), 10**9

    def allow(game_bytes: int, certificate_bytes: int) -> None:
        module.METER.given = module.METER.left = allowed if certificate_bytes else 10**9

    module.METER.allow = allow
    game, path = HERE / "games" / f"{case.split('.')[0]}.json", HERE / "accept" / f"{case}.json"
    assert outcome(module, game, path) == "valid"
    allowed -= module.METER.left
    assert allowed > 20
    assert outcome(module, game, path) == "valid"
    allowed -= 1
    assert outcome(module, game, path) == "limit"


SPENT = (
    Mutant("steps-unbounded", "        if steps > self.left:\n", "        if False:\n", ""),
    Mutant("steps-free", "        self.left -= steps\n", "", ""),
)


@pytest.mark.parametrize("mutant", SPENT, ids=lambda mutant: mutant.name)
def test_a_meter_that_does_not_count(mutant: Mutant) -> None:
    found = []
    for text in (source(), mutated(source(), mutant)):
        meter = load(text).Meter()
        meter.left = 10
        try:
            for _ in range(3):
                meter.spend(4)
            found.append("valid")
        except Exception as error:
            found.append(type(error).__name__)
    assert found == ["Limit", "valid"]


def test_room_is_asked_before_numbers_are_made() -> None:
    module = load()
    module.hold(1 << 22, 256)
    for count, bits in ((1 << 22, 257), (1, 1 << 31)):
        with pytest.raises(module.Limit, match="room"):
            module.hold(count, bits)
    primes = [Fraction(1, 10**100 + k) for k in range(50)]
    assert module.common(primes, 1 << 16).bit_length() > 10_000
    with pytest.raises(module.Limit, match="room"):
        module.common(primes, 1 << 18)


def test_steps_and_room_are_named(tmp_path: Path) -> None:
    """Files that once took minutes and gigabytes: refused within seconds, with the limit's name and exit code 3."""
    actions = [[f"a{k}" for k in range(8)]] * 3
    names = ["1", "2", "3"]
    payoffs = [[str((k * k + i) % 7) for i in range(3)] for k in range(8**3)]
    game = {"format": "certigap-game", "version": 1, "players": names, "actions": actions, "payoffs": payoffs}
    rows = {player: {f"a{k}": "1/8" for k in range(8)} for player in names}
    claim = {"kind": "worst-case", "measure": "bc", "expert": rows, "radius": "1", "nash_gap": {"upper": "100"}}
    theorem = {"theorem": {"name": "vertices", "proof": dict.fromkeys(names, "3")}}
    long = {"den": "1" + "0" * 90_000, "num": [0] * 1_000}
    states = [
        {"name": f"s{s}", "actions": [["a"]], "outcomes": [{"rewards": ["0"], "next": {"s0": "1"}}]}
        for s in range(1_000)
    ]
    chain = {
        "format": "certigap-game",
        "version": 1,
        "players": ["1"],
        "discount": "1/2",
        "initial": {"s0": "1"},
        "states": states,
    }
    policy = {"1": {f"s{s}": {"a": "1"} for s in range(1_000)}}
    cover = {"vectors": [long | {"den": f"{10**90_000 + k}"} for k in range(4)], "tree": [{"leaf": [0, 1, 2, 3]}]}
    region = {"kind": "region-bound", "center": policy, "radii": {}, "nash_gap": {"upper": "100"}}
    module = load()
    for data, part, proof, name in (
        (game, claim, theorem, "steps: expected"),
        (chain, region, {"players": {"1": cover}}, "room: expected"),
    ):
        path = tmp_path / "game.json"
        path.write_text(json.dumps(data))
        head = {"format": "certigap-certificate", "version": 1, "game": module.Game(module.read_json(str(path))).digest}
        (tmp_path / "c.json").write_text(json.dumps(head | {"claim": part, "proof": proof, "end": True}))
        done = command(path, tmp_path / "c.json")
        assert (done.returncode, done.stderr) == (3, ""), done.stdout
        assert done.stdout.startswith(f"limit: {tmp_path / 'c.json'}: ")
        assert name in done.stdout


def test_too_many_linear_systems(tmp_path: Path) -> None:
    """A true claim whose 3 x 30 game takes binomial(33, 3) = 5,456 linear systems."""
    game, module = HERE / "games" / "broad.json", load()
    entry = {"rows": {"1": {"1": "1"}, "2": {"1": "1"}}, "tree": [{"leaf": []}]}
    head = {"format": "certigap-certificate", "version": 1, "game": module.Game(module.read_json(str(game))).digest}
    claim = {"kind": "best-case", "radius": "5", "nash_gap": "infinity"}
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(head | {"claim": claim, "proof": {"equilibria": [entry]}, "end": True}))
    assert outcome(module, game, path) == "limit"
    module.MAX_SYSTEMS = 5_456
    assert outcome(module, game, path) == "valid"


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
    assert [(done.returncode, done.stderr) for done in found] == [(3, ""), (0, "")]
    assert f"{tmp_path / '2.json'}: /proof/theorem/proof: expected a ball of at most 200000 vertices" in found[0].stdout
    assert found[0].stdout.count("\n") == 1
