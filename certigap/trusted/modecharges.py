"""FORMAT 6.5: what players pay: prices, and how they are divided between the modes."""

import math
from collections.abc import Sequence
from fractions import Fraction

from game import Game, Vector
from kernel import read_radius
from limits import bits, longest, spend, summed, weight
from moderows import GRID
from reading import ONE, ZERO, Malformed, Node

Shares = Sequence[list[Fraction]]  # al, be, ga: one number for all states, or one a state
FIRST, LAST = ([ONE], [ZERO], [ZERO]), ([ZERO], [ZERO], [ONE])
DEFAULT: dict[str, Shares] = {"joint": FIRST, "optimum": LAST, "value": FIRST}


class Charge:
    """A player's price, and what of it rates are made of: al p (1-g), be p, ga p; one number, or one a state."""

    def __init__(self, price: Fraction, stay: Fraction, shares: Shares) -> None:
        spend(max(map(len, shares)) * weight(bits(price) + bits(stay) + max(map(longest, shares))))
        self.price, (coupled, self.imitator, self.deviator) = price, ([price * x for x in own] for own in shares)
        self.coupled = [x * stay for x in coupled]
        self.bits = max(bits(price), longest(self.coupled), longest(self.imitator), longest(self.deviator))


class Charges:
    """What the leaves and visits of a cover say of prices.

    `pool`: its vectors; `tables`: shares by state, three places in the pool for every player; `listed`: charges.
    """

    def __init__(self, game: Game, kind: str, pool: list[Vector], tables: list[Node], listed: list[Node]) -> None:
        self.n, self.stay, self.default, self.pool = game.n, 1 - game.discount, DEFAULT[kind], pool
        self.tables = [[self.by_state(own) for own in table.items(self.n)] for table in tables]
        self.listed = [self.read(entry.fields(("prices",), ("shares",))) for entry in listed]
        self.free = [Charge(ZERO, self.stay, self.default)] * self.n

    def by_state(self, node: Node) -> Shares:
        """Shares of a player, a number a state."""
        vectors = [self.pool[place.integer(range(len(self.pool)))] for place in node.items(3)]
        spend(sum(len(v.num) * weight(v.bits) for v in vectors))
        return divided(node, [[Fraction(x, v.den) for x in v.num] for v in vectors])

    def of(self, node: Node, parts: dict[str, Node]) -> list[Charge]:
        """Of a leaf or a visit: written there, or listed."""
        if ("charge" in parts) == ("prices" in parts) or ("charge" in parts and "shares" in parts):
            node.fail("prices and shares, or the place of a charge")
        return self.listed[parts["charge"].integer(range(len(self.listed)))] if "charge" in parts else self.read(parts)

    def read(self, parts: dict[str, Node]) -> list[Charge]:
        """Prices and shares; shares by state are the place of a table."""
        prices, shares, own = parts["prices"].items(self.n), [self.default] * self.n, parts.get("shares")
        if own is not None and isinstance(own.value, list):
            shares = [divided(node, [[read_radius(x)] for x in node.items(3)]) for node in own.items(self.n)]
        elif own is not None:
            shares = self.tables[own.integer(range(len(self.tables)))]
        return [Charge(read_radius(price), self.stay, each) for price, each in zip(prices, shares)]


def divided(node: Node, shares: Shares) -> Shares:
    """Shares of a player, which divide a price."""
    if any(min(own) < 0 for own in shares) or any(summed(parts) > 1 for parts in zip(*shares)):
        raise Malformed(f"{node.where}: expected shares >= 0 with a sum of at most 1")
    return shares


def floored(before: list[Fraction], factor: list[Fraction], ratios: list[Fraction]) -> list[int]:
    """before + factor ratio at every state, rounded down to GRID; a single number is that of all states."""
    if len(before) == 1 and factor == [ZERO]:
        return [math.floor(before[0] * GRID)] * len(ratios)
    first, each = (own * len(ratios) if len(own) == 1 else own for own in (before, factor))
    return [
        (a.numerator * b.denominator * x.denominator + b.numerator * x.numerator * a.denominator)
        * GRID
        // (a.denominator * b.denominator * x.denominator)
        for a, b, x in zip(first, each, ratios)
    ]
