"""What distinguishes one edition of OCPP 2.x from another: its messages and its vocabularies.

The functional blocks are written once, against the messages of 2.0.1. A later edition has the same names, with fields
and words added; its generated module therefore serves in place of the one of 2.0.1 at the one seam where an `Edition`
is made.
"""

from __future__ import annotations

from typing import Final, Protocol, get_args

from msgspec import Struct

from agent.ocpp.messages import v201
from agent.ocpp.rpc_catalogue import Catalogue
from agent.ocpp.rpc_codes import Version
from hal.value import frozen


class Messages(Protocol):
    """The generated messages that the functional blocks build, as 2.0.1 shapes them."""

    REQUESTS: dict[str, type[Struct]]
    RESPONSES: dict[str, type[Struct]]
    SENDS: dict[str, type[Struct]]

    AuthorizeRequest: type[v201.AuthorizeRequest]
    BootNotificationRequest: type[v201.BootNotificationRequest]
    ChangeAvailabilityResponse: type[v201.ChangeAvailabilityResponse]
    ChargingStationType: type[v201.ChargingStationType]
    ClearCacheResponse: type[v201.ClearCacheResponse]
    ComponentType: type[v201.ComponentType]
    DataTransferRequest: type[v201.DataTransferRequest]
    DataTransferResponse: type[v201.DataTransferResponse]
    EventDataType: type[v201.EventDataType]
    EVSEType: type[v201.EVSEType]
    FirmwareStatusNotificationRequest: type[v201.FirmwareStatusNotificationRequest]
    GetBaseReportResponse: type[v201.GetBaseReportResponse]
    GetTransactionStatusResponse: type[v201.GetTransactionStatusResponse]
    GetVariableResultType: type[v201.GetVariableResultType]
    GetVariablesResponse: type[v201.GetVariablesResponse]
    HeartbeatRequest: type[v201.HeartbeatRequest]
    IdTokenType: type[v201.IdTokenType]
    LogStatusNotificationRequest: type[v201.LogStatusNotificationRequest]
    MeterValuesRequest: type[v201.MeterValuesRequest]
    MeterValueType: type[v201.MeterValueType]
    ModemType: type[v201.ModemType]
    NotifyEventRequest: type[v201.NotifyEventRequest]
    NotifyReportRequest: type[v201.NotifyReportRequest]
    ReportDataType: type[v201.ReportDataType]
    RequestStartTransactionResponse: type[v201.RequestStartTransactionResponse]
    RequestStopTransactionResponse: type[v201.RequestStopTransactionResponse]
    ResetResponse: type[v201.ResetResponse]
    SampledValueType: type[v201.SampledValueType]
    SecurityEventNotificationRequest: type[v201.SecurityEventNotificationRequest]
    SetVariableResultType: type[v201.SetVariableResultType]
    SetVariablesResponse: type[v201.SetVariablesResponse]
    SignedMeterValueType: type[v201.SignedMeterValueType]
    StatusInfoType: type[v201.StatusInfoType]
    StatusNotificationRequest: type[v201.StatusNotificationRequest]
    TransactionEventRequest: type[v201.TransactionEventRequest]
    TransactionType: type[v201.TransactionType]
    TriggerMessageResponse: type[v201.TriggerMessageResponse]
    UnitOfMeasureType: type[v201.UnitOfMeasureType]
    UnlockConnectorResponse: type[v201.UnlockConnectorResponse]
    VariableAttributeType: type[v201.VariableAttributeType]
    VariableCharacteristicsType: type[v201.VariableCharacteristicsType]
    VariableType: type[v201.VariableType]


@frozen
class Edition:
    """One edition. `token_kinds`, `token_length`, `stop_reasons` and `measurands` say what it knows: a fact that was
    made under another version may hold more."""

    version: Version
    messages: Messages
    token_kinds: frozenset[str]
    token_length: int
    measurands: frozenset[str]
    stop_reasons: frozenset[str]

    @property
    def subprotocol(self) -> str:
        """Name of the edition in the WebSocket handshake (part 4, 3.1.2)."""
        return f"ocpp{self.version}"

    def catalogue(self, supported: frozenset[str]) -> Catalogue:
        """The edition's messages, with the calls that are served."""
        m = self.messages
        return Catalogue(self.version, m.REQUESTS, m.RESPONSES, m.SENDS, supported)


EDITION_201: Final = Edition(
    version="2.0.1",
    messages=v201,
    token_kinds=frozenset(get_args(v201.IdTokenEnumType)),
    token_length=36,  # IdTokenType
    measurands=frozenset(get_args(v201.MeasurandEnumType)),
    stop_reasons=frozenset(get_args(v201.ReasonEnumType)),
)
