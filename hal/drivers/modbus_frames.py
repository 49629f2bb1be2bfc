"""Which bytes of a Modbus line are the answer to a request. Pure.

A line brings more than answers: noise, the echo of RS485 adapters, answers of other devices and late ones. An RTU
answer carries no number and not even the address that was asked for; unit, function, length and check sum are all
there is to know it by. Modbus TCP adds a number per message.
"""

from __future__ import annotations

from collections.abc import Callable

from hal.value import frozen


@frozen
class Query:
    """A request for `count` registers from `address` on, with function 3 (holding) or 4 (input registers).

    `timeout_ms` counts from the request's first bit to the answer's last one; `pause_ms` is the silence that the
    device needs after its answer.
    """

    unit: int
    function: int
    address: int
    count: int
    timeout_ms: int
    pause_ms: int


def find_answer(heard: bytes, query: Query, crc: Callable[[bytes], int]) -> bytes:
    """The RTU frame in `heard` that answers a query; empty if there is none (yet)."""
    good = bytes((query.unit, query.function, 2 * query.count))
    bad = bytes((query.unit, query.function | 0x80))
    for start in range(len(heard)):
        head = heard[start : start + 3]
        if head == good:
            length = 5 + 2 * query.count
        elif head[:2] == bad:
            length = 5
        else:
            continue
        frame = heard[start : start + length]
        if len(frame) == length and crc(frame[:-2]).to_bytes(2, "big") == frame[-2:]:
            return frame
    return b""


def find_tcp_answer(heard: bytes, query: Query, transaction: bytes) -> bytes:
    """The same in a Modbus TCP stream, where a header tells number and length of each message."""
    while len(heard) >= 6:
        length = int.from_bytes(heard[4:6], "big")
        if heard[2:4] != b"\0\0" or not 3 <= length <= 254:
            return b""  # no Modbus TCP: nothing after it can be trusted
        frame, heard = heard[: 6 + length], heard[6 + length :]
        good = bytes((query.unit, query.function, 2 * query.count))
        bad = bytes((query.unit, query.function | 0x80))
        fits = (length == 3 + 2 * query.count and frame[6:9] == good) or (length == 3 and frame[6:8] == bad)
        if fits and frame[:2] == transaction and len(frame) == 6 + length:
            return frame
    return b""
