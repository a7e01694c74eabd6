"""Fractional knapsacks against linear programs and each other; floats on a grid against rationals."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from certigap.exact.grid import nearest, on_grid, to_grid
from certigap.exact.knapsack import dearest, poured, poured_rows

LISTS = st.lists(st.integers(0, 9), min_size=1, max_size=6)


@given(LISTS, st.integers(0, 40))
def test_the_total_is_poured_in_order(rooms: list[int], total: int) -> None:
    found = list(poured(total, rooms))
    assert sum(found) == min(total, sum(rooms))
    assert all(0 <= amount <= room for amount, room in zip(found, rooms, strict=True))
    short = [k for k, (amount, room) in enumerate(zip(found, rooms, strict=True)) if amount < room]
    assert all(not any(found[k + 1 :]) for k in short)
    assert poured_rows(total, np.array([rooms])).tolist() == [found]
    assert poured_rows(total, np.array(rooms, dtype=object)).tolist() == found


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 9)), min_size=1, max_size=6), st.integers(0, 9))
def test_dearest_is_the_linear_program(pairs: list[tuple[int, int]], part: int) -> None:
    worths, rooms = (np.array(own) for own in zip(*pairs, strict=True))
    total = int(rooms.sum()) * part // 9
    found = dearest(worths, rooms, total)
    program = linprog(-worths, A_eq=[np.ones(len(rooms))], b_eq=[total], bounds=[(0, room) for room in rooms])
    assert int(found) == pytest.approx(-program.fun, abs=1e-6)


def test_lists_are_broadcast() -> None:
    worths, rooms = np.array([[3, 1, 2], [1, 2, 3]]), np.array([1, 1, 1])
    assert dearest(worths, rooms, np.array([[2], [1]])).tolist() == [5, 3]
    assert dearest(worths.astype(object), rooms, 9).tolist() == [6, 6]


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 120))
def test_a_float_goes_to_the_nearest_point_of_the_grid(value: float, bits: int) -> None:
    assert nearest(value, bits) == Fraction(round(Fraction(value) * 2**bits), 2**bits)
    assert on_grid(to_grid(np.array([value]), bits), bits)[0] == nearest(value, bits)
