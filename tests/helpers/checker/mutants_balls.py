"""Weakened checks of the balls of every measure, of multipliers, and of vertices (FORMAT 6.2, 6.4, 8)."""

# ruff: noqa: E501, a snippet of the source stays in one piece

from tests.helpers.checker.mutants import Mutant

__all__ = ["MUTANTS"]

GAIN = "gains = [[sum(profile[i]) * x - y for x, y in zip(row, own)] for row in table]"
VISITS = (
    "return [g ** steps[s] if steps.get(s) else (1 - g) * p + g if p else ZERO for s, p in enumerate(game.initial)]"
)


MUTANTS = (
    # balls
    Mutant(
        "rho-budget-undiscounted",
        "super().__init__(game, center, (1 + game.discount) * radius, occupancy)",
        "super().__init__(game, center, radius / 4, occupancy)",
        "measure pair",
    ),
    Mutant("rho-share-half", "[min(x, self.share / w) if w else x", "[min(x, self.share / (4 * w)) if w else x", "measure pair"),
    Mutant("rho-share-unweighted", "[min(x, self.share / w) if w else x", "[min(x, self.share) if w else x", "measure coin"),
    Mutant("rho-unvisited", "[min(x, self.share / w) if w else x", "[min(x, self.share / w) if w else ZERO", "measure hidden"),
    Mutant(
        "mu-small-rows",
        "region = Region(game, center, [[TWO] * game.size for _ in game.players])",
        "region = Region(game, center, [[TWO / 4] * game.size for _ in game.players])",
        "measure coin",
    ),
    Mutant(
        "mu-radius-for-rows",
        "region = Region(game, center, [[TWO] * game.size for _ in game.players])",
        "region = Region(game, center, [[min(TWO, radius)] * game.size for _ in game.players])",
        "measure coin",
    ),
    Mutant("rho-as-bc", "measure_rho = OccupancyBall", "measure_rho = lambda *ball: Ball(ball[0], ball[1], ball[2] / 4, ball[3])", "measure pair"),
    Mutant("mu-as-bc", "region = Region(game, center, [[TWO] * game.size for _ in game.players])", "region = Ball(game, center, radius, occupancy)", "measure coin"),
    Mutant(
        "cover-measure",
        'check_players(game, rule("measure", measure)(game, expert, radius, occupancy), {}, covers, limit)',
        'check_players(game, rule("measure", "bc")(game, expert, radius, occupancy), {}, covers, limit)',
        "edit coin",
    ),
    Mutant("ball-multipliers-free", "    shown = Evaluation(game, expert, node)\n    mass =", "    return limit\n    mass =", "edit coin"),
    Mutant("ball-theorem-free", "    return shown\n\n\ndef claim_theorem", "    return limit\n\n\ndef claim_theorem", "edit coin"),
    Mutant("ball-nothing-shown", "        if not found:\n", "        if False:\n", "coin.no-cover.json"),
    Mutant("ball-rho-vertices", '"rho": ("trivial", "dse", "delta", "value-form", "delta-steps", "concentrability"),', '"rho": ("trivial", "dse", "delta", "value-form", "delta-steps", "concentrability", "vertices"),', "dilemma.rho-vertices.json"),
    Mutant("ball-mu-dse", '"mu": ("trivial",),', '"mu": ("trivial", "dse"),', "slack.mu-dse.json"),
    Mutant("ball-any-theorem", 'parts["name"].one_of(ADMITTED[measure])', 'parts["name"].one_of(RULES["theorem"])', "trio.ball-value-gap.json"),
    # witnesses
    Mutant("witness-error-bc", 'error = derive[f"eps_{measure}"](UPPER)', 'error = derive["eps_bc"](UPPER)', "edit tempt"),
    Mutant("witness-error-mu", 'error = derive[f"eps_{measure}"](UPPER)', 'error = derive["eps_mu"](UPPER)', "edit tempt"),
    Mutant(
        "witness-occupancy-unasked",
        'moved = ("policy_occupancy",) if measure != "bc" else ()',
        'moved = ("policy_occupancy",)',
        "coin.bc-witness-more.json",
    ),
    # multipliers
    Mutant("occupancy-mass-upper", "mass = [shown.mass(s, LOWER) for s in range(game.size)]", "mass = [shown.mass(s, -LOWER) for s in range(game.size)]", "multipliers pair"),
    Mutant("occupancy-one-opponent", "            self.budget = (n - 1) * radius\n            self.spread = (n - 1) * radius\n", "            self.budget = (n - 2) * radius\n            self.spread = (n - 2) * radius\n", "multipliers tempt"),
    Mutant("occupancy-bc-spread", "            self.budget = (n - 1) * radius\n            self.spread = (n - 1) * radius\n", "            self.budget = (n - 1) * radius\n            self.spread = ZERO\n", "multipliers tempt"),
    Mutant("occupancy-bc-budget", "            self.budget = (n - 1) * radius\n            self.spread = (n - 1) * radius\n", "            self.budget = ZERO\n            self.spread = (n - 1) * radius\n", "multipliers tempt"),
    Mutant("occupancy-rho-spread", "            self.spread = radius\n", "            self.spread = radius / 4\n", "multipliers tempt"),
    Mutant("occupancy-rho-budget", "self.budget = (1 + g) * radius", "self.budget = radius / 4", "multipliers tempt"),
    Mutant("occupancy-mu-spread", "            self.spread = TWO\n", "            self.spread = radius\n", "multipliers tempt"),
    Mutant("occupancy-mu-budget", "            self.budget = TWO\n", "            self.budget = radius\n", "multipliers tempt"),
    Mutant("occupancy-bc-reach", "self.reach = n * radius / (1 - g)", "self.reach = n * radius / 4", "multipliers pair"),
    Mutant("occupancy-bc-reach-one", "self.reach = n * radius / (1 - g)", "self.reach = radius / 2", "multipliers tempt"),
    Mutant("occupancy-rho-reach", "            self.spread = radius\n            self.reach = radius\n", "            self.spread = radius\n            self.reach = ZERO\n", "multipliers tempt"),
    Mutant("occupancy-price-negative", 'price = read_radius(own["price"])', 'price = own["price"].rational()', "coin.fee-negative.json"),
    Mutant("occupancy-toll-negative", 'toll = read_radius(own["toll"])', 'toll = own["toll"].rational()', "coin.toll-negative.json"),
    Mutant("occupancy-no-reach", "kept = toll * (summed(mass) - 1 - allowance.reach)", "kept = toll * (summed(mass) - 1)", "multipliers tempt"),
    Mutant("occupancy-missing-mass", "kept = toll * (summed(mass) - 1 - allowance.reach)", "kept = -toll * allowance.reach", "multipliers tempt"),
    Mutant(
        "occupancy-others-reversed",
        "others = products([[ONE] * count if j == i else expert[j][s] for j in range(game.n)])",
        "others = products([[ONE] * count if j == i else expert[j][s][::-1] for j in range(game.n)])",
        "multipliers match",
    ),
    Mutant("occupancy-fee", "fee = 2 * price * share", "fee = 8 * price * share", "multipliers tempt"),
    Mutant("occupancy-fee-unweighted", "fee = 2 * price * share", "fee = 2 * price", "multipliers hidden"),
    Mutant("occupancy-fee-visits", "fee = 2 * price * share", "fee = 64 * price * mass[s]", "multipliers far"),
    Mutant("occupancy-best-reward", "high = backups(game, i, s, best)", "high = [x / 2 for x in backups(game, i, s, best)]", "multipliers tempt"),
    Mutant("occupancy-value-backup", "excess = [x - value[s] for x in backups(game, i, s, value)]", "excess = backups(game, i, s, value)", "settle again"),
    Mutant("occupancy-room", "room = min(TWO, allowance.spread / mass[s]) / 2 if mass[s] else ONE", "room = min(TWO, allowance.spread / mass[s] / 4) / 2 if mass[s] else ONE", "multipliers tempt"),
    Mutant("occupancy-room-unweighted", "room = min(TWO, allowance.spread / mass[s]) / 2 if mass[s] else ONE", "room = min(TWO, allowance.spread) / 2 if mass[s] else ONE", "multipliers far"),
    Mutant("occupancy-room-unvisited", "room = min(TWO, allowance.spread / mass[s]) / 2 if mass[s] else ONE", "room = min(TWO, allowance.spread / mass[s]) / 2 if mass[s] else ZERO", "multipliers hidden"),
    Mutant("occupancy-first-action", "        for a in range(count):\n            some", "        for a in range(1):\n            some", "multipliers again"),
    Mutant("occupancy-best-free", "            if best[s] < priced(", "            if False and priced(", "multipliers tempt"),
    Mutant("occupancy-own-rows", "if k // stride % count == a]", "if k // stride % count == 0]", "multipliers again"),
    Mutant("occupancy-toll-free", "        if min(excess) < -toll:\n", "        if False:\n", "multipliers tempt"),
    Mutant("occupancy-mu-rows", "        if is_least:\n", "        if False:\n", "multipliers coin"),
    Mutant("occupancy-kept-untolled", "summed(p * min(d, toll) for p, d in zip(joint, excess))", "summed(p * d for p, d in zip(joint, excess))", "multipliers match"),
    Mutant("occupancy-kept-unweighted", "kept = summed((kept, mass[s] * inside))", "kept = summed((kept, inside))", "settle pair"),
    Mutant("occupancy-kept-other-rows", "joint = products([row[s] for row in expert])", "joint = products([row[s][::-1] for row in expert])", "multipliers slack"),
    Mutant("occupancy-no-fee", "return game.at_start(best) + price * allowance.budget / (1 - game.discount)", "return game.at_start(best)", "multipliers tempt"),
    Mutant("occupancy-one-step", "return game.at_start(value) + kept / (1 - game.discount)", "return game.at_start(value) + kept", "multipliers pair"),
    Mutant("occupancy-no-value", "        gaps.append(best - value)\n", "        starts = [game.at_start(Vector(game.size, own[key])) for key in ('best', 'value')]\n        gaps.append(best - value - starts[0] + starts[1])\n", "multipliers pair"),
    Mutant("occupancy-least-player", "        gaps.append(best - value)\n    return max(gaps)", "        gaps.append(best - value)\n    return min(gaps)", "multipliers tempt"),
    Mutant("occupancy-last-player", "        gaps.append(best - value)\n    return max(gaps)", "        gaps.append(best - value)\n    return gaps[-1]", "multipliers tempt"),
    Mutant("priced-nothing-moved", "amount = min(room, p) if top - v > fee else ZERO", "amount = ZERO", "multipliers tempt"),
    Mutant("priced-half", "amount = min(room, p) if top - v > fee else ZERO", "amount = min(room, p) / 2 if top - v > fee else ZERO", "multipliers tempt"),
    Mutant("priced-stops", "amount = min(room, p) if top - v > fee else ZERO", "amount = min(room, p) if top - v > 4 * fee else ZERO", "multipliers tempt"),
    Mutant("priced-fee", "total + amount * (top - v - fee), room - amount", "total + amount * (top - v - 4 * fee), room - amount", "multipliers tempt"),
    Mutant("priced-best-first", "for v, p in sorted(zip(values, row)):", "for v, p in sorted(zip(values, row), reverse=True):", "multipliers wide"),
    Mutant("priced-room", "total + amount * (top - v - fee), room - amount", "total + amount * (top - v - fee), room - 4 * amount", "multipliers mixed"),
    Mutant("visits-late", VISITS, VISITS.replace("g ** steps[s]", "g ** (4 + steps[s])"), "multipliers far"),
    Mutant("visits-at-the-start", VISITS, VISITS.replace("(1 - g) * p + g if p", "(1 - g) * p / 8 if p"), "multipliers tempt"),
    Mutant("visits-first-rows", "for k in range(game.offsets[s], game.offsets[s + 1]):\n            for t, _ in game.next[k]:\n                if t not in steps:", "for k in range(game.offsets[s], game.offsets[s] + 1):\n            for t, _ in game.next[k]:\n                if t not in steps:", "multipliers far"),
    # theorems for rho
    Mutant("rho-dse-factor", "min(TWO, (1 + game.discount) ** 2)", "TWO / 32", "settle slack"),
    Mutant("rho-concentrability-moved", "radius * (game.n - 1 if measure == \"bc\" else 1 + game.discount))", "radius * (game.n - 1 if measure == \"bc\" else 0))", "settle tempt"),
    Mutant("rho-concentrability-spent", 'radius * (game.n if measure == "bc" else 1 - game.discount)', 'radius * (game.n if measure == "bc" else -1)', "settle tempt"),
    # vertices
    Mutant("vertices-states", "    if game.size != 1:\n        proof.fail(\"a game of one state\")\n", "", "slack.vertices.json"),
    Mutant("vertices-radius", "left_out = [Rows(own[0], min(radius, TWO)) for own in expert]", "left_out = [Rows(own[0], min(radius, TWO / 4)) for own in expert]", "vertices dilemma"),
    Mutant("vertices-center-only", "enumerated = [ball_vertices(ball, proof) if j != k else [ball.start] for j, ball in enumerate(balls)]", "enumerated = [[ball.start] for ball in balls]", "vertices mixed"),
    Mutant("vertices-first-profile", "best = max(vertex_gap(", "best = next(vertex_gap(", "vertices mixed"),
    Mutant("vertices-least", "shown = max(shown, Fraction(best, unit * game.reward_den[i]))", "shown = Fraction(best, unit * game.reward_den[i])", "vertices tempt"),
    Mutant("vertices-unit", "Fraction(best, unit * game.reward_den[i])", "Fraction(best, 2 * unit * game.reward_den[i])", "vertices mixed"),
    Mutant("vertices-undiscounted", "return shown / (1 - game.discount)", "return shown", "vertices again"),
    Mutant("vertices-player", "game.players.index(left_out[player].one_of(game.players))", "game.players.index(left_out[player].value if left_out[player].value in game.players else game.players[0])", "dilemma.vertices-player.json"),
    Mutant("receivers-first", "for receiver in range(len(ball.center)):", "for receiver in range(1):", "vertices mixed"),
    Mutant("gifts-half", "gifts(masses, min(ball.spare, sum(masses))):", "gifts(masses, min(ball.spare, sum(masses)) // 2):", "vertices mixed"),
    Mutant("gift-unreceived", "            found[-1][receiver] += sum(gift)\n", "", "vertices match"),
    Mutant("gifts-no-partial", "if not taken[j] and mass > total:", "if not taken[j] and mass > total and j == 0:", "vertices mixed"),
    Mutant("gifts-no-full", "            yield from gifts(masses, total - masses[k], (*taken, masses[k]), partial)\n", "            pass\n", "vertices again"),
    Mutant("gifts-all-full", "        yield from gifts(masses, total, (*taken, 0), max(partial, masses[k]))", "        if not 0 < masses[k] <= total:\n            yield from gifts(masses, total, (*taken, 0), max(partial, masses[k]))", "vertices again"),
    Mutant("gifts-cut-early", "elif sum(masses[k:]) + partial >= total:", "elif sum(masses[k:]) >= total:", "vertices mixed"),
    Mutant("vertex-gap-weights", "if j not in (i, k):\n            weights", "if j not in (i, k) and j < 2:\n            weights", "vertices trio"),
    Mutant("vertex-gap-own-best", "return max(q) * ball.den - ball.optimum(q.__getitem__, LOWER)", "return max(q) * ball.den - ball.optimum(q.__getitem__, UPPER)", "vertices dilemma"),
    Mutant("vertex-gap-first-action", "return max(q) * ball.den - ball.optimum(q.__getitem__, LOWER)", "return q[0] * ball.den - ball.optimum(q.__getitem__, LOWER)", "vertices dilemma"),
    Mutant("vertex-gap-own-free", GAIN, GAIN.replace("sum(profile[i]) * x - y", "sum(profile[i]) * x - 2 * abs(y)"), "vertices match"),
    Mutant("vertex-gap-least", "return max(ball.optimum(row.__getitem__, UPPER) for row in gains)", "return max(ball.optimum(row.__getitem__, LOWER) for row in gains)", "vertices match"),
    Mutant("vertex-gap-one-deviation", "return max(ball.optimum(row.__getitem__, UPPER) for row in gains)", "return ball.optimum(gains[0].__getitem__, UPPER)", "vertices again"),
)  # fmt: skip
