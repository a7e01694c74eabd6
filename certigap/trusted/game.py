"""FORMAT 3 and 4: games and policies, in integers."""

import hashlib
import json
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from limits import bits, common, hold, longest, multiple, over, spend, weight
from reading import ONE, ZERO, File, Known, Malformed, Node, canonical, open_file, read_json, shorten

MAX_PLAYERS = 100  # the kernel nests one call a player
Policy = list[list[list[Fraction]]]  # [n][S][A_i(s)]
Weights = tuple[dict[int, int], int]  # integer weights by state, and what they are over


class Vector:
    """`num[s] / den`, one entry a state."""

    def __init__(self, size: int, node: Node) -> None:
        members = node.fields(("den", "num"))
        den = members["den"].rational()
        self.den = den.numerator
        self.num: list[int] = members["num"].value
        if den.denominator != 1 or den < 1:
            members["den"].fail("a positive integer")
        if not isinstance(self.num, list) or len(self.num) != size or any(type(x) is not int for x in self.num):
            raise Malformed(f"{members['num'].where}: expected an array of {size} integers")
        self.bits = max(map(int.bit_length, self.num), default=0) + self.den.bit_length()

    def __getitem__(self, s: int) -> Fraction:
        return Fraction(self.num[s], self.den)


class Game:
    """A game in integers: row `k` pays `rewards[i][k] / reward_den[i]` and moves to `next[k] = [(state, weight)]` over
    `next_den[s]`. Rows of state `s` are `offsets[s] ..`, row-major, the last player's action varying fastest.
    """

    def __init__(self, node: Node) -> None:
        self.file_size = node.size if isinstance(node, File) else 0
        self.is_normal_form = isinstance(node.value, dict) and "payoffs" in node.value
        own = ("actions", "payoffs") if self.is_normal_form else ("discount", "initial", "states")
        data = open_file(node, "game", ("players", *own), ("name", "meta"))
        self.players = data["players"].names()
        if len(self.players) > MAX_PLAYERS:
            data["players"].fail(f"at most {MAX_PLAYERS} players")
        self.n, self.offsets = len(self.players), [0]
        self.states: list[str] = []
        self.actions: list[list[list[str]]] = []
        self.named: dict[str, list[list[str]]] = {}
        rewards: list[list[Known]] = []
        moves: list[Weights] = []
        content: dict[str, Any] = {"format": "certigap-game", "version": 1, "players": self.players}
        if self.is_normal_form:
            self.discount, start, self.index = ZERO, {0: ONE}, {"": 0}
            self.add_state("", data["actions"], data["payoffs"], rewards, moves)
            payoffs = [[canonical(x) for x in row] for row in data["payoffs"].value]
            self.digest = digest({**content, "actions": self.actions[0], "payoffs": payoffs})
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
            weights, den = data["initial"].weights(self.index, True)
            start = {s: Fraction(p, den) for s, p in weights.items()}
            initial = {self.states[s]: str(p) for s, p in start.items()}
            content |= {"discount": str(self.discount), "initial": initial, "states": []}
            self.digest = digest(self.head(content), data["states"].value)
        self.scale(start, rewards, moves)

    def head(self, content: dict[str, Any]) -> dict[str, Any]:
        """What is hashed beside the states."""
        return content

    def add_state(self, name: str, actions: Node, outcomes: Node, pay: list[list[Known]], moves: list[Weights]) -> None:
        text = repr(actions.value)  # equal only for equal values, these being JSON
        own = self.named[text] = self.named.get(text) or [names.names() for names in actions.items(self.n)]
        self.states.append(name)
        self.actions.append(own)
        self.offsets.append(self.offsets[-1] + math.prod(len(names) for names in own))
        for outcome in outcomes.items(self.offsets[-1] - self.offsets[-2]):
            payoff, move = outcome, ({0: 1}, 1)
            if not self.is_normal_form:
                members = outcome.fields(("rewards", "next"))
                payoff, move = members["rewards"], members["next"].weights(self.index, True)
            if not isinstance(payoff.value, list) or len(payoff.value) != self.n:
                payoff.items(self.n)
            pay.append(payoff.numbers(True))
            moves.append(move)

    def scale(self, start: dict[int, Fraction], rewards: list[list[Known]], moves: list[Weights]) -> None:
        self.size = len(self.states)
        self.sizes = [[len(own) for own in state] for state in self.actions]
        self.strides = [[math.prod(sizes[i + 1 :]) for i in range(self.n)] for sizes in self.sizes]
        own = list(zip(*rewards))
        self.reward_den = [multiple({bottom for _, _, bottom in column}, len(column)) for column in own]
        self.rewards: list[list[int]] = [[x * (d // y) for _, x, y in row] for row, d in zip(own, self.reward_den)]
        self.next, self.next_den = [], []
        for a, b in zip(self.offsets, self.offsets[1:]):
            den = multiple({own for _, own in moves[a:b]}, sum(len(row) for row, _ in moves[a:b]))
            self.next_den.append(den)
            self.next += [[(t, w * (den // own)) for t, w in sorted(row.items())] for row, own in moves[a:b]]
        self.initial = [start.get(s, ZERO) for s in range(self.size)]
        self.initial_den = common(start.values(), self.size)
        self.starts = [(s, over(p, self.initial_den)) for s, p in start.items()]
        self.bits = longest([*self.next_den, *self.reward_den]) + 2 * bits(self.discount)
        self.bits += max(longest(own) for own in self.rewards)
        hold(self.size + len(self.next), self.bits)
        self.work = [b - a + sum(map(len, self.next[a:b])) for a, b in zip(self.offsets, self.offsets[1:])]
        self.pass_work = sum(self.work)  # rows and transitions: what one pass over the game looks at

    def half_range(self, i: int) -> Fraction:
        return Fraction(max(self.rewards[i]) - min(self.rewards[i]), 2 * self.reward_den[i])

    def at_start(self, vector: "Vector") -> Fraction:
        """nu . vector"""
        spend(weight(vector.bits + bits(self.initial_den)) + len(self.starts))
        return Fraction(sum(p * vector.num[s] for s, p in self.starts), self.initial_den * vector.den)

    def by_state(self, node: Node, optional: bool = False) -> list[dict[int, Node]]:
        """`[n]` dicts state -> Node of a `{player: {state: ..}}`; normal forms have no inner level (FORMAT 4)."""
        members, result = node.fields(() if optional else self.players, self.players), []
        for player in self.players:
            own = {"": members[player]} if self.is_normal_form and player in members else {}
            if not self.is_normal_form and player in members:
                own = members[player].fields((), self.index)
            result.append({self.index[name]: row for name, row in own.items()})
        return result


def digest(content: dict[str, Any], states: Sequence[Any] = ()) -> str:
    """FORMAT 3: the hash of the normalised form; its states, by far the longest part, are written one by one."""
    before, mark, after = compact(content).partition('"states":[]')
    result = hashlib.sha256((before + mark[:-1]).encode("ascii"))
    for s, state in enumerate(states):
        outcomes = [
            {
                "rewards": [canonical(x) for x in outcome["rewards"]],
                "next": {t: text for t, p in outcome["next"].items() if (text := canonical(p)) != "0"},
            }
            for outcome in state["outcomes"]
        ]
        result.update((","[: s > 0] + compact({**state, "outcomes": outcomes})).encode("ascii"))
    result.update((mark[-1:] + after).encode("ascii"))
    return result.hexdigest()


def compact(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def read_rows(game: Game, node: Node, decimals: bool = False) -> Policy:
    """Rows `[n][S]` of Fractions over the player's actions at the state."""
    result = []
    for i, own in enumerate(game.by_state(node)):
        spend(game.n * game.size + sum(sizes[i] for sizes in game.sizes))
        rows, known = [], {}
        for s, actions in enumerate(row[i] for row in game.actions):
            if s not in own and len(actions) > 1:
                raise Malformed(f"{node.where}/{shorten(game.players[i])}: expected a row at {shorten(game.states[s])}")
            key = (id(actions), repr(own[s].value) if s in own else "")
            if key not in known:
                index = {action: a for a, action in enumerate(actions)}
                weights, den = own[s].weights(index, decimals) if s in own else ({0: 1}, 1)
                known[key] = [Fraction(weights[a], den) if a in weights else ZERO for a in range(len(actions))]
            rows.append(known[key])
        result.append(rows)
    return result


def read_policy(game: Game, path: str, read: Any = read_rows) -> Any:
    members = open_file(read_json(path), "policy", ("rows",), ("game", "name", "meta"))
    if "game" in members:
        members["game"].one_of((game.digest,))
    return read(game, members["rows"], True)


def matrix(game: Game, i: int) -> list[list[int]]:
    return [game.rewards[i][k : k + game.sizes[0][1]] for k in range(0, game.offsets[1], game.sizes[0][1])]
