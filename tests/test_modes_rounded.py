"""Games as integers for the proof of modes: every entry against its definition, in fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest

import certigap as cg
from certigap.bounds.modes.rounded import ONE, fixed_game
from certigap.model.build import markov_game

GAMES = {
    "tag": lambda: cg.games.load("tag"),
    "three players": lambda: cg.games.load("random", states=6, players=3, successors=3),
    "one player": lambda: cg.games.load("random", states=5, players=1),
    "long numbers": lambda: cg.games.load("random", states=5, grain=10**12, discount="999999999/1000000000"),
    "no discount": lambda: cg.games.load("random", states=5, discount=0, seed=2),
    "uneven": lambda: markov_game(
        players=("1", "2"),
        states=("a", "b"),
        actions={"a": (("x", "y", "z"), ("u",)), "b": (("x",), ("u", "v"))},
        outcome=lambda state, joint: (
            [Fraction(0)] * 2,
            {"a": Fraction(1)} if joint[0] == "x" else {"a": Fraction(1, 3), "b": Fraction(2, 3)},
        ),
        discount="1/2",
        initial={"a": 1},
    ),
}


@pytest.mark.parametrize("name", GAMES)
def test_moves_and_meetings_are_rounded_as_they_are_defined(name: str) -> None:
    game = GAMES[name]()
    layout = game.layout
    rows = [{t: game.discount * p for t, p in game.transitions.row(k).items()} for k in range(layout.rows)]
    for player in range(len(game.players)):
        found = fixed_game(game, player, player, joint=True)
        assert found.moves.tolist() == [math.ceil(p * ONE) for row in rows for p in row.values()]
        pair = 0
        for s, shape in enumerate(layout.shapes):
            assert found.pair_offsets[s] == pair
            own = range(int(layout.row_offsets[s]), int(layout.row_offsets[s + 1]))
            for deviation in range(shape[player]):
                for row in own:
                    joint = list(layout.joint(row)[1])
                    joint[player] = deviation
                    other = rows[layout.row(s, tuple(joint))]
                    common = {t: min(p, other[t]) for t, p in rows[row].items() if t in other}
                    part = slice(int(found.meet_offsets[pair]), int(found.meet_offsets[pair + 1]))
                    assert found.meet_columns[part].tolist() == list(common)
                    assert found.meet_moves[part].tolist() == [math.ceil(p * ONE) for p in common.values()]
                    total = sum(common.values(), Fraction(0)) * ONE
                    assert (found.meet_low[pair], found.meet_high[pair]) == (math.floor(total), math.ceil(total))
                    pair += 1
        assert found.pair_offsets[-1] == pair == len(found.meet_offsets) - 1
        assert {array.dtype for array in found[1:]} == {np.dtype(np.int64)}


def test_without_pairs_there_are_no_meetings() -> None:
    found = fixed_game(cg.games.load("lemma1"), 0, 1, joint=False)
    assert (found.meet_offsets.tolist(), found.meet_low.tolist()) == ([0], [])
    assert found.order.tolist() == [1, 0]
