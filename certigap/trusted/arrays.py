"""FORMAT 16: array games and their certificates, read member by member and checked state by state, in integers."""

import hashlib
import json
import math
import os
import re
import sys
import zipfile
from array import array
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NoReturn

from limits import METER, Limit, spend
from reading import Invalid, Malformed, read_json
from rules import RULES, rule

MAX_ENTRIES = 2_000_000  # transitions and joint actions; larger games are for a program that keeps no object a number
MAX_HEADER = 1 << 20
MOST = (1 << 31) - 1
TOP = 1 << 61
NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?s:..)\{'descr': '([<|][iu][1248])', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n"
)
TYPECODES = {"<i4": "i", "<i8": "q", "|u1": "B"}
Ends = tuple[Fraction, Fraction]
PolicyRows = list[list[Any]]  # policy[j][s]: the weights of player j at state s, and at their end the sum
GAME = {"shapes": "<i4", "rewards": "<i8", "offsets": "<i8"}
GAME |= dict.fromkeys(("columns", "weights", "denominators", "initial"), "<i4")
TABLES = ("shapes", "rewards", "values", "optima", "together")  # two axes, all others have one


class Container:
    """An uncompressed archive of arrays: `arrays[name]`, and `shapes[name]` of each."""

    def __init__(self, path: str, *choices: dict[str, str]) -> None:
        self.path = path
        self.arrays: dict[str, Any] = {}
        self.shapes: dict[str, tuple[int, ...]] = {}
        try:
            self.size = os.path.getsize(path)
            with zipfile.ZipFile(path) as archive:
                parts = archive.infolist()
                names = {m.filename for m in parts}
                types = next((own for own in choices if names == {f"{name}.npy" for name in ("header", *own)}), None)
                if types is None or min(m.header_offset for m in parts) > 0:
                    self.fail(f"the parts header, {', '.join(choices[0])} and nothing else before or among them")
                for member in parts:
                    name = member.filename.removesuffix(".npy")
                    self.member(archive, member, name, types.get(name, "|u1"))
        except OSError as error:
            raise Malformed(f"{path}: cannot be read: {error.strerror}") from None
        except (zipfile.BadZipFile, ValueError, EOFError, OverflowError, RuntimeError):
            raise Malformed(f"{path}: expected an archive of arrays") from None
        self.header = read_json(path, self.arrays.pop("header").tobytes())

    def fail(self, expected: str) -> NoReturn:
        raise Malformed(f"{self.path}: expected {expected}")

    def member(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, wanted: str) -> None:
        is_stored = member.compress_type == zipfile.ZIP_STORED and member.compress_size == member.file_size
        if name in self.arrays or not is_stored or member.flag_bits & 1:
            self.fail(f"each member once, neither compressed nor encrypted: {name}")
        if member.file_size > (MAX_HEADER if name == "header" else 8 * MAX_ENTRIES + 1024):
            raise Limit(f"arrays: expected {name} of at most {MAX_ENTRIES} entries")
        data = archive.read(member)
        found = NPY.match(data[:1024])
        if found is None or found[1].decode() != wanted:
            self.fail(f"{name}: an array of {wanted} in C order, version 1.0")
        numbers = array(TYPECODES[wanted])
        numbers.frombytes(data[found.end() :])
        if sys.byteorder == "big":
            numbers.byteswap()
        shape = tuple(int(part) for part in found[2].decode().replace(" ", "").split(",") if part)
        if not numbers or math.prod(shape) != len(numbers) or len(shape) != 1 + (name in TABLES):
            self.fail(f"{name}: as many numbers as its shape says, and its number of axes")
        self.arrays[name], self.shapes[name] = numbers, shape


class ArrayGame:
    """The game of FORMAT 16, every condition checked."""

    def __init__(self, path: str) -> None:
        file = Container(path, GAME)
        parts = file.header.fields(("format", "version", "discount", "scales"), ("name", "meta"))
        parts["format"].one_of(("certigap-array-game",))
        parts["version"].integer((1,))
        self.path, self.size, self.shape = path, file.size, file.shapes
        self.discount = parts["discount"].rational()
        self.scales = [item.rational() for item in parts["scales"].items()]
        self.shapes, self.rewards, self.offsets = (file.arrays[name] for name in ("shapes", "rewards", "offsets"))
        self.columns, self.weights = file.arrays["columns"], file.arrays["weights"]
        self.denominators, self.initial = file.arrays["denominators"], file.arrays["initial"]
        self.check(file)
        content = {"format": "certigap-array-game", "version": 1, "discount": str(self.discount)}
        content["scales"] = [str(scale) for scale in self.scales]
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        for name in GAME:
            digest.update(f"{name} {'x'.join(map(str, self.shape[name]))}\n".encode() + file.arrays[name].tobytes())
        self.digest = f"arrays:{digest.hexdigest()}"

    def check(self, file: Container) -> None:
        states, n = self.shape["shapes"]
        rows, entries = len(self.denominators), len(self.columns)
        spend(10 * (states * n + rows * n + entries))
        if not (1 <= n <= 20 and states >= 1 and rows >= 1 and min(self.shapes) >= 1):
            file.fail("1 to 20 players with actions at every state")
        if (
            not 0 <= self.discount < 1
            or self.discount.denominator > MOST
            or len(self.scales) != n
            or min(self.scales) <= 0
        ):
            file.fail("a discount in [0, 1), denominator below 2^31, and a scale above 0 a player")
        self.own = [[self.shapes[s * n + j] for j in range(n)] for s in range(states)]
        self.first = [0]
        for sizes in self.own:
            self.first.append(self.first[-1] + math.prod(sizes))
        if self.first[-1] != rows or self.shape["rewards"] != (n, rows) or len(self.offsets) != rows + 1:
            file.fail(f"{self.first[-1]} joint actions in rewards, offsets and denominators")
        if max(self.rewards) > TOP or min(self.rewards) < -TOP:
            file.fail("rewards of at most 2^61 in size")
        if self.offsets[0] != 0 or self.offsets[rows] != entries or len(self.weights) != entries:
            file.fail("offsets from 0 to the number of columns and weights")
        if min(self.columns) < 0 or max(self.columns) >= states or min(self.weights) < 1:
            file.fail("columns that are states and weights above 0")
        for k in range(rows):
            a, b = self.offsets[k], self.offsets[k + 1]
            if a >= b or b > entries or sum(self.weights[a:b]) != self.denominators[k]:
                file.fail(f"row {k}: at least one entry, and weights that sum to its denominator")
        if len(self.initial) != states or min(self.initial) < 0 or not 1 <= sum(self.initial) <= MOST:
            file.fail("a start weight >= 0 a state, their sum from 1 to 2^31 - 1")


def policy_types(game: ArrayGame) -> dict[str, str]:
    return {f"{part}_{j}": "<i4" for j in range(len(game.scales)) for part in ("weights", "denominators")}


def certificate_types(game: ArrayGame) -> list[dict[str, str]]:
    """The members that certificates may have: of a nash-gap; of a worst case without a witness, with one, of rho."""
    policy, states = policy_types(game), ("occupancy", "optima", "values", "together")
    ball, witness = policy | dict.fromkeys(states, "<i8"), {f"witness_{name}": kind for name, kind in policy.items()}
    seen = dict.fromkeys(("witness_value", "witness_optimum"), "<i8")
    met = ball | witness | seen
    return [policy | {"values": "<i8", "optima": "<i8"}, ball, met, met | {"witness_occupancy": "<i8"}]


def array_policy(game: ArrayGame, file: Container, role: str = "") -> PolicyRows:
    policy = []
    for j in range(len(game.scales)):
        weights, sums = (file.arrays[f"{role}{part}_{j}"] for part in ("weights", "denominators"))
        at, rows = 0, []
        spend(len(weights) + len(sums))
        if len(sums) != len(game.own) or len(weights) != sum(sizes[j] for sizes in game.own) or min(weights) < 0:
            file.fail(f"weights_{j} and denominators_{j} of this game's actions")
        for s, sizes in enumerate(game.own):
            row = weights[at : at + sizes[j]]
            if sum(row) != sums[s] or sums[s] < 1:
                file.fail(f"denominators_{j}: the sum of the weights at state {s}, above 0")
            row.append(sums[s])
            rows.append(row)
            at += sizes[j]
        policy.append(rows)
    return policy


def backup(game: ArrayGame, k: int, x: list[int], bits: int, i: int, sign: int = 1) -> int:
    """z[k] of FORMAT 16: the reward of a joint action and what follows, each mean rounded down."""
    a, b = game.offsets[k], game.offsets[k + 1]
    mean: int = sum(w * x[t] for w, t in zip(game.weights[a:b], game.columns[a:b])) // game.denominators[k]
    reward: int = sign * game.rewards[i * len(game.denominators) + k]
    return (reward << bits) + game.discount.numerator * mean // game.discount.denominator


def averaged(z: list[int], sizes: list[int], policy: PolicyRows, s: int, own: int) -> list[int]:
    """The means of a state's numbers over the players but `own`, the last first, each rounded down."""
    post = 1
    for j in range(len(sizes) - 1, -1, -1):
        if j == own:
            post *= sizes[j]
            continue
        *row, den = policy[j][s]
        block = sizes[j] * post
        z = [
            sum(w * z[h + a * post + l] for a, w in enumerate(row)) // den
            for h in range(0, len(z), block)
            for l in range(post)
        ]
    return z


def array_steps(game: ArrayGame, policy: PolicyRows, x: list[int], bits: int, i: int, own: int) -> Iterator[int]:
    """F x of FORMAT 16, state by state: every mean rounded down, the best action of `own` (n: nobody chooses)."""
    for s, sizes in enumerate(game.own):
        z = [backup(game, k, x, bits, i) for k in range(game.first[s], game.first[s + 1])]
        yield max(averaged(z, sizes, policy, s, own))


def start_of(game: ArrayGame, x: list[int]) -> Fraction:
    """nu.x"""
    return Fraction(sum(w * value for w, value in zip(game.initial, x)), sum(game.initial))


def array_ends(game: ArrayGame, policy: PolicyRows, x: list[int], bits: int, i: int, own: int) -> Ends:
    """The interval at the start that one vector proves: of V_i (`own` = n), of V_i* (`own` = i)."""
    n = len(game.scales)
    spend(4 * n * (len(game.columns) + len(game.denominators)))
    change = [new - old for new, old in zip(array_steps(game, policy, x, bits, i, own), x)]
    start, means = start_of(game, x), 2 + n - (own < n)
    unit, horizon = game.scales[i] / 2**bits, 1 / (1 - game.discount)
    return unit * (start + min(change) * horizon), unit * (start + (max(change) + means) * horizon)


def check_arrays(game: ArrayGame, path: str, expected: dict[str, PolicyRows]) -> tuple[Any, str]:
    """The claim of a certificate and its words; what the claim's kind asks for is the rule's."""
    file = Container(path, *certificate_types(game))
    METER.allow(game.size, file.size)
    parts = file.header.fields(
        ("format", "version", "game", "claim", "bits", "end"), ("provenance", "prices", "witness")
    )
    parts["format"].one_of(("certigap-array-certificate",))
    parts["version"].integer((1,))
    if parts["end"].value is not True:
        parts["end"].fail("true")
    if parts["game"].value != game.digest:
        raise Invalid(f"{path}: the certificate speaks of another game")
    claim = parts["claim"]
    kind = claim.fields(("kind",), claim.value)["kind"].one_of(RULES["array"])
    words, policies = rule("array", kind)(game, file, parts)
    for role, rows in expected.items():
        if policies.get(role) != rows:
            raise Invalid(f"{path}: its {role} is not the policy of the file given")
    return claim.value, "; ".join(words)


def container_arrays(path: str, files: dict[str, str]) -> Any:
    """The game of a file, and what checks a certificate of it: (path) -> claim and words."""
    METER.allow(os.path.getsize(path), 0)
    game = ArrayGame(path)
    expected = {}
    for role, other in files.items():
        file = Container(other, policy_types(game))
        parts = file.header.fields(("format", "version"), ("game", "name", "meta"))
        parts["format"].one_of(("certigap-array-policy",))
        parts["version"].integer((1,))
        if "game" in parts:
            parts["game"].one_of((game.digest,))
        expected[role] = array_policy(game, file)
    return lambda certificate: check_arrays(game, certificate, expected)
