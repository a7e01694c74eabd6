"""Weakened checks of covers by modes (FORMAT 6.5).

No killing case with a false claim, for they only cost the prover: the cap of the moved mass, R2, the free steps that
do not pay, the order of the rows, the price of the own row in a bound of V*, the sign of a rate where M is 0 (nobody
comes, so nothing is charged), how the text of a vector is read (it only proposes), visit bounds of V* in a cover of -V
of the same player (one knows the deviator alone, the other the imitator alone). On which vectors a remembered
inequality rests is tested by itself (`test_remembered`).

Every killing case claims what is false (`test_mutants`).
"""

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

CHECKED = "        self.check(sets, proof, VECTORS[self.kind], (group, s), node.where)\n"
LESS = "        least = self.value(part, proof) - theta * self.limit\n"
KEPT = "        self.trail.append((group, s, self.visits[group][s]))\n"
KEPT += "        self.see(group, s, min(self.visits[group][s], least))\n"
SHARED_CHECK = '        self.check(sets, proof, [*shared], None, parts["shared"].where)\n'
OPEN = 'f"{entry.where}: the node has neither leaf nor split, and no visit below 0"'
MISSING = 'raise Invalid(f"{node.where}: {len(waiting)} leaves are missing, the region is not covered")'
LEAF_CHECK = (
    "        self.check(sets, proof, [name for name in VECTORS[self.kind] if name not in shared], None, node.where)\n"
)
LACK = "point.lack(name, around, scale, marked)"
OWN_CHARGE = "int(rates[self.i][name][s] * scale * point.unit * sets[self.i][s][0].low)"
CHARGE = "return total - fee * max(0, moved - self.free)"
STEP = "(most if gain > fee else free if gain > 0 else 0) - moved"
RESTORED = "self.held[j][s], self.paid[j] = held, paid"

ROWS = (
    Mutant("mode-give-none", "self.give = [k - min(e, y) for k,", "self.give = [0 * k for k,", "modes-plain pair"),
    Mutant(
        "mode-take-none",
        "self.take = [max(y - e, 0) - m for",
        "self.take = [0 * m for",
        "modes-plain coin",
    ),
    Mutant("mode-cap-largest", "self.cap = den - min(", "self.cap = den - max(", "modes-plain wide"),
    Mutant("mode-free-less", "int(low * den) // 2", "int(low * den) // 8", "modes-tree tempt"),
    Mutant(
        "mode-charge-twice",
        f"{CHARGE}, may_swap",
        f"{CHARGE.replace('fee', '2 * fee')}, may_swap",
        "modes-plain tempt",
    ),
    Mutant("mode-charge-all", f"{CHARGE}, may_swap", "return total - fee * moved, may_swap", "modes-tree tempt"),
    Mutant("mode-swap-charge", f"{CHARGE}\n", "return total - fee * moved\n", "modes-halves tempt"),
    Mutant("mode-gain-price", STEP, STEP.replace("> fee", "> 4 * fee"), "modes-plain tempt"),
    Mutant("mode-free-never", STEP, STEP.replace("free if gain > 0 else 0", "0"), "modes-halves tempt"),
    Mutant("mode-early", "max(q1) - min(q0) <= fee", "max(q1) - min(q0) <= 4 * fee", "modes-plain tempt"),
    Mutant("mode-early-free", "not moved and not self.free and max", "not moved and max", "modes-halves alone"),
    Mutant("mode-amount-again", "amount - some, room - some", "amount - some, 0", "modes-plain wide"),
    Mutant("mode-takers-worst", "key=q1.__getitem__, reverse=True)", "key=q1.__getitem__)", "modes-plain pair"),
    Mutant(
        "mode-donors-best",
        "donors = sorted(self.givers, key=q0.__getitem__)",
        "donors = sorted(self.givers, key=q0.__getitem__, reverse=True)",
        "modes-plain wide",
    ),
    Mutant("mode-need-ignored", "        if moved or self.need:\n", "        if False:\n", "modes-region pair"),
    Mutant(
        "mode-lost-worthless",
        "sum(gain * self.lost[c] for gain, c in",
        "sum(0 * gain * self.lost[c] for gain, c in",
        "modes-halves tempt",
    ),
    Mutant("mode-swap-second", "q1[first if c != first else second]", "q1[second]", "modes-tree trio"),
    Mutant(
        "mode-moved-as-kept",
        "[rows.bound(q1, q1, price, most) for q1 in others]",
        "[rows.bound(q1, q1, price, most) for q1 in own]",
        "modes-plain drift",
    ),
    Mutant(
        "mode-row-kept",
        "rows.bound(q0, q1, price, most) for q0, q1",
        "rows.bound(q0, q0, price, most) for q0, q1",
        "modes-plain linger",
    ),
    Mutant("mode-half-below", "rows, box, min(far, cut))),", "rows, box, min(far, cut / 2))),", "modes-halves tempt"),
    Mutant("mode-half-above", "(j, s, beyond, box, far)", "(j, s, beyond, box, min(far, cut))", "modes-tree tempt"),
    Mutant("mode-half-low", "max(low, cut))\n", "max(low, 2 * cut))\n", "modes-tree tempt"),
    Mutant("mode-low-added", "max(near, low))", "2 * near + low)", "modes-tree tempt"),
    Mutant("mode-reach-half", "// under) * rows.half)", "// under) * rows.half // 2)", "modes-plain pair"),
    Mutant("mode-reach-alone", "math.ceil(reach * GRID) * rows.half", "0 * rows.half", "modes-plain pair"),
    Mutant("mode-reach-left", "over, under = top * den", "over, under = top * den // 4", "modes-plain pair"),
    Mutant("mode-empty-early", "if rows.low <= reach else -1", "if 4 * rows.low <= reach else -1", "modes-tree tempt"),
    Mutant("mode-far-ignored", "self.region.alone(j, s)) if", "self.region.alone(j, s)) / 2 if", "modes-region pair"),
    Mutant(
        "mode-empty-paid", "if self.voids or max(self.paid)", "if self.voids or 4 * max(self.paid)", "modes-tree tempt"
    ),
    Mutant(
        "mode-paid-kept", RESTORED, RESTORED.replace("held, paid", "held, max(paid, self.paid[j])"), "modes-tree tempt"
    ),
    Mutant("mode-held-kept", "self.set(*self.path.pop())", "self.path.pop()", "modes-two trio"),
    Mutant("mode-void-kept", "(held.most < 0) - (self.held[j][s].most < 0)", "held.most < 0", "modes-tree tempt"),
)
VALUES = (
    Mutant("mode-tilt-spread", "Fraction(apart, 2)", "Fraction(0 * apart, 2)", "modes-tilt stay"),
    Mutant("mode-tilt-drift", "region.drift[0 if by_state else 1]", "region.drift[0] / 4", "modes-tilt stay"),
    Mutant("mode-tilt-center", "terms.append(region.mass[s] *", "terms.append(0 *", "modes-tilt stay"),
    Mutant("mode-tilt-sign", "[-r - loss * k for", "[-r + loss * k for", "modes-tilt stay"),
    Mutant("mode-tilt-free", "[-r - loss * k for", "[-r - 0 * loss * k for", "modes-tilt stay"),
    Mutant("mode-theta-one", "own, other = theta / game", "own, other = Fraction(1) / game", "modes-visit stay"),
    Mutant(
        "mode-rewards-of-one",
        "self.best = [reward * r for r in game.rewards[i]]",
        "self.best = [reward * r for r in game.rewards[-1]]",
        "modes-plain stay",
    ),
    Mutant("mode-deviator-stays", "others = [k + (a - k //", "others = [k + 0 * (a - k //", "modes-plain pair"),
    Mutant("mode-common-more", "(t, min(w, other[t])) for", "(t, 2 * min(w, other[t])) for", "modes-plain pair"),
    Mutant(
        "mode-deviation-first",
        "for x in sup(around, kept, moved)), default=0)",
        "for x in sup(around, kept, moved)[:1]), default=0)",
        "modes-plain pair",
    ),
    Mutant(
        "mode-tables-first",
        "for kept, moved in above for x in",
        "for kept, moved in above[:1] for x in",
        "modes-plain pair",
    ),
    Mutant("mode-tables-least", "if max(map(max, pair)) > left]", "if max(map(min, pair)) > left]", "modes-plain pair"),
    Mutant(
        "mode-value-kept",
        'self.q["X" if name == "X" else "N1"])]',
        'self.q["X" if name == "X" else name])]',
        "modes-plain drift",
    ),
    Mutant(
        "mode-gain-kept",
        'zip(self.gains[name], self.gains["U1"])',
        "zip(self.gains[name], self.gains[name])",
        "modes-plain linger",
    ),
)
AGAIN = (
    Mutant("mode-again-left", "falling = [-proof.num[name][s]]", "falling = [0]", "modes-again pair"),
    Mutant("mode-again-next", "falling += map(proof.num[other].__getitem__, self.next[s])", "pass", "modes-again pair"),
    Mutant("mode-again-most", "falling += (most, -rate)", "falling += (0, -rate)", "modes-again pair"),
    Mutant("mode-again-rate", "falling += (most, -rate)", "falling += (most, 0)", "modes-seen stay"),
    Mutant("mode-again-rows", ", *(rows for rows, _, _ in around)), falling", "), falling", "modes-again pair"),
    Mutant("mode-again-den", "return (proof.den, proof.pay,", "return (proof.pay,", "modes-again pair"),
    Mutant("mode-again-rests", '"X": ("X",),', '"X": (),', "modes-again pair"),
    Mutant("mode-again-pay", "return (proof.den, proof.pay,", "return (proof.den,", "modes-seen stay"),
    Mutant("mode-again-mark", "if mark is None and self.past.holds(", "if self.past.holds(", "modes-marked stay"),
    Mutant("mode-again-n1", '"N1": ("N1",),', '"N1": (),', "modes-again pair"),
    Mutant("mode-again-any", "and all(map(le, falling, of))", "and any(map(le, falling, of))", "modes-again pair"),
)
COVERS = (
    Mutant(
        "mode-limits-largest",
        "shown = sum((Cover(game, i, region, boxes, kind, part).shown for kind, part in parts.items()), ZERO)",
        "shown = max(Cover(game, i, region, boxes, kind, part).shown for kind, part in parts.items())",
        "modes-claim pair",
    ),
    Mutant(
        "mode-claim-limit",
        '    if limit < shown:\n        raise Invalid(f"{node.where}: bounds',
        '    if False:\n        raise Invalid(f"{node.where}: bounds',
        "modes-claim pair",
    ),
    Mutant("mode-unit-limit", "self.shown = self.limit * self.unit\n", "self.shown = self.limit\n", "modes-unit pair"),
    Mutant("mode-unit-pay", "        theta /= self.unit\n", "", "modes-unit pair"),
    Mutant("mode-leaf-limit", "if shown > self.limit:", "if False:", "modes-claim pair"),
    Mutant(
        "mode-first-visits",
        "extra = 1 - summed(mass) + self.region.drift[0] / 2",
        "extra = ZERO",
        "modes-shares linger",
    ),
    Mutant(
        "mode-visits-in-one",
        'if self.kind == "joint" else reach',
        "if True else reach",
        "modes-lone spot",
    ),
    Mutant("mode-visit-circular", CHECKED + LESS + KEPT, LESS + KEPT + CHECKED, "modes-circle stay"),
    Mutant(
        "mode-visits-cross",
        "self.visits = self.first_visits()\n",
        'self.visits = region.__dict__.setdefault("visits", self.first_visits())\n',
        "modes-cross linger",
    ),
    Mutant(
        "mode-visits-of-players",
        "self.visits = self.first_visits()\n",
        'self.visits = region.__dict__.setdefault(f"visits {kind}", self.first_visits())\n',
        "modes-cross linger",
    ),
    Mutant("mode-visits-of-halves", "while len(self.trail) > known:", "while False:", "modes-within stay"),
    Mutant(
        "mode-visits-open", f"            raise Invalid({OPEN})\n", "            return True\n", "modes-within pair"
    ),
    Mutant("mode-visit-zero", "return least < 0\n", "return least <= 0\n", "modes-never stay"),
    Mutant("mode-visit-limit", "- theta * self.limit\n", "- 2 * theta * self.limit\n", "modes-visit stay"),
    Mutant("mode-visit-unmarked", "marked = int(mark ==", "marked = 0 * int(mark ==", "modes-visit stay"),
    Mutant(
        "mode-visit-unchecked",
        "        self.check(sets, proof, VECTORS[self.kind], (group, s), node.where)\n",
        "",
        "modes-cheat pair",
    ),
    Mutant("mode-shared-unchecked", SHARED_CHECK, "", "modes-cheat pair"),
    Mutant("mode-leaf-unchecked", LEAF_CHECK, "", "modes-cheat pair"),
    Mutant("mode-void-leaf", "            if sets is not None:\n", "            if False:\n", "modes-cheat pair"),
    Mutant(
        "mode-tree-short",
        f"        if waiting:\n            {MISSING}\n\n    def closed",
        "\n    def closed",
        "modes-cheat pair",
    ),
    Mutant("mode-rate-coupled", "[x * stay for x in coupled]", "[*coupled]", "modes-plain pair"),
    Mutant("mode-rate-share", "return mass / seen if seen else", "return 1 / seen if seen else", "modes-shares pair"),
    Mutant(
        "mode-price-free",
        "total += charge.price * (self.region.spent - part.paid[j])",
        "total += 0 * charge.price",
        "modes-plain pair",
    ),
    Mutant(
        "mode-price-low",
        "(self.region.spent - part.paid[j])",
        "(self.region.spent - 2 * part.paid[j])",
        "modes-tree tempt",
    ),
    Mutant("mode-own-row-charged", LACK, f'{LACK} - ({OWN_CHARGE} if name == "X" else 0)', "modes-parted parted"),
    Mutant(
        "mode-own-row-free",
        "self.places(i), self.places(None)",
        "self.places(None), self.places(None)",
        "modes-plain pair",
    ),
    Mutant(
        "mode-pay-kept",
        "(self.last.theta, self.last.tilt) != (theta, tilt)",
        "self.last.tilt != tilt",
        "modes-visit stay",
    ),
    Mutant("mode-rate-double", "        * GRID\n", "        * GRID * 2\n", "modes-shares pair"),
    Mutant("mode-table-turned", "in zip(first, each, ratios)", "in zip(first[::-1], each, ratios)", "modes-table spot"),
    Mutant(
        "mode-region-budget",
        "self.mass, self.spent = [ZERO] * game.size, TWO",
        "self.mass, self.spent = [ZERO] * game.size, ZERO",
        "modes-region stay",
    ),
    Mutant(
        "mode-ball-budget",
        "self.mass, self.spent = self.weights, budget",
        "self.mass, self.spent = self.weights, budget / 2",
        "modes-plain stay",
    ),
    Mutant(
        "mode-tilt-bc",
        "game.n * game.discount * budget / (1 - game.discount),",
        "game.discount * budget / 9,",
        "modes-tilt stay",
    ),
    Mutant("mode-tilt-bc-rows", "game.n * budget / (1 - game.discount)\n", "budget / 9\n", "modes-tilt stay"),
    Mutant(
        "mode-tilt-rho",
        "(game.discount * radius, radius)",
        "(game.discount * radius / 9, radius / 9)",
        "modes-tilt stay",
    ),
    Mutant("mode-tilt-mu", "game.size)], (radius, TWO)", "game.size)], (radius / 9, TWO)", "modes-tilt stay"),
    Mutant("mode-tilt-mu-rows", "game.size)], (radius, TWO)", "game.size)], (radius, radius)", "modes-tilt stay"),
)
GRAMMAR = (
    Mutant("mode-share-sum", "any(summed(parts) > 1 for parts in zip(*shares))", "False", "coin.mode-share-sum.json"),
    Mutant("mode-table-negative", "any(min(own) < 0 for own in shares) or ", "", "coin.mode-table-negative.json"),
    Mutant("mode-unit-positive", "if self.unit <= 0:", "if self.unit == 0:", "coin.mode-unit-negative.json"),
    Mutant("mode-value-alone", '{"optimum", "value"}):', '{"optimum", "value"}, {"value"}):', "coin.mode-value.json"),
    Mutant("mode-optimum-tilted", '("tilt",) if kind != "optimum" else ()', '("tilt",)', "coin.mode-tilt-optimum.json"),
    Mutant(
        "mode-distance-above-two",
        "if 0 <= at.rational() <= 2 else",
        "if 0 <= at.rational() else",
        "coin.mode-split-far.json",
    ),
    Mutant("mode-groups", "one_of(GROUPS[self.kind])", 'one_of(GROUPS["joint"])', "stay.mode-visit-imitator.json"),
    Mutant("mode-empty-leaf-more", '            node.fields(("leaf",))\n', "", "coin.mode-empty-prices.json"),
    Mutant("mode-closed-leaf", '            entry.fields(("visits",))\n', "", "stay.mode-closed-leaf.json"),
    Mutant("mode-tilt-below", "*(() if shared else self.tilted)", "*self.tilted", "coin.mode-shared-tilt.json"),
    Mutant("mode-text-letter", "if digit < 0 or shift", "if shift", "coin.mode-text-letter.json"),
    Mutant("mode-text-long", "or shift >= 5 * MOST_DIGITS:", "or False:", "coin.mode-text-long.json"),
    Mutant("mode-text-open", "    if shift:\n", "    if False:\n", "coin.mode-text-open.json"),
    Mutant("mode-base-den", '        elif "base" in parts:\n', "        elif False:\n", "coin.mode-base-den.json"),
    Mutant("mode-charge-both", 'if ("charge" in parts) == ("prices" in parts) or', "if", "coin.mode-charge-both.json"),
    Mutant("mode-charge-shares", 'or ("charge" in parts and "shares" in parts):', ":", "coin.mode-charge-shares.json"),
)
MUTANTS = (*ROWS, *VALUES, *AGAIN, *COVERS, *GRAMMAR)
