"""FORMAT 11: dominance in games of one state, by mixtures, beliefs and transcripts."""

import itertools
from collections.abc import Sequence
from fractions import Fraction
from functools import partial

from game import Game
from kernel import LOWER, UPPER, Ask, check_interval
from limits import common, longest, spend, weight
from reading import Invalid, Malformed, Node

Table = list[list[int]]  # [A_i][B] payoffs of a player against the others' joint actions
STRENGTHS = ("strict", "weak", "very-weak")
PARTS = ("kappa", "least", "actions", "elimination")


def stage_table(game: Game, i: int, left: Sequence[Sequence[int]] | None = None) -> Table:
    """Payoffs of player `i`, integers over `reward_den`; `left`: among these actions of each player alone."""
    spend(2 * game.n * game.pass_work)
    lists = left or [range(size) for size in game.sizes[0]]
    others = [[a * game.strides[0][j] for a in own] for j, own in enumerate(lists) if j != i]
    places = [sum(joint) for joint in itertools.product(*others)]
    return [[game.rewards[i][a * game.strides[0][i] + place] for place in places] for a in lists[i]]


def read_weights(node: Node, length: int) -> list[int]:
    """Integers that are a probability row once divided by their sum."""
    weights = [item.integer() for item in node.items(length)]
    if min(weights) < 0 or sum(weights) == 0:
        raise Malformed(f"{node.where}: expected weights >= 0, not all of them 0")
    return weights


def pay(table: Table, weights: list[int]) -> None:
    """For sums over the table, weighted."""
    length = longest(weights) + max(map(longest, table)) + len(weights).bit_length()
    spend(4 * (len(table) + 1) * (len(table[0]) + 1) * weight(length))


def mean(table: Table, weights: list[int]) -> list[int]:
    """`[B]` sum_a weights[a] table[a]"""
    return [sum(w * x for w, x in zip(weights, column)) for column in zip(*table)]


def is_dominated(table: Table, action: int, strength: str, mixture: list[int]) -> bool:
    """The mixture, which does not play the action itself, is better than it in the sense of `strength`."""
    pay(table, mixture)
    gains = [x - sum(mixture) * y for x, y in zip(mean(table, mixture), table[action])]
    if mixture[action]:
        return False
    if strength == "strict":
        return min(gains) > 0
    return min(gains) >= 0 and (strength == "very-weak" or max(gains) > 0)


def is_undominated(table: Table, action: int, strength: str, belief: list[int]) -> bool:
    """Under the belief `[B]` the action is a best reply; "weak": of a full belief; "very-weak": the only one."""
    pay(table, belief)
    values = [sum(q * x for q, x in zip(belief, line)) for line in table]
    others = [value for a, value in enumerate(values) if a != action]
    if strength == "very-weak":
        return all(value < values[action] for value in others)
    return all(value <= values[action] for value in others) and (strength == "strict" or min(belief) > 0)


def claim_dominance(game: Game, claim: Node, proof: Node, ask: Ask) -> list[str]:
    members, parts = claim.fields(("kind",), ("expert", *PARTS)), proof.fields((), PARTS[1:])
    if game.size != 1:
        claim.fail("a game of one state")
    if not any(part in members for part in PARTS) or ("expert" in members) != ("kappa" in members):
        claim.fail(f"one of {', '.join(PARTS)}, an expert with kappa and only then")
    words = []
    if "kappa" in members:
        words += check_kappa(game, [own[0] for own in ask("expert")], members["kappa"])
    for part, check in (("least", check_least), ("actions", check_actions), ("elimination", check_elimination)):
        if part in members:
            words += check(game, members[part], proof.fields((part,), parts)[part])
    return words


def some(node: Node, names: Sequence[str]) -> dict[str, Node]:
    """The members of an object, at least one, with names among these."""
    return node.fields((), names) or node.fail("at least one entry")


def largest_regret(game: Game, i: int, weights: list[int]) -> Fraction:
    """max_b [ max_a u(a, b) - x.u(., b) ] / (1 - g), x proportional to the weights"""
    table, total = stage_table(game, i), sum(weights)
    pay(table, weights)
    regret = max(total * max(column) - x for column, x in zip(zip(*table), mean(table, weights)))
    return Fraction(regret, total * game.reward_den[i]) / (1 - game.discount)


def check_kappa(game: Game, rows: list[list[Fraction]], node: Node) -> list[str]:
    words = []
    for player, interval in some(node, game.players).items():
        i = game.players.index(player)
        den = common(rows[i], len(rows[i]))
        shown = largest_regret(game, i, [int(x * den) for x in rows[i]])
        words.append(
            f"kappa of {player}'s expert row {check_interval(interval, {LOWER: shown, UPPER: shown}.__getitem__)}"
        )
    return words


def check_least(game: Game, node: Node, proof: Node) -> list[str]:
    """The least kappa of any strategy: from above by a strategy, from below by a belief."""
    words = []
    for player, interval in some(node, game.players).items():
        i = game.players.index(player)
        own = entry(proof, player, game.players).fields((), ("strategy", "belief"))
        derive = partial(least_kappa, game, i, own, proof.where)
        words.append(f"the least kappa of {player} {check_interval(interval, derive)}")
    return words


def least_kappa(game: Game, i: int, parts: dict[str, Node], where: str, sign: int) -> Fraction:
    """A strategy's kappa, or what knowing the others' play in advance is worth under a belief."""
    name, table = "belief" if sign == LOWER else "strategy", stage_table(game, i)
    if name not in parts:
        raise Malformed(f"{where}: expected a {name} of player {game.players[i]}")
    if sign != LOWER:
        return largest_regret(game, i, read_weights(parts[name], len(table)))
    belief = read_weights(parts[name], len(table[0]))
    pay(table, belief)
    informed = sum(q * max(column) for q, column in zip(belief, zip(*table)))
    best = max(sum(q * x for q, x in zip(belief, line)) for line in table)
    return Fraction(informed - best, sum(belief) * game.reward_den[i]) / (1 - game.discount)


def entry(node: Node, name: str, names: Sequence[str]) -> Node:
    """The member `name` of an object with keys among `names`."""
    members = node.fields((), names)
    return members[name] if name in members else node.fail(f"the key {name}")


def check_actions(game: Game, node: Node, proof: Node) -> list[str]:
    count = 0
    for player, own in some(node, game.players).items():
        i, given = game.players.index(player), entry(proof, player, game.players)
        names, table = game.actions[0][i], stage_table(game, i)
        for name, said in some(own, names).items():
            action, shown = names.index(name), entry(given, name, names)
            for relation, node_of in some(said, ("dominated", "undominated")).items():
                strength, which = node_of.one_of(STRENGTHS), "mixture" if relation == "dominated" else "belief"
                weights = read_weights(
                    entry(shown, which, ("mixture", "belief")), len(table if which == "mixture" else table[0])
                )
                check = is_dominated if which == "mixture" else is_undominated
                if not check(table, action, strength, weights):
                    raise Invalid(f"{shown.where}: the {which} does not show {name!r} {relation}: {strength}")
                count += 1
    return [f"{count} relations of actions: dominated, or not, as listed"]


def check_elimination(game: Game, node: Node, proof: Node) -> list[str]:
    """Replay the steps, each on what is left then; `final`: nothing that is left is dominated in what is left."""
    members, parts = node.fields(("strength", "by", "remaining"), ("final",)), proof.fields(("steps",), ("beliefs",))
    strength, by = members["strength"].one_of(STRENGTHS), members["by"].one_of(("mixtures", "actions"))
    left = [list(range(size)) for size in game.sizes[0]]
    for step in parts["steps"].items():
        said = step.fields(("player", "action", "mixture"))
        i = game.players.index(said["player"].one_of(game.players))
        action = game.actions[0][i].index(said["action"].one_of(game.actions[0][i]))
        weights = read_weights(said["mixture"], game.sizes[0][i])
        if action not in left[i] or any(w and a not in left[i] for a, w in enumerate(weights)):
            raise Invalid(f"{step.where}: speaks of an action that is gone")
        table = stage_table(game, i, left)
        if not is_dominated(table, left[i].index(action), strength, [weights[a] for a in left[i]]):
            raise Invalid(f"{step.where}: the mixture does not dominate what it removes")
        left[i].remove(action)
    remaining = members["remaining"].fields(game.players)
    for i, player in enumerate(game.players):
        said_left = [item.one_of(game.actions[0][i]) for item in remaining[player].items()]
        if said_left != [game.actions[0][i][a] for a in left[i]]:
            raise Invalid(f"{remaining[player].where}: not what the steps leave")
    if "final" in members:
        if members["final"].value is not True:
            members["final"].fail("true")
        beliefs = proof.fields(("steps", "beliefs"))["beliefs"] if by == "mixtures" else None
        check_final(game, left, strength, beliefs, members["final"].where)
    end = ", and nothing more can be" if "final" in members else ""
    count = len(parts["steps"].value)
    return [f"{count} actions are eliminated by {strength} dominance of {by}, in the order of the steps{end}"]


def check_final(game: Game, left: list[list[int]], strength: str, beliefs: Node | None, where: str) -> None:
    """Nothing that is left is dominated in it: by no mixture, shown by a belief each; without beliefs, by no action."""
    for i, player in enumerate(game.players):
        table, names = stage_table(game, i, left), [game.actions[0][i][a] for a in left[i]]
        own = None if beliefs is None else beliefs.fields(game.players)[player].fields(names)
        for place, name in enumerate(names):
            if own is not None:
                shown = is_undominated(table, place, strength, read_weights(own[name], len(table[0])))
            else:
                spend(len(table) * len(table))
                pure = [[int(k == a) for k in range(len(table))] for a in range(len(table)) if a != place]
                shown = not any(is_dominated(table, place, strength, weights) for weights in pure)
            if not shown:
                raise Invalid(
                    f"{where}: the action {name!r} of {player} is not shown to be undominated in what is left"
                )
