"""A second, dumb opinion: games and claims read loosely with the standard library, answered with Fractions.

Values and occupancies are solutions of linear systems by Gaussian elimination, optimal values come from policy
iteration that stops when no action improves, so everything about one policy is exact. Claims about a supremum are
refuted by a policy: `search` looks for one that is as exploitable as possible. Nothing is shared with the package or
with the checker, nothing here is fast.
"""

import itertools
import json
import math
import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

Row = list[Fraction]
Rows = list[list[Row]]
"""`[n][S][A_i(s)]`."""

ZERO, ONE, TWO = Fraction(0), Fraction(1), Fraction(2)


def solve(matrix: list[Row], right: Row) -> Row:
    """The solution of a regular system, by elimination with the first nonzero pivot."""
    size = len(right)
    rows = [[*row, b] for row, b in zip(matrix, right, strict=True)]
    for k in range(size):
        pivot = next(r for r in range(k, size) if rows[r][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for r in range(size):
            if r != k and rows[r][k]:
                factor = rows[r][k]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


class TrueGame:
    """A game file as dictionaries of Fractions."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.players: list[str] = data["players"]
        if "payoffs" in data:
            outcomes = [{"rewards": row, "next": {"": "1"}} for row in data["payoffs"]]
            data = {
                "discount": "0",
                "initial": {"": "1"},
                "states": [{"name": "", "actions": data["actions"], "outcomes": outcomes}],
            }
            self.flat = True
        else:
            self.flat = False
        self.g = Fraction(data["discount"])
        self.states: list[str] = [state["name"] for state in data["states"]]
        self.nu = [Fraction(data["initial"].get(name, "0")) for name in self.states]
        self.actions: list[list[list[str]]] = [state["actions"] for state in data["states"]]
        self.reward: list[dict[tuple[int, ...], Row]] = []
        self.next: list[dict[tuple[int, ...], Row]] = []
        for state in data["states"]:
            joint = list(itertools.product(*(range(len(own)) for own in state["actions"])))
            cells = list(zip(joint, state["outcomes"], strict=True))
            self.reward.append({a: [Fraction(x) for x in cell["rewards"]] for a, cell in cells})
            self.next.append({a: [Fraction(cell["next"].get(t, "0")) for t in self.states] for a, cell in cells})
        self.memory: dict[Any, Any] = {}

    @classmethod
    def read(cls, path: Any) -> "TrueGame":
        with open(path, encoding="utf-8") as file:
            return cls(json.load(file))

    def by_state(self, node: dict[str, Any], default: Any = None) -> list[list[Any]]:
        """`[n][S]` entries of `{player: {state: entry}}`."""
        result = []
        for player in self.players:
            own = node.get(player, default if self.flat else {})
            result.append([own if self.flat else own.get(state, default) for state in self.states])
        return result

    def rows(self, node: dict[str, Any]) -> Rows:
        """A policy's rows; a state left out has one action."""
        result = []
        for i, own in enumerate(self.by_state(node)):
            pairs = zip(own, self.actions, strict=True)
            result.append([[Fraction((row or {a[i][0]: "1"}).get(b, "0")) for b in a[i]] for row, a in pairs])
        return result

    def names(self, policy: Rows) -> dict[str, Any]:
        """A policy as the rows of a claim."""
        result = {}
        for i, player in enumerate(self.players):
            rows = [
                {name: str(p) for name, p in zip(own[i], row, strict=True) if p}
                for own, row in zip(self.actions, policy[i], strict=True)
            ]
            result[player] = rows[0] if self.flat else dict(zip(self.states, rows, strict=True))
        return result

    def chain(self, policy: Rows) -> tuple[list[Row], list[Row]]:
        """Transition matrix `[S][S]` and expected rewards `[n][S]`."""
        matrix, rewards = [], [[ZERO] * len(self.states) for _ in self.players]
        for s in range(len(self.states)):
            row = [ZERO] * len(self.states)
            for joint, following in self.next[s].items():
                weight = math.prod((policy[i][s][a] for i, a in enumerate(joint)), start=ONE)
                if weight:
                    row = [x + weight * p for x, p in zip(row, following, strict=True)]
                    for i, r in enumerate(self.reward[s][joint]):
                        rewards[i][s] += weight * r
            matrix.append(row)
        return matrix, rewards

    def system(self, matrix: list[Row]) -> list[Row]:
        """I - g P."""
        return [[(ONE if s == t else ZERO) - self.g * p for t, p in enumerate(row)] for s, row in enumerate(matrix)]

    def start(self, vector: Row) -> Fraction:
        return sum((p * x for p, x in zip(self.nu, vector, strict=True)), ZERO)

    def value(self, policy: Rows, i: int) -> Row:
        matrix, rewards = self.chain(policy)
        return solve(self.system(matrix), rewards[i])

    def occupancy(self, policy: Rows) -> Row:
        matrix, _ = self.chain(policy)
        return solve([list(column) for column in zip(*self.system(matrix), strict=True)], [(1 - self.g) * p for p in self.nu])

    def optimum(self, policy: Rows, i: int) -> Row:
        """V_i^{*, pi_-i}: policy iteration from the first actions, until no action is better anywhere."""
        choice = [0] * len(self.states)
        while True:
            rows = list(policy)
            rows[i] = [[ONE if a == c else ZERO for a in range(len(own[i]))] for c, own in zip(choice, self.actions, strict=True)]
            found = self.value(rows, i)
            better = [self.best_action(policy, i, s, found, choice[s]) for s in range(len(self.states))]
            if better == choice:
                return found
            choice = better

    def best_action(self, policy: Rows, i: int, s: int, values: Row, current: int) -> int:
        gains = [ZERO] * len(self.actions[s][i])
        for joint, following in self.next[s].items():
            weight = math.prod((policy[j][s][a] for j, a in enumerate(joint) if j != i), start=ONE)
            future = sum((p * v for p, v in zip(following, values, strict=True)), ZERO)
            gains[joint[i]] += weight * (self.reward[s][joint][i] + self.g * future)
        return current if gains[current] == max(gains) else gains.index(max(gains))

    def gaps(self, policy: Rows) -> Row:
        key = repr(policy)
        if key not in self.memory:
            players = range(len(self.players))
            self.memory[key] = [self.start(self.optimum(policy, i)) - self.start(self.value(policy, i)) for i in players]
        found: Row = self.memory[key]
        return found

    def bc_errors(self, expert: Rows, policy: Rows) -> Row:
        """Expected L1 distance of every player's rows, over the expert's occupancy."""
        mu = self.occupancy(expert)
        pairs = zip(policy, expert, strict=True)
        return [sum((m * l1(x, y) for m, x, y in zip(mu, a, b, strict=True)), ZERO) for a, b in pairs]

    def errors(self, expert: Rows, policy: Rows) -> dict[str, Fraction]:
        mu, nu = self.occupancy(policy), self.occupancy(expert)
        rho = ZERO
        for s in range(len(self.states)):
            for joint in self.next[s]:
                p, q = (math.prod((who[i][s][a] for i, a in enumerate(joint)), start=ONE) for who in (policy, expert))
                rho += abs(mu[s] * p - nu[s] * q)
        players = range(len(self.players))
        return {
            "eps_bc": max(self.bc_errors(expert, policy)),
            "eps_mu": l1(mu, nu),
            "eps_rho": rho,
            "value_gap": max(self.start(self.value(expert, i)) - self.start(self.value(policy, i)) for i in players),
        }


def l1(x: Row, y: Row) -> Fraction:
    return sum((abs(a - b) for a, b in zip(x, y, strict=True)), ZERO)


def holds(number: Fraction, interval: dict[str, str]) -> bool:
    """The number lies in a claimed interval."""
    low, high = (interval.get(side) for side in ("lower", "upper"))
    return (low is None or Fraction(low) <= number) and (high is None or number <= Fraction(high))


class Neighbourhood:
    """The policies that a claim about a supremum speaks of."""

    def __init__(self, game: TrueGame, claim: dict[str, Any]) -> None:
        self.game, self.center = game, game.rows(claim["center" if "center" in claim else "expert"])
        self.budget = Fraction(claim["radius"]) if "radius" in claim else None
        self.mu = game.occupancy(self.center)
        self.radii = [[Fraction(r) for r in own] for own in game.by_state(claim.get("radii", {}), "0")]
        self.boxes = game.by_state(claim.get("box", {}))

    def admits(self, policy: Rows) -> bool:
        if any(sum(row) != 1 or min(row) < 0 for own in policy for row in own):
            return False
        if self.budget is not None:
            return max(self.game.bc_errors(self.center, policy)) <= self.budget
        cells = itertools.product(range(len(self.game.players)), range(len(self.game.states)))
        return all(self.admits_row(j, s, policy[j][s]) for j, s in cells)

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
                    part = sum(high) - sum(low)
                    scale = (1 - sum(low)) / part if part else ZERO
                    policy[j][s] = [x + scale * (y - x) for x, y in zip(low, high, strict=True)]
        return policy if self.admits(policy) else None

    def search(self, tries: int = 60, seed: int = 0) -> tuple[Fraction, Rows | None]:
        """The most exploitable policy met by random walks, and its NashGap."""
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

    def is_false(self, claim: dict[str, Any], witness: dict[str, Any] | None = None) -> bool:
        kind = claim["kind"]
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
        if claim.get("measure", "bc") != "bc":
            raise ValueError("only the bc ball is known here")
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
        parts = {key: claim[key] for key in ("center", "expert", "radii", "radius", "box") if key in claim}
        key = json.dumps(parts, sort_keys=True)
        if key not in self.known:
            near = Neighbourhood(self.game, claim)
            hints = [(max(self.game.gaps(policy)), policy) for policy in self.hints if near.admits(policy)]
            self.known[key] = max([near.search(self.tries), *hints], key=lambda pair: pair[0])
        return self.known[key]

    def best_value_gap(self, claim: dict[str, Any]) -> Fraction:
        near, rng = Neighbourhood(self.game, claim), random.Random(0)
        policies = [near.moves(near.center, rng) for _ in range(self.tries)]
        policies += [policy for policy in self.hints if near.admits(policy)]
        return max(self.game.errors(near.center, policy)["value_gap"] for policy in policies)
