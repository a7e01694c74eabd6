"""Does a merged state stand for all its histories? Two tests of what OpenSpiel's text may hide.

*Cycles.* Every OpenSpiel game ends after at most `max_game_length()` decisions. So if merged states can return to each
other, the text hides something that histories do not: a limit on moves, or on repetitions. This test is exact. The game
without the limit is a game of its own, unless the limit was met while states were collected: then it is refused.

*Same offer.* Of each state that was reached twice, the second way's state must offer what the first one's does:
actions, rewards, following states and probabilities. So must every state of some random plays (in a game with cycles,
of the plays before the limit). This test can only refuse.
"""

import random
from typing import Any

import numpy as np

from certigap.errors import InputError
from certigap.io.names import one_line
from certigap.io.openspiel_graph import Explorer, Graph
from certigap.model.files.json_node import brief
from certigap.model.rows import SparseRows

__all__ = ["check_limit", "check_same_offers", "has_cycle"]

_PLAYS = 64  # random plays that look for a violated assumption
_CHECKED = 1_000  # states of random plays
_LONGEST = 200  # moves of a play: games without end are common


def has_cycle(transitions: SparseRows, row_offsets: Any, over: Any) -> bool:
    """Whether some states where play goes on can return to themselves.

    Args:
        transitions: rows of all states and joint actions, `[K, S]`.
        row_offsets: `[S + 1]` the first row of each state.
        over: `[S]` where the game is over (their loops do not count).
    """
    from certigap.exact.linear import components

    offsets = transitions.offsets[row_offsets]
    found = components(np.asarray(offsets, dtype=np.int64), transitions.columns)
    if len(found) < len(over):
        return True
    owner = np.repeat(np.arange(len(over)), np.diff(offsets))
    return bool(np.any((transitions.columns == owner) & ~np.asarray(over)[owner]))


def check_limit(explorer: Explorer, graph: Graph) -> int:
    """OpenSpiel's limit on decisions, for a graph with cycles; `InputError` when some decision was the last one."""
    limit = int(explorer.game.max_game_length())
    if graph.deepest_decision() + 1 >= limit:
        raise InputError(
            f"{explorer.where}: expected a move limit above the {graph.deepest_decision() + 1} moves that reach every "
            f"state, got {limit}, which the text of a state does not show; merge by 'moves' to keep it"
        )
    return limit


def check_same_offers(explorer: Explorer, graph: Graph, longest: int, seed: int = 0) -> int:
    """Check second ways and random plays of at most `longest` decisions; the number of states that were checked.

    Raises:
        InputError: two histories with one key whose offers differ.
    """
    for state in graph.second_ways.values():
        _check(explorer, graph, state)
    checked = len(graph.second_ways)
    rng = random.Random(seed)
    for _ in range(_PLAYS):
        for state in _play(explorer, rng, min(longest, _LONGEST)):
            _check(explorer, graph, state)
            checked += 1
        if checked >= _CHECKED + len(graph.second_ways):
            break
    return checked


def _check(explorer: Explorer, graph: Graph, state: Any) -> None:
    known = graph.index.get(explorer.key(state))
    if known is None:
        return _refuse(explorer, state)
    first, second = graph.offers[known], explorer.expand(state, lambda _: None)
    return None if first == second else _refuse(explorer, state)


def _refuse(explorer: Explorer, state: Any) -> None:
    finer = "by 'history'" if explorer.merge == "moves" else "by 'moves' or 'history'"
    text, history = brief(one_line(str(state))), brief(str(state.history()))
    raise InputError(
        f"{explorer.where}: expected states that print alike to play alike, got {text} after {history}, which does "
        f"not; merge {finer} instead"
    )


def _play(explorer: Explorer, rng: random.Random, longest: int) -> Any:
    """The decisions of one random play, chance by its probabilities, at most `longest` of them."""
    state, decisions = explorer.game.new_initial_state(), 0
    while not state.is_terminal() and decisions < longest:
        if state.is_chance_node():
            actions, weights = zip(*state.chance_outcomes(), strict=True)
            state.apply_action(rng.choices(actions, weights)[0])
            continue
        yield state
        decisions += 1
        if state.is_simultaneous_node():
            state.apply_actions([rng.choice(state.legal_actions(i) or [0]) for i in explorer.players])
        else:
            state.apply_action(rng.choice(state.legal_actions()))
