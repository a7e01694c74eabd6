"""OpenSpiel games: against OpenSpiel's own nash_conv, against a recursion over its histories, and what is refused."""

import itertools
import sys
from collections.abc import Callable
from fractions import Fraction
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from certigap.errors import CertigapWarning, InputError, LimitError
from certigap.io.floats import Reading, read_number, read_row
from certigap.io.openspiel import from_openspiel
from certigap.io.openspiel_audit import check_same_offers
from certigap.io.openspiel_graph import Explorer
from certigap.model.files.codec import game_to_json, parse_game
from certigap.model.files.json_write import dumps
from certigap.semantics import gaps
from tests.helpers.peers import peer
from tests.helpers.spiel_play import GOOFSPIEL, SOCCER, spiel_nash_conv, weighted_policy, weighted_row


@pytest.fixture(scope="module")
def spiel() -> ModuleType:
    return peer("pyspiel")


class Recursion:
    """Discounted values of the weighted policy over OpenSpiel's histories, in floats, one player deviating or none."""

    def __init__(self, game: Any, discount: float, deviator: int | None = None) -> None:
        self.players = range(game.num_players())
        self.discount = discount
        self.deviator = deviator

    def follow(self, state: Any, before: list[float]) -> list[float]:
        if state.is_chance_node():
            parts = [(p, self.follow(state.child(a), before)) for a, p in state.chance_outcomes()]
            return [sum(p * value[i] for p, value in parts) for i in self.players]
        gain = [x - y for x, y in zip(state.returns(), before, strict=True)]
        if state.is_terminal():
            return gain
        later = self.decide(state)
        return [x + self.discount * y for x, y in zip(gain, later, strict=True)]

    def decide(self, state: Any) -> list[float]:
        together = state.is_simultaneous_node()
        movers = list(self.players) if together else [state.current_player()]
        own = {i: state.legal_actions(i) for i in movers}
        rows = {i: weighted_row(state, i, own[i]) for i in movers}
        totals: dict[int, list[float]] = {}
        for joint in itertools.product(*(range(len(own[i])) for i in movers)):
            child = state.clone()
            actions = [own[i][a] for i, a in zip(movers, joint, strict=True)]
            if together:
                child.apply_actions(actions)
            else:
                child.apply_action(actions[0])
            value = self.follow(child, state.returns())
            probability, choice = 1.0, -1
            for i, a in zip(movers, joint, strict=True):
                if i == self.deviator:
                    choice = a
                else:
                    probability *= rows[i][a]
            total = totals.setdefault(choice, [0.0] * len(self.players))
            for i in self.players:
                total[i] += probability * value[i]
        return max(totals.values(), key=lambda total: total[self.deviator or 0])

    def start(self, game: Any) -> list[float]:
        root = game.new_initial_state()
        nothing = [0.0] * len(self.players)
        value = self.follow(root, nothing)
        return [x / self.discount for x in value]  # the first decision is not discounted


def history_gaps(game: Any, discount: float) -> list[float]:
    own = Recursion(game, discount).start(game)
    return [Recursion(game, discount, i).start(game)[i] - own[i] for i in range(game.num_players())]


@pytest.mark.parametrize(
    ("name", "merge"),
    [
        ("mnk(m=3,n=2,k=2)", "text"),
        ("nim(pile_sizes=1;2;3)", "text"),
        ("nim(pile_sizes=1;2;3)", "history"),
        ("oshi_zumo(coins=3,horizon=3)", "moves"),
        ("goofspiel(imp_info=False,num_cards=3)", "text"),
        ("catch(rows=4,columns=3)", "text"),
        ("pig(winscore=3,horizon=8,diceoutcomes=3,piglet=True)", "moves"),
        pytest.param(SOCCER.format(4), "moves", marks=pytest.mark.slow),
        ("laser_tag(horizon=2,grid=S.S)", "moves"),
    ],
)
def test_gaps_equal_a_recursion_over_histories(spiel: ModuleType, name: str, merge: str) -> None:
    game = from_openspiel(name, "9/10", merge=merge)
    ours = gaps(game, weighted_policy(game)).player_gaps
    theirs = history_gaps(spiel.load_game(name), 0.9)
    assert [float(x.lower or 0) for x in ours] == pytest.approx(theirs, abs=1e-9)
    assert max(theirs) > 0.01


@pytest.mark.parametrize(
    ("name", "merge"),
    [
        ("matrix_rps", "text"),
        ("matching_pennies_3p", "text"),
        ("goofspiel(imp_info=False,num_cards=4)", "text"),
        (GOOFSPIEL, "text"),
        ("oshi_zumo(coins=3,horizon=4)", "moves"),
        ("nim(pile_sizes=1;2;3)", "text"),
        ("misere(game=mnk(m=3,n=2,k=2))", "text"),
        pytest.param("tic_tac_toe", "text", marks=pytest.mark.slow),
    ],
)
def test_nash_conv_equals_openspiels(spiel: ModuleType, name: str, merge: str) -> None:
    """OpenSpiel has no discount; with 1 - 10^-12 each of the values in a gap moves by at most T 10^-12 max |u|."""
    game = from_openspiel(name, 1 - Fraction(1, 10**12), merge=merge)
    ours = gaps(game, weighted_policy(game), "exact").nash_conv.value
    rules = spiel.load_game(name)
    most = max(abs(rules.max_utility()), abs(rules.min_utility()))
    moved = 2 * len(game.players) * rules.max_game_length() * most * 1e-12
    assert float(ours) == pytest.approx(spiel_nash_conv(spiel, name), abs=1e-9 + moved)


def test_games_of_one_length_are_scaled_by_the_discount(spiel: ModuleType) -> None:
    convs = []
    for discount in (Fraction(9, 10), Fraction(1, 3)):
        game = from_openspiel(GOOFSPIEL, discount)
        convs.append(gaps(game, weighted_policy(game), "exact").nash_conv.value / discount**2)  # three decisions
    assert convs[0] == convs[1] > 1


@pytest.mark.parametrize(
    ("name", "states", "ended", "rows"),
    [("tic_tac_toe", 5478, 958, 17125), (GOOFSPIEL, 175, 40, 672)],
)
def test_sizes(spiel: ModuleType, name: str, states: int, ended: int, rows: int) -> None:
    seen: list[tuple[int, int]] = []
    game = from_openspiel(name, "9/10", progress=lambda known, done: seen.append((known, done)))
    assert (len(game.states), game.meta["ended"], game.layout.rows) == (states, ended, rows)
    assert len(set(game.states)) == states
    assert parse_game(dumps(game_to_json(game))) == game
    assert len(seen) == states // 256


def test_names_and_ended_states(spiel: ModuleType) -> None:
    game = from_openspiel("tic_tac_toe", "1/2")
    assert game.states[:2] == (".../.../...", "x../.../...")
    assert game.actions[0] == (tuple(f"x({i},{j})" for i in range(3) for j in range(3)), ("-",))
    last = len(game.states) - 1
    row = int(game.layout.row_offsets[last])
    assert (game.transitions.row(row), game.reward(0, row), game.actions[last]) == ({last: 1}, 0, (("-",), ("-",)))


def test_soccer_starts_by_chance_and_says_what_it_lost(spiel: ModuleType) -> None:
    with pytest.warns(CertigapWarning, match="no limit on moves"):
        game = from_openspiel("markov_soccer", "9/10")
    assert len(game.states) == 1484
    assert [x for x in game.initial.fractions() if x] == [Fraction(1, 2)] * 2
    assert game.meta["move_limit"].startswith("dropped: OpenSpiel ends the game after 1000 moves")


def test_dropping_the_limit_changes_only_what_comes_after_it(spiel: ModuleType) -> None:
    """At discount 1/1000 what is paid after two decisions is worth at most 10^-6 in a value."""
    with pytest.warns(CertigapWarning):
        game = from_openspiel(SOCCER.format(1000), "1/1000")
    ours = gaps(game, weighted_policy(game)).player_gaps
    theirs = history_gaps(spiel.load_game(SOCCER.format(4)), 0.001)
    assert [float(x.lower or 0) for x in ours] == pytest.approx(theirs, abs=2.1e-6)
    assert max(theirs) > 1e-4


def test_a_hidden_limit_that_was_met_is_refused(spiel: ModuleType) -> None:
    with pytest.raises(InputError, match=r"expected a move limit above the 3 moves .* merge by 'moves'"):
        from_openspiel("laser_tag(horizon=3,grid=S.S)", "9/10")


def test_limits_that_count_chance_are_kept(spiel: ModuleType) -> None:
    """Pig's horizon counts its players' moves, of which histories of one length hold different numbers."""
    game = from_openspiel("pig(winscore=3,horizon=12,diceoutcomes=3)", "9/10", merge="moves")
    assert game.states[0] == "Scores: 0 0, Turn total: 0/Current player: 0 @0+0"
    assert "move_limit" not in game.meta


@pytest.mark.slow
def test_games_written_in_python(spiel: ModuleType) -> None:
    name = "python_iterated_prisoners_dilemma(max_game_length=3)"
    game = from_openspiel(name, "9/10")
    theirs = history_gaps(spiel.load_game(name), 0.9)
    assert [float(x.value) for x in gaps(game, weighted_policy(game)).player_gaps] == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("kuhn_poker", {}, "expected perfect information .*, got imperfect$"),
        ("goofspiel(imp_info=True,num_cards=4)", {}, r"got imperfect \(give imp_info=False\)"),
        ("mfg_crowd_modelling", {}, "got a mean-field game"),
        ("tic_tac_to", {}, r"\(near: tic_tac_toe.*\), got 'tic_tac_to'"),
        ("tic_tac_toe(a=1)", {}, "expected parameters that the game takes, got: Unknown parameter 'a'"),
        ("tic_tac_toe(", {}, "expected parameters that the game takes"),
        ("tic_tac_toe", {"discount": None}, r"expected discount=RATIONAL in"),
        ("tic_tac_toe", {"discount": "1"}, r"discount: expected a rational in \[0, 1\), got 1"),
        ("tic_tac_toe", {"discount": "0,9"}, "discount: expected a rational such as"),
        ("tic\ntac", {}, r"openspiel:tic\\ntac: expected the name of an OpenSpiel game"),
        ("tic_tac_toe", {"merge": "all"}, "expected merge by one of text, moves, history, got 'all'"),
    ],
)
def test_refused(spiel: ModuleType, name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        from_openspiel(name, **{"discount": "9/10", **options})
    assert "\n" not in str(caught.value)


def test_the_limit_on_states(spiel: ModuleType) -> None:
    with pytest.raises(LimitError, match=r"at most 1000 states, got more \(1000 seen, \d+ expanded\)") as caught:
        from_openspiel("connect_four", "9/10", max_states=1000)
    assert caught.value.exit_code == 3
    assert len(from_openspiel(GOOFSPIEL, "9/10", max_states=175).states) == 175
    with pytest.raises(LimitError):
        from_openspiel(GOOFSPIEL, "9/10", max_states=174)


def test_without_openspiel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspiel", None)
    with pytest.raises(InputError, match=r"pip install certigap\[openspiel\]"):
        from_openspiel("tic_tac_toe", "9/10")


class Toy:
    """One player, two moves; the second pays what `pays` says of both. Game and state at once, as OpenSpiel's are."""

    def __init__(self, pays: Callable[[int, int], float], shows: bool, moves: tuple[int, ...] = ()) -> None:
        self.pays, self.shows, self.moves = pays, shows, moves

    def get_type(self) -> SimpleNamespace:
        return SimpleNamespace(reward_model=peer("pyspiel").GameType.RewardModel.TERMINAL)

    def num_players(self) -> int:
        return 1

    def max_utility(self) -> float:
        return 1.0

    min_utility = max_utility

    def clone(self) -> "Toy":
        return Toy(self.pays, self.shows, self.moves)

    new_initial_state = clone

    def apply_action(self, action: int) -> None:
        self.moves = (*self.moves, action)

    def __str__(self) -> str:
        return str(self.moves if self.shows else len(self.moves))

    def history(self) -> tuple[int, ...]:
        return self.moves

    def is_terminal(self) -> bool:
        return len(self.moves) == 2

    def is_chance_node(self) -> bool:
        return False

    is_simultaneous_node = is_chance_node

    def current_player(self) -> int:
        return -4 if self.is_terminal() else 0

    def legal_actions(self, player: int = 0) -> list[int]:
        return [0, 1]

    def action_to_string(self, player: int, action: int) -> str:
        return str(action)

    def returns(self) -> list[float]:
        return [self.pays(*self.moves) if self.is_terminal() else 0.0]


@pytest.mark.parametrize(
    ("pays", "shows", "faithful"),
    [
        (lambda a, b: float(a == b), True, True),
        (lambda a, b: float(b), False, True),
        (lambda a, b: float(a == b), False, False),
    ],
)
def test_states_that_print_alike_and_play_otherwise_are_refused(
    spiel: ModuleType, pays: Callable[[int, int], float], shows: bool, faithful: bool
) -> None:
    explorer = Explorer(Toy(pays, shows), "text", "toy")
    graph = explorer.explore(100)
    if faithful:
        assert check_same_offers(explorer, graph, 2) > 0
        return
    with pytest.raises(InputError, match="toy: expected states that print alike to play alike"):
        check_same_offers(explorer, graph, 2)


@pytest.mark.parametrize(
    ("before", "steps", "after", "reward"),
    [
        (0.0, [1.0], 1.0, Fraction(1)),
        (2.5, [0.5, 0.25], 3.25, Fraction(3, 4)),  # chance paid too
        (2.0, [7.0, 1.0], 3.0, Fraction(1)),  # at the chance node an old reward was repeated
        (0.1 + 0.2, [0.1], 0.1 + 0.2 + 0.1, Fraction(1, 10)),
    ],
)
def test_rewards_lead_from_sum_to_sum(
    spiel: ModuleType, before: float, steps: list[float], after: float, reward: Fraction
) -> None:
    explorer = Explorer(Toy(lambda a, b: 0.0, True), "text", "toy")
    assert explorer.reconciled(before, steps, after) == reward
    with pytest.raises(InputError, match="add up to returns"):
        explorer.reconciled(before, steps, after + 1)


@pytest.mark.parametrize(
    ("row", "exact"),
    [
        ((0.25, 0.75), [Fraction(1, 4), Fraction(3, 4)]),
        ((1 / 7, 6 / 7), [Fraction(1, 7), Fraction(6, 7)]),
        ((0.1,) * 10, [Fraction(1, 10)] * 10),
    ],
)
def test_probabilities_are_read_as_simple_fractions(row: tuple[float, ...], exact: list[Fraction]) -> None:
    assert list(read_row(row)) == exact


def test_probabilities_without_a_simple_reading_are_normalised() -> None:
    row = (0.123456789012345, 0.876543210987654)
    exact = read_row(row)
    assert sum(exact) == 1
    assert exact[0] / exact[1] == Fraction(row[0]) / Fraction(row[1])
    for bad in ((0.5, 0.6), (-0.5, 1.5), (float("nan"), 1.0)):
        with pytest.raises(InputError):
            read_row(bad)


def test_numbers_without_a_simple_reading_keep_their_binary_value() -> None:
    assert read_number(0.123456789012345) == Fraction(0.123456789012345)
    assert read_number(-0.35) == Fraction(-7, 20)


@pytest.mark.parametrize(
    ("value", "scale", "exact"),
    [
        (0.1 + 0.2, 1.0, Fraction(3, 10)),
        (-5.551115123125783e-17, 1.5, Fraction(0)),
        (-1501199875790165 / 4503599627370496, 1.5, Fraction(-1, 3)),
        (5.551115123125783e-17, 1e-15, None),  # no noise beside payoffs of its own size
        (5.551115123125783e-17, 0.0, None),  # nor where nothing is known of their size
        (0.123456789012345, 1.0, None),
        (0.33333, 1.0, Fraction(33333, 10**5)),  # what was written so was meant so
        (1e-15, 1e-15, Fraction(1, 10**15)),
    ],
)
def test_noise_is_snapped_and_what_is_no_noise_keeps_its_value(
    value: float, scale: float, exact: Fraction | None
) -> None:
    reading = Reading(scale)
    assert reading.number(value) == (Fraction(value) if exact is None else exact)
    assert reading.binary == ({value} if exact is None else set())
    changed = exact is not None and float(exact) != value
    assert (value in reading.snapped) == changed
    assert bool(reading.facts()) == (changed or exact is None)


def test_chances_are_snapped_where_they_then_sum_to_one() -> None:
    reading = Reading(1.0)
    third = 1 / 3 + 2**-53
    assert reading.row((third, 1 / 3, 1 / 3)) == (Fraction(1, 3),) * 3
    assert set(reading.snapped) == {third}
    assert reading.row((0.25, 0.75)) == (Fraction(1, 4), Fraction(3, 4))
    odd = (0.123456789012345, 0.876543210987654)
    assert reading.row(odd) == read_row(odd)
    assert reading.normalised == {odd}


def test_the_same_real_number_is_one_rational_and_the_snap_is_told(spiel: ModuleType) -> None:
    """Kuhn poker's table of 64 x 64 plans: deals have chance 1/6, so every payoff is a multiple of 1/6."""
    game = from_openspiel("normal_form_extensive_game(game=kuhn_poker())")
    assert {6 % game.reward_denominators[i] for i in range(2)} == {0}
    assert (game.rewards[0] == -game.rewards[1]).all()
    assert game.meta["floats_snapped"].startswith("18 distinct, by at most 1.5e-16")
    assert "floats_binary" not in game.meta
    policy = weighted_policy(game)
    assert gaps(game, policy, "exact").nash_gap.value > 0


def test_payoffs_near_no_fraction_are_warned_of_and_recorded(
    spiel: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("certigap.io.openspiel.load_openspiel", lambda *_: spiel.load_game("matrix_mp"))
    monkeypatch.setattr(Explorer, "received", lambda self, *_: [self.reading.number(x) for x in (0.12345678901, -1.0)])
    with pytest.warns(CertigapWarning, match="1 distinct payoffs are floats near no simple fraction"):
        game = from_openspiel("matrix_mp")
    assert game.meta["floats_binary"] == "1 distinct payoffs are no simple fractions: taken as stored"


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError(), TypeError("two\nlines"), ZeroDivisionError("a 0")])
@pytest.mark.parametrize("place", ["load_game", "registered_names"])
def test_whatever_openspiel_raises_is_one_line(
    spiel: ModuleType, monkeypatch: pytest.MonkeyPatch, error: Exception, place: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(spiel, place, fail)
    with pytest.raises(InputError, match=r"openspiel:tic_tac_toe: expected .*, got: ") as caught:
        from_openspiel("tic_tac_toe", "9/10")
    assert "\n" not in str(caught.value)


def test_whatever_a_walk_raises_is_one_line(spiel: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise IndexError("no such move")

    monkeypatch.setattr(Explorer, "key", fail)
    with pytest.raises(InputError, match="expected a game that can be walked, got: no such move"):
        from_openspiel("tic_tac_toe", "9/10")
