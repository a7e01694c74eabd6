"""Files that break the grammar of boxes with tilts (FORMAT 6.6), each in one way."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.helpers.checker.faults import Fault, edited, without

__all__ = ["tilted_faults"]

Data = dict[str, Any]
OWN = "proof/cover/players/1/tilted"


def tilted_faults(accept: Callable[[str], Data]) -> Iterator[Fault]:
    """`accept`: a true certificate by its file name."""
    data = accept("coin.tilted-mu-linear")
    for key in ("vectors", "tilts", "tree"):
        yield f"coin.tilted-{key}.json", without(data, f"{OWN}/{key}"), f"tilted boxes: no {key}"
    leaf = f"{OWN}/tree/0/leaf"
    yield "coin.tilted-beside.json", edited(data, "proof/cover/players/1/tree", []), "tilted boxes beside a tree"
    yield "coin.tilted-place.json", edited(data, f"{leaf}/4", 1), "a tilt that is not there"
    yield "coin.tilted-places.json", edited(data, leaf, [0, 1, 2, 3]), "a leaf without a tilt"
    yield "coin.tilted-vector.json", edited(data, f"{leaf}/0", 9), "a vector that is not there"
    yield "coin.tilted-long.json", edited(data, f"{OWN}/tilts/0/num", [0] * 5), "a tilt of another length"
