"""Tasks whose workers are killed, for the tests of the engines: other processes import them from here."""

import os
import signal
import time
from pathlib import Path

__all__ = ["dying", "forever", "once_killed", "patient"]


def once_killed(item: tuple[str, int]) -> int:
    """The number; whoever is the first to work on an odd one is killed at it."""
    folder, number = item
    mark = Path(folder) / str(number)
    if number % 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dying(number: int) -> int:
    """The number, but for 1, which kills everybody who works on it, and 2, which no one can compute."""
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return 4 // (2 - number) if number == 2 else number


def patient(number: int) -> int:
    """The number, after a while in which one can be killed or interrupted."""
    time.sleep(0.5)
    return number


def forever(_: int) -> int:
    """Nothing; the file `pid` tells of the process."""
    Path("pid").write_text(str(os.getpid()))
    time.sleep(1000)
    return 0
