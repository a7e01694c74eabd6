"""Runs notebooks from clean kernels and keeps their outputs: `python notebooks/execute.py paper parametric`."""

import sys
from pathlib import Path

import nbclient
import nbformat


def main(names: list[str]) -> None:
    """Each notebook of these names beside this file."""
    for name in names:
        path = Path(__file__).parent / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        nbclient.NotebookClient(notebook, timeout=600).execute()
        nbformat.write(notebook, path)
        print(path)


if __name__ == "__main__":
    main(sys.argv[1:])
