"""The bounds `delta` and `value_form`: true on random games, checked, and every condition of their rule needed."""
# ruff: noqa: E501, a snippet of the source stays in one piece

import itertools
import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.center import Center
from certigap.bounds.delta_form import DELTA, opponents
from certigap.bounds.value_form import VALUE_FORM, kappa
from certigap.certificates.certificate import Certificate
from certigap.model.files.codec import policy_rows_to_json
from certigap.regions.straying import least_straying
from certigap.work.deadline import Deadline
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.strategies import random_markov_game, random_policy

CHECKER = load()
RULES = (DELTA, VALUE_FORM)


def found(rule: Any, ball: ErrorBall) -> Any:
    return rule.find(Center(ball.expert), ball, Deadline(None))


def strayed(ball: ErrorBall, player: int) -> Fraction:
    center = Center(ball.expert)
    return least_straying(center.engine, opponents(center, ball, player)).bound


def instance(rule: Any, ball: ErrorBall) -> dict[str, Any]:
    """A worst-case certificate whose upper end is the bound."""
    bound = found(rule, ball)
    claim = {
        "kind": "worst-case",
        "measure": str(ball.measure),
        "expert": policy_rows_to_json(ball.expert),
        "radius": str(ball.radius),
        "nash_gap": {"upper": str(bound.value)},
    }
    return Certificate(ball.game, claim, bound.evidence.to_json()).to_json()


def moved(rng: random.Random, expert: cg.Policy, eps: Fraction, mass: list[Fraction]) -> cg.Policy:
    """A policy whose every player is at most `eps` from the expert: some states far, others not at all."""
    rows = []
    for i in range(len(expert.game.players)):
        other = random_policy(rng, expert.game)
        own, left = [], eps
        for s in rng.sample(range(len(mass)), len(mass)):
            a, b = expert.rows[i][s].fractions(), other.rows[i][s].fractions()
            apart = sum(abs(x - y) for x, y in zip(a, b, strict=True))
            cost = mass[s] * apart
            share = min(Fraction(1), left / cost) if cost else Fraction(1)
            share *= rng.choice([0, 1, 1])
            left -= share * cost
            own.append((s, [x + share * (y - x) for x, y in zip(a, b, strict=True)]))
        rows.append([row for _, row in sorted(own)])
    return cg.Policy.from_rows(expert.game, rows)


@pytest.mark.parametrize("seed", range(15))
def test_gaps_in_the_ball_are_below_both_bounds(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    players = rng.choice([2, 2, 3])
    game = random_markov_game(rng, players, rng.randint(1, 3), 2, rng.choice(["0", "1/2", "4/5"]))
    expert = random_policy(rng, game) if seed % 3 else cg.Policy.pure(game)
    mass = cg.occupancy(game, expert).upper.fractions()
    eps = Fraction(1, rng.choice([5, 50]))
    cg.write_game(game, tmp_path / "game.json")
    bench = Bench(CHECKER, tmp_path / "game.json", tmp_path)
    for rule in RULES:
        ball = ErrorBall(expert, Measure.BC, eps)
        bound = found(rule, ball)
        for _ in range(15):
            assert cg.nash_gap(game, moved(rng, expert, eps, mass)).lower <= bound.value
        assert bench.verdict(instance(rule, ball)) == "valid"
        assert bench.verdict(instance(rule, ErrorBall(expert, Measure.RHO, eps))) == "valid"


def least_distance(game: cg.Game, expert: cg.Policy, policy: cg.Policy, i: int) -> Fraction:
    """The distance of player `i`'s rows from its nearest pure-support best response, by enumeration of pure policies."""
    mass = cg.occupancy(game, expert).lower.fractions()
    best = cg.best_response(game, policy, i).optimum.lower
    start = best.dot(game.initial.weights, game.initial.denominator)
    least = Fraction(2)
    for actions in itertools.product(*(range(shape[i]) for shape in game.layout.shapes)):
        names = {state: game.actions[s][i][a] for s, (state, a) in enumerate(zip(game.states, actions, strict=True))}
        pure = cg.Policy.pure(game, {game.players[i]: names})
        own = cg.values(game, policy.replace(i, pure.rows[i]))[i].lower
        if own.dot(game.initial.weights, game.initial.denominator) == start:
            apart = sum(
                m * 2 * (1 - expert.rows[i][s].fractions()[a])
                for s, (m, a) in enumerate(zip(mass, actions, strict=True))
            )
            least = min(least, apart)
    return least


@pytest.mark.parametrize("seed", range(12))
def test_pure_experts_have_a_best_response_within_delta(seed: int) -> None:
    """With a pure expert the nearest best response may be taken pure: at a pure row, distances are linear."""
    rng = random.Random(seed)
    game = random_markov_game(rng, 2, 2, 2, "1/2")
    expert = cg.Policy.pure(game)
    mass = cg.occupancy(game, expert).upper.fractions()
    for eps in (Fraction(1, 100), Fraction(1, 10), Fraction(1, 2)):
        ball = ErrorBall(expert, Measure.BC, eps)
        bounds = [strayed(ball, i) for i in (0, 1)]
        for _ in range(6):
            policy = moved(rng, expert, eps, mass)
            for i in (0, 1):
                assert least_distance(game, expert, policy, i) <= bounds[i]


def test_kappa_of_an_equilibrium_vanishes_with_the_radius_and_delta_of_a_dominant_one_is_zero() -> None:
    game, expert = cg.games.load("algorithm1"), cg.games.expert("algorithm1")
    ball = ErrorBall(expert, Measure.BC, Fraction(1, 10))
    assert [strayed(ball, i) for i in (0, 1)] == [0, 0]
    assert [max(0, kappa(Center(expert), ball, i).pair) for i in (0, 1)] == [0, 0]
    assert game.is_normal_form


def test_constant_game_strays_nowhere_and_lemma2_by_nearly_all() -> None:
    """Ties are no straying (delta^sel = 0, delta^max = 2); Lemma 2's player 1 leaves its long way: delta^sel = 2 (1 - g)."""
    constant = cg.bimatrix([[1, 1], [1, 1]])
    ball = ErrorBall(cg.Policy.pure(constant), Measure.BC, Fraction(1, 2))
    assert strayed(ball, 0) == 0
    game, expert = cg.games.load("lemma2"), cg.games.expert("lemma2")
    radius = cg.eps_bc(game, expert, cg.games.learner("lemma2")).value
    far = strayed(ErrorBall(expert, Measure.BC, radius), 0)
    assert 2 * (1 - game.discount) <= far <= 2


def test_theorem_instance_of_delta_is_refused_nowhere(tmp_path: Path) -> None:
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    answer = cg.theorem_instance(game, expert, "delta", "1/100")
    assert answer.bound == Fraction(19, 10)  # delta = 0 this near a strict equilibrium: 1 + g times 1/(1 - g)^2 eps
    cg.write_game(game, tmp_path / "game.json")
    cg.certificate(answer).write(tmp_path / "x.cert.json")
    (result,) = cg.verify(tmp_path / "game.json", tmp_path / "x.cert.json")
    assert result.verdict == "valid"


def worlds() -> Iterator[tuple[cg.Game, cg.Policy, Fraction, Fraction]]:
    """Games with a learner whose own gap is what no true bound at its radius may fall below."""
    for name, given in (("lemma2", {"discount": "4/5", "eps": "1/10"}), ("sharpness", {"e": "1/10000"})):
        game, expert, learner = (make(name, **given) for make in (cg.games.load, cg.games.expert, cg.games.learner))
        radius = cg.eps_bc(game, expert, learner).upper
        yield game, expert, radius, cg.nash_gap(game, learner).lower


def proofs(game: cg.Game, expert: cg.Policy, radius: Fraction) -> Iterator[tuple[str, dict[str, Any]]]:
    """True proofs, those of a smaller and of a larger ball, and proofs bent in each place."""
    size = len(game.states)
    low, high = ({"den": "1", "num": [x] * size} for x in (-99, 99))
    for name, rule in (("delta", DELTA), ("value-form", VALUE_FORM)):
        for ball, share in itertools.product((radius, Fraction(0), Fraction(10**6)), (1, 0, 5)):
            center = ErrorBall(expert, Measure.BC, ball)
            proof = json.loads(json.dumps(found(rule, center).evidence.to_json()["theorem"]["proof"]))
            vector = proof["occupancy"]["lower"]
            vector["num"] = [share * x for x in vector["num"]]
            yield name, proof
    base = found(DELTA, ErrorBall(expert, Measure.BC, radius)).evidence.to_json()["theorem"]["proof"]
    for best, least, safe in itertools.product((None, low), (None, low, high), (None, "2", "1/4", "0")):
        copy = json.loads(json.dumps(base))
        for own in copy["players"].values():
            own["vectors"] = [best or own["vectors"][0], least or own["vectors"][1]]
            own["safe"] = [[safe] * size] if safe else own["safe"]
        yield "delta", copy
    base = found(VALUE_FORM, ErrorBall(expert, Measure.BC, radius)).evidence.to_json()["theorem"]["proof"]
    for own in base["players"].values():
        own["kappa"] = "0"
    yield "value-form", base


def shown(
    module: Any, game: Any, expert: cg.Policy, radius: Fraction, name: str, proof: dict[str, Any]
) -> Fraction | None:
    rows = [[row.fractions() for row in own] for own in expert.rows]
    theorem = {"delta": module.theorem_delta, "value-form": module.theorem_value_form}[name]
    try:
        bound: Fraction = theorem(game, rows, radius, module.Node(proof, "proof"))
    except module.Invalid:
        return None
    return bound


MUTANTS = [
    ('self.own = radius if measure == "bc"', 'self.own = 0 if measure == "bc"'),
    ('self.budget = others if measure == "bc"', 'self.budget = 0 * others if measure == "bc"'),
    ('self.spread = others if measure == "bc"', 'self.spread = 0 * others if measure == "bc"'),
    ("return inside and [ZERO] * self.game.size if j == self.i else inside", "return inside and [ZERO] * self.game.size"),
    ("            check_vector(game, i, rows, best, Step.best_value, UPPER, where)\n", ""),
    ("            check_vector(game, i, rows, least, Step.best_value, LOWER, where)\n", ""),
    ("if not all(good for p, good in zip(center[i][s], best) if p):", "if False:"),
    ("gains.append(region.weights[s] * (1 - kept))", "gains.append(ZERO)"),
    ("costs.append(region.weights[s] * safe / 2)", "costs.append(region.weights[s] * 9)"),
    ("return min(TWO, max(found) + 2 * (1 - summed(region.weights)))\n\n\ndef check_safe", "return min(TWO, max(found))\n\n\ndef check_safe"),
    ("return [all(step.regret(own, bounds, best, a) <= 0 for best in step.actions) for a in step.actions]", "return [any(step.regret(own, bounds, best, a) <= 0 for best in step.actions) for a in step.actions]"),
    ("bounds.append((limits.slip + stray)", "bounds.append((limits.slip + 0 * stray)"),
    ("check_cover(game, i, region, {}, own[\"cover\"], own[\"kappa\"].rational())\n        bounds", "bounds"),
    ("bounds.append(own[\"kappa\"].rational() + limits", "bounds.append(0 * own[\"kappa\"].rational() + limits"),
    ("return [min(TWO, self.spread / w, left / w + d) if w else TWO for w, d in pairs]", "return [min(TWO, self.spread / w, left / w + d) if w else ZERO for w, d in pairs]"),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    result = []
    for k, (game, expert, radius, truth) in enumerate(worlds()):
        path = tmp_path_factory.mktemp("world") / f"{k}.json"
        cg.write_game(game, path)
        result.append((path, expert, radius, truth, list(proofs(game, expert, radius))))
    return result


def bounds_shown(module: Any, made: Any) -> Iterator[tuple[Fraction | None, Fraction]]:
    for path, expert, radius, truth, given in made:
        game = module.Game(module.read_json(str(path)))
        for name, proof in given:
            yield shown(module, game, expert, radius, name, proof), truth


def test_no_bent_proof_shows_less_than_the_truth(made: Any) -> None:
    bounds = list(bounds_shown(CHECKER, made))
    assert all(bound is None or bound >= truth for bound, truth in bounds)
    assert sum(bound is not None for bound, _ in bounds) >= 8
    assert sum(bound is None for bound, _ in bounds) >= 20


@pytest.mark.parametrize(("old", "new"), MUTANTS, ids=[str(k) for k in range(len(MUTANTS))])
def test_every_weakened_condition_shows_less_than_the_truth(old: str, new: str, made: Any) -> None:
    text = source()
    (home,) = (name for name in ("delta", "straying") if old in text[name])
    assert text[home].count(old) == 1
    weaker = {"delta": text["delta"].replace(old, new), "straying": text["straying"].replace(old, new)}
    module = load(text | {home: weaker[home]})
    assert any(bound is not None and bound < truth for bound, truth in bounds_shown(module, made))


def test_steps_are_sharper_for_mixed_experts_and_checked(tmp_path: Path) -> None:
    """Matching pennies: any tilt makes one of two actions the only best reply, so delta is 1 and not 2."""
    coin = cg.bimatrix([[1, -1], [-1, 1]])
    expert = cg.Policy.from_rows(coin, [["1/2", "1/2"]] * 2)
    ball = ErrorBall(expert, Measure.BC, Fraction(1, 10))
    bound = found(DELTA, ball)
    assert bound.value == Fraction(1, 10) + 1
    assert strayed(ball, 0) == 2
    cg.write_game(coin, tmp_path / "game.json")
    bench = Bench(CHECKER, tmp_path / "game.json", tmp_path)
    data = instance(DELTA, ball)
    assert data["proof"]["theorem"]["name"] == "delta-steps"
    assert bench.verdict(data) == "valid"
    data["claim"]["nash_gap"]["upper"] = "109/100"
    assert bench.verdict(data) == "invalid"


def test_steps_of_one_state_bound_the_gaps_of_the_ball(tmp_path: Path) -> None:
    for seed in range(10):
        rng = random.Random(seed)
        game = random_markov_game(rng, 2 + seed % 2, 1, 2, rng.choice(["0", "1/2"]))
        expert, eps = random_policy(rng, game), Fraction(1, rng.choice([2, 5]))
        cg.write_game(game, tmp_path / "game.json")
        bench = Bench(CHECKER, tmp_path / "game.json", tmp_path)
        for measure in (Measure.BC, Measure.RHO):
            bound = found(DELTA, ErrorBall(expert, measure, eps))
            assert bench.verdict(instance(DELTA, ErrorBall(expert, measure, eps))) == "valid"
            for _ in range(10 if measure is Measure.BC else 0):
                assert cg.nash_gap(game, moved(rng, expert, eps, [Fraction(1)])).lower <= bound.value
