"""What the station asks in 1.6, and what the answers say."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
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
from agent.ocpp.messages import v16
from agent.ocpp.v16.dialect import Dialect16
from hal.types import Fault, FaultCode
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

PERIODIC_WIRE = {
    "timestamp": AT_TEXT,
    "sampledValue": [
        {
            "value": "12345.678",
            "context": "Sample.Periodic",
            "format": "Raw",
            "measurand": "Energy.Active.Import.Register",
            "location": "Outlet",
            "unit": "Wh",
        }
    ],
}


@pytest.mark.parametrize(
    ("request_", "action", "payload"),
    [
        (HeartbeatRequest(), "Heartbeat", {}),
        (AuthorizeRequest(token=IdToken("04ab")), "Authorize", {"idTag": "04ab"}),
        (
            MeterRequest(evse=2, samples=(PERIODIC,)),
            "MeterValues",
            {"connectorId": 3, "meterValue": [PERIODIC_WIRE]},
        ),
        (
            MeterRequest(evse=1, connector=2, samples=(PERIODIC,), tx="T-9"),
            "MeterValues",
            {"connectorId": 2, "transactionId": -1, "meterValue": [PERIODIC_WIRE]},
        ),
        (MeterRequest(evse=0, samples=(PERIODIC,)), "MeterValues", {"connectorId": 0, "meterValue": [PERIODIC_WIRE]}),
        (DataTransferRequest(vendor="v"), "DataTransfer", {"vendorId": "v"}),
        (
            DataTransferRequest(vendor="v", message="m", data=""),
            "DataTransfer",
            {"vendorId": "v", "messageId": "m", "data": ""},
        ),
        (FirmwareStatusRequest(), "FirmwareStatusNotification", {"status": "Idle"}),
        (LogStatusRequest(), "DiagnosticsStatusNotification", {"status": "Idle"}),
    ],
)
def test_asks(dialect: Dialect16, request_: AnyRequest, action: str, payload: Payload) -> None:
    message = dialect.ask(request_)
    assert message is not None
    assert message.action == action
    assert wire(dialect, message) == payload


def test_a_transaction_that_the_csms_named_is_called_so(dialect: Dialect16, around: Around) -> None:
    around.wire_ids["T-1"] = 0
    found = wire(dialect, dialect.ask(MeterRequest(evse=1, samples=(PERIODIC,), tx="T-1")))
    assert found["transactionId"] == 0


@pytest.mark.parametrize(
    "request_",
    [
        ReportRequest(request_id=1, number=0, more=False, stamp=AT, rows=()),
        EventRequest(event_id=1, component="c", variable="v", value="", evse=1, connector=1, stamp=AT),
        MeterRequest(evse=1, samples=()),
        MeterRequest(evse=1, samples=(samples(Context.CLOCK, Sample("Energy.Active.Net", 1, "Wh")),)),
    ],
    ids=["report", "event", "no samples", "no measurand of 1.6"],
)
def test_what_1_6_has_no_word_for_is_not_sent(dialect: Dialect16, request_: AnyRequest) -> None:
    assert dialect.ask(request_) is None


def test_a_token_that_is_too_long_is_not_asked_for(dialect: Dialect16) -> None:
    """Its first 20 characters may be somebody else's."""
    assert dialect.ask(AuthorizeRequest(token=IdToken("x" * 21))) is None


# Boot


def test_boots(dialect: Dialect16) -> None:
    assert wire(dialect, dialect.ask(BootRequest(reason="PowerUp"))) == {
        "chargePointVendor": "Vendor",
        "chargePointModel": "Model",
    }


def test_boots_with_all_that_is_known_within_its_bounds() -> None:
    long = "x" * 60
    around = Around(
        vendor=long,
        model=long,
        serial=long,
        firmware=long,
        iccid=long,
        imsi=long,
        box_serial=long,
        meter_type=long,
        meter_serial=long,
    )
    dialect = Dialect16(around)
    found = wire(dialect, dialect.ask(BootRequest(reason="PowerUp")))
    assert {name: len(value) for name, value in found.items()} == {
        "chargePointVendor": 20,
        "chargePointModel": 20,
        "chargePointSerialNumber": 25,
        "chargeBoxSerialNumber": 25,
        "firmwareVersion": 50,
        "iccid": 20,
        "imsi": 20,
        "meterType": 25,
        "meterSerialNumber": 25,
    }


# Status


def status(found: ConnectorStatus, **fields: Any) -> StatusRequest:
    given: dict[str, Any] = {"evse": 1, "connector": 2, "occupied": True, "stamp": AT, **fields}
    return StatusRequest(status=found, **given)


def notice(dialect: Dialect16, request: StatusRequest) -> Payload:
    message = dialect.ask(request)
    assert message is not None
    assert message.action == "StatusNotification"
    return wire(dialect, message)


@pytest.mark.parametrize("found", list(ConnectorStatus))
def test_each_status_of_a_connector(dialect: Dialect16, found: ConnectorStatus) -> None:
    assert notice(dialect, status(found)) == {
        "connectorId": 2,
        "errorCode": "NoError",
        "status": found.value,
        "timestamp": AT_TEXT,
    }


@pytest.mark.parametrize("found", list(ConnectorStatus))
def test_the_station_has_three_words(dialect: Dialect16, found: ConnectorStatus) -> None:
    told = notice(dialect, status(found, evse=0, connector=0))
    assert told["connectorId"] == 0
    kept = found in {ConnectorStatus.UNAVAILABLE, ConnectorStatus.FAULTED}
    assert told["status"] == (found.value if kept else "Available")


@pytest.mark.parametrize(("evse", "connector", "number"), [(1, 1, 1), (1, 2, 2), (2, 1, 3)])
def test_connectors_count_through_the_evses(dialect: Dialect16, evse: int, connector: int, number: int) -> None:
    assert notice(dialect, status(ConnectorStatus.CHARGING, evse=evse, connector=connector))["connectorId"] == number


FAULTED = {
    FaultCode.LOCK: "ConnectorLockFailure",
    FaultCode.RESIDUAL_CURRENT: "GroundFailure",
    FaultCode.GROUND: "GroundFailure",
    FaultCode.OVER_TEMPERATURE: "HighTemperature",
    FaultCode.INTERNAL: "InternalError",
    FaultCode.GUARD_LOST: "InternalError",
    FaultCode.OVER_CURRENT: "OverCurrentFailure",
    FaultCode.OVER_VOLTAGE: "OverVoltage",
    FaultCode.POWER_METER: "PowerMeterFailure",
    FaultCode.METER_IMPLAUSIBLE: "PowerMeterFailure",
    FaultCode.CONTACTOR_WELDED: "PowerSwitchFailure",
    FaultCode.CONTACTOR_STUCK_OPEN: "PowerSwitchFailure",
    FaultCode.READER: "ReaderFailure",
    FaultCode.UNDER_VOLTAGE: "UnderVoltage",
    FaultCode.BROWNOUT: "UnderVoltage",
}


@pytest.mark.parametrize("code", list(FaultCode))
def test_each_fault_has_an_error_code(dialect: Dialect16, code: FaultCode) -> None:
    told = notice(dialect, status(ConnectorStatus.FAULTED, fault=Fault(code=code, evse=1)))
    assert told["errorCode"] == FAULTED.get(code, "OtherError")
    assert "info" not in told
    assert "vendorErrorCode" not in told


@pytest.mark.parametrize("found", list(ConnectorStatus))
@pytest.mark.parametrize("code", [FaultCode.DIODE, FaultCode.PILOT_SHORT])
def test_an_error_with_the_car_has_its_own_statuses(
    dialect: Dialect16, found: ConnectorStatus, code: FaultCode
) -> None:
    own = {"Preparing", "SuspendedEV", "SuspendedEVSE", "Finishing"}  # §4.9
    told = notice(dialect, status(found, fault=Fault(code=code, evse=1)))
    assert told["errorCode"] == ("EVCommunicationError" if found.value in own else "OtherError")


@pytest.mark.parametrize("name", get_args(v16.ChargePointErrorCode))
def test_a_device_may_know_the_error_code(dialect: Dialect16, name: str) -> None:
    fault = Fault(code=FaultCode.INTERNAL, evse=1, ocpp16_error_code=name)
    assert notice(dialect, status(ConnectorStatus.PREPARING, fault=fault))["errorCode"] == name


def test_a_device_may_have_words_of_its_own(dialect: Dialect16) -> None:
    fault = Fault(
        code=FaultCode.INTERNAL, evse=1, ocpp16_error_code="NoSuchCode", info="i" * 51, vendor_error_code="v" * 51
    )
    told = notice(dialect, status(ConnectorStatus.FAULTED, fault=fault, ev_gone=True))
    assert told["errorCode"] == "OtherError"
    assert told["info"] == "i" * 50
    assert told["vendorErrorCode"] == "v" * 50
    assert told["vendorId"] == "Vendor"  # whose code it is


def test_a_cable_that_was_unplugged_at_the_car(dialect: Dialect16) -> None:
    told = notice(dialect, status(ConnectorStatus.SUSPENDED_EV, ev_gone=True))
    assert told["info"] == "EV side disconnected"
    assert told["errorCode"] == "NoError"


def test_a_time_that_was_not_known_is_told_as_it_is_known_now(dialect: Dialect16) -> None:
    assert notice(dialect, status(ConnectorStatus.CHARGING, stamp=UNTIMED))["timestamp"] == UNTIMED_TEXT


def tell(dialect: Dialect16, request: StatusRequest, *, answered: bool = True) -> str | None:
    """Ask to send a status; gives the word that goes out, which the CSMS answers."""
    message = dialect.ask(request)
    if message is None:
        return None
    if answered:
        done = dialect.reply(3, request, response(dialect, "StatusNotification", {}))
        assert done == RequestDone(request_id=3)
    word: str = wire(dialect, message)["status"]
    return word


def test_the_same_is_not_told_twice(dialect: Dialect16) -> None:
    """A plug comes to a connector that waits for one: Preparing before and after."""
    assert tell(dialect, status(ConnectorStatus.PREPARING, occupied=False)) == "Preparing"
    assert tell(dialect, status(ConnectorStatus.PREPARING)) is None
    assert tell(dialect, status(ConnectorStatus.PREPARING, forced=True)) == "Preparing"
    assert tell(dialect, status(ConnectorStatus.PREPARING, connector=1)) == "Preparing"
    assert tell(dialect, status(ConnectorStatus.PREPARING, fault=Fault(code=FaultCode.READER, evse=1))) == "Preparing"
    assert tell(dialect, status(ConnectorStatus.CHARGING)) == "Charging"


def test_a_status_that_was_not_answered_may_be_lost(dialect: Dialect16) -> None:
    assert tell(dialect, status(ConnectorStatus.CHARGING)) == "Charging"
    assert tell(dialect, status(ConnectorStatus.SUSPENDED_EV), answered=False) == "SuspendedEV"
    assert tell(dialect, status(ConnectorStatus.SUSPENDED_EV)) == "SuspendedEV"
    assert tell(dialect, status(ConnectorStatus.SUSPENDED_EV)) is None


# Answers


def replied(dialect: Dialect16, request: AnyRequest, action: str, payload: Payload) -> AnyEvent:
    return dialect.reply(12, request, response(dialect, action, payload))


@pytest.mark.parametrize("word", get_args(v16.RegistrationStatus))
@pytest.mark.parametrize("interval", [-1, 0, 300])
def test_boot_is_answered(dialect: Dialect16, word: str, interval: int) -> None:
    payload = {"currentTime": AT_TEXT, "interval": interval, "status": word}
    assert replied(dialect, BootRequest(reason="PowerUp"), "BootNotification", payload) == BootAnswered(
        status=RegistrationStatus(word), interval_s=max(interval, 0), time_ms=AT.wall_ms
    )


def test_heartbeat_is_answered(dialect: Dialect16) -> None:
    found = replied(dialect, HeartbeatRequest(), "Heartbeat", {"currentTime": "2026-01-01T01:00:00.25+01:00"})
    assert found == HeartbeatAnswered(time_ms=AT.wall_ms)


@pytest.mark.parametrize("word", get_args(v16.AuthorizationStatus))
def test_authorize_is_answered(dialect: Dialect16, word: str) -> None:
    found = replied(dialect, AuthorizeRequest(token=IdToken("a")), "Authorize", {"idTagInfo": {"status": word}})
    assert found == AuthorizeAnswered(request_id=12, info=TokenInfo(status=AuthorizationStatus(word)))


def test_all_that_is_said_of_a_token(dialect: Dialect16) -> None:
    info = {"status": "Accepted", "expiryDate": AT_TEXT, "parentIdTag": "G"}
    assert replied(
        dialect, AuthorizeRequest(token=IdToken("a")), "Authorize", {"idTagInfo": info}
    ) == AuthorizeAnswered(
        request_id=12,
        info=TokenInfo(status=AuthorizationStatus.ACCEPTED, group=IdToken("G", "Central"), expiry_ms=AT.wall_ms),
    )


def test_an_empty_parent_makes_nobody_a_group(dialect: Dialect16) -> None:
    info = {"status": "Accepted", "parentIdTag": ""}
    found = replied(dialect, AuthorizeRequest(token=IdToken("a")), "Authorize", {"idTagInfo": info})
    assert isinstance(found, AuthorizeAnswered)
    assert found.info.group is None


@pytest.mark.parametrize(
    ("request_", "action", "payload"),
    [
        (MeterRequest(evse=1, samples=(PERIODIC,)), "MeterValues", {}),
        (DataTransferRequest(vendor="v"), "DataTransfer", {"status": "Accepted", "data": "x"}),
        (FirmwareStatusRequest(), "FirmwareStatusNotification", {}),
        (LogStatusRequest(), "DiagnosticsStatusNotification", {}),
    ],
)
def test_other_answers_need_only_be_known(dialect: Dialect16, request_: Any, action: str, payload: Payload) -> None:
    assert replied(dialect, request_, action, payload) == RequestDone(request_id=12)


# Samples


def values(dialect: Dialect16, *found: Sample, context: Context = Context.PERIODIC) -> list[Payload]:
    request = MeterRequest(evse=1, samples=(samples(context, *found),))
    told: list[Payload] = wire(dialect, dialect.ask(request))["meterValue"][0]["sampledValue"]
    return told


@pytest.mark.parametrize(
    ("milli", "text"),
    [
        (0, "0"),
        (1, "0.001"),
        (10, "0.01"),
        (12_500, "12.5"),
        (-250, "-0.25"),
        (-1_000, "-1"),
        (123_456_789_012_345, "123456789012.345"),
    ],
)
def test_a_value_is_a_decimal_without_needless_zeros(dialect: Dialect16, milli: int, text: str) -> None:
    assert values(dialect, Sample("Voltage", milli, "V"))[0]["value"] == text


@pytest.mark.parametrize("context", list(Context))
def test_each_context(dialect: Dialect16, context: Context) -> None:
    assert values(dialect, Sample("Voltage", 230_000, "V"), context=context)[0]["context"] == context.value


def test_a_phase_and_a_place_of_its_own(dialect: Dialect16) -> None:
    (told,) = values(dialect, Sample("Current.Import", 16_000, "A", phase="L1", location="Inlet"))
    assert told["phase"] == "L1"
    assert told["location"] == "Inlet"


def test_a_frequency_has_no_unit(dialect: Dialect16) -> None:
    (told,) = values(dialect, Sample("Frequency", 50_000, "Hz"))
    assert told["value"] == "50"
    assert "unit" not in told


def test_measurands_of_another_version_are_left_out(dialect: Dialect16) -> None:
    told = values(dialect, Sample("Energy.Apparent.Net", 1, "VAh"), Sample("SoC", 80_000, "Percent"))
    assert [value["measurand"] for value in told] == ["SoC"]


def test_a_signed_value_stands_beside_the_plain_one(dialect: Dialect16) -> None:
    signed = Sample(
        "Energy.Active.Import.Register",
        1_000,
        "Wh",
        signed_data="OCMF|{}|{}",
        signing_method="",
        encoding_method="OCMF",
        public_key="oca:base16:asn1:00",
    )
    plain, beside = values(dialect, signed, context=Context.END)
    assert (plain["format"], plain["value"]) == ("Raw", "1")
    assert beside["format"] == "SignedData"
    assert beside["context"] == "Transaction.End"
    assert msgspec.json.decode(beside["value"]) == {
        "signedMeterData": "OCMF|{}|{}",
        "encodingMethod": "OCMF",
        "publicKey": "oca:base16:asn1:00",
    }
