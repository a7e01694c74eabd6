"""The page of a certificate: its numbers are the claim's, names are escaped, it loads nothing, refusals say nothing."""

import json
import shutil
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

import certigap as cg
from certigap.certificates.assertions import quantities_of
from certigap.certificates.verify import verify_files
from certigap.cli import main
from certigap.exact.interval import Interval
from certigap.report.page.curves import frontier_of
from certigap.report.page.markup import Html, element
from certigap.report.page.spans import Mark, span_picture
from tests.helpers.checker.harness import HERE, cases, game_file
from tests.helpers.command_line import fails, run_json
from tests.helpers.small_games import two_states


def _first_of_each() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in cases("accept"):
        if path.suffix == ".json" and not path.name.startswith(("game.", "policy.")):
            found.setdefault(json.loads(path.read_text())["claim"]["kind"], path)
    return found


ONE_OF_EACH = _first_of_each()
"""Of every kind of claim a certificate that the checker accepts."""


class Page(HTMLParser):
    """What a browser would make of a page: tags with attributes, `<data>` numbers by section, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "style":
            self.text += data

    @property
    def numbers(self) -> list[str]:
        return [str(given["value"]) for tag, given in self.tags if tag == "data"]


def page_of(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lemma 1 with a worst case that the checker accepts."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(HERE / "games" / "lemma1.json", "lemma1.game.json")
    shutil.copy(HERE / "accept" / "lemma1.worst.json", "x.cert.json")
    return tmp_path


def _expert() -> cg.Policy:
    return cg.read_policy("lemma1.expert.json", cg.read_game("lemma1.game.json"))


def test_the_ends_of_a_worst_case_are_the_claims(certified: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_json(capsys, "report", "x.cert.json", "-o", "x.html")["results"][0]["verdict"] == "valid"
    page = page_of(certified / "x.html")
    claim = json.loads((certified / "x.cert.json").read_text())["claim"]
    assert page.numbers[:3] == ["1/10", claim["nash_gap"]["upper"], claim["nash_gap"]["lower"]]
    assert "10" in page.numbers  # the trivial bound: rewards from -1 to 1, discount 4/5
    assert "from the game alone" in page.text
    assert "Valid: every step checked in exact arithmetic" in page.text
    (verdict,) = verify_files("lemma1.game.json", ["x.cert.json"], ["--rules"])
    assert verdict.rules is not None
    assert f"rests on {sum(verdict.rules.values()):,} lines of the checker in {len(verdict.rules)} files" in page.text
    assert all(f"{name} {lines}" in page.text for name, lines in verdict.rules.items())


def test_the_bars_of_the_witness_are_its_probabilities(certified: Path) -> None:
    assert main(["report", "x.cert.json", "-o", "x.html"]) == 0
    witness = json.loads((certified / "x.cert.json").read_text())["proof"]["witness"]["policy"]
    titles = {given.get("title") for tag, given in page_of(certified / "x.html").tags if tag == "span"}
    moved = [(a, Fraction(p)) for rows in witness.values() for row in rows.values() for a, p in row.items()]
    others = {(name, value) for name, value in moved if value not in (0, 1)}
    assert others
    for name, value in others:
        assert any(
            title and title.startswith(f"{name}: ") and f"witness {float(value):.6g}" in title for title in titles
        )


def test_a_page_loads_nothing(certified: Path) -> None:
    assert main(["report", "x.cert.json", "-o", "x.html"]) == 0
    page = page_of(certified / "x.html")
    assert {tag for tag, _ in page.tags} & {"script", "img", "iframe", "object", "embed", "audio", "video"} == set()
    links = [given for _, given in page.tags if {"src", "href", "srcset", "action", "data"} & set(given)]
    assert [str(given["href"])[:5] for given in links] == ["data:"]
    assert "url(" not in (certified / "x.html").read_text()
    assert "@import" not in (certified / "x.html").read_text()
    assert page.tags[[tag for tag, _ in page.tags].index("meta") + 3][1]["content"].startswith("default-src 'none'")


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u202e"


@pytest.mark.parametrize("states", [1, 2])
def test_names_of_strangers_are_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, states: int) -> None:
    monkeypatch.chdir(tmp_path)
    names = [f"{EVIL}{k}" for k in range(2)]
    rows = {"players": names, "actions": [names] * 2}

    def moved(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        return [int(joint[0] == joint[1]), int(joint[0] != joint[1])], {joint[0]: 1}

    game = cg.bimatrix([[1, 0], [0, 1]], [[0, 1], [1, 0]], **rows, name=EVIL)
    if states == 2:
        game = two_states(
            players=names, states=names, actions=[names] * 2, name=EVIL, initial={names[0]: 1}, outcome=moved
        )
    cg.write_game(game, "e.game.json")
    answer = cg.worst_case(game, cg.Policy.uniform(game), "1/5", budget=1)
    cg.certificate(answer).write("e.cert.json")
    data = json.loads(Path("e.cert.json").read_text())
    data["provenance"] = {EVIL: EVIL, "bounds": {EVIL: EVIL, "delta": EVIL}, "upper_bound": EVIL}
    Path("e.cert.json").write_text(json.dumps(data))
    cg.certificate(cg.gaps(game, cg.Policy.uniform(game))).write("g.cert.json")
    assert main(["report", "e.cert.json", "g.cert.json", "-o", "e.html"]) == 0
    page = page_of(tmp_path / "e.html")
    assert {tag for tag, _ in page.tags} & {"script", "img"} == set()
    assert not [given for _, given in page.tags if "onerror" in given or "src" in given]
    assert "<script>alert(1)</script>" in page.text
    assert "\u202e" not in (tmp_path / "e.html").read_text()  # it would turn the text around it


@pytest.mark.parametrize("kind", ONE_OF_EACH)
def test_every_kind_of_claim_has_a_page(kind: str, tmp_path: Path) -> None:
    path = ONE_OF_EACH[kind]
    assert main(["report", str(path), "--game", str(game_file(path)), "-o", str(tmp_path / "k.html")]) == 0
    page = page_of(tmp_path / "k.html")
    claim = json.loads(path.read_text())["claim"]
    assert page.text.count("valid: ") == 1
    claimed = [value for name, sides in quantities_of(claim).items() if name != "radius" for value in sides.values()]
    for value in claimed:
        assert value == "infinity" or value in page.numbers or len(value) > 1000


def test_a_refused_certificate_says_nothing_of_its_claim(certified: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads((certified / "x.cert.json").read_text())
    data["claim"]["nash_gap"]["upper"] = "1/1000000"
    data["claim"]["nash_gap"]["lower"] = "0"
    (certified / "x.cert.json").write_text(json.dumps(data))
    assert run_json(capsys, "report", "x.cert.json", "-o", "x.html", code=1)["results"][0]["verdict"] == "invalid"
    page = page_of(certified / "x.html")
    assert page.numbers == []
    assert "Nothing is proven" in page.text
    assert "Refused: the proof does not hold" in page.text
    assert "svg" not in {tag for tag, _ in page.tags}


def test_what_the_checker_finds_malformed_is_refused_on_the_page(certified: Path) -> None:
    data = json.loads((certified / "x.cert.json").read_text())
    data["proof"]["witness"]["policy"] = 7
    (certified / "x.cert.json").write_text(json.dumps(data))
    assert main(["report", "x.cert.json", "-o", "x.html"]) == 2
    assert "Refused: not a certificate" in page_of(certified / "x.html").text


def test_gaps_of_lemma_1(folder: Path) -> None:
    """The learner's gap is (5/3)/(1-g) = 50/3, its errors are 2, 0, 2 (Lemma 1)."""
    game = cg.read_game("lemma1.game.json")
    learner = cg.read_policy("lemma1.learner.json", game)
    cg.certificate(cg.gaps(game, learner)).write("gap.cert.json")
    cg.certificate(cg.gaps(game, _expert()), "equilibrium").write("eta.cert.json")
    cg.certificate(cg.matching_errors(game, _expert(), learner)).write("err.cert.json")
    expected = {
        "gap": ("Some player gains 50/3 by deviating from this policy, and none gains more.", ["50/3"] * 5),
        "eta": ("This policy is a Nash equilibrium: no player gains anything by deviating.", ["0"]),
        "err": (
            "by \u03b5-BC = 2, \u03b5-\u03c1 = 2, \u03b5-\u03bc = 0; its value gap is = 50/3",
            ["2", "2", "0", "50/3"],
        ),
    }
    for name, (words, numbers) in expected.items():
        assert main(["report", f"{name}.cert.json", "-o", f"{name}.html"]) == 0
        page = page_of(folder / f"{name}.html")
        assert words in page.text
        assert page.numbers[: len(numbers)] == numbers
        assert ("circle" in {tag for tag, _ in page.tags}) == (name == "gap")


def test_several_radii_draw_a_frontier_that_never_falls(folder: Path) -> None:
    words = ["frontier", "lemma1.game.json", "--expert", "lemma1.expert.json", "--eps-max", "3/10", "--points", "3"]
    assert main([*words, "--budget", "1", "--certificates", "certs"]) == 0
    names = [f"certs/bc-{eps}.cert.json" for eps in ("1-10", "1-5", "3-10")]
    assert sorted(folder.glob("certs/*")) == sorted(folder / name for name in names)
    assert main(["report", *names, "--game", "lemma1.game.json", "-o", "f.html"]) == 0
    page = page_of(folder / "f.html")
    assert "3 of 3 certificates accepted" in page.text
    lower, upper = ([Fraction(text) for text in page.numbers[k:6:2]] for k in (0, 1))
    assert lower == sorted(lower)
    assert upper == sorted(upper)
    assert all(one <= other for one, other in zip(lower, upper, strict=True))
    assert sum(tag == "path" and given.get("class") == "between" for tag, given in page.tags) == 1


def test_ends_serve_other_radii() -> None:
    """At 1/10 nothing below 7 is proven, at 1/5 at most 5: so W(1/10) <= 5; a lower end of 2 at 1/10 holds at 1/5."""
    from dataclasses import dataclass
    from typing import Any

    @dataclass
    class Stub:
        claim: dict[str, Any]
        quantities: dict[str, Interval]
        kind: str = "worst-case"

        @property
        def verdict(self) -> Any:
            return type("Valid", (), {"is_valid": True})

    def stub(radius: str, lower: int, upper: int) -> Any:
        claim = {"measure": "bc", "expert": {}, "radius": radius}
        return Stub(claim, {"nash_gap": Interval(Fraction(lower), Fraction(upper))})

    points = frontier_of([stub("1/5", 1, 5), stub("1/10", 2, 7)])
    assert points == [
        (Fraction(1, 10), Interval(Fraction(2), Fraction(5))),
        (Fraction(1, 5), Interval(Fraction(2), Fraction(5))),
    ]
    assert frontier_of([stub("1/5", 1, 5)]) == []


@pytest.mark.parametrize("scale", [Fraction(1, 10**15), 1, 10**15])
def test_pictures_keep_their_shape_at_every_scale(scale: Fraction) -> None:
    """Places on the line are those of the unscaled game; no label leaves the picture."""
    interval = Interval(3 * Fraction(scale), 4 * Fraction(scale))
    text = span_picture(interval, [Mark("trivial", 5 * Fraction(scale))], Fraction(scale), "x")
    tags = Page(text).tags
    widths = [float(str(given["width"])) for tag, given in tags if tag == "rect"]
    assert widths == pytest.approx([672, 360, 120])
    assert all(0 <= float(str(given["x"])) <= 720 for tag, given in tags if tag == "text")


def test_text_is_escaped_once_and_html_never() -> None:
    assert element("p", "<", element("i", "&"), title='"') == '<p title="&quot;">&lt;<i>&amp;</i></p>'
    assert element("p", Html("<br>")) == "<p><br></p>"


def test_refusals(certified: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "expected a file called .html, got x.pdf" in fails(capsys, "report", "x.cert.json", "-o", "x.pdf")
    cg.write_game(cg.games.load("tag"), "other.json")
    assert "expected --game with the hash" in fails(
        capsys, "report", "x.cert.json", "--game", "other.json", "-o", "x.html"
    )
    assert "other than the inputs" in fails(capsys, "report", "x.cert.json", "-o", "x.cert.json")
    assert not (certified / "x.html").exists()
