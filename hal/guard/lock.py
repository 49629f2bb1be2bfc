"""The motor of a connector lock: drive, wait for the feedback, back off, try again, give up.

    RESTING ──target moves, or the bolt does──▶ MOVING ──feedback──▶ RESTING
                                                │   ▲
                                  time is over  ▼   │ back-off is over
                                              BACKING        after the last try: FAILED ──feedback──▶ RESTING

Backing off means driving the other way for a moment: it frees a bolt that met an obstacle. While the contactor is not
known to be open the bolt is never driven to unlock, so a try to lock is then repeated without backing off.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from hal.guard.settings import InterlockSettings
from hal.types import LockState


class LockPhase(Enum):
    """What the motor is about."""

    RESTING = "resting"
    MOVING = "moving"
    BACKING = "backing"
    FAILED = "failed"


class LockDrive(NamedTuple):
    """`out` is what the motor is told now, `target` what it shall come to; `since_ms` is when the phase began."""

    out: bool
    target: bool
    phase: LockPhase = LockPhase.RESTING
    since_ms: int = 0
    tries: int = 0


def advance(
    drive: LockDrive, target: bool, bolt: LockState, settings: InterlockSettings, now_ms: int, *, may_unlock: bool
) -> LockDrive:
    """The drive after a look at the bolt. `target` False is only legal with `may_unlock`."""
    if drive.target != target:
        return _moving(target, 1, now_ms)
    there = bolt is (LockState.LOCKED if target else LockState.UNLOCKED)
    if drive.phase is LockPhase.BACKING:
        over = now_ms >= drive.since_ms + settings.lock_back_off_ms
        forbidden = not drive.out and not may_unlock
        return _moving(target, drive.tries + 1, now_ms) if over or forbidden else drive
    if there:
        return drive if drive.phase is LockPhase.RESTING else LockDrive(target, target, since_ms=now_ms)
    if drive.phase is LockPhase.RESTING:
        return _moving(target, 1, now_ms)
    if drive.phase is LockPhase.FAILED or now_ms < drive.since_ms + settings.lock_motion_ms:
        return drive
    if drive.tries >= settings.lock_tries:
        return drive._replace(phase=LockPhase.FAILED, since_ms=now_ms)
    if target and not may_unlock:
        return _moving(target, drive.tries + 1, now_ms)
    return drive._replace(out=not target, phase=LockPhase.BACKING, since_ms=now_ms)


def retried(drive: LockDrive, now_ms: int) -> LockDrive:
    """The drive after a reset or a repeated request: a lock that gave up tries again."""
    return _moving(drive.target, 1, now_ms) if drive.phase is LockPhase.FAILED else drive


def wake_at_ms(drive: LockDrive, settings: InterlockSettings) -> int | None:
    """When the drive has to be looked at although nothing changed."""
    if drive.phase is LockPhase.MOVING:
        return drive.since_ms + settings.lock_motion_ms
    if drive.phase is LockPhase.BACKING:
        return drive.since_ms + settings.lock_back_off_ms
    return None


def _moving(target: bool, tries: int, now_ms: int) -> LockDrive:
    return LockDrive(target, target, LockPhase.MOVING, now_ms, tries)
