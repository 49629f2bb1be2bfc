"""Resets of the station or one EVSE: immediate, or on idle (B11, B12; 1.6 Reset).

    none ──Reset Immediate──► ending: transactions end with ImmediateReset ──all recorded──► draining
    none ──Reset OnIdle, busy──► waiting (Scheduled) ──last transaction ended──► draining
    none ──Reset OnIdle, idle──► draining
    none ──the ledger is damaged──► waiting ──no transaction──► draining, offline as well, and longer
    draining ──outbox empty, offline, or grace over──► Reboot

While a reset is under way or scheduled no transaction begins on what it concerns. The EVSEs that are free when the
station begins to wait are Unavailable (B12, scenario 3a); one that becomes free later is told as Available, as the
official case has it (TC_B_41_CS).
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.core.bounds import DAMAGE_GRACE_MS, DELIVERY_GRACE_MS
from agent.core.clock import MonoMs
from agent.core.commands import ACCEPTED, Reset, ResetKind, Result, Verdict, rejected
from agent.core.effects import Reboot, ResetFaults
from agent.core.evse import Evse
from agent.core.facts import BootReasonSet, ResetScheduled, StopReason, Trigger
from agent.core.session import Session
from agent.core.transaction import Cause, Stage
from agent.core.turn import Turn

STATION = 0
# 2.0.1 BootReasonEnumType (B01.FR.09)
_REMOTE = "RemoteReset"
_LOCAL = "LocalReset"
_SCHEDULED = "ScheduledReset"
_RENEWAL = "ApplicationReset"


class Resets:
    """Scheduled and running resets, by EVSE (0: the station)."""

    def __init__(self, evses: Mapping[int, Evse], sessions: Mapping[int, Session]) -> None:
        self._evses = evses
        self._sessions = sessions
        self._waiting: dict[int, str] = {}  # with the reason that the boot is to tell
        self._draining_until: MonoMs | None = None
        self._held: frozenset[int] = frozenset()  # EVSEs that were free when a reset of the station was scheduled

    @property
    def under_way(self) -> bool:
        """The station itself is about to reset."""
        return self._draining_until is not None

    def concerns(self, evse: int) -> bool:
        return STATION in self._waiting or evse in self._waiting or self.under_way

    def holds(self, evse: int) -> bool:
        """Nobody can have this EVSE, although it is free: the station waits for the others."""
        return evse in self._held

    def restore(self, kept: ResetScheduled) -> None:
        # One of the station is fulfilled by the boot itself; an EVSE may be gone with the board of then.
        if kept.pending and kept.evse is not None and kept.evse in self._evses:
            self._waiting[kept.evse] = _SCHEDULED

    def command(self, turn: Turn, command: Reset, *, remote: bool = True) -> Result:
        if command.evse is not None and command.evse not in self._evses:
            return rejected("UnknownEvse", f"there is no EVSE {command.evse}")
        target = command.evse or STATION
        busy = [e for e in self._targets(target) if e.tx is not None]
        if command.kind is ResetKind.ON_IDLE and busy:
            self._schedule(turn, target, _SCHEDULED)
            if target == STATION:
                self._held |= {e.id for e in self._targets(target) if e.free}
            return Result(verdict=Verdict.SCHEDULED)  # B12.FR.01
        self._schedule(turn, target, _REMOTE if remote else _LOCAL)
        for evse in self._targets(target):
            self._stop(turn, evse, hard=command.hard)
        return ACCEPTED

    def renew(self, turn: Turn) -> None:
        """The program has to begin anew, since nothing can be kept any more: as soon as nobody charges.

        What is to be told is in memory alone, so it waits for the CSMS, if need be for the link to it.
        """
        if STATION not in self._waiting and not self.under_way:
            self._schedule(turn, STATION, _RENEWAL)

    def _targets(self, target: int) -> list[Evse]:
        return list(self._evses.values()) if target == STATION else [self._evses[target]]

    def _schedule(self, turn: Turn, target: int, reason: str) -> None:
        self._waiting[target] = reason
        turn.record(ResetScheduled(evse=target or None, pending=True))

    def _stop(self, turn: Turn, evse: Evse, *, hard: bool) -> None:
        evse.auth = None
        evse.connect_deadline = None
        tx = evse.tx
        reason = StopReason.IMMEDIATE_RESET if hard else StopReason.REBOOT
        if tx is not None and tx.stage in {Stage.RUNNING, Stage.RESUMING}:
            self._sessions[evse.id].end(turn, tx, Cause(trigger=Trigger.RESET_COMMAND, reason=reason))  # B12.FR.04
        elif tx is not None and tx.stage is Stage.BEGINNING:
            evse.tx = None  # nothing is recorded of it yet

    def review(self, turn: Turn, *, online: bool, queued: bool) -> None:
        """Go on where what was waited for has come."""
        for target in sorted(self._waiting):
            if any(e.tx is not None for e in self._targets(target)):
                continue
            if target != STATION:
                del self._waiting[target]
                turn.record(ResetScheduled(evse=target, pending=False))
                turn.do(ResetFaults(evse=target))
            elif self._draining_until is None:
                grace_ms = DAMAGE_GRACE_MS if self._waiting[target] == _RENEWAL else DELIVERY_GRACE_MS
                self._draining_until = MonoMs(turn.now.mono_ms + grace_ms)
                turn.record(BootReasonSet(reason=self._waiting[target]))
        if self._draining_until is not None and STATION in self._waiting:
            late = turn.now.mono_ms >= self._draining_until
            kept = self._waiting[STATION] != _RENEWAL  # B12.FR.05: what is not out yet goes out after the boot
            if late or not queued or (kept and not online):
                reason = self._waiting.pop(STATION)
                turn.record(ResetScheduled(evse=None, pending=False))
                for evse in self._evses:
                    turn.do(ResetFaults(evse=evse))  # what the guard latched and is gone since
                turn.do(Reboot(reason=reason))

    def wake(self) -> list[MonoMs]:
        waiting = self._draining_until is not None and STATION in self._waiting
        return [self._draining_until] if waiting and self._draining_until is not None else []
