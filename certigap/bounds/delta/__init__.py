"""delta-continuity of one-state games: how far best replies move when the others move by eps (THEORY 1, 9)."""

from certigap.bounds.delta.faces import Faces
from certigap.bounds.delta.kappa import kappa
from certigap.bounds.delta.search import DeltaFunction, delta_max, delta_sel
from certigap.bounds.delta.steps import Step

__all__ = ["DeltaFunction", "Faces", "Step", "delta_max", "delta_sel", "kappa"]
