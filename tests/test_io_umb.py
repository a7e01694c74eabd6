"""UMB files: round trips of our games, models of other programs, and what the model checker Storm reads of ours."""

import tarfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import InputError
from certigap.io import convert
from certigap.io.umb import read_umb
from certigap.io.umb_write import write_umb
from certigap.model.build import bimatrix, markov_game
from tests.helpers.command_line import fails, run_json
from tests.helpers.peers import peer

umbi = peer("umbi")


def mdp(discount: str = "9/10") -> cg.Game:
    """One player, two rooms: stay for a little, or try to leave for more."""
    outcomes = {
        ("near", "stay"): ([Fraction(1, 3)], {"near": Fraction(1)}),
        ("near", "go"): ([Fraction(-1, 7)], {"near": Fraction(1, 3), "far": Fraction(2, 3)}),
        ("far", "rest"): ([Fraction(1)], {"near": Fraction(1, 10**20), "far": 1 - Fraction(1, 10**20)}),
    }
    return markov_game(
        players=("a",),
        states=("near", "far"),
        actions={"near": (("stay", "go"),), "far": (("rest",),)},
        outcome=lambda state, joint: outcomes[state, joint[0]],
        discount=discount,
        initial={"near": 1},
        name="two rooms",
    )


def turns() -> cg.Game:
    """Two players who move in turn, as OpenSpiel tells it."""
    peer("pyspiel")
    return cg.convert("openspiel:nim(pile_sizes=1;2)", discount="1/2", merge="history")


@pytest.mark.parametrize(
    "make", [mdp, turns, lambda: cg.games.load("tag"), lambda: cg.games.load("random", states=3, successors=2)]
)
def test_a_game_comes_back_as_it_was(make: Callable[[], cg.Game], tmp_path: Path) -> None:
    game = make()
    write_umb(game, tmp_path / "game.umb")
    back = convert(tmp_path / "game.umb")
    assert (back, back.name, back.states, back.actions) == (game, game.name, game.states, game.actions)
    other = read_umb(tmp_path / "game.umb", discount="1/7")
    assert (other.discount, other.transitions.columns.tolist()) == (Fraction(1, 7), game.transitions.columns.tolist())


def test_a_policy_is_worth_the_same_by_either_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cg.write_game(cg.games.load("lemma1"), "lemma1.json")
    cg.write_policy(cg.games.learner("lemma1"), "learner.json")
    run_json(capsys, "convert", "lemma1.json", "-o", "lemma1.umb")
    run_json(capsys, "convert", "lemma1.umb", "-o", "back.json")
    asked = [run_json(capsys, "gap", name, "learner.json") for name in ("lemma1.json", "back.json")]
    assert asked[0] == asked[1]


def test_storm_reads_the_same_process(tmp_path: Path) -> None:
    stormpy = pytest.importorskip("stormpy", reason="stormpy is of the extra bench")
    game = mdp()
    write_umb(game, tmp_path / "mdp.umb")
    model = stormpy.build_model_from_umb(tmp_path / "mdp.umb")
    assert (model.nr_states, model.nr_choices) == (2, 3)
    rewards = model.reward_models["player_1"].state_action_rewards
    assert [Fraction(str(reward)) for reward in rewards] == [game.reward(0, row) for row in range(3)]
    rows = [{e.column: Fraction(str(e.value)) for e in model.transition_matrix.get_row(k)} for k in range(3)]
    assert rows == [game.transitions.row(k) for k in range(3)]
    assert list(model.initial_states) == [0]


def test_storm_and_we_agree_on_the_best_that_a_player_can_get(tmp_path: Path) -> None:
    """Storm does not discount, and takes no negative rewards: the chance 1 - g to end is in the game, 1 is added."""
    stormpy = pytest.importorskip("stormpy", reason="stormpy is of the extra bench")
    game, g = mdp(), Fraction(9, 10)

    def ending(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        if state == "end":
            return [Fraction(0)], {"end": Fraction(1)}
        s = game.states.index(state)
        row = int(game.layout.row_offsets[s]) + game.actions[s][0].index(joint[0])
        onward = {game.states[t]: g * p for t, p in game.transitions.row(row).items()}
        return [game.reward(0, row) + 1], onward | {"end": 1 - g}

    actions = dict(zip(game.states, game.actions, strict=True)) | {"end": (("-",),)}
    killed = markov_game(
        players=game.players,
        states=(*game.states, "end"),
        actions=actions,
        outcome=ending,
        discount=0,
        initial={"near": 1},
    )
    write_umb(killed, tmp_path / "killed.umb")
    model = stormpy.build_model_from_umb(tmp_path / "killed.umb")
    asked = stormpy.parse_properties('R{"player_1"}max=? [C]')[0]
    found = stormpy.model_checking(model, asked, only_initial_states=False).get_value(0)
    best = cg.best_response(game, cg.Policy.uniform(game), 0)
    assert Fraction(str(found)) == best.optimum.lower.fractions()[0] + game.horizon


def model(**changes: Any) -> Any:
    """A turn-based game of another program: rewards of states, choices and branches, and a state without choices."""
    ats = umbi.ats.ExplicitAts(num_players=2, player_to_name=["A", "B"], num_choice_actions=2)
    ats.choice_action_to_name = ["left", "right"]
    for _ in range(3):
        ats.add_state()
    for state, action, branches in (
        (0, 0, ((1, Fraction(1)),)),
        (0, 1, ((1, Fraction(1, 4)), (2, Fraction(3, 4)))),
        (1, 0, ((2, Fraction(1)),)),
    ):
        choice = ats.add_state_choice(state)
        choice.action = action
        for target, p in branches:
            choice.add_branch(target, p)
    ats.state_to_player = [1, 0, 0]
    ats.set_initial_states([0])
    gain = ats.add_reward_annotation("gain")
    gain.set_state_values([Fraction(1), Fraction(0), Fraction(5)])
    gain.set_choice_values([Fraction(10), Fraction(20), Fraction(30)])
    gain.set_branch_values([Fraction(0), Fraction(4), Fraction(8), Fraction(1)])
    for name, value in changes.items():
        setattr(ats, name, value)
    return ats


def test_a_model_of_another_program(tmp_path: Path) -> None:
    umbi.ats.write(model(), tmp_path / "other.umb")
    game = read_umb(tmp_path / "other.umb", discount="1/2", rewards=["gain", "-gain"])
    assert game.players == ("A", "B")
    assert game.actions == ((("-",), ("left", "right")), (("-",), ("-",)), (("-",), ("-",)))
    own = [game.reward(0, row) for row in range(4)]
    assert own == [11, 21 + Fraction(1, 4) * 4 + Fraction(3, 4) * 8, 31, 5]
    assert [game.reward(1, row) for row in range(4)] == [-reward for reward in own]
    assert game.transitions.row(3) == {2: Fraction(1)}
    with pytest.raises(
        InputError, match="rewards: expected an annotation for each of 2 players, of gain, got player_1"
    ):
        read_umb(tmp_path / "other.umb", discount="1/2")
    with pytest.raises(InputError, match="discount: expected one, as an option or an annotation, got none"):
        read_umb(tmp_path / "other.umb", rewards=["gain", "gain"])


def test_doubles_need_a_denominator(tmp_path: Path) -> None:
    ats = model()
    for branch, p in zip(ats.branches, (1.0, 0.3, 0.7, 1.0), strict=True):
        branch.prob = p
    umbi.ats.write(ats, tmp_path / "floats.umb")
    with pytest.raises(InputError, match="branch-to-probability: expected integers or text, got floats"):
        read_umb(tmp_path / "floats.umb", discount="1/2", rewards=["gain", "gain"])
    game = read_umb(tmp_path / "floats.umb", discount="1/2", rewards=["gain", "gain"], from_floats=8)
    assert game.transitions.row(1) == {1: Fraction(1, 4), 2: Fraction(3, 4)}
    assert Fraction(game.meta["largest_rounding"]) == abs(Fraction(1, 4) - Fraction(0.3)) + abs(
        Fraction(3, 4) - Fraction(0.7)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_initial_states": 2, "state_is_initial": [True, True, False]}, "initial states: expected one"),
        ({"time": "stochastic", "state_to_exit_rate": [1.0] * 3}, "time: expected discrete time"),
        ({"state_to_player": [1, 0, 7]}, "state-to-player: expected a player below 2"),
    ],
)
def test_models_that_are_no_games_of_ours(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    changes = {key: umbi.ats.TimeType(value) if key == "time" else value for key, value in changes.items()}
    umb = umbi.ats.explicit_ats_to_explicit_umb(model())
    if "state_to_player" in changes:
        umb.state_to_player = changes.pop("state_to_player")
    else:
        umb = umbi.ats.explicit_ats_to_explicit_umb(model(**changes))
    umbi.umb.write(umb, tmp_path / "odd.umb")
    with pytest.raises(InputError, match=message):
        read_umb(tmp_path / "odd.umb", discount="1/2", rewards=["gain", "gain"])


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("choice_to_branches", [0, 2, 1, 4], "choice-to-branches: expected 4 numbers that rise from 0 to 4"),
        ("branch_to_target", [0, 1, 2, 3], "branch-to-target: expected states from 0 to 2, got others"),
        ("state_to_choices", [0, 2, 3], "state-to-choices: expected 4 numbers"),
        ("branch_to_probability", [Fraction(1, 2)] * 4, "choice 0: sums to 1/2, expected 1"),
    ],
)
def test_numbers_that_point_nowhere_are_refused(tmp_path: Path, part: str, value: list[Any], message: str) -> None:
    umb = umbi.ats.explicit_ats_to_explicit_umb(model())
    setattr(umb, part, value)
    umbi.umb.write(umb, tmp_path / "odd.umb")
    with pytest.raises(InputError, match=message):
        read_umb(tmp_path / "odd.umb", discount="1/2", rewards=["gain", "gain"])


def changed(tmp_path: Path, change: Callable[[Any], None]) -> Path:
    """The file of a game in which both players move at once, with a change."""
    write_umb(cg.games.load("random", states=2, successors=1), tmp_path / "game.umb")
    umb = umbi.umb.read(tmp_path / "game.umb")
    change(umb)
    umbi.umb.write(umb, tmp_path / "game.umb")
    return tmp_path / "game.umb"


def test_joint_actions_are_all_there_in_their_order(tmp_path: Path) -> None:
    def swap(umb: Any) -> None:
        own = umb.annotations["certigap"]["action_2"]["choices"]
        own[0], own[1] = own[1], own[0]

    with pytest.raises(InputError, match="action_i: expected all joint actions of state 0, row-major"):
        read_umb(changed(tmp_path, swap))


def test_names_in_the_comment_are_checked_and_can_be_missing(tmp_path: Path) -> None:
    def rename(umb: Any) -> None:
        umb.index.model_data.comment = umb.index.model_data.comment.replace('"a2"', '"a1"')

    def drop(umb: Any) -> None:
        umb.index.model_data.comment = "a game"

    with pytest.raises(InputError, match="comment: /certigap/actions/0/0"):
        read_umb(changed(tmp_path, rename))
    assert read_umb(changed(tmp_path, drop)).actions == ((("1", "2"),) * 2,) * 2


def test_other_files_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.umb").write_text("no archive")
    with tarfile.open("empty.umb", "w"):
        pass
    assert "text.umb: expected a UMB file" in fails(capsys, "convert", "text.umb", "-o", "x.json")
    assert "empty.umb: expected a UMB file" in fails(capsys, "convert", "empty.umb", "-o", "x.json")
    assert "missing.umb: expected a UMB file" in fails(capsys, "convert", "missing.umb", "-o", "x.json")
    cg.write_game(bimatrix([[1]]), "normal.json")
    assert main(["convert", "normal.json", "-o", "x.umb"]) == 2
    assert "expected a Markov game for UMB" in capsys.readouterr().err
    assert not Path("x.umb").exists()
