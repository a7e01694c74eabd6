"""True certificates of dominance and of continuity, in games of one state."""

from collections.abc import Iterator
from typing import Any

from certigap.certificates.claims import certificate
from certigap.questions.continuity import continuity
from certigap.questions.dominance import dominance
from certigap.questions.theorem_instance import theorem_instance
from tests.helpers.checker.accepts_balls import plain
from tests.helpers.checker.games import Trio

__all__ = ["stage_certificates"]

Data = dict[str, Any]
DOMINANCE: dict[str, tuple[str, ...]] = {  # game -> cases
    "folds": ("dominance", "weak", "pure"),
    "dilemma": ("dominance",),
    "again": ("dominance",),
    "crossing": ("weak",),
}
CONTINUITY: dict[str, str] = {  # game -> radius
    "fall": "2",
    "dilemma": "2",
    "meet": "2",
    "passing": "1",
    "turning": "1/4",
    "alone": "1/2",
    "again": "1/10",
}
DELTA: dict[str, str] = {"meet": "1", "again": "1"}  # game of mixed experts -> radius


def stage_certificates(name: str, trio: Trio) -> Iterator[tuple[str, Data]]:
    """(case, certificate) of one game."""
    game, expert, _ = trio
    for case in DOMINANCE.get(name, ()):
        answer = dominance(game, expert, elimination="weak" if case == "weak" else "strict", mixed=case != "pure")
        yield case, plain(certificate(answer))
    if name in CONTINUITY:
        yield "continuity", plain(certificate(continuity(game, expert, CONTINUITY[name])))
    if name in DELTA:
        yield "delta-steps", plain(certificate(theorem_instance(game, expert, "delta", DELTA[name])))
