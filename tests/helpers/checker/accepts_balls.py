"""True certificates of worst cases over every kind of ball and by every kind of proof, and of best cases."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from certigap.bounds.balls import ErrorBall, Measure
from certigap.bounds.center import Center
from certigap.bounds.programs.rule import occupancy_bounds
from certigap.bounds.vertices.listing import exact_worst_case
from certigap.certificates.claims import certificate
from certigap.exact.interval import Interval
from certigap.exact.rational import format_rational
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.best_case import best_case
from certigap.questions.worst_case.balls import balls_around
from certigap.questions.worst_case.question import worst_case
from tests.helpers.checker.games import Trio

__all__ = ["ball_certificates"]

Data = dict[str, Any]
EPS = Fraction(1, 10)
MEASURED = ("coin", "dilemma", "tempt", "slack", "mixed", "trio", "pair", "hidden", "again", "far")
ONE_STATE = ("dilemma", "tempt", "mixed", "trio", "alone", "again", "deal")
BEST: dict[str, dict[str, str]] = {  # case -> radius
    "dilemma": {"best": "1/10", "best-far": "1", "best-none": "3"},
    "meet": {"best": "1/2", "best-far": "19/10", "best-none": "5/2"},
    "mixed": {"best-none": "19/10"},
    "alone": {"best": "1/10", "best-far": "1"},
}


def ball_certificates(name: str, trio: Trio) -> Iterator[tuple[str, Data]]:
    """(case, certificate) of one game."""
    game, expert, _ = trio
    if name in MEASURED:
        for measure in ("rho", "mu"):
            yield from of_measure(game, expert, measure)
        yield "bc-occupancy", by_multipliers(game, expert)
    if name in ONE_STATE:
        yield from of_vertices(game, expert)
    for case, radius in BEST.get(name, {}).items():
        yield from of_best_case(case, game, radius)


def plain(cert: Any) -> Data:
    """A certificate as data, without what differs from run to run."""
    data: Data = cert.to_json()
    del data["provenance"]
    return data


def of_measure(game: Game, expert: Policy, measure: str) -> Iterator[tuple[str, Data]]:
    """Both ends with each proof of the upper end that the package has for this ball, and the lower end alone."""
    answer = balls_around(game, expert, measure).answer(EPS)
    for upper in ("trivial", "dse", "concentrability", "region", "occupancy"):
        bound = answer.bounds[upper]
        if bound is not None and bound >= (answer.interval.lower or 0):
            proven = replace(answer, upper_name=upper, interval=Interval(answer.interval.lower, bound))
            yield f"{measure}-{upper}", plain(certificate(proven))
    lower = plain(certificate(answer))
    ends = {"lower": lower["claim"]["nash_gap"]["lower"]}
    proof = {key: part for key, part in lower["proof"].items() if key == "witness"}
    yield f"{measure}-lower", lower | {"claim": lower["claim"] | {"nash_gap": ends}, "proof": proof}


def by_multipliers(game: Game, expert: Policy) -> Data:
    """The upper end over the bc ball by the multipliers of the occupancy programs."""
    answer = worst_case(game, expert, EPS, budget=0)
    found = occupancy_bounds(Center(expert), ErrorBall(expert, Measure.BC, EPS))
    claim = plain(certificate(answer))["claim"] | {"nash_gap": {"upper": format_rational(found.upper)}}
    return plain(replace(certificate(answer), claim=claim, proof=found.to_json()))


def of_vertices(game: Game, expert: Policy) -> Iterator[tuple[str, Data]]:
    """The value itself, in a game of one state: the vertices listed; for two players also searched, near and far."""
    near, far = (exact_worst_case(game, expert, radius) for radius in (EPS, Fraction(1)))
    players = {player: game.players[k] for player, k in zip(game.players, near.left_out, strict=True)}
    ball = plain(certificate(worst_case(game, expert, EPS)))
    claim = ball["claim"] | {"nash_gap": ball["claim"]["nash_gap"] | {"upper": format_rational(near.value)}}
    kept = {key: part for key, part in ball["proof"].items() if key == "witness"}
    listed = {"theorem": {"name": "vertices", "proof": players}} | kept
    yield "bc-vertices", ball | {"claim": claim, "proof": listed}
    if len(players) == 2:
        yield "bc-search", ball | {"claim": claim, "proof": {"theorem": search(near.value)} | kept}
        ends = {"upper": format_rational(far.value)}
        instance = {"kind": "theorem-instance", "theorem": "vertex-search", "expert": claim["expert"]}
        instance |= {"radius": "1", "nash_gap": ends}
        yield "search-instance", ball | {"claim": instance, "proof": search(far.value)["proof"]}


def search(value: Fraction) -> Data:
    return {"name": "vertex-search", "proof": {"bound": format_rational(value)}}


def of_best_case(case: str, game: Game, radius: str) -> Iterator[tuple[str, Data]]:
    both = plain(certificate(best_case(game, radius, tolerance="1/10")))
    yield case, both
    if both["claim"]["nash_gap"] != "infinity":
        for side, part in (("lower", "equilibria"), ("upper", "witness")):
            claim = both["claim"] | {"nash_gap": {side: both["claim"]["nash_gap"][side]}}
            yield f"{case}-{side}", both | {"claim": claim, "proof": {part: both["proof"][part]}}
