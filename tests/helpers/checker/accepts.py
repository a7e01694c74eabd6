"""True certificates of the games of the cases, made by the package: every kind of claim and of proof."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from certigap.bounds.short_occupancy import short_occupancy
from certigap.certificates.certificate import Certificate
from certigap.certificates.claims import certificate
from certigap.exact.rational import format_rational
from certigap.model.files.codec import policy_rows_to_json
from certigap.model.files.vectors import vector_json
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.questions.region_bound import region_bound
from certigap.questions.theorem_instance import theorem_instance
from certigap.questions.worst_case.question import worst_case
from certigap.regions.engine import PlayerBound, RegionEngine
from certigap.regions.region import Box, Region, rectangular_hull
from certigap.semantics import gaps, matching_errors, occupancy
from tests.helpers.checker.games import Trio

Data = dict[str, Any]
DOMINANT = ("dilemma", "slack")
FOR_BALLS = ("meet", "alone", "again", "far", "myopic", "tied", "deal", "broad")  # `accepts_balls` alone speaks of them
SMALL = ("rich", "match", "tempt", "last", "cliff", "hidden", "trap", "leaky", "greedy", "sharp")


def plain(cert: Any) -> Data:
    """A certificate as data, without what differs from run to run."""
    data: Data = cert.to_json()
    del data["provenance"]
    return data


def certificates(name: str, trio: Trio) -> Iterator[tuple[str, Data]]:
    """(case, certificate) of one game."""
    game, expert, learner = trio
    if name in FOR_BALLS:
        return
    if name in SMALL:
        yield from of_theorems(game, expert, learner)
        return
    yield from of_one_policy(game, expert, learner)
    yield from of_regions(game, expert)
    eps = Fraction(1, 10)
    for theorem in ("trivial", "value-gap", "concentrability", *(["dse"] if name in DOMINANT else [])):
        yield theorem, plain(certificate(theorem_instance(game, expert, theorem, eps)))
    yield from of_balls(game, expert, eps)
    yield "tree", tree(game, expert, Fraction(1, 5))


def of_theorems(game: Game, expert: Policy, learner: Policy) -> Iterator[tuple[str, Data]]:
    """For games that were made for a theorem: at the learner's error, at 0, and as far as policies go."""
    error = matching_errors(game, expert, learner, arithmetic="exact").eps_bc.value
    for theorem in ("trivial", "value-gap", "concentrability"):
        for k, radius in enumerate(sorted({Fraction(0), error, Fraction(2)})):
            yield f"{theorem}-{k}", plain(certificate(theorem_instance(game, expert, theorem, radius)))
    yield "gap", plain(certificate(gaps(game, learner), "nash-gap"))


def of_one_policy(game: Game, expert: Policy, learner: Policy) -> Iterator[tuple[str, Data]]:
    for arithmetic in ("exact", "enclosed"):
        found = gaps(game, learner, arithmetic=arithmetic)
        yield f"gap-{arithmetic}", plain(certificate(found, "nash-gap"))
        yield f"value-{arithmetic}", plain(certificate(found, "policy-value"))
        yield f"errors-{arithmetic}", plain(certificate(matching_errors(game, expert, learner, arithmetic=arithmetic)))
    yield "equilibrium", plain(certificate(gaps(game, expert), "equilibrium"))


def of_regions(game: Game, expert: Policy) -> Iterator[tuple[str, Data]]:
    yield "region", plain(certificate(region_bound(expert, "1/5")))
    radii = ((Fraction(1, 2),) * len(game.states),) * len(game.players)
    lower, upper = boxes(expert, Fraction(1, 8))
    yield "box", plain(certificate(RegionEngine(game).bound(Region(expert, radii, lower, upper))))


def boxes(center: Policy, width: Fraction) -> tuple[Box, Box]:
    """Probabilities within `width` of the centre's."""
    rows = [[row.fractions() for row in own] for own in center.rows]
    lower = tuple(tuple(tuple(max(Fraction(0), p - width) for p in row) for row in own) for own in rows)
    upper = tuple(tuple(tuple(min(Fraction(1), p + width) for p in row) for row in own) for own in rows)
    return lower, upper


def of_balls(game: Game, expert: Policy, eps: Fraction) -> Iterator[tuple[str, Data]]:
    """The package's witness, with a cover of one leaf: the rectangular hull of the ball."""
    both = plain(certificate(worst_case(game, expert, eps)))
    lower = short_occupancy(expert, occupancy(game, expert).lower)
    bound = RegionEngine(game).bound(rectangular_hull(expert, eps, lower))
    covers = {
        player: {"vectors": [vector_json(v) for v in four(own)], "tree": [{"leaf": [0, 1, 2, 3]}]}
        for player, own in zip(game.players, bound.players, strict=True)
    }
    ends = {"lower": both["claim"]["nash_gap"]["lower"], "upper": format_rational(bound.upper)}
    proof = {key: both["proof"][key] for key in ("witness",) if key in both["proof"]}
    proof["cover"] = {"occupancy": {"lower": vector_json(lower)}, "players": covers}
    both = both | {"claim": both["claim"] | {"nash_gap": ends}, "proof": proof}
    yield "worst", both
    yield "worst-lower", one_side(both, "lower", "witness")
    yield "worst-upper", one_side(both, "upper", "cover")
    trivial = {"name": "trivial", "proof": {}}
    limit = theorem_instance(game, expert, "trivial", eps).bound
    claim = both["claim"] | {"nash_gap": {"upper": format_rational(limit)}}
    yield "worst-theorem", both | {"claim": claim, "proof": {"theorem": trivial}}


def one_side(data: Data, side: str, part: str) -> Data:
    claim = data["claim"] | {"nash_gap": {side: data["claim"]["nash_gap"][side]}}
    return data | {"claim": claim, "proof": {part: data["proof"][part]} if part in data["proof"] else {}}


def tree(game: Game, expert: Policy, eps: Fraction) -> Data:
    """A worst-case certificate whose cover is split by hand: at the first state where somebody has a choice, twice."""
    lower = short_occupancy(expert, occupancy(game, expert).lower)
    mass = [max(Fraction(0), x) for x in lower.fractions()]
    j, s = next(
        (j, s)
        for s in range(len(game.states))
        for j in range(len(game.players))
        if len(game.actions[s][j]) > 1 and mass[s]
    )
    cut, edge = cuts(expert.rows[j][s].fractions()[-1], eps / mass[s])
    names = [game.players[j], game.states[s], game.actions[s][j][-1]]
    steps = [{"split": [*names, format_rational(cut)]}, None, {"split": [*names, format_rational(edge)]}, None, None]
    sides = [(Fraction(0), cut), (cut, edge), (edge, Fraction(1))]
    covers, limit = {}, Fraction(0)
    for i, player in enumerate(game.players):
        vectors: list[Data] = []
        nodes: list[Data] = []
        ends = iter(sides)
        for step in steps:
            if step is not None:
                nodes.append(step)
                continue
            bound = leaf(game, expert, (i, j, s), next(ends), eps, mass)
            places = [len(vectors) + k for k in range(4)] if bound is not None else [0, 0, 0, 0]
            nodes.append({"leaf": places})
            if bound is not None:
                vectors += [vector_json(v) for v in four(bound)]
                limit = max(limit, bound.pair)
        covers[player] = {"vectors": vectors, "tree": nodes}
    claim = {
        "kind": "worst-case",
        "measure": "bc",
        "expert": policy_rows_to_json(expert),
        "radius": format_rational(eps),
        "nash_gap": {"upper": format_rational(limit)},
    }
    proof = {"cover": {"occupancy": {"lower": vector_json(lower)}, "players": covers}}
    return plain(Certificate(game, claim, proof))


def cuts(center: Fraction, radius: Fraction) -> tuple[Fraction, Fraction]:
    """Two places to cut, the first inside what the budget allows when there is room for it, the last near 1."""
    low, high = max(Fraction(0), center - radius / 2), min(Fraction(1), center + radius / 2)
    return low + (high - low) / 3, low + 2 * (high - low) / 3


def four(bound: PlayerBound) -> tuple[Any, ...]:
    return bound.best_upper, bound.best_lower, bound.value_lower, bound.gap_upper


def leaf(
    game: Game,
    expert: Policy,
    place: tuple[int, int, int],
    side: tuple[Fraction, Fraction],
    eps: Fraction,
    mass: list[Fraction],
) -> PlayerBound | None:
    """Player i's bound where the last action of player j at state s has a probability in `side` (FORMAT 6.2)."""
    i, j, s = place
    center = expert.rows[j][s].fractions()
    least = 2 * max(side[0] - center[-1], center[-1] - side[1], Fraction(0))
    radii = [[min(Fraction(2), eps / m) if m else Fraction(2) for m in mass] for _ in game.players]
    left = eps - mass[s] * least
    if left < 0:
        return None
    radii[j] = [
        min(Fraction(2), (least if t == s else Fraction(0)) + left / m) if m else Fraction(2)
        for t, m in enumerate(mass)
    ]
    low, high = boxes(expert, Fraction(1))
    cell = ((*low[j][s][:-1], side[0]), (*high[j][s][:-1], side[1]))
    low, high = (put(box, j, s, row) for box, row in zip((low, high), cell, strict=True))
    return RegionEngine(game).player_bound(Region(expert, tuple(map(tuple, radii)), low, high), i)


def put(box: Box, j: int, s: int, row: tuple[Fraction, ...]) -> Box:
    own = (*box[j][:s], row, *box[j][s + 1 :])
    return (*box[:j], own, *box[j + 1 :])
