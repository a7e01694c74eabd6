"""Games with parameters: hand-made answers, and the numeric route at a thousand random parameter values."""

import itertools
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import InputError
from certigap.model.parametric import ParametricGame, free_discount, parse_parametric_game
from certigap.model.parametric.expressions import parse_expression
from certigap.model.parametric.game import evaluated, function_field
from certigap.questions.parametric import ParametricBoxes, ParametricSet, formula
from certigap.questions.parametric.pieces import Piece

ROUNDS = 50  # parameter values of each of 20 games: a thousand


def markov(parameters: dict[str, Any], discount: str, states: dict[str, list[tuple[list[str], dict[str, str]]]]) -> str:
    """Two players with two actions everywhere; the game starts at the first state."""
    bodies = [
        {
            "name": name,
            "actions": [["C", "D"], ["C", "D"]],
            "outcomes": [{"rewards": rewards, "next": following} for rewards, following in outcomes],
        }
        for name, outcomes in states.items()
    ]
    head = {"format": "certigap-parametric-game", "version": 1, "parameters": parameters, "players": ["1", "2"]}
    return json.dumps({**head, "discount": discount, "initial": {next(iter(states)): "1"}, "states": bodies})


def grim_trigger(temptation: str = "3", discount: str = "g", **ranges: dict[str, str]) -> ParametricGame:
    """Prisoner's dilemma, R = 2, P = 1, S = 0, with a state that remembers whether anybody has defected."""
    payoffs = [["2", "2"], ["0", temptation], [temptation, "0"], ["1", "1"]]
    states = {
        "trust": [(pay, {"trust" if k == 0 else "grudge": "1"}) for k, pay in enumerate(payoffs)],
        "grudge": [(pay, {"grudge": "1"}) for pay in payoffs],
    }
    return parse_parametric_game(markov({"g": {"from": "0", "to": "1"}, **ranges}, discount, states))[0]


def trigger(game: ParametricGame, **values: Fraction) -> cg.Policy:
    rows = {"trust": "C", "grudge": "D"}
    return cg.Policy.pure(game.at(values), {"1": rows, "2": rows})


def public_goods(players: int) -> ParametricGame:
    payoffs = [
        [f"f * {sum(joint)} / {players} + {1 - own}" for own in joint]
        for joint in itertools.product(range(2), repeat=players)
    ]
    head = {"format": "certigap-parametric-game", "version": 1, "parameters": {"f": {"from": "0"}}}
    names = [str(i + 1) for i in range(players)]
    actions = [["keep", "give"]] * players
    return parse_parametric_game(json.dumps({**head, "players": names, "actions": actions, "payoffs": payoffs}))[0]


def test_gap_of_lemma1_is_a_formula_of_the_discount() -> None:
    answer = cg.parametric_gap(free_discount(cg.games.load("lemma1")), cg.games.learner("lemma1"))
    assert str(formula(answer.nash_gap[0].values[0])) == "5/(3 - 3*g)"
    assert str(answer.nash_gap[0].where) == "[0, 1)"
    assert "frac{5}{3 - 3 g}" in answer._repr_latex_()


def test_grim_trigger_cooperates_from_a_discount_of_one_half_on() -> None:
    """2/(1-g) >= 3 + g/(1-g), so g >= 1/2; with a temptation of 3 + g^3 the end is algebraic."""
    game = grim_trigger()
    answer = cg.parametric_equilibrium(game, trigger(game, g=Fraction(1, 2)))
    assert isinstance(answer, ParametricSet)
    assert (str(answer.holds), str(answer.fails), str(answer.undecided)) == ("[1/2, 1)", "[0, 1/2)", "{}")
    hard = grim_trigger("3 + g^3")
    found = cg.parametric_equilibrium(hard, trigger(hard, g=Fraction(1, 2)))
    assert isinstance(found, ParametricSet)
    (segment,) = found.holds.segments()
    assert segment.lower is not None
    assert segment.lower.coefficients == (1, -1, 0, 2, -1)  # (1 - g)(3 + g^3) + g = 2
    dominant = cg.parametric_dominance(game, trigger(game, g=Fraction(1, 2)))
    assert isinstance(dominant, ParametricSet)
    assert not dominant.holds
    assert not dominant.undecided


@pytest.mark.parametrize("players", [2, 3, 4])
def test_public_goods_expert_is_dominant_up_to_a_factor_of_the_number_of_players(players: int) -> None:
    game = public_goods(players)
    keep = cg.Policy.pure(game.at({"f": Fraction(1)}))
    give = cg.Policy.pure(game.at({"f": Fraction(1)}), dict.fromkeys(game.players, "give"))
    for ask in (cg.parametric_dominance, cg.parametric_equilibrium, cg.parametric_delta):
        kept, given = ask(game, keep), ask(game, give)
        assert isinstance(kept, ParametricSet)
        assert isinstance(given, ParametricSet)
        assert (str(kept.holds), str(given.holds)) == (f"[0, {players}]", f"[{players}, oo)")


def test_matching_pennies_has_its_equilibrium_but_no_stable_best_responses() -> None:
    text = {
        "format": "certigap-parametric-game",
        "version": 1,
        "parameters": {"a": {}},
        "players": ["1", "2"],
        "actions": [["H", "T"], ["H", "T"]],
        "payoffs": [["a", "-a"], ["-a", "a"], ["-a", "a"], ["a", "-a"]],
    }
    game = parse_parametric_game(json.dumps(text))[0]
    mixed = cg.Policy.from_rows(game.at({"a": Fraction(1)}), [["1/2", "1/2"], ["1/2", "1/2"]])
    assert [str(ask(game, mixed).holds) for ask in (cg.parametric_equilibrium, cg.parametric_delta)] == [
        "(-oo, oo)",
        "{0}",
    ]


def random_game(rng: random.Random) -> tuple[ParametricGame, cg.Policy]:
    """Two states, rewards linear or quadratic in x, a discount and a transition that depend on x in [0, 1]."""

    def reward() -> str:
        return f"{rng.randint(-3, 3)} + {rng.randint(-3, 3)}*x" + (
            f" - {rng.randint(1, 3)}*x^2" if rng.random() < 0.3 else ""
        )

    def following() -> dict[str, str]:
        choices = [{"s": "1"}, {"t": "1"}, {"s": "x", "t": "1 - x"}, {"s": "1/3", "t": "2/3"}]
        return rng.choice(choices)

    states = {name: [([reward(), reward()], following()) for _ in range(4)] for name in "st"}
    game = parse_parametric_game(markov({"x": {"from": "0", "to": "1"}}, "1/2 + x/4", states))[0]
    template = game.at({"x": Fraction(1, 2)})
    rows = [[rng.choice([["1", "0"], ["0", "1"], ["1/3", "2/3"]]) for _ in range(2)] for _ in range(2)]
    return game, cg.Policy.from_rows(template, rows)


def value_of(pieces: list[Piece], point: Fraction) -> Fraction | None:
    (piece,) = [piece for piece in pieces if point in piece.where]
    return evaluated(piece.values[0], [point])


@pytest.mark.parametrize("seed", range(20))
def test_formulas_and_sets_agree_with_exact_numbers_at_random_values(seed: int) -> None:
    rng = random.Random(seed)
    game, policy = random_game(rng)
    gap, equilibrium = cg.parametric_gap(game, policy), cg.parametric_equilibrium(game, policy)
    dominant = cg.parametric_dominance(game, policy)
    assert isinstance(equilibrium, ParametricSet)
    assert isinstance(dominant, ParametricSet)
    for _ in range(ROUNDS):
        point = Fraction(rng.randint(0, 60), 60)
        at = game.at({"x": point})
        own = cg.Policy(at, policy.rows)
        exact = cg.player_gaps(at, own)
        for player, found in zip(game.players, exact, strict=True):
            assert value_of(gap.player_gaps[player], point) == found.value
        numeric = cg.nash_gap(at, own).value
        assert value_of(gap.nash_gap, point) == numeric
        assert (point in equilibrium.holds) == (numeric == 0)
        if point in dominant.holds or point not in dominant.fails:
            continue
        assert loses_to_a_pure_policy(at, own)


def loses_to_a_pure_policy(game: cg.Game, policy: cg.Policy) -> bool:
    for i, j in ((0, 1), (1, 0)):
        for actions in itertools.product(["C", "D"], repeat=2):
            pure = cg.Policy.pure(game, {game.players[j]: dict(zip(game.states, actions, strict=True))})
            if cg.player_gaps(game, policy.replace(j, pure.rows[j]))[i].value > 0:
                return True
    return False


@pytest.mark.parametrize("seed", range(3))
def test_dominant_values_survive_random_opponents(seed: int) -> None:
    """Dominance claimed for a set of values holds against mixed opponents at values of the set."""
    rng = random.Random(seed)
    game = grim_trigger("3", "g/2")
    policy = cg.Policy.pure(
        game.at({"g": Fraction(0)}), {"1": {"trust": "D", "grudge": "D"}, "2": {"trust": "D", "grudge": "D"}}
    )
    answer = cg.parametric_dominance(game, policy)
    assert isinstance(answer, ParametricSet)
    assert answer.holds
    for _ in range(20):
        point = Fraction(rng.randint(0, 40), 40)
        if point not in answer.holds:
            continue
        at = game.at({"g": point})
        weights = [[rng.randint(0, 5) + 1, rng.randint(0, 5)] for _ in range(2)]
        rows = [[Fraction(w, sum(row)) for w in row] for row in weights]
        own = cg.Policy(at, policy.rows).replace(1, cg.Policy.from_rows(at, [rows, rows]).rows[1])
        assert cg.player_gaps(at, own)[0].value == 0


def test_boxes_of_two_parameters_agree_with_exact_numbers() -> None:
    game = grim_trigger("T", T={"from": "2", "to": "5"})
    policy = trigger(game, g=Fraction(1, 2), T=Fraction(3))
    answer = cg.parametric_equilibrium(game, policy, resolution=0.1)
    assert isinstance(answer, ParametricBoxes)
    assert answer.complete
    rng, seen = random.Random(1), set()
    for _ in range(200):
        point = Fraction(rng.randint(0, 399), 400), Fraction(rng.randint(800, 2000), 400)
        at = game.at({"g": point[0], "T": point[1]})
        holds = cg.nash_gap(at, cg.Policy(at, policy.rows)).value == 0
        assert holds == (point[1] <= (2 - point[0]) / (1 - point[0]))
        for boxes, truth in ((answer.holds, True), (answer.fails, False)):
            if any(point in box for box in boxes):
                assert holds is truth
                seen.add(truth)
    assert seen == {True, False}
    assert sum(answer.share(part) for part in (answer.holds, answer.fails, answer.undecided, answer.outside)) == 1


def test_boxes_of_dominance_and_stability_in_three_parameters() -> None:
    names = {name: {"from": "0", "to": "2"} for name in "abc"}
    text = {
        "format": "certigap-parametric-game",
        "version": 1,
        "parameters": names,
        "players": ["1", "2"],
        "actions": [["U", "D"], ["L", "R"]],
        "payoffs": [["a", "1"], ["b", "0"], ["1", "1"], ["c", "0"]],
    }
    game = parse_parametric_game(json.dumps(text))[0]
    policy = cg.Policy.pure(game.at(dict.fromkeys("abc", Fraction(1))))
    for ask in (cg.parametric_dominance, cg.parametric_delta):
        answer = ask(game, policy, resolution=0.3)
        assert isinstance(answer, ParametricBoxes)
        assert answer.holds
        assert answer.fails
        middles = {
            truth: [tuple((x + y) / 2 for x, y in box.ends) for box in boxes]
            for truth, boxes in ((True, answer.holds), (False, answer.fails))
        }
        for truth, points in middles.items():
            for a, b, c in points:
                dominant = a >= 1 and b >= c
                assert (dominant if ask is cg.parametric_dominance else dominant or a > 1) == truth


@pytest.mark.parametrize("seed", range(30))
def test_expressions_have_the_value_of_their_tree(seed: int) -> None:
    rng = random.Random(seed)
    domain, symbols = function_field(["x", "y"])
    point = [Fraction(rng.randint(1, 9), 7), Fraction(rng.randint(1, 9), 5)]
    values = dict(zip("xy", point, strict=True))

    def tree(depth: int) -> tuple[str, Fraction]:
        if depth == 0:
            name = rng.choice(["x", "y", "3", "0.25", "10"])
            return name, values.get(name) if name in values else Fraction(name)  # type: ignore[return-value]
        (left, a), (right, b) = tree(depth - 1), tree(depth - 1)
        operator = rng.choice("+-*/^")
        if operator == "^":
            return f"({left})^3", a**3
        if operator == "/" and not b:
            return f"-({left})", -a
        result = {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else a}[operator]
        return f"({left}) {operator}({right})", result

    text, value = tree(4)
    try:
        parsed = parse_expression(text, symbols, domain.one)
    except ValueError as error:
        assert "division by zero" in str(error)  # noqa: PT017 - a divisor that is 0 for all values
        return
    assert evaluated(parsed, point) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("x +", "expected a number, a parameter (x) or '('"),
        ("__import__('os')", "expected an expression"),
        ("z", "got 'z'"),
        ("x^65", "exponent of at most 64"),
        ("x^-1", "whole exponent"),
        ("x^(2)", "whole exponent"),
        ("1/0", "division by zero"),
        ("1/(x - x)", "division by zero"),
        ("2x", "expected an operator"),
        ("1e3", "expected an operator"),
        ("(x", "expected ')'"),
        ("(" * 60 + "x" + ")" * 60, "levels of parentheses"),
        ("x" * 3000, "at most 2000 characters"),
        ("x; y", "expected an expression"),
        ("٣", "expected an expression"),
        (".5", "expected"),
    ],
)
def test_what_is_no_expression_is_refused_in_one_line(text: str, message: str) -> None:
    domain, symbols = function_field(["x"])
    with pytest.raises(ValueError, match="expected") as caught:
        parse_expression(text, symbols, domain.one)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rows_must_sum_to_one_for_all_values_and_files_are_strict() -> None:
    states = {"s": [(["0", "0"], {"s": "x", "t": "x"})] * 4, "t": [(["0", "0"], {"t": "1"})] * 4}
    with pytest.raises(InputError, match="sums to '2\\*x', expected 1 for all parameter values"):
        parse_parametric_game(markov({"x": {}}, "1/2", states))
    with pytest.raises(InputError, match="names of letters"):
        parse_parametric_game(markov({"x y": {}}, "1/2", states))
    with pytest.raises(InputError, match="expected from <= to"):
        parse_parametric_game(markov({"x": {"from": "1", "to": "0"}}, "1/2", states))


def test_command_prints_sets_and_formulas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    game, expert = tmp_path / "lemma1.json", tmp_path / "learner.json"
    cg.write_game(cg.games.load("lemma1"), game)
    cg.write_policy(cg.games.learner("lemma1"), expert)
    arguments = ["parametric", str(game), "--discount", "g", "--policy", str(expert)]
    assert main([*arguments, "--ask", "gap"]) == 0
    assert "5/(3 - 3*g)   for g in [0, 1)" in capsys.readouterr().out
    assert main([*arguments, "--ask", "equilibrium", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["holds"] == []
    assert data["fails"] == [{"lower": "0", "upper": "1", "lower_open": False, "upper_open": True}]
    assert main(["parametric", str(game), "--discount", "g", "--ask", "gap"]) == 2
    assert "expected a policy in the file, or --policy FILE" in capsys.readouterr().err
