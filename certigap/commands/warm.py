"""`certigap warm`: compile everything ahead, once a machine, so that no question has to wait for it."""

import argparse
import time

from certigap.commands.output import print_json
from certigap.commands.streams import say
from certigap.work.parallel import worker_count

__all__ = ["warm"]


def warm(given: argparse.Namespace) -> int:
    """Compile ahead, and say what and how long."""
    from certigap.floats.warm import warm as made

    began, seconds = time.monotonic(), dict[str, str | None]()
    place = ""
    for kernel, spent in made(worker_count()):
        name, place = f"{kernel.__module__.rpartition('.')[2]}.{kernel.__name__}", kernel.place or ""
        seconds[name] = None if spent is None else f"{spent:.1f}"
        if not given.json:
            say(f"{name:<28}{'on disk' if spent is None else f'compiled in {spent:.1f} s'}")
    if given.json:
        return print_json({"compiled": seconds, "seconds": f"{time.monotonic() - began:.1f}", "folder": place})
    say(f"{len(seconds)} kernels after {time.monotonic() - began:.1f} s, in {place}")
    return 0
