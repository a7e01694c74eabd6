"""Which module checks what a claim or a proof may name; and which modules one check has used.

The function of the rule SORT NAME is `SORT_NAME` in its module, hyphens as underscores:

    claim_KIND(game, claim, proof, ask) -> words            a claim, FORMAT 7
    game_FORMAT(node) -> game                               a game file of another format, FORMAT 3
    finite_KIND(game, claim, proof, ask) -> words           a claim about a game of finite horizon, FORMAT 19
    rows_FORMAT(game, node) -> policy                       a policy of such a game in a claim, FORMAT 19
    policy_FORMAT(game, path) -> policy                     and in a file
    bound_NAME(game, expert, measure, radius, limit, node)  upper end of a worst case, from `proof[NAME]`, FORMAT 7
    theorem_NAME(game, expert, radius, proof, measure)      what a theorem shows of every gap of a ball, FORMAT 8
    visits_NAME(game, expert, i, node) -> [S]               the most that player `i` alone visits each state, FORMAT 17
    leaf_NAME(leaf, known, node, paid) -> bound             a player's gap at the start over a leaf, FORMAT 6.3, 6.6
    cover_NAME(game, i, region, boxes, node, limit)         player `i`'s gap is at most `limit` in a region, FORMAT 6.3
    measure_NAME(game, expert, radius, occupancy) -> region  the ball of an error, FORMAT 6.2
    container_NAME(path, files) -> check                    a game that is no JSON file, FORMAT 16
    array_KIND(game, file, parts) -> words, policies        a claim about such a game, FORMAT 16

Modules are loaded when a certificate names them, so what a check does not load it does not trust.
"""

from typing import Any

RULES = {
    "claim": {
        "best-case": "best_case",
        "dominance": "dominance",
        "continuity": "continuity",
        "policy-value": "values",
        "matching-error": "values",
        "nash-gap": "values",
        "equilibrium": "values",
        "region-bound": "cover",
        "worst-case": "worst_case",
        "theorem-instance": "theorems",
        "entropy": "entropy",
        "dominant": "dominant",
        "straying": "stray_claims",
        "concentrability": "concentrability",
        "parametric": "parametric",
        "parametric-dominant": "parametric_sets",
        "parametric-delta": "parametric_sets",
        "parametric-gap": "parametric_sets",
    },
    "game": {
        "parametric": "parametric",
        "parametric-boxes": "parametric_boxes",
        "finite": "horizon",
    },
    "finite": {
        "policy-value": "course",
        "nash-gap": "course",
        "equilibrium": "course",
        "matching-error": "course",
        "worst-case": "ending",
    },
    "rows": {
        "finite": "horizon",
    },
    "policy": {
        "finite": "horizon",
    },
    "bound": {
        "theorem": "theorems",
        "occupancy": "multipliers",
        "cover": "cover",
    },
    "theorem": {
        "trivial": "theorems",
        "vertices": "vertices",
        "vertex-search": "vertices",
        "dse": "theorems",
        "concentrability": "theorems",
        "value-gap": "theorems",
        "delta": "delta",
        "value-form": "delta",
        "delta-steps": "continuity",
    },
    "cover": {
        "modes": "modes",
        "tilted": "tilted",
    },
    "visits": {
        "most": "concentrability",
    },
    "leaf": {
        "linear": "linear",
    },
    "measure": {
        "bc": "regions",
        "rho": "regions",
        "mu": "regions",
    },
    "container": {
        "arrays": "arrays",
    },
    "array": {
        "nash-gap": "array_gaps",
        "worst-case": "array_worst",
    },
}
ADMITTED = {  # theorems that bound the gaps of a ball, by its measure
    "bc": ("trivial", "dse", "delta", "value-form", "delta-steps", "concentrability", "vertices", "vertex-search"),
    "rho": ("trivial", "dse", "delta", "value-form", "delta-steps", "concentrability"),
    "mu": ("trivial",),
}
used: set[str] = set()  # modules that the present check has named


def rule(sort: str, name: str) -> Any:
    """The function of a rule, its module being loaded."""
    module = RULES[sort][name]
    used.add(module)
    return getattr(__import__(module), f"{sort}_{name}".replace("-", "_"))
