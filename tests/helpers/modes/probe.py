"""The checker's rule of modes at one node of a tree, in this process; and starts for vectors that nobody proposed."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from certigap.bounds.boxes.tree import Split
from certigap.bounds.modes.exact import ModeClaim
from certigap.bounds.modes.nodes import DistanceSplit, ModeNode
from certigap.bounds.modes.proof import KINDS, ModeCover, ModeLeaf, ModeSplit, Visit
from certigap.bounds.modes.written import modes_json
from certigap.exact.integers import FloatArray
from certigap.model.files.vectors import vector_json
from tests.helpers.modes.draws import Draw


class Probe:
    """A draw as the checker `module` reads it."""

    def __init__(self, module: Any, draw: Draw) -> None:
        self.module, self.draw = module, draw
        node = module.Node
        self.game = module.Game(node(draw.data, "game"))
        lower = module.Vector(self.game.size, node(vector_json(draw.lower), "occupancy"))
        self.region = module.rule("measure", draw.measure)(self.game, draw.expert, draw.eps, lower)

    def cover(self, claim: ModeClaim, visits: Sequence[Visit], *nodes: ModeSplit | ModeLeaf) -> tuple[Any, list[Any]]:
        """The checker's view of a cover, its visits checked, its tree left unread; and these nodes written."""
        modes = claim.modes
        cover = ModeCover(claim.kind, claim.limit, modes.first, tuple(visits), nodes, modes.ball.unit)
        written = modes_json(self.draw.game, [cover])["modes"][claim.kind]

        class Unread(self.module.Cover):  # type: ignore[name-defined, misc]
            def check_tree(self, root: Any, node: Any) -> None:
                pass

        node = self.module.Node(written, "cover")
        return Unread(self.game, modes.player, self.region, {}, claim.kind, node), written["tree"]

    def shown(self, cover: Any, entries: Sequence[dict[str, Any]], halves: Sequence[int] = ()) -> Fraction:
        """What a leaf shows at the end of a path of splits and halves; `Invalid` when anything on the way fails."""
        part, shared, tilt = self.module.Part(self.region, {}), {}, cover.no_tilt
        for entry, half in zip(entries, halves, strict=False):
            members = self.looked_at(cover, part, entry)
            if "shared" in members:
                shared, tilt = cover.share_vectors(part, members)
            part.enter(len(part.path), part.halves(self.game, members["split"])[half])
        leaf = self.looked_at(cover, part, entries[-1])
        proof = cover.read(
            self.module.Node(entries[-1], "leaf"), leaf, Fraction(1), shared, tilt if shared else cover.tilt(leaf)
        )
        cover.check(part.sets(), proof, [name for name in KINDS[cover.kind] if name not in shared], None, "leaf")
        value: Fraction = cover.value(part, proof)
        return value

    def looked_at(self, cover: Any, part: Any, entry: dict[str, Any]) -> dict[str, Any]:
        """The members of a node, once its visits are read."""
        names = ("visits", "split", "shared", "leaf", "prices", "shares", "charge", "tilt")
        members: dict[str, Any] = self.module.Node(entry, "node").fields((), names)
        if "visits" in members and cover.closed(part, self.module.Node(entry, "node"), members["visits"]):
            raise self.module.Invalid("a node that holds a policy beyond the limit is closed")
        return members


def low_start(claim: ModeClaim, theta: float = 1.0) -> dict[str, FloatArray]:
    """Vectors below every solution: raised, they end near the least ones."""
    modes = claim.modes
    states = len(modes.ball.mass)
    most = theta * float(max(map(abs, modes.rewards))) / (1 - float(modes.ball.game.discount))
    return {name: np.full(states, -(2 if name in ("U0", "U1") else 1) * most) for name in KINDS[claim.kind]}


def walk(rng: Any, draw: Draw, node: ModeNode, steps: int) -> tuple[ModeNode, list[tuple[Split | DistanceSplit, int]]]:
    """Random splits, always into a half that holds the draw's policy."""
    path: list[tuple[Split | DistanceSplit, int]] = []
    cells = [(j, s) for j, own in enumerate(draw.policy) for s, row in enumerate(own) if len(row) > 1]
    for _ in range(steps if cells else 0):
        j, s = rng.choice(cells)
        row, center = draw.policy[j][s], draw.expert[j][s]
        distance = sum((abs(x - y) for x, y in zip(row, center, strict=True)), Fraction(0))
        shift = Fraction(rng.randrange(-8, 9), rng.choice((16, 64)))
        if rng.random() < 0.6:
            at = min(max(distance + shift, Fraction(0)), Fraction(2))
            split: Split | DistanceSplit = DistanceSplit(j, s, at)
            half = 0 if distance < at or (distance == at and rng.random() < 0.5) else 1
        else:
            a = rng.randrange(len(row))
            lower, upper = node.boxes.get((j, s), ((Fraction(0),) * len(row), (Fraction(1),) * len(row)))
            at = min(max(row[a] + shift, lower[a]), upper[a])
            split, half = Split(j, s, a, at), 0 if row[a] < at or (row[a] == at and rng.random() < 0.5) else 1
        path.append((split, half))
        node = node.halves(split)[half]
    return node, path
