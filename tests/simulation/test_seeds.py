"""Two hundred seeds of a simulated hour; more by `python -m tests.simulation`. A failing seed is its test."""

from __future__ import annotations

import pytest

from tests.simulation.seeds import simulate_seed

SEEDS = 200
MINUTES = 60


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_seed(seed: int) -> None:
    done = simulate_seed(seed, MINUTES)
    assert done["checks of the copper"] > 0
    assert done["frames of the station"] > 0


def test_a_seed_is_the_same_each_time() -> None:
    assert simulate_seed(3, 10) == simulate_seed(3, 10)
