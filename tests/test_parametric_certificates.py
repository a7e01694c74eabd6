"""Certificates of parametric games: accepted where true, refused where bent, a mutant for every condition."""
# ruff: noqa: E501, a snippet of the source stays in one piece

import itertools
import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import certigap as cg
from certigap.cli import main
from certigap.errors import InputError
from certigap.model.parametric import parse_parametric_game
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.parametric import certified, grim

CHECKER = load()


@pytest.mark.parametrize(
    ("temptation", "discount", "move"),
    [
        ("3", "g", "1"),
        ("3 + g^3", "g", "1"),
        ("3", "g/2 + 1/4", "1"),
        ("5/2", "9/10", "1 - g/2"),
        ("3/(1 + g)", "g", "1"),
    ],
)
def test_true_sets_are_accepted(temptation: str, discount: str, move: str, tmp_path: Path) -> None:
    data, path, answer = certified(grim(temptation, discount, move), tmp_path)
    assert data["claim"]["holds"] or data["claim"]["fails"]
    assert Bench(CHECKER, path, tmp_path).verdict(data) == "valid"
    rng = random.Random(1)
    for _ in range(30):
        point = Fraction(rng.randint(0, 99), 100)
        game = answer.game.at({"g": point})
        rows = {p: {"trust": {"C": 1}, "grudge": {"D": 1}} for p in "12"}
        policy = cg.Policy.pure(game, {p: {s: next(iter(row)) for s, row in own.items()} for p, own in rows.items()})
        assert (cg.nash_gap(game, policy).value == 0) == (point in answer.holds)


def edited(data: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    copy = json.loads(json.dumps(data))
    *path, last = [int(x) if x.lstrip("-").isdigit() and not x.startswith("p") else x for x in place.split("/")]
    node = copy
    for key in path:
        node = node[str(key)] if isinstance(node, dict) else node[key]
    if isinstance(node, dict):
        node[str(last)] = value
    else:
        node[last] = value
    return dict(copy)


def falsified(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """False claims: segments that reach too far, exchanged sets, values and choices that are none."""
    whole = {"lower": "0", "upper": "1", "lower_open": False, "upper_open": True}
    upper = {"lower": "3/4", "upper": "1", "lower_open": True, "upper_open": True}
    lower = {"lower": "1/4", "upper": "1/3", "lower_open": True, "upper_open": True}
    outside = {"lower": "1", "upper": "2", "lower_open": True, "upper_open": True}
    places, place = data["proof"]["holds"], data["proof"]["fails"]
    for pair in itertools.product(range(2), repeat=2):
        for segment in (whole, lower, outside):
            yield data | {
                "claim": data["claim"] | {"holds": [segment], "fails": []},
                "proof": data["proof"] | {"holds": [list(pair)], "fails": []},
            }
    for one in itertools.product(range(2), range(2)):
        for segment in (whole, upper, outside):
            yield data | {
                "claim": data["claim"] | {"holds": [], "fails": [segment]},
                "proof": data["proof"] | {"holds": [], "fails": [list(one)]},
            }
    del places, place
    false = data | {
        "claim": data["claim"] | {"holds": [lower], "fails": []},
        "proof": data["proof"] | {"holds": [[0, 0]], "fails": []},
    }
    for player in "12":
        for number in (0, 1):
            for value in ([[9], [9]], [[-2], [-1]], [[0], [0]]):
                bent = edited(false, f"proof/pieces/{player}/{number}/num", value)
                yield bent
                yield edited(bent, "proof/values", {p: {"num": value, "den": [-1, 1]} for p in "12"})
    equal = json.loads(json.dumps(false))
    for player in "12":
        own = equal["proof"]["values"][player]
        equal["proof"]["pieces"][player] = [{"choice": [0, 1], **own}, {"choice": [0, 1], **own}]
    yield equal
    raised = json.loads(json.dumps(false))
    raised["claim"] |= {"holds": [], "fails": [upper]}
    raised["proof"] |= {"holds": [], "fails": [[0, 0]]}
    for player in "12":
        raised["proof"]["values"][player] = {"num": [[9], [9]], "den": [-1, 1]}
    yield raised


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("grim")
    data, path, _ = certified(grim("3"), folder)
    return data, path


def test_false_claims_are_refused(world: Any) -> None:
    data, path = world
    bench = Bench(CHECKER, path, path.parent)
    assert bench.verdict(data) == "valid"
    assert "valid" not in {bench.verdict(false) for false in falsified(data)}


MUTANTS = [
    ("parametric", "if self.game.ring.minus(own, self.game.backup(i, s, self.rows(i, s, action), values))[0]:", "if False:"),
    ("parametric", "                if not self.game.holds_on(spare, segment, False):", "                if False:"),
    ("parametric", "            if not game.holds_on(game.ring.negative(shown.gap(i, piece)), segment, False):", "            if False:"),
    ("parametric", "if not shown.is_finite(i, piece, segment) or not game.holds_on(shown.gap(i, piece), segment, True):", "if not shown.is_finite(i, piece, segment):"),
    ("parametric", "            if not self.holds_on(function, region, strict):", "            if False:"),
    ("polynomials", "return left < right and inside(roots, left, right) == 0 and any(value(p, x) > 0 for x in samples)", "return left < right and any(value(p, x) > 0 for x in samples)"),
    ("polynomials", "return left < right and inside(roots, left, right) == 0 and any(value(p, x) > 0 for x in samples)", "return left < right and inside(roots, left, right) == 0"),
]  # fmt: skip


@pytest.mark.parametrize(("home", "old", "new"), MUTANTS, ids=[str(k) for k in range(len(MUTANTS))])
def test_every_weakened_condition_lets_a_false_claim_through(home: str, old: str, new: str, world: Any) -> None:
    data, path = world
    text = source()
    assert text[home].count(old) == 1
    weaker = {"parametric": text["parametric"].replace(old, new), "polynomials": text["polynomials"].replace(old, new)}
    bench = Bench(load(text | {home: weaker[home]}), path, path.parent)
    assert any(bench.verdict(false) == "valid" for false in falsified(data))


def test_a_weakened_parser_reads_another_game(tmp_path: Path) -> None:
    """With its sign lost, a temptation of 3 becomes one of 1: the true certificate of the other game is taken."""
    text = source()
    old = "return self.ring.minus(self.ring.constant(ZERO), result) if negative else result"
    assert text["expressions"].count(old) == 1
    data, path, _ = certified(grim("5 - 4"), tmp_path)
    bench = Bench(CHECKER, path, tmp_path)
    assert bench.verdict(data) == "valid"
    other = load(
        text | {"expressions": text["expressions"].replace('if sign == "+" else self.ring.minus(result, right)', "")}
    )
    assert Bench(other, path, tmp_path).verdict(data) == "invalid"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("claim/holds/0/lower", "0.5"),
        ("claim/holds/0/lower_open", 1),
        ("claim/holds/0/lower", {"root_of": [1, 0, -2], "index": 1, "lower": "-2", "upper": "2"}),
        ("claim/holds/0/lower", {"root_of": [1], "index": 0, "lower": "0", "upper": "1"}),
        ("proof/pieces/1/0/choice", [0]),
        ("proof/pieces/1/0/choice", [0, 7]),
        ("proof/pieces/1/0/den", []),
        ("proof/holds", []),
        ("proof/holds", [[0, 99]]),
        ("claim/extra", 1),
    ],
)
def test_malformed_certificates(place: str, value: Any, world: Any) -> None:
    data, path = world
    assert Bench(CHECKER, path, path.parent).verdict(edited(data, place, value)) == "malformed"


@pytest.mark.parametrize("text", ["", "g +", "h", "1/(g - g)", "g^65", "(" * 60 + "g" + ")" * 60, "2g", "g; g"])
def test_malformed_expressions(text: str, tmp_path: Path) -> None:
    data = grim("3")
    path = tmp_path / "game.json"
    path.write_text(json.dumps(data | {"discount": text}))
    with pytest.raises(CHECKER.Malformed):
        CHECKER.read_game(CHECKER.read_json(str(path)))


def test_expressions_may_be_json_integers(tmp_path: Path) -> None:
    """The package and the checker read the same game, which is another file than its text: the hash differs."""
    data = grim("3")
    for state in data["states"]:
        for outcome in state["outcomes"]:
            outcome["rewards"] = [int(x) for x in outcome["rewards"]]
            outcome["next"] = {name: int(p) for name, p in outcome["next"].items()}
    game, text = (parse_parametric_game(json.dumps(d))[0] for d in (data, grim("3")))
    assert (game.rewards, game.transitions) == (text.rewards, text.transitions)
    path = tmp_path / "game.json"
    path.write_text(json.dumps(data))
    assert CHECKER.rule("game", "parametric")(CHECKER.read_json(str(path))).digest == game.digest != text.digest
    data["discount"] = True
    path.write_text(json.dumps(data))
    with pytest.raises(InputError, match="/discount: expected text, got true"):
        parse_parametric_game(path.read_text())
    with pytest.raises(CHECKER.Malformed, match="expected an expression"):
        CHECKER.rule("game", "parametric")(CHECKER.read_json(str(path)))


def test_claims_and_games_must_be_of_one_kind(world: Any, tmp_path: Path) -> None:
    data, path = world
    plain = cg.games.load("lemma1")
    cg.write_game(plain, tmp_path / "plain.json")
    other = cg.certificate(cg.gaps(plain, cg.games.expert("lemma1"))).to_json()
    assert Bench(CHECKER, tmp_path / "plain.json", tmp_path).verdict(data | {"game": plain.digest}) == "malformed"
    assert Bench(CHECKER, path, path.parent).verdict(other | {"game": data["game"]}) == "malformed"


@given(
    st.lists(st.integers(-4, 4), min_size=1, max_size=5),
    st.fractions(-3, 3, max_denominator=6),
    st.fractions(-3, 3, max_denominator=6),
    st.booleans(),
    st.booleans(),
)
def test_signs_on_segments_are_those_of_their_points(
    coefficients: list[int], a: Fraction, b: Fraction, closed: bool, strict: bool
) -> None:
    low, high = min(a, b), max(a, b)
    if low == high:
        return
    p = CHECKER.trimmed([Fraction(c) for c in coefficients])
    ends = [([-x, Fraction(1)], x, x) for x in (low, high)]
    said = CHECKER.has_sign(p, *ends, (closed, closed), strict)
    inside = [low + (high - low) * Fraction(k, 24) for k in range(0 if closed else 1, 25 if closed else 24)]
    values = [CHECKER.value(p, x) if p else Fraction(0) for x in inside]
    if said:
        assert all(v > 0 for v in values) if strict else all(v >= 0 for v in values)


def test_the_command_writes_a_certificate_and_refuses_what_it_cannot_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, certificate = tmp_path / "grim.json", tmp_path / "x.cert.json"
    path.write_text(json.dumps(grim("3")))
    assert main(["parametric", str(path), "--ask", "equilibrium", "-o", str(certificate)]) == 0
    capsys.readouterr()
    assert Bench(CHECKER, path, tmp_path).verdict(certificate.read_text()) == "valid"
    game = cg.free_discount(cg.games.load("lemma1"))
    with pytest.raises(InputError, match="read from a parametric game file"):
        cg.certificate(cg.parametric_equilibrium(game, cg.games.expert("lemma1"))).to_json()
