"""Writing a file wholly or not at all: a temporary file beside it, flushed to the disk, then renamed over it."""

import contextlib
import os
import secrets
import stat
from collections.abc import Callable
from typing import BinaryIO

from certigap.errors import InputError
from certigap.model.files.json_node import printable

__all__ = ["stream_atomically", "write_atomically", "write_bytes_atomically"]


def write_atomically(path: str | os.PathLike[str], text: str) -> None:
    """Write `text` as UTF-8; when anything fails, or on Ctrl-C, what stood at `path` is left as it was.

    An existing file keeps its mode, a new one gets what the umask allows; a link stays a link to the new content. What
    is no regular file (a pipe, `/dev/stdout`) is written to directly.

    Args:
        path: the file; its folder must exist.
        text: the whole content.

    Raises:
        InputError: the file cannot be written.
    """
    try:
        data = text.encode("utf-8")
    except ValueError as error:
        raise InputError(f"{printable(os.fspath(path))}: expected a writable file, got: {error}") from None
    write_bytes_atomically(path, data)


def write_bytes_atomically(path: str | os.PathLike[str], data: bytes) -> None:
    """Write `data` as `write_atomically` writes text."""

    def write(file: BinaryIO) -> None:
        file.write(data)

    stream_atomically(path, write)


def stream_atomically(path: str | os.PathLike[str], write: Callable[[BinaryIO], None]) -> None:
    """Write what `write` puts into the file that it is given, as `write_atomically` writes text."""
    try:
        status = _status(path)
        if status is None or stat.S_ISREG(status.st_mode):
            _replace(os.path.realpath(path), write, None if status is None else stat.S_IMODE(status.st_mode))
        else:
            with open(path, "wb") as file:
                write(file)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise InputError(f"{printable(os.fspath(path))}: expected a writable file, got: {reason}") from None


def _status(path: str | os.PathLike[str]) -> os.stat_result | None:
    try:
        return os.stat(path)
    except FileNotFoundError:
        return None


def _replace(path: str, write: Callable[[BinaryIO], None], mode: int | None) -> None:
    folder, name = os.path.split(path)
    temporary = os.path.join(folder, f".{name[:100]}.{secrets.token_hex(8)}.tmp")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
