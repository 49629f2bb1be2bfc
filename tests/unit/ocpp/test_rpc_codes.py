"""Error codes: spelling per version, and which code a refused payload gets."""

from __future__ import annotations

import pytest
from msgspec import Raw

from agent.ocpp.messages import v16, v21, v201
from agent.ocpp.rpc_catalogue import Catalogue, InvalidPayload, Refused, encode
from agent.ocpp.rpc_codes import ErrorCode, malformed_call, refused_payload, spelled

C16 = Catalogue("1.6", v16.REQUESTS, v16.RESPONSES, v16.SENDS, frozenset())
C201 = Catalogue("2.0.1", v201.REQUESTS, v201.RESPONSES, v201.SENDS, frozenset())
C21 = Catalogue("2.1", v21.REQUESTS, v21.RESPONSES, v21.SENDS, frozenset())


def test_codes_of_16_keep_their_misspelling() -> None:
    # OCPP-J 1.6 4.2.3 table 7, errata 5.1 and 5.2
    table = {spelled("1.6", code) for code in ErrorCode}
    assert table == {
        "NotImplemented",
        "NotSupported",
        "InternalError",
        "ProtocolError",
        "SecurityError",
        "FormationViolation",
        "PropertyConstraintViolation",
        "OccurenceConstraintViolation",
        "TypeConstraintViolation",
        "GenericError",
    }


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_codes_of_2x_are_those_of_the_table(version: str) -> None:
    # part 4, 4.3
    assert {spelled(version, code) for code in ErrorCode} == {  # type: ignore[arg-type]
        "FormatViolation",
        "GenericError",
        "InternalError",
        "MessageTypeNotSupported",
        "NotImplemented",
        "NotSupported",
        "OccurrenceConstraintViolation",
        "PropertyConstraintViolation",
        "ProtocolError",
        "RpcFrameworkError",
        "SecurityError",
        "TypeConstraintViolation",
    }


def test_code_of_a_call_that_is_no_frame() -> None:
    assert spelled("1.6", malformed_call("1.6")) == "FormationViolation"
    assert spelled("2.0.1", malformed_call("2.0.1")) == "RpcFrameworkError"
    assert spelled("2.1", malformed_call("2.1")) == "RpcFrameworkError"


def refused(catalogue: Catalogue, action: str, payload: bytes) -> tuple[str, str]:
    verdict = catalogue.decode(catalogue.requests[action], Raw(payload))
    assert isinstance(verdict, Refused), verdict
    return spelled(catalogue.version, verdict.code), verdict.description


CASES = [
    ("Reset", b"{}", "OccurenceConstraintViolation"),
    ("Reset", b'{"type":"Lukewarm"}', "PropertyConstraintViolation"),
    ("Reset", b'{"type":1}', "TypeConstraintViolation"),
    ("Reset", b'{"type":null}', "TypeConstraintViolation"),
    ("Reset", b'{"type":"Soft","why":1}', "FormationViolation"),
    ("Reset", b"[]", "FormationViolation"),
    ("Reset", b'"Soft"', "FormationViolation"),
    ("Reset", b'{"type":"Soft"', "FormationViolation"),
    ("ChangeConfiguration", b'{"key":"k","value":"%s"}' % (b"x" * 501), "PropertyConstraintViolation"),
    ("ChangeAvailability", b'{"connectorId":"1","type":"Operative"}', "TypeConstraintViolation"),
    ("ChangeAvailability", b'{"connectorId":1.5,"type":"Operative"}', "TypeConstraintViolation"),
    ("ChangeAvailability", b'{"connectorId":%d,"type":"Operative"}' % 2**64, "PropertyConstraintViolation"),
    ("ChangeAvailability", b'{"connectorId":1%s,"type":"Operative"}' % (b"0" * 999), "PropertyConstraintViolation"),
    ("GetDiagnostics", b'{"location":"ftp://x","startTime":"yesterday"}', "PropertyConstraintViolation"),
    ("SendLocalList", b'{"listVersion":1,"updateType":"Full","localAuthorizationList":{}}', "TypeConstraintViolation"),
]


@pytest.mark.parametrize(("action", "payload", "code"), CASES)
def test_code_of_a_refused_payload_in_16(action: str, payload: bytes, code: str) -> None:
    assert refused(C16, action, payload)[0] == code


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"getVariableData":[]}', "OccurrenceConstraintViolation"),
        (b'{"getVariableData":[{"component":{"name":"c"}}]}', "OccurrenceConstraintViolation"),
        (b"{}", "OccurrenceConstraintViolation"),
        (b'{"getVariableData":[1]}', "TypeConstraintViolation"),
        (b'{"getVariableData":{}}', "TypeConstraintViolation"),
        (b'{"surplus":1}', "ProtocolError"),
        (b"[1]", "ProtocolError"),
        (b"{]", "FormatViolation"),
        (
            b'{"getVariableData":[{"component":{"name":"c","evse":{"id":1}},"variable":{"name":"%s"}}]}' % (b"x" * 51),
            "PropertyConstraintViolation",
        ),
    ],
)
@pytest.mark.parametrize("catalogue", [C201, C21])
def test_code_of_a_refused_payload_in_2x(catalogue: Catalogue, payload: bytes, code: str) -> None:
    assert refused(catalogue, "GetVariables", payload)[0] == code


def test_code_of_too_many_items() -> None:
    criteria = b",".join([b'"DeltaMonitoring"'] * 4)
    code, _ = refused(C201, "GetMonitoringReport", b'{"requestId":1,"monitoringCriteria":[%s]}' % criteria)
    assert code == "OccurrenceConstraintViolation"


def test_code_of_a_limit_that_is_no_tenth() -> None:
    profile = (
        b'{"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,'
        b'"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","chargingSchedule":'
        b'{"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16.05}]}}}'
    )
    code, why = refused(C16, "SetChargingProfile", profile)
    assert code == "PropertyConstraintViolation"
    assert why == (
        "`limit` is not a multiple of 0.1 at $.csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0]"
    )


def test_description_names_the_place_and_hides_the_pattern() -> None:
    assert refused(C16, "Reset", b'{"type":1}')[1] == "Expected `str`, got `int` at $.type"
    assert refused(C16, "Reset", b"{}")[1] == "Object missing required field `type`"
    date = refused(C16, "GetDiagnostics", b'{"location":"x","startTime":"yesterday"}')[1]
    assert date == "Expected an RFC 3339 date-time at $.startTime"


def test_description_is_bounded() -> None:
    assert len(refused(C16, "Reset", b'{"type":"%s"}' % (b"x" * 100_000))[1]) == 255


def test_a_payload_too_deep_for_the_decoder_is_a_matter_of_format() -> None:
    deep = b'{"vendorId":"x","data":%s}' % (b"[" * 5000 + b"]" * 5000)
    assert refused(C201, "DataTransfer", deep)[0] == "FormatViolation"
    assert refused_payload("1.6", RecursionError("deep"))[0] is ErrorCode.FORMAT_VIOLATION


def test_null_is_an_empty_payload() -> None:
    assert C16.decode(v16.HeartbeatRequest, Raw(b"null")) == v16.HeartbeatRequest()


def test_our_own_payload_is_checked() -> None:
    assert encode(v16.REQUESTS, "Heartbeat", v16.HeartbeatRequest()) == b"{}"
    for action, payload in [
        ("Heartbeat", v16.AuthorizeRequest(idTag="x")),
        ("Unheard", v16.HeartbeatRequest()),
        ("Authorize", v16.AuthorizeRequest(idTag="x" * 21)),
        ("Authorize", v16.AuthorizeRequest(idTag=None)),  # type: ignore[arg-type]
    ]:
        with pytest.raises(InvalidPayload, match=action):
            encode(v16.REQUESTS, action, payload)
    with pytest.raises(InvalidPayload):
        encode(v201.REQUESTS, "Heartbeat", v16.HeartbeatRequest())
    with pytest.raises(InvalidPayload):
        encode(v201.REQUESTS, "DataTransfer", v201.DataTransferRequest(vendorId="x", data={1, object()}))
