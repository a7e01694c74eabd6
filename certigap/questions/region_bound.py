"""How exploitable can a policy near a center be, state by state? A certified upper bound over a region (THEORY 5)."""

from collections.abc import Mapping
from fractions import Fraction

from certigap.errors import InputError
from certigap.exact.rational import RationalLike, rational
from certigap.model.policy import Policy
from certigap.regions.engine import RegionBound, RegionEngine
from certigap.regions.region import Region

__all__ = ["region_bound"]

Radii = RationalLike | Mapping[str, Mapping[str, RationalLike] | RationalLike]


def region_bound(center: Policy, radii: Radii) -> RegionBound:
    """A bound of NashGap that holds for every product policy whose rows are near the center's.

    Args:
        center: a policy.
        radii: L1 distance in [0, 2] for every row; or `{player: radius}`, or `{player: {state: radius}}` (players
            and states left out: 0).

    Raises:
        InputError: an unknown name, or a radius outside [0, 2].

    >>> import certigap as cg
    >>> region_bound(cg.games.expert("algorithm1"), {"2": "1/5"}).upper
    Fraction(9, 100)
    """
    game = center.game
    table = [[Fraction(0)] * len(game.states) for _ in game.players]
    by_player = radii if isinstance(radii, Mapping) else dict.fromkeys(game.players, radii)
    for player, own in by_player.items():
        if player not in game.players:
            raise InputError(f"radii: expected players among {list(game.players)}, got {player!r}")
        by_state = own if isinstance(own, Mapping) else dict.fromkeys(game.states, own)
        for state, radius in by_state.items():
            if state not in game.states:
                raise InputError(f"radii of player {player}: expected a state of the game, got {state!r}")
            table[game.players.index(player)][game.states.index(state)] = _checked(rational(radius), player, state)
    return RegionEngine(game).bound(Region(center, tuple(tuple(own) for own in table)))


def _checked(radius: Fraction, player: str, state: str) -> Fraction:
    if not 0 <= radius <= 2:
        raise InputError(f"radius of player {player} at state {state!r}: expected a rational in [0, 2], got {radius}")
    return radius
