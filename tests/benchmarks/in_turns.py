"""Programs timed in turns, so that what slows the machine slows them alike; the same statistic for each: quartiles."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Times", "in_turns"]

_SHORTEST = 0.002  # seconds of one sample: what is faster is called several times, and the mean is the sample


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds of a call, one a round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The number to quote."""
        return float(np.median(self.seconds))

    @property
    def quartiles(self) -> tuple[float, float]:
        """The spread: a half of the rounds lies between."""
        low, high = np.percentile(self.seconds, [25, 75])
        return float(low), float(high)


def in_turns(works: Sequence[Callable[[], Any]], rounds: int) -> list[Times]:
    """Time `works`, one after the other, `rounds` times, in the other order every second time; the first calls, which
    may compile, are not counted.

    >>> [len(times.seconds) for times in in_turns([lambda: 1, lambda: 2], rounds=3)]
    [3, 3]
    """
    counts = []
    for work in works:
        work()
        counts.append(1 + int(_SHORTEST / max(_seconds(work, 1), 1e-7)))
    found: list[list[float]] = [[] for _ in works]
    for turn in range(rounds):
        for k in range(len(works))[:: 1 if turn % 2 == 0 else -1]:
            found[k].append(_seconds(works[k], counts[k]))
    return [Times(tuple(own)) for own in found]


def _seconds(work: Callable[[], Any], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        work()
    return (time.perf_counter() - began) / count
