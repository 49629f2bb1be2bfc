"""Calls of the CSMS in 1.6: what each becomes, and each word that an answer can have.

The station has three connectors: 1 and 2 are those of EVSE 1, 3 is that of EVSE 2.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agent.core.commands import (
    ClearCache,
    Command,
    DataTransfer,
    Inspect,
    PlannedWrite,
    Reset,
    ResetKind,
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
from agent.ocpp.dialect import Refusal
from agent.ocpp.messages import v16
from agent.ocpp.rpc_codes import ErrorCode
from agent.ocpp.v16.dialect import Dialect16
from agent.variables import names
from agent.variables.projection16 import Projection16
from agent.variables.vocabulary import AttributeType, Change
from tests.unit.ocpp.dialect_rig import Around, Payload, answer, command, received, verdict

NOWHERE = 0x7FFF_FFFF
CALLS: dict[str, Payload] = {
    "ChangeAvailability": {"connectorId": 0, "type": "Inoperative"},
    "ChangeConfiguration": {"key": "HeartbeatInterval", "value": "60"},
    "ClearCache": {},
    "DataTransfer": {"vendorId": "org.example"},
    "GetConfiguration": {},
    "RemoteStartTransaction": {"idTag": "04AB"},
    "RemoteStopTransaction": {"transactionId": 17},
    "Reset": {"type": "Hard"},
    "TriggerMessage": {"requestedMessage": "Heartbeat"},
    "UnlockConnector": {"connectorId": 1},
}
STATUS_ENUMS: dict[str, Any] = {
    "ChangeAvailability": v16.AvailabilityStatus,
    "ClearCache": v16.ClearCacheStatus,
    "DataTransfer": v16.DataTransferStatus,
    "RemoteStartTransaction": v16.RemoteStartStopStatus,
    "RemoteStopTransaction": v16.RemoteStartStopStatus,
    "Reset": v16.ResetStatus,
    "TriggerMessage": v16.TriggerMessageStatus,
    "UnlockConnector": v16.UnlockStatus,
}


def test_serves_these_calls(dialect: Dialect16) -> None:
    assert dialect.subprotocol == "ocpp1.6"
    assert dialect.catalogue.version == "1.6"
    assert dialect.catalogue.supported == frozenset(CALLS)
    assert dialect.catalogue.supported <= dialect.catalogue.requests.keys()


def availability(operative: bool, evse: int = 0, connector: int = 0) -> SetOperative:
    return SetOperative(operative=operative, evse=evse, connector=connector, outright=operative)


def trigger(kind: TriggerKind, evse: int | None = None, connector: int | None = None) -> TriggerMessage:
    return TriggerMessage(kind=kind, evse=evse, connector=connector, force=True, sampled=True)


def start(evse: int | None = None, connector: int | None = None) -> StartTransaction:
    return StartTransaction(token=IdToken("04AB", ANY_KIND), evse=evse, connector=connector)


DECODED: list[tuple[str, Payload, Command]] = [
    ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}, availability(True)),
    ("ChangeAvailability", {"connectorId": 2, "type": "Inoperative"}, availability(False, 1, 2)),
    ("ChangeAvailability", {"connectorId": 3, "type": "Operative"}, availability(True, 2, 1)),
    ("ChangeAvailability", {"connectorId": 4, "type": "Operative"}, availability(True, NOWHERE, 1)),
    ("ChangeAvailability", {"connectorId": -1, "type": "Operative"}, availability(True, NOWHERE, 1)),
    ("ClearCache", {}, ClearCache()),
    ("DataTransfer", {"vendorId": "v"}, DataTransfer(vendor="v")),
    ("DataTransfer", {"vendorId": "v", "messageId": "m", "data": ""}, DataTransfer(vendor="v", message="m", data="")),
    ("DataTransfer", {"vendorId": "v", "data": '{"a":1}'}, DataTransfer(vendor="v", data='{"a":1}')),
    ("GetConfiguration", {}, Inspect()),
    ("GetConfiguration", {"key": ["HeartbeatInterval"]}, Inspect()),
    ("RemoteStartTransaction", {"idTag": "04AB"}, start()),
    ("RemoteStartTransaction", {"idTag": "04AB", "connectorId": 2}, start(1, 2)),
    ("RemoteStartTransaction", {"idTag": "04AB", "connectorId": 0}, start(NOWHERE, 1)),
    ("Reset", {"type": "Hard"}, Reset(kind=ResetKind.IMMEDIATE, hard=True)),
    ("Reset", {"type": "Soft"}, Reset(kind=ResetKind.IMMEDIATE, hard=False)),
    ("UnlockConnector", {"connectorId": 3}, UnlockConnector(evse=2, connector=1, stop=True)),
    ("UnlockConnector", {"connectorId": 0}, UnlockConnector(evse=NOWHERE, connector=1, stop=True)),
    ("TriggerMessage", {"requestedMessage": "BootNotification"}, trigger(TriggerKind.BOOT)),
    ("TriggerMessage", {"requestedMessage": "DiagnosticsStatusNotification"}, trigger(TriggerKind.DIAGNOSTICS_STATUS)),
    ("TriggerMessage", {"requestedMessage": "FirmwareStatusNotification"}, trigger(TriggerKind.FIRMWARE_STATUS)),
    ("TriggerMessage", {"requestedMessage": "Heartbeat", "connectorId": 9}, trigger(TriggerKind.HEARTBEAT, NOWHERE, 1)),
    ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 2}, trigger(TriggerKind.METER, 1, 2)),
    ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 0}, trigger(TriggerKind.METER)),
    ("TriggerMessage", {"requestedMessage": "StatusNotification"}, trigger(TriggerKind.STATUS)),
    ("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 0}, trigger(TriggerKind.STATUS, 0, 0)),
    ("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 3}, trigger(TriggerKind.STATUS, 2, 1)),
]


@pytest.mark.parametrize(("action", "payload", "wanted"), DECODED)
def test_decodes(dialect: Dialect16, action: str, payload: Payload, wanted: Command) -> None:
    assert command(dialect, action, payload) == wanted


@pytest.mark.parametrize("name", get_args(v16.MessageTrigger))
def test_each_trigger_is_one_that_the_station_sends(dialect: Dialect16, name: str) -> None:
    made = command(dialect, "TriggerMessage", {"requestedMessage": name})
    assert isinstance(made, TriggerMessage)
    assert made.kind is not TriggerKind.OTHER


def test_a_stop_names_our_transaction(dialect: Dialect16, around: Around) -> None:
    around.wire_ids.update({"T-1": 17, "T-2": 18})
    assert command(dialect, "RemoteStopTransaction", {"transactionId": 18}) == StopTransaction(tx="T-2")
    assert command(dialect, "RemoteStopTransaction", {"transactionId": 17}) == StopTransaction(tx="T-1")
    assert command(dialect, "RemoteStopTransaction", {"transactionId": 19}) == StopTransaction(tx="")


def test_of_two_transactions_with_one_id_the_newer_is_meant(dialect: Dialect16, around: Around) -> None:
    """A CSMS that starts its counter anew gives an id twice."""
    around.wire_ids.update({"T-1": 17, "T-2": 17})
    assert command(dialect, "RemoteStopTransaction", {"transactionId": 17}) == StopTransaction(tx="T-2")


def test_other_actions_are_refused(dialect: Dialect16) -> None:
    payload = {"location": "ftp://x"}
    refused = command(dialect, "GetDiagnostics", payload)
    assert isinstance(refused, Refusal)
    assert refused.code is ErrorCode.NOT_SUPPORTED
    call = received(dialect, "GetDiagnostics", payload)
    unanswered = dialect.encode("GetDiagnostics", call, ClearCache(), verdict(Verdict.ACCEPTED))
    assert isinstance(unanswered, Refusal)
    assert unanswered.code is ErrorCode.INTERNAL_ERROR


# Answers


@pytest.mark.parametrize("action", sorted(STATUS_ENUMS))
def test_each_verdict_is_a_word_of_the_answer(dialect: Dialect16, action: str) -> None:
    """Verdicts that the message has a word for are told in it, all others as its refusal; each word can be had."""
    words = set(get_args(STATUS_ENUMS[action]))
    unlocking = action == "UnlockConnector"
    told = set()
    for found in set(Verdict) - {Verdict.SECURITY_ERROR}:
        said = answer(dialect, action, CALLS[action], verdict(found))
        assert isinstance(said, dict)
        wanted = found.value if found.value in words else "UnlockFailed" if unlocking else "Rejected"
        if unlocking and found is Verdict.UNKNOWN_CONNECTOR:
            wanted = "NotSupported"
        assert said == {"status": wanted}, found
        told.add(wanted)
    assert told == words


@pytest.mark.parametrize("action", sorted(CALLS))
def test_a_station_that_is_rejected_answers_nothing(dialect: Dialect16, action: str) -> None:
    """§4.2."""
    call = received(dialect, action, CALLS[action])
    made = dialect.decode(action, call)
    assert not isinstance(made, Refusal)
    assert dialect.encode(action, call, made, verdict(Verdict.SECURITY_ERROR)) is None


@pytest.mark.parametrize("text", ["", "x", '{"a":1}'])
def test_data_of_an_answer_is_a_text(dialect: Dialect16, text: str) -> None:
    said = answer(dialect, "DataTransfer", CALLS["DataTransfer"], verdict(Verdict.ACCEPTED, data=text))
    assert said == {"status": "Accepted", "data": text}


# Configuration


def test_a_change_is_planned_on_the_variables(dialect: Dialect16) -> None:
    made = command(dialect, "ChangeConfiguration", {"key": "heartbeatinterval", "value": "61"})
    assert isinstance(made, WriteVariables)
    assert made.writes == (PlannedWrite("OCPPCommCtrlr.HeartbeatInterval", "61"),)


def test_a_key_may_stand_for_two_variables(dialect: Dialect16) -> None:
    made = command(dialect, "ChangeConfiguration", {"key": "ClockAlignedDataInterval", "value": "900"})
    assert isinstance(made, WriteVariables)
    assert made.writes == (
        PlannedWrite("AlignedDataCtrlr.Interval", "900"),
        PlannedWrite("AlignedDataCtrlr.TxEndedInterval", "900"),
    )


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("HeartbeatInterval", "61", "Accepted"),
        ("HeartbeatInterval", "-1", "Rejected"),
        ("HeartbeatInterval", "abc", "Rejected"),
        ("NumberOfConnectors", "5", "Rejected"),
        ("NoSuchKey", "5", "NotSupported"),
    ],
)
def test_a_change_is_answered(dialect: Dialect16, key: str, value: str, status: str) -> None:
    payload = {"key": key, "value": value}
    made = command(dialect, "ChangeConfiguration", payload)
    assert isinstance(made, WriteVariables)
    assert bool(made.writes) is (status == "Accepted")
    assert answer(dialect, "ChangeConfiguration", payload, verdict(Verdict.ACCEPTED)) == {"status": status}


def test_keys_are_told_as_they_were_asked_for(dialect: Dialect16, around: Around) -> None:
    around.registry.apply(Change(names.HEARTBEAT_INTERVAL, AttributeType.ACTUAL, "77"))
    payload = {"key": ["NoSuchKey", "numberofconnectors", "HeartbeatInterval", "Nor This"]}
    assert answer(dialect, "GetConfiguration", payload, verdict(Verdict.ACCEPTED)) == {
        "configurationKey": [
            {"key": "NumberOfConnectors", "readonly": True, "value": "3"},
            {"key": "HeartbeatInterval", "readonly": False, "value": "77"},
        ],
        "unknownKey": ["NoSuchKey", "Nor This"],
    }


def test_only_unknown_keys(dialect: Dialect16) -> None:
    payload = {"key": ["NoSuchKey"]}
    assert answer(dialect, "GetConfiguration", payload, verdict(Verdict.ACCEPTED)) == {"unknownKey": ["NoSuchKey"]}


@pytest.mark.parametrize("payload", [{}, {"key": []}])
def test_no_key_asks_for_all(dialect: Dialect16, around: Around, payload: Payload) -> None:
    said = answer(dialect, "GetConfiguration", payload, verdict(Verdict.ACCEPTED))
    assert isinstance(said, dict)
    assert [k["key"] for k in said["configurationKey"]] == list(Projection16(around.registry).names())
    assert "unknownKey" not in said


def test_a_key_that_may_only_be_written_has_no_value(dialect: Dialect16) -> None:
    said = answer(dialect, "GetConfiguration", {"key": ["AuthorizationKey"]}, verdict(Verdict.ACCEPTED))
    assert said == {"configurationKey": [{"key": "AuthorizationKey", "readonly": False}]}
