"""Two or more parameters: boxes in which a statement is proven, refuted, or left undecided, by subdivision.

Every condition is the sign of a rational function n/d over a box: that of n d, whose range is bounded by Bernstein
coefficients in exact arithmetic (`certigap.exact.bernstein`). A box is halved along its relatively longest side
until it is decided, the undecided volume is small enough, or the time is over; what is said holds on the box's part
of the domain.
"""

import heapq
import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias

from certigap.errors import InputError
from certigap.exact.bernstein import Terms, polynomial_range
from certigap.model.parametric.game import Function, ParametricGame, evaluated
from certigap.model.policy import Policy
from certigap.questions.parametric.answer import Box, ParametricBoxes
from certigap.questions.parametric.process import Process, induced
from certigap.questions.parametric.stable import Comparison, comparisons
from certigap.work.deadline import Deadline

__all__ = ["divide"]

HOLDS, FAILS, OPEN = 1, -1, 0

Verdict: TypeAlias = "tuple[int, Any]"
"""Whether the statement holds on a box, and what shows it."""

Judge = Callable[["_Signs", Box], Verdict]


def divide(
    game: ParametricGame, policy: Policy, question: str, resolution: float, deadline: Deadline
) -> ParametricBoxes:
    """Where the statement `question` holds over the product of the parameters' ranges.

    Raises:
        InputError: a parameter without a finite range; dominance in a Markov game of several states.
    """
    root = Box(tuple(_finite(game, k) for k in range(len(game.parameters))))
    signs, judge = _Signs(game), _judge(game, policy, question)
    found: dict[int | None, list[Box]] = {HOLDS: [], FAILS: [], None: []}
    shown = dict[Box, Any]()
    order = itertools.count()
    waiting = [(-root.volume, next(order), root)]
    left = root.volume
    while waiting and left > resolution * root.volume and deadline.going:
        _, _, box = heapq.heappop(waiting)
        verdict, shown[box] = _judged(signs, judge, box)
        if verdict != OPEN:
            found[verdict].append(box)
            left -= box.volume
            continue
        for half in _halves(box, root):
            heapq.heappush(waiting, (-half.volume, next(order), half))
    undecided = tuple(box for _, _, box in sorted(waiting))
    complete = left <= resolution * root.volume
    return ParametricBoxes(
        game, question, tuple(found[HOLDS]), tuple(found[FAILS]), undecided, tuple(found[None]), complete, policy,
        {box: shown[box] for box in (*found[HOLDS], *found[FAILS])},
    )  # fmt: skip


def _judged(signs: "_Signs", judge: Judge, box: Box) -> tuple[int | None, Any]:
    """`None`: no game in the box."""
    where = signs.domain(box)
    if where == FAILS:
        return None, None
    return judge(signs, box) if where == HOLDS else (OPEN, None)


def _halves(box: Box, root: Box) -> list[Box]:
    wholes = [upper - lower for lower, upper in root.ends]
    shares = [(upper - lower) / whole for (lower, upper), whole in zip(box.ends, wholes, strict=True)]
    axis = max(range(len(shares)), key=shares.__getitem__)
    lower, upper = box.ends[axis]
    middle = (lower + upper) / 2
    return [Box((*box.ends[:axis], ends, *box.ends[axis + 1 :])) for ends in ((lower, middle), (middle, upper))]


def _finite(game: ParametricGame, k: int) -> tuple[Fraction, Fraction]:
    lower, upper = game.ranges[k]
    if lower is None or upper is None or lower == upper:
        raise InputError(f"parameter {game.parameters[k]}: expected a range from < to for boxes, got none")
    return lower, upper


class _Signs:
    """Signs of rational functions over boxes."""

    def __init__(self, game: ParametricGame) -> None:
        self.game = game
        one = game.domain.one
        self.conditions = list({game.discount, *game.probabilities()})
        self.below_one = one - game.discount
        self.known: dict[Function, Terms] = {}

    def domain(self, box: Box) -> int:
        """HOLDS: every point of the box but a border where the discount is 1 is in the domain; FAILS: none is."""
        ends = [self.range(f, box) for f in self.conditions]
        top = self.range(self.below_one, box)
        if any(upper < 0 for _, upper in ends) or top[1] <= 0:
            return FAILS
        has_poles = any(self._has_zero(f.denom, box) for f in self.game.functions() if f.denom != f.denom.ring.one)
        return OPEN if has_poles or any(lower < 0 for lower, _ in [*ends, top]) else HOLDS

    def range(self, function: Function, box: Box) -> tuple[Fraction, Fraction]:
        """Bounds of a polynomial of the same sign as the function."""
        if function not in self.known:
            self.known[function] = self._terms(function)
        return polynomial_range(self.known[function], box.ends)

    def _terms(self, function: Function) -> Terms:
        """Numerator times denominator, less the factors 1 - discount, which are positive all over the domain."""
        product, positive = function.numer * function.denom, self.below_one.numer
        while product and positive.degree() > 0 and not product.rem([positive]):
            product = product.exquo(positive)
        return _polynomial(product)

    def _has_zero(self, polynomial: Function, box: Box) -> bool:
        lower, upper = polynomial_range(_polynomial(polynomial), box.ends)
        return lower <= 0 <= upper


def _polynomial(polynomial: Function) -> Terms:
    return {e: Fraction(int(c.numerator), int(c.denominator)) for e, c in polynomial.terms() if c}


def _judge(game: ParametricGame, policy: Policy, question: str) -> Judge:
    if question == "equilibrium":
        return _Equilibrium(game, policy)
    if not game.is_normal_form:
        raise InputError(f"{question} over several parameters: expected a normal form, got {game!r}")
    pairs = comparisons(game, policy)
    return _Dominance(pairs) if question == "dominant" else _Stability(pairs)


class _Dominance:
    """Comparisons that gain against no pure profile; what refutes it is one that does, with the profile."""

    def __init__(self, pairs: list[Comparison]) -> None:
        self.pairs = pairs

    def __call__(self, signs: _Signs, box: Box) -> Verdict:
        holds = True
        for pair in self.pairs:
            for profile, gain in pair.pure.items():
                lower, upper = signs.range(gain, box)
                if lower > 0:
                    return FAILS, (pair, dict(profile))
                holds &= upper <= 0
        return (HOLDS if holds else OPEN), None


class _Stability:
    """Comparisons of which each is strict, or a weak dominance (`certigap.questions.parametric.stable`)."""

    def __init__(self, pairs: list[Comparison]) -> None:
        self.pairs = pairs

    def __call__(self, signs: _Signs, box: Box) -> Verdict:
        holds = True
        for pair in self.pairs:
            lower, upper = signs.range(pair.at_expert, box)
            if lower > 0:
                return FAILS, (pair, {})
            if not pair.at_expert:
                for (j, b), slope in pair.near.items():
                    if signs.range(slope, box)[0] > 0:
                        return FAILS, (pair, {j: b})
            holds &= upper < 0 or all(signs.range(f, box)[1] <= 0 for f in pair.pure.values())
        return (HOLDS if holds else OPEN), None


class _Equilibrium:
    """Each player's gap is 0, by a best response that is optimal all over the box."""

    def __init__(self, game: ParametricGame, policy: Policy) -> None:
        everybody = range(len(game.players))
        self.game = game
        self.own = [
            induced(game, i, dict.fromkeys(everybody, policy)).values([0] * len(game.states)) for i in everybody
        ]
        self.processes = [induced(game, i, {j: policy for j in everybody if j != i}) for i in everybody]
        self.solved: dict[tuple[int, tuple[int, ...]], list[Function]] = {}

    def __call__(self, signs: _Signs, box: Box) -> Verdict:
        """What shows it: every player's best response with its values, or the player who gains and by which."""
        middle = [(lower + upper) / 2 for lower, upper in box.ends]
        if evaluated(self.game.discount, middle) is None:
            return OPEN, None
        found = [self._player(i, process, signs, box, middle) for i, process in enumerate(self.processes)]
        for i, (verdict, best) in enumerate(found):
            if verdict == FAILS:
                return FAILS, (self.own, i, best)
        if all(verdict == HOLDS for verdict, _ in found):
            return HOLDS, (self.own, [best for _, best in found])
        return OPEN, None

    def _player(self, i: int, process: Process, signs: _Signs, box: Box, middle: list[Fraction]) -> Verdict:
        taken = tuple(process.best_at(middle))
        if (i, taken) not in self.solved:
            self.solved[i, taken] = process.values(taken)
        values = self.solved[i, taken]
        pairs = zip(self.game.initial, values, self.own[i], strict=True)
        gap = sum((p * (x - y) for p, x, y in pairs), self.game.domain.zero)
        best = taken, tuple(values)
        if signs.range(gap, box)[0] > 0:
            return FAILS, best
        if signs.range(gap, box)[1] > 0:
            return OPEN, best
        spare = (
            values[s] - process.backup(s, k, values)
            for s, choices in enumerate(process.choices)
            for k in range(len(choices))
            if k != taken[s]
        )
        return (HOLDS if all(signs.range(f, box)[0] >= 0 for f in spare) else OPEN), best
