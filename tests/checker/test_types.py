"""Wrong types at every place of a certificate: a verdict always comes, and only true claims are called valid."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.checker.forge import path_set
from tests.helpers.checker.harness import HERE, Bench, load
from tests.helpers.checker.judging import Judge
from tests.helpers.checker.truth import TrueGame
from tests.helpers.node_paths import places

WRONG: tuple[Any, ...] = (None, True, [], {}, "", 7, "x")
CASES = (
    "coin.value-exact",
    "coin.gap-enclosed",
    "coin.errors-exact",
    "coin.box",
    "coin.worst",
    "coin.tree",
    "slack.equilibrium",
    "slack.dse",
    "coin.concentrability",
    "trio.gap-exact",
    "trio.worst",
    "mixed.tree",
    "dilemma.worst",
    "tempt.value-gap-1",
    "coin.rho-occupancy",
    "coin.bc-occupancy",
    "dilemma.mu-region",
    "slack.rho-dse",
    "tempt.rho-concentrability",
    "trio.bc-vertices",
    "deal.bc-search",
    "again.search-instance",
    "dilemma.best",
    "folds.dominance",
    "fall.continuity",
    "meet.best-none",
    "alone.best-far",
)


@pytest.mark.parametrize("case", CASES)
def test_every_node_replaced(case: str, tmp_path: Path) -> None:
    game = HERE / "games" / f"{case.split('.')[0]}.json"
    bench, judge = Bench(load(), game, tmp_path), Judge(TrueGame.read(game), 10)
    data = json.loads((HERE / "accept" / f"{case}.json").read_text())
    for path in places(data):
        for value in WRONG:
            wrong = copy.deepcopy(data)
            path_set(wrong, path, value)
            verdict = bench.verdict(wrong)
            assert verdict in ("valid", "invalid", "malformed"), (path, value, verdict)
            assert verdict != "valid" or wrong["claim"] == data["claim"] or not judge.is_false(wrong["claim"]), (
                path,
                value,
            )


def test_every_node_of_a_game_replaced(tmp_path: Path) -> None:
    module, data = load(), json.loads((HERE / "games" / "ragged.json").read_text())
    true = module.Game(module.read_json(str(HERE / "games" / "ragged.json"))).digest
    path = tmp_path / "game.json"
    for place in places(data):
        for value in WRONG:
            wrong = copy.deepcopy(data)
            path_set(wrong, place, value)
            path.unlink(missing_ok=True)
            path.write_text(json.dumps(wrong))
            try:
                digest = module.Game(module.read_json(str(path))).digest
            except module.Malformed:
                continue
            same = wrong == data or place.split("/")[0] in ("name", "meta")
            assert (digest == true) == same, (place, value)


def test_every_node_of_a_policy_replaced(tmp_path: Path) -> None:
    module = load()
    game = module.Game(module.read_json(str(HERE / "games" / "ragged.json")))
    data = json.loads((HERE / "games" / "ragged.learner.json").read_text())
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(data))
    true = module.read_policy(game, str(path))
    accepted = []
    for place in places(data):
        for value in WRONG:
            wrong = copy.deepcopy(data)
            path_set(wrong, place, value)
            path.unlink(missing_ok=True)
            path.write_text(json.dumps(wrong))
            try:
                accepted.append((place, module.read_policy(game, str(path)) == true))
            except module.Malformed:
                continue
    assert all(same and place.split("/")[0] in ("name", "meta") for place, same in accepted), accepted
