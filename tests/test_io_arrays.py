"""Games in `.npz` files: round trips, the three layouts, floats only on request, and what is refused."""

import random
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from certigap.errors import InputError
from certigap.io.arrays import read_arrays, write_arrays
from certigap.model import catalog
from certigap.model.build import bimatrix
from certigap.model.game import Game
from tests.helpers.strategies import markov_games, normal_forms, random_markov_game

DENSE: dict[str, Any] = {  # one player's switch: "1" stays, "2" goes to the other state by chance
    "transitions": np.array([[[1, 0], [0, 1]], [[0, 3], [1, 2]]]),
    "transition_denominators": np.array([[1, 1], [3, 3]]),
    "rewards": np.array([[["1/3", "-0.5"], ["0", "2"]]]),
    "initial": np.array([1, 1]),
    "initial_denominator": np.array(2),
    "discount": np.array("9/10"),
}


def save(path: Path, **arrays: Any) -> Path:
    np.savez(path / "g.npz", **arrays)
    return path / "g.npz"


def same_names(first: Game, second: Game) -> bool:
    return (first.players, first.states, first.actions) == (second.players, second.states, second.actions)


@given(markov_games())
def test_markov_games_return(tmp_path_factory: pytest.TempPathFactory, game: Game) -> None:
    path = tmp_path_factory.mktemp("npz") / "g.npz"
    write_arrays(game, path)
    assert read_arrays(path) == game


@given(normal_forms())
def test_normal_forms_return(tmp_path_factory: pytest.TempPathFactory, game: Game) -> None:
    path = tmp_path_factory.mktemp("npz") / "g.npz"
    write_arrays(game, path)
    assert read_arrays(path) == game


def test_integers_without_a_divisor_are_weights(tmp_path: Path) -> None:
    given = {name: array for name, array in DENSE.items() if not name.endswith("denominators")}
    weights = given | {"initial": np.array([5, 5]), "transitions": np.array([[[7, 0], [0, 2]], [[0, 3], [1, 2]]])}
    del weights["initial_denominator"]
    assert read_arrays(save(tmp_path, **weights)) == read_arrays(save(tmp_path, **DENSE))
    for wrong in ([-5, -5], [0, 0]):
        with pytest.raises(InputError, match="initial: "):
            read_arrays(save(tmp_path, **weights | {"initial": np.array(wrong)}))


@pytest.mark.parametrize("name", ["lemma2", "tag", "algorithm1"])
def test_catalog_games_return(tmp_path: Path, name: str) -> None:
    game = catalog.load(name)
    write_arrays(game, tmp_path / "g.npz")
    back = read_arrays(tmp_path / "g.npz")
    assert back == game
    assert (back.name, same_names(back, game)) == (game.name, True)


def test_numbers_longer_than_machine_words_return(tmp_path: Path) -> None:
    markov = random_markov_game(random.Random(3), 2, 3, 2, "9/10", 200)
    normal = bimatrix([[Fraction(10**80, 3), 1], [Fraction(1, 7**60), 2**62]])
    for game in (markov, normal):
        write_arrays(game, tmp_path / "g.npz")
        assert read_arrays(tmp_path / "g.npz") == game


def test_normal_form_by_hand(tmp_path: Path) -> None:
    payoffs = np.arange(12).reshape(2, 2, 3)
    names = np.array(["u", "d", "x", "y", "z"])
    path = save(tmp_path, payoffs=payoffs, payoff_denominators=np.array([2, 5]), actions=names)
    game = read_arrays(path)
    assert [game.reward(0, k) for k in range(6)] == [Fraction(k, 2) for k in range(6)]
    assert game.reward(1, 5) == Fraction(11, 5)
    assert game.actions == ((("u", "d"), ("x", "y", "z")),)


def test_dense_layout_by_hand(tmp_path: Path) -> None:
    game = read_arrays(save(tmp_path, **DENSE))
    assert [game.transitions.row(k) for k in range(4)] == [
        {0: 1},
        {1: 1},
        {1: 1},
        {0: Fraction(1, 3), 1: Fraction(2, 3)},
    ]
    assert [game.reward(0, k) for k in range(4)] == [Fraction(1, 3), Fraction(-1, 2), 0, 2]
    assert (game.discount, game.initial.fractions()) == (Fraction(9, 10), [Fraction(1, 2)] * 2)
    assert read_arrays(save(tmp_path, **DENSE), discount="1/2").discount == Fraction(1, 2)


def test_floats_are_rounded_only_on_request_and_that_is_recorded(tmp_path: Path) -> None:
    floats = {
        "transitions": np.array([[[1 / 3, 2 / 3]], [[0.0, 1.0]]]),
        "rewards": np.array([[[0.25], [0.1]]]),
        "initial": np.array([1.0, 0.0]),
    }
    path = save(tmp_path, **floats)
    with pytest.raises(InputError, match=r"rewards: expected integers or text, got floats"):
        read_arrays(path, discount="1/2")
    game = read_arrays(path, discount="1/2", from_floats=8)
    assert game.transitions.row(0) == {0: Fraction(3, 8), 1: Fraction(5, 8)}
    assert [game.reward(0, k) for k in range(2)] == [Fraction(1, 4), Fraction(1, 8)]
    change = abs(Fraction(3, 8) - Fraction(1 / 3)) + abs(Fraction(5, 8) - Fraction(2 / 3))
    assert game.meta["floats_rounded_to"] == "1/8"
    assert Fraction(game.meta["largest_rounding"]) == change


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"extra": np.array(1)}, "expected only the arrays .*, got 'extra'"),
        ({"rewards": None}, "expected the array 'rewards', got "),
        ({"discount": None}, "expected the array 'discount', got "),
        ({"discount": np.array("1")}, r"discount: expected a rational in \[0, 1\), got 1"),
        ({"discount": np.array("0.9x")}, "discount: expected a rational such as"),
        ({"discount": np.array(0.5)}, "discount: expected integers or text, got floats"),
        ({"rewards": np.array([[[1, 2]]])}, r"rewards: expected the shape \(1, 2, 2\), got \(1, 1, 2\)"),
        ({"rewards": np.array([[[True, True], [True, True]]])}, "rewards: expected integers or text, got bool"),
        ({"rewards": np.array([[["1/3", "1/0"], ["0", "0"]]])}, "rewards: expected a rational such as"),
        ({"transitions": np.ones((2, 2))}, r"transitions: expected the shape \(S, A_1, .., A_n, S\), got \(2, 2\)"),
        ({"transitions": np.array([[[1, 0], [0, 1]], [[0, 3], [1, 1]]])}, "row 3: sums to 2/3, expected 1"),
        ({"transition_denominators": np.array(0)}, "transition_denominators: expected numbers above 0"),
        ({"initial": np.array([3, -1])}, "initial: expected probabilities >= 0, got -1/2"),
        ({"states": np.array(["a", "a"])}, "states: expected distinct names, got 'a' twice"),
        ({"states": np.array([1, 2])}, "states: expected text, got int64"),
        ({"actions": np.array(["a"])}, r"actions: expected the shape \(2\), got \(1,\)"),
        ({"name": np.array("a\nb")}, "name: expected a name without control characters"),
    ],
)
def test_refused_dense(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    arrays = {key: value for key, value in {**DENSE, **changes}.items() if value is not None}
    with pytest.raises(InputError, match=message) as caught:
        read_arrays(save(tmp_path, **arrays))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("offsets", lambda x: x[::-1].copy(), "offsets: expected numbers that rise from 0"),
        ("offsets", lambda x: np.where(x == x[1], 0, x), "offsets: expected numbers that rise from 0"),
        ("columns", lambda x: x + 1, "columns: expected states from 0 to"),
        ("columns", lambda x: 0 * x, "columns: expected distinct states in row"),
        ("weights", lambda x: x[:-1].copy(), "weights: expected the shape"),
        ("denominators", lambda x: -x, "denominators: expected numbers above 0"),
        ("shapes", lambda x: 0 * x, "shapes: expected states whose players have actions"),
        ("shapes", lambda x: x.astype(float), "shapes: expected integers or text, got floats"),
    ],
)
def test_refused_flat(tmp_path: Path, key: str, change: Callable[[Any], Any], message: str) -> None:
    write_arrays(random_markov_game(random.Random(1), 2, 3, 2, "1/2", 3), tmp_path / "g.npz")
    arrays = dict(np.load(tmp_path / "g.npz"))
    with pytest.raises(InputError, match=message):
        read_arrays(save(tmp_path, **(arrays | {key: change(arrays[key])})))


def test_refused_files(tmp_path: Path) -> None:
    path = tmp_path / "g.npz"
    with pytest.raises(InputError, match=r"g\.npz: expected a readable .npz file, got: No such file"):
        read_arrays(path)
    np.savez(path, payoffs=np.array([[1]], dtype=object))
    with pytest.raises(InputError, match=r"expected an \.npz file of integers and text, got: Object arrays"):
        read_arrays(path)
    np.savez(path, payoffs=np.zeros((1, 3), dtype=np.int64))
    whole = path.read_bytes()
    for broken in (b"", b"not a zip", whole[: len(whole) // 2], whole[:-60]):
        path.write_bytes(broken)
        with pytest.raises(InputError, match=r"expected an \.npz file of integers and text, got: ") as caught:
            read_arrays(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(InputError, match=r"expected a readable \.npz file, got: Is a directory"):
        read_arrays(tmp_path)


@pytest.mark.parametrize(
    ("member", "header", "message"),
    [
        (
            "payoffs.npy",
            "{'descr': '<i8', 'fortran_order': False, 'shape': (10000000000000,), }",
            "got: Unable to alloc",
        ),
        ("payoffs.npy", "((((", "expected an .npz file of integers and text, got: "),
        (
            "payoffs.npy",
            "{'descr': [('a', '<i8')], 'fortran_order': False, 'shape': (0,), }",
            "expected integers or text",
        ),
        ("payoffs", None, "expected arrays only, got 'payoffs'"),
    ],
)
def test_lying_archives_are_refused(tmp_path: Path, member: str, header: str | None, message: str) -> None:
    data = b"text"
    if header is not None:
        padded = header.ljust(117).encode() + b"\n"
        data = b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded
    with zipfile.ZipFile(tmp_path / "g.npz", "w") as archive:
        archive.writestr(member, data)
    with pytest.raises(InputError, match=message) as caught:
        read_arrays(tmp_path / "g.npz")
    assert "\n" not in str(caught.value)


def test_the_layout_is_told_to_who_guesses_it(tmp_path: Path) -> None:
    """Names that people take for granted, such as P and R, and floats without a denominator."""
    path = tmp_path / "mine.npz"
    np.savez(path, P=np.ones((2, 2)), R=np.ones(2))
    wanted = r"expected the arrays of a game, payoffs \[n, A_1, .., A_n\], or transitions \[S, .*; got 'P', 'R'"
    with pytest.raises(InputError, match=wanted):
        read_arrays(path)
    np.savez(path, payoffs=np.ones((1, 2)) / 3)
    with pytest.raises(InputError, match="from_floats=1000000 rounds them, by name"):
        read_arrays(path)
