"""A second, dumb opinion: games read loosely with the standard library, their policies evaluated with Fractions.

Values and occupancies are solutions of linear systems by Gaussian elimination, optimal values come from policy
iteration that stops when no action improves, so everything about one policy is exact. Nothing is shared with the
package or with the checker, nothing here is fast.
"""

import itertools
import json
import math
from fractions import Fraction
from typing import Any

Row = list[Fraction]
Rows = list[list[Row]]
"""`[n][S][A_i(s)]`."""

ZERO, ONE = Fraction(0), Fraction(1)


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
        return solve(
            [list(column) for column in zip(*self.system(matrix), strict=True)], [(1 - self.g) * p for p in self.nu]
        )

    def optimum(self, policy: Rows, i: int) -> Row:
        """V_i^{*, pi_-i}: policy iteration from the first actions, until no action is better anywhere."""
        choice = [0] * len(self.states)
        while True:
            rows = list(policy)
            rows[i] = [
                [ONE if a == c else ZERO for a in range(len(own[i]))]
                for c, own in zip(choice, self.actions, strict=True)
            ]
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
            self.memory[key] = [
                self.start(self.optimum(policy, i)) - self.start(self.value(policy, i)) for i in players
            ]
        found: Row = self.memory[key]
        return found

    def bc_errors(self, expert: Rows, policy: Rows) -> Row:
        """Expected L1 distance of every player's rows, over the expert's occupancy."""
        mu = self.occupancy(expert)
        pairs = zip(policy, expert, strict=True)
        return [sum((m * l1(x, y) for m, x, y in zip(mu, a, b, strict=True)), ZERO) for a, b in pairs]

    def mu_error(self, expert: Rows, policy: Rows) -> Fraction:
        return l1(self.occupancy(policy), self.occupancy(expert))

    def rho_error(self, expert: Rows, policy: Rows) -> Fraction:
        mu, nu = self.occupancy(policy), self.occupancy(expert)
        pairs = zip(self.joint(policy), self.joint(expert), mu, nu, strict=True)
        return sum((abs(m * p - n * q) for x, y, m, n in pairs for p, q in zip(x, y, strict=True)), ZERO)

    def joint(self, policy: Rows) -> list[Row]:
        """`[S]` probabilities of the joint actions."""
        return [
            [math.prod((policy[i][s][a] for i, a in enumerate(joint)), start=ONE) for joint in own]
            for s, own in enumerate(self.next)
        ]

    def errors(self, expert: Rows, policy: Rows) -> dict[str, Fraction]:
        players = range(len(self.players))
        return {
            "eps_bc": max(self.bc_errors(expert, policy)),
            "eps_mu": self.mu_error(expert, policy),
            "eps_rho": self.rho_error(expert, policy),
            "value_gap": max(self.start(self.value(expert, i)) - self.start(self.value(policy, i)) for i in players),
        }

    def equilibria(self) -> list[Rows]:
        """Of a bimatrix game without ties: profiles on supports of one size that make the other indifferent."""
        sizes, found = [range(len(own)) for own in self.actions[0]], []
        for k in range(1, min(len(own) for own in sizes) + 1):
            for rows, columns in itertools.product(*(itertools.combinations(own, k) for own in sizes)):
                profile = [self.indifferent(1, rows, columns), self.indifferent(0, rows, columns)]
                if all(row is not None and min(row) >= 0 for row in profile):
                    policy = [[row] for row in profile if row is not None]
                    if max(self.gaps(policy)) == 0 and policy not in found:
                        found.append(policy)
        return found

    def indifferent(self, i: int, rows: tuple[int, ...], columns: tuple[int, ...]) -> Row | None:
        """The opponent's row on its support that makes player `i` indifferent on its own; None if there is none."""
        own, other = (rows, columns) if i == 0 else (columns, rows)
        payoff = [[self.reward[0][(a, b) if i == 0 else (b, a)][i] for b in other] for a in own]
        matrix = [[x - y for x, y in zip(line, payoff[0], strict=True)] for line in payoff[1:]]
        try:
            weights = solve([*matrix, [ONE] * len(other)], [*([ZERO] * len(matrix)), ONE])
        except StopIteration:
            return None
        row = [ZERO] * len(self.actions[0][1 - i])
        for b, weight in zip(other, weights, strict=True):
            row[b] = weight
        return row


def l1(x: Row, y: Row) -> Fraction:
    return sum((abs(a - b) for a, b in zip(x, y, strict=True)), ZERO)
