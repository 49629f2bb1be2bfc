"""Whatever a peer sends, in whatever order: no exception, bounded memory, frames that are frames."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.ocpp.rpc import Rpc
from agent.ocpp.rpc_codes import ErrorCode, Version
from agent.ocpp.rpc_events import CallAnswered, CallFailed, InboundCall, Transmit
from agent.ocpp.rpc_inbound import Limits
from tests.unit.ocpp.rpc_ends import MODULES, VERSIONS, end

LIMITS = Limits(max_bytes=4096, max_open_calls=4, max_answers=4, max_answers_bytes=400, max_late_calls=2)

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.just("x" * 40)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)
IDS = st.sampled_from(["a", "b", "own-1", "own-2", "-1", "", "y" * 36, "y" * 37]) | st.text(max_size=4)
ACTIONS = st.sampled_from(["ClearCache", "Reset", "DataTransfer", "GetVariables", "BootNotification", "Nonsense"])
PAYLOADS = (
    st.sampled_from([{}, {"vendorId": "x"}, {"type": "Soft"}, {"type": "Immediate"}, {"currentTime": "noon"}]) | VALUES
)
NUMBERS = st.sampled_from([2, 3, 4, 5, 6]) | st.integers(-3, 12)
FRAMES = (
    st.tuples(NUMBERS, IDS, ACTIONS, PAYLOADS)
    | st.tuples(st.just(3), IDS, PAYLOADS)
    | st.tuples(st.sampled_from([4, 5]), IDS, SCALARS, SCALARS, VALUES)
    | st.lists(VALUES, max_size=7)
    | VALUES
).map(json.dumps)


@st.composite
def broken(draw: st.DrawFn) -> str:
    """A frame with a piece cut out, or something put in."""
    text = draw(FRAMES)
    start = draw(st.integers(0, len(text)))
    return text[:start] + draw(st.text(max_size=3)) + text[start + draw(st.integers(0, 5)) :]


TEXTS = st.text(alphabet=st.characters(codec=None), max_size=200) | st.sampled_from(["[" * 4000, '[2,"a",' + "{" * 900])
MESSAGES = FRAMES | broken() | TEXTS | st.binary(max_size=50)
STEPS = st.lists(st.tuples(st.sampled_from(["receive"] * 6 + ["call", "expire", "answer"]), MESSAGES), max_size=30)


def check(version: Version, event: Any) -> None:
    """What an event may hold, whatever the peer sent."""
    if isinstance(event, Transmit):
        frame = json.loads(event.frame)
        assert frame[0] in ((3, 4, 5) if version == "2.1" else (3, 4))
        assert len(frame[1]) <= 255
        assert len(event.frame) < 4096
        assert len(event.why) < 400
        if frame[0] == 4:
            assert version != "1.6" or frame[2] not in ("RpcFrameworkError", "MessageTypeNotSupported")
    if isinstance(event, CallFailed):
        assert len(event.code) + len(event.description) + len(event.details) < 2000


def step(rpc: Rpc, version: Version, what: str, message: str | bytes, now_ms: int, *, waiting: list[str]) -> None:
    """One thing that may happen."""
    module = MODULES[version]
    if what == "call" and rpc.pending is None:
        rpc.call("Heartbeat", module.HeartbeatRequest(), now_ms)
    elif what == "expire":
        rpc.expire(now_ms)
    elif what == "answer" and waiting:
        rpc.fail(waiting.pop(), ErrorCode.GENERIC_ERROR, "", now_ms)
    elif what == "receive":
        before = rpc.pending
        events = rpc.receive(message, now_ms)
        assert events  # nothing vanishes without a word
        for event in events:
            check(version, event)
            if isinstance(event, InboundCall):
                waiting.append(event.message_id)
        if any(isinstance(event, CallAnswered | CallFailed) for event in events):
            assert before is not None
            assert rpc.pending is None
        else:
            assert rpc.pending == before


@pytest.mark.parametrize("version", VERSIONS)
@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
def test_no_message_raises_or_is_forgotten(version: Version, steps: list[tuple[str, str | bytes]]) -> None:
    rpc = end(version, limits=LIMITS)
    waiting: list[str] = []
    for number, (what, message) in enumerate(steps):
        step(rpc, version, what, message, number * 10_000, waiting=waiting)
        assert len(waiting) <= LIMITS.max_open_calls


@pytest.mark.parametrize("version", VERSIONS)
def test_memory_does_not_grow_with_traffic(version: Version) -> None:
    rpc = end(version, limits=LIMITS)
    request = MODULES[version].HeartbeatRequest()
    for number in range(2000):
        if rpc.pending is None:
            rpc.call("Heartbeat", request, number)
        rpc.expire(number + 40_000)
        for text in (f'[2,"{number}","ClearCache",{{}}]', f'[3,"{number}",{{}}]', f'[4,"{number}"]', "junk" * number):
            for event in rpc.receive(text, number):
                if isinstance(event, InboundCall) and number % 2:
                    rpc.fail(event.message_id, ErrorCode.GENERIC_ERROR, "x" * 999, number)
    inbound, own = rpc._inbound, rpc._own
    assert len(inbound._open) == LIMITS.max_open_calls
    assert len(inbound._answers) <= LIMITS.max_answers
    assert inbound._answers_bytes == sum(len(answer.frame) for answer in inbound._answers.values())
    assert len(own._late) == LIMITS.max_late_calls
