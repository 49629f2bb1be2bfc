"""OCPP 2.x: the functional blocks put together, and the edition 2.0.1."""

from __future__ import annotations

from typing import Any

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
from agent.core.facts import AnyLogged, SecurityEventRaised, TransactionRecorded
from agent.core.live import folded
from agent.core.requests import (
    AnyRequest,
    AuthorizeRequest,
    BootRequest,
    DataTransferRequest,
    EventRequest,
    FirmwareStatusRequest,
    HeartbeatRequest,
    LogStatusRequest,
    MeterRequest,
    ReportRequest,
    StatusRequest,
)
from agent.ocpp.dialect import Delivery, Message, Refusal, Surroundings
from agent.ocpp.status_memory import StatusMemory
from agent.ocpp.v2x import json_text, tokens
from agent.ocpp.v2x.commands import Calls
from agent.ocpp.v2x.device_model import DeviceModel
from agent.ocpp.v2x.edition import EDITION_201, Edition
from agent.ocpp.v2x.samples import Meters
from agent.ocpp.v2x.security_events import NOT_CRITICAL
from agent.ocpp.v2x.transactions import Transactions
from agent.ocpp.wire_time import to_text, to_wall

_STATION = (0, 0)


class Dialect2x:
    """Translator for one edition of OCPP 2.x."""

    def __init__(self, edition: Edition, surroundings: Surroundings) -> None:
        self.subprotocol = edition.subprotocol
        self._edition = edition
        self._m = edition.messages
        self._around = surroundings
        self._meters = Meters(edition)
        self._model = DeviceModel(edition.messages, surroundings.registry, self._time)
        self._transactions = Transactions(edition, self._meters, self._time)
        self._calls = Calls(edition.messages, self._model)
        self._told = StatusMemory()
        self.catalogue = edition.catalogue(frozenset(self._calls.table))

    def _time(self, stamp: Stamp) -> str:
        return to_text(self._around.wall(stamp))

    # Calls of the CSMS

    def decode(self, action: str, payload: Struct) -> AnyCommand | Refusal:
        return self._calls.decode(action, payload)

    def encode(self, action: str, payload: Struct, command: AnyCommand, result: Result) -> Struct | Refusal:
        return self._calls.encode(action, payload, result)

    # What the station asks

    def ask(self, request: AnyRequest) -> Message | None:
        m = self._m
        match request:
            case BootRequest():
                return Message("BootNotification", self._boot(request))
            case HeartbeatRequest():
                return Message("Heartbeat", m.HeartbeatRequest())
            case AuthorizeRequest() if len(request.token.value) > self._edition.token_length:
                return None  # its beginning may be another's
            case AuthorizeRequest():
                token = tokens.to_wire(self._edition, request.token)
                return Message("Authorize", m.AuthorizeRequest(idToken=token))
            case StatusRequest():
                return self._status(request)
            case MeterRequest():
                values = self._meters.meter_values(request.samples, self._time)
                if not values:
                    return None
                return Message("MeterValues", m.MeterValuesRequest(evseId=request.evse, meterValue=values))
            case ReportRequest():
                return Message("NotifyReport", self._model.page(request))
            case EventRequest():
                return Message("NotifyEvent", self._model.event(request))
            case DataTransferRequest():
                return Message("DataTransfer", self._transfer(request))
            case FirmwareStatusRequest():  # F06.FR.16; no requestId beside Idle
                return Message("FirmwareStatusNotification", m.FirmwareStatusNotificationRequest(status="Idle"))
            case LogStatusRequest():  # F06.FR.15
                return Message("LogStatusNotification", m.LogStatusNotificationRequest(status="Idle"))

    def _boot(self, request: BootRequest) -> Struct:
        m, identity = self._m, self._around.identity
        reason: Any = request.reason
        modem: Any = UNSET
        if identity.iccid or identity.imsi:
            modem = m.ModemType(iccid=identity.iccid[:20] or UNSET, imsi=identity.imsi[:20] or UNSET)
        station = m.ChargingStationType(
            vendorName=identity.vendor[:50],
            model=identity.model[:20],
            serialNumber=identity.serial[:25] or UNSET,
            firmwareVersion=identity.firmware[:50] or UNSET,
            modem=modem,
        )
        return m.BootNotificationRequest(chargingStation=station, reason=reason)  # B01.FR.09

    def _status(self, request: StatusRequest) -> Message | None:
        """A connector's status; None where 2.x has nothing to tell: the station as a whole, or no other word."""
        place = (request.evse, request.connector)
        word: Any = folded(request.status, request.occupied)
        if place == _STATION or not self._told.send(place, word, forced=request.forced or request.refreshed):
            return None
        return Message(
            "StatusNotification",
            self._m.StatusNotificationRequest(
                timestamp=self._time(request.stamp),
                connectorStatus=word,
                evseId=request.evse,
                connectorId=request.connector,
            ),
        )

    def _transfer(self, request: DataTransferRequest) -> Struct:
        return self._m.DataTransferRequest(
            vendorId=request.vendor,
            messageId=request.message or UNSET,
            data=UNSET if request.data is None else json_text.read(request.data),
        )

    def reply(self, request_id: int, request: AnyRequest, payload: Struct) -> AnyEvent:
        answer: Any = payload
        match request:
            case BootRequest():
                return BootAnswered(
                    status=RegistrationStatus(answer.status),
                    interval_s=max(answer.interval, 0),
                    time_ms=to_wall(answer.currentTime),
                )
            case HeartbeatRequest():
                return HeartbeatAnswered(time_ms=to_wall(answer.currentTime))
            case AuthorizeRequest():
                return AuthorizeAnswered(request_id=request_id, info=tokens.token_info(answer.idTokenInfo))
            case StatusRequest():
                self._told.acknowledge((request.evse, request.connector), folded(request.status, request.occupied))
                return RequestDone(request_id=request_id)
            case _:
                return RequestDone(request_id=request_id)

    # Facts

    def project(self, fact: AnyLogged, *, offline: bool) -> Message | None:
        match fact:
            case TransactionRecorded():
                return Message("TransactionEvent", self._transactions.event(fact, offline=offline))
            case SecurityEventRaised() if fact.kind not in NOT_CRITICAL:
                return Message("SecurityEventNotification", self._security_event(fact))
            case _:
                return None  # a sample, told with the end of its transaction; what is for the security log alone

    def _security_event(self, fact: SecurityEventRaised) -> Struct:
        """A04.FR.01."""
        return self._m.SecurityEventNotificationRequest(
            type=fact.kind[:50], timestamp=self._time(fact.stamp), techInfo=fact.info[:255] or UNSET
        )

    def delivered(self, fact: AnyLogged, payload: Struct) -> Delivery:
        if isinstance(fact, TransactionRecorded):
            answer: Any = payload
            if answer.idTokenInfo:
                return Delivery(info=tokens.token_info(answer.idTokenInfo))
        return Delivery()


class Dialect201(Dialect2x):
    """Translator for OCPP 2.0.1."""

    def __init__(self, surroundings: Surroundings) -> None:
        super().__init__(EDITION_201, surroundings)
