"""The machine that the station runs on: its clock, its disk, its case, and the security events that they raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.bounds import FAULT_TEXT
from agent.core.clock import Now
from agent.core.events import LedgerReset, SecurityNoted, StorageChanged, TamperDetected
from agent.core.facts import ClockLearned, SecurityEventRaised
from agent.core.turn import Turn
from hal.types import Fault, FaultCode

if TYPE_CHECKING:
    from agent.core.station import Station

_STORAGE_FAULTS = {"full": FaultCode.STORAGE_FULL, "read_only": FaultCode.STORAGE_READ_ONLY}


class Machine:
    """Takes what happens to the computer itself."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self.storage_failure: str | None = None

    def learn_clock(self, turn: Turn, now: Now) -> None:
        """Keep what is learnt of the wall clock; a step of it is a security event."""
        station = self._station
        before = station.clock.offset(turn.now.boot)
        if station.clock.learn(now):
            offset = station.clock.offset(turn.now.boot) or 0
            step_ms = offset - before if before is not None else 0
            if abs(step_ms) > station.rules.clock_step_ms:
                self.note_security(turn, "SettingSystemTime", f"{step_ms / 1000:+.1f} s")  # part 2, appendix 1
            self._keep(turn)
            station.alignment.forget()
        elif before is not None and station.clock.keeps_floor(now):
            self._keep(turn)

    def _keep(self, turn: Turn) -> None:
        clock, boot = self._station.clock, turn.now.boot
        turn.record(ClockLearned(boot=boot, offset_ms=clock.first_offset(boot) or 0, floor_ms=clock.floor_ms))

    def note_security(self, turn: Turn, kind: str, info: str = "") -> None:
        """Raise a security event (A04)."""
        seq = self._station.next_seq()
        turn.record(SecurityEventRaised(seq=seq, stamp=turn.now.stamp(), kind=kind, info=info[:255]))

    def storage_changed(self, turn: Turn, event: StorageChanged) -> None:
        station = self._station
        before, self.storage_failure = self.storage_failure, event.failure
        for failure, code in _STORAGE_FAULTS.items():
            if failure != event.failure:
                station.faults.clear(0, code, "storage")
        if event.failure is not None:
            code = _STORAGE_FAULTS.get(event.failure, FaultCode.INTERNAL)
            station.faults.raise_(
                Fault(code=code, evse=0, source="storage", blocking=False, info=event.why[:FAULT_TEXT])
            )
            if before != event.failure:
                self.note_security(turn, "MemoryExhaustion", f"storage {event.failure}: {event.why}")
            if event.failure == "corrupt":  # only a boot moves it aside; until then nobody could charge here
                station.resets.renew(turn)
        else:
            station.faults.clear(0, FaultCode.INTERNAL, "storage")

    def ledger_reset(self, turn: Turn, event: LedgerReset) -> None:
        self.note_security(turn, "SecurityLogWasCleared", event.info)

    def tampered(self, turn: Turn, event: TamperDetected) -> None:
        self.note_security(turn, "TamperDetectionActivated", event.info)

    def security_noted(self, turn: Turn, event: SecurityNoted) -> None:
        self.note_security(turn, event.kind, event.info)
