"""Compiled float iterations."""
