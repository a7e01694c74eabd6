"""Weakened checks of boxes with tilts (FORMAT 6.6); what a tilt costs is checked with the modes'."""

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

HIGH = "    check_vector(game, i, rows, known[0], Step.best_value, UPPER, where)\n"
LOW = (
    "    check_vector(game, i, rows, known[1], Step.best_value, LOWER, where)\n    check_vector(game, i, rows, known[2]"
)
VALUE = "    check_vector(game, i, rows, known[2], Step.policy_value, LOWER, where, paid[1:3])\n"
PAID = ", paid[1:3])\n    bounds"

MUTANTS = (
    Mutant("tilted-best-unchecked", HIGH, "", "tilted-high coin"),
    Mutant("tilted-low-unchecked", LOW, LOW[LOW.index("\n") + 1 :], "tilted-low coin"),
    Mutant("tilted-value-unchecked", VALUE, "", "tilted-value coin"),
    Mutant("tilted-value-unpaid", PAID, ")\n    bounds", "tilted-unpaid-value coin"),
    Mutant("tilted-gap-unchecked", "< step.gap_value(around, bounds):", "< 0:", "tilted-gap coin"),
    Mutant("tilted-gap-unpaid", "        step.paid = paid[1]\n", "", "tilted-unpaid-gap coin"),
    Mutant("tilted-free", "if shown + pay.tilt.cost > limit:", "if shown > limit:", "tilted-plain coin"),
    Mutant("tilted-limit", "if shown + pay.tilt.cost > limit:", "if False:", "tilted-plain coin"),
    Mutant(
        "tilted-top-unpaid", "UPPER, leaf.where, paid and paid[1:3])", "UPPER, leaf.where)", "tilted-unpaid-top coin"
    ),
    Mutant("tilted-below-best", "Ranges(known, paid is not None)", "Ranges(known, False)", "tilted-aside aside"),
    Mutant("tilted-low-best", "self.low = best if tilted else", "self.low = best if False else", "tilted-aside aside"),
    Mutant("tilted-top-best", "if self.tilted and beta < 0:", "if False:", "tilted-plain coin"),
    Mutant(
        "tilted-linear-unpaid", "self.at_vertices(gains[1])[1]", "self.at_vertices(gains[0])[1]", "tilted-plain coin"
    ),
    Mutant("tilted-one-place", "last.integer(range(len(tilts)))", "0", "coin.tilted-place.json"),
)
