"""Vertices of a ball of rows, and maxima of multi-convex functions over products of balls (THEORY 5, normal form)."""

from certigap.bounds.vertices.ascent import ascend
from certigap.bounds.vertices.ball import RowBall, ball_of, ball_vertices
from certigap.bounds.vertices.optimum import Optimum, vertex_optimum

__all__ = ["Optimum", "RowBall", "ascend", "ball_of", "ball_vertices", "vertex_optimum"]
