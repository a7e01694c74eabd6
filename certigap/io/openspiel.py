"""OpenSpiel's games of perfect information, by name, as exact discounted Markov games.

OpenSpiel does not discount; the discount g is the user's. Time counts decisions (a simultaneous move is one): what the
t-th decision, t = 0, 1, .., pays on the way to the next one is weighted g^t. A game that pays u at its end, after T
decisions, has the value g^(T-1) u. Ended games stay where they are, with reward 0. Two players who move in turn are two
steps, so a round of both is discounted by g^2.

Floats are read and snapped by the rules of `certigap.io.floats`; what was not exact, and how states were merged, is in
the game's `meta`.
"""

import dataclasses
import importlib
import warnings
from collections import Counter
from fractions import Fraction
from importlib import metadata
from typing import Any

import numpy as np

from certigap.errors import CertigapWarning, InputError
from certigap.exact.rational import RationalLike, rational
from certigap.io.names import distinct, one_line
from certigap.io.openspiel_audit import check_limit, check_same_offers, has_cycle
from certigap.io.openspiel_graph import MERGES, Explorer, Graph, Progress
from certigap.io.peer import peer_errors
from certigap.model.build import checked_discount, common_denominator, normal_form
from certigap.model.files.json_node import brief, printable
from certigap.model.game import Game
from certigap.model.near import unknown_name
from certigap.model.rows import SparseRows, distribution

__all__ = ["MAX_STATES", "from_openspiel", "load_openspiel"]

MAX_STATES = 100_000  # unless asked otherwise: expanding takes long, and few bounds use more
_LONGEST_NAME = 100  # characters of a state's name: longer ones are shortened
_SIMULTANEOUS = -2  # OpenSpiel's number for all players at once


def from_openspiel(
    name: str,
    discount: RationalLike | None = None,
    max_states: int = MAX_STATES,
    merge: str = "text",
    progress: Progress | None = None,
) -> Game:
    """The exact game behind an OpenSpiel name.

    Args:
        name: as `pyspiel.load_game` takes it, such as "goofspiel(imp_info=False,num_cards=4)".
        discount: in [0, 1); not needed for one-shot games, which become normal forms.
        max_states: the largest number of states, ended ones included.
        merge: which histories are one state: "text" (equal player to move and printed state), "moves" (also equal
            numbers of moves) or "history" (none).
        progress: called now and then with the numbers of states seen and expanded.

    Returns:
        The game. States are named by their text on one line, or `s17` where that is long; `meta` records how.

    Raises:
        InputError: OpenSpiel missing, an unknown name, imperfect information, states that print alike and do not
            play alike, or a hidden limit on moves that was met.
        LimitError: more states.

    Warns:
        CertigapWarning: payoffs that are near no simple fraction and may be noise; or merged states that form a cycle,
            so the text hides OpenSpiel's limit on moves: the game returned has no such limit (merge by "moves" to keep
            it).
    """
    where = printable(f"openspiel:{name}")
    if merge not in MERGES:
        raise InputError(f"{where}: expected merge by one of {', '.join(MERGES)}, got {brief(merge)}")
    game = load_openspiel(name, where)
    with peer_errors(where, "a game with a type"):
        one_shot = _checked_type(game, where)
    if discount is None and not one_shot:
        raise InputError(f"{where}: expected discount=RATIONAL in [0, 1) (OpenSpiel itself has none), got none")
    factor = _discount(discount, where)
    with peer_errors(where, "a game that can be walked"):
        explorer = Explorer(game, merge, where)
        graph = explorer.explore(max_states, progress)
        result = _one_shot(graph, explorer, name) if one_shot else _markov(graph, explorer, factor, name)
        facts = {} if merge == "history" or one_shot else _audit(graph, explorer, result)
        meta = _meta(game, graph, merge, one_shot)
    if explorer.reading.binary:
        count = len(explorer.reading.binary)
        message = f"{where}: {count} distinct payoffs are floats near no simple fraction; they are taken as stored"
        warnings.warn(message, CertigapWarning, stacklevel=2)
    return dataclasses.replace(result, meta=meta | explorer.reading.facts() | facts)


def _discount(discount: RationalLike | None, where: str) -> Fraction:
    if discount is None:
        return Fraction(0)
    try:
        factor = rational(discount)
    except ValueError as error:
        raise InputError(f"{where}: discount: {error}") from None
    return checked_discount(factor)


def _audit(graph: Graph, explorer: Explorer, game: Game) -> dict[str, Any]:
    """What merging may have lost (see `openspiel_audit`), for `meta`."""
    over = np.array([offer is None for offer in graph.offers])
    if not has_cycle(game.transitions, game.layout.row_offsets, over):
        return {"same_offers_checked": check_same_offers(explorer, graph, explorer.game.max_game_length())}
    limit = check_limit(explorer, graph)
    checked = check_same_offers(explorer, graph, limit - 1)
    message = f"{explorer.where}: the imported game has no limit on moves (OpenSpiel's is {limit}); see merge='moves'"
    warnings.warn(message, CertigapWarning, stacklevel=3)
    lost = f"dropped: OpenSpiel ends the game after {limit} moves, which the text of a state does not show"
    return {"same_offers_checked": checked, "move_limit": lost}


def load_openspiel(name: str, where: str) -> Any:
    """OpenSpiel's game of this name; `where` is what messages call it."""
    try:
        import pyspiel
    except ImportError:
        raise InputError(
            f"{where}: expected open_spiel, got none installed (pip install certigap[openspiel])"
        ) from None
    short = name.partition("(")[0].strip()
    with peer_errors(where, "parameters that the game takes"):
        if short.startswith("python_"):
            importlib.import_module("open_spiel.python.games")  # registers the games written in Python
        if short not in pyspiel.registered_names():
            raise InputError(
                f"{where}: {unknown_name('the name of an OpenSpiel game', short, pyspiel.registered_names())}"
            )
        return pyspiel.load_game(name)


def _checked_type(game: Any, where: str) -> bool:
    """Whether the game is one-shot; refuses what has no exact Markov game."""
    import pyspiel

    kind, types = game.get_type(), pyspiel.GameType
    if kind.dynamics == types.Dynamics.MEAN_FIELD:
        raise InputError(f"{where}: expected a game of finitely many players, got a mean-field game")
    if kind.information == types.Information.IMPERFECT_INFORMATION:
        hint = " (give imp_info=False)" if "imp_info" in game.get_parameters() else ""
        raise InputError(f"{where}: expected perfect information (moves at once are allowed), got imperfect{hint}")
    if kind.chance_mode == types.ChanceMode.SAMPLED_STOCHASTIC:
        raise InputError(f"{where}: expected chance with stated probabilities, got sampled chance")
    return bool(kind.information == types.Information.ONE_SHOT)


def _markov(graph: Graph, explorer: Explorer, discount: Fraction, name: str) -> Game:
    nobody = (Fraction(0),) * len(explorer.players)
    rewards: list[tuple[Fraction, ...]] = []
    rows: list[dict[int, Fraction]] = []
    for state, offer in enumerate(graph.offers):
        rewards.extend([nobody] if offer is None else offer.rewards)
        following = [] if offer is None else offer.following
        rows.extend({graph.index[key]: p for key, p in row.items()} for row in following)
        if offer is None:
            rows.append({state: Fraction(1)})
    numerators, denominators = zip(*map(common_denominator, zip(*rewards, strict=True)), strict=True)
    start = {graph.index[key]: p for key, p in graph.initial.items()}
    return Game(
        players=tuple(str(i) for i in explorer.players),
        states=_state_names(graph, explorer.merge),
        actions=_action_names(graph),
        discount=discount,
        initial=distribution([start.get(s, Fraction(0)) for s in range(len(graph.texts))], f"{explorer.where}: start"),
        rewards=numerators,
        reward_denominators=denominators,
        transitions=SparseRows.from_mappings(rows, f"{explorer.where}: transition row"),
        name=one_line(name),
    )


def _one_shot(graph: Graph, explorer: Explorer, name: str) -> Game:
    first = graph.offers[0]
    if first is None or any(graph.offers[1:]):
        raise InputError(f"{explorer.where}: expected one decision, as its type says, got another number")
    own = _action_names(graph)[0]
    columns = []
    for i in explorer.players:
        column = np.empty(len(first.rewards), dtype=object)
        column[:] = [rewards[i] for rewards in first.rewards]
        columns.append(column.reshape([len(names) for names in own]))
    return normal_form(columns, actions=own, players=[str(i) for i in explorer.players], name=one_line(name))


def _action_names(graph: Graph) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Equal lists of names are one object: large games repeat few of them."""
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    for state in graph.action_names:
        for labels in state:
            if labels not in known:
                known[labels] = distinct(labels)
    return tuple(tuple(known[labels] for labels in state) for state in graph.action_names)


def _state_names(graph: Graph, merge: str) -> tuple[str, ...]:
    """Texts on one line, `s17` for long ones; where two are alike, with who moves, or that the game is over."""
    names = []
    for state, (text, key) in enumerate(zip(graph.texts, graph.index, strict=True)):
        line = one_line(text)
        name = line if line and len(line) <= _LONGEST_NAME else f"s{state}"
        names.append(f"{name} @{key[1]}" if merge == "moves" else name)
    counts = Counter(names)
    movers = [_mover(key[0]) for key in graph.index]
    return distinct(name if counts[name] == 1 else f"{name} ({who})" for name, who in zip(names, movers, strict=True))


def _mover(player: int) -> str:
    return f"player {player}" if player >= 0 else "all move" if player == _SIMULTANEOUS else "ended"


def _meta(game: Any, graph: Graph, merge: str, one_shot: bool) -> dict[str, Any]:
    facts: dict[str, Any] = {"source": f"OpenSpiel {metadata.version('open_spiel')}", "openspiel_game": str(game)}
    if not one_shot:
        over = graph.offers.count(None)
        facts |= {"decisions": len(graph.offers) - over, "ended": over, "merged_by": merge}
        facts["discounting"] = "what decision t = 0, 1, .. pays is weighted discount^t; ended games stay, reward 0"
    if graph.has_chance:
        facts["chance"] = "folded into transitions; floats read as fractions (denominator <= 10^6) where these sum to 1"
    return facts
