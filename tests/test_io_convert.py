"""One entrance for games from elsewhere: which reader answers, and which options it takes."""

import itertools
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from certigap.errors import InputError, LimitError
from certigap.io import convert
from certigap.io.arrays import write_arrays
from certigap.io.names import distinct
from certigap.io.nfg_write import nfg_text, write_nfg
from certigap.model import catalog as games
from certigap.model.build import bimatrix, normal_form
from certigap.model.files.codec import write_game
from tests.helpers.command_line import fails, run_json
from tests.helpers.peers import peer

NFG = 'NFG 1 R "t" { "1" "2" } { 2 1 } 1 -1 2 -2'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    game = bimatrix([[1], [2]])
    (tmp_path / "g.NFG").write_text(NFG)
    write_game(game, tmp_path / "g.json")
    write_arrays(game, tmp_path / "g.npz")
    return tmp_path


@pytest.mark.parametrize("file", ["g.NFG", "g.json", "g.npz"])
def test_files_of_one_game_are_one_game(folder: Path, file: str) -> None:
    assert convert(folder / file) == bimatrix([[1], [2]])


def test_names_of_other_programs() -> None:
    peer("pygambit")
    peer("pyspiel")
    assert convert("gambit:journals/ijgt/nau2004/sec4").layout.shapes == ((2, 2, 2),)
    assert convert("openspiel:matrix_rps") == bimatrix(
        [[0, -1, 1], [1, 0, -1], [-1, 1, 0]], actions=[["Rock", "Paper", "Scissors"]] * 2, players=["0", "1"]
    )
    assert len(convert("openspiel:nim(pile_sizes=1;2)", discount="1/2", merge="history").states) == 12


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        ("g.txt", {}, r"g.txt: expected FILE.nfg, .*, got the suffix '.txt'"),
        ("game", {}, "got the suffix ''"),
        ("g\n.txt", {}, r"g\\n.txt: expected FILE"),
        ("missing.nfg", {}, "missing.nfg: expected a readable file, got: No such file"),
        ("missing.json", {}, "missing.json: expected a readable file, got: No such file"),
        (
            "g.nfg",
            {"discount": "1/2"},
            "g.nfg: expected discount= only for openspiel or arrays or umb, got it for gambit",
        ),
        ("g.npz", {"merge": "text"}, "expected merge= only for openspiel, got it for arrays"),
        ("g.json", {"max_states": 3}, "expected max_states= only for openspiel or gambit, got it for json"),
        ("openspiel:x", {"from_floats": 3}, "expected from_floats= only for arrays or umb, got it for openspiel"),
        ("g.nfg", {"max_states": 0}, "expected a limit of at least 1, got 0"),
    ],
)
def test_refused(source: str, options: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        convert(source, **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_the_limit_holds_for_profiles_too(folder: Path) -> None:
    with pytest.raises(LimitError, match="at most 1 strategy profiles, got 2"):
        convert(folder / "g.NFG", max_states=1)


def test_other_programs_are_imported_only_when_asked_for() -> None:
    code = "import sys, certigap.io; print(sorted({'pygambit', 'pyspiel', 'open_spiel', 'scipy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["a", "a_1", "a"], ("a_2", "a_1", "a_3")),
        (["", "1", "\x00 \n"], ("1_1", "1_2", "3")),
        (["x" * 2000, "x" * 2000], ("x" * 980 + "_1", "x" * 980 + "_2")),
        (["a\r\n b", "\ud800c"], ("a/b", "c")),
    ],
)
def test_names_are_made_distinct_and_printable(labels: list[str], names: tuple[str, ...]) -> None:
    assert distinct(labels) == names


NAMES = [["U p", 'say "D"', "\\rho", "ü"], ["L", "R"], ["1"]]


def test_nfg_files_come_back_as_the_same_game(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shape = (4, 2, 1)
    flat = [[Fraction(17 * i + 5 * k, 7 + k) for k in range(8)] for i in range(3)]
    game = normal_form(
        [np.array(own, dtype=object).reshape(shape) for own in flat], actions=NAMES, players=["a b", "2", "3"], name="t"
    )
    write_game(game, tmp_path / "g.json")
    run_json(capsys, "convert", str(tmp_path / "g.json"), "-o", str(tmp_path / "g.nfg"))
    again = convert(tmp_path / "g.nfg")
    assert again == game
    assert (again.name, again.digest) == ("t", game.digest)


def test_gambit_reads_what_was_written(tmp_path: Path) -> None:
    gambit = peer("pygambit")
    game = bimatrix([["1/3", 2, 0], [-1, "5/7", 4]], [[1, 0, 2], [0, "-1/2", 3]], actions=[["U", "D"], ["L", "M", "R"]])
    write_nfg(game, tmp_path / "g.nfg")
    read = gambit.read_nfg(str(tmp_path / "g.nfg"))
    for a, b in itertools.product(range(2), range(3)):
        profile = read[a, b]
        row = game.layout.row(0, (a, b))
        assert [Fraction(str(profile[p])) for p in read.players] == [game.reward(0, row), game.reward(1, row)]


def test_unknown_suffixes_and_what_gambit_cannot_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("x.txt", "x", "x.efg", "x.npy"):
        line = fails(capsys, "convert", str(folder / "g.json"), "-o", str(folder / name))
        assert f"-o: expected a file called .json or .npz or .nfg or .umb, got {folder / name}" in line
        assert not (folder / name).exists()
    with pytest.raises(InputError, match="nfg: expected a normal form, got <Game tag"):
        nfg_text(games.load("tag"))
    for name in ("a\\", 'a\\"b'):
        with pytest.raises(InputError, match="nfg: expected names without a backslash"):
            nfg_text(bimatrix([[1], [2]], actions=[[name, "b"], ["c"]]))
