"""Is a claim of dominance or continuity false? Decided by programs in floats with room to spare, and by sampling.

The games of the cases have payoffs on coarse grids, so that a margin is 0 or far from it. Step functions are compared
with the values at many exact plays of the others; where the others have two joint plays, with all that matter.
"""

import itertools
from fractions import Fraction
from typing import Any

import numpy as np

from tests.helpers.checker.truth import ZERO, Row, TrueGame, l1

__all__ = ["StageClaims"]

NOTHING = 1e-7
NUDGE = Fraction(1, 10**6)
Left = tuple[tuple[int, ...], ...]


class StageClaims:
    """What is true of a game of one state."""

    def __init__(self, game: TrueGame) -> None:
        self.game, self.sizes = game, [len(own) for own in game.actions[0]]
        self.players = range(len(self.sizes))

    def is_false(self, claim: dict[str, Any]) -> bool:
        return self.dominance(claim) if claim["kind"] == "dominance" else self.continuity(claim)

    def table(self, i: int, left: Left | None = None) -> list[Row]:
        """`[A_i][B]` exact payoffs."""
        lists = left or tuple(tuple(range(size)) for size in self.sizes)
        others = [lists[j] for j in self.players if j != i]
        return [[self.game.reward[0][(*b[:i], a, *b[i:])][i] for b in itertools.product(*others)] for a in lists[i]]

    # dominance

    def dominance(self, claim: dict[str, Any]) -> bool:
        names = self.game.players
        for name, ends in claim.get("kappa", {}).items():
            i = names.index(name)
            if not within(float(self.kappa(i, self.game.rows(claim["expert"])[i][0])), ends):
                return True
        for name, ends in claim.get("least", {}).items():
            if not within(self.least(names.index(name)), ends):
                return True
        for name, own in claim.get("actions", {}).items():
            i = names.index(name)
            for action, said in own.items():
                place = self.game.actions[0][i].index(action)
                for relation, strength in said.items():
                    if self.is_dominated(self.table(i), place, strength) != (relation == "dominated"):
                        return True
        return "elimination" in claim and not self.is_left(claim["elimination"])

    def kappa(self, i: int, row: Row) -> Fraction:
        columns = zip(*self.table(i), strict=True)
        losses = (max(c) - sum((x * u for x, u in zip(row, c, strict=True)), ZERO) for c in columns)
        return max(losses) / (1 - self.game.g)

    def least(self, i: int) -> float:
        """min over mixtures of the largest regret, by a program."""
        from scipy.optimize import linprog

        table = np.array(self.table(i), dtype=float)
        rows, columns = table.shape
        best = linprog(
            [0] * rows + [1],
            A_ub=np.hstack([-table.T, -np.ones((columns, 1))]),
            b_ub=-table.max(axis=0),
            A_eq=[[1] * rows + [0]],
            b_eq=[1],
            bounds=[(0, None)] * rows + [(None, None)],
        )
        return float(best.fun) / float(1 - self.game.g)

    def is_dominated(self, table: list[Row], action: int, strength: str) -> bool:
        from scipy.optimize import linprog

        gains = np.array([[x - y for x, y in zip(line, table[action], strict=True)] for line in table], dtype=float)
        gains = np.delete(gains, action, axis=0)
        rows, columns = gains.shape
        if rows == 0:
            return False
        if strength == "weak":
            most = linprog(-gains.sum(axis=1), -gains.T, [0] * columns, [[1] * rows], [1])
            return most.status == 0 and -most.fun > NOTHING
        margin = linprog(
            [0] * rows + [-1],
            np.hstack([-gains.T, np.ones((columns, 1))]),
            [0] * columns,
            [[1] * rows + [0]],
            [1],
            bounds=[(0, None)] * rows + [(None, None)],
        )
        return bool(-margin.fun > NOTHING if strength == "strict" else -margin.fun > -NOTHING)

    def goes(self, left: Left, i: int, action: int, claim: dict[str, Any]) -> bool:
        table, place, strength = self.table(i, left), left[i].index(action), claim["strength"]
        if claim["by"] == "mixtures":
            return self.is_dominated(table, place, strength)
        pairs = (([line, table[place]]) for k, line in enumerate(table) if k != place)
        return any(self.is_dominated(pair, 1, strength) for pair in pairs)

    def is_left(self, claim: dict[str, Any]) -> bool:
        """Some order of steps leaves what is claimed, and nothing more goes if that is claimed."""
        names = self.game.actions[0]
        goal = tuple(
            tuple(names[i].index(a) for a in claim["remaining"][player]) for i, player in enumerate(self.game.players)
        )
        reached = {tuple(tuple(range(size)) for size in self.sizes)}
        frontier = list(reached)
        while frontier:
            left = frontier.pop()
            for i in self.players:
                for action in left[i]:
                    after = tuple(tuple(a for a in own if (j, a) != (i, action)) for j, own in enumerate(left))
                    keeps = all(set(wanted) <= set(own) for wanted, own in zip(goal, after, strict=True))
                    if keeps and after not in reached and self.goes(left, i, action, claim):
                        reached.add(after)
                        frontier.append(after)
        ended = (
            not any(self.goes(goal, i, a, claim) for i in self.players for a in goal[i]) if goal in reached else False
        )
        return goal in reached and (ended or "final" not in claim)

    # continuity

    def continuity(self, claim: dict[str, Any]) -> bool:
        expert, radius = self.game.rows(claim["expert"]), Fraction(claim["radius"])
        for i, name in enumerate(self.game.players):
            row, center = expert[i][0], product([expert[j][0] for j in self.players if j != i])
            plays = [(l1(play, center), self.best(i, play)) for play in self.plays(expert, i)]
            for kind in ("delta_sel", "delta_max"):
                for span in spans(claim.get(kind, {}).get(name, []), radius):
                    values = [(d, straying(row, best, kind)) for d, best in plays]
                    if span.is_refuted(values, exact=len(center) <= 2):
                        return True
            if name in claim.get("kappa", {}) and self.misses_kappa(claim["kappa"][name], expert, i, radius):
                return True
        return False

    def plays(self, expert: list[list[Row]], i: int) -> list[Row]:
        """Joint rows: with one other player of two actions all turning points and beside them, else a grid."""
        others = [expert[j][0] for j in self.players if j != i]
        if len(others) == 1 and len(others[0]) == 2:
            points = {ZERO, Fraction(1), others[0][1]}
            for x, y in itertools.combinations(self.table(i), 2):
                slope = (x[1] - x[0]) - (y[1] - y[0])
                if slope:
                    points.add((y[0] - x[0]) / slope)
            near = {p + nudge for p in points for nudge in (-NUDGE, ZERO, NUDGE)}
            return [[1 - p, p] for p in sorted(near) if 0 <= p <= 1]
        grids = []
        for row in others:
            ends = [
                [Fraction(w, 8) for w in weights]
                for weights in itertools.product(range(9), repeat=len(row))
                if sum(weights) == 8
            ]
            shares = (Fraction(0), NUDGE, Fraction(1, 4), Fraction(1))
            moved = [[(1 - s) * e + s * x for e, x in zip(row, end, strict=True)] for end in ends for s in shares]
            grids.append([row for k, row in enumerate(moved) if row not in moved[:k]])
        return [product(rows) for rows in itertools.product(*grids)]

    def best(self, i: int, play: Row) -> list[int]:
        payoffs = [sum((y * u for y, u in zip(play, line, strict=True)), ZERO) for line in self.table(i)]
        return [a for a, value in enumerate(payoffs) if value == max(payoffs)]

    def misses_kappa(self, ends: dict[str, str], expert: list[list[Row]], i: int, radius: Fraction) -> bool:
        """A sampled play refutes an upper end; one other player of two actions settles both."""
        center = product([expert[j][0] for j in self.players if j != i])
        found = [self.regret(i, expert[i][0], play) for play in self.plays(expert, i) if l1(play, center) <= radius]
        if len(center) == 2:
            edges = [center[1] - radius / 2, center[1] + radius / 2]
            found += [self.regret(i, expert[i][0], [1 - p, p]) for p in edges if 0 <= p <= 1]
            if "lower" in ends and Fraction(ends["lower"]) > max(found):
                return True
        return "upper" in ends and Fraction(ends["upper"]) < max(found)

    def regret(self, i: int, row: Row, play: Row) -> Fraction:
        payoffs = [sum((y * u for y, u in zip(play, line, strict=True)), ZERO) for line in self.table(i)]
        return (max(payoffs) - sum((x * p for x, p in zip(row, payoffs, strict=True)), ZERO)) / (1 - self.game.g)


class Span:
    """One step of a claim and where it ends."""

    def __init__(self, step: dict[str, Any], end: tuple[Fraction, bool]) -> None:
        self.start, self.end = (Fraction(step["from"]), "open" in step), end
        self.lower, self.upper = Fraction(step["lower"]), Fraction(step["upper"])

    def is_refuted(self, values: list[tuple[Fraction, Fraction]], exact: bool) -> bool:
        """A play within the step is worth more than its upper end, or none up to its start as much as its lower one."""
        if any(value > self.upper and (d, False) < self.end for d, value in values):
            return True
        room = 3 * NUDGE if self.start[1] else ZERO
        reached = [value for d, value in values if d <= self.start[0] + room]
        return exact and self.lower > max(reached, default=ZERO)


def spans(steps: list[dict[str, Any]], radius: Fraction) -> list[Span]:
    starts = [(Fraction(step["from"]), "open" in step) for step in steps]
    return [Span(step, end) for step, end in zip(steps, [*starts[1:], (radius, True)], strict=False)]


def straying(row: Row, best: list[int], kind: str) -> Fraction:
    if kind == "delta_sel":
        return 2 - 2 * sum((row[a] for a in best), ZERO)
    return 2 - 2 * min(row[a] for a in best)


def product(rows: list[Row]) -> Row:
    result = [Fraction(1)]
    for row in rows:
        result = [x * y for x in result for y in row]
    return result


def within(number: float, ends: dict[str, str]) -> bool:
    low, high = (float(Fraction(ends[side])) if side in ends else None for side in ("lower", "upper"))
    return (low is None or low <= number + NOTHING) and (high is None or number <= high + NOTHING)
