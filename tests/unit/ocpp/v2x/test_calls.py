"""Calls of the CSMS in 2.0.1: what each becomes, and each word that an answer can have."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agent.core.commands import (
    ClearCache,
    Command,
    DataTransfer,
    GetBaseReport,
    GetTransactionStatus,
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
)
from agent.core.tokens import IdToken
from agent.ocpp.dialect import Refusal
from agent.ocpp.messages import v201
from agent.ocpp.rpc_codes import ErrorCode
from agent.ocpp.v2x.dialect import Dialect201
from agent.ocpp.v2x.places import NOWHERE
from tests.unit.ocpp.dialect_rig import answer, command, received, verdict

TOKEN = {"idToken": "04ab", "type": "ISO14443"}
PROFILE = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": [
        {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6.0}]}
    ],
}
COMPONENT = {"component": {"name": "TxCtrlr"}, "variable": {"name": "TxStartPoint"}}

CALLS: dict[str, dict[str, Any]] = {
    "ChangeAvailability": {"operationalStatus": "Inoperative"},
    "ClearCache": {},
    "DataTransfer": {"vendorId": "org.example"},
    "GetBaseReport": {"requestId": 4, "reportBase": "FullInventory"},
    "GetTransactionStatus": {},
    "GetVariables": {"getVariableData": [COMPONENT]},
    "RequestStartTransaction": {"idToken": TOKEN, "remoteStartId": 9},
    "RequestStopTransaction": {"transactionId": "T-1"},
    "Reset": {"type": "Immediate"},
    "SetVariables": {"setVariableData": [{**COMPONENT, "attributeValue": "Authorized"}]},
    "TriggerMessage": {"requestedMessage": "Heartbeat"},
    "UnlockConnector": {"evseId": 1, "connectorId": 1},
}
STATUS_ENUMS: dict[str, Any] = {
    "ChangeAvailability": v201.ChangeAvailabilityStatusEnumType,
    "ClearCache": v201.ClearCacheStatusEnumType,
    "DataTransfer": v201.DataTransferStatusEnumType,
    "GetBaseReport": v201.GenericDeviceModelStatusEnumType,
    "RequestStartTransaction": v201.RequestStartStopStatusEnumType,
    "RequestStopTransaction": v201.RequestStartStopStatusEnumType,
    "Reset": v201.ResetStatusEnumType,
    "TriggerMessage": v201.TriggerMessageStatusEnumType,
    "UnlockConnector": v201.UnlockStatusEnumType,
}


def test_serves_these_calls(dialect: Dialect201) -> None:
    assert dialect.subprotocol == "ocpp2.0.1"
    assert dialect.catalogue.version == "2.0.1"
    assert dialect.catalogue.supported == frozenset(CALLS)
    assert dialect.catalogue.supported <= dialect.catalogue.requests.keys()


def availability(operative: bool, evse: int = 0, connector: int = 0) -> SetOperative:
    return SetOperative(operative=operative, evse=evse, connector=connector)


def trigger(kind: TriggerKind, evse: int | None = None, connector: int | None = None) -> TriggerMessage:
    return TriggerMessage(kind=kind, evse=evse, connector=connector, force=False, sampled=False)


DECODED: list[tuple[str, dict[str, Any], Command]] = [
    ("ChangeAvailability", {"operationalStatus": "Operative"}, availability(True)),
    ("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 2}}, availability(False, 2)),
    (
        "ChangeAvailability",
        {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 2}},
        availability(False, 1, 2),
    ),
    # 0 is the station, or the whole EVSE; what cannot be is a place that does not exist
    ("ChangeAvailability", {"operationalStatus": "Operative", "evse": {"id": 0}}, availability(True)),
    (
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 0, "connectorId": 0}},
        availability(True),
    ),
    (
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 0, "connectorId": 1}},
        availability(True, NOWHERE, 1),
    ),
    (
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 1, "connectorId": 0}},
        availability(True, 1),
    ),
    (
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 1, "connectorId": -1}},
        availability(True, 1, NOWHERE),
    ),
    ("ChangeAvailability", {"operationalStatus": "Operative", "evse": {"id": -3}}, availability(True, NOWHERE)),
    (
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 2**62}},
        availability(True, NOWHERE),
    ),
    ("ClearCache", {}, ClearCache()),
    ("DataTransfer", {"vendorId": "v"}, DataTransfer(vendor="v")),
    (
        "DataTransfer",
        {"vendorId": "v", "messageId": "m", "data": "x"},
        DataTransfer(vendor="v", message="m", data='"x"'),
    ),
    ("DataTransfer", {"vendorId": "v", "data": None}, DataTransfer(vendor="v", data="null")),
    (
        "DataTransfer",
        {"vendorId": "v", "data": {"evseId": [1, 2.5, {"a": None}]}},
        DataTransfer(vendor="v", data='{"evseId":[1,2.5,{"a":null}]}'),
    ),
    ("GetBaseReport", CALLS["GetBaseReport"], GetBaseReport(request_id=4, kind="FullInventory")),
    (
        "GetBaseReport",
        {"requestId": -1, "reportBase": "SummaryInventory"},
        GetBaseReport(request_id=-1, kind="SummaryInventory"),
    ),
    ("GetTransactionStatus", {}, GetTransactionStatus()),
    ("GetTransactionStatus", {"transactionId": "T-1"}, GetTransactionStatus(tx="T-1")),
    ("GetTransactionStatus", {"transactionId": ""}, GetTransactionStatus(tx="")),
    (
        "RequestStartTransaction",
        {"idToken": TOKEN, "remoteStartId": 9},
        StartTransaction(token=IdToken("04ab", "ISO14443"), remote_start_id=9),
    ),
    (
        "RequestStartTransaction",
        {
            "idToken": {"idToken": "DE-8AA-123", "type": "eMAID"},
            "remoteStartId": 0,
            "evseId": 2,
            "groupIdToken": {"idToken": "G", "type": "Central"},
            "chargingProfile": PROFILE,  # F01.FR.12: ignored
        },
        StartTransaction(
            token=IdToken("DE-8AA-123", "eMAID"), evse=2, remote_start_id=0, group=IdToken("G", "Central")
        ),
    ),
    (
        "RequestStartTransaction",
        {"idToken": TOKEN, "remoteStartId": 1, "evseId": 0, "groupIdToken": {"idToken": "", "type": "Central"}},
        StartTransaction(token=IdToken("04ab", "ISO14443"), evse=NOWHERE, remote_start_id=1),
    ),
    ("RequestStopTransaction", {"transactionId": "T-1"}, StopTransaction(tx="T-1")),
    ("Reset", {"type": "Immediate"}, Reset(kind=ResetKind.IMMEDIATE, hard=True)),
    ("Reset", {"type": "Immediate", "evseId": 2}, Reset(kind=ResetKind.IMMEDIATE, hard=True, evse=2)),
    ("Reset", {"type": "OnIdle"}, Reset(kind=ResetKind.ON_IDLE, hard=False)),
    ("Reset", {"type": "OnIdle", "evseId": 0}, Reset(kind=ResetKind.ON_IDLE, hard=False, evse=NOWHERE)),
    ("UnlockConnector", {"evseId": 1, "connectorId": 2}, UnlockConnector(evse=1, connector=2, stop=False)),
    ("UnlockConnector", {"evseId": 0, "connectorId": -1}, UnlockConnector(evse=NOWHERE, connector=NOWHERE)),
    ("TriggerMessage", {"requestedMessage": "BootNotification"}, trigger(TriggerKind.BOOT)),
    ("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}, trigger(TriggerKind.FIRMWARE_STATUS)),
    ("TriggerMessage", {"requestedMessage": "Heartbeat"}, trigger(TriggerKind.HEARTBEAT)),
    ("TriggerMessage", {"requestedMessage": "LogStatusNotification"}, trigger(TriggerKind.LOG_STATUS)),
    ("TriggerMessage", {"requestedMessage": "MeterValues", "evse": {"id": 2}}, trigger(TriggerKind.METER, 2)),
    ("TriggerMessage", {"requestedMessage": "MeterValues", "evse": {"id": 0}}, trigger(TriggerKind.METER)),
    ("TriggerMessage", {"requestedMessage": "TransactionEvent"}, trigger(TriggerKind.TRANSACTION)),
    (
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 2}},
        trigger(TriggerKind.STATUS, 1, 2),
    ),
    (
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": 0, "connectorId": 2}},
        trigger(TriggerKind.STATUS),
    ),
    (
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": -1, "connectorId": 0}},
        trigger(TriggerKind.STATUS, NOWHERE, NOWHERE),
    ),
]


@pytest.mark.parametrize(("action", "payload", "wanted"), DECODED)
def test_decodes(dialect: Dialect201, action: str, payload: dict[str, Any], wanted: Command) -> None:
    assert command(dialect, action, payload) == wanted


@pytest.mark.parametrize("name", get_args(v201.MessageTriggerEnumType))
def test_each_trigger_is_sent_or_not_implemented(dialect: Dialect201, name: str) -> None:
    made = command(dialect, "TriggerMessage", {"requestedMessage": name})
    assert isinstance(made, TriggerMessage)
    not_sent = name.startswith(("Sign", "Publish"))
    assert (made.kind is TriggerKind.OTHER) is not_sent


def test_other_actions_are_refused(dialect: Dialect201) -> None:
    log = {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": "ftp://x"}}
    refused = command(dialect, "GetLog", log)
    assert isinstance(refused, Refusal)
    assert refused.code is ErrorCode.NOT_SUPPORTED
    unanswered = dialect.encode("GetLog", received(dialect, "GetLog", log), ClearCache(), verdict(Verdict.ACCEPTED))
    assert isinstance(unanswered, Refusal)
    assert unanswered.code is ErrorCode.INTERNAL_ERROR


def test_data_without_end_is_refused(dialect: Dialect201) -> None:
    data: list[Any] = []
    for _ in range(100_000):
        data = [data]
    refused = dialect.decode("DataTransfer", v201.DataTransferRequest(vendorId="v", data=data))
    assert isinstance(refused, Refusal)
    assert refused.code is ErrorCode.FORMAT_VIOLATION


# Answers


@pytest.mark.parametrize("action", sorted(STATUS_ENUMS))
def test_each_verdict_is_a_word_of_the_answer(dialect: Dialect201, action: str) -> None:
    """Verdicts that the message has a word for are told in it, all others as its refusal; each word can be had."""
    words = set(get_args(STATUS_ENUMS[action]))
    refusal = "UnlockFailed" if action == "UnlockConnector" else "Rejected"
    told = set()
    for found in Verdict:
        if found is Verdict.SECURITY_ERROR:
            continue
        said = answer(dialect, action, CALLS[action], verdict(found))
        assert isinstance(said, dict)
        assert said["status"] == (found.value if found.value in words else refusal), found
        told.add(said["status"])
    assert told == words


@pytest.mark.parametrize("action", sorted(CALLS))
def test_a_station_that_is_rejected_answers_security_error(dialect: Dialect201, action: str) -> None:
    refused = answer(dialect, action, CALLS[action], verdict(Verdict.SECURITY_ERROR))  # B03.FR.08
    assert isinstance(refused, Refusal)
    assert refused.code is ErrorCode.SECURITY_ERROR


WITH_INFO = sorted(STATUS_ENUMS.keys() - {"UnlockConnector"})


@pytest.mark.parametrize("action", WITH_INFO)
def test_a_refusal_says_why(dialect: Dialect201, action: str) -> None:
    why = verdict(Verdict.REJECTED, code="TxInProgress", why="EVSE 1 is busy")
    said = answer(dialect, action, CALLS[action], why)
    assert said == {
        "status": "Rejected",
        "statusInfo": {"reasonCode": "TxInProgress", "additionalInfo": "EVSE 1 is busy"},
    }


@pytest.mark.parametrize("action", WITH_INFO)
def test_a_positive_answer_needs_no_reason(dialect: Dialect201, action: str) -> None:
    assert answer(dialect, action, CALLS[action], verdict(Verdict.ACCEPTED, code="X", why="y")) == {
        "status": "Accepted"
    }


@pytest.mark.parametrize(
    ("code", "why", "info"),
    [
        ("", "", None),
        ("Faulted", "", {"reasonCode": "Faulted"}),
        ("", "a reason", {"reasonCode": "Unspecified", "additionalInfo": "a reason"}),
        ("C" * 21, "w" * 513, {"reasonCode": "C" * 20, "additionalInfo": "w" * 512}),
    ],
)
def test_status_info_keeps_its_bounds(dialect: Dialect201, code: str, why: str, info: dict[str, str] | None) -> None:
    said = answer(dialect, "Reset", CALLS["Reset"], verdict(Verdict.REJECTED, code=code, why=why))
    assert isinstance(said, dict)
    assert said.get("statusInfo") == info


@pytest.mark.parametrize(
    ("found", "status", "code"),
    [
        (Verdict.UNLOCKED, "Unlocked", None),
        (Verdict.UNLOCK_FAILED, "UnlockFailed", None),
        (Verdict.NOT_SUPPORTED, "UnlockFailed", "FixedCable"),
        (Verdict.ONGOING_TRANSACTION, "OngoingAuthorizedTransaction", "TxInProgress"),  # F05.FR.02
        (Verdict.UNKNOWN_CONNECTOR, "UnknownConnector", "UnknownConnectorId"),  # F05.FR.03
    ],
)
def test_unlocking(dialect: Dialect201, found: Verdict, status: str, code: str | None) -> None:
    said = answer(dialect, "UnlockConnector", CALLS["UnlockConnector"], verdict(found))
    assert isinstance(said, dict)
    assert said["status"] == status
    assert said.get("statusInfo", {}).get("reasonCode") == code


def test_start_names_the_transaction_that_waits(dialect: Dialect201) -> None:
    start = CALLS["RequestStartTransaction"]
    accepted = answer(dialect, "RequestStartTransaction", start, verdict(Verdict.ACCEPTED, tx="T-1"))
    assert accepted == {"status": "Accepted", "transactionId": "T-1"}  # F01.FR.13


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (Result(verdict=Verdict.ACCEPTED, queued=True), {"messagesInQueue": True}),  # E14.FR.06, E14.FR.07
        (Result(verdict=Verdict.ACCEPTED), {"messagesInQueue": False}),  # E14.FR.08
        (
            Result(verdict=Verdict.ACCEPTED, ongoing=True, queued=True),
            {"messagesInQueue": True, "ongoingIndicator": True},
        ),
        (Result(verdict=Verdict.ACCEPTED, ongoing=False), {"messagesInQueue": False, "ongoingIndicator": False}),
    ],
)
def test_transaction_status(dialect: Dialect201, result: Result, said: dict[str, bool]) -> None:
    assert answer(dialect, "GetTransactionStatus", {}, result) == said


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('{"evseId":[1,2.5,null]}', {"evseId": [1, 2.5, None]}),
        ('"x"', "x"),
        ("null", None),
        ("0", 0),
        ("no JSON", "no JSON"),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_data_of_an_answer_is_any_json(dialect: Dialect201, text: str, data: Any) -> None:
    said = answer(dialect, "DataTransfer", CALLS["DataTransfer"], verdict(Verdict.ACCEPTED, data=text))
    assert said == {"status": "Accepted", "data": data}
