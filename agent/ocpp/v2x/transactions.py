"""Functional block E: steps of a transaction as TransactionEvent messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from agent.core.clock import Stamp
from agent.core.facts import StopReason, TransactionPhase, TransactionRecorded
from agent.ocpp.messages import v201
from agent.ocpp.v2x import tokens
from agent.ocpp.v2x.edition import Edition
from agent.ocpp.v2x.samples import Meters


class Transactions:
    """Projects facts of transactions. The sequence number is the fact's own: given when the step was made."""

    def __init__(self, edition: Edition, meters: Meters, time: Callable[[Stamp], str]) -> None:
        self._edition = edition
        self._m = edition.messages
        self._meters = meters
        self._time = time

    def event(self, fact: TransactionRecorded, *, offline: bool) -> v201.TransactionEventRequest:
        """The message of one step. `offline`: it waited while the link was down (E11.FR.07)."""
        m = self._m
        phase: Any = fact.phase.value
        trigger: Any = fact.trigger.value
        sets = fact.samples
        if fact.phase is TransactionPhase.ENDED and fact.transaction_data:
            sets = (*fact.transaction_data, *fact.samples)  # the whole "ended" set, in the order it was taken
        values = self._meters.meter_values(sets, self._time) if sets else None
        return m.TransactionEventRequest(
            eventType=phase,
            timestamp=self._time(fact.stamp),
            triggerReason=trigger,
            seqNo=fact.number,
            transactionInfo=self._info(fact),
            meterValue=values or UNSET,
            offline=True if offline or fact.offline else UNSET,  # E04.FR.03
            numberOfPhasesUsed=UNSET if fact.phases is None else fact.phases,  # E02.FR.18
            cableMaxCurrent=UNSET if fact.cable_a is None else fact.cable_a,
            reservationId=UNSET if fact.reservation_id is None else fact.reservation_id,  # E01.FR.13
            evse=self._evse(fact) if fact.tells_evse else UNSET,  # E01.FR.16
            idToken=UNSET if fact.token is None else tokens.recorded(self._edition, fact.token),  # E01.FR.10
        )

    def _evse(self, fact: TransactionRecorded) -> v201.EVSEType:
        return self._m.EVSEType(id=fact.evse, connectorId=UNSET if fact.connector is None else fact.connector)

    def _info(self, fact: TransactionRecorded) -> v201.TransactionType:
        state: Any = UNSET if fact.charging_state is None else fact.charging_state.value
        reason: Any = UNSET
        if fact.reason is not None and fact.phase is TransactionPhase.ENDED:  # E06.FR.08
            reason = fact.reason.value
            if reason not in self._edition.stop_reasons:
                reason = StopReason.OTHER.value
        return self._m.TransactionType(
            transactionId=fact.tx,
            chargingState=state,
            timeSpentCharging=UNSET if fact.time_charging_s is None else fact.time_charging_s,
            stoppedReason=reason,
            remoteStartId=UNSET if fact.remote_start_id is None else fact.remote_start_id,  # F02.FR.01
        )
