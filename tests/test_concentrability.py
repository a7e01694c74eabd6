"""Concentrability coefficients: brute force, linear programs, infinity and its path, certificates, mutants."""

import itertools
import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog

import certigap as cg
from certigap.bounds import concentrability as named_bound
from certigap.bounds.visits import Deviator
from certigap.cli import main
from certigap.errors import InputError
from certigap.questions import concentrability as question
from certigap.questions.concentrability import ConcentrabilityAnswer
from certigap.semantics.induced import decision_process
from certigap.semantics.optimum import action_rows
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.strategies import random_markov_game, random_policy

CHECKER = load()


def mixed_policy(rng: random.Random, game: cg.Game) -> cg.Policy:
    """Every action has a chance, so that every state that can be reached is visited."""
    shapes = game.layout.shapes
    players = range(len(game.players))
    return cg.Policy.from_counts(game, [[[rng.randint(1, 5) for _ in range(s[i])] for s in shapes] for i in players])


def brute_force(game: cg.Game, expert: cg.Policy, player: int) -> Fraction | None:
    """The largest mu'(s)/mu(s) over all pure deviations, exactly; None for infinity."""
    counts = [shape[player] for shape in game.layout.shapes]
    mu = cg.occupancy(game, expert, "exact").lower.fractions()
    best = Fraction(0)
    for choice in itertools.product(*map(range, counts)):
        rows = [action_rows(n, a) for n, a in zip(counts, choice, strict=True)]
        moved = cg.occupancy(game, expert.replace(player, rows), "exact").lower.fractions()
        for there, here in zip(moved, mu, strict=True):
            if there and not here:
                return None
            best = max(best, there / here) if there else best
    return best


@pytest.mark.parametrize("seed", range(30))
def test_coefficients_are_those_of_all_pure_deviations(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    game = random_markov_game(rng, rng.choice([2, 3]), rng.randint(1, 4), 2, rng.choice(["0", "1/2", "9/10"]))
    expert = random_policy(rng, game) if seed % 2 else mixed_policy(rng, game)
    answer = cg.concentrability(game, expert)
    for player, own in enumerate(answer.coefficients):
        truth = brute_force(game, expert, player)
        assert own.is_infinite == (truth is None)
        assert own.is_infinite or own.value.value == truth
    path = tmp_path / "game.json"
    cg.write_game(game, path)
    assert Bench(CHECKER, path, tmp_path).verdict(cg.certificate(answer).to_json()) == "valid"


def most_by_program(deviator: Deviator, target: int) -> float:
    """M_i(target) as the linear program over the occupancies of state and own action (HiGHS)."""
    process = decision_process(deviator.game, deviator.expert, deviator.player)
    assert process.matrix is not None
    leave = np.zeros((deviator.size, len(process.owners)))
    leave[process.owners, np.arange(len(process.owners))] = 1
    flow = leave - deviator.discount * process.matrix.sparse(deviator.size).toarray().T
    found = linprog(
        -1.0 * (process.owners == target), A_eq=flow, b_eq=(1 - deviator.discount) * deviator.start, method="highs"
    )
    return float(-found.fun)


@pytest.mark.parametrize("seed", range(3))
def test_intervals_of_larger_games_hold_the_programs_answer(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if 60 states were too many for an exact answer: groups and flows are at work."""
    monkeypatch.setattr(question, "_EXACT_STATES", 0)
    game = cg.games.load("random", states="60", seed=str(seed))
    expert = mixed_policy(random.Random(seed), game)
    answer = cg.concentrability(game, expert, ratio="11/10", budget=30)
    assert answer.complete
    mu = np.array(cg.occupancy(game, expert).lower.floats())
    for player, own in enumerate(answer.coefficients):
        deviator = Deviator(expert, player)
        most = np.array([most_by_program(deviator, s) if s in deviator.parents else 0.0 for s in range(60)])
        assert own.visits is not None
        assert all(float(bound) >= x - 1e-9 for bound, x in zip(own.visits.most, most, strict=True))
        truth = float(np.max(most / mu))
        assert own.value.lower is not None
        assert own.value.upper is not None
        assert float(own.value.lower) <= truth * (1 + 1e-7)
        assert float(own.value.upper) >= truth * (1 - 1e-7)
        assert own.value.upper <= Fraction(11, 10) * own.value.lower
    cg.write_game(game, tmp_path / "game.json")
    verdict = Bench(CHECKER, tmp_path / "game.json", tmp_path).verdict(cg.certificate(answer).to_json())
    assert verdict == "valid"


def test_flows_are_bounds_and_sharp_on_a_line() -> None:
    """One action each: nobody can deviate, the flow is the occupancy."""
    game = random_markov_game(random.Random(5), 2, 30, 1, "9/10")
    expert = cg.Policy.pure(game)
    flow = Deviator(expert, 0).flow()
    assert flow is not None
    for bound, mu in zip(flow.fractions(), cg.occupancy(game, expert).lower.fractions(), strict=True):
        assert mu <= bound <= mu * (1 + Fraction(1, 10**5)) + Fraction(1, 10**20)


def line() -> tuple[cg.Game, cg.Policy]:
    """a -(go)-> b -(go)-> c; the expert stays at a; player 2 has one action."""
    game = cg.markov_game(
        players=["1", "2"],
        states=["a", "b", "c"],
        actions=[["stay", "go"], ["x"]],
        outcome=lambda state, joint: (
            [0, 0],
            {state if joint[0] == "stay" or state == "c" else {"a": "b", "b": "c"}[state]: "1"},
        ),
        discount="1/2",
        initial={"a": "1"},
    )
    return game, cg.Policy.pure(game, {"1": {"a": "stay", "b": "stay", "c": "stay"}})


def test_infinity_has_a_path_to_a_state_that_the_expert_never_visits() -> None:
    game, expert = line()
    answer = cg.concentrability(game, expert)
    assert answer.coefficients[0].path == (("a", "b"), ("go",))
    assert answer.coefficients[1].value.value == 1
    assert answer.complete


def test_arguments_are_refused_in_one_line() -> None:
    game, expert = line()
    with pytest.raises(InputError, match="ratio: expected a rational above 1"):
        cg.concentrability(game, expert, ratio=1)
    with pytest.raises(InputError, match="budget"):
        cg.concentrability(game, expert, budget=0)


def test_a_budget_that_is_over_leaves_a_valid_interval(tmp_path: Path) -> None:
    game = cg.games.load("random", states="300")
    expert = mixed_policy(random.Random(0), game)
    answer = cg.concentrability(game, expert, budget=1e-6)
    cg.write_game(game, tmp_path / "game.json")
    assert Bench(CHECKER, tmp_path / "game.json", tmp_path).verdict(cg.certificate(answer).to_json()) == "valid"
    full = cg.concentrability(game, expert, ratio=2, budget=20)
    for short, long in zip(answer.coefficients, full.coefficients, strict=True):
        assert short.value.upper >= long.value.lower  # type: ignore[operator]
        assert short.value.lower <= long.value.upper  # type: ignore[operator]


Data = dict[str, Any]


def fork() -> tuple[cg.Game, cg.Policy]:
    """Two starts; from s either player may lead to t or u by chance; an expert of mixed rows; v cannot be reached."""
    game = cg.markov_game(
        players=["1", "2"],
        states=["s", "t", "u", "v"],
        actions=[["a", "b"], ["c", "d"]],
        outcome=lambda state, joint: (
            [0, 0],
            {"t": "1/2", "u": "1/2"}
            if state == "s" and joint == ("a", "c")
            else {"t": "3/4", "s": "1/4"}
            if joint[0] == "b" and state != "v"
            else {"u": "1"},
        ),
        discount="3/4",
        initial={"s": "2/3", "t": "1/3"},
    )
    rows = [[["4/5", "1/5"]] * 4, [["1/3", "2/3"]] * 4]
    return game, cg.Policy.from_rows(game, rows)


def edited(data: Data, place: str, value: Any) -> Data:
    copy = json.loads(json.dumps(data))
    *path, last = place.split("/")
    node = copy
    for key in path:
        node = node[int(key)] if isinstance(node, list) else node[key]
    node[last] = value
    return dict(copy)


def with_flow(answer: ConcentrabilityAnswer, data: Data) -> Data:
    """The upper end of player 1 by a flow alone, as high as the flow shows."""
    flow = Deviator(answer.expert, 0).flow()
    assert flow is not None
    mu = answer.occupancy.lower
    caps = Deviator(answer.expert, 0).caps
    upper = max(min(flow[s], caps[s]) / mu[s] for s in range(3))
    visits = {"flow": {"den": str(flow.denominator), "num": list(flow.numerators)}}
    made = edited(data, "proof/players/1", {"visits": visits})
    return edited(made, "claim/coefficients", {"1": {"upper": str(upper)}}) | {
        "proof": {"players": {"1": {"visits": visits}}, "occupancy": data["proof"]["occupancy"]}
    }


def values_of_the_expert(answer: ConcentrabilityAnswer) -> Data:
    """A vector that bounds the visits of t by the expert, not by deviations."""
    deviator = Deviator(answer.expert, 0)
    own = np.array([[float(p) for p in row.fractions()] for row in answer.expert.rows[0]])
    moves = np.einsum("sa,sat->st", own, deviator.floats.toarray().reshape(4, 2, 4))
    u = np.linalg.solve(np.eye(4) - deviator.discount * moves, (1 - deviator.discount) * np.eye(4)[1])
    return {"den": "1000000", "num": [int(1e6 * x) + 10 for x in u]}


def falsified(answer: ConcentrabilityAnswer, data: Data) -> Iterator[Data]:
    """False claims of the fork, with proofs bent towards them."""
    truth = answer.coefficients[0].value.value
    small, large = str(truth * Fraction(9, 10)), str(truth * Fraction(11, 10))
    only = data | {"proof": {**data["proof"], "players": {"1": data["proof"]["players"]["1"]}}}
    low = edited(only, "claim/coefficients", {"1": {"upper": small}})
    high = edited(only, "claim/coefficients", {"1": {"lower": large}})
    yield low
    yield high
    visits = low["proof"]["players"]["1"]["visits"]
    tiny = {"den": "1", "num": [0, 0, 0, 0]}
    for k, group in enumerate(visits["groups"]):
        place = f"proof/players/1/visits/groups/{k}"
        yield edited(low, f"{place}/vector", tiny)
        yield edited(low, f"{place}/weights", {s: 10 * w for s, w in group["weights"].items()})
    flat = [{"vector": tiny, "weights": dict.fromkeys("stu", 1)}]
    yield edited(low, "proof/players/1/visits", {"groups": flat})
    yield edited(low, "proof/players/1/visits", {"flow": tiny})
    yield edited(low, "proof/players/1/visits", {"flow": {"den": "100", "num": [17, 9, 12, 0]}})
    yield edited(low, "proof/players/1/visits", {"flow": {"den": "100", "num": [17, 55, 40, 0]}})
    expert_alone = {"vector": values_of_the_expert(answer), "weights": {"t": 1}}
    yield edited(low, "proof/players/1/visits/groups", [*visits["groups"], expert_alone])
    yield edited(low, "proof/occupancy", {"exact": {"den": "1", "num": [1, 1, 1, 1]}})
    yield edited(low, "proof/occupancy", {"lower": {"den": "1", "num": [0, 0, 0, 0]}})
    yield edited(low, "proof/occupancy", {"lower": {"den": "1", "num": [-1, -1, -1, 0]}})
    yield edited(low, "claim/coefficients/1", {"upper": "1/2"})
    yield edited(edited(low, "proof/players/1/visits", {}), "claim/coefficients/1", {"upper": "2"})
    place = "proof/players/1/witness"
    yield edited(high, f"{place}/occupancy", {"den": "1", "num": [1, 1, 1, 0]})
    for own, other in itertools.product("ab", "cd"):
        both = {"1": {s: {own: "1"} for s in "stuv"}, "2": {s: {other: "1"} for s in "stuv"}}
        policy = cg.Policy.from_rows(
            answer.game, [[[int(x == own) for x in "ab"]] * 4, [[int(x == other) for x in "cd"]] * 4]
        )
        mu = cg.occupancy(answer.game, policy).lower
        for s in "stu":
            made = {"policy": both, "state": s, "occupancy": {"den": str(mu.denominator), "num": list(mu.numerators)}}
            yield edited(high, place, made)
            theirs = edited(only, "claim/coefficients", {"2": {"lower": "2"}})
            yield edited(theirs, "proof/players", {"2": {"witness": made}})
    infinite = edited(only, "claim/coefficients", {"1": "infinity"})
    for states, actions in (
        (["v"], []),
        (["s", "v"], ["a"]),
        (["s", "u"], ["a"]),
        (["t", "v"], ["b"]),
        (["v", "v"], ["b"]),
    ):
        yield edited(infinite, "proof/players/1", {"path": {"states": states, "actions": actions}})


@pytest.fixture
def certified(tmp_path: Path) -> tuple[ConcentrabilityAnswer, Data, Bench]:
    game, expert = fork()
    path = tmp_path / "game.json"
    cg.write_game(game, path)
    answer = cg.concentrability(game, expert)
    return answer, cg.certificate(answer).to_json(), Bench(CHECKER, path, tmp_path)


def test_certificates_are_accepted_and_false_claims_are_not(certified: Any) -> None:
    answer, data, bench = certified
    assert answer.coefficients[0].value.value == brute_force(answer.game, answer.expert, 0) > 1
    assert bench.verdict(data) == "valid"
    assert bench.verdict(with_flow(answer, data)) == "valid"
    for made in falsified(answer, data):
        assert bench.verdict(made) == "invalid", made["proof"]


def test_caps_alone_are_sharp_on_a_line_and_shorter_ones_false(tmp_path: Path) -> None:
    """M = 1, g, g^2 on the line; an expert that goes on half of the time has mu = 2/3, 2/9, 1/9: C = 9/4."""
    game, _ = line()
    expert = cg.Policy.from_rows(game, [[["1/2", "1/2"]] * 3, [["1"]] * 3])
    path = tmp_path / "game.json"
    cg.write_game(game, path)
    data = cg.certificate(cg.concentrability(game, expert)).to_json()
    assert data["claim"]["coefficients"]["1"]["upper"] == "9/4"
    data = edited(data, "claim/coefficients", {"1": {"upper": "9/4"}})
    data = edited(data, "proof/players", {"1": {"visits": {}}})
    small = edited(data, "claim/coefficients/1/upper", "2")
    bench = Bench(CHECKER, path, tmp_path)
    assert [bench.verdict(data), bench.verdict(small)] == ["valid", "invalid"]
    longer = mutant("most[s] = g**k if k else", "most[s] = g ** (9 * k) if k else")
    assert Bench(longer, path, tmp_path).verdict(small) == "valid"


def test_without_a_future_no_path_leads_anywhere(tmp_path: Path) -> None:
    game = cg.markov_game(
        players=["1"],
        states=["a", "b"],
        actions=[["x", "y"]],
        outcome=lambda state, joint: ([0], {"b": "1"} if joint[0] == "y" else {"a": "1"}),
        discount="0",
        initial={"a": "1"},
    )
    expert = cg.Policy.pure(game)
    answer = cg.concentrability(game, expert)
    assert answer.coefficients[0].value.value == 1
    path = tmp_path / "game.json"
    cg.write_game(game, path)
    data = cg.certificate(answer).to_json()
    false = edited(data, "claim/coefficients", {"1": "infinity"})
    false = edited(false, "proof/players/1", {"path": {"states": ["a", "b"], "actions": ["y"]}})
    for text, verdict in ((CHECKER, "invalid"), (mutant("(actions and not game.discount)", "False"), "valid")):
        assert Bench(text, path, tmp_path).verdict(false) == verdict
    assert Bench(CHECKER, path, tmp_path).verdict(data) == "valid"


def mutant(old: str, new: str) -> Any:
    text = source()
    assert text["concentrability"].count(old) == 1
    return load(text | {"concentrability": text["concentrability"].replace(old, new)})


MUTANTS = [
    ("(1 - g) * game.initial[s] + g", "(1 - g) * game.initial[s]"),
    ("most[s] = min(most[s], bound)", "most[s] = min(most[s], bound / 2)"),
    ("if flow[t] < min(caps[t], into[t]):", "if False:"),
    ("max(own.get(t, 0) for own in moves)", "min(own.get(t, 0) for own in moves)"),
    (
        "into = point_rows(expert), [(1 - game.discount) * p for p in game.initial]",
        "into = point_rows(expert), [ZERO] * game.size",
    ),
    ("(game.discount.denominator - game.discount.numerator) * value", "0 * value"),
    (
        "check_vector(game, i, point_rows(expert), vector, Step.best_value",
        "check_vector(game, i, point_rows(expert), vector, Step.policy_value",
    ),
    ("if most and not least:", "if not least:\n                continue\n            if False:"),
    ("result = max(result, most / least) if most else result", "result = most / least if most else result"),
    ("if any(own != policy[j] for j, own in enumerate(self.expert) if j != self.i):", "if False:"),
    ('check_occupancy(self.game, policy, vector, LOWER, members["occupancy"].where)', "pass"),
    ("not game.initial[path[0]]", "False"),
    ("[0][a]:", "[0][a] and t != 3:"),
    ("if path[-1] in visited:", "if False:"),
]


@pytest.mark.parametrize(("old", "new"), MUTANTS)
def test_every_weakened_condition_lets_a_false_claim_through(
    old: str, new: str, certified: Any, tmp_path: Path
) -> None:
    answer, data, _ = certified
    bench = Bench(mutant(old, new), tmp_path / "game.json", tmp_path)
    assert any(outcome(bench, made) == "valid" for made in falsified(answer, data))


def outcome(bench: Bench, made: Data) -> str:
    try:
        return bench.verdict(made)
    except ZeroDivisionError:
        return "valid"  # a mutant that no longer refuses what cannot be computed


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("claim/coefficients", {}),
        ("claim/coefficients/1", {}),
        ("claim/coefficients/1", "infinite"),
        ("claim/extra", 1),
        ("proof/players/1/visits/groups/0/weights", {"s": 0}),
        ("proof/players/1/visits/groups/0/weights", {"s": True}),
        ("proof/players/1/visits/groups/0/weights", {"x": 1}),
        ("proof/players/1/witness/state", "x"),
        ("proof/players/1/path", {"states": ["s"], "actions": []}),
    ],
)
def test_malformed_claims_are_named(place: str, value: Any, certified: Any) -> None:
    _, data, bench = certified
    assert bench.verdict(edited(data, place, value)) == "malformed"


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    game, expert = line()
    paths = [tmp_path / "game.json", tmp_path / "expert.json", tmp_path / "x.cert.json"]
    cg.write_game(game, paths[0])
    cg.write_policy(expert, paths[1])
    line_ = ["concentrability", str(paths[0]), "--expert", str(paths[1])]
    assert main([*line_, "--json", "-o", str(paths[2])]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["concentrability"] == {"1": "infinity", "2": "1"}
    assert said["paths"] == {"1": {"states": ["a", "b"], "actions": ["go"]}}
    assert main(line_) == 0
    assert "a -(go)-> b" in capsys.readouterr().out
    conditions = [
        "--assert",
        "coefficients.2<=1",
        "--assert",
        "coefficients.1>=1000",
        "--assert",
        "kind=concentrability",
    ]
    assert main(["verify", str(paths[0]), str(paths[2]), "--expert", str(paths[1]), *conditions]) == 0


def test_visits_that_are_hardly_bounded_move_the_named_bound_no_further_than_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Caps alone, of 9/10 at every state, would let a deviation visit 36 states at once."""
    monkeypatch.setattr(named_bound, "MAX_STATES", 20)
    monkeypatch.setattr(named_bound, "_MOST_SECONDS", 1e-9)
    game = cg.games.load("random", states="40")
    expert, eps = mixed_policy(random.Random(1), game), Fraction(1)
    answer = cg.theorem_instance(game, expert, "concentrability", eps)
    half, regret = max(map(game.half_range, range(2))), cg.gaps(game, expert).nash_gap.upper
    assert (2 * eps + 1) * half * game.horizon**2 < answer.bound <= (2 * eps + 2) * half * game.horizon**2 + regret
    cg.write_game(game, tmp_path / "game.json")
    data = cg.certificate(answer).to_json()
    false = edited(data, "claim/nash_gap/upper", str(Fraction(data["claim"]["nash_gap"]["upper"]) * Fraction(9, 10)))
    text = source()
    assert text["theorems"].count("min(moved, TWO)") == 1
    halved = load(text | {"theorems": text["theorems"].replace("min(moved, TWO)", "min(moved, TWO / 2)")})
    for made, checker, verdict in ((data, CHECKER, "valid"), (false, CHECKER, "invalid"), (false, halved, "valid")):
        assert Bench(checker, tmp_path / "game.json", tmp_path).verdict(made) == verdict


def test_the_named_bound_works_above_the_states_of_one_vector_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(named_bound, "MAX_STATES", 20)
    game = cg.games.load("random", states="40")
    expert = mixed_policy(random.Random(1), game)
    answer = cg.theorem_instance(game, expert, "concentrability", "1/200")
    assert answer.bound < cg.theorem_instance(game, expert, "trivial", "1/200").bound
    cg.write_game(game, tmp_path / "game.json")
    assert Bench(CHECKER, tmp_path / "game.json", tmp_path).verdict(cg.certificate(answer).to_json()) == "valid"
