"""OCPP 1.6J: the Core profile and Remote Trigger, as a projection of the domain.

Connectors of 1.6 count through the EVSEs of the station; connector 0 is the station. The transaction id is the CSMS's
own: it is learned from StartTransaction.conf and looked up when a message is sent, never before.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct

from agent.core.clock import Stamp
from agent.core.commands import AnyCommand, Result
from agent.core.events import (
    AnyEvent,
    AuthorizeAnswered,
    BootAnswered,
    HeartbeatAnswered,
    RegistrationStatus,
    RequestDone,
)
from agent.core.facts import AnyKept, AnyLogged, TransactionPhase, TransactionRecorded, WireIdLearned
from agent.core.requests import (
    AnyRequest,
    AuthorizeRequest,
    BootRequest,
    ConnectorStatus,
    DataTransferRequest,
    FirmwareStatusRequest,
    HeartbeatRequest,
    LogStatusRequest,
    MeterRequest,
    StatusRequest,
)
from agent.core.samples import Context, SampleSet
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.ocpp.dialect import Delivery, Message, Refusal, Surroundings
from agent.ocpp.messages import v16 as m
from agent.ocpp.rpc_catalogue import Catalogue
from agent.ocpp.status_memory import StatusMemory
from agent.ocpp.v16 import commands, samples
from agent.ocpp.v16.words import ERROR_CODE_NAMES, ERROR_CODES, STOP_REASONS
from agent.ocpp.wire_time import to_text, to_wall
from agent.variables import names
from agent.variables.vocabulary import Layer

UNKNOWN_TRANSACTION = -1  # errata 3.18: StartTransaction could not be delivered
ID_TAG_LENGTH = 20  # IdToken (7.28)
EV_GONE = "EV side disconnected"  # §4.9
COMMUNICATION = "EVCommunicationError"
# §4.9: with any other status it has to be another error code.
COMMUNICATION_STATUSES = frozenset(
    {
        ConnectorStatus.PREPARING,
        ConnectorStatus.SUSPENDED_EV,
        ConnectorStatus.SUSPENDED_EVSE,
        ConnectorStatus.FINISHING,
    }
)


def text(value: str, limit: int) -> str:
    """A text of ours within a CiString's bound."""
    return value[:limit]


class Dialect16:
    """Translator for OCPP 1.6J."""

    subprotocol = "ocpp1.6"

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._calls = commands.Calls(surroundings)
        self.catalogue = Catalogue("1.6", m.REQUESTS, m.RESPONSES, m.SENDS, commands.SUPPORTED)
        places = enumerate(surroundings.registry.topology.places(), 1)
        self._connectors = {place: number for number, place in places}
        self._told = StatusMemory()

    def _time(self, stamp: Stamp) -> str:
        return to_text(self._around.wall(stamp))

    def _connector(self, evse: int, connector: int | None) -> int:
        return self._connectors.get((evse, connector or 1), 0)

    # Calls of the CSMS

    def decode(self, action: str, payload: Struct) -> AnyCommand | Refusal:
        return self._calls.decode(payload)

    def encode(self, action: str, payload: Struct, command: AnyCommand, result: Result) -> Struct | Refusal | None:
        return self._calls.encode(payload, command, result)

    # What the station asks

    def ask(self, request: AnyRequest) -> Message | None:
        match request:
            case BootRequest():
                return Message("BootNotification", self._boot())
            case HeartbeatRequest():
                return Message("Heartbeat", m.HeartbeatRequest())
            case AuthorizeRequest() if not request.group_known:
                return None  # TC_068_CS: a card that can end nothing is not asked about
            case AuthorizeRequest() if len(request.token.value) > ID_TAG_LENGTH:
                return None  # nor is one that 1.6 cannot name: its beginning may be another's
            case AuthorizeRequest():
                return Message("Authorize", m.AuthorizeRequest(idTag=request.token.value))
            case StatusRequest():
                return self._status(request)
            case MeterRequest():
                return self._meter(request)
            case DataTransferRequest():
                fields: dict[str, Any] = {"vendorId": request.vendor}
                if request.message:
                    fields["messageId"] = request.message
                if request.data is not None:
                    fields["data"] = request.data
                return Message("DataTransfer", m.DataTransferRequest(**fields))
            case FirmwareStatusRequest():
                return Message("FirmwareStatusNotification", m.FirmwareStatusNotificationRequest(status="Idle"))
            case LogStatusRequest():
                return Message("DiagnosticsStatusNotification", m.DiagnosticsStatusNotificationRequest(status="Idle"))
            case _:
                return None  # reports and events of the device model: 1.6 has none

    def _boot(self) -> m.BootNotificationRequest:
        identity = self._around.identity
        fields = {
            "chargePointSerialNumber": text(identity.serial, 25),
            "chargeBoxSerialNumber": text(identity.box_serial, 25),
            "firmwareVersion": text(identity.firmware, 50),
            "iccid": text(identity.iccid, 20),
            "imsi": text(identity.imsi, 20),
            "meterType": text(identity.meter_type, 25),
            "meterSerialNumber": text(identity.meter_serial, 25),
        }
        given: dict[str, Any] = {name: value for name, value in fields.items() if value}
        return m.BootNotificationRequest(
            chargePointVendor=text(identity.vendor, 20), chargePointModel=text(identity.model, 20), **given
        )

    def _status(self, request: StatusRequest) -> Message | None:
        """A connector's status; None if nothing of it is new to 1.6."""
        fields = self._notice(request)
        if not self._told.send((request.evse, request.connector), tuple(fields.items()), forced=request.forced):
            return None
        return Message("StatusNotification", m.StatusNotificationRequest(timestamp=self._time(request.stamp), **fields))

    def _notice(self, request: StatusRequest) -> dict[str, Any]:
        fault, status = request.fault, request.status
        if request.evse == 0 and status not in {ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED}:
            status = ConnectorStatus.AVAILABLE  # connector 0 knows three words (§4.9)
        if request.taken and status is ConnectorStatus.AVAILABLE:
            status = ConnectorStatus.UNAVAILABLE  # note on several connectors per EVSE, 4
        fields: dict[str, Any] = {
            "connectorId": self._connector(request.evse, request.connector) if request.evse else 0,
            "errorCode": "NoError",
            "status": status.value,
        }
        if request.ev_gone:
            fields["info"] = EV_GONE
        if fault is not None:
            code = fault.ocpp16_error_code or ERROR_CODES.get(fault.code, "OtherError")
            known = code in ERROR_CODE_NAMES and (code != COMMUNICATION or status in COMMUNICATION_STATUSES)
            fields["errorCode"] = code if known else "OtherError"
            if fault.info:
                fields["info"] = text(fault.info, 50)
            if fault.vendor_error_code:
                fields["vendorErrorCode"] = text(fault.vendor_error_code, 50)
                fields["vendorId"] = text(self._around.identity.vendor, 255)  # whose code that is (6.47)
        return fields

    def _meter(self, request: MeterRequest) -> Message | None:
        values = samples.meter_values(request.samples, self._time)
        if not values:
            return None
        fields: dict[str, Any] = {"connectorId": self._connector(request.evse, request.connector), "meterValue": values}
        if request.tx is not None:
            fields["transactionId"] = self._around.wire_ids.get(request.tx, UNKNOWN_TRANSACTION)
        return Message("MeterValues", msgspec.convert(fields, m.MeterValuesRequest))

    def reply(self, request_id: int, request: AnyRequest, payload: Struct) -> AnyEvent:
        match payload:
            case m.BootNotificationResponse():
                return BootAnswered(
                    status=RegistrationStatus(payload.status),
                    interval_s=max(payload.interval, 0),
                    time_ms=to_wall(payload.currentTime),
                )
            case m.HeartbeatResponse():
                return HeartbeatAnswered(time_ms=to_wall(payload.currentTime))
            case m.AuthorizeResponse():
                return AuthorizeAnswered(request_id=request_id, info=token_info(payload.idTagInfo))
            case m.StatusNotificationResponse() if isinstance(request, StatusRequest):
                words = tuple(self._notice(request).items())
                self._told.acknowledge((request.evse, request.connector), words)
                return RequestDone(request_id=request_id)
            case _:
                return RequestDone(request_id=request_id)

    # Facts

    def project(self, fact: AnyLogged, *, offline: bool) -> Message | None:
        if not isinstance(fact, TransactionRecorded):
            return None  # security events of 1.6 come with its security extension
        if fact.opens:
            return Message("StartTransaction", self._start(fact))
        if fact.closes:
            return Message("StopTransaction", self._stop(fact))
        if fact.phase is TransactionPhase.UPDATED and fact.opened and fact.samples:
            return self._meter(MeterRequest(evse=fact.evse, samples=fact.samples, tx=fact.tx, connector=fact.connector))
        return None

    def _start(self, fact: TransactionRecorded) -> m.StartTransactionRequest:
        fields: dict[str, Any] = {}
        if fact.reservation_id is not None:
            fields["reservationId"] = fact.reservation_id
        return m.StartTransactionRequest(
            connectorId=self._connector(fact.evse, fact.connector),
            idTag=text(fact.start_token.value, ID_TAG_LENGTH) if fact.start_token is not None else "",
            meterStart=fact.register_wh,
            timestamp=self._time(fact.stamp),
            **fields,
        )

    def _stop(self, fact: TransactionRecorded) -> m.StopTransactionRequest:
        fields: dict[str, Any] = {
            "meterStop": fact.register_wh,
            "timestamp": self._time(fact.stamp),
            "transactionId": self._around.wire_ids.get(fact.tx, UNKNOWN_TRANSACTION),
        }
        if fact.token is not None:
            fields["idTag"] = text(fact.token.value, ID_TAG_LENGTH)
        if fact.reason is not None:
            fields["reason"] = STOP_REASONS.get(fact.reason, "Other")
        data = samples.meter_values(self._transaction_data(fact), self._time)
        if data:
            fields["transactionData"] = data
        return msgspec.convert(fields, m.StopTransactionRequest)

    def _transaction_data(self, fact: TransactionRecorded) -> list[SampleSet]:
        """What was collected, but nothing sampled while StopTxnSampledData is empty (errata 3.14).

        2.x has a default there, the register at begin and end, which 1.6 tells as meterStart and meterStop.
        """
        found = [*fact.transaction_data, *fact.samples]
        if self._around.registry.layer(names.SAMPLED_TX_ENDED_MEASURANDS) is not Layer.DEFAULT:
            return found
        return [sampled for sampled in found if sampled.context is Context.CLOCK]

    def delivered(self, fact: AnyLogged, payload: Struct) -> Delivery:
        match payload:
            case m.StartTransactionResponse():
                kept: tuple[AnyKept, ...] = ()
                if isinstance(fact, TransactionRecorded):
                    kept = (WireIdLearned(tx=fact.tx, wire_id=payload.transactionId),)
                return Delivery(info=token_info(payload.idTagInfo), kept=kept)
            case m.StopTransactionResponse():
                info = token_info(payload.idTagInfo) if payload.idTagInfo is not UNSET else None
                over: tuple[AnyKept, ...] = ()
                if isinstance(fact, TransactionRecorded):
                    over = (WireIdLearned(tx=fact.tx, wire_id=None),)
                return Delivery(info=info, kept=over)
            case _:
                return Delivery()


def token_info(info: m.IdTagInfo) -> TokenInfo:
    """IdTagInfo in the domain's words. An empty parent is none: it must not make strangers one group."""
    group = IdToken(value=info.parentIdTag, kind="Central") if info.parentIdTag else None
    expiry = to_wall(info.expiryDate) if isinstance(info.expiryDate, str) else None
    return TokenInfo(status=AuthorizationStatus(info.status), group=group, expiry_ms=expiry)
