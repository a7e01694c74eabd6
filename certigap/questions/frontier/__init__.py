"""Worst cases over a grid of radii."""
