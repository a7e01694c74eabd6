"""Weakened checks of the search over the vertices of a ball (FORMAT 8.6)."""

# ruff: noqa: E501, a snippet of the source stays in one piece

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

GAME = "    if game.n != 2 or game.size != 1:\n        proof.fail("
LIMIT = "limit = bound * (1 - game.discount) * own.den * other.den * game.reward_den[i]"
TABLE = "table = matrix(game, i) if i == 0 else [list(column) for column in zip(*matrix(game, i))]"
GAINS = "gains = [[u - v for u, v in zip(best, line)] for line in table]"
RAISED = "                if not VertexSearch(own, other, gains, receiver, limit, steps).is_bounded():\n"
TOTAL = "self.total, self.row = min(other.spare, sum(self.masses)), list(other.center)"
FREE = "free = sorted((b for b, mass in enumerate(self.masses) if mass), key=lambda b: -self.masses[b])"
ROOT = "        if self.bound(self.row, free, self.total) <= self.limit:\n"
PARTIALS = "return bool(free) and all(self.divide(self.row, [b for b in free if b != p], self.total, p) for p in free)"
LEFT = "if not 0 <= left <= sum(self.masses[b] for b in room) or self.bound(row, room, left) <= self.limit:"
CHILDREN = "return self.divide(row, free[1:], left, partial) and self.divide(emptied, free[1:], rest, partial)"
BOUND = "return self.own.optimum(value, UPPER)"
MOVED = "total, rest = total - moved * gains[b], rest - moved"

MUTANTS = (
    # which games and balls
    Mutant("search-three-players", GAME, GAME.replace("game.n != 2 or ", ""), "trio.search-three.json"),
    Mutant("search-states", GAME, GAME.replace(" or game.size != 1", ""), "slack.search-states.json"),
    Mutant("search-negative", 'steps = read_radius(proof.fields(("bound",))["bound"])', 'steps = proof.fields(("bound",))["bound"].rational()', "dilemma.search-negative.json"),
    Mutant("search-more", 'steps = read_radius(proof.fields(("bound",))["bound"])', 'steps = read_radius(proof.fields(("bound",), proof.value)["bound"])', "dilemma.search-more.json"),
    Mutant("ball-rho-search", '"rho": ("trivial", "dse", "delta", "value-form", "delta-steps", "concentrability"),', '"rho": ("trivial", "dse", "delta", "value-form", "delta-steps", "concentrability", "vertex-search"),', "dilemma.rho-search.json"),
    Mutant("ball-mu-search", '"mu": ("trivial",),', '"mu": ("trivial", "vertex-search"),', "dilemma.mu-search.json"),
    Mutant("search-radius", "balls = [Rows(own[0], min(radius, TWO)) for own in expert]\n    for i, player", "balls = [Rows(own[0], min(radius, TWO / 4)) for own in expert]\n    for i, player", "search dilemma"),
    Mutant("search-pure", "balls = [Rows(own[0], min(radius, TWO)) for own in expert]\n    for i, player", "balls = [Rows(own[0]) for own in expert]\n    for i, player", "search dilemma"),
    # what is searched
    Mutant("search-first-player", "        own, other = balls[i], balls[1 - i]\n", "        own, other = balls[i], balls[1 - i]\n        if i:\n            continue\n", "search mixed"),
    Mutant("search-second-player", "        own, other = balls[i], balls[1 - i]\n", "        own, other = balls[i], balls[1 - i]\n        if not i:\n            continue\n", "search tempt"),
    Mutant("search-own-ball-twice", "own, other = balls[i], balls[1 - i]", "own, other = balls[i], balls[i]", "search dilemma"),
    Mutant("search-balls-exchanged", "own, other = balls[i], balls[1 - i]", "own, other = balls[1 - i], balls[i]", "search meet"),
    Mutant("search-transposed", TABLE, "table = matrix(game, i)", "search dilemma"),
    Mutant("search-first-transposed", TABLE, TABLE.replace("matrix(game, i) if i == 0", "[list(column) for column in zip(*matrix(game, i))] if i == 0"), "search dilemma"),
    Mutant("search-first-table", TABLE, TABLE.replace("matrix(game, i)", "matrix(game, 0)"), "search dilemma"),
    Mutant("search-second-table", TABLE, TABLE.replace("matrix(game, i)", "matrix(game, 1)"), "search tempt"),
    Mutant("search-undiscounted", LIMIT, LIMIT.replace(" * (1 - game.discount)", ""), "search again"),
    Mutant("search-discount", LIMIT, LIMIT.replace("(1 - game.discount)", "(1 + game.discount)"), "search deal"),
    Mutant("search-own-unit", LIMIT, LIMIT.replace("own.den * other.den", "own.den * own.den"), "search deal"),
    Mutant("search-other-unit", LIMIT, LIMIT.replace("own.den * other.den", "other.den * other.den"), "search deal"),
    Mutant("search-unit-twice", LIMIT, LIMIT.replace("game.reward_den[i]", "game.reward_den[i] * 2"), "search dilemma"),
    Mutant("search-reward", LIMIT, LIMIT.replace("game.reward_den[i]", "game.reward_den[i] * game.reward_den[1 - i]"), "search again"),
    Mutant("search-first-deviation", "        for best in table:\n", "        for best in table[:1]:\n", "search dilemma"),
    Mutant("search-last-deviation", "        for best in table:\n", "        for best in table[-1:]:\n", "search mixed"),
    Mutant("search-losses", GAINS, GAINS.replace("u - v for", "v - u for"), "search dilemma"),
    Mutant("search-no-own-payoff", GAINS, GAINS.replace("u - v for", "min(u - v, 1) for"), "search mixed"),
    Mutant("search-first-line", GAINS, GAINS.replace("for line in table]", "for line in [table[0]] * len(table)]"), "search mixed"),
    Mutant("search-first-receiver", "            for receiver in range(len(best)):\n", "            for receiver in range(1):\n", "search mixed"),
    Mutant("search-last-receiver", "            for receiver in range(len(best)):\n", "            for receiver in range(len(best) - 1, len(best)):\n", "search mixed"),
    Mutant("search-free", RAISED, RAISED.replace("if not", "if False and not"), "search dilemma"),
    # the root
    Mutant("search-receiver-keeps", "        self.row[receiver] += self.total\n", "", "search mixed"),
    Mutant("search-all-donate", "self.masses = [0 if b == receiver else w for b, w in enumerate(other.center)]", "self.masses = [w if b == receiver else 0 for b, w in enumerate(other.center)]", "search mixed"),
    Mutant("search-total-uncapped", TOTAL, TOTAL.replace("min(other.spare, sum(self.masses))", "other.spare"), "search deal"),
    Mutant("search-total-half", TOTAL, TOTAL.replace("min(other.spare, sum(self.masses))", "min(other.spare, sum(self.masses)) // 2"), "search mixed"),
    Mutant("search-total-capped", TOTAL, TOTAL.replace("sum(self.masses)", "max(self.masses)"), "search deal"),
    Mutant("search-total-none", TOTAL, TOTAL.replace("min(other.spare, sum(self.masses))", "0"), "search mixed"),
    Mutant("search-row-start", "list(other.center)\n        self.row[receiver]", "[0] * len(other.center)\n        self.row[receiver]", "search deal"),
    Mutant("search-root-free", ROOT, "        if True:\n", "search dilemma"),
    Mutant("search-root-unfree", ROOT, ROOT.replace("free, self.total)", "free, sum(self.masses))"), "search deal"),
    Mutant("search-root-no-room", ROOT, ROOT.replace("self.row, free,", "self.row, [],"), "search deal"),
    Mutant("search-root-loose", ROOT, ROOT.replace("<= self.limit", "<= 2 * self.limit"), "search mixed"),
    Mutant("search-no-donors", PARTIALS, PARTIALS.replace("bool(free) and ", ""), "search alone"),
    Mutant("search-any-partial", PARTIALS, PARTIALS.replace("all(", "any("), "search deal"),
    Mutant("search-first-partial", PARTIALS, PARTIALS.replace("for p in free)", "for p in free[:1])"), "search deal"),
    Mutant("search-last-partial", PARTIALS, PARTIALS.replace("for p in free)", "for p in free[-1:])"), "search deal"),
    Mutant("search-other-partials", PARTIALS, PARTIALS.replace("for p in free)", "for p in free[1:])"), "search deal"),
    Mutant("search-no-partial", PARTIALS, PARTIALS.replace("[b for b in free if b != p], self.total, p)", "free, self.total, self.masses.index(0))"), "search deal"),
    Mutant("search-large-donors", FREE, FREE.replace("if mass)", "if mass > self.total)"), "search deal"),
    Mutant("search-small-donors", FREE, FREE.replace("if mass)", "if 0 < mass <= self.total)"), "search deal"),
    # the nodes
    Mutant("divide-room-without-partial", "room = [partial, *free]", "room = free", "search deal"),
    Mutant("divide-bound-without-partial", LEFT, LEFT.replace("self.bound(row, room, left)", "self.bound(row, free, left)"), "search deal"),
    Mutant("divide-left-without-partial", LEFT, LEFT.replace("for b in room)", "for b in free)"), "search deal"),
    Mutant("divide-left-some", LEFT, LEFT.replace("0 <= left", "0 < left"), "search deal"),
    Mutant("divide-left-not-all", LEFT, LEFT.replace("left <= sum", "left < sum"), "search deal"),
    Mutant("divide-left-any", LEFT, LEFT.replace("if not 0 <= left <= sum", "if 0 <= left <= sum"), "search deal"),
    Mutant("divide-free", LEFT, "if True:", "search deal"),
    Mutant("divide-loose", LEFT, LEFT.replace("<= self.limit", "<= 2 * self.limit"), "search deal"),
    Mutant("divide-end", "        if not free:\n            return False\n", "        if not free:\n            return True\n", "search deal"),
    Mutant("divide-mass-twice", "emptied[free[0]] -= self.masses[free[0]]", "emptied[free[0]] -= 2 * self.masses[free[0]]", "search deal"),
    Mutant("divide-not-emptied", "        emptied[free[0]] -= self.masses[free[0]]\n", "", "search deal"),
    Mutant("divide-rest", "rest = left - self.masses[free[0]]", "rest = left", "search deal"),
    Mutant("divide-rest-none", "rest = left - self.masses[free[0]]", "rest = 0", "search deal"),
    Mutant("divide-kept-only", CHILDREN, "return self.divide(row, free[1:], left, partial)", "search deal"),
    Mutant("divide-emptied-only", CHILDREN, "return self.divide(emptied, free[1:], rest, partial)", "search deal"),
    Mutant("divide-either", CHILDREN, CHILDREN.replace(" and ", " or "), "search deal"),
    Mutant("divide-second-donor", CHILDREN, CHILDREN.replace("self.divide(emptied, free[1:]", "self.divide(emptied, free[2:]"), "search deal"),
    Mutant("divide-kept-donors", CHILDREN, CHILDREN.replace("self.divide(row, free[1:]", "self.divide(row, free[2:]"), "search deal"),
    # the bound of a node
    Mutant("search-dearest", "self.orders = [sorted(range(len(line)), key=line.__getitem__) for line in gains]", "self.orders = [sorted(range(len(line)), key=line.__getitem__, reverse=True) for line in gains]", "search deal"),
    Mutant("search-one-order", "for b in self.orders[a]:", "for b in self.orders[0]:", "search deal"),
    Mutant("bound-no-masses", "give = {b: self.masses[b] for b in room}", "give = {b: self.masses[b] // 2 for b in room}", "search deal"),
    Mutant("bound-first-row", "total = sum(w * x for w, x in zip(row, gains))\n            for b", "total = sum(w * x for w, x in zip(self.row, gains))\n            for b", "search deal"),
    Mutant("bound-gives-all", "moved = min(rest, give.get(b, 0))", "moved = give.get(b, 0)", "search deal"),
    Mutant("bound-rest", MOVED, "total = total - moved * gains[b]", "search deal"),
    Mutant("bound-cost", MOVED, MOVED.replace("moved * gains[b],", "2 * moved * abs(gains[b]),"), "search deal"),
    Mutant("bound-gain", MOVED, MOVED.replace("total - moved * gains[b]", "total + moved * gains[b]"), "search deal"),
    Mutant("bound-first-action", "gains, rest = self.gains[a], left", "gains, rest = self.gains[0], left", "search mixed"),
    Mutant("bound-own-center", BOUND, BOUND.replace("self.own.optimum(value, UPPER)", "sum(w * value(a) for a, w in enumerate(self.own.center))"), "search dilemma"),
    Mutant("bound-own-least", BOUND, BOUND.replace("UPPER", "LOWER"), "search dilemma"),
    Mutant("search-shows-less", "    return bound\n\n\ndef counted", "    return bound / 2\n\n\ndef counted", "settle dilemma"),
)  # fmt: skip
