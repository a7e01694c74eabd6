"""Where an imitation error lies, and rows in which nothing that their player does changes anything."""

import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import InputError
from certigap.semantics.idle import is_idle, without_idle
from tests.helpers.random_games import games_with_experts
from tests.helpers.strategies import random_markov_game, random_policy


def episode(discount: str = "99/100") -> cg.Game:
    """One round of matching pennies, then an end that never ends, in which player 2 still has two actions."""

    def outcome(state: str, joint: tuple[str, ...]) -> Any:
        won = 0 if state == "end" else 1 if joint[0] == joint[1] else -1
        return [won, -won], {"end": 1}

    actions = {"play": [["h", "t"], ["h", "t"]], "end": [["wait"], ["h", "t"]]}
    return cg.markov_game(
        players=["A", "B"],
        states=["play", "end"],
        actions=actions,
        outcome=outcome,
        discount=discount,
        initial={"play": 1},
    )


def at(game: cg.Game, play: str, end: str) -> cg.Policy:
    rows = {state: {"h": p, "t": 1 - Fraction(p)} for state, p in (("play", play), ("end", end))}
    return cg.Policy.from_dict(game, {"A": {"play": {"h": "1/2", "t": "1/2"}, "end": {"wait": 1}}, "B": rows})


def test_most_of_the_error_lies_where_it_means_nothing() -> None:
    """mu_E = (1/100, 99/100): errors 1/5 and 1 of the rows are 1/500 and 99/100."""
    game = episode()
    expert, policy = at(game, "1/2", "1"), at(game, "2/5", "1/2")
    answer = cg.matching_errors(game, expert, policy)
    assert answer.eps_bc.value == Fraction(1, 500) + Fraction(99, 100)
    first, second = answer.rows()
    assert (first.state, first.player, first.error, first.idle) == ("end", "B", Fraction(99, 100), True)
    assert (second.state, second.error, second.idle) == ("play", Fraction(1, 500), False)
    assert first.share + second.share == pytest.approx(1)
    assert first.share > 0.997
    left = cg.matching_errors(game, expert, policy, idle="ignore")
    assert left.eps_bc.value == Fraction(1, 500)
    assert left.value_gap.value == answer.value_gap.value
    assert left.policy["B"]["play"] == policy["B"]["play"]
    assert left.policy["B"]["end"] == expert["B"]["end"]
    with pytest.raises(InputError, match="idle: expected 'keep' or 'ignore', got 'drop'"):
        cg.matching_errors(game, expert, policy, idle="drop")  # type: ignore[arg-type]


def test_idle_is_no_effect_at_all() -> None:
    """An action that changes another's reward only, or only the way on, or only beside one action, has an effect."""
    game = episode()
    assert [is_idle(game, i, s) for s in (0, 1) for i in (0, 1)] == [False, False, True, True]
    assert [is_idle(cg.bimatrix([[0, 0], [0, 0]], [[1, 2], [1, 2]]), i, 0) for i in (0, 1)] == [True, False]
    assert [is_idle(cg.bimatrix([[0, 0], [0, 1]], [[0, 0], [0, 0]]), i, 0) for i in (0, 1)] == [False, False]
    moves = cg.from_arrays([[[[1, 1], [1, 1]]], [[[1, 0], [0, 1]]]], [[[[0, 0]], [[0, 0]]]] * 2, [1, 1], "1/2")
    assert [is_idle(moves, 1, s) for s in (0, 1)] == [True, False]


@pytest.mark.parametrize("seed", range(20))
def test_the_gaps_do_not_depend_on_idle_rows(seed: int) -> None:
    """In random games some of whose rows are made idle."""
    rng = random.Random(seed)
    game = random_markov_game(rng, 2, 4, 3, "9/10")
    still = {(i, s) for i in range(2) for s in range(4) if rng.random() < 0.5}
    players, states = list(game.players), list(game.states)

    def outcome(state: str, joint: tuple[str, ...]) -> Any:
        s = states.index(state)
        names = game.actions[s]
        taken = [0 if (i, s) in still else names[i].index(name) for i, name in enumerate(joint)]
        row = int(game.layout.row_offsets[s]) + taken[0] * len(names[1]) + taken[1]
        following = {states[t]: p for t, p in game.transitions.row(row).items()}
        return [game.reward(i, row) for i in range(2)], following

    start = dict(zip(states, game.initial.fractions(), strict=True))
    actions = dict(zip(states, game.actions, strict=True))
    same = cg.markov_game(
        players=players, states=states, actions=actions, outcome=outcome, discount="9/10", initial=start
    )
    expert, policy = random_policy(rng, same), random_policy(rng, same)
    other = without_idle(expert, policy)
    assert all(is_idle(same, i, s) for i, s in still)
    assert all(other.rows[i][s] == expert.rows[i][s] for i, s in still)
    assert cg.gaps(same, other).player_gaps == cg.gaps(same, policy).player_gaps
    changed = {(i, s) for i in range(2) for s in range(4) if other.rows[i][s] != policy.rows[i][s]}
    assert all(is_idle(same, i, s) for i, s in changed)


def test_the_commands_warn_and_offer_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    game = episode()
    cg.write_game(game, "g.json")
    cg.write_policy(at(game, "1/2", "1"), "e.json")
    cg.write_policy(at(game, "2/5", "1/2"), "p.json")
    words = ["errors", "g.json", "--expert", "e.json", "--policy", "p.json"]
    assert main(words) == 0
    said = capsys.readouterr()
    wanted = "99.8% of player B's eps_BC lies where nothing that it does changes anything (most at end)"
    assert said.err == f"certigap: warning: {wanted}; --idle ignore leaves that out\n"
    assert "player B at end   error 0.99   99.8%  idle" in said.out
    assert main([*words, "--idle", "ignore", "--json", "-o", "c.json"]) == 0
    said = capsys.readouterr()
    answer = json.loads(said.out)
    assert (answer["eps_bc"], said.err) == ("1/500", "")
    assert answer["rows"] == [{"player": "B", "state": "play", "error": "1/500", "idle": False}]
    assert main(["verify", "g.json", "c.json"]) == 0
    capsys.readouterr()
    words = ["certify", "g.json", "--expert", "e.json", "--policy", "p.json", "--json"]
    assert main([*words, "--budget", "2"]) == 0
    said = capsys.readouterr()
    assert "--idle ignore" in said.err
    assert json.loads(said.out)["eps"] == "124/125"
    assert main([*words, "--idle", "ignore"]) == 0
    said = capsys.readouterr()
    assert (json.loads(said.out)["eps"], said.err) == ("1/500", "")


def test_no_warning_where_the_error_means_something(capsys: pytest.CaptureFixture[str]) -> None:
    from certigap.commands.carriers import warn_of_idle

    rng = random.Random(0)
    for game, expert in games_with_experts(3, 1):
        rows = cg.matching_errors(game, expert, random_policy(rng, game)).rows()
        assert rows
        warn_of_idle(rows)
    warn_of_idle(())
    assert capsys.readouterr().err == ""
