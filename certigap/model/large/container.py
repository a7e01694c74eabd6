"""The container of array files: an uncompressed `.npz` of plain integers, written and read in one pass (FORMAT 16).

Every member is `NAME.npy` with little-endian integers in C order; `header` holds strict JSON as bytes. Nothing is
unpickled: the type and the shape of every member are read, and compared with what the format allows, before its data.
"""

import os
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError
from certigap.model.files.atomic import stream_atomically
from certigap.model.files.game_codec import check_header
from certigap.model.files.json_node import Node, printable
from certigap.model.files.json_write import dumps
from certigap.model.files.strict_json import parse_json

__all__ = ["MAX_BYTES", "is_array_file", "read_container", "read_header", "write_container"]

MAX_BYTES = 2**36  # of a container: 64 GiB
_HEADER_BYTES = 2**20
_NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?s:..)\{'descr': '([<|][iu][1248])', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n"
)
_UNREADABLE = (OSError, zipfile.BadZipFile, ValueError, RuntimeError)
_LOCAL = 30  # bytes of a zip member's own head, before its name and its extra field
_Arrays = Mapping[str, npt.NDArray[Any]]


def is_array_file(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a zip archive, from its first byte, with a `header`: array games, policies, certificates."""
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            file.seek(0)
            return file.read(4) == b"PK\x03\x04" and "header.npy" in archive.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def write_container(path: str | os.PathLike[str], header: Mapping[str, Any], arrays: _Arrays) -> None:
    """Write a container, wholly or not at all; no copy of the arrays is made.

    Raises:
        InputError: the file cannot be written.
    """
    text = np.frombuffer(dumps(header, sort_keys=True).encode(), dtype=np.uint8)

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, array in {"header": text, **arrays}.items():
                member = zipfile.ZipInfo(f"{name}.npy")
                with archive.open(member, "w", force_zip64=True) as stream:
                    np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(array))
                    stream.write(array.reshape(-1).view(np.uint8).data)

    stream_atomically(path, write)


def read_container(
    path: str | os.PathLike[str], types: Mapping[str, str], kind: str | None = None
) -> tuple[Node, dict[str, npt.NDArray[Any]]]:
    """The header and the arrays of a container.

    Args:
        path: the file.
        kind: what the header must say that the file is, looked at before the other members.
        types: a pattern for the names of members -> their type, such as "<i4" (the header need not be named).

    Raises:
        InputError: not such a file; members of other names or types.
    """
    where = printable(os.fspath(path))
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if os.fstat(file.fileno()).st_size > MAX_BYTES:
                raise InputError(f"{where}: expected at most {MAX_BYTES} bytes")
            if len({member.filename for member in members}) < len(members):
                raise InputError(f"{where}: expected distinct members, got one twice")
            header = _header(file, members, where, kind)
            arrays = {m.filename.removesuffix(".npy"): _member(file, m, where, types) for m in members}
    except InputError:
        raise
    except _UNREADABLE as error:
        raise _unreadable(where, error) from None
    return header, {name: array for name, array in arrays.items() if name != "header"}


def read_header(path: str | os.PathLike[str], kind: str) -> Node:
    """The header of a container, whose other members are not looked at.

    Raises:
        InputError: not such a file, or the header says that it is of another kind.
    """
    where = printable(os.fspath(path))
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            return _header(file, archive.infolist(), where, kind)
    except InputError:
        raise
    except _UNREADABLE as error:
        raise _unreadable(where, error) from None


def _unreadable(where: str, error: Exception) -> InputError:
    said = getattr(error, "strerror", None) or str(error)[:100]
    return InputError(f"{where}: expected a readable array file, got: {said}")


def _header(file: BinaryIO, members: Sequence[zipfile.ZipInfo], where: str, kind: str | None) -> Node:
    member = next((member for member in members if member.filename == "header.npy"), None)
    if member is None:
        raise InputError(f"{where}: expected the member header, got none")
    try:
        text = _member(file, member, where, {}).tobytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: header: expected UTF-8, got another byte at {error.start}") from None
    header = parse_json(text, where)
    if kind is not None:
        check_header(header, kind)
    return header


def _member(file: BinaryIO, member: zipfile.ZipInfo, where: str, types: Mapping[str, str]) -> npt.NDArray[Any]:
    """One member, read into fresh memory; its checksum is left to the hash of the content."""
    name = member.filename.removesuffix(".npy")
    wanted = "|u1" if name == "header" else next((t for key, t in types.items() if re.fullmatch(key, name)), None)
    if wanted is None or not member.filename.endswith(".npy"):
        raise InputError(f"{where}: expected no member {printable(member.filename)[:60]!r}")
    if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
        raise InputError(f"{where}: {name}: expected a member that is neither compressed nor encrypted")
    file.seek(member.header_offset)
    head = file.read(_LOCAL)
    if len(head) != _LOCAL or head[:4] != b"PK\x03\x04":
        raise InputError(f"{where}: {name}: expected a zip member, got other bytes")
    begin = (
        member.header_offset + _LOCAL + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    )
    file.seek(begin)
    found = _NPY.match(file.read(min(member.file_size, 1024)))
    if found is None or found[1].decode() != wanted:
        raise InputError(f"{where}: {name}: expected an array of {wanted} in C order, version 1.0")
    shape = tuple(int(part) for part in found[2].decode().replace(" ", "").split(",") if part)
    dtype, count = np.dtype(wanted), 1
    for size in shape:
        count *= size
    if found.end() + count * dtype.itemsize != member.file_size:
        raise InputError(f"{where}: {name}: expected {shape} numbers of {wanted}, got {member.file_size} bytes")
    if name == "header" and count > _HEADER_BYTES:
        raise InputError(f"{where}: header: expected at most {_HEADER_BYTES} bytes, got {count}")
    file.seek(begin + found.end())
    array = np.fromfile(file, dtype=dtype, count=count)
    if len(array) != count:
        raise InputError(f"{where}: {name}: expected {count} numbers, got {len(array)}")
    return array.reshape(shape)
