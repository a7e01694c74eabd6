"""Names: close matches for unknown ones, options where a command is typed, `cg.solve`, and whose errors are raised."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import CertigapError, UnknownError
from tests.helpers.command_line import fails
from tests.helpers.peers import peer

PACKAGE = Path(cg.__file__).parent
FOREIGN = {"ValueError", "TypeError", "KeyError", "IndexError", "RuntimeError", "LookupError", "Exception", "OSError"}
INSIDE = ("bounds", "floats", "regions", "semantics", "solve", "witnesses", "trusted", "checker.py", "array_checker.py")
"""Parts that users' input does not reach unread: a `ValueError` there says that the program itself is wrong."""
INVARIANTS = {
    "model/files/game_codec.py",
    "questions/frontier/question.py",
}
"""The same elsewhere."""


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("games", "show", "tga"), "(near: tag), got 'tga'"),
        (("games", "show", "battle"), "(near: battle-of-the-sexes), got 'battle'"),
        (("games", "export", "SOCCER"), "(near: soccer), got 'SOCCER'"),
        (("prove", "lemma1"), "(near: lemma-1"),
    ],
)
def test_unknown_names_list_near_ones(
    arguments: tuple[str, ...], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hint in fails(capsys, *arguments)


@pytest.mark.parametrize(
    ("module", "name", "hint"),
    [
        ("pyspiel", "openspiel:kuhn", "(near: kuhn_poker"),
        ("pyspiel", "openspiel:tic_tac_too", "(near: tic_tac_toe, "),
        ("pygambit.catalog", "gambit:nau", "(near: journals/ijgt/nau2004/"),
        ("pygambit.catalog", "gambit:journals/geb/gilboa1998/fig1", "(near: journals/geb/gilboa1997/fig1"),
    ],
)
def test_unknown_games_of_peers_list_near_ones(
    module: str, name: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    peer(module)
    assert hint in fails(capsys, "convert", name, "-o", "x.json")


def test_a_mistyped_command_lists_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    for words, near in ((["certfy"], "; near: certify, "), (["games", "lst"], "; near: list")):
        with pytest.raises(SystemExit):
            main(words)
        assert capsys.readouterr().err.partition(")")[2].startswith(near)


def test_hints_name_options_on_the_command_line_and_arguments_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peer("pyspiel")
    monkeypatch.chdir(tmp_path)
    Path("g.efg").write_text('EFG 2 R "t" { "A" } p "" 1 1 "" { "l" "r" } 0 t "" 0 t "" 0')
    with pytest.raises(cg.InputError, match=r"expected max_states= only for"):
        cg.convert("x.json", max_states=3)
    assert "expected --merge only for" in fails(capsys, "convert", "g.efg", "--merge", "moves", "-o", "x.json")
    cg.write_game(cg.games.load("lemma1"), "x.json")
    assert "expected --max-states only for" in fails(capsys, "convert", "x.json", "--max-states", "3", "-o", "y.json")
    with pytest.raises(cg.InputError, match=r"expected discount=RATIONAL in"):
        cg.convert("openspiel:tic_tac_toe")
    assert "expected --discount RATIONAL in" in fails(capsys, "convert", "openspiel:tic_tac_toe", "-o", "y.json")


def test_the_catalog_fits_a_hundred_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["games", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == list(cg.games.names())
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize(
    "first", ["", "import certigap.solve", "from certigap.solve import equilibria", "import certigap.solve.dispatch"]
)
def test_solve_is_the_function_whatever_was_imported(first: str) -> None:
    program = f"{first}\nimport inspect, certigap as cg\nassert inspect.isfunction(cg.solve)\n"
    program += "from certigap import solve\nassert solve is cg.solve is cg.solve_game\n"
    program += "assert cg.nash_gap(cg.games.load('chicken'), cg.solve(cg.games.load('chicken')).expert).value == 0"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=300)


def raised(source: str) -> list[str]:
    """Names of the exceptions that a source raises itself, with words; those without are caught where they rise."""
    found = [node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise)]
    called = [one for one in found if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.args]
    return [one.func.id for one in called if isinstance(one.args[0], ast.JoinedStr | ast.Constant)]


def test_every_error_of_ours_is_a_certigap_error() -> None:
    found = {
        place
        for path in sorted(PACKAGE.rglob("*.py"))
        if not (place := path.relative_to(PACKAGE).as_posix()).startswith(INSIDE)
        and FOREIGN & set(raised(path.read_text()))
    }
    assert found - INVARIANTS == set()


def defined(source: str) -> list[str]:
    """Names of the classes that derive from an exception of Python's own, private ones aside."""
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    own = [one.name for one in classes if {base.id for base in one.bases if isinstance(base, ast.Name)} & FOREIGN]
    return [name for name in own if not name.startswith("_")]


def test_every_exception_of_the_package_is_of_the_tree() -> None:
    places = [path for path in sorted(PACKAGE.rglob("*.py")) if "trusted" not in path.parts]
    found = {path.name: names for path in places if (names := defined(path.read_text()))}
    tree = ["CertigapError", "InputError", "KindError", "UnknownError"]
    assert found == {"errors.py": tree, "array_checker.py": ["Malformed", "Invalid"]}
    assert defined("class A(Exception): pass\nclass _B(KeyError): pass") == ["A"]


def test_a_planted_error_is_seen() -> None:
    source = "def f():\n    raise ValueError('x')\nraise InputError(f'{x}')\nraise KeyError(key)\nraise TypeError"
    assert set(raised(source)) == {"ValueError", "InputError"}


def test_a_missing_key_reads_as_a_message() -> None:
    policy = cg.Policy.uniform(cg.games.load("chicken"))
    with pytest.raises(KeyError) as caught:
        policy["3"]
    assert isinstance(caught.value, CertigapError)
    assert isinstance(caught.value, UnknownError)
    assert str(caught.value) == "policy: expected one of the players ['1', '2'], got '3'"


def test_public_errors_are_the_trees() -> None:
    tree = [one for _, one in inspect.getmembers(sys.modules["certigap.errors"], inspect.isclass)]
    assert all(issubclass(one, CertigapError | UserWarning) for one in tree if one.__module__ == "certigap.errors")
