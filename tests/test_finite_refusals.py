"""Games of finite horizon: every command and every public function answers for the horizon, or refuses in one line."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.cli import main
from certigap.commands import HOMES
from certigap.errors import CertigapError
from certigap.model.finite import FinitePolicy, finite_horizon, write_finite_game, write_finite_policy
from tests.helpers.command_line import fails, run_json

GAME, EXPERT = ("game.json",), ("--expert", "policy.json")
ANSWERED = {"certify", "errors", "gap", "report", "solve", "verify", "show"}
"""Commands that know horizons; tested below, one by one."""

REFUSED: dict[str, list[tuple[str, ...]]] = {
    "best-case": [(*GAME, "--eps", "1/10")],
    "concentrability": [(*GAME, *EXPERT)],
    "continuity": [(*GAME, *EXPERT, "--eps-max", "1/10")],
    "convert": [("game.json", "-o", "out.json"), ("policy.npy", "--game", "game.json", "-o", "out.json")],
    "dominance": [GAME, (*GAME, *EXPERT)],
    "explain": [("worst.json", "--game", "game.json")],
    "frontier": [(*GAME, *EXPERT, "--eps-max", "1/10")],
    "gap": [(*GAME, "policy.json", "--temperature", "1/10")],
    "parametric": [(*GAME, "--ask", "gap", "--discount", "g"), (*GAME, "--ask", "gap")],
    "solve": [(*GAME, "-o", "out.json", "--all"), (*GAME, "-o", "out.json", "--method", "zero-sum")],
}
NO_GAME = {"demo", "games", "prove", "warm"}
"""Commands that read no game of the user's; `sweep` has a line a game."""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A game of two states, an expert, and the certificate of a worst case."""
    import numpy as np

    monkeypatch.chdir(tmp_path)
    game = finite_horizon(cg.games.load("lemma1"), 3)
    expert = FinitePolicy.repeated(game, cg.games.expert("lemma1"))
    write_finite_game(game, "game.json")
    write_finite_policy(expert, "policy.json")
    np.save("policy.npy", np.full((2, 3, 2), 0.5))
    cg.certificate(cg.finite_worst_case(game, expert, "1/10")).write("worst.json")
    return tmp_path


def test_every_command_is_spoken_of() -> None:
    assert set(HOMES) == ANSWERED | set(REFUSED) | NO_GAME | {"sweep"}


@pytest.mark.parametrize(("command", "rest"), [(name, rest) for name, lists in REFUSED.items() for rest in lists])
def test_what_knows_no_horizon_refuses_in_one_line(
    command: str, rest: tuple[str, ...], files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = fails(capsys, command, *rest)
    assert said.count("\n") <= 1
    assert "expected" in said
    assert not (files / "out.json").exists()


def test_the_commands_that_know_it_agree(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_finite_policy(
        FinitePolicy.repeated(finite_horizon(cg.games.load("lemma1"), 3), cg.games.learner("lemma1")), "learner.json"
    )
    gap = run_json(capsys, "gap", "game.json", "learner.json", "-o", "gap.json")
    assert (gap["nash_gap"], gap["player_gaps"]) == ("5", {"1": "0", "2": "5"})
    errors = run_json(capsys, "errors", "game.json", *EXPERT, "--policy", "learner.json", "-o", "errors.json")
    wanted = {"eps_bc": "2", "eps_mu": "0", "eps_rho": "2", "value_gap": "5"}
    assert {key: errors[key] for key in wanted} == wanted
    assert "rows" not in errors  # those of one step: nobody has looked
    worst = run_json(capsys, "certify", "game.json", *EXPERT, "--eps", "1/10", "-o", "w.json", "--witness", "x.json")
    assert worst["complete"]
    solved = run_json(capsys, "solve", "game.json", "-o", "s.json", "--certificate", "e.json")
    assert solved["expert_regret"] == "0"
    certificates = ("gap.json", "errors.json", "w.json", "e.json")
    results = run_json(capsys, "verify", "game.json", *certificates)["results"]
    assert [one["verdict"] for one in results] == ["valid"] * 4
    assert results[2]["claim"]["nash_gap"] == {"lower": worst["lower"], "upper": worst["upper"]}
    assert main(["verify", "game.json", "w.json", "--assert", "kind=worst-case", "--assert", "radius>=1/10"]) == 0
    assert main(["show", "w.json"]) == 0
    assert run_json(capsys, "gap", "game.json", "x.json")["nash_gap"] == worst["lower"]
    assert main(["certify", "game.json", *EXPERT, "--policy", "x.json"]) == 0
    assert "at every step" in capsys.readouterr().out
    for claim in ("equilibrium", "policy-value"):
        assert main(["gap", "game.json", "learner.json", "--claim", claim, "-o", "c.json"]) == 0
        assert main(["verify", "game.json", "c.json", "--policy", "learner.json"]) == 0


def test_pages_say_that_the_error_is_of_every_step(files: Path) -> None:
    assert main(["report", "worst.json", "--game", "game.json", "-o", "out.html"]) == 0
    assert "at every step" in (files / "out.html").read_text()


def test_a_sweep_says_that_it_does_not_know_it(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "game.json", "--eps", "1/20", "--out", "out"]) != 0
    assert "expected a game without a horizon" in capsys.readouterr().out


def test_a_horizon_for_any_file(files: Path) -> None:
    assert main(["games", "export", "lemma1"]) == 0
    assert main(["convert", "lemma1.game.json", "--horizon", "3", "-o", "again.json"]) == 0
    assert cg.read_any_game("again.json") == cg.read_any_game("game.json")
    assert main(["convert", "lemma1.game.json", "--horizon", "3", "-o", "again.npz"]) == 2


FUNCTIONS = {
    name: getattr(cg, name)
    for name in cg.__all__
    if not inspect.isclass(getattr(cg, name))
    and callable(getattr(cg, name))
    and next(iter(inspect.signature(getattr(cg, name)).parameters), "") in ("game", "center")
}
KNOWING = {"finite_errors", "finite_gaps", "finite_worst_case", "solve_finite", "write_finite_game", "verify"}


def needed(function: Callable[..., Any], known: dict[str, Any]) -> list[Any]:
    """The arguments without a default, by their names."""
    parameters = inspect.signature(function).parameters.values()
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [known.get(p.name, "1/10") for p in parameters if p.default is p.empty and p.kind in kinds]


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - KNOWING))
def test_public_functions_refuse_what_they_do_not_know(name: str) -> None:
    game = finite_horizon(cg.games.load("lemma1"), 3)
    policy = FinitePolicy.repeated(game, cg.games.learner("lemma1"))
    stationary = cg.games.learner("lemma1")
    for one in (policy, stationary):
        known = {"game": game, "center": one, "policy": one, "expert": one, "player": 0, "radii": [[0] * 3] * 2}
        if name == "region_bound" and one is stationary:
            continue
        with pytest.raises((CertigapError, TypeError)) as caught:
            FUNCTIONS[name](*needed(FUNCTIONS[name], known))
        assert "\n" not in str(caught.value)
    assert len(FUNCTIONS) > 30


def test_the_plugin_finds_the_game_by_its_hash(files: Path) -> None:
    from certigap.certificates.read import read_certificate

    assert read_certificate("worst.json")["game"] == cg.read_any_game("game.json").digest
