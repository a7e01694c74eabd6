"""Games out of a function of one step: states are found from the start, breadth first, and numbered as they come."""

import itertools
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from textwrap import shorten
from typing import Any

from certigap.errors import InexactError, InputError, LimitError
from certigap.exact.rational import RationalLike, rational, rational_of
from certigap.model.build import checked_discount, common_denominator
from certigap.model.files.json_node import name_fault, repeated
from certigap.model.game import Game
from certigap.model.rows import SparseRows, distribution

__all__ = ["from_step"]


def from_step(
    step: Callable[[Any, tuple[Any, ...]], tuple[Sequence[RationalLike], Mapping[Any, RationalLike]]],
    start: Any,
    legal: Callable[[Any], Sequence[Sequence[Any]]],
    discount: RationalLike,
    *,
    max_states: int = 1_000_000,
    name: str = "",
) -> Game:
    """A Markov game whose states are whatever `step` reaches.

    Args:
        step: `step(state, joint)` -> rewards `[n]` and `{next state: probability}`, exact numbers.
        start: a state, or `{state: probability}`; states are hashable.
        legal: the players' actions at a state, `[n][A_i]`, each at least one.
        discount: in [0, 1), exact.
        max_states: a limit.
        name: a title.

    Returns:
        The game; states and actions are named by `str`, and where two states would share a name all are numbered.

    Raises:
        InputError: counts or probabilities that do not fit.
        LimitError: more states than `max_states`.
        TypeError: a float.

    >>> from_step(lambda s, a: ([s, -s], {min(s + a[0], 3): 1}), 0, lambda s: [[0, 1], [0]], "1/2")
    <Game 2 players, 4 states, 8 joint actions, discount 1/2>
    """
    first = start if isinstance(start, Mapping) else {start: 1}
    if not first:
        raise InputError("start: expected a state, or {state: probability}, got no state")
    place: dict[Hashable, int] = {state: index for index, state in enumerate(first)}
    waiting, actions, rewards, rows = deque(first), [], list[list[Fraction]](), list[dict[int, Fraction]]()
    players = 0
    while waiting:
        state = waiting.popleft()
        own = _options(legal(state), players, state)
        players = len(own)
        actions.append(own)
        for joint in itertools.product(*own):
            answer = step(state, joint)
            try:
                payoff, following = _outcome(answer, players)
            except (InputError, InexactError) as error:
                raise type(error)(f"step({_shown(state)}, {_shown(joint)}): {error}") from None
            rewards.append(payoff)
            for after in following:
                if after not in place:
                    place[after] = len(place)
                    waiting.append(after)
            if len(place) > max_states:
                raise LimitError(f"from_step: expected at most {max_states} states, got more")
            rows.append({place[after]: chance for after, chance in following.items()})
    numerators, denominators = zip(*(common_denominator(list(own)) for own in zip(*rewards, strict=True)), strict=True)
    begin = [rational_of(chance, "start") for chance in first.values()] + [Fraction(0)] * (len(place) - len(first))
    return Game(
        players=tuple(str(i + 1) for i in range(players)),
        states=_names(place),
        actions=tuple(tuple(_names(options) for options in own) for own in actions),
        discount=checked_discount(rational_of(discount, "discount")),
        initial=distribution(begin, "start"),
        rewards=numerators,
        reward_denominators=denominators,
        transitions=SparseRows.from_mappings(rows, "step: row"),
        name=name,
    )


def _options(given: Any, players: int, state: Any) -> list[list[Any]]:
    """`[n][A_i]`; with `players` 0 any number of players."""
    try:
        found = [list(own) for own in given]
    except TypeError:
        found = []
    if not found or len(found) != (players or len(found)) or not all(found):
        raise InputError(
            f"legal({_shown(state)}): expected actions for each of {players or 'the'} players, got {_shown(given)}"
        )
    return found


def _outcome(answer: Any, players: int) -> tuple[list[Fraction], dict[Any, Fraction]]:
    """Rewards `[n]`, probabilities of the next states."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[1], Mapping):
        raise InputError(f"expected rewards and {{next state: probability}}, got {_shown(answer)}")
    payoff, following = answer
    if len(payoff) != players:
        raise InputError(f"expected {players} rewards, got {len(payoff)}")
    return [rational(value) for value in payoff], {after: rational(chance) for after, chance in following.items()}


def _shown(thing: Any) -> str:
    return shorten(repr(thing), 60, placeholder=" ..")


def _names(things: Any) -> tuple[str, ...]:
    """Their texts; numbers where a text is no name or occurs twice."""
    texts = [str(thing) for thing in things]
    if repeated(texts) is not None or any(name_fault(text) for text in texts):
        return tuple(str(k + 1) for k in range(len(texts)))
    return tuple(texts)
