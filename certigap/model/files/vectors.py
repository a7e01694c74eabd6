"""Vectors and brackets as certificates write them (`proofs/FORMAT.md`, 5.1)."""

from collections.abc import Iterable
from typing import Any

from certigap.exact.rational import format_int
from certigap.exact.vector import Bracket, Vector
from certigap.model.game import Game

__all__ = ["bracket_json", "brackets_json", "vector_json"]


def vector_json(vector: Vector) -> dict[str, Any]:
    """Integers over one denominator.

    >>> vector_json(Vector((1, 2), 3))
    {'den': '3', 'num': [1, 2]}
    """
    return {"den": format_int(vector.denominator), "num": list(vector.numerators)}


def bracket_json(bracket: Bracket) -> dict[str, Any]:
    """Both sides, or the vector itself."""
    if bracket.is_exact:
        return {"exact": vector_json(bracket.lower)}
    return {"lower": vector_json(bracket.lower), "upper": vector_json(bracket.upper)}


def brackets_json(game: Game, brackets: Iterable[Bracket]) -> dict[str, Any]:
    """One bracket a player."""
    return {player: bracket_json(bracket) for player, bracket in zip(game.players, brackets, strict=True)}
