"""The logbook: what happened to the station, one line of the log for each thing an operator asks about afterwards.

Only what is rare enough is written: a reader flooded with cards or a backend with fifty calls a second leaves no trace
here. Identifiers of drivers and values of variables are never written (the ledger has them); `evse tx show` tells them
to who may look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from agent.core.events import (
    AnyEvent,
    BootAnswered,
    DeviceHealthChanged,
    FactDelivered,
    GuardConnected,
    GuardDisconnected,
    LinkRefused,
    StorageChanged,
)
from agent.core.facts import (
    AnyKept,
    AnyLogged,
    OperativeSet,
    ResetScheduled,
    SecurityEventRaised,
    TransactionPhase,
    TransactionRecorded,
    VariableWritten,
)
from hal.types import Fault

log = logging.getLogger(__name__)


class Logbook:
    """Writes for one boot; `faults` gives those that are raised now."""

    def __init__(self, faults: Callable[[], Iterable[Fault]]) -> None:
        self._faults = faults
        self._raised: dict[tuple[int, str, str], Fault] = {}

    def note(self, event: AnyEvent, facts: list[AnyLogged | AnyKept]) -> None:
        """Write down what `event` said, the `facts` that it made and how faults changed. A watcher of the pump."""
        _event(event)
        for fact in facts:
            _fact(fact)
        now = {(fault.evse, str(fault.code), fault.source): fault for fault in self._faults()}
        for key in self._raised.keys() - now.keys():
            log.info("fault cleared", extra={"evse": key[0], "fault": key[1], "by": key[2]})
        for key in now.keys() - self._raised.keys():
            log.warning("fault raised", extra={"evse": key[0], "fault": key[1], "by": key[2], "info": now[key].info})
        self._raised = now


def _event(event: AnyEvent) -> None:
    match event:
        case BootAnswered(status=status, interval_s=interval_s):
            log.info("registration", extra={"status": status.value, "interval_s": interval_s})
        case GuardConnected(board=board):
            log.info("guard connected", extra={"board": board})
        case GuardDisconnected(why=why):
            log.warning("guard lost", extra={"why": why})
        case DeviceHealthChanged(device=device, error=error):
            if error is None:
                log.info("device works", extra={"device": device})
            else:
                log.warning("device lost", extra={"device": device, "why": error})
        case StorageChanged(failure=failure, why=why):
            if failure is None:
                log.info("storage works again")
            else:
                log.error("storage fails", extra={"failure": failure, "why": why})
        case LinkRefused(kind=kind, info=info):
            log.warning("connection refused", extra={"security_event": kind, "info": info})
        case FactDelivered(refused=True, seq=seq, tx=tx):
            log.warning("message given up, kept in quarantine", extra={"seq": seq, "tx": tx})
        case _:
            pass


def _fact(fact: AnyLogged | AnyKept) -> None:
    match fact:
        case TransactionRecorded():
            _transaction(fact)
        case SecurityEventRaised(kind=kind, info=info):
            log.warning("security event", extra={"event": kind, "info": info})
        case OperativeSet(evse=evse, connector=connector, operative=operative):
            place = {"evse": evse, "connector": connector}
            log.info("put into service" if operative else "taken out of service", extra=place)
        case VariableWritten(address=address, value=value):
            log.info("variable written" if value is not None else "variable back to its default", extra={"at": address})
        case ResetScheduled(evse=evse, pending=True):
            log.info("reset waits for the station to be idle", extra={"evse": evse or 0})
        case _:
            pass


def _transaction(step: TransactionRecorded) -> None:
    at = {"tx": step.tx, "evse": step.evse, "register_wh": step.register_wh}
    match step.phase:
        case TransactionPhase.STARTED:
            log.info("transaction started", extra={**at, "trigger": step.trigger.value})
        case TransactionPhase.ENDED:
            reason = step.reason.value if step.reason is not None else None
            log.info("transaction ended", extra={**at, "trigger": step.trigger.value, "reason": reason})
        case TransactionPhase.UPDATED if not step.samples and step.charging_state is not None:
            state = step.charging_state.value
            log.info("transaction changed", extra={**at, "trigger": step.trigger.value, "state": state})
        case _:
            pass
