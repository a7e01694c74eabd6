"""`verify --assert`: bounds, and the question that they are about."""

from pathlib import Path

import pytest

from certigap.certificates.assertions import failed_assertions, parse_assertion
from certigap.cli import main
from certigap.errors import InputError
from tests.helpers.command_line import run_json

WORST = {"kind": "worst-case", "measure": "bc", "radius": "1/20", "nash_gap": {"lower": "1/4", "upper": "1/3"}}
GAP = {"kind": "nash-gap", "nash_gap": {"upper": "1/3"}, "player_gaps": {"A B": {"lower": "0", "upper": "1/5"}}}
FAR = {"kind": "best-case", "radius": "2", "nash_gap": "infinity"}
REGRET = {"kind": "equilibrium", "regret": "1/7"}


@pytest.mark.parametrize(
    ("claim", "holding", "failing"),
    [
        (WORST, "kind=worst-case", "kind=region-bound"),
        (WORST, "kind == worst-case", "kind=worst"),
        (WORST, "measure=bc", "measure=rho"),
        (WORST, "radius>=1/20", "radius>=1/19"),
        (WORST, "radius=1/20", "radius=1/10"),
        (WORST, "radius==0.05", "radius<0.05"),
        (WORST, "radius.lower>=1/20", "radius.upper<1/20"),
        (WORST, "upper<=1/3", "upper<1/3"),
        (WORST, "nash_gap<=1/3", "nash_gap<=1/4"),
        (WORST, "nash_gap>=1/4", "nash_gap>=1/3"),
        (WORST, "nash_gap.lower>0", "nash_gap=1/3"),
        (GAP, "upper<=1/3", "lower>=0"),
        (GAP, "player_gaps.A B<=1/5", "player_gaps.A B.upper<1/5"),
        (GAP, "kind=nash-gap", "measure=bc"),
        (GAP, "kind=nash-gap", "radius>=0"),
        (GAP, "kind=nash-gap", "theorem=dse"),
        (FAR, "nash_gap>1000", "upper<=1000"),
        (REGRET, "regret<=1/7", "regret>=0"),
    ],
)
def test_conditions(claim: dict[str, object], holding: str, failing: str) -> None:
    assert failed_assertions(claim, [parse_assertion(holding)]) == []
    (fault,) = failed_assertions(claim, [parse_assertion(failing)])
    assert fault.startswith(f"{failing}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a condition such as"),
        ("upper", "expected a condition such as"),
        ("upper<=", "expected a condition such as"),
        ("<=1", "expected a condition such as"),
        ("kind>=worst-case", "expected = after kind, got >="),
        ("kind=", "expected a condition such as"),
        ("radius>=bc", "expected a rational"),
        ("upper=<1", "expected a condition such as"),
        ("upper<=1e3", "expected a rational"),
    ],
)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_assertion(text)


def test_a_certificate_of_an_easier_question_does_not_pass(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Radius 0 around an equilibrium: the worst gap is 0, and says nothing of radius 1/20."""
    files = ["lemma1.game.json", "--expert", "lemma1.expert.json"]
    assert main(["certify", *files, "--eps", "0", "-o", "easy.json"]) == 0
    verify = ("verify", files[0], "easy.json", *files[1:], "--assert", "upper<=1/100")
    assert run_json(capsys, *verify)["results"][0]["failed_assertions"] == []
    pinned = [*verify, "--assert", "kind=worst-case", "--assert", "measure=bc", "--assert", "radius>=1/20"]
    answer = run_json(capsys, *pinned, code=1)
    assert answer["results"][0]["failed_assertions"] == ["radius>=1/20: radius.lower is 0"]
