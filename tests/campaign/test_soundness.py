"""A short soundness campaign; the large one is `tests/benchmarks/soundness_campaign.py`."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.game_codec import game_to_json
from certigap.semantics import gaps
from tests.helpers.campaign.attack import Attack
from tests.helpers.campaign.draws import Question, draw
from tests.helpers.campaign.screen import Screen
from tests.helpers.campaign.soundness import Ask, Data, Outcome, certified, outcomes, warm_up
from tests.helpers.checker.truth import TrueGame

SEED = 20261
BRANCHED = (2163, 2166, 2167, 2171, 2190, 2200, 2220, 2245, 2271, 2311, 2354, 2388)


@pytest.fixture(autouse=True)
def long_integers() -> Iterator[None]:
    """CPython's limit lifted for the test: the checker runs inside the test process."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(limit)


def unhurried(question: Question) -> Data:
    """The certificate of a search that may take its time, so that it splits."""
    return certified(replace(question, budget=None, ratio="101/100"))


def assert_sound(found: list[Outcome]) -> None:
    assert [(own.number, own.kind, own.faults) for own in found if own.faults] == []
    sharp = [own for own in found if own.attack is not None and own.upper is not None and own.attack >= 0.9 * own.upper]
    assert len(sharp) > len(found) / 2, "an attack that stays far below the bounds shows nothing"


def test_no_policy_exceeds_the_certified_upper_end(tmp_path: Path) -> None:
    warm_up()
    assert_sound(list(outcomes(SEED, range(40), tmp_path)))


def test_no_policy_exceeds_the_upper_end_of_a_tree(tmp_path: Path) -> None:
    found = list(outcomes(SEED, BRANCHED, tmp_path, ask=unhurried))
    assert_sound(found)
    assert sum(own.is_branched for own in found) > len(BRANCHED) / 2


@pytest.mark.slow
def test_no_policy_exceeds_the_certified_upper_end_in_many_games(tmp_path: Path) -> None:
    warm_up()
    assert_sound(list(outcomes(SEED, range(40, 1_500), tmp_path, checked=5)))


@pytest.mark.slow
def test_no_policy_exceeds_the_upper_end_of_many_trees(tmp_path: Path) -> None:
    bc = [number for number in range(3_000, 3_150) if draw(SEED, number).measure == "bc"]
    assert_sound(list(outcomes(SEED, bc, tmp_path, ask=unhurried)))


def smaller_upper_end(question: Question) -> Data:
    """A certificate whose upper end is a tenth too small."""
    data = certified(question)
    data["claim"]["nash_gap"]["upper"] = str(Fraction(data["claim"]["nash_gap"]["upper"]) * Fraction(9, 10))
    return data


def halved_radii(question: Question) -> Data:
    """What regions of half the radius would prove, claimed of the whole ball."""
    data = certified(replace(question, eps=str(Fraction(question.eps) / 2)))
    data["claim"]["radius"] = question.eps
    return data


def larger_lower_end(question: Question) -> Data:
    """A lower end a millionth above what the witness shows."""
    data = certified(question)
    data["claim"]["nash_gap"]["lower"] = str(
        Fraction(data["claim"]["nash_gap"]["lower"]) * Fraction(1_000_001, 1_000_000)
    )
    return data


def wider_witness(question: Question) -> Data:
    """The witness of a ball that is a tenth larger."""
    data = certified(replace(question, eps=str(Fraction(question.eps) * Fraction(11, 10))))
    data["claim"]["radius"] = question.eps
    return data


def no_certificate(question: Question) -> Data:
    raise ValueError("no certificate")


@pytest.mark.parametrize(
    ("ask", "fault"),
    [
        (smaller_upper_end, "a policy of the ball has the gap"),
        (halved_radii, "a policy of the ball has the gap"),
        (larger_lower_end, "the witness has the gap"),
        (wider_witness, "the witness has the error"),
        (no_certificate, "ValueError"),
    ],
)
def test_planted_faults_are_found_without_the_checker(ask: Ask, fault: str, tmp_path: Path) -> None:
    found = list(outcomes(SEED, range(25), tmp_path, ask=ask, checked=0))
    assert sum(any(fault in text for text in own.faults) for own in found) >= 5


@pytest.mark.parametrize("number", range(20))
def test_the_float_screen_agrees_with_the_package_and_every_attack_is_in_the_ball(number: int) -> None:
    question = draw(SEED, number)
    game = TrueGame(game_to_json(question.game))
    expert, eps = game.rows(policy_rows_to_json(question.expert)), Fraction(question.eps)
    attack = Attack(game, expert, eps, question.measure)
    for policy in attack.policies(np.random.default_rng(number), [], count=10, rounds=1):
        assert all(min(row) >= 0 and sum(row) == 1 for own in policy for row in own)
        assert game.errors(expert, policy)[f"eps_{question.measure}"] <= eps
        screened = Screen(game).gaps(attack.screen.stack([policy]))[0]
        assert screened == pytest.approx([float(gap) for gap in game.gaps(policy)], abs=1e-8)
    answer = gaps(question.game, question.expert, "exact")
    assert [gap.value for gap in answer.player_gaps] == game.gaps(expert)
