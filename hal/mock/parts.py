"""Moving parts of an outlet: contactor and lock, with their travel times and the ways in which they fail.

Both are plain state with a `travel_ms`; the outlet owns the time and calls `arrive` when the travel is over.
"""

from __future__ import annotations

from dataclasses import dataclass

from hal.types import ContactorState, LockState

CONTACTOR_TRAVEL_MS = 20
LOCK_TRAVEL_MS = 200


@dataclass(slots=True)
class MockContactor:
    """A contactor whose feedback is its main contacts.

    `welded` keeps closed contacts closed; a weld that is set while they are open catches them at the next closing.
    `stuck_open` never closes, and drops out if it was closed. `powered` is the supply of the coil.
    """

    commanded: bool = False
    closed: bool = False
    phases: int = 1
    welded: bool = False
    stuck_open: bool = False
    powered: bool = True

    def drive(self, closed: bool, phases: int) -> None:
        """Set what the coil is asked for. The contacts follow with `arrive`."""
        self.commanded = closed
        if closed:
            self.phases = phases

    def wanted(self) -> bool:
        """Where the contacts will be once all travel is over."""
        if self.stuck_open:
            return False
        if self.commanded and self.powered:
            return True
        return self.welded and self.closed

    def arrive(self) -> None:
        """The contacts reach the position that the coil asks for."""
        self.closed = self.wanted()

    def state(self) -> ContactorState:
        """The feedback."""
        return ContactorState.CLOSED if self.closed else ContactorState.OPEN


@dataclass(slots=True)
class MockLock:
    """A motor lock. `bolted` is the bolt itself, `state` what the feedback says about it."""

    present: bool = True
    commanded: bool = False
    bolted: bool = False
    disagrees: bool = False
    fail_on_lock: bool = False
    fail_on_unlock: bool = False

    def drive(self, locked: bool) -> bool:
        """Start a motion; False if there is nothing to move."""
        if not self.present or (locked == self.commanded and locked == self.bolted and not self.disagrees):
            return False
        self.commanded = locked
        return True

    def arrive(self) -> None:
        """The motion is over: the bolt is where it was sent, or it failed and the feedback says so."""
        fails = self.fail_on_lock if self.commanded else self.fail_on_unlock
        if fails:
            self.disagrees = self.bolted != self.commanded
            return
        self.bolted = self.commanded
        self.disagrees = False

    def state(self) -> LockState:
        """The feedback."""
        if not self.present:
            return LockState.ABSENT
        if self.disagrees:
            return LockState.UNKNOWN
        return LockState.LOCKED if self.bolted else LockState.UNLOCKED
