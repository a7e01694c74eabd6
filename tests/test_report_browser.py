"""The page of a certificate in a real browser: no error, no request, the claim's numbers as a reader sees them.

Chromium of the system, driven by playwright. Where there is none the tests skip, with the reason, except in CI:
`.ci/run` installs it there.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from certigap.cli import main
from tests.helpers.checker.harness import HERE
from tests.helpers.peers import peer

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = f"no browser: expected one of {', '.join(NAMES)} on the path (.ci/run installs chromium by apt where it can)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = peer("playwright.sync_api")
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    if program is None:
        pytest.skip(MISSING)
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a worst case of Lemma 1."""
    folder = tmp_path_factory.mktemp("page")
    certificate, game = HERE / "accept" / "lemma1.worst.json", HERE / "games" / "lemma1.json"
    assert main(["report", str(certificate), "--game", str(game), "-o", str(folder / "x.html")]) == 0
    return folder / "x.html"


@pytest.fixture
def opened(browser: Any, report: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page in a window; whatever it complains of, or asks a network for, fails the test."""
    faults: list[str] = []
    page = browser.new_page(**getattr(request, "param", {}))
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda sent: faults.append(sent.url) if sent.url != report.as_uri() else None)
    page.goto(report.as_uri())
    yield page
    page.close()
    assert [fault for fault in faults if not fault.startswith("data:")] == []


def test_the_heading_says_the_claim(opened: Any) -> None:
    claim = json.loads((HERE / "accept" / "lemma1.worst.json").read_text())["claim"]
    found = opened.eval_on_selector_all("h1 data", "all => all.map(one => [one.value, one.innerText])")
    assert [value for value, _ in found] == ["1/10", claim["nash_gap"]["upper"], claim["nash_gap"]["lower"]]
    assert [text for _, text in found] == ["1/10", "1.64957", "0.472279"]  # 1.649567.. up, 0.4722795.. down
    assert opened.inner_text(".badge") == "Valid: every step checked in exact arithmetic"


def test_the_picture_is_in_proportion(opened: Any) -> None:
    """The ends of the interval stand at their numbers: the line goes from 0 to 7/5 of the upper end."""
    rail, below, unknown = opened.eval_on_selector_all(
        "svg.span rect",
        "all => all.map(one => { const box = one.getBoundingClientRect(); return [box.left, box.right] })",
    )
    whole = rail[1] - rail[0]
    assert (unknown[1] - rail[0]) / whole == pytest.approx(5 / 7, abs=1e-3)
    assert (below[1] - rail[0]) / whole == pytest.approx(0.4722795 / 1.649567 * 5 / 7, abs=1e-3)


def test_every_state_has_its_disc_and_its_line(opened: Any) -> None:
    discs = opened.eval_on_selector_all("svg.graph circle title", "all => all.map(one => one.textContent)")
    lines = opened.eval_on_selector_all(".shares tbody tr", "all => all.map(one => one.innerText.split(/\\s+/))")
    assert len(discs) == 3
    assert sum(float(line[2].rstrip("%")) for line in lines) == pytest.approx(100, abs=0.3)
    for _, state, share, time in lines:
        assert f"{state}: {share} of the gap, {time} of the time" in discs


SCHEMES = [{"color_scheme": "light"}, {"color_scheme": "dark"}]


@pytest.mark.parametrize("opened", SCHEMES, indirect=True, ids=["light", "dark"])
def test_text_stands_out_from_its_ground(opened: Any, request: pytest.FixtureRequest) -> None:
    """WCAG 2.1, 1.4.3: a contrast of 4.5 for text."""
    ground = _luminance(opened.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (ground < 0.1) == ("dark" in request.node.name)
    for selector in ("h1", "h1 data", "h1 data.lower", ".badge", ".facts", "td", "figcaption", ".note, footer"):
        ink = _luminance(opened.eval_on_selector(selector, "one => getComputedStyle(one).color"))
        assert (max(ink, ground) + 0.05) / (min(ink, ground) + 0.05) >= 4.5, selector


def _luminance(color: str) -> float:
    """Of `rgb(r, g, b)` (WCAG 2.1, relative luminance)."""
    parts = [int(part) / 255 for part in color.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("opened", [{"viewport": {"width": 360, "height": 700}}], indirect=True, ids=["telephone"])
def test_nothing_sticks_out_of_a_narrow_window(opened: Any) -> None:
    assert opened.evaluate("document.documentElement.scrollWidth") == 360


def test_it_prints(opened: Any) -> None:
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert opened.pdf()[:5] == b"%PDF-"
