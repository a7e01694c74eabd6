"""Policies as pictures: a panel a player, the darker the likelier."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # a policy knows how to show itself: the picture stands below it
    from certigap.model.policy import Policy

__all__ = ["policies_figure"]

_LINES = 40  # rows of a panel: more cannot be read
_NAMED = 12  # actions with names below
_WRITTEN = 8  # rows and actions up to which the numbers are written into the fields
_NAME = 16  # characters


def policies_figure(policies: Sequence["Policy"], labels: Sequence[str], title: str, path: str | None = None) -> Any:
    """Probabilities as shades, `[states, actions]` of one policy or `[policies, actions]` of several.

    Args:
        policies: one policy of any game, or several of a game of one state.
        labels: of the rows.
        title: above the picture.
        path: where to save it (PNG, PDF, SVG by its ending); None: not saved.

    Returns:
        The matplotlib figure, made without pyplot: nothing global changes.
    """
    from certigap.model.picture import Picture

    game = policies[0].game
    shown = [label[:_NAME] for label in labels[:_LINES]]
    figure = Picture(figsize=(max(3.6, 2.4 * len(game.players)), 1.6 + 0.24 * len(shown)), layout="constrained")
    panels = figure.subplots(1, len(game.players), squeeze=False)[0]
    for player, axes in zip(game.players, panels, strict=True):
        table = np.concatenate([policy.to_numpy(player) for policy in policies])[:_LINES]
        axes.imshow(table, vmin=0, vmax=1, cmap="Blues", aspect="auto")
        axes.set_title(f"player {player}"[:_NAME], fontsize=9)
        axes.set_yticks(range(len(shown)), shown if axes is panels[0] else [""] * len(shown), fontsize=7)
        axes.set_xticks(*_ticks(policies[0], player, table.shape[1]), fontsize=7, rotation=45)
        if max(table.shape) <= _WRITTEN:
            for (row, column), value in np.ndenumerate(table):
                axes.text(column, row, f"{value:.2g}", ha="center", va="center", fontsize=7, color=_ink(value))
    figure.suptitle(title, fontsize=9)
    if path is not None:
        figure.savefig(path, dpi=160)
    return figure


def _ticks(policy: "Policy", player: str, width: int) -> tuple[list[int], list[str]]:
    """Names of the actions where they are few and the same at every state, else their numbers."""
    i = policy.game.players.index(player)
    names = max((own[i] for own in policy.game.actions), key=len)
    if width <= _NAMED and all(own[i] == names[: len(own[i])] for own in policy.game.actions):
        return list(range(width)), [name[:_NAME] for name in names]
    places = list(range(0, width, max(1, width // _NAMED)))
    return places, [str(k + 1) for k in places]


def _ink(value: float) -> str:
    return "white" if value > 0.5 else "black"  # on the dark half of the shades
