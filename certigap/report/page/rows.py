"""Where the witness differs from the expert: the rows that cost most of the error, action by action."""

from dataclasses import dataclass

import numpy as np

from certigap.floats.game import FloatGame
from certigap.model.policy import Policy
from certigap.report.page.markup import Html, element, join
from certigap.report.text import share_text

__all__ = ["Difference", "difference_table", "differences"]

_ROWS = 8  # of the table
_ACTIONS = 6  # of a row
_NAME = 80  # characters


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of one player at one state, and its share mu(s) ||pi - piE||_1 of the error."""

    player: int
    state: int
    cost: float


def differences(expert: Policy, witness: Policy) -> list[Difference]:
    """All rows that differ, dearest first. Costs are floats, for reading.

    >>> from certigap.model.build import bimatrix
    >>> game = bimatrix([[3, 0], [5, 1]])
    >>> differences(Policy.pure(game), Policy.uniform(game))[0]
    Difference(player=0, state=0, cost=1.0)
    """
    visits = FloatGame(expert.game).occupancy(expert.floats())
    found = []
    for player, (own, wanted) in enumerate(zip(witness.rows, expert.rows, strict=True)):
        for state, (row, other) in enumerate(zip(own, wanted, strict=True)):
            if row != other:
                moved = sum(abs(float(x - y)) for x, y in zip(row.fractions(), other.fractions(), strict=True))
                found.append(Difference(player, state, float(visits[state]) * moved))
    return sorted(found, key=lambda one: (-one.cost, one.state, one.player))


def difference_table(expert: Policy, witness: Policy) -> Html:
    """The dearest rows as pairs of bars: the expert's probability above, the witness's below."""
    found = differences(expert, witness)
    if not found:
        return element("p", "The witness is the expert itself.")
    spent = [sum(one.cost for one in found if one.player == i) for i in range(len(expert.game.players))]
    lines = [_line(one, expert, witness, max(found[0].cost, 1e-300)) for one in found[:_ROWS]]
    head = element("tr", *(element("th", text) for text in ("player", "state", "error", "expert and witness")))
    more = len(found) - len(lines)
    note = f"and {more} more {'row differs' if more == 1 else 'rows differ'}" if more else ""
    players = (f"player {name}: {share_text(cost)}" for name, cost in zip(expert.game.players, spent, strict=True))
    caption = element("caption", f"error spent: {', '.join(players)}")
    table = element("table", caption, element("thead", head), element("tbody", *lines), class_="rows")
    return join(element("div", table, class_="wide"), element("p", note, class_="note") if note else "")


def _line(one: Difference, expert: Policy, witness: Policy, largest: float) -> Html:
    game = expert.game
    names = game.actions[one.state][one.player]
    wanted = np.array([float(p) for p in expert.rows[one.player][one.state].fractions()])
    played = np.array([float(p) for p in witness.rows[one.player][one.state].fractions()])
    order = np.argsort(-np.abs(played - wanted), kind="stable")[:_ACTIONS]
    cells = [_action(names[a], float(wanted[a]), float(played[a])) for a in sorted(order.tolist())]
    if len(names) > _ACTIONS:
        cells.append(element("span", f"and {len(names) - _ACTIONS} more actions", class_="note"))
    meter = element("span", class_="meter", style=f"width:{100 * one.cost / largest:.1f}%")
    state = "the only one" if game.is_normal_form else game.states[one.state][:_NAME]
    return element(
        "tr",
        element("td", element("bdi", game.players[one.player][:_NAME])),
        element("td", element("bdi", state)),
        element("td", element("span", share_text(one.cost), class_="cost"), meter, class_="cost"),
        element("td", element("div", *cells, class_="actions")),
    )


def _action(name: str, wanted: float, played: float) -> Html:
    bars = (
        element("span", class_=f"bar {role}", style=f"width:{100 * value:.1f}%")
        for role, value in (("expert", wanted), ("witness", played))
    )
    title = f"{name}: expert {wanted:.6g}, witness {played:.6g}"
    moved = f"{_percent(wanted)} \u2192 {_percent(played)}"
    label = element("span", element("bdi", name[:_NAME], class_="name"), element("span", moved), class_="label")
    return element("span", label, element("span", *bars, class_="bars"), class_="action", title=title)


def _percent(value: float) -> str:
    """A probability that is neither shown as 0 nor as 1 unless it is.

    >>> _percent(0.5), _percent(1e-9), _percent(1 - 1e-9), _percent(0)
    ('50%', '<1%', '>99%', '0%')
    """
    if 0 < value < 0.005:
        return "<1%"
    return ">99%" if 0.995 < value < 1 else f"{100 * value:.0f}%"
