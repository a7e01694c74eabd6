"""Gambit's trees: our reader and reduction against brute force and pygambit, labels of every kind, depth, refusals."""

import io
import itertools
import random
import warnings
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from certigap.cli import main
from certigap.errors import CertigapWarning, InputError, LimitError
from certigap.io.efg import parse_efg
from certigap.io.gambit import from_gambit, read_gambit
from certigap.io.reduction import reduced_form, reduced_strategies
from certigap.io.tree import Tree, forgetful, own_sequences
from certigap.model.game import Game
from tests.helpers.peers import peer
from tests.helpers.trees import payoffs_of, random_tree, reduced_plans, sets_of, to_efg

PENNIES = """EFG 2 R "t" { "A" "B" }
""
p "" 1 1 "" { "H" "T" } 0
p "" 2 1 "" { "h" "t" } 0
t "" 1 "" { 1, -1 }
t "" 2 "" { -1, 1 }
p "" 2 1 "" { "h" "t" } 0
t "" 3 "" { -1, 1 }
t "" 4 "" { 1, -1 }
"""
HEAD = 'EFG 2 R "t" { "A" "B" } '


@pytest.fixture(scope="module")
def gbt() -> ModuleType:
    peer("pygambit.catalog")
    return peer("pygambit")


def game_of(text: str, most: int = 10**6) -> Game:
    return reduced_form(parse_efg(text), most)


def rewards(game: Game) -> list[list[Fraction]]:
    return [[game.reward(i, k) for k in range(game.layout.rows)] for i in range(len(game.players))]


PENNIES_REWARDS = [[1, -1, -1, 1], [-1, 1, 1, -1]]


@pytest.mark.filterwarnings("ignore::certigap.errors.CertigapWarning")
@pytest.mark.parametrize("forgetting", [0, 0.3, 0.7])
@pytest.mark.parametrize("seed", range(25))
def test_random_trees_equal_brute_force_over_full_strategies(seed: int, forgetting: float) -> None:
    rng = random.Random(f"{seed} {forgetting}")
    players = rng.randint(1, 3)
    root = random_tree(rng, players, rng.randint(2, 5), forgetting, size=18)
    tree = parse_efg(to_efg(root, players))
    plans = [reduced_plans(root, player + 1) for player in range(players)]
    for player, expected in enumerate(plans):
        found = reduced_strategies(own_sequences(tree, player), tree)
        assert [tuple(choice) for choice in found.choices] == expected
    game = reduced_form(tree, 10**6)
    assert game.layout.shapes[0] == tuple(map(len, plans))
    numbers = [list(sets_of(root, player + 1)) for player in range(players)]
    profiles = itertools.islice(enumerate(itertools.product(*plans)), 0, None, max(1, game.layout.rows // 200))
    for k, profile in profiles:
        filled = [[max(action, 0) for action in plan] for plan in profile]
        full = [dict(zip(own, plan, strict=True)) for own, plan in zip(numbers, filled, strict=True)]
        assert [game.reward(i, k) for i in range(players)] == payoffs_of(root, players, full)


@pytest.mark.filterwarnings("ignore::certigap.errors.CertigapWarning")
@pytest.mark.parametrize("block", range(5))
def test_random_trees_equal_gambits_arrays_strategies_and_recall(gbt: ModuleType, block: int) -> None:
    forgetting = 0
    for seed in range(30 * block, 30 * block + 30):
        rng = random.Random(seed)
        players = rng.randint(1, 3)
        text = to_efg(random_tree(rng, players, rng.randint(2, 5), rng.choice([0, 0.2, 0.5])), players)
        theirs = gbt.read_efg(io.BytesIO(text.encode()))
        assert_equal_to_gambits(parse_efg(text), reduced_form(parse_efg(text), 10**6), theirs)
        forgetting += not theirs.is_perfect_recall
    assert 3 < forgetting < 27


@pytest.mark.filterwarnings("ignore::certigap.errors.CertigapWarning")
def test_every_tree_of_gambits_catalog_equals_gambits_arrays(gbt: ModuleType) -> None:
    trees = [source for name in gbt.catalog.games()["Game"] if (source := gbt.catalog.load(name)).is_tree]
    assert len(trees) > 20
    for source in trees:
        assert_equal_to_gambits(parse_efg(source.to_efg()), from_gambit(source), source)


def assert_equal_to_gambits(tree: Tree, game: Game, theirs: Any) -> None:
    """The same recall, strategies and payoffs. Gambit's names are digits, so few actions are compared.

    Where a player forgets, Gambit's strategies may come in another order.
    """
    sequences = [own_sequences(tree, player) for player in range(len(tree.players))]
    assert theirs.is_perfect_recall == (not any(map(forgetful, sequences)))
    places = []
    for own, player in zip(sequences, theirs.players, strict=True):
        choices = reduced_strategies(own, tree).choices
        ours = ["".join("*" if action < 0 else str(action + 1) for action in choice) for choice in choices]
        labels = [strategy.label for strategy in player.strategies] if own.sets else [""]
        assert sorted(labels) == sorted(ours)
        assert labels == ours or not theirs.is_perfect_recall
        places.append([labels.index(label) for label in ours])
    for i, table in enumerate(theirs.to_arrays()):
        values = table[np.ix_(*places)].ravel()
        exact = [Fraction(int(value.numerator), int(value.denominator)) for value in values]
        assert exact == [game.reward(i, k) for k in range(game.layout.rows)]


@pytest.mark.parametrize(
    "change",
    [
        ("", ""),
        ('p "" 2', 'p "reply" 2'),  # nodes of one name
        ('1 "" { "h"', '1 "reply" { "h"'),  # a named information set, twice
        ('p "" 2 1 "" { "h" "t" } 0\nt "" 3', 'p "" 2 1 0\nt "" 3'),  # one whose name and actions are not repeated
        ('p "" 2 1 "" { "h" "t" } 0\nt "" 3', 'p "" 2 1 "other name" { "left" "right" } 0\nt "" 3'),
        ('EFG 2 R "t"', 'EFG 2 R "Spiel für Zwei"'),
        ('"A" "B"', '"A " "  B"'),
        ('"H" "T"', '"H " "two  blanks"'),
        ('"H" "T"', '"" ""'),
        ('"H" "T"', '"H" "H"'),
        ('"H" "T"', '"*" "/"'),
        ('"H" "T"', r'"$\rho$" "$rho$"'),
        ('"H" "T"', '"\t\x01" "\u2028"'),
        ('"H" "T"', f'"{"x" * 2000}" "y"'),
        ('"A" "B"', '"A" "A"'),
        ('"A" "B"', '"" ""'),
        ('t "" 1 "" {', 't "say \\"hi\\"" 1 "ende für" {'),
        ("{ 1, -1 }", "{ 1 -1 }"),
        ("\n", "\r\n"),
        ("\n", "   "),
        ('{ "A" "B" }\n""\n', '{ "A" "B" }\n'),  # no comment
        ('{ "A" "B" }\n""\n', '{ "A" "B" }\n"two\nlines"\n'),
        ('t "" 4 "" { 1, -1 }', 't "" 1'),  # an outcome again
        ('t "" 4 "" { 1, -1 }', 't "" 1 "its name" { 1, -1 }'),
    ],
)
def test_labels_and_repetitions_never_change_the_game(tmp_path: Path, change: tuple[str, str]) -> None:
    file = tmp_path / "g.efg"
    file.write_text(PENNIES.replace(*change), newline="")
    game = read_gambit(file)
    assert rewards(game) == PENNIES_REWARDS
    assert len(set(game.actions[0][0])) == 2
    assert len(set(game.players)) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
@pytest.mark.parametrize("suffix", [".efg", ".nfg"])
def test_titles_are_read_whatever_their_encoding(tmp_path: Path, encoding: str, suffix: str) -> None:
    text = PENNIES if suffix == ".efg" else 'NFG 1 R "t" { "A" "B" } { 2 2 } 1 -1 -1 1 -1 1 1 -1'
    (tmp_path / f"g{suffix}").write_bytes(text.replace('"t"', '"Spiel für Zwei"', 1).encode(encoding))
    game = read_gambit(tmp_path / f"g{suffix}")
    assert game.name == "Spiel für Zwei"
    assert rewards(game) == PENNIES_REWARDS


def chain(length: int, players: int = 1) -> str:
    """Stop, or go on; stopping at the k-th move pays every player k + 2, going on to the end 0."""
    names = " ".join(f'"P{i + 1}"' for i in range(players))
    moves = "".join(
        f'p "" {k % players + 1} {k // players + 1} "" {{ "stop" "on" }} 0\n'
        f't "" {k + 1} "" {{ {" ".join([str(k + 2)] * players)} }}\n'
        for k in range(length)
    )
    return f'EFG 2 R "chain" {{ {names} }}\n{moves}t "" 0\n'


@pytest.mark.parametrize("length", [3, 1100, 5000])
def test_a_path_of_any_length(length: int) -> None:
    """Strategies: where the only player stops first, or nowhere."""
    game = game_of(chain(length))
    assert rewards(game) == [[*range(2, length + 2), 0]]
    names = game.actions[0][0]
    assert len(set(names)) == length + 1
    assert max(map(len, names)) <= 1000
    expected = ("stop/*/*", "on/on/on") if length == 3 else (f"stop/*^{length - 1}", f"on^{length}")
    assert (names[0], names[-1]) == expected


def test_a_path_whose_strategies_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(LimitError, match="actions in all strategies together, got 20001 of 20000 for player P1"):
        game_of(chain(20_000))


def test_a_centipede_of_400_moves_takes_a_moment() -> None:
    game = game_of(chain(400, players=2))
    assert game.layout.shapes[0] == (201, 201)
    assert [game.reward(0, k) for k in (0, 1, 201, 202, 201 * 201 - 1)] == [2, 2, 3, 4, 0]


@pytest.mark.parametrize("count", [9, 10, 11, 40])
def test_strategies_of_many_actions_have_names_that_read_back(count: int) -> None:
    """Two information sets of 11 and more unnamed actions: `1.11` and `11.1` are two strategies."""
    for labels in ('""', None):
        actions = " ".join(labels or f'"a{k}"' for k in range(count))
        below = "".join(f'p "" 1 2 "" {{ {actions} }} 0\n' + 't "" 0\n' * count for _ in range(1))
        text = 'EFG 2 R "t" { "A" }\n' + f'p "" 1 1 "" {{ {actions} }} 0\n' + below + 't "" 0\n' * (count - 1)
        names = game_of(text).actions[0][0]
        signs = [str(k + 1) if labels else f"a{k}" for k in range(count)]
        assert names == (*(f"{signs[0]}/{sign}" for sign in signs), *(f"{sign}/*" for sign in signs[1:]))


def test_one_information_set_gives_its_labels() -> None:
    assert game_of(PENNIES).actions == ((("H", "T"), ("h", "t")),)


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (("a/b", "c"), ("a/b,a/b", "a/b,c", "c,*")),
        (("a/b,c|d;", "e"), ("1/1", "1/2", "2/*")),
        (("*", "e"), ("1/1", "1/2", "2/*")),
        (("e", "e "), ("1/1", "1/2", "2/*")),
        (("x" * 600, "e"), ("1/1", "1/2", "2/*")),
    ],
)
def test_names_read_back_whatever_the_labels(labels: tuple[str, str], names: tuple[str, ...]) -> None:
    actions = " ".join(f'"{label}"' for label in labels)
    text = f'EFG 2 R "t" {{ "A" }}\np "" 1 1 "" {{ {actions} }} 0\np "" 1 2 "" {{ {actions} }} 0\n' + 't "" 0\n' * 3
    assert game_of(text).actions[0][0] == names


def test_a_player_without_a_move_has_one_strategy() -> None:
    game = game_of(HEAD + 'p "" 1 1 "" { "l" "r" } 0 t "" 1 "" { 1 2 } t "" 0')
    assert game.actions == ((("l", "r"), ("-",)),)
    assert rewards(game) == [[1, 0], [2, 0]]


def test_a_tree_of_one_node_is_a_game() -> None:
    assert rewards(game_of(HEAD + 't "" 1 "" { 1/2 -3e2 }')) == [[Fraction(1, 2)], [-300]]


def test_payoffs_on_the_way_add_up_and_chance_averages() -> None:
    text = (
        HEAD
        + """
    c "" 1 "" { "l" 1/3 "r" 0.25 "never" 0 "m" 5/12 } 1 "toll" { -1, 0 }
    t "" 2 "" { 3 6 }
    t "" 3 "" { 4 8 }
    t "" 4 "" { 1e9 1e9 }
    p "" 2 1 "" { "u" "d" } 1
    t "" 5 "" { 12 24 }
    t "" 0"""
    )
    assert rewards(game_of(text)) == [[-1 + 1 + 1 - Fraction(5, 12) + 5, -1 + 1 + 1 - Fraction(5, 12)], [14, 4]]


ABSENT = """EFG 2 R "two exits" { "D" }
p "" 1 1 "" { "exit" "on" } 0
t "" 1 "" { 0 }
p "" 1 1 "" { "exit" "on" } 0
t "" 2 "" { 4 }
t "" 3 "" { 1 }
"""
FORGETS_ITS_ACTION = """EFG 2 R "f" { "A" "B" }
p "" 1 1 "" { "l" "r" } 0
p "" 1 2 "" { "u" "d" } 0
t "" 1 "" { 1 0 }
t "" 2 "" { 0 0 }
p "" 1 2 "" { "u" "d" } 0
t "" 3 "" { 0 0 }
t "" 4 "" { 1 0 }
"""
FORGETS_WHAT_IT_SAW = """EFG 2 R "f" { "A" "B" }
c "" 1 "" { "x" 1/2 "y" 1/2 } 0
p "" 1 1 "" { "l" "r" } 0
p "" 1 3 "" { "u" "d" } 0
t "" 1 "" { 1 0 }
t "" 2 "" { 0 0 }
t "" 3 "" { 0 1 }
p "" 1 2 "" { "l" "r" } 0
p "" 1 3 0
t "" 4 "" { 0 0 }
t "" 5 "" { 1 0 }
t "" 6 "" { 0 1 }
"""


@pytest.mark.parametrize(
    ("text", "who", "count"), [(ABSENT, "D", 2), (FORGETS_ITS_ACTION, "A", 4), (FORGETS_WHAT_IT_SAW, "A", 7)]
)
def test_imperfect_recall_is_warned_of_and_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, who: str, count: int
) -> None:
    with pytest.warns(CertigapWarning, match=f"player {who} forgets"):
        game = game_of(text)
    assert (game.meta["perfect_recall"], game.meta["forgetful"]) == ("no", who)
    assert "do not represent behaviour policies" in game.meta["warning"]
    assert game.layout.shapes[0][0] == count
    (tmp_path / "g.efg").write_text(text)
    assert main(["convert", str(tmp_path / "g.efg"), "-o", str(tmp_path / "g.json"), "--json"]) == 0
    assert f"certigap: warning: {tmp_path}/g.efg: player {who} forgets" in capsys.readouterr().err


def test_perfect_recall_is_not_warned_of() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert game_of(PENNIES).meta["perfect_recall"] == "yes"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the header 'EFG 2 R', got the end of the file"),
        ('EFG 1 R "t" { }', "line 1: expected the header 'EFG 2 R', got '1'"),
        (PENNIES + 't "" 5 "" { 9, 9 }', "line 10: expected the end after the last node of the tree, got 't'"),
        (PENNIES + "extra", "line 10: expected the end after the last node of the tree, got 'extra'"),
        (HEAD + 'x "" 1', "expected a node: c, p or t, got 'x'"),
        (HEAD + 'p "" 3 1 "" { "a" } 0 t "" 0', "expected a player's number, got '3'"),
        (HEAD + 'p "" 0 1 "" { "a" } 0 t "" 0', "expected a player's number, got '0'"),
        (
            HEAD + 'p "" 1 1 0',
            "expected the actions of information set 1 of player 1, which no line before",
        ),
        (HEAD + 'c "" 7 0', "expected the actions of draw 7, which no line before has"),
        (HEAD + 'p "" 1 1 "" { } 0', "expected an action in quotes, got '}'"),
        (HEAD + 'c "" 1 "" { "a" 1/2 "b" 1/3 } 0', "expected probabilities >= 0 that sum to 1, got the sum 5/6"),
        (HEAD + 'c "" 1 "" { "a" 3/2 "b" -1/2 } 0', "expected probabilities >= 0 that sum to 1"),
        (HEAD + 'c "" 1 "" { "a" "b" } 0', "expected a probability, got '\"b\"'"),
        (HEAD + 't "" 1', "expected the payoffs of outcome 1, which no line before has, got the end of the file"),
        (HEAD + 't "" 1 "" { 1 }', "expected a payoff, got '}'"),
        (HEAD + 't "" 1 "" { 1 2 3 }', "expected '}' for the end of an outcome of 2 payoffs, got '3'"),
        (HEAD + 't "" 1 "" { 1-2 }', "expected a payoff, got '1-2'"),
        (PENNIES.replace('4 "" { 1, -1 }', '1 "" { 2, 2 }'), "line 9: expected the payoffs of outcome 1 as before"),
        (
            PENNIES.replace('{ "h" "t" } 0\nt "" 3', '{ "h" } 0\nt "" 3'),
            "expected as many actions for information",
        ),
        ('EFG 2 R "t" { } t "" 0', "expected a game with players, got none"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        game_of(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_truncation_is_refused_in_one_line() -> None:
    for cut in range(len(PENNIES) - 2):
        with pytest.raises(InputError) as caught:
            parse_efg(PENNIES[:cut])
        assert "\n" not in str(caught.value)


def test_strategies_are_counted_before_they_are_built() -> None:
    """30 observed actions of A, two replies to each: B has 2^30 strategies."""
    text = 'EFG 2 R "t" { "A" "B" }\n' + 'p "" 1 1 "" { ' + " ".join(f'"{k}"' for k in range(30)) + " } 0\n"
    text += "".join(f'p "" 2 {k + 1} "" {{ "l" "r" }} 0\nt "" 0\nt "" 0\n' for k in range(30))
    with pytest.raises(LimitError, match=f"expected at most 1000000 strategy profiles, got 30x{2**30}"):
        game_of(text)


def test_a_forgetful_player_s_strategies_are_counted_up_to_the_limit() -> None:
    """Every set is reached by two own sequences, so they cannot be counted by a product: counting ends at the limit."""
    sets = "".join(f'p "" 1 {k + 2} "" {{ "u" "d" }} 0\nt "" 0\nt "" 0\n' for k in range(30))
    draws = [f'c "" {number} "" {{ ' + " ".join(f'"{k}" 1/30' for k in range(30)) + " } 0\n" for number in (1, 2)]
    text = 'EFG 2 R "f" { "A" }\np "" 1 1 "" { "l" "r" } 0\n' + draws[0] + sets + draws[1] + sets
    with pytest.raises(LimitError, match="got 1001"):
        game_of(text, 1000)
