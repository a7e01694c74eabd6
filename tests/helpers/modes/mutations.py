"""Mutations of certificates with covers by modes, stratified by what FORMAT 6.5 says that they hold."""

import math
import random
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

from certigap.bounds.modes.written import DIGITS
from tests.helpers.checker import campaign
from tests.helpers.checker.campaign import Campaign
from tests.helpers.checker.forge import path_get, path_set
from tests.helpers.checker.harness import HERE, Bench, load
from tests.helpers.checker.mode_plans import mode_certificates
from tests.helpers.checker.worlds import World
from tests.helpers.modes.settled import Settler, Worst, mode_covers

Data = dict[str, Any]

GAMES = (
    "coin",
    "pair",
    "trio",
    "ragged",
    "solo",
    "stay",
    "linger",
    "wide",
    "drift",
    "spot",
    "parted",
    "tempt",
    "alone",
)
TIGHT = (  # game, plans
    ("tempt", "halves"),
    ("alone", "halves"),
    ("parted", "parted"),
    ("spot", "lone"),
    ("spot", "halves"),
    ("drift", "halves"),
)
REPAIRED = 0.3  # of the mutations
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
    """Covers by modes alone: those of the cases, and some that are next to tight.

    A mutation that the checker does not call malformed is settled (`settled`), now and then repaired as well: then what
    is judged is the least that the mutated proof shows of any player, against policies made to be beyond it.
    """

    def __init__(self, seed: int, scratch: Path, tries: int = 20, text: dict[str, str] | None = None) -> None:
        super().__init__(seed, scratch, tries, games=GAMES, cases="modes-", strata=STRATA, stratum=stratum)
        paths = {name: HERE / "games" / f"{name}.json" for name in GAMES}
        if text is not None:
            self.benches = {name: Bench(load(text), path, scratch) for name, path in paths.items()}
        self.settlers = {name: Settler(path, scratch, text) for name, path in paths.items()}
        self.worst = {name: Worst(judge.game, 2) for name, judge in self.judges.items()}
        self.met: Counter[str] = Counter()
        module = load()
        for name, family in TIGHT:
            world = World(name, scratch)
            for k, made in enumerate(mode_certificates(module, world.checker.game, world, family)):
                if world.checker.verdict(made) == "valid":
                    self.add(name, f"{name}.{family}-{k}", made)

    def add(self, name: str, case: str, data: Data) -> None:
        super().add(name, case, data)
        if "-text-" not in case:
            self.places[TOGETHER].append((len(self.cases) - 1, "claim/nash_gap/upper"))

    def judged(self, name: str, case: str, data: Data, mutant: Data) -> str:
        verdict = super().judged(name, case, data, mutant)
        if verdict not in ("invalid", "same claim", "true claim"):
            return verdict
        settler, how = self.settlers[name], "repaired" if self.rng.random() < REPAIRED else "settled"
        found = settler.repaired(mutant) if how == "repaired" else settler.settled(mutant)
        if found is None or self.benches[name].verdict(found) != "valid":
            return verdict
        self.met[how] += 1
        for player, kind, cover in mode_covers(found):
            bound = Fraction(cover["limit"]) * Fraction(cover.get("unit", "1"))
            policy = self.worst[name].beyond(found["claim"], player, kind, bound)
            if policy is not None:
                self.false.append((name, f"{case}, {how}: {player} {kind} {policy}", found))
                return "FALSE"
        return how if verdict == "invalid" else verdict
