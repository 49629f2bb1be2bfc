"""The lock's motor. What the interlock asks of it is in `test_faults` and `test_interlock`."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hal.guard.lock import LockDrive, LockPhase, advance, retried, wake_at_ms
from hal.guard.settings import InterlockSettings
from hal.types import LockState

SETTINGS = InterlockSettings()
LOCKED, UNLOCKED, UNKNOWN = LockState.LOCKED, LockState.UNLOCKED, LockState.UNKNOWN
AT_REST = LockDrive(False, False)


def go(drive: LockDrive, target: bool, bolt: LockState, now_ms: int, *, may_unlock: bool = True) -> LockDrive:
    return advance(drive, target, bolt, SETTINGS, now_ms, may_unlock=may_unlock)


def test_a_motion_that_succeeds() -> None:
    drive = go(AT_REST, True, UNLOCKED, 0)
    assert (drive.out, drive.phase, wake_at_ms(drive, SETTINGS)) == (True, LockPhase.MOVING, 1_500)
    drive = go(drive, True, UNKNOWN, 300)
    assert drive.phase is LockPhase.MOVING
    drive = go(drive, True, LOCKED, 600)
    assert (drive.out, drive.phase, wake_at_ms(drive, SETTINGS)) == (True, LockPhase.RESTING, None)
    assert go(drive, True, LOCKED, 5_000) is drive


def test_a_bolt_that_was_moved_by_hand_is_driven_back() -> None:
    drive = go(LockDrive(True, True), True, UNLOCKED, 100)
    assert (drive.out, drive.phase, drive.tries) == (True, LockPhase.MOVING, 1)


def test_a_new_target_in_mid_motion_is_taken_at_once() -> None:
    drive = go(go(AT_REST, True, UNLOCKED, 0), False, UNKNOWN, 100)
    assert (drive.out, drive.target, drive.tries) == (False, False, 1)


def test_backing_off_goes_on_even_where_the_bolt_happens_to_be_home() -> None:
    drive = go(go(AT_REST, True, UNLOCKED, 0), True, UNLOCKED, 1_500)
    assert (drive.out, drive.phase, wake_at_ms(drive, SETTINGS)) == (False, LockPhase.BACKING, 2_200)
    drive = go(drive, True, LOCKED, 1_600)
    assert drive.phase is LockPhase.BACKING
    assert go(drive, True, LOCKED, 2_200).phase is LockPhase.MOVING


def test_backing_off_ends_when_the_path_is_not_open_any_more() -> None:
    drive = go(go(AT_REST, True, UNLOCKED, 0), True, UNLOCKED, 1_500)
    assert go(drive, True, UNLOCKED, 1_501, may_unlock=False).out


def test_giving_up_and_trying_again() -> None:
    drive = AT_REST
    now_ms = 0
    while drive.phase is not LockPhase.FAILED:
        drive = go(drive, True, UNLOCKED, now_ms)
        now_ms = wake_at_ms(drive, SETTINGS) or now_ms
    assert drive.tries == 3
    assert go(drive, True, UNLOCKED, now_ms + 60_000) is drive
    assert retried(drive, now_ms).phase is LockPhase.MOVING
    assert retried(AT_REST, now_ms) is AT_REST
    assert go(drive, True, LOCKED, now_ms).phase is LockPhase.RESTING


@given(st.lists(st.tuples(st.sampled_from([LOCKED, UNLOCKED, UNKNOWN]), st.integers(0, 3_000)), max_size=60))
def test_a_bolt_that_must_hold_is_never_driven_open(looks: list[Any]) -> None:
    drive, now_ms = LockDrive(True, True), 0
    for bolt, after_ms in looks:
        now_ms += after_ms
        drive = go(drive, True, bolt, now_ms, may_unlock=False)
        assert drive.out
