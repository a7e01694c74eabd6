"""The exception tree. Every message names the object, what was expected and what came."""

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import shorten

__all__ = [
    "CertigapError",
    "CertigapWarning",
    "InexactError",
    "InputError",
    "KindError",
    "LimitError",
    "SolverError",
    "UnknownError",
    "foreign",
]


class CertigapError(Exception):
    """Root of every error that certigap raises on purpose."""

    exit_code = 2


class InputError(CertigapError, ValueError):
    """A file, an argument or a name that does not say what it must (exit code 2)."""


class KindError(CertigapError, TypeError):
    """A value of a type that cannot be taken, or be written."""


class HorizonError(InputError, AttributeError):
    """A game of finite horizon, or a policy of one, where a game without a horizon was expected (exit code 2)."""


class InexactError(KindError):
    """A number of a type that is not exact, such as a float."""


class UnknownError(InputError, KeyError):
    """A key that is not there; unlike that of a `KeyError`, its text is the message."""

    __str__ = Exception.__str__


class LimitError(CertigapError):
    """A stated limit (size, time, states) was reached before any answer (exit code 3)."""

    exit_code = 3


class SolverError(CertigapError):
    """A numerical solver failed, or its answer did not survive the exact check: undecided, never a "no"."""

    exit_code = 3


class CertigapWarning(UserWarning):
    """Something a reader of the result should know; the result itself is sound."""


@contextmanager
def foreign(what: str) -> Iterator[None]:
    """Inside, a solver library is at work: an exception of any type is its failure, a `SolverError`.

    Args:
        what: the solver's name in the message.

    >>> with foreign("clever solver"):
    ...     1 / 0
    Traceback (most recent call last):
    certigap.errors.SolverError: clever solver: ZeroDivisionError, division by zero
    """
    try:
        yield
    except CertigapError:
        raise
    except Exception as error:
        said = shorten(str(error), 60, placeholder=" ..")
        raise SolverError(f"{what}: {type(error).__name__}{', ' + said if said else ''}") from error
