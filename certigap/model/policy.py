"""Stationary product policies pi = pi_1 x ... x pi_n: one probability row per player and state (THEORY 1)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError
from certigap.exact.integers import IntArray, integer_array
from certigap.exact.rational import RationalLike, rational
from certigap.model.display import policy_html
from certigap.model.game import Game
from certigap.model.rows import Distribution, distribution

__all__ = ["Policy", "Rows"]

Rows: TypeAlias = tuple[tuple[Distribution, ...], ...]
"""`[n][S]` rows over the player's actions at the state."""


@dataclass(frozen=True, eq=False, repr=False)
class Policy:
    """A product policy of a game. `rounding_error` is the largest L1 distance of a row to the floats it came from."""

    game: Game
    rows: Rows
    rounding_error: Fraction | None = None

    def __post_init__(self) -> None:
        sizes = [len(own) for own in self.rows]
        if sizes != [len(self.game.states)] * len(self.game.players):
            wanted = f"{len(self.game.states)} rows for each of {len(self.game.players)} players"
            raise InputError(f"policy: expected {wanted}, got {sizes}")
        for player, own in enumerate(self.rows):
            for state, row in enumerate(own):
                expected = self.game.layout.shapes[state][player]
                if len(row.weights) != expected:
                    raise InputError(
                        f"policy of player {self.game.players[player]} at state {self.game.states[state]}: "
                        f"expected {expected} probabilities, got {len(row.weights)}"
                    )

    @classmethod
    def from_rows(cls, game: Game, rows: Sequence[Any]) -> "Policy":
        """A policy from exact numbers.

        Args:
            game: the game.
            rows: `[n][S][A_i(s)]` probabilities (int, Fraction or text); for a normal form also `[n][A_i]`.

        Raises:
            InputError: a row that is not a probability vector of the right length.
            TypeError: a float.
        """
        return cls(game, _map_rows(game, rows, distribution))

    @classmethod
    def from_counts(cls, game: Game, counts: Sequence[Any]) -> "Policy":
        """A policy from action counts `[n][S][A_i(s)]`, integers >= 0; a row without counts becomes uniform."""
        return cls(game, _map_rows(game, counts, _normalised_counts))

    @classmethod
    def from_floats(cls, game: Game, rows: Sequence[Any], denominator: int = 2**52) -> "Policy":
        """A policy from floats, rounded row by row to `denominator`; the largest entry absorbs the remainder.

        Args:
            game: the game.
            rows: `[n][S][A_i(s)]` probabilities; a row must sum to 1 within 1e-6. For a normal form also `[n][A_i]`.
            denominator: common denominator of the rounded rows.

        Returns:
            The rounded policy, with its `rounding_error` (largest L1 distance of a row to the floats given).
        """
        errors: list[Fraction] = [Fraction(0)]

        def rounded(row: Sequence[float], what: str) -> Distribution:
            result, error = _round_row(row, denominator, what)
            errors.append(error)
            return result

        return cls(game, _map_rows(game, rows, rounded), rounding_error=max(errors))

    @classmethod
    def pure(cls, game: Game, choose: Mapping[str, Any] | None = None) -> "Policy":
        """The policy that plays every player's first action, except where `choose[player]` names another.

        `choose[player]` is `{state: action}`, or an action's name played wherever the player has it. For a normal
        form the latter.

        Raises:
            InputError: a player, a state or an action that the game does not have.
        """
        _check_choice(game, choose or {})
        rows = []
        for i, player in enumerate(game.players):
            wish = (choose or {}).get(player, {})
            own = []
            for s, state in enumerate(game.states):
                names = game.actions[s][i]
                action = wish if isinstance(wish, str) else wish.get(state, names[0])
                index = names.index(action) if action in names else 0
                own.append(Distribution(tuple(int(k == index) for k in range(len(names))), 1))
            rows.append(tuple(own))
        return cls(game, tuple(rows))

    @cached_property
    def weights(self) -> tuple[IntArray, ...]:
        """Per player `[L_i]`: integer weights of all own rows, flat (see `Layout`)."""
        return tuple(integer_array([w for row in own for w in row.weights]) for own in self.rows)

    @cached_property
    def denominators(self) -> tuple[IntArray, ...]:
        """Per player `[S]`: the denominator of each row."""
        return tuple(integer_array([row.denominator for row in own]) for own in self.rows)

    def floats(self) -> tuple[npt.NDArray[np.float64], ...]:
        """Per player `[L_i]`: probabilities as floats, flat (proposals only, never facts)."""
        return tuple(
            np.array([w / row.denominator for row in own for w in row.weights], dtype=np.float64) for own in self.rows
        )

    def replace(self, player: int, rows: Sequence[Distribution]) -> "Policy":
        """The same policy with one player's rows `[S]` exchanged."""
        return Policy(self.game, tuple(tuple(rows) if i == player else own for i, own in enumerate(self.rows)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.game == other.game and self.rows == other.rows

    def __hash__(self) -> int:
        return hash((self.game.digest, self.rows))

    def __repr__(self) -> str:
        kind = "pure" if all(row.denominator == 1 for own in self.rows for row in own) else "mixed"
        return f"<Policy {kind}, {len(self.game.players)} players, {len(self.game.states)} states>"

    def _repr_html_(self) -> str:
        return policy_html(self)


def _check_choice(game: Game, choose: Mapping[str, Any]) -> None:
    """Every name in `choose` must mean something: a misspelt one would silently play the first action."""
    for player, wish in choose.items():
        if player not in game.players:
            raise InputError(f"pure policy: expected one of the players {list(game.players)}, got {player!r}")
        names = [state[game.player_index(player)] for state in game.actions]
        if isinstance(wish, str):
            if not any(wish in own for own in names):
                raise InputError(f"pure policy: expected an action of player {player}, got {wish!r}")
            continue
        by_state = dict(zip(game.states, names, strict=True))
        for state, action in wish.items():
            if state not in by_state:
                raise InputError(f"pure policy of player {player}: expected names of states, got {state!r}")
            if action not in by_state[state]:
                expected = f"one of {list(by_state[state])}"
                raise InputError(f"player {player} at state {state}: expected {expected}, got {action!r}")


def _map_rows(game: Game, rows: Sequence[Any], make: Any) -> Rows:
    if len(rows) != len(game.players):
        raise InputError(f"policy: expected rows of {len(game.players)} players, got {len(rows)}")
    result = []
    for player, own in zip(game.players, rows, strict=True):
        if game.is_normal_form and (len(own) != 1 or isinstance(own[0], int | float | str | Fraction)):
            own = [own]
        if len(own) != len(game.states):
            raise InputError(f"policy of player {player}: expected rows of {len(game.states)} states, got {len(own)}")
        pairs = zip(game.states, own, strict=True)
        result.append(tuple(make(list(row), f"policy of player {player} at state {state!r}") for state, row in pairs))
    return tuple(result)


def _normalised_counts(counts: Sequence[RationalLike], what: str) -> Distribution:
    fractions = [rational(count) for count in counts]
    if any(count.denominator != 1 or count < 0 for count in fractions):
        raise InputError(f"{what}: expected counts, integers >= 0, got {list(counts)}")
    total = sum(fractions)
    if total == 0:
        return Distribution((1,) * len(fractions), len(fractions))
    return distribution([count / total for count in fractions], what)


def _round_row(row: Sequence[float], denominator: int, what: str) -> tuple[Distribution, Fraction]:
    floats = [float(value) for value in row]
    if not all(math.isfinite(value) and value >= 0 for value in floats):
        raise InputError(f"{what}: expected finite probabilities >= 0, got {floats}")
    if abs(math.fsum(floats) - 1) > 1e-6:
        raise InputError(f"{what}: sums to {math.fsum(floats)!r}, expected 1 within 1e-6")
    exact = [Fraction(value) for value in floats]
    weights = [round(value * denominator) for value in exact]
    largest = max(range(len(weights)), key=weights.__getitem__)
    weights[largest] += denominator - sum(weights)
    error = sum((abs(Fraction(w, denominator) - x) for w, x in zip(weights, exact, strict=True)), Fraction(0))
    return distribution([Fraction(w, denominator) for w in weights], what), error
