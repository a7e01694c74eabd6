"""An adversary for boxes with tilts (FORMAT 6.6): covers of one leaf or two, each part of the proof with or without the
tilt, or a vector moved to where it does not hold."""

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from tests.helpers.checker import forge
from tests.helpers.checker.worlds import World

__all__ = ["tilted_accepts", "tilted_certificates"]

Data = dict[str, Any]
SIZES = ("-9", "9", "-1", "1")
PARTS = ("value", "gap", "top")  # of a leaf, that the tilt belongs to
MOVES = ("high", "low", "value", "gap", "top")
WHOLE = frozenset(PARTS)


class TiltedProver(forge.Prover):
    """As strong as `module` lets it be, with what the imitator is paid."""

    def __init__(self, module: Any, game: Any, i: int, paid: tuple[list[int], int], best: list[int]) -> None:
        super().__init__(module, game)
        self.i, self.paid, self.best = i, paid, best
        rewards = [abs(x) for x in (*paid[0], *best)]
        self.largest = Fraction(max(rewards), paid[1]) / (1 - game.discount)

    def backed(self, i: int, s: int, rows: Any, backup: Any, sign: int, vector: Any) -> int:
        step, own = self.m.PairStep(self.game, i, s, self.reward), [row[s] for row in rows]
        if self.reward is not None and self.reward[0] is self.best:
            step.paid = self.paid[0]
        unit = step.unit
        for row in own:
            unit *= row.den
        value = backup(step, own, vector, sign)
        return int(-(-value // unit) if sign > 0 else value // unit)

    def value(self, rows: Any, sign: int) -> Any:
        self.reward = self.paid
        return self.settle(2, self.i, rows, self.m.Step.policy_value, sign, sign * self.largest)

    def best_value(self, rows: Any, sign: int) -> Any:
        self.reward = None
        return self.settle(0, self.i, rows, self.m.Step.best_value, sign, sign * self.largest)

    def gap_upper(self, rows: Any, known: list[Any]) -> Any:
        self.reward = self.best, self.paid[1]
        return self.settle(3, self.i, rows, lambda s, own, v, _: self.gap(s, own, [*known, v]), 1, 2 * self.largest)


def tilted_certificates(module: Any, game: Any, world: World, fault: str) -> Iterator[Data]:
    """What a checker that forgets a part of the rule may take.

    Args:
        module, game, world: the checker, its game, and what else is known of it.
        fault: "plain"; "aside" (the game of this name); a vector of `MOVES` that is moved; or "unpaid-" and one of
            `PARTS` that is without the tilt.
    """
    if fault == "aside":
        yield _aside(game, world)
        return
    rng, part = random.Random(0), fault.removeprefix("unpaid-")
    moves = [(part, Fraction(-2)), (part, Fraction(2))] if fault in MOVES else [None]
    parts = WHOLE - {part} if fault.startswith("unpaid-") else WHOLE
    for claim, tilt in _questions(game, world, rng):
        for move, linear in itertools.product(moves, (None, *(_free(game, world, rng) for _ in range(4)))):
            yield from _certificate(module, game, world, claim, tilt, parts, move, linear)


def _aside(game: Any, world: World) -> Data:
    """No gap: compared with the bad way, on which V* is taken to be at least what a tilt makes of V, none is better."""
    claim = {"kind": "worst-case", "measure": "bc", "expert": world.expert, "radius": "0", "nash_gap": {"upper": "0"}}
    occupancy = world.vector(world.true.occupancy(world.true.rows(world.expert)))
    vectors = {  # at s, paid, bad, mid; g = 4/5
        "high": [4, 5, 5, 0],
        "low": [4, 5, 0, 0],
        "value": [0, 5, 5, 0],  # bad pays 1 by the tilt
        "gap": [99] * 4,
        "top": [0, 5, 5, 0],
        "weights of V*": [1, 0, 4, 0],
        "weights of V": [1, 0, 0, 4],
    }
    linear = {"vectors": [4, 5, 6], "reference": [1, 0, 0, 0], "prices": ["0", "0"]}
    first = {
        "vectors": [{"den": "1", "num": num} for num in vectors.values()],
        "tilts": [{"den": "1", "num": [0, 0, 5, 0]}],
        "tree": [{"leaf": [0, 1, 2, 3, 0], "linear": linear}],
    }
    second = {"vectors": [{"den": "1", "num": [0] * 4}], "tree": [{"leaf": [0] * 4}]}  # never paid
    players = {"1": {"tilted": first}, "2": second}
    return forge.certificate(game, claim, {"cover": {"occupancy": {"lower": occupancy}, "players": players}})


def tilted_accepts(world: World) -> Iterator[tuple[str, Data]]:
    """True certificates: by states and by joint actions, with and without the linear rule."""
    module, game, rng = world.checker.module, world.checker.game, random.Random(1)
    for measure, count in (("mu", game.size), ("rho", game.offsets[-1])):
        claim = _claim(world, measure, "1/10")
        tilt = {"den": "4", "num": [rng.randint(-4, 4) for _ in range(count)]}
        for name, linear in (("pair", None), ("linear", _free(game, world, rng))):
            data, _ = _certificate(module, game, world, claim, tilt, WHOLE, None, linear)
            yield f"tilted-{measure}-{name}", data


def _questions(game: Any, world: World, rng: random.Random) -> Iterator[tuple[Data, Data]]:
    """Claims without their bound, and tilts."""
    for measure, radius in itertools.product(("mu", "rho"), ("1/10", "2/5")):
        for size, count in itertools.product(SIZES, (game.size, game.offsets[-1])):
            yield _claim(world, measure, radius), {"den": "1", "num": [int(size)] * count}
        for count in (game.size, game.offsets[-1]):
            yield _claim(world, measure, radius), {"den": "2", "num": [rng.randint(-6, 6) for _ in range(count)]}


def _claim(world: World, measure: str, radius: str) -> Data:
    return {"kind": "worst-case", "measure": measure, "expert": world.expert, "radius": radius}


def _free(game: Any, world: World, rng: random.Random) -> tuple[list[Data], list[int], list[str]]:
    """Weights, references and prices of the linear rule."""
    expert = world.true.rows(world.expert)
    visits = world.vector([m / (1 - world.true.g) for m in world.true.occupancy(expert)])
    other = {"den": "2", "num": [rng.randint(0, 6) for _ in range(game.size)]}
    reference = [rng.randrange(2) for _ in range(game.size)]
    return [visits, rng.choice((visits, other))], reference, ["0"] * len(world.true.players)


def _certificate(
    module: Any, game: Any, world: World, claim: Data, tilt: Data, parts: frozenset[Any], move: Any, linear: Any
) -> Iterator[Data]:
    """The certificate of one leaf a player, claiming what it shows; none where the module cannot say."""
    occupancy = world.vector(world.true.occupancy(world.true.rows(claim["expert"])))
    region = forge.ball_of(module, game, claim, occupancy)
    rows, players, limit = module.node_rows(game, region, {}), {}, Fraction(0)
    for i, player in enumerate(game.players):
        pay = module.Pay(game, i, Fraction(1), module.Tilt(game, region, module.Node(tilt, "tilt")))
        paid, plain = ([-x for x in pay.own], pay.den), (pay.best, pay.den)

        def prover(part: str, i: int = i, paid: Any = paid, plain: Any = plain) -> TiltedProver:
            return TiltedProver(module, game, i, paid if part in parts else plain, plain[0])

        high, low = (prover("value").best_value(rows, sign) for sign in (1, -1))
        value, top = prover("value").value(rows, -1), prover("top").value(rows, 1)
        found = {"high": high, "low": low, "value": value, "top": top}
        if move is not None and move[0] in found:
            _moved(found[move[0]], move[1])
        found["gap"] = prover("gap").gap_upper(rows, [found[name] for name in ("high", "low", "value")])
        if move is not None and move[0] == "gap":
            _moved(found["gap"], move[1])
        pool = [forge.written(found[name]) for name in ("high", "low", "value", "gap", "top")]
        leaf: Data = {"leaf": [0, 1, 2, 3, 0]}
        vectors = [module.Vector(game.size, module.Node(vector, "vector")) for vector in pool]
        shown = game.at_start(vectors[3])
        if linear is not None:
            weights, reference, prices = linear
            pool += weights
            own = [min(a, game.sizes[s][i] - 1) for s, a in enumerate(reference)]
            leaf["linear"] = {"vectors": [4, 5, 6], "reference": own, "prices": prices}
            place = module.Leaf(game, i, region, {}, [], "leaf")
            more = [module.Vector(game.size, module.Node(vector, "weights")) for vector in weights]
            nodes = module.Node(own, "reference"), module.Node(prices, "prices")
            full = pay.best, paid[0], pay.den, pay.bits
            shown = module.linear_bound(place, vectors, more, *nodes, full)
        limit = max(limit, shown + pay.tilt.cost)
        players[player] = {"tilted": {"vectors": pool, "tilts": [tilt], "tree": [leaf]}}
    proof = {"cover": {"occupancy": {"lower": occupancy}, "players": players}}
    yield forge.certificate(game, claim | {"nash_gap": {"upper": str(limit)}}, proof)
    yield forge.certificate(game, claim | {"nash_gap": {"upper": "1/1000"}}, proof)


def _moved(vector: Any, change: Fraction) -> None:
    vector.num = [x + int(change * vector.den) for x in vector.num]
