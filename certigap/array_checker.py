"""A second checker for large array games: FORMAT 16 in NumPy, on 64-bit integers that cannot overflow.

    python -I certigap/array_checker.py [--json] [--expert E] [--policy P] GAME CERTIFICATE..

It imports NumPy and nothing of the package, and says what `checker.py` says of the same files, only sooner: both
compute the same integers. Every mean is exact in one of two ways (`averaged`): in floats, where what is divided and its
denominator are below 2^53 together (FORMAT 16 has the proof); else in two limbs of 64-bit integers, high * 2^31 + low,
whose sums stay below 2^62, because denominators are below 2^31 and numbers at most 2^62. Exit codes as there.
"""

import argparse
import hashlib
import json
import math
import os
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple, NoReturn

import numpy as np

MOST, TOP, LOW = 2**31 - 1, 2**61, 2**31 - 1
ONE, UNIT, SIZE = 2**28, 2**61, 2**60  # of the units of shares, of an occupancy's, and of what strays
STAGES, PRICE = 100, 2**58
THREADS = 2
CHUNK = 2**17  # transitions times players that are worked on at a time: what is made of them stays near the processor
SHORT = 64  # transitions of a row, up to which rows of one length are added as columns
EXACT = 2**53  # below this, floats hold every integer
NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?s:..)\{'descr': '([<|][iu][1248])', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n"
)
RATIONAL = re.compile(r"-?(0|[1-9][0-9]{0,99999})(/[1-9][0-9]{0,99999})?", re.ASCII)
DIGITS, DEPTH = 100_000, 100  # FORMAT 1
SURROGATE = re.compile("[\ud800-\udfff]")
GAME = {"shapes": "<i4", "rewards": "<i8", "offsets": "<i8"}
GAME |= dict.fromkeys(("columns", "weights", "denominators", "initial"), "<i4")
TABLES = ("shapes", "rewards", "values", "optima", "together")  # two axes, all others have one
CODES = {"invalid": 1, "malformed": 2}


class Malformed(Exception):
    """A file that does not follow the grammar."""


class Invalid(Exception):
    """A certificate that does not prove its claim."""


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise Malformed("header: expected distinct keys")
    return dict(pairs)


def no_float(text: str) -> NoReturn:
    raise Malformed(f"header: expected no number such as {text[:20]}")


def whole(text: str) -> int:
    return no_float(text) if text == "-0" or len(text) > DIGITS else int(text)


def plain(value: Any, level: int = 1) -> None:
    """Bounded depth, no lone surrogates."""
    if isinstance(value, str) and SURROGATE.search(value):
        raise Malformed("header: expected no lone surrogates")
    if isinstance(value, dict | list) and level > DEPTH:
        raise Malformed(f"header: expected at most {DEPTH} levels of nesting")
    for part in (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ():
        plain(part, level + 1)


def read(path: str, *choices: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    """The header and the arrays of a container whose members are one of these sets."""
    arrays: dict[str, Any] = {}
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            file.seek(0)
            if file.read(4) != b"PK\x03\x04":
                raise Malformed(f"{path}: expected an archive of arrays from its first byte on")
            members = archive.infolist()
            names = sorted(m.filename for m in members)
            types = next((own for own in choices if names == sorted(f"{name}.npy" for name in ("header", *own))), None)
            if types is None:
                raise Malformed(f"{path}: expected the members header, {', '.join(choices[0])}, once each")
            for member in members:
                name = member.filename.removesuffix(".npy")
                archive.open(member).close()  # its two headers say the same
                arrays[name] = read_member(file, member, types.get(name, "|u1"), f"{path}: {name}")
        header = arrays.pop("header").tobytes().decode("utf-8")
        found = json.loads(
            header, object_pairs_hook=unique, parse_int=whole, parse_float=no_float, parse_constant=no_float
        )
        plain(found)
        return found, arrays
    except OSError as error:
        raise Malformed(f"{path}: cannot be read: {error.strerror}") from None
    except (zipfile.BadZipFile, ValueError, EOFError, OverflowError, RuntimeError) as error:
        raise Malformed(f"{path}: expected an archive of arrays, got {str(error)[:80]!r}") from None


def read_member(file: Any, member: zipfile.ZipInfo, wanted: str, where: str) -> Any:
    """One member as an array in fresh memory; what is read is what is hashed, so its checksum is not needed."""
    name = member.filename.removesuffix(".npy")
    file.seek(member.header_offset)
    head = file.read(30)
    is_stored = member.compress_type == zipfile.ZIP_STORED and member.compress_size == member.file_size
    if head[:4] != b"PK\x03\x04" or not is_stored or member.flag_bits & 1:
        raise Malformed(f"{where}: expected a member that is neither compressed nor encrypted")
    begin = member.header_offset + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    file.seek(begin)
    found = NPY.match(file.read(min(1024, member.file_size)))
    if found is None or found[1].decode() != wanted:
        raise Malformed(f"{where}: expected an array of {wanted} in C order, version 1.0")
    shape = tuple(int(part) for part in found[2].decode().replace(" ", "").split(",") if part)
    count, dtype = 1, np.dtype(wanted)
    for size in shape:
        count *= size
    if count < 1 or found.end() + count * dtype.itemsize != member.file_size or len(shape) != 1 + (name in TABLES):
        raise Malformed(f"{where}: expected as many numbers as its shape says, and its number of axes")
    if begin + member.file_size > os.fstat(file.fileno()).st_size:
        raise Malformed(f"{where}: expected as many numbers as the archive says")
    file.seek(begin + found.end())
    return np.fromfile(file, dtype=dtype, count=count).reshape(shape)


def need(condition: Any, expected: str) -> None:
    if not condition:
        raise Malformed(f"expected {expected}")


def keys(value: Any, required: set[str], optional: set[str], what: str) -> Any:
    need(isinstance(value, dict) and required <= set(value) <= required | optional, f"{what} with its keys alone")
    return value


def check_kind(header: Any, kind: str) -> None:
    need(header["format"] == kind and type(header["version"]) is int and header["version"] == 1, f"{kind}, version 1")


def rational(text: Any) -> Fraction:
    need(isinstance(text, str) and RATIONAL.fullmatch(text), "a rational as text")
    value = Fraction(text)
    need(str(value) == text, "a rational in lowest terms")
    return value


class Block(NamedTuple):
    """Neighbouring states with about `CHUNK / n` transitions: states, rows, transitions, each as (first, last + 1)."""

    states: tuple[int, int]
    rows: tuple[int, int]
    entries: tuple[int, int]
    length: int  # transitions of every row, where they are alike and few; else 0
    shape: list[int]  # numbers of actions at every state, where they are alike; else empty


class Game:
    """The game of FORMAT 16, every condition checked; `digest` is ready when the thread that hashes is."""

    def __init__(self, path: str) -> None:
        header, arrays = read(path, GAME)
        keys(header, {"format", "version", "discount", "scales"}, {"name", "meta"}, "a header")
        check_kind(header, "certigap-array-game")
        need(isinstance(header["scales"], list), "a list of scales")
        self.discount, self.scales = rational(header["discount"]), [rational(text) for text in header["scales"]]
        self.hash = ThreadPoolExecutor(1).submit(hashed, header, arrays)
        self.shapes, self.rewards, self.offsets = arrays["shapes"], arrays["rewards"], arrays["offsets"]
        self.columns, self.weights = arrays["columns"], arrays["weights"]
        self.denominators, self.initial = arrays["denominators"], arrays["initial"]
        self.check()

    @property
    def digest(self) -> str:
        return self.hash.result()

    def check(self) -> None:
        (states, n), rows, entries = self.shapes.shape, len(self.denominators), len(self.columns)
        need(1 <= n <= 20 and self.shapes.min() >= 1, "1 to 20 players with actions at every state")
        need(0 <= self.discount < 1 and self.discount.denominator <= MOST, "a discount in [0, 1), below 2^31")
        need(len(self.scales) == n and min(self.scales) > 0, "a scale above 0 a player")
        sizes = np.multiply.reduce(self.shapes.T.astype(np.float64, order="C"), axis=0)
        need(sizes.sum() == rows, "a denominator a joint action")
        need(self.rewards.shape == (n, rows), "a reward a player and a joint action")
        self.payoffs = [largest(own) for own in self.rewards]
        need(max(self.payoffs) <= TOP, "rewards of at most 2^61")
        need(len(self.offsets) == rows + 1 and self.offsets[0] == 0 and self.offsets[-1] == entries, "offsets")
        need((self.offsets[1:] > self.offsets[:-1]).all() and len(self.weights) == entries, "an entry in every row")
        need(self.columns.min() >= 0 and self.columns.max() < states and self.weights.min() >= 1, "states and weights")
        self.first = running(sizes)
        self.blocks = [self.block(begin, end) for begin, end in cuts(self.offsets[self.first], n)]
        self.heaviest = int(self.weights.max())
        self.room = max(int(np.ptp(block.entries)) for block in self.blocks)
        each_block(self, self.check_rows, 0)
        self.most = int(self.denominators.max())
        need(len(self.initial) == states and self.initial.min() >= 0, "a start weight a state")
        need(1 <= self.initial.sum(dtype=np.int64) <= MOST, "start weights with a sum from 1 to 2^31 - 1")

    def block(self, begin: int, end: int) -> Block:
        k0, k1 = int(self.first[begin]), int(self.first[end])
        counts, shapes = np.diff(self.offsets[k0 : k1 + 1]), self.shapes[begin:end]
        length = int(counts[0]) if counts[0] <= SHORT and (counts == counts[0]).all() else 0
        shape = shapes[0].tolist() if (shapes == shapes[0]).all() else []
        return Block((begin, end), (k0, k1), (int(self.offsets[k0]), int(self.offsets[k1])), length, shape)

    def check_rows(self, block: Block, spare: Any) -> None:
        """The denominators are the sums of the weights."""
        weights = self.weights[slice(*block.entries)]
        if not block.length or block.length * self.heaviest > MOST:
            weights = weights.astype(np.int64)
        if block.length:
            columns = weights.reshape(-1, block.length).T
            found = columns[0].copy()
            for column in columns[1:]:  # by columns it takes a third of the time
                found += column
        else:
            found = np.add.reduceat(weights, self.begins(block))
        need(np.array_equal(found, self.denominators[slice(*block.rows)]), "rows that sum to their denominators")

    def begins(self, block: Block) -> Any:
        """Where the rows of a block begin, from its first transition."""
        return self.offsets[slice(*block.rows)] - block.entries[0]

    def ordered(self, block: Block, numbers: Any, out: Any) -> None:
        """Numbers of the block's transitions: where its rows are alike, all first ones, then all second ones, .."""
        own = numbers[slice(*block.entries)]
        if block.length:
            own, out = own.reshape(-1, block.length).T, out.reshape(block.length, -1)
        out[:] = own

    def dots(self, block: Block, numbers: Any, weights: Any) -> Any:
        """`[V, rows]`: the sums of every row's weights times its numbers `[entries, V]`, both `ordered`."""
        if block.length:
            numbers, weights = numbers.reshape(block.length, -1, numbers.shape[1]), weights.reshape(block.length, -1)
            out = np.empty((numbers.shape[2], numbers.shape[1]), numbers.dtype)  # else it lies as the numbers do
            return np.einsum("lkv,lk->vk", numbers, weights, out=out)
        begins = self.begins(block)
        return np.stack([np.add.reduceat(own * weights, begins) for own in numbers.T])

    def policy(self, arrays: dict[str, Any], role: str = "") -> list[tuple[Any, Any, Any]]:
        """Per player: weights, denominators by state, first action of each state."""
        policy = []
        for j in range(len(self.scales)):
            weights, sums = arrays[f"{role}weights_{j}"], arrays[f"{role}denominators_{j}"]
            first = running(self.shapes[:, j])
            need(weights.shape == (first[-1],) and sums.shape == (len(self.shapes),), "a weight an action")
            found = np.add.reduceat(weights, first[:-1], dtype=np.int64)
            need(weights.min() >= 0 and np.array_equal(found, sums) and sums.min() >= 1, "policy rows with their sums")
            policy.append((weights, sums, first))
        return policy


def hashed(header: Any, arrays: dict[str, Any]) -> str:
    """The game's hash."""
    content = {key: header[key] for key in ("format", "version", "discount", "scales")}
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    for name in GAME:
        digest.update(f"{name} {'x'.join(map(str, arrays[name].shape))}\n".encode())
        digest.update(memoryview(arrays[name].reshape(-1)).cast("B"))
    return f"arrays:{digest.hexdigest()}"


def running(counts: Any) -> Any:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])


def largest(numbers: Any) -> int:
    return max(abs(int(numbers.min())), abs(int(numbers.max())))


def cuts(places: Any, players: int) -> Iterator[tuple[int, int]]:
    """Ranges of states with about `CHUNK / players` transitions each; those of a state begin at its place."""
    begins = np.searchsorted(places[:-1], np.arange(0, int(places[-1]), max(CHUNK // players, 1))).tolist()
    return ((begin, end) for begin, end in zip(begins, [*begins[1:], len(places) - 1], strict=True) if begin < end)


def each_block(game: Game, work: Callable[[Block, Any], None], spares: int) -> None:
    """`work(block, spare)` for every block, on all threads, each with rows of 64-bit numbers to write on."""

    def share(thread: int) -> None:
        spare = np.empty((spares, game.room), dtype=np.int64)
        for block in game.blocks[thread::THREADS]:
            work(block, spare)

    with ThreadPoolExecutor(THREADS) as pool:  # NumPy leaves the interpreter free meanwhile
        list(pool.map(share, range(THREADS)))


def mean(high: Any, low: Any, den: Any) -> Any:
    """floor((high 2^31 + low)/den), |high| <= 2^31 den, 0 <= low < 2^31 den: no term reaches 2^63."""
    upper = high // den
    return (upper << 31) + (((high - upper * den) << 31) + low) // den


def averaged(numbers: Any, weights: Any, den: Any, dot: Callable[[Any, Any], Any]) -> Any:
    """floor(dot(numbers, weights)/den), `dot` a sum of products; exact for floats that `are_exact`."""
    if numbers.dtype == np.float64:
        result = dot(numbers, weights)
        result /= den
        return np.floor(result, out=result)
    return mean(dot(numbers >> 31, weights), dot(numbers & LOW, weights), den)


def are_exact(size: int, *dens: int) -> bool:
    """Whether means of integers of at most this size over these denominators are exact in floats (FORMAT 16)."""
    return (size + 1) * max(dens) < EXACT


class Vector(NamedTuple):
    """A vector of player i in units of scale_i 2^-bits, which goes with `sign` times that player's rewards."""

    x: Any
    bits: int
    i: int
    sign: int = 1


class Backups:
    """z of FORMAT 16 of vectors; -size to size, floats where those do.

    `x` `[S, V]` holds the vectors state by state: all that a transition needs of its next state is read at once, which
    takes a third of the time.
    """

    def __init__(self, game: Game, vectors: list[Vector]) -> None:
        self.game, self.vectors = game, vectors
        sizes = [largest(own.x) for own in vectors]
        self.size = max(size + (game.payoffs[own.i] << own.bits) for size, own in zip(sizes, vectors, strict=True))
        fits = self.size < EXACT and are_exact(max(sizes), game.most, game.discount.denominator)
        self.x = np.empty((len(game.shapes), len(vectors)), dtype=np.float64 if fits else np.int64)
        for v, own in enumerate(vectors):
            self.x[:, v] = own.x

    @property
    def spares(self) -> int:
        """Rows to write on, as `of` needs them."""
        return 2 + len(self.vectors)

    def of(self, block: Block, spare: Any) -> Any:
        """`[V, rows]`: those of all joint actions of a block."""
        game, (k0, k1), (a, b), (_, count) = self.game, block.rows, block.entries, self.x.shape
        places, weights = spare[0, : b - a], spare[1, : b - a].view(self.x.dtype)
        values = spare[2:].reshape(-1)[: (b - a) * count].view(self.x.dtype).reshape(b - a, count)
        game.ordered(block, game.columns, places)
        game.ordered(block, game.weights, weights)
        self.x.take(places, axis=0, out=values, mode="clip")  # all are in range; without a mode it would copy
        means = averaged(values, weights, game.denominators[k0:k1], partial(game.dots, block))
        z = averaged(means, game.discount.numerator, game.discount.denominator, np.multiply)
        for row, own in zip(z, self.vectors, strict=True):
            unit = own.sign * 2**own.bits  # fits, as rewards in such units do
            row += game.rewards[own.i, k0:k1] * (float(unit) if z.dtype == np.float64 else unit)
        return z


def alike(game: Game, block: Block) -> Iterator[tuple[Any, list[int], Any]]:
    """States of one shape: who they are, the shape, and their rows in the block, one state's after another's."""
    begin, end = block.states
    if block.shape:
        yield slice(begin, end), block.shape, slice(None)
        return
    shapes, kinds = game.shapes[begin:end].astype(np.int64), np.zeros(end - begin, dtype=np.int64)
    for own in shapes.T:
        kinds = np.unique(kinds * (own.max() + 1) + own, return_inverse=True)[1]  # below 2^62
    for kind in range(int(kinds.max()) + 1):
        where = begin + np.flatnonzero(kinds == kind)
        shape = game.shapes[where[0]].tolist()
        rows = (game.first[where] - block.rows[0])[:, None] + np.arange(math.prod(shape))
        yield where, shape, rows.reshape(-1)


def steps(game: Game, policy: Any, vectors: list[Vector], chooses: list[int]) -> Any:
    """`[V, S]`: F x of FORMAT 16 for every vector, its player `own` choosing (n: nobody)."""
    result, backups = np.empty((len(vectors), len(game.shapes)), dtype=np.int64), Backups(game, vectors)

    def work(block: Block, spare: Any) -> None:
        z = backups.of(block, spare)
        for where, shape, rows in alike(game, block):
            for v, own in enumerate(chooses):
                result[v, where] = folded(z[v, rows], shape, backups.size, policy, where, own).max(axis=0)

    each_block(game, work, backups.spares)
    return result


def weights_of(policy: Any, where: Any, j: int, size: int) -> tuple[Any, Any]:
    """The weights of player `j`'s actions at some states, `[m, A_j]`, and their sums."""
    weights, sums, first = policy[j]
    if isinstance(where, slice):
        return weights[first[where.start] : first[where.stop]].reshape(-1, size), sums[where]
    return weights[first[where][:, None] + np.arange(size)], sums[where]


def folded(z: Any, shape: list[int], size: int, policy: Any, where: Any, own: int) -> Any:
    """`[A_own, m]` from states of this shape: means over the other players, the last first; `[1, m]` where own is n."""
    m, after = len(z) // math.prod(shape), 1
    z = z.reshape(m, -1).T.copy()  # the states last: all that follows runs along them
    for j in range(len(shape) - 1, -1, -1):
        if j == own:
            after = shape[j]
            continue
        w, den = weights_of(policy, where, j, shape[j])
        fits = z.dtype == np.float64 and are_exact(size, int(den.max()))
        z, kind = (z, np.float64) if fits else (z.astype(np.int64, copy=False), np.int64)
        z = z.reshape(-1, shape[j], after, m)
        z = averaged(z, w.T.astype(kind, order="C"), den, partial(np.einsum, "bjam,jm->bam"))
    return z.reshape(-1, m)


def start_of(game: Game, x: Any) -> Fraction:
    """nu.x"""
    weights = game.initial.astype(np.int64)
    high, low = int(weights @ (x >> 31)), int(weights @ (x & LOW))
    return Fraction((high << 31) + low, int(weights.sum()))


def ends(game: Game, policy: Any, vectors: list[Vector], chooses: list[int]) -> list[tuple[Fraction, Fraction]]:
    """The intervals of the fixed points at the start."""
    n, horizon, found = len(game.scales), 1 / (1 - game.discount), []
    for (x, bits, i, _), own, change in zip(vectors, chooses, steps(game, policy, vectors, chooses), strict=True):
        change -= x
        unit, start, means = game.scales[i] / 2**bits, start_of(game, x), 2 + n - (own < n)
        low, high = int(change.min()) * horizon, (int(change.max()) + means) * horizon
        found.append((unit * (start + low), unit * (start + high)))
    return found


def policy_types(game: Game, role: str = "") -> dict[str, str]:
    return {f"{role}{part}_{j}": "<i4" for j in range(len(game.scales)) for part in ("weights", "denominators")}


def certificate_types(game: Game) -> list[dict[str, str]]:
    """The members that certificates may have: of a nash-gap; of a worst case without a witness, with one, of rho."""
    policy = policy_types(game)
    ball = policy | dict.fromkeys(("occupancy", "optima", "values", "together"), "<i8")
    witness = policy_types(game, "witness_") | dict.fromkeys(("witness_value", "witness_optimum"), "<i8")
    met = ball | witness
    return [policy | {"values": "<i8", "optima": "<i8"}, ball, met, met | {"witness_occupancy": "<i8"}]


def check(game: Game, path: str, expected: dict[str, Any]) -> tuple[Any, str]:
    """The claim of a certificate and its words."""
    header, arrays = read(path, *certificate_types(game))
    required = {"format", "version", "game", "claim", "bits", "end"}
    keys(header, required, {"provenance", "prices", "witness"}, "a certificate")
    check_kind(header, "certigap-array-certificate")
    need(header["end"] is True, "end: true")
    claim = header["claim"]
    try:
        need(isinstance(claim, dict) and claim.get("kind") in [*KINDS], f"a claim of kind {' or '.join(KINDS)}")
        words, policies = KINDS[claim["kind"]](game, header, arrays)
    finally:  # the hash takes its time, meanwhile the rest is checked
        if header["game"] != game.digest:
            raise Invalid("the certificate speaks of another game")
    for role, rows in expected.items():
        if role not in policies or any(
            not np.array_equal(ours, given)
            for own, other in zip(policies[role], rows, strict=True)
            for ours, given in zip(own, other, strict=True)
        ):
            raise Invalid(f"its {role} is not the policy of the file given")
    return claim, words


def digits(header: Any, n: int, most: int) -> list[int]:
    """The bits of every player's vectors."""
    bits = header["bits"]
    need(isinstance(bits, list) and len(bits) == n and all(type(b) is int and 0 <= b <= most for b in bits), "bits")
    return list(bits)


def fits(game: Game, i: int, bits: int, vectors: list[Any], most: int) -> None:
    """Rewards and vectors are at most `most` in their units."""
    sizes = [game.payoffs[i] << bits, *map(largest, vectors)]
    need(max(sizes) <= most, f"vectors and rewards of at most {most} in their units")


def policy_gaps(
    game: Game, policy: Any, players: list[int], bits: list[int], values: Any, optima: Any
) -> list[tuple[Fraction, Fraction]]:
    """The gaps of these players, whose vectors are read in one pass over the game."""
    vectors, chooses = [], []
    for i, own, value, best in zip(players, bits, values, optima, strict=True):
        fits(game, i, own, [value, best], TOP)
        vectors += [Vector(value, own, i), Vector(best, own, i)]
        chooses += [len(game.scales), i]
    found = ends(game, policy, vectors, chooses)
    return [
        (max(Fraction(0), least - high), most - low)
        for (low, high), (least, most) in zip(found[::2], found[1::2], strict=True)
    ]


def nash_gap(game: Game, header: Any, arrays: Any) -> tuple[str, dict[str, Any]]:
    """The gaps of a policy."""
    n, states = len(game.scales), len(game.shapes)
    claim = keys(header["claim"], {"kind"}, {"nash_gap", "nash_conv", "player_gaps"}, "a claim")
    need(len(claim) > 1, "a claim with an interval")
    need(not header.keys() & {"prices", "witness"} and "occupancy" not in arrays, "the parts of a nash-gap alone")
    bits, policy = digits(header, n, 61), game.policy(arrays)
    need(arrays["values"].shape == arrays["optima"].shape == (n, states), "vectors of all players at all states")
    gaps = policy_gaps(game, policy, list(range(n)), bits, arrays["values"], arrays["optima"])
    shown = {
        "nash_gap": tuple(map(max, zip(*gaps, strict=True))),
        "nash_conv": tuple(map(sum, zip(*gaps, strict=True))),
    }
    words = [interval(claim[key], key, *shown[key]) for key in shown if key in claim]
    own = keys(claim.get("player_gaps", {}), set(), {str(i + 1) for i in range(n)}, "player_gaps")
    words += [interval(node, f"player {name}'s gap", *gaps[int(name) - 1]) for name, node in own.items()]
    return "; ".join(words), {"policy": policy}


def near(x: Fraction) -> str:
    """About this number, of any size."""
    return f"{Decimal(x.numerator) / Decimal(x.denominator):.12g}"


def interval(node: Any, what: str, low: Fraction, high: Fraction) -> str:
    sides = keys(node, set(), {"lower", "upper"}, "an interval")
    need(sides, "lower, upper or both")
    if "lower" in sides and rational(sides["lower"]) > low:
        raise Invalid(f"{what}: claims a lower end above the {near(low)} that the proof shows")
    if "upper" in sides and rational(sides["upper"]) < high:
        raise Invalid(f"{what}: claims an upper end below the {near(high)} that the proof shows")
    ends = {"lower": ">=", "upper": "<="}
    return f"{what} " + " and ".join(f"{ends[side]} {near(rational(text))} (rounded)" for side, text in sides.items())


def share(part: Any, whole: Any) -> Any:
    """part/whole in units of 2^-28, rounded down, at most 4; 0 where there is nothing. Both are at most 2^62."""
    safe = np.maximum(whole, 1)
    units = part // safe
    rest, result = part - units * safe, np.minimum(units, 4)
    for _ in range(28):  # long division, a binary digit at a time: no term reaches 2^63
        rest = rest << 1
        digit = rest >= safe
        rest, result = rest - np.where(digit, safe, 0), 2 * result + digit
    return np.where(whole > 0, np.minimum(result, 4 * ONE), 0)


def times(number: Any, shares: Any, more: int = 0) -> Any:
    """number times shares, rounded down; up where `more` is ONE - 1."""
    return (((number >> 31) * shares) << 3) + (((number & LOW) * shares + more) >> 28)


def total(numbers: Any) -> int:
    return (int((numbers >> 31).sum()) << 31) + int((numbers & LOW).sum())


class Ball:
    """The expert, m - slack <= mu, the largest error and its measure (FORMAT 16)."""

    def __init__(self, game: Game, expert: Any, mass: Any, radius: Fraction, measure: str) -> None:
        self.game, self.expert, self.mass, self.radius, self.measure = game, expert, mass, radius, measure
        top, bottom = game.discount.numerator, game.discount.denominator
        nu = mean(game.initial.astype(np.int64) << 30, 0, int(game.initial.sum(dtype=np.int64)))
        start = mean((bottom - top) * (nu >> 31), (bottom - top) * (nu & LOW), bottom)
        after = self.pushed()
        change = start + mean(top * (after >> 31), top * (after & LOW), bottom) - mass
        rounding = len(game.scales) * len(game.denominators) + len(game.columns) + 3 * len(mass)
        below, above = total(np.maximum(-change, 0)), total(np.maximum(change, 0)) + rounding
        self.slack = math.ceil(below / (1 - game.discount))
        self.lower = np.maximum(mass - min(self.slack, UNIT), 0)
        self.missing = Fraction(above, UNIT) / (1 - game.discount)

    def pushed(self) -> Any:
        """The mass at every state after a step of the expert."""
        game, after = self.game, np.zeros_like(self.mass)
        for block in game.blocks:
            parts = np.empty(np.ptp(block.rows), dtype=np.int64)
            for where, shape, rows in alike(game, block):
                part = self.mass[where].reshape(-1, *(1,) * len(shape))
                for j in range(len(shape)):
                    w, den = spread(self.expert, where, j, shape)
                    part = mean((part >> 31) * w, (part & LOW) * w, den)
                parts[rows] = part.reshape(-1)
            entries, each, w, den = row_entries(game, block)
            np.add.at(after, entries, mean((parts[each] >> 31) * w, (parts[each] & LOW) * w, den))
        return after

    def rooms(self, players: int) -> Any:
        """The mass that a joint row of so many players may move."""
        most = math.ceil(self.radius * (players if self.measure == "bc" else 1) * UNIT)
        spread = np.full_like(self.lower, min(most, 2 * UNIT))
        return np.where(self.lower > 0, np.minimum(share(spread, 2 * self.lower) + 1, ONE), ONE)

    def budget(self, players: int) -> Fraction:
        """The distance of the joint rows of so many players, expected over mu, is at most this."""
        return self.radius * (players if self.measure == "bc" else 1 + self.game.discount)

    def moved(self, policy: Any, j: int) -> Any:
        """`[S]` distances of the rows of player `j`, rounded up; 0 where they are equal."""
        (row, den, first), (other, size, _) = self.expert[j], policy[j]
        count = np.diff(first)
        apart = np.abs(np.repeat(size.astype(np.int64), count) * row - np.repeat(den.astype(np.int64), count) * other)
        apart = np.add.reduceat(apart, first[:-1])
        return np.where(apart > 0, share(apart, den.astype(np.int64) * size) + 1, 0)

    def error(self, policy: Any, mass: Any) -> Fraction:
        """The error of a policy is at most this; for rho, by an occupancy `mass` of it."""
        moved = [self.moved(policy, j) for j in range(len(policy))]
        if not any(own.any() for own in moved):
            return Fraction(0)
        if self.measure == "bc":
            seen = [Fraction(total(times(self.mass, own, ONE - 1)), UNIT) for own in moved]
            return max(x + self.missing * Fraction(int(own.max()), ONE) for x, own in zip(seen, moved, strict=True))
        other, joint = Ball(self.game, policy, mass, self.radius, "rho"), np.minimum(sum(moved), 2 * ONE)
        both = np.abs(mass - self.mass) + times(np.minimum(mass, self.mass), joint, ONE - 1)
        return Fraction(total(both) + self.slack + other.slack, UNIT) + self.missing + other.missing


def row_entries(game: Game, block: Block) -> tuple[Any, Any, Any, Any]:
    """Of all transitions of a block: next state, row counted from the first, weight, the row's denominator."""
    (k0, k1), (a, b) = block.rows, block.entries
    each = np.repeat(np.arange(k1 - k0), np.diff(game.offsets[k0 : k1 + 1]))
    den = game.denominators[k0:k1].astype(np.int64)[each]
    return game.columns[a:b], each, game.weights[a:b].astype(np.int64), den


def spread(policy: Any, where: Any, j: int, shape: list[int]) -> tuple[Any, Any]:
    """The weights of player `j` at some states and their sums, for arrays `[m, A_1, .., A_n]`."""
    w, den = (part.astype(np.int64) for part in weights_of(policy, where, j, shape[j]))
    ones = (1,) * (len(shape) - 1)
    return w.reshape(len(w), *ones[:j], shape[j], *ones[j:]), den.reshape(-1, 1, *ones)


def masses(expert: Any, where: Any, shape: list[int], own: int) -> Any:
    """The mass of the joint actions of some states, `own` left out, rounded up: `[m, A_1, .., A_n]`."""
    mass = np.full((1, *(1,) * len(shape)), ONE)
    for j in range(len(shape)):
        w, den = spread(expert, where, j, shape)
        mass = -(-mass * w // den) if j != own else mass * np.ones_like(w)
    return mass


def by_action(z: Any, own: int) -> Any:
    """`[m, A_own, others]`, or `[m, 1, all]` where own is n."""
    size = z.shape[1 + own] if own < z.ndim - 1 else 1
    return (np.moveaxis(z, 1 + own, 1) if own < z.ndim - 1 else z).reshape(len(z), size, -1)


def strayed(ball: Ball, how: Any, x: Any, y: Any, fees: Any) -> Any:
    """S(x, y) of FORMAT 16, `how` being (own, i, sign, bits, rooms)."""
    game, (own, i, sign, bits, rooms) = ball.game, how
    result = np.empty_like(x)
    backups = Backups(game, [Vector(z, bits, i, sign) for z in ([x] if x is y else [x, y])])

    def work(block: Block, spare: Any) -> None:
        z = backups.of(block, spare)
        stay, move = z[0], z[-1]
        for where, shape, rows in alike(game, block):
            rest = folded(stay[rows], shape, backups.size, ball.expert, where, own).T.astype(np.int64)
            here, there = (z[rows].reshape(-1, *shape).astype(np.int64) for z in (stay, move))
            top = by_action(there, own).max(axis=2) - fees[where][:, None]
            gains = np.maximum(top[:, :, None] - by_action(here, own), 0)
            order = np.argsort(-gains, axis=2)
            gains = np.take_along_axis(gains, order, 2)
            mass = np.take_along_axis(by_action(masses(ball.expert, where, shape, own), own), order, 2)
            left = rooms[where][:, None, None] - (np.cumsum(mass, axis=2) - mass)
            part = np.clip(left, 0, mass)
            high, low = ((gains >> 31) * part).sum(axis=2), ((gains & LOW) * part).sum(axis=2)
            moved = (high << 3) + ((low + ONE - 1) >> 28)
            result[where] = (rest + moved).max(axis=1)

    each_block(game, work, backups.spares)
    return result


def steepest(ball: Ball, i: int) -> Iterator[tuple[Any, Any, Any]]:
    """The largest probability with which player i moves from a state to another: states, next states, shares."""
    game, states, most = ball.game, len(ball.game.shapes), int(ball.game.shapes[:, i].max())
    for block in game.blocks:
        (begin, end), mass = block.states, np.empty(np.ptp(block.rows), dtype=np.int64)
        place = np.empty_like(mass)
        for where, shape, rows in alike(game, block):
            mass[rows] = masses(ball.expert, where, shape, i).reshape(-1)
            action = np.arange(shape[i]).reshape(-1, *(1,) * (len(shape) - 1 - i))
            own = np.broadcast_to(action, shape).reshape(1, -1)
            place[rows] = ((np.arange(end)[where] - begin)[:, None] * most + own).reshape(-1)
        entries, each, w, den = row_entries(game, block)
        state, action = np.divmod(place[each], most)
        pair, part = state * states + entries, -(-mass[each] * w // den)
        order = np.lexsort((action, pair))
        pair, action, part = pair[order], action[order], part[order]
        starts = np.flatnonzero(np.diff(pair, prepend=-1) | np.diff(action, prepend=-1))
        sums, pair = np.add.reduceat(part, starts), pair[starts]
        starts = np.flatnonzero(np.diff(pair, prepend=-1))
        yield begin + pair[starts] // states, pair[starts] % states, np.maximum.reduceat(sums, starts)


def reached(now: Any, steps: list[tuple[Any, Any, Any]]) -> Any:
    """M_(t+1) from M_t."""
    high, low = np.zeros_like(now), np.zeros_like(now)
    for states, following, shares in steps:
        value = times(now[states], shares, ONE - 1)
        np.add.at(high, following, value >> 31)
        np.add.at(low, following, value & LOW)
    high += low >> 31
    return np.where(high >= UNIT >> 31, UNIT, (np.minimum(high, UNIT >> 31) << 31) + (low & LOW))


def optimum(ball: Ball, how: Any, apart: Any, prices: list[int]) -> Fraction:
    """nu.G_0 + B sum g^t p_t, in units."""
    game, n, x, ratios = ball.game, len(ball.game.scales), apart, []
    if prices:
        steps, initial = list(steepest(ball, how[1])), game.initial.astype(np.int64) << 30
        whole = int(game.initial.sum(dtype=np.int64))
        now = ((initial // whole) << 31) - (-((initial % whole) << 31) // whole)
        for stage in range(len(prices)):
            now = reached(now, steps) if stage else now
            ratios.append(share(ball.lower, now).astype(np.int32))
    for price, ratio in zip(reversed(prices), reversed(ratios), strict=True):
        fees = times(np.full(len(x), 2 * price), ratio.astype(np.int64))
        x = strayed(ball, how, x, apart, fees) + n + 1
        if max(abs(int(x.max())), abs(int(x.min()))) > SIZE:
            raise Invalid("prices: a vector of more than 2^60 units")
    paid = sum((price * game.discount**t for t, price in enumerate(prices)), Fraction(0))
    return start_of(game, x) + ball.budget(n - 1) * paid


def upper_gap(ball: Ball, i: int, bits: int, vectors: Any, stages: list[int], price: int) -> Fraction:
    """What the vectors (optima, values, together) and prices of a player show of its gap in the ball."""
    game, n = ball.game, len(ball.game.scales)
    apart, worst, together = vectors
    fits(game, i, bits, vectors, SIZE)
    unit, width = game.scales[i] / (1 << bits), int(game.rewards[i].max()) - int(game.rewards[i].min())
    if ball.measure == "bc":
        rooms, lost = ball.rooms(n), price * ball.budget(n)
    else:  # |rho_pi.r - rho.r| <= eps width / 2, so nobody strays from the expert
        rooms, lost = np.zeros_like(together), ball.radius * (width << bits) / 2
    best, least = (i, i, 1, bits, ball.rooms(n - 1)), (n, i, -1, bits, rooms)
    for how, x, y, fee in ((best, apart, apart, 0), (least, worst, worst, 0), (least, together, worst, 2 * price)):
        if (strayed(ball, how, x, y, np.full(len(x), fee)) + 2 + n - (how[0] < n) > x).any():
            raise Invalid(f"player {i + 1}: a vector that is too small at a state")
    value = start_of(game, together) + lost / (1 - game.discount)
    shown = unit * (optimum(ball, best, apart, stages) + value)
    return min(shown, game.scales[i] * width / (1 - game.discount))


def mass_of(game: Game, arrays: Any, name: str) -> Any:
    mass = arrays[name]
    fits = mass.shape == (len(game.shapes),) and mass.min() >= 0 and total(mass) <= UNIT
    need(fits, "an occupancy at every state, at most 1")
    return mass


def worst_case(game: Game, header: Any, arrays: Any) -> tuple[str, dict[str, Any]]:
    """The largest gap of the policies of a ball."""
    n, states = len(game.scales), len(game.shapes)
    claim = keys(header["claim"], {"kind", "measure", "radius", "nash_gap"}, set(), "a claim")
    radius, names = rational(claim["radius"]), ("optima", "values", "together")
    measure = claim["measure"]
    need(measure in ("bc", "rho") and radius >= 0, "the measure bc or rho and a radius >= 0")
    has_witness = "witness_value" in arrays
    need("prices" in header and "occupancy" in arrays and ("witness" in header) == has_witness, "a worst case's parts")
    need((has_witness and measure == "rho") == ("witness_occupancy" in arrays), "a witness's occupancy for rho alone")
    need(all(arrays[name].shape == (n, states) for name in names), "vectors of all players at all states")
    mass, bits, prices = mass_of(game, arrays, "occupancy"), digits(header, n, 60), header["prices"]
    need(isinstance(prices, list) and len(prices) == n, "prices of every player")
    for own in prices:
        stages = keys(own, {"optimum", "value"}, set(), "prices")["optimum"]
        need(isinstance(stages, list) and len(stages) <= STAGES, f"at most {STAGES} prices")
        need(all(type(p) is int and 0 <= p <= PRICE for p in (*stages, own["value"])), "prices from 0 to 2^58")
    expert = game.policy(arrays)
    ball = Ball(game, expert, mass, radius, measure)
    gaps = [
        upper_gap(ball, i, bits[i], [arrays[name][i] for name in names], prices[i]["optimum"], prices[i]["value"])
        for i in range(n)
    ]
    low = witnessed(ball, header["witness"], arrays) if has_witness else Fraction(0)
    words = interval(claim["nash_gap"], f"the largest nash_gap with eps_{measure} <= {claim['radius']}", low, max(gaps))
    return words, {"expert": expert}


def witnessed(ball: Ball, node: Any, arrays: Any) -> Fraction:
    """The gap of the witness, once it is seen to be in the ball."""
    game, n = ball.game, len(ball.game.scales)
    policy, parts = game.policy(arrays, "witness_"), keys(node, {"player", "bits"}, set(), "a witness")
    value, best, bits = arrays["witness_value"], arrays["witness_optimum"], parts["bits"]
    need(value.shape == best.shape == (len(game.shapes),), "vectors of the witness at all states")
    need(parts["player"] in [str(j + 1) for j in range(n)] and type(bits) is int and 0 <= bits <= 61, "player, bits")
    mass = mass_of(game, arrays, "witness_occupancy") if ball.measure == "rho" else None
    if ball.error(policy, mass) > ball.radius:
        raise Invalid("the witness is outside the ball")
    ((least, _),) = policy_gaps(game, policy, [int(parts["player"]) - 1], [bits], [value], [best])
    return least


def policy_file(game: Game, path: str) -> Any:
    header, arrays = read(path, policy_types(game))
    keys(header, {"format", "version"}, {"game", "name", "meta"}, "a header")
    check_kind(header, "certigap-array-policy")
    need(header.get("game", game.digest) == game.digest, "a policy of this game")
    return game.policy(arrays)


KINDS = {"nash-gap": nash_gap, "worst-case": worst_case}


def main() -> int:
    parser = argparse.ArgumentParser(prog="array_checker.py", description="Check certificates of large array games.")
    parser.add_argument("game", metavar="GAME")
    parser.add_argument("certificates", metavar="CERTIFICATE", nargs="+")
    parser.add_argument("--expert", help="policy file that every claim's expert must equal")
    parser.add_argument("--policy", help="policy file that every claim's policy must equal")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rules", action="store_true", help="accepted and without effect: all rules are in this file")
    given, results = parser.parse_args(), []
    sys.set_int_max_str_digits(0)  # numbers are bounded by DIGITS before they are converted
    try:
        game = Game(given.game)
        files = {role: path for role in ("expert", "policy") if (path := getattr(given, role)) is not None}
        expected = {role: policy_file(game, path) for role, path in files.items()}
        fault = ""
    except Malformed as error:
        fault = named(given.game, error)
    for path in given.certificates:
        if fault:
            results.append({"certificate": path, "verdict": "malformed", "reason": fault})
            continue
        try:
            claim, words = check(game, path, expected)
            results.append({"certificate": path, "verdict": "valid", "statement": f"{words} (NumPy)", "claim": claim})
        except (Malformed, Invalid) as error:
            results.append({"certificate": path, "verdict": type(error).__name__.lower(), "reason": named(path, error)})
    found = [result["verdict"] for result in results]
    code = next((code for word, code in CODES.items() if word in found), 0)
    lines = [f"{r['verdict']}: {r.get('reason') or r['statement']}" for r in results]
    text = json.dumps({"exit_code": code, "results": results}) if given.json else "\n".join(lines)
    if fault := written(sys.stdout, 1, text):
        written(sys.stderr, 2, f"array_checker.py: the verdict was not written: {fault}")
    return code


def named(path: str, error: Exception) -> str:
    """A reason that begins with the file's name, once."""
    return str(error) if str(error).startswith(f"{path}: ") else f"{path}: {error}"


def written(stream: Any, number: int, text: str) -> str:
    """What is wrong with the stream, closed, full or its reader gone, if anything; it never changes the exit code."""
    try:
        if stream is None:
            raise OSError("the output is closed")
        stream.reconfigure(errors="backslashreplace")
        print(text, file=stream, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)  # for what the interpreter flushes when it ends
        return str(error)
    return ""


if __name__ == "__main__":
    sys.exit(main())
