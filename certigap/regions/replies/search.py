"""delta_sel and delta_max of one player, as step functions with covers above and witnesses below (THEORY 9).

delta_max: action a is a best reply somewhere within eps exactly when eps >= its least distance, a linear program.
delta_sel: best replies avoid a set A of expert actions within eps when some other action beats all of A there. The
least distance of that, r(A, c) for the action c, is a linear program too, and grows with A; beating is strict, so for
r > 0 it is met above r and not at r. Sets are taken smallest first, and left when all their r(A, .) are beyond eps.

For two players both functions are exact. For more, the programs range over correlated play of the others; subdivision
(`branch`) brings them down to products, and what it leaves open stays between the two ends of a step.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from certigap.errors import LimitError
from certigap.exact.brief import Brief
from certigap.exact.vector import Vector
from certigap.regions.replies.branch import Found, branched
from certigap.regions.replies.covers import Cover, avoidance_radius, exclusion_radius
from certigap.regions.replies.faces import Faces, Play, Witness
from certigap.regions.replies.programs import Nearest, nearest, widest
from certigap.regions.replies.steps import Event, Step, merged
from certigap.work.deadline import Deadline

__all__ = ["MOST_SUPPORT", "DeltaFunction", "delta_max", "delta_sel"]

MOST_SUPPORT = 12
"""Actions of the expert whose subsets are gone through."""


@dataclass(frozen=True, slots=True, repr=False)
class DeltaFunction(Brief):
    """The function for 0 <= eps <= `largest`: every step's ends follow from the covers and the witnesses."""

    steps: tuple[Step, ...]
    covers: tuple[Cover, ...]
    witnesses: tuple[Witness, ...]
    largest: Fraction
    complete: bool

    def upper(self, eps: Fraction) -> Fraction:
        """delta(eps) is at most this."""
        return self._step(eps).upper

    def lower(self, eps: Fraction) -> Fraction:
        """delta(eps) is at least this."""
        return self._step(eps).lower

    def _step(self, eps: Fraction) -> Step:
        reached = [s for s in self.steps if (s.start, s.is_open) <= (eps, False)]
        return reached[-1]


def delta_max(faces: Faces, largest: Fraction, deadline: Deadline | None = None) -> DeltaFunction:
    """delta^max_i for eps up to `largest`.

    >>> import certigap as cg
    >>> found = delta_max(Faces(cg.games.expert("algorithm1"), 0), Fraction(2))
    >>> [(step.start, step.lower, step.upper) for step in found.steps]
    [(Fraction(0, 1), Fraction(0, 1), Fraction(0, 1))]
    """
    search = _Search(faces, largest, deadline, of_max=True)
    actions = range(len(faces.row))
    for action in actions:
        rivals = [k for k in actions if k != action]
        if rivals and action not in faces.best(faces.center):
            search.measure(None, action, rivals)
    value = {a: 2 - 2 * faces.row[a] for a in actions}
    upper = [Event(exclusion_radius(search.covers, a), False, value[a]) for a in actions]
    return search.function(upper)


def delta_sel(faces: Faces, largest: Fraction, deadline: Deadline | None = None) -> DeltaFunction:
    """delta^sel_i for eps up to `largest`.

    Raises:
        LimitError: the expert mixes more actions than subsets can be gone through of.

    >>> import certigap as cg
    >>> coin = cg.bimatrix([[1, -1], [-1, 1]])
    >>> half = cg.Policy.from_rows(coin, [["1/2", "1/2"]] * 2)
    >>> [(step.start, step.is_open, step.upper) for step in delta_sel(Faces(half, 0), Fraction(2)).steps]
    [(Fraction(0, 1), False, Fraction(0, 1)), (Fraction(0, 1), True, Fraction(1, 1))]
    """
    support, actions = faces.support, range(len(faces.row))
    if len(support) > MOST_SUPPORT:
        raise LimitError(f"delta: expected an expert of at most {MOST_SUPPORT} actions, got {len(support)}")
    search = _Search(faces, largest, deadline, of_max=False)
    search.add_ties_at_the_expert()
    subsets = [frozenset(s) for size in range(1, len(support) + 1) for s in itertools.combinations(support, size)]
    closed: list[frozenset[int]] = []
    for avoided in subsets:
        if any(avoided > known for known in closed):
            continue
        for action in (c for c in actions if c not in avoided):
            search.measure(tuple(sorted(avoided)), action, sorted(avoided))
        if avoidance_radius(search.covers, avoided, len(actions)) >= largest:
            closed.append(avoided)
    radii = {avoided: avoidance_radius(search.covers, avoided, len(actions)) for avoided in subsets}
    weight = {avoided: 2 * sum((faces.row[a] for a in avoided), Fraction(0)) for avoided in subsets}
    upper = [Event(max(r, Fraction(0)), r >= 0, weight[avoided]) for avoided, r in radii.items()]
    return search.function(upper)


class _Search:
    """Covers and witnesses as they come."""

    def __init__(self, faces: Faces, largest: Fraction, deadline: Deadline | None, of_max: bool) -> None:
        self.faces, self.largest, self.deadline, self.of_max = faces, largest, deadline, of_max
        self.covers: list[Cover] = []
        self.witnesses: list[Witness] = []
        self.complete = True
        self.witness(faces.expert_play)
        if len(faces.expert_play) > 1 and not of_max:
            self.add_moves_of_one_row()

    def measure(self, held: tuple[int, ...] | None, action: int, rivals: list[int]) -> None:
        """Cover the distances at which `action` does not beat (or equal) its rivals; show where it does."""
        if held is not None and self._known(held, action) >= self.largest:
            return
        if self.deadline is not None and not self.deadline.going:
            self.complete = False
            return
        far = None
        if held is not None:
            far = self._somewhere(held, action)
            if far is None:
                return
        least = nearest(self.faces, action, rivals)
        if least is None:
            self.complete = False
        elif len(self.faces.expert_play) == 1:
            self._settle(held, action, least, far)
        else:
            self._settle_products(held, action, rivals, least)

    def _known(self, held: tuple[int, ...], action: int) -> Fraction:
        usable = (c for c in self.covers if c.action == action and c.held is not None and set(c.held) <= set(held))
        return max((c.radius for c in usable), default=Fraction(-1))

    def _somewhere(self, held: tuple[int, ...], action: int) -> Vector | None:
        """Play against which `action` beats all of `held`; None after a cover that says there is none."""
        table = self.faces.table.numerators
        margins = (table[action] - table[list(held)]).min(axis=0)
        column = int(margins.argmax())
        if margins[column] > 0:
            return Vector(tuple(int(b == column) for b in range(len(margins))), 1)
        found = widest(self.faces, action, held)
        if found is None:
            self.complete = False
            return None
        margin, play, weights = found
        if margin > 0:
            return play
        self.covers.append(Cover(held, action, Fraction(2), (weights,)))
        return None

    def _settle(self, held: tuple[int, ...] | None, action: int, least: Nearest, far: Vector | None) -> None:
        """Two players: the program is the answer."""
        if least.distance > 0:
            self.covers.append(Cover(held, action, least.distance, (least.weights,)))
        if least.play is not None and least.distance <= self.largest:
            self.witness((least.play,), None if far is None else (far,))

    def _settle_products(self, held: tuple[int, ...] | None, action: int, rivals: list[int], least: Nearest) -> None:
        found: Found = branched(self.faces, action, rivals, least, self.largest, held is not None, self.deadline)
        if found.radius > 0:
            self.covers.append(Cover(held, action, found.radius, found.tree))
        if found.play is not None:
            self.witness(found.play)
        self.complete = self.complete and found.complete

    def witness(self, near: Play, far: Play | None = None) -> None:
        """Note what the best replies to this play are worth."""
        joint = self.faces.joint(near)
        best = self.faces.best(joint, None if far is None else self.faces.joint(far))
        value = self.faces.farthest(best) if self.of_max else self.faces.nearest(best)
        self.witnesses.append(Witness(near, far, self.faces.distance(joint), value))

    def add_ties_at_the_expert(self) -> None:
        """At the expert itself: an expert action that is a best reply is beaten by none."""
        weights = [
            Vector(tuple(int(k == a) for k in range(len(self.faces.row))), 1) for a in range(len(self.faces.row))
        ]
        for a in set(self.faces.best(self.faces.center)) & set(self.faces.support):
            others = (c for c in range(len(self.faces.row)) if c != a)
            self.covers.extend(Cover((a,), c, Fraction(0), (weights[a],)) for c in others)

    def add_moves_of_one_row(self) -> None:
        """Away from the expert in one other player's row, towards each of its actions."""
        center = self.faces.expert_play
        for j, row in enumerate(center):
            for b in range(len(row)):
                pure = Vector(tuple(int(k == b) for k in range(len(row))), 1)
                self.witness(center, (*center[:j], pure, *center[j + 1 :]))

    def function(self, upper: Iterable[Event]) -> DeltaFunction:
        """The steps between the witnesses and the events above; of the witnesses only those that count."""
        kept: list[Witness] = []
        for found in sorted(self.witnesses, key=lambda w: (w.distance, w.far is not None, -w.value)):
            if found.distance <= self.largest and found.value > max((w.value for w in kept), default=Fraction(0)):
                kept.append(found)
        lower = [Event(w.distance, w.far is not None, w.value) for w in kept]
        steps = merged(lower, upper, self.largest)
        return DeltaFunction(steps, tuple(self.covers), tuple(kept), self.largest, self.complete)
