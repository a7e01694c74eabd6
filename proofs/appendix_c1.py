r"""Appendix C.1: the maximum of a difference.

Proof. For the index $k$ that attains $\max x$: $\max x - \max y \le x_k - y_k \le \max(x - y)$, the opposite of the printed
direction. So a bound $x_k - y_k \le b_k$ gives $\max x - \max y \le \max b$: bound inside the maximum. $\blacksquare$
"""

from fractions import Fraction

from certigap.audit import (
    Chapter,
    Computed,
    Constants,
    Draw,
    Property,
    Role,
    Statement,
    Verdict,
    Written,
    exactly,
    require,
)


def two_numbers(constants: Constants) -> int:
    """x = (0, 1) and y = (1, 0)."""
    x, y = (0, 1), (1, 0)
    found = max(a - b for a, b in zip(x, y, strict=True)), max(x) - max(y)
    wanted = constants("of_difference"), constants("of_maxima")
    require(found == wanted, f"expected {wanted}, got {found}")
    require(found[0] > found[1], "expected the printed inequality to fail")
    return 1


def right_way(draw: Draw, _: Constants) -> None:
    """Random vectors."""
    size = draw.integer(1, 5)
    x, y = ([draw.rational() for _ in range(size)] for _ in range(2))
    most: Fraction = max(a - b for a, b in zip(x, y, strict=True))
    require(max(x) - max(y) <= most, f"x = {x}, y = {y}: expected max x - max y of at most {most}")


STATEMENT = Statement(
    id="appendix-c1",
    title="Appendix C.1: the maximum of a difference",
    chapter=Chapter.PAPER,
    source="Appendix C.1",
    printed="max(x - y) <= max x - max y.",
    claim="max x - max y <= max(x - y); for x = (0,1), y = (1,0) max(x - y) = {of_difference} and max x - max y = {of_maxima}. "
    "With the bound taken inside the maximum the argument holds.",
    constants={"of_difference": exactly("1"), "of_maxima": exactly("0")},
    verdict=Verdict.REPAIRED,
    evidence=(
        Computed(says="x = (0,1), y = (1,0): {of_difference} > {of_maxima}", role=Role.AGAINST, check=two_numbers),
        Written(says="the other direction", role=Role.REPAIR),
        Property(says="the other direction", role=Role.REPAIR, check=right_way, full=3000),
    ),
)
