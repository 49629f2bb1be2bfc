"""Unlocking on command (F05; 1.6 UnlockConnector): what stands in its way ends first, and the lock itself answers.

command ──► refused at once: no such connector, no lock, somebody charges there
        ──► the transaction ends ──contactor open──► the lock is driven ──lock tells, or too late──► answer
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from agent.core.bounds import PENDING_COMMANDS, UNLOCK_TIMEOUT_MS
from agent.core.clock import MonoMs
from agent.core.commands import Result, UnlockConnector, Verdict
from agent.core.effects import Answer, DriveLock
from agent.core.facts import StopReason, Trigger
from agent.core.transaction import Cause
from agent.core.turn import Turn
from hal.types import LockState

if TYPE_CHECKING:
    from agent.core.station import Station


class Unlock(Struct):
    """An unlock that waits for the lock."""

    command_id: str
    evse: int
    deadline: MonoMs
    driven: bool = False


class Unlocks:
    """The unlocks under way."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._waiting: list[Unlock] = []

    def command(self, turn: Turn, command_id: str, command: UnlockConnector) -> None:
        """Begin an unlock, or answer why there is none."""
        evse = self._station.evses.get(command.evse)

        def answer(verdict: Verdict, why: str = "") -> None:
            turn.do(Answer(command_id=command_id, result=Result(verdict=verdict, why=why)))

        if evse is None or not 1 <= command.connector <= evse.capabilities.connectors:
            answer(Verdict.UNKNOWN_CONNECTOR, "there is no such connector")  # F05.FR.03
            return
        report = evse.report
        outlet = self._station.rules.registry.topology.outlet(command.evse, command.connector)
        if report is None or report.lock is LockState.ABSENT or not outlet.has_lock:
            answer(Verdict.NOT_SUPPORTED, "the cable is fixed to the station")
            return
        if evse.taken(command.connector):
            answer(Verdict.UNLOCKED)  # nothing holds a plug there; what is locked is the neighbour's
            return
        if evse.auth is not None and not command.stop:
            answer(Verdict.ONGOING_TRANSACTION)  # F05.FR.02
            return
        if len(self._waiting) >= PENDING_COMMANDS:
            answer(Verdict.UNLOCK_FAILED, "too many unlock requests at once")
            return
        session = self._station.sessions[evse.id]
        cause = Cause(trigger=Trigger.UNLOCK_COMMAND, reason=StopReason.UNLOCK_COMMAND)
        if evse.tx is not None and evse.tx.running and command.stop:
            session.end(turn, evse.tx, cause)  # 1.6 §5.18: whatever the stop points are
        elif evse.auth is not None:
            session.deauthorise(turn, cause)
        elif evse.tx is not None and evse.tx.running:
            session.settle(turn, Cause(trigger=Trigger.UNLOCK_COMMAND))  # E02.FR.17
        deadline = MonoMs(turn.now.mono_ms + UNLOCK_TIMEOUT_MS + (10_000 if evse.energised else 0))
        self._waiting.append(Unlock(command_id=command_id, evse=evse.id, deadline=deadline))
        self.review(turn)

    def review(self, turn: Turn) -> None:
        """Unlocks under way: drive when the contactor is open, answer when the lock tells."""
        left = []
        for waiting in self._waiting:
            evse = self._station.evses[waiting.evse]
            report = evse.report
            if not waiting.driven and not evse.energised:
                turn.do(DriveLock(evse=evse.id, locked=False))
                waiting.driven = True
            unlocked = waiting.driven and report is not None and report.lock is LockState.UNLOCKED
            if not unlocked and turn.now.mono_ms < waiting.deadline:
                left.append(waiting)
                continue
            verdict = Verdict.UNLOCKED if unlocked else Verdict.UNLOCK_FAILED
            turn.do(Answer(command_id=waiting.command_id, result=Result(verdict=verdict)))
        self._waiting = left

    def wake(self) -> list[MonoMs]:
        return [w.deadline for w in self._waiting]
