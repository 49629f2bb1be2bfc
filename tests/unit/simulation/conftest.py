"""A world for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.simloop import SimLoop, simulate


@pytest.fixture
def loop() -> Iterator[SimLoop]:
    with simulate(seed=1) as world:
        yield world
