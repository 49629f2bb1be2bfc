"""Messages that the CSMS asks for (F06; 1.6 TriggerMessage): whether there is something to send, and sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.commands import ACCEPTED, Result, TriggerKind, TriggerMessage, Verdict, rejected
from agent.core.effects import Ask
from agent.core.evse import Evse
from agent.core.facts import TransactionPhase, Trigger
from agent.core.requests import FirmwareStatusRequest, LogStatusRequest, MeterRequest
from agent.core.samples import Context
from agent.core.transaction import Cause, Stage
from agent.core.turn import Turn

if TYPE_CHECKING:
    from agent.core.station import Station


class Triggers:
    """Judges the request first; what was accepted follows the answer (F06.FR.04)."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def judge(self, turn: Turn, command: TriggerMessage) -> Result:
        """Whether there is something to send."""
        station = self._station
        about_evse = command.kind in {TriggerKind.STATUS, TriggerKind.METER, TriggerKind.TRANSACTION}
        if about_evse and command.evse and command.evse not in station.evses:
            return rejected("UnknownEvse", f"there is no EVSE {command.evse}")
        place = (command.evse, command.connector)
        if command.kind is TriggerKind.STATUS and all(place) and place not in set(station.status.places()):
            return rejected("UnknownConnectorId", f"EVSE {command.evse} has no connector {command.connector}")
        match command.kind:
            case TriggerKind.BOOT if station.registration.accepted and not command.force:
                return rejected("InvalidMessageSeq", "the last boot was accepted")  # F06.FR.17
            case TriggerKind.OTHER:
                return Result(verdict=Verdict.NOT_IMPLEMENTED)  # F06.FR.08
            case TriggerKind.TRANSACTION if not any(e.tx is not None and e.tx.running for e in self._scope(command)):
                return rejected("TxNotFound", "no transaction is running there")
            case TriggerKind.METER if not any(self._tells(turn, e, command) for e in self._scope(command)):
                return rejected("NoMeasurands", "none of the configured measurands is measured there")  # F06.FR.10
            case _:
                return ACCEPTED

    def _tells(self, turn: Turn, evse: Evse, command: TriggerMessage) -> bool:
        return self._station.sessions[evse.id].sampling.tells(turn, self._measurands(command))

    def _measurands(self, command: TriggerMessage) -> tuple[str, ...]:
        rules = self._station.rules
        return rules.updated_measurands if command.sampled else rules.aligned_measurands  # F06.FR.06

    def _scope(self, command: TriggerMessage) -> list[Evse]:
        station = self._station
        if command.evse:
            return [station.evses[command.evse]] if command.evse in station.evses else []
        return list(station.evses.values())  # F06.FR.11

    def send(self, turn: Turn, command: TriggerMessage) -> None:
        """Send what was asked for."""
        station = self._station
        match command.kind:
            case TriggerKind.BOOT:
                station.registration.boot(turn, triggered=True)
            case TriggerKind.HEARTBEAT:
                station.registration.heartbeat(turn, triggered=True)
            case TriggerKind.STATUS:
                self._status(turn, command)
            case TriggerKind.METER:
                for evse in self._scope(command):
                    self._meter(turn, evse, command.connector or evse.connector, self._measurands(command))
            case TriggerKind.TRANSACTION:
                for evse in self._scope(command):
                    self._transaction(turn, evse)
            case TriggerKind.FIRMWARE_STATUS:
                turn.do(Ask(request_id=0, delivery="report", request=FirmwareStatusRequest(triggered=True)))
            case TriggerKind.LOG_STATUS | TriggerKind.DIAGNOSTICS_STATUS:
                turn.do(Ask(request_id=0, delivery="report", request=LogStatusRequest(triggered=True)))
            case _:
                pass

    def _status(self, turn: Turn, command: TriggerMessage) -> None:
        status = self._station.status
        for place in list(status.places()):
            evse, connector = place
            if command.evse is not None and evse != command.evse:
                continue
            if command.connector is not None and connector != command.connector:
                continue
            status.tell(turn, place, triggered=True)

    def _meter(self, turn: Turn, evse: Evse, connector: int | None, measurands: tuple[str, ...]) -> None:
        """The most recent values, now (F06.FR.06, F06.FR.09)."""
        session = self._station.sessions[evse.id]
        found = session.sampling.sample(turn, measurands, Context.TRIGGER)
        if found is not None:
            here = connector is None or not evse.taken(connector)
            tx = evse.tx.tx if evse.tx is not None and evse.tx.opened and here else None
            request = MeterRequest(evse=evse.id, samples=(found,), tx=tx, connector=connector, triggered=True)
            turn.do(Ask(request_id=0, delivery="report", request=request))

    def _transaction(self, turn: Turn, evse: Evse) -> None:
        """F06.FR.07."""
        tx = evse.tx
        if tx is None or tx.stage is not Stage.RUNNING:
            return
        session = self._station.sessions[evse.id]
        found = session.sampling.sample(turn, self._station.rules.updated_measurands, Context.TRIGGER)
        samples = (found,) if found is not None else ()
        session.recorder.record(turn, tx, TransactionPhase.UPDATED, Cause(trigger=Trigger.TRIGGER), samples=samples)
