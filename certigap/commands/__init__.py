"""What each command of `certigap.cli` does; `HOMES` names the module of each."""

__all__ = ["HOMES"]

HOMES = {
    "best-case": "certigap.commands.best_case",
    "certify": "certigap.commands.answers",
    "concentrability": "certigap.commands.concentrability",
    "continuity": "certigap.commands.continuity",
    "convert": "certigap.commands.sources",
    "demo": "certigap.commands.demo",
    "dominance": "certigap.commands.dominance",
    "errors": "certigap.commands.answers",
    "explain": "certigap.commands.explain",
    "frontier": "certigap.commands.frontier",
    "games": "certigap.commands.catalog",
    "gap": "certigap.commands.answers",
    "parametric": "certigap.commands.parametric",
    "prove": "certigap.commands.prove",
    "report": "certigap.commands.report",
    "show": "certigap.commands.check",
    "solve": "certigap.commands.experts",
    "sweep": "certigap.commands.sweep",
    "verify": "certigap.commands.check",
    "warm": "certigap.commands.warm",
}
