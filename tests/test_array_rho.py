"""Worst cases over balls of eps_rho of array games: what each condition refuses, and distances of occupancies."""

import dataclasses
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from certigap import array_checker
from certigap.bounds.balls import Measure
from certigap.certificates.array_worst_case import array_worst_case_certificate
from certigap.errors import InputError
from certigap.floats.sparse.process import Tables
from certigap.model.large import ArrayPolicy
from certigap.model.large.families import random_game
from certigap.questions.array_worst_case.ball import ball
from certigap.questions.array_worst_case.question import array_worst_case
from certigap.semantics.array_occupancy import UNIT
from certigap.work.deadline import Deadline
from tests.helpers.array_balls import (
    SMALL,
    as_arrays,
    both,
    drawn,
    elsewhere,
    error,
    loose,
    lowered,
    priced,
    put,
    rows_of,
    tighter,
)
from tests.helpers.arrays import Case, accepted, drawn_policy, named, shifted, uneven_game
from tests.helpers.checker.harness import load, source


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Case:
    scales = Fraction(1, 7), Fraction(1, 5), Fraction(1, 6)
    game = dataclasses.replace(uneven_game(2), discount=Fraction(4, 5), scales=scales)
    answer = array_worst_case(game, drawn_policy(game, 2), "1/200", measure="rho")
    assert answer.witness.policy is not answer.expert
    return Case(tmp_path_factory.mktemp("rho"), game, lambda path: array_worst_case_certificate(answer).write(path))


@pytest.fixture
def case(made: Case, tmp_path: Path) -> Case:
    """A copy of one certificate of a ball of eps_rho."""
    return made.copied(tmp_path)


def nearer(header: Any, arrays: Any) -> None:
    """A witness outside the ball, whose occupancy is said to be the expert's."""
    elsewhere(header, arrays)
    arrays["witness_occupancy"] = arrays["occupancy"].copy()


def nowhere(header: Any, arrays: Any) -> None:
    """Occupancies that see no state of expert and witness, so no distance."""
    nearer(header, arrays)
    arrays["occupancy"].fill(0)
    arrays["witness_occupancy"].fill(0)


def as_bc(header: Any, arrays: Any) -> None:
    """The same proof for a ball that is not inside this one."""
    header["claim"]["measure"] = "bc"
    del arrays["witness_occupancy"]


def closer(header: Any, arrays: Any) -> None:
    """A smaller ball, in which the witness is not."""
    loose(header, arrays)
    header["claim"]["radius"] = "1/1000"


def negative(header: Any, arrays: Any) -> None:
    loose(header, arrays)
    arrays["witness_occupancy"][1] = -1


RHO_EDITS: list[tuple[str, Any]] = [
    ("valid", lambda header, arrays: None),
    ("valid", priced(1, value=2**40)),  # nobody strays, so nobody pays
    ("invalid", tighter),
    ("invalid", lambda header, arrays: shifted(header, "nash_gap", "lower", SMALL)),
    ("invalid", lambda header, arrays: header["claim"].update(radius="3/500")),
    ("invalid", lambda header, arrays: header["claim"].update(radius="1/250")),
    ("invalid", lowered("optima", (0, 1), 10**15)),
    ("invalid", lowered("values", (1, 2), 10**15)),
    ("invalid", lowered("together", (2, 0), 10**15)),
    ("invalid", elsewhere),
    ("invalid", closer),
    ("invalid", nearer),
    ("invalid", nowhere),
    ("invalid", as_bc),
    ("malformed", negative),
    ("malformed", put("witness_occupancy", 0, 2**61 + 1)),
    ("malformed", lambda header, arrays: arrays.pop("witness_occupancy")),
    ("malformed", lambda header, arrays: arrays.update(witness_occupancy=arrays["witness_occupancy"][:-1].copy())),
    ("malformed", lambda header, arrays: header["claim"].update(measure="bc")),
    ("malformed", lambda header, arrays: header.pop("witness")),
]


@pytest.mark.parametrize(("verdict", "edit"), RHO_EDITS)
def test_both_checkers_say_the_same_of_rho(case: Case, verdict: str, edit: Any) -> None:
    case.edit(edit)
    assert case.verdicts() == (verdict, verdict)


RHO_MUTANTS: list[tuple[str, str, Any]] = [
    ("if error(game, ball, policy, mass) > ball.radius:", "if False:", elsewhere),
    ("ball.radius * width * 2**bits / 2", "Fraction(0)", tighter),
    ("1 + g)", "0)", priced(2, optimum=[2**58])),
    (" + ball.slack + slack, UNIT) + ball.missing + missing", ", UNIT)", nowhere),
    ("abs(a - b) + up(min(a, b), far)", "0", closer),
    ("if not any(map(any, moved)):", "if True:", elsewhere),
]


@pytest.mark.parametrize(("old", "new", "edit"), RHO_MUTANTS)
def test_without_a_condition_what_it_refuses_of_rho_is_accepted(case: Case, old: str, new: str, edit: Any) -> None:
    text = source()
    assert text["array_ball"].count(old) + text["array_worst"].count(old) == 1
    case.edit(edit)
    assert not accepted(load(text), case)
    center, worst = text["array_ball"].replace(old, new), text["array_worst"].replace(old, new)
    assert accepted(load(text | {"array_ball": center, "array_worst": worst}), case)


def test_distances_are_above_the_exact_ones_in_both_checkers_alike(tmp_path: Path) -> None:
    """By any occupancies that are claimed."""
    checker = load()._modules["array_ball"]
    for seed in range(12):
        game, expert, radius = drawn(seed)
        policy, draw = drawn_policy(game, seed + 50), np.random.default_rng(seed)
        exact = error(game.to_game(), named(game, expert), named(game, policy), "rho")
        around = ball(Tables(game, expert), Measure.RHO, radius, Deadline())
        seen = around.seen(policy, Deadline())
        drawn_masses = draw.integers(0, UNIT // game.states, size=(2, game.states))
        read, fast = both(game, tmp_path)
        for own, other in ((around.mass, seen.mass), drawn_masses):
            slack, missing = checker.occupancy(read, rows_of(expert, game), own.tolist())
            center = checker.Ball(rows_of(expert, game), own.tolist(), [], missing, slack, radius, "rho")
            shown = checker.error(read, center, rows_of(policy, game), other.tolist())
            theirs = array_checker.Ball(fast, as_arrays(rows_of(expert, game)), own, radius, "rho")
            assert exact <= shown == theirs.error(as_arrays(rows_of(policy, game)), other)
            assert own is not around.mass or shown == around.distance(policy, seen)


def test_balls_of_states_are_refused() -> None:
    game = random_game(3)
    with pytest.raises(InputError, match="bc or rho"):
        array_worst_case(game, ArrayPolicy.uniform(game), "1/10", measure="mu")
