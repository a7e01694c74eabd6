"""A game of the cases with its accepted certificates and what is true of it."""

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.helpers.checker import forge
from tests.helpers.checker.harness import HERE, Bench, load
from tests.helpers.checker.judging import Judge
from tests.helpers.checker.truth import Rows, TrueGame

Data = dict[str, Any]


class World:
    """A game, its accepted certificates and what is true of it."""

    def __init__(self, name: str, scratch: Path) -> None:
        self.name, self.path = name, HERE / "games" / f"{name}.json"
        self.true = TrueGame.read(self.path)
        accepted = sorted((HERE / "accept").glob(f"{name}.*.json"))
        self.accepted = {path.name.split(".")[1]: json.loads(path.read_text()) for path in accepted}
        self.expert, self.learner = (self.policy(role) for role in ("expert", "learner"))
        self.checker = Bench(load(), self.path, scratch)
        self.judge = Judge(self.true, 40, self.hints())

    def policy(self, role: str) -> Data:
        path = HERE / "games" / f"{self.name}.{role}.json"
        found: Data = json.loads(path.read_text())["rows"]
        return found

    def hints(self) -> list[Rows]:
        found = [data["proof"].get("witness", {}).get("policy") for data in self.accepted.values()]
        return [self.true.rows(rows) for rows in (self.learner, *found) if rows is not None]

    def vector(self, numbers: list[Fraction]) -> Data:
        den = math.lcm(*(x.denominator for x in numbers))
        return {"den": str(den), "num": [int(x * den) for x in numbers]}

    def by_state(self, entries: list[list[Any]]) -> Data:
        own = [row[0] if self.true.flat else dict(zip(self.true.states, row, strict=True)) for row in entries]
        return dict(zip(self.true.players, own, strict=True))

    def witness(self, policy: Rows, radius: Fraction, lower: Fraction, measure: str = "bc") -> Data:
        """A worst-case certificate with this witness, true or not."""
        game, expert = self.true, self.true.rows(self.expert)
        players = list(enumerate(game.players))
        part: Data = {
            "policy": game.names(policy),
            "occupancy": {"upper": self.vector(game.occupancy(expert))},
            "values": {name: {"exact": self.vector(game.value(policy, i))} for i, name in players},
            "optima": {name: {"exact": self.vector(game.optimum(policy, i))} for i, name in players},
        }
        ends: Data = {"lower": str(lower)}
        if measure != "bc":
            part["occupancy"] = {"exact": self.vector(game.occupancy(expert))}
            part["policy_occupancy"] = {"exact": self.vector(game.occupancy(policy))}
        claim: Data = {"kind": "worst-case", "measure": measure, "expert": self.expert, "radius": str(radius)}
        claim["nash_gap"] = ends
        return forge.certificate(self.checker.game, claim, {"witness": part})

    def based(self, case: str) -> Data:
        """A true certificate, or one made here that is false for one reason."""
        if case in self.accepted:
            found: Data = self.accepted[case]
            return found
        learner, expert = self.true.rows(self.learner), self.true.rows(self.expert)
        far = max([learner, self.true.rows(forge.far(self.true))], key=lambda rows: max(self.true.gaps(rows)))
        if case == "witness-joint":
            policy = self.true.rows(self.accepted["bc-vertices"]["proof"]["witness"]["policy"])
            return self.witness(policy, Fraction(1, 10), max(self.true.gaps(policy)), "rho")
        if case == "witness-far":
            return self.witness(far, Fraction(1, 10), Fraction(3, 5))
        if case == "witness-second":
            policy = [expert[0], *far[1:]]
            return self.witness(policy, Fraction(1, 10), max(self.true.gaps(policy)))
        data = self.witness(expert, Fraction(1, 10), Fraction(3, 5))
        for name in self.true.players:
            part = data["proof"]["witness"]
            part["optima"][name] = {"upper": forge.constant(self.true, 9), "lower": forge.constant(self.true, -9)}
        return data
