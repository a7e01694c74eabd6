"""FORMAT 18: games with a parameter, and for which of its values a policy is an equilibrium."""

import hashlib
import itertools
import json
import math
from fractions import Fraction
from typing import Any

from expressions import Expression
from game import Game, Policy
from kernel import Ask
from limits import spend
from polynomials import Function, Isolated, Quotients, has_sign, is_isolated, trimmed
from reading import ONE, ZERO, File, Invalid, Malformed, Node, open_file
from rules import rule

Segment = tuple[Isolated | None, Isolated | None, tuple[bool, bool]]


class ParametricGame(Game):
    """Names as in a game; `reward[i][k]`, `move[k] = {state: function}`, `start` and `factor` are functions."""

    has_one, new_ring, regions = True, Quotients, "segments"

    def __init__(self, node: Node) -> None:
        self.is_normal_form = "payoffs" in node.value
        own = ("actions", "payoffs") if self.is_normal_form else ("discount", "initial", "states")
        data = open_file(node, "parametric-game", ("parameters", "players", *own), ("name", "meta", "policy"))
        names = data["parameters"].fields((), data["parameters"].value)
        if (len(names) == 1) != self.has_one:
            data["parameters"].fail("one parameter" if self.has_one else "more than one parameter")
        self.parameter, self.ring = ", ".join(names), self.new_ring([*names])
        self.players, self.file_size = data["players"].names(), node.size if isinstance(node, File) else 0
        self.n, self.offsets = len(self.players), [0]
        self.states, self.actions = list[str](), list[list[list[str]]]()
        self.reward, self.move = list[list[Function]](), list[dict[int, Function]]()
        if self.is_normal_form:
            self.index, self.factor, self.start = {"": 0}, self.ring.constant(ZERO), {0: self.ring.constant(ONE)}
            self.add_rows("", data["actions"], data["payoffs"])
        else:
            states = [state.fields(("name", "actions", "outcomes")) for state in data["states"].items()]
            named = [state["name"].name() for state in states]
            self.index = {name: s for s, name in enumerate(named)}
            if not named or len(self.index) < len(named):
                data["states"].fail("states of distinct names, at least one")
            self.factor, self.start = self.function(data["discount"]), self.row(data["initial"])
            for name, state in zip(named, states):
                self.add_rows(name, state["actions"], state["outcomes"])
        content = {key: value for key, value in node.value.items() if key not in ("name", "meta", "policy")}
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        self.digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        self.size, self.sizes = len(self.states), [[len(own) for own in state] for state in self.actions]
        self.strides = [[math.prod(sizes[i + 1 :]) for i in range(self.n)] for sizes in self.sizes]

    def function(self, node: Node) -> Function:
        return Expression(node, self.ring).read()

    def row(self, node: Node) -> dict[int, Function]:
        found = {self.index[name]: self.function(entry) for name, entry in node.fields((), self.index).items()}
        total = self.ring.constant(ZERO)
        for function in found.values():
            total = self.ring.add(total, function)
        if total[0] != total[1]:
            raise Malformed(f"{node.where}: expected a sum of 1 for all values of the parameter")
        return found

    def add_rows(self, name: str, actions: Node, outcomes: Node) -> None:
        own = [names.names() for names in actions.items(self.n)]
        self.states.append(name)
        self.actions.append(own)
        self.offsets.append(self.offsets[-1] + math.prod(map(len, own)))
        for outcome in outcomes.items(self.offsets[-1] - self.offsets[-2]):
            members = outcome.fields(("rewards", "next")) if not self.is_normal_form else {}
            payoff = (members["rewards"] if members else outcome).items(self.n)
            self.reward.append([self.function(x) for x in payoff])
            self.move.append(self.row(members["next"]) if members else {0: self.ring.constant(ONE)})

    def backup(self, i: int, s: int, weights: list[list[Fraction]], values: list[Function]) -> Function:
        """r + g P V at a state under the product of the players' rows `weights`"""
        ring = self.ring
        total = ring.constant(ZERO)
        for k, joint in enumerate(itertools.product(*(range(len(row)) for row in weights)), self.offsets[s]):
            share = math.prod((row[a] for row, a in zip(weights, joint)), start=ONE)
            if share:
                spend(1 + len(self.move[k]))
                future = ring.constant(ZERO)
                for t, p in self.move[k].items():
                    future = ring.add(future, ring.mul(p, values[t]))
                worth = ring.add(self.reward[k][i], ring.mul(self.factor, future))
                total = ring.add(total, ring.mul(ring.constant(share), worth))
        return total

    def conditions(self) -> list[tuple[Function, bool]]:
        """Functions that are >= 0, or > 0, where this is a game"""
        functions = [f for row in self.move for f in row.values()] + [*self.start.values(), self.factor]
        bottoms = [f[1] for f in functions] + [f[1] for row in self.reward for f in row]
        least = [(f, False) for f in functions] + [(self.ring.minus(self.ring.constant(ONE), self.factor), True)]
        return least + [((self.ring.times(p, p), [ONE]), True) for p in bottoms if len(p) > 1]

    def region(self, node: Node) -> Any:
        return read_segment(node)

    def counted(self, sets: dict[str, Node]) -> str:
        holds, fails = (len(sets[name].value) for name in ("holds", "fails"))
        return f"on {holds} {self.regions} of the claim, not so on {fails}"

    def holds_on(self, f: Function, region: Any, strict: bool) -> bool:
        """Whether f >= 0 (> 0) in the region"""
        lower, upper, closed = region
        return has_sign(self.ring.times(*f), lower, upper, closed, strict)

    def check_on(self, region: Any, where: str) -> None:
        for function, strict in self.conditions():
            if not self.holds_on(function, region, strict):
                raise Invalid(f"{where}: is not shown to hold games only")


def game_parametric(node: Node) -> ParametricGame:
    many = type(node.value.get("parameters")) is dict and len(node.value["parameters"]) > 1
    return rule("game", "parametric-boxes")(node) if many else ParametricGame(node)


def read_end(node: Node) -> Isolated | None:
    """A rational, the root of an integer polynomial (the highest power first) between two rationals, or null"""
    if node.value is None:
        return None
    if isinstance(node.value, str):
        x = node.rational()
        return [-x, ONE], x, x
    members = node.fields(("root_of", "index", "lower", "upper"))
    poly = trimmed([Fraction(x.integer()) for x in reversed(members["root_of"].items())])
    end = poly, members["lower"].rational(), members["upper"].rational()
    return end if len(poly) > 1 and is_isolated(end) else node.fail("one root in the interval")


def read_segment(node: Node) -> Segment:
    members = node.fields(("lower", "upper", "lower_open", "upper_open"))
    opens = [members[side].value for side in ("lower_open", "upper_open")]
    if any(type(is_open) is not bool for is_open in opens):
        node.fail("true or false for open ends")
    return read_end(members["lower"]), read_end(members["upper"]), (not opens[0], not opens[1])


def read_values(game: ParametricGame, node: Node) -> list[Function]:
    """`[S]` quotients of integer polynomials over one denominator"""
    members = node.fields((), ("num", "den", "choice", "player"))
    tops, bottom = [game.ring.read(own) for own in members["num"].items(game.size)], game.ring.read(members["den"])
    return [(p, bottom) for p in tops] if bottom else node.fail("a denominator other than 0")


class Claim:
    """The policy's values, and policies of single players against it, all checked as identities."""

    def __init__(self, game: ParametricGame, policy: Policy, proof: Node) -> None:
        self.game, self.policy = game, policy
        parts = proof.fields(("values", "pieces"))
        values, pieces = (parts[name].fields(game.players) for name in ("values", "pieces"))
        everyone = enumerate(game.players)
        self.values = [self.checked(i, None, values[player]) for i, player in everyone]
        self.nodes = [pieces[player].items() for player in game.players]
        self.pieces = [
            [self.checked(i, self.choice(i, node), node) for node in own] for i, own in enumerate(self.nodes)
        ]

    def choice(self, i: int, node: Node) -> list[int]:
        chosen = node.fields((), ("num", "den", "choice"))["choice"].items(self.game.size)
        return [x.integer(range(self.game.sizes[s][i])) for s, x in enumerate(chosen)]

    def rows(self, i: int, s: int, action: int | None) -> list[list[Fraction]]:
        own = [row[s] for row in self.policy]
        if action is not None:
            own[i] = [ONE if a == action else ZERO for a in range(len(own[i]))]
        return own

    def checked(self, i: int, choice: list[int] | None, node: Node) -> list[Function]:
        """V = r + g P V identically"""
        values = read_values(self.game, node)
        for s, own in enumerate(values):
            action = None if choice is None else choice[s]
            if self.game.ring.minus(own, self.game.backup(i, s, self.rows(i, s, action), values))[0]:
                raise Invalid(f"{node.where}: fails at state {self.game.states[s]!r}")
        return values

    def gap(self, i: int, piece: list[Function]) -> Function:
        total = self.game.ring.constant(ZERO)
        for s, p in self.game.start.items():
            total = self.game.ring.add(total, self.game.ring.mul(p, self.game.ring.minus(piece[s], self.values[i][s])))
        return total

    def is_finite(self, i: int, piece: list[Function], segment: Any) -> bool:
        """No denominator of the piece or of the policy's values vanishes."""
        bottom = self.game.ring.times(piece[0][1], self.values[i][0][1])
        return self.game.holds_on((self.game.ring.times(bottom, bottom), self.game.ring.number(ONE)), segment, True)

    def check_best(self, i: int, piece: list[Function], segment: Any, where: str) -> None:
        """The piece is optimal all over the segment."""
        if not self.is_finite(i, piece, segment):
            raise Invalid(f"{where}: a denominator may vanish")
        for s in range(self.game.size):
            for a in range(self.game.sizes[s][i]):
                spare = self.game.ring.minus(piece[s], self.game.backup(i, s, self.rows(i, s, a), piece))
                if not self.game.holds_on(spare, segment, False):
                    raise Invalid(f"{where}: player {self.game.players[i]} may do better at {self.game.states[s]!r}")


def claim_parametric(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    sets = claim.fields(("kind", "policy", "holds", "fails"))
    if not isinstance(game, ParametricGame):
        claim.fail("a parametric game")
    parts = proof.fields(("values", "pieces", "holds", "fails"))
    shown = Claim(game, ask("policy"), Node({k: proof.value[k] for k in ("values", "pieces")}, proof.where))
    for node, places in zip(sets["holds"].items(), parts["holds"].items(len(sets["holds"].value))):
        segment = game.region(node)
        game.check_on(segment, node.where)
        for i, place in enumerate(places.items(game.n)):
            piece = shown.pieces[i][place.integer(range(len(shown.pieces[i])))]
            shown.check_best(i, piece, segment, node.where)
            if not game.holds_on(game.ring.negative(shown.gap(i, piece)), segment, False):
                raise Invalid(f"{node.where}: player {game.players[i]} may gain")
    for node, place in zip(sets["fails"].items(), parts["fails"].items(len(sets["fails"].value))):
        segment, (player, number) = game.region(node), place.items(2)
        game.check_on(segment, node.where)
        i = player.integer(range(game.n))
        piece = shown.pieces[i][number.integer(range(len(shown.pieces[i])))]
        if not shown.is_finite(i, piece, segment) or not game.holds_on(shown.gap(i, piece), segment, True):
            raise Invalid(f"{node.where}: player {game.players[i]} is not shown to gain")
    return [f"in {game.parameter}: an equilibrium {game.counted(sets)}"]
