"""The registry of named bounds: the table, the documents, the certificates and the checker speak of the same ones."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.bound import Bound, Rule, Theorem, Turn
from certigap.bounds.center import Center
from certigap.bounds.dse import dse_bound
from certigap.bounds.registry import BOUNDS, NAMES
from certigap.bounds.table import BoundsTable, bounds_table, in_turn
from certigap.certificates import certificate, verify
from certigap.commands.answers import certify_text
from certigap.errors import InputError
from certigap.exact.interval import Interval
from certigap.model import catalog
from certigap.model.build import bimatrix
from certigap.model.policy import Policy
from certigap.questions.theorem_instance import THEOREMS
from certigap.questions.worst_case.balls import balls_around
from certigap.questions.worst_case.question import worst_case
from certigap.work.deadline import Deadline
from tests.helpers.random_games import games_with_experts

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
FORMAT = (ROOT / "proofs" / "FORMAT.md").read_text()
CONTRACT = ("trivial", "dse", "delta", "value_form", "concentrability", "region", "occupancy", "modes", "vertices")
EPS = Fraction(1, 10)


def test_names_are_those_of_the_contract() -> None:
    assert NAMES == CONTRACT
    assert tuple(BoundsTable.of().bounds) == NAMES
    assert in_turn()[0].name == "trivial"


def test_readme_lists_them_in_order() -> None:
    listed = README[README.index("The upper end is the smallest of the named bounds") :].split("\n\n")[1]
    assert tuple(re.findall(r"^- `(\w+)`:", listed, re.MULTILINE)) == NAMES


def test_format_says_how_each_is_proved() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ?(.*?) ?\|$", FORMAT[FORMAT.index("| bound |") :].split("\n\n")[0], re.MULTILINE)
    said = {name: tuple(x for x in re.findall(r"`([\w-]+)`", text) if x != "theorem") for name, text in rows}
    assert said == {rule.name: rule.written for rule in BOUNDS}
    theorems = set(
        re.findall(r"^\d+\. `([\w-]+)`", FORMAT[FORMAT.index("## 8.") : FORMAT.index("## 9.")], re.MULTILINE)
    )
    assert {x for rule in BOUNDS for x in rule.written} - {"cover", "occupancy"} == theorems - {"value-gap"}
    assert set(THEOREMS) <= theorems


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize("name", ["algorithm1", "lemma1", "random"])
def test_every_bound_that_holds_is_accepted_and_every_other_says_why(
    measure: Measure, name: str, tmp_path: Path
) -> None:
    (other, its_expert), *_ = games_with_experts(1, seed=3)
    game, expert = (other, its_expert) if name == "random" else (catalog.load(name), catalog.expert(name))
    answer = balls_around(game, expert, measure).answer(EPS, Deadline(0))
    table = bounds_table(Center(expert), ErrorBall(expert, measure, EPS))
    written = {rule.name: set(rule.written) for rule in BOUNDS}
    assert set(table.bounds) == set(NAMES)
    for bound in table.bounds.values():
        if bound.value is None or bound.evidence is None:
            assert bound.value is None
            assert bound.why == table.why[bound.name]
            assert len(bound.why) > 10
            continue
        proof = bound.evidence.to_json()
        (key,) = proof
        assert (proof[key]["name"] if key == "theorem" else key) in written[bound.name]
        claim = certificate(answer).claim | {"nash_gap": Interval(None, bound.value).to_json()}
        path = tmp_path / f"{bound.name}.json"
        data = certificate(answer).to_json() | {"claim": claim, "proof": proof}
        path.write_text(json.dumps(data | {"end": data.pop("end")}))
        assert verify(game, path)[0].verdict == "valid", bound.name


def test_why_names_what_refutes_the_hypothesis() -> None:
    """Matching pennies has no dominant strategy: the other side's coin decides which is better."""
    game = bimatrix([[1, -1], [-1, 1]], actions=[["H", "T"], ["h", "t"]])
    center = Center(Policy.from_rows(game, [["1/2", "1/2"]] * 2))
    why = bounds_table(center, ErrorBall(center.expert, Measure.BC, EPS)).why
    assert why["dse"] == (
        "expected a dominant expert, got player 1: T is not shown to be as good as H against T, h; "
        "refuted: it gains 1 by deviating against a pure policy of the others"
    )
    assert why["occupancy"].startswith("with fewer than")


def test_the_table_keeps_the_smallest_and_prefers_what_is_attained() -> None:
    game = bimatrix([[0]])
    loose, tight = (Bound(name, Fraction(value), Theorem(name)) for name, value in (("trivial", 3), ("region", 2)))
    same = Bound("vertices", Fraction(2), Theorem("vertices"), witness=Policy.pure(game))
    assert BoundsTable.of(loose).joined(tight).smallest is tight
    assert BoundsTable.of(loose, tight, same).smallest is same
    assert BoundsTable.of(loose, tight).upper == 2


def test_a_rule_that_is_awaited_says_so() -> None:
    center = Center(Policy.pure(bimatrix([[0]])))
    rule = Rule.awaited("later")
    found = rule.find(center, ErrorBall(center.expert, Measure.BC, EPS), None)
    assert (found.name, found.value, found.is_missed) == ("later", None, False)
    assert rule.turn == Turn.AFTER_SEARCH


def test_limits_of_the_balls_are_those_of_the_theory() -> None:
    """THEORY 11's table, for three players and g = 4/5, and the closed forms that follow from it (FORMAT 8)."""
    (game, expert), *_ = games_with_experts(1, seed=1, players=3)
    g, n = game.discount, 3
    bc, rho, mu = (ErrorBall(expert, measure, EPS) for measure in Measure)
    assert (bc.own, bc.budget, bc.spread, bc.reach) == (EPS, 2 * EPS, 2 * EPS, 3 * EPS * game.horizon)
    assert (rho.own, rho.budget, rho.spread, rho.reach) == ((1 + g) * EPS, (1 + g) * EPS, EPS, EPS)
    assert (mu.own, mu.budget, mu.spread, mu.reach) == (2, 2, 2, EPS)
    scale = Center(expert).half_range * EPS * game.horizon**2
    assert dse_bound(bc) == (1 + g * (n - 1)) * scale
    assert dse_bound(rho) == min(Fraction(2), (1 + g) ** 2) * scale
    with pytest.raises(InputError, match="measure: expected 'bc', 'rho' or 'mu', got 'BC'"):
        Measure.named("BC")


def test_what_is_shared_is_made_once() -> None:
    center, made = Center(Policy.pure(bimatrix([[0]]))), []

    def make(given: Center, what: int) -> int:
        made.append((given, what))
        return what

    assert [center.once(make, x) for x in (1, 2, 1)] == [1, 2, 1]
    assert made == [(center, 1), (center, 2)]


def test_the_terminal_names_what_was_missed_and_why() -> None:
    """Not what is none of the game's business: vertices of many states, programs of few."""
    (game, expert), *_ = games_with_experts(1, seed=3)
    shown = certify_text(worst_case(game, expert, EPS, budget=1), Fraction(2))
    lines = [line.split()[2:] for line in shown.splitlines() if line.startswith("  no bound: ")]
    missed = {line[0]: " ".join(line[1:]) for line in lines}
    assert missed["dse"].startswith("expected a dominant expert, got player")
    assert not missed.keys() & {"vertices", "occupancy", "trivial", "region"}
