"""Keeps an oversized message from ending the link: walks the frames of the byte stream and cuts what is too long.

A WebSocket library can only fail a connection over a message beyond its limit (code 1009). OCPP wants an answer
instead, so the bytes from the CSMS pass through here first. The payload of each data message is let through up to one
byte more than `limit`; the headers are rewritten so that what follows sees a well-formed, shorter message; the rest of
the payload is dropped as it arrives and never held in memory. The receiver sees a message longer than its limit and
answers so.

What is not understood (a masked frame, a length beyond `MAX_FRAME_BYTES`) is passed on as it is from there on, and the
WebSocket library judges it. Compressed messages cannot be cut: `cutting` is turned off then.

Layout of a frame: RFC 6455 section 5.2.
"""

from __future__ import annotations

from collections import deque

from agent.ocpp.endpoint import MAX_FRAME_BYTES

CONTINUATION = 0x0
TEXT = 0x1
BINARY = 0x2

_OPCODE = 0x0F
_MASKED = 0x80
_LENGTH = 0x7F
_LENGTH_16 = 126
_LENGTH_64 = 127
_CONTROL = 0x08


class FrameCut:
    """The cutter of one connection. Give `feed` every byte that follows the handshake; it returns what to pass on.

    `kinds` collects the opcode of each data message as it begins, for the receiver to take from the left.
    """

    def __init__(self, limit: int) -> None:
        self.kinds: deque[int] = deque()
        self.cutting = True
        self._limit = limit
        self._header = bytearray()  # of the frame that begins, until it is complete
        self._keep = 0  # bytes of this frame's payload still to pass on
        self._drop = 0  # and, after those, to drop
        self._message = 0  # bytes of the current message passed on
        self._blind = False

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the stream, in pieces of any size."""
        if self._blind:
            return data
        out = bytearray()
        at = 0
        while at < len(data) and not self._blind:
            if self._keep:
                piece = data[at : at + self._keep]
                out += piece
                self._keep -= len(piece)
                at += len(piece)
            elif self._drop:
                dropped = min(self._drop, len(data) - at)
                self._drop -= dropped
                at += dropped
            else:
                self._header.append(data[at])
                at += 1
                if len(self._header) == _header_length(self._header):
                    out += self._begin()
        out += data[at:]
        return bytes(out)

    def _begin(self) -> bytes:
        """A header is complete: decide how much of the payload to let through."""
        header = bytes(self._header)
        self._header.clear()
        length = _payload_length(header)
        if header[1] & _MASKED or length > MAX_FRAME_BYTES:
            self._blind = True
            return header
        opcode = header[0] & _OPCODE
        if opcode & _CONTROL:
            self._keep = length
            return header
        if opcode != CONTINUATION:
            self.kinds.append(opcode)
            self._message = 0
        kept = min(length, max(0, self._limit + 1 - self._message)) if self.cutting else length
        self._message += kept
        self._keep, self._drop = kept, length - kept
        return header if kept == length else header[:1] + _length_field(kept)


def _header_length(header: bytearray) -> int:
    """How long the header is that begins so; frames of a server carry no masking key."""
    if len(header) < 2:
        return 2
    return {_LENGTH_16: 4, _LENGTH_64: 10}.get(header[1] & _LENGTH, 2)


def _payload_length(header: bytes) -> int:
    return int.from_bytes(header[2:], "big") if len(header) > 2 else header[1] & _LENGTH


def _length_field(length: int) -> bytes:
    if length < _LENGTH_16:
        return bytes((length,))
    if length < 1 << 16:
        return bytes((_LENGTH_16,)) + length.to_bytes(2, "big")
    return bytes((_LENGTH_64,)) + length.to_bytes(8, "big")
