"""Pure stationary equilibria: by enumeration, exact; in larger games by best-response dynamics.

A deterministic profile is an equilibrium when no player's optimum at the initial distribution exceeds its value. One
player's optimum depends on the others' part alone, so it is computed once for all of the player's own strategies. In a
one-state game the test is a comparison of payoffs. All arithmetic is exact.

Best-response dynamics starts anywhere and lets one player after the other switch to an exact best response; where it
comes to rest it has found an equilibrium, and where it cycles it has shown nothing.
"""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from certigap.errors import LimitError
from certigap.exact.integers import as_object
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.semantics import best_response, values
from certigap.semantics.deviation import initial_value
from certigap.solve.stage import pure_equilibria
from certigap.solve.structure import is_one_state
from certigap.work.deadline import Deadline

__all__ = ["deterministic_profiles", "dynamics", "enumerate_pure"]

Choice = tuple[int, ...]
"""`[S]` one player's deterministic strategy."""

_MOST_STEPS = 1_000  # best responses in turn: an end for what goes round


def deterministic_profiles(game: Game) -> int:
    """The number of deterministic stationary profiles.

    >>> from certigap.model.build import bimatrix
    >>> deterministic_profiles(bimatrix([[1, -1, 0], [-1, 1, 0]]))
    6
    """
    return math.prod(size for shape in game.layout.shapes for size in shape)


def enumerate_pure(game: Game, deadline: Deadline | None = None) -> Iterator[Policy]:
    """All pure stationary equilibria, in lexicographic order, one at a time.

    Raises:
        LimitError: the deadline passed before the last profile.

    >>> from certigap.model.build import bimatrix
    >>> [policy.rows[0][0].weights for policy in enumerate_pure(bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]]))]
    [(1, 0), (0, 1)]
    """
    if is_one_state(game):
        shape = game.layout.shapes[0]
        for joint in pure_equilibria([as_object(own).reshape(shape) for own in game.rewards]):
            yield _profile(game, [(action,) for action in joint])
        return
    search = _Search(game, {})
    strategies = [_strategies(game, player) for player in range(len(game.players))]
    for profile in itertools.product(*strategies):
        if deadline is not None and not deadline.going:
            raise LimitError(f"pure equilibria of {game!r}: expected all profiles in time, got the first few")
        if search.is_equilibrium(profile):
            yield _profile(game, profile)


def dynamics(game: Game, seed: int, starts: int, deadline: Deadline) -> Policy | None:
    """A pure equilibrium by best-response dynamics from `starts` profiles (the first one: first actions), or None."""
    rng = random.Random(seed)
    shapes = game.layout.shapes
    players = range(len(game.players))
    for start in range(starts):
        choices = [tuple(rng.randrange(shape[i]) if start else 0 for shape in shapes) for i in players]
        found = _settle(game, _profile(game, choices), deadline)
        if found is not None:
            return found
        if not deadline.going:
            return None
    return None


def _settle(game: Game, policy: Policy, deadline: Deadline) -> Policy | None:
    seen: set[Policy] = set()
    content = 0
    for step in range(_MOST_STEPS):
        player = step % len(game.players)
        answer = best_response(game, policy, player, arithmetic="exact")
        current = initial_value(game, values(game, policy, "exact")[player]).value
        if answer.value.value > current:
            policy, content = answer.deviating(), 0
        else:
            content += 1
        if content == len(game.players):
            return policy
        if player == len(game.players) - 1:
            if policy in seen or not deadline.going:
                return None
            if content == 0:
                seen.add(policy)
    return None


@dataclass(frozen=True, slots=True)
class _Search:
    game: Game
    optima: dict[tuple[int, tuple[Choice, ...]], Fraction]

    def is_equilibrium(self, profile: tuple[Choice, ...]) -> bool:
        """No player's optimum at the initial distribution exceeds its value."""
        policy = _profile(self.game, profile)
        own = values(self.game, policy, "exact")
        pairs = enumerate(own)
        return all(self._optimum(policy, profile, i) <= initial_value(self.game, value).value for i, value in pairs)

    def _optimum(self, policy: Policy, profile: tuple[Choice, ...], player: int) -> Fraction:
        key = player, profile[:player] + profile[player + 1 :]
        if key not in self.optima:
            self.optima[key] = best_response(self.game, policy, player, arithmetic="exact").value.value
        return self.optima[key]


def _strategies(game: Game, player: int) -> list[Choice]:
    return list(itertools.product(*(range(shape[player]) for shape in game.layout.shapes)))


def _profile(game: Game, choices: list[Choice] | tuple[Choice, ...]) -> Policy:
    shapes = game.layout.shapes
    return Policy(
        game,
        tuple(
            tuple(
                Distribution(tuple(int(a == action) for a in range(shape[player])), 1)
                for shape, action in zip(shapes, own, strict=True)
            )
            for player, own in enumerate(choices)
        ),
    )
