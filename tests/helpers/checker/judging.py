"""Is a claim false? Claims about one policy are recomputed, claims about a supremum are refuted by a policy.

`Neighbourhood.search` looks for a policy of a region or a ball that is as exploitable as possible; for the `bc` ball of
a game of two players and one state it finds it.
"""

import itertools
import json
import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from tests.helpers.checker.corners import worst_corner
from tests.helpers.checker.judging_best import BestCases
from tests.helpers.checker.judging_stage import StageClaims
from tests.helpers.checker.truth import ZERO, Row, Rows, TrueGame, l1

TWO = Fraction(2)


def holds(number: Fraction, interval: dict[str, str]) -> bool:
    """The number lies in a claimed interval."""
    low, high = (interval.get(side) for side in ("lower", "upper"))
    return (low is None or Fraction(low) <= number) and (high is None or number <= Fraction(high))


class Neighbourhood:
    """The policies that a claim about a supremum speaks of."""

    def __init__(self, game: TrueGame, claim: dict[str, Any]) -> None:
        self.game, self.center = game, game.rows(claim["center" if "center" in claim else "expert"])
        self.budget = Fraction(claim["radius"]) if "radius" in claim else None
        self.measure = claim.get("measure", "bc")
        self.mu = game.occupancy(self.center)
        self.radii = [[Fraction(r) for r in own] for own in game.by_state(claim.get("radii", {}), "0")]
        self.boxes = game.by_state(claim.get("box", {}))

    @property
    def is_bimatrix(self) -> bool:
        return len(self.game.players) == 2 and len(self.game.states) == 1

    def admits(self, policy: Rows) -> bool:
        if any(sum(row) != 1 or min(row) < 0 for own in policy for row in own):
            return False
        if self.budget is not None:
            return self.error(policy) <= self.budget
        cells = itertools.product(range(len(self.game.players)), range(len(self.game.states)))
        return all(self.admits_row(j, s, policy[j][s]) for j, s in cells)

    def error(self, policy: Rows) -> Fraction:
        """The error of the claim's measure."""
        if self.measure == "bc":
            return max(self.game.bc_errors(self.center, policy))
        kind = self.game.rho_error if self.measure == "rho" else self.game.mu_error
        return kind(self.center, policy)

    def admits_row(self, j: int, s: int, row: Row) -> bool:
        if l1(row, self.center[j][s]) > self.radii[j][s]:
            return False
        box = self.boxes[j][s]
        return box is None or all(
            Fraction(low) <= y <= Fraction(high) for low, y, high in zip(box["lower"], row, box["upper"], strict=True)
        )

    def moves(self, policy: Rows, rng: random.Random) -> Rows:
        """The policy with mass moved between two actions of some rows, as far as a few exact steps show possible."""
        result = [[list(row) for row in own] for own in policy]
        cells = [(j, s) for j, own in enumerate(policy) for s, row in enumerate(own) if len(row) > 1]
        for j, s in rng.sample(cells, len(cells)):
            a, b = rng.sample(range(len(result[j][s])), 2)
            self.shift(result, j, s, a, b)
        return result

    def shift(self, policy: Rows, j: int, s: int, a: int, b: int) -> None:
        """Move as much mass as possible from action `a` to `b` among a few candidates."""
        row = policy[j][s]
        for amount in sorted(self.amounts(policy, j, s, a, b), reverse=True):
            moved = list(row)
            moved[a], moved[b] = row[a] - amount, row[b] + amount
            policy[j][s] = moved
            if amount > 0 and self.admits(policy):
                return
        policy[j][s] = row

    def amounts(self, policy: Rows, j: int, s: int, a: int, b: int) -> set[Fraction]:
        row, center = policy[j][s], self.center[j][s]
        candidates = {row[a], row[a] - center[a], center[b] - row[b]}
        if self.budget is None:
            spare = self.radii[j][s] - l1(row, center)
        else:
            spent = sum((m * l1(x, y) for m, x, y in zip(self.mu, policy[j], self.center[j], strict=True)), ZERO)
            spare = (self.budget - spent) / self.mu[s] if self.mu[s] else TWO
        if self.measure != "bc":
            candidates |= {share * row[a] for share in map(Fraction, ("1/8", "1/4", "1/2"))}
            candidates |= {spare / 4, self.budget or ZERO, (self.budget or ZERO) / 2}
        candidates |= {spare / 2, spare / 2 + max(ZERO, row[a] - center[a]), spare / 2 + max(ZERO, center[b] - row[b])}
        if (box := self.boxes[j][s]) is not None:
            candidates |= {row[a] - Fraction(box["lower"][a]), Fraction(box["upper"][b]) - row[b]}
        return {min(x, row[a]) for x in candidates}

    def start(self) -> Rows | None:
        """The centre, or with boxes the rows that lie between the bounds."""
        if self.admits(self.center):
            return self.center
        policy = [[list(row) for row in own] for own in self.center]
        for j, own in enumerate(self.boxes):
            for s, box in enumerate(own):
                if box is not None:
                    low, high = ([Fraction(x) for x in box[side]] for side in ("lower", "upper"))
                    part = sum(high, ZERO) - sum(low, ZERO)
                    scale = (1 - sum(low, ZERO)) / part if part else ZERO
                    policy[j][s] = [x + scale * (y - x) for x, y in zip(low, high, strict=True)]
        return policy if self.admits(policy) else None

    def search(self, tries: int = 60, seed: int = 0) -> tuple[Fraction, Rows | None]:
        """The most exploitable policy met by random walks (or of all, see `corners`), and its NashGap."""
        if self.budget is not None and self.measure == "bc" and self.is_bimatrix:
            worst = worst_corner(self.game, self.center, self.budget)
            return max(self.game.gaps(worst)), worst
        rng, start = random.Random(seed), self.start()
        if start is None:
            return Fraction(-1), None
        best, found = max(self.game.gaps(start)), start
        for k in range(tries):
            policy = self.moves(found if k % 3 == 2 else start, rng)
            gap = max(self.game.gaps(policy))
            if gap > best:
                best, found = gap, policy
        return best, found


class Judge:
    """Is a claim false? True only with a proof in Fractions; sup claims are compared with the best policy known."""

    def __init__(self, game: TrueGame, tries: int = 60, hints: Iterable[Rows] = ()) -> None:
        self.game, self.tries, self.hints = game, tries, list(hints)
        self.known: dict[str, tuple[Fraction, Rows | None]] = {}
        self.least = BestCases(game, tries, self.hints)

    def is_false(self, claim: dict[str, Any], witness: dict[str, Any] | None = None) -> bool:
        kind = claim["kind"]
        if kind in ("dominance", "continuity"):
            return StageClaims(self.game).is_false(claim)
        if kind == "best-case":
            return self.least.is_false(claim, None if witness is None else self.game.rows(witness))
        if kind in ("region-bound", "worst-case", "theorem-instance"):
            return self.supremum_is_false(claim, witness)
        policy = self.game.rows(claim["policy"])
        if kind == "policy-value":
            values = {name: self.game.start(self.game.value(policy, i)) for i, name in enumerate(self.game.players)}
            return not all(holds(values[name], own) for name, own in claim["values"].items())
        if kind == "matching-error":
            found = self.game.errors(self.game.rows(claim["expert"]), policy)
            return not all(holds(found[name], claim[name]) for name in found if name in claim)
        gaps = self.game.gaps(policy)
        if kind == "equilibrium":
            return Fraction(claim["regret"]) < max(gaps)
        own = claim.get("player_gaps", {})
        parts = [(max(gaps), claim.get("nash_gap", {})), (sum(gaps, ZERO), claim.get("nash_conv", {}))]
        parts += [(gap, own.get(name, {})) for gap, name in zip(gaps, self.game.players, strict=True)]
        return not all(holds(number, interval) for number, interval in parts)

    def supremum_is_false(self, claim: dict[str, Any], witness: dict[str, Any] | None) -> bool:
        """An upper end below a known policy's gap, or a lower end above every policy's that is known."""
        if "value_gap" in claim:
            return self.best_value_gap(claim) > Fraction(claim["value_gap"]["upper"])
        best, _ = self.best(claim)
        ends = claim["nash_gap"]
        if "upper" in ends and Fraction(ends["upper"]) < best:
            return True
        lower = Fraction(ends.get("lower", "0"))
        if lower <= max(ZERO, best) or witness is None:
            return lower > max(ZERO, best)
        policy = self.game.rows(witness)
        return not Neighbourhood(self.game, claim).admits(policy) or max(self.game.gaps(policy)) < lower

    def best(self, claim: dict[str, Any]) -> tuple[Fraction, Rows | None]:
        """Among the policies of the claim, the most exploitable one known."""
        parts = {key: claim[key] for key in ("measure", "center", "expert", "radii", "radius", "box") if key in claim}
        key = json.dumps(parts, sort_keys=True)
        if key not in self.known:
            near = Neighbourhood(self.game, claim)
            hints = [(max(self.game.gaps(policy)), policy) for policy in self.hints if near.admits(policy)]
            self.known[key] = max([near.search(self.tries), *hints], key=lambda pair: pair[0])
        return self.known[key]

    def best_value_gap(self, claim: dict[str, Any]) -> Fraction:
        near, rng = Neighbourhood(self.game, claim), random.Random(0)
        policies = [near.center, *(near.moves(near.center, rng) for _ in range(self.tries))]
        policies += [policy for policy in self.hints if near.admits(policy)]
        return max(self.game.errors(near.center, policy)["value_gap"] for policy in policies)
