"""FORMAT 6.5: what a leaf or a visit holds, and the values of one state that its vectors make."""

from collections import deque
from collections.abc import Sequence
from fractions import Fraction
from operator import le

from game import Game, Vector
from kernel import Weights
from limits import bits, common, hold, longest, products, spend, summed, weight
from modecharges import Charge
from moderows import GRID, Around, ModeRows, sup
from reading import ZERO, Node
from regions import Region

Deviation = tuple[list[int], list[Weights]]  # for every joint action: the one with a' in it, and what both lead to


class Tilt:
    """k of every joint action of the game, `num / den`, and kappa, the most that it costs."""

    def __init__(self, game: Game, region: Region, node: Node | None = None) -> None:
        count = game.offsets[-1]
        self.den, self.num, self.cost = 1, [0] * count, ZERO
        if node is None:
            return
        by_state = len(node.fields(("den", "num"))["num"].items()) == game.size
        tilt, at = Vector(game.size if by_state else count, node), list(zip(game.offsets, game.offsets[1:]))
        self.den, self.num = tilt.den, tilt.num
        if by_state:
            self.num = [x for x, (a, b) in zip(tilt.num, at) for _ in range(a, b)]
        apart = max(self.num) - min(self.num)
        terms = [(1 - summed(region.mass)) * max(self.num), Fraction(apart, 2) * region.drift[0 if by_state else 1]]
        for s, (a, b) in enumerate(at):
            joint = products([own[s] for own in region.center])
            spend(len(joint) * weight(longest(joint) + tilt.bits + bits(region.mass[s])))
            terms.append(region.mass[s] * summed(p * k for p, k in zip(joint, self.num[a:b]) if p))
        self.cost = summed(terms) / self.den


class Pay:
    """The rewards of deviator and imitator, of every joint action, over one denominator."""

    def __init__(self, game: Game, i: int, theta: Fraction, tilt: Tilt) -> None:
        self.theta, self.tilt = theta, tilt
        own, other = theta / game.reward_den[i], (1 - game.discount) / tilt.den
        self.den = common((own, other), 2 * game.offsets[-1])
        self.bits = 2 * self.den.bit_length() + bits(theta) + longest(tilt.num) + game.bits
        spend(4 * game.offsets[-1] * weight(self.bits))
        hold(2 * game.offsets[-1], self.bits)
        reward, loss = int(own * self.den), int(other * self.den)
        self.best = [reward * r for r in game.rewards[i]]  # theta r
        self.own = [-r - loss * k for r, k in zip(self.best, tilt.num)]  # -theta r - (1 - g) k


class Proof:
    """Vectors over one denominator, what deviator and imitator are paid, and what players pay."""

    def __init__(self, game: Game, vectors: dict[str, Vector], pay: Pay, charges: list[Charge]) -> None:
        self.game, self.vectors, self.pay, self.charges = game, vectors, pay, charges
        self.den = common([Fraction(1, v.den) for v in vectors.values()], 4 * game.size)
        self.bits = 2 * self.den.bit_length() + max((v.bits for v in vectors.values()), default=0) + pay.bits
        spend(16 * game.size * weight(self.bits))
        self.num = {name: [x * (self.den // v.den) for x in v.num] for name, v in vectors.items()}
        pairs = {"U" + k: self.num["N" + k] for k in ("0", "1") if "U" + k in vectors}
        self.together = {
            name: [u - x - n for u, x, n in zip(self.num[name], self.num["X"], own)] for name, own in pairs.items()
        }
        moving = GRID * pay.den * game.discount.numerator  # in the units of a state, over its denominator of moves
        self.following = {name: [moving * x for x in own] for name, own in self.num.items()}
        self.meeting = {name: [moving * x for x in own] for name, own in self.together.items()}


RESTS = {  # on the vectors at the next states
    "X": ("X",),
    "N1": ("N1",),
    "N0": ("N1", "N0"),
    "U1": ("X", "N1", "U1"),
    "U0": ("X", "N1", "N0", "U1", "U0"),
}
REMEMBERED = 4  # inequalities of a vector at a state
Terms = tuple[tuple[object, ...], list[int]]  # what must be the same; what may only fall


class Past:
    """Inequalities that have been checked: one holds again where its vector has not fallen, and where neither the
    vectors on which it rests nor the masses that may move have grown, and no rate has fallen.
    """

    def __init__(self, game: Game) -> None:
        rows = [game.next[a:b] for a, b in zip(game.offsets, game.offsets[1:])]
        self.next = [sorted({t for row in own for t, _ in row}) for own in rows]
        self.known: dict[tuple[str, int], deque[Terms]] = {}

    def make_room(self, proof: "Proof") -> None:
        """For the numbers of its vectors, as of those before."""
        hold(REMEMBERED * len(RESTS) * len(self.next), proof.bits)

    def terms(self, proof: "Proof", name: str, s: int, around: Sequence[tuple[ModeRows, int, int]]) -> Terms:
        """Of a vector's inequality at a state, with row sets, largest masses and rates of the players."""
        falling = [-proof.num[name][s]]
        for other in RESTS[name]:
            falling += map(proof.num[other].__getitem__, self.next[s])
        for _, most, rate in around:
            falling += (most, -rate)
        return (proof.den, proof.pay, *(rows for rows, _, _ in around)), falling

    def holds(self, name: str, s: int, terms: Terms) -> bool:
        """Whether it follows from one of the last."""
        same, falling = terms
        return any(same == own and all(map(le, falling, of)) for own, of in self.known.get((name, s), ()))

    def keep(self, name: str, s: int, terms: Terms) -> None:
        """It has been checked, perhaps with a mark, which adds to its right side."""
        self.known.setdefault((name, s), deque(maxlen=REMEMBERED)).appendleft(terms)


class Point:
    """One state's values, in integers over `unit * GRID`."""

    def __init__(self, proof: Proof, s: int, deviations: list[Deviation]) -> None:
        self.proof, self.s, game, pay = proof, s, proof.game, proof.pay
        share = game.discount.denominator * game.next_den[s]
        self.unit, fixed = pay.den * share * proof.den, GRID * share * proof.den
        a, b = game.offsets[s : s + 2]
        self.q: dict[str, list[int]] = {}  # q_X, q_N0, q_N1 of the joint actions
        for name in proof.num.keys() - {"U0", "U1"}:
            paid, moved = pay.best if name == "X" else pay.own, means(game.next[a:b], proof.following[name])
            self.q[name] = [r * fixed + x for r, x in zip(paid[a:b], moved)]
        self.gains: dict[str, list[list[int]]] = {}  # H(U, N) of each deviation and joint action
        for name, after in proof.meeting.items():
            best, own = self.q["X"], self.q["N" + name[1]]
            self.gains[name] = [
                [best[k] + x + y for k, x, y in zip(others, own, means(moves, after))] for others, moves in deviations
            ]

    def lack(self, name: str, around: Around, scale: int, marked: int) -> int:
        """By how much the right side of a vector's inequality is above the vector, over `unit * scale * GRID`.

        Charges only lower what the joint actions lead to, so no row leads to more than the largest of a table.
        """
        left = (self.proof.num[name][self.s] * (self.unit // self.proof.den) - marked * self.unit) * GRID
        above = [pair for pair in self.tables(name) if max(map(max, pair)) > left]
        return max((x - left * scale for kept, moved in above for x in sup(around, kept, moved)), default=0)

    def tables(self, name: str) -> list[tuple[list[int], list[int]]]:
        """What the joint actions lead to while the draws agree, and where they differ; one for every deviation of U."""
        if name in self.gains:
            return [*zip(self.gains[name], self.gains["U1"])]
        return [(self.q[name], self.q["X" if name == "X" else "N1"])]


def means(rows: Sequence[Weights], x: list[int]) -> list[int]:
    """The sum of weight times x of every row; most rows lead to one state."""
    return [x[row[0][0]] * row[0][1] if len(row) == 1 else sum(w * x[t] for t, w in row) for row in rows]


def common_moves(game: Game, i: int) -> list[list[Deviation]]:
    """[S][A_i(s)]: the joint actions with a' in them, and the weights min(P(t|s,a',b), P(t|s,a,b))."""
    result: list[list[Deviation]] = []
    entries = sum(work * sizes[i] for work, sizes in zip(game.work, game.sizes))
    spend(4 * entries)
    hold(entries, game.bits)
    for s, (first, last) in enumerate(zip(game.offsets, game.offsets[1:])):
        stride, count, moves = game.strides[s][i], game.sizes[s][i], [dict(row) for row in game.next[first:last]]
        result.append([])
        for a in range(count):
            others = [k + (a - k // stride % count) * stride for k in range(len(moves))]
            pairs = [(own, moves[k]) for own, k in zip(moves, others)]
            both = [[(t, min(w, other[t])) for t, w in own.items() if t in other] for own, other in pairs]
            result[s].append((others, both))
    return result


DIGITS = {letter: k for k, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
MOST_DIGITS = 200  # of a number


def numbers(node: Node) -> Node:
    """The integers that a text stands for: 2 |x|, + 1 where x < 0, in digits of 5 bits, the lowest first."""
    if not isinstance(node.value, str):
        return node
    spend(len(node.value))
    found, value, shift = list[int](), 0, 0
    for letter in node.value:
        digit = DIGITS.get(letter, -1)
        if digit < 0 or shift >= 5 * MOST_DIGITS:
            node.fail(f"letters, digits, + and /, at most {MOST_DIGITS} for a number")
        value, shift = value | (digit & 31) << shift, shift + 5
        if digit < 32:
            found.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift:
        node.fail("a last digit of the last number")
    return Node(found, node.key, node.above)


def read_vectors(game: Game, node: Node) -> list[Vector]:
    """Vectors as in 5.1, or as an earlier one plus integers over its denominator."""
    pool: list[Vector] = []
    for entry in node.items():
        parts = entry.fields(("num",), ("den", "base"))
        whole = {"den": parts["den"].value if "den" in parts else "1", "num": numbers(parts["num"]).value}
        vector = Vector(game.size, Node(whole, entry.key, entry.above))
        if "den" not in parts:
            base = pool[entry.fields(("base", "num"))["base"].integer(range(len(pool)))]
            vector.bits = max(base.bits, vector.bits + base.den.bit_length()) + 1
            spend(game.size * weight(vector.bits))
            hold(game.size * (len(pool) + 1), vector.bits)
            vector.den, vector.num = base.den, [x + y for x, y in zip(base.num, vector.num)]
        elif "base" in parts:
            entry.fail("den or base")
        pool.append(vector)
    return pool
