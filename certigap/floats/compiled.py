"""The one home of compiled code: the kernels of `certigap.floats.kernel` and `.sparse` go through `compiled`, `inner`.

    @inner                                       # called by compiled functions only
    def gain(x: Floats, k: int) -> float: ...

    @compiled                                    # called from Python
    def sweep(x: Floats, table: Floats2, sets: SetArrays, most: float) -> float: ...

Rules that keep the first use of a machine short:

1. A `compiled` function says its types: `int`, `float`, `bool`, the arrays below (C order, by their number of axes) and
   NamedTuples of these. So its machine code can be made before there are arguments (`prepare`, `certigap warm`). It
   must be called with these very types: others are compiled on the spot, slowly (a test holds what is called to this).
2. No kernel allocates: results and working space are arguments. Compiled without reference counts (`_nrt`) the search
   over boxes runs 2.5 times as fast; an allocation is a compile error.
3. Compiling costs about 0.1 s for ten lines, and the code of an inner function is optimised again in each
   function that it ends up in: prefer several `compiled` functions, called one after the other from Python (20 us a
   call), to one that contains them all; they are compiled side by side. To call a compiled function from another,
   name its `.function`.
4. A literal integer or bool as an argument of an inner function makes a second copy of it, and of all that it calls:
   pass a variable, and call from one place (a loop) what would be called from two.

What happens on first use. The code is looked for in numba's cache on disk (beside the source, else the user's cache
folder, or `NUMBA_CACHE_DIR`). If it is not there, another process compiles it, once, while this one goes on with what
needs no kernel (`prepare`), or runs the same source interpreted (`at_once`). A call that cannot go on
without it waits; the terminal is told, and the clock of budgets stands still (`certigap.work.clock`). Where no cache
can be written, this process compiles, each time anew.

The cache forgets a kernel when any source in its folder, or this file, has changed since: machine code contains the
functions that it calls, in whatever file they are, and numba looks at the kernel's own file only. Nothing has to be
refreshed by hand; a kernel calls none outside its folder.
"""

import atexit
import contextlib
import hashlib
import importlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from types import FunctionType
from typing import Annotated, Any, Generic, ParamSpec, TypeAlias, TypeVar, cast, get_args, get_type_hints

import numba
import numpy as np
import numpy.typing as npt
from numba.core.compiler_lock import global_compiler_lock

from certigap.work.clock import paused

__all__ = [
    "Floats",
    "Floats2",
    "Floats3",
    "Indices",
    "Indices2",
    "Ints",
    "Ints2",
    "Kernel",
    "compiled",
    "inner",
    "interpreted",
    "prepare",
]

Floats: TypeAlias = Annotated[npt.NDArray[np.float64], 1]
Floats2: TypeAlias = Annotated[npt.NDArray[np.float64], 2]
Floats3: TypeAlias = Annotated[npt.NDArray[np.float64], 3]
Indices: TypeAlias = Annotated[npt.NDArray[np.int64], 1]
Indices2: TypeAlias = Annotated[npt.NDArray[np.int64], 2]
Ints: TypeAlias = Annotated[npt.NDArray[np.int32], 1]
Ints2: TypeAlias = Annotated[npt.NDArray[np.int32], 2]

P = ParamSpec("P")
R = TypeVar("R")

_SCALARS = {int: numba.types.int64, float: numba.types.float64, bool: numba.types.boolean}
_NOTICE = "certigap: compiling, once (some seconds that no budget counts; `certigap warm` does it ahead)"
_LOOK = 0.02  # seconds between two looks at the disk
_STARTING = threading.RLock()
_CHILD = """
import gc, json, sys
gc.disable()
sys.path[:], names = json.loads(sys.stdin.read())
from certigap.floats.compiled import compile_here
for name in names:
    compile_here(*name)
"""
_CHILD_SETTINGS = {"NUMBA_OPT": "1", "NUMBA_DISABLE_ERROR_MESSAGE_HIGHLIGHTING": "1"}
"""Of the compiling process: the costlier passes take a third of the time and gain nothing that was measured, and numba
would colour messages that nobody sees. Without the collector of garbage it takes an eighth less."""


class Kernel(Generic[P, R]):
    """A function that Python calls and numba compiles (module docstring); threads may run it together.

    Attributes:
        py_func: the source.
        function: what numba makes of it: for compiled functions that call it.
    """

    def __init__(self, source: Callable[P, R]) -> None:
        self.py_func, self.__doc__ = source, source.__doc__
        self.__name__, self.__module__ = source.__name__, source.__module__
        self.function = _jit(source, nogil=True)
        self._ready = not hasattr(self.function, "compile")  # NUMBA_DISABLE_JIT: numba hands the source back
        self._lock = threading.RLock()
        self._process: subprocess.Popen[str] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        if not self._ready:
            self.load()
        return cast(R, self.function(*args, **kwargs))

    @property
    def is_ready(self) -> bool:
        """The machine code is in memory, or on disk (then it is loaded now): a call need not wait."""
        if not self._ready and self._stored():
            self.load()
        return self._ready

    def at_once(self, small: bool) -> Callable[P, R]:
        """What to call without waiting: the machine code, or the interpreted source if the work is small.

        Args:
            small: the interpreter, 100 to 200 times as slow, has a result in less time than compiling takes.
        """
        if self.is_ready or not small:
            return self
        prepare(self)
        return self._interpreted

    def load(self) -> None:
        """Bring the machine code into memory: from disk, from the process that compiles it, or compiled here."""
        with self._lock:
            if self._ready:
                return
            if not self._stored():
                prepare(self)
                self._wait()
            self.function.compile(self._types)
            self._ready = True

    def _wait(self) -> None:
        """Wait for the process that compiles; where there is none, or it fails, compile here."""
        with paused():
            while self._process is not None and self._process.poll() is None and not self._stored():
                time.sleep(_LOOK)
            if not self._stored():
                _notice()
                self.function.compile(self._types)

    @property
    def place(self) -> str | None:
        """The folder of the cache on disk; None where none can be written."""
        return cast("str | None", self.function.stats.cache_path)

    def _is_missing(self) -> bool:
        """Another process should compile it: none does, and what it makes could be kept."""
        return self._process is None and self.place is not None and not (self._ready or self._stored())

    @cached_property
    def _types(self) -> tuple[Any, ...]:
        """The numba types of the arguments, as the source says them."""
        hints = get_type_hints(self.py_func, include_extras=True)
        return tuple(_numba_type(hint) for name, hint in hints.items() if name != "return")

    @cached_property
    def _interpreted(self) -> Callable[P, R]:
        return interpreted(self.py_func)

    def _stored(self) -> bool:
        """The cache on disk has the machine code. numba has no public way to ask without compiling.

        Threads ask one after the other, as they compile: numba's registries are read by one at a time.
        """
        cache = self.function._cache
        with global_compiler_lock:
            return cache.load_overload(self._types, self.function.targetctx) is not None


def prepare(*kernels: Kernel[..., Any], quiet: bool = False) -> "subprocess.Popen[str] | None":
    """Have kernels compiled by another process, one after the other; returns at once.

    Args:
        kernels: those that are compiled, or about to be, are left out; one that contains another comes after it.
        quiet: do not tell the terminal.

    Returns:
        The process; None where there is nothing to do, or nothing could be kept on disk.
    """
    with _STARTING:
        missing = [kernel for kernel in kernels if kernel._is_missing()]
        if not missing or not sys.executable:
            return None
        process = _started([(kernel.__module__, kernel.__name__) for kernel in missing])
        for kernel in missing:
            kernel._process = process
    if not quiet:
        _notice()
    return process


def compiled(function: Callable[P, R]) -> Kernel[P, R]:
    """A function that Python calls (module docstring)."""
    return Kernel(function)


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """A function that only compiled functions call: it needs no wrapper for Python."""
    return cast(Callable[P, R], _jit(function, no_cpython_wrapper=True))


def interpreted(function: Callable[P, R]) -> Callable[P, R]:
    """The source of a compiled or inner function as the interpreter runs it, with all that it calls: no compiling."""
    return cast(Callable[P, R], _twin(function, {}))


def compile_here(module: str, name: str) -> None:
    """Compile a kernel in this process and keep it on disk: what the compiling process does."""
    kernel = getattr(importlib.import_module(module), name)
    kernel.function.compile(kernel._types)


def _jit(function: Callable[..., Any], **options: bool) -> Any:
    options |= {"no_cfunc_wrapper": True, "_nrt": False}
    try:
        made = numba.njit(cache=True, error_model="numpy", **options)(function)
        if hasattr(made, "_cache"):  # not with NUMBA_DISABLE_JIT
            file = made._cache._cache_file
            file._source_stamp = (file._source_stamp, _digest(Path(function.__code__.co_filename).parent))
        return made
    except RuntimeError:  # no folder for the cache can be written
        return numba.njit(error_model="numpy", **options)(function)


@cache
def _digest(folder: Path) -> str:
    """Of all sources in a folder and of this one: numba's own stamp is that of the function's file alone."""
    digest = hashlib.sha256()
    for path in (Path(__file__), *sorted(folder.glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _numba_type(hint: Any) -> Any:
    """The numba type of an annotation."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    fields = getattr(hint, "_fields", None)
    if fields is not None:
        hints = get_type_hints(hint, include_extras=True)
        return numba.types.BaseTuple.from_types(tuple(_numba_type(hints[field]) for field in fields), hint)
    array, axes = get_args(hint)
    return numba.types.Array(numba.from_dtype(np.dtype(get_args(get_args(array)[1])[0])), axes, "C")


def _twin(function: Any, made: dict[Any, FunctionType]) -> FunctionType:
    """A copy of the source whose globals name copies of the compiled functions that it calls."""
    source = getattr(function, "py_func", function)
    if source not in made:
        names = dict(source.__globals__)
        made[source] = FunctionType(source.__code__, names, source.__name__, source.__defaults__)
        for name in source.__code__.co_names:
            if hasattr(names.get(name), "py_func"):
                names[name] = _twin(names[name], made)
    return made[source]


def _notice() -> None:
    """Tell the terminal, and only a terminal, why nothing happens; once a process."""
    if not _TOLD and sys.stderr is not None and sys.stderr.isatty():
        print(_NOTICE, file=sys.stderr, flush=True)
        _TOLD.append(_NOTICE)


_TOLD: list[str] = []


def _started(names: list[tuple[str, str]]) -> "subprocess.Popen[str] | None":
    """A process that compiles kernels; it ends with this one. None where no process can be started."""
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | _CHILD_SETTINGS,
            text=True,
            start_new_session=True,  # Ctrl-C is this process's to answer
        )
    except OSError:
        return None
    atexit.register(_end, process)
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(json.dumps([sys.path, names]))
    return process


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
        process.wait()
