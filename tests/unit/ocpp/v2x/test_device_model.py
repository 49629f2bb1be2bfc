"""Variables and reports in 2.0.1, over a real registry."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agent.core.clock import MonoMs, Now
from agent.core.commands import (
    GetVariables,
    Result,
    SetVariables,
    VariableQuery,
    VariableResult,
    Verdict,
)
from agent.core.provisioning import Provisioning
from agent.core.requests import EventRequest, ReportRequest, VariableReport
from agent.core.turn import Turn
from agent.ocpp.dialect import Refusal
from agent.ocpp.messages import v201
from agent.ocpp.rpc_codes import ErrorCode
from agent.ocpp.v2x.dialect import Dialect201
from agent.ocpp.v2x.places import NOWHERE
from agent.variables import names
from agent.variables.report import rows
from agent.variables.vocabulary import AttributeType, Change, ReportKind
from tests.unit.ocpp.dialect_rig import AT, AT_TEXT, Around, Payload, answer, command, wire

THRESHOLD = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
PASSWORD = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
ITEMS = {
    "component": {"name": "DeviceDataCtrlr"},
    "variable": {"name": "ItemsPerMessage", "instance": "GetVariables"},
}


def get(dialect: Dialect201, around: Around, *items: Payload) -> list[Payload]:
    """GetVariables, answered from the registry."""
    payload = {"getVariableData": list(items)}
    made = command(dialect, "GetVariables", payload)
    assert isinstance(made, GetVariables)
    said = answer(dialect, "GetVariables", payload, Provisioning(around.registry).get(made))
    assert isinstance(said, dict)
    found: list[Payload] = said["getVariableResult"]
    return found


def put(dialect: Dialect201, around: Around, *items: Payload) -> list[Payload]:
    """SetVariables, done on the registry."""
    payload = {"setVariableData": list(items)}
    made = command(dialect, "SetVariables", payload)
    assert isinstance(made, SetVariables)
    turn = Turn(Now(mono_ms=MonoMs(0), wall_ms=None, boot=1))
    result, _ = Provisioning(around.registry).set(turn, made, "csms")
    said = answer(dialect, "SetVariables", payload, result)
    assert isinstance(said, dict)
    found: list[Payload] = said["setVariableResult"]
    return found


# Get


def test_a_question_names_its_variable(dialect: Dialect201) -> None:
    item = {
        "component": {"name": "Connector", "instance": "a", "evse": {"id": 1, "connectorId": 2}},
        "variable": {"name": "PhaseRotation", "instance": "b"},
        "attributeType": "MaxSet",
    }
    assert command(dialect, "GetVariables", {"getVariableData": [item]}) == GetVariables(
        queries=(
            VariableQuery(
                component="Connector",
                variable="PhaseRotation",
                component_instance="a",
                variable_instance="b",
                evse=1,
                connector=2,
                attribute="MaxSet",
            ),
        )
    )


def test_what_is_left_out_is_none_and_actual(dialect: Dialect201) -> None:
    made = command(dialect, "GetVariables", {"getVariableData": [THRESHOLD]})
    assert made == GetVariables(
        queries=(VariableQuery(component="OCPPCommCtrlr", variable="OfflineThreshold", attribute="Actual"),)
    )


def test_each_item_is_answered_in_its_place(dialect: Dialect201, around: Around) -> None:
    unknown = {"component": {"name": "Nothing"}, "variable": {"name": "At", "instance": "all"}}
    found = get(dialect, around, ITEMS, unknown, THRESHOLD)
    assert found == [
        {**ITEMS, "attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": "100"},
        {
            **unknown,
            "attributeStatus": "UnknownComponent",  # B06.FR.06
            "attributeType": "Actual",
            "attributeStatusInfo": {"reasonCode": "NotFound"},
        },
        {**THRESHOLD, "attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": "60"},
    ]


def test_names_come_back_as_they_were_asked(dialect: Dialect201, around: Around) -> None:
    """Identifiers are case-insensitive; custom data of the CSMS is its own."""
    item = {
        "component": {"name": "ocppcommctrlr", "customData": {"vendorId": "v", "x": 1}},
        "variable": {"name": "OFFLINETHRESHOLD"},
        "attributeType": "Actual",
    }
    (found,) = get(dialect, around, item)
    assert found["attributeValue"] == "60"
    assert found["component"]["name"] == "ocppcommctrlr"
    assert found["variable"] == item["variable"]
    assert found["attributeType"] == "Actual"  # B06.FR.03


@pytest.mark.parametrize(
    ("item", "status", "code"),
    [
        (PASSWORD, "Rejected", "WriteOnly"),  # B06.FR.09
        ({**THRESHOLD, "attributeType": "Target"}, "NotSupportedAttributeType", "UnsupportedParam"),  # B06.FR.08
        ({"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "No"}}, "UnknownVariable", "NotFound"),
        ({"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "No"}}, "UnknownVariable", "NotFound"),
        (
            {"component": {"name": "EVSE", "evse": {"id": 9}}, "variable": {"name": "Power"}},
            "UnknownComponent",
            "NotFound",
        ),
        ({**ITEMS, "variable": {"name": "ItemsPerMessage"}}, "UnknownVariable", "NotFound"),  # B06.FR.15
    ],
)
def test_what_cannot_be_read(dialect: Dialect201, around: Around, item: Payload, status: str, code: str) -> None:
    (found,) = get(dialect, around, item)
    assert found["attributeStatus"] == status
    assert found["attributeStatusInfo"] == {"reasonCode": code}
    assert "attributeValue" not in found


@pytest.mark.parametrize("place", [{"id": 0}, {"id": -1}, {"id": 0, "connectorId": 0}, {"id": 2**40}])
def test_an_evse_that_cannot_be_is_not_the_station(dialect: Dialect201, around: Around, place: Payload) -> None:
    item = {"component": {"name": "OCPPCommCtrlr", "evse": place}, "variable": {"name": "OfflineThreshold"}}
    (found,) = get(dialect, around, item)
    assert found["attributeStatus"] == "UnknownComponent"
    made = command(dialect, "GetVariables", {"getVariableData": [item]})
    assert isinstance(made, GetVariables)
    assert made.queries[0].evse == NOWHERE


def test_an_empty_instance_is_none(dialect: Dialect201, around: Around) -> None:
    item = {
        "component": {"name": "OCPPCommCtrlr", "instance": ""},
        "variable": {"name": "OfflineThreshold", "instance": ""},
    }
    (found,) = get(dialect, around, item)
    assert found["attributeStatus"] == "Accepted"


def test_a_value_that_is_not_set_is_empty(dialect: Dialect201) -> None:
    query = VariableQuery(component="OCPPCommCtrlr", variable="OfflineThreshold")
    empty = Result(verdict=Verdict.ACCEPTED, variables=(VariableResult(query=query, status="Accepted", value=None),))
    said = answer(dialect, "GetVariables", {"getVariableData": [THRESHOLD]}, empty)
    assert isinstance(said, dict)
    assert said["getVariableResult"][0]["attributeValue"] == ""  # B06.FR.13


def test_a_value_keeps_its_bound(dialect: Dialect201) -> None:
    query = VariableQuery(component="OCPPCommCtrlr", variable="OfflineThreshold")
    long = Result(
        verdict=Verdict.ACCEPTED, variables=(VariableResult(query=query, status="Accepted", value="x" * 2501),)
    )
    said = answer(dialect, "GetVariables", {"getVariableData": [THRESHOLD]}, long)
    assert isinstance(said, dict)
    assert said["getVariableResult"][0]["attributeValue"] == "x" * 2500


@pytest.mark.parametrize(
    ("action", "field", "limit"),
    [
        ("GetVariables", "getVariableData", names.ITEMS_PER_GET_VARIABLES),
        ("SetVariables", "setVariableData", names.ITEMS_PER_SET_VARIABLES),
    ],
)
def test_more_items_than_announced(dialect: Dialect201, around: Around, action: str, field: str, limit: Any) -> None:
    item = THRESHOLD if action == "GetVariables" else {**THRESHOLD, "attributeValue": "1"}
    allowed = around.registry.integer(limit)
    assert not isinstance(command(dialect, action, {field: [item] * allowed}), Refusal)
    refused = command(dialect, action, {field: [item] * (allowed + 1)})
    assert isinstance(refused, Refusal)
    assert refused.code is ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION  # B06.FR.16
    assert str(allowed) in refused.why


# Set


def test_a_write_names_its_value(dialect: Dialect201) -> None:
    item = {
        "component": {"name": "EVSE", "evse": {"id": 2}},
        "variable": {"name": "Power"},
        "attributeType": "MaxSet",
        "attributeValue": "",
    }
    assert command(dialect, "SetVariables", {"setVariableData": [item]}) == SetVariables(
        queries=(VariableQuery(component="EVSE", variable="Power", evse=2, attribute="MaxSet", value=""),)
    )


def test_writes_are_answered_one_by_one(dialect: Dialect201, around: Around) -> None:
    found = put(
        dialect,
        around,
        {**THRESHOLD, "attributeValue": "abc"},
        {**THRESHOLD, "attributeType": "Actual", "attributeValue": "300"},
        {**THRESHOLD, "attributeType": "Target", "attributeValue": "300"},
        {**ITEMS, "attributeValue": "5"},
        {"component": {"name": "No"}, "variable": {"name": "No"}, "attributeValue": "1"},
        {"component": {"name": "TxCtrlr"}, "variable": {"name": "No"}, "attributeValue": "1"},
    )
    assert [(f["attributeStatus"], f.get("attributeStatusInfo", {}).get("reasonCode")) for f in found] == [
        ("Rejected", "InvalidValue"),  # B05.FR.07
        ("Accepted", None),
        ("NotSupportedAttributeType", "UnsupportedParam"),
        ("Rejected", "ReadOnly"),  # B05.FR.09
        ("UnknownComponent", "NotFound"),
        ("UnknownVariable", "NotFound"),
    ]
    assert [f["attributeType"] for f in found] == ["Actual", "Actual", "Target", "Actual", "Actual", "Actual"]
    assert [f["component"]["name"] for f in found][-2:] == ["No", "TxCtrlr"]
    assert around.registry.integer(names.OFFLINE_THRESHOLD) == 300


def test_each_status_of_a_write_can_be_told(dialect: Dialect201) -> None:
    words = get_args(v201.SetVariableStatusEnumType)
    query = VariableQuery(component="OCPPCommCtrlr", variable="OfflineThreshold")
    items = [{**THRESHOLD, "attributeValue": "1"}] * len(words)
    results = tuple(VariableResult(query=query, status=word, code="C", why="w") for word in words)
    said = answer(
        dialect, "SetVariables", {"setVariableData": items}, Result(verdict=Verdict.ACCEPTED, variables=results)
    )
    assert isinstance(said, dict)
    told = said["setVariableResult"]
    assert [t["attributeStatus"] for t in told] == list(words)
    info = {"reasonCode": "C", "additionalInfo": "w"}
    assert [t.get("attributeStatusInfo") for t in told] == [None if w == "Accepted" else info for w in words]


# Reports


def page(around: Around, *texts: str, number: int = 0, more: bool = False) -> ReportRequest:
    return ReportRequest(
        request_id=44, number=number, more=more, stamp=AT, rows=tuple(VariableReport(text) for text in texts)
    )


def test_a_page_shows_its_rows(dialect: Dialect201, around: Around) -> None:
    message = dialect.ask(page(around, "OCPPCommCtrlr.OfflineThreshold", number=2, more=True))
    assert message is not None
    assert message.action == "NotifyReport"
    assert wire(dialect, message) == {
        "requestId": 44,
        "generatedAt": AT_TEXT,
        "seqNo": 2,  # B07.FR.10
        "tbc": True,
        "reportData": [
            {
                **THRESHOLD,
                "variableAttribute": [
                    {"type": "Actual", "value": "60", "mutability": "ReadWrite", "persistent": True, "constant": False}
                ],
                "variableCharacteristics": {
                    "dataType": "integer",
                    "unit": "s",
                    "minLimit": 0,
                    "maxLimit": 2592000,
                    "supportsMonitoring": False,
                },
            }
        ],
    }


def test_the_last_page_says_nothing_of_more(dialect: Dialect201, around: Around) -> None:
    assert "tbc" not in wire(dialect, dialect.ask(page(around, "OCPPCommCtrlr.OfflineThreshold")))


def test_a_page_has_the_values_of_the_moment_it_is_sent(dialect: Dialect201, around: Around) -> None:
    request = page(around, "OCPPCommCtrlr.OfflineThreshold")
    around.registry.apply(Change(names.OFFLINE_THRESHOLD, AttributeType.ACTUAL, "301"))
    row = wire(dialect, dialect.ask(request))["reportData"][0]
    assert row["variableAttribute"][0]["value"] == "301"


def test_what_is_gone_is_left_out(dialect: Dialect201, around: Around) -> None:
    found = wire(
        dialect, dialect.ask(page(around, "Gone.Away", "OCPPCommCtrlr.OfflineThreshold", "Connector:9:9.Available"))
    )
    assert [row["variable"]["name"] for row in found["reportData"]] == ["OfflineThreshold"]
    assert "reportData" not in wire(dialect, dialect.ask(page(around, "Gone.Away")))


def test_a_secret_is_not_told(dialect: Dialect201, around: Around) -> None:
    row = wire(dialect, dialect.ask(page(around, "SecurityCtrlr.BasicAuthPassword")))["reportData"][0]
    assert [a["mutability"] for a in row["variableAttribute"]] == ["WriteOnly"]
    assert "value" not in row["variableAttribute"][0]  # B07.FR.03


def test_rows_of_parts_name_their_place_and_instance(dialect: Dialect201, around: Around) -> None:
    texts = (
        "EVSE:2.AvailabilityState",
        "Connector:1:2.AvailabilityState",
        "DeviceDataCtrlr.ItemsPerMessage[GetReport]",
    )
    evse, connector, items = wire(dialect, dialect.ask(page(around, *texts)))["reportData"]
    assert evse["component"] == {"name": "EVSE", "evse": {"id": 2}}
    assert connector["component"] == {"name": "Connector", "evse": {"id": 1, "connectorId": 2}}
    assert items["component"] == {"name": "DeviceDataCtrlr"}
    assert items["variable"] == {"name": "ItemsPerMessage", "instance": "GetReport"}


@pytest.mark.parametrize("kind", list(ReportKind))
def test_each_row_of_each_base_report_fits_its_schema(dialect: Dialect201, around: Around, kind: ReportKind) -> None:
    texts = rows(around.registry, kind)
    told = [wire(dialect, dialect.ask(page(around, text)))["reportData"][0] for text in texts]
    assert len(told) == len(texts) > 0
    for row in told:
        listed = row["variableCharacteristics"]["dataType"] in {"OptionList", "SequenceList", "MemberList"}
        assert not listed or row["variableCharacteristics"]["valuesList"]  # TC_B_12_CS
        if kind is ReportKind.CONFIGURATION:
            assert {a["mutability"] for a in row["variableAttribute"]} <= {"ReadWrite", "WriteOnly"}


# Events


def event(**fields: Any) -> EventRequest:
    given: dict[str, Any] = {
        "event_id": 5,
        "component": "ConnectorPlugRetentionLock",
        "variable": "Problem",
        "value": "true",
        "evse": 1,
        "connector": 2,
        "stamp": AT,
        **fields,
    }
    return EventRequest(**given)


def test_an_event_of_a_component(dialect: Dialect201) -> None:
    message = dialect.ask(event())
    assert message is not None
    assert message.action == "NotifyEvent"
    assert wire(dialect, message) == {  # G05.FR.02
        "generatedAt": AT_TEXT,
        "seqNo": 0,
        "eventData": [
            {
                "eventId": 5,
                "timestamp": AT_TEXT,
                "trigger": "Delta",
                "actualValue": "true",
                "component": {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1, "connectorId": 2}},
                "variable": {"name": "Problem"},
                "eventNotificationType": "HardWiredNotification",
            }
        ],
    }


def test_an_event_of_the_station_that_is_over(dialect: Dialect201) -> None:
    (told,) = wire(dialect, dialect.ask(event(evse=0, connector=0, value="v" * 2501, cleared=True)))["eventData"]
    assert told["component"] == {"name": "ConnectorPlugRetentionLock"}
    assert told["cleared"] is True
    assert told["actualValue"] == "v" * 2500
