"""A short campaign of tampered trees; the large one is `tests/benchmarks/tampered_trees.py`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.campaign.tampering import Case, Tampering, cases
from tests.helpers.campaign.tampers import KINDS
from tests.helpers.checker.harness import load, source
from tests.helpers.checker.mutants import Mutant, mutated

SEED = 20262
ROUNDS = 20


@pytest.fixture(autouse=True)
def long_integers() -> Iterator[None]:
    """CPython's limit lifted for the test: the checker runs inside the test process."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(limit)


@pytest.fixture(scope="module")
def originals() -> list[Case]:
    return cases()


def test_tampered_trees_are_refused_or_their_claim_is_still_true(originals: list[Case], tmp_path: Path) -> None:
    campaign = Tampering(SEED, originals, load(), tmp_path)
    campaign.run(ROUNDS * len(KINDS))
    assert [(kind, name, data["claim"]["nash_gap"]) for kind, name, data in campaign.failures] == []
    for kind, row in campaign.table.items():
        assert row["unchanged"] <= ROUNDS / 2, kind
        assert row["invalid"] >= ROUNDS / 3, kind


REFUSALS = {
    "    if waiting:\n        raise": "cut trees",
    "if shown > limit:": "upper end",
    "if error > radius:": "radius",
    "if shown < lower:": "lower end",
    "if sign * (vector[s] - flow[s]) < 0:": "smaller ball",
}


@pytest.mark.parametrize(("refusal", "kind"), REFUSALS.items(), ids=REFUSALS.values())
def test_a_checker_that_does_not_look_is_caught(refusal: str, kind: str, originals: list[Case], tmp_path: Path) -> None:
    """The campaign itself could fail: without one of the tree's or the witness's checks, false claims are accepted."""
    assert (
        accepted_though_false(
            Mutant("blind", refusal, re.sub("if .*:", "if False:", refusal), ""), kind, originals, tmp_path
        )
        >= 2
    )


def test_a_checker_with_half_of_every_radius_is_caught(originals: list[Case], tmp_path: Path) -> None:
    whole = "d + left / w) if w else TWO"
    halved = Mutant("halved", whole, whole.replace("left / w", "left / (2 * w)"), "")
    assert accepted_though_false(halved, "smaller ball", originals, tmp_path) >= 2


def accepted_though_false(mutant: Mutant, kind: str, originals: list[Case], scratch: Path) -> int:
    campaign = Tampering(SEED, originals, load(mutated(source(), mutant)), scratch)
    campaign.run(50, [kind])
    return campaign.table[kind]["FALSE"]
