"""An empty figure that a notebook shows as a picture, although it is made without pyplot, which would teach it to."""

from io import BytesIO

from matplotlib.figure import Figure

__all__ = ["Picture"]


class Picture(Figure):
    """A matplotlib figure that is no part of pyplot's state."""

    def _repr_png_(self) -> bytes:
        shown = BytesIO()
        self.savefig(shown, format="png", dpi=100)
        return shown.getvalue()
