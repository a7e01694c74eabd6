"""Each part imports only itself and what stands above it, and no modules import each other in a circle.

Planted violations and a planted circle prove that the walk sees them.
The checker's own layers: `tests/checker/test_trusted.py`.
"""

import pytest

from tests.helpers.layers import LAYERS, circle, modules, parts, violations


def test_every_module_is_in_a_layer() -> None:
    assert {name.split(".")[1] for _, name in modules()} <= set(LAYERS)


def test_layers_hold() -> None:
    found = [fault for path, name in modules() for fault in violations(path.read_text(), name)]
    assert found == []


def test_no_arrow_of_the_picture_points_back() -> None:
    order = LAYERS.index
    arrows = [(own, other) for own, others in parts().items() for other in others]
    assert [arrow for arrow in arrows if order(arrow[1]) >= order(arrow[0])] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle({name: path.read_text() for path, name in modules()}) == []


def test_a_planted_circle_is_caught() -> None:
    lazy = "def f():\n    from certigap.model.policy import Policy"
    shown = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from certigap.model.policy import Policy"
    policy = "from certigap.model import game"
    assert circle({"certigap.model.game": lazy, "certigap.model.policy": policy})
    assert not circle({"certigap.model.game": shown, "certigap.model.policy": policy})


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("certigap.exact.linear", "from certigap.model.game import Game"),
        ("certigap.model.game", "def f():\n    from certigap.semantics import gaps"),
        ("certigap.model.game", "import certigap.regions.engine"),
        ("certigap.semantics.deviation", "from certigap import solve"),
        ("certigap.regions.engine", "from ..questions import worst_case"),
        ("certigap.regions.engine", "import importlib\nimportlib.import_module('certigap.cli')"),
        ("certigap.certificates.verify", "from certigap import checker"),
        ("certigap.cli", "import certigap.checker"),
        ("certigap.report", "from certigap.pytest_plugin import CertificateItem"),
    ],
)
def test_planted_violations_are_caught(module: str, source: str) -> None:
    assert violations(source, module)
