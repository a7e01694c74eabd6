"""Names of players, actions and states from other programs' labels: printable, never empty, distinct.

Line ends become "/", runs of blanks one blank. Labels that occur k times become `label_1 .. label_k`; an empty label
becomes its position, counted from 1.
"""

import re
from collections import Counter
from collections.abc import Iterable

from certigap.model.files.json_node import MAX_NAME

__all__ = ["distinct", "one_line"]

_LINES = re.compile(r"\s*[\r\n]+\s*")
_BLANKS = re.compile("[\\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_ROOM = 20  # characters kept free for a suffix


def one_line(text: str) -> str:
    r"""The text on one line, without control characters.

    >>> one_line("x.. \n.o.\n")
    'x../.o.'
    """
    return _BLANKS.sub(" ", _LINES.sub("/", text.strip())).strip()


def distinct(labels: Iterable[str]) -> tuple[str, ...]:
    """Distinct names, one per label and in their order.

    >>> distinct(["a", "b", "a", ""])
    ('a_1', 'b', 'a_2', '4')
    """
    wanted = [one_line(label)[: MAX_NAME - _ROOM] or str(index + 1) for index, label in enumerate(labels)]
    counts = Counter(wanted)
    taken = set(counts)
    used: Counter[str] = Counter()
    names = []
    for name in wanted:
        final = name
        while counts[name] > 1 and (final == name or final in taken):
            used[name] += 1
            final = f"{name}_{used[name]}"
        taken.add(final)
        names.append(final)
    return tuple(names)
