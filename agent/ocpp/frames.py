"""Frames of OCPP-J: JSON arrays [type, id, ...] in and out, with limits, and without looking into payloads.

A frame is taken apart into raw pieces; payloads are decoded by whoever knows their type. What cannot be taken apart
becomes a `Malformed` that says as much as could be read, since an error answer needs the id (2.0.1 part 4, 4.2.3).
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Raw, Struct

MAX_ID_LENGTH: Final = 36
"""1.6-J 4.1.4, 2.x part 4 4.1.4: enough for a GUID."""

MAX_ECHOED_ID_LENGTH: Final = 255
"""A longer id than this is not repeated in an error answer."""

MAX_DESCRIPTION_LENGTH: Final = 255
"""2.x part 4, 4.2.3: errorDescription is string[255]."""

UNREADABLE_ID: Final = "-1"
"""2.x part 4, 4.2.3: the id of an error about a message whose id cannot be read."""


class MessageType(IntEnum):
    """Message type numbers (1.6-J 4.1.3, 2.x part 4 4.1.3)."""

    CALL = 2
    CALL_RESULT = 3
    CALL_ERROR = 4
    CALL_RESULT_ERROR = 5  # 2.1
    SEND = 6  # 2.1


class Frame(Struct, frozen=True):
    """A well-formed frame: its type number (perhaps unknown), its id, and the raw JSON of what follows."""

    type_number: int
    message_id: str
    rest: tuple[Raw, ...]


class Malformed(Struct, frozen=True):
    """A text that is no frame. Type number and id are None where they could not be read; `syntax` means that the
    frame begins well and its payload is at fault: not JSON, too long, too deep."""

    why: str
    type_number: int | None = None
    message_id: str | None = None
    syntax: bool = False


class _Pieces(Struct, array_like=True):
    """At most six elements are kept (no frame has more than five), however many there are."""

    first: Raw = Raw()
    second: Raw = Raw()
    third: Raw = Raw()
    fourth: Raw = Raw()
    fifth: Raw = Raw()
    sixth: Raw = Raw()


_DECODER: Final = msgspec.json.Decoder(_Pieces)
_TYPE_NUMBER: Final = msgspec.json.Decoder(Annotated[int, Meta(ge=-9999, le=9999)])
_TEXT: Final = msgspec.json.Decoder(str)
_ENCODER: Final = msgspec.json.Encoder()
_HEAD: Final = re.compile(r'\s*\[\s*([0-9]{1,4})\s*,\s*"([^"\\\x00-\x1f\ud800-\udfff]{0,255})"\s*,')
_HEAD_LENGTH: Final = 600  # characters in which the head must show itself
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_BRACES: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))


def parse(text: str, max_bytes: int, max_nesting: int) -> Frame | Malformed:
    """Take a text frame apart. Never raises."""
    if len(text) > max_bytes:  # characters are at least a byte each: no need to encode first
        return _salvage(text, "frame is too long")
    try:
        data = text.encode()
        if len(data) > max_bytes:
            return _salvage(text, "frame is too long")
        pieces = _DECODER.decode(data)
    except msgspec.ValidationError:
        return Malformed("frame is no array")
    except (msgspec.DecodeError, UnicodeError):
        return _salvage(text, "frame is not JSON")
    except RecursionError:
        return _salvage(text, "frame is nested too deeply")
    if _deeper_than(data, max_nesting):
        return _salvage(text, "frame is nested too deeply")
    return _frame(pieces)


def _frame(pieces: _Pieces) -> Frame | Malformed:
    try:
        type_number = _TYPE_NUMBER.decode(pieces.first)
    except msgspec.DecodeError:
        return Malformed("message type is unreadable", None, _echoed(as_text(pieces.second)))
    message_id = as_text(pieces.second)
    if message_id is None:
        return Malformed("message id is unreadable", type_number)
    if len(message_id) > MAX_ID_LENGTH:
        return Malformed("message id is too long", type_number, _echoed(message_id))
    rest = (pieces.third, pieces.fourth, pieces.fifth, pieces.sixth)
    return Frame(type_number, message_id, tuple(piece for piece in rest if piece))


def _echoed(message_id: str | None) -> str | None:
    return None if message_id is None or len(message_id) > MAX_ECHOED_ID_LENGTH else message_id


def _salvage(text: str, why: str) -> Malformed:
    """Read type and id from the beginning of a text that is unusable as a whole."""
    head = _HEAD.match(text[:_HEAD_LENGTH])
    if head is None:
        return Malformed(why)
    return Malformed(why, int(head[1]), head[2], syntax=True)


def _deeper_than(data: bytes, levels: int) -> bool:
    """Whether valid JSON is nested more deeply than that; the innermost level is taken away until nothing is left."""
    if data.count(b"[") + data.count(b"{") <= levels:
        return False
    skeleton = _STRING.sub(b"", data).translate(_BRACES, _NO_BRACKETS)
    for _ in range(levels):
        skeleton = skeleton.replace(b"[]", b"")
    return bool(skeleton)


def as_text(piece: Raw) -> str | None:
    """The string in a raw piece; None if it is absent or something else."""
    try:
        return _TEXT.decode(piece)
    except msgspec.DecodeError:
        return None


def call(message_type: MessageType, message_id: str, action: str, payload: bytes) -> bytes:
    """A CALL or SEND frame around an encoded payload."""
    return _ENCODER.encode((message_type.value, message_id, action, Raw(payload)))


def result(message_id: str, payload: bytes) -> bytes:
    """A CALLRESULT frame around an encoded payload."""
    return _ENCODER.encode((MessageType.CALL_RESULT.value, message_id, Raw(payload)))


def error(
    message_type: MessageType, message_id: str, code: str, description: str, details: dict[str, Any] | None = None
) -> bytes:
    """A CALLERROR or CALLRESULTERROR frame; the description is cut to what the specification allows."""
    described = description[:MAX_DESCRIPTION_LENGTH]
    return _ENCODER.encode((message_type.value, message_id, code, described, details or {}))
