"""Every check, weakened: the mutant accepts what the checker refuses, or reads what the checker calls malformed."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.helpers.checker.harness import HERE, game_file, load, outcome, source
from tests.helpers.checker.mutants import Mutant, mutated
from tests.helpers.checker.mutants_modes import MUTANTS as MODES
from tests.helpers.checker.mutants_tilted import MUTANTS as TILTED
from tests.helpers.checker.tables import MUTANTS


@pytest.fixture(scope="module")
def checker() -> Any:
    return load()


def judged(module: Any, mutant: Mutant) -> str:
    """The verdict on the mutant's case; cases that are games or policies meet a true certificate."""
    case = HERE / mutant.case
    if case.name.startswith("game."):
        return outcome(module, case, HERE / "accept" / "coin.gap-exact.json")
    if case.name.startswith("policy."):
        learner = HERE / "accept" / "coin.gap-exact.json"
        return outcome(module, HERE / "games" / "coin.json", learner, "--policy", str(case))
    return outcome(module, game_file(case), case)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_mutant_accepts_what_the_checker_refuses(mutant: Mutant, checker: Any) -> None:
    verdict = judged(load(mutated(source(), mutant)), mutant)
    if mutant.case.startswith("reject/"):
        assert judged(checker, mutant) == "invalid"
        assert verdict == "valid"
    else:
        assert judged(checker, mutant) == "malformed"
        assert verdict != "malformed"


def test_the_tables_are_in_order() -> None:
    names = Counter(mutant.name for mutant in MUTANTS)
    assert names.most_common(1)[0][1] == 1
    assert len(names) >= 530
    assert all(mutant.old != mutant.new for mutant in MUTANTS)


def test_every_reject_case_belongs_to_a_mutant() -> None:
    cases = {mutant.case.removeprefix("reject/") for mutant in MUTANTS if mutant.case.startswith("reject/")}
    assert cases == set(json.loads((HERE / "reject" / "WHY.json").read_text()))


def test_mutants_of_modes_and_of_tilts_would_prove_what_is_false() -> None:
    """A policy refutes every claim that they accept (`test_cases` asks whether it does)."""
    why = json.loads((HERE / "reject" / "WHY.json").read_text())
    cases = [mutant.case.removeprefix("reject/") for mutant in (*MODES, *TILTED) if mutant.case.startswith("reject/")]
    assert [case for case in cases if why[case].get("refuted_by") is None] == []


def test_a_snippet_that_is_gone_or_repeated_is_noticed() -> None:
    for old in ("no such line", "return"):
        with pytest.raises(ValueError, match="expected its snippet once"):
            mutated(source(), Mutant("rotten", old, "pass", "malformed"))
