"""Writing files: JSON text as the standard library writes it, and a file that is written wholly or not at all."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certigap.errors import InputError
from certigap.model.files import atomic
from certigap.model.files.atomic import write_atomically
from certigap.model.files.strict_json import dumps, parse_json

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=4)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=40)
@given(JSON_VALUES, st.booleans())
def test_dumps_writes_what_json_dumps_writes(value: Any, sort_keys: bool) -> None:
    assert dumps(value, sort_keys=sort_keys) == json.dumps(value, separators=(",", ":"), sort_keys=sort_keys)
    assert dumps(value, pretty=True, sort_keys=sort_keys) == json.dumps(value, indent=2, sort_keys=sort_keys)
    assert parse_json(dumps(value)).value == value


@settings(max_examples=40)
@given(JSON_VALUES, st.booleans(), st.booleans())
def test_long_integers_change_nothing_else(value: Any, pretty: bool, sort_keys: bool) -> None:
    long, marker = 10**5000 + 1, 98765432101234567890
    layout: dict[str, Any] = {"indent": 2} if pretty else {"separators": (",", ":")}
    expected = json.dumps({"value": value, "n": [marker]}, sort_keys=sort_keys, **layout)
    text = dumps({"value": value, "n": [long]}, pretty=pretty, sort_keys=sort_keys)
    assert text == expected.replace(str(marker), "1" + "0" * 4999 + "1")
    assert parse_json(text).value == {"value": value, "n": [long]}


@pytest.mark.parametrize("value", [0.5, {"a": [1.0]}, {1: "a"}, {None: 1}, b"x", {"a": {1, 2}}, object()])
def test_dumps_refuses_what_cannot_be_read_back(value: Any) -> None:
    with pytest.raises(TypeError, match="JSON: expected"):
        dumps(value)


def test_dumps_ends_on_values_that_hold_themselves() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(TypeError, match="at most 100 levels"):
        dumps(loop)


def test_writing_replaces_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    before = os.umask(0o027)
    try:
        write_atomically(path, "one")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    write_atomically(path, "zwei é")
    assert (path.read_text("utf-8"), stat.S_IMODE(path.stat().st_mode)) == ("zwei é", 0o604)
    assert list(tmp_path.iterdir()) == [path]


def test_writing_through_a_link_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "link.json").symlink_to("real.json")
    write_atomically(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_what_is_no_regular_file_is_written_to_and_not_replaced() -> None:
    write_atomically(os.devnull, "gone")
    assert not Path(os.devnull).is_file()


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")

    def fail(descriptor: int) -> None:
        raise failure

    monkeypatch.setattr(atomic.os, "fsync", fail)
    expected = KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else InputError
    with pytest.raises(expected):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("none/out.json", "No such file or directory"), (".", "Is a directory"), ("a\0b", "embedded null byte")],
)
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(InputError, match="expected a writable file, got: ") as error:
        write_atomically(f"{tmp_path}/{name}", "text")
    assert str(error.value).endswith(reason)
    assert "\n" not in str(error.value)
