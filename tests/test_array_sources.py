"""Array games from everywhere: scalable families of the catalog, other files, OpenSpiel; and back to names."""

from fractions import Fraction
from pathlib import Path

import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import InputError, LimitError
from certigap.model import catalog
from certigap.model.large import ArrayGame, ArrayPolicy, read_array_game
from certigap.model.large.families import grid_game, pursuit_game, random_game
from tests.helpers.command_line import fails, run_json
from tests.helpers.peers import peer


@pytest.mark.parametrize("size", [2, 3, 4])
def test_pursuit_without_names_is_the_catalogs(size: int) -> None:
    assert pursuit_game(size) == ArrayGame.from_game(catalog.load("pursuit", size=size))


def test_families_stand_in_the_catalog() -> None:
    assert catalog.arrays("sparse", states=50, seed=3) == random_game(50, seed=3)
    assert catalog.arrays("token", side=7) == grid_game(7)
    assert catalog.arrays("tag") == ArrayGame.from_game(catalog.load("tag"))
    for name in ("sparse", "token"):
        assert ArrayGame.from_game(catalog.load(name)).states == catalog.arrays(name).states


def test_a_family_grows_as_arrays_beyond_what_has_names() -> None:
    assert catalog.arrays("pursuit", size=13).states == 169 * 168 + 1
    with pytest.raises(InputError, match="parameter size"):
        catalog.load("pursuit", size=13)
    with pytest.raises(LimitError, match="at most 2000000 transitions, got 2000000000"):
        catalog.load("sparse", states=10**8)
    with pytest.raises(LimitError, match="--arrays"):
        catalog.load("token", side=1000)


def test_the_value_of_a_pursuit_is_that_of_the_game_with_names() -> None:
    game = catalog.load("pursuit", size=2)
    exact = cg.gaps(game, cg.Policy.uniform(game)).nash_gap.value
    arrays = pursuit_game(2)
    found = cg.array_gaps(arrays, ArrayPolicy.uniform(arrays)).nash_gap
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= exact <= found.upper <= found.lower + Fraction(1, 10**6)


def test_the_command_exports_arrays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    written = run_json(capsys, "games", "export", "sparse", "--arrays", "--set", "states=30")
    assert written == {"written": ["sparse.game.npz"]}
    assert read_array_game("sparse.game.npz") == random_game(30)
    assert main(["gap", "sparse.game.npz", "uniform", "-o", "gap.npz"]) == 0
    assert main(["verify", "sparse.game.npz", "gap.npz"]) == 0
    assert "--arrays" in fails(capsys, "games", "show", "sparse", "--arrays")


def test_games_become_array_games_and_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cg.write_game(cg.games.load("tag"), "tag.json")
    run_json(capsys, "convert", "tag.json", "-o", "tag.npz", "--arrays")
    assert read_array_game("tag.npz") == ArrayGame.from_game(cg.games.load("tag"))
    run_json(capsys, "convert", "tag.npz", "-o", "back.json")
    back = cg.read_game("back.json")
    assert ArrayGame.from_game(back) == ArrayGame.from_game(cg.games.load("tag"))
    assert back.states[:2] == ("1", "2")
    assert "discount" in fails(capsys, "convert", "tag.npz", "-o", "x.json", "--discount", "1/2")
    assert "--arrays" in fails(capsys, "convert", "tag.json", "-o", "x.json", "--arrays")


def test_openspiel_becomes_an_array_game(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peer("pyspiel")
    monkeypatch.chdir(tmp_path)
    asked = ("convert", "openspiel:nim(pile_sizes=1;2)", "--discount", "1/2", "--merge", "history")
    run_json(capsys, *asked, "-o", "nim.json")
    run_json(capsys, *asked, "-o", "nim.npz", "--arrays")
    assert read_array_game("nim.npz") == ArrayGame.from_game(cg.read_game("nim.json"))
