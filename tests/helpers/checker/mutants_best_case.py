"""Weakened checks of best cases (FORMAT 10)."""

# ruff: noqa: E501, a snippet of the source stays in one piece

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

INSIDE = "if not 2 * max(above, below) <= radius <= 2 * min(under, over):"
SUPPORTS = "for size in range(1, min(len(table), len(table[0])) + 1):"
PAIRS = "found = [[x, y] for x in rows for y in columns if stage_gap(game, [x, y]) == 0]"
LEAST = "return Fraction(max(found), rows[0].den * rows[1].den * game.reward_den[i])"
FAR = 'check_far(game, radius, None if endless else lower, proof.fields(("equilibria",), parts)["equilibria"])'

MUTANTS = (
    Mutant("best-other-games", '    if game.n != 2 or game.size != 1 or game.discount:\n        claim.fail("a bimatrix game")\n', "", "again.best-discount.json"),
    Mutant("best-three-players", "    if game.n != 2 or game.size != 1 or", "    if game.size != 1 or", "trio.best-three.json"),
    Mutant("best-states", "game.n != 2 or game.size != 1 or game.discount:", "game.n != 2 or game.discount:", "myopic.best-states.json"),
    Mutant("best-discounted", "game.n != 2 or game.size != 1 or game.discount:", "game.n != 2 or game.size != 1:", "again.best-discount.json"),
    Mutant("best-lower-free", "    if endless or lower > 0:\n", "    if endless:\n", "best-lower dilemma"),
    Mutant("best-lower-small", "    if endless or lower > 0:\n", "    if endless or lower > 1:\n", "best-lower dilemma"),
    Mutant("best-endless-free", "    if endless or lower > 0:\n", "    if lower > 0:\n", "best-lower dilemma"),
    Mutant("best-endless-limit", FAR, FAR.replace("None if endless else lower", "lower"), "best-lower dilemma"),
    Mutant("best-lower-limit", FAR, FAR.replace("None if endless else lower", "None if endless else lower / 8"), "best-lower dilemma"),
    Mutant("best-upper-free", '    if "upper" in sides:\n        node = proof.fields(("witness",)', '    if "upper" in sides:\n        words.append("")\n    if False:\n        node = proof.fields(("witness",)', "best-upper dilemma"),
    Mutant("best-nothing-claimed", "    if not words and not endless:\n", "    if False:\n", "dilemma.best-nothing.json"),
    # the witness
    Mutant("near-no-equilibrium", "    if stage_gap(game, expert) > 0:\n", "    if False:\n", "best-upper dilemma"),
    Mutant("near-anywhere", "    if found != radius:\n", "    if False:\n", "best-upper dilemma"),
    Mutant("near-closer", "    if found != radius:\n", "    if found > radius:\n", "best-upper dilemma"),
    Mutant("near-farther", "    if found != radius:\n", "    if found < radius:\n", "best-upper meet"),
    Mutant("near-first-player", "found = l1(products(policy), products(expert))", "found = l1(policy[0], expert[0])", "best-upper meet"),
    Mutant("near-rows", "found = l1(products(policy), products(expert))", "found = sum(map(l1, policy, expert))", "best-upper dilemma"),
    Mutant("near-gap-free", "    if stage_gap(game, policy) > upper:\n", "    if False:\n", "best-upper dilemma"),
    Mutant("stage-gap-least", "ZERO)) / game.reward_den[i])\n    return max(gaps)", "ZERO)) / game.reward_den[i])\n    return min(gaps)", "best-upper meet"),
    Mutant("stage-gap-transposed", "(1, rows[1], [*zip(*second)])", "(1, rows[1], second)", "best-upper dilemma"),
    Mutant("stage-gap-own-table", "(1, rows[1], [*zip(*second)])", "(1, rows[1], [*zip(*first)])", "best-upper dilemma"),
    Mutant("stage-gap-first-action", "gaps.append((max(values) - sum(", "gaps.append((values[0] - sum(", "best-upper dilemma"),
    Mutant("stage-gap-unit", "ZERO)) / game.reward_den[i])\n    return max(gaps)", "ZERO)) / (2 * game.reward_den[i]))\n    return max(gaps)", "best-upper dilemma"),
    # the equilibria
    Mutant("far-missing", "        if tree is None:\n", "        if tree is None and trees:\n            continue\n        if tree is None:\n", "best-lower meet"),
    Mutant("far-none-listed", '            raise Invalid(f"{node.where}: the equilibrium', '            continue\n            raise Invalid(f"{node.where}: the equilibrium', "best-lower dilemma"),
    Mutant("far-first-equilibrium", "    equilibria = all_equilibria(game, node)\n", "    equilibria = all_equilibria(game, node)[:1]\n", "best-lower meet"),
    Mutant("far-leaf-of-four", 'if len(leaf) > 1 or leaf["leaf"].value != []:', "if len(leaf) > 1:", "dilemma.best-leaf-four.json"),
    Mutant("far-leaf-linear", 'if len(leaf) > 1 or leaf["leaf"].value != []:', 'if leaf["leaf"].value != []:', "dilemma.best-leaf-linear.json"),
    Mutant("far-leaves-unchecked", "            check_profiles(game, boxes, target, radius, limit, where)\n", "", "best-lower dilemma"),
    Mutant("equilibria-gap", PAIRS, PAIRS.replace("== 0", "< 0"), "best-lower dilemma"),
    Mutant("equilibria-infinitely-many", "        if len({tuple(row) for row in sides}) < len(found):\n", "        if False:\n", "best-lower tied"),
    Mutant("equilibria-one-side", "    for sides in zip(*found):\n", "    for sides in [*zip(*found)][1:]:\n", "best-lower tied"),
    Mutant("equilibria-own-table", "extreme_rows(matrix(game, 1)), extreme_rows(", "extreme_rows(matrix(game, 0)), extreme_rows(", "best-lower meet"),
    Mutant("equilibria-other-table", "zip(*matrix(game, 0))])", "zip(*matrix(game, 1))])", "best-lower meet"),
    Mutant("extreme-pure", SUPPORTS, "for size in range(1, 2):", "best-lower meet"),
    Mutant("extreme-mixed", SUPPORTS, "for size in range(2, min(len(table), len(table[0])) + 1):", "best-lower meet"),
    Mutant("extreme-small", SUPPORTS, SUPPORTS.replace(" + 1)", ")"), "best-lower meet"),
    Mutant("extreme-first-support", "for support in itertools.combinations(range(len(table)), size):", "for support in [*itertools.combinations(range(len(table)), size)][:1]:", "best-lower dilemma"),
    Mutant("extreme-first-tight", "for tight in itertools.combinations(zip(*table), size):", "for tight in [*itertools.combinations(zip(*table), size)][:1]:", "best-lower dilemma"),
    Mutant("extreme-large-weights", "min(solution[:-1]) <= 0:", "min(solution[:-1]) <= Fraction(1, 2):", "best-lower meet"),
    Mutant("extreme-strict", "if max(values) <= solution[-1] and row", "if max(values) < solution[-1] and row", "best-lower dilemma"),
    Mutant("extreme-sign", "                system = [[*(Fraction(line[a]) for a in support), -ONE, ZERO]", "                system = [[*(Fraction(line[a]) for a in support), ONE, ZERO]", "best-lower meet"),
    Mutant("solution-no-pivoting", "if system[r][k]), None)", "if system[k][k]), None)", "best-lower dilemma"),
    Mutant("solution-no-back", "row if r == k else [x - row[k] * y", "row if r <= k else [x - row[k] * y", "best-lower meet"),
    # the leaves
    Mutant("profiles-low", "max(l, 1 - sum(upper) + u) for l, u", "max(l, u) for l, u", "best-lower meet"),
    Mutant("profiles-high", "min(u, 1 - sum(lower) + l) for l, u", "min(u, l) for l, u", "best-lower meet"),
    Mutant("profiles-empty", "    if any(row.is_empty for row in rows):\n", "    if any(row.is_empty for row in rows) or len(boxes) > 1:\n", "best-lower dilemma"),
    Mutant("profiles-box", "rows = [Rows(first, TWO + TWO, (first, last))", "rows = [Rows(first, ZERO, (first, last))", "best-lower dilemma"),
    Mutant("profiles-above", INSIDE, INSIDE.replace("2 * max(above, below)", "4 * max(above, below)"), "best-lower dilemma"),
    Mutant("profiles-above-sum", INSIDE, INSIDE.replace("max(above, below)", "(above + below)"), "best-lower dilemma"),
    Mutant("profiles-under", INSIDE, INSIDE.replace("2 * min(under, over)", "min(under, over)"), "best-lower dilemma"),
    Mutant("profiles-always-outside", INSIDE, "if True:", "best-lower dilemma"),
    Mutant("profiles-low-end", "ends = [products(low), products(high)]", "ends = [products(low), products(low)]", "best-lower dilemma"),
    Mutant("profiles-high-end", "ends = [products(low), products(high)]", "ends = [products(high), products(high)]", "best-lower dilemma"),
    Mutant("profiles-bound-free", "    if limit is None or shown < limit:\n", "    if limit is None:\n", "best-lower dilemma"),
    Mutant("profiles-endless-free", "    if limit is None or shown < limit:\n", "    if limit is not None and shown < limit:\n", "best-lower dilemma"),
    Mutant("profiles-sum", "shown = max(least_gap(game, i, rows) for i in range(2))", "shown = sum(least_gap(game, i, rows) for i in range(2))", "best-lower dilemma"),
    Mutant("least-gap-largest", "nest(rows, order, partial(gain, best), 0, game.strides[0], LOWER)", "nest(rows, order, partial(gain, best), 0, game.strides[0], UPPER)", "best-lower dilemma"),
    Mutant("least-gap-unit", LEAST, LEAST.replace("rows[0].den * rows[1].den", "rows[0].den"), "best-lower dilemma"),
    Mutant("least-gap-reward", LEAST, LEAST.replace(" * game.reward_den[i]", ""), "best-lower dilemma"),
    Mutant("least-gap-own-twice", "return own[k + (best - k // stride % size) * stride] - own[k]", "return own[k + (best - k // stride % size) * stride] - min(0, own[k])", "best-lower meet"),
    Mutant("least-gap-action", "return own[k + (best - k // stride % size) * stride] - own[k]", "return max(own) - own[k]", "best-lower meet"),
    Mutant("least-gap-rewards", "game.strides[0][i], game.sizes[0][i], game.rewards[i]", "game.strides[0][i], game.sizes[0][i], [max(x) for x in zip(*game.rewards)]", "best-lower meet"),
)  # fmt: skip
