"""HTML and SVG as nested calls: text is escaped because it is text, what `element` made is not escaped again.

Names of states, actions and players come from strangers; nothing reaches a page but through `element`.
"""

from html import escape

from certigap.model.files.json_node import printable

__all__ = ["Html", "element", "join", "number"]

_EMPTY = frozenset({"meta", "circle", "line", "path", "rect"})


class Html(str):
    """Text that is HTML: only `element` and `join` make it."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | float | None) -> Html:
    """An element with escaped attributes and children; `class_` is class, `stroke_width` is stroke-width.

    Attributes that are None are left out.

    >>> print(element("td", "<b>", element("i", "x"), class_='a"b'))
    <td class="a&quot;b">&lt;b&gt;<i>x</i></td>
    """
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    written = "".join(f' {name}="{escape(_attribute(value))}"' for name, value in given.items())
    if tag in _EMPTY and not children:
        return Html(f"<{tag}{written}/>")
    return Html(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: str) -> Html:
    """Pieces one after the other, those that are text escaped."""
    return Html("".join(child if isinstance(child, Html) else escape(printable(child)) for child in children))


def number(value: float) -> str:
    """A coordinate: two decimals are a fiftieth of what a screen shows.

    >>> number(3.0), number(-0.001), number(1.256)
    ('3', '0', '1.26')
    """
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _attribute(value: str | float) -> str:
    return printable(value) if isinstance(value, str) else number(value)
