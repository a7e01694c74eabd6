"""What `tag.ipynb` shows: sampled imitators of Tag, and certified curves above them (the paper's figures 5 and 6).

Imitators are the expert mixed with random rows at every state, as in appendix E: 400 for figure 5, 250 a temperature
and a range for figure 6. Their numbers are floats, some of them checked against exact ones; the curves are proven.
That no sample crosses a curve, and how samples rise and fall, is required here before anything is kept.

python notebooks/make_tag.py
"""

import itertools
import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import soft_region

import certigap as cg

FOLDER = Path(__file__).parent / "certificates"
COLD = Fraction(1, 10)
TEMPERATURES = (Fraction(1, 2), Fraction(1), Fraction(3), Fraction(10))
RADII = ("0", "1/100", "1/50", "1/20", "1/10", "1/5", "3/10", "2/5", "1/2", "11/20")
WIDE = ("1/1000", "1/100", "1/20", "1/5", "1/2", "4/5", "1", "3/2")
NARROW = ("1/10000", "1/2000", "1/1000", "1/500", "1/250", "1/100")
BUDGET = 20.0
MOST_NOISE = {"fig5": 0.4, "wide": 1.0, "narrow": 0.01}
BINS = 5


class FloatTag:
    """Tag and an expert as arrays: r `[S, 4, 4]` (player 1's), P `[S, 4, 4, S]`, rows x, y `[S, 4]`, occupancy mu."""

    def __init__(self, game: cg.Game, expert: cg.Policy) -> None:
        side = soft_region.Side.of(game, expert, 0)
        self.g = float(game.discount)
        self.r = np.array([[[float(v) for v in line] for line in rows] for rows in side.rewards])
        self.P = np.zeros((*self.r.shape, len(self.r)))
        for s, a, b in np.ndindex(*self.r.shape):
            for t, p in side.following[s][a][b].items():
                self.P[s, a, b, t] = p
        self.nu = np.array([float(p) for p in game.initial.fractions()])
        self.x, self.y = expert.to_numpy("1"), expert.to_numpy("2")
        self.mu = np.array([float(high) for _, high in side.mass])

    def view(self, player: int) -> tuple[np.ndarray, np.ndarray]:
        """Rewards and transitions with the player's own action first."""
        if player == 0:
            return self.r, self.P
        return -self.r.transpose(0, 2, 1), self.P.transpose(0, 2, 1, 3)

    def best(self, player: int, other: np.ndarray, tau: float) -> tuple[np.ndarray, np.ndarray]:
        """Optimal values `[S]` and a best response `[S, 4]` against rows; with tau > 0 regularised."""
        r, P = self.view(player)
        values = np.zeros(len(r))
        while True:
            q = np.einsum("sb,sab->sa", other, r + self.g * P @ values)
            top, before = q.max(axis=1), values
            weights = np.exp((q - top[:, None]) / tau) if tau else (q == top[:, None]).astype(float)
            values = top + tau * np.log(weights.sum(axis=1)) if tau else top
            if abs(values - before).max() < 1e-12:
                return values, weights / weights.sum(axis=1, keepdims=True)

    def value(self, x: np.ndarray, y: np.ndarray) -> float:
        """V_1(nu)."""
        reward, step = np.einsum("sa,sb,sab->s", x, y, self.r), np.einsum("sa,sb,sabt->st", x, y, self.P)
        return float(self.nu @ np.linalg.solve(np.eye(len(self.nu)) - self.g * step, reward))

    def distance(self, rows: np.ndarray, expert: np.ndarray) -> float:
        """E_mu of the L1 distance."""
        return float(self.mu @ abs(rows - expert).sum(axis=1))

    def sample(self, x: np.ndarray, y: np.ndarray, tau: float) -> dict[str, float]:
        """eps_BC, NashGap, and how far regularised best responses to (x, y) are from the expert."""
        worth = self.value(x, y)
        gains = (float(self.nu @ self.best(0, y, 0)[0]) - worth, float(self.nu @ self.best(1, x, 0)[0]) + worth)
        straying = (
            self.distance(self.best(0, y, tau)[1], self.x),
            self.distance(self.best(1, x, tau)[1], self.y),
        )
        error = max(self.distance(x, self.x), self.distance(y, self.y))
        return {"eps": error, "gap": max(gains), "delta": max(straying)}

    def noisy(self, most: float, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Imitators: noise levels evenly up to `most`, random rows at every state."""
        rng = np.random.default_rng(seed)
        for level in most * np.arange(1, count + 1) / count:
            x, y = (rng.dirichlet(np.ones(4), len(self.nu)) for _ in range(2))
            yield (1 - level) * self.x + level * x, (1 - level) * self.y + level * y


def expert_at(game: cg.Game, tau: Fraction) -> cg.Policy:
    """The regularised equilibrium, on a coarse grid so that its file stays small: every bound takes it as it is."""
    if tau == COLD:
        return cg.games.expert("tag")
    return cg.solve_game(game, "regularised", temperature=tau, denominator=2**20).expert


def curve(game: cg.Game, expert: cg.Policy, tau: Fraction, radii: tuple[str, ...]) -> list[dict[str, object]]:
    """Bounds of delta_tau at radii with the vectors that prove them; those that prove no more than 2 are left out."""
    found = []
    for eps in sorted(map(Fraction, radii)):
        vectors, bounds = [], []
        for player in (0, 1):
            side = soft_region.Side.of(game, expert, player)
            hi, lo = soft_region.proposed(side, tau, eps)
            grid = [[Fraction(k, soft_region.GRID) for k in own] for own in (hi, lo)]
            bounds.append(soft_region.bound(side, tau, eps, *grid))
            vectors.append({"hi": hi, "lo": lo})
        upper = -(-max(bounds) * 10**6 // 1)  # rounded up to six digits
        proof = {"players": vectors} if max(bounds) < 2 else {}
        found.append({"eps": str(eps), "upper": str(min(Fraction(2), Fraction(upper, 10**6))), **proof})
    return found


def above(steps: list[tuple[float, float]], eps: float) -> float:
    """The bound that holds at eps: that of the next radius; past the last one no sample may be."""
    return next((upper for radius, upper in steps if radius >= eps), 0.0)


def require(holds: bool, message: str) -> None:
    """A picture that would not show what it is said to show is not kept."""
    if not holds:
        raise SystemExit(message)


def bin_means(samples: list[dict[str, float]], name: str) -> list[float]:
    """Means over bins of equally many samples, by eps."""
    ordered = [s[name] for s in sorted(samples, key=lambda s: s["eps"])]
    return [float(np.mean(part)) for part in np.array_split(ordered, BINS)]


def check_exact(game: cg.Game, tag: FloatTag, policies: list[tuple[np.ndarray, np.ndarray]], tau: Fraction) -> None:
    """Floats against the package, on a few imitators."""
    for x, y in policies:
        policy, found = cg.Policy.from_floats(game, [x, y]), tag.sample(x, y, float(tau))
        exact = float(cg.nash_gap(game, policy).upper or 0)
        require(abs(found["gap"] - exact) < 1e-6, f"NashGap: expected {exact}, got {found['gap']}")
        rows = [cg.regularised_best_response(game, policy, i, tau)[1] for i in (0, 1)]
        moved = max(
            tag.distance(np.array([[float(low) for low, _ in row] for row in own]), expert)
            for own, expert in zip(rows, (tag.x, tag.y), strict=True)
        )
        require(abs(found["delta"] - moved) < 1e-6, f"delta: expected {moved}, got {found['delta']}")


def certify_gaps(game: cg.Game, expert: cg.Policy) -> list[tuple[float, float]]:
    """Worst-case certificates at RADII, each verified; (radius, upper) in order."""
    steps = []
    for radius in RADII:
        path = FOLDER / f"tag.worst-{radius.replace('/', '-')}.cert.json"
        if not path.exists():
            cg.certificate(cg.worst_case(game, expert, radius, budget=BUDGET)).write(path)
        verdict = cg.verify(game, path, expert=expert)[0]
        require(verdict.is_valid and verdict.claim is not None, f"{path.name}: {verdict}")
        steps.append((float(Fraction(radius)), float(Fraction(verdict.claim["nash_gap"]["upper"]))))  # type: ignore[index]
    return steps


def figure_5(game: cg.Game) -> dict[str, object]:
    """400 imitators of the coldest expert: NashGap and delta rise with eps_BC, and stay below what is certified."""
    tag = FloatTag(game, expert_at(game, COLD))
    policies = list(tag.noisy(MOST_NOISE["fig5"], 400, seed=5))
    check_exact(game, tag, policies[:: len(policies) // 4], COLD)
    samples = [tag.sample(x, y, float(COLD)) for x, y in policies]
    gaps = certify_gaps(game, expert_at(game, COLD))
    for name in ("gap", "delta"):
        means = bin_means(samples, name)
        require(means == sorted(means), f"figure 5, {name}: expected means that rise with eps_BC, got {means}")
    crossed = [s for s in samples if s["gap"] > above(gaps, s["eps"]) or s["delta"] > 2]
    require(not crossed, f"figure 5: expected no sample above the certified curve, got {crossed[:1]}")
    return rounded(samples)


def figure_6(game: cg.Game, kind: str, radii: tuple[str, ...]) -> dict[str, object]:
    """250 imitators a temperature: the higher it is, the lower delta; none crosses its certified curve."""
    result, means = {}, []
    for tau in TEMPERATURES:
        expert = expert_at(game, tau)
        tag = FloatTag(game, expert)
        policies = list(tag.noisy(MOST_NOISE[kind], 250, seed=6))
        check_exact(game, tag, policies[-1:], tau)
        samples, proven = [tag.sample(x, y, float(tau)) for x, y in policies], curve(game, expert, tau, radii)
        steps = [(float(Fraction(str(p["eps"]))), float(Fraction(str(p["upper"])))) for p in proven]
        crossed = [s for s in samples if s["delta"] > above(steps, s["eps"])]
        require(not crossed, f"tau = {tau}: expected no sample above the certified curve, got {crossed[:1]}")
        means.append(bin_means(samples, "delta"))
        result[str(tau)] = {"samples": rounded(samples), "certified": proven}
        cg.write_policy(expert, FOLDER / f"tag.tau-{str(tau).replace('/', '-')}.policy.json")
    falls = all(
        colder > warmer for low, high in itertools.pairwise(means) for colder, warmer in zip(low, high, strict=True)
    )
    require(falls, f"figure 6, {kind}: expected lower delta at higher temperatures, got {means}")
    return result


def rounded(samples: list[dict[str, float]]) -> dict[str, object]:
    """Columns, six digits."""
    return {name: [float(f"{s[name]:.6g}") for s in samples] for name in samples[0]}


def main() -> None:
    """Everything the notebook reads."""
    game = cg.games.load("tag")
    FOLDER.mkdir(exist_ok=True)
    found = {"fig5": figure_5(game)}
    for kind, radii in (("wide", WIDE), ("narrow", NARROW)):
        found[kind] = figure_6(game, kind, radii)
    (FOLDER / "tag.samples.json").write_text(json.dumps(found, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
