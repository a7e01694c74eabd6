"""Sweeps: a folder of certificates of many games, imitation errors and policies, filled by any number of workers."""
