"""FORMAT 7: an interval around the largest gap in a ball."""

from fractions import Fraction

from game import Game, Policy, read_rows
from kernel import LOWER, UPPER, Ask, read_radius, show
from reading import Invalid, Node
from rules import RULES, rule
from values import Evaluation, distances


def claim_worst_case(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members = claim.fields(("kind", "measure", "expert", "radius", "nash_gap"))
    measure, sides = members["measure"].one_of(RULES["measure"]), members["nash_gap"].fields((), ("lower", "upper"))
    parts = proof.fields((), ("witness", *RULES["bound"]))
    expert, radius, words = ask("expert"), read_radius(members["radius"]), []
    if "lower" in sides:
        lower = sides["lower"].rational()
        if lower > 0:
            check_witness(game, expert, measure, radius, lower, proof.fields(("witness",), parts)["witness"])
        words.append(f"some nash_gap >= {show(lower, LOWER)}")
    if "upper" in sides:
        limit = sides["upper"].rational()
        found = [name for name in RULES["bound"] if name in parts]
        if not found:
            proof.fail("a cover, a theorem or an occupancy")
        shown = rule("bound", found[0])(game, expert, measure, radius, limit, parts[found[0]])
        if limit < shown:
            raise Invalid(f"{sides['upper'].where}: claims {show(limit)}, the proof shows {show(shown)}")
        words.append(f"every nash_gap <= {show(limit, UPPER)}")
    if not words:
        members["nash_gap"].fail("lower, upper or both")
    return [f"over the policies with eps_{measure} <= {show(radius)}: {' and '.join(words)}"]


def check_witness(game: Game, expert: Policy, measure: str, radius: Fraction, lower: Fraction, node: Node) -> None:
    """A policy in the ball, and players who gain at least `lower` against it."""
    moved = ("policy_occupancy",) if measure != "bc" else ()
    policy = read_rows(game, node.fields(("policy", "occupancy", "values", "optima", *moved))["policy"])
    derive = distances(game, Evaluation(game, expert, node), Evaluation(game, policy, node, "policy_"))
    error = derive[f"eps_{measure}"](UPPER)
    if error > radius:
        raise Invalid(f"{node.where}: its eps_{measure} is up to {show(error)}, the radius {show(radius)}")
    shown = Evaluation(game, policy, node).nash_gap(LOWER)
    if shown < lower:
        raise Invalid(f"{node.where}: claims a gap of {show(lower)}, the witness shows {show(shown)}")
