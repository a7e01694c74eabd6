"""Gambit's games: the `.nfg` reader and catalog games against pygambit (text, payoffs, regrets); what is refused."""

import dataclasses
import random
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

from certigap.errors import CertigapWarning, InputError, LimitError
from certigap.io.gambit import from_gambit, read_gambit, read_gambit_catalog
from certigap.io.nfg import parse_nfg
from certigap.model.files.codec import game_to_json, parse_game
from certigap.model.files.json_write import dumps
from certigap.semantics import gaps
from tests.helpers.peers import peer
from tests.helpers.strategies import random_policy

HEAD = 'NFG 1 R "t" { "A" "B" }'
CATALOG = [  # a pure and a mixed equilibrium, an irrational one, chance moves, many strategies, four players
    "journals/ijgt/nau2004/sec3",
    "journals/ijgt/nau2004/sec4",
    "books/myerson1991/fig2_1",
    "books/watson2013/exercise29_6",
    "books/shohamleytonbrown2008/fig6_2",
    "journals/geb/bagwell1995",
    "conf/itcs/jakobsen2016/fig3",
]


@pytest.fixture(scope="module")
def gbt() -> ModuleType:
    peer("pygambit.catalog")
    return peer("pygambit")


def test_first_players_strategy_varies_fastest() -> None:
    game = parse_nfg(HEAD + " { 2 3 } 11 0 21 0 12 0 22 0 13 0 23 0")
    assert [game.reward(0, k) for k in range(6)] == [11, 12, 13, 21, 22, 23]


def test_numbers_stay_as_written() -> None:
    game = parse_nfg(HEAD + " { 2 2 } 0.1 -.5 1/3 -2/6 7e-3 1.5E2 +4 2.")
    own = [game.reward(0, k) for k in (0, 2, 1, 3)]
    other = [game.reward(1, k) for k in (0, 2, 1, 3)]
    assert own == [Fraction(1, 10), Fraction(1, 3), Fraction(7, 1000), 4]
    assert other == [Fraction(-1, 2), Fraction(-1, 3), 150, 2]


def test_outcomes_names_and_comment() -> None:
    text = r'NFG 1 D "a \"b\"" { "P" "P" } { { "x" "x" "" } { "y" } } "no comment" { { "win" 1, 2 } { "" 3 4 } } 2 0 1'
    game = parse_nfg(text)
    assert game.name == 'a "b"'
    assert game.players == ("P_1", "P_2")
    assert game.actions[0] == (("x_1", "x_2", "3"), ("y",))
    assert [game.reward(1, k) for k in range(3)] == [4, 0, 2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the header 'NFG 1 R', got the end of the file"),
        ("EFG 2 R", "line 1: expected the header 'NFG 1 R', got 'EFG'"),
        (HEAD + " { 2 2 }\n1 2 3 4 5 6", "expected 8 payoffs, 2 for each of 4 profiles; got only 6, got the end"),
        (HEAD + " { 2 2 }\n1 2 3 4\n5 6 7 x", "line 3: expected a payoff, got 'x'"),
        (HEAD + " { 2 2 }\n1-2 3-4 5+6 7-8", "line 2: expected a payoff, got '1-2'"),
        (HEAD + " { 2 2 }\n1 2\n3 nan 5", "line 3: expected a payoff, got 'nan'"),
        (HEAD + " { 1 1 } 1 1/0", "expected a payoff, got '1/0'"),
        (HEAD + " { 1 1 } 1 .", "expected a payoff, got '.'"),
        (HEAD + " { 1 1 } 1 2 3", "expected the end after the last payoff, got '3'"),
        (HEAD + " { 1 } 1 2", "expected strategies of 2 players, got [1]"),
        (HEAD + " { 0 1 } 1 2", "expected a number of strategies, got '0'"),
        (HEAD + ' { { "a" } { } } 1 2', "expected strategies of 2 players, got [1, 0]"),
        (HEAD + ' { { "a" } { "b } } 1 2', "expected a name in quotes, got '\"'"),
        (HEAD + ' { 1 1 } { { "o" 1 2 } } 2', "expected an outcome's number from 0 to 1, got '2'"),
        ('NFG 1 R "t" { } { } ', "expected one array per player"),
    ],
)
def test_refused_nfg(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_nfg(text, "f.nfg")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("body", ["{ 2 2 } 1 -2/3 3 4.5 5 6 7e1 8", '{ { "a" } { "b" "c" } } "" { { "o" 1, 2 } } 1 0'])
def test_every_truncation_is_refused_in_one_line(body: str) -> None:
    text = f"{HEAD} {body}"
    for cut in range(len(text) - 2):
        with pytest.raises(InputError) as caught:
            parse_nfg(text[:cut])
        assert "\n" not in str(caught.value)


def test_size_is_checked_before_anything_is_built() -> None:
    with pytest.raises(LimitError, match="expected at most 10 strategy profiles, got 1000000"):
        parse_nfg(HEAD + " { 1000 1000 } 1 2", max_profiles=10)


@pytest.mark.filterwarnings("ignore::certigap.errors.CertigapWarning")
def test_every_catalog_game_reads_alike_from_gambits_text(gbt: ModuleType) -> None:
    """Strategies of trees are named by their actions here, and by numbers in Gambit's text."""
    for name in gbt.catalog.games()["Game"]:
        source = gbt.catalog.load(name)
        game, text = from_gambit(source), parse_nfg(source.to_nfg(), name)
        named = {"players": text.players, "actions": text.actions} if source.is_tree else {}
        assert dataclasses.replace(game, **named) == text, name
        assert parse_game(dumps(game_to_json(game))) == game, name


@pytest.mark.parametrize("name", CATALOG)
def test_payoffs_and_regrets_equal_gambits(gbt: ModuleType, name: str) -> None:
    source = gbt.catalog.load(name)
    game = read_gambit_catalog(name)
    for seed in range(3):
        policy = random_policy(random.Random(seed), game, bits=20)
        profile = source.mixed_strategy_profile(rational=True)
        for player, own in zip(source.players, policy.rows, strict=True):
            for strategy, probability in zip(player.strategies, own[0].fractions(), strict=True):
                profile[strategy] = gbt.Rational(str(probability))
        answer = gaps(game, policy, "exact")
        assert answer.nash_gap.value == Fraction(str(profile.max_regret()))
        for player, value in zip(source.players, answer.values, strict=True):
            assert value.lower[0] == Fraction(str(profile.payoff(player)))


CHANCE = """EFG 2 R "c" { "A" "B" }
c "" 1 "" { "l" 1/3 "r" 2/3 } 0
p "" 1 1 "" { "x" "y" } 0
t "" 1 "" { 1 0.1 }
t "" 2 "" { 0 1 }
p "" 2 1 "" { "x" "y" } 0
t "" 3 "" { 3 0 }
t "" 4 "" { 1 1/7 }
"""


def test_chance_is_averaged_exactly(gbt: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "c.efg").write_text(CHANCE)
    game = read_gambit(tmp_path / "c.efg")
    assert [game.reward(0, k) for k in range(4)] == [Fraction(7, 3), 1, 2, Fraction(2, 3)]
    assert game.reward(1, 0) == Fraction(1, 30)
    assert game.meta["form"] == "reduced strategic form of an extensive game"


def test_strategies_are_counted_before_they_are_built(gbt: ModuleType) -> None:
    tree = gbt.Game.new_tree(players=["A", "B"])
    tree.append_move(tree.root, "A", [str(k) for k in range(30)])
    for node in list(tree.root.children):
        tree.append_move(node, "B", ["l", "r"])
    with pytest.raises(LimitError, match=f"got 30x{2**30}"):
        from_gambit(tree)


def test_imperfect_recall_is_said(gbt: ModuleType) -> None:
    with pytest.warns(CertigapWarning, match="player Player 1 forgets"):
        assert read_gambit_catalog("journals/geb/wichardt2008").meta["perfect_recall"] == "no"
    assert read_gambit_catalog("journals/geb/bagwell1995").meta["perfect_recall"] == "yes"


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_gbt_files_are_read(tmp_path: Path, declaration: str) -> None:
    inside = f"<nfgfile>\n{HEAD.replace('t', 'für &amp; wider', 1)} {{ 1 2 }} 1 2 3 4\n</nfgfile>"
    text = f"{declaration}<gambit:document version='0.1'><game>{inside}</game></gambit:document>"
    (tmp_path / "g.gbt").write_text(text)
    game = read_gambit(tmp_path / "g.gbt")
    assert game.name == "für & wider"
    assert [game.reward(1, k) for k in range(2)] == [2, 4]
    (tmp_path / "c.gbt").write_text(f"<document><game><efgfile>{CHANCE}</efgfile></game></document>")
    assert read_gambit(tmp_path / "c.gbt").reward(1, 0) == Fraction(1, 30)


@pytest.mark.parametrize(
    ("suffix", "text", "message"),
    [
        (".efg", 'EFG 2 R "x" { "1" }\nc', "expected the number of a draw, got the end of the file"),
        (".efg", "", "expected the header 'EFG 2 R', got the end of the file"),
        (".gbt", "<a", "expected a Gambit .gbt file, got: "),
        (".gbt", "", "expected a Gambit .gbt file, got: no element found"),
        (".gbt", "<gambit:document><game/></gambit:document>", "expected a Gambit .gbt file with one game, got 0"),
        (".gbt", "<a><nfgfile>NFG</nfgfile><efgfile/></a>", "with one game, got 2"),
        (".gbt", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "got one that defines entities"),
        (".gbt", "<a><nfgfile>NFG 1 R</nfgfile></a>", "expected a title in quotes, got the end of the file"),
    ],
)
def test_refused_gambit_files(tmp_path: Path, suffix: str, text: str, message: str) -> None:
    (tmp_path / f"bad{suffix}").write_text(text)
    with pytest.raises(InputError) as caught:
        read_gambit(tmp_path / f"bad{suffix}")
    assert f"bad{suffix}: " in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["journals/ijgt/nau2004/sec44", "../catalog_data/x", "", "a b"])
def test_unknown_catalog_names(gbt: ModuleType, name: str) -> None:
    with pytest.raises(InputError, match="Gambit catalog: expected"):
        read_gambit_catalog(name)


def test_without_pygambit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pygambit", None)
    with pytest.raises(InputError, match=r"pip install certigap\[gambit\]"):
        read_gambit_catalog("journals/ijgt/nau2004/sec3")
    (tmp_path / "c.efg").write_text(CHANCE)
    assert read_gambit(tmp_path / "c.efg").reward(1, 0) == Fraction(1, 30)
    (tmp_path / "c.nfg").write_text(HEAD + " { 1 1 } 1 2")
    assert read_gambit(tmp_path / "c.nfg").reward(1, 0) == 2


@pytest.mark.parametrize("error", [UnicodeDecodeError("ascii", b"x", 0, 1, "no"), ValueError("two\nlines"), KeyError()])
def test_whatever_pygambit_raises_is_one_line(error: Exception) -> None:
    class Failing:
        is_tree = True
        players = (1,)

        def to_efg(self) -> str:
            raise error

    with pytest.raises(InputError, match=r"^gambit: expected a game that pygambit can write, got: ") as caught:
        from_gambit(Failing())
    assert "\n" not in str(caught.value)


def test_backslashes_escape_quotes_alone() -> None:
    game = parse_nfg(r'NFG 1 R "a\b" { "$\rho$" "$rho$" } { { "$\alpha$" "\"b\"" } { "x\y" "xy" } } 1 2 3 4 5 6 7 8')
    assert game.name == r"a\b"
    assert game.players == (r"$\rho$", "$rho$")
    assert game.actions[0] == ((r"$\alpha$", '"b"'), (r"x\y", "xy"))
