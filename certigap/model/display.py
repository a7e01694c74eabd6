r"""Games and policies in notebooks: compact HTML tables and LaTeX bimatrices. For the eye; files hold the numbers.

Everything that a user can name is escaped, long names and numbers are shortened, and a table stops after 40 lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

from certigap.exact.rational import format_rational
from certigap.exact.rounding import decimal_text
from certigap.model.files.json_node import brief, printable

if TYPE_CHECKING:  # a game and a policy know how to show themselves: the display stands below them
    from certigap.model.game import Game
    from certigap.model.policy import Policy

__all__ = ["game_html", "game_latex", "html_table", "played", "policy_html"]

_LINES = 40  # of a display: about a screen
_BIMATRIX = 12  # actions: a wider table does not fit a notebook
_LONG = 1000  # of a denominator
_STATES = 3  # of a policy in one line
_SHOWN = 40  # characters of a name
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{character: "\\" + character for character in "{}$&#%_"},
}


def game_html(game: "Game") -> str:
    """An HTML table of a game: a bimatrix of at most 12 x 12 actions, else one line per state and joint action.

    >>> from certigap.model.build import bimatrix
    >>> game_html(bimatrix([[1]])).partition("</caption>")[2]
    '<tr><th></th><th>1</th></tr><tr><th>1</th><td>1, -1</td></tr></table>'
    """
    caption = repr(game).removeprefix("<Game ").removesuffix(">")
    if _is_bimatrix(game):
        cells = ((row, [_numbers(game, k) for k in ks]) for row, ks in _bimatrix_lines(game))
        return html_table(caption, ["", *game.actions[0][1]], cells, len(game.actions[0][0]))
    head = ["state", *game.players, "rewards", "next"]
    lines = (_outcome(game, row) for row in range(min(_LINES, game.layout.rows)))
    return html_table(caption, head, lines, game.layout.rows)


def game_latex(game: "Game") -> str | None:
    r"""A LaTeX array of a two-player normal form of at most 12 x 12 actions; `None` for other games.

    >>> from certigap.model.build import bimatrix
    >>> game_latex(bimatrix([["1/2"]]))
    '$\\begin{array}{c|c} & \\text{1} \\\\ \\hline \\text{1} & \\frac{1}{2}, -\\frac{1}{2}\\end{array}$'
    """
    if not _is_bimatrix(game):
        return None
    columns = game.actions[0][1]
    lines = [
        " & ".join([_tex_name(row), *(f"{_tex(game.reward(0, k))}, {_tex(game.reward(1, k))}" for k in ks)])
        for row, ks in _bimatrix_lines(game)
    ]
    head = " & ".join(["", *map(_tex_name, columns)])
    body = r" \\ ".join(lines)
    return rf"$\begin{{array}}{{c|{'c' * len(columns)}}}{head} \\ \hline {body}\end{{array}}$"


def policy_html(policy: "Policy") -> str:
    """An HTML table of a policy: states by players, each cell the played actions with their probabilities."""
    game = policy.game
    caption = repr(policy).removeprefix("<Policy ").removesuffix(">").partition(";")[0]
    lines = (
        (state, [_row(game.actions[s][i], own[s].fractions()) for i, own in enumerate(policy.rows)])
        for s, state in enumerate(game.states[:_LINES])
    )
    return html_table(caption, ["state", *game.players], lines, len(game.states))


def played(policy: "Policy", player: str) -> str:
    """What a player does, at its first states where it has a choice: "a at s0, 1/2 a + 1/2 b at s1, ..".

    >>> from certigap.model.build import bimatrix
    >>> from certigap.model.policy import Policy
    >>> played(Policy.uniform(bimatrix([[1, 0], [0, 1]])), "1")
    '1/2 1 + 1/2 2'
    """
    game, i = policy.game, policy.game.players.index(player)
    choices = [s for s, own in enumerate(game.actions) if len(own[i]) > 1]
    rows = [_plays(game.actions[s][i], policy.rows[i][s].fractions()) for s in choices[:_STATES]]
    named = [f"{row} at {_shorten(game.states[s])}" for s, row in zip(choices, rows, strict=False)]
    text = ", ".join(rows if game.is_normal_form else named)
    return text + (", .." if len(choices) > _STATES else "")


def _is_bimatrix(game: "Game") -> bool:
    return game.is_normal_form and len(game.players) == 2 and max(game.layout.shapes[0]) <= _BIMATRIX


def _bimatrix_lines(game: "Game") -> Iterator[tuple[str, range]]:
    """Each action of the first player with the rows of its joint actions."""
    first, second = game.actions[0]
    for a, name in enumerate(first):
        yield name, range(a * len(second), (a + 1) * len(second))


def _outcome(game: "Game", row: int) -> tuple[str, list[str]]:
    state, joint = game.layout.joint(row)
    played = [_shorten(game.actions[state][i][a]) for i, a in enumerate(joint)]
    following = [(game.states[s], probability) for s, probability in game.transitions.row(row).items()]
    return game.states[state], [*played, _numbers(game, row), _pairs(following)]


def _numbers(game: "Game", row: int) -> str:
    return ", ".join(brief(game.reward(player, row)) for player in range(len(game.players)))


def _row(actions: Sequence[str], probabilities: Sequence[Fraction]) -> str:
    return _pairs([(name, value) for name, value in zip(actions, probabilities, strict=True) if value])


def _plays(actions: Sequence[str], probabilities: Sequence[Fraction]) -> str:
    """`1/3 a + 2/3 b`; a pure row is its action; long fractions are rounded."""
    taken = [(name, p) for name, p in zip(actions, probabilities, strict=True) if p]
    if len(taken) == 1:
        return _shorten(taken[0][0])
    shown = [f"{p if p.denominator < _LONG else decimal_text(p, 3)} {_shorten(name)}" for name, p in taken[:_BIMATRIX]]
    return " + ".join(shown + (["..."] if len(taken) > _BIMATRIX else []))


def _pairs(pairs: Sequence[tuple[str, Fraction]]) -> str:
    texts = [f"{_shorten(name)}: {brief(value)}" for name, value in pairs[:_BIMATRIX]]
    return ", ".join(texts + (["..."] if len(pairs) > _BIMATRIX else []))


def html_table(caption: str, head: Iterable[str], lines: Iterable[tuple[str, list[str]]], total: int) -> str:
    """A table of lines (a header, then cells), with a note when `total` lines are more than are shown."""
    top = "".join(f"<th>{escape(_shorten(name))}</th>" for name in head)
    body = "".join(
        f"<tr><th>{escape(_shorten(name))}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for name, cells in lines
    )
    note = f"<p>{_LINES} of {total} lines shown</p>" if total > _LINES else ""
    return f"<table><caption>{escape(printable(caption))}</caption><tr>{top}</tr>{body}</table>{note}"


def _shorten(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[:_SHOWN]}..."


def _tex_name(name: str) -> str:
    return rf"\text{{{''.join(_TEX.get(character, character) for character in _shorten(name))}}}"


def _tex(value: Fraction) -> str:
    if value.denominator == 1 or len(brief(value)) > _SHOWN:
        return brief(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{format_rational(abs(value.numerator))}}}{{{format_rational(value.denominator)}}}"
