"""What the station asks in 2.0.1, and what the answers say."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from agent.core.events import (
    AnyEvent,
    AuthorizeAnswered,
    BootAnswered,
    HeartbeatAnswered,
    RegistrationStatus,
    RequestDone,
)
from agent.core.requests import (
    AnyRequest,
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
)
from agent.core.samples import Context, Sample
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.ocpp.messages import v201
from agent.ocpp.v2x.dialect import Dialect201
from agent.variables.topology import ENERGY
from tests.unit.ocpp.dialect_rig import (
    AT,
    AT_TEXT,
    PERIODIC,
    UNTIMED,
    UNTIMED_TEXT,
    Around,
    Payload,
    response,
    samples,
    wire,
)

REGISTER_WIRE = {
    "value": 12345.678,
    "context": "Sample.Periodic",
    "measurand": ENERGY,
    "location": "Outlet",
    "unitOfMeasure": {"unit": "Wh"},
}


def status(
    found: ConnectorStatus, occupied: bool, *, evse: int = 1, connector: int = 2, forced: bool = False
) -> StatusRequest:
    return StatusRequest(evse=evse, connector=connector, status=found, occupied=occupied, stamp=AT, forced=forced)


@pytest.mark.parametrize(
    ("request_", "action", "payload"),
    [
        (HeartbeatRequest(), "Heartbeat", {}),
        (AuthorizeRequest(token=IdToken("04ab")), "Authorize", {"idToken": {"idToken": "04ab", "type": "ISO14443"}}),
        (
            MeterRequest(evse=2, samples=(PERIODIC,), tx="T-1"),
            "MeterValues",
            {"evseId": 2, "meterValue": [{"timestamp": AT_TEXT, "sampledValue": [REGISTER_WIRE]}]},
        ),
        (DataTransferRequest(vendor="v"), "DataTransfer", {"vendorId": "v"}),
        (
            DataTransferRequest(vendor="v", message="m", data='{"a":[null]}'),
            "DataTransfer",
            {"vendorId": "v", "messageId": "m", "data": {"a": [None]}},
        ),
        (DataTransferRequest(vendor="v", data="no JSON"), "DataTransfer", {"vendorId": "v", "data": "no JSON"}),
        (FirmwareStatusRequest(), "FirmwareStatusNotification", {"status": "Idle"}),  # F06.FR.16
        (LogStatusRequest(), "LogStatusNotification", {"status": "Idle"}),  # F06.FR.15
    ],
)
def test_asks(dialect: Dialect201, request_: AnyRequest, action: str, payload: Payload) -> None:
    message = dialect.ask(request_)
    assert message is not None
    assert message.action == action
    assert wire(dialect, message) == payload


def test_meter_values_without_a_value_are_not_sent(dialect: Dialect201) -> None:
    assert dialect.ask(MeterRequest(evse=0, samples=())) is None
    unknown = samples(Context.CLOCK, Sample("Display.BatteryEnergyCapacity", 1, "Wh"))
    assert dialect.ask(MeterRequest(evse=0, samples=(unknown,))) is None


def test_a_token_that_is_too_long_is_not_asked_for(dialect: Dialect201) -> None:
    """Its first 36 characters may be somebody else's."""
    assert dialect.ask(AuthorizeRequest(token=IdToken("x" * 36))) is not None
    assert dialect.ask(AuthorizeRequest(token=IdToken("x" * 37))) is None


# Boot


@pytest.mark.parametrize("reason", get_args(v201.BootReasonEnumType))
def test_boots_for_each_reason(dialect: Dialect201, reason: str) -> None:
    assert wire(dialect, dialect.ask(BootRequest(reason=reason))) == {
        "chargingStation": {"vendorName": "Vendor", "model": "Model"},
        "reason": reason,  # B01.FR.09
    }


@pytest.mark.parametrize(
    ("modem", "told"),
    [
        ({"iccid": "89" * 11, "imsi": "262"}, {"iccid": "89" * 10, "imsi": "262"}),
        ({"imsi": "2" * 21}, {"imsi": "2" * 20}),
    ],
)
def test_boots_with_all_that_is_known_within_its_bounds(modem: dict[str, str], told: dict[str, str]) -> None:
    around = Around(
        vendor="V" * 51, model="M" * 21, serial="S" * 26, firmware="F" * 51, meter_type="never told here", **modem
    )
    dialect = Dialect201(around)
    assert wire(dialect, dialect.ask(BootRequest(reason="PowerUp")))["chargingStation"] == {
        "vendorName": "V" * 50,
        "model": "M" * 20,
        "serialNumber": "S" * 25,
        "firmwareVersion": "F" * 50,
        "modem": told,
    }


# Status

FOLDED = {
    ConnectorStatus.AVAILABLE: ("Available", "Occupied"),
    ConnectorStatus.PREPARING: ("Available", "Occupied"),
    ConnectorStatus.CHARGING: ("Available", "Occupied"),
    ConnectorStatus.SUSPENDED_EV: ("Available", "Occupied"),
    ConnectorStatus.SUSPENDED_EVSE: ("Available", "Occupied"),
    ConnectorStatus.FINISHING: ("Available", "Occupied"),
    ConnectorStatus.RESERVED: ("Reserved", "Reserved"),
    ConnectorStatus.UNAVAILABLE: ("Unavailable", "Unavailable"),
    ConnectorStatus.FAULTED: ("Faulted", "Faulted"),
}


@pytest.mark.parametrize("found", list(ConnectorStatus))
@pytest.mark.parametrize("occupied", [False, True])
def test_status_has_five_words(dialect: Dialect201, found: ConnectorStatus, occupied: bool) -> None:
    message = dialect.ask(status(found, occupied))
    assert message is not None
    assert message.action == "StatusNotification"
    assert wire(dialect, message) == {
        "timestamp": AT_TEXT,
        "connectorStatus": FOLDED[found][occupied],
        "evseId": 1,
        "connectorId": 2,
    }


def test_the_station_as_a_whole_has_no_status(dialect: Dialect201) -> None:
    assert dialect.ask(status(ConnectorStatus.AVAILABLE, False, evse=0, connector=0, forced=True)) is None


def tell(dialect: Dialect201, request: StatusRequest, *, answered: bool = True) -> str | None:
    """Ask to send a status; gives the word that goes out, which the CSMS answers."""
    message = dialect.ask(request)
    if message is None:
        return None
    if answered:
        done = dialect.reply(3, request, response(dialect, "StatusNotification", {}))
        assert done == RequestDone(request_id=3)
    word: str = wire(dialect, message)["connectorStatus"]
    return word


def test_a_change_that_2x_has_no_word_for_is_not_told(dialect: Dialect201) -> None:
    assert tell(dialect, status(ConnectorStatus.PREPARING, True)) == "Occupied"
    assert tell(dialect, status(ConnectorStatus.CHARGING, True)) is None
    assert tell(dialect, status(ConnectorStatus.SUSPENDED_EV, True)) is None
    assert tell(dialect, status(ConnectorStatus.CHARGING, True, forced=True)) == "Occupied"
    assert tell(dialect, status(ConnectorStatus.AVAILABLE, False)) == "Available"
    assert tell(dialect, status(ConnectorStatus.AVAILABLE, False)) is None


def test_each_connector_is_remembered_for_itself(dialect: Dialect201) -> None:
    assert tell(dialect, status(ConnectorStatus.PREPARING, True)) == "Occupied"
    assert tell(dialect, status(ConnectorStatus.PREPARING, True, connector=1)) == "Occupied"
    assert tell(dialect, status(ConnectorStatus.PREPARING, True, evse=2)) == "Occupied"
    assert tell(dialect, status(ConnectorStatus.CHARGING, True, connector=1)) is None


def test_a_status_that_was_not_answered_may_be_lost(dialect: Dialect201) -> None:
    assert tell(dialect, status(ConnectorStatus.AVAILABLE, False)) == "Available"
    assert tell(dialect, status(ConnectorStatus.PREPARING, True), answered=False) == "Occupied"
    assert tell(dialect, status(ConnectorStatus.CHARGING, True), answered=False) == "Occupied"
    assert tell(dialect, status(ConnectorStatus.AVAILABLE, False)) == "Available"


def test_a_time_that_was_not_known_is_told_as_it_is_known_now(dialect: Dialect201) -> None:
    request = StatusRequest(evse=1, connector=1, status=ConnectorStatus.AVAILABLE, occupied=False, stamp=UNTIMED)
    assert wire(dialect, dialect.ask(request))["timestamp"] == UNTIMED_TEXT


# Answers


def replied(dialect: Dialect201, request: AnyRequest, action: str, payload: Payload) -> AnyEvent:
    return dialect.reply(12, request, response(dialect, action, payload))


@pytest.mark.parametrize("word", get_args(v201.RegistrationStatusEnumType))
def test_boot_is_answered(dialect: Dialect201, word: str) -> None:
    payload = {"currentTime": AT_TEXT, "interval": 300, "status": word}
    assert replied(dialect, BootRequest(reason="PowerUp"), "BootNotification", payload) == BootAnswered(
        status=RegistrationStatus(word), interval_s=300, time_ms=AT.wall_ms
    )


def test_a_boot_interval_is_never_negative(dialect: Dialect201) -> None:
    payload = {"currentTime": AT_TEXT, "interval": -5, "status": "Pending"}
    found = replied(dialect, BootRequest(reason="PowerUp"), "BootNotification", payload)
    assert isinstance(found, BootAnswered)
    assert found.interval_s == 0


def test_heartbeat_is_answered(dialect: Dialect201) -> None:
    found = replied(dialect, HeartbeatRequest(), "Heartbeat", {"currentTime": "2026-01-01T01:00:00.25+01:00"})
    assert found == HeartbeatAnswered(time_ms=AT.wall_ms)


@pytest.mark.parametrize("word", get_args(v201.AuthorizationStatusEnumType))
def test_authorize_is_answered(dialect: Dialect201, word: str) -> None:
    found = replied(dialect, AuthorizeRequest(token=IdToken("a")), "Authorize", {"idTokenInfo": {"status": word}})
    assert found == AuthorizeAnswered(request_id=12, info=TokenInfo(status=AuthorizationStatus(word)))


INFO: Payload = {
    "status": "Accepted",
    "cacheExpiryDateTime": AT_TEXT,
    "chargingPriority": -3,
    "evseId": [1, 2],
    "groupIdToken": {"idToken": "G", "type": "Central"},
    "language1": "de",
    "language2": "en",
    "personalMessage": {"format": "UTF8", "content": "hello"},
}
INFO_TOLD = TokenInfo(
    status=AuthorizationStatus.ACCEPTED,
    group=IdToken("G", "Central"),
    expiry_ms=AT.wall_ms,
    evses=(1, 2),
    priority=-3,
    language="de",
    message="hello",
)


def test_all_that_is_said_of_a_token(dialect: Dialect201) -> None:
    found = replied(dialect, AuthorizeRequest(token=IdToken("a")), "Authorize", {"idTokenInfo": INFO})
    assert found == AuthorizeAnswered(request_id=12, info=INFO_TOLD)


def test_an_empty_group_is_none(dialect: Dialect201) -> None:
    info = {"status": "Accepted", "groupIdToken": {"idToken": "", "type": "Central"}}
    found = replied(dialect, AuthorizeRequest(token=IdToken("a")), "Authorize", {"idTokenInfo": info})
    assert isinstance(found, AuthorizeAnswered)
    assert found.info.group is None


@pytest.mark.parametrize(
    ("request_", "action", "payload"),
    [
        (MeterRequest(evse=1, samples=(PERIODIC,)), "MeterValues", {}),
        (ReportRequest(request_id=1, number=0, more=False, stamp=AT, rows=()), "NotifyReport", {}),
        (
            EventRequest(event_id=1, component="c", variable="v", value="", evse=1, connector=1, stamp=AT),
            "NotifyEvent",
            {},
        ),
        (DataTransferRequest(vendor="v"), "DataTransfer", {"status": "Accepted", "data": {"any": 1}}),
        (FirmwareStatusRequest(), "FirmwareStatusNotification", {}),
        (LogStatusRequest(), "LogStatusNotification", {}),
    ],
)
def test_other_answers_need_only_be_known(dialect: Dialect201, request_: Any, action: str, payload: Payload) -> None:
    assert replied(dialect, request_, action, payload) == RequestDone(request_id=12)
