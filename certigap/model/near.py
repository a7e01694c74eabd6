"""Names that somebody may have meant."""

import difflib
from collections.abc import Iterable

from certigap.model.files.json_node import brief

__all__ = ["near", "unknown_name"]

_ALIKE = 0.5  # of difflib's ratio: "kuhn" is far from "kuhn_poker", which holds it
_FEW = 25  # names: more do not fit a message


def near(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names that hold `name` or a part of it, or resemble it, the likeliest first.

    >>> near("tga", ["lemma1", "tag"]), near("Kuhn", ["leduc_poker", "kuhn_poker"])
    (['tag'], ['kuhn_poker'])
    """
    folded = {one.casefold(): one for one in known}
    wanted = name.casefold()
    holding = sorted(
        (one for one in folded if wanted and wanted in one), key=lambda one: (not one.startswith(wanted), one)
    )
    alike = difflib.get_close_matches(wanted, folded, most, _ALIKE)
    return [folded[one] for one in dict.fromkeys([*holding, *alike])][:most]


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """The message (expected, got) about a name that is not known.

    >>> unknown_name("a game", "tga", ["lemma1", "tag"])
    "expected a game among lemma1, tag (near: tag), got 'tga'"
    """
    names = list(known)
    among = f" among {', '.join(names)}" if len(names) <= _FEW else ""
    found = near(name, names)
    hint = f" (near: {', '.join(found)})" if found else ""
    return f"expected {what}{among}{hint}, got {brief(name)}"
