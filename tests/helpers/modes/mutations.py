"""Mutations of certificates with covers by modes, stratified by what FORMAT 6.5 says that they hold."""

import math
import random
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

from certigap.bounds.modes.written import DIGITS
from tests.helpers.checker import campaign
from tests.helpers.checker.campaign import Campaign
from tests.helpers.checker.forge import path_get, path_set

Data = dict[str, Any]

GAMES = ("coin", "pair", "trio", "ragged", "solo", "stay", "linger", "wide")
FIELDS = (  # stratum, where
    ("price", re.compile(r"/prices/")),
    ("share", re.compile(r"/shares/")),
    ("tilt", re.compile(r"/tilts/|/tilt$")),
    ("visit", re.compile(r"/visits/")),
    ("limit", re.compile(r"/limit$")),
    ("split", re.compile(r"/split/")),
    ("places", re.compile(r"/leaf/|/shared/|/charge$")),
    ("text", re.compile(r"/vectors/[0-9]+/num$")),
    ("mode vector", re.compile(r"/vectors/")),
)
TOGETHER = "claim, limit, vectors"
STRATA = (*(name for name, _ in FIELDS), TOGETHER, *campaign.STRATA)


def stratum(path: str, value: Any) -> str:
    """The class of a field."""
    inside = "/modes/" in path
    return next((name for name, where in FIELDS if inside and where.search(path)), campaign.stratum(path, value))


def mutate_together(rng: random.Random, data: Data, place: str) -> None:
    """The claim, the limits and the vectors lowered by the same amount, so that they agree."""
    less = Fraction(rng.choice((1, 2, 5)), rng.choice((1, 10, 100)))
    upper = Fraction(path_get(data, place))
    path_set(data, place, str(upper - less))
    players = data["proof"].get("players") or data["proof"]["cover"]["players"]
    for covers in (own["modes"] for own in players.values()):
        for cover in covers.values():
            part = less / len(covers)
            cover["limit"] = str(Fraction(cover["limit"]) - part)
            for vector in cover["vectors"]:
                vector["num"] = [x - math.ceil(part * int(vector["den"])) for x in vector["num"]]


def mutate_text(rng: random.Random, data: Data, place: str) -> None:
    """A letter changed, gone, or one more."""
    text = path_get(data, place)
    k = rng.randrange(len(text))
    letter = rng.choice((*DIGITS, "", "-", text[k] + rng.choice(DIGITS)))
    path_set(data, place, text[:k] + letter + text[k + 1 :])


campaign.MUTATIONS[TOGETHER] = mutate_together
campaign.MUTATIONS["text"] = mutate_text


class ModeMutations(Campaign):
    """Covers by modes alone."""

    def __init__(self, seed: int, scratch: Path, tries: int = 20) -> None:
        super().__init__(seed, scratch, tries, games=GAMES, cases="modes-", strata=STRATA, stratum=stratum)

    def add(self, name: str, path: Path) -> None:
        super().add(name, path)
        if "-text-" not in path.name:
            self.places[TOGETHER].append((len(self.cases) - 1, "claim/nash_gap/upper"))
