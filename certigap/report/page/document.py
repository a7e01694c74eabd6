"""The page as a whole: its head, an article a certificate, the frontier of several."""

from collections.abc import Sequence
from importlib.resources import files

from certigap.model.display import game_html
from certigap.model.game import Game
from certigap.report.page.bounds import gap_picture, quantity_table
from certigap.report.page.claim import Checked
from certigap.report.page.curves import curves_picture, curves_table, frontier_of
from certigap.report.page.graph import MOST_STATES, exploited, graph_picture, share_table
from certigap.report.page.markup import Html, element, join
from certigap.report.page.rows import difference_table
from certigap.report.page.trust import badge, trust_section
from certigap.report.page.words import MEASURES, eyebrow, sentence
from certigap.version import __version__

__all__ = ["report_page"]

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""What the page may load: nothing but its own styles."""
_BIMATRIX = 8  # actions: a wider table does not fit a page
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='4' fill='%232f5d8c'/%3E"
    "%3Cpath d='M4 8.5l2.7 2.7L12 5.5' stroke='white' stroke-width='2' fill='none'/%3E%3C/svg%3E"
)
_STAIRS = (
    "Each dot is an end that a certificate proves; so are the stairs between them, since a larger error allows more."
)
_DISCS = (
    "The larger a disc, the more time play spends there; the stronger its colour, the more of the gap it adds; arrows "
    "follow play. A reading in floats, no part of the proof."
)
_NOTES = (
    (
        "Nash gap",
        "the most that any single player gains by deviating while the others keep to the policy, a discounted payoff",
    ),
    (
        MEASURES["bc"],
        "the L1 distance between the rows of imitator and expert (twice total variation), in expectation over the "
        "states that the expert visits, the largest over the players; of finite horizon, at every step",
    ),
    (MEASURES["rho"], "the L1 distance between their occupancies of state and joint action"),
    (MEASURES["mu"], "the L1 distance between their occupancies of states"),
    (
        "proven",
        "accepted by the checker, in exact rational arithmetic; the numbers shown are rounded outward, the exact ones "
        "stand behind them",
    ),
)


def report_page(certificates: Sequence[Checked], game_path: str) -> str:
    """The page of one certificate, or of several of one game.

    Args:
        certificates: each with its verdict (`checked`), at least one.
        game_path: the file of the game that they were checked against.

    Returns:
        A whole HTML document.
    """
    game = certificates[0].game
    title = (game.name if game is not None else "") or "certigap"
    several = len(certificates) > 1
    articles = [_article(found, game_path, several) for found in certificates]
    body = join(
        _several(certificates, game) if several else "",
        *articles,
        _notes(),
        element("footer", f"Written by certigap {__version__}. This page asks nothing of any network."),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", f"{title[:80]}: {eyebrow(certificates[0]) if not several else 'certificates'}"),
        Html(f'<link rel="icon" href="{_ICON}">'),
        Html(f"<style>{files(__package__).joinpath('page.css').read_text(encoding='utf-8')}</style>"),
    )
    return f"<!DOCTYPE html>\n{element('html', head, element('body', element('main', body)), lang='en')}\n"


def _several(certificates: Sequence[Checked], game: Game | None) -> Html:
    """What stands above several certificates: how many were accepted, and the frontier they draw."""
    valid = sum(found.verdict.is_valid for found in certificates)
    points = frontier_of(certificates)
    counted = f"{valid} of {len(certificates)} certificates accepted"
    parts = [
        element("p", "Certificates of one game", class_="eyebrow"),
        element("h1", counted),
        element("p", *_facts(game), class_="facts"),
    ]
    if points:
        measure = str(next(found for found in certificates if found.verdict.is_valid).claim["measure"])
        figure = element("figure", curves_picture(points, measure), element("figcaption", _STAIRS))
        parts.append(
            element("section", element("h2", "Frontier"), figure, curves_table(points, measure), class_="frontier")
        )
    return element("header", *parts, class_="several")


def _article(found: Checked, game_path: str, several: bool) -> Html:
    head = element(
        "header",
        element("p", eyebrow(found), class_="eyebrow"),
        element("h2" if several else "h1", sentence(found), class_="claim"),
        badge(found),
        element("p", *_facts(None if several else found.game), class_="facts"),
    )
    return element(
        "article",
        head,
        *_matrix(None if several else found.game),
        *_numbers(found),
        *_witness(found),
        *_places(found),
        trust_section(found, game_path),
    )


def _facts(game: Game | None) -> list[Html]:
    if game is None:
        return []
    facts = [game.name[:120] or "unnamed game", f"{len(game.players)} players"]
    facts += ["normal form"] if game.is_normal_form else [f"{len(game.states)} states", f"discount {game.discount}"]
    return [element("span", element("bdi", fact)) for fact in (*facts, f"{game.layout.rows} joint actions")]


def _matrix(game: Game | None) -> list[Html]:
    """The payoffs of a bimatrix that fits a page."""
    if game is None or not game.is_normal_form or len(game.players) != 2 or max(game.layout.shapes[0]) > _BIMATRIX:
        return []
    table = element("div", Html(game_html(game)), class_="wide matrix")
    return [element("section", element("h2", "The game"), table)]


def _numbers(found: Checked) -> list[Html]:
    picture, table = gap_picture(found), quantity_table(found)
    if found.kind == "worst-case":
        return [element("section", element("h2", "The interval"), picture, class_="interval")] if picture else []
    if not picture and not table:
        return []
    return [
        element(
            "section", element("h2", "The numbers"), picture, element("div", table, class_="wide"), class_="interval"
        )
    ]


def _witness(found: Checked) -> list[Html]:
    expert = found.policy("expert")
    if found.witness is None or expert is None:
        return []
    name = expert.game.players[exploited(found.witness)]
    words = join(
        "The policy that proves the lower end. It stays within the error, and player ",
        element("bdi", name),
        " exploits it. Where it differs from the expert, the rows that cost most of the error first; ",
        element("span", "expert", class_="key expert"),
        " above, ",
        element("span", "witness", class_="key witness"),
        " below. Costs are floats, for reading.",
    )
    table = difference_table(expert, found.witness)
    return [element("section", element("h2", "The witness"), element("p", words), table, class_="witness")]


def _places(found: Checked) -> list[Html]:
    policy = found.witness or (found.policy("policy") if found.kind in ("nash-gap", "equilibrium") else None)
    if policy is None or policy.game.is_normal_form:
        return []
    player = exploited(policy)
    picture = graph_picture(policy, player)
    if picture is None and len(policy.game.states) <= MOST_STATES:
        return []
    words = join(
        "What each state adds to the gain of player ",
        element("bdi", policy.game.players[player]),
        ", who deviates as well as possible.",
    )
    figure = [] if picture is None else [element("figure", picture, element("figcaption", _DISCS))]
    return [
        element(
            "section",
            element("h2", "Where it is exploited"),
            element("p", words),
            *figure,
            share_table(policy, player),
            class_="where",
        )
    ]


def _notes() -> Html:
    entries = (join(element("dt", term), element("dd", text)) for term, text in _NOTES)
    return element("section", element("h2", "Words"), element("dl", *entries), class_="notes")
