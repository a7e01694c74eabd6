"""Exact linear programs against the float solve alone: CPU seconds, dense 100 x 200 and 200 x 400.

    python tests/benchmarks/exact_lp.py

`general` has a primal and a dual point planted, `game` is a matrix game. Entries of 10 and of 53 bits.
"""

import time

import numpy as np

from certigap.exact.lp import Optimal, Program, solve
from certigap.exact.lp.floats import FloatSolver

REPEATS = 3


def general(rng: np.random.Generator, m: int, n: int, bits: int) -> Program:
    matrix = rng.integers(-(2**bits), 2**bits, size=(m, n))
    exact = matrix.astype(object)
    upper = exact @ rng.integers(0, 3, size=n).astype(object) + rng.integers(0, 2**bits, size=m).astype(object)
    cost = rng.integers(0, 2**bits, size=n).astype(object) - exact.T @ rng.integers(0, 3, size=m).astype(object)
    return Program(cost.tolist(), matrix, [None] * m, upper.tolist(), [0] * n, [None] * n)


def game(rng: np.random.Generator, m: int, n: int, bits: int) -> Program:
    matrix = rng.integers(1, 2 ** (bits + 1), size=(m, n))
    return Program([-(2**bits)] * n, matrix, [None] * m, [2**bits] * m, [0] * n, [None] * n)


def float_seconds(program: Program, bits: int) -> float:
    cost = np.array([float(c) for c in program.cost]) * 2.0**-bits
    ends = tuple(
        np.array([sign * np.inf if end is None else float(end) for end in side])
        for side, sign in zip(program.ends, (-1, 1, -1, 1), strict=True)
    )
    solver = FloatSolver(program.array)
    began = time.process_time()
    solver.solve(cost, ends)
    return time.process_time() - began


def main() -> None:
    rng = np.random.default_rng(0)
    for m, n in ((100, 200), (200, 400)):
        for bits in (10, 53):
            for make in (general, game):
                floats = exact = 0.0
                for _ in range(REPEATS):
                    program = make(rng, m, n, bits)
                    floats += float_seconds(program, bits)
                    began = time.process_time()
                    outcome = solve(program)
                    exact += time.process_time() - began
                    if not isinstance(outcome, Optimal):
                        raise SystemExit(f"{make.__name__} {m}x{n}, {bits} bits: {outcome}")
                before, after = 1000 * floats / REPEATS, 1000 * exact / REPEATS
                what = f"{make.__name__:8} {m}x{n} {bits:2} bits"
                print(f"{what}: float {before:.1f} ms, exact {after:.1f} ms, ratio {exact / floats:.2f}")


if __name__ == "__main__":
    main()
