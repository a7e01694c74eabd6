"""Exact linear programs: known answers, outcomes that prove themselves, and inputs that floats get wrong."""

import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from certigap.exact.lp import Infeasible, Optimal, Outcome, Program, Unbounded, Undecided, solve
from certigap.exact.lp.basis import Basis, Place, basis_solution
from certigap.exact.lp.floats import FloatSolver
from certigap.exact.lp.refine import refined_optimum
from certigap.exact.lp.simplex import simplex
from certigap.exact.vector import Vector

KINDS = ("ties", "perturbed", "duplicates", "equations", "free")


def is_proved(program: Program, outcome: Outcome) -> bool:
    """The outcome carries a proof, judged from the definitions and not by the solver's own checks."""
    if isinstance(outcome, Optimal):
        return (
            feasible(program, outcome.point)
            and sum(c * x for c, x in zip(program.cost, outcome.point.fractions(), strict=True)) == outcome.value
            and dual_value(program, program.cost, outcome.multipliers) == outcome.value
        )
    if isinstance(outcome, Infeasible):
        value = dual_value(program, [0] * len(program.cost), outcome.multipliers)
        return value is not None and value > 0
    if isinstance(outcome, Unbounded):
        far = [
            Vector.of([x + k * z for x, z in zip(outcome.point.fractions(), outcome.ray.fractions(), strict=True)])
            for k in (0, 1, 10**9)
        ]
        falls = sum(c * z for c, z in zip(program.cost, outcome.ray.fractions(), strict=True)) < 0
        cone = all(
            (low is None or move >= 0) and (high is None or move <= 0)
            for move, low, high in zip(
                [*outcome.ray.fractions(), *activities(program, outcome.ray)],
                [*program.lower, *program.row_lower],
                [*program.upper, *program.row_upper],
                strict=True,
            )
        )
        return falls and cone and all(feasible(program, point) for point in far)
    return True


def activities(program: Program, point: Vector) -> list[Fraction]:
    return [
        sum((int(a) * x for a, x in zip(row, point.fractions(), strict=True)), Fraction(0)) for row in program.matrix
    ]


def feasible(program: Program, point: Vector) -> bool:
    values = [*point.fractions(), *activities(program, point)]
    bounds = zip([*program.lower, *program.row_lower], [*program.upper, *program.row_upper], strict=True)
    return all(
        (low is None or v >= low) and (high is None or v <= high) for v, (low, high) in zip(values, bounds, strict=True)
    )


def dual_value(program: Program, cost: list[int], multipliers: Vector) -> Fraction | None:
    y = multipliers.fractions()
    total = Fraction(0)
    for j, c in enumerate(cost):
        d = c - sum((int(row[j]) * p for row, p in zip(program.matrix, y, strict=True)), Fraction(0))
        end = program.lower[j] if d > 0 else program.upper[j]
        if d:
            if end is None:
                return None
            total += d * end
    for p, low, high in zip(y, program.row_lower, program.row_upper, strict=True):
        end = low if p > 0 else high
        if p:
            if end is None:
                return None
            total += p * end
    return total


def hard_program(rng: random.Random) -> Program:
    """Small integers, times 10^4 .. 10^15, plus -1, 0 or 1: ties, and relative perturbations of 1e-4 .. 1e-15."""
    m, n, unit, kind = rng.randint(2, 12), rng.randint(2, 12), 10 ** rng.randint(4, 15), rng.choice(KINDS)
    noise = (0,) if kind == "ties" else (-1, 0, 1)
    rows = [[rng.randint(-3, 3) * unit + rng.choice(noise) for _ in range(n)] for _ in range(m)]
    if kind == "duplicates":
        for _ in range(3):
            rows[rng.randrange(m)] = [a + rng.choice([0, 0, 1]) for a in rows[rng.randrange(m)]]
    point = [rng.choice([0, 0, 1, 2]) for _ in range(n)]
    upper = [sum(a * x for a, x in zip(row, point, strict=True)) + rng.choice([0, 0, unit, -1, 1]) for row in rows]
    lower = [x if kind == "equations" and rng.random() < 0.5 else None for x in upper]
    cost = [rng.randint(-3, 3) * unit + rng.choice([-1, 0, 1]) for _ in range(n)]
    if rng.random() < 0.7:
        prices = [rng.choice([0, 1]) for _ in range(m)]
        cost = [
            -sum(row[j] * p for row, p in zip(rows, prices, strict=True)) + rng.choice([0, 0, 1, unit])
            for j in range(n)
        ]
    own_lower = [None if kind == "free" and rng.random() < 0.3 else 0 for _ in range(n)]
    own_upper = [None if rng.random() < 0.8 else rng.choice([1, Fraction(1, 3), 2]) for _ in range(n)]
    return Program(cost, rows, lower, upper, own_lower, own_upper)


@pytest.mark.parametrize("route", [solve, simplex])
def test_outcomes_of_small_programs(route):
    box = {"row_lower": [None], "row_upper": [3], "lower": [0, 0], "upper": [1, None]}
    assert route(Program([-1, -2], [[1, 1]], **box)).value == -6
    assert isinstance(route(Program([-1, -1], [[-1, -1]], **box)), Unbounded)
    infeasible = Program([0], [[3], [3]], [2, None], [None, 1], [None], [None])
    assert isinstance(route(infeasible), Infeasible)
    assert is_proved(infeasible, route(infeasible))
    equation = Program([1, 1], [[3, 5]], [7], [7], [0, 0], [None, None])
    assert route(equation).value == Fraction(7, 5)
    assert route(Program([2], np.zeros((0, 1), dtype=np.int64), [], [], [Fraction(1, 3)], [5])).value == Fraction(2, 3)


def test_program_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="2 rows"):
        Program([1], [[1], [2]], [None], [None], [0], [1])
    with pytest.raises(ValueError, match="at most the upper"):
        Program([1], [[1]], [None], [None], [2], [1])


def test_optimum_that_depends_on_the_sixteenth_digit():
    """Two rows 1 and 1 + 1e-15: a float solver sees one row and any of the two is tight."""
    big = 10**15
    program = Program([-1], [[big], [big + 1]], [None, None], [big + 1, big + 1], [0], [None])
    assert solve(program).value == -1


def test_refinement_leaves_a_basis_that_floats_take_for_optimal():
    """max x + (1 + 1e-12) y over x + y <= 1: within every float tolerance both vertices are optimal."""
    unit = 10**12
    program = Program([-unit, -unit - 1], [[1, 1]], [None], [1], [0, 0], [None, None])
    wrong = basis_solution(program, Basis((Place.BASIC, Place.LOWER), (Place.UPPER,)))
    assert wrong is not None
    assert not program.is_optimal(*wrong)
    found = refined_optimum(program, FloatSolver(program.array))
    assert found is not None
    assert found.value == -unit - 1


def test_hard_programs_are_proved_and_both_routes_agree():
    rng = random.Random(5)
    for _ in range(60):
        program = hard_program(rng)
        outcome, other = solve(program), simplex(program)
        assert is_proved(program, outcome)
        assert is_proved(program, other)
        assert type(outcome) is type(other)
        assert not isinstance(outcome, Optimal) or outcome.value == other.value


@pytest.mark.slow
def test_a_thousand_hard_programs():
    rng = random.Random(7)
    found: Counter[type] = Counter()
    for _ in range(1000):
        program = hard_program(rng)
        outcome = solve(program)
        assert is_proved(program, outcome)
        found[type(outcome)] += 1
    assert found[Undecided] == 0
    assert min(found[Optimal], found[Infeasible], found[Unbounded]) > 50


def test_integers_beyond_floats():
    huge = 10**40
    program = Program(
        [-1, -1], [[huge, 3 * huge], [2 * huge + 1, huge]], [None, None], [huge, huge], [0, 0], [None, None]
    )
    outcome = solve(program)
    assert is_proved(program, outcome)
    assert isinstance(outcome, Optimal)


def test_a_failing_float_solver_is_no_answer(monkeypatch):
    """Refinement without HiGHS says nothing; the exact simplex method answers, or admits that it may not work more."""

    def broken(*_: object) -> None:
        raise RuntimeError("no licence")

    monkeypatch.setattr(FloatSolver, "_solved", broken)
    program = hard_program(random.Random(1))
    assert refined_optimum(program, FloatSolver(program.array)) is None
    assert is_proved(program, solve(program))
    assert not isinstance(solve(program), Undecided)
    assert isinstance(
        simplex(Program([-1, -1], [[1, 2], [2, 1]], [None] * 2, [1, 1], [0, 0], [None] * 2), most_work=1), Undecided
    )


def test_nothing_is_printed(capfd):
    solve(Program([-1, -1], [[2, 1]], [None], [3], [0, 0], [1, None]))
    assert capfd.readouterr() == ("", "")
