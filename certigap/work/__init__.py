"""Deadlines, progress and cores: how long work is done and by whom."""
