"""A small mutation campaign; the large one is `tests/benchmarks/mutation_campaign.py`."""

import json
from pathlib import Path

import pytest

from tests.helpers.checker.campaign import STRATA, Campaign
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.checker.mutants import Mutant, mutated
from tests.helpers.checker.mutants_modes import MUTANTS as MODES
from tests.helpers.modes.mutations import ModeMutations

SEED = 20260


def test_no_accepted_mutation_is_false(tmp_path: Path) -> None:
    campaign = Campaign(SEED, tmp_path, tries=6)
    campaign.run(3_000)
    assert [(name, case, json.dumps(data["claim"])[:300]) for name, case, data in campaign.false] == []
    for stratum in STRATA:
        assert sum(campaign.table[stratum].values()) >= 3_000 // len(STRATA)
        assert campaign.table[stratum]["unchanged"] < 150, stratum
    accepted = sum(row["same claim"] + row["true claim"] for row in campaign.table.values())
    assert accepted > 200


def test_no_accepted_mutation_of_a_cover_by_modes_is_false(tmp_path: Path) -> None:
    campaign = ModeMutations(SEED, tmp_path, tries=4)
    campaign.run(1_000)
    assert [(name, case, json.dumps(data["claim"])[:300]) for name, case, data in campaign.false] == []
    assert {"price", "share", "tilt", "visit", "limit", "split", "places", "mode vector"} <= set(campaign.strata)
    assert sum(row["same claim"] + row["true claim"] for row in campaign.table.values()) > 60
    assert min(campaign.met["settled"], campaign.met["repaired"]) > 20


@pytest.mark.parametrize(
    ("name", "strata"),
    [
        ("mode-charge-twice", ("price",)),
        ("mode-half-low", ("split",)),
        ("mode-price-low", ("split",)),
    ],
)
def test_mutants_of_modes_are_caught(name: str, strata: tuple[str, ...], tmp_path: Path) -> None:
    """The campaign itself could fail: proofs settled and repaired by a weaker checker show too much."""
    mutant = next(mutant for mutant in MODES if mutant.name == name)
    campaign = ModeMutations(SEED, tmp_path, tries=4, text=mutated(source(), mutant))
    campaign.strata = [*strata]
    campaign.run(300)
    assert campaign.false


def test_a_checker_without_its_inequalities_is_caught(tmp_path: Path) -> None:
    """The campaign itself could fail: mutants that accept too much are found by it."""
    snippets = (
        ("            if sign * (claimed - shown) < 0:\n", "            if False:\n"),
        ("        if sign * (left - backup(step, own, vector, sign)) < 0:\n", "        if False:\n"),
    )
    for old, new in snippets:
        campaign = Campaign(SEED, tmp_path, tries=2)
        module = load(mutated(source(), Mutant("blind", old, new, "")))
        for bench in campaign.benches.values():
            bench.module = module
        campaign.benches = {name: Bench(module, game, tmp_path) for name, game in paths(campaign).items()}
        campaign.run(2_400)
        assert campaign.false


def paths(campaign: Campaign) -> dict[str, Path]:
    from tests.helpers.checker.harness import HERE

    return {name: HERE / "games" / f"{name}.json" for name in campaign.benches}
