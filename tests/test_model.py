"""Builders, layout, policies, and how games are shown."""

import itertools
import re
from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from certigap.errors import InputError
from certigap.exact.integers import as_object, bit_length, integer_array
from certigap.model import Policy, bimatrix, markov_game, normal_form
from certigap.model.layout import Layout
from certigap.model.rows import SparseRows
from tests.helpers.small_games import two_states


def test_integer_arrays_never_overflow() -> None:
    small, large = integer_array([1, -(2**61)]), integer_array([1, 2**62])
    assert (small.dtype, large.dtype) == (np.dtype(np.int64), np.dtype(object))
    assert (as_object(small) * 8)[1] == -(2**64)
    assert (bit_length(large), bit_length(integer_array([]))) == (63, 0)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)), min_size=1, max_size=4))
def test_layout_agrees_with_counting(shapes: list[tuple[int, int, int]]) -> None:
    layout = Layout(tuple(shapes))
    rows = [(s, joint) for s, shape in enumerate(shapes) for joint in itertools.product(*map(range, shape))]
    assert layout.rows == len(rows)
    for row, (state, joint) in enumerate(rows):
        assert layout.row(state, joint) == row
        assert layout.joint(row) == (state, joint)
        assert layout.row_state[row] == state
        for player, action in enumerate(joint):
            before = sum(shape[player] for shape in shapes[:state])
            assert layout.action_index[player][row] == before + action
            assert layout.action_state[player][before + action] == state


def test_prisoners_dilemma_is_laid_out_row_major() -> None:
    game = bimatrix([["-1/10", "-9/10"], [0, 0]], [["-1/10", 0], ["-9/10", 0]])
    assert [game.reward(0, k) for k in range(4)] == [Fraction(-1, 10), Fraction(-9, 10), 0, 0]
    assert [game.reward(1, k) for k in range(4)] == [Fraction(-1, 10), 0, Fraction(-9, 10), 0]
    assert game.half_range(0) == Fraction(9, 20)
    assert (game.horizon, game.discount) == (1, 0)


def test_a_missing_second_matrix_means_zero_sum() -> None:
    game = bimatrix([[1, "1/2"]])
    assert [game.reward(1, k) for k in range(2)] == [-1, Fraction(-1, 2)]


def test_markov_builder_places_rewards_and_transitions() -> None:
    game = two_states()
    assert game.layout.shapes == ((2, 1), (1, 3))
    assert [game.reward(0, k) for k in range(5)] == [1, 0, 1, 1, 1]
    assert game.transitions.row(4) == {0: Fraction(1, 4), 1: Fraction(3, 4)}
    np.testing.assert_allclose(game.transitions.floats(), [0.25, 0.75] * 5)
    assert game.horizon == 10


def test_sparse_rows_drop_zeros_and_sort_columns() -> None:
    rows = SparseRows.from_mappings([{3: Fraction(1, 2), 1: Fraction(1, 2), 2: 0}], "row")
    assert rows.columns.tolist() == [1, 3]
    assert rows.row(0) == {1: Fraction(1, 2), 3: Fraction(1, 2)}


def test_sparse_rows_hold_numbers_beyond_64_bits() -> None:
    tiny = Fraction(1, 3**50)
    rows = SparseRows.from_mappings([{0: tiny, 1: 1 - tiny}], "row")
    assert rows.row(0) == {0: tiny, 1: 1 - tiny}
    assert rows.floats().tolist() == [float(tiny), 1.0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"players": []}, "players: expected at least one"),
        ({"players": ["1", "1"]}, "players: expected distinct names"),
        ({"states": ["s0", ""]}, "states: expected a name, got empty text"),
        ({"states": ["s0", "a\nb"]}, r"states: expected a name without control characters .*, got 'a\\nb'"),
        ({"states": ["s0", 3]}, "states: expected text, got 3"),
        ({"discount": 1}, r"discount: expected a rational in \[0, 1\), got 1"),
        ({"discount": "-1/2"}, r"discount: expected a rational in \[0, 1\), got -1/2"),
        ({"initial": {"s0": "1/2"}}, "initial: sums to 1/2, expected 1"),
        ({"initial": {"s9": 1}}, "initial: expected names of states, got 's9'"),
        ({"actions": {"s0": [["a"], ["b"]]}}, "expected an entry for state s1"),
        ({"actions": [["a"], ["b"], ["c"]]}, "expected lists of 2 players, got 3"),
        (
            {"outcome": lambda state, joint: ([1], {"s0": 1})},
            "outcome at state s0, actions a, wait: expected 2 rewards",
        ),
        ({"outcome": lambda state, joint: ([1, 1], {"s0": 2, "s1": -1})}, "expected probabilities >= 0, got -1"),
        ({"outcome": lambda state, joint: ([1, 1], {"s0": "9/10"})}, "sums to 9/10, expected 1"),
    ],
)
def test_builder_names_what_is_wrong(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        two_states(**changes)


@pytest.mark.parametrize(
    ("payoffs", "message"),
    [
        ([], "expected one array per player, got none"),
        ([[[1]]], "expected 1 arrays of one shape with 1 axes"),
        ([[[1, 2]], [[1], [2]]], "expected 2 arrays of one shape"),
    ],
)
def test_normal_form_needs_arrays_of_one_shape(payoffs: list[Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        normal_form(payoffs)


def test_floats_are_refused_everywhere_but_by_name() -> None:
    with pytest.raises(TypeError, match=r"float 0\.5"):
        bimatrix([[0.5]])
    with pytest.raises(TypeError, match="float"):
        bimatrix(np.array([[0.5]]))
    with pytest.raises(TypeError, match="float"):
        two_states(discount=0.9)
    with pytest.raises(TypeError, match="float"):
        Policy.from_rows(bimatrix([[1, 2], [3, 4]]), [[0.5, 0.5], ["1/2", "1/2"]])


def test_integer_numpy_payoffs_are_exact() -> None:
    assert bimatrix(np.array([[1, -1], [-1, 1]])) == bimatrix([[1, -1], [-1, 1]])


def test_from_floats_records_its_rounding() -> None:
    game = bimatrix([[1, -1, 0], [0, 1, -1]])
    rows = [[0.1, 0.9], [0.2, 0.3, 0.5]]
    policy = Policy.from_floats(game, rows)
    exact = [[Fraction(x) for x in row] for row in rows]
    errors = [
        sum(abs(p - q) for p, q in zip(own[0].fractions(), row, strict=True))
        for own, row in zip(policy.rows, exact, strict=True)
    ]
    assert policy.rounding_error == max(errors)
    assert 0 < max(errors) < Fraction(1, 2**50)
    coarse = Policy.from_floats(game, rows, denominator=8)
    assert [own[0].fractions() for own in coarse.rows] == [
        [Fraction(1, 8), Fraction(7, 8)],
        [Fraction(1, 4)] * 2 + [Fraction(1, 2)],
    ]


@pytest.mark.parametrize("row", [[0.5, 0.4], [1.5, -0.5], [float("nan"), 1.0], [float("inf"), 0.0]])
def test_from_floats_refuses_what_is_no_distribution(row: list[float]) -> None:
    with pytest.raises(InputError, match="policy of player 1"):
        Policy.from_floats(bimatrix([[1, 2], [3, 4]]), [row, [0.5, 0.5]])


def test_from_counts() -> None:
    policy = Policy.from_counts(two_states(), [[[3, 1], [9]], [[0], [0, 0, 0]]])
    assert policy.rows[0][0].fractions() == [Fraction(3, 4), Fraction(1, 4)]
    assert policy.rows[1][1].fractions() == [Fraction(1, 3)] * 3
    with pytest.raises(InputError, match="expected counts"):
        Policy.from_counts(two_states(), [[[3, -1], [9]], [[0], [0, 0, 0]]])


def test_pure_policies_play_the_named_actions() -> None:
    policy = Policy.pure(two_states(), {"1": "b", "2": {"s1": "e"}})
    assert [row.weights for row in policy.rows[0]] == [(0, 1), (1,)]
    assert [row.weights for row in policy.rows[1]] == [(1,), (0, 0, 1)]


@pytest.mark.parametrize("choose", [{"3": "a"}, {"1": "z"}, {"1": {"s9": "a"}}, {"2": {"s1": "wait"}}])
def test_pure_policies_refuse_names_that_mean_nothing(choose: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="expected"):
        Policy.pure(two_states(), choose)


@pytest.mark.parametrize(
    "rows",
    [
        [[["1"], ["1"]]],
        [[["1", 0]], [["1"], [1, 0, 0]]],
        [[["1", 0], ["1"]], [["1"], [1, 0]]],
        [[["1/2", "1/3"], ["1"]], [["1"], [1, 0, 0]]],
        [[["3/2", "-1/2"], ["1"]], [["1"], [1, 0, 0]]],
    ],
)
def test_policy_rows_must_fit_the_game(rows: list[Any]) -> None:
    with pytest.raises(InputError, match="policy"):
        Policy.from_rows(two_states(), rows)


def test_policies_are_equal_by_content() -> None:
    game = two_states()
    one = Policy.from_rows(game, [[["1/2", "0.5"], [1]], [[1], ["0.25", "0.25", "0.5"]]])
    two = Policy.from_counts(two_states(), [[[5, 5], [7]], [[2], [1, 1, 2]]])
    assert one == two
    assert hash(one) == hash(two)
    assert one != one.replace(0, Policy.pure(game).rows[0])


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _read_html(text: str | None) -> _Tags:
    parser = _Tags()
    parser.feed(text or "")
    return parser


def test_html_escapes_every_name() -> None:
    evil = "<script>alert('&')</script>"
    game = markov_game(
        players=[evil],
        states=[evil],
        actions=[[evil, "b"]],
        outcome=lambda state, joint: (["1/2"], {evil: 1}),
        discount="1/2",
        initial={evil: 1},
        name=evil,
    )
    for shown in (game._repr_html_(), Policy.pure(game)._repr_html_()):
        page = _read_html(shown)
        assert page.tags <= {"table", "caption", "tr", "th", "td", "p"}
        assert any(evil in text for text in page.texts)


def test_large_games_are_cut_with_a_note() -> None:
    names = [f"s{k}" for k in range(100)]
    game = two_states(
        states=names,
        actions=[["a"], ["b"]],
        outcome=lambda state, joint: ([1, 0], {state: 1}),
    )
    for shown in (game._repr_html_(), Policy.pure(game)._repr_html_()):
        page = _read_html(shown)
        assert "40 of 100 lines shown" in page.texts
        assert "s39" in page.texts
        assert "s40" not in page.texts
    assert len(bimatrix([[1] * 200])._repr_html_()) < 10_000


def test_bimatrix_is_shown_as_one() -> None:
    game = bimatrix([["1/2", -1]], actions=[["up_1"], ["l", "r&"]])
    assert game._repr_latex_() == (
        r"$\begin{array}{c|cc} & \text{l} & \text{r\&} \\ \hline \text{up\_1} & "
        r"\frac{1}{2}, -\frac{1}{2} & -1, 1\end{array}$"
    )
    assert [text for text in _read_html(game._repr_html_()).texts if "," in text][1:] == ["1/2, -1/2", "-1, 1"]


def test_only_small_bimatrices_have_latex() -> None:
    assert two_states()._repr_latex_() is None
    assert bimatrix([[0] * 13])._repr_latex_() is None
    assert normal_form([[[[0]]]] * 3)._repr_latex_() is None


def test_repr_is_short() -> None:
    assert repr(two_states()) == "<Game 2 players, 2 states, 5 joint actions, discount 9/10>"
    assert re.fullmatch(r"<Policy pure, 2 players, 2 states; 1 plays .*; 2 plays .*>", repr(Policy.pure(two_states())))
