"""Commands from the CSMS and from people: each is judged, acted on, and answered with what really happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from agent.core.bounds import PENDING_COMMANDS, UNLOCK_TIMEOUT_MS
from agent.core.clock import MonoMs
from agent.core.commands import (
    AnyCommand,
    ClearCache,
    DataTransfer,
    GetBaseReport,
    GetTransactionStatus,
    GetVariables,
    Inspect,
    Reset,
    Result,
    SetOperative,
    SetVariables,
    StartTransaction,
    StopTransaction,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
    Verdict,
    WriteVariables,
)
from agent.core.effects import Answer, Ask, DriveLock
from agent.core.events import CommandReceived
from agent.core.evse import Evse
from agent.core.facts import StopReason, TransactionPhase, Trigger
from agent.core.registration import State
from agent.core.requests import FirmwareStatusRequest, LogStatusRequest, MeterRequest
from agent.core.samples import Context
from agent.core.transaction import Cause, Stage
from agent.core.turn import Turn
from agent.variables import names
from agent.variables.address import Address
from hal.types import LockState

if TYPE_CHECKING:
    from agent.core.station import Station

_ACCEPTED = Result(verdict=Verdict.ACCEPTED)
_STOPS = {"csms": Cause(trigger=Trigger.REMOTE_STOP, reason=StopReason.REMOTE)}  # F03.FR.02, F03.FR.03
_STOPPED_HERE = Cause(trigger=Trigger.STOP_AUTHORIZED, reason=StopReason.LOCAL)


def rejected(code: str, why: str) -> Result:
    return Result(verdict=Verdict.REJECTED, code=code, why=why)


class _Unlocking(Struct):
    """An unlock that waits for the lock (F05)."""

    command_id: str
    evse: int
    deadline: MonoMs
    driven: bool = False


class Operations:
    """The station's command handlers."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._unlocking: list[_Unlocking] = []

    def receive(self, turn: Turn, event: CommandReceived) -> None:
        registration = self._station.registration
        if event.who == "csms" and registration.state is State.REJECTED:
            turn.do(Answer(command_id=event.command_id, result=Result(verdict=Verdict.SECURITY_ERROR)))  # B03.FR.08
            return
        command = event.command
        if isinstance(command, UnlockConnector):
            self._unlock(turn, event.command_id, command)
            return
        result = self._judge(turn, command, event.who)
        turn.do(Answer(command_id=event.command_id, result=result))
        if result.verdict in {Verdict.ACCEPTED, Verdict.SCHEDULED}:
            self._afterwards(turn, event, result.verdict)

    def _judge(self, turn: Turn, command: AnyCommand, who: str) -> Result:
        station = self._station
        match command:
            case SetOperative():
                return self._set_operative(turn, command)
            case ClearCache():
                return self._clear_cache(turn)
            case GetVariables():
                return station.provisioning.get(command)
            case SetVariables():
                result, changed = station.provisioning.set(turn, command, who)
                self._changed(turn, changed)
                return result
            case WriteVariables():
                self._changed(turn, station.provisioning.write(turn, command))
                return _ACCEPTED
            case Inspect():
                return _ACCEPTED
            case GetBaseReport():
                return station.provisioning.base_report(command)
            case Reset():
                return self._reset(turn, command)
            case StartTransaction():
                return self._start(command)
            case StopTransaction():
                return self._stop(command)
            case TriggerMessage():
                return self._may_trigger(command)
            case GetTransactionStatus():
                return self._transaction_status(command)
            case DataTransfer():
                return self._data_transfer(command)
            case _:
                return Result(verdict=Verdict.NOT_SUPPORTED)

    def _afterwards(self, turn: Turn, event: CommandReceived, verdict: Verdict) -> None:
        """What follows a positive answer, and therefore leaves the station after it (F06.FR.04)."""
        station, command = self._station, event.command
        match command:
            case SetOperative() if verdict is Verdict.ACCEPTED:
                station.status.confirm(turn, command.evse, command.connector)
            case GetBaseReport():
                station.provisioning.send_report(turn, command)
            case StartTransaction():
                evse = self._choose(command)
                if evse is not None:
                    station.entry.remote_start(turn, evse, command)
            case StopTransaction():
                evse = self._owner(command.tx)
                if evse is not None:
                    station.sessions[evse.id].deauthorise(turn, _STOPS.get(event.who, _STOPPED_HERE))
            case TriggerMessage():
                self._trigger(turn, command)
            case _:
                pass

    def _changed(self, turn: Turn, addresses: list[Address]) -> None:
        if names.HEARTBEAT_INTERVAL in addresses:
            self._station.registration.interval_changed(turn.now)
        self._station.permits.know(self._station.rules.registry)

    # Availability and cache

    def _set_operative(self, turn: Turn, command: SetOperative) -> Result:
        station = self._station
        if command.evse and command.evse not in station.evses:
            return rejected("UnknownEvse", f"there is no EVSE {command.evse}")
        if command.connector and command.connector > station.evses[command.evse].capabilities.connectors:
            return rejected("UnknownConnectorId", f"EVSE {command.evse} has no connector {command.connector}")
        changed = station.availability.set(turn, command.evse, command.connector, command.operative)
        targets = [station.evses[command.evse]] if command.evse else list(station.evses.values())
        busy = any(e.tx is not None and command.connector in {0, e.connector} for e in targets)
        if busy and changed and not command.operative:
            return Result(verdict=Verdict.SCHEDULED)  # G03.FR.05, G04.FR.06
        for evse in targets:
            if command.operative and changed:
                evse.finished = False  # 1.6 H2: back in service, the car that stayed is as if just plugged in
            if evse.tx is None and evse.auth is not None and not station.operative(evse.id, evse.connector or 1):
                station.sessions[evse.id].deauthorise(turn, Cause(trigger=Trigger.ABNORMAL_CONDITION))  # 1.6 B1, A8
        return _ACCEPTED

    def _clear_cache(self, turn: Turn) -> Result:
        if not self._station.rules.cache_enabled:
            return rejected("NotEnabled", "the authorization cache is switched off")  # C11.FR.04
        self._station.authorizer.cache.clear(turn)
        return _ACCEPTED

    def _reset(self, turn: Turn, command: Reset) -> Result:
        if command.evse is not None and not self._station.rules.registry.boolean(
            names.EVSE_ALLOW_RESET.at(command.evse), False
        ):
            return rejected("NotEnabled", "this EVSE cannot be reset by itself")  # B11.FR.09
        return self._station.resets.command(turn, command)

    # Remote start and stop

    def _choose(self, command: StartTransaction) -> Evse | None:
        """The EVSE asked for, else a plugged one that waits for somebody, else a free one (F01.FR.20)."""
        station = self._station
        if command.evse is not None:
            return station.evses.get(command.evse)
        free = [e for e in station.evses.values() if self._startable(e) is None]
        return next((e for e in free if e.plugged), next(iter(free), None))

    def _startable(self, evse: Evse) -> Result | None:
        """None if somebody can be authorised here, else why not (F01.FR.23, F01.FR.24)."""
        station = self._station
        if evse.auth is not None or (evse.tx is not None and (evse.tx.token is not None or not evse.tx.running)):
            return rejected("TxInProgress", f"EVSE {evse.id} has an authorized transaction")
        if station.faults.blocking(evse.id) is not None:
            return rejected("Faulted", f"EVSE {evse.id} has a fault")
        if not station.operative(evse.id, evse.connector or 1):
            return rejected("Unavailable", f"EVSE {evse.id} is out of service")
        if evse.tx is None and not station.may_begin(evse.id):
            return rejected("NotReady", f"EVSE {evse.id} begins no transaction now")
        return None

    def _start(self, command: StartTransaction) -> Result:
        station = self._station
        if station.registration.state in {State.PENDING, State.REJECTED}:
            return rejected("NotAccepted", "the station is not accepted yet")  # B02.FR.05
        evse = self._choose(command)
        if evse is None:
            known = command.evse is None or command.evse in station.evses
            return rejected("NoEvse" if known else "UnknownEvse", "no EVSE for this request")
        if command.connector is not None and command.connector > evse.capabilities.connectors:
            return rejected("UnknownConnectorId", f"EVSE {evse.id} has no connector {command.connector}")
        why = self._startable(evse)
        if why is not None:
            return why
        return Result(verdict=Verdict.ACCEPTED, tx=evse.tx.tx if evse.tx is not None else None)  # F01.FR.13

    def _owner(self, tx: str) -> Evse | None:
        return next((e for e in self._station.evses.values() if e.tx is not None and e.tx.tx == tx), None)

    def _stop(self, command: StopTransaction) -> Result:
        if self._station.registration.state in {State.PENDING, State.REJECTED}:
            return rejected("NotAccepted", "the station is not accepted yet")  # B02.FR.05
        if self._owner(command.tx) is None:
            return rejected("TxNotFound", "no such transaction is active")  # F03.FR.08
        return _ACCEPTED

    # Unlock

    def _unlock(self, turn: Turn, command_id: str, command: UnlockConnector) -> None:
        evse = self._station.evses.get(command.evse)

        def answer(verdict: Verdict, why: str = "") -> None:
            turn.do(Answer(command_id=command_id, result=Result(verdict=verdict, why=why)))

        if evse is None or not 1 <= command.connector <= evse.capabilities.connectors:
            answer(Verdict.UNKNOWN_CONNECTOR, "there is no such connector")  # F05.FR.03
            return
        report = evse.report
        if report is None or report.lock is LockState.ABSENT:
            answer(Verdict.NOT_SUPPORTED, "the cable is fixed to the station")
            return
        if evse.auth is not None and not command.stop:
            answer(Verdict.ONGOING_TRANSACTION)  # F05.FR.02
            return
        if len(self._unlocking) >= PENDING_COMMANDS:
            answer(Verdict.UNLOCK_FAILED, "too many unlock requests at once")
            return
        session = self._station.sessions[evse.id]
        cause = Cause(trigger=Trigger.UNLOCK_COMMAND, reason=StopReason.UNLOCK_COMMAND)
        if evse.tx is not None and evse.tx.running and command.stop:
            session.end(turn, evse.tx, cause)  # 1.6 §5.18: whatever the stop points are
        elif evse.auth is not None:
            session.deauthorise(turn, cause)
        deadline = MonoMs(turn.now.mono_ms + UNLOCK_TIMEOUT_MS + (10_000 if evse.energised else 0))
        self._unlocking.append(_Unlocking(command_id=command_id, evse=evse.id, deadline=deadline))
        self.review(turn)

    def review(self, turn: Turn) -> None:
        """Unlocks under way: drive when the contactor is open, answer when the lock tells."""
        left = []
        for waiting in self._unlocking:
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
        self._unlocking = left

    def wake(self) -> list[MonoMs]:
        return [w.deadline for w in self._unlocking]

    # Trigger, status, data

    def _may_trigger(self, command: TriggerMessage) -> Result:
        station = self._station
        about_evse = command.kind in {TriggerKind.STATUS, TriggerKind.METER, TriggerKind.TRANSACTION}
        if about_evse and command.evse and command.evse not in station.evses:
            return rejected("UnknownEvse", f"there is no EVSE {command.evse}")
        place = (command.evse, command.connector)
        if command.kind is TriggerKind.STATUS and all(place) and place not in set(station.status.places()):
            return rejected("UnknownConnectorId", f"EVSE {command.evse} has no connector {command.connector}")
        match command.kind:
            case TriggerKind.BOOT if station.registration.accepted and not command.force:
                return rejected("AlreadyAccepted", "the last boot was accepted")  # F06.FR.17
            case TriggerKind.OTHER:
                return Result(verdict=Verdict.NOT_IMPLEMENTED)  # F06.FR.08
            case TriggerKind.TRANSACTION if not any(e.tx is not None and e.tx.running for e in self._scope(command)):
                return rejected("NoTransaction", "no transaction is running there")
            case _:
                return _ACCEPTED

    def _scope(self, command: TriggerMessage) -> list[Evse]:
        station = self._station
        if command.evse:
            return [station.evses[command.evse]] if command.evse in station.evses else []
        return list(station.evses.values())  # F06.FR.11

    def _trigger(self, turn: Turn, command: TriggerMessage) -> None:
        station = self._station
        match command.kind:
            case TriggerKind.BOOT:
                station.registration.boot(turn, triggered=True)
            case TriggerKind.HEARTBEAT:
                station.registration.heartbeat(turn, triggered=True)
            case TriggerKind.STATUS:
                self._trigger_status(turn, command)
            case TriggerKind.METER:
                rules = station.rules
                measurands = rules.updated_measurands if command.sampled else rules.aligned_measurands
                for evse in self._scope(command):
                    self._trigger_meter(turn, evse, measurands)
            case TriggerKind.TRANSACTION:
                for evse in self._scope(command):
                    self._trigger_transaction(turn, evse)
            case TriggerKind.FIRMWARE_STATUS:
                turn.do(Ask(request_id=0, delivery="report", request=FirmwareStatusRequest(triggered=True)))
            case TriggerKind.LOG_STATUS | TriggerKind.DIAGNOSTICS_STATUS:
                turn.do(Ask(request_id=0, delivery="report", request=LogStatusRequest(triggered=True)))
            case _:
                pass

    def _trigger_status(self, turn: Turn, command: TriggerMessage) -> None:
        status = self._station.status
        for place in list(status.places()):
            evse, connector = place
            if command.evse is not None and evse != command.evse:
                continue
            if command.connector is not None and connector != command.connector:
                continue
            status.tell(turn, place, triggered=True)

    def _trigger_meter(self, turn: Turn, evse: Evse, measurands: tuple[str, ...]) -> None:
        """The most recent values, now (F06.FR.06, F06.FR.09)."""
        session = self._station.sessions[evse.id]
        found = session.sampling.sample(turn, measurands, Context.TRIGGER)
        if found is not None:
            tx = evse.tx.tx if evse.tx is not None and evse.tx.opened else None
            request = MeterRequest(evse=evse.id, samples=(found,), tx=tx, connector=evse.connector, triggered=True)
            turn.do(Ask(request_id=0, delivery="report", request=request))

    def _trigger_transaction(self, turn: Turn, evse: Evse) -> None:
        """F06.FR.07."""
        tx = evse.tx
        if tx is None or tx.stage is not Stage.RUNNING:
            return
        session = self._station.sessions[evse.id]
        found = session.sampling.sample(turn, self._station.rules.updated_measurands, Context.TRIGGER)
        samples = (found,) if found is not None else ()
        session.recorder.record(turn, tx, TransactionPhase.UPDATED, Cause(trigger=Trigger.TRIGGER), samples=samples)

    def _transaction_status(self, command: GetTransactionStatus) -> Result:
        waiting = self._station.waiting
        if command.tx is None:
            return Result(verdict=Verdict.ACCEPTED, queued=bool(waiting))  # E14.FR.06
        ongoing = self._owner(command.tx) is not None
        return Result(verdict=Verdict.ACCEPTED, ongoing=ongoing, queued=command.tx in waiting)

    def _data_transfer(self, command: DataTransfer) -> Result:
        """No vendor extension is built in: an unknown vendor is told so (P01)."""
        if command.vendor not in self._station.options.data_transfer_vendors:
            return Result(verdict=Verdict.UNKNOWN_VENDOR)
        return Result(verdict=Verdict.UNKNOWN_MESSAGE)
