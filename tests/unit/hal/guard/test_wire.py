"""The guard's wire: everything goes there and back, nothing else comes in."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.guard import messages as m
from hal.guard.fields import WireError
from hal.guard.wire import (
    FROM_AGENT,
    FROM_GUARD,
    MAX_LINE_BYTES,
    RESERVED,
    decode_from_agent,
    decode_from_guard,
    encode,
)
from hal.types import (
    ContactorState,
    DcLimits,
    Direction,
    EvseCapabilities,
    Fault,
    FaultCode,
    IndicatorState,
    LockState,
    MeterReading,
    Permit,
    PilotSignal,
    PilotState,
    PowerReport,
    SignedReading,
    TokenKind,
    TokenRead,
)

FAULT = Fault(FaultCode.DIODE, 1, info="why", ocpp16_error_code="GroundFailure", vendor_error_code="x")
AGENT: list[m.FromAgent] = [
    m.Hello(1),
    Permit(1, 7, PilotSignal.PWM, 16_000, 3, True, 10_000),
    Permit(64, 2**53, PilotSignal.OFF, 0, 1, False, 1, Direction.EXPORT, DcLimits(400_000, 100_000, 40_000)),
    m.LockRequest(1, True),
    m.MeterRequest(1, 5),
    m.Indicate(1, IndicatorState.CHARGING),
    m.ResetFaults(2),
    m.Ping(9),
    m.SelfReport(0, {"pid": 7, "link": "connected"}),
    m.SelfReport(2, {"connectors": [{"connector": 1, "status": "Charging"}], "transaction": {"id": "T-1"}}),
]
REPORT = PowerReport(
    evse=1,
    pilot=PilotState.C,
    signal=PilotSignal.PWM,
    duty_permille=266,
    offered_ma=16_000,
    commanded=True,
    contactor=ContactorState.CLOSED,
    lock=LockState.LOCKED,
    permit_number=7,
    permit_live=True,
    connector=2,
    cable_ma=32_000,
    phases=3,
    faults=(FAULT,),
)
READING = MeterReading(
    123_456,
    0,
    -50,
    (230_000,) * 3,
    (1_000, 2_000, -3_000),
    (1, 2, 3),
    50_010,
    999,
    80,
    -105,
    "M1",
    SignedReading("OCMF|…", "m", "OCMF", "key"),
)
GUARD: list[m.FromGuard] = [
    m.Welcome(1, "mock", (EvseCapabilities(1, 2, 3, 32_000, has_lock=True, fail_safe="pulse"),)),
    REPORT,
    m.MeterAnswer(1, 5, READING),
    m.MeterAnswer(1, 5, MeterReading(1)),
    m.MeterAnswer(1, 5, error="no answer"),
    TokenRead("04AB", TokenKind.ISO15693, "front", (1, 2)),
    m.FaultSeen(True, FAULT),
    m.Health("reader", "unplugged"),
    m.Health("reader"),
    m.DeviceValues("t", {"temperature_dc": 250}),
    m.Verb("clock.step", {"seconds": 1.5, "nested": {"list": [1, None, "x", True]}}),
    m.Pong(9),
    m.Refused("why"),
]


@pytest.mark.parametrize("message", AGENT, ids=lambda message: type(message).__name__)
def test_what_the_agent_says_arrives(message: m.FromAgent) -> None:
    assert decode_from_agent(encode(message)) == message


@pytest.mark.parametrize("message", GUARD, ids=lambda message: type(message).__name__)
def test_what_the_guard_says_arrives(message: m.FromGuard) -> None:
    assert decode_from_guard(encode(message)) == message


def test_every_kind_and_every_field_is_on_the_wire() -> None:
    assert {kind for kind, _ in FROM_AGENT.values()} == {type(message) for message in AGENT}
    assert {kind for kind, _ in FROM_GUARD.values()} == {type(message) for message in GUARD}
    for message in (*AGENT, *GUARD):
        said = json.loads(encode(message))
        for spec in fields(message):
            changed = spec.default is MISSING or getattr(message, spec.name) != spec.default
            assert (spec.name in said) is changed or spec.default_factory is not MISSING, (message, spec.name)


def test_lines_are_lines() -> None:
    line = encode(m.Refused("two\nlines"))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[]", "an object is needed"),
        (b"7", "an object is needed"),
        (b"{}", "field 'k' is missing"),
        (b'{"k":1}', "field 'k' is missing"),
        (b'{"k":"permit","k":"ping"}', "occurs twice"),
        (b'{"k":"dance"}', "unknown kind 'dance'"),
        (b'{"k":"welcome"}', "unknown kind 'welcome'"),
        (b'{"k":"dc"}', "reserved"),
        (b'{"k":"ping"}', "ping: field 'id' is missing"),
        (b'{"k":"ping","id":NaN}', "NaN is no JSON"),
        (b'{"k":"ping","id":1.0}', "ping.id: an integer is needed"),
        (b'{"k":"ping","id":true}', "ping.id: an integer is needed"),
        (b'{"k":"ping","id":-1}', "ping.id: -1 is outside"),
        (b'{"k":"ping","id":1,"more":2}', "ping: unknown field 'more'"),
        (b'{"k":"lock","evse":0,"locked":true}', "lock.evse: 0 is outside 1..64"),
        (b'{"k":"lock","evse":1,"locked":1}', "lock.locked: true or false is needed"),
        (b'{"k":"indicate","evse":1,"state":"disco"}', "indicate.state: one of available"),
        (b'{"k":"indicate","evse":1,"state":7}', "indicate.state: one of available"),
        (b'{"k":"ping","id":' + b"9" * 5_000 + b"}", "no JSON"),
        (b"[" * 8_000, "no JSON"),
        (b" " * (MAX_LINE_BYTES + 1), "a line of 8193 bytes"),
    ],
)
def test_what_is_not_allowed_is_refused_by_name(line: bytes, why: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_from_agent(line)
    assert why in str(caught.value)
    encode(m.Refused(str(caught.value)))


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"k":"welcome","version":1,"board":"x","evses":{}}', "a list is needed"),
        (b'{"k":"welcome","version":1,"board":"x","evses":[7]}', "welcome.evses[0]: an object is needed"),
        (b'{"k":"welcome","version":1,"board":"x","evses":[' + b"{}," * 64 + b"{}]}", "65 items, at most 64"),
        (b'{"k":"token","token":""}', "0 characters, 1..255 are allowed"),
        (b'{"k":"token","token":7}', "a string is needed"),
        (b'{"k":"verb","name":"x","args":[]}', "verb.args: an object is needed"),
        (b'{"k":"verb","name":"x","args":{"a":[[[[[1]]]]]}}', "nested too deeply"),
        (b'{"k":"verb","name":"x","args":{"a":[' + b"1," * 64 + b"1]}}", "more than 64 items"),
        (b'{"k":"device","device":"x","values":{"a":1.5}}', "device.values.a: an integer is needed"),
        (b'{"k":"device","device":"x","values":[]}', "an object of at most 64 numbers"),
        (b'{"k":"fault","raised":true,"fault":{"code":"diode_fault","evse":1,"x":1}}', "fault.fault: unknown field"),
    ],
)
def test_the_guard_is_held_to_the_same_rules(line: bytes, why: str) -> None:
    with pytest.raises(WireError) as caught:
        decode_from_guard(line)
    assert why in str(caught.value)


def test_reserved_names_are_none_of_ours() -> None:
    assert RESERVED.isdisjoint(FROM_AGENT)
    assert RESERVED.isdisjoint(FROM_GUARD)


def test_our_own_texts_are_cut_to_the_bounds() -> None:
    long = Fault(FaultCode.OTHER, 1, source="s" * 500, info="i" * 5_000, vendor_error_code="v" * 500)
    decoded = decode_from_guard(encode(m.FaultSeen(True, long)))
    assert isinstance(decoded, m.FaultSeen)
    assert (len(decoded.fault.source), len(decoded.fault.info)) == (64, 200)
    assert len(encode(PowerReport(**{**_plain(REPORT), "faults": (long,) * 40}))) <= MAX_LINE_BYTES


def test_a_line_that_would_be_too_long_is_not_sent() -> None:
    reading = MeterReading(1, signed=SignedReading('"' * 6_000))
    with pytest.raises(WireError, match="at most 8192"):
        encode(m.MeterAnswer(1, 1, reading))


def test_lone_surrogates_do_not_break_the_encoder() -> None:
    assert isinstance(decode_from_guard(encode(TokenRead("a\ud800b"))), TokenRead)


def _plain(value: Any) -> dict[str, Any]:
    assert is_dataclass(value)
    return {spec.name: getattr(value, spec.name) for spec in fields(value)}


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_bytes_never_raise_anything_else(line: bytes) -> None:
    for decode in (decode_from_agent, decode_from_guard):
        try:
            decode(line)
        except WireError:
            continue


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=500)
@given(st.sampled_from([*AGENT, *GUARD]), st.data())
def test_a_changed_message_is_decoded_or_refused(message: Any, data: st.DataObject) -> None:
    said = json.loads(encode(message))
    name = data.draw(st.sampled_from([*said, "new"]))
    said[name] = data.draw(JSON)
    line = json.dumps(said).encode()
    for decode in (decode_from_agent, decode_from_guard):
        try:
            again = decode(line)
        except WireError:
            continue
        assert decode(encode(again)) == again
