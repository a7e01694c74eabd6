"""Random instances from a seed, the same on every machine: small Markov games and policies with rational numbers."""

from collections.abc import Sequence
from fractions import Fraction

from certigap.model.build import markov_game, normal_form
from certigap.model.catalog.generated import Stream
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["Draw"]

_GRAIN = 10
_DISCOUNTS = (Fraction(0), Fraction(1, 3), Fraction(1, 2), Fraction(4, 5), Fraction(9, 10))


class Draw:
    """One instance's random numbers.

    >>> Draw(1).game(players=2, states=2)
    <Game 2 players, 2 states, 8 joint actions, discount 1/3>
    """

    def __init__(self, seed: int) -> None:
        self.stream = Stream(seed)

    def integer(self, low: int, high: int) -> int:
        """Uniform on low .. high."""
        return low + self.stream.below(high - low + 1)

    def rational(self, low: int = -1, high: int = 1) -> Fraction:
        """Uniform on the multiples of 1/10 in [low, high]."""
        return Fraction(self.integer(low * _GRAIN, high * _GRAIN), _GRAIN)

    def row(self, size: int, *, full: bool = False) -> list[Fraction]:
        """A probability row, with zeros and pure rows among them unless `full`."""
        weights = [self.integer(1 if full else 0, 4) for _ in range(size)]
        if not any(weights):
            weights[self.integer(0, size - 1)] = 1
        return [Fraction(w, sum(weights)) for w in weights]

    def game(
        self,
        players: int | None = None,
        states: int | None = None,
        actions: int = 2,
        discount: Fraction | None = None,
        *,
        full: bool = False,
    ) -> Game:
        """A Markov game, of 2 or 3 players and 1 to 3 states unless said otherwise; `full`: every state starts."""
        n = players or self.integer(2, 3)
        names = [f"s{k}" for k in range(states or self.integer(1, 3))]
        g = _DISCOUNTS[self.integer(0, len(_DISCOUNTS) - 1)] if discount is None else discount

        def outcome(_: str, __: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
            rewards = [self.rational() for _ in range(n)]
            return rewards, dict(zip(names, self.row(len(names)), strict=True))

        return markov_game(
            players=[str(i + 1) for i in range(n)],
            states=names,
            actions=[[f"a{k}" for k in range(actions)]] * n,
            outcome=outcome,
            discount=g,
            initial=dict(zip(names, self.row(len(names), full=full), strict=True)),
        )

    def normal_form(self, *sizes: int) -> Game:
        """A normal form with so many actions a player."""
        return normal_form([self._table(sizes) for _ in sizes])

    def policy(self, game: Game, *, full: bool = False) -> Policy:
        """A product policy."""
        shapes = game.layout.shapes
        return Policy.from_rows(
            game, [[self.row(shape[i], full=full) for shape in shapes] for i in range(len(game.players))]
        )

    def near(self, policy: Policy, share: Fraction) -> Policy:
        """The policy mixed with another one of weight `share`, in every row."""
        return blend(policy, self.policy(policy.game), share)

    def _table(self, sizes: Sequence[int]) -> list[object]:
        if len(sizes) == 1:
            return [self.rational() for _ in range(sizes[0])]
        return [self._table(sizes[1:]) for _ in range(sizes[0])]


def blend(first: Policy, second: Policy, share: Fraction) -> Policy:
    """(1 - share) first + share second, row by row."""
    rows = [
        [
            [(1 - share) * x + share * y for x, y in zip(a.fractions(), b.fractions(), strict=True)]
            for a, b in zip(*own, strict=True)
        ]
        for own in zip(first.rows, second.rows, strict=True)
    ]
    return Policy.from_rows(first.game, rows)
