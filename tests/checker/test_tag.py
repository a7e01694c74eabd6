"""Certificates of Tag (72 states), made on the fly: accepted as they are, refused with one number moved."""

import copy
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.certificates.certificate import Certificate
from certigap.certificates.claims import certificate
from certigap.model.files.codec import write_game
from certigap.questions.region_bound import region_bound
from certigap.questions.theorem_instance import theorem_instance
from certigap.semantics import gaps, matching_errors
from tests.helpers.checker.forge import path_get, path_set, vectors
from tests.helpers.checker.harness import verdicts

CLAIMED = {
    "equilibrium": "regret",
    "nash-gap": "nash_gap/upper",
    "matching-error": "eps_bc/upper",
    "region-bound": "nash_gap/upper",
    "theorem-instance": "nash_gap/upper",
}


@pytest.fixture(scope="module")
def proofs() -> list[Certificate]:
    game, expert, learner = cg.games.load("tag"), cg.games.expert("tag"), cg.games.learner("tag")
    answers: list[Any] = [
        (gaps(game, expert, arithmetic="enclosed"), "equilibrium"),
        (gaps(game, learner, arithmetic="enclosed"), "nash-gap"),
        (matching_errors(game, expert, learner, arithmetic="enclosed"), None),
        (region_bound(expert, "1/10"), None),
        (theorem_instance(game, expert, "trivial", "1/10"), None),
    ]
    return [certificate(answer, kind) for answer, kind in answers]


def lowered(proof: Certificate) -> Certificate:
    """The claim's upper end less a thousandth of it."""
    claim = copy.deepcopy(proof.claim)
    path = CLAIMED[proof.kind]
    path_set(claim, path, str(Fraction(path_get(claim, path)) * Fraction(999, 1000)))
    return Certificate(proof.game, claim, proof.proof)


def spoiled(proof: Certificate) -> Certificate:
    """Every vector of the proof a little lower at the last state."""
    data = copy.deepcopy(proof.to_json())
    for path in vectors(data["proof"]):
        vector = path_get(data, path)
        vector["num"][-1] -= int(vector["den"]) // 100 + 1
    return Certificate(proof.game, proof.claim, data["proof"])


def test_tag(proofs: list[Certificate], tmp_path: Path) -> None:
    game = tmp_path / "tag.json"
    write_game(proofs[0].game, game)
    changed = [lowered(proof) for proof in proofs] + [spoiled(proof) for proof in proofs[:-1]]
    paths = []
    for k, proof in enumerate([*proofs, *changed]):
        paths.append(tmp_path / f"{k}.json")
        proof.write(paths[-1])
    found = [result["verdict"] for result in verdicts(game, paths)]
    assert found == ["valid"] * len(proofs) + ["invalid"] * len(changed)
