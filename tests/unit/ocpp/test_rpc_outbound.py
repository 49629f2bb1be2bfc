"""Calls of ours: one slot, freed by an answer, by its deadline or with the connection, and by nothing else."""

from __future__ import annotations

import json

import pytest

from agent.ocpp.messages import v16, v21, v201
from agent.ocpp.rpc import Rpc
from agent.ocpp.rpc_catalogue import InvalidPayload
from agent.ocpp.rpc_codes import Version
from agent.ocpp.rpc_events import (
    AnsweredLate,
    CallAnswered,
    CallFailed,
    CallLost,
    CallTimedOut,
    Ignored,
    InboundCall,
    PeerRemark,
)
from agent.ocpp.rpc_inbound import Limits
from agent.ocpp.rpc_outbound import MAX_DETAILS_LENGTH, Pending, SlotTaken
from tests.unit.ocpp.rpc_ends import MODULES, TIMEOUT_MS, VERSIONS, end, only, sent

BOOTED = '{"currentTime":"2026-01-01T00:00:00Z","interval":300,"status":"Accepted"}'


def heartbeat(version: Version) -> v16.HeartbeatRequest | v201.HeartbeatRequest | v21.HeartbeatRequest:
    request = MODULES[version].HeartbeatRequest()
    assert isinstance(request, v16.HeartbeatRequest | v201.HeartbeatRequest | v21.HeartbeatRequest)
    return request


def beating(version: Version, limits: Limits | None = None) -> Rpc:
    """An end with a Heartbeat in flight, its id own-1."""
    rpc = end(version, limits=limits)
    rpc.call("Heartbeat", heartbeat(version), 1000)
    return rpc


BEAT = '{"currentTime":"2026-01-01T00:00:00Z"}'


@pytest.mark.parametrize("version", VERSIONS)
def test_call_is_framed_and_answered(version: Version) -> None:
    rpc = end(version)
    frame = rpc.call("Heartbeat", heartbeat(version), 1000)
    assert json.loads(frame) == [2, "own-1", "Heartbeat", {}]
    assert rpc.pending == Pending("own-1", "Heartbeat", 1000 + TIMEOUT_MS)
    payload = MODULES[version].HeartbeatResponse(currentTime="2026-01-01T00:00:00Z")
    assert rpc.receive(f'[3,"own-1",{BEAT}]', 2000) == [CallAnswered("own-1", "Heartbeat", payload)]
    assert rpc.pending is None


def test_payload_is_in_the_frame_as_the_schema_spells_it() -> None:
    rpc = end("1.6")
    frame = rpc.call("BootNotification", v16.BootNotificationRequest(chargePointVendor="V", chargePointModel="M"), 0)
    assert json.loads(frame) == [
        2,
        "own-1",
        "BootNotification",
        {"chargePointVendor": "V", "chargePointModel": "M"},
    ]
    answer = only(rpc.receive(f'[3,"own-1",{BOOTED}]', 1))
    assert isinstance(answer, CallAnswered)
    assert isinstance(answer.payload, v16.BootNotificationResponse)
    assert answer.payload.interval == 300


def test_one_call_at_a_time() -> None:
    rpc = beating("2.0.1")
    with pytest.raises(SlotTaken, match="Heartbeat own-1"):
        rpc.call("Heartbeat", v201.HeartbeatRequest(), 2000)
    # the deadline alone frees nothing: whoever waits has to be told first
    with pytest.raises(SlotTaken):
        rpc.call("Heartbeat", v201.HeartbeatRequest(), 10 * TIMEOUT_MS)
    rpc.receive(f'[3,"own-1",{BEAT}]', 2000)
    assert json.loads(rpc.call("Heartbeat", v201.HeartbeatRequest(), 3000))[1] == "own-2"


def test_wrong_payload_leaves_the_slot_free_and_uses_no_id() -> None:
    rpc = end("2.0.1")
    with pytest.raises(InvalidPayload):
        rpc.call("Heartbeat", v16.HeartbeatRequest(), 0)
    with pytest.raises(InvalidPayload):
        rpc.call("StatusNotification", v201.HeartbeatRequest(), 0)
    assert rpc.pending is None
    assert json.loads(rpc.call("Heartbeat", v201.HeartbeatRequest(), 0))[1] == "own-1"


def test_deadline_frees_the_slot() -> None:
    rpc = beating("1.6")
    assert rpc.expire(1000 + TIMEOUT_MS - 1) == []
    assert rpc.pending is not None
    assert rpc.expire(1000 + TIMEOUT_MS) == [CallTimedOut("own-1", "Heartbeat")]
    assert rpc.pending is None
    assert rpc.expire(1000 + TIMEOUT_MS) == []


def test_timeout_may_change_for_calls_to_come() -> None:
    rpc = beating("1.6")
    rpc.message_timeout_ms = 5
    assert rpc.expire(1005) == []
    rpc.receive(f'[3,"own-1",{BEAT}]', 1006)
    rpc.call("Heartbeat", v16.HeartbeatRequest(), 2000)
    assert rpc.expire(2005) == [CallTimedOut("own-2", "Heartbeat")]


def test_answer_in_the_moment_of_the_deadline_counts_if_nobody_was_told() -> None:
    rpc = beating("1.6")
    assert isinstance(only(rpc.receive(f'[3,"own-1",{BEAT}]', 1000 + TIMEOUT_MS)), CallAnswered)
    assert rpc.expire(1000 + TIMEOUT_MS) == []


def test_lost_connection_tells_at_once() -> None:
    rpc = beating("2.1")
    assert rpc.lost() == [CallLost("own-1", "Heartbeat")]
    assert rpc.lost() == []


def test_late_answer_is_reported_once() -> None:
    rpc = beating("2.0.1")
    rpc.expire(1000 + TIMEOUT_MS)
    rpc.call("Heartbeat", v201.HeartbeatRequest(), 50_000)
    payload = v201.HeartbeatResponse(currentTime="2026-01-01T00:00:00Z")
    assert rpc.receive(f'[3,"own-1",{BEAT}]', 50_001) == [AnsweredLate("own-1", "Heartbeat", payload)]
    assert isinstance(only(rpc.receive(f'[3,"own-1",{BEAT}]', 50_002)), Ignored)
    assert rpc.pending == Pending("own-2", "Heartbeat", 80_000)


@pytest.mark.parametrize("text", ['[3,"own-1",{"currentTime":5}]', '[3,"own-1"]', '[4,"own-1","GenericError","",{}]'])
def test_late_answer_that_is_no_result_is_ignored(text: str) -> None:
    for version in VERSIONS:
        rpc = beating(version)
        rpc.expire(1000 + TIMEOUT_MS)
        assert isinstance(only(rpc.receive(text, 60_000)), Ignored)


def test_late_calls_are_forgotten_in_their_order() -> None:
    rpc = end("2.0.1", limits=Limits(max_late_calls=2))
    for number in range(3):
        rpc.call("Heartbeat", v201.HeartbeatRequest(), number * 100_000)
        rpc.expire(number * 100_000 + TIMEOUT_MS)
    events = [only(rpc.receive(f'[3,"own-{number}",{BEAT}]', 400_000)) for number in (1, 2, 3)]
    assert [type(event) for event in events] == [Ignored, AnsweredLate, AnsweredLate]


def test_retry_may_keep_its_id_in_2x() -> None:
    # 2.0.1 errata 2025-01 4.7, 2.1 part 4 4.1.4
    rpc = beating("2.0.1")
    rpc.expire(1000 + TIMEOUT_MS)
    frame = rpc.call("Heartbeat", v201.HeartbeatRequest(), 50_000, message_id="own-1")
    assert json.loads(frame)[1] == "own-1"
    assert isinstance(only(rpc.receive(f'[3,"own-1",{BEAT}]', 50_001)), CallAnswered)  # to whichever attempt
    assert isinstance(only(rpc.receive(f'[3,"own-1",{BEAT}]', 50_002)), Ignored)


@pytest.mark.parametrize("message_id", ["", "x" * 37])
def test_ids_of_ours_have_1_to_36_characters(message_id: str) -> None:
    rpc = end("2.0.1")
    with pytest.raises(ValueError, match="characters"):
        rpc.call("Heartbeat", v201.HeartbeatRequest(), 0, message_id=message_id)
    assert rpc.pending is None
    assert rpc.call("Heartbeat", v201.HeartbeatRequest(), 0, message_id="x" * 36)


@pytest.mark.parametrize("version", VERSIONS)
def test_refusal_by_the_peer(version: Version) -> None:
    rpc = beating(version)
    text = '[4,"own-1","InternalError","no database",{"table":"x"}]'
    assert rpc.receive(text, 2000) == [
        CallFailed("own-1", "Heartbeat", "InternalError", "no database", '{"table":"x"}', by_peer=True)
    ]
    assert rpc.pending is None


@pytest.mark.parametrize(
    ("text", "code", "description", "details"),
    [
        ('[4,"own-1"]', "", "", ""),
        ('[4,"own-1","Odd"]', "Odd", "", ""),
        ('[4,"own-1","Odd","why"]', "Odd", "why", ""),
        ('[4,"own-1",7,null,null]', "", "", "null"),
        ('[4,"own-1","Odd","",{},1,2,3]', "Odd", "", "{}"),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_sloppy_refusal_is_a_refusal(version: Version, text: str, code: str, description: str, details: str) -> None:
    failed = CallFailed("own-1", "Heartbeat", code, description, details, by_peer=True)
    assert beating(version).receive(text, 2000) == [failed]


def test_refusal_is_cut_to_limits() -> None:
    text = json.dumps([4, "own-1", "c" * 999, "d" * 999, {"e": "\u20ac" * 9999}], ensure_ascii=False)
    failed = only(beating("2.0.1").receive(text, 2000))
    assert isinstance(failed, CallFailed)
    assert (len(failed.code), len(failed.description)) == (64, 255)
    assert len(failed.details) == MAX_DETAILS_LENGTH


INVALID_RESULTS = [
    ('[3,"own-1",{}]', "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
    ('[3,"own-1",{"currentTime":"noon"}]', "PropertyConstraintViolation", "PropertyConstraintViolation"),
    ('[3,"own-1",{"currentTime":1}]', "TypeConstraintViolation", "TypeConstraintViolation"),
    ('[3,"own-1",[]]', "FormationViolation", "ProtocolError"),
    ('[3,"own-1"]', "FormationViolation", "RpcFrameworkError"),
    ('[3,"own-1",{},{}]', "FormationViolation", "RpcFrameworkError"),
    ('[3,"own-1",{"currentTime":"2026', "FormationViolation", "FormatViolation"),
]


@pytest.mark.parametrize(("text", "code_16", "code_2x"), INVALID_RESULTS)
@pytest.mark.parametrize("version", VERSIONS)
def test_invalid_result_ends_the_call_at_once(version: Version, text: str, code_16: str, code_2x: str) -> None:
    rpc = beating(version)
    *transmitted, failed = rpc.receive(text, 2000)
    code = code_16 if version == "1.6" else code_2x
    assert isinstance(failed, CallFailed)
    assert (failed.message_id, failed.action, failed.code, failed.by_peer) == ("own-1", "Heartbeat", code, False)
    assert failed.description
    assert rpc.pending is None
    if version == "2.1":  # part 4, 4.2.3: the one version that has a message for it
        assert [frame[:3] for frame in sent(transmitted)] == [[5, "own-1", code_2x]]
        assert sent(transmitted)[0][4] == {}
    else:
        assert transmitted == []


@pytest.mark.parametrize("version", VERSIONS)
def test_broken_refusal_ends_the_call_too(version: Version) -> None:
    failed = only(beating(version).receive('[4,"own-1","Gener', 2000))
    assert isinstance(failed, CallFailed)
    assert (failed.code, failed.by_peer) == ("GenericError", True)


@pytest.mark.parametrize(
    "text", ['[3,"other",{}]', '[4,"other","GenericError","",{}]', '[3,"other",{"a', '[4,"other",{']
)
@pytest.mark.parametrize("version", VERSIONS)
def test_answers_nobody_waits_for_are_ignored(version: Version, text: str) -> None:
    assert isinstance(only(end(version).receive(text, 0)), Ignored)
    rpc = beating(version)
    assert isinstance(only(rpc.receive(text, 0)), Ignored)
    assert rpc.pending is not None


@pytest.mark.parametrize("version", VERSIONS)
def test_error_about_an_unreadable_frame_is_a_remark(version: Version) -> None:
    rpc = beating(version)
    assert rpc.receive('[4,"-1","RpcFrameworkError","what?",{}]', 2000) == [
        PeerRemark("-1", "RpcFrameworkError", "what?", "{}")
    ]
    assert rpc.pending is not None


@pytest.mark.parametrize("version", VERSIONS)
def test_their_calls_do_not_wait_for_ours(version: Version) -> None:
    # 4.1.1, NOTE
    rpc = beating(version)
    kind = "Soft" if version == "1.6" else "Immediate"
    assert isinstance(only(rpc.receive(f'[2,"a","Reset",{{"type":"{kind}"}}]', 1500)), InboundCall)
    answer = MODULES[version].ResetResponse(status="Accepted")
    assert json.loads(rpc.answer("a", answer, 1600)) == [3, "a", {"status": "Accepted"}]
    assert isinstance(only(rpc.receive(f'[3,"own-1",{BEAT}]', 2000)), CallAnswered)


def test_unconfirmed_message_takes_no_slot() -> None:
    # 2.1 part 4, 4.2.4
    rpc = beating("2.1")
    stream = v21.NotifyPeriodicEventStream(
        id=1, pending=0, basetime="2026-01-01T00:00:00Z", data=[v21.StreamDataElementType(t=0.0, v="1")]
    )
    kind, message_id, action, payload = json.loads(rpc.send("NotifyPeriodicEventStream", stream))
    assert (kind, message_id, action) == (6, "own-2", "NotifyPeriodicEventStream")
    assert payload["data"] == [{"t": 0.0, "v": "1"}]
    with pytest.raises(InvalidPayload):
        rpc.send("Heartbeat", v21.HeartbeatRequest())
    with pytest.raises(InvalidPayload):
        end("2.0.1").send("NotifyPeriodicEventStream", stream)
