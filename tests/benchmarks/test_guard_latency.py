"""The 100 ms rule across processes, over few enough changes for every run of the tests."""

from __future__ import annotations

import pytest

from tests.benchmarks.guard_latency import LIMIT_MS, histogram, measure, percentile

CHANGES = 60


@pytest.mark.parametrize("path", ["polled", "mock"])
def test_a_guard_process_opens_within_100_ms(path: str) -> None:
    times_ms = measure(CHANGES, path)
    assert len(times_ms) == CHANGES
    assert min(times_ms) > 0
    assert percentile(times_ms, 0.999) <= LIMIT_MS, histogram(times_ms)


def test_the_histogram_counts_every_change() -> None:
    drawn = histogram([0.5, 1.5, 1.6, 120.0])
    assert [line.split()[3] for line in drawn.splitlines()[:-1]] == ["1", "2", *["0"] * 7, "1"]
    assert drawn.endswith("4 changes, ms: p50 1.6, p90 120.0, p99 120.0, p99.9 120.0, max 120.0")
