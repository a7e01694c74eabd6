"""Certificates over B_rho and B_mu, and of the occupancy bound of B_BC: accepted, and refused when tampered with."""

import copy
import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.center import Center
from certigap.bounds.programs.rule import OccupancyEvidence, occupancy_bounds
from certigap.certificates.certificate import Certificate
from certigap.certificates.verify import verify
from certigap.certificates.worst_case import worst_case_certificate
from certigap.exact.rational import format_rational, parse_rational
from certigap.model import catalog
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.worst_case.occupancy import worst_case_rho
from certigap.questions.worst_case.question import worst_case
from tests.helpers.random_games import random_center, random_game


def verdict(game: Game, certificate: Certificate, folder: Path) -> str:
    path = folder / "x.cert.json"
    certificate.write(path)
    return verify(game, path)[0].verdict


def with_upper(certificate: Certificate, upper: Fraction) -> Certificate:
    claim = copy.deepcopy(certificate.claim)
    claim["nash_gap"] = {"upper": format_rational(upper)}
    return Certificate(certificate.game, claim, certificate.proof)


def upper_of(certificate: Certificate) -> Fraction:
    return parse_rational(certificate.claim["nash_gap"]["upper"])


def small() -> tuple[Game, Policy]:
    rng = np.random.default_rng(3)
    game = random_game(rng, 3, 2, 2)
    return game, random_center(game, rng)


@pytest.mark.parametrize("measure", ["rho", "mu"])
def test_the_interval_is_accepted_and_nothing_sharper(measure: str, tmp_path: Path) -> None:
    game, expert = catalog.load("lemma1"), catalog.expert("lemma1")
    answer = worst_case(game, expert, "1/20", measure)
    assert answer.upper_name == "occupancy"
    certificate = worst_case_certificate(answer)
    assert verdict(game, certificate, tmp_path) == "valid"
    tiny = Fraction(1, 10**12)
    assert verdict(game, with_upper(certificate, upper_of(certificate) * (1 - tiny)), tmp_path) == "invalid"
    raised = copy.deepcopy(certificate.claim)
    raised["nash_gap"]["lower"] = format_rational(answer.interval.lower * (1 + tiny))
    assert verdict(game, Certificate(game, raised, certificate.proof), tmp_path) == "invalid"
    if measure == "rho":
        shrunk = certificate.claim | {"radius": "49/1000"}
        assert verdict(game, Certificate(game, shrunk, certificate.proof), tmp_path) == "invalid"


@pytest.mark.parametrize("players", [2, 3])
def test_the_occupancy_bound_of_the_bc_ball(players: int, tmp_path: Path) -> None:
    rng = np.random.default_rng(players)
    game = random_game(rng, 2, 2, players)
    expert = random_center(game, rng)
    found = occupancy_bounds(Center(expert), ErrorBall(expert, Measure.BC, Fraction(1, 10)))
    upper = found.upper
    claim = {
        "kind": "worst-case",
        "measure": "bc",
        "expert": policy_rows_to_json(expert),
        "radius": "1/10",
        "nash_gap": {"upper": format_rational(upper)},
    }
    certificate = Certificate(game, claim, found.to_json())
    assert verdict(game, certificate, tmp_path) == "valid"
    assert verdict(game, with_upper(certificate, upper - Fraction(1, 10**12)), tmp_path) == "invalid"


def test_tampered_multipliers_are_refused(tmp_path: Path) -> None:
    """The claim is exactly what the untouched multipliers prove: a change breaks a line or proves less."""
    game, expert = small()
    answer = worst_case_rho(game, expert, "1/10")  # without a budget programs are solved after boxes, too
    lower, found = answer.occupancy_lower, answer.table.bounds["occupancy"].evidence
    assert isinstance(found, OccupancyEvidence)
    proof, upper = found.to_json(), found.upper
    worst = max(range(2), key=lambda i: found.players[i].upper)
    claim = worst_case_certificate(answer).claim | {"nash_gap": {"upper": format_rational(upper)}}
    assert verdict(game, Certificate(game, claim, proof), tmp_path) == "valid"
    rng = random.Random(0)
    refused = 0
    for _ in range(30):
        changed = copy.deepcopy(proof)
        own = changed["occupancy"]["players"][game.players[worst]]
        key = rng.choice(["best", "value", "price", "toll", "mass"])
        sign = rng.choice([-1, 1])
        if key in ("best", "value"):
            own[key]["num"][rng.randrange(3)] += sign * int(own[key]["den"]) // 100
        elif key == "mass":
            changed["occupancy"]["occupancy"]["lower"]["num"][rng.randrange(3)] += sign * lower.denominator // 1000
        else:
            own[key] = format_rational(parse_rational(own[key]) + sign * Fraction(1, 10))
        refused += verdict(game, Certificate(game, claim, changed), tmp_path) != "valid"
    assert refused >= 25


@pytest.mark.parametrize("key", ["price", "toll"])
def test_negative_prices_are_malformed(key: str, tmp_path: Path) -> None:
    game, expert = small()
    answer = worst_case_rho(game, expert, "1/10")  # without a budget programs are solved after boxes, too
    found = answer.table.bounds["occupancy"].evidence
    assert found is not None
    proof = found.to_json()
    for own in proof["occupancy"]["players"].values():
        own[key] = "-1"
    claim = worst_case_certificate(answer).claim | {"nash_gap": {"upper": "1000"}}
    assert verdict(game, Certificate(game, claim, proof), tmp_path) == "malformed"


def test_the_mu_ball_takes_no_theorem_of_the_bc_ball(tmp_path: Path) -> None:
    game, expert = catalog.load("algorithm1"), catalog.expert("algorithm1")
    certificate = worst_case_certificate(worst_case_rho(game, expert, "1/10"))
    assert certificate.proof["theorem"]["name"] == "dse"
    claim = certificate.claim | {"measure": "mu", "nash_gap": {"upper": certificate.claim["nash_gap"]["upper"]}}
    proof = {"theorem": certificate.proof["theorem"]}
    assert verdict(game, Certificate(game, claim, proof), tmp_path) == "malformed"
