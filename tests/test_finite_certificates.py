"""Certificates of games of finite horizon: accepted, refused, malformed, and a mutant for each of their conditions."""

import copy
import dataclasses
import itertools
import json
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.certificates.claims import certificate
from certigap.exact.vector import Vector
from certigap.model.files.vectors import vector_json
from certigap.model.finite import FinitePolicy, finite_horizon, write_finite_game, write_finite_policy
from certigap.model.policy import Policy
from certigap.semantics.finite import finite_gaps, finite_values
from tests.helpers.checker.forge import path_set
from tests.helpers.checker.harness import command, load, outcome, source
from tests.helpers.finite import random_game, random_policy
from tests.helpers.node_paths import places

Data = dict[str, Any]
CHECKER = load()


def written(data: Data, folder: Path) -> Path:
    path = folder / "certificate.json"
    path.write_text(json.dumps(data))
    return path


def judged(data: Data, folder: Path, module: Any = CHECKER) -> str:
    """The verdict on a certificate of the game in the folder."""
    return outcome(module, folder / "game.json", written(data, folder))


@pytest.fixture(scope="module")
def gap(tmp_path_factory: pytest.TempPathFactory) -> tuple[Data, Path]:
    """The gaps of a policy that varies with time, with their exact proof; the gap and its value move by steps."""
    folder = tmp_path_factory.mktemp("finite")
    game = random_game(5, states=2, horizon=3, discount="3/4")
    write_finite_game(game, folder / "game.json")
    policy = random_policy(game, 7)
    write_finite_policy(policy, folder / "policy.json")
    answer = finite_gaps(game, policy)
    assert all(gap.value > 0 for gap in answer.player_gaps)
    return certificate(answer).to_json(), folder


@pytest.mark.parametrize("kind", ["nash-gap", "equilibrium", "policy-value"])
@pytest.mark.parametrize("arithmetic", ["exact", "enclosed"])
@pytest.mark.parametrize("discount", ["1", "2/3", "0"])
def test_true_claims_are_accepted(kind: str, arithmetic: str, discount: str, tmp_path: Path) -> None:
    game = random_game(11, players=3, states=2, horizon=4, discount=discount)
    write_finite_game(game, tmp_path / "game.json")
    for policy in (random_policy(game, 1), FinitePolicy.uniform(game)):
        data = certificate(finite_gaps(game, policy, arithmetic), kind).to_json()
        assert judged(data, tmp_path) == "valid"
    if kind == "nash-gap":
        assert cg.verify(game, written(data, tmp_path), policy=FinitePolicy.uniform(game))[0].is_valid
        assert not cg.verify(game, written(data, tmp_path), policy=random_policy(game, 2))[0].is_valid


def test_the_command_reads_policies_of_every_step(gap: tuple[Data, Path]) -> None:
    data, folder = gap
    done = command("--policy", folder / "policy.json", folder / "game.json", written(data, folder))
    assert done.stdout.startswith("valid: ")
    other = json.loads((folder / "policy.json").read_text())
    other["rows"] = other["rows"][0]
    (folder / "other.json").write_text(json.dumps(other))
    done = command("--policy", folder / "other.json", folder / "game.json", written(data, folder))
    assert (done.returncode, "is not the policy of the file" in done.stdout) == (1, True)


def test_the_same_claim_about_another_horizon_or_discount_is_refused(gap: tuple[Data, Path], tmp_path: Path) -> None:
    data, folder = gap
    game = json.loads((folder / "game.json").read_text())
    for key, value in (("horizon", 4), ("horizon", 2), ("discount", "1")):
        (tmp_path / "game.json").write_text(json.dumps(game | {key: value}))
        assert judged(data, tmp_path) == "invalid"


def test_a_game_without_a_horizon_admits_no_such_proof(gap: tuple[Data, Path], tmp_path: Path) -> None:
    data, folder = gap
    game = json.loads((folder / "game.json").read_text())
    game.pop("horizon")
    (tmp_path / "game.json").write_text(json.dumps(game))
    digest = cg.read_game(tmp_path / "game.json").digest
    assert judged(data | {"game": digest}, tmp_path) == "malformed"


def falsified(data: Data) -> Iterator[Data]:
    """Certificates whose claim is false, the proof changed by one number on each step, on one side, or not at all."""
    claim = data["claim"]
    for end, move in (("lower", Fraction(1, 8)), ("upper", Fraction(-1, 8))):
        for player, side in claim["player_gaps"].items():
            false = copy.deepcopy(data)
            moved = str(Fraction(side[end]) + move)
            false["claim"] = {"kind": "nash-gap", "policy": claim["policy"], "player_gaps": {player: {end: moved}}}
            yield false
            for name in ("values", "optima"):
                for step in range(len(false["proof"][name][player]["exact"])):
                    for state in range(len(false["proof"][name][player]["exact"][step]["num"])):
                        for sign in (1, -1):
                            forged = copy.deepcopy(false)
                            vector = forged["proof"][name][player]["exact"][step]
                            vector["num"][state] += sign * int(vector["den"])
                            yield forged


def test_false_claims_are_refused(gap: tuple[Data, Path]) -> None:
    data, folder = gap
    assert judged(data, folder) == "valid"
    assert {judged(false, folder) for false in itertools.chain(of_other_readings(data), falsified(data))} == {"invalid"}


def test_policies_are_those_of_the_claim_at_every_step(gap: tuple[Data, Path]) -> None:
    """With any step's policy exchanged for another's the vectors no longer hold."""
    data, folder = gap
    for t in range(2):
        false = copy.deepcopy(data)
        false["claim"]["policy"][t] = false["claim"]["policy"][t + 1]
        assert judged(false, folder) == "invalid"


MUTANTS = [
    ("course", "if sign * (left - now.den * backup(step, own, later, sign)) < 0:", "if False:"),
    ("course", "zip(sets, vectors, [*vectors[1:], game.end])", "zip(sets, vectors, vectors[1:])"),
    ("course", "[*vectors[1:], game.end]", "vectors"),
    ("course", "range(game.size):\n            step, own", "range(game.size - 1):\n            step, own"),
    ("course", "self.game.players[i], check)[0]", "self.game.players[i], check)[-1]"),
    ("horizon", "self.discount = factor", "pass"),
    ("horizon", '"num": [0] * self.size', '"num": [1] * self.size'),
]  # fmt: skip


def weaker(home: str, old: str, new: str) -> Any:
    text = source()
    assert text[home].count(old) == 1, (home, old)
    changed = {"course": text["course"].replace(old, new), "horizon": text["horizon"].replace(old, new)}
    return load(text | {home: changed[home]})


@pytest.mark.parametrize(("home", "old", "new"), MUTANTS, ids=[str(k) for k in range(len(MUTANTS))])
def test_every_weakened_condition_lets_a_false_claim_through(
    home: str, old: str, new: str, gap: tuple[Data, Path]
) -> None:
    data, folder = gap
    mutant = weaker(home, old, new)
    false = itertools.chain(of_other_readings(data), falsified(data))
    assert any(judged(one, folder, mutant) == "valid" for one in false)


def of_other_readings(data: Data) -> Iterator[Data]:
    """What a wrong reading of this game would take: certificates of other games, values of other recursions."""
    here = random_game(5, states=2, horizon=3, discount="3/4")
    policy = random_policy(here, 7)
    for game in (finite_horizon(here.stage, 3, 0), finite_horizon(here.stage, 3, 1)):
        yield certificate(finite_gaps(game, FinitePolicy(game, policy.steps))).to_json() | {"game": data["game"]}
    values = finite_values(here, policy)[0]
    end = [[x + Fraction(3, 4) ** (3 - t) for x in own.lower.fractions()] for t, own in enumerate(values)]
    forever = dataclasses.replace(here.stage, discount=here.discount)
    steps = [cg.values(forever, Policy(forever, step.rows))[0].lower.fractions() for step in policy.steps]
    for own in (end, steps):
        worth = str(sum(p * x for p, x in zip(here.stage.initial.fractions(), own[0], strict=True)))
        claim = {"kind": "policy-value", "policy": data["claim"]["policy"]}
        claim |= {"values": {"1": {"lower": worth, "upper": worth}}}
        yield data | {"claim": claim, "proof": {"values": {"1": {"exact": [vector_json(Vector.of(x)) for x in own]}}}}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("proof/values/1/exact", []),
        ("proof/values/1/exact", {"den": "1", "num": [0, 0]}),
        ("proof/values/1/exact/0", []),
        ("proof/values/1/exact/0/num", [0]),
        ("proof/values/1/exact/0/den", "0"),
        ("proof/values/1", {}),
        ("claim/policy", []),
        ("claim/policy/0", {}),
        ("claim/policy", {}),
        ("claim/kind", "worst"),
        ("claim/kind", "best-case"),
        ("claim/kind", "parametric"),
        ("claim/kind", "dominant"),
    ],
)
def test_malformed_certificates_are_named(place: str, value: Any, gap: tuple[Data, Path]) -> None:
    data, folder = gap
    wrong = copy.deepcopy(data)
    path_set(wrong, place, value)
    assert judged(wrong, folder) == "malformed"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("horizon", 0),
        ("horizon", 10**6 + 1),
        ("horizon", "3"),
        ("horizon", True),
        ("discount", "3/2"),
        ("discount", "-1/2"),
        ("payoffs", []),
    ],
)
def test_malformed_games_are_named(key: str, value: Any, gap: tuple[Data, Path], tmp_path: Path) -> None:
    data, folder = gap
    game = json.loads((folder / "game.json").read_text())
    (tmp_path / "game.json").write_text(json.dumps(game | {key: value}))
    assert judged(data, tmp_path) == "malformed"


READINGS = [
    ('members["horizon"].integer()', 'int(members["horizon"].value)', "horizon", "3"),
    ("if not 1 <= self.horizon <= MAX_HORIZON:", "if False:", "horizon", 10**6 + 1),
    ("if not 0 <= factor <= 1:", "if False:", "discount", "3/2"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "value"), READINGS)
def test_weakened_readings_take_malformed_games(
    old: str, new: str, key: str, value: Any, gap: tuple[Data, Path], tmp_path: Path
) -> None:
    data, folder = gap
    game = json.loads((folder / "game.json").read_text())
    (tmp_path / "game.json").write_text(json.dumps(game | {key: value}))
    assert judged(data, tmp_path, weaker("horizon", old, new)) != "malformed"


def test_the_hash_of_the_checker_holds_horizon_and_discount(gap: tuple[Data, Path], tmp_path: Path) -> None:
    """Without either in it, a certificate of one game would pass for one of another."""
    data, folder = gap
    game = json.loads((folder / "game.json").read_text())
    for key, value, old, new in (
        ("horizon", 2, '"horizon": self.horizon', '"horizon": 3'),
        ("discount", "1", '"discount": str(self.factor)', '"discount": "3/4"'),
    ):
        (tmp_path / "game.json").write_text(json.dumps(game | {key: value}))
        assert judged(data, tmp_path) == "invalid"
        assert load(source()).game_finite(CHECKER.read_json(str(tmp_path / "game.json"))).digest != data["game"]
        mutant = weaker("horizon", old, new)
        assert mutant.game_finite(mutant.read_json(str(tmp_path / "game.json"))).digest == data["game"]


def test_a_long_horizon_costs_what_its_files_say(tmp_path: Path) -> None:
    """A million steps of one small game: the proof must hold a vector for each, or is malformed at once."""
    game = finite_horizon(cg.games.load("lemma1"), 10**6)
    write_finite_game(game, tmp_path / "game.json")
    claim = {"kind": "nash-gap", "policy": {"1": {}, "2": {}}, "nash_gap": {"upper": "0"}}
    for player in ("1", "2"):
        claim["policy"][player] = {s: {"a1": "1"} for s in game.states}  # type: ignore[index]
    vectors = {player: {"exact": [{"den": "1", "num": [0, 0, 0]}]} for player in ("1", "2")}
    data = {"format": "certigap-certificate", "version": 1, "game": game.digest, "claim": claim}
    data |= {"proof": {"values": vectors, "optima": vectors}, "end": True}
    assert judged(data, tmp_path) == "malformed"


@pytest.mark.parametrize("kind", ["nash-gap", "matching-error", "worst-case", "dse"])
def test_wrong_types_anywhere_get_a_verdict(kind: str, tmp_path: Path) -> None:
    """Every node replaced: no crash, and nothing is valid whose claim has changed but what says less."""
    game = finite_horizon(cg.bimatrix([["1/2", 0], [0, 1]], [[1, 0], [0, "1/2"]]), 2)
    write_finite_game(game, tmp_path / "game.json")
    expert, policy = FinitePolicy.repeated(game, [[[1, 0]], [[1, 0]]]), FinitePolicy.uniform(game)
    answer: Any = finite_gaps(game, policy)
    if kind == "matching-error":
        answer = cg.finite_errors(game, expert, policy)
    elif kind in ("worst-case", "dse"):
        answer = cg.finite_worst_case(game, expert, "1/10")
    data = certificate(answer).to_json()
    if kind == "dse":
        timeline = [{"den": "1", "num": [x]} for x in (2, 1)]
        vectors = {name: {"best_upper": timeline, "best_lower": timeline} for name in ("1", "2")}
        data["proof"] = {"theorem": {"name": "dse", "proof": vectors}}
        data["claim"]["nash_gap"].pop("lower")
    for path in places(data):
        for value in (None, [], {}, 7):
            wrong = copy.deepcopy(data)
            path_set(wrong, path, value)
            verdict = judged(wrong, tmp_path)
            assert verdict in ("valid", "invalid", "malformed"), (path, value, verdict)
            said = wrong["claim"] == data["claim"] or not isinstance(wrong["claim"], dict)
            assert verdict != "valid" or said, (path, value)


@pytest.mark.parametrize("kind", ["matching-error", "worst-case", "dse", "trivial"])
def test_a_million_steps_in_small_files_cost_little(kind: str, tmp_path: Path) -> None:
    """What the horizon multiplies is read, one vector a step, before anything is made for every step."""
    game = finite_horizon(cg.bimatrix([[0, 1], [1, 0]]), 10**6, "1/3")
    write_finite_game(game, tmp_path / "game.json")
    rows = {player: {"stage": {"1": "1"}} for player in ("1", "2")}
    one = [{"den": "1", "num": [0]}]
    sides = {player: {"best_upper": one, "best_lower": one} for player in ("1", "2")}
    if kind == "matching-error":
        claim: Data = {"kind": kind, "expert": rows, "policy": rows, "eps_mu": {"upper": "0"}}
        proof: Data = {f"{who}_occupancy": {"exact": one} for who in ("expert", "policy")}
    else:
        claim = {"kind": "worst-case", "measure": "bc", "expert": rows, "radius": "1", "nash_gap": {"upper": "0"}}
        proof = {"steps": {"occupancy": {"lower": one}, "players": {player: {"pair": []} for player in rows}}}
        if kind != "worst-case":
            proof = {"theorem": {"name": kind, "proof": sides if kind == "dse" else {}}}
    frame = {"format": "certigap-certificate", "version": 1, "game": game.digest, "end": True}
    (tmp_path / "certificate.json").write_text(json.dumps(frame | {"claim": claim, "proof": proof}))
    began = time.process_time()
    verdict = outcome(CHECKER, tmp_path / "game.json", tmp_path / "certificate.json")
    assert verdict == ("limit" if kind == "trivial" else "malformed")
    assert time.process_time() - began < 2
