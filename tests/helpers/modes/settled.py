"""Certificates with covers by modes that claim all that the checker lets them: what is left to judge is the claim.

A certificate is read by the checker with an ear at its leaves: its limits and its claim become what they show. With
`repaired` every leaf and visit has vectors of its own, nearly the least whose inequalities hold.
"""

import copy
import json
import math
import random
from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.helpers.checker.harness import Bench, load
from tests.helpers.checker.judging import Neighbourhood
from tests.helpers.checker.truth import Rows, TrueGame
from tests.helpers.modes.crowd import Crowd, FloatGame
from tests.helpers.modes.draws import Draw

__all__ = ["Settler", "Worst", "mode_covers"]

Data = dict[str, Any]
HUGE = Fraction(10**9)
SWEEPS = 8  # before all of a vector is lifted evenly
FAR = 10**6  # above all that vectors show
HALVINGS = 3  # towards the least limit, where visits know of it


def mode_covers(data: Data) -> Iterator[tuple[str, str, Data]]:
    """Player, kind, cover."""
    proof = data["proof"]
    for player, own in (proof.get("players") or proof["cover"]["players"]).items():
        for kind, cover in own["modes"].items():
            yield player, kind, cover


class Settler:
    """One game; reads certificates by a checker of its own.

    Args:
        text: of the checker's modules; None: as they are.
    """

    def __init__(self, game: Path, scratch: Path, text: dict[str, str] | None = None) -> None:
        module = load(text)
        self.ends: dict[tuple[str, str], Fraction] = {}  # what leaves show, by player and kind
        self.changed: dict[tuple[str, str], dict[int, list[int]]] = {}  # vectors that were raised, by their places
        self.raising = False
        module.Cover = listening(module, self)
        self.module, self.bench = module, Bench(module, game, scratch)

    def settled(self, data: Data) -> Data | None:
        """The same proof, with the least claim that is found for it; None where an inequality fails."""
        data = copy.deepcopy(data)
        try:
            if "upper" not in data["claim"]["nash_gap"]:
                return None
            data["claim"]["nash_gap"] = {"upper": str(HUGE)}
            limits = {(player, kind): Fraction(cover["limit"]) for player, kind, cover in mode_covers(data)}
            shown = self.shown(data, limits)
            if shown is None:
                return None
            best = {key: max(limit, shown[key]) for key, limit in limits.items()}
            if any(step["theta"] != "0" for _, _, cover in mode_covers(data) for step in steps(cover)):
                best = self.halved(data, best, shown)
            else:
                best = shown
            return None if best is None else claiming(data, best)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError):
            return None  # of another shape than a certificate

    def repaired(self, data: Data) -> Data | None:
        """With vectors of its own for every leaf, as its prices and all else want them, and settled."""
        try:
            data = self.unshared(data)
            data["claim"]["nash_gap"] = {"upper": str(HUGE)}
            self.raising, self.changed = True, {}
            self.shown(data, {(player, kind): Fraction(own["limit"]) for player, kind, own in mode_covers(data)})
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, ZeroDivisionError):
            return None
        finally:
            self.raising = False
        for player, kind, cover in mode_covers(data):
            for place, num in self.changed.get((player, kind), {}).items():
                cover["vectors"][place]["num"] = num
        return self.settled(data)

    def shown(self, data: Data, limits: dict[tuple[str, str], Fraction]) -> dict[tuple[str, str], Fraction] | None:
        """What the leaves show, where these are the limits; a cover that its visits close shows its limit."""
        for player, kind, cover in mode_covers(data):
            cover["limit"] = str(limits[player, kind])
        self.ends = {}
        if self.bench.verdict(data) != "valid":
            return None
        return {key: self.ends.get(key, limit) for key, limit in limits.items()}

    def halved(self, data: Data, high: Any, low: Any) -> dict[tuple[str, str], Fraction] | None:
        """Limits that their leaves show by visits that know of them."""
        last = self.shown(data, high)
        if last is None or any(last[key] > high[key] for key in high):
            return None
        for _ in range(HALVINGS):
            middle = {key: (low[key] + high[key]) / 2 for key in high}
            last = self.shown(data, middle)
            if last is not None and all(last[key] <= middle[key] for key in middle):
                high = middle
            else:
                low = middle
        return high

    def unshared(self, data: Data) -> Data:
        """Every list of places has vectors of its own."""
        data = copy.deepcopy(data)
        for _, _, cover in mode_covers(data):
            known = self.module.read_vectors(self.bench.game, self.module.Node(cover["vectors"], "vectors"))
            pool = [written(vector) for vector in known]  # for shares by state
            for node in (*steps(cover), *cover["tree"]):
                for key in ("leaf", "shared"):
                    own = [written(known[place]) for place in node.get(key, ())]
                    if key in node:
                        node[key] = [*range(len(pool), len(pool) + len(own))]
                        pool += own
            cover["vectors"] = pool
        return data


def written(vector: Any) -> Data:
    return {"den": str(vector.den), "num": [*vector.num]}


def steps(cover: Data) -> Iterator[Data]:
    """All visits."""
    yield from cover["visits"]
    for node in cover["tree"]:
        yield from node.get("visits", ())


def claiming(data: Data, limits: dict[tuple[str, str], Fraction]) -> Data:
    """With these limits, and the claim that they make."""
    total: dict[str, Fraction] = defaultdict(Fraction)
    for player, kind, cover in mode_covers(data):
        cover["limit"] = str(limits[player, kind])
        total[player] += limits[player, kind] * Fraction(cover.get("unit", "1"))
    data["claim"]["nash_gap"] = {"upper": str(max(total.values()))}
    return data


def listening(module: Any, to: Settler) -> Any:
    """The checker's cover, whose leaves may show what they like; where `raising`, vectors become what they must be."""

    class Listening(module.Cover):  # type: ignore[name-defined, misc]
        listens = False

        @property
        def key(self) -> tuple[str, str]:
            return self.game.players[self.i], self.kind

        def check_leaf(self, *rest: Any) -> None:
            known, self.limit, self.listens = self.limit, HUGE, True
            super().check_leaf(*rest)
            self.limit, self.listens = known, False

        def value(self, part: Any, proof: Any) -> Any:
            found = super().value(part, proof)
            if self.listens:
                to.ends[self.key] = max(found, to.ends.get(self.key, found))
            return found

        def check(self, sets: Any, proof: Any, names: Any, mark: Any, where: str) -> None:
            if to.raising:
                for name in names:
                    self.raised(sets, proof, name, mark)
                places = {id(vector): k for k, vector in enumerate(self.pool)}
                changed = to.changed.setdefault(self.key, {})
                changed |= {places[id(proof.vectors[name])]: [*proof.vectors[name].num] for name in names}
                return
            super().check(sets, proof, names, mark, where)

        def raised(self, sets: Any, proof: Any, name: str, mark: Any) -> None:
            """Nearly the least vector that the rules allow: what they make of it, again and again, lifted at last."""
            vector, rates = proof.vectors[name], [self.rates(charge) for charge in proof.charges]
            for sweep in range(SWEEPS + 1):
                now = module.Proof(self.game, proof.vectors, proof.pay, proof.charges)
                now.num[name] = [x - FAR * now.den for x in now.num[name]]  # so that every right side is above
                points = [self.point(now, s) for s in range(len(vector.num))]
                rises = [Fraction(*self.lack(point, sets, rates, name, mark)) - FAR for point in points]
                if sweep == SWEEPS:
                    rises = [max(*rises, Fraction(0)) / self.stay] * len(rises)
                vector.num = [x + math.ceil(rise * vector.den) for x, rise in zip(vector.num, rises, strict=True)]
            proof.__init__(self.game, proof.vectors, proof.pay, proof.charges)

        def point(self, proof: Any, s: int) -> Any:
            return module.Point(proof, s, self.common[s] if self.common else [])

    return Listening


class Worst:
    """How bad policies of a claim's neighbourhood are known to be, by player and kind of cover."""

    def __init__(self, true: TrueGame, crowds: int) -> None:
        self.true, self.floats, self.crowds = true, FloatGame(true), crowds
        self.known: dict[str, list[Crowd]] = {}

    def beyond(self, claim: Data, player: str, kind: str, bound: Fraction) -> Rows | None:
        """A policy of the claim that is worth more than the bound, exactly."""
        key = json.dumps([{**claim, "nash_gap": None}, player, kind], sort_keys=True)
        if key not in self.known:
            self.known[key] = [*self.met(claim, self.true.players.index(player), kind)]
        found = (crowd.beyond(bound) for crowd in self.known[key])
        return next((policy for policy in found if policy is not None), None)

    def least(self, claim: Data, player: str, kind: str) -> float:
        """What the worst one known is worth."""
        self.beyond(claim, player, kind, HUGE)
        key = json.dumps([{**claim, "nash_gap": None}, player, kind], sort_keys=True)
        return max((float(crowd.worth.max()) for crowd in self.known[key]), default=-math.inf)

    def met(self, claim: Data, i: int, kind: str) -> Iterator[Crowd]:
        near = Neighbourhood(self.true, claim)
        start = near.start()
        if start is None:
            return
        measure, eps = ("bc", Fraction(2)) if near.budget is None else (near.measure, near.budget)
        players, states = range(len(self.true.players)), range(len(self.true.states))
        boxes = {
            (j, s): tuple([Fraction(x) for x in near.boxes[j][s][side]] for side in ("lower", "upper"))
            for j in players
            for s in states
            if near.boxes[j][s]
        }
        far = near.radii if near.budget is None else [[Fraction(2) for _ in states] for _ in players]
        node: Any = SimpleNamespace(boxes=boxes, least=[[Fraction(0) for _ in states] for _ in players], far=far)
        nothing: Any = None
        drawn = Draw({}, nothing, self.true, near.center, start, measure, eps, nothing, nothing)
        for seed in range(self.crowds):
            yield Crowd.met(random.Random(seed), self.floats, drawn, node, i, kind)
