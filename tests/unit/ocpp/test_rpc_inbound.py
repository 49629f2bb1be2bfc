"""Calls of the peer: what is handed on, what is refused and how, and that none acts twice."""

from __future__ import annotations

import json

import pytest

from agent.ocpp.messages import v16, v21, v201
from agent.ocpp.rpc_catalogue import InvalidPayload
from agent.ocpp.rpc_codes import ErrorCode, Version
from agent.ocpp.rpc_events import Ignored, InboundCall, InboundSend, PeerRemark, Transmit
from agent.ocpp.rpc_inbound import Limits, NoSuchCall
from tests.unit.ocpp.rpc_ends import MODULES, VERSIONS, end, error, errors, only, sent

CLEAR = '[2,"a","ClearCache",{}]'


def accepted(version: Version) -> v16.ClearCacheResponse | v201.ClearCacheResponse | v21.ClearCacheResponse:
    response = MODULES[version].ClearCacheResponse(status="Accepted")
    assert isinstance(response, v16.ClearCacheResponse | v201.ClearCacheResponse | v21.ClearCacheResponse)
    return response


@pytest.mark.parametrize("version", VERSIONS)
def test_call_is_handed_on_and_answered(version: Version) -> None:
    rpc = end(version)
    call = InboundCall("a", "ClearCache", MODULES[version].ClearCacheRequest())
    assert rpc.receive(CLEAR, 0) == [call]
    assert json.loads(rpc.answer("a", accepted(version), 1)) == [3, "a", {"status": "Accepted"}]


@pytest.mark.parametrize("version", VERSIONS)
def test_null_is_an_empty_payload(version: Version) -> None:
    # 1.6-J 4.2.1, 2.x part 4 4.1.5
    assert isinstance(only(end(version).receive('[2,"a","ClearCache",null]', 0)), InboundCall)


@pytest.mark.parametrize("version", VERSIONS)
def test_failure_is_spelled_as_the_version_spells_it(version: Version) -> None:
    rpc = end(version)
    rpc.receive(CLEAR, 0)
    frame = json.loads(rpc.fail("a", ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, "why", 1, {"field": "x"}))
    code = "OccurenceConstraintViolation" if version == "1.6" else "OccurrenceConstraintViolation"
    assert frame == [4, "a", code, "why", {"field": "x"}]


def test_description_is_cut_and_details_are_an_object() -> None:
    rpc = end("2.0.1")
    rpc.receive(CLEAR, 0)
    _, _, _, description, details = json.loads(rpc.fail("a", ErrorCode.INTERNAL_ERROR, "x" * 300, 1))
    assert len(description) == 255  # part 4, 4.2.3
    assert details == {}


def test_a_call_may_be_ignored() -> None:
    """1.6 §4.2: a station that is rejected does not answer. The same id is then a new call."""
    rpc = end("1.6")
    with pytest.raises(NoSuchCall):
        rpc.ignore("a")
    for _ in range(2):
        assert isinstance(only(rpc.receive(CLEAR, 0)), InboundCall)
        rpc.ignore("a")
    with pytest.raises(NoSuchCall):
        rpc.answer("a", accepted("1.6"), 0)


def test_a_call_is_answered_once() -> None:
    rpc = end("1.6")
    with pytest.raises(NoSuchCall):
        rpc.answer("a", accepted("1.6"), 0)
    rpc.receive(CLEAR, 0)
    rpc.answer("a", accepted("1.6"), 1)
    with pytest.raises(NoSuchCall):
        rpc.answer("a", accepted("1.6"), 2)
    with pytest.raises(NoSuchCall):
        rpc.fail("a", ErrorCode.INTERNAL_ERROR, "", 3)


def test_a_wrong_answer_of_ours_leaves_the_call_open() -> None:
    rpc = end("2.0.1")
    rpc.receive(CLEAR, 0)
    with pytest.raises(InvalidPayload):
        rpc.answer("a", v201.ResetResponse(status="Accepted"), 1)
    with pytest.raises(InvalidPayload):
        rpc.answer("a", v201.ClearCacheResponse(status="Perhaps"), 1)  # type: ignore[arg-type]
    assert json.loads(rpc.fail("a", ErrorCode.INTERNAL_ERROR, "bug", 2))[:3] == [4, "a", "InternalError"]


@pytest.mark.parametrize("version", VERSIONS)
def test_unknown_and_unsupported_actions(version: Version) -> None:
    # the words of the specification: an unknown action is not implemented, a known one is not supported
    rpc = end(version)
    assert errors(rpc.receive('[2,"a","FlyToTheMoon",{}]', 0)) == [error("a", "NotImplemented")]
    assert errors(rpc.receive('[2,"b","clearcache",{}]', 0)) == [error("b", "NotImplemented")]  # case-sensitive
    assert errors(rpc.receive('[2,"c","UnlockConnector",{}]', 0)) == [error("c", "NotSupported")]
    assert errors(rpc.receive('[2,"d","BootNotification",{}]', 0)) == [error("d", "NotSupported")]  # ours to send


def test_unconfirmed_action_in_a_call_is_not_supported() -> None:
    supported = frozenset({"NotifyPeriodicEventStream"})
    text = '[2,"a","NotifyPeriodicEventStream",{}]'
    assert errors(end("2.1", supported=supported).receive(text, 0)) == [error("a", "NotSupported")]
    assert errors(end("2.0.1").receive(text, 0)) == [error("a", "NotImplemented")]


@pytest.mark.parametrize("version", VERSIONS)
def test_payload_against_its_schema(version: Version) -> None:
    codes = {
        "{}": "OccurrenceConstraintViolation",
        '{"type":"Lukewarm"}': "PropertyConstraintViolation",
        '{"type":1}': "TypeConstraintViolation",
        '{"type":"Soft","x":1}' if version == "1.6" else '{"type":"Immediate","x":1}': "ProtocolError",
        "[]": "ProtocolError",
    }
    words = {"OccurrenceConstraintViolation": "OccurenceConstraintViolation", "ProtocolError": "FormationViolation"}
    for payload, code in codes.items():
        expected = words.get(code, code) if version == "1.6" else code
        assert errors(end(version).receive(f'[2,"a","Reset",{payload}]', 0)) == [error("a", expected)], payload


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "text",
    ['[2,"a"]', '[2,"a","ClearCache"]', '[2,"a","ClearCache",{},{}]', '[2,"a",{},"ClearCache"]', '[2,"a",null,{}]'],
)
def test_call_of_another_shape(version: Version, text: str) -> None:
    code = "FormationViolation" if version == "1.6" else "RpcFrameworkError"
    assert errors(end(version).receive(text, 0)) == [error("a", code)]


# --- ids that come again ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
def test_repetition_of_an_open_call_waits_for_its_answer(version: Version) -> None:
    rpc = end(version)
    rpc.receive(CLEAR, 0)
    assert isinstance(only(rpc.receive(CLEAR, 1)), Ignored)
    assert rpc.answer("a", accepted(version), 2)


@pytest.mark.parametrize("version", VERSIONS)
def test_other_call_under_the_id_of_an_open_one_is_refused(version: Version) -> None:
    # an existing call with the same id is being handled already: 1.6-J and 2.x part 4, 4.2.3
    rpc = end(version)
    rpc.receive('[2,"a","DataTransfer",{"vendorId":"x"}]', 0)
    code = "GenericError" if version == "1.6" else "RpcFrameworkError"
    assert errors(rpc.receive('[2,"a","DataTransfer",{"vendorId":"y"}]', 1)) == [error("a", code)]
    assert errors(rpc.receive(CLEAR, 2)) == [error("a", code)]
    response = MODULES[version].DataTransferResponse(status="Accepted")
    assert json.loads(rpc.answer("a", response, 3))[:2] == [3, "a"]


@pytest.mark.parametrize("version", VERSIONS)
def test_repetition_gets_the_answer_that_was_given(version: Version) -> None:
    rpc = end(version)
    rpc.receive(CLEAR, 0)
    frame = rpc.answer("a", accepted(version), 1)
    again = only(rpc.receive(CLEAR, 60_000))
    assert isinstance(again, Transmit)
    assert again.frame == frame
    rpc.receive('[2,"b","ClearCache",{}]', 60_001)
    refusal = rpc.fail("b", ErrorCode.INTERNAL_ERROR, "no", 60_002)
    repeated = only(rpc.receive('[2,"b","ClearCache",{}]', 60_003))
    assert isinstance(repeated, Transmit)
    assert repeated.frame == refusal


def test_given_answer_is_forgotten_in_time() -> None:
    rpc = end("1.6", limits=Limits(repeat_window_ms=1000))
    rpc.receive(CLEAR, 0)
    rpc.answer("a", accepted("1.6"), 500)
    assert isinstance(only(rpc.receive(CLEAR, 1499)), Transmit)
    assert isinstance(only(rpc.receive(CLEAR, 1500)), InboundCall)


def test_other_call_under_the_id_of_an_answered_one_is_a_new_call() -> None:
    # against 4.1.4, but nothing is being handled any more, and there are peers that use one id for all
    rpc = end("1.6")
    rpc.receive(CLEAR, 0)
    rpc.answer("a", accepted("1.6"), 1)
    reset = '[2,"a","Reset",{"type":"Soft"}]'
    assert isinstance(only(rpc.receive(reset, 2)), InboundCall)
    frame = rpc.answer("a", v16.ResetResponse(status="Rejected"), 3)
    again = only(rpc.receive(reset, 4))
    assert isinstance(again, Transmit)
    assert again.frame == frame


def test_given_answers_are_bounded_in_number() -> None:
    rpc = end("1.6", limits=Limits(max_answers=2))
    for name in "abc":
        rpc.receive(f'[2,"{name}","ClearCache",{{}}]', 0)
        rpc.answer(name, accepted("1.6"), 1)
    kinds = [type(only(rpc.receive(f'[2,"{name}","ClearCache",{{}}]', 2))) for name in "abc"]
    assert kinds == [InboundCall, Transmit, Transmit]


def test_given_answers_are_bounded_in_bytes_but_the_last_one_stays() -> None:
    rpc = end("1.6", limits=Limits(max_answers_bytes=100))
    for name in ("a", "b"):
        rpc.receive(f'[2,"{name}","DataTransfer",{{"vendorId":"x"}}]', 0)
        rpc.answer(name, v16.DataTransferResponse(status="Accepted", data="d" * 200), 1)
    kinds = [type(only(rpc.receive(f'[2,"{name}","DataTransfer",{{"vendorId":"x"}}]', 2))) for name in ("a", "b")]
    assert kinds == [InboundCall, Transmit]


@pytest.mark.parametrize("version", VERSIONS)
def test_too_many_open_calls_are_refused(version: Version) -> None:
    rpc = end(version, limits=Limits(max_open_calls=2))
    for name in ("a", "b"):
        assert isinstance(only(rpc.receive(f'[2,"{name}","ClearCache",{{}}]', 0)), InboundCall)
    assert errors(rpc.receive('[2,"c","ClearCache",{}]', 1)) == [error("c", "InternalError")]
    rpc.answer("a", accepted(version), 2)
    assert isinstance(only(rpc.receive('[2,"c","ClearCache",{}]', 3)), InboundCall)


# --- 2.1 -------------------------------------------------------------------------------------------------------------

STREAM = '{"id":1,"pending":0,"basetime":"2026-01-01T00:00:00Z","data":[{"t":0,"v":"1"}]}'


def test_unconfirmed_message_is_handed_on_and_never_answered() -> None:
    # 2.1 part 4, 4.2.4
    rpc = end("2.1", supported=frozenset({"NotifyPeriodicEventStream"}))
    event = only(rpc.receive(f'[6,"a","NotifyPeriodicEventStream",{STREAM}]', 0))
    assert isinstance(event, InboundSend)
    assert isinstance(event.payload, v21.NotifyPeriodicEventStream)
    for text in (
        '[6,"a","NotifyPeriodicEventStream",{"id":"x"}]',
        '[6,"a","NotifyPeriodicEventStream"]',
        '[6,"a",5,{}]',
        '[6,"a","ClearCache",{}]',
        '[6,"a","NotifyPeriodic',
    ):
        assert isinstance(only(rpc.receive(text, 0)), Ignored), text
    assert isinstance(only(end("2.1").receive(f'[6,"a","NotifyPeriodicEventStream",{STREAM}]', 0)), Ignored)


def test_complaint_about_an_answer_of_ours() -> None:
    # 2.1 part 4, 4.2.3
    rpc = end("2.1")
    rpc.receive(CLEAR, 0)
    assert isinstance(only(rpc.receive('[5,"a","GenericError","",{}]', 1)), Ignored)  # there is no answer yet
    rpc.answer("a", accepted("2.1"), 2)
    assert rpc.receive('[5,"a","FormatViolation","bad",{"x":1}]', 3) == [
        PeerRemark("a", "FormatViolation", "bad", '{"x":1}')
    ]
    assert isinstance(only(rpc.receive('[5,"b","GenericError","",{}]', 4)), Ignored)
    assert isinstance(only(rpc.receive('[5,"a","Gene', 5)), Ignored)


@pytest.mark.parametrize("number", [5, 6])
def test_types_of_21_are_unknown_before(number: int) -> None:
    text = f'[{number},"a","NotifyPeriodicEventStream",{{}}]'
    assert isinstance(only(end("1.6").receive(text, 0)), Ignored)
    assert errors(end("2.0.1").receive(text, 0)) == [error("a", "MessageTypeNotSupported")]
    assert sent(end("2.1").receive(text, 0)) == []
