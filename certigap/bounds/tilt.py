"""Tilts: what a ball of occupancies buys. THEORY 13.

With (1-g) k more, the imitator has V + sum_s k mu_pi (k by states; by joint actions, with rho_pi), and wherever
||mu_pi - mu||_1 <= D the sum is at most `tilt_cost`: sum k mu + D (max k - min k)/2, as the difference sums to 0.
"""

from collections.abc import Sequence
from fractions import Fraction

from certigap.model.policy import Policy

__all__ = ["by_row", "tilt_cost"]


def by_row(expert: Policy, k: Sequence[Fraction]) -> list[Fraction]:
    """`[K]` of a tilt by joint actions `[K]` or by states `[S]`."""
    layout = expert.game.layout
    return [k[s] for s in layout.row_state] if len(k) == layout.states else list(k)


def tilt_cost(expert: Policy, mass: Sequence[Fraction], drift: Fraction, k: Sequence[Fraction]) -> Fraction:
    """sum k mu_pi is at most this.

    Args:
        expert: whose occupancy is mu.
        mass: `[S]` m <= mu.
        drift: D.
        k: `[K]`
    """
    total = (1 - sum(mass, Fraction(0))) * max(k) + (max(k) - min(k)) / 2 * drift
    for s, m in enumerate(mass):
        joint = [Fraction(1)]
        for own in expert.rows:
            joint = [p * q for p in joint for q in own[s].fractions()]
        first = int(expert.game.layout.row_offsets[s])
        total += m * sum((p * k[first + r] for r, p in enumerate(joint) if p), Fraction(0))
    return total
