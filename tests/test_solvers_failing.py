"""A solver's exception of any type is that solver's failure: the next one is asked, then the question is undecided."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import cvxpy
import numpy as np
import pytest

import certigap as cg
from certigap.cli import main
from certigap.errors import CertigapError, SolverError, foreign
from certigap.exact.lp.floats import FloatSolver
from certigap.floats import programs, solvers
from certigap.floats.solvers import Resolvent, linear_solution
from certigap.questions.worst_case.occupancy import OccupancyBalls
from certigap.questions.worst_case.question import worst_case

RAISED = (
    ValueError("Cannot unpack invalid solution: Solution(status=UNKNOWN)"),
    RuntimeError("bad allocation"),
    ZeroDivisionError("division by zero"),
    cvxpy.SolverError("Solver 'HIGHS' failed."),
    ArithmeticError(),
    MemoryError(),
    np.linalg.LinAlgError("Singular matrix"),
    KeyError("primal"),
    OSError("library not found"),
)
FILES = {role: f"lemma1.{role}.json" for role in ("game", "expert", "learner")}
ASKED = {
    "certify-bc": ("certify", FILES["game"], "--expert", FILES["expert"], "--eps", "1/20", "--budget", "0.2"),
    "certify-rho": (
        "certify", FILES["game"], "--expert", FILES["expert"], "--eps", "1/20", "--measure", "rho", "--budget", "0.2",
    ),
    "frontier": (
        "frontier", FILES["game"], "--expert", FILES["expert"], "--eps-max", "1/5", "--points", "2",
        "--measure", "mu", "--budget", "0.2",
    ),
    "gap": ("gap", FILES["game"], FILES["learner"]),
    "errors": ("errors", FILES["game"], "--expert", FILES["expert"], "--policy", FILES["learner"]),
    "solve": ("solve", FILES["game"], "-o", "found.json"),
}  # fmt: skip


def _breaks(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Every way into a solver library raises."""

    def broken(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(cvxpy.Problem, "solve", broken)
    monkeypatch.setattr(FloatSolver, "_solved", broken)
    monkeypatch.setattr(solvers, "_dense", broken)
    monkeypatch.setattr(solvers, "_sparse", broken)
    monkeypatch.setattr(np.linalg, "solve", broken)
    monkeypatch.setattr(np.linalg, "lstsq", broken)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("command", ASKED)
def test_commands_answer_or_say_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str, error: Exception
) -> None:
    _breaks(monkeypatch, error)
    capsys.readouterr()
    code = main(list(ASKED[command]))
    captured = capsys.readouterr()
    assert code in (0, 3)
    if code:
        assert captured.out == ""
        assert captured.err.startswith("certigap: ")
        assert captured.err.count("\n") == 1
        assert type(error).__name__ in captured.err or "expected" in captured.err
    else:
        assert captured.out


@pytest.mark.parametrize("error", RAISED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("measure", ["bc", "rho", "mu"])
def test_programs_that_fail_leave_a_valid_interval(
    monkeypatch: pytest.MonkeyPatch, measure: str, error: Exception
) -> None:
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")

    def broken(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(cvxpy.Problem, "solve", broken)
    monkeypatch.setattr(OccupancyBalls, "_boxed", lambda _, __, table, *___: (table, True))  # they need no program
    answer = worst_case(game, expert, "1/20", measure, budget=0.2 if measure == "bc" else None)
    assert answer.interval.upper is not None
    assert (answer.interval.lower or 0) <= answer.interval.upper
    if measure != "bc":
        assert answer.bounds["occupancy"] is None
        assert f"HIGHS: {type(error).__name__}" in answer.table.why["occupancy"]
        assert f"CLARABEL: {type(error).__name__}" in answer.table.why["occupancy"]


def test_the_second_solver_is_asked_where_the_first_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    whole, asked = cvxpy.Problem.solve, []

    def first_breaks(problem: Any, solver: str, **limits: Any) -> Any:
        asked.append(solver)
        if solver == programs.HIGHS:
            raise ValueError("Cannot unpack invalid solution")
        return whole(problem, solver=solver, **limits)

    policy = cg.games.learner("lemma1")
    plain = cg.nash_gap(game, policy, method="lp")
    monkeypatch.setattr(cvxpy.Problem, "solve", first_breaks)
    assert cg.nash_gap(game, policy, method="lp") == plain
    assert asked == [programs.HIGHS, programs.CLARABEL] * 2
    assert worst_case(game, expert, "1/20", "rho").bounds["occupancy"] is not None


@pytest.mark.parametrize("values", [np.nan, np.inf, None])
def test_an_answer_without_numbers_is_none(monkeypatch: pytest.MonkeyPatch, values: float | None) -> None:
    x = cvxpy.Variable(2, nonneg=True)
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.sum(x)), [x >= 1])
    assert programs.solved(problem, [x], "least sum")[0].tolist() == [1, 1]
    monkeypatch.setattr(cvxpy.Variable, "value", property(lambda _: None if values is None else np.full(2, values)))
    with pytest.raises(SolverError, match=r"least sum: expected status optimal, got HIGHS"):
        programs.solved(problem, [x], "least sum")


def test_an_interrupt_is_no_failure_and_our_own_errors_pass() -> None:
    with pytest.raises(KeyboardInterrupt), foreign("solver"):
        raise KeyboardInterrupt
    own = CertigapError("game: expected another")
    with pytest.raises(CertigapError) as seen, foreign("solver"):
        raise own
    assert seen.value is own


def test_singular_systems_are_solver_errors() -> None:
    with pytest.raises(SolverError, match="LinAlgError, Singular matrix"):
        linear_solution(np.zeros((2, 2)), np.ones(2))
    with pytest.raises(SolverError):
        Resolvent(np.full((2, 2), np.nan), 0.5).values(np.ones(2))


@pytest.fixture(autouse=True)
def _no_kernels_to_wait_for() -> None:
    """The budgets here are for the solvers."""
    from certigap.floats.kernel import sweeps

    sweeps.iterate.load()


def test_budget_share_of_programs() -> None:
    """Time that is over before the first solver: it is asked all the same, for the least time."""
    from certigap.work.deadline import Deadline

    x = cvxpy.Variable(nonneg=True)
    problem = cvxpy.Problem(cvxpy.Minimize(x), [x >= Fraction(1, 2)])
    assert programs.solved(problem, [x], "half", deadline=Deadline(0))[0] == 0.5


def test_solver_libraries_are_called_at_their_doors_alone() -> None:
    """Where an exception of any type is turned into a `SolverError`."""
    doors = {
        r"\bhighspy\b": {"floats/programs.py", "exact/lp/floats.py"},
        r"\.solve\(solver=": {"floats/programs.py"},
        r"\blinalg\.(solve|inv|lstsq|eig)": {
            "floats/solvers.py",
            "floats/fixed_point.py",
            "solve/newton.py",
            "report/page/layout.py",
        },
        r"scipy\.(optimize|linalg|sparse\.linalg)": {"floats/solvers.py"},
    }
    package = Path(cg.__file__).parent
    for path in package.rglob("*.py"):
        for called, allowed in doors.items():
            if str(path.relative_to(package)) not in allowed:
                assert not re.search(rf"^(?!.*\`).*{called}", path.read_text(), re.MULTILINE), (path, called)
