"""Backward induction over a finite horizon (THEORY 14): an equilibrium of every stage with what follows it, last first.

At step t and state s the one-shot game q_i(a) = r_i(s, a) + g P(. | s, a) V_{i,t+1} is solved as at a stage of
`certigap.solve.backward`; its equilibria together are a subgame-perfect one. Values and rows whose numbers have become
long are rounded to grids, and then the profile is an equilibrium up to a small regret, which is certified as any is.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from certigap.errors import InputError, LimitError
from certigap.exact.interval import Interval
from certigap.model.finite.game import FiniteGame
from certigap.model.finite.policy import FinitePolicy
from certigap.model.policy import Policy
from certigap.model.rows import Distribution, distribution
from certigap.model.shown import Sheet, Shown
from certigap.semantics.exploitability import describe
from certigap.semantics.finite import FiniteGapAnswer, finite_gaps
from certigap.solve.stage import Approximation, stage_equilibrium
from certigap.work.deadline import Deadline

__all__ = ["FiniteSolveAnswer", "solve_finite"]

_LONG = 512  # bits of a value or a row that is rounded
_VALUE_BITS = 192  # of the grid of values
Values = list[list[Fraction]]  # [S][n]


@dataclass(frozen=True, repr=False)
class FiniteSolveAnswer(Shown):
    """An expert of a game of finite horizon, with its certified regret."""

    game: FiniteGame
    expert: FinitePolicy
    gaps: FiniteGapAnswer
    method: str = "backward"
    complete: bool = True
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def regret(self) -> Interval:
        """eta = NashGap(expert)."""
        return self.gaps.nash_gap

    def sheet(self) -> Sheet:
        """What each player could gain."""
        return Sheet(("player", "gap"), list(zip(self.game.players, self.gaps.player_gaps, strict=True)))

    def _line(self) -> str:
        return f"<FiniteSolveAnswer {self.method}, NashGap {describe(self.regret)}>"


def solve_finite(
    game: FiniteGame, budget: float | None = None, seed: int = 0, denominator: int = 2**52
) -> FiniteSolveAnswer:
    """A subgame-perfect equilibrium, exact while its numbers stay short; pure wherever a stage has a pure one.

    Args:
        game: a game of finite horizon.
        budget: seconds.
        seed: of the starting points where a stage of three or more movers has no pure equilibrium.
        denominator: of the grid of rows that are rounded.

    Raises:
        LimitError: the budget passed.
        SolverError: a stage of three or more movers stayed undecided.

    >>> from certigap.model.build import bimatrix
    >>> from certigap.model.finite import finite_horizon
    >>> solve_finite(finite_horizon(bimatrix([[1, -1], [-1, 1]]), 20))
    <FiniteSolveAnswer backward, NashGap 0>
    """
    if not isinstance(game, FiniteGame):
        raise InputError(f"game: expected a FiniteGame, got the {type(game).__name__} {str(game)[:60]!r}")
    induction = _Induction(game, Approximation(seed, denominator, Deadline(budget)))
    values: Values = [[Fraction(0)] * len(game.players) for _ in game.states]
    steps: list[Policy] = []
    for _ in range(game.horizon):
        step, values = induction.step(values)
        steps.append(step)
    expert = FinitePolicy.shared(game, steps[::-1])
    details = {"algorithm": "backward induction", "exact_stages": induction.exact}
    return FiniteSolveAnswer(game, expert, finite_gaps(game, expert), details=details)


class _Induction:
    def __init__(self, game: FiniteGame, approximation: Approximation) -> None:
        self.game, self.approximation, self.exact = game, approximation, True
        self._kept: dict[Any, tuple[list[Distribution], list[Fraction]]] = {}
        offsets = game.layout.row_offsets.tolist()
        transitions, stage, players = game.stage.transitions, game.stage, range(len(game.players))
        self._rows = [range(*ends) for ends in itertools.pairwise(offsets)]
        self._next = [list(transitions.row(k).items()) for k in range(game.layout.rows)]
        self._rewards = [[stage.reward(i, k) for k in range(game.layout.rows)] for i in players]

    def step(self, later: Values) -> tuple[Policy, Values]:
        """The policy of one step and the values from it on."""
        solved = [self.solve(s, later) for s in range(len(self.game.states))]
        rows = tuple(tuple(own[i] for own, _ in solved) for i in range(len(self.game.players)))
        return Policy(self.game.stage, rows), [values for _, values in solved]

    def solve(self, state: int, later: Values) -> tuple[list[Distribution], list[Fraction]]:
        """Rows and values at a state; what was solved before, an ended game for one, is not solved again."""
        if not self.approximation.deadline.going:
            raise LimitError(f"backward induction over {self.game!r}: expected its end in time, got none")
        payoffs = [[self.worth(i, k, later) for k in self._rows[state]] for i in range(len(self.game.players))]
        key = (state, tuple(map(tuple, payoffs)))
        if key not in self._kept:
            self._kept = {old: found for old, found in self._kept.items() if old[0] != state}
            self._kept[key] = self.equilibrium(state, payoffs)
        return self._kept[key]

    def worth(self, player: int, row: int, later: Values) -> Fraction:
        following = sum((p * later[s][player] for s, p in self._next[row] if later[s][player]), Fraction(0))
        return self._rewards[player][row] + self.game.discount * following

    def equilibrium(self, state: int, payoffs: list[list[Fraction]]) -> tuple[list[Distribution], list[Fraction]]:
        shape = self.game.layout.shapes[state]
        if len(payoffs[0]) == 1:
            return [Distribution((1,), 1)] * len(shape), [own[0] for own in payoffs]
        mixed, exact = stage_equilibrium(payoffs, shape, self.approximation)
        if any(_is_long(p) for row in mixed for p in row):
            exact = False
            mixed = [_on_grid(row, self.approximation.denominator) for row in mixed]
        self.exact &= exact
        weights = [Fraction(1)]
        for row in mixed:
            weights = [w * p for w in weights for p in row]
        values = [sum((w * x for w, x in zip(weights, own, strict=True) if w), Fraction(0)) for own in payoffs]
        rows = [distribution(row, f"row at state {self.game.states[state]!r}") for row in mixed]
        return rows, [self.short(value) for value in values]

    def short(self, value: Fraction) -> Fraction:
        if not _is_long(value):
            return value
        self.exact = False
        return Fraction(round(value * (1 << _VALUE_BITS)), 1 << _VALUE_BITS)


def _is_long(x: Fraction) -> bool:
    return max(x.numerator.bit_length(), x.denominator.bit_length()) > _LONG


def _on_grid(row: Sequence[Fraction], denominator: int) -> list[Fraction]:
    """The row on a grid; the largest entry absorbs the remainder."""
    weights = [int(p * denominator) for p in row]
    weights[weights.index(max(weights))] += denominator - sum(weights)
    return [Fraction(w, denominator) for w in weights]
