"""What a UMB model says, part by part, in the order of our games (`certigap.io.umb` tells how the one is the other).

Rows are the choices of state 0, then of state 1, ..; a state without choices has one row, on which it stays.
"""

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

from certigap.errors import InputError
from certigap.io.array_numbers import Numbers
from certigap.io.floats import rounded_row
from certigap.io.names import distinct, one_line
from certigap.model.build import checked_discount
from certigap.model.files.json_node import Node, brief, name_fault
from certigap.model.files.strict_json import parse_json

__all__ = ["GROUP", "IDLE", "OWN", "PLAYER", "UmbModel"]

GROUP = "certigap"
OWN = "action_{}"  # of a player, from 1
PLAYER = "player_{}"  # rewards of a player, from 1
IDLE = "-"
MARK = f'{{"{GROUP}":'  # how a comment of ours begins

Names: TypeAlias = tuple[str, ...]
Actions: TypeAlias = tuple[tuple[Names, ...], ...]
"""`[S][n][A_i]` names."""


class UmbModel:
    """One file, checked for what UMB's own reader leaves open: that its numbers point into its arrays.

    Args:
        where: the file, for messages.
        umb: its content, an `umbi.umb.ExplicitUmb`.
        numbers: how its numbers are read.
    """

    def __init__(self, where: str, umb: Any, numbers: Numbers) -> None:
        self.where, self.umb, self.numbers = where, umb, numbers
        system = umb.index.transition_system
        if system.time != "discrete" or system.num_observations:
            self._fail("time", "discrete time and states that are seen", f"{system.time} or observations")
        self.count = max(1, int(system.num_players))
        self.states = int(system.num_states)
        self._choices = self._runs(umb.state_to_choices, self.states, int(system.num_choices), "state-to-choices")
        self._branches = self._runs(umb.choice_to_branches, self._choices[-1], len(self._targets), "choice-to-branches")
        if min(self._targets, default=0) < 0 or max(self._targets, default=0) >= self.states:
            self._fail("branch-to-target", f"states from 0 to {self.states - 1}", "others")
        self._rows = [(s, c) for s in range(self.states) for c in self._of_state(s) or (None,)]

    @property
    def _targets(self) -> list[int]:
        return self.umb.branch_to_target or []

    def _fail(self, part: str, expected: str, got: str) -> None:
        raise InputError(f"{self.where}: {part}: expected {expected}, got {got}")

    def _runs(self, values: list[int] | None, count: int, last: int, part: str) -> list[int]:
        """`[count + 1]` where each entity's own entries begin; without a file every entity has one."""
        found = list(range(count + 1)) if values is None else [int(value) for value in values]
        ordered = all(a <= b for a, b in itertools.pairwise(found))
        if len(found) != count + 1 or found[0] != 0 or found[-1] != last or not ordered:
            self._fail(part, f"{count + 1} numbers that rise from 0 to {last}", "others")
        return found

    def _of_state(self, state: int) -> range:
        return range(self._choices[state], self._choices[state + 1])

    def _annotation(self, group: str, name: str, entity: str, length: int) -> list[Any] | None:
        """The values of an annotation, one an entity; None: there is none."""
        values: list[Any] | None = (self.umb.annotations or {}).get(group, {}).get(name, {}).get(entity)
        if values is not None and len(values) != length:
            self._fail(f"{group}/{name}", f"{length} values for {entity}", str(len(values)))
        return values

    def _numbers(self, values: list[Any], what: str) -> list[Fraction]:
        return [value if isinstance(value, Fraction) else self.numbers.number(value, what) for value in values]

    def title(self) -> str:
        """The model's name, where it can be a game's."""
        data = self.umb.index.model_data
        name = one_line(data.name or "") if data is not None else ""
        return "" if name and name_fault(name) else name

    def players(self) -> Names:
        """Names of the players."""
        names = self.umb.index.transition_system.player_to_name
        return distinct([""] * self.count if names is None else names)

    def discount(self) -> Fraction:
        """The annotated discount."""
        values = self._annotation(GROUP, "discount", "states", self.states)
        if values is None or len(set(values)) != 1:
            self._fail("discount", "one, as an option or an annotation", "none" if values is None else "several")
        return checked_discount(self._numbers(values or [], "discount")[0])

    def initial(self) -> list[Fraction]:
        """`[S]` the annotated distribution, else the one initial state."""
        values = self._annotation(GROUP, "initial", "states", self.states)
        if values is not None:
            return self._numbers(values, "initial")
        marks = self.umb.state_is_initial
        if len(marks) != self.states or sum(marks) != 1:
            self._fail("initial states", "one, or an annotated distribution", str(sum(marks)))
        return [Fraction(int(mark)) for mark in marks]

    def rows(self) -> list[dict[int, Fraction]]:
        """`[K]` transition rows; a row that names a state twice adds up."""
        result = []
        for s, choice in self._rows:
            row: dict[int, Fraction] = {} if choice is not None else {s: Fraction(1)}
            for target, p in zip(*self._branch(choice), strict=True):
                row[target] = row.get(target, Fraction(0)) + p
            result.append(row)
        return result

    def _branch(self, choice: int | None) -> tuple[list[int], list[Fraction]]:
        """Targets and probabilities of a choice."""
        if choice is None:
            return [], []
        begin, end = self._branches[choice], self._branches[choice + 1]
        given = self.umb.branch_to_probability
        values = [Fraction(1)] * (end - begin) if given is None else given[begin:end]
        if any(isinstance(value, float) for value in values):
            denominator = self.numbers.denominator("branch-to-probability")
            exact = rounded_row([float(value) for value in values], denominator, f"{self.where}: choice {choice}")
            self.numbers.record(sum((abs(x - Fraction(y)) for x, y in zip(exact, values, strict=True)), Fraction(0)))
            values = exact
        return self._targets[begin:end], values

    def payoffs(self, wanted: Sequence[str]) -> list[list[Fraction]]:
        """`[n][K]` the players' rewards, from the annotations of these names; by default our own, or the only one."""
        known = list((self.umb.annotations or {}).get("rewards", {}))
        names = list(wanted) or [PLAYER.format(i + 1) for i in range(self.count)]
        if not wanted and self.count == 1 and len(known) == 1:
            names = known
        if len(names) != self.count or any(name.removeprefix("-") not in known for name in names):
            listed = ", ".join(known) or "none"
            self._fail("rewards", f"an annotation for each of {self.count} players, of {listed}", ", ".join(names))
        return [self._payoff(name) for name in names]

    def _payoff(self, name: str) -> list[Fraction]:
        sign, own = (-1, name[1:]) if name.startswith("-") else (1, name)
        sizes = {"states": self.states, "choices": self._choices[-1], "branches": len(self._targets)}
        values = {
            entity: self._numbers(given, f"rewards/{own}")
            for entity, size in sizes.items()
            if (given := self._annotation("rewards", own, entity, size)) is not None
        }
        result = []
        for s, choice in self._rows:
            total = values["states"][s] if "states" in values else Fraction(0)
            if choice is not None:
                total += values["choices"][choice] if "choices" in values else 0
                if "branches" in values:
                    begin, end = self._branches[choice], self._branches[choice + 1]
                    _, chances = self._branch(choice)
                    pairs = zip(values["branches"][begin:end], chances, strict=True)
                    total += sum((reward * p for reward, p in pairs), Fraction(0))
            result.append(sign * total)
        return result

    def named(self) -> tuple[Names, Actions]:
        """Names of the states, and of every player's actions at each."""
        shapes = self._joint_shapes() or self._turn_shapes()
        told = self._told(shapes)
        if told is not None:
            return told
        states = distinct([""] * self.states)
        if self._annotation(GROUP, OWN.format(1), "choices", self._choices[-1]) is not None:
            numbered = tuple(tuple(distinct([""] * size) for size in shape) for shape in shapes)
            return states, numbered
        return states, tuple(self._labels(s, shape) for s, shape in enumerate(shapes))

    def _joint_shapes(self) -> list[tuple[int, ...]] | None:
        """`[S][n]` numbers of actions by the annotation of joint actions."""
        own = [self._annotation(GROUP, OWN.format(i + 1), "choices", self._choices[-1]) for i in range(self.count)]
        if any(values is None for values in own):
            return None
        shapes = []
        for s in range(self.states):
            joint = [tuple(int(values[c]) for values in own if values is not None) for c in self._of_state(s)]
            shape = tuple(max(column) + 1 for column in zip(*joint, strict=True)) or (1,) * self.count
            if joint and joint != list(itertools.product(*map(range, shape))):
                self._fail(f"{GROUP}/action_i", f"all joint actions of state {s}, row-major", brief(joint))
            shapes.append(shape)
        return shapes

    def _turn_shapes(self) -> list[tuple[int, ...]]:
        """`[S][n]` numbers of actions where one player owns each state."""
        owners = self.umb.state_to_player or [0] * self.states
        if len(owners) != self.states or max(owners) >= self.count or min(owners) < 0:
            self._fail("state-to-player", f"a player below {self.count} for each of {self.states} states", "others")
        sizes = [max(1, len(self._of_state(s))) for s in range(self.states)]
        if not self.umb.index.transition_system.num_players and max(sizes) > 1:
            self._fail("#players", "a player, since there are choices", "0")
        return [
            tuple(size if i == owner else 1 for i in range(self.count))
            for owner, size in zip(owners, sizes, strict=True)
        ]

    def _labels(self, state: int, shape: tuple[int, ...]) -> tuple[Names, ...]:
        """Names of actions by the labels of choices; of who does not move the idle one."""
        chosen, texts = self.umb.choice_to_choice_action, self.umb.choice_action_to_string
        has_labels = chosen is not None and texts is not None
        labels = [texts[chosen[c]] if has_labels else "" for c in self._of_state(state)]
        return tuple(distinct(labels) if size > 1 else (IDLE,) for size in shape)

    def _told(self, shapes: list[tuple[int, ...]]) -> tuple[Names, Actions] | None:
        """The names in a comment of ours."""
        data = self.umb.index.model_data
        if data is None or not (data.comment or "").startswith(MARK):
            return None
        members = (
            parse_json(data.comment, f"{self.where}: comment").object((GROUP,))[GROUP].object(("states", "actions"))
        )
        states, actions = members["states"].names(), members["actions"].array(self.states)
        if len(states) != self.states:
            members["states"].fail(f"expected {self.states} names, got {len(states)}")
        return states, tuple(self._own(node, shape) for node, shape in zip(actions, shapes, strict=True))

    def _own(self, node: Node, shape: tuple[int, ...]) -> tuple[Names, ...]:
        found = tuple(own.names() for own in node.array(self.count))
        if tuple(map(len, found)) != shape:
            node.fail(f"expected names of {shape} actions, got {tuple(map(len, found))}")
        return found
