"""Worst cases of array games: no policy of the ball is above, both checkers alike, and what each condition refuses."""

import dataclasses
import json
import os
import random
import signal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import certigap as cg
from certigap.bounds.balls import Measure
from certigap.certificates.array_worst_case import array_worst_case_certificate
from certigap.errors import InputError
from certigap.exact.shares import share, times_down, times_up
from certigap.floats.sparse.process import Tables
from certigap.model.large import ArrayGame, ArrayPolicy, read_array_policy, write_array_game, write_array_policy
from certigap.model.large.families import grid_game, pursuit_game, random_game
from certigap.questions.array_worst_case.ball import ball
from certigap.questions.array_worst_case.question import array_worst_case, imitation_error
from certigap.questions.array_worst_case.steps import Steps
from certigap.semantics.array_occupancy import UNIT
from certigap.work.deadline import Deadline
from tests.helpers.array_balls import (
    SMALL,
    both,
    drawn,
    elsewhere,
    error,
    loose,
    lowered,
    outside,
    priced,
    put,
    rows_of,
    straying,
    tighter,
    without_witness,
)
from tests.helpers.arrays import Case, accepted, drawn_policy, named, shifted, uneven_game
from tests.helpers.checker.harness import load, source


def check_policies_of_balls(seeds: range, policies: int, measure: str) -> None:
    for seed in seeds:
        game, expert, radius = drawn(seed)
        answer = array_worst_case(game, expert, radius, measure=measure)
        whole = game.to_game()
        for place in range(policies):
            policy = straying(game, expert, radius, 1000 * seed + place, measure)
            assert cg.gaps(whole, policy, arithmetic="exact").nash_gap.lower <= answer.interval.upper
        witness = named(game, answer.witness.policy)
        assert error(whole, named(game, expert), witness, measure) <= radius
        assert cg.gaps(whole, witness, arithmetic="exact").nash_gap.upper >= answer.interval.lower


@pytest.mark.parametrize("measure", ["bc", "rho"])
def test_no_policy_of_the_ball_is_above_the_upper_end(measure: str) -> None:
    check_policies_of_balls(range(16), 4, measure)


@pytest.mark.slow
@pytest.mark.parametrize("measure", ["bc", "rho"])
def test_no_policy_of_many_balls_is_above_the_upper_end(measure: str) -> None:
    check_policies_of_balls(range(16, 500), 20, measure)


@pytest.mark.parametrize("measure", ["bc", "rho"])
@pytest.mark.parametrize("seed", range(5))
def test_the_search_over_boxes_finds_no_other_interval(seed: int, measure: str) -> None:
    """Two engines that share no bound."""
    game, expert, radius = drawn(seed)
    ours = array_worst_case(game, expert, radius, measure=measure).interval
    other = cg.worst_case(game.to_game(), named(game, expert), radius, measure, budget=1, ratio="11/10").interval
    assert ours.lower <= other.upper
    assert other.lower <= ours.upper


@pytest.mark.parametrize("measure", ["bc", "rho"])
def test_the_bound_shrinks_to_the_experts_own_gap(measure: str) -> None:
    game = random_game(500, seed=3)
    expert = ArrayPolicy.uniform(game)
    answers = [array_worst_case(game, expert, eps, measure=measure) for eps in ("0", "1/100000", "1/100", "1/10")]
    uppers = [answer.interval.upper for answer in answers]
    assert uppers == sorted(uppers)
    own = answers[0].expert_regret
    assert own.lower <= uppers[0] <= own.upper + Fraction(1, 10**4)
    assert uppers[1] < Fraction(11, 10) * own.upper
    assert uppers[2] < answers[2].bounds["trivial"] / 3


def test_rewards_may_be_huge_or_tiny() -> None:
    game, expert, _ = drawn(1)
    ratios = []
    for factor in (Fraction(1), Fraction(10**15), Fraction(1, 10**15)):
        scaled = dataclasses.replace(game, scales=tuple(scale * factor for scale in game.scales))
        ratios.append(array_worst_case(scaled, expert, "1/10").interval.upper / factor)
    assert len(set(ratios)) == 1


def test_an_early_end_leaves_a_valid_interval(tmp_path: Path) -> None:
    game = grid_game(6)
    expert = ArrayPolicy.uniform(game)
    answer = array_worst_case(game, expert, "1/20", Deadline(0))
    assert not answer.complete
    assert answer.interval.upper >= array_worst_case(game, expert, "1/20").interval.upper * Fraction(99, 100)
    case = Case(tmp_path, game, lambda path: array_worst_case_certificate(answer).write(path))
    assert case.verdicts() == ("valid", "valid")


SECONDS = {"stray": 3.6, "flow": 2.7, "push": 1.5, "slopes": 3.0, "induce": 1.0, "integer_step": 0.5}  # at 10^6 states
RANGES = {"stray": 6, "induce": 3}  # where the arguments name the first state


@pytest.mark.parametrize("budget", [30, 60, 120, 240, 1000])
def test_passes_end_within_the_budget(monkeypatch: pytest.MonkeyPatch, budget: int) -> None:
    """A clock that only passes over all states move, by the seconds that they take over a million."""
    game, ready, clock = random_game(600, seed=3), Tables.ready, [0.0]
    expert = ArrayPolicy.uniform(game)

    def timed(self: Tables, kernel: Any) -> Any:
        work, name = ready(self, kernel), kernel.__name__

        def run(*given: Any) -> Any:
            at = RANGES.get(name)
            if at is None or given[at : at + 2] == (0, game.states):
                clock[0] += SECONDS.get(name, 0.1) / (2 if name == "stray" and given[5] else 1)
            return work(*given)

        return run

    monkeypatch.setattr("certigap.work.deadline.now", lambda: clock[0])
    monkeypatch.setattr(Tables, "ready", timed)
    monkeypatch.setattr("certigap.questions.array_worst_case.prices._SAMPLED", 64)
    answer = array_worst_case(game, expert, "1/100", Deadline(budget))
    assert clock[0] <= 1.1 * budget
    assert answer.complete == (budget > 300)
    assert answer.interval.lower <= answer.expert_regret.upper * 3 <= 3 * answer.interval.upper


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("sign", [1, -1])
def test_constants_hold_without_a_pass(seed: int, sign: int) -> None:
    game, expert, radius = drawn(seed)
    around = ball(Tables(game, expert), Measure.BC, radius, Deadline())
    for own in range(game.players + 1):
        steps = Steps(around, own, 0, sign, 30)
        x = steps.constant()
        assert int((steps(x, x) - x).max()) + steps.rounding <= 0
        assert (
            int(x[0])
            <= 1.001
            * 2**30
            * max(abs(int(game.rewards[0].max())), abs(int(game.rewards[0].min())))
            / (1 - game.discount)
            + 100
        )


def test_occupancies_are_below_the_exact_one() -> None:
    for seed in range(12):
        game, expert, radius = drawn(seed)
        around = ball(Tables(game, expert), Measure.BC, radius, Deadline())
        exact = cg.occupancy(game.to_game(), named(game, expert)).lower.fractions()
        low = [Fraction(int(m), UNIT) for m in around.lower]
        assert all(m <= mu for m, mu in zip(low, exact, strict=True))
        above = sum(max(mu - Fraction(int(m), UNIT), 0) for m, mu in zip(around.mass, exact, strict=True))
        assert above <= around.visits.missing < Fraction(1, 10**9)


def test_any_occupancy_is_enclosed_by_the_checker(tmp_path: Path) -> None:
    """Forged ones too: what it takes off is enough at every state."""
    checker = load()
    for seed in range(20):
        game, expert, _ = drawn(seed)
        draw = random.Random(seed)
        mass = [draw.randrange(UNIT // game.states) for _ in range(game.states)]
        slack, missing = checker.occupancy(both(game, tmp_path)[0], rows_of(expert, game), mass)
        exact = cg.occupancy(game.to_game(), named(game, expert)).lower.fractions()
        assert all(Fraction(m - slack, UNIT) <= mu for m, mu in zip(mass, exact, strict=True))
        assert sum(max(mu - Fraction(m, UNIT), 0) for m, mu in zip(mass, exact, strict=True)) <= missing


def test_shares() -> None:
    draw = np.random.default_rng(0)
    part, whole = (draw.integers(0, 2**62, size=500) >> draw.integers(0, 62, size=500) for _ in range(2))
    number = draw.integers(-(2**61), 2**61, size=500)
    for a, b, c, x in zip(part, whole, share(part, whole), number, strict=True):
        assert c == (min((int(a) << 28) // int(b), 1 << 30) if b else 0)
        small = min(int(c), 1 << 28)
        assert times_down(x, np.int64(small)) == int(x) * small >> 28
        assert times_up(x, np.int64(small)) == -(-int(x) * small >> 28)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Case:
    scales = Fraction(1, 7), Fraction(1, 5), Fraction(1, 6)
    game = dataclasses.replace(uneven_game(2), discount=Fraction(4, 5), scales=scales)
    answer = array_worst_case(game, drawn_policy(game, 2), "1/100")
    return Case(tmp_path_factory.mktemp("made"), game, lambda path: array_worst_case_certificate(answer).write(path))


@pytest.fixture
def case(made: Case, tmp_path: Path) -> Case:
    """A copy of one certificate."""
    return made.copied(tmp_path)


EDITS: list[tuple[str, Any]] = [
    ("valid", lambda header, arrays: None),
    ("valid", lambda header, arrays: shifted(header, "nash_gap", "upper", SMALL)),
    ("valid", lambda header, arrays: header["claim"]["nash_gap"].pop("lower") and without_witness(header, arrays)),
    ("invalid", lambda header, arrays: shifted(header, "nash_gap", "upper", -SMALL)),
    ("invalid", lambda header, arrays: shifted(header, "nash_gap", "lower", SMALL)),
    ("invalid", lambda header, arrays: without_witness(header, arrays)),
    ("invalid", lambda header, arrays: header["claim"].update(radius="11/1000")),
    ("invalid", lambda header, arrays: header["claim"].update(radius="1/10000")),
    ("invalid", lowered("optima", (0, 1), 10**15)),
    ("invalid", lowered("values", (1, 2), 10**15)),
    ("invalid", lowered("together", (2, 0), 10**15)),
    ("invalid", outside),
    ("invalid", lambda header, arrays: arrays["occupancy"].fill(0)),
    ("invalid", priced(2, value=0)),
    ("invalid", priced(2, value=2**58)),
    ("malformed", priced(0, value=2**58 + 1)),
    ("malformed", priced(0, value=-1)),
    ("malformed", priced(0, optimum=[0] * 101)),
    ("malformed", priced(0, optimum=["0"])),
    ("malformed", lambda header, arrays: header["prices"].pop()),
    ("malformed", lambda header, arrays: header.pop("prices")),
    ("malformed", lambda header, arrays: header.pop("witness")),
    ("malformed", lambda header, arrays: header["witness"].update(player="4")),
    ("malformed", lambda header, arrays: header["witness"].update(bits=62)),
    ("malformed", lambda header, arrays: header.update(bits=[61, 0, 0])),
    ("malformed", lambda header, arrays: header["claim"].update(measure="rho")),
    ("malformed", lambda header, arrays: header["claim"].update(measure="mu")),
    ("malformed", lambda header, arrays: header["claim"].update(measure=["bc"])),
    ("malformed", lambda header, arrays: arrays.update(witness_occupancy=arrays["occupancy"])),
    ("malformed", lambda header, arrays: header["claim"].update(radius="-1/10")),
    ("malformed", lambda header, arrays: header["claim"].pop("nash_gap")),
    ("malformed", lambda header, arrays: header["claim"].update(kind="nash-gap")),
    ("malformed", put("occupancy", 0, -1)),
    ("malformed", put("occupancy", 0, 2**61 + 1)),
    ("malformed", put("together", (0, 0), 2**60 + 1)),
    ("malformed", put("optima", (0, 0), -(2**63))),
    ("malformed", lambda header, arrays: arrays.pop("together")),
    ("malformed", lambda header, arrays: arrays.update(together=arrays["together"][:, :-1].copy())),
    ("malformed", lambda header, arrays: arrays.update(witness_value=arrays["witness_value"][:-1].copy())),
    ("malformed", lambda header, arrays: arrays.update(witness_weights_0=arrays["witness_weights_0"] + np.int32(1))),
    ("malformed", lambda header, arrays: arrays.update(occupancy=arrays["occupancy"][:, None])),
    ("malformed", lambda header, arrays: arrays.update(witness_optimum=arrays["witness_optimum"][None])),
    ("malformed", lambda header, arrays: arrays.update(denominators_1=arrays["denominators_1"][None])),
    ("malformed", lambda header, arrays: header.update(version=True)),
    ("malformed", lambda header, arrays: header["claim"].update(kind=[])),
    ("valid", lambda header, arrays: header.update(provenance=json.loads("[" * 99 + "]" * 99))),
    ("valid", lambda header, arrays: header["claim"]["nash_gap"].update(upper="1" + "0" * 5000 + "/3")),
    ("invalid", lambda header, arrays: header["claim"]["nash_gap"].update(lower="1" + "0" * 5000)),
    ("malformed", lambda header, arrays: header["claim"]["nash_gap"].update(upper="1" + "0" * 100_000)),
]


@pytest.mark.parametrize(("verdict", "edit"), EDITS)
def test_both_checkers_say_the_same(case: Case, verdict: str, edit: Any) -> None:
    case.edit(edit)
    assert case.verdicts() == (verdict, verdict)


def unseen(header: Any, arrays: Any) -> None:
    """An occupancy that sees no state, so no distance."""
    elsewhere(header, arrays)
    arrays["occupancy"].fill(0)
    header["claim"]["radius"] = "0"


def beyond(header: Any, arrays: Any) -> None:
    """A vector that holds, of numbers too long for the checkers of other machines."""
    loose(header, arrays)
    arrays["together"].fill(2**60 + 1)


def below(header: Any, arrays: Any) -> None:
    """An occupancy below 0 at a state."""
    without_witness(header, arrays)
    loose(header, arrays)
    arrays["occupancy"][1] = -1


MUTANTS: list[tuple[str, str, Any]] = [
    ('holds(game, ball, best, apart, apart, 0, "optima")', "pass", lowered("optima", (0, 1), 10**15)),
    ('holds(game, ball, least, worst, worst, 0, "values")', "pass", lowered("values", (1, 2), 10**15)),
    ('holds(game, ball, least, together, worst, 2 * price, "together")', "pass", lowered("together", (2, 0), 10**15)),
    ("if value + rounding > x[s]:", "if False:", lowered("values", (1, 2), 10**15)),
    ("ball.budget(n - 1, game.discount) * paid", "paid * 0", tighter),
    ("price * ball.budget(n, game.discount)", "price * ball.radius", tighter),
    ("[value + n + 1 for value in", "[value for value in", tighter),
    ("2 * price * part >> BITS", "8 * price * part >> BITS", tighter),
    ("return [min(value, UNIT) for value in after]", "return [min(value, UNIT) // 2 for value in after]", tighter),
    ("high = max(upper_gap", "high = min(upper_gap", tighter),
    ("max(move) - fee, 0", "max(stay) - fee, 0", tighter),
    ("[max(m - slack, 0) for m in mass]", "[m + UNIT // 16 for m in mass]", tighter),
    ("if error(game, ball, policy, mass) > ball.radius:", "if False:", elsewhere),
    (" + ball.missing * Fraction(max(own), ONE)", "", unseen),
    ("sum(map(up, ball.mass, own))", "0", elsewhere),
    ("max(map(abs, apart + worst + together)) > SIZE", "False", beyond),
    ("len(stages) > STAGES or", "", lambda header, arrays: header["prices"][1]["optimum"].extend([0] * 100)),
    ("min(mass) < 0 or", "", below),
]


@pytest.mark.parametrize(("old", "new", "edit"), MUTANTS)
def test_without_a_condition_what_it_refuses_is_accepted(case: Case, old: str, new: str, edit: Any) -> None:
    text = source()
    assert text["array_ball"].count(old) + text["array_worst"].count(old) == 1
    case.edit(edit)
    assert not accepted(load(text), case)
    center, worst = text["array_ball"].replace(old, new), text["array_worst"].replace(old, new)
    assert accepted(load(text | {"array_ball": center, "array_worst": worst}), case)


def test_the_expert_of_a_file(case: Case, tmp_path: Path) -> None:
    game = dataclasses.replace(uneven_game(2), discount=Fraction(4, 5))
    write_array_policy(drawn_policy(game, 2), tmp_path / "same.npz")
    write_array_policy(ArrayPolicy.uniform(game), tmp_path / "other.npz")
    assert case.verdicts("--expert", str(tmp_path / "same.npz")) == ("valid", "valid")
    assert case.verdicts("--expert", str(tmp_path / "other.npz")) == ("invalid", "invalid")
    assert case.verdicts("--policy", str(tmp_path / "same.npz")) == ("invalid", "invalid")


@pytest.mark.parametrize(
    "game", [random_game(400, 3, discount="9/10"), pursuit_game(4), grid_game(15, discount="9/10")], ids=str
)
def test_checkers_agree_to_the_last_digit_on_larger_games(tmp_path: Path, game: ArrayGame) -> None:
    """The claim is what the package derived: all three compute the same integers."""
    answer = array_worst_case(game, drawn_policy(game, 4), "1/50")
    case = Case(tmp_path, game, lambda path: array_worst_case_certificate(answer).write(path))
    assert case.verdicts() == ("valid", "valid")
    case.edit(tighter)
    assert case.verdicts() == ("invalid", "invalid")


def test_errors_of_imitators() -> None:
    for seed in range(8):
        game, expert, _ = drawn(seed)
        policy = drawn_policy(game, seed + 50)
        exact = cg.matching_errors(game.to_game(), named(game, expert), named(game, policy)).eps_bc
        found = imitation_error(game, expert, policy)
        assert exact.upper <= found <= exact.upper + Fraction(1, 10**6)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from certigap.cli import main

    game, file, cert, seen = random_game(40), *(str(tmp_path / name) for name in ("g.npz", "c.npz", "w.npz"))
    write_array_game(game, file)
    assert main(["certify", file, "--expert", "uniform", "--eps", "1/20", "-o", cert, "--witness", seen, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert Fraction(said["expert_regret"]["upper"]) <= Fraction(said["lower"]) < Fraction(said["upper"])
    assert set(said["bounds"]) - set(said["why"]) == {"trivial", "coupled"}
    assert all(said["bounds"][name] is None for name in said["why"])
    assert imitation_error(game, ArrayPolicy.uniform(game), read_array_policy(seen, game)) <= Fraction(1, 20)
    assert main(["verify", file, cert, "--expert", "uniform.npz"]) == 2
    assert main(["verify", file, cert, "--assert", "kind=worst-case"]) == 0
    assert main(["certify", file, "--expert", "uniform", "--policy", seen]) == 0
    assert "worst NashGap with eps_BC" in capsys.readouterr().out
    assert main(["certify", file, "--expert", "uniform", "--policy", seen, "--measure", "rho", "-o", cert]) == 0
    assert "worst NashGap with eps_rho" in capsys.readouterr().out
    assert main(["verify", file, cert, "--assert", "measure=rho"]) == 0
    assert main(["certify", file, "--expert", "uniform", "--eps", "1/20", "--measure", "mu"]) == 2
    assert main(["certify", file, "--expert", "uniform", "--eps", "-1"]) == 2


def test_radii_are_at_least_0() -> None:
    game = random_game(3)
    with pytest.raises(InputError, match="radius"):
        array_worst_case(game, ArrayPolicy.uniform(game), "-1")


def test_vectors_on_a_grid_settle_in_a_few_hundred_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain sweeps need 2,052, and on larger grids do not end."""
    sweeps, step = list[int](), Steps.__call__

    def counted(self: Steps, *given: Any) -> Any:
        sweeps.append(1)
        return step(self, *given)

    monkeypatch.setattr(Steps, "__call__", counted)
    game = grid_game(10)
    assert max(array_worst_case(game, ArrayPolicy.uniform(game), "1/100").player_bounds) < 184
    assert len(sweeps) < 700


def test_an_interrupt_ends_the_search_with_a_valid_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from certigap.cli import main
    from certigap.questions.array_worst_case import question

    found_upper = question.player_upper
    files = [str(tmp_path / name) for name in ("g.npz", "c.npz")]
    words = ["certify", files[0], "--expert", "uniform", "--eps", "1/10", "-o", files[1]]
    write_array_game(random_game(60), files[0])
    outside = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores Ctrl-C
    for times, code in ((2, 3), (1, 0)):

        def interrupted(around: Any, player: int, *given: Any, times: int = times) -> Any:
            if player < times:
                os.kill(os.getpid(), signal.SIGINT)
            return found_upper(around, player, *given)

        monkeypatch.setattr(question, "player_upper", interrupted)
        assert main(words) == code
    assert "stopped early" in capsys.readouterr().out
    assert cg.verify(*files)[0].is_valid
    assert signal.signal(signal.SIGINT, outside) is signal.default_int_handler
