"""Stationary product policies pi = pi_1 x ... x pi_n: one probability row per player and state (THEORY 1)."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, partial
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from certigap.errors import InputError, UnknownError
from certigap.exact.brief import shortened
from certigap.exact.integers import IntArray, integer_array
from certigap.exact.rational import RationalLike, format_rational, rational
from certigap.model.display import played, policy_html
from certigap.model.game import Game
from certigap.model.policy_picture import policies_figure
from certigap.model.policy_rows import map_rows
from certigap.model.rows import Distribution, distribution
from certigap.model.shown import Cell, Sheet, frame
from certigap.model.trajectories import count_actions

__all__ = ["Policy", "Rows"]

Rows: TypeAlias = tuple[tuple[Distribution, ...], ...]
"""`[n][S]` rows over the player's actions at the state."""

_LINE = 300  # characters of the display
_NOISE = 1e-6
"""How far floats may be from a probability row: one training step in single precision, or a solver's tolerance."""


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
    def from_rows(cls, game: Game, rows: Any) -> "Policy":
        """A policy from exact numbers.

        Args:
            game: the game.
            rows: `[n][S][A_i(s)]` probabilities (int, Fraction or text), for a normal form also `[n][A_i]`; or by names
                `{player: {state: {action: p}}}`; or arrays. Every form: `certigap.model.policy_rows`.

        Raises:
            InputError: a row that is not a probability vector of the right length, or a name that the game has not.
            TypeError: a float.
        """
        return cls(game, map_rows(game, rows, distribution))

    @classmethod
    def from_dict(cls, game: Game, rows: Mapping[str, Any]) -> "Policy":
        """A policy from exact numbers by names, `{player: {state: {action: p}}}`, without states for a normal form.

        Raises:
            InputError, TypeError: as `from_rows`; also what is no mapping.

        >>> from certigap.model.build import bimatrix
        >>> game = bimatrix([[1, 0], [0, 1]], actions=[["U", "D"], ["L", "R"]])
        >>> Policy.from_dict(game, {"1": {"U": "1/3", "D": "2/3"}, "2": {"R": 1}})["2"]
        {'L': Fraction(0, 1), 'R': Fraction(1, 1)}
        """
        if not isinstance(rows, Mapping):
            raise InputError(f"policy: expected a mapping of players, got the {type(rows).__name__} {str(rows)[:40]!r}")
        return cls.from_rows(game, rows)

    @classmethod
    def from_mapping(cls, game: Game, rows: Mapping[str, Any]) -> "Policy":
        """The same as `from_dict`."""
        return cls.from_dict(game, rows)

    @classmethod
    def from_counts(cls, game: Game, counts: Any, smoothing: RationalLike = 0) -> "Policy":
        """A policy from action counts in the forms of `from_rows`, integers >= 0; a row without counts becomes uniform.

        `smoothing`, an exact number >= 0, is added to every count.
        """
        extra = rational(smoothing)
        if extra < 0:
            raise InputError(f"smoothing: expected a rational >= 0, got {format_rational(extra)}")

        def normalised(row: Sequence[RationalLike], what: str) -> Distribution:
            return _normalised_counts(row, extra, what)

        return cls(game, map_rows(game, counts, normalised, sparse=True, what="counts"))

    @classmethod
    def from_trajectories(cls, game: Game, data: Any, smoothing: RationalLike = 0) -> "Policy":
        """The frequencies of the players' actions at each state; a state that was not seen gets uniform rows.

        Args:
            game: the game.
            data: steps `(state, a_1, .., a_n)`, or episodes of steps; other forms: `trajectories.count_actions`.
            smoothing: an exact number >= 0, added to the count of every action.
        """
        return cls.from_counts(game, count_actions(game, data), smoothing)

    @classmethod
    def from_floats(cls, game: Game, rows: Any, denominator: int = 2**52) -> "Policy":
        """A policy from floats, rounded row by row to `denominator`; the largest entry absorbs the remainder.

        Args:
            game: the game.
            rows: probabilities in the forms of `from_rows`; a row must sum to 1 within 1e-6, and what is negative by at
                most 1e-6 (noise of a solver) becomes 0.
            denominator: common denominator of the rounded rows.

        Returns:
            The rounded policy, with its `rounding_error` (largest L1 distance of a row to the floats given).
        """
        errors: list[Fraction] = [Fraction(0)]

        def rounded(row: Sequence[float], what: str) -> Distribution:
            result, error = _round_row(row, denominator, what)
            errors.append(error)
            return result

        return cls(game, map_rows(game, rows, rounded), rounding_error=max(errors))

    @classmethod
    def from_callable(cls, game: Game, play: Any, denominator: int = 2**52) -> "Policy":
        """A policy from functions, such as a neural network, rounded as by `from_floats`.

        Args:
            game: the game.
            play: `play(player, state)`, or a function of the state for each player, in order or by name. Players and
                states are named. It returns probabilities of the player's actions there, in order or by name.
            denominator: common denominator of the rounded rows.
        """
        own = {player: partial(play, player) for player in game.players} if callable(play) else play
        named = own if isinstance(own, Mapping) else dict(zip(game.players, own, strict=False))
        if len(own) != len(game.players) or not all(callable(named.get(player)) for player in game.players):
            raise InputError(f"policy: expected a function for each of the players {list(game.players)}, got others")
        return cls.from_floats(game, [[named[player](s) for s in game.states] for player in game.players], denominator)

    @classmethod
    def uniform(cls, game: Game) -> "Policy":
        """Every player plays all own actions alike, everywhere."""
        return cls(game, tuple(tuple(_uniform(len(own[i])) for own in game.actions) for i in range(len(game.players))))

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

    def to_numpy(self, player: str | int) -> npt.NDArray[np.float64]:
        """`[S, A]` a player's probabilities as floats (0 past a state's own actions); the player by name or index."""
        i = self.game.players.index(player) if player in self.game.players else player
        if not isinstance(i, int) or not 0 <= i < len(self.rows):
            raise InputError(f"policy: expected one of the players {list(self.game.players)}, got {player!r}")
        result = np.zeros((len(self.rows[i]), max(len(row.weights) for row in self.rows[i])))
        for row, own in zip(result, self.rows[i], strict=True):
            row[: len(own.weights)] = [weight / own.denominator for weight in own.weights]
        return result

    def to_dict(self) -> dict[str, Any]:
        """`{player: {state: {action: Fraction}}}`, without states for a normal form; `from_dict` reads it."""
        return {player: self[player] for player in self.game.players}

    def __getitem__(self, player: str) -> dict[str, Any]:
        """A player's rows, `policy["1"]["s0"]["left"]`; of a normal form `policy["1"]["left"]`."""
        if player not in self.game.players:
            raise UnknownError(f"policy: expected one of the players {list(self.game.players)}, got {player!r}")
        i = self.game.players.index(player)
        rows = {
            state: dict(zip(self.game.actions[s][i], self.rows[i][s].fractions(), strict=True))
            for s, state in enumerate(self.game.states)
        }
        return rows[self.game.states[0]] if self.game.is_normal_form else rows

    def __iter__(self) -> Iterator[str]:
        """The players' names."""
        return iter(self.game.players)

    def replace(self, player: int, rows: Sequence[Distribution]) -> "Policy":
        """The same policy with one player's rows `[S]` exchanged."""
        return Policy(self.game, tuple(tuple(rows) if i == player else own for i, own in enumerate(self.rows)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self.game == other.game and self.rows == other.rows

    def __hash__(self) -> int:
        return hash((self.game.digest, self.rows))

    def __repr__(self) -> str:
        kind = "pure" if all(row.denominator == 1 for own in self.rows for row in own) else "mixed"
        plays = (f"; {player} plays {played(self, player)}" for player in self.game.players)
        head = f"<Policy {kind}, {len(self.game.players)} players, {len(self.game.states)} states"
        return shortened(f"{head}{''.join(plays)}>", _LINE)

    def _repr_html_(self) -> str:
        return policy_html(self)

    def plot(self, path: str | None = None) -> Any:
        """The probabilities as shades, a panel a player; `path`: where to save the picture (PNG, PDF, SVG)."""
        return policies_figure([self], self.game.states, self.game.name, path)

    def to_frame(self) -> Any:
        """A DataFrame of floats, a line for each player, state and action; pandas must be installed."""
        rows: list[tuple[Cell, ...]] = [
            (player, state, action, probability)
            for i, player in enumerate(self.game.players)
            for s, state in enumerate(self.game.states)
            for action, probability in zip(self.game.actions[s][i], self.rows[i][s].fractions(), strict=True)
        ]
        return frame(Sheet(("player", "state", "action", "probability"), rows))


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


def _uniform(size: int) -> Distribution:
    return Distribution((1,) * size, size)


def _normalised_counts(counts: Sequence[RationalLike], smoothing: Fraction, what: str) -> Distribution:
    fractions = [rational(count) for count in counts]
    if any(count.denominator != 1 or count < 0 for count in fractions):
        raise InputError(f"{what}: expected counts, integers >= 0, got {list(counts)}")
    smoothed = [count + smoothing for count in fractions]
    total = sum(smoothed)
    return distribution([count / total for count in smoothed], what) if total else _uniform(len(smoothed))


def _round_row(row: Sequence[float], denominator: int, what: str) -> tuple[Distribution, Fraction]:
    floats = [float(value) for value in row]
    if not all(math.isfinite(value) and value >= -_NOISE for value in floats):
        raise InputError(f"{what}: expected finite probabilities >= 0, got {floats}")
    if abs(math.fsum(floats) - 1) > _NOISE:
        raise InputError(f"{what}: sums to {math.fsum(floats)!r}, expected 1 within 1e-6")
    exact = [Fraction(value) for value in floats]
    weights = [max(0, round(value * denominator)) for value in exact]
    largest = max(range(len(weights)), key=weights.__getitem__)
    weights[largest] += denominator - sum(weights)
    error = sum((abs(Fraction(w, denominator) - x) for w, x in zip(weights, exact, strict=True)), Fraction(0))
    return distribution([Fraction(w, denominator) for w in weights], what), error
