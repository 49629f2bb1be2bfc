"""The seam for a later edition: messages of 2.1 take the place of those of 2.0.1 without a line of the blocks."""

from __future__ import annotations

from typing import Any, cast, get_args

import pytest

from agent.core.commands import Verdict
from agent.core.facts import SecurityEventRaised
from agent.core.requests import (
    AuthorizeRequest,
    BootRequest,
    ConnectorStatus,
    DataTransferRequest,
    EventRequest,
    FirmwareStatusRequest,
    HeartbeatRequest,
    LogStatusRequest,
    MeterRequest,
    ReportRequest,
    StatusRequest,
    VariableReport,
)
from agent.core.tokens import IdToken
from agent.ocpp.messages import v21, v201
from agent.ocpp.v2x.dialect import Dialect2x
from agent.ocpp.v2x.edition import EDITION_201, Edition, Messages
from agent.variables.report import rows
from agent.variables.vocabulary import ReportKind
from tests.unit.ocpp.dialect_rig import AT, PERIODIC, Around, answer, step, verdict, wire
from tests.unit.ocpp.v2x.test_calls import CALLS, STATUS_ENUMS

EDITION_21 = Edition(
    version="2.1",
    messages=cast(Messages, v21),
    token_kinds=EDITION_201.token_kinds | {"DirectPayment"},
    token_length=255,
    measurands=frozenset(get_args(v21.MeasurandEnumType)),
    stop_reasons=frozenset(get_args(v21.ReasonEnumType)),
)


@pytest.fixture
def dialect(around: Around) -> Dialect2x:
    return Dialect2x(EDITION_21, around)


def test_an_edition_has_every_message_that_the_blocks_build() -> None:
    wanted = Messages.__annotations__
    assert len(wanted) > 40
    assert [name for name in wanted if not hasattr(v201, name)] == []
    assert [name for name in wanted if not hasattr(v21, name)] == []


def test_names(dialect: Dialect2x) -> None:
    assert dialect.subprotocol == "ocpp2.1"
    assert dialect.catalogue.version == "2.1"
    assert EDITION_201.subprotocol == "ocpp2.0.1"


@pytest.mark.parametrize("action", sorted(STATUS_ENUMS))
def test_calls_are_answered_in_its_messages(dialect: Dialect2x, action: str) -> None:
    for found in set(Verdict) - {Verdict.SECURITY_ERROR}:
        said = answer(dialect, action, CALLS[action], verdict(found, code="C", why="w"))
        assert isinstance(said, dict)
        assert said["status"]


@pytest.mark.parametrize(
    "request_",
    [
        BootRequest(reason="PowerUp"),
        HeartbeatRequest(),
        AuthorizeRequest(token=IdToken("04ab")),
        StatusRequest(evse=1, connector=1, status=ConnectorStatus.CHARGING, occupied=True, stamp=AT),
        MeterRequest(evse=1, samples=(PERIODIC,)),
        EventRequest(event_id=1, component="c", variable="v", value="", evse=1, connector=1, stamp=AT),
        DataTransferRequest(vendor="v", data="[1]"),
        FirmwareStatusRequest(),
        LogStatusRequest(),
    ],
    ids=lambda r: type(r).__name__,
)
def test_requests_are_told_in_its_messages(dialect: Dialect2x, request_: Any) -> None:
    message = dialect.ask(request_)
    assert message is not None
    assert type(message.payload).__module__ == v21.__name__
    wire(dialect, message)


def test_reports_are_told_in_its_messages(dialect: Dialect2x, around: Around) -> None:
    texts = tuple(VariableReport(text) for text in rows(around.registry, ReportKind.FULL))
    message = dialect.ask(ReportRequest(request_id=1, number=0, more=False, stamp=AT, rows=texts))
    assert len(wire(dialect, message)["reportData"]) == len(texts)


def test_facts_are_told_in_its_messages(dialect: Dialect2x) -> None:
    fact = step(samples=(PERIODIC,), token=IdToken("x" * 255, "DirectPayment"))
    assert wire(dialect, dialect.project(fact, offline=False))["idToken"] == {
        "idToken": "x" * 255,
        "type": "DirectPayment",
    }
    event = SecurityEventRaised(seq=1, stamp=AT, kind="StartupOfTheDevice")
    assert wire(dialect, dialect.project(event, offline=False))["type"] == "StartupOfTheDevice"
