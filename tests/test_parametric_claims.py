"""Certificates of dominance, delta = 0, gap formulas and isolated points: accepted, refused, a mutant a condition."""
# ruff: noqa: E501, a snippet of the source stays in one piece

import itertools
import json
import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import certigap as cg
from certigap.cli import main
from certigap.model.files.policy_codec import policy_rows_from_node
from certigap.model.parametric import parse_parametric_game
from certigap.questions.parametric import some_game
from tests.helpers.checker.harness import Bench, load, source

CHECKER = load()
Data = dict[str, Any]

TEMPTED = [
    ["2", "2"],
    ["0", "x^2"],
    ["x^2", "0"],
    ["x", "x"],
]  # both play D: dominant from sqrt 2, an equilibrium from 0
MIXED = [["x^2", "0"], ["0", "1"], ["0", "1"], ["2", "0"]]  # both halve: an equilibrium at the roots of x^2 = 2 alone
POLE = [["1/x", "1"], ["0", "0"], ["0", "1"], ["-1", "0"]]  # no game at 0; C is dominant above it
LEVEL = [["x", "x"]] * 4  # whatever they play


def normal_form(payoffs: list[list[str]], row: dict[str, str]) -> Data:
    return {
        "format": "certigap-parametric-game", "version": 1, "parameters": {"x": {"from": "-4", "to": "4"}}, "players": ["1", "2"],
        "actions": [["C", "D"], ["C", "D"]], "payoffs": payoffs, "policy": {"1": row, "2": row},
    }  # fmt: skip


GAMES = {
    "tempted": normal_form(TEMPTED, {"D": "1"}),
    "mixed": normal_form(MIXED, {"C": "1/2", "D": "1/2"}),
    "pole": normal_form(POLE, {"C": "1"}),
    "level": normal_form(LEVEL, {"C": "1"}),
}
ASKS = ("equilibrium", "dominance", "delta", "gap")


class World:
    """A game, its policy, and certificates about it."""

    def __init__(self, data: Data, folder: Path) -> None:
        self.path, self.folder = folder / "game.json", folder
        self.path.write_text(json.dumps(data))
        self.game, rows = parse_parametric_game(json.dumps(data))
        assert rows is not None
        template = some_game(self.game)
        self.policy = cg.Policy(template, policy_rows_from_node(rows, template))

    def answer(self, ask: str) -> Any:
        return getattr(cg, f"parametric_{ask}")(self.game, self.policy)

    def certified(self, ask: str) -> Data:
        return cg.certificate(self.answer(ask)).to_json()

    def verdict(self, data: Data, checker: Any = CHECKER) -> str:
        return Bench(checker, self.path, self.folder).verdict(data)

    def truth(self, kind: str, x: Fraction) -> Any:
        """By hand, in Fractions, at one value: whether the statement holds, or NashGap; None: no game."""
        try:
            game = self.game.at({"x": x})
        except cg.InputError:
            return None
        own = [row[0] for row in self.policy.rows]
        pay = {
            joint: [game.reward(i, 2 * joint[0] + joint[1]) for i in range(2)]
            for joint in itertools.product(range(2), repeat=2)
        }
        weights = [[Fraction(w, row.denominator) for w in row.weights] for row in own]

        def gain(i: int, a: int, against: list[Fraction]) -> Fraction:
            """What the other action earns more than `a`"""
            joints = [(a, b) if i == 0 else (b, a) for b in range(2)]
            turned = [(1 - a, b) if i == 0 else (b, 1 - a) for b in range(2)]
            return sum(
                (w * (pay[t][i] - pay[j][i]) for w, j, t in zip(against, joints, turned, strict=True)), Fraction(0)
            )

        played = [(i, a) for i in range(2) for a in range(2) if weights[i][a]]
        corners = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
        if kind == "parametric-dominant":
            return all(gain(i, a, corner) <= 0 for i, a in played for corner in corners)
        if kind == "parametric-delta":  # for two players, on a ray from the policy, payoffs are linear
            small = Fraction(1, 10**9)
            near = [
                [(1 - small) * w + small * c for w, c in zip(weights[1 - i], corner, strict=True)]
                for i in range(2)
                for corner in corners
            ]
            return all(gain(i, a, near[2 * i + k]) <= 0 for i, a in played for k in range(2))
        gaps = [max(Fraction(0), *(weights[i][a] * gain(i, a, weights[1 - i]) for a in range(2))) for i in range(2)]
        return max(gaps) if kind == "parametric-gap" else max(gaps) == 0


def place(end: Any) -> Fraction:
    """An end; a root to within 2^-60 of itself, by halving the interval that isolates it."""
    if isinstance(end, str):
        return Fraction(end)
    low, high = Fraction(end["lower"]), Fraction(end["upper"])

    def sign(x: Fraction) -> bool:
        return sum(c * x**k for k, c in enumerate(reversed(end["root_of"]))) > 0

    while high - low > Fraction(1, 2**60):
        middle = (low + high) / 2
        low, high = (middle, high) if sign(middle) == sign(low) else (low, middle)
    return (low + high) / 2


def points(segment: Data) -> Iterator[Fraction]:
    """Rational values of a segment: its ends, and some between; none of a point that is no rational."""
    low, high = place(segment["lower"]), place(segment["upper"])
    if high - low > Fraction(1, 2**50):
        yield from (low + (high - low) * Fraction(k, 16) for k in range(1, 16))
    for side in ("lower", "upper"):
        if isinstance(segment[side], str) and not segment[f"{side}_open"]:
            yield Fraction(segment[side])


def is_false(world: World, data: Data) -> bool:
    """Some value of a segment refutes the claim."""
    claim, kind = data["claim"], data["claim"]["kind"]
    if kind == "parametric-gap":
        for entry in claim["nash_gap"]:
            for x in points(entry["on"]):
                top, bottom = (sum(c * x**k for k, c in enumerate(entry[side])) for side in ("num", "den"))
                if bottom == 0 or world.truth(kind, x) != Fraction(top, bottom):
                    return True
        return False
    said = [(x, side == "holds") for side in ("holds", "fails") for segment in claim[side] for x in points(segment)]
    return any(world.truth(kind, x) is not wanted for x, wanted in said)


@pytest.fixture(scope="module", params=GAMES)
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(GAMES[request.param], tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize("ask", ASKS)
def test_true_sets_and_formulas_are_accepted(ask: str, world: World) -> None:
    data, answer = world.certified(ask), world.answer(ask)
    assert world.verdict(data) == "valid"
    assert not is_false(world, data)
    rng, kind = random.Random(ask), data["claim"]["kind"]
    for x in (Fraction(rng.randint(-400, 400), 100) for _ in range(60)):
        found = world.truth(kind, x)
        if ask == "gap":
            pieces = [piece for piece in answer.nash_gap if x in piece.where]
            assert (found is None) == (not pieces)
            assert all(world_value(piece.values[0], x) == found for piece in pieces)
        else:
            assert (x in answer.holds, x in answer.fails) == (found is True, found is False)


def world_value(function: Any, x: Fraction) -> Fraction:
    top, bottom = (
        sum(Fraction(int(c.numerator), int(c.denominator)) * x ** e[0] for e, c in p.terms())
        for p in (function.numer, function.denom)
    )
    return Fraction(top) / bottom


def test_an_isolated_algebraic_point_is_claimed(tmp_path: Path) -> None:
    world = World(GAMES["mixed"], tmp_path)
    data = world.certified("equilibrium")
    assert [segment["lower"] == segment["upper"] for segment in data["claim"]["holds"]] == [True, True]
    assert data["claim"]["holds"][0]["lower"]["root_of"] == [1, 0, -2]
    other = json.loads(json.dumps(data))
    other["claim"]["holds"][0] |= {"lower": "7/5", "upper": "7/5"}
    assert is_false(world, other)
    assert world.verdict(other) == "invalid"


def segment(lower: str, upper: str, lower_open: bool = False, upper_open: bool = False) -> Data:
    return {"lower": lower, "upper": upper, "lower_open": lower_open, "upper_open": upper_open}


def shown(player: str, action: str, better: str, **others: str) -> Data:
    return {"player": player, "action": action, "better": better, "others": {k[1:]: v for k, v in others.items()}}


WHOLE, MIDDLE, TOP, TIE = segment("-4", "4"), segment("-1", "1"), segment("2", "3"), segment("0", "0")
POINT, LOW = segment("1", "1"), segment("-2", "-1")


def falsified(world: World, ask: str) -> Iterator[Data]:
    """Claims that some value refutes, each with the best proof one might write."""
    data = world.certified(ask)
    claim, proof = data["claim"], data["proof"]
    if ask == "gap":
        for entry, own in zip(claim["nash_gap"], proof["nash_gap"], strict=True):
            for on in (WHOLE, MIDDLE, TOP, TIE):
                for k in range(2):
                    for places in itertools.product(*(range(len(proof["pieces"][p])) for p in "12")):
                        for formula in (
                            {},
                            {"num": [0]},
                            {"num": [0, 2], "den": [0, 1]},
                            {"num": [100]},
                            {"num": [0, 0, 1], "den": [1]},
                            {"num": [0, 0, -1], "den": [0, 1]},
                        ):
                            yield data | {
                                "claim": claim | {"nash_gap": [entry | {"on": on} | formula]},
                                "proof": proof | {"nash_gap": [own | {"player": "12"[k], "pieces": list(places)}]},
                            }
        return
    for on in (WHOLE, MIDDLE, LOW, TOP, TIE, POINT):
        if ask == "equilibrium":
            for places in itertools.product(*(range(len(proof["pieces"][p])) for p in "12")):
                yield data | {
                    "claim": claim | {"holds": [on], "fails": []},
                    "proof": proof | {"holds": [list(places)], "fails": []},
                }
            for place in itertools.product(range(2), range(len(proof["pieces"]["1"]))):
                yield data | {
                    "claim": claim | {"holds": [], "fails": [on]},
                    "proof": proof | {"holds": [], "fails": [list(place)]},
                }
            continue
        yield data | {"claim": claim | {"holds": [on], "fails": []}, "proof": {"fails": []}}
        for i, (a, b) in itertools.product("12", ("CD", "DC")):
            other = "2" if i == "1" else "1"
            for others in ({}, {f"p{other}": "C"}, {f"p{other}": "D"}):
                yield data | {
                    "claim": claim | {"holds": [], "fails": [on]},
                    "proof": {"fails": [shown(i, a, b, **others)]},
                }


@pytest.mark.parametrize("ask", ASKS)
def test_false_claims_are_refused(ask: str, world: World) -> None:
    tried = [false for false in falsified(world, ask) if is_false(world, false)]
    assert tried
    assert "valid" not in {world.verdict(false) for false in tried}


MUTANTS = (
    ("parametric_sets", "            if not judge.holds(pair, region):", "            if False:", "tempted", "dominance"),
    ("parametric_sets", "        if not judge.fails(shown, region):", "        if False:", "tempted", "dominance"),
    ("parametric_sets", "return all(self.loses(pair, rows, region, False) for rows in self.profiles(pair[0]))", "return any(self.loses(pair, rows, region, False) for rows in self.profiles(pair[0]))", "tempted", "dominance"),
    ("parametric_sets", "        return self.game.holds_on(self.gain(pair, rows), region, True)", "        return self.game.holds_on(self.gain(pair, rows), region, False)", "level", "dominance"),
    ("parametric_sets", "        if not self.rows[i][a] or a == b:", "        if False:", "tempted", "dominance"),
    ("parametric_sets", "return self.loses(pair, self.rows, region, True) or", "return self.loses(pair, self.rows, region, False) or", "tempted", "delta"),
    ("parametric_sets", "            return self.gains(pair, self.rows, region)", "            return self.game.holds_on(self.gain(pair, self.rows), region, False)", "level", "delta"),
    ("parametric_sets", "return is_tied and self.gains(pair", "return self.gains(pair", "tempted", "delta"),
    ("parametric_sets", "        game.check_on(region, node.where)\n        for pair", "        for pair", "pole", "dominance"),
    ("parametric_sets", "            if excess[0] if i == largest else not game.holds_on(excess, segment, False):", "            if i != largest and not game.holds_on(excess, segment, False):", "tempted", "gap"),
    ("parametric_sets", "            shown.check_best(i, piece, segment, node.where)\n", "", "mixed", "gap"),
    ("parametric_sets", "        if not game.holds_on((game.ring.times(formula[1], formula[1]), game.ring.number(ONE)), segment, True):", "        if False:", "tempted", "gap"),
    ("parametric", "            if not game.holds_on(game.ring.negative(shown.gap(i, piece)), segment, False):", "            if False:", "tempted", "equilibrium"),
    ("polynomials", "    return is_alone(simple(p), end) and value(p, end[1]) > 0", "    return True", "tempted", "equilibrium"),
    ("polynomials", "    if is_root(p, end):\n        return not strict\n    return is_alone", "    if is_root(p, end):\n        return True\n    return is_alone", "tempted", "equilibrium"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("home", "old", "new", "name", "ask"), MUTANTS, ids=[f"{k}-{m[0]}" for k, m in enumerate(MUTANTS)]
)
def test_every_weakened_condition_lets_a_false_claim_through(
    home: str, old: str, new: str, name: str, ask: str, tmp_path: Path
) -> None:
    world, text = World(GAMES[name], tmp_path), source()
    assert text[home].count(old) == 1
    weaker = load(text | {home: text[home].replace(old, new)})
    assert any(world.verdict(false, weaker) == "valid" for false in falsified(world, ask) if is_false(world, false))


def test_the_largest_gap_is_that_of_the_player_who_gains_most(tmp_path: Path) -> None:
    """The smaller of two gaps is no NashGap, though a player has it."""
    world = World(normal_form([["0", "0"], ["0", "3"], ["x^2 + 1", "0"], ["0", "0"]], {"C": "1"}), tmp_path)
    data = world.certified("gap")
    old = " else not game.holds_on(excess, segment, False):"
    text = source()
    assert text["parametric_sets"].count(old) == 1
    weaker = load(text | {"parametric_sets": text["parametric_sets"].replace(old, " else False:")})
    top = segment("2", "3")
    false = data | {
        "claim": data["claim"] | {"nash_gap": [{"on": top, "num": [3], "den": [1]}]},
        "proof": data["proof"] | {"nash_gap": [{"player": "2", "pieces": [0, 0]}]},
    }
    assert is_false(world, false)
    assert world.verdict(false) == "invalid"
    assert world.verdict(false, weaker) == "valid"


@pytest.mark.parametrize(
    ("ask", "part", "value"),
    [
        ("dominance", "fails", []),
        ("dominance", "fails", [shown("1", "D", "D")] * 2),
        ("dominance", "fails", [shown("3", "D", "C")] * 2),
        ("dominance", "fails", [shown("1", "D", "C", p1="C")] * 2),
        ("delta", "extra", 1),
        ("gap", "nash_gap", []),
        ("gap", "nash_gap", [{"player": "1", "pieces": [0]}] * 2),
        ("gap", "nash_gap", [{"player": "1", "pieces": [0, 9]}] * 2),
    ],
)
def test_malformed_proofs(ask: str, part: str, value: Any, tmp_path: Path) -> None:
    world = World(GAMES["tempted"], tmp_path)
    data = world.certified(ask)
    assert world.verdict(data | {"proof": data["proof"] | {part: value}}) == "malformed"


@pytest.mark.parametrize("ask", ["gap", "dominant", "delta"])
def test_the_command_writes_certificates_of_every_question(
    ask: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world, file = World(GAMES["tempted"], tmp_path), tmp_path / "x.cert.json"
    assert main(["parametric", str(world.path), "--ask", ask, "-o", str(file)]) == 0
    capsys.readouterr()
    assert main(["verify", str(world.path), str(file)]) == 0
    assert "valid" in capsys.readouterr().out
