"""How far two policies of an array game are apart, state by state: a pass over their rows, none over transitions."""

from certigap.floats.compiled import Floats, Floats2, compiled
from certigap.floats.sparse.kernels import Arrays, Play, spread

__all__ = ["apart"]


@compiled
def apart(
    game: Arrays,
    first: Play,
    second: Play,
    masses: Floats2,
    own: Floats2,
    joint: Floats,
    room: Floats2,
) -> None:
    """`own[j, s]` = || first_j - second_j ||_1, `joint[s]` = sum_a | m_1 first(a) - m_2 second(a) | over joint actions.

    Args:
        masses: `[2, S]` m_1 and m_2.
        own: `[n, S]`, filled.
        joint: `[S]`, filled.
        room: `[2, A]` for one state's joint actions.
    """
    states, players = game.shapes.shape
    for s in range(states):
        for j in range(players):
            total = 0.0
            for a in range(int(game.shapes[s, j])):
                p = first.weights[first.starts[j, s] + a] / float(first.denominators[j, s])
                total += abs(p - second.weights[second.starts[j, s] + a] / float(second.denominators[j, s]))
            own[j, s] = total
        spread(game, first, players, s, room[0])
        spread(game, second, players, s, room[1])
        total = 0.0
        for k in range(game.row_offsets[s + 1] - game.row_offsets[s]):
            total += abs(masses[0, s] * room[0, k] - masses[1, s] * room[1, k])
        joint[s] = total
