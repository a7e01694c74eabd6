"""Games as UMB files: the inverse of `certigap.io.umb`, which tells what stands where."""

import json
import math
import os
import tempfile
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from certigap.errors import InputError
from certigap.io.peer import peer_errors
from certigap.io.umb import umbi
from certigap.io.umb_model import GROUP, OWN, PLAYER
from certigap.model.files.atomic import write_bytes_atomically
from certigap.model.files.json_node import printable
from certigap.model.game import Game

__all__ = ["write_umb"]

_WORD = 64  # bits: UMB's rationals are two integers of whole words, the first of them with a sign


def write_umb(game: Game, path: str | os.PathLike[str]) -> None:
    """Write a Markov game as a UMB file, wholly or not at all; `meta` is left out.

    Raises:
        InputError: a normal form, for which UMB has no place; the extra `umb` is not installed.
    """
    where = printable(os.fspath(path))
    if game.is_normal_form:
        raise InputError(f"{where}: expected a Markov game for UMB, got a normal form (.nfg holds it)")
    package = umbi()
    with peer_errors(where, "a file that umbi can write"), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "game.umb"
        package.umb.write(_content(game, package), file)
        data = file.read_bytes()
    write_bytes_atomically(path, data)


def _content(game: Game, package: Any) -> Any:
    """The game as an `umbi.umb.ExplicitUmb`."""
    index, rows, layout = package.umb.index, game.transitions, game.layout
    joint = [layout.joint(row)[1] for row in range(layout.rows)]
    owners = [max(range(len(shape)), key=lambda i: shape[i] > 1) for shape in layout.shapes]
    probabilities = [x for row in range(layout.rows) for _, x in sorted(rows.row(row).items())]
    labels = [_label(game, int(s), own) for s, own in zip(layout.row_state, joint, strict=True)]
    names = list(dict.fromkeys(labels))
    place = {name: k for k, name in enumerate(names)}
    umb = package.umb.ExplicitUmb()
    umb.index = index.UmbIndex(
        format_version=package.version.__format_version__,
        format_revision=package.version.__format_revision__,
        model_data=index.ModelData(name=game.name or None, comment=_comment(game)),
        transition_system=index.TransitionSystem(
            num_players=len(game.players),
            num_states=layout.states,
            num_initial_states=sum(weight > 0 for weight in game.initial.weights),
            num_choices=layout.rows,
            num_choice_actions=len(names),
            num_branches=len(probabilities),
            branch_probability_type=_rational(package, probabilities),
            player_to_name=list(game.players),
        ),
        annotations={},
    )
    umb.state_is_initial = [weight > 0 for weight in game.initial.weights]
    umb.state_to_player = owners
    umb.state_to_choices = layout.row_offsets.tolist()
    umb.choice_to_branches = rows.offsets.tolist()
    umb.branch_to_target = rows.columns.tolist()
    umb.branch_to_probability = probabilities
    umb.choice_to_choice_action = [place[label] for label in labels]
    umb.choice_action_to_string = names
    umb.annotations = {}
    for i in range(len(game.players)):
        own = [game.reward(i, row) for row in range(layout.rows)]
        _annotate(umb, package, "rewards", PLAYER.format(i + 1), "choices", own)
        _annotate(umb, package, GROUP, OWN.format(i + 1), "choices", [actions[i] for actions in joint])
    _annotate(umb, package, GROUP, "discount", "states", [game.discount] * layout.states)
    if max(game.initial.weights) < game.initial.denominator:
        _annotate(umb, package, GROUP, "initial", "states", game.initial.fractions())
    return umb


def _annotate(umb: Any, package: Any, group: str, name: str, entity: str, values: list[Any]) -> None:
    uint = package.datatypes.NumericPrimitiveType.UINT
    exact = any(isinstance(value, Fraction) for value in values)
    own = _rational(package, values) if exact else package.binary.SizedType.for_type(uint)
    described = package.umb.index.AnnotationDescription(applies_to=[entity], type=own)
    umb.index.annotations.setdefault(group, {})[name] = described
    umb.annotations.setdefault(group, {})[name] = {entity: values}


def _rational(package: Any, values: Iterable[Fraction]) -> Any:
    """The type of the values: two integers of as many words as the longest needs."""
    longest = max(max(value.numerator.bit_length() + 1, value.denominator.bit_length()) for value in values)
    kind = package.datatypes.NumericPrimitiveType.RATIONAL
    return package.binary.SizedType(kind, 2 * _WORD * math.ceil(longest / _WORD))


def _label(game: Game, state: int, joint: tuple[int, ...]) -> str:
    """What the movers do, or what everybody does where nobody has a choice."""
    own = game.actions[state]
    movers = [i for i, names in enumerate(own) if len(names) > 1] or range(len(own))
    return ",".join(own[i][joint[i]] for i in movers)


def _comment(game: Game) -> str:
    """Names that UMB has no place for."""
    return json.dumps({GROUP: {"states": game.states, "actions": game.actions}}, separators=(",", ":"))
