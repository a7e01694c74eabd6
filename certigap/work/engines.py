"""Who does many independent tasks: processes of this machine, or the workers of a Dask cluster.

Both yield what ended as it ends, `(place of the task, result)`. A worker that is killed loses its task alone, which is
given to another; a task whose workers were killed `ATTEMPTS` times is `Lost`, and so is one that raises: neither ends
the others. When the caller stops listening, or on Ctrl-C, no work goes on.
"""

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from textwrap import shorten
from threading import Thread
from typing import Any, TypeAlias, TypeVar

from certigap.errors import InputError
from certigap.work.parallel import worker_count

__all__ = ["ATTEMPTS", "Ended", "Lost", "cluster_size", "in_pool", "on_cluster"]

Item = TypeVar("Item")
Result = TypeVar("Result")

ATTEMPTS = 4
"""How many workers may be killed over one task: as many as Dask allows unless it is told otherwise."""

_SECONDS = 10  # until a scheduler that does not answer is not there


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result, and why."""

    reason: str


Ended: TypeAlias = Generator[tuple[int, Result | Lost], None, None]


def in_pool(work: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Ended[Result]:
    """`work(item)` of every item, in processes of this machine.

    The processes are started anew (never forked, since the caller may have threads) and share the machine's cores among
    them; a script that calls this is imported by each, so its own work stands under `if __name__ == "__main__":`.

    Args:
        work: a function of a module; its items and results must be picklable.
        items: one a task, started in their order.
        workers: number of processes.
    """
    cores = max(1, worker_count() // workers)
    waiting = deque((place, 1) for place in range(len(items)))
    slots = [_Slot(cores) for _ in range(min(workers, len(items)))]
    running: dict[Future[Result], tuple[_Slot, int, int]] = {}
    try:
        while waiting or running:
            free = [slot for slot in slots if all(slot is not busy for busy, _, _ in running.values())]
            for slot in free[: len(waiting)]:
                place, attempt = waiting.popleft()
                running[slot.start(work, items[place])] = (slot, place, attempt)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                slot, place, attempt = running.pop(future)
                error = future.exception()
                if isinstance(error, BrokenProcessPool):
                    slot.forget()
                    if attempt < ATTEMPTS:
                        waiting.appendleft((place, attempt + 1))
                        continue
                    yield place, Lost(f"its worker was killed {ATTEMPTS} times (out of memory?)")
                else:
                    yield place, future.result() if error is None else Lost(_told(error))
    finally:
        for slot in slots:
            slot.end()


class _Slot:
    """One process, renewed after it was killed: so it is known whose task killed it."""

    def __init__(self, cores: int) -> None:
        self._cores = cores
        self._pool: ProcessPoolExecutor | None = None
        self._process: Future[int] | None = None

    def start(self, work: Callable[[Item], Result], item: Item) -> "Future[Result]":
        try:
            return self._ready().submit(work, item)
        except BrokenProcessPool:  # killed while it had nothing to do
            self.forget()
            return self._ready().submit(work, item)

    def forget(self) -> None:
        """The process is dead: the next task gets another."""
        self._pool = self._process = None

    def end(self) -> None:
        """End the process, whatever it is at."""
        if self._pool is not None and self._process is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            if self._process.done() and not self._process.cancelled() and self._process.exception() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self._process.result(), signal.SIGTERM)
        self.forget()

    def _ready(self) -> ProcessPoolExecutor:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, context, initializer=_begin, initargs=(self._cores,))
            self._process = self._pool.submit(os.getpid)
        return self._pool


def _begin(cores: int) -> None:
    """A process's settings: its share of the cores; the interrupt of the terminal is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["CERTIGAP_WORKERS"] = os.environ["NUMBA_NUM_THREADS"] = str(cores)
    Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()


def _end_with(parent: Any) -> None:
    """A process whose parent is killed would wait for its next task for ever."""
    parent.join()
    os._exit(1)


def on_cluster(work: Callable[[Item], Result], items: Sequence[Item], address: str) -> Ended[Result]:
    """`work(item)` of every item, on the workers of a Dask cluster, which have this package installed.

    Args:
        work: a function of a module; its items and results must be picklable.
        items: one a task.
        address: of the cluster's scheduler, such as `tcp://10.0.0.1:8786`.

    Raises:
        InputError: the extra `cluster` is not installed, or no scheduler answers.
    """
    client = _client(address)
    from distributed import as_completed

    with client:
        futures = [client.submit(work, item, pure=False) for item in items]
        places = {future.key: place for place, future in enumerate(futures)}
        try:
            for future in as_completed(futures, loop=client.loop):
                yield places[future.key], _result(future)
        finally:
            client.cancel(futures)


def cluster_size(address: str) -> int:
    """How many tasks the workers of a cluster do at a time; at least 1.

    Raises:
        InputError: as `on_cluster`.
    """
    with _client(address) as client:
        return max(1, sum(int(threads) for threads in client.nthreads().values()))


def _client(address: str) -> Any:
    try:
        from distributed import Client
        from distributed.comm.addressing import get_address_host
    except ImportError:
        raise InputError('a scheduler: expected the extra: pip install "certigap[cluster]"') from None
    try:
        get_address_host(address)  # before a client begins, which would go on looking for what is no address
        return Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        said = shorten(str(error), 80, placeholder=" ..")
        raise InputError(f"scheduler {address}: expected the address of a Dask scheduler, got: {said}") from None


def _result(future: Any) -> Any:
    if future.status == "cancelled":
        return Lost("the scheduler dropped it")
    error = future.exception()
    return future.result() if error is None else Lost(_told(error))


def _told(error: BaseException) -> str:
    return shorten(f"{type(error).__name__}: {error}", 160, placeholder=" ..")
