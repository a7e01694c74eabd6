"""The checker reads numbers of 100,000 digits; in these tests it runs inside the test process too."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def long_integers() -> Iterator[None]:
    """CPython's limit lifted for the test, as the checker does for its own process."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    yield
    sys.set_int_max_str_digits(limit)
