"""The trusted checker: does this certificate prove its claim about this game?

    python -I -S certigap/checker.py [--json] [--expert E] [--policy P] GAME CERTIFICATE..

Standard library only, integers and fractions only, no solver, no tolerance, nothing imported from the package
that wrote the certificate. The grammar and the meaning of every rule are in `proofs/FORMAT.md`, whose
sections are cited here. Exit code: 0 when all are valid, else 1 if any is invalid, else 2 (malformed, or bad usage).
"""

import argparse
import hashlib
import itertools
import json
import math
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Any, NoReturn

MAX_BYTES = 1 << 30
MAX_DEPTH = 100
MAX_DIGITS = 100_000
MAX_NAME = 1_000
MAX_PLAYERS = 100  # the kernel nests one call a player
MAX_SYSTEMS = 5_000  # linear systems for the equilibria of a bimatrix game: 7 x 7 have 3,432
MAX_VERTICES = 200_000  # of a ball of rows
MAX_NODES = 500_000  # of a search over vertices
ZERO, ONE, TWO = Fraction(0), Fraction(1), Fraction(2)
LOWER, UPPER = -1, 1
SIDES = {LOWER: "lower", UPPER: "upper"}

Policy = list[list[list[Fraction]]]  # [n][S][A_i(s)]
Box = tuple[list[Fraction], list[Fraction]]  # lower and upper ends of a row
Boxes = dict[tuple[int, int], Box]  # by (player, state)
Weights = list[tuple[int, int]]  # (state, integer weight)
Moves = list[list[tuple[int, Fraction]]]  # (state, probability) of each row
Rewards = tuple[list[int], int]  # numerators of each row, denominator
Function = Callable[[int], int]
Derive = Callable[[int], Fraction]  # side -> what the proof shows
Ask = Callable[[str], Policy]  # role -> the claim's policy


class Malformed(Exception):
    """A file that does not follow the grammar: nothing is claimed, exit code 2."""


class Invalid(Exception):
    """A certificate that follows the grammar and does not prove its claim: exit code 1."""


# FORMAT 1 and 2: strict JSON and rationals


class Refused:
    """What the JSON reader puts where it meets something that the grammar excludes."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def unique_keys(pairs: list[tuple[str, Any]]) -> Any:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            return Refused(f"expected distinct keys, got {shorten(key)} twice")
        result[key] = value
    return result


def bounded_int(digits: str) -> Any:
    return int(digits) if len(digits) <= MAX_DIGITS else Refused(f"expected a number of at most {MAX_DIGITS} digits")


def read_json(path: str) -> "Node":
    """The file as a `Node`, or `Malformed` with the place and the reason."""
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise Malformed(f"{path}: expected at most {MAX_BYTES} bytes")
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=unique_keys,
            parse_int=bounded_int,
            parse_float=lambda text: Refused("expected no number with a point or an exponent: rationals are text"),
            parse_constant=lambda text: Refused(f"expected a finite number, got {text}"),
        )
    except OSError as error:
        raise Malformed(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise Malformed(f"{path}: expected UTF-8, got another byte at position {error.start}") from None
    except RecursionError:
        raise Malformed(f"{path}: expected at most {MAX_DEPTH} levels of nesting") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"{path}: expected JSON, got a fault at line {error.lineno}, column {error.colno}") from None
    root = Node(value, f"{path}: ")
    root.walk(0)
    return root


def shorten(value: Any) -> str:
    text = value if isinstance(value, str) else str(value)
    return ascii(text if len(text) <= 40 else f"{text[:30]}...")[1:-1]


CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
RATIONAL = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*|\.[0-9]+)?", re.ASCII)
KNOWN: dict[str, Fraction] = {}  # rationals by their text
KINDS = {dict: "an object", list: "an array", str: "text", int: "an integer", bool: "true or false"}


class Node:
    """A JSON value and its place in the file."""

    __slots__ = ("value", "where")

    def __init__(self, value: Any, where: str) -> None:
        self.value, self.where = value, where

    def fail(self, expected: str) -> NoReturn:
        got = shorten(self.value) if isinstance(self.value, str | int) else KINDS.get(type(self.value), "null")
        raise Malformed(f"{self.where}: expected {expected}, got {got}")

    def child(self, key: Any) -> "Node":
        return Node(self.value[key], f"{self.where}/{shorten(key)}")

    def walk(self, depth: int) -> None:
        """Report what the JSON reader refused; bounded depth; no lone surrogates."""
        value = self.value
        if isinstance(value, Refused):
            raise Malformed(f"{self.where}: {value.reason}")
        if depth > MAX_DEPTH:
            raise Malformed(f"{self.where[:200]}...: expected at most {MAX_DEPTH} levels of nesting")
        if isinstance(value, str) and not value.isascii() and any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise Malformed(f"{self.where}: expected text, got a lone surrogate")
        if isinstance(value, dict):
            for key in value:
                Node(key, self.where).walk(depth)
                self.child(key).walk(depth + 1)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if type(item) is not int:
                    self.child(index).walk(depth + 1)

    def fields(self, required: Collection[str] = (), optional: Collection[str] = ()) -> "dict[str, Node]":
        """The members of an object with these keys and no others."""
        if not isinstance(self.value, dict):
            self.fail("an object")
        for key in required:
            if key not in self.value:
                raise Malformed(f"{self.where}: expected the key {shorten(key)}, got none")
        for key in self.value:
            if key not in required and key not in optional:
                raise Malformed(f"{self.where}: expected no key {shorten(key)}")
        return {key: self.child(key) for key in self.value}

    def items(self, length: int | None = None) -> "list[Node]":
        if not isinstance(self.value, list):
            self.fail("an array")
        if length is not None and len(self.value) != length:
            raise Malformed(f"{self.where}: expected {length} entries, got {len(self.value)}")
        return [self.child(k) for k in range(len(self.value))]

    def integer(self, allowed: Sequence[int] | None = None) -> int:
        if type(self.value) is not int or (allowed is not None and self.value not in allowed):
            self.fail(f"one of {allowed}" if allowed else "an integer")
        return self.value

    def one_of(self, allowed: Iterable[str]) -> str:
        if not isinstance(self.value, str) or self.value not in allowed:
            self.fail(f"one of {shorten(', '.join(allowed))}")
        return self.value

    def name(self) -> str:
        x = self.value
        if not isinstance(x, str) or not 0 < len(x) <= MAX_NAME or CONTROL.search(x):
            self.fail("a name (non-empty text without control characters)")
        return x

    def names(self) -> list[str]:
        result = [item.name() for item in self.items()]
        if not result or len(set(result)) < len(result):
            raise Malformed(f"{self.where}: expected distinct names, at least one")
        return result

    def rational(self, decimals: bool = False) -> Fraction:
        """FORMAT 2; `decimals`: files written by users may also hold plain decimals."""
        text = self.value
        if isinstance(text, str) and text in KNOWN and (decimals or "." not in text):
            return KNOWN[text]
        if not isinstance(text, str) or not RATIONAL.fullmatch(text) or (text[0] == "-" and not text.strip("-0.")):
            self.fail("a rational as text, such as -3 or 3/4")
        if max(map(len, text.split("/"))) > MAX_DIGITS:
            raise Malformed(f"{self.where}: expected a number of at most {MAX_DIGITS} digits")
        if "." in text and not decimals:
            self.fail("an integer or lowest terms")
        top, _, bottom = text.partition("/")
        result = Fraction(int(top), int(bottom)) if bottom else Fraction(top)
        if bottom and (bottom == "1" or result.denominator != int(bottom)):
            self.fail("lowest terms")
        if len(KNOWN) < 100_000:
            KNOWN[text] = result
        return result

    def distribution(self, index: dict[str, int], decimals: bool = True) -> dict[int, Fraction]:
        """A probability row `{name: rational}` as `{index[name]: Fraction}` without zeros."""
        result = {}
        for name, entry in self.fields((), index).items():
            weight = entry.rational(decimals)
            if weight < 0:
                entry.fail("a probability")
            if weight:
                result[index[name]] = weight
        if sum(result.values()) != 1:
            raise Malformed(f"{self.where}: sums to {shorten(sum(result.values()))}, expected 1")
        return result


def open_file(node: Node, kind: str, required: Collection[str], optional: Collection[str]) -> dict[str, Node]:
    members = node.fields(("format", "version", *required), optional)
    members["format"].one_of((f"certigap-{kind}",))
    members["version"].integer((1,))
    if "name" in members and members["name"].value != "":
        members["name"].name()
    if "meta" in members:
        members["meta"].fields((), members["meta"].value)
    return members


# FORMAT 3 and 4: games and policies


class Game:
    """A game in integers: row `k` pays `rewards[i][k] / reward_den[i]` and moves to `next[k] = [(state, weight)]` over
    `next_den[s]`. Rows of state `s` are `offsets[s] ..`, row-major, the last player's action varying fastest.
    """

    def __init__(self, node: Node) -> None:
        self.is_normal_form = isinstance(node.value, dict) and "payoffs" in node.value
        own = ("actions", "payoffs") if self.is_normal_form else ("discount", "initial", "states")
        data = open_file(node, "game", ("players", *own), ("name", "meta"))
        self.players = data["players"].names()
        if len(self.players) > MAX_PLAYERS:
            data["players"].fail(f"at most {MAX_PLAYERS} players")
        self.n, self.offsets = len(self.players), [0]
        self.states: list[str] = []
        self.actions: list[list[list[str]]] = []
        rewards: list[list[Fraction]] = []
        moves: Moves = []
        if self.is_normal_form:
            self.discount, start, self.index = ZERO, {0: ONE}, {"": 0}
            self.add_state("", data["actions"], data["payoffs"], rewards, moves)
            normal = {"actions": self.actions[0], "payoffs": [[str(x) for x in row] for row in rewards]}
        else:
            self.discount = data["discount"].rational(True)
            if not 0 <= self.discount < 1:
                data["discount"].fail("a rational in [0, 1)")
            states = [state.fields(("name", "actions", "outcomes")) for state in data["states"].items()]
            names = [state["name"].name() for state in states]
            self.index = {name: s for s, name in enumerate(names)}
            if not names or len(self.index) < len(names):
                raise Malformed(f"{data['states'].where}: expected states of distinct names, at least one")
            for name, state in zip(names, states):
                self.add_state(name, state["actions"], state["outcomes"], rewards, moves)
            start = data["initial"].distribution(self.index)
            normal = self.normal_markov(start, rewards, moves)
        content = {"format": "certigap-game", "version": 1, "players": self.players, **normal}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        self.digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        self.scale(start, rewards, moves)

    def add_state(self, name: str, actions: Node, outcomes: Node, rewards: list[list[Fraction]], moves: Moves) -> None:
        own = [names.names() for names in actions.items(self.n)]
        self.states.append(name)
        self.actions.append(own)
        self.offsets.append(self.offsets[-1] + math.prod(len(names) for names in own))
        for outcome in outcomes.items(self.offsets[-1] - self.offsets[-2]):
            payoff, move = outcome, {0: ONE}
            if not self.is_normal_form:
                members = outcome.fields(("rewards", "next"))
                payoff, move = members["rewards"], members["next"].distribution(self.index)
            rewards.append([x.rational(True) for x in payoff.items(self.n)])
            moves.append(sorted(move.items()))

    def normal_markov(self, start: dict[int, Fraction], rewards: list[list[Fraction]], moves: Moves) -> dict[str, Any]:
        outcomes = [
            {"rewards": [str(x) for x in row], "next": {self.states[t]: str(p) for t, p in move}}
            for row, move in zip(rewards, moves)
        ]
        rows = zip(self.states, self.actions, self.offsets, self.offsets[1:])
        states = [{"name": name, "actions": own, "outcomes": outcomes[a:b]} for name, own, a, b in rows]
        initial = {self.states[s]: str(p) for s, p in start.items()}
        return {"discount": str(self.discount), "initial": initial, "states": states}

    def scale(self, start: dict[int, Fraction], rewards: list[list[Fraction]], moves: Moves) -> None:
        self.size = len(self.states)
        self.sizes = [[len(own) for own in state] for state in self.actions]
        self.strides = [[math.prod(sizes[i + 1 :]) for i in range(self.n)] for sizes in self.sizes]
        self.reward_den = [math.lcm(*(row[i].denominator for row in rewards)) for i in range(self.n)]
        self.rewards = [[int(row[i] * self.reward_den[i]) for row in rewards] for i in range(self.n)]
        self.next, self.next_den = [], []
        for a, b in zip(self.offsets, self.offsets[1:]):
            den = math.lcm(*(p.denominator for move in moves[a:b] for _, p in move))
            self.next_den.append(den)
            self.next += [[(t, int(p * den)) for t, p in move] for move in moves[a:b]]
        self.initial = [start.get(s, ZERO) for s in range(self.size)]

    def half_range(self, i: int) -> Fraction:
        return Fraction(max(self.rewards[i]) - min(self.rewards[i]), 2 * self.reward_den[i])

    def at_start(self, vector: "Vector") -> Fraction:
        """nu . vector"""
        return sum((p * vector[s] for s, p in enumerate(self.initial) if p), ZERO)

    def by_state(self, node: Node, optional: bool = False) -> list[dict[int, Node]]:
        """`[n]` dicts state -> Node of a `{player: {state: ..}}`; normal forms have no inner level (FORMAT 4)."""
        members, result = node.fields(() if optional else self.players, self.players), []
        for player in self.players:
            own = {"": members[player]} if self.is_normal_form and player in members else {}
            if not self.is_normal_form and player in members:
                own = members[player].fields((), self.index)
            result.append({self.index[name]: row for name, row in own.items()})
        return result


def read_rows(game: Game, node: Node, decimals: bool = False) -> Policy:
    """Rows `[n][S]` of Fractions over the player's actions at the state."""
    result = []
    for i, own in enumerate(game.by_state(node)):
        rows = []
        for s, actions in enumerate(row[i] for row in game.actions):
            if s not in own and len(actions) > 1:
                raise Malformed(f"{node.where}/{shorten(game.players[i])}: expected a row at {shorten(game.states[s])}")
            index = {action: a for a, action in enumerate(actions)}
            row = own[s].distribution(index, decimals) if s in own else {0: ONE}
            rows.append([row.get(a, ZERO) for a in range(len(actions))])
        result.append(rows)
    return result


def read_policy(game: Game, path: str) -> Policy:
    members = open_file(read_json(path), "policy", ("rows",), ("game", "name", "meta"))
    if "game" in members:
        members["game"].one_of((game.digest,))
    return read_rows(game, members["rows"], True)


# FORMAT 5: the kernel


class Vector:
    """`num[s] / den`, one entry a state."""

    def __init__(self, game: Game, node: Node) -> None:
        members = node.fields(("den", "num"))
        den = members["den"].rational()
        self.den = den.numerator
        self.num: list[int] = members["num"].value
        if den.denominator != 1 or den < 1:
            members["den"].fail("a positive integer")
        if not isinstance(self.num, list) or len(self.num) != game.size or any(type(x) is not int for x in self.num):
            raise Malformed(f"{members['num'].where}: expected an array of {game.size} integers")

    def __getitem__(self, s: int) -> Fraction:
        return Fraction(self.num[s], self.den)


class Rows:
    """The rows y with `lower <= y <= upper`, `sum y = 1`, `||y - center||_1 <= radius`, as integers over `den`."""

    def __init__(self, center: list[Fraction], radius: Fraction = ZERO, box: Box | None = None) -> None:
        lower, upper = box or ([ZERO] * len(center), [ONE] * len(center))
        radius = radius if len(center) > 1 else ZERO
        self.den = den = 2 * math.lcm(*(x.denominator for x in (*center, *lower, *upper, radius)))
        scaled = ([x.numerator * (den // x.denominator) for x in row] for row in (center, lower, upper))
        self.center, low, high = scaled
        self.start = [min(max(e, l), u) for e, l, u in zip(self.center, low, high)]
        self.need = self.den - sum(self.start)
        self.moved = abs(self.need) + sum(abs(y - e) for y, e in zip(self.start, self.center))
        self.spare = (int(radius * self.den) - self.moved) // 2
        room = sum(high) - self.den if self.need >= 0 else self.den - sum(low)
        self.is_empty = room < 0 or self.spare < 0 or any(l > u for l, u in zip(low, high))
        self.is_point = self.spare == 0 and self.need == 0
        self.is_simplex = box is None and radius >= 2
        self.give = [y - l for y, l in zip(self.start, low)]
        self.take = [u - y for y, u in zip(self.start, high)]

    def optimum(self, value: Function, sign: int, price: int = 0) -> int:
        """`den * max over y of sum_a y[a] value(a)` for an integer-valued function; the minimum when `sign` is -1.
        With a `price` (a maximum, with a box): of the sum less `price * ||y - center||_1`.
        """
        if self.is_point:
            return sum(w * value(a) for a, w in enumerate(self.start) if w) - price * self.moved
        c = [sign * value(a) for a in range(len(self.start))]
        if self.is_simplex:
            return sign * self.den * max(c)
        worst = sorted(range(len(c)), key=c.__getitem__)
        donors: list[list[int]] = [[c[a], self.give[a]] for a in worst if self.give[a]]
        takers: list[list[int]] = [[c[a], self.take[a]] for a in reversed(worst) if self.take[a]]
        total = sum(w * x for w, x in zip(self.start, c))
        total += shift(takers, self.need) - shift(donors, -self.need) - price * self.moved
        spare = self.spare
        while spare and donors and takers and takers[0][0] - donors[0][0] > 2 * price:
            amount = min(spare, donors[0][1], takers[0][1])
            total += shift(takers, amount) - shift(donors, amount) - 2 * price * amount
            spare -= amount
        return sign * total


def shift(entries: list[list[int]], amount: int) -> int:
    """Use `amount` of the first entries' capacities (in place); the sum of amount times coefficient."""
    total = 0
    while amount > 0:
        used = min(amount, entries[0][1])
        total += used * entries[0][0]
        amount -= used
        entries[0][1] -= used
        if not entries[0][1]:
            entries.pop(0)
    return total


def point_rows(policy: Policy) -> "Sets":
    return [[Rows(row) for row in own] for own in policy]


def nest(rows: Sequence[Rows], order: list[int], value: Function, row: int, strides: list[int], sign: int) -> int:
    """FORMAT 5.3: the optimum over the players of `order`, outermost first."""
    if not order:
        return value(row)
    i, rest = order[0], order[1:]
    return rows[i].optimum(lambda a: nest(rows, rest, value, row + a * strides[i], strides, sign), sign)


def over_others(rows: Sequence[Rows], i: int, value: Function, row: int, strides: list[int], sign: int) -> int:
    """The opponents' optimum, the better bound over the rotations of their order."""
    others = [j for j in range(len(rows)) if j != i and len(rows[j].start) > 1]
    idle = math.prod(row.den for j, row in enumerate(rows) if j != i and len(row.start) == 1)
    turns = 1 if all(rows[j].is_point for j in others) else len(others)
    results = [nest(rows, others[t:] + others[:t], value, row, strides, sign) for t in range(turns)]
    return sign * min(sign * x for x in results) * idle


class Step:
    """One state's backups for player `i`: integers over `unit * vector.den`, rows of the state being `first ..`."""

    def __init__(self, game: Game, i: int, s: int, reward: Rewards | None = None) -> None:
        self.game, self.i, self.s = game, i, s
        self.rewards, self.reward_den = reward or (game.rewards[i], game.reward_den[i])
        self.top, self.bottom = game.discount.numerator, game.discount.denominator
        self.unit = self.reward_den * self.bottom * game.next_den[s]
        self.first, self.strides = game.offsets[s], game.strides[s]
        self.actions = range(game.sizes[s][i])

    def row_value(self, vector: Vector) -> Function:
        """Row k -> reward + discount * next . vector"""
        fixed, moving = self.bottom * self.game.next_den[self.s] * vector.den, self.reward_den * self.top

        def value(k: int) -> int:
            return self.rewards[k] * fixed + moving * sum(w * vector.num[t] for t, w in self.game.next[k])

        return value

    def policy_value(self, rows: Sequence[Rows], vector: Vector, sign: int) -> int:
        """Own row outermost (FORMAT 5.4)."""
        value, stride = self.row_value(vector), self.strides[self.i]
        return rows[self.i].optimum(
            lambda a: over_others(rows, self.i, value, self.first + a * stride, self.strides, sign), sign
        )

    def best_value(self, rows: Sequence[Rows], vector: Vector, sign: int) -> int:
        """Best own action; for a lower bound also the center's own row, before the opponents choose (FORMAT 5.5)."""
        value, i, stride = self.row_value(vector), self.i, self.strides[self.i]
        result = max(over_others(rows, i, value, self.first + a * stride, self.strides, sign) for a in self.actions)
        if sign > 0 or len(self.actions) == 1:
            return result * rows[i].den

        def centred(k: int) -> int:
            return sum(w * value(k + a * stride) for a, w in enumerate(rows[i].center) if w)

        return max(result * rows[i].den, over_others(rows, i, centred, self.first, self.strides, sign))

    def gap_value(self, rows: Sequence[Rows], bounds: "PairBounds") -> int:
        """The pair bound from `PairBounds` (FORMAT 5.6)."""
        fixed, moving = self.bottom * self.game.next_den[self.s] * bounds.den, self.reward_den * self.top
        stride, following = self.strides[self.i], self.game.next

        def regret(best: int, a: int) -> int:
            """The opponents' best case of the gain from `best` over `a`"""

            def value(k: int) -> int:
                other = k + (best - a) * stride
                gain = (self.rewards[other] - self.rewards[k]) * fixed
                return gain + moving * bounds.spread(following[other], following[k])

            return over_others(rows, self.i, value, self.first + a * stride, self.strides, 1)

        return max(rows[self.i].optimum(partial(regret, best), 1) for best in self.actions)


class PairBounds:
    """Four vectors over one denominator: V* <= high, V* >= low_best, V >= low, V* - V <= up."""

    def __init__(self, best_upper: Vector, best_lower: Vector, value_lower: Vector, gap_upper: Vector) -> None:
        vectors = (best_upper, best_lower, value_lower, gap_upper)
        self.den = math.lcm(*(v.den for v in vectors))
        high, best, low, up = ([x * (self.den // v.den) for x in v.num] for v in vectors)
        self.high: list[int] = high
        self.up: list[int] = up
        self.keep = [max(x, h - u) for x, h, u in zip(low, high, up)]
        self.floor = [max(x, b - u) for x, b, u in zip(low, best, up)]
        self.cap = [min(h, f + u) for h, f, u in zip(high, self.floor, up)]

    def spread(self, best: Weights, own: Weights) -> int:
        """Integer upper bound of `best . V* - own . V` for two rows of transition weights."""
        q, total = dict(own), 0
        for t, p in best:
            x = q.pop(t, 0)
            total += p * self.high[t] - x * self.keep[t] if p >= x else p * self.cap[t] - x * self.floor[t]
        return total - sum(x * self.floor[t] for t, x in q.items())


Sets = list[list[Rows]]  # [n][S]
Backup = Callable[[Step, Sequence[Rows], Vector, int], int]


def check_vector(
    game: Game, i: int, rows: Sets, vector: Vector, backup: Backup, sign: int, what: str, reward: Rewards | None = None
) -> None:
    """`vector >= backup(vector)` at every state (`<=` when `sign` is -1): it bounds the fixed point from that side."""
    for s in range(game.size):
        step, own = Step(game, i, s, reward), [row[s] for row in rows]
        left = vector.num[s] * step.unit * math.prod(row.den for row in own)
        if sign * (left - backup(step, own, vector, sign)) < 0:
            raise Invalid(f"{what}: {SIDES[sign]} vector of player {game.players[i]} fails at state {game.states[s]!r}")


def check_gap_vector(game: Game, i: int, rows: Sets, vectors: list[Vector], what: str) -> None:
    bounds = PairBounds(*vectors)
    for s in range(game.size):
        step, own = Step(game, i, s), [row[s] for row in rows]
        left = bounds.up[s] * step.unit * math.prod(row.den for row in own)
        if left < step.gap_value(own, bounds):
            raise Invalid(f"{what}: gap vector of player {game.players[i]} fails at state {game.states[s]!r}")


class Simplex:
    """FORMAT 5.8: the simplex {low + tau theta} around a row set, over `den`; the set, and a price, in theta."""

    def __init__(self, center: list[Fraction], radius: Fraction, box: Box | None, price: Fraction) -> None:
        lower, upper = box or ([ZERO] * len(center), [ONE] * len(center))
        high = [min(u, e + radius / 2) for e, u in zip(center, upper)]
        low = [max(l, e - radius / 2, 1 - sum(high) + h) for e, l, h in zip(center, lower, high)]
        tau = 1 - sum(low)
        scale, origin = (tau, low) if tau else (ONE, [ZERO] * len(low))
        middle, first, last = ([(x - o) / scale for x, o in zip(row, origin)] for row in (center, lower, upper))
        self.rows, self.price = Rows(middle, radius / scale, (first, last)), price * scale
        self.den = math.lcm(*(x.denominator for x in low))
        self.low, self.tau = [int(x * self.den) for x in low], int(tau * self.den)

    def vertices(self, table: list[int], stride: int) -> list[int]:
        """`den * table` with the player's actions, `stride` apart, replaced by the vertices low + tau e_a."""
        result, span = list(table), stride * len(self.low)
        for k in range(len(table)):
            first = k - k % span + k % stride
            result[k] = sum(w * x for w, x in zip(self.low, table[first : first + span : stride])) + self.tau * table[k]
        return result


class Ranges:
    """Over `den`, at every state: low <= V* <= high, floor <= V <= min(top, V*), V* - V <= gap."""

    def __init__(self, vectors: list[Vector]) -> None:
        self.den = math.lcm(*(v.den for v in vectors))
        self.high, best, self.floor, self.gap, self.top = ([x * (self.den // v.den) for x in v.num] for v in vectors)
        self.low = [max(x, y) for x, y in zip(best, self.floor)]

    def spread(self, t: int, alpha: Any, beta: Any) -> Any:
        """max alpha V*(t) - beta V(t): piecewise linear in V* for the best V, with one kink."""
        floor, gap, top = self.floor[t], self.gap[t], self.top[t]
        kink = min(max(floor + gap if beta >= 0 else top, self.low[t]), self.high[t])
        points = (self.low[t], kink, self.high[t])
        return max(alpha * v - beta * (max(floor, v - gap) if beta >= 0 else min(top, v)) for v in points)


class Expansion:
    """FORMAT 5.8 at one state: rewards and discounted moves of player `i` at the vertices, integers over `unit`."""

    def __init__(self, game: Game, i: int, s: int, around: list[Simplex], reference: int) -> None:
        step, self.around, self.i, self.strides = Step(game, i, s), around, i, game.strides[s]
        self.size, self.stride, rows = game.sizes[s][i], self.strides[i], range(*game.offsets[s : s + 2])
        self.count, self.unit = len(rows), step.unit * math.prod(own.den for own in around)
        self.rewards = self.at_vertices([game.rewards[i][k] * step.bottom * game.next_den[s] for k in rows])
        moves: dict[int, list[int]] = {t: [0] * self.count for k in rows for t, _ in game.next[k]}
        for place, k in enumerate(rows):
            for t, w in game.next[k]:
                moves[t][place] = w * step.reward_den * step.top
        self.moves = {t: self.at_vertices(table) for t, table in moves.items()}
        chosen = [k for k in range(self.count) if k // self.stride % self.size == reference]
        self.means: dict[int, list[int]] = {}  # `count` times the average moves of deviator and player
        for t, (free, bound) in self.moves.items():
            self.means[t] = [self.size * sum(free[k] for k in chosen), sum(bound)]

    def at_vertices(self, table: list[int]) -> tuple[list[int], list[int]]:
        """The table at the vertices of the opponents' simplices, and at those of all."""
        for j, own in enumerate(self.around):
            table = own.vertices(table, self.strides[j]) if j != self.i else table
        return [self.around[self.i].den * x for x in table], self.around[self.i].vertices(table, self.stride)

    def gain(self, best: int, k: int, w: list[int], ranges: Ranges) -> int:
        """phi(best, k) over `count * unit`, the denominators of the weights `w` and of the ranges"""
        other, n = k + (best - k // self.stride % self.size) * self.stride, self.count
        total = n * (w[0] * self.rewards[0][other] - w[1] * self.rewards[1][k]) * ranges.den
        for t, (free, bound) in self.moves.items():
            alpha, beta = w[0] * (n * free[other] - self.means[t][0]), w[1] * (n * bound[k] - self.means[t][1])
            total += ranges.spread(t, alpha, beta)
        return total

    def maximum(self, w: list[int], w_den: int, ranges: Ranges) -> Fraction:
        """max over deviations and rows of phi less the prices of the rows"""
        extra = math.lcm(*(x.price.denominator for x in self.around))
        scale = self.count * self.unit * w_den * ranges.den
        prices, best = [int(x.price * extra) * scale for x in self.around], []
        for a in range(self.size):
            gains = [extra * self.gain(a, k, w, ranges) for k in range(self.count)]
            best.append(self.nest([self.i], gains, prices, 0))
        dens = [x.rows.den for m, x in enumerate(self.around) if m == self.i or len(x.low) > 1]
        return Fraction(max(best), scale * extra * math.prod(dens))

    def nest(self, order: list[int], gains: list[int], prices: list[int], k: int) -> int:
        """The maximum over the rows of `order`, outermost first; after the own row, the best rotation."""
        if not order:
            return gains[k]
        j, rest = order[0], [order[1:]]
        if j == self.i:
            others = [m for m, own in enumerate(self.around) if m != j and len(own.low) > 1]
            rest = [others[t:] + others[:t] for t in range(max(1, len(others)))]
        inside = math.prod(self.around[m].rows.den for m in rest[0])

        def value(a: int) -> int:
            return min(self.nest(then, gains, prices, k + a * self.strides[j]) for then in rest)

        return self.around[j].rows.optimum(value, UPPER, prices[j] * inside)


def linear_bound(
    game: Game, i: int, region: "Region", boxes: Boxes, known: list[Vector], weights: list[Vector], free: list[Node]
) -> Fraction:
    """FORMAT 5.8: a bound of the gap at the start, from five vectors, two weights, reference actions and prices."""
    reference, prices = (node.items(size) for node, size in zip(free, (game.size, game.n)))
    price = [node.rational() if node.rational() >= 0 else node.fail("a price >= 0") for node in prices]
    ranges, radii = Ranges(known), [region.radii(j, boxes) or [] for j in range(game.n)]
    den = math.lcm(*(w.den for w in weights))
    rest = [[p - w[t] for t, p in enumerate(game.initial)] for w in weights]
    total = sum(price, ZERO) * region.budget
    for s in range(game.size):
        rows = [(region.center[j][s], radii[j][s], boxes.get((j, s))) for j in range(game.n)]
        around = [Simplex(*row, price[j] * region.weights[s]) for j, row in enumerate(rows)]
        state = Expansion(game, i, s, around, reference[s].integer(range(game.sizes[s][i])))
        w = [v.num[s] * (den // v.den) for v in weights]
        total += state.maximum(w, den, ranges)
        for t, means in state.means.items():
            for k in (0, 1):
                rest[k][t] += Fraction(w[k] * means[k], den * state.count * state.unit)
    return total + sum((ranges.spread(t, *pair) for t, pair in enumerate(zip(*rest))), ZERO) / ranges.den


def products(rows: Sequence[Sequence[Any]]) -> list[Any]:
    """The product weights of the rows, in the order of the joint actions."""
    result = [1]
    for row in rows:
        result = [x * y for x in result for y in row]
    return result


def check_occupancy(game: Game, policy: Policy, vector: Vector, sign: int, what: str) -> None:
    """FORMAT 5.7: `vector >= (1 - g) nu + g P^T vector` (`<=` when `sign` is -1)."""
    flow = [(1 - game.discount) * p for p in game.initial]
    rows = point_rows(policy)
    for s in range(game.size):
        if not vector.num[s]:
            continue
        own = [row[s] for row in rows]
        reached: dict[int, int] = {}
        for k, weight in enumerate(products([row.start for row in own])):
            if weight:
                for t, w in game.next[game.offsets[s] + k]:
                    reached[t] = reached.get(t, 0) + weight * w
        scale = game.discount * vector[s] / (game.next_den[s] * math.prod(row.den for row in own))
        for t, w in reached.items():
            flow[t] += scale * w
    for s in range(game.size):
        if sign * (vector[s] - flow[s]) < 0:
            raise Invalid(f"{what}: {SIDES[sign]} occupancy fails at state {game.states[s]!r}")


# FORMAT 6: regions and trees


def distance(center: list[Fraction], box: Box) -> Fraction | None:
    """Smallest L1 distance from `center` to a row of the box; `None` when the box holds no row."""
    lower, upper = box
    if sum(lower) > 1 or sum(upper) < 1 or any(l > u for l, u in zip(lower, upper)):
        return None
    below = sum((max(l - e, ZERO) for l, e in zip(lower, center)), ZERO)
    above = sum((max(e - u, ZERO) for u, e in zip(upper, center)), ZERO)
    return 2 * max(below, above)


class Region:
    """FORMAT 6.1: the rows of player `j` at state `s` within `radius[j][s]` of the center's."""

    def __init__(self, game: Game, center: Policy, radius: list[list[Fraction]]) -> None:
        self.game, self.center, self.radius = game, center, radius
        self.budget, self.weights = ZERO, [ZERO] * game.size  # no more is known of the rows together

    def radii(self, j: int, boxes: Boxes) -> list[Fraction] | None:
        """Radii `[S]` of player `j` in a node; `None` when the node is seen to be empty."""
        return None if self.distances(j, boxes) is None else self.radius[j]

    def distances(self, j: int, boxes: Boxes) -> dict[int, Fraction] | None:
        """Smallest distance at each state with a box; `None` when a box holds no row."""
        found = {s: distance(self.center[j][s], box) for (k, s), box in boxes.items() if k == j}
        known = {s: d for s, d in found.items() if d is not None}
        return known if len(known) == len(found) else None


class Ball(Region):
    """FORMAT 6.2: policies within `budget` of the expert, weighted by `occupancy`, a lower bound of the expert's."""

    def __init__(self, game: Game, center: Policy, budget: Fraction, occupancy: Vector) -> None:
        super().__init__(game, center, [])
        self.budget, self.weights = budget, [max(occupancy[s], ZERO) for s in range(game.size)]

    def radii(self, j: int, boxes: Boxes) -> list[Fraction] | None:
        least = self.distances(j, boxes)
        left = self.budget - sum(self.weights[s] * d for s, d in (least or {}).items())
        if least is None or left < 0:
            return None
        return [min(TWO, least.get(s, ZERO) + left / w) if w else TWO for s, w in enumerate(self.weights)]


class OccupancyBall(Ball):
    """FORMAT 6.2, measure rho: policies within (1 + g) `radius` of the expert, no state's share above `radius`."""

    def __init__(self, game: Game, center: Policy, radius: Fraction, occupancy: Vector) -> None:
        super().__init__(game, center, (1 + game.discount) * radius, occupancy)
        self.share = radius

    def radii(self, j: int, boxes: Boxes) -> list[Fraction] | None:
        inside = super().radii(j, boxes)
        return inside and [min(x, self.share / w) if w else x for x, w in zip(inside, self.weights)]


def everything(game: Game, center: Policy, radius: Fraction, occupancy: Vector) -> Region:
    """FORMAT 6.2, measure mu: every row of every policy."""
    return Region(game, center, [[TWO] * game.size for _ in game.players])


MEASURES = {"bc": Ball, "rho": OccupancyBall, "mu": everything}


def check_cover(game: Game, i: int, region: Region, boxes: Boxes, node: Node, limit: Fraction) -> None:
    """FORMAT 6.3: a tree of boxes that covers the region, with a bound of player `i`'s gap on every leaf."""
    members = node.fields(("vectors", "tree"))
    pool = [Vector(game, v) for v in members["vectors"].items()]
    for part, leaf, where in tree_leaves(game, boxes, members["tree"]):
        check_leaf(game, i, region, part, pool, leaf, limit, where)


def tree_leaves(game: Game, boxes: Boxes, node: Node) -> Iterator[tuple[Boxes, dict[str, Node], str]]:
    """The leaves of a tree in preorder, each with its boxes and its place; together they cover the root's boxes."""
    open_nodes = [boxes]
    for entry in node.items():
        if not open_nodes:
            raise Invalid(f"{entry.where}: the tree was complete before this node")
        boxes, parts = open_nodes.pop(), entry.fields((), ("leaf", "linear", "split"))
        if len(parts) != 1 + ("linear" in parts) or ("linear" in parts and "split" in parts):
            entry.fail("one of leaf, leaf with linear, and split")
        if "split" in parts:
            open_nodes += reversed(split(game, boxes, parts["split"]))
        else:
            yield boxes, parts, entry.where
    if open_nodes:
        raise Invalid(f"{node.where}: {len(open_nodes)} nodes are missing, the region is not covered")


def node_rows(game: Game, region: Region, boxes: Boxes) -> Sets | None:
    """The row sets of a node; `None` when it holds no policy."""
    rows: Sets = []
    for j in range(game.n):
        radii = region.radii(j, boxes)
        if radii is None:
            return None
        rows.append([Rows(region.center[j][s], radii[s], boxes.get((j, s))) for s in range(game.size)])
    return None if any(row.is_empty for own in rows for row in own) else rows


def check_leaf(
    game: Game,
    i: int,
    region: Region,
    boxes: Boxes,
    pool: list[Vector],
    leaf: dict[str, Node],
    limit: Fraction,
    where: str,
) -> None:
    def taken(node: Node, count: int) -> list[Vector]:
        return [pool[place.integer(range(len(pool)))] for place in node.items(count)]

    vectors, rows = taken(leaf["leaf"], 4), node_rows(game, region, boxes)
    linear = leaf["linear"].fields(("vectors", "reference", "prices")) if "linear" in leaf else {}
    more = taken(linear["vectors"], 3) if linear else []
    if rows is None:
        return
    check_vector(game, i, rows, vectors[0], Step.best_value, UPPER, where)
    check_vector(game, i, rows, vectors[1], Step.best_value, LOWER, where)
    check_vector(game, i, rows, vectors[2], Step.policy_value, LOWER, where)
    check_gap_vector(game, i, rows, vectors, where)
    shown = game.at_start(vectors[3])
    if linear:
        check_vector(game, i, rows, more[0], Step.policy_value, UPPER, where)
        free = [linear["reference"], linear["prices"]]
        shown = linear_bound(game, i, region, boxes, [*vectors, more[0]], more[1:], free)
    if shown > limit:
        raise Invalid(f"{where}: bounds the gap of player {game.players[i]} by {show(shown)}, claimed {show(limit)}")


def split(game: Game, boxes: Boxes, node: Node) -> list[Boxes]:
    """The two halves of a node, `y[action] <= at` and `y[action] >= at`."""
    player, state, action, at = node.items(4)
    j, s = game.players.index(player.one_of(game.players)), game.states.index(state.one_of(game.states))
    a, cut = game.actions[s][j].index(action.one_of(game.actions[s][j])), at.rational()
    lower, upper = boxes.get((j, s), ([ZERO] * game.sizes[s][j], [ONE] * game.sizes[s][j]))
    if not lower[a] <= cut <= upper[a]:
        at.fail(f"a value in [{show(lower[a])}, {show(upper[a])}]")
    below, above = (lower, [*upper[:a], cut, *upper[a + 1 :]]), ([*lower[:a], cut, *lower[a + 1 :]], upper)
    return [boxes | {(j, s): below}, boxes | {(j, s): above}]


# FORMAT 7: claims


def show(x: Fraction, sign: int = LOWER) -> str:
    """A number in a message: itself when short, else six digits, rounded down, or up for an upper end."""
    if max(x.numerator.bit_length(), x.denominator.bit_length()) < 40:
        return str(x)
    power = (abs(x.numerator).bit_length() - x.denominator.bit_length()) * 30103 // 100000
    while Fraction(10) ** power > abs(x):
        power -= 1
    while Fraction(10) ** (power + 1) <= abs(x):
        power += 1
    unit = Fraction(10) ** (power - 5)
    digits = -(-x // unit) if sign == UPPER else x // unit
    return f"about {'-' if digits < 0 else ''}{abs(digits) // 10**5}.{abs(digits) % 10**5:05}e{power:+d}"


def check_interval(node: Node, derive: Derive) -> str:
    """Check a claimed interval against what the proof shows for either side; in words."""
    sides, words = node.fields((), ("lower", "upper")), []
    for sign, side in SIDES.items():
        if side in sides:
            claimed, shown = sides[side].rational(), derive(sign)
            if sign * (claimed - shown) < 0:
                raise Invalid(f"{node.where}: claims {side} {show(claimed)}, the proof shows {show(shown)}")
            words.append(f"{'>=' if sign == LOWER else '<='} {show(claimed, sign)}")
    if not words:
        node.fail("lower, upper or both")
    same = len(words) == 2 and sides["lower"].value == sides["upper"].value
    return f"= {words[0][3:]}" if same else " and ".join(words)


class Evaluation:
    """What a proof shows of one policy: values, optimal values against it, occupancy; each vector is checked once."""

    def __init__(self, game: Game, policy: Policy, proof: Node, prefix: str = "") -> None:
        self.game, self.policy, self.proof, self.prefix = game, policy, proof, prefix
        self.rows = point_rows(policy)
        self.kept: dict[tuple[str, int, str | None], Vector] = {}

    def vector(self, name: str, sign: int, check: Callable[[Vector, str], None], player: str | None = None) -> Vector:
        """The vector of that side in `proof[prefix + name]` (`[player]`), once it has passed `check(vector, where)`."""
        if (name, sign, player) not in self.kept:
            name_, proof = self.prefix + name, self.proof
            node = proof.fields((name_,), proof.value)[name_]
            node = node if player is None else node.fields((player,), self.game.players)[player]
            sides = node.fields((), ("lower", "upper", "exact"))
            side = "exact" if "exact" in sides else SIDES[sign]
            vector = Vector(self.game, node.fields((side,), sides)[side])
            check(vector, node.where)
            self.kept[name, sign, player] = vector
        return self.kept[name, sign, player]

    def at_start(self, name: str, i: int, backup: Backup, sign: int) -> Fraction:
        def check(vector: Vector, where: str) -> None:
            check_vector(self.game, i, self.rows, vector, backup, sign, where)

        return self.game.at_start(self.vector(name, sign, check, self.game.players[i]))

    def value(self, i: int, sign: int) -> Fraction:
        return self.at_start("values", i, Step.policy_value, sign)

    def player_gap(self, i: int, sign: int) -> Fraction:
        return max(ZERO, self.at_start("optima", i, Step.best_value, sign) - self.value(i, -sign))

    def shown_gaps(self, sign: int) -> list[Fraction]:
        """Gaps of all players; a lower end may rest on those whose vectors are there."""
        given = self.proof.fields((self.prefix + "optima",), self.proof.value)[self.prefix + "optima"]
        players = given.fields((), self.game.players) if sign == LOWER else self.game.players
        return [self.player_gap(i, sign) for i, name in enumerate(self.game.players) if name in players]

    def nash_gap(self, sign: int) -> Fraction:
        return max(self.shown_gaps(sign), default=ZERO)

    def nash_conv(self, sign: int) -> Fraction:
        return sum(self.shown_gaps(sign), ZERO)

    def occupancy(self, sign: int) -> Vector:
        def check(vector: Vector, where: str) -> None:
            check_occupancy(self.game, self.policy, vector, sign, where)

        return self.vector("occupancy", sign, check)

    def mass(self, s: int, sign: int) -> Fraction:
        return max(ZERO, self.occupancy(sign)[s])


def claim_policy_value(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "policy", "values"))
    proof.fields(("values",))
    evaluation = Evaluation(game, ask("policy"), proof)
    return players_words(game, members["values"], evaluation.value, "value at the start")


def players_words(game: Game, node: Node, derive: Callable[[int, int], Fraction], words: str) -> list[str]:
    members = node.fields((), game.players)
    if not members:
        node.fail("at least one player")
    numbered = [(partial(derive, i), name) for i, name in enumerate(game.players) if name in members]
    return [f"player {name}'s {words} {check_interval(members[name], derived)}" for derived, name in numbered]


def claim_nash_gap(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "policy"), ("nash_gap", "nash_conv", "player_gaps"))
    proof.fields(("values", "optima"))
    shown = Evaluation(game, ask("policy"), proof)
    words = [f"{k} {check_interval(members[k], getattr(shown, k))}" for k in ("nash_gap", "nash_conv") if k in members]
    if "player_gaps" in members:
        words += players_words(game, members["player_gaps"], shown.player_gap, "gap")
    return words or claim.fail("nash_gap, nash_conv or player_gaps")


def claim_equilibrium(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    regret = claim.fields(("kind", "policy", "regret"))["regret"].rational()
    proof.fields(("values", "optima"))
    shown = Evaluation(game, ask("policy"), proof).nash_gap(UPPER)
    if regret < shown:
        raise Invalid(f"{claim.where}/regret: claims {show(regret)}, the proof shows {show(shown)}")
    return [f"the policy is a Nash equilibrium up to a regret of {show(regret, UPPER)}"]


def claim_matching_error(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    errors = ("eps_bc", "eps_mu", "eps_rho", "value_gap")
    members = claim.fields(("kind", "expert", "policy"), errors)
    proof.fields((), ("expert_occupancy", "policy_occupancy", "expert_values", "policy_values"))
    expert = Evaluation(game, ask("expert"), proof, "expert_")
    derive = distances(game, expert, Evaluation(game, ask("policy"), proof, "policy_"))
    words = [f"{key} {check_interval(members[key], derive[key])}" for key in errors if key in members]
    return words or claim.fail("at least one error")


def distances(game: Game, expert: "Evaluation", policy: "Evaluation") -> dict[str, Derive]:
    """The errors of a policy by their names, each a function of the side."""
    states = range(game.size)

    def apart(s: int, p: Fraction | int, q: Fraction | int, sign: int) -> Fraction:
        """|mu_pi(s) p - mu_E(s) q|, outward"""
        ends = (
            policy.mass(s, sign) * p - expert.mass(s, -sign) * q,
            expert.mass(s, sign) * q - policy.mass(s, -sign) * p,
        )
        return max(ZERO, *ends)

    def eps_bc(sign: int) -> Fraction:
        pairs = zip(policy.policy, expert.policy)
        return max(sum((expert.mass(s, sign) * l1(x[s], y[s]) for s in states), ZERO) for x, y in pairs)

    def eps_mu(sign: int) -> Fraction:
        return sum((apart(s, 1, 1, sign) for s in states), ZERO)

    def eps_rho(sign: int) -> Fraction:
        joint = [[products([own[s] for own in who.policy]) for s in states] for who in (policy, expert)]
        pairs = [(s, p, q) for s in states for p, q in zip(joint[0][s], joint[1][s]) if p or q]
        return sum((apart(s, p, q, sign) for s, p, q in pairs), ZERO)

    def value_gap(sign: int) -> Fraction:
        return max(expert.value(i, sign) - policy.value(i, -sign) for i in range(game.n))

    return {"eps_bc": eps_bc, "eps_mu": eps_mu, "eps_rho": eps_rho, "value_gap": value_gap}


def l1(x: list[Fraction], y: list[Fraction]) -> Fraction:
    return sum((abs(a - b) for a, b in zip(x, y)), ZERO)


def claim_region_bound(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "center", "radii", "nash_gap"), ("box",))
    limit = members["nash_gap"].fields(("upper",))["upper"].rational()
    center, radius = ask("center"), [[ZERO] * game.size for _ in game.players]
    boxes: Boxes = {}
    for j, own in enumerate(game.by_state(members["radii"], True)):
        for s, node in own.items():
            radius[j][s] = node.rational()
            if not 0 <= radius[j][s] <= 2:
                node.fail("a radius in [0, 2]")
    for j, own in enumerate(game.by_state(members["box"], True) if "box" in members else ()):
        for s, node in own.items():
            sides, size = node.fields(("lower", "upper")), game.sizes[s][j]
            lower, upper = ([x.rational() for x in sides[side].items(size)] for side in ("lower", "upper"))
            boxes[j, s] = (lower, upper)
    region, covers = Region(game, center, radius), proof.fields(("players",))["players"]
    if node_rows(game, region, boxes) is None:
        raise Invalid(f"{claim.where}: the region holds no policy")
    check_players(game, region, boxes, covers, limit)
    shape = f"radii up to {show(max(max(own) for own in radius))}{' and a box' if boxes else ''}"
    return [f"over the region around the center ({shape}), every nash_gap <= {show(limit, UPPER)}"]


def check_players(game: Game, region: Region, boxes: Boxes, node: Node, limit: Fraction) -> None:
    covers = node.fields(game.players)
    for i, player in enumerate(game.players):
        check_cover(game, i, region, boxes, covers[player], limit)


def claim_worst_case(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "measure", "expert", "radius", "nash_gap"))
    measure, sides = members["measure"].one_of(MEASURES), members["nash_gap"].fields((), ("lower", "upper"))
    parts = proof.fields((), ("witness", "cover", "theorem", "occupancy"))
    expert, radius, words = ask("expert"), read_radius(members["radius"]), []
    if "lower" in sides:
        lower = sides["lower"].rational()
        if lower > 0:
            check_witness(game, expert, measure, radius, lower, proof.fields(("witness",), parts)["witness"])
        words.append(f"some nash_gap >= {show(lower, LOWER)}")
    if "upper" in sides:
        limit = sides["upper"].rational()
        if not {"theorem", "occupancy", "cover"} & parts.keys():
            proof.fail("a cover, a theorem or an occupancy")
        shown = ball_bound(game, expert, measure, radius, limit, parts)
        if limit < shown:
            raise Invalid(f"{sides['upper'].where}: claims {show(limit)}, the proof shows {show(shown)}")
        words.append(f"every nash_gap <= {show(limit, UPPER)}")
    if not words:
        members["nash_gap"].fail("lower, upper or both")
    return [f"over the policies with eps_{measure} <= {show(radius)}: {' and '.join(words)}"]


def ball_bound(
    game: Game, expert: Policy, measure: str, radius: Fraction, limit: Fraction, parts: dict[str, Node]
) -> Fraction:
    """What a theorem or multipliers show of every gap in the ball; `limit` when a cover shows that much."""
    if "theorem" in parts:
        theorem = parts["theorem"].fields(("name", "proof"))
        name = theorem["name"].one_of(ADMITTED[measure])
        return THEOREMS[name](game, expert, radius, theorem["proof"], measure)
    if "occupancy" in parts:
        return occupancy_bound(game, expert, measure, radius, parts["occupancy"])
    cover = parts["cover"]
    covers = cover.fields(("occupancy", "players"))["players"]
    occupancy = Evaluation(game, expert, cover).occupancy(LOWER)
    check_players(game, MEASURES[measure](game, expert, radius, occupancy), {}, covers, limit)
    return limit


def priced(values: list[Fraction], row: list[Fraction], room: Fraction, fee: Fraction) -> Fraction:
    """max of y.values - fee (mass moved from `row`), at most `room` moved"""
    top, total = max(values), sum((p * v for p, v in zip(row, values)), ZERO)
    for v, p in sorted(zip(values, row)):
        amount = min(room, p) if top - v > fee else ZERO
        total, room = total + amount * (top - v - fee), room - amount
    return total


def most_visits(game: Game) -> list[Fraction]:
    """Upper bounds of every policy's occupancy: g^k where the first visit is after k >= 1 steps"""
    steps = {s: 0 for s, p in enumerate(game.initial) if p}
    waiting = list(steps)
    for s in waiting:
        for k in range(game.offsets[s], game.offsets[s + 1]):
            for t, _ in game.next[k]:
                if t not in steps:
                    steps[t] = steps[s] + 1
                    waiting.append(t)
    g = game.discount
    return [g ** steps[s] if steps.get(s) else (1 - g) * p + g if p else ZERO for s, p in enumerate(game.initial)]


def read_radius(node: Node) -> Fraction:
    return node.rational() if node.rational() >= 0 else node.fail("a radius >= 0")


def check_witness(game: Game, expert: Policy, measure: str, radius: Fraction, lower: Fraction, node: Node) -> None:
    """A policy in the ball, and players who gain at least `lower` against it."""
    moved = ("policy_occupancy",) if measure != "bc" else ()
    policy = read_rows(game, node.fields(("policy", "occupancy", "values", "optima", *moved))["policy"])
    derive = distances(game, Evaluation(game, expert, node), Evaluation(game, policy, node, "policy_"))
    error = derive[f"eps_{measure}"](UPPER)
    if error > radius:
        raise Invalid(f"{node.where}: its eps_{measure} is up to {show(error)}, the radius {show(radius)}")
    shown = Evaluation(game, policy, node).nash_gap(LOWER)
    if shown < lower:
        raise Invalid(f"{node.where}: claims a gap of {show(lower)}, the witness shows {show(shown)}")


def occupancy_bound(game: Game, expert: Policy, measure: str, radius: Fraction, node: Node) -> Fraction:
    """FORMAT 6.4: for every player and policy of the ball V* <= nu.X + .. and V >= nu.Z + .., by multipliers."""
    shown, g = Evaluation(game, expert, node), game.discount
    mass, visits, bounds = [shown.mass(s, LOWER) for s in range(game.size)], most_visits(game), [ZERO]
    others_error = (game.n - 1) * radius
    spread, budget = {"bc": (others_error, others_error), "rho": (radius, (1 + g) * radius), "mu": (TWO, TWO)}[measure]
    reach = radius * game.n / (1 - g) if measure == "bc" else radius
    players = node.fields(("occupancy", "players"))["players"].fields(game.players)
    for i, player in enumerate(game.players):
        own = players[player].fields(("best", "price", "value", "toll"))
        best, value = Vector(game, own["best"]), Vector(game, own["value"])
        price, toll = read_radius(own["price"]), read_radius(own["toll"])
        kept = toll * (sum(mass) - 1 - reach)
        for s in range(game.size):
            step, stride, count = Step(game, i, s), game.strides[s][i], game.sizes[s][i]
            others = products([[ONE] * count if j == i else expert[j][s] for j in range(game.n)])
            backups, fee = [step.row_value(v) for v in (best, value)], 2 * price * mass[s] / (visits[s] or ONE)
            rows = range(game.offsets[s], game.offsets[s + 1])
            high = [Fraction(backups[0](k), step.unit * best.den) for k in rows]
            low = [Fraction(backups[1](k), step.unit * value.den) - value[s] for k in rows]
            room = min(ONE, spread / (2 * mass[s])) if mass[s] else ONE
            for a in range(count):
                some = [k for k in range(len(rows)) if k // stride % count == a]
                if best[s] < priced([high[k] for k in some], [others[k] for k in some], room, fee):
                    raise Invalid(f"{own['best'].where}: fails at state {game.states[s]!r}")
            if min(low) < -toll:
                raise Invalid(f"{own['value'].where}: fails at state {game.states[s]!r}")
            joint = products([row[s] for row in expert])
            low = [min(low)] * len(low) if measure == "mu" else low
            kept += mass[s] * sum((p * min(d, toll) for p, d in zip(joint, low)), ZERO)
        bounds.append(game.at_start(best) - game.at_start(value) + (price * budget - kept) / (1 - g))
    return max(bounds)


# FORMAT 8: theorems, each a bound for the policies with eps_bc <= radius


def largest_scale(game: Game) -> Fraction:
    """max c_i / (1 - g)^2"""
    return max(game.half_range(i) for i in range(game.n)) / (1 - game.discount) ** 2


def theorem_trivial(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    proof.fields()
    return 2 * largest_scale(game) * (1 - game.discount)


def theorem_value_gap(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    proof.fields()
    return game.n * radius * largest_scale(game)


def theorem_dse(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """Statewise dominance over the region of all policies."""
    everything = [[Rows(row, TWO) for row in own] for own in expert]
    for i, player in enumerate(game.players):
        own = proof.fields(game.players)[player].fields(("best_upper", "best_lower"))
        high, low = Vector(game, own["best_upper"]), Vector(game, own["best_lower"])
        check_vector(game, i, everything, high, Step.best_value, UPPER, own["best_upper"].where)
        check_vector(game, i, everything, low, Step.best_value, LOWER, own["best_lower"].where)
        for s in range(game.size):
            check_dominance(game, i, s, expert[i][s], high, low, proof.where)
    factor = 1 + game.discount * (game.n - 1) if measure == "bc" else min(TWO, (1 + game.discount) ** 2)
    return factor * largest_scale(game) * radius


def check_dominance(game: Game, i: int, s: int, row: list[Fraction], high: Vector, low: Vector, where: str) -> None:
    stride, count = game.strides[s][i], game.sizes[s][i]
    for k in range(game.offsets[s], game.offsets[s + 1]):
        a = (k - game.offsets[s]) // stride % count
        for best in range(count) if row[a] else ():
            other = k + (best - a) * stride
            change, future = dict(game.next[other]), ZERO
            for t, w in game.next[k]:
                change[t] = change.get(t, 0) - w
            for t, w in change.items():
                future += Fraction(w, game.next_den[s]) * (high[t] if w > 0 else low[t])
            gain = Fraction(game.rewards[i][other] - game.rewards[i][k], game.reward_den[i]) + game.discount * future
            if gain > 0:
                inside = k - game.offsets[s]
                profile = [own[inside // d % len(own)] for d, own in zip(game.strides[s], game.actions[s])]
                raise Invalid(
                    f"{where}: the hypothesis fails at state {game.states[s]!r}: against the profile {profile}, player "
                    f"{game.players[i]} may gain {show(gain)} by {game.actions[s][i][best]!r}"
                )


def theorem_concentrability(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """[n eps + K_i] c_i / (1 - g)^2 + eta"""
    reach = proof.fields(("occupancy", "values", "optima", "reach"))["reach"].fields(game.players)
    shown, bounds = Evaluation(game, expert, proof), [ZERO]
    occupancy = [max(shown.occupancy(LOWER)[s], ZERO) for s in range(game.size)]
    unit = game.discount.denominator - game.discount.numerator
    for i, player in enumerate(game.players):
        most = []
        for t, node in enumerate(reach[player].items(game.size)):
            vector, rewards = Vector(game, node), [0] * game.offsets[-1]
            for k in range(game.offsets[t], game.offsets[t + 1]):
                rewards[k] = unit
            backed = (rewards, game.discount.denominator)
            check_vector(game, i, shown.rows, vector, Step.best_value, UPPER, node.where, backed)
            most.append(max(ZERO, game.at_start(vector)))
        moved = knapsack(most, occupancy, radius * (game.n - 1 if measure == "bc" else 1 + game.discount))
        spent = radius * (game.n if measure == "bc" else 1 - game.discount)
        bounds.append((spent + moved) * game.half_range(i) / (1 - game.discount) ** 2)
    return max(bounds) + shown.nash_gap(UPPER)


def knapsack(gains: list[Fraction], costs: list[Fraction], budget: Fraction) -> Fraction:
    """max { sum gains D : sum costs D <= budget, 0 <= D <= 2 }"""
    total = sum((2 * gain for gain, cost in zip(gains, costs) if not cost), ZERO)
    for gain, cost in sorted(((g, c) for g, c in zip(gains, costs) if c), key=lambda x: x[0] / x[1], reverse=True):
        amount = min(TWO, budget / cost)
        total, budget = total + gain * amount, budget - cost * amount
    return total


def theorem_vertices(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """One state: each gap is convex in every row, so all players but one go through vertices, that one greedily."""
    if game.size != 1:
        proof.fail("a game of one state")
    balls, left_out = [Rows(own[0], min(radius, TWO)) for own in expert], proof.fields(game.players)
    unit, shown = math.prod(ball.den for ball in balls), ZERO
    for i, player in enumerate(game.players):
        k = game.players.index(left_out[player].one_of(game.players))
        enumerated = [ball_vertices(ball, proof) if j != k else [ball.start] for j, ball in enumerate(balls)]
        best = max(vertex_gap(game, i, k, balls[k], profile) for profile in itertools.product(*enumerated))
        shown = max(shown, Fraction(best, unit * game.reward_den[i]))
    return shown / (1 - game.discount)


def ball_vertices(ball: Rows, proof: Node) -> list[list[int]]:
    """Rows whose hull is the ball: one receiver, a set of emptied donors, at most one partial donor."""
    found: list[list[int]] = []
    for receiver in range(len(ball.center)):
        masses = [0 if a == receiver else w for a, w in enumerate(ball.center)]
        for gift in gifts(masses, min(ball.spare, sum(masses))):
            if len(found) == MAX_VERTICES:
                raise Malformed(f"{proof.where}: expected a ball of at most {MAX_VERTICES} vertices")
            found.append([w - x for w, x in zip(ball.center, gift)])
            found[-1][receiver] += sum(gift)
    return found


def gifts(masses: list[int], total: int, taken: tuple[int, ...] = (), partial: int = 0) -> Iterator[list[int]]:
    """All z <= masses of that sum, every entry 0 or its mass, but for one at most (`partial`: the largest kept)."""
    k = len(taken)
    if total == 0:
        yield [*taken, *[0] * (len(masses) - k)]
    elif k == len(masses):
        for j, mass in enumerate(masses):
            if not taken[j] and mass > total:
                yield [*taken[:j], total, *taken[j + 1 :]]
    elif sum(masses[k:]) + partial >= total:
        if 0 < masses[k] <= total:
            yield from gifts(masses, total - masses[k], (*taken, masses[k]), partial)
        yield from gifts(masses, total, (*taken, 0), max(partial, masses[k]))


def vertex_gap(game: Game, i: int, k: int, ball: Rows, profile: Sequence[list[int]]) -> int:
    """Player `i`'s largest gain, the row of `k` any of its ball, the others as in the profile; over all dens."""
    strides, sizes = game.strides[0], game.sizes[0]
    weights = [(0, 1)]
    for j, row in enumerate(profile):
        if j not in (i, k):
            weights = [(at + b * strides[j], p * w) for at, p in weights for b, w in enumerate(row) if w]

    def payoff(at: int) -> int:
        return sum(p * game.rewards[i][at + b] for b, p in weights)

    if k == i:
        q = [payoff(a * strides[i]) for a in range(sizes[i])]
        return max(q) * ball.den - ball.optimum(q.__getitem__, LOWER)
    table = [[payoff(a * strides[i] + b * strides[k]) for b in range(sizes[k])] for a in range(sizes[i])]
    own = [sum(w * row[b] for w, row in zip(profile[i], table)) for b in range(sizes[k])]
    gains = [[sum(profile[i]) * x - y for x, y in zip(row, own)] for row in table]
    return max(ball.optimum(row.__getitem__, UPPER) for row in gains)


def theorem_vertex_search(game: Game, expert: Policy, radius: Fraction, proof: Node, measure: str = "bc") -> Fraction:
    """Two players, one state: no vertex of the opponent's ball has a larger gap than `bound`, by branch and bound."""
    if game.n != 2 or game.size != 1:
        proof.fail("a game of two players and one state")
    bound, steps = read_radius(proof.fields(("bound",))["bound"]), counted(proof, MAX_NODES)
    balls = [Rows(own[0], min(radius, TWO)) for own in expert]
    for i, player in enumerate(game.players):
        own, other = balls[i], balls[1 - i]
        table = matrix(game, i) if i == 0 else [list(column) for column in zip(*matrix(game, i))]
        limit = bound * (1 - game.discount) * own.den * other.den * game.reward_den[i]
        for best in table:
            gains = [[u - v for u, v in zip(best, line)] for line in table]
            for receiver in range(len(best)):
                if not VertexSearch(own, other, gains, receiver, limit, steps).is_bounded():
                    raise Invalid(f"{proof.where}: a policy of the ball has a larger gap of player {player}")
    return bound


def counted(node: Node, count: int) -> Iterator[int]:
    """So many steps; then it is too much work."""
    yield from range(count)
    raise Malformed(f"{node.where}: expected a search of at most {count} nodes")


class VertexSearch:
    """The gap of a deviation over the opponent's rows center - z + (sum z) at the receiver, one z partial at most."""

    def __init__(
        self, own: Rows, other: Rows, gains: list[list[int]], receiver: int, limit: Fraction, steps: Iterator[int]
    ) -> None:
        self.own, self.gains, self.limit, self.steps = own, gains, limit, steps
        self.orders = [sorted(range(len(line)), key=line.__getitem__) for line in gains]
        self.masses = [0 if b == receiver else w for b, w in enumerate(other.center)]
        self.total, self.row = min(other.spare, sum(self.masses)), list(other.center)
        self.row[receiver] += self.total

    def is_bounded(self) -> bool:
        free = sorted((b for b, mass in enumerate(self.masses) if mass), key=lambda b: -self.masses[b])
        if self.bound(self.row, free, self.total) <= self.limit:
            return True
        return bool(free) and all(self.divide(self.row, [b for b in free if b != p], self.total, p) for p in free)

    def divide(self, row: list[int], free: list[int], left: int, partial: int) -> bool:
        """The vertices that empty or keep the free donors, `partial` giving the rest of `left`"""
        room = [partial, *free]
        if not 0 <= left <= sum(self.masses[b] for b in room) or self.bound(row, room, left) <= self.limit:
            return True
        if not free:
            return False
        emptied = list(row)
        emptied[free[0]] -= self.masses[free[0]]
        rest = left - self.masses[free[0]]
        return self.divide(row, free[1:], left, partial) and self.divide(emptied, free[1:], rest, partial)

    def bound(self, row: list[int], room: list[int], left: int) -> int:
        """Own row outermost; for each of its actions the `left` is taken where it costs least."""
        next(self.steps)
        give = {b: self.masses[b] for b in room}

        def value(a: int) -> int:
            gains, rest = self.gains[a], left
            total = sum(w * x for w, x in zip(row, gains))
            for b in self.orders[a]:
                moved = min(rest, give.get(b, 0))
                total, rest = total - moved * gains[b], rest - moved
            return total

        return self.own.optimum(value, UPPER)


THEOREMS = {
    "trivial": theorem_trivial,
    "vertices": theorem_vertices,
    "vertex-search": theorem_vertex_search,
    "dse": theorem_dse,
    "concentrability": theorem_concentrability,
    "value-gap": theorem_value_gap,
}


def claim_theorem_instance(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    name = claim.fields(("theorem",), claim.value)["theorem"].one_of(THEOREMS)
    key = "value_gap" if name == "value-gap" else "nash_gap"
    members = claim.fields(("kind", "theorem", "expert", "radius", key))
    members[key].fields(("upper",))
    radius = read_radius(members["radius"])
    shown = THEOREMS[name](game, ask("expert"), radius, proof)
    words = check_interval(members[key], lambda sign: shown)
    return [f"by theorem {name}, over the policies with eps_bc <= {show(radius)}: every {key} {words}"]


def claim_best_case(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members, parts = claim.fields(("kind", "radius", "nash_gap")), proof.fields((), ("witness", "equilibria"))
    if game.n != 2 or game.size != 1 or game.discount:
        claim.fail("a bimatrix game")
    radius, words = read_radius(members["radius"]), []
    endless = members["nash_gap"].value == "infinity"
    sides = {} if endless else members["nash_gap"].fields((), ("lower", "upper"))
    lower = sides["lower"].rational() if "lower" in sides else ZERO
    if endless or lower > 0:
        check_far(game, radius, None if endless else lower, proof.fields(("equilibria",), parts)["equilibria"])
    if "upper" in sides:
        node = proof.fields(("witness",), parts)["witness"]
        check_near(game, radius, sides["upper"].rational(), node.fields(("expert", "policy")), node.where)
        words.append(f"some nash_gap <= {show(sides['upper'].rational(), UPPER)}")
    if "lower" in sides:
        words.append(f"every nash_gap >= {show(lower)}")
    if not words and not endless:
        members["nash_gap"].fail("lower, upper, both, or infinity")
    what = " and ".join(words) if words else "there is none"
    return [f"over the policies at joint distance {show(radius)} of a Nash equilibrium: {what}"]


def check_near(game: Game, radius: Fraction, upper: Fraction, parts: dict[str, Node], where: str) -> None:
    """An equilibrium, and a policy at that distance of it whose gap is at most `upper`."""
    expert, policy = ([own[0] for own in read_rows(game, parts[role])] for role in ("expert", "policy"))
    if stage_gap(game, expert) > 0:
        raise Invalid(f"{parts['expert'].where}: has a gap of {show(stage_gap(game, expert))}, it is no equilibrium")
    found = l1(products(policy), products(expert))
    if found != radius:
        raise Invalid(f"{where}: the policy's distance is {show(found)}, the radius {show(radius)}")
    if stage_gap(game, policy) > upper:
        raise Invalid(f"{where}: claims a gap of {show(upper)}, the policy has {show(stage_gap(game, policy))}")


def stage_gap(game: Game, rows: list[list[Fraction]]) -> Fraction:
    """NashGap of a profile of a bimatrix game."""
    first, second = matrix(game, 0), matrix(game, 1)
    gaps = []
    for i, own, table in ((0, rows[0], first), (1, rows[1], [*zip(*second)])):
        values = [sum((p * x for p, x in zip(rows[1 - i], line)), ZERO) for line in table]
        gaps.append((max(values) - sum((p * x for p, x in zip(own, values)), ZERO)) / game.reward_den[i])
    return max(gaps)


def matrix(game: Game, i: int) -> list[list[int]]:
    width = game.sizes[0][1]
    return [game.rewards[i][k : k + width] for k in range(0, game.offsets[1], width)]


def check_far(game: Game, radius: Fraction, limit: Fraction | None, node: Node) -> None:
    """At that distance of every equilibrium, every gap is at least `limit` (None: there is no policy)."""
    trees = []
    for entry in node.items():
        parts = entry.fields(("rows", "tree"))
        trees.append(([own[0] for own in read_rows(game, parts["rows"])], parts["tree"]))
    for expert in all_equilibria(game, node):
        tree = next((tree for rows, tree in trees if rows == expert), None)
        if tree is None:
            raise Invalid(f"{node.where}: the equilibrium {[[str(p) for p in row] for row in expert]} is missing")
        target = products(expert)
        for boxes, leaf, where in tree_leaves(game, {}, tree):
            if "linear" in leaf or leaf["leaf"].value != []:
                raise Malformed(f"{where}: expected an empty leaf")
            check_profiles(game, boxes, target, radius, limit, where)


def check_profiles(
    game: Game, boxes: Boxes, target: list[Fraction], radius: Fraction, limit: Fraction | None, where: str
) -> None:
    """The box holds no policy at that distance of `target`, or its gaps are at least `limit`."""
    sides = [boxes.get((j, 0), ([ZERO] * size, [ONE] * size)) for j, size in enumerate(game.sizes[0])]
    low = [[max(l, 1 - sum(upper) + u) for l, u in zip(lower, upper)] for lower, upper in sides]
    high = [[min(u, 1 - sum(lower) + l) for l, u in zip(lower, upper)] for lower, upper in sides]
    rows = [Rows(first, TWO + TWO, (first, last)) for first, last in zip(low, high)]
    if any(row.is_empty for row in rows):
        return
    ends = [products(low), products(high)]
    above, over = (sum((max(x - e, ZERO) for x, e in zip(end, target)), ZERO) for end in ends)
    under, below = (sum((max(e - x, ZERO) for x, e in zip(end, target)), ZERO) for end in ends)
    if not 2 * max(above, below) <= radius <= 2 * min(under, over):
        return
    shown = max(least_gap(game, i, rows) for i in range(2))
    if limit is None or shown < limit:
        raise Invalid(f"{where}: bounds the gaps by {show(shown)} from below, which is not enough")


def least_gap(game: Game, i: int, rows: list[Rows]) -> Fraction:
    """A lower bound of player `i`'s gap over the rows: the best of its actions and of both orders of nesting."""
    stride, size, own = game.strides[0][i], game.sizes[0][i], game.rewards[i]

    def gain(best: int, k: int) -> int:
        return own[k + (best - k // stride % size) * stride] - own[k]

    found = [
        nest(rows, order, partial(gain, best), 0, game.strides[0], LOWER)
        for best in range(size)
        for order in ([0, 1], [1, 0])
    ]
    return Fraction(max(found), rows[0].den * rows[1].den * game.reward_den[i])


def all_equilibria(game: Game, node: Node) -> list[list[list[Fraction]]]:
    """Every equilibrium of a bimatrix game; `Invalid` when they are infinitely many."""
    if math.comb(sum(game.sizes[0]), game.sizes[0][0]) > MAX_SYSTEMS:
        raise Malformed(f"{node.where}: expected a smaller game, its equilibria take over {MAX_SYSTEMS} linear systems")
    rows, columns = extreme_rows(matrix(game, 1)), extreme_rows([list(column) for column in zip(*matrix(game, 0))])
    found = [[x, y] for x in rows for y in columns if stage_gap(game, [x, y]) == 0]
    for sides in zip(*found):
        if len({tuple(row) for row in sides}) < len(found):
            raise Invalid(f"{node.where}: the game has infinitely many equilibria")
    return found


def extreme_rows(table: list[list[int]]) -> list[list[Fraction]]:
    """The rows x at the vertices of { (x, v) : x a probability row, sum_a x(a) table[a][b] <= v for every b }."""
    found: list[list[Fraction]] = []
    for size in range(1, min(len(table), len(table[0])) + 1):
        for support in itertools.combinations(range(len(table)), size):
            for tight in itertools.combinations(zip(*table), size):
                system = [[*(Fraction(line[a]) for a in support), -ONE, ZERO] for line in tight]
                solution = unique_solution([*system, [*[ONE] * size, ZERO, ONE]])
                if solution is None or min(solution[:-1]) <= 0:
                    continue
                row = [solution[support.index(a)] if a in support else ZERO for a in range(len(table))]
                values = [sum((p * x for p, x in zip(row, line)), ZERO) for line in zip(*table)]
                if max(values) <= solution[-1] and row not in found:
                    found.append(row)
    return found


def unique_solution(system: list[list[Fraction]]) -> list[Fraction] | None:
    """The solution of a square system of augmented rows; `None` when it is singular."""
    for k in range(len(system)):
        pivot = next((r for r in range(k, len(system)) if system[r][k]), None)
        if pivot is None:
            return None
        system[k], system[pivot] = system[pivot], system[k]
        lead = system[k] = [x / system[k][k] for x in system[k]]
        system = [row if r == k else [x - row[k] * y for x, y in zip(row, lead)] for r, row in enumerate(system)]
    return [row[-1] for row in system]


ADMITTED = {  # theorems that bound the gaps of a ball, by its measure
    "bc": ("trivial", "dse", "concentrability", "vertices", "vertex-search"),
    "rho": ("trivial", "dse", "concentrability"),
    "mu": ("trivial",),
}
CLAIMS = {
    "best-case": claim_best_case,
    "policy-value": claim_policy_value,
    "matching-error": claim_matching_error,
    "nash-gap": claim_nash_gap,
    "equilibrium": claim_equilibrium,
    "region-bound": claim_region_bound,
    "worst-case": claim_worst_case,
    "theorem-instance": claim_theorem_instance,
}


# FORMAT 9: the command


def check_certificate(game: Game, path: str, expected: dict[str, Policy]) -> tuple[Any, str]:
    """The claim and its words; raises `Malformed` or `Invalid`."""
    members = open_file(read_json(path), "certificate", ("game", "claim", "proof", "end"), ("provenance",))
    if members["end"].value is not True:
        members["end"].fail("true")
    claim, policies = members["claim"], {}
    kind = claim.fields(("kind",), claim.value)["kind"].one_of(CLAIMS)
    if members["game"].value != game.digest:
        raise Invalid(
            f"{members['game'].where}: the certificate speaks of another game, hash {shorten(members['game'].value)}"
        )

    def ask(role: str) -> Policy:
        policies["expert" if role == "center" else role] = rows = read_rows(game, claim.child(role))
        return rows

    words = CLAIMS[kind](game, claim, members["proof"], ask)
    if kind == "equilibrium":
        policies["expert"] = policies["policy"]
    for role, rows in expected.items():
        if role not in policies:
            raise Invalid(f"{claim.where}: a claim of kind {kind} speaks of no {role}")
        if policies[role] != rows:
            raise Invalid(f"{claim.where}: its {role} is not the policy of the file given")
    return claim.value, "; ".join(words)


def judge(given: argparse.Namespace) -> list[dict[str, Any]]:
    """One result a certificate."""
    try:
        game = Game(read_json(given.game))
        files = {"expert": given.expert, "policy": given.policy}
        expected = {role: read_policy(game, path) for role, path in files.items() if path is not None}
    except Malformed as error:
        return [{"certificate": path, "verdict": "malformed", "reason": str(error)} for path in given.certificates]
    results = []
    for path in given.certificates:
        try:
            claim, words = check_certificate(game, path, expected)
            results.append({"certificate": path, "verdict": "valid", "statement": words, "claim": claim})
        except (Malformed, Invalid) as error:
            verdict = type(error).__name__.lower()
            results.append({"certificate": path, "verdict": verdict, "reason": str(error)})
        except (RecursionError, MemoryError):
            reason = f"{path}: larger than this checker can handle"
            results.append({"certificate": path, "verdict": "malformed", "reason": reason})
    return results


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="checker.py", description="Check certificates of certigap in exact arithmetic."
    )
    parser.add_argument("game", metavar="GAME", help="the game file that you trust")
    parser.add_argument("certificates", metavar="CERTIFICATE", nargs="+", help="certificate files")
    parser.add_argument("--expert", help="policy file that every claim's expert must equal")
    parser.add_argument("--policy", help="policy file that every claim's policy must equal")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.set_int_max_str_digits(0)  # numbers are bounded by MAX_DIGITS before they are converted
    results = judge(given)
    verdicts = [result["verdict"] for result in results]
    code = 1 if "invalid" in verdicts else 2 if "malformed" in verdicts else 0
    if given.json:
        print(json.dumps({"exit_code": code, "results": results}))
    for result in results if not given.json else []:
        line = result.get("reason") or f"{result['certificate']}: {result['statement']}"
        print(f"{result['verdict']}: " + CONTROL.sub("?", line))
    return code


if __name__ == "__main__":
    sys.exit(main())
