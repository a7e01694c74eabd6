"""Other programs fail in their own ways: whatever they raise becomes one line of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from certigap.errors import CertigapError, InputError
from certigap.io.names import one_line

__all__ = ["peer_errors"]


@contextmanager
def peer_errors(where: str, expected: str) -> Iterator[None]:
    """Turn any exception of another program into an `InputError`; ours, and running out of memory, pass.

    Args:
        where: the object of the message.
        expected: what the program should have made of it.
    """
    try:
        yield
    except (CertigapError, MemoryError):
        raise
    except Exception as error:
        text = one_line(str(error))
        got = text if " " in text else f"{type(error).__name__} {text}".rstrip()  # a KeyError's text is its key alone
        raise InputError(f"{where}: expected {expected}, got: {got}") from None
