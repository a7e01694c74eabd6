"""Messages of the package as the command line says them: an argument of Python is an option there."""

import argparse
import re

__all__ = ["as_options"]


def as_options(message: str, given: argparse.Namespace) -> str:
    """The message with `from_floats=X` as `--from-floats X`, and `max_states=` as `--max-states`.

    Args:
        message: of an error or a warning.
        given: the options of the command; only their names are replaced.

    >>> as_options("expected integers, or from_floats=DENOMINATOR", argparse.Namespace(from_floats=None))
    'expected integers, or --from-floats DENOMINATOR'
    """
    for name in vars(given):
        option = f"--{name.replace('_', '-')}"
        message = re.sub(rf"(?<![\w'\"/.]){name}=(['\"]?)(\w+)\1", rf"{option} \2", message)
        message = re.sub(rf"(?<![\w'\"/.]){name}=(?= )", option, message)
    return message
