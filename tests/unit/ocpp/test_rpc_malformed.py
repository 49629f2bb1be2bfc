"""Messages that are no frames: silence or the error that the version wants, and limits tested at their edge."""

from __future__ import annotations

import json

import pytest

from agent.ocpp import frames
from agent.ocpp.frames import Frame, Malformed
from agent.ocpp.rpc_codes import Version
from agent.ocpp.rpc_events import Ignored, InboundCall
from agent.ocpp.rpc_inbound import Limits
from tests.unit.ocpp.rpc_ends import VERSIONS, end, error, errors, only

LIMITS = Limits(max_bytes=200, max_nesting=4)
LONG_ID = "i" * 37
HUGE_ID = "i" * 256

# text, error in 1.6 (None: silence), error in 2.x
CASES: list[tuple[str | bytes, list[object] | None, list[object]]] = [
    ("", None, error("-1", "RpcFrameworkError")),
    ("hello", None, error("-1", "RpcFrameworkError")),
    ("{}", None, error("-1", "RpcFrameworkError")),
    ("5", None, error("-1", "RpcFrameworkError")),
    ("null", None, error("-1", "RpcFrameworkError")),
    ("[]", None, error("-1", "RpcFrameworkError")),
    ("[2]", None, error("-1", "RpcFrameworkError")),
    ("[", None, error("-1", "RpcFrameworkError")),
    ('["2","a","ClearCache",{}]', None, error("a", "RpcFrameworkError")),
    ('[2.0,"a","ClearCache",{}]', None, error("a", "RpcFrameworkError")),
    ('[true,7,"ClearCache",{}]', None, error("-1", "RpcFrameworkError")),
    ('[2,7,"ClearCache",{}]', None, error("-1", "RpcFrameworkError")),
    ('[2,null,"ClearCache",{}]', None, error("-1", "RpcFrameworkError")),
    (f'[2,"{LONG_ID}","ClearCache",{{}}]', error(LONG_ID, "GenericError"), error(LONG_ID, "RpcFrameworkError")),
    # the payload is not JSON, and the id can be read
    ('[2,"a","ClearCache",{', error("a", "FormationViolation"), error("a", "FormatViolation")),
    (' [ 2 , "a" , nonsense', error("a", "FormationViolation"), error("a", "FormatViolation")),
    ('[2,"a","ClearCache",{}]]', error("a", "FormationViolation"), error("a", "FormatViolation")),
    # ... or cannot
    ('[2,"a\\', None, error("-1", "RpcFrameworkError")),
    ('[2,"a\\u0041","ClearCache",{', None, error("-1", "RpcFrameworkError")),
    # message types that no version has
    ('[7,"a","ClearCache",{}]', None, error("a", "MessageTypeNotSupported")),
    ('[1,"a"]', None, error("a", "MessageTypeNotSupported")),
    ("[-1]", None, error("-1", "MessageTypeNotSupported")),
    ('[9,"a",{', None, error("a", "MessageTypeNotSupported")),
    # OCPP-J is text
    (b'[2,"a","ClearCache",{}]', None, error("-1", "RpcFrameworkError")),
    (b"\xff\x00", None, error("-1", "RpcFrameworkError")),
    # no Unicode text at all
    ('[2,"a","ClearCache",{"\ud800":1}]', error("a", "FormationViolation"), error("a", "FormatViolation")),
    ('[2,"\ud800","ClearCache",{}]', None, error("-1", "RpcFrameworkError")),
]


@pytest.mark.parametrize(("message", "error_16", "error_2x"), CASES)
@pytest.mark.parametrize("version", VERSIONS)
def test_answer_to_what_is_no_frame(
    version: Version, message: str | bytes, error_16: list[object] | None, error_2x: list[object]
) -> None:
    events = end(version, limits=LIMITS).receive(message, 0)
    expected = error_16 if version == "1.6" else error_2x
    if expected is None:
        assert isinstance(only(events), Ignored)
    else:
        assert errors(events) == [expected]


def test_huge_id_is_not_echoed() -> None:
    text = f'[2,"{HUGE_ID}","ClearCache",{{}}]'
    assert isinstance(only(end("1.6").receive(text, 0)), Ignored)
    assert errors(end("2.0.1").receive(text, 0)) == [error("-1", "RpcFrameworkError")]


@pytest.mark.parametrize("version", VERSIONS)
def test_id_of_36_characters_is_fine(version: Version) -> None:
    assert isinstance(only(end(version).receive(f'[2,"{"i" * 36}","ClearCache",{{}}]', 0)), InboundCall)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("text", ["[3,7,{}]", "[3]", "[4]", f'[4,"{LONG_ID}","GenericError","",{{}}]', "[3,null,{}]"])
def test_an_answer_is_never_answered(version: Version, text: str) -> None:
    assert isinstance(only(end(version).receive(text, 0)), Ignored)


@pytest.mark.parametrize("text", ["[5]", "[6]", '[5,7,"GenericError","",{}]', '[6,7,"NotifyPeriodicEventStream",{}]'])
def test_broken_frames_of_the_types_of_21_are_ignored(text: str) -> None:
    assert isinstance(only(end("2.1").receive(text, 0)), Ignored)


def padded(size: int, filler: str = "x") -> str:
    """A DataTransfer call of that many bytes."""
    head, tail = '[2,"a","DataTransfer",{"vendorId":"x","data":"', '"}]'
    return head + filler * ((size - len(head) - len(tail)) // len(filler.encode())) + tail


@pytest.mark.parametrize("version", VERSIONS)
def test_longest_frame(version: Version) -> None:
    code = "FormationViolation" if version == "1.6" else "FormatViolation"  # B06.FR.17 and its like
    assert isinstance(only(end(version, limits=LIMITS).receive(padded(200), 0)), InboundCall)
    assert errors(end(version, limits=LIMITS).receive(padded(201), 0)) == [error("a", code)]
    assert errors(end(version, limits=LIMITS).receive(padded(201)[:-1], 0)) == [error("a", code)]  # cut on its way
    euros = padded(220, "\u20ac")
    assert len(euros) < 200 < len(euros.encode())
    assert errors(end(version, limits=LIMITS).receive(euros, 0)) == [error("a", code)]


def nested(levels: int) -> str:
    """A DataTransfer call with that many levels in all: the frame and its payload are two of them."""
    inner = levels - 2
    return '[2,"a","DataTransfer",{"vendorId":"[[{{","data":' + "[" * inner + "]" * inner + "}]"


@pytest.mark.parametrize("version", ["2.0.1", "2.1"])
def test_deepest_frame(version: Version) -> None:
    assert isinstance(only(end(version, limits=LIMITS).receive(nested(4), 0)), InboundCall)
    assert errors(end(version, limits=LIMITS).receive(nested(5), 0)) == [error("a", "FormatViolation")]
    assert errors(end(version).receive(nested(100_000), 0)) == [error("a", "FormatViolation")]


def test_brackets_side_by_side_are_no_depth() -> None:
    wide = json.dumps([2, "a", "DataTransfer", {"vendorId": 'q"\\[{', "data": [[{}], [[]], "]}]\\"] * 5}])
    assert isinstance(frames.parse(wide, 1000, 5), Frame)
    assert frames.parse(wide, 1000, 4) == Malformed("frame is nested too deeply", 2, "a", syntax=True)


def test_many_elements_cost_nothing() -> None:
    frame = frames.parse('[2,"a","ClearCache",{}' + ",1" * 100_000 + "]", 1 << 20, 8)
    assert isinstance(frame, Frame)
    assert len(frame.rest) == 4  # enough to see that there are too many
