"""Certificates over boxes of several parameters: accepted, refused, a mutant a condition; against games at random values."""
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
from certigap.model.files.policy_codec import policy_rows_from_node
from certigap.model.parametric import parse_parametric_game
from certigap.questions.parametric import some_game
from tests.helpers.checker.harness import Bench, load, source
from tests.helpers.parametric import grim

CHECKER = load()
Data = dict[str, Any]

TEMPTED = {
    "format": "certigap-parametric-game", "version": 1, "players": ["1", "2"], "actions": [["C", "D"], ["C", "D"]],
    "parameters": {"y": {"from": "-2", "to": "2"}, "x": {"from": "-2", "to": "2"}},
    "payoffs": [["2", "2"], ["0", "x^2 + y/3"], ["x^2 + y/3", "0"], ["x", "x*y"]], "policy": {"1": {"D": "1"}, "2": {"D": "1"}},
}  # fmt: skip
TRUST = grim("2 + h*h") | {"parameters": {"h": {"from": "0", "to": "2"}, "g": {"from": "0", "to": "1"}}}
FLIPPED = grim("2 + h*h", "(0 - g)/(0 - 2)") | {
    "parameters": {"h": {"from": "0", "to": "2"}, "g": {"from": "0", "to": "2"}}
}
LEVEL = TEMPTED | {"payoffs": [["x", "x"]] * 4}
GAMES = {"tempted": TEMPTED, "trust": TRUST, "flipped": FLIPPED, "level": LEVEL}
QUESTIONS = [
    ("tempted", "dominance"),
    ("tempted", "delta"),
    ("tempted", "equilibrium"),
    ("trust", "equilibrium"),
    ("flipped", "equilibrium"),
    ("level", "dominance"),
    ("level", "delta"),
]


class World:
    """A game, its policy, and a certificate about it."""

    def __init__(self, name: str, ask: str, folder: Path) -> None:
        data = GAMES[name]
        self.path, self.folder, self.ask = folder / "game.json", folder, ask
        self.path.write_text(json.dumps(data))
        self.game, rows = parse_parametric_game(json.dumps(data))
        assert rows is not None
        template = some_game(self.game)
        self.policy = cg.Policy(template, policy_rows_from_node(rows, template))
        self.answer = getattr(cg, f"parametric_{ask}")(self.game, self.policy, resolution=0.1)
        self.data = cg.certificate(self.answer).to_json()

    def verdict(self, data: Data, checker: Any = CHECKER) -> str:
        return Bench(checker, self.path, self.folder).verdict(data)

    def truth(self, point: dict[str, Fraction]) -> bool | None:
        """At one value, in another way; None: no game."""
        try:
            game = self.game.at(point)
        except cg.InputError:
            return None
        policy = cg.Policy(game, self.policy.rows)
        if self.ask == "equilibrium":
            return cg.nash_gap(game, policy).value == 0
        share = Fraction(1) if self.ask == "dominance" else Fraction(1, 10**9)  # of the way to a pure row
        near = [(i, policy.replace(1 - i, [row])) for i in range(2) for row in self._moved(policy, 1 - i, share)]
        return all(cg.gaps(game, moved).player_gaps[i].upper == 0 for i, moved in near)

    @staticmethod
    def _moved(policy: Any, j: int, share: Fraction) -> Iterator[Any]:
        """Rows of a player moved towards each of its actions."""
        row = policy.rows[j][0]
        for b in range(len(row.weights)):
            own = [(1 - share) * Fraction(w, row.denominator) + share * (k == b) for k, w in enumerate(row.weights)]
            yield type(row)(tuple(int(x * 10**9) for x in own), 10**9)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], World]:
    return {key: World(*key, tmp_path_factory.mktemp("-".join(key))) for key in QUESTIONS}


@pytest.mark.parametrize("key", QUESTIONS, ids="-".join)
def test_true_boxes_are_accepted(key: tuple[str, str], worlds: dict[tuple[str, str], World]) -> None:
    world = worlds[key]
    assert world.data["claim"]["holds"] or world.data["claim"]["fails"]
    assert world.verdict(world.data) == "valid"
    rng = random.Random(3)
    for side in ("holds", "fails"):
        for box in rng.sample(world.data["claim"][side], min(8, len(world.data["claim"][side]))):
            point = {
                name: Fraction(a) + (Fraction(b) - Fraction(a)) * Fraction(rng.randint(0, 8), 8)
                for name, (a, b) in box.items()
            }
            assert world.truth(point) in (None, side == "holds")


def falsified(world: World) -> Iterator[Data]:
    """The proofs of true boxes, claimed of boxes around points that refute them."""
    data, rng = world.data, random.Random(1)
    claim, proof = data["claim"], data["proof"]
    ranges = {
        name: [Fraction(end) for end in ends]
        for name, ends in zip(world.game.parameters, world.game.ranges, strict=True)
    }
    boxes = [{name: [str(a), str(b)] for name, (a, b) in ranges.items()}]
    boxes.append({name: ["0", "0"] for name in ranges})
    for _ in range(24):
        point = {name: a + (b - a) * Fraction(rng.randint(0, 16), 16) for name, (a, b) in ranges.items()}
        boxes.append({name: [str(x), str(x)] for name, x in point.items()})
        boxes.append(
            {
                name: [str(max(x - Fraction(1, 4), ranges[name][0])), str(min(x + Fraction(1, 4), ranges[name][1]))]
                for name, x in point.items()
            }
        )
    for box in boxes:
        corners = [
            dict(zip(box, values, strict=True))
            for values in itertools.product(*([Fraction(x) for x in ends] for ends in box.values()))
        ]
        middle = {name: (Fraction(a) + Fraction(b)) / 2 for name, (a, b) in box.items()}
        seen = {world.truth(point) for point in [*corners, middle]}
        places = {json.dumps(place) for place in proof.get("holds", [])}
        if False in seen:
            for place in places or {"null"}:
                more = {"holds": [json.loads(place)]} if "holds" in proof else {}
                yield data | {"claim": claim | {"holds": [box], "fails": []}, "proof": proof | more | {"fails": []}}
        if True in seen:
            shown = {json.dumps(place) for place in proof["fails"]} or {
                '{"player": "1", "action": "D", "better": "C", "others": {"2": "C"}}',
                '{"player": "1", "action": "D", "better": "C", "others": {}}',
            }
            for place in shown:
                more = {"holds": []} if "holds" in proof else {}
                yield data | {
                    "claim": claim | {"holds": [], "fails": [box]},
                    "proof": proof | more | {"fails": [json.loads(place)]},
                }


@pytest.mark.parametrize("key", QUESTIONS, ids="-".join)
def test_false_boxes_are_refused(key: tuple[str, str], worlds: dict[tuple[str, str], World]) -> None:
    tried = list(falsified(worlds[key]))
    assert tried
    assert "valid" not in {worlds[key].verdict(false) for false in tried}


MUTANTS = (
    ("return least > 0 if strict else least >= 0", "return least > 0 if strict else True", ("tempted", "dominance")),
    ("return least > 0 if strict else least >= 0", "return least >= 0", ("tempted", "delta")),
    ("            return not strict\n", "            return True\n", ("level", "delta")),
    ("self.ring.times(*self.ring.minus(self.ring.constant(ONE), self.factor))", "self.ring.minus(self.ring.constant(ONE), self.factor)[0]", ("flipped", "equilibrium")),
    ("        moved[0] += x\n", "        moved[0] += abs(x)\n", ("tempted", "equilibrium")),
    ("    return min(table.values())\n", "    return max(table.values())\n", ("tempted", "delta")),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key"), MUTANTS, ids=[str(k) for k in range(len(MUTANTS))])
def test_every_weakened_condition_lets_a_false_claim_through(
    old: str, new: str, key: tuple[str, str], worlds: dict[tuple[str, str], World]
) -> None:
    text = source()
    assert text["parametric_boxes"].count(old) == 1
    weaker = load(text | {"parametric_boxes": text["parametric_boxes"].replace(old, new)})
    assert any(worlds[key].verdict(false, weaker) == "valid" for false in falsified(worlds[key]))


def test_the_order_of_parameters_in_a_file_means_nothing(tmp_path: Path) -> None:
    world = World("trust", "equilibrium", tmp_path)
    turned = TRUST | {"parameters": dict(reversed(TRUST["parameters"].items()))}
    world.path.write_text(json.dumps(turned))
    assert world.verdict(world.data) == "valid"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("claim/holds", [{"x": ["0", "1"]}]),
        ("claim/holds", [{"x": ["0", "1"], "y": ["1", "0"]}]),
        ("claim/holds", [{"x": ["0", "1"], "y": ["0"]}]),
        ("proof/values", {"1": {"num": [[[1, 0]]], "den": [[1, 0, 0]]}, "2": {"num": [[]], "den": [[1, 0, 0]]}}),
        ("proof/values", {"1": {"num": [[[1, -1, 0]]], "den": [[1, 0, 0]]}, "2": {"num": [[]], "den": [[1, 0, 0]]}}),
        ("proof/values", {"1": {"num": [[]], "den": []}, "2": {"num": [[]], "den": [[1, 0, 0]]}}),
    ],
)
def test_malformed_certificates(place: str, value: Any, worlds: dict[tuple[str, str], World]) -> None:
    world = worlds["tempted", "equilibrium"]
    part, name = place.split("/")
    assert world.verdict(world.data | {part: world.data[part] | {name: value}}) == "malformed"


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.integers(0, 2)), st.integers(-5, 5).filter(bool), min_size=1, max_size=5
    ),
    st.lists(st.fractions(-2, 2, max_denominator=4), min_size=4, max_size=4),
)
def test_no_value_is_below_the_least_coefficient(terms: dict[tuple[int, int], int], ends: list[Fraction]) -> None:
    box = [(min(ends[:2]), max(ends[:2])), (min(ends[2:]), max(ends[2:]))]
    least = CHECKER.least_coefficient({e: Fraction(c) for e, c in terms.items()}, box)
    grid = [[low + (high - low) * Fraction(k, 5) for k in range(6)] for low, high in box]
    assert all(sum(c * x ** e[0] * y ** e[1] for e, c in terms.items()) >= least for x in grid[0] for y in grid[1])


def test_the_command_writes_a_certificate_over_boxes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, file = tmp_path / "game.json", tmp_path / "x.cert.json"
    path.write_text(json.dumps(TEMPTED))
    assert main(["parametric", str(path), "--ask", "dominant", "--resolution", "0.2", "-o", str(file)]) == 0
    assert main(["verify", str(path), str(file)]) == 0
    assert "boxes (where there is a game)" in capsys.readouterr().out
