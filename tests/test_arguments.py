"""Arguments of the questions: one clear line for each that is no good; and the names of the root module."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import certigap as cg
from certigap.errors import InputError

GAME, EXPERT = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
QUESTIONS: tuple[Callable[..., Any], ...] = (
    lambda **given: cg.worst_case(GAME, EXPERT, "1/10", **given),
    lambda **given: cg.worst_case(GAME, EXPERT, "1/10", "rho", **given),
    lambda **given: cg.frontier(GAME, EXPERT, ["1/10"], **given),
    lambda **given: cg.best_case(GAME, "1/10", **given),
)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": -1}, "seed: expected an integer >= 0, got -1"),
        ({"seed": 1.5}, "seed: expected an integer >= 0, got 1.5"),
        ({"seed": True}, "seed: expected an integer >= 0, got True"),
        ({"budget": -1}, "budget: expected seconds >= 0 or None, got -1"),
        ({"budget": float("nan")}, "budget: expected seconds >= 0 or None, got nan"),
        ({"budget": "5"}, "budget: expected seconds >= 0 or None, got '5'"),
    ],
)
def test_seeds_and_budgets(question: Callable[..., Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as raised:
        question(**given)
    assert str(raised.value) == message


def test_games_and_experts_of_another_kind() -> None:
    for game, expert, start in (
        (EXPERT, GAME, "game: expected a Game, got the Policy"),
        (GAME, [[1, 0], [1, 0]], "expert: expected a Policy, got the list"),
        (GAME, cg.games.expert("constant"), "expert: expected a policy of <Game algorithm1"),
    ):
        for question in (cg.worst_case, cg.frontier):
            with pytest.raises(InputError, match=start) as raised:
                question(game, expert, "1/10" if question is cg.worst_case else ["1/10"])
            assert "\n" not in str(raised.value)


def test_points_of_a_frontier() -> None:
    for points in (0, 201, 1.5):
        with pytest.raises(InputError, match="points: expected an integer from 1 to 200"):
            cg.frontier(GAME, EXPERT, eps_max="1/10", points=points)


def test_best_case_at_distance_0_is_the_equilibrium() -> None:
    answer = cg.best_case(GAME, 0)
    assert answer.complete
    assert answer.interval.value == 0
    assert answer.witness == answer.expert


def test_public_names_survive_the_import_of_every_module() -> None:
    """A subpackage of the same name would take the place of a function."""
    program = """
import importlib, pkgutil, types
import certigap
for module in pkgutil.walk_packages(certigap.__path__, "certigap."):
    if module.name not in ("certigap.__main__", "certigap.checker"):
        importlib.import_module(module.name)
bad = [n for n in certigap.__all__ if n != "games" and isinstance(getattr(certigap, n), types.ModuleType)]
print(bad)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
