"""FORMAT 18: where in a parameter a policy of a normal form is dominant, or delta^sel(0+) = 0; gaps as formulas."""

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from game import Game, Policy
from kernel import Ask
from limits import spend
from parametric import Claim, ParametricGame
from polynomials import Function
from reading import ONE, ZERO, Invalid, Node

Rows = list[list[Fraction]]
Pair = tuple[int, int, int]  # a player, an action that it plays, and another


class Stage:
    """What actions earn in the one state, against rows of the others."""

    def __init__(self, game: Game, claim: Node, policy: Policy) -> None:
        if not isinstance(game, ParametricGame) or not game.is_normal_form:
            claim.fail("a parametric normal form")
        self.game, self.rows = game, [row[0] for row in policy]

    def pairs(self) -> Iterator[Pair]:
        for i, row in enumerate(self.rows):
            yield from ((i, a, b) for a, x in enumerate(row) for b in range(len(row)) if x and a != b)

    def gain(self, pair: Pair, rows: Rows) -> Function:
        """What the other action earns more against these rows"""
        (i, a, b), game, ring = pair, self.game, self.game.ring
        total = ring.constant(ZERO)
        spend(len(game.reward))
        for k, joint in enumerate(itertools.product(*(range(len(row)) for row in rows))):
            share = math.prod((row[c] for j, (row, c) in enumerate(zip(rows, joint)) if j != i), start=ONE)
            if joint[i] == a and share:
                more = ring.minus(game.reward[k + (b - a) * game.strides[0][i]][i], game.reward[k][i])
                total = ring.add(total, ring.mul(ring.constant(share), more))
        return total

    def gains(self, pair: Pair, rows: Rows, region: Any) -> bool:
        return self.game.holds_on(self.gain(pair, rows), region, True)

    def loses(self, pair: Pair, rows: Rows, region: Any, strict: bool) -> bool:
        return self.game.holds_on(self.game.ring.negative(self.gain(pair, rows)), region, strict)

    def turned(self, pure: dict[int, int]) -> Rows:
        """The policy's rows, some of them turned to an action each"""
        return [
            [ONE if a == pure[j] else ZERO for a in range(len(row))] if j in pure else row
            for j, row in enumerate(self.rows)
        ]

    def profiles(self, i: int) -> Iterator[Rows]:
        """Pure rows of the others"""
        others = [j for j in range(self.game.n) if j != i]
        for actions in itertools.product(*(range(len(self.rows[j])) for j in others)):
            yield self.turned(dict(zip(others, actions)))

    def never_gains(self, pair: Pair, region: Any) -> bool:
        return all(self.loses(pair, rows, region, False) for rows in self.profiles(pair[0]))

    def read_pair(self, node: Node) -> tuple[Pair, dict[int, int]]:
        """Player, action and better, and what the proof turns others to: {player: action}"""
        parts = node.fields(("player", "action", "better", "others"))
        names, players = self.game.actions[0], self.game.players
        i = players.index(parts["player"].one_of(players))
        a, b = (names[i].index(parts[key].one_of(names[i])) for key in ("action", "better"))
        if not self.rows[i][a] or a == b:
            parts["action"].fail("an action of the policy, and a better one")
        others = parts["others"].fields((), [player for player in players if player != players[i]])
        turned = {players.index(player): own for player, own in others.items()}
        return (i, a, b), {j: names[j].index(own.one_of(names[j])) for j, own in turned.items()}


class Dominant(Stage):
    """Every action that is played is a best reply to all rows of the others: to all pure ones, payoffs being linear."""

    words = "the policy is dominant"

    def holds(self, pair: Pair, region: Any) -> bool:
        return self.never_gains(pair, region)

    def fails(self, node: Node, region: Any) -> bool:
        pair, others = self.read_pair(node)
        return self.gains(pair, self.turned(others), region)


class Stable(Stage):
    """delta^sel(0+) = 0: what is played stays a best reply while the others are near the policy (THEORY 9)."""

    words = "delta_sel is 0 near 0"

    def holds(self, pair: Pair, region: Any) -> bool:
        return self.loses(pair, self.rows, region, True) or self.never_gains(pair, region)

    def fails(self, node: Node, region: Any) -> bool:
        """It gains at the policy; or it ties there, and gains as one of the others moves towards an action."""
        pair, others = self.read_pair(node)
        if not others:
            return self.gains(pair, self.rows, region)
        if len(others) > 1:
            node.fail("one of the others who moves")
        is_least = self.game.holds_on(self.gain(pair, self.rows), region, False)
        is_tied = is_least and self.loses(pair, self.rows, region, False)
        return is_tied and self.gains(pair, self.turned(others), region)


def check_regions(claim: Node, proof: Node, judge: Dominant | Stable) -> list[str]:
    """Every region of `holds`, and every one of `fails` by its part of the proof."""
    sets, parts, game = claim.fields(("kind", "policy", "holds", "fails")), proof.fields(("fails",)), judge.game
    for node in sets["holds"].items():
        region = game.region(node)
        game.check_on(region, node.where)
        for pair in judge.pairs():
            if not judge.holds(pair, region):
                better = game.actions[0][pair[0]][pair[2]]
                raise Invalid(f"{node.where}: player {game.players[pair[0]]} may gain by {better!r}")
    for node, shown in zip(sets["fails"].items(), parts["fails"].items(len(sets["fails"].value))):
        region = game.region(node)
        game.check_on(region, node.where)
        if not judge.fails(shown, region):
            raise Invalid(f"{node.where}: it is not shown to fail")
    return [f"in {game.parameter}: {judge.words} {game.counted(sets)}"]


def claim_parametric_dominant(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    return check_regions(claim, proof, Dominant(game, claim, ask("policy")))


def claim_parametric_delta(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    return check_regions(claim, proof, Stable(game, claim, ask("policy")))


def claim_parametric_gap(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    """On each segment the formula is the gap of one player, and no player's gap is above it."""
    members = claim.fields(("kind", "policy", "nash_gap"))
    if not isinstance(game, ParametricGame) or not game.has_one:
        claim.fail("a game in one parameter")
    parts = proof.fields(("values", "pieces", "nash_gap"))
    shown = Claim(game, ask("policy"), Node({k: proof.value[k] for k in ("values", "pieces")}, proof.where))
    formulas = members["nash_gap"].items()
    for node, own in zip(formulas, parts["nash_gap"].items(len(formulas))):
        entry, reasons = node.fields(("on", "num", "den")), own.fields(("player", "pieces"))
        segment, formula = game.region(entry["on"]), read_function(game, entry["num"], entry["den"])
        game.check_on(segment, node.where)
        if not game.holds_on((game.ring.times(formula[1], formula[1]), game.ring.number(ONE)), segment, True):
            raise Invalid(f"{node.where}: its denominator may vanish")
        largest = game.players.index(reasons["player"].one_of(game.players))
        for i, place in enumerate(reasons["pieces"].items(game.n)):
            piece = shown.pieces[i][place.integer(range(len(shown.pieces[i])))]
            shown.check_best(i, piece, segment, node.where)
            excess = game.ring.minus(formula, shown.gap(i, piece))
            if excess[0] if i == largest else not game.holds_on(excess, segment, False):
                raise Invalid(f"{node.where}: is not the gap of player {game.players[i]}")
    return [f"in {game.parameter}: nash_gap is given by {len(formulas)} formulas, each on a segment"]


def read_function(game: ParametricGame, top: Node, bottom: Node) -> Function:
    p, q = game.ring.read(top), game.ring.read(bottom)
    return (p, q) if q else bottom.fail("a denominator other than 0")
