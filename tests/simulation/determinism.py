"""The two things that code takes from the machine without asking: randomness and the clock."""

from __future__ import annotations

import contextlib
import os
import random
import time
from collections.abc import Callable, Iterator

EPOCH_S = 1_767_225_600
"""Wall time at which every simulation begins: 2026-01-01T00:00:00Z."""


@contextlib.contextmanager
def fixed_randomness(seed: int | str) -> Iterator[None]:
    """Let `os.urandom`, and with it `secrets`, `uuid` and `SystemRandom`, and `random` itself follow the seed."""
    source = random.Random(f"{seed}/urandom")
    state, urandom, system = random.getstate(), os.urandom, random._urandom  # type: ignore[attr-defined]
    random.seed(f"{seed}/random")
    os.urandom = random._urandom = source.randbytes  # type: ignore[attr-defined]
    try:
        yield
    finally:
        os.urandom, random._urandom = urandom, system  # type: ignore[attr-defined]
        random.setstate(state)


@contextlib.contextmanager
def virtual_clock(elapsed_s: Callable[[], float], step_s: Callable[[], float] = lambda: 0.0) -> Iterator[None]:
    """Let `time.time` and `time.monotonic` (and their _ns forms) tell virtual time; `step_s` is how far the wall
    clock has been stepped from it.

    `datetime.now` is out of reach: code that runs in a simulation asks `time.time`.
    """
    names = ("time", "time_ns", "monotonic", "monotonic_ns")
    real = {name: getattr(time, name) for name in names}
    virtual: dict[str, Callable[[], float]] = {
        "time": lambda: EPOCH_S + elapsed_s() + step_s(),
        "time_ns": lambda: EPOCH_S * 10**9 + round((elapsed_s() + step_s()) * 1e9),
        "monotonic": elapsed_s,
        "monotonic_ns": lambda: round(elapsed_s() * 1e9),
    }
    for name in names:
        setattr(time, name, virtual[name])
    try:
        yield
    finally:
        for name in names:
            setattr(time, name, real[name])
