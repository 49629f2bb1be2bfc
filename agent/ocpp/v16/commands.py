"""Calls of the CSMS in OCPP 1.6, as commands of the domain, and the station's results in the message's own words."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from agent.core.commands import (
    AnyCommand,
    ClearCache,
    Command,
    DataTransfer,
    Inspect,
    PlannedWrite,
    Reset,
    ResetKind,
    Result,
    SetOperative,
    StartTransaction,
    StopTransaction,
    TriggerKind,
    TriggerMessage,
    UnlockConnector,
    Verdict,
    WriteVariables,
)
from agent.core.tokens import ANY_KIND, IdToken
from agent.ocpp.dialect import Refusal, Surroundings
from agent.ocpp.messages import v16 as m
from agent.ocpp.rpc_codes import ErrorCode
from agent.variables.projection16 import Plan, Projection16

SUPPORTED: Final = frozenset(
    {
        "ChangeAvailability",
        "ChangeConfiguration",
        "ClearCache",
        "DataTransfer",
        "GetConfiguration",
        "RemoteStartTransaction",
        "RemoteStopTransaction",
        "Reset",
        "TriggerMessage",
        "UnlockConnector",
    }
)

_TRIGGERS: Final = {
    "BootNotification": TriggerKind.BOOT,
    "DiagnosticsStatusNotification": TriggerKind.DIAGNOSTICS_STATUS,
    "FirmwareStatusNotification": TriggerKind.FIRMWARE_STATUS,
    "Heartbeat": TriggerKind.HEARTBEAT,
    "MeterValues": TriggerKind.METER,
    "StatusNotification": TriggerKind.STATUS,
}
_NOWHERE: Final = 0x7FFF_FFFF  # an EVSE that no station has: the core then answers that it does not know it


class Written(WriteVariables, frozen=True, tag=True, kw_only=True):
    """A ChangeConfiguration with the answer that its plan already has."""

    status: str = "Accepted"


class Calls:
    """Decodes and encodes the calls that the CSMS makes."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._keys = Projection16(surroundings.registry)
        self._places = tuple(surroundings.registry.topology.places())

    def _place(self, connector: int) -> tuple[int, int]:
        return self._places[connector - 1] if 0 < connector <= len(self._places) else (_NOWHERE, 1)

    def decode(self, payload: Struct) -> AnyCommand | Refusal:
        match payload:
            case m.ChangeAvailabilityRequest():
                operative = payload.type == "Operative"
                evse, connector = self._place(payload.connectorId) if payload.connectorId else (0, 0)
                return SetOperative(operative=operative, evse=evse, connector=connector, outright=operative)
            case m.ChangeConfigurationRequest():
                return self._change(self._keys.plan(payload.key, payload.value))
            case m.ClearCacheRequest():
                return ClearCache()
            case m.DataTransferRequest():
                return DataTransfer(
                    vendor=payload.vendorId,
                    message=payload.messageId if isinstance(payload.messageId, str) else "",
                    data=payload.data if isinstance(payload.data, str) else None,
                )
            case m.GetConfigurationRequest():
                return Inspect()
            case m.RemoteStartTransactionRequest():
                return self._remote_start(payload)
            case m.RemoteStopTransactionRequest():
                return StopTransaction(tx=self._transaction(payload.transactionId))
            case m.ResetRequest():
                return Reset(kind=ResetKind.IMMEDIATE, hard=payload.type == "Hard")
            case m.TriggerMessageRequest():
                return self._trigger(payload)
            case m.UnlockConnectorRequest():
                evse, connector = self._place(payload.connectorId)
                return UnlockConnector(evse=evse, connector=connector, stop=True)
            case _:
                return Refusal(ErrorCode.NOT_SUPPORTED, "not supported")

    def _change(self, plan: Plan) -> Written:
        writes = tuple(PlannedWrite(change.target, change.value) for change in plan.changes)
        return Written(writes=writes, status=plan.status.value)

    def _remote_start(self, payload: m.RemoteStartTransactionRequest) -> StartTransaction:
        token = IdToken(value=payload.idTag, kind=ANY_KIND)
        if not isinstance(payload.connectorId, int):
            return StartTransaction(token=token)
        evse, connector = self._place(payload.connectorId)
        return StartTransaction(token=token, evse=evse, connector=connector)

    def _trigger(self, payload: m.TriggerMessageRequest) -> TriggerMessage:
        kind = _TRIGGERS.get(payload.requestedMessage, TriggerKind.OTHER)
        evse: int | None = None
        connector: int | None = None
        if isinstance(payload.connectorId, int):
            evse, connector = self._place(payload.connectorId) if payload.connectorId else (0, 0)
            if payload.connectorId == 0 and kind is TriggerKind.METER:
                evse, connector = None, None
        return TriggerMessage(kind=kind, evse=evse, connector=connector, force=True, sampled=True)

    def _transaction(self, wire_id: int) -> str:
        found = [tx for tx, known in self._around.wire_ids.items() if known == wire_id]
        return found[-1] if found else ""

    # Results

    def encode(self, payload: Struct, command: Command, result: Result) -> Struct | Refusal | None:
        if result.verdict is Verdict.SECURITY_ERROR:
            return None  # §4.2: while rejected no call is answered
        plain = _word(result.verdict)
        match payload:
            case m.ChangeAvailabilityRequest():
                return m.ChangeAvailabilityResponse(status=_word(result.verdict, Verdict.SCHEDULED))
            case m.ChangeConfigurationRequest() if isinstance(command, Written):
                told: Any = command.status
                return m.ChangeConfigurationResponse(status=told)
            case m.ClearCacheRequest():
                return m.ClearCacheResponse(status=plain)
            case m.DataTransferRequest():
                data: dict[str, Any] = {"data": result.data} if result.data is not None else {}
                return m.DataTransferResponse(
                    status=_word(result.verdict, Verdict.UNKNOWN_VENDOR, Verdict.UNKNOWN_MESSAGE), **data
                )
            case m.GetConfigurationRequest():
                return self._configuration(payload)
            case m.RemoteStartTransactionRequest():
                return m.RemoteStartTransactionResponse(status=plain)
            case m.RemoteStopTransactionRequest():
                return m.RemoteStopTransactionResponse(status=plain)
            case m.ResetRequest():
                return m.ResetResponse(status=plain)
            case m.TriggerMessageRequest():
                return m.TriggerMessageResponse(status=_word(result.verdict, Verdict.NOT_IMPLEMENTED))
            case m.UnlockConnectorRequest():
                return m.UnlockConnectorResponse(status=_unlock(result.verdict))
            case _:
                return Refusal(ErrorCode.INTERNAL_ERROR, "no answer for this message")

    def _configuration(self, payload: m.GetConfigurationRequest) -> m.GetConfigurationResponse:
        """Known keys in the order asked, the unknown ones by name (§5.8, field pain 20)."""
        asked = payload.key if isinstance(payload.key, list) and payload.key else None
        known: list[m.KeyValue] = []
        unknown: list[Any] = []
        readings = self._keys.read_all() if asked is None else (self._keys.read(key) or key for key in asked)
        for reading in readings:
            if isinstance(reading, str):
                unknown.append(reading)
                continue
            fields: dict[str, Any] = {"value": reading.value} if reading.value is not None else {}
            known.append(m.KeyValue(key=reading.key, readonly=reading.readonly, **fields))
        told: dict[str, Any] = {}
        if known:
            told["configurationKey"] = known
        if unknown:
            told["unknownKey"] = unknown
        return m.GetConfigurationResponse(**told)


def _word(verdict: Verdict, *known: Verdict) -> Any:
    """A verdict within what the message knows beside Accepted and Rejected."""
    return verdict.value if verdict is Verdict.ACCEPTED or verdict in known else Verdict.REJECTED.value


def _unlock(verdict: Verdict) -> Any:
    match verdict:
        case Verdict.UNLOCKED:
            return "Unlocked"
        case Verdict.NOT_SUPPORTED | Verdict.UNKNOWN_CONNECTOR:
            return "NotSupported"  # §5.18
        case _:
            return "UnlockFailed"
