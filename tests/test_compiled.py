"""Compiled code on its first use: the types it says it has, the interpreted source, a cache that cannot be kept."""

import os
import subprocess
import sys
import threading
import time
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import certigap as cg
from certigap.bounds.boxes import BranchSearch
from certigap.exact.vector import Vector
from certigap.floats import compiled as home
from certigap.floats.compiled import Kernel, compiled, prepare
from certigap.floats.kernel import sweeps
from certigap.floats.warm import every_kernel
from certigap.regions.engine import RegionEngine
from certigap.regions.linear import ErrorBudget
from certigap.regions.region import rectangular_hull
from certigap.work.clock import now, paused

PACKAGE = Path(__file__).parent.parent / "certigap"
EIGHTH = Fraction(1, 8)
THIRDS = (Fraction(1, 3),) * 3


def test_numba_is_imported_by_its_home_alone() -> None:
    users = [path for path in PACKAGE.rglob("*.py") if "numba" in path.read_text().partition('"""\n\n')[2]]
    assert [str(path.relative_to(PACKAGE)) for path in users] == ["floats/compiled.py"]


def test_kernels_are_called_with_the_types_that_they_say() -> None:
    """Another type would compile a second copy of everything, in the foreground and inside the budget."""
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    engine = RegionEngine(game)
    sweeps.iterate.load()
    engine.bound(rectangular_hull(expert, EIGHTH, Vector.of(THIRDS)))
    search = BranchSearch(engine, expert, ErrorBudget(EIGHTH, THIRDS), workers=1)
    search.open_roots()
    search.run(lambda: 0.0, lambda: search.splits < 20, lambda *_: None)
    used = {kernel.__name__: len(kernel.function.signatures) for kernel in every_kernel() if kernel.function.signatures}
    assert used.keys() >= {"iterate", "pair_bound", "linear_bound"}
    assert set(used.values()) == {1}


@pytest.mark.parametrize("kind", [sweeps.BEST_UPPER, sweeps.BEST_LOWER, sweeps.VALUE_LOWER, sweeps.PAIR])
def test_the_interpreter_finds_what_the_machine_code_finds(kind: int) -> None:
    game, expert = cg.games.load("lemma1"), cg.games.expert("lemma1")
    engine = RegionEngine(game)
    sets = engine.set_arrays(rectangular_hull(expert, EIGHTH, Vector.of(THIRDS)))
    found = []
    for iterate in (sweeps.iterate, sweeps.iterate._interpreted):
        x, zero = np.full(3, 20.0), np.zeros(3)
        iterate(x, kind, 0, engine.arrays, sets, zero + 9, zero - 9, zero - 8, 1e-10, 300, engine.room)
        found.append(x)
    assert np.array_equal(*found)
    assert not np.array_equal(found[0], np.full(3, 20.0))


def test_small_work_is_interpreted_while_another_process_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = Kernel(sweeps.iterate.py_func)
    asked: list[str] = []
    monkeypatch.setattr(Kernel, "_stored", lambda self: False)
    monkeypatch.setattr(home, "_started", lambda names: asked.extend(name for _, name in names))
    assert kernel.at_once(small=False) is kernel
    assert not asked
    assert kernel.at_once(small=True) == kernel._interpreted
    assert asked == ["iterate"]


def test_functions_compile_where_no_cache_can_be_written() -> None:
    """A function without a source file has no place for a cache, like a package in a folder that is read-only."""
    space: dict[str, object] = {}
    exec("def double(x: float) -> float:\n    return 2.0 * x\n", space)
    kernel = compiled(space["double"])  # type: ignore[arg-type]
    assert prepare(kernel) is None
    assert kernel(1.5) == 3.0  # type: ignore[call-arg]


def test_the_other_process_fills_the_cache(tmp_path: Path) -> None:
    """A small kernel of a module that only this process's path finds; waiting for it costs the budget nothing."""
    (tmp_path / "apart.py").write_text(
        "from certigap.floats.compiled import compiled\n@compiled\ndef double(x: float) -> float:\n    return 2.0 * x\n"
    )
    code = (
        f"import sys, time; sys.path.append({str(tmp_path)!r})\n"
        "from certigap.work.clock import now\n"
        "from certigap.floats.compiled import prepare\n"
        "from apart import double\n"
        "assert not double.is_ready\n"
        "prepare(double); began, clock = time.monotonic(), now()\n"
        "assert double(1.5) == 3.0\n"
        "assert sum(double.function.stats.cache_hits.values()) == 1, double.function.stats\n"
        "assert now() - clock < (time.monotonic() - began) / 2\n"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, timeout=120)
    assert list((tmp_path / "cache").rglob("*.nbc"))


def test_the_cache_sees_an_edit_of_what_a_kernel_calls_in_another_file(tmp_path: Path) -> None:
    head = "from certigap.floats.compiled import compiled, inner\n"
    called = head + "@inner\ndef factor(x: float) -> float:\n    return {} * x\n"
    (tmp_path / "outer.py").write_text(
        head + "from called import factor\n@compiled\ndef scaled(x: float) -> float:\n    return factor(x)\n"
    )
    code = f"import sys; sys.path.append({str(tmp_path)!r})\nfrom outer import scaled\n"
    code += "hit = scaled.is_ready\nprint(scaled(1.5), hit)"
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}

    def told(factor: str) -> list[str]:
        (tmp_path / "called.py").write_text(called.format(factor))
        return subprocess.check_output([sys.executable, "-c", code], env=environment, text=True, timeout=120).split()

    assert [told("2.0"), told("2.0"), told("8.0")] == [["3.0", "False"], ["3.0", "True"], ["12.0", "False"]]


def test_kernels_call_none_outside_their_folder() -> None:
    """What the cache does not look at."""
    for kernel in every_kernel():
        waiting, seen = [kernel.py_func], set()
        while waiting:
            source = waiting.pop()
            assert Path(source.__code__.co_filename).parent == Path(kernel.py_func.__code__.co_filename).parent
            for name in source.__code__.co_names:
                found = getattr(source.__globals__.get(name), "py_func", None)
                if found is not None and found not in seen:
                    seen.add(found)
                    waiting.append(found)


def test_threads_pause_the_clock_once() -> None:
    go = threading.Event()

    def wait() -> None:
        with paused():
            go.wait(5)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    with paused():
        before = now()
        for thread in threads:
            thread.start()
        go.set()
        for thread in threads:
            thread.join()
        assert now() == before
    assert now() >= before


def test_threads_look_into_the_cache_one_after_the_other() -> None:
    """numba reads generators there: two threads at once ended in a ValueError."""
    kernel, inside, most = Kernel(sweeps.iterate.py_func), list[int](), list[int]()

    def load_overload(*_: object) -> None:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()

    kernel.function._cache = SimpleNamespace(load_overload=load_overload)
    threads = [threading.Thread(target=lambda: kernel.is_ready) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 4
