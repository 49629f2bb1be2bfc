"""Transactions that are started and stopped from afar, by the CSMS or by a person at the API (F01 to F03)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.commands import ACCEPTED, Result, StartTransaction, StopTransaction, Verdict, rejected
from agent.core.evse import Evse
from agent.core.facts import StopReason, Trigger
from agent.core.transaction import Cause
from agent.core.turn import Turn

if TYPE_CHECKING:
    from agent.core.station import Station

_STOPS = {"csms": Cause(trigger=Trigger.REMOTE_STOP, reason=StopReason.REMOTE)}  # F03.FR.02, F03.FR.03
_STOPPED_HERE = Cause(trigger=Trigger.STOP_AUTHORIZED, reason=StopReason.LOCAL)


class RemoteControl:
    """Judges such a command first; what was accepted is done once the answer is on its way."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def judge_start(self, command: StartTransaction) -> Result:
        """Whether somebody can be authorised from afar, and on which transaction."""
        station = self._station
        if station.authorizer.masters(command.group):
            return rejected("MasterPass", "a master pass starts no transaction")  # C16.FR.03
        evse = self._choose(command)
        if evse is None:
            known = command.evse is None or command.evse in station.evses
            return rejected("NoEvse" if known else "UnknownEvse", "no EVSE for this request")
        if command.connector is not None and command.connector > evse.capabilities.connectors:
            return rejected("UnknownConnectorId", f"EVSE {evse.id} has no connector {command.connector}")
        if command.connector is not None and evse.taken(command.connector):
            return rejected("ConnectorTaken", f"another connector of EVSE {evse.id} is in use")
        why = self._startable(evse)
        if why is not None:
            return why
        return Result(verdict=Verdict.ACCEPTED, tx=evse.tx.tx if evse.tx is not None else None)  # F01.FR.13

    def start(self, turn: Turn, command: StartTransaction) -> None:
        """Do what `judge_start` accepted."""
        evse = self._choose(command)
        if evse is not None:
            self._station.entry.remote_start(turn, evse, command)

    def judge_stop(self, command: StopTransaction) -> Result:
        """Whether there is such a transaction to stop."""
        if self._station.owner(command.tx) is None:
            return rejected("TxNotFound", "no such transaction is active")  # F03.FR.08
        return ACCEPTED

    def stop(self, turn: Turn, command: StopTransaction, who: str) -> None:
        """Do what `judge_stop` accepted."""
        evse = self._station.owner(command.tx)
        if evse is not None:
            self._station.sessions[evse.id].deauthorise(turn, _STOPS.get(who, _STOPPED_HERE))

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
        if not station.operative(evse.id, evse.front):
            return rejected("Unavailable", f"EVSE {evse.id} is out of service")
        if evse.tx is None and not station.may_begin(evse.id):
            return rejected("NotReady", f"EVSE {evse.id} begins no transaction now")
        return None
