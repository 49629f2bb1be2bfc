"""Finding the answer in what a line brings."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.drivers.modbus_frames import Query, find_answer, find_tcp_answer
from tests.unit.hal.drivers.frames import answer, closed, crc

QUERY = Query(unit=1, function=4, address=0, count=2, timeout_ms=20, pause_ms=0)
GOOD = answer(1, 4, [0x4366, 0x199A])
REFUSED = closed(bytes([1, 0x84, 2]))


def test_the_check_sum_is_the_one_of_the_documents() -> None:
    assert closed(bytes.fromhex("010400000002")) == bytes.fromhex("01040000000271CB")  # Eastron SDM120M 2.5, 2.1


@pytest.mark.parametrize("frame", [GOOD, REFUSED])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (closed(bytes.fromhex("010400000002")), b""),  # the echo of the request
        (b"\x01", b""),
        (b"\x01\x04", b"\x01\x04\x04"),
        (answer(2, 4, [1, 2]), b""),  # another unit
        (answer(1, 3, [1, 2]), b""),  # another function
        (answer(1, 4, [1, 2, 3]), b""),  # another block
        (GOOD[:-1] + b"\x00", b"\xff" * 9),  # a broken one before it
        (b"\x00\x01\x04\x2b\xff", b"\x00"),
    ],
)
def test_the_answer_is_found_among_other_things(frame: bytes, before: bytes, after: bytes) -> None:
    assert find_answer(before + frame + after, QUERY, crc) == frame
    assert find_answer(before + frame[:-1], QUERY, crc) == b""


@given(st.binary(max_size=264))
def test_noise_is_no_answer_and_never_an_error(noise: bytes) -> None:
    found = find_answer(noise, QUERY, crc)
    assert found == b"" or (found in noise and crc(found[:-2]).to_bytes(2, "big") == found[-2:])


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_noise_around_an_answer_does_not_hide_it(before: bytes, after: bytes) -> None:
    assert find_answer(before + GOOD + after, QUERY, crc) != b""


def tcp(transaction: int, body: bytes, length: int | None = None) -> bytes:
    return struct.pack(">HHH", transaction, 0, len(body) if length is None else length) + body


TCP_GOOD = tcp(7, GOOD[:-2])
TCP_REFUSED = tcp(7, REFUSED[:-2])


@pytest.mark.parametrize("frame", [TCP_GOOD, TCP_REFUSED])
@pytest.mark.parametrize(
    "before",
    [
        b"",
        tcp(6, GOOD[:-2]),  # an earlier request's
        tcp(7, answer(2, 4, [1, 2])[:-2]),
        tcp(7, answer(1, 3, [1, 2])[:-2]),
        tcp(7, answer(1, 4, [1, 2, 3])[:-2]),
    ],
)
def test_the_answer_in_a_tcp_stream(frame: bytes, before: bytes) -> None:
    assert find_tcp_answer(before + frame + b"\0\1", QUERY, b"\0\7") == frame
    assert find_tcp_answer(frame[:-1], QUERY, b"\0\7") == b""


@pytest.mark.parametrize("noise", [b"HTTP/1.1 400 Bad Request", tcp(7, b"", 2), tcp(7, b"", 255), tcp(7, GOOD, 260)])
def test_what_is_no_modbus_tcp_ends_the_search(noise: bytes) -> None:
    assert find_tcp_answer(noise + TCP_GOOD, QUERY, b"\0\7") == b""


@given(st.binary(max_size=264))
def test_noise_in_a_tcp_stream_is_never_an_error(noise: bytes) -> None:
    found = find_tcp_answer(noise, QUERY, b"\0\7")
    assert found == b"" or (found in noise and found[:2] == b"\0\7")
