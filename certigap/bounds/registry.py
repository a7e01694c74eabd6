"""The named upper bounds, a line each, in the order in which tables show them."""

from certigap.bounds.bound import Rule
from certigap.bounds.concentrability import CONCENTRABILITY
from certigap.bounds.delta_form import DELTA
from certigap.bounds.dse import DSE
from certigap.bounds.hull import REGION
from certigap.bounds.modes.rule import MODES
from certigap.bounds.programs.rule import OCCUPANCY
from certigap.bounds.trivial import TRIVIAL
from certigap.bounds.value_form import VALUE_FORM
from certigap.bounds.vertices.rule import VERTICES

__all__ = ["BOUNDS", "NAMES"]

BOUNDS: tuple[Rule, ...] = (
    TRIVIAL,
    DSE,
    DELTA,
    VALUE_FORM,
    CONCENTRABILITY,
    REGION,
    OCCUPANCY,
    MODES,
    VERTICES,
)

NAMES = tuple(rule.name for rule in BOUNDS)
