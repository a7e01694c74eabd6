"""Every notebook runs from the first cell to the last."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

import certigap as cg

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


SLOW = {"frontier", "parametric", "tag", "looseness"}  # up to a minute
PICTURES = {
    "frontier": 2,
    "paper": 4,
    "parametric": 3,
    "quickstart": 1,
    "pitfalls": 2,
    "tag": 2,
    "looseness": 2,
}  # kept in the file


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.slow] if path.stem in SLOW else []) for path in NOTEBOOKS],
    ids=lambda path: path.stem,
)
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    nbclient = pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
    errors = [o for cell in notebook.cells for o in cell.get("outputs", []) if o.output_type == "error"]
    assert errors == []


@pytest.mark.parametrize(("name", "count"), PICTURES.items())
def test_outputs_are_kept(name: str, count: int) -> None:
    nbformat = pytest.importorskip("nbformat")
    notebook = nbformat.read(Path(__file__).parent.parent / "notebooks" / f"{name}.ipynb", as_version=4)
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert sum("image/png" in o.get("data", {}) for o in outputs) == count
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize(
    "path", sorted((NOTEBOOKS[0].parent / "certificates" / "looseness").glob("*.cert.json")), ids=lambda path: path.name
)
def test_closed_forms_are_above_the_intervals_of_the_family(path: Path) -> None:
    game = cg.read_game(path.with_name(f"{path.name.partition('.')[0]}.game.json"))
    claim = json.loads(path.read_text())["claim"]
    lower, upper = (Fraction(claim["nash_gap"][side]) for side in ("lower", "upper"))
    c, n, g = max(game.half_range(i) for i in range(2)), 2, game.discount
    assert upper / lower <= Fraction(21, 20)
    assert upper <= (1 + g * (n - 1)) * c * Fraction(claim["radius"]) / (1 - g) ** 2
