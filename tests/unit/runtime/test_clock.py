"""Whom the station believes about the time (field pain 9; B01.FR.06)."""

from __future__ import annotations

import pytest

from agent.core.clock import SOFTWARE_GONE_MS, SOFTWARE_MADE_MS, WallMs
from agent.runtime.clock import SMALLEST_STEP_MS, StationClock

NOON = 1_800_014_400_000


class Machine:
    """A computer with a monotonic clock and a real-time clock that may be wrong."""

    def __init__(self, wall_ms: int = NOON) -> None:
        self.up_ms = 10_000
        self.wall_ms = wall_ms

    def clock(self, *, trust: bool = True, floor_ms: int = 0) -> StationClock:
        return StationClock(
            3,
            trust_system=trust,
            floor_ms=floor_ms,
            monotonic=lambda: self.up_ms / 1000,
            system=lambda: self.wall_ms / 1000,
        )

    def pass_ms(self, ms: int) -> None:
        self.up_ms += ms
        self.wall_ms += ms


def test_a_system_clock_that_can_be_right_is_believed() -> None:
    now = Machine().clock().now()
    assert (now.mono_ms, now.wall_ms, now.boot) == (10_000, NOON, 3)


@pytest.mark.parametrize("wall_ms", [0, 86_400_000, SOFTWARE_MADE_MS - 1])
def test_1970_is_not_believed(wall_ms: int) -> None:
    machine = Machine(wall_ms)
    clock = machine.clock()
    assert clock.now().wall_ms is None
    machine.wall_ms = NOON  # NTP has set it meanwhile
    assert clock.now().wall_ms == NOON


def test_a_clock_behind_what_the_station_knows_is_not_believed() -> None:
    machine = Machine(NOON - 1)
    assert machine.clock(floor_ms=NOON).now().wall_ms is None
    machine.wall_ms = NOON
    assert machine.clock(floor_ms=NOON).now().wall_ms == NOON


def test_a_clock_that_is_not_to_be_trusted_waits_for_the_csms() -> None:
    clock = Machine().clock(trust=False)
    assert clock.now().wall_ms is None
    assert clock.set(WallMs(NOON + 5)) == 0  # the first time is no step
    assert clock.now().wall_ms == NOON + 5


def test_the_time_goes_on_with_the_monotonic_clock_whatever_is_done_to_the_other() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.now()
    machine.wall_ms = 0
    machine.pass_ms(1_000)
    assert clock.now().wall_ms == NOON + 1_000


@pytest.mark.parametrize("step", [SMALLEST_STEP_MS, -SMALLEST_STEP_MS, 3_600_000])
def test_what_the_csms_tells_is_followed(step: int) -> None:
    clock = Machine().clock()
    assert clock.set(WallMs(NOON + step)) == step
    assert clock.now().wall_ms == NOON + step


@pytest.mark.parametrize("step", [SMALLEST_STEP_MS - 1, 1 - SMALLEST_STEP_MS, 0])
def test_the_delay_of_a_message_is_no_step(step: int) -> None:
    clock = Machine().clock()
    assert clock.set(WallMs(NOON + step)) == 0
    assert clock.now().wall_ms == NOON


@pytest.mark.parametrize("wall_ms", [-1, 0, SOFTWARE_MADE_MS - 1, SOFTWARE_GONE_MS, 253_402_300_799_999])
def test_a_time_that_cannot_be_is_believed_of_nobody(wall_ms: int) -> None:
    """The year 9999 of a CSMS, and the station would soon tell a time that no calendar has."""
    clock = Machine().clock()
    assert clock.set(WallMs(wall_ms)) is None
    assert clock.now().wall_ms == NOON
    assert Machine(wall_ms).clock().now().wall_ms is None


def test_a_step_of_the_machine_moves_what_is_known_and_makes_nothing_known() -> None:
    clock = Machine().clock()
    clock.step(-60_000)
    assert clock.now().wall_ms == NOON - 60_000
    unknown = Machine(0).clock()
    unknown.step(5)
    assert unknown.now().wall_ms is None
