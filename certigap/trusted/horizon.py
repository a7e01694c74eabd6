"""FORMAT 19: games that end after H steps, and policies that may vary with time.

A step is one of the stage game, which is read as any game is.
"""

from fractions import Fraction
from typing import Any

from game import Game, Policy, Vector, read_policy, read_rows
from limits import bits, hold, spend, weight
from reading import ONE, File, Malformed, Node

MAX_HORIZON = 1_000_000
Timed = list[Policy]  # [H]


class FiniteGame(Game):
    """The stage game with its number of steps; `discount`, 0 to 1, is that of a step."""

    def __init__(self, node: Node) -> None:
        members = node.fields(("horizon",), node.value)
        self.horizon = members["horizon"].integer()
        if not 1 <= self.horizon <= MAX_HORIZON:
            members["horizon"].fail(f"an integer from 1 to {MAX_HORIZON}")
        factor = members["discount"].rational(True) if "discount" in members else ONE
        if not 0 <= factor <= 1:
            members["discount"].fail("a rational in [0, 1]")
        self.factor = factor
        stage = File({key: value for key, value in node.value.items() if key != "horizon"}, node.key)
        stage.value["discount"] = "0"
        stage.size = node.size if isinstance(node, File) else 0
        super().__init__(stage)
        if self.is_normal_form:
            raise Malformed(f"{node.where}: expected states beside a horizon, got payoffs")
        self.discount = factor
        self.bits += 2 * bits(factor)
        end = {"den": "1", "num": [0] * self.size}
        self.end = Vector(self.size, Node(end, "the end"))

    def head(self, content: dict[str, Any]) -> dict[str, Any]:
        return {**content, "discount": str(self.factor), "horizon": self.horizon}

    def worth(self, steps: int) -> Fraction:
        """N_k = sum of g^t over t < k"""
        if self.factor == 1:
            return Fraction(steps)
        hold(1, steps * bits(self.factor))
        spend(weight(steps * bits(self.factor)) * steps.bit_length())
        return (1 - self.factor**steps) / (1 - self.factor)


def game_finite(node: Node) -> FiniteGame:
    return FiniteGame(node)


def rows_finite(game: FiniteGame, node: Node, decimals: bool = False) -> Timed:
    """The rows of every step: an array of them, or one object that is repeated (and shared)."""
    if not isinstance(node.value, list):
        return [read_rows(game, node, decimals)] * game.horizon
    return [read_rows(game, step, decimals) for step in node.items(game.horizon)]


def policy_finite(game: FiniteGame, path: str) -> Timed:
    return read_policy(game, path, rows_finite)
