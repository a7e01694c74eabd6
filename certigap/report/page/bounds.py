"""The named upper bounds beside the certified interval: one is proven by the certificate, others its writer found."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from certigap.bounds.trivial import trivial_bound
from certigap.exact.rational import parse_rational
from certigap.report.page.claim import Checked
from certigap.report.page.markup import Html, element, join
from certigap.report.page.numbers import at_least, at_most
from certigap.report.page.spans import Mark, span_picture

__all__ = ["gap_picture", "quantity_table"]

_TITLES = {
    "nash_gap": "Nash gap", "nash_conv": "NashConv", "regret": "Nash gap", "value_gap": "value gap", "radius": "radius",
    "eps_bc": "\u03b5-BC", "eps_rho": "\u03b5-\u03c1", "eps_mu": "\u03b5-\u03bc",
}  # fmt: skip
_WORDS = {"values": "value of player", "player_gaps": "gap of player", "coefficients": "coefficient of player"}
_MEANINGS = {
    "trivial": "no policy's gap exceeds it, whatever the error",
    "dse": "linear in the error, for an expert of dominant strategies",
    "delta": "by how far best replies stray from the expert",
    "value_form": "by how far the value of a best reply moves",
    "concentrability": "by how far one player alone shifts the occupancy of states",
    "region": "backward bounds over boxes around the expert",
    "occupancy": "linear programs over joint occupancies",
    "modes": "dynamic programs that know whether anybody has strayed yet",
    "vertices": "the value itself, at a vertex of the ball",
}


def gap_picture(found: Checked) -> Html:
    """The interval of the claim's gap with the other bounds on it, and the bounds as a table."""
    name = "nash_gap" if "nash_gap" in found.quantities else "regret"
    interval = found.quantities.get(name)
    if interval is None:
        return join("")
    bounds = {} if found.game is None else {"trivial": trivial_bound(found.game)}
    if found.kind == "worst-case":
        bounds |= _written(found.provenance)
    used = str(found.provenance.get("upper_bound", ""))
    marks = [Mark(title, value) for title, value in bounds.items() if title != used]
    picture = span_picture(
        interval, marks, bounds.get("trivial") or Fraction(1), f"{_TITLES[name]}: the proven interval"
    )
    return join(element("figure", picture), _table(bounds, used) if bounds and found.kind == "worst-case" else "")


def quantity_table(found: Checked) -> Html:
    """Every number of the claim."""
    lines = [
        element(
            "tr",
            element("td", element("bdi", _title(name))),
            element("td", "" if interval.lower is None else at_least(interval.lower)),
            element("td", "" if interval.upper is None else at_most(interval.upper)),
        )
        for name, interval in found.quantities.items()
        if name != "radius"
    ]
    head = element("tr", *(element("th", text) for text in ("", "at least", "at most")))
    return element("table", element("thead", head), element("tbody", *lines), class_="numbers") if lines else join("")


def _title(name: str) -> str:
    kind, _, player = name.partition(".")
    return f"{_WORDS[kind]} {player[:80]}" if kind in _WORDS else _TITLES.get(name, name.replace("_", " "))


def _written(provenance: Mapping[str, Any]) -> dict[str, Fraction]:
    """The bounds that the writer says it found, where they are numbers."""
    found = {}
    bounds = provenance.get("bounds")
    for name, text in list(bounds.items())[:20] if isinstance(bounds, dict) else []:
        if name in _MEANINGS and isinstance(text, str) and len(text) <= 200:
            try:
                found[name] = parse_rational(text)
            except ValueError:
                continue
    return found


def _table(bounds: Mapping[str, Fraction], used: str) -> Html:
    def line(name: str, value: Fraction) -> Html:
        role = "proven here" if name == used else "from the game alone" if name == "trivial" else "as the writer says"
        cells = (element("td", name), element("td", at_most(value)), element("td", _MEANINGS[name], class_="meaning"))
        return element("tr", *cells, element("td", role, class_="role"), class_="used" if name == used else None)

    lines = [line(name, value) for name, value in sorted(bounds.items(), key=lambda one: -one[1])]
    head = element("tr", *(element("th", text) for text in ("upper bound", "at most", "how", "")))
    return element(
        "div", element("table", element("thead", head), element("tbody", *lines), class_="bounds"), class_="wide"
    )
