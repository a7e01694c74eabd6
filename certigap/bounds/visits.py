"""How far one player alone can raise the occupancy of states: bounds of M_i(s) for all states, by few vectors.

M_i(s) = max over pi_i' of mu_{(pi_i', piE_-i)}(s). Three kinds of upper bounds (FORMAT 17):

- cap: g^k, where s is first reached in k >= 1 steps of player i against piE_-i; (1 - g) nu(s) + g at a start.
- flow: any Z >= 0 with Z(t) >= min { cap(t), (1 - g) nu(t) + g sum_s max_a P(t | s, a, piE_-i) Z(s) }: by induction
  over horizons M_i <= Z.
- group: for weights w > 0 on a set T, U(s) >= (1 - g) w(s) [s in T] + g max_a P(. | s, a, piE_-i).U shows
  sum_T w mu' <= nu.U for every deviation, so M_i(s) <= nu.U / w(s) for every s in T at once.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from certigap.exact.brief import Brief
from certigap.exact.integers import FloatArray, IndexArray, IntArray, as_object
from certigap.exact.linear import RowMatrix
from certigap.exact.vector import Vector
from certigap.floats.fixed_point import fixed_point
from certigap.floats.solvers import first_best
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics.exact_backend import evaluate_choice, is_optimal
from certigap.semantics.induced import decision_process
from certigap.semantics.optimum import action_rows
from certigap.work.deadline import Deadline

__all__ = ["Deviator", "Group", "Visits"]

_FLOW_BITS, _ENTRY_BITS = 120, 62
"""Grids of a flow, whose entries may be tiny, and of the transition probabilities, rounded up."""
_RAISED = 1e-7  # the sweeps are that much larger, so what they settle at holds although they have not quite settled
_RISES = 600
"""Sweeps towards a flow; one that has not settled by then has none worth its bits."""
_LENGTH = 10  # sweeps between two looks at the clock
_STILL = 1e-9  # the error of a deviation's occupancy: it is a candidate, evaluated anew
_DIGITS = 32  # bits of nu.U below its leading one
_TRIES = 6  # margins, each 8 times the last


@dataclass(frozen=True, slots=True, repr=False)
class Group(Brief):
    """`nu.vector / weights[s]` bounds M_i(s) for every target s (module docstring)."""

    vector: Vector
    weights: Mapping[int, int]


@dataclass(frozen=True, slots=True, repr=False)
class Visits(Brief):
    """Proven `most[s] >= M_i(s)`, 0 where player i alone cannot come, and what shows it."""

    most: tuple[Fraction, ...]
    flow: Vector | None
    groups: tuple[Group, ...]

    def to_json(self, game: Game) -> dict[str, Any]:
        """The proof of FORMAT 17."""
        groups = [
            {"vector": vector_json(group.vector), "weights": {game.states[s]: w for s, w in group.weights.items()}}
            for group in self.groups
        ]
        return {**({} if self.flow is None else {"flow": vector_json(self.flow)}), "groups": groups}


class Deviator:
    """Player `player` against the expert's others, in a game with a discount above 0."""

    def __init__(self, expert: Policy, player: int) -> None:
        self.game, self.expert, self.player = expert.game, expert, player
        self.size = len(self.game.states)
        self.process = decision_process(self.game, expert, player)
        matrix = self.process.matrix
        self.matrix = matrix and RowMatrix(
            matrix.offsets, matrix.columns, as_object(matrix.weights), as_object(matrix.scales)
        )
        self.floats: Any = None if matrix is None else matrix.sparse(self.size)
        self.discount = self.game.float_discount
        self.start: FloatArray = np.array([float(x) for x in self.game.initial.fractions()])

    @cached_property
    def parents(self) -> dict[int, tuple[int, int] | None]:
        """Every state that the player alone can reach, nearest first: the (state, own action) before it, if any."""
        found: dict[int, tuple[int, int] | None] = {s: None for s, w in enumerate(self.game.initial.weights) if w}
        waiting = list(found)
        if self.matrix is None:
            return found
        first, columns = self.matrix.offsets.tolist(), self.matrix.columns.tolist()
        rows = self.process.offsets.tolist()
        for s in waiting:
            for row in range(rows[s], rows[s + 1]):
                for t in columns[first[row] : first[row + 1]]:
                    if t not in found:
                        found[t] = (s, row - rows[s])
                        waiting.append(t)
        return found

    def path(self, state: int) -> tuple[list[int], list[int]]:
        """The states from a start to `state`, and the own actions between them."""
        states, actions = [state], []
        while (before := self.parents[states[-1]]) is not None:
            states.append(before[0])
            actions.append(before[1])
        return states[::-1], actions[::-1]

    @cached_property
    def caps(self) -> list[Fraction]:
        """`[S]` (module docstring); 0 where the player alone cannot come."""
        g, steps, caps = self.game.discount, dict[int, int](), [Fraction(0)] * self.size
        for s, before in self.parents.items():
            steps[s] = 0 if before is None else steps[before[0]] + 1
            start = (1 - g) * Fraction(self.game.initial.weights[s], self.game.initial.denominator) + g
            caps[s] = g ** steps[s] if steps[s] else start
        return caps

    def flow(self) -> Vector | None:
        """A flow, when sweeps from 0 settle."""
        if self.matrix is None:
            return None
        keys = np.repeat(self.process.owners, np.diff(self.matrix.offsets)) * self.size + self.matrix.columns
        scales = np.repeat(self.matrix.scales, np.diff(self.matrix.offsets))
        up = -(-(self.matrix.weights << _ENTRY_BITS) // scales)
        order = np.argsort(keys, kind="stable")
        first = np.flatnonzero(np.diff(keys[order], prepend=-1))
        most: IntArray = np.maximum.reduceat(up[order], first)
        sources, targets = np.divmod(keys[order][first], self.size)
        settled = self._settled(np.ldexp(most.astype(float), -_ENTRY_BITS), sources, targets)
        if settled is None:
            return None
        z = np.array([math.ceil(math.ldexp(x, _FLOW_BITS)) for x in settled], dtype=object)
        g, start = self.game.discount, self.game.initial
        into: IntArray = np.zeros(self.size, dtype=object)
        np.add.at(into, targets, most * z[sources])
        limit = (g.numerator * start.denominator * into) >> _ENTRY_BITS
        limit += ((g.denominator - g.numerator) * np.array(start.weights, dtype=object)) << _FLOW_BITS
        caps = np.array([-((-cap.numerator << _FLOW_BITS) // cap.denominator) for cap in self.caps], dtype=object)
        scale = g.denominator * start.denominator
        holds = (z >= caps) | (z * scale >= limit + 1)
        return Vector(tuple(z.tolist()), 1 << _FLOW_BITS) if bool(holds.all()) else None

    def _settled(self, entries: FloatArray, sources: IndexArray, targets: IndexArray) -> FloatArray | None:
        from scipy.sparse import csr_array

        into = csr_array((entries * self.discount, (targets, sources)), shape=(self.size, self.size))
        caps = np.array([float(x) for x in self.caps])
        base, z = (1 - self.discount) * self.start, np.zeros(self.size)
        for _ in range(_RISES):
            new = np.minimum(caps, (1 + _RAISED) * (base + into @ z))
            if (new <= z * (1 + _RAISED / 8)).all():
                return np.asarray(new)
            z = new
        return None

    def optimum(
        self, rewards: FloatArray, u: FloatArray, tolerance: float, deadline: Deadline
    ) -> tuple[float, IndexArray]:
        """Bring `u` near the best discounted sum of (1 - g) rewards, in place; its last move, and greedy rows `[S]`."""
        offsets, income = self.process.offsets, (1 - self.discount) * rewards

        def sweeps(x: FloatArray, count: int) -> float:
            move = math.inf
            for _ in range(count):
                new = income + self.discount * np.maximum.reduceat(self.floats @ x, offsets[:-1])
                move = float(np.abs(new - x).max())
                x[:] = new
                if move <= tolerance:
                    break
            return move

        move = fixed_point(sweeps, u, self.discount, tolerance, _LENGTH, deadline)
        return move, first_best(self.floats @ u, offsets)

    def occupancy(self, rows: IndexArray, deadline: Deadline) -> FloatArray:
        """`[S]` of playing row `rows[s]` at every state, in floats: by sweeps, as a factorisation costs a hundred."""
        back, income = self.floats[rows].T.tocsr(), (1 - self.discount) * self.start

        def sweeps(x: FloatArray, count: int) -> float:
            move = math.inf
            for _ in range(count):
                new = income + self.discount * (back @ x)
                move = float(np.abs(new - x).max())
                x[:] = new
            return move

        m = self.start.copy()
        fixed_point(sweeps, m, self.discount, _STILL * (1 - self.discount), _LENGTH, deadline)
        return m

    def policy(self, rows: IndexArray) -> Policy:
        """The expert with the player's rows replaced by these pure ones."""
        chosen = (rows - self.process.offsets[:-1]).tolist()
        counts = np.diff(self.process.offsets).tolist()
        return self.expert.replace(self.player, [action_rows(n, a) for n, a in zip(counts, chosen, strict=True)])

    def certified(self, weights: Mapping[int, int], proposal: FloatArray, move: float) -> Group:
        """The group of a float solution `[S]`, raised and rounded up until it holds; U = max w always does."""
        value = max(float(self.start @ proposal), 1e-300)
        bits = max(0, _DIGITS + math.ceil(float(self.game.horizon)).bit_length() - math.frexp(value)[1])
        margin = 2 * max(move, 2.0**-bits, 1e-15 * float(proposal.max())) / float(1 - self.game.discount)
        top = max(weights.values())
        for _ in range(_TRIES):
            raised = np.ceil(np.ldexp(np.minimum(proposal + margin, float(top)), bits))
            u: IntArray = np.array([min(int(x), top << bits) for x in raised], dtype=object)
            if self.holds(weights, u, bits):
                return Group(Vector(tuple(u.tolist()), 1 << bits), weights)
            margin *= 8
        return Group(Vector((top,) * self.size, 1), weights)

    def holds(self, weights: Mapping[int, int], u: IntArray, bits: int) -> bool:
        """U(s) >= (1 - g) w(s) + g P(. | s, a).U for every own action, U over 2^bits."""
        if self.matrix is None:
            return False
        g, rows = self.game.discount, self.process.offsets.tolist()
        left = u[self.process.owners] * (self.matrix.scales * g.denominator) - g.numerator * self.matrix.row_sums(u)
        for s, w in weights.items():
            own = slice(rows[s], rows[s + 1])
            left[own] -= self.matrix.scales[own] * (((g.denominator - g.numerator) * w) << bits)
        return bool((left >= 0).all())

    def exact(self, target: int, rows: IndexArray) -> Group | None:
        """The exact values of one target, if `rows` attain them."""
        g, rewards = self.game.discount, np.zeros(len(self.process.owners), dtype=object)
        rewards[self.process.offsets[target] : self.process.offsets[target + 1]] = g.denominator - g.numerator
        paid = dataclasses.replace(
            self.process,
            rewards=(rewards,),
            reward_denominators=(g.denominator,),
            denominators=np.ones(len(rewards), dtype=np.int64),
        )
        vector = evaluate_choice(paid, g, rows)
        return Group(vector, {target: 1}) if is_optimal(paid, g, rows, vector) else None

    def visits(self, flow: Vector | None, groups: list[Group]) -> Visits:
        """What caps, a flow and groups show together."""
        most = list(self.caps)
        if flow is not None:
            most = list(map(min, most, flow.fractions()))
        for group in groups:
            start = group.vector.dot(self.game.initial.weights, self.game.initial.denominator)
            for s, w in group.weights.items():
                most[s] = min(most[s], start / w)
        return Visits(tuple(most), flow, tuple(groups))
