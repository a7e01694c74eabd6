"""The entropy-regularised game: enclosures of exp and log, values, best responses, delta_tau, certificates, mutants."""

import json
import math
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import certigap as cg
from certigap.cli import main
from certigap.errors import InputError
from certigap.exact import enclosures
from certigap.semantics.entropic import RegularisedGaps
from certigap.solve.regularised import regularised_equilibrium
from certigap.solve.regularised_program import regularised_row_strategy
from certigap.solve.stages import Stages
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.strategies import random_markov_game, random_policy

CHECKER = load()
UPPER, LOWER = 1, -1


def brackets(lower: Fraction, upper: Fraction, truth: Any, width: float) -> bool:
    """The number, known to 60 digits, lies between the ends, which are close."""
    low, high = (mpmath.mpf(x.numerator) / x.denominator for x in (lower, upper))
    return bool(low <= truth * (1 + mpmath.mpf(10) ** -58) and truth <= high * (1 + mpmath.mpf(10) ** -58)) and (
        upper - lower <= width
    )


@given(st.fractions(min_value=-70, max_value=0, max_denominator=10**6))
def test_exponentials_are_enclosed_here_and_in_the_checker(x: Fraction) -> None:
    with mpmath.workdps(70):
        truth = mpmath.exp(mpmath.mpf(x.numerator) / x.denominator)
        assert brackets(*enclosures.exp(x), truth, 1e-40)
        assert brackets(CHECKER.exp_end(x, LOWER), CHECKER.exp_end(x, UPPER), truth, 1e-27 if x < -64 else 1e-40)


@given(st.fractions(min_value=Fraction(1, 10**9), max_value=1, max_denominator=10**12).filter(lambda p: p > 0))
def test_logarithms_are_enclosed_here_and_in_the_checker(p: Fraction) -> None:
    with mpmath.workdps(70):
        truth = -mpmath.log(mpmath.mpf(p.numerator) / p.denominator)
        lower, upper = enclosures.log(p)
        assert brackets(-upper, -lower, truth, 1e-40)
        assert brackets(-CHECKER.log_end(p, UPPER), -CHECKER.log_end(p, LOWER), truth, 1e-40)


def soft_values(game: cg.Game, policy: cg.Policy, player: int, tau: float, sigma: float) -> tuple[Any, Any]:
    """Regularised optimal values and values of the policy by plain iteration over dictionaries of rows."""
    g, layout = float(game.discount), game.layout
    rows = [[np.array([float(p) for p in row.fractions()]) for row in own] for own in policy.rows]

    def entropy(row: Any) -> float:
        return float(-sum(p * math.log(p) for p in row if p > 0))

    best, own = np.zeros(len(game.states)), np.zeros(len(game.states))
    for _ in range(2_000):
        new_best, new_own = best.copy(), own.copy()
        for s, shape in enumerate(layout.shapes):
            cost = sigma * sum(entropy(rows[j][s]) for j in range(len(shape)) if j != player)
            q = np.zeros((2, shape[player]))
            for joint in np.ndindex(*shape):
                weight = math.prod(rows[j][s][a] for j, a in enumerate(joint) if j != player)
                k = layout.row(s, tuple(joint))
                for which, following in enumerate((best, own)):
                    later = sum(float(p) * following[t] for t, p in game.transitions.row(k).items())
                    q[which, joint[player]] += weight * (float(game.reward(player, k)) + g * later)
            new_best[s] = tau * math.log(sum(math.exp(x / tau) for x in q[0])) - cost
            new_own[s] = rows[player][s] @ q[1] + tau * entropy(rows[player][s]) - cost
        moved = max(np.abs(new_best - best).max(), np.abs(new_own - own).max())
        best, own = new_best, new_own
        if moved < 1e-14:
            break
    return best, own


@pytest.mark.parametrize("seed", range(12))
def test_values_and_gaps_enclose_those_of_plain_iteration(seed: int) -> None:
    rng = random.Random(seed)
    game = random_markov_game(rng, rng.choice([2, 3]), rng.randint(1, 3), 2, "3/4")
    policy = random_policy(rng, game)
    tau, sigma = rng.choice(["1/10", "1", "5"]), rng.choice(["0", "1/2"])
    answer = cg.regularised_gaps(game, policy, tau, opponents_temperature=sigma)
    for i, interval in enumerate(answer.player_gaps):
        best, own = soft_values(game, policy, i, float(Fraction(tau)), float(Fraction(sigma)))
        start = np.array([float(p) for p in game.initial.fractions()])
        for bracket, truth in ((answer.optima[i], best), (answer.values[i], own)):
            assert (np.array(bracket.lower.floats()) <= truth + 1e-10).all()
            assert (np.array(bracket.upper.floats()) >= truth - 1e-10).all()
        assert interval.lower is not None
        assert interval.upper is not None
        assert interval.upper - interval.lower < Fraction(1, 10**8)
        assert float(interval.lower) - 1e-10 <= start @ (best - own) <= float(interval.upper) + 1e-10


def test_best_response_is_the_softmax_and_has_the_entropic_regret() -> None:
    """Against even opponents in a coordination game; 0 <= V* - V of the softmax <= tau log 2 (THEORY 10)."""
    game = cg.bimatrix([[2, 0], [0, 1]], [[2, 0], [0, 1]])
    even = cg.Policy.from_rows(game, [["1/2", "1/2"], ["1/2", "1/2"]])
    answer, enclosed = cg.regularised_best_response(game, even, 0, "1/2")
    truth = 1 / (1 + math.exp(-1))
    assert enclosed[0][0][0] <= Fraction(truth) + Fraction(1, 10**15)
    assert abs(float(enclosed[0][0][1]) - truth) < 1e-12
    assert abs(float(answer.rows[0][0].fractions()[0]) - truth) < 1e-12
    assert 0 <= cg.player_gaps(game, answer)[0].value <= Fraction(1, 2) * enclosures.log(Fraction(2))[1]


def test_regularised_equilibrium_of_tag_has_a_certified_residual(tmp_path: Path) -> None:
    game, expert = cg.games.load("tag"), cg.games.expert("tag")
    answer = cg.regularised_gaps(game, expert, "1/10", opponents_temperature="1/10")
    assert answer.regularised_gap.upper is not None
    assert answer.regularised_gap.upper < Fraction(1, 10**11)
    plain = cg.nash_gap(game, expert).lower
    assert plain is not None
    assert plain > Fraction(6, 100)  # the plain regret is another number


@pytest.mark.parametrize("seed", range(6))
def test_best_responses_stray_no_farther_than_the_bound(seed: int) -> None:
    rng = random.Random(seed)
    game = random_markov_game(rng, 2, 2, 2, "1/2")
    expert = random_policy(rng, game)
    tau, eps = Fraction(rng.choice([1, 4, 20])), Fraction(1, rng.choice([20, 200]))
    mass = cg.occupancy(game, expert)
    if min(mass.lower.fractions()) <= 0:
        pytest.skip("the expert leaves a state unvisited")
    answer = cg.regularised_delta(game, expert, tau, eps)
    for i in (0, 1):
        for _ in range(5):
            other = random_policy(rng, game)
            moved = mixed(expert, other, 1 - i, eps, mass.upper.fractions())
            _, rows = cg.regularised_best_response(game, moved, i, tau)
            stray = sum(
                mu
                * sum(max(p - high, low - p, Fraction(0)) for p, (low, high) in zip(own.fractions(), row, strict=True))
                for mu, own, row in zip(mass.lower.fractions(), expert.rows[i], rows, strict=True)
            )
            assert stray <= answer.upper


def mixed(expert: cg.Policy, other: cg.Policy, player: int, eps: Fraction, mass: list[Fraction]) -> cg.Policy:
    """The expert with one player's rows moved towards another policy's, as far as the error allows."""
    pairs = list(zip(expert.rows[player], other.rows[player], strict=True))
    apart = sum(
        m * sum(abs(x - y) for x, y in zip(a.fractions(), b.fractions(), strict=True))
        for m, (a, b) in zip(mass, pairs, strict=True)
    )
    share = min(Fraction(1), eps / apart) if apart else Fraction(0)
    rows = [[x + share * (y - x) for x, y in zip(a.fractions(), b.fractions(), strict=True)] for a, b in pairs]
    everybody = [[row.fractions() for row in own] for own in expert.rows]
    everybody[player] = rows
    return cg.Policy.from_rows(expert.game, everybody)


def test_unvisited_states_and_temperatures_are_refused_in_one_line() -> None:
    game, expert = cg.games.load("lemma2"), cg.games.expert("lemma2")
    even = cg.bimatrix([[1]])
    with pytest.raises(InputError, match="temperature: expected a rational > 0"):
        cg.regularised_gaps(even, cg.Policy.pure(even), 0)
    with pytest.raises(InputError, match="visits every state"):
        cg.regularised_delta(cg.games.load("theorem2"), cg.games.expert("theorem2"), 1, "1/10")
    assert cg.regularised_gaps(game, expert, 1).regularised_gap.upper is not None


@pytest.mark.parametrize("seed", range(4))
def test_exponential_cones_agree_with_newton_on_states_of_tag(seed: int) -> None:
    """Clarabel on the convex program, against the rows of regularised Nash value iteration."""
    game = cg.games.load("tag")
    found = regularised_equilibrium(game, "1/10", 1e-10)
    stages = Stages(game)
    s = random.Random(seed).randrange(len(game.states))
    table = stages.payoffs(found.values)[s]
    assert np.abs(regularised_row_strategy(table, 0.1) - found.rows[0][s]).max() < 1e-4


def worlds(tmp_path: Path) -> tuple[cg.Game, cg.Policy, Path]:
    """Two states that are both visited, mixed rows, two players; the first action of player 1 is far better."""
    game = cg.markov_game(
        players=["1", "2"],
        states=["s", "t"],
        actions=[["a", "b"], ["c", "d"]],
        outcome=lambda state, joint: (
            [int(joint == ("a", "c")) + int(state == "t"), int(joint[1] == "d")],
            {"s": "1/2", "t": "1/2"} if joint[0] == "a" else {"s": "1/4", "t": "3/4"},
        ),
        discount="1/2",
        initial={"s": "1/2", "t": "1/2"},
    )
    policy = cg.Policy.from_rows(game, [[["1/4", "3/4"], ["1/2", "1/2"]], [["1/3", "2/3"], ["1/8", "7/8"]]])
    path = tmp_path / "game.json"
    cg.write_game(game, path)
    return game, policy, path


@pytest.fixture
def certified(tmp_path: Path) -> tuple[RegularisedGaps, dict[str, Any], dict[str, Any], Path]:
    game, policy, path = worlds(tmp_path)
    answer = cg.regularised_gaps(game, policy, "1/2", opponents_temperature="1/4")
    stray = cg.regularised_delta(game, policy, 8, "1/50")
    return answer, cg.certificate(answer).to_json(), cg.certificate(stray).to_json(), path


def test_certificates_are_accepted_and_false_claims_are_not(certified: Any, tmp_path: Path) -> None:
    answer, gaps, stray, path = certified
    bench = Bench(CHECKER, path, tmp_path)
    assert [bench.verdict(gaps), bench.verdict(stray)] == ["valid", "valid"]
    for data in falsified(gaps, stray):
        assert bench.verdict(data) == "invalid"
    assert answer.regularised_gap.lower > Fraction(1, 10)


def edited(data: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    copy = json.loads(json.dumps(data))
    *path, last = place.split("/")
    node = copy
    for key in path:
        node = node[key]
    node[last] = value
    return dict(copy)


def shifted(data: dict[str, Any], place: str, amount: Fraction) -> dict[str, Any]:
    """A vector of the proof moved by a constant."""
    copy = json.loads(json.dumps(data))
    node = copy["proof"]
    for key in place.split("/"):
        node = node[key]
    node["num"] = [x + int(amount * int(node["den"])) for x in node["num"]]
    return dict(copy)


def falsified(gaps: dict[str, Any], stray: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Claims that are false, alone and with proofs bent towards them; `delta` too small for a proof is as bad."""
    interval = gaps["claim"]["regularised_gap"]
    low, high = Fraction(interval["lower"]), Fraction(interval["upper"])
    only = {"kind", "policy", "temperature", "opponents_temperature", "regularised_gap"}
    base = gaps | {"claim": {k: v for k, v in gaps["claim"].items() if k in only}}
    step = Fraction(1, 20)
    small = edited(base, "claim/regularised_gap", {"upper": str(low - step)})
    large = edited(base, "claim/regularised_gap", {"lower": str(high + step)})
    yield small
    yield large
    for amount in (Fraction(1, 10), Fraction(1), Fraction(40)):
        for player in ("1", "2"):
            yield shifted(small, f"optima/{player}/upper", -amount)
            yield shifted(small, f"values/{player}/lower", amount)
            yield shifted(large, f"optima/{player}/lower", amount)
            yield shifted(large, f"values/{player}/upper", -amount)
        one = shifted(shifted(small, "optima/1/upper", -amount), "optima/2/upper", -amount)
        yield one
        yield shifted(shifted(small, "values/1/lower", amount), "values/2/lower", amount)
    upper = Fraction(stray["claim"]["delta"]["upper"])
    for share in ("99/100", "1/2", "1/10", "1/50", "1/500"):
        yield edited(stray, "claim/delta/upper", str(upper * Fraction(share)))
        wide = edited(stray, "claim/delta/upper", str(upper * Fraction(share)))
        yield edited(wide, "proof/occupancy/exact/num", [10 * x for x in wide["proof"]["occupancy"]["exact"]["num"]])


# `max(exponents) > 0` has no killing case: it only spares the series numbers that make the sum exceed 1 anyway
MUTANTS = [
    ("t = rounded(-x / 64, -sign)", "t = rounded(-x / 32, -sign)"),
    ("for j in range(TERMS + (sign == UPPER)):", "for j in range(1 + (sign == UPPER)):"),
    ("return Fraction(1, 1 << 92) if sign == UPPER else ZERO", "return ZERO if sign == UPPER else ONE"),
    ("- k * 2 * atanh_end(Fraction(1, 3), -sign)", "+ k * 2 * atanh_end(Fraction(1, 3), -sign)"),
    ("return 2 * atanh_end((m - 1) / (m + 1), sign)", "return -99 * abs(atanh_end((m - 1) / (m + 1), sign))"),
    (
        "summed(-p * log_end(p, -sign) for p in row if 0 < p < 1)",
        "summed(log_end(p, -sign) for p in row if 0 < p < 1)",
    ),
    ("level = vector[s] + self.cost(s, -sign)", "level = vector[s] + 9 * self.cost(s, -sign)"),
    (
        "exponents = [(q - level) / self.tau for q in self.actions(s, vector)]",
        "exponents = [(q - level) * 20 for q in self.actions(s, vector)]",
    ),
    (
        "sign * (1 - sum((exp_end(x, sign) for x in exponents), ZERO)) < 0",
        "sign * (1 - max(exp_end(x, sign) for x in exponents)) < 0",
    ),
    ("if sign == LOWER and max(exponents) >= 0:", "if sign == LOWER:"),
    ("total += self.tau * entropy_end(own, sign) - self.cost(s, -sign)", "total -= self.cost(s, -sign)"),
    ("total += self.tau * entropy_end(own, sign) - self.cost(s, -sign)", "total += self.tau * entropy_end(own, sign)"),
    ("if sign * (vector[s] - total) < 0:", "if False:"),
    (
        "total = summed(p * q for p, q in zip(own, values))",
        "total = max(values)",
    ),
    ("return distance + spread * radius", "return distance + 0 * radius"),
    ("distance = summed((distance, mass * apart))", "distance = summed((distance, 0 * apart))"),
    ("spread = self.game.half_range(i) - g", "spread = 0 * self.game.half_range(i) - g"),
    ("* (1 + g / ((1 - g) * least))", "* 1"),
    ("least = min(self.shown.mass(s, LOWER) for s in range(self.game.size))", "least = TWO"),
    ("if upper < found:", "if False:"),
]


@pytest.mark.parametrize(("old", "new"), MUTANTS)
def test_every_weakened_condition_lets_a_false_claim_through(old: str, new: str, tmp_path: Path) -> None:
    game, policy, path = worlds(tmp_path)
    text = source()
    assert text["entropy"].count(old) == 1
    bench = Bench(load(text | {"entropy": text["entropy"].replace(old, new)}), path, tmp_path)
    for tau, sigma in (("1/2", "1/4"), ("1/200", "2"), ("3", "0")):
        gaps = cg.certificate(cg.regularised_gaps(game, policy, tau, opponents_temperature=sigma)).to_json()
        stray = cg.certificate(cg.regularised_delta(game, policy, 8, "1/50")).to_json()
        if any(bench.verdict(data) == "valid" for data in falsified(gaps, stray)):
            return
    pytest.fail("no false claim was accepted")


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("claim/temperature", "0"),
        ("claim/temperature", "-1"),
        ("claim/opponents_temperature", "-1"),
        ("claim/temperature", 1),
        ("proof/optima", {}),
        ("claim/delta", {"radius": "-1", "upper": "2"}),
        ("claim/extra", "1"),
    ],
)
def test_malformed_claims_are_named(place: str, value: Any, certified: Any, tmp_path: Path) -> None:
    _, _, stray, path = certified
    assert Bench(CHECKER, path, tmp_path).verdict(edited(stray, place, value)) == "malformed"


def test_command_writes_a_certificate_that_verifies(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, policy, path = worlds(tmp_path)
    rows, certificate = tmp_path / "policy.json", tmp_path / "x.cert.json"
    cg.write_policy(policy, rows)
    assert main(["gap", str(path), str(rows), "--temperature", "1/2", "-o", str(certificate)]) == 0
    assert "regularised gap of player 1" in capsys.readouterr().out
    assert main(["verify", str(path), str(certificate), "--policy", str(rows)]) == 0
    assert "valid" in capsys.readouterr().out
