"""Games from elsewhere: Gambit, OpenSpiel, NumPy arrays. The programs they come from are optional extras."""

from certigap.io.sources import convert

__all__ = ["convert"]
