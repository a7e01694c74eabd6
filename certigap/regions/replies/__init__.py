"""delta-continuity of one-state games: how far best replies move when the others move by eps (THEORY 1, 9)."""

from certigap.regions.replies.faces import Faces
from certigap.regions.replies.kappa import kappa
from certigap.regions.replies.search import DeltaFunction, delta_max, delta_sel
from certigap.regions.replies.steps import Step

__all__ = ["DeltaFunction", "Faces", "Step", "delta_max", "delta_sel", "kappa"]
