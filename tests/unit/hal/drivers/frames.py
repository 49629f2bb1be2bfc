"""RTU frames, written from the Modbus specifications and not with the driver's library."""

from __future__ import annotations

import struct


def crc(frame: bytes) -> int:
    """Modbus over serial line 6.2.2: the two bytes as they are sent, read high first."""
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value >> 8 | (value & 0xFF) << 8


def closed(frame: bytes) -> bytes:
    """A frame with its check sum."""
    return frame + crc(frame).to_bytes(2, "big")


def answer(unit: int, function: int, words: list[int]) -> bytes:
    """An answer to a read request."""
    return closed(struct.pack(f">BBB{len(words)}H", unit, function, 2 * len(words), *words))
