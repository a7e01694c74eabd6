"""Worst cases over a finite horizon: policies of the ball, one-step games both ways, a mutant for each condition."""

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.bounds.balls import Measure
from certigap.bounds.finite import coupling
from certigap.bounds.finite.ball import FiniteBall
from certigap.bounds.finite.coupling import Coupled
from certigap.bounds.finite.sweeps import FiniteSweeps
from certigap.certificates.claims import certificate
from certigap.errors import InputError
from certigap.exact.vector import Vector
from certigap.model.finite import FiniteGame, FinitePolicy, finite_horizon, write_finite_game
from certigap.questions.finite import worst_case as question
from certigap.questions.finite.worst_case import FiniteWorstCase, finite_worst_case
from certigap.semantics.finite import finite_gaps
from certigap.semantics.finite_errors import finite_errors
from certigap.witnesses.finite import into_ball
from tests.helpers.checker.forge import path_set
from tests.helpers.checker.harness import load, outcome, source
from tests.helpers.finite import random_game, random_policy

CHECKER = load()
Data = dict[str, Any]


def judged(game: FiniteGame, data: Data, folder: Path, module: Any = CHECKER) -> str:
    write_finite_game(game, folder / "game.json")
    (folder / "certificate.json").write_text(json.dumps(data))
    return outcome(module, folder / "game.json", folder / "certificate.json")


def repeated(name: str, horizon: int, discount: str = "1") -> tuple[FiniteGame, FinitePolicy]:
    game = finite_horizon(cg.games.load(name), horizon, discount)
    return game, FinitePolicy.repeated(game, cg.games.expert(name))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("measure", ["bc", "rho", "mu"])
def test_no_policy_of_the_ball_is_above_and_the_certificate_holds(measure: str, seed: int, tmp_path: Path) -> None:
    game = random_game(seed, players=2 + seed % 2, states=2, horizon=3, discount=("1", "4/5")[seed % 2])
    expert = random_policy(game, seed, pure=seed % 3 == 0)
    eps = Fraction(1, (3, 10, 40)[seed % 3])
    answer = finite_worst_case(game, expert, eps, measure)
    assert answer.interval.lower is not None
    assert answer.interval.upper is not None
    assert getattr(answer.witness_errors, f"eps_{measure}") <= eps
    assert answer.interval.lower == answer.witness_gaps.nash_gap.value
    assert judged(game, certificate(answer).to_json(), tmp_path) == "valid"
    ball = FiniteBall(game, expert, Measure.named(measure), eps)
    for k in range(6):
        policy = into_ball(ball, random_policy(game, 100 + k, pure=k % 2 == 0))
        assert getattr(finite_errors(game, expert, policy), f"eps_{measure}") <= eps
        gap = finite_gaps(game, policy).nash_gap.value
        assert all(bound is None or gap <= bound for bound in answer.bounds.values())


@pytest.mark.parametrize("seed", range(4))
def test_one_step_is_the_game_of_discount_0(seed: int) -> None:
    """With one step both balls are one, so the intervals meet; and the finite one's ends are next to each other."""
    game = random_game(seed, states=1 + seed % 2, horizon=1)
    expert = random_policy(game, seed)
    finite = finite_worst_case(game, expert, "1/10")
    one_shot = cg.worst_case(game.stage, expert.steps[0], "1/10", budget=2)
    for low, high in ((finite.interval, one_shot.interval), (one_shot.interval, finite.interval)):
        assert low.lower is not None
        assert high.upper is not None
        assert low.lower <= high.upper


@pytest.mark.parametrize(("name", "wanted"), [("theorem2", 4), ("lemma1", None)])
def test_appendix_f_within_any_error(name: str, wanted: int | None) -> None:
    """Rows that nobody sees cost nothing: the gap of repaired Theorem 2 stays H - 2 however small the error."""
    game, expert = repeated(name, 6)
    answer = finite_worst_case(game, expert, "1/1000")
    assert answer.interval.upper is not None
    if wanted is not None:
        assert answer.interval.lower == wanted
        assert answer.interval.width < Fraction(1, 10**15)
    else:
        assert answer.interval.upper < Fraction(1, 10)
        assert finite_worst_case(game, expert, 0).interval.upper == 0


def test_a_dominant_expert_has_the_bound_of_appendix_f(tmp_path: Path) -> None:
    game, expert = repeated("algorithm1", 4, "1/2")
    answer = finite_worst_case(game, expert, "1/10")
    c = game.stage.half_range(0)
    weights = [Fraction(1, 2) ** t for t in range(4)]
    left = [sum(weights[: 4 - t]) for t in range(4)]
    assert answer.bounds["dse"] == c / 10 * sum(w * (2 * n - 1) for w, n in zip(weights, left, strict=True))
    assert judged(game, as_dse(answer), tmp_path) == "valid"


def as_dse(answer: FiniteWorstCase) -> Data:
    """The certificate of the bound `dse` whatever is smaller."""
    forced = copy.copy(answer)
    object.__setattr__(forced, "upper_name", "dse")
    data = certificate(forced).to_json()
    data["claim"]["nash_gap"] = {"upper": str(answer.bounds["dse"])}
    data["proof"] = {"theorem": data["proof"]["theorem"]}
    return data


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"eps": "-1/10"}, "eps"),
        ({"eps": "1/10", "measure": "kl"}, "measure: expected"),
        ({"eps": "1/10", "budget": -1}, "budget"),
        ({"eps": "1/10", "seed": -1}, "seed"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], said: str) -> None:
    game, expert = repeated("lemma1", 2)
    with pytest.raises(InputError, match=said):
        finite_worst_case(game, expert, **arguments)


def test_without_time_the_interval_still_holds(tmp_path: Path) -> None:
    game, expert = repeated("lemma1", 5)
    answer = finite_worst_case(game, expert, "1/10", budget=0)
    assert not answer.complete
    assert answer.interval.upper == answer.bounds["trivial"] == 10
    assert judged(game, certificate(answer).to_json(), tmp_path) == "valid"


def straying(horizon: int = 2) -> tuple[FiniteGame, FinitePolicy]:
    """Everybody's error counts: 2's second action turns 1's from worth 0 into a loss, or a gain for who leaves it."""
    table = [[0, -1], [0, 1], [-1, -1]]
    game = finite_horizon(cg.bimatrix(table, [[0, 0]] * 3), horizon)
    return game, FinitePolicy.repeated(game, [[[1, 0, 0]], [[1, 0]]])


def shifted(vectors: Any, by: int) -> Any:
    """A timeline with the same number added everywhere."""
    return tuple(Vector(tuple(x + by * v.denominator for x in v.numerators), v.denominator) for v in vectors)


def patched(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, change: Callable[..., Any]) -> None:
    """`owner.name` answers `change` of what it answers."""
    true = getattr(owner, name)
    monkeypatch.setattr(owner, name, lambda *arguments: change(true(*arguments)))


def no_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, FiniteSweeps, "gap_upper", lambda found: shifted(found, 1_000))


def no_coupling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question, "coupled_optimum", lambda *_: Coupled(Fraction(1_000), (), (), ()))


def erring_sweep(name: str, by: int, pair: bool) -> Callable[[pytest.MonkeyPatch], None]:
    def err(monkeypatch: pytest.MonkeyPatch) -> None:
        (no_coupling if pair else no_pair)(monkeypatch)
        patched(monkeypatch, FiniteSweeps, name, lambda found: shifted(found, by))

    return err


def erring_strayed(monkeypatch: pytest.MonkeyPatch) -> None:
    no_pair(monkeypatch)
    patched(monkeypatch, coupling, "_strayed", lambda x: x - 10)


def erring_mass(monkeypatch: pytest.MonkeyPatch) -> None:
    ones = property(lambda self: [Vector((1,) * len(self.game.states), 1)] * self.game.horizon)
    monkeypatch.setattr(FiniteBall, "mass", ones)


def erring_within(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FiniteBall, "within", lambda self, t, spread: [spread] * len(self.game.states))


def erring_joint(monkeypatch: pytest.MonkeyPatch) -> None:
    no_pair(monkeypatch)
    monkeypatch.setattr(FiniteBall, "joint", lambda self, t, players: (self.radius, self.radius))


def erring_visits(monkeypatch: pytest.MonkeyPatch) -> None:
    no_pair(monkeypatch)
    patched(monkeypatch, coupling, "_most_visits", lambda found: [[x / 1000 for x in step] for step in found])


def theorem_2() -> tuple[FiniteGame, FinitePolicy]:
    return repeated("theorem2", 4)


FALSE: dict[str, tuple[Callable[[], Any], Callable[[pytest.MonkeyPatch], None]]] = {
    "mass": (theorem_2, erring_mass),
    "within": (theorem_2, erring_within),
    "joint": (straying, erring_joint),
    "visits": (straying, erring_visits),
    "strayed": (theorem_2, erring_strayed),
    "optimum-apart": (theorem_2, erring_sweep("best_upper", -10, False)),
    "value-apart": (straying, erring_sweep("value_lower", 10, False)),
    "pair-high": (theorem_2, erring_sweep("best_upper", -10, True)),
    "pair-low": (straying, erring_sweep("value_lower", 10, True)),
    "pair": (theorem_2, erring_sweep("gap_upper", -1, True)),
}
"""A game, and what makes the prover err in the way that the mutant of this name overlooks."""

MUTANTS = [
    ("mass", "course", "if sign * (now[s] - flow[s]) < 0:", "if False:"),
    ("within", "ending", "return min(TWO, spread / mass) if mass", "return spread if True or mass"),
    ("joint", "ending", "return players * self.radius, players * self.radius", "return self.radius, self.radius"),
    ("visits", "ending", "result.append(now)\n", "result.append([x / 1000 for x in now])\n"),
    ("strayed", "ending", "    return total\n\n\ndef most_visits", "    return total - 10\n\n\ndef most_visits"),
    ("optimum-apart", "ending", "check_backward(game, i, sets, apart, Step.best_value, UPPER, node.where)", "pass"),
    ("value-apart", "ending", "check_backward(game, i, sets, apart, Step.policy_value, LOWER, node.where)", "pass"),
    ("pair-high", "ending", "check_backward(game, i, sets, high, Step.best_value, UPPER, node.where)", "pass"),
    ("pair-low", "ending", "check_backward(game, i, sets, low, Step.policy_value, LOWER, node.where)", "pass"),
    ("pair", "ending", "if left < now.den * step.gap_value(own, known):", "if False:"),
]  # fmt: skip


def mutant(home: str, old: str, new: str) -> Any:
    text = source()
    assert text[home].count(old) == 1
    changed = {"course": text["course"].replace(old, new), "ending": text["ending"].replace(old, new)}
    return load(text | {home: changed.get(home, text[home].replace(old, new))})


@pytest.mark.parametrize(("name", "home", "old", "new"), MUTANTS, ids=[one[0] for one in MUTANTS])
def test_a_weakened_condition_takes_what_a_prover_that_errs_writes(
    name: str, home: str, old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, err = FALSE[name]
    game, expert = make()
    true = finite_worst_case(game, expert, "1/10")
    assert judged(game, certificate(true).to_json(), tmp_path) == "valid"
    err(monkeypatch)
    monkeypatch.setattr(question, "best_witnesses", lambda *_: iter(()))  # one would be above the false upper end
    false = finite_worst_case(game, expert, "1/10")
    assert true.interval.lower is not None
    assert false.interval.upper is not None
    assert false.interval.upper < true.interval.lower, "the claim is no false one"
    data = certificate(false).to_json()
    assert "witness" not in data["proof"]
    data["claim"]["nash_gap"].pop("lower")
    assert judged(game, data, tmp_path) == "invalid"
    assert judged(game, data, tmp_path, mutant(home, old, new)) == "valid"


def edited(data: Data, keep: str, **claim: Any) -> Data:
    return {**data, "claim": {**data["claim"], **claim}, "proof": {keep: data["proof"][keep]}}


def test_weakened_ends_of_a_claim(tmp_path: Path) -> None:
    """Claims beyond what their proof shows; a witness outside of the ball; a theorem of another half."""
    game, expert = repeated("theorem2", 4)
    answer = finite_worst_case(game, expert, "1/10")
    data = certificate(answer).to_json()
    trivial = {**data, "proof": {"theorem": {"name": "trivial", "proof": {}}}}
    far, true = repeated("lemma1", 4), finite_worst_case(*repeated("lemma1", 4), "1/10")
    cases = [
        (game, edited(data, "steps", nash_gap={"upper": "1"}), "if limit < shown:", "if False:", "worst_case"),
        (game, edited(data, "witness", nash_gap={"lower": "3"}), "if shown < lower:", "if False:", "worst_case"),
        (
            game,
            edited(trivial, "theorem", nash_gap={"upper": "1"}),
            "return 2 * scale * game",
            "return 0 * scale * game",
            "ending",
        ),
        (
            far[0],
            edited(certificate(true).to_json(), "witness", radius="0", nash_gap={"lower": "1/10"}),
            "if error > radius:",
            "if False:",
            "worst_case",
        ),
    ]
    for own, false, old, new, home in cases:
        assert judged(own, false, tmp_path) == "invalid"
        assert judged(own, false, tmp_path, mutant(home, old, new)) == "valid"


def test_a_weakened_dominance_takes_an_expert_that_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    game, expert = repeated("theorem2", 4)
    monkeypatch.setattr(question._Bounds, "undominated", lambda *_: "")
    monkeypatch.setattr(question, "best_witnesses", lambda *_: iter(()))
    data = as_dse(finite_worst_case(game, expert, "1/100"))
    assert Fraction(data["claim"]["nash_gap"]["upper"]) < 2  # the gap of the paper's learner, H - 2
    assert judged(game, data, tmp_path) == "invalid"
    old = 'check_dominance(game, i, s, step[i][s], up, down, members["proof"].where)'
    assert judged(game, data, tmp_path, mutant("ending", old, "pass")) == "valid"
    for side, move in (("best_upper", -100), ("best_lower", 100)):
        forged = copy.deepcopy(data)
        for own in forged["proof"]["theorem"]["proof"].values():
            for vector in own[side]:
                vector["num"] = [x + move * int(vector["den"]) for x in vector["num"]]
        assert judged(game, forged, tmp_path) == "invalid"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("claim/measure", "kl"),
        ("claim/radius", "-1"),
        ("claim/nash_gap", {}),
        ("proof/steps/players", {}),
        ("proof/steps/occupancy", {}),
        ("proof/steps/players/1", {"pair": []}),
        ("proof/steps/players/1", {"optimum": {}}),
        ("proof/theorem", {"name": "concentrability", "proof": {}}),
        ("proof/cover", {}),
        ("proof/witness", {}),
    ],
)
def test_malformed_worst_cases_are_named(place: str, value: Any, tmp_path: Path) -> None:
    game, expert = straying()
    data = certificate(finite_worst_case(game, expert, "1/10")).to_json()
    path_set(data, place, value)
    assert judged(game, data, tmp_path) == "malformed"
