"""FORMAT 7: an interval around the largest gap in a ball."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from game import Game, Policy, read_rows
from kernel import LOWER, UPPER, Ask, Derive, read_radius, show
from reading import Invalid, Node
from rules import RULES, rule
from values import Evaluation, distances

Course = tuple[Callable[..., Any], Callable[..., Evaluation], Callable[..., dict[str, Derive]]]
Bound = Callable[[Any, Any, str, Fraction, Fraction, Node], Fraction]  # as `bound_NAME` of `rules`


def claim_worst_case(
    game: Game, claim: Node, proof: Node, ask: Ask, bounds: dict[str, Bound] | None = None, course: Course | None = None
) -> list[str]:
    """`bounds` and `course` (see `check_witness`) are those of another format of games."""
    names = RULES["bound"] if bounds is None else bounds
    members = claim.fields(("kind", "measure", "expert", "radius", "nash_gap"))
    measure, sides = members["measure"].one_of(RULES["measure"]), members["nash_gap"].fields((), ("lower", "upper"))
    parts = proof.fields((), ("witness", *names))
    expert, radius, words = ask("expert"), read_radius(members["radius"]), []
    if "lower" in sides:
        lower = sides["lower"].rational()
        if lower > 0:
            check_witness(game, expert, measure, radius, lower, proof.fields(("witness",), parts)["witness"], course)
        words.append(f"some nash_gap >= {show(lower, LOWER)}")
    if "upper" in sides:
        limit = sides["upper"].rational()
        found = [name for name in names if name in parts]
        if not found:
            proof.fail("a cover, a theorem or an occupancy" if bounds is None else " or ".join(bounds))
        shown = (bounds[found[0]] if bounds else rule("bound", found[0]))(
            game, expert, measure, radius, limit, parts[found[0]]
        )
        if limit < shown:
            raise Invalid(f"{sides['upper'].where}: claims {show(limit)}, the proof shows {show(shown)}")
        words.append(f"every nash_gap <= {show(limit, UPPER)}")
    if not words:
        members["nash_gap"].fail("lower, upper or both")
    when = " at every step" if course else ""
    return [f"over the policies with eps_{measure} <= {show(radius)}{when}: {' and '.join(words)}"]


def check_witness(
    game: Game,
    expert: Policy,
    measure: str,
    radius: Fraction,
    lower: Fraction,
    node: Node,
    course: Course | None = None,
) -> None:
    """A policy in the ball, and players who gain at least `lower` against it.

    `course`: what reads a policy's rows, evaluates it, and derives its errors.
    """
    moved = ("policy_occupancy",) if measure != "bc" else ()
    read, evaluate, measured = course or (read_rows, Evaluation, distances)
    policy = read(game, node.fields(("policy", "occupancy", "values", "optima", *moved))["policy"])
    derive = measured(game, evaluate(game, expert, node), evaluate(game, policy, node, "policy_"))
    error = derive[f"eps_{measure}"](UPPER)
    if error > radius:
        raise Invalid(f"{node.where}: its eps_{measure} is up to {show(error)}, the radius {show(radius)}")
    shown = evaluate(game, policy, node).nash_gap(LOWER)
    if shown < lower:
        raise Invalid(f"{node.where}: claims a gap of {show(lower)}, the witness shows {show(shown)}")
