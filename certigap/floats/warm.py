"""All compiled code made ahead, as many kernels at a time as there are cores: what `certigap warm` does."""

import importlib
import pkgutil
import time
from collections.abc import Iterator
from subprocess import Popen
from typing import Any

from certigap.errors import LimitError
from certigap.floats import kernel, sparse
from certigap.floats.compiled import Kernel, prepare

__all__ = ["every_kernel", "warm"]

_LOOK = 0.02  # seconds between two looks at the processes


def every_kernel() -> list[Kernel[..., Any]]:
    """Every kernel of the package, by the module's and the kernel's name."""
    homes = (kernel, sparse)
    modules = sorted(found.name for home in homes for found in pkgutil.iter_modules(home.__path__, f"{home.__name__}."))
    found: dict[tuple[str, str], Kernel[..., Any]] = {}
    for module in map(importlib.import_module, modules):
        own = (value for value in vars(module).values() if isinstance(value, Kernel))
        found |= {(kernel.__module__, kernel.__name__): kernel for kernel in own}
    return [found[name] for name in sorted(found)]


def warm(workers: int) -> Iterator[tuple[Kernel[..., Any], float | None]]:
    """Compile what is not compiled yet.

    Args:
        workers: how many processes at a time.

    Yields:
        A kernel, and how many seconds it took; None: it was on disk already.

    Raises:
        LimitError: what is compiled cannot be kept on disk, or the process that compiles failed.
    """
    waiting, running = every_kernel(), list[tuple[Kernel[..., Any], Popen[str], float]]()
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                kernel, began = waiting.pop(), time.monotonic()
                if kernel.is_ready:
                    yield kernel, None
                    continue
                process = prepare(kernel, quiet=True)
                if process is None:
                    raise LimitError("compiled code: no folder for it can be written; NUMBA_CACHE_DIR names one")
                running.append((kernel, process, began))
            time.sleep(_LOOK)
            for one in [one for one in running if one[1].poll() is not None]:
                running.remove(one)
                kernel, _, began = one
                if not kernel.is_ready:
                    raise LimitError(f"{kernel.__name__}: compiled code was made but not kept on disk")
                yield kernel, time.monotonic() - began
    finally:
        for _, process, _ in running:
            process.terminate()
