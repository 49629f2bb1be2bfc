"""Commands from the CSMS and from people: each is judged, acted on, and answered with what really happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.commands import (
    ACCEPTED,
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
    TriggerMessage,
    UnlockConnector,
    Verdict,
    WriteVariables,
    rejected,
)
from agent.core.effects import Answer
from agent.core.events import CommandReceived
from agent.core.facts import Trigger
from agent.core.registration import State
from agent.core.remote import RemoteControl
from agent.core.transaction import Cause
from agent.core.triggers import Triggers
from agent.core.turn import Turn
from agent.variables import names
from agent.variables.address import Address

if TYPE_CHECKING:
    from agent.core.station import Station


class Operations:
    """The station's command handlers."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._remote = RemoteControl(station)
        self._triggers = Triggers(station)

    def receive(self, turn: Turn, event: CommandReceived) -> None:
        verdict = self._station.registration.verdict
        if event.who == "csms" and verdict is State.REJECTED:
            turn.do(Answer(command_id=event.command_id, result=Result(verdict=Verdict.SECURITY_ERROR)))  # B03.FR.08
            return
        command = event.command
        if isinstance(command, UnlockConnector):
            self._station.unlocks.command(turn, event.command_id, command)
            return
        result = self._judge(turn, command, event.who)
        turn.do(Answer(command_id=event.command_id, result=result))
        if result.verdict in {Verdict.ACCEPTED, Verdict.SCHEDULED}:
            self._afterwards(turn, event, result.verdict)

    @property
    def _accepted(self) -> bool:
        return self._station.registration.verdict is State.ACCEPTED

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
                return ACCEPTED
            case Inspect():
                return ACCEPTED
            case GetBaseReport():
                return station.provisioning.base_report(command)
            case Reset():
                return self._reset(turn, command, who)
            case StartTransaction() | StopTransaction() if who == "csms" and not self._accepted:
                return rejected("CSNotAccepted", "the station is not accepted yet")  # B02.FR.05
            case StartTransaction():
                return self._remote.judge_start(command)
            case StopTransaction():
                return self._remote.judge_stop(command)
            case TriggerMessage():
                return self._triggers.judge(turn, command)
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
                self._remote.start(turn, command)
            case StopTransaction():
                self._remote.stop(turn, command, event.who)
            case TriggerMessage():
                self._triggers.send(turn, command)
            case _:
                pass

    def _changed(self, turn: Turn, addresses: list[Address]) -> None:
        if names.HEARTBEAT_INTERVAL in addresses:
            self._station.registration.interval_changed(turn.now)
        if names.ALIGNED_INTERVAL in addresses or names.ALIGNED_TX_ENDED_INTERVAL in addresses:
            self._station.alignment.forget()
        for session in self._station.sessions.values():
            session.sampling.interval_changed(turn, addresses)
        self._station.permits.know(self._station.rules.registry)

    # Availability and cache

    def _set_operative(self, turn: Turn, command: SetOperative) -> Result:
        station = self._station
        if command.evse and command.evse not in station.evses:
            return rejected("UnknownEvse", f"there is no EVSE {command.evse}")
        outlets = station.evses[command.evse].capabilities.connectors if command.evse else 0
        if not 0 <= command.connector <= outlets:
            return rejected("UnknownConnectorId", f"EVSE {command.evse} has no connector {command.connector}")
        place = command.evse, command.connector
        if command.operative and command.outright:
            connectors = [p for p in station.status.places() if all(p)]
            changed = station.availability.bring_back(turn, *place, connectors)
        else:
            changed = station.availability.set(turn, *place, command.operative)
        targets = [station.evses[command.evse]] if command.evse else list(station.evses.values())
        for evse in targets:
            if command.operative and changed:
                evse.finished = False  # 1.6 H2: back in service, the car that stayed is as if just plugged in
            if evse.tx is None and evse.auth is not None and not station.operative(evse.id, evse.front):
                station.sessions[evse.id].deauthorise(turn, Cause(trigger=Trigger.ABNORMAL_CONDITION))  # 1.6 B1, A8
        waits = any(
            e.tx is not None and (not command.connector or e.connector in {None, command.connector}) for e in targets
        )
        if waits and not command.operative:
            return Result(verdict=Verdict.SCHEDULED)  # G03.FR.05, G04.FR.06
        return ACCEPTED

    def _clear_cache(self, turn: Turn) -> Result:
        if not self._station.rules.cache_enabled:
            return rejected("NotEnabled", "the authorization cache is switched off")  # C11.FR.04
        self._station.authorizer.cache.clear(turn)
        return ACCEPTED

    def _reset(self, turn: Turn, command: Reset, who: str) -> Result:
        station, evse = self._station, command.evse
        if evse in station.evses and not station.rules.registry.boolean(names.EVSE_ALLOW_RESET.at(evse), False):
            return rejected("NotEnabled", "this EVSE cannot be reset by itself")  # B11.FR.09
        return station.resets.command(turn, command, remote=who == "csms")

    # Status of a transaction, data

    def _transaction_status(self, command: GetTransactionStatus) -> Result:
        waiting = self._station.waiting
        if command.tx is None:
            return Result(verdict=Verdict.ACCEPTED, queued=bool(waiting))  # E14.FR.06
        ongoing = self._station.owner(command.tx) is not None
        return Result(verdict=Verdict.ACCEPTED, ongoing=ongoing, queued=command.tx in waiting)

    def _data_transfer(self, command: DataTransfer) -> Result:
        """No vendor extension is built in: an unknown vendor is told so (P01)."""
        if command.vendor not in self._station.options.data_transfer_vendors:
            return Result(verdict=Verdict.UNKNOWN_VENDOR)
        return Result(verdict=Verdict.UNKNOWN_MESSAGE)
