"""Where a command may write, decided before its work: a name that cannot be written to must not cost the answer."""

import os
import stat
from pathlib import Path

from certigap.errors import InputError
from certigap.model.files.json_node import printable

__all__ = ["check_file", "check_folder", "is_same_file"]


def check_file(path: str | None, *inputs: str | None, option: str = "-o") -> None:
    """Refuse a file that cannot be written, or that is one of the inputs.

    Args:
        path: what the option says; None: it was not given.
        inputs: the files that the command reads; names that are no files are left aside.
        option: for the message.

    Raises:
        InputError: the name is empty, a folder, in no folder, not writable, or one of the inputs.
    """
    if path is None:
        return
    if not path:
        raise InputError(f"{option}: expected a file, got an empty name")
    status = _status(path, option)
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise InputError(f"{option}: expected a file, got the folder {printable(path)}")
    if status is not None and not stat.S_ISREG(status.st_mode) and os.access(path, os.W_OK):
        return  # a pipe or a device: neither replaced nor lost
    _check_writable(Path(os.path.realpath(path)).parent, path, option)
    if any(is_same_file(path, other) for other in inputs if other):
        raise InputError(f"{option}: expected a file other than the inputs, got {printable(path)}")


def check_folder(path: str, option: str = "-o") -> None:
    """Refuse a folder that neither is there nor can be made.

    Raises:
        InputError: the name is empty, a file, or in no folder that can be written to.
    """
    if not path:
        raise InputError(f"{option}: expected a folder, got an empty name")
    _status(path, option)
    nearest = next(folder for folder in (Path(path).absolute(), *Path(path).absolute().parents) if folder.exists())
    _check_writable(nearest, path, option)


def is_same_file(one: str, other: str) -> bool:
    """Whether two names are one file, or would become one."""
    if os.path.exists(one) and os.path.exists(other):
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other)


def _check_writable(folder: Path, path: str, option: str) -> None:
    if not folder.is_dir():
        raise InputError(f"{option} {printable(path)}: expected a folder {printable(str(folder))}, got none")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{option} {printable(path)}: expected a writable folder, got {printable(str(folder))}")


def _status(path: str, option: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{option} {printable(path)}: expected a name that can be written to, got: {reason}") from None
