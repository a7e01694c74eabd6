"""Dominance for all values of one parameter: an exact set in normal forms, sets from both sides in Markov games.

Normal form: the policy is dominant exactly when no action it plays earns less than another against any pure profile of
the others: one polynomial inequality each. Markov games (THEORY 8): it is where at every state, for every action
played, every other action and every profile,

    r(a', b) - r(a, b) + g sum_t ( D+ H - D- B )(t) <= 0,   D = P(.|s, a', b) - P(.|s, a, b),

with H the best that all players could do for `i`, B the worst that the others could do to it while it keeps its
rows, both piecewise rational. It is not where it loses to a deviation against some pure stationary policy of the
others.
"""

import itertools
from collections.abc import Iterator

from certigap.errors import LimitError
from certigap.exact.real_set import NOTHING, RealSet
from certigap.model.parametric.game import Function, ParametricGame
from certigap.model.policy import Policy
from certigap.model.rows import Distribution
from certigap.questions.parametric.answer import ParametricSet
from certigap.questions.parametric.pieces import Piece, domain_of, optimum, where_above, where_least
from certigap.questions.parametric.process import induced
from certigap.work.deadline import Deadline

__all__ = ["dominance_set", "gains_of_profiles"]

_MAX_PROFILES = 1_000  # pure policies of the others that are tried against the policy: each takes an exact optimum


def dominance_set(game: ParametricGame, policy: Policy, deadline: Deadline) -> ParametricSet:
    """Where the policy is dominant, where it is not, and where neither is shown."""
    domain = domain_of(game)
    holds = domain
    for i in range(len(game.players)):
        holds = _dominant(game, policy, i, holds, deadline)
    if len(game.states) == 1 or holds == domain:
        return ParametricSet(game, "dominant", domain, holds, domain - holds, NOTHING, policy)
    fails = NOTHING
    for i in range(len(game.players)):
        fails |= _beaten(game, policy, i, domain - holds - fails, deadline)
    return ParametricSet(game, "dominant", domain, holds, fails, domain - holds - fails, policy)


def gains_of_profiles(game: ParametricGame, policy: Policy, i: int, s: int) -> Iterator[tuple[int, int]]:
    """Rows of `s` that differ in player `i`'s action only: one that it plays, and another."""
    layout = game.layout
    for joint in itertools.product(*(range(size) for size in layout.shapes[s])):
        if not policy.rows[i][s].weights[joint[i]]:
            continue
        for other in range(layout.shapes[s][i]):
            if other != joint[i]:
                yield layout.row(s, joint), layout.row(s, (*joint[:i], other, *joint[i + 1 :]))


def _dominant(game: ParametricGame, policy: Policy, i: int, domain: RealSet, deadline: Deadline) -> RealSet:
    """The part of a domain where player `i`'s rows are shown to be dominant."""
    high = optimum(induced(game, i, {}), domain, True, deadline)
    low = optimum(induced(game, i, {i: policy}), domain, False, deadline)
    found = NOTHING
    for best, worst in itertools.product(high, low):
        where = best.where & worst.where
        for s in range(len(game.states)):
            for row, other in gains_of_profiles(game, policy, i, s):
                if where:
                    where &= _no_gain(game, i, row, other, best, worst, where)
        found |= where
    return found


def _no_gain(game: ParametricGame, i: int, row: int, other: int, best: Piece, worst: Piece, domain: RealSet) -> RealSet:
    """Where the other row's gain is at most 0; the sign of every change of probability parts the domain."""
    change: dict[int, Function] = dict(game.transitions[other])
    for t, p in game.transitions[row].items():
        change[t] = change.get(t, game.domain.zero) - p
    parts = [(domain, game.rewards[i][other] - game.rewards[i][row])]
    for t, difference in change.items():
        if not difference:
            continue
        grows, following = where_least(difference), []
        for where, gain in parts:
            step = game.discount * difference
            following += [(where & grows, gain + step * best.values[t]), (where - grows, gain + step * worst.values[t])]
        parts = [(where, gain) for where, gain in following if where]
    found = NOTHING
    for where, gain in parts:
        found |= where & where_least(-gain)
    return found


def _beaten(game: ParametricGame, policy: Policy, i: int, domain: RealSet, deadline: Deadline) -> RealSet:
    """The part of a domain where some pure policy of the others makes player `i` gain by a deviation."""
    found = NOTHING
    for count, profile in enumerate(_pure_profiles(game, policy, i)):
        left = domain - found
        if not left or count >= _MAX_PROFILES:
            break
        others = {j: profile for j in range(len(game.players)) if j != i}
        own = induced(game, i, dict.fromkeys(range(len(game.players)), profile)).values([0] * len(game.states))
        for piece in optimum(induced(game, i, others), left, True, deadline):
            pairs = zip(game.initial, piece.values, own, strict=True)
            gain = sum((p * (x - y) for p, x, y in pairs), game.domain.zero)
            found |= piece.where & where_above(gain)
    return found


def _pure_profiles(game: ParametricGame, policy: Policy, i: int) -> Iterator[Policy]:
    """The policy with the others' rows replaced by pure ones, every combination."""
    places = [(j, s) for s in range(len(game.states)) for j in range(len(game.players)) if j != i]
    choices = [range(game.layout.shapes[s][j]) for j, s in places]
    if not places:
        raise LimitError("dominance: expected at least two players, got one")
    for actions in itertools.product(*choices):
        rows = [list(own) for own in policy.rows]
        for (j, s), action in zip(places, actions, strict=True):
            rows[j][s] = Distribution(tuple(int(a == action) for a in range(game.layout.shapes[s][j])), 1)
        yield Policy(policy.game, tuple(tuple(own) for own in rows))
