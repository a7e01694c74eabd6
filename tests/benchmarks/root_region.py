"""Upper end over lower end of the worst case, from the root region alone, on random games: prints the distribution.

Run from the repository root: `python -m tests.benchmarks.root_region [games] [states] [actions] [players]`.
"""

import statistics
import sys
from fractions import Fraction

from certigap.questions.worst_case.question import WorstCaseAnswer, worst_case
from tests.helpers.random_games import games_with_experts


def answers(
    count: int, eps: str, states: int = 2, actions: int = 2, players: int = 2, seed: int = 0
) -> list[WorstCaseAnswer]:
    """The worst-case answers of `count` random games with pure equilibria."""
    games = games_with_experts(count, seed, states, actions, players)
    return [worst_case(game, expert, eps) for game, expert in games]


def ratio(answer: WorstCaseAnswer) -> float:
    """upper / lower; infinite when the lower end is 0."""
    lower, upper = answer.interval.lower or Fraction(0), answer.interval.upper or Fraction(0)
    return float(upper / lower) if lower else float("inf")


def report(eps: str, results: list[WorstCaseAnswer]) -> str:
    """One line: quantiles of the ratio, its geometric mean, names of the bounds, seconds."""
    ratios = sorted(ratio(answer) for answer in results)
    finite = [value for value in ratios if value < float("inf")]
    names = {name: sum(a.upper_name == name for a in results) for name in {a.upper_name for a in results}}
    middle = {q: ratios[min(len(ratios) - 1, int(q * len(ratios)))] for q in (0.1, 0.5, 0.9)}
    quantiles = ", ".join(f"{int(100 * q)}%: {value:.3f}" for q, value in middle.items())
    seconds = statistics.fmean(answer.seconds for answer in results)
    return (
        f"eps {eps}: min {ratios[0]:.3f}, {quantiles}, max {ratios[-1]:.3f}, "
        f"geometric mean {statistics.geometric_mean(finite):.3f} ({len(ratios) - len(finite)} infinite), "
        f"bounds {names}, {seconds:.2f} s a game"
    )


def main() -> None:
    given = [int(x) for x in sys.argv[1:5]]
    count, states, actions, players = given + [40, 2, 2, 2][len(given) :]
    for eps in ("1/50", "1/10"):
        print(report(eps, answers(count, eps, states, actions, players)))


if __name__ == "__main__":
    main()
