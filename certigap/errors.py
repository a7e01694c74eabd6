"""The exception tree. Every message names the object, what was expected and what came."""

__all__ = ["CertigapError", "CertigapWarning", "InputError", "LimitError", "SolverError"]


class CertigapError(Exception):
    """Root of every error that certigap raises on purpose."""

    exit_code = 2


class InputError(CertigapError, ValueError):
    """A file, an argument or a name that does not say what it must (exit code 2)."""


class LimitError(CertigapError):
    """A stated limit (size, time, states) was reached before any answer (exit code 3)."""

    exit_code = 3


class SolverError(CertigapError):
    """A numerical solver failed, or its answer did not survive the exact check: undecided, never a "no"."""

    exit_code = 3


class CertigapWarning(UserWarning):
    """Something a reader of the result should know; the result itself is sound."""
