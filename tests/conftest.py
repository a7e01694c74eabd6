"""What all tests share: the working folder of the command line's tests, and the checker's long integers."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from certigap.cli import main

pytest.register_assert_rewrite("tests.helpers")

CHECKER = Path(__file__).parent / "checker"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the files of Lemma 1."""
    monkeypatch.chdir(tmp_path)
    assert main(["games", "export", "lemma1", "--set", "discount=9/10"]) == 0
    return tmp_path


@pytest.fixture(autouse=True)
def long_integers(request: pytest.FixtureRequest) -> Iterator[None]:
    """CPython's limit on the digits of an integer's text, lifted in the checker's tests alone.

    The checker reads numbers of 100,000 digits and lifts the limit for its own process; in these tests it runs inside
    the test process too.
    """
    if CHECKER not in request.path.parents:
        yield
        return
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(limit)
