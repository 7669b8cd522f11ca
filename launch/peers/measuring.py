"""What the measurements of all peers share: samples, and how many steps to take."""

import pathlib
import statistics

import numpy as np

BATCHES = 2  # are in memory, and taken in turn
WARM_UP = 2  # steps; the first may compile, the second says how long a step takes


def batches(folder, size, rank=0, world=1):
    """A rank's parts of batches: numbers in 0...1 (N, ..., channels) and whole numbers as classes (N), ready in memory."""
    samples, labels = (np.load(pathlib.Path(folder) / f"{name}_train.npy", mmap_mode="r") for name in "xy")
    for start in range(0, BATCHES * size, size):
        part = slice(start + size * rank // world, start + size * (rank + 1) // world)
        yield samples[part].astype(np.float32) / np.float32(255), labels[part].astype(np.int64)


def measured(run, seconds, least):
    """The median of a step's seconds, from a function that takes some steps and says when each ended. After a warm-up it
    takes them for about `seconds`, and `least` at least; where that is none, the last of the warm-up counts."""
    ends = run(WARM_UP)
    step = ends[-1] - ends[-2]
    if count := max(int(least), round(float(seconds) / step)):
        ends = run(1 + count)
    return statistics.median(end - start for start, end in zip(ends, ends[1:]))
