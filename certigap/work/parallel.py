"""Work on all cores: how many there are, and exact work shared out among forked processes.

Results come back in the order of the tasks, so nothing depends on which core was faster. The environment variable
`CERTIGAP_WORKERS` limits the number of cores.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

from certigap.errors import InputError

__all__ = ["in_processes", "worker_count"]

Result = TypeVar("Result")


def worker_count(asked: int | None = None) -> int:
    """How many cores to use: `asked`, else `CERTIGAP_WORKERS`, else all that this process may run on.

    Raises:
        InputError: a number below 1, or a `CERTIGAP_WORKERS` that is no number.
    """
    named = os.environ.get("CERTIGAP_WORKERS", "")
    if asked is None and named:
        if not named.isdecimal():
            raise InputError(f"CERTIGAP_WORKERS: expected a whole number >= 1, got {named!r}")
        asked = int(named)
    if asked is None:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if asked < 1:
        raise InputError(f"workers: expected a whole number >= 1, got {asked}")
    return asked


def in_processes(work: Callable[[int], Result], count: int, workers: int) -> list[Result]:
    """`[work(0), .., work(count - 1)]`, shared out among forked processes; in this one where forking is impossible.

    An interrupt ends the processes and is passed on; the share of a process that dies is done here.

    Args:
        work: its result must be picklable; it runs in a copy of this process.
        count: number of tasks.
        workers: number of processes.
    """
    workers = min(workers, count)
    possible = "fork" in multiprocessing.get_all_start_methods() and not multiprocessing.current_process().daemon
    if workers <= 1 or not possible:
        return [work(k) for k in range(count)]
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe(duplex=False) for _ in range(workers)]
    shares = [range(turn, count, workers) for turn in range(workers)]
    processes = [
        context.Process(target=_send, args=(work, share, sender), daemon=True)
        for share, (_, sender) in zip(shares, pipes, strict=True)
    ]
    found: dict[int, Result] = {}
    try:
        for process, (_, sender) in zip(processes, pipes, strict=True):
            process.start()
            sender.close()
        for share, (receiver, _) in zip(shares, pipes, strict=True):
            found.update(zip(share, _received(work, share, receiver), strict=True))
    finally:
        for process in processes:
            if process.pid is not None:
                process.terminate()
                process.join()
        for receiver, _ in pipes:
            receiver.close()
    return [found[k] for k in range(count)]


def _send(work: Callable[[int], Result], share: range, sender: Connection) -> None:
    """A process's share; the interrupt of the terminal is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sender.send([work(k) for k in share])


def _received(work: Callable[[int], Result], share: range, receiver: Connection) -> list[Result]:
    try:
        done: list[Result] = receiver.recv()
    except EOFError:
        return [work(k) for k in share]
    return done
