"""The states of a game as a graph: where a policy is exploited, and the way that play takes there.

A disc is as large as its share of the time of the deviating player's play, as dark as its share of the gap
(`certigap.questions.explain`); an arrow as strong as the play along it. In floats: a reading, no part of a proof.
"""

from typing import Any

import numpy as np

from certigap.floats.game import FloatGame
from certigap.model.policy import Policy
from certigap.questions.explain import StateShare, gap_shares
from certigap.report.page.layout import places
from certigap.report.page.markup import Html, element, join

__all__ = ["MOST_STATES", "exploited", "graph_picture", "share_table"]

MOST_STATES = 200
_WIDTH, _MARGIN, _TALLEST = 720.0, 46.0, 560.0
_ARROWS = 3  # times the states: more cannot be told apart
_FAINTEST = 0.004  # of the strongest arrow
_LINES = 12
_NAMED = 12  # states of a graph on which every name finds its place
_NAME = 24  # characters of a name there


def exploited(policy: Policy) -> int:
    """Who gains most against a policy, by floats."""
    return int(np.argmax(FloatGame(policy.game).gaps(policy.floats())))


def graph_picture(policy: Policy, player: int) -> Html | None:
    """The picture, where the game has 2 to 200 states and the player gains something."""
    game = policy.game
    shares = {one.state: one for one in gap_shares(policy, player)}
    if not shares or not 2 <= len(game.states) <= MOST_STATES:
        return None
    floats = FloatGame(game)
    own = policy.floats()
    _, response = floats.optimum(player, own)
    deviating = [response if i == player else row for i, row in enumerate(own)]
    visits = floats.occupancy(deviating)
    flow = visits[:, None] * floats.chain(deviating)
    np.fill_diagonal(flow, 0)
    place, height, gauge = _fitted(places(floats.neighbours()))
    radius = np.clip(gauge * np.sqrt(np.maximum(visits, 0) / visits.max()), 2.5, None)
    share = np.array([shares[name].gap_share if name in shares else 0.0 for name in game.states])
    arrows = _arrows(flow, place, radius)
    discs = [_disc(game.states[s], place[s], radius[s], share[s], share.max(), visits[s]) for s in np.argsort(-radius)]
    ranks = {name: rank for rank, name in enumerate(shares, start=1)}
    shown = [(s, ranks[name]) for s, name in enumerate(game.states) if name in ranks]
    labels = [_rank(rank, place[s], radius[s]) for s, rank in shown if rank <= _LINES]
    if len(game.states) <= _NAMED:
        labels += [_name(name, place[s], radius[s]) for s, name in enumerate(game.states)]
    label = f"graph of {len(game.states)} states, by what they add to the gap of player {game.players[player]}"
    return element(
        "svg", *arrows, *discs, *labels, viewBox=f"0 0 {_WIDTH:.0f} {height:.0f}", role="img", aria_label=label,
        class_="graph",
    )  # fmt: skip


def share_table(policy: Policy, player: int) -> Html:
    """The states by what they add to the gap."""
    found = gap_shares(policy, player)
    lines = [_share(rank, one, max(found[0].gap_share, 1e-9)) for rank, one in enumerate(found[:_LINES], start=1)]
    more = len(found) - len(lines)
    head = element("tr", *(element("th", text) for text in ("", "state", "share of the gap", "share of the time")))
    note = element("p", f"and {more} more state{'s' * (more > 1)}", class_="note") if more else ""
    table = element("table", element("thead", head), element("tbody", *lines), class_="shares")
    return join(element("div", table, class_="wide"), note)


def _share(rank: int, one: StateShare, largest: float) -> Html:
    meter = element("span", class_="meter", style=f"width:{max(100 * one.gap_share / largest, 0):.1f}%")
    share = element("span", f"{one.gap_share:.1%}", class_="cost")
    name = element("td", element("bdi", one.state[:80] or "the only one"))
    number = element("td", str(rank), class_="rank")
    return element("tr", number, name, element("td", share, meter, class_="cost"), element("td", f"{one.visits:.1%}"))


def _fitted(place: Any) -> tuple[Any, float, float]:
    """Places on the picture `[S, 2]`, its height, and the radius of the largest disc."""
    low, high = place.min(axis=0), place.max(axis=0)
    size = np.maximum(high - low, 1e-9)
    inner = _WIDTH - 2 * _MARGIN
    scale = min(inner / size[0], (_TALLEST - 2 * _MARGIN) / size[1])
    if len(place) < 5:
        scale = min(scale, 200.0)
    height = scale * size[1] + 2 * _MARGIN if size[1] > 1e-6 else 2 * _MARGIN
    offset = np.array([(_WIDTH - scale * size[0]) / 2, (height - scale * size[1]) / 2])
    gauge = float(np.clip(0.36 * scale * _spacing(place), 5, 26))
    return (place - low) * scale + offset, float(height), gauge


def _spacing(place: Any) -> float:
    """The median distance to the nearest neighbour."""
    between = np.linalg.norm(place[:, None] - place[None, :], axis=2) + np.diag(np.full(len(place), np.inf))
    return float(np.median(between.min(axis=1)))


def _arrows(flow: Any, place: Any, radius: Any) -> list[Html]:
    """The strongest arrows, bent to their right so that there and back are two."""
    strongest = flow.max()
    if strongest <= 0:
        return []
    order = np.argsort(-flow, axis=None, kind="stable")[: _ARROWS * len(flow)]
    found = []
    for k in reversed(order.tolist()):
        source, target = divmod(k, len(flow))
        strength = flow[source, target] / strongest
        if strength < _FAINTEST:
            continue
        found.append(_arrow(place[source], place[target], radius[source], radius[target], float(strength)))
    return found


def _arrow(source: Any, target: Any, before: float, after: float, strength: float) -> Html:
    """A curve from rim to rim, and its head."""
    way = target - source
    length = max(float(np.linalg.norm(way)), 1e-9)
    ahead = way / length
    aside = np.array([-ahead[1], ahead[0]])
    bend = (source + target) / 2 + aside * min(0.14 * length, 26)
    width = 0.6 + 2.6 * strength**0.5
    head = 3.5 + 1.6 * width
    out = _unit(bend - source)
    into = _unit(target - bend)
    start, tip = source + out * before, target - into * (after + 1)
    base = tip - into * head
    side = np.array([-into[1], into[0]]) * head * 0.45
    corners = " L".join(_point(p) for p in (tip, base + side, base - side))
    curve = element("path", d=f"M{_point(start)} Q{_point(bend)} {_point(base)}", stroke_width=width, class_="way")
    return element("g", curve, element("path", d=f"M{corners} Z", class_="head"), opacity=0.25 + 0.75 * strength**0.5)


def _rank(rank: int, place: Any, radius: float) -> Html:
    """The number under which the table has a state: on its disc, or above a small one."""
    above = 0.0 if radius >= 9 else radius + 7
    return element("text", str(rank), x=place[0], y=place[1] + 4 - above, text_anchor="middle")


def _name(name: str, place: Any, radius: float) -> Html:
    return element("text", name[:_NAME], x=place[0], y=place[1] + radius + 13, text_anchor="middle", class_="name")


def _unit(way: Any) -> Any:
    return way / max(float(np.linalg.norm(way)), 1e-9)


def _point(point: Any) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def _disc(name: str, place: Any, radius: float, share: float, largest: float, visits: float) -> Html:
    strength = max(share, 0) / largest if largest > 0 else 0
    title = element("title", f"{name}: {share:.1%} of the gap, {visits:.1%} of the time")
    return element("circle", title, cx=place[0], cy=place[1], r=radius, style=f"--share:{100 * strength:.0f}%")
