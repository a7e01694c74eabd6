"""Policies as people have them: by names, arrays, counts, trajectories, functions, other programs' objects."""

import types
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import certigap as cg
from certigap.errors import InputError
from tests.helpers.command_line import fails, run_json
from tests.helpers.peers import peer
from tests.helpers.small_games import two_states

GAME = cg.bimatrix([[1, 0], [0, 1]], actions=[["U", "D"], ["L", "R"]])
TAG = cg.games.load("tag")
NAMED = {"1": {"s0": {"b": "1/3", "a": "2/3"}}, "2": {"s1": {"e": 1}}}
"""Of `two_states`: actions in another order, what is certain or 0 left out."""


def test_names_are_names_whatever_their_order() -> None:
    game = two_states()
    policy = cg.Policy.from_dict(game, NAMED)
    assert policy == cg.Policy.from_rows(game, [[["2/3", "1/3"], [1]], [[1], [0, 0, 1]]])
    assert policy == cg.Policy.from_rows(game, NAMED) == cg.Policy.from_mapping(game, types.MappingProxyType(NAMED))
    assert policy["1"]["s0"]["a"] == Fraction(2, 3)
    assert cg.Policy.from_dict(game, policy.to_dict()) == policy


def test_a_mapping_of_counts_is_read_by_its_names() -> None:
    counts = {"1": {"s0": {"b": 3, "a": 1}}, "2": {}}
    expected = [[["1/4", "3/4"], [1]], [[1], ["1/3", "1/3", "1/3"]]]
    assert cg.Policy.from_counts(two_states(), counts) == cg.Policy.from_rows(two_states(), expected)


def test_a_mapping_of_floats_is_read_by_its_names() -> None:
    policy = cg.Policy.from_floats(GAME, {"2": {"L": 0.25, "R": 0.75}, "1": {"D": 1.0}})
    assert policy == cg.Policy.from_rows(GAME, [[0, 1], ["1/4", "3/4"]])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"1": {"U": 1}}, "expected rows of player '2', got none"),
        ({"1": {"U": 1}, "3": {"L": 1}}, "expected names of players \\('1', '2'\\), got '3'"),
        ({1: {"U": 1}, 2: {"L": 1}}, "expected names of players \\('1', '2'\\), got 1"),
        ({"1": {"U": 1}, "2": {"left": 1}}, "expected names of actions \\('L', 'R'\\), got 'left'"),
        ({"1": {"U": 1}, "2": {"L": "1/2"}}, "sums to 1/2, expected 1"),
        ([[1, 0]], "expected rows of 2 players, got 1"),
        ("10", "expected rows of 2 players, got the str '10'"),
        ({"U", "D"}, "expected rows of 2 players, got the set"),
        ([{1, 0}, [1, 0]], "policy of player 1 .*, got the set"),
        (iter([]), "expected rows of 2 players, got the list_iterator"),
        (np.float64(1), "expected rows of 2 players, got the float64"),
        (np.array([[1, 0, 1], [1, 0, 0]]), "player 1 at state '': expected 0 past its 2 actions, got \\[1\\]"),
    ],
)
def test_other_forms_are_refused_in_one_line(rows: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        cg.Policy.from_rows(GAME, rows)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) <= 200


def test_a_state_with_a_choice_is_not_left_out() -> None:
    with pytest.raises(InputError, match="player 2 at state 's1': expected 3 probabilities, got none"):
        cg.Policy.from_dict(two_states(), {"1": {"s0": {"a": 1}}, "2": {}})
    with pytest.raises(InputError, match="expected a mapping of players, got the list"):
        cg.Policy.from_dict(GAME, [[1, 0], [1, 0]])  # type: ignore[arg-type]


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_arrays_of_every_layout_are_one_policy(random: Any) -> None:
    counts = [[[random.randint(1, 9) for _ in own[i]] for own in TAG.actions] for i in range(2)]
    policy = cg.Policy.from_counts(TAG, counts)
    own = [policy.to_numpy("1"), policy.to_numpy(1)]
    again = cg.Policy.from_floats(TAG, own)
    assert cg.Policy.from_floats(TAG, np.stack(own)) == again
    assert cg.Policy.from_floats(TAG, np.stack(own, axis=1)) == again
    assert cg.Policy.from_floats(TAG, dict(zip(TAG.players, own, strict=True))) == again
    for mine, other in zip(again.floats(), policy.floats(), strict=True):
        assert np.abs(mine - other).max() < 1e-15
    assert again.rounding_error is not None
    assert again.rounding_error < Fraction(1, 10**14)


def test_padded_rows_and_what_reads_both_ways() -> None:
    game = two_states()  # as many players as states
    own = [np.array([[2, 1], [1, 0]]), np.array([[1, 0, 0], [0, 0, 4]])]
    policy = cg.Policy.from_counts(game, own)
    assert policy == cg.Policy.from_dict(game, NAMED)
    assert policy.to_numpy("2").tolist() == [[1, 0, 0], [0, 0, 1]]
    with pytest.raises(InputError, match=r"got \(players, \.\.\) \(2, 2, 3\), which is also \(states, players"):
        cg.Policy.from_counts(game, np.ones((2, 2, 3), dtype=int))
    with pytest.raises(InputError, match="expected one of the players"):
        policy.to_numpy("3")


def test_noise_of_a_solver_is_clipped_and_recorded() -> None:
    policy = cg.Policy.from_floats(GAME, [[-1e-17, 1.0], [1 + 2**-40, -(2**-40)]])
    assert policy == cg.Policy.from_rows(GAME, [[0, 1], [1, 0]])
    assert policy.rounding_error == Fraction(2, 2**40)
    with pytest.raises(InputError, match="expected finite probabilities >= 0"):
        cg.Policy.from_floats(GAME, [[-1e-5, 1 + 1e-5], [0, 1]])


def test_uniform() -> None:
    assert cg.Policy.uniform(GAME) == cg.Policy.from_rows(GAME, [["1/2", "1/2"]] * 2)
    assert cg.Policy.uniform(two_states())["2"]["s1"] == dict.fromkeys("cde", Fraction(1, 3))


STEPS = [("s0", "a", "wait"), ("s0", "b", "wait"), ("s0", "a", "wait"), ("s1", "a", "e")]


@pytest.mark.parametrize(
    "data",
    [
        STEPS,
        [STEPS[:2], STEPS[2:], []],
        [[(s, tuple(joint)) for s, *joint in STEPS]],
        [{"state": s, "actions": joint, "reward": 0.5} for s, *joint in STEPS],
        np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0], [1, 0, 2]]),
        [np.array([[0, 0, 0], [0, 1, 0]]), np.array([[0, 0, 0], [1, 0, 2]])],
    ],
)
def test_trajectories_are_counted(data: Any) -> None:
    assert cg.Policy.from_trajectories(two_states(), data) == cg.Policy.from_dict(two_states(), NAMED)


def test_smoothing_adds_to_every_count() -> None:
    policy = cg.Policy.from_trajectories(two_states(), STEPS, smoothing="1/2")
    assert policy.to_dict() == {
        "1": {"s0": {"a": Fraction(5, 8), "b": Fraction(3, 8)}, "s1": {"a": 1}},
        "2": {"s0": {"wait": 1}, "s1": {"c": Fraction(1, 5), "d": Fraction(1, 5), "e": Fraction(3, 5)}},
    }
    with pytest.raises(InputError, match="smoothing: expected a rational >= 0, got -1"):
        cg.Policy.from_trajectories(two_states(), STEPS, smoothing=-1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([("s7", "a", "wait")], "step 0: state: expected one of 's0', 's1', or an index below 2, got 's7'"),
        ([[("s0", "a", "c")]], "episode 0, step 0: action of player 2 at state 's0': expected one of 'wait'"),
        ([("s0", "a")], "step 0: expected a state and 2 actions, got 1 actions"),
        ([(2, 0, 0)], "state: expected one of .* got 2"),
        ([(0, -1, 0)], "action of player 1 .* got -1"),
        ([{"obs": 1}], "expected the keys 'state' and 'actions', got \\['obs'\\]"),
        (7, "trajectories: expected a list, got the int '7'"),
        ({"s0": 1}, "trajectories: expected a list, got the dict"),
    ],
)
def test_bad_steps_are_named(data: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        cg.Policy.from_trajectories(two_states(), data)


def test_functions_of_the_state() -> None:
    game = two_states()
    rows = {"s0": {"1": [0.25, 0.75], "2": [1.0]}, "s1": {"1": {"a": 1}, "2": np.array([0.5, 0.5, 0.0])}}
    expected = cg.Policy.from_rows(game, [[["1/4", "3/4"], [1]], [[1], ["1/2", "1/2", 0]]])
    assert cg.Policy.from_callable(game, lambda player, state: rows[state][player]) == expected
    own = [lambda state: rows[state]["1"], lambda state: rows[state]["2"]]
    assert cg.Policy.from_callable(game, own) == expected
    assert cg.Policy.from_callable(game, {"2": own[1], "1": own[0]}) == expected
    with pytest.raises(InputError, match="expected a function for each of the players"):
        cg.Policy.from_callable(game, own[:1])


class Tensor:
    """What a PyTorch tensor that needs a gradient does: it is an array only once it is taken out of the graph."""

    def __init__(self, array: Any) -> None:
        self.array = np.asarray(array)

    def detach(self) -> "Tensor":
        return self

    def cpu(self) -> Any:
        return self.array

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("call detach() first")


def test_tensors() -> None:
    assert cg.Policy.from_floats(GAME, Tensor([[0.5, 0.5], [0.0, 1.0]])) == cg.Policy.from_rows(
        GAME, [["1/2", "1/2"], [0, 1]]
    )


def test_openspiel_policies() -> None:
    spiel = peer("pyspiel")
    from open_spiel.python import policy as peers

    name = "nim(pile_sizes=1;2)"
    game, other = cg.convert(f"openspiel:{name}", discount="9/10"), spiel.load_game(name)
    tabular = peers.TabularPolicy(other)
    for k, row in enumerate(tabular.action_probability_array):
        row[:] = np.where(row > 0, k + 1 + np.arange(len(row)), 0)
        row /= row.sum()
    policy = cg.policy_from_openspiel(game, tabular)
    state = other.new_initial_state()
    chances = tabular.action_probabilities(state)
    named = {state.action_to_string(0, action): chance for action, chance in chances.items()}
    start = game.states[next(s for s, w in enumerate(game.initial.weights) if w)]
    assert {action: float(p) for action, p in policy["0"][start].items()} == pytest.approx(named, abs=1e-15)
    for uniform in (peers.UniformRandomPolicy(other), spiel.UniformRandomPolicy(other)):
        pair = zip(cg.policy_from_openspiel(game, uniform).floats(), cg.Policy.uniform(game).floats(), strict=True)
        assert all(np.abs(mine - expected).max() < 1e-15 for mine, expected in pair)
    with pytest.raises(InputError, match="expected one imported from OpenSpiel"):
        cg.policy_from_openspiel(GAME, tabular)
    with pytest.raises(InputError, match="expected an OpenSpiel policy, got the int"):
        cg.policy_from_openspiel(game, 3)


def test_an_openspiel_policy_that_remembers_is_refused() -> None:
    peer("pyspiel")
    game = cg.convert("openspiel:nim(pile_sizes=1;1;2)", discount="9/10")

    class Remembers:
        def action_probabilities(self, state: Any, _: int) -> dict[int, float]:
            own = state.legal_actions()
            return {own[sum(state.history()[:1]) % len(own)]: 1.0}

    with pytest.raises(InputError, match="expected one row a state"):
        cg.policy_from_openspiel(game, Remembers())


def test_arrays_become_policy_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    game = two_states()
    cg.write_game(game, tmp_path / "g.json")
    rows = {"1": np.array([[0.25, 0.75], [1, 0]]), "2": np.array([[1.0, 0, 0], [0.5, 0.5, 0]])}
    np.savez(tmp_path / "p.npz", **rows)
    np.save(tmp_path / "tag.npy", np.full((72, 2, 4), 0.25))
    out = str(tmp_path / "p.json")
    facts = run_json(capsys, "convert", str(tmp_path / "p.npz"), "--game", str(tmp_path / "g.json"), "-o", out)
    assert facts["rounding_error"] == "0"
    assert cg.read_policy(out, game) == cg.Policy.from_floats(game, rows)
    cg.write_game(TAG, tmp_path / "tag.json")
    run_json(capsys, "convert", str(tmp_path / "tag.npy"), "--game", str(tmp_path / "tag.json"), "-o", out)
    assert cg.read_policy(out, TAG) == cg.Policy.uniform(TAG)
    np.save(tmp_path / "bad.npy", np.array([["a"]], dtype=object), allow_pickle=True)
    (tmp_path / "cut.npy").write_bytes((tmp_path / "tag.npy").read_bytes()[:200])
    for name in ("bad.npy", "cut.npy", "none.npy"):
        line = fails(capsys, "convert", str(tmp_path / name), "--game", str(tmp_path / "g.json"), "-o", out)
        assert f"{name}: expected" in line
    assert "--game" in fails(capsys, "convert", str(tmp_path / "tag.npy"), "-o", out)
