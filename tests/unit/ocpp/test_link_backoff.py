"""The series of waits: OCPP-J part 4, 5.3 and 8.1 to 8.3."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ocpp.backoff import MAX_WAIT_MS, MIN_WAIT_MS, BackOff, BackOffSettings


class Fixed:
    """A random source that always gives the same share of the range."""

    def __init__(self, share: float) -> None:
        self.share = share

    def randrange(self, stop: int, /) -> int:
        return int((stop - 1) * self.share)


def waits(back_off: BackOff, count: int) -> list[int]:
    return [back_off.next_ms() for _ in range(count)]


def test_without_jitter_it_doubles_repeat_times_and_then_stays() -> None:
    back_off = BackOff(BackOffSettings(3_000, 10_000, 3), Fixed(0))
    assert waits(back_off, 6) == [3_000, 6_000, 12_000, 24_000, 24_000, 24_000]


def test_each_increase_doubles_the_random_part_too_and_adds_a_new_one() -> None:
    back_off = BackOff(BackOffSettings(3_000, 10_000, 2), Fixed(1))
    assert waits(back_off, 4) == [13_000, 36_000, 82_000, 82_000]


def test_no_doubling_at_all() -> None:
    assert waits(BackOff(BackOffSettings(3_000, 0, 0), Fixed(0)), 3) == [3_000, 3_000, 3_000]


def test_reset_begins_anew() -> None:
    back_off = BackOff(BackOffSettings(3_000, 0, 5), Fixed(0))
    waits(back_off, 4)
    back_off.reset()
    assert waits(back_off, 2) == [3_000, 6_000]


def test_all_zero_does_not_make_a_tight_loop() -> None:
    assert waits(BackOff(BackOffSettings(0, 0, 5), Fixed(0)), 2) == [MIN_WAIT_MS, 2 * MIN_WAIT_MS]


def test_an_hour_is_the_ceiling() -> None:
    back_off = BackOff(BackOffSettings(60_000, 60_000, 16), Fixed(1))
    assert waits(back_off, 20)[-1] == MAX_WAIT_MS


def test_a_longer_configured_minimum_is_honoured() -> None:
    day_ms = 86_400_000
    assert waits(BackOff(BackOffSettings(day_ms, 0, 5), Fixed(0)), 3) == [day_ms] * 3


@pytest.mark.parametrize(
    ("asked_ms", "wait_ms"),
    [
        (1_000, 8_000),  # less than the back-off
        (60_000, 65_000),  # jitter comes on top
        (10 * MAX_WAIT_MS, MAX_WAIT_MS + 5_000),
    ],
)
def test_what_the_server_asks_for(asked_ms: int, wait_ms: int) -> None:
    back_off = BackOff(BackOffSettings(3_000, 10_000, 5), Fixed(0.5))
    assert back_off.next_ms(at_least_ms=asked_ms) == wait_ms


@given(
    minimum=st.integers(0, 100_000),
    span=st.integers(0, 100_000),
    repeat=st.integers(0, 16),
    seed=st.integers(0, 1_000),
)
def test_never_shrinks_and_never_leaves_its_bounds(minimum: int, span: int, repeat: int, seed: int) -> None:
    series = waits(BackOff(BackOffSettings(minimum, span, repeat), Random(seed)), repeat + 3)
    assert series == sorted(series)
    assert series[0] in range(max(MIN_WAIT_MS, minimum), max(MIN_WAIT_MS, minimum + span) + 1)
    assert series[-1] == series[-2] == series[-3]
    assert series[-1] <= max(MAX_WAIT_MS, minimum + span)


def test_two_devices_do_not_retry_in_step() -> None:
    settings = BackOffSettings()
    assert waits(BackOff(settings, Random("CS001")), 5) != waits(BackOff(settings, Random("CS002")), 5)
    assert waits(BackOff(settings, Random("CS001")), 5) == waits(BackOff(settings, Random("CS001")), 5)
