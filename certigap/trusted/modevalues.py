"""FORMAT 6.5: what a leaf or a visit holds, and the values of one state that its vectors make."""

from fractions import Fraction

from game import Game, Vector, products
from kernel import Weights
from limits import bits, common, hold, longest, spend, summed, weight
from moderows import GRID, Around, sup
from reading import ZERO, Node
from regions import Region

Shares = tuple[Fraction, ...]  # (al, be, ga)
Charge = tuple[Fraction, Fraction, Fraction, Fraction]  # of a player: price, and what of it each rate is made of


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


class Proof:
    """Vectors, and the rewards of deviator and imitator, each over one denominator, the tilt, and what players pay."""

    def __init__(
        self, game: Game, i: int, vectors: dict[str, Vector], theta: Fraction, tilt: Tilt, charges: list[Charge]
    ) -> None:
        self.vectors, self.tilt, self.charges, g = vectors, tilt, charges, game.discount
        self.den = common([Fraction(1, v.den) for v in vectors.values()], 4 * game.size)
        self.bits = 2 * self.den.bit_length() + max((v.bits for v in vectors.values()), default=0)
        spend(8 * game.size * weight(self.bits))
        self.num = {name: [x * (self.den // v.den) for x in v.num] for name, v in vectors.items()}
        pairs = {"U" + k: self.num["N" + k] for k in ("0", "1") if "U" + k in vectors}
        self.together = {
            name: [u - x - n for u, x, n in zip(self.num[name], self.num["X"], own)] for name, own in pairs.items()
        }
        own, other = theta / game.reward_den[i], (1 - g) / tilt.den
        self.pay_den = common((own, other), 2 * game.offsets[-1])
        self.bits += 2 * self.pay_den.bit_length() + bits(theta) + longest(tilt.num) + game.bits
        spend(4 * game.offsets[-1] * weight(self.bits))
        hold(2 * game.offsets[-1], self.bits)
        reward, loss = int(own * self.pay_den), int(other * self.pay_den)
        self.best = [reward * r for r in game.rewards[i]]  # theta r
        self.own = [-r - loss * k for r, k in zip(self.best, tilt.num)]  # -theta r - (1 - g) k


class Point:
    """One state's values, in integers over `unit * GRID`."""

    def __init__(self, game: Game, i: int, proof: Proof, s: int, common: list[list[Weights]]) -> None:
        self.proof, self.s, self.stride, self.actions, g = proof, s, game.strides[s][i], game.sizes[s][i], game.discount
        self.unit = proof.pay_den * g.denominator * game.next_den[s] * proof.den
        fixed, self.moving = GRID * (self.unit // proof.pay_den), GRID * proof.pay_den * g.numerator
        self.q: dict[str, list[int]] = {}  # q_X, q_N0, q_N1 of the joint actions
        for name in proof.num.keys() - {"U0", "U1"}:
            num, pay = proof.num[name], proof.best if name == "X" else proof.own
            rows = range(game.offsets[s], game.offsets[s + 1])
            self.q[name] = [pay[k] * fixed + self.moving * sum(w * num[t] for t, w in game.next[k]) for k in rows]
        self.gains: dict[str, list[list[int]]] = {
            name: self.gain(common, proof, name) for name in ("U0", "U1") if name in proof.num
        }

    def gain(self, common: list[list[Weights]], proof: Proof, name: str) -> list[list[int]]:
        """H(U, N) of each deviation and joint action."""
        own, best, after = self.q["N" + name[1]], self.q["X"], proof.together[name]
        result = []
        for a, moves in enumerate(common):
            shifts = [k + (a - k // self.stride % self.actions) * self.stride for k in range(len(own))]
            shared = [self.moving * sum(w * after[t] for t, w in move) for move in moves]
            result.append([best[other] + x + y for other, x, y in zip(shifts, own, shared)])
        return result

    def left(self, name: str) -> Fraction:
        """The vector at the state."""
        return Fraction(self.proof.num[name][self.s], self.proof.den)

    def largest(self, name: str, around: Around) -> int:
        """The right side of a vector's inequality."""
        if name == "X":
            return max(sup(around, self.q["X"], self.q["X"], a * self.stride) for a in range(self.actions))
        if name == "N1" or name == "N0":
            return sup(around, self.q[name], self.q["N1"], 0)
        return max(sup(around, kept, moved, 0) for kept, moved in zip(self.gains[name], self.gains["U1"]))


def common_moves(game: Game, i: int) -> list[list[list[Weights]]]:
    """[S][A_i(s)][joint action]: the weights min(P(t|s,a',b), P(t|s,a,b)) of the common successors."""
    result: list[list[list[Weights]]] = []
    entries = sum(work * sizes[i] for work, sizes in zip(game.work, game.sizes))
    spend(4 * entries)
    hold(entries, game.bits)
    for s, (first, last) in enumerate(zip(game.offsets, game.offsets[1:])):
        stride, count, moves = game.strides[s][i], game.sizes[s][i], [dict(row) for row in game.next[first:last]]
        result.append([])
        for a in range(count):
            others = [moves[k + (a - k // stride % count) * stride] for k in range(len(moves))]
            result[s].append(
                [[(t, min(w, other[t])) for t, w in own.items() if t in other] for own, other in zip(moves, others)]
            )
    return result


def read_vectors(game: Game, node: Node) -> list[Vector]:
    """Vectors as in 5.1, or as an earlier one plus integers over its denominator."""
    pool: list[Vector] = []
    for entry in node.items():
        parts = entry.fields((), ("den", "num", "base"))
        if "base" not in parts:
            pool.append(Vector(game.size, entry))
            continue
        base = pool[entry.fields(("base", "num"))["base"].integer(range(len(pool)))]
        change = Vector(game.size, Node({"den": "1", "num": parts["num"].value}, entry.where))
        change.bits = max(base.bits, change.bits + base.den.bit_length()) + 1
        spend(game.size * weight(change.bits))
        hold(game.size * (len(pool) + 1), change.bits)
        change.den, change.num = base.den, [x + y for x, y in zip(base.num, change.num)]
        pool.append(change)
    return pool
