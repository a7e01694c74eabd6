"""Values and occupancies as rational functions: a game of the catalog whose discount and rows are symbols.

V = r_pi + g P_pi V and mu = (1 - g) nu + g P_pi^T mu, solved by elimination over a field of rational functions.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from sympy.polys.matrices import DomainMatrix

from certigap.model.game import Game
from certigap.model.parametric.game import function_field
from certigap.model.policy import Policy

__all__ = ["SymbolicPlay", "function_field"]

Element = Any
Rows = Sequence[Sequence[Sequence[Element]]]
"""`[n][S][A_i(s)]` elements of the field."""


class SymbolicPlay:
    """A game played by rows over a field, its discount an element of that field.

    Args:
        game: states, rewards and transitions; its own discount is not used.
        rows: `[n][S][A_i(s)]`, or a policy.
        discount: an element of the field.
        domain: the field, from `function_field`.
    """

    def __init__(self, game: Game, rows: Rows | Policy, discount: Element, domain: Any) -> None:
        self.game, self.discount, self.domain = game, discount, domain
        self.rows = self._as_rows(rows)

    def number(self, value: Any) -> Element:
        """A Fraction or whole number as an element of the field."""
        return self.domain(value.numerator) / self.domain(value.denominator)

    def values(self, player: int) -> list[Element]:
        """V_i at every state."""
        rewards = []
        for s in range(len(self.game.states)):
            terms = (w * self.number(self.game.reward(player, row)) for row, w in self._joint(s))
            rewards.append(sum(terms, self.domain.zero))
        return self._solve(rewards, transposed=False)

    def value(self, player: int) -> Element:
        """V_i at the start."""
        start = [self.number(p) for p in self.game.initial.fractions()]
        return sum((p * v for p, v in zip(start, self.values(player), strict=True)), self.domain.zero)

    def occupancy(self) -> list[Element]:
        """mu at every state."""
        start = [(1 - self.discount) * self.number(p) for p in self.game.initial.fractions()]
        return self._solve(start, transposed=True)

    def _as_rows(self, rows: Rows | Policy) -> Rows:
        if not isinstance(rows, Policy):
            return rows
        return [[[self.number(p) for p in row.fractions()] for row in own] for own in rows.rows]

    def _joint(self, state: int) -> list[tuple[int, Element]]:
        """Rows of the game at a state, with their probabilities."""
        layout = self.game.layout
        found = []
        for joint in itertools.product(*(range(size) for size in layout.shapes[state])):
            weight = self.domain.one
            for own, action in zip(self.rows, joint, strict=True):
                weight = weight * own[state][action]
            if weight:
                found.append((layout.row(state, joint), weight))
        return found

    def _solve(self, right: list[Element], transposed: bool) -> list[Element]:
        size = len(self.game.states)
        matrix = [[self.domain.one if s == t else self.domain.zero for t in range(size)] for s in range(size)]
        for s in range(size):
            for row, weight in self._joint(s):
                following: Mapping[int, Any] = self.game.transitions.row(row)
                for t, p in following.items():
                    place = (t, s) if transposed else (s, t)
                    step = self.discount * weight * self.number(p)
                    matrix[place[0]][place[1]] = matrix[place[0]][place[1]] - step
        field = self.domain
        system = DomainMatrix(matrix, (size, size), field)
        column = DomainMatrix([[x] for x in right], (size, 1), field)
        return [row[0] for row in system.lu_solve(column).to_list()]
