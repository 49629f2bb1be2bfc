"""The plug's lock: closed before energy is asked for, opened only when power is gone and nobody is owed the cable."""

from __future__ import annotations

from agent.core.effects import DriveLock
from agent.core.evse import Evse
from agent.core.turn import Turn
from hal.types import LockState


class PlugLock:
    """Drives the lock of one EVSE for its session."""

    def __init__(self, evse: Evse) -> None:
        self._evse = evse

    @property
    def absent(self) -> bool:
        """The cable is fixed to the station: nothing to lock."""
        return self._evse.report is None or self._evse.report.lock is LockState.ABSENT

    def close(self, turn: Turn) -> None:
        """Lock the plug before energy is asked for; the guard closes nothing on an open lock (G05.FR.01)."""
        evse, report = self._evse, self._evse.report
        wanted = evse.plugged and evse.auth is not None
        if wanted and report is not None and report.lock is LockState.UNLOCKED:
            turn.do(DriveLock(evse=evse.id, locked=True))

    def open(self, turn: Turn) -> None:
        """Unlock, unless somebody is authorised to charge by this cable."""
        if not self.absent and self._evse.auth is None:
            turn.do(DriveLock(evse=self._evse.id, locked=False))

    def release(self, turn: Turn) -> None:
        """The owner came back for the cable (E05.FR.11, E09.FR.03)."""
        self._evse.held_for = None
        turn.do(DriveLock(evse=self._evse.id, locked=False))
