"""Random mutations of true certificates, stratified by field: whatever the checker still accepts must be true.

A mutation changes one field of one certificate; strata take turns, so every kind of field gets its share. A changed
claim that is accepted is judged again by `truth`, which shares nothing with the checker.
"""

import copy
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.helpers.checker.forge import path_get, path_set
from tests.helpers.checker.harness import HERE, Bench, load
from tests.helpers.checker.judging import Judge
from tests.helpers.checker.truth import TrueGame

Data = dict[str, Any]
GAMES = (
    "coin",
    "slack",
    "mixed",
    "trio",
    "solo",
    "dilemma",
    "ragged",
    "tempt",
    "rich",
    "trap",
    "pair",
    "wide",
    "hidden",
    "meet",
    "alone",
    "again",
    "deal",
    "fall",
    "folds",
    "passing",
)
POLICY = re.compile(r"claim/(policy|expert|center)/|proof/witness/policy/")
RATIONAL = re.compile(r"-?[0-9]+(/[0-9]+)?")


def leaves(node: Any, path: str = "") -> Iterator[str]:
    """Paths of everything that is neither object nor array."""
    if not isinstance(node, dict | list):
        yield path
        return
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        yield from leaves(child, f"{path}/{key}".lstrip("/"))


def containers(node: Any, path: str = "") -> Iterator[str]:
    """Paths of objects and arrays below the root."""
    if isinstance(node, dict | list):
        if path:
            yield path
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from containers(child, f"{path}/{key}".lstrip("/"))


def stratum(path: str, value: Any) -> str:
    """The class of a field."""
    last = path.split("/")[-1]
    if POLICY.match(path):
        return "policy entry"
    if path == "game":
        return "game hash"
    if last == "den":
        return "denominator"
    if "/num/" in path:
        return "vector entry"
    if "/tree/" in path:
        return "tree"
    if path.startswith("claim/") and isinstance(value, str) and RATIONAL.fullmatch(value):
        return "claimed number"
    return "name"


STRATA = (
    "claimed number",
    "vector entry",
    "denominator",
    "tree",
    "policy entry",
    "name",
    "game hash",
    "key",
    "structure",
    "moved field",
    "claim and proof",
)


class Campaign:
    """Mutations from one seed; `table[stratum]` counts what became of them, `false` holds every failure."""

    def __init__(
        self,
        seed: int,
        scratch: Path,
        tries: int = 20,
        games: Sequence[str] = GAMES,
        cases: str = "",
        strata: Sequence[str] = STRATA,
        stratum: Callable[[str, Any], str] = stratum,
    ) -> None:
        self.rng, self.seed, self.stratum = random.Random(seed), seed, stratum
        module = load()
        self.benches = {name: Bench(module, HERE / "games" / f"{name}.json", scratch) for name in games}
        self.judges = {name: Judge(TrueGame.read(HERE / "games" / f"{name}.json"), tries) for name in games}
        self.cases: list[tuple[str, str, Data]] = []
        self.places: dict[str, list[tuple[int, str]]] = {name: [] for name in strata}
        for name in games:
            for path in sorted((HERE / "accept").glob(f"{name}.{cases}*.json")):
                self.add(name, path.name, json.loads(path.read_text()))
        self.strata = [name for name in strata if self.places[name]]
        self.table: dict[str, Counter[str]] = {name: Counter() for name in strata}
        self.false: list[tuple[str, str, Data]] = []

    def add(self, name: str, case: str, data: Data) -> None:
        """One more certificate of a game."""
        index = len(self.cases)
        self.cases.append((name, case, data))
        for place in leaves(data):
            self.places[self.stratum(place, path_get(data, place))].append((index, place))
            self.places["moved field"].append((index, place))
            if self.stratum(place, path_get(data, place)) == "claimed number":
                self.places["claim and proof"].append((index, place))
        for place in containers(data):
            self.places["structure"].append((index, place))
            if isinstance(path_get(data, place), dict):
                self.places["key"].append((index, place))

    def run(self, count: int, progress: Callable[[int], None] = lambda _: None) -> None:
        for k in range(count):
            kind = self.strata[k % len(self.strata)]
            index, place = self.rng.choice(self.places[kind])
            name, case, data = self.cases[index]
            mutant = copy.deepcopy(data)
            MUTATIONS.get(kind, mutate_leaf)(self.rng, mutant, place)
            self.table[kind][self.judged(name, case, data, mutant)] += 1
            progress(k + 1)

    def judged(self, name: str, case: str, data: Data, mutant: Data) -> str:
        if mutant == data:
            return "unchanged"
        verdict = self.benches[name].verdict(mutant)
        if verdict != "valid":
            if not verdict.startswith("crash"):
                return verdict
            self.false.append((name, f"{case}: {verdict}", mutant))
            return "crash"
        if mutant["claim"] == data["claim"]:
            return "same claim"
        if not self.judges[name].is_false(mutant["claim"], mutant["proof"].get("witness", {}).get("policy")):
            return "true claim"
        self.false.append((name, case, mutant))
        return "FALSE"


def mutate_leaf(rng: random.Random, data: Data, place: str) -> None:
    value = path_get(data, place)
    path_set(data, place, changed_leaf(rng, value))


def mutate_row(rng: random.Random, data: Data, place: str) -> None:
    """Mass moved inside a row, so that it still sums to 1; or a leaf changed anyhow."""
    row = path_get(data, "/".join(place.split("/")[:-1]))
    if rng.random() < 0.3:
        mutate_leaf(rng, data, place)
        return
    game_actions = sorted({*row, rng.choice(("x", "y", "1", "2", "r", "p", "C", "D"))})
    first, second = place.split("/")[-1], rng.choice(game_actions)
    moved = Fraction(row[first]) * rng.choice((Fraction(1, 2), Fraction(1, 100), Fraction(1), Fraction(2, 3)))
    if first != second:
        row[first] = str(Fraction(row[first]) - moved)
        row[second] = str(Fraction(row.get(second, "0")) + moved)


def changed_leaf(rng: random.Random, value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int):
        return changed_integer(rng, value)
    if RATIONAL.fullmatch(value) and rng.random() < 0.7:
        return changed_rational(rng, value)
    return changed_text(rng, value)


def changed_integer(rng: random.Random, value: int) -> int:
    size = max(1, abs(value))
    choices = (value + 1, value - 1, -value, 0, value + size // 100 + 1, value - size // 100 - 1, 2 * value, value // 2)
    return rng.choice(
        (*choices, int(changed_text(rng, str(size)).lstrip("x") or "0"), value + rng.randrange(-size, size + 1))
    )


def changed_rational(rng: random.Random, text: str) -> str:
    value = Fraction(text)
    step = Fraction(1, rng.choice((2, 3, 10, 100, 10**6)))
    choices = (
        value + step,
        value - step,
        value * (1 + step),
        value * (1 - step),
        -value,
        1 - value,
        value / 2,
        2 * value,
    )
    return str(rng.choice((*choices, value + 1, value - 1, Fraction(0), 1 / value if value else value)))


def changed_text(rng: random.Random, text: str) -> str:
    """A digit changed, removed, doubled, or two exchanged."""
    if not text:
        return "0"
    k = rng.randrange(len(text))
    other = rng.randrange(len(text))
    swapped = list(text)
    swapped[k], swapped[other] = swapped[other], swapped[k]
    digit = str(rng.randrange(10))
    return rng.choice(
        (text[:k] + digit + text[k + 1 :], text[:k] + text[k + 1 :], text[:k] + text[k] + text[k:], "".join(swapped))
    )


def mutate_key(rng: random.Random, data: Data, place: str) -> None:
    """Two values exchanged between their keys, or one key renamed to another's or to itself with a letter changed."""
    node = path_get(data, place)
    keys = list(node)
    if not keys:
        return
    first, second = rng.choice(keys), rng.choice(keys)
    if rng.random() < 0.6:
        node[first], node[second] = node[second], node[first]
        return
    value = node.pop(first)
    node[
        changed_text(rng, first) if rng.random() < 0.5 else rng.choice(("lower", "upper", "exact", "1", "2", second))
    ] = value


def mutate_structure(rng: random.Random, data: Data, place: str) -> None:
    """An entry deleted, doubled, or exchanged with another of its array; a bracket's side made exact."""
    node = path_get(data, place)
    if not node:
        return
    if isinstance(node, dict):
        key = rng.choice(list(node))
        if rng.random() < 0.5:
            del node[key]
        else:
            node[rng.choice(("lower", "upper", "exact"))] = copy.deepcopy(node[key])
        return
    k, other = rng.randrange(len(node)), rng.randrange(len(node))
    action = rng.randrange(3)
    if action == 0:
        del node[k]
    elif action == 1:
        node.insert(other, copy.deepcopy(node[k]))
    else:
        node[k], node[other] = node[other], node[k]


def mutate_move(rng: random.Random, data: Data, place: str) -> None:
    """The value of another field of the same type."""
    kind = type(path_get(data, place))
    others = [path for path in leaves(data) if type(path_get(data, path)) is kind]
    path_set(data, place, path_get(data, rng.choice(others)))


def mutate_both(rng: random.Random, data: Data, place: str) -> None:
    """A claimed number, and some vector of the proof shifted or one of its entries changed."""
    mutate_leaf(rng, data, place)
    entries = [path for path in leaves(data["proof"]) if "/num/" in path]
    if not entries:
        return
    path = rng.choice(entries)
    vector = path_get(data["proof"], path.split("/num/")[0])
    shift = rng.choice((-1, 1)) * rng.choice((1, int(vector["den"]) // 10 + 1, int(vector["den"]) // 1000 + 1))
    if rng.random() < 0.5:
        vector["num"] = [x + shift for x in vector["num"]]
    else:
        path_set(data["proof"], path, changed_integer(rng, path_get(data["proof"], path)))


MUTATIONS = {
    "policy entry": mutate_row,
    "key": mutate_key,
    "structure": mutate_structure,
    "moved field": mutate_move,
    "claim and proof": mutate_both,
}
