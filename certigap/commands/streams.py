"""The streams of a process: what is printed survives a reader that left, such as `| head`."""

import contextlib
import io
import os
import sys

__all__ = ["hush", "say"]


def say(text: str) -> None:
    """Print `text` on stdout at once; when nobody reads any more, go on in silence.

    Raises:
        OSError: the text cannot be written, on a full disk for instance.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        hush()


def hush() -> None:
    """Send stdout, and what is still buffered in it, to nowhere."""
    with contextlib.suppress(io.UnsupportedOperation), open(os.devnull, "wb") as null:
        os.dup2(null.fileno(), sys.stdout.fileno())
