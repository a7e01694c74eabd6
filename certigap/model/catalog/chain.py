"""Games in which a chain of k states hides a decision from the expert's occupancy (THEORY 2 Lemma 2, THEORY 3.2).

Lemma 2: at s0 player 1 enters the chain (a1r) or goes straight to s_exp (a2r), which is absorbing and where player 2
decides: r_1 = 1 at a1c and -1 at a2c, r_2 = 1 at a2c; all else pays 0. k = ceil(log(eps (1-g)/2) / log g), the
smallest k with g^k <= eps (1-g)/2. mu_piE(s_exp) = g^(k+1), and the learner, who plays a1c there, has eps_BC =
2 g^(k+1).

Three players, against Lemma 4: s0 -(1: stay)-> chain -> s1 or s2, half each; s0 -(1: detour)-> s1. s1 -(2: block)->
Bad, -(2: pass)-> s2; s2 -(3: block)-> Bad, -(3: pass)-> Good. r_1 = 19/20 in Good and -9/10 in Bad, r_2 = r_3 = 19/20
in Bad; a player who does not control the transition pays 1/20 for its second action. The expert plays first actions;
the learner passes twice.
"""

from fractions import Fraction

from certigap.errors import InputError, LimitError
from certigap.exact.rational import format_rational
from certigap.model.build import markov_game
from certigap.model.catalog.recipe import Parameters, Recipe, integer
from certigap.model.game import Game
from certigap.model.policy import Policy

__all__ = ["RECIPES", "chain_length"]

_LONGEST = 100_000  # states: more than a demonstration needs
_IDLE = ("idle", "spend")
_CONTROL = {"s0": (0, ("stay", "detour")), "s1": (1, ("block", "pass")), "s2": (2, ("block", "pass"))}
_IN_PLACE = {
    "Good": (Fraction(19, 20), Fraction(0), Fraction(0)),
    "Bad": (Fraction(-9, 10), Fraction(19, 20), Fraction(19, 20)),
}
_NOTHING = (Fraction(0), Fraction(0), Fraction(0))
_PRICE = Fraction(1, 20)


def chain_length(discount: Fraction, eps: Fraction) -> int:
    """The smallest k with `discount**k <= eps * (1 - discount) / 2`, found in integers.

    Args:
        discount: g in (0, 1).
        eps: the error to stay below, in (0, 2].

    Raises:
        InputError: numbers out of these ranges.
        LimitError: a chain of more than 100,000 states.

    >>> chain_length(Fraction(9, 10), Fraction(1, 10))
    51
    """
    if not 0 < discount < 1:
        raise InputError(f"parameter discount: expected a rational in (0, 1), got {format_rational(discount)}")
    if not 0 < eps <= 2:
        raise InputError(f"parameter eps: expected a rational in (0, 2], got {format_rational(eps)}")
    target = eps * (1 - discount) / 2
    if not _short_enough(discount, _LONGEST, target):
        raise LimitError(f"chain: expected at most {_LONGEST} states, got more at eps {format_rational(eps)}")
    high = 1
    while not _short_enough(discount, high, target):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _short_enough(discount, middle, target) else (middle, high)
    return high


def _short_enough(discount: Fraction, k: int, target: Fraction) -> bool:
    power: Fraction = discount**k
    return power <= target


def _chain(k: int) -> tuple[str, ...]:
    return tuple(f"c{position}" for position in range(1, k + 1))


def _lemma2(parameters: Parameters) -> Game:
    chain = _chain(chain_length(parameters["discount"], parameters["eps"]))
    following = dict(zip(("s0", *chain), (*chain, "s_exp"), strict=True))

    def outcome(state: str, joint: tuple[str, str]) -> tuple[tuple[int, int], dict[str, int]]:
        if state == "s_exp":
            return ((1, 0) if joint[1] == "a1c" else (-1, 1)), {"s_exp": 1}
        return (0, 0), {"s_exp" if (state, joint[0]) == ("s0", "a2r") else following[state]: 1}

    return markov_game(
        players=("1", "2"),
        states=("s0", *chain, "s_exp"),
        actions=(("a1r", "a2r"), ("a1c", "a2c")),
        outcome=outcome,
        discount=parameters["discount"],
        initial={"s0": 1},
    )


def _lemma2_expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game, {"2": "a2c"})


def _lemma2_learner(game: Game, _: Parameters) -> Policy:
    away = {state: "a2c" for state in game.states if state != "s_exp"}
    return Policy.pure(game, {"2": away})


def _three_player(parameters: Parameters) -> Game:
    chain = _chain(integer(parameters, "k", 1, _LONGEST))
    states = ("s0", *chain, "s1", "s2", "Good", "Bad")
    return markov_game(
        players=("1", "2", "3"),
        states=states,
        actions={state: [_own_actions(state, player) for player in range(3)] for state in states},
        outcome=lambda state, joint: (_three_rewards(state, joint), _three_next(state, joint, len(chain))),
        discount=parameters["discount"],
        initial={"s0": 1},
    )


def _own_actions(state: str, player: int) -> tuple[str, str]:
    owner, names = _CONTROL.get(state, (None, _IDLE))
    return names if player == owner else _IDLE


def _three_rewards(state: str, joint: tuple[str, ...]) -> list[Fraction]:
    base = _IN_PLACE.get(state, _NOTHING)
    return [reward - _PRICE if action == "spend" else reward for reward, action in zip(base, joint, strict=True)]


def _three_next(state: str, joint: tuple[str, ...], k: int) -> dict[str, Fraction | int]:
    if state in _IN_PLACE:
        return {state: 1}
    if state == "s0":
        return {"c1" if joint[0] == "stay" else "s1": 1}
    if state == "s1":
        return {"Bad" if joint[1] == "block" else "s2": 1}
    if state == "s2":
        return {"Bad" if joint[2] == "block" else "Good": 1}
    position = int(state[1:])
    if position < k:
        return {f"c{position + 1}": 1}
    return {"s1": Fraction(1, 2), "s2": Fraction(1, 2)}


def _three_expert(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game)


def _three_learner(game: Game, _: Parameters) -> Policy:
    return Policy.pure(game, {"2": {"s1": "pass"}, "3": {"s2": "pass"}})


RECIPES = {
    "lemma2": Recipe(_lemma2, _lemma2_expert, _lemma2_learner),
    "three-player": Recipe(_three_player, _three_expert, _three_learner),
}
