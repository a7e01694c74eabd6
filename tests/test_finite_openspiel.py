"""OpenSpiel's games that end, without a discount: NashConv and exploitability are OpenSpiel's own."""

from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import InputError
from certigap.io.finite import convert_finite, longest_play
from certigap.model.finite import FinitePolicy, read_any_game
from certigap.semantics.finite import finite_gaps
from certigap.solve.finite import solve_finite
from tests.helpers.peers import peer
from tests.helpers.spiel_play import GOOFSPIEL, SOCCER, spiel_nash_conv, weighted_policy


@pytest.fixture(scope="module")
def spiel() -> ModuleType:
    return peer("pyspiel")


@pytest.mark.parametrize(
    ("name", "merge", "horizon"),
    [
        ("goofspiel(imp_info=False,num_cards=3)", "text", 2),
        (GOOFSPIEL, "text", 3),
        ("oshi_zumo(coins=3,horizon=4)", "moves", 4),
        ("nim(pile_sizes=1;2;3)", "text", 6),
        ("misere(game=mnk(m=3,n=2,k=2))", "text", 5),
        ("matrix_rps", "text", 1),
        pytest.param("tic_tac_toe", "text", 9, marks=pytest.mark.slow),
    ],
)
def test_nash_conv_is_openspiels_without_a_discount(spiel: ModuleType, name: str, merge: str, horizon: int) -> None:
    game = convert_finite(f"openspiel:{name}", merge=merge)
    assert (game.horizon, game.discount) == (horizon, 1)
    ours = finite_gaps(game, FinitePolicy.repeated(game, weighted_policy(game.stage)), "exact")
    theirs = spiel_nash_conv(spiel, name)
    assert float(ours.nash_conv.value) == pytest.approx(theirs, abs=1e-12)
    exploitability = ours.nash_conv.value / len(game.players)
    assert float(exploitability) == pytest.approx(theirs / len(game.players), abs=1e-12)
    assert theirs > 0.01


def test_a_longer_horizon_changes_nothing(spiel: ModuleType) -> None:
    found = []
    for horizon in (None, 9):
        game = convert_finite(f"openspiel:{GOOFSPIEL}", horizon)
        found.append(finite_gaps(game, FinitePolicy.repeated(game, weighted_policy(game.stage))).nash_conv.value)
    assert found[0] == found[1]


def test_backward_induction_solves_goofspiel(spiel: ModuleType) -> None:
    game = convert_finite("openspiel:goofspiel(imp_info=False,num_cards=4,points_order=descending)")
    answer = solve_finite(game)
    assert answer.regret.value == 0
    assert answer.details["exact_stages"]


def test_games_without_a_visible_end_are_refused(spiel: ModuleType) -> None:
    with pytest.raises(InputError, match="merge by 'moves'"):
        convert_finite("openspiel:markov_soccer")
    assert convert_finite(f"openspiel:{SOCCER.format(2)}", merge="moves").horizon == 1


def test_games_that_go_on_have_no_length() -> None:
    with pytest.raises(InputError, match="expected a game that ends"):
        longest_play(cg.games.load("lemma1"))


def test_convert_on_the_command_line(spiel: ModuleType, tmp_path: Path) -> None:
    out = str(tmp_path / "game.json")
    assert main(["convert", "openspiel:nim(pile_sizes=1;2)", "--discount", "1", "-o", out]) == 0
    game = read_any_game(out)
    assert (game.horizon, game.discount) == (3, 1)
    assert main(["convert", "openspiel:nim(pile_sizes=1;2)", "--horizon", "2", "--discount", "1/2", "-o", out]) == 0
    game = read_any_game(out)
    assert (game.horizon, game.discount) == (2, Fraction(1, 2))
