"""Weakened checks of dominance and continuity (FORMAT 11 and 12).

No killing case: that a step's action is still left, which the list of what is left finds itself; the unit of a cover's
weights, since any positive one proves the same; that leaves lie on top of each other as their boxes say, which the
trees of regions have cases for.
"""

# ruff: noqa: E501, a snippet of the source stays in one piece

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

STRICT = "        return min(gains) > 0\n"
WEAK = 'return min(gains) >= 0 and (strength == "very-weak" or max(gains) > 0)'
VERY = "return all(value < values[action] for value in others)"
BELIEF = 'return all(value <= values[action] for value in others) and (strength == "strict" or min(belief) > 0)'
REGRET = "regret = max(total * max(column) - x for column, x in zip(zip(*table), mean(table, weights)))"
KAPPA = "return Fraction(regret, total * game.reward_den[i]) / (1 - game.discount)"
LEAST = "return Fraction(informed - best, sum(belief) * game.reward_den[i]) / (1 - game.discount)"
GONE = "if action not in left[i] or any(w and a not in left[i] for a, w in enumerate(weights)):"
LOWER = "if lower > max((value for first, value in known if first <= start), default=ZERO):"
UPPER = "if value > upper and first < end:"
WITNESS = 'return (l1(joint, around.center), "far" in parts), value'
AVOIDED = "max((r for held, action, r in covers if action == c and held <= avoided), default=-ONE)"
EVENT = "found.append(((max(first, ZERO), first >= 0), 2 * summed(around.row[a] for a in avoided)))"
FARTHEST = "return [((radius, False), 2 - 2 * x) for radius, x in zip(radii, around.row)]"
BALL = "found = Rows(self.center, radius, (products(low), products(high)))"
SEL = "if not of_max and (not is_weighted or rows.optimum(gains.__getitem__, LOWER) < 0):"
MAX = "if of_max and rows.optimum([-gain for gain in gains].__getitem__, UPPER, unit) > -radius * unit * rows.den:"
STRAY = "stray = max((value for first, value in events if first < (limits.budget, True)), default=ZERO)"
SHOWN = "shown.append((limits.slip + stray) * game.half_range(i) / (1 - game.discount) ** 2)"
STEPS = "if not starts or starts[0] != (ZERO, False) or any(a >= b for a, b in itertools.pairwise(starts)):"
WEIGHTS = "if min(weights) < 0 or sum(weights) == 0:"
CLAIMED = 'if not any(part in members for part in PARTS) or ("expert" in members) != ("kappa" in members):'
LEAF = "if den.denominator != 1 or den <= 0 or min(weights) < 0:"

MUTANTS = (
    # dominance
    Mutant("stage-states", '    if game.size != 1:\n        claim.fail("a game of one state")\n', "", "coin.dominance-states.json"),
    Mutant("stage-nothing", CLAIMED, CLAIMED.replace("not any(part in members for part in PARTS) or ", ""), "folds.dominance-nothing.json"),
    Mutant("stage-expert-alone", CLAIMED, CLAIMED.replace(' or ("expert" in members) != ("kappa" in members)', ""), "folds.dominance-expert.json"),
    Mutant("stage-no-entry", ' or node.fail("at least one entry")', "", "folds.dominance-empty.json"),
    Mutant("weights-negative", WEIGHTS, "if sum(weights) == 0:", "folds.weights-negative.json"),
    Mutant("weights-nothing", WEIGHTS, "if min(weights) < 0:", "folds.weights-nothing.json"),
    Mutant("dominated-by-itself", "    if mixture[action]:\n        return False\n", "", "edit folds"),
    Mutant("dominated-strict-ties", STRICT, STRICT.replace(">", ">="), "edit folds"),
    Mutant("dominated-strict-somewhere", STRICT, STRICT.replace("min", "max"), "edit folds"),
    Mutant("dominated-weak-anywhere", WEAK, 'return strength == "very-weak" or max(gains) > 0', "edit folds"),
    Mutant("dominated-weak-ties", WEAK, "return min(gains) >= 0", "edit folds"),
    Mutant("dominated-total", "x - sum(mixture) * y for x, y", "x - y for x, y", "edit folds"),
    Mutant("undominated-ties", VERY, VERY.replace("<", "<="), "edit folds"),
    Mutant("undominated-any-value", BELIEF, 'return strength == "strict" or min(belief) > 0', "edit folds"),
    Mutant("undominated-boundary", BELIEF, "return all(value <= values[action] for value in others)", "edit folds"),
    Mutant("undominated-later-rows", "for a, value in enumerate(values) if a != action]", "for a, value in enumerate(values) if a > action]", "edit folds"),
    Mutant("kappa-least-column", REGRET, REGRET.replace("regret = max(", "regret = min("), "edit folds"),
    Mutant("kappa-worst-action", REGRET, REGRET.replace("max(column)", "min(column)"), "edit folds"),
    Mutant("kappa-total", REGRET, REGRET.replace("total * ", ""), "edit folds"),
    Mutant("kappa-half", KAPPA, KAPPA.replace("total", "2 * total"), "edit folds"),
    Mutant("kappa-reward", KAPPA, KAPPA.replace(" * game.reward_den[i]", ""), "edit folds"),
    Mutant("kappa-discount", KAPPA, KAPPA.replace(" / (1 - game.discount)", ""), "edit again"),
    Mutant("least-free", LEAST, LEAST.replace("informed - best", "informed"), "edit folds"),
    Mutant("least-worst-action", "best = max(sum(q * x for q, x in zip(belief, line)) for line in table)", "best = min(sum(q * x for q, x in zip(belief, line)) for line in table)", "edit folds"),
    Mutant("least-sum", LEAST, LEAST.replace("sum(belief) * ", ""), "edit folds"),
    Mutant("actions-unchecked", "if not check(table, action, strength, weights):", "if False:", "edit folds"),
    Mutant("actions-exchanged", 'check = is_dominated if which == "mixture" else is_undominated', "check = is_undominated", "edit folds"),
    Mutant("steps-gone", GONE, "if action not in left[i]:", "edit folds"),
    Mutant("steps-unchecked", "if not is_dominated(table, left[i].index(action), strength, [weights[a] for a in left[i]]):", "if False:", "edit folds"),
    Mutant("steps-all-columns", "table = stage_table(game, i, left)\n", "table = stage_table(game, i)\n", "edit folds"),
    Mutant("steps-remaining", "if said_left != [game.actions[0][i][a] for a in left[i]]:", "if False:", "edit folds"),
    Mutant("final-unchecked", "            if not shown:\n", "            if False:\n", "edit folds"),
    Mutant("final-mixtures", "shown = is_undominated(table, place, strength, read_weights(own[name], len(table[0])))", "shown = True", "edit folds"),
    Mutant("final-actions", "shown = not any(is_dominated(table, place, strength, weights) for weights in pure)", "shown = True", "edit folds"),
    Mutant("final-false", '        if members["final"].value is not True:\n            members["final"].fail("true")\n', "", "folds.final-false.json"),
    Mutant("least-missing", "    if name not in parts:\n", "    if False:\n", "folds.least-missing.json"),
    # continuity
    Mutant("continuity-states", '    if game.size > 1:\n        claim.fail("a game with one state")\n', "", "coin.continuity-states.json"),
    Mutant("continuity-nothing", """    return words or claim.fail(f"one of {', '.join(names)}")""", "    return words", "fall.continuity-nothing.json"),
    Mutant("continuity-unproved", '                own.fail("its part of the proof")\n', '                words.append("")\n', "fall.continuity-unproved.json"),
    Mutant("steps-first", STEPS, STEPS.replace("starts[0] != (ZERO, False) or ", ""), "fall.steps-first.json"),
    Mutant("steps-order", STEPS, STEPS.replace(" or any(a >= b for a, b in itertools.pairwise(starts))", ""), "fall.steps-order.json"),
    Mutant("steps-beyond", "    if starts[-1] > (radius, False):\n", "    if False:\n", "fall.steps-beyond.json"),
    Mutant("steps-open-false", '    if "open" in step and step["open"].value is not True:\n        step["open"].fail("true")\n', "", "fall.steps-open.json"),
    Mutant("upper-unchecked", UPPER, "if False:", "edit fall"),
    Mutant("upper-before", UPPER, UPPER.replace("first < end", "first < start"), "edit fall"),
    Mutant("upper-negative", "events = [nothing, *(", "events = [*(", "edit fall"),
    Mutant("lower-unchecked", LOWER, "if False:", "edit fall"),
    Mutant("lower-later", LOWER, LOWER.replace(" if first <= start", ""), "edit fall"),
    Mutant("witness-distance", WITNESS, WITNESS.replace("l1(joint, around.center)", "ZERO"), "edit fall"),
    Mutant("witness-closed", WITNESS, WITNESS.replace('"far" in parts', "False"), "edit fall"),
    Mutant("witness-far", "keys = [(*key, x) for key, x in zip(keys, around.payoffs(around.joint(far)))]", "keys = [(x,) for x in around.payoffs(around.joint(far))]", "edit fall"),
    Mutant("witness-two-rows", "for j in range(around.game.n) if j != around.i) > 1:", "for j in range(around.game.n) if j != around.i) > 2:", "edit turning"),
    Mutant("witness-one-action", "if of_max else sum(around.row[a] for a in best))", "if of_max else min(around.row[a] for a in best))", "edit fall"),
    Mutant("avoided-held", AVOIDED, AVOIDED.replace(" and held <= avoided", ""), "edit fall"),
    Mutant("avoided-action", AVOIDED, AVOIDED.replace("action == c and ", ""), "edit fall"),
    Mutant("avoided-most", "first = min(radii, default=TWO + ONE)", "first = max(radii, default=TWO + ONE)", "edit fall"),
    Mutant("avoided-open", EVENT, EVENT.replace("first >= 0", "True"), "edit fall"),
    Mutant("avoided-small", "for size in range(1, len(around.support) + 1):", "for size in range(1, len(around.support)):", "edit fall"),
    Mutant("avoided-value", EVENT, EVENT.replace("2 * summed(", "summed("), "edit fall"),
    Mutant("farthest-action", "radii = [max((r for _, action, r in covers if action == a), default=ZERO)", "radii = [max((r for _, action, r in covers), default=ZERO)", "edit fall"),
    Mutant("farthest-value", FARTHEST, FARTHEST.replace("2 - 2 * x", "1 - x"), "edit fall"),
    Mutant("farthest-open", FARTHEST, FARTHEST.replace("False", "True"), "edit fall"),
    Mutant("cover-held", "if not of_max and any(w and k not in held for k, w in enumerate(weights)):", "if False:", "edit fall"),
    Mutant("cover-weightless", SEL, SEL.replace("not is_weighted or ", ""), "edit fall"),
    Mutant("cover-sel-unchecked", SEL, "if not of_max and not is_weighted:", "edit fall"),
    Mutant("cover-sel-most", SEL, SEL.replace("LOWER", "UPPER"), "edit fall"),
    Mutant("cover-point", BALL, BALL.replace("radius", "ZERO"), "edit fall"),
    Mutant("cover-empty", "return None if found.is_empty else found", "return None", "edit fall"),
    Mutant("cover-low", "low.append([max(first, 1 - sum(upper) + last) for", "low.append([max(first, last) for", "edit fall"),
    Mutant("cover-high", "high.append([min(last, 1 - sum(lower) + first) for", "high.append([min(last, first) for", "edit fall"),
    Mutant("cover-max-unchecked", MAX, "if False:", "edit fall"),
    Mutant("cover-max-radius", MAX, MAX.replace("-radius * ", "-"), "edit fall"),
    Mutant("cover-max-price", MAX, MAX.replace("UPPER, unit", "UPPER, 2 * unit"), "edit fall"),
    Mutant("cover-leaf-more", "        if len(leaf) > 1:\n            raise Malformed(f\"{where}: expected a leaf alone\")\n", "", "fall.cover-leaf.json"),
    Mutant("cover-negative", LEAF, LEAF.replace(" or min(weights) < 0", ""), "fall.cover-negative.json"),
    Mutant("cover-denominator", LEAF, LEAF.replace(" or den <= 0", ""), "fall.cover-denominator.json"),
    Mutant("cover-broken-denominator", LEAF, LEAF.replace("den.denominator != 1 or ", ""), "fall.cover-broken.json"),
    Mutant("steps-theorem-states", '        proof.fail("nothing but a game of a single state")\n', "        pass\n", "coin.steps-theorem.json"),
    Mutant("steps-theorem-slip", SHOWN, SHOWN.replace("limits.slip + ", ""), "edit meet"),
    Mutant("steps-theorem-stray", SHOWN, SHOWN.replace(" + stray", ""), "edit meet"),
    Mutant("steps-theorem-reach", STRAY, STRAY.replace("limits.budget", "ZERO"), "edit meet"),
    Mutant("steps-theorem-least", "    return max(shown)\n\n\ndef farthest", "    return min(shown)\n\n\ndef farthest", "edit again"),
    Mutant("steps-theorem-discount", SHOWN, SHOWN.replace(" / (1 - game.discount) ** 2", ""), "edit again"),
    Mutant("kappa-ball-least", "Fraction(max(rows.optimum(line.__getitem__, UPPER) for line in losses), rows.den)", "Fraction(min(rows.optimum(line.__getitem__, UPPER) for line in losses), rows.den)", "edit fall"),
    Mutant("kappa-ball-point", "rows = Rows(around.center, radius)", "rows = Rows(around.center)", "edit fall"),
    Mutant("kappa-ball-unit", "unit = den * game.reward_den[around.i] * (1 - game.discount)", "unit = 2 * den * game.reward_den[around.i] * (1 - game.discount)", "edit fall"),
    Mutant("kappa-ball-discount", "unit = den * game.reward_den[around.i] * (1 - game.discount)", "unit = den * game.reward_den[around.i]", "edit again"),
    Mutant("kappa-ball-far", "        if l1(joint, around.center) > radius:\n", "        if False:\n", "edit fall"),
    Mutant("kappa-no-policy", "        if proof is None:\n", "        if False:\n", "fall.kappa-no-policy.json"),
)  # fmt: skip
