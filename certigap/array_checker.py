"""A second checker for large array games: FORMAT 16 in NumPy, on 64-bit integers that cannot overflow.

    python -I certigap/array_checker.py [--json] [--policy P] GAME CERTIFICATE..

It imports NumPy and nothing of the package, and says what `checker.py` says of the same files, only sooner: both
compute the same integers. Bounds: denominators are below 2^31 and vectors at most 2^61, so a weighted mean of numbers
of at most 2^62 is taken in two limbs, high * 2^31 + low, with sums below 2^62 each (`mean`). Exit codes as there.
"""

import argparse
import hashlib
import json
import re
import sys
import zipfile
from fractions import Fraction
from typing import Any, NoReturn

import numpy as np

MOST, TOP, LOW = 2**31 - 1, 2**61, 2**31 - 1
CHUNK = 2**18  # transitions that are worked on at a time: what is made of them stays near the processor
NPY = re.compile(
    rb"\x93NUMPY\x01\x00(?s:..)\{'descr': '([<|][iu][1248])', 'fortran_order': False, 'shape': \(([0-9, ]*)\), \} *\n"
)
RATIONAL = re.compile(r"-?(0|[1-9][0-9]{0,4000})(/[1-9][0-9]{0,4000})?", re.ASCII)
GAME = {"shapes": "<i4", "rewards": "<i8", "offsets": "<i8"}
GAME |= dict.fromkeys(("columns", "weights", "denominators", "initial"), "<i4")
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


def read(path: str, types: dict[str, str]) -> tuple[Any, dict[str, Any]]:
    """The header and the arrays of a container with these members."""
    arrays: dict[str, Any] = {}
    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if sorted(m.filename for m in members) != sorted(f"{name}.npy" for name in ("header", *types)):
                raise Malformed(f"{path}: expected the members header, {', '.join(types)}, once each")
            for member in members:
                name = member.filename.removesuffix(".npy")
                arrays[name] = read_member(file, member, types.get(name, "|u1"), f"{path}: {name}")
        header = arrays.pop("header").tobytes().decode("utf-8")
        found = json.loads(header, object_pairs_hook=unique, parse_float=no_float, parse_constant=no_float)
        return found, arrays
    except OSError as error:
        raise Malformed(f"{path}: cannot be read: {error.strerror}") from None
    except (zipfile.BadZipFile, ValueError, RecursionError) as error:
        raise Malformed(f"{path}: expected an archive of arrays, got {str(error)[:80]!r}") from None


def read_member(file: Any, member: zipfile.ZipInfo, wanted: str, where: str) -> Any:
    """One member as an array in fresh memory; what is read is what is hashed, so its checksum is not needed."""
    file.seek(member.header_offset)
    head = file.read(30)
    if head[:4] != b"PK\x03\x04" or member.compress_type != zipfile.ZIP_STORED or member.flag_bits & 1:
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
    if count < 1 or found.end() + count * dtype.itemsize != member.file_size:
        raise Malformed(f"{where}: expected as many numbers as its shape says")
    file.seek(begin + found.end())
    return np.fromfile(file, dtype=dtype, count=count).reshape(shape)


def need(condition: Any, expected: str) -> None:
    if not condition:
        raise Malformed(f"expected {expected}")


def keys(value: Any, required: set[str], optional: set[str], what: str) -> Any:
    need(isinstance(value, dict) and required <= set(value) <= required | optional, f"{what} with its keys alone")
    return value


def rational(text: Any) -> Fraction:
    need(isinstance(text, str) and RATIONAL.fullmatch(text), "a rational as text")
    value = Fraction(text)
    need(str(value) == text, "a rational in lowest terms")
    return value


class Game:
    """The game of FORMAT 16, every condition checked."""

    def __init__(self, path: str) -> None:
        header, arrays = read(path, GAME)
        keys(header, {"format", "version", "discount", "scales"}, {"name", "meta"}, "a header")
        need(header["format"] == "certigap-array-game" and header["version"] == 1, "certigap-array-game, version 1")
        need(isinstance(header["scales"], list), "a list of scales")
        self.discount, self.scales = rational(header["discount"]), [rational(text) for text in header["scales"]]
        self.shapes, self.rewards, self.offsets = arrays["shapes"], arrays["rewards"], arrays["offsets"]
        self.columns, self.weights = arrays["columns"], arrays["weights"]
        self.denominators, self.initial = arrays["denominators"], arrays["initial"]
        self.check(arrays)
        self.first = running(self.shapes.prod(axis=1, dtype=np.int64))
        content = {key: header[key] for key in ("format", "version", "discount", "scales")}
        digest = hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        for name in GAME:
            digest.update(f"{name} {'x'.join(map(str, arrays[name].shape))}\n".encode())
            digest.update(memoryview(arrays[name].reshape(-1)).cast("B"))
        self.digest = f"arrays:{digest.hexdigest()}"

    def check(self, arrays: dict[str, Any]) -> None:
        need(all(arrays[name].ndim == (2 if name in ("shapes", "rewards") else 1) for name in GAME), "one or two axes")
        (states, n), rows, entries = self.shapes.shape, len(self.denominators), len(self.columns)
        need(1 <= n <= 20 and self.shapes.min() >= 1, "1 to 20 players with actions at every state")
        need(0 <= self.discount < 1 and self.discount.denominator <= MOST, "a discount in [0, 1), below 2^31")
        need(len(self.scales) == n and min(self.scales) > 0, "a scale above 0 a player")
        need(np.prod(self.shapes, axis=1, dtype=np.float64).sum() == rows, "a denominator a joint action")
        need(self.rewards.shape == (n, rows), "a reward a player and a joint action")
        need(self.rewards.min() >= -TOP and self.rewards.max() <= TOP, "rewards of at most 2^61")
        need(len(self.offsets) == rows + 1 and self.offsets[0] == 0 and self.offsets[-1] == entries, "offsets")
        need((np.diff(self.offsets) > 0).all() and len(self.weights) == entries, "an entry in every row")
        need(self.columns.min() >= 0 and self.columns.max() < states and self.weights.min() >= 1, "states and weights")
        for k in range(0, rows, CHUNK):
            part = self.offsets[k : k + CHUNK + 1]
            sums = np.add.reduceat(self.weights[part[0] : part[-1]], part[:-1] - part[0], dtype=np.int64)
            need(np.array_equal(sums, self.denominators[k : k + CHUNK]), "rows that sum to their denominators")
        need(len(self.initial) == states and self.initial.min() >= 0, "a start weight a state")
        need(1 <= self.initial.sum(dtype=np.int64) <= MOST, "start weights with a sum from 1 to 2^31 - 1")

    def policy(self, arrays: dict[str, Any]) -> list[tuple[Any, Any, Any]]:
        """Per player: weights, denominators by state, first action of each state."""
        policy = []
        for j in range(len(self.scales)):
            weights, sums = arrays[f"weights_{j}"], arrays[f"denominators_{j}"]
            first = running(self.shapes[:, j])
            need(weights.shape == (first[-1],) and sums.shape == (len(self.shapes),), "a weight an action")
            found = np.add.reduceat(weights, first[:-1], dtype=np.int64)
            need(weights.min() >= 0 and np.array_equal(found, sums) and sums.min() >= 1, "policy rows with their sums")
            policy.append((weights, sums, first))
        return policy


def running(counts: Any) -> Any:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts, dtype=np.int64)])


def mean(high: Any, low: Any, den: Any) -> Any:
    """floor((high 2^31 + low)/den), |high| <= 2^31 den, 0 <= low < 2^31 den: no term reaches 2^63."""
    upper = high // den
    return (upper << 31) + (((high - upper * den) << 31) + low) // den


def run_sums(values: Any, starts: Any) -> Any:
    """The sums of the runs that begin at `starts`; runs of one length are added as columns, in half the time."""
    size, rest = divmod(len(values), len(starts))
    if rest or size > 64 or not np.array_equal(starts, np.arange(0, len(values), size)):
        return np.add.reduceat(values, starts)
    return sum(values[place::size] for place in range(1, size)) + values[::size]


def row_means(game: Game, first: int, last: int, x: Any, narrow: bool) -> Any:
    """The means of x over the next states of the rows `first .. last - 1`, rounded down."""
    a, b = game.offsets[first], game.offsets[last]
    value, weights = x[game.columns[a:b]], game.weights[a:b]
    starts, den = game.offsets[first:last] - a, game.denominators[first:last].astype(np.int64)
    if narrow:
        return run_sums(value * weights, starts) // den
    high = run_sums((value >> 31) * weights, starts)
    return mean(high, run_sums((value & LOW) * weights, starts), den)


def step(game: Game, policy: Any, x: Any, bits: int, i: int, own: int) -> Any:
    """F x of FORMAT 16."""
    top, bottom = game.discount.numerator, game.discount.denominator
    narrow = int(np.abs(x).max()) * int(game.denominators.max()) < 2**62
    result, states = np.empty_like(x), len(game.shapes)
    cuts = np.searchsorted(game.offsets[game.first], np.arange(0, len(game.columns), CHUNK)).tolist()
    for begin, end in zip([*cuts, states], [*cuts[1:], states, states], strict=True):
        if begin == end:
            continue
        k0, k1 = int(game.first[begin]), int(game.first[end])
        m = row_means(game, k0, k1, x, narrow)
        z = (game.rewards[i, k0:k1] << bits) + mean(top * (m >> 31), top * (m & LOW), bottom)
        same = (game.shapes[begin:end] == game.shapes[begin]).all()
        for shape in game.shapes[begin : begin + 1] if same else np.unique(game.shapes[begin:end], axis=0):
            where = begin + np.flatnonzero((game.shapes[begin:end] == shape).all(axis=1))
            rows = (game.first[where] - k0)[:, None] + np.arange(int(shape.prod(dtype=np.int64)))
            result[where] = folded(z[rows].reshape(-1, *shape.tolist()), policy, where, own)
    return result


def folded(z: Any, policy: Any, where: Any, own: int) -> Any:
    """`[m]` from `[m, A_1, .., A_n]`: means over the players, the last first; the best of `own` at the end."""
    for j in range(z.ndim - 2, -1, -1):
        if j == own:
            z = np.moveaxis(z, 1 + j, -1)  # it stands last and is not met again: the axes before it keep their places
            continue
        weights, sums, first = policy[j]
        w = weights[first[where][:, None] + np.arange(z.shape[1 + j])].astype(np.int64)
        w = w.reshape(len(where), *(1,) * j, -1, *(1,) * (z.ndim - 2 - j))
        den = sums[where].astype(np.int64).reshape(len(where), *(1,) * (z.ndim - 2))
        z = mean(((z >> 31) * w).sum(axis=1 + j), ((z & LOW) * w).sum(axis=1 + j), den)
    return z.reshape(len(where), -1).max(axis=1)


def ends(game: Game, policy: Any, x: Any, bits: int, i: int, own: int) -> tuple[Fraction, Fraction]:
    n = len(game.scales)
    change = step(game, policy, x, bits, i, own) - x
    weights = game.initial.astype(np.int64)
    high, low = int(weights @ (x >> 31)), int(weights @ (x & LOW))
    start = Fraction((high << 31) + low, int(weights.sum()))
    unit, horizon, means = game.scales[i] / 2**bits, 1 / (1 - game.discount), 2 + n - (own < n)
    return unit * (start + int(change.min()) * horizon), unit * (start + (int(change.max()) + means) * horizon)


def check(game: Game, path: str, expected: Any) -> tuple[Any, str]:
    """The claim of a certificate and its words."""
    n, states = len(game.scales), len(game.shapes)
    members = {f"{part}_{j}": "<i4" for j in range(n) for part in ("weights", "denominators")}
    header, arrays = read(path, members | {"values": "<i8", "optima": "<i8"})
    keys(header, {"format", "version", "game", "claim", "bits", "end"}, {"provenance"}, "a certificate")
    need(header["format"] == "certigap-array-certificate" and header["version"] == 1, "a certificate, version 1")
    need(header["end"] is True, "end: true")
    if header["game"] != game.digest:
        raise Invalid("the certificate speaks of another game")
    claim = keys(header["claim"], {"kind"}, {"nash_gap", "nash_conv", "player_gaps"}, "a claim")
    need(claim["kind"] == "nash-gap" and len(claim) > 1, "a claim of kind nash-gap with an interval")
    bits, policy = header["bits"], game.policy(arrays)
    need(isinstance(bits, list) and len(bits) == n and all(type(b) is int and 0 <= b <= 61 for b in bits), "bits")
    if expected is not None and any(
        not np.array_equal(ours, given)
        for own, other in zip(policy, expected, strict=True)
        for ours, given in zip(own, other, strict=True)
    ):
        raise Invalid("its policy is not the policy of the file given")
    need(arrays["values"].shape == arrays["optima"].shape == (n, states), "vectors of all players at all states")
    gaps = []
    for i in range(n):
        value, best = arrays["values"][i], arrays["optima"][i]
        largest = max(abs(int(end)) for end in (game.rewards[i].min(), game.rewards[i].max()))
        sizes = [abs(int(end)) for own in (value, best) for end in (own.min(), own.max())]
        need(largest << bits[i] <= TOP and max(sizes) <= TOP, "vectors and rewards of at most 2^61 in their units")
        low, high = ends(game, policy, value, bits[i], i, n)
        least, most = ends(game, policy, best, bits[i], i, i)
        gaps.append((max(Fraction(0), least - high), most - low))
    shown = {
        "nash_gap": tuple(map(max, zip(*gaps, strict=True))),
        "nash_conv": tuple(map(sum, zip(*gaps, strict=True))),
    }
    words = [interval(claim[key], key, *shown[key]) for key in shown if key in claim]
    own = keys(claim.get("player_gaps", {}), set(), {str(i + 1) for i in range(n)}, "player_gaps")
    words += [interval(node, f"player {name}'s gap", *gaps[int(name) - 1]) for name, node in own.items()]
    return claim, "; ".join(words)


def interval(node: Any, what: str, low: Fraction, high: Fraction) -> str:
    sides = keys(node, set(), {"lower", "upper"}, "an interval")
    need(sides, "lower, upper or both")
    if "lower" in sides and rational(sides["lower"]) > low:
        raise Invalid(f"{what}: claims a lower end above the {float(low)!r} that the proof shows")
    if "upper" in sides and rational(sides["upper"]) < high:
        raise Invalid(f"{what}: claims an upper end below the {float(high)!r} that the proof shows")
    ends = {"lower": ">=", "upper": "<="}
    return f"{what} " + " and ".join(
        f"{ends[side]} {float(rational(text)):.12g} (rounded)" for side, text in sides.items()
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="array_checker.py", description="Check certificates of large array games.")
    parser.add_argument("game", metavar="GAME")
    parser.add_argument("certificates", metavar="CERTIFICATE", nargs="+")
    parser.add_argument("--policy", help="policy file that every claim's policy must equal")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--rules", action="store_true", help="accepted and without effect: all rules are in this file")
    given, results = parser.parse_args(), []
    try:
        game = Game(given.game)
        names = {f"{part}_{j}": "<i4" for j in range(len(game.scales)) for part in ("weights", "denominators")}
        expected = game.policy(read(given.policy, names)[1]) if given.policy else None
        fault = ""
    except Malformed as error:
        fault = f"{given.game}: {error}"
    for path in given.certificates:
        if fault:
            results.append({"certificate": path, "verdict": "malformed", "reason": fault})
            continue
        try:
            claim, words = check(game, path, expected)
            results.append({"certificate": path, "verdict": "valid", "statement": f"{words} (NumPy)", "claim": claim})
        except (Malformed, Invalid) as error:
            results.append({"certificate": path, "verdict": type(error).__name__.lower(), "reason": f"{path}: {error}"})
    found = [result["verdict"] for result in results]
    code = next((code for word, code in CODES.items() if word in found), 0)
    lines = [f"{r['verdict']}: {r.get('reason') or r['statement']}" for r in results]
    print(json.dumps({"exit_code": code, "results": results}) if given.json else "\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
