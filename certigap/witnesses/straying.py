"""Opponents near the expert's against whom best responses are far from it, or gain much: delta and kappa from below.

Sparse moves, which is where the extremes are: all of the error at one row, or at a few rows drawn at random, each moved
towards one action. Floats choose among them; what is kept is computed exactly.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from certigap.exact.brief import Brief
from certigap.exact.vector import Vector
from certigap.floats.game import FloatGame
from certigap.model.policy import Policy
from certigap.model.rows import Distribution, distribution
from certigap.regions.engine import RegionEngine
from certigap.regions.straying import Opponents, choices, surely_visited
from certigap.semantics.evaluation import action_values
from certigap.semantics.exploitability import GapAnswer, gaps
from certigap.work.deadline import Deadline

__all__ = ["StrayWitness", "stray_witnesses"]

_DRAWN = 60  # random sparse policies; beyond them trials found nothing more on games of up to 20 states
_KEPT = 3  # candidates of each kind that are computed exactly
_TIE = 1e-9  # of the largest action value: below it floats take two actions for equal


@dataclass(frozen=True, repr=False)
class StrayWitness(Brief):
    """The best policies found: what each shows, and its gaps; 0 and None where none was found."""

    delta_sel: tuple[Fraction, GapAnswer | None]
    delta_max: tuple[Fraction, GapAnswer | None]
    kappa: tuple[Fraction, GapAnswer | None]


def stray_witnesses(
    engine: RegionEngine, opponents: Opponents, mass_upper: Vector, deadline: Deadline, seed: int = 0
) -> StrayWitness:
    """Witnesses for one player; `mass_upper` `[S]` >= the expert's occupancy, which prices their errors."""
    search = _Search(engine, opponents, mass_upper)
    rated: list[tuple[tuple[float, float], Policy]] = []
    for policy in search.candidates(random.Random(seed)):
        if not deadline.going:
            break
        rated.append((search.rated(policy), policy))
    best: dict[str, tuple[Fraction, GapAnswer | None]] = dict.fromkeys(("sel", "max", "kappa"), (Fraction(0), None))
    for which in (0, 1):
        for _, policy in sorted(rated, key=lambda entry: -entry[0][which])[:_KEPT]:
            if not deadline.going:
                break
            for name, found in search.exact(policy).items():
                best[name] = max(best[name], found, key=lambda pair: pair[0])
    return StrayWitness(best["sel"], best["max"], best["kappa"])


class _Search:
    def __init__(self, engine: RegionEngine, opponents: Opponents, mass_upper: Vector) -> None:
        self.engine, self.opponents, self.expert, self.player = engine, opponents, opponents.expert, opponents.player
        self.game, self.floats = engine.game, FloatGame(engine.game)
        self.mass_upper = mass_upper.fractions()
        self.mass = np.array(opponents.mass.floats())
        self.places = [
            (j, s, b)
            for j, own in enumerate(self.expert.rows)
            for s, row in enumerate(own)
            for b in range(len(row.weights))
            if j != self.player and len(row.weights) > 1 and self.matters(j, s)
        ]
        self.places.sort(key=lambda place: self.mass_upper[place[1]])  # where play seldom comes errors are cheap

    def matters(self, j: int, s: int) -> bool:
        """Whether another's action at a state changes the player's reward or what follows."""
        state = self.engine.scaled.states[s]
        stride, size = state.stride(j), state.shape[j]
        outcomes = list(zip(state.rewards[self.player], state.following, strict=True))
        return any(outcomes[k] != outcomes[k - (k // stride % size) * stride] for k in range(len(outcomes)))

    def candidates(self, rng: random.Random) -> Iterator[Policy]:
        """The expert, all of the error at one row, then at rows in a random order."""
        yield self.expert
        for place in self.places:
            yield self.moved([place])
        for _ in range(_DRAWN if len(self.places) > 1 else 0):
            yield self.moved(rng.sample(self.places, rng.randint(2, len(self.places))))

    def moved(self, places: list[tuple[int, int, int]]) -> Policy:
        """Each row in turn moved to an action, as far as the error that is left allows; joint errors add up at most."""
        left = min(self.opponents.budget, Fraction(2))
        rows = [list(own) for own in self.expert.rows]
        seen = set[tuple[int, int]]()
        for j, s, b in places:
            own = self.expert.rows[j][s].fractions()
            away, mass = 2 * (1 - own[b]), self.mass_upper[s]
            if (j, s) in seen or not away:
                continue
            seen.add((j, s))
            share = min(Fraction(1), left / (away * mass)) if mass else Fraction(1)
            left -= share * away * mass
            moved = [(1 - share) * p + share * (a == b) for a, p in enumerate(own)]
            rows[j][s] = distribution(moved, "witness")
        return Policy(self.game, tuple(tuple(own) for own in rows))

    def rated(self, policy: Policy) -> tuple[float, float]:
        """About delta^sel and kappa of a policy."""
        rows, i = policy.floats(), self.player
        values, _ = self.floats.optimum(i, rows)
        weights = self.floats.joint(rows, without=i)
        index, size = self.game.layout.action_index[i], len(rows[i])
        actions = np.bincount(index, weights=weights * self.floats.action_values(i, values), minlength=size)
        state = self.game.layout.action_state[i]
        best = actions >= values[state] - _TIE * max(1e-300, float(np.abs(actions).max()))
        stray = float(2 * (self.mass[state] * self.expert.floats()[i] * ~best).sum())
        gain = float((values - self.floats.values(rows)[i]) @ self.floats.start)
        return stray, gain

    def exact(self, policy: Policy) -> dict[str, tuple[Fraction, GapAnswer]]:
        """What the policy shows, exactly."""
        answer, i = gaps(self.game, policy), self.player
        lower = answer.player_gaps[i].lower or Fraction(0)
        found = {"kappa": (lower, answer), "sel": (self._least(policy, answer), answer)}
        if answer.optima[i].is_exact:
            farthest = policy.replace(i, self._farthest(policy, answer))
            shown = gaps(self.game, farthest)
            if shown.player_gaps[i].upper == 0:
                found["max"] = (self._distance(farthest), shown)
        return found

    def _least(self, policy: Policy, answer: GapAnswer) -> Fraction:
        point = Opponents(policy, self.player, Fraction(0), Fraction(0), Vector((1,) * len(self.game.states), 1))
        optimum = answer.optima[self.player]
        kept = choices(self.engine, point, (optimum.upper, optimum.lower))
        region = point.region({})
        if region is None:
            return Fraction(0)
        total, mass = Fraction(0), self.opponents.mass.fractions()
        for s in surely_visited(policy, self.player, region, kept):
            own = self.expert.rows[self.player][s].fractions()
            total += mass[s] * 2 * sum((p for p, may in zip(own, kept[s], strict=True) if not may), Fraction(0))
        return total

    def _farthest(self, policy: Policy, answer: GapAnswer) -> list[Distribution]:
        """A best response as far from the expert as optimal actions are."""
        i, layout = self.player, self.game.layout
        q = action_values(self.game, i, answer.optima[i]).lower.fractions()
        rows = []
        for s, row in enumerate(self.expert.rows[i]):
            values = [Fraction(0)] * len(row.weights)
            for k in range(int(layout.row_offsets[s]), int(layout.row_offsets[s + 1])):
                _, joint = layout.joint(k)
                weight = Fraction(1)
                for j, a in enumerate(joint):
                    weight *= policy.rows[j][s].fractions()[a] if j != i else 1
                values[joint[i]] += weight * q[k]
            top = max(values)
            chosen = min((a for a, x in enumerate(values) if x == top), key=lambda a: row.weights[a])
            rows.append(Distribution(tuple(int(a == chosen) for a in range(len(values))), 1))
        return rows

    def _distance(self, policy: Policy) -> Fraction:
        total = Fraction(0)
        for s, m in enumerate(self.opponents.mass.fractions()):
            there, here = (who.rows[self.player][s].fractions() for who in (policy, self.expert))
            total += m * sum(abs(x - y) for x, y in zip(there, here, strict=True))
        return total
