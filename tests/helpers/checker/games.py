"""The games of the cases: (game, expert, learner) by name. Random ones come from seeded small fractions."""

import random
from fractions import Fraction
from typing import Any

import certigap as cg
from certigap.model.build import bimatrix, markov_game, normal_form
from certigap.model.game import Game
from certigap.model.policy import Policy
from certigap.semantics import gaps

Trio = tuple[Game, Policy, Policy]


def from_catalog(name: str, **parameters: Any) -> Trio:
    """A cited game; where the catalog has no learner, the expert mixed with noise."""
    game, expert = cg.games.load(name, **parameters), cg.games.expert(name, **parameters)
    if not cg.games.entry(name).has_learner:
        return game, expert, blend(expert, Fraction(1, 10))
    learner: Policy = cg.games.learner(name, **parameters)
    return game, expert, learner


def blend(policy: Policy, noise: Fraction) -> Policy:
    """The policy with the uniform rows mixed in."""
    rows = [[row.fractions() for row in own] for own in policy.rows]
    mixed = [[[(1 - noise) * p + noise / len(row) for p in row] for row in own] for own in rows]
    return Policy.from_rows(policy.game, mixed)


def mixed() -> Trio:
    """A weighted rock-paper-scissors: zero-sum, equilibrium (1/4, 1/2, 1/4)."""
    game = bimatrix([[0, -1, 2], [1, 0, -1], [-2, 1, 0]], actions=[["r", "p", "s"]] * 2)
    expert = Policy.from_rows(game, [["1/4", "1/2", "1/4"]] * 2)
    return game, expert, Policy.from_rows(game, [["1/3", "1/3", "1/3"], ["1/4", "5/8", "1/8"]])


def trio() -> Trio:
    """Three players, payoffs from a seeded generator; the expert is mixed and no equilibrium."""
    rng = random.Random(5)
    tables = [[[[Fraction(rng.randint(-6, 6), 6) for _ in "01"] for _ in "01"] for _ in "01"] for _ in "012"]
    game = normal_form(tables, players=["A", "B", "C"])
    expert = Policy.from_rows(game, [["1/2", "1/2"], ["1", "0"], ["2/3", "1/3"]])
    return game, expert, Policy.from_rows(game, [["3/4", "1/4"], ["1/2", "1/2"], ["2/3", "1/3"]])


def random_game(
    seed: int, states: int, players: int, discount: str, sizes: tuple[int, ...] = (2, 2), level: int = 0
) -> Game:
    """Small random fractions; `sizes`: numbers of actions, cyclically by state and player; rewards near `level`."""
    rng, names = random.Random(seed), [f"s{k}" for k in range(states)]
    actions = {s: [["x", "y", "z"][: sizes[(k + i) % len(sizes)]] for i in range(players)] for k, s in enumerate(names)}

    def row() -> dict[str, Fraction]:
        weights = [rng.randint(0, 3) for _ in names]
        weights[rng.randrange(states)] += 1
        return {s: Fraction(w, sum(weights)) for s, w in zip(names, weights, strict=True)}

    def outcome(_: str, __: tuple[str, ...]) -> tuple[list[Fraction], dict[str, Fraction]]:
        return [level + Fraction(rng.randint(-5, 5), 5) for _ in range(players)], row()

    return markov_game(
        players=[str(k + 1) for k in range(players)],
        states=names,
        actions=actions,
        outcome=outcome,
        discount=discount,
        initial=dict.fromkeys(names, Fraction(1, states)),
    )


def coin() -> Trio:
    """Two states, two actions, a pure equilibrium found by going through all pure profiles of seeded games."""
    choices = [{"s0": a, "s1": b} for a in "xy" for b in "xy"]
    for seed in range(100):
        game = random_game(seed, 2, 2, "4/5")
        for own in choices:
            for other in choices:
                expert = Policy.pure(game, {"1": own, "2": other})
                if gaps(game, expert).nash_gap.upper == 0:
                    return game, expert, blend(expert, Fraction(1, 5))
    raise LookupError("no pure equilibrium")


def random_trio(game: Game, noise: str = "1/4") -> Trio:
    """A half-mixed expert, and a learner who is further from pure play."""
    expert = blend(Policy.pure(game), Fraction(1, 3))
    return game, expert, blend(expert, Fraction(noise))


def slack() -> Trio:
    """One state repeated, r_1 = own action's penalty: two copies of one dilemma with discount 1/2, D dominant."""
    payoff = {("C", "C"): (3, 3), ("C", "D"): (0, 4), ("D", "C"): (4, 0), ("D", "D"): (1, 1)}

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, int]]:
        scale = Fraction(1 if state == "u" else 2, 4)
        return [scale * x for x in payoff[joint[0], joint[1]]], {"v" if state == "u" else "u": 1}

    game = markov_game(
        players=["row", "column"],
        states=["u", "v"],
        actions=[["C", "D"]] * 2,
        outcome=outcome,
        discount="1/2",
        initial={"u": 1},
    )
    expert = Policy.pure(game, {"row": "D", "column": "D"})
    return game, expert, blend(expert, Fraction(1, 10))


def rich() -> Trio:
    """One player, one state, discount 1/2, reward 1 or -1: the trivial bound is attained."""
    own = {"x": 1, "y": -1}
    game = markov_game(
        players=["1"],
        states=["s"],
        actions=[["x", "y"]],
        outcome=lambda _, joint: ([own[joint[0]]], {"s": 1}),
        discount="1/2",
        initial={"s": 1},
    )
    return game, Policy.pure(game), Policy.pure(game, {"1": "y"})


def match() -> Trio:
    """Both must play their first action."""
    game = normal_form([[[1, -1], [-1, -1]]] * 2)
    return game, Policy.pure(game), Policy.from_rows(game, [["19/20", "1/20"]] * 2)


def tempt() -> Trio:
    """The opponent's error raises a regret by 2 eps, the player's own by eps / 2: more than 2 eps together."""
    game = normal_form([[[1, -1], [-1, 1], [-1, -1]], [[0, 0]] * 3])
    expert = Policy.from_rows(game, [["1", "0", "0"], ["1/2", "1/2"]])
    return game, expert, Policy.from_rows(game, [["19/20", "0", "1/20"], ["9/20", "11/20"]])


def last() -> Trio:
    """Only against the last profile is the expert's action not the best."""
    game = normal_form([[[0, 1], [0, 0]], [[0, 0], [0, 0]]], actions=[["x", "y"]] * 2)
    expert = Policy.pure(game, {"1": "y", "2": "y"})
    return game, expert, expert


def branching(discount: str, initial: dict[str, Any], rewards: dict[str, int], paths: dict[str, Any]) -> Game:
    """Two players; `paths[state]` maps joint actions to states, all else leads to B; rewards depend on the state."""

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        return [rewards[state], 0], {paths[state].get("".join(joint), "B" if state != "T" else "T"): 1}

    return markov_game(
        players=["1", "2"],
        states=list(rewards),
        actions=[["x", "y"]] * 2,
        outcome=outcome,
        discount=discount,
        initial=initial,
    )


def cliff() -> Trio:
    """An all but unvisited state s1, where the opponent decides between the best and the worst for ever."""
    game = branching(
        "4/5",
        {"s0": "99/100", "s1": "1/100"},
        {"T": 1, "s0": -1, "s1": -1, "B": -1},
        {"T": {}, "s0": {"yx": "s1", "yy": "s1"}, "s1": {"yy": "T"}, "B": {}},
    )
    return game, Policy.pure(game), Policy.pure(game, {"2": {"s1": "y"}})


def hidden() -> Trio:
    """The same, with s1 not visited at all."""
    game = branching(
        "4/5",
        {"s0": 1},
        {"T": 1, "s0": -1, "s1": -1, "B": -1},
        {"T": {}, "s0": {"yx": "s1", "yy": "s1"}, "s1": {"yy": "T"}, "B": {}},
    )
    return game, Policy.pure(game), Policy.pure(game, {"2": {"s1": "y"}})


def trap() -> Trio:
    """The expert walks to w, where the opponent is nasty; it might have been nice."""
    paths = {"s0": {"xx": "w", "xy": "w"}, "w": {"xx": "w", "yx": "w", "xy": "T", "yy": "T"}, "T": {}, "B": {}}
    game = branching("1/2", {"s0": 1}, {"s0": 0, "w": -1, "T": 1, "B": 0}, paths)
    return game, Policy.pure(game), Policy.pure(game)


def leaky() -> Trio:
    """As `trap`, but both ways may lead to w, the expert's more often."""
    values = {"s0": 0, "w": -1, "T": 1, "B": 0}

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, Any]]:
        stay = {"T": 1} if state == "w" and joint[1] == "y" else {state: 1}
        often = "3/4" if joint[0] == "x" else "1/4"
        following = {"w": often, "B": 1 - Fraction(often)} if state == "s0" else stay
        return [values[state], 0], following

    game = markov_game(
        players=["1", "2"],
        states=list(values),
        actions=[["x", "y"]] * 2,
        outcome=outcome,
        discount="1/2",
        initial={"s0": 1},
    )
    return game, Policy.pure(game), Policy.pure(game)


def greedy() -> Trio:
    """The expert takes a reward now and regrets it for ever."""
    own = {"x": 1, "y": 0}
    game = markov_game(
        players=["1"],
        states=["s", "good", "bad"],
        actions={"s": [["x", "y"]], "good": [["x"]], "bad": [["x"]]},
        outcome=lambda s, joint: (
            ([own[joint[0]]], {"good" if joint[0] == "y" else "bad": 1})
            if s == "s"
            else ([1 if s == "good" else -1], {s: 1})
        ),
        discount="4/5",
        initial={"s": 1},
    )
    return game, Policy.pure(game), Policy.pure(game)


def meet() -> Trio:
    """Where to meet: two pure equilibria and a mixed one."""
    game = bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    expert = Policy.from_rows(game, [["2/3", "1/3"], ["1/3", "2/3"]])
    return game, expert, Policy.from_rows(game, [["3/4", "1/4"], ["1/3", "2/3"]])


def alone() -> Trio:
    """A bimatrix game whose second player has a single action."""
    game = bimatrix([[0], [1], ["1/2"]], [[0], [0], [0]])
    return game, Policy.from_rows(game, [[0, 1, 0], [1]]), Policy.from_rows(game, [["1/10", "4/5", "1/10"], [1]])


def again() -> Trio:
    """One state, met again and again: mixed rows of three actions and of two."""
    game = random_game(7, 1, 2, "1/2", (3, 2))
    expert = Policy.from_rows(game, [[["1/2", "1/3", "1/6"]], [["3/4", "1/4"]]])
    return game, expert, blend(expert, Fraction(1, 5))


def far() -> Trio:
    """The expert comes late to w, where the opponent may be nice; there is a short way."""
    ways = {"s": {"x": "a", "y": "w"}, "a": {"x": "b", "y": "b"}, "b": {"x": "w", "y": "w"}, "w": {"x": "w", "y": "w"}}

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        return [int(state == "w" and joint[1] == "y"), 0], {ways[state][joint[0]]: 1}

    actions = {state: [["x", "y"], ["x", "y"]] for state in ways}
    game = markov_game(
        players=["1", "2"], states=list(ways), actions=actions, outcome=outcome, discount="1/2", initial={"s": 1}
    )
    return game, Policy.pure(game), Policy.pure(game, {"2": {"w": "y"}})


def myopic() -> Trio:
    """Two states and no discounting of a future that does not count."""
    return random_trio(random_game(8, 2, 2, "0"))


def tied() -> Trio:
    """The second player does not care, against the first player's best action: a continuum of equilibria."""
    game = bimatrix([[1, 1], [0, 0]], [[0, 0], [0, 1]])
    return game, Policy.pure(game), Policy.from_rows(game, [["9/10", "1/10"], ["1/2", "1/2"]])


def deal() -> Trio:
    """Five actions against four, met again and again: rows of which several actions may be emptied at once."""
    rng = random.Random(9)
    rewards = [[Fraction(rng.randint(-8, 8), 4) for _ in "12"] for _ in range(20)]

    def outcome(_: str, joint: tuple[str, ...]) -> tuple[list[Fraction], dict[str, int]]:
        return rewards[4 * "abcde".index(joint[0]) + "wxyz".index(joint[1])], {"s": 1}

    game = markov_game(
        players=["1", "2"],
        states=["s"],
        actions=[list("abcde"), list("wxyz")],
        outcome=outcome,
        discount="1/3",
        initial={"s": 1},
    )
    expert = Policy.from_rows(game, [[["1/12", "1/6", "1/4", "1/3", "1/6"]], [["1/5", "2/5", "3/10", "1/10"]]])
    return game, expert, Policy.from_rows(game, [[["0", "0", "1/2", "1/4", "1/4"]], [["1/2", "0", "1/2", "0"]]])


def dominant(rows: int, columns: int) -> Trio:
    """A bimatrix game whose first actions are dominant, and uniform rows for its expert."""
    first = [[int(a == 0)] * columns for a in range(rows)]
    second = [[int(b == 0) for b in range(columns)]] * rows
    game = bimatrix(first, second)
    uniform = Policy.from_rows(game, [[Fraction(1, size)] * size for size in (rows, columns)])
    return game, uniform, Policy.pure(game)


def folds() -> Trio:
    """Rows: best, weakly worse, two twins, one that only a mixture beats; the columns depend on what is left."""
    first = [["3/2", 0], ["3/2", "-1/2"], [0, "3/2"], [0, "3/2"], ["1/2", "1/2"]]
    game = bimatrix(first, [[1, 0], [0, 1], [1, 0], [0, 1], [0, 3]])
    expert = Policy.from_rows(game, [["1/2", 0, "1/2", 0, 0], [1, 0]])
    return game, expert, Policy.pure(game)


def crossing() -> Trio:
    """What weak dominance leaves depends on which row goes first."""
    game = bimatrix([[1, 1], [1, 0], [0, 1]], [[1, 1], [0, 1], [1, 0]])
    return game, Policy.pure(game), Policy.pure(game)


def fall() -> Trio:
    """The expert mixes two best rows: one ceases to be one at once, both beyond distance 1."""
    game = bimatrix([["3/2", "1/2"], ["3/2", 0], [1, 1]], [[1, 0], [1, 0], [1, 0]])
    return game, Policy.from_rows(game, [["3/4", "1/4", 0], [1, 0]]), Policy.pure(game)


def passing() -> Trio:
    """The first player's second action pays when both others pass, with probability above 1/4."""
    own = [[[0, 0], [0, 0]], [[-1, -1], [-1, 3]]]
    idle = [[[0, 0], [0, 0]]] * 2
    game = normal_form([own, idle, idle])
    return game, Policy.pure(game), Policy.pure(game)


def turning() -> Trio:
    """Either of the others alone makes the second action worse, both together better: no tie is broken by a pair."""
    own = [[[0, 0], [0, 0]], [[0, -1], [-1, 1]]]
    idle = [[[0, 0], [0, 0]]] * 2
    game = normal_form([own, idle, idle])
    return game, Policy.pure(game), Policy.pure(game)


def stay(paid: int) -> Trio:
    """A player is paid at the start alone, for taking, as long as the other stays; the experts pass and leave. The
    other is never paid, and nobody comes to the third state."""
    order = 1 - 2 * paid
    choices = {
        "start": [["take", "pass"], ["leave", "stay"]],
        "gone": [["-"], ["-"]],
        "never": [["take", "pass"], ["-"]],
    }

    def outcome(state: str, joint: tuple[str, ...]) -> tuple[list[int], dict[str, int]]:
        take, stays = (joint[::order][0] == "take"), joint[::order][1] == "stay"
        return [int(take), 0][::order], {"start" if stays else "gone": 1}

    game = markov_game(
        players=["1", "2"],
        states=[*choices],
        actions={state: own[::order] for state, own in choices.items()},
        outcome=outcome,
        discount="4/5",
        initial={"start": 1},
    )
    half = ["1/2", "1/2"]
    expert = [[["0", "1"], ["1"], ["0", "1"]], [["1", "0"], ["1"], ["1"]]]
    learner = [[half, ["1"], half], [half, ["1"], ["1"]]]
    return game, Policy.from_rows(game, expert[::order]), Policy.from_rows(game, learner[::order])


def one_of(
    actions: dict[str, tuple[list[str], list[str]]],
    pays: set[tuple[str, str, str]],
    leads: dict[tuple[str, str], str],
    expert: tuple[dict[str, str], dict[str, str]],
    discount: str,
    sign: int = 1,
) -> Trio:
    """Player 1 alone is paid, `sign` in the cells of `pays`; `leads` is where its actions lead, else a state stays."""
    game = markov_game(
        players=["1", "2"],
        states=[*actions],
        actions={state: [*own] for state, own in actions.items()},
        outcome=lambda state, joint: (
            [sign * int((state, *joint) in pays), 0],
            {leads.get((state, joint[0]), state): 1},
        ),
        discount=discount,
        initial={next(iter(actions)): 1},
    )
    rows = [
        [[str(int(a == own[state])) for a in actions[state][j]] for state in actions] for j, own in enumerate(expert)
    ]
    return game, Policy.from_rows(game, rows), Policy.from_rows(game, rows)


def drift() -> Trio:
    """Who once strays to where the expert never is, loses there as well, and nothing is to be paid for that."""
    actions = {"home": (["stay", "go"], ["x", "y"]), "out": (["keep", "spoil"], ["x", "y"])}
    expert = {"home": "stay", "out": "keep"}, {"home": "x", "out": "x"}
    spoiled = {("out", "spoil", "x"), ("out", "spoil", "y")}
    return one_of(actions, spoiled, {("home", "go"): "out"}, expert, "4/5", -1)


def spot() -> Trio:
    """One state, always visited, and one never; the second action pays when the other plays its own."""
    actions = {"s": (["0", "1"], ["0", "1"]), "never": (["-"], ["-"])}
    expert = {"s": "0", "never": "-"}
    return one_of(actions, {("s", "1", "1")}, {}, (expert, expert), "1/2")


def parted() -> Trio:
    """Who strays is lost, while the deviator stays where it is paid."""
    actions = {"home": (["stay", "go"], ["-"]), "out": (["-"], ["-"])}
    expert = {"home": "stay", "out": "-"}, {"home": "-", "out": "-"}
    return one_of(actions, {("home", "stay", "-")}, {("home", "go"): "out"}, expert, "9/10")


def aside() -> Trio:
    """The expert takes neither the way to the state that pays, nor that to the one where a tilt can be as large."""
    actions = {"s": (["good", "bad", "mid"], ["-"]), **{state: (["-"], ["-"]) for state in ("paid", "bad", "mid")}}
    leads = {("s", "good"): "paid", ("s", "bad"): "bad", ("s", "mid"): "mid"}
    expert = {state: "mid" if state == "s" else "-" for state in actions}, dict.fromkeys(actions, "-")
    return one_of(actions, {("paid", "-", "-")}, leads, expert, "4/5")


def games() -> dict[str, Trio]:
    """All of them; Tag is made by its test."""
    return {
        "lemma1": from_catalog("lemma1", discount="4/5"),
        "theorem2": from_catalog("theorem2", discount="1/2"),
        "three": from_catalog("three-player", k="2", discount="1/2"),
        "dilemma": from_catalog("algorithm1"),
        "mixed": mixed(),
        "trio": trio(),
        "coin": coin(),
        "slack": slack(),
        "solo": random_trio(random_game(3, 2, 1, "3/4")),
        "ragged": random_trio(random_game(4, 3, 2, "1/2", (1, 3, 2))),
        "crowd": random_trio(random_game(6, 2, 3, "1/2")),
        "pair": random_trio(random_game(100, 2, 2, "1/2")),
        "wide": random_trio(random_game(200, 2, 2, "1/2", (3, 2))),
        "low": random_trio(random_game(101, 2, 2, "1/2", level=-3)),
        "high": random_trio(random_game(102, 2, 2, "1/2", level=3)),
        "rich": rich(),
        "match": match(),
        "tempt": tempt(),
        "last": last(),
        "cliff": cliff(),
        "hidden": hidden(),
        "trap": trap(),
        "leaky": leaky(),
        "greedy": greedy(),
        "sharp": from_catalog("sharpness", players="3", discount="1/2", e="1/100"),
        "meet": meet(),
        "alone": alone(),
        "again": again(),
        "far": far(),
        "myopic": myopic(),
        "tied": tied(),
        "deal": deal(),
        "broad": dominant(3, 30),
        "folds": folds(),
        "crossing": crossing(),
        "fall": fall(),
        "passing": passing(),
        "turning": turning(),
        "stay": stay(0),
        "linger": stay(1),
        "drift": drift(),
        "spot": spot(),
        "parted": parted(),
        "aside": aside(),
    }
