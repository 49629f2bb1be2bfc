"""The messages that one connection knows, and the only place where their payloads are encoded and decoded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import Raw, Struct

from agent.ocpp.frames import MAX_DESCRIPTION_LENGTH
from agent.ocpp.rpc_codes import ErrorCode, Version, refused_payload

Messages = Mapping[str, type[Struct]]

_ENCODER: Final = msgspec.json.Encoder()
_EMPTY: Final = Raw(b"{}")
_NULL: Final = Raw(b"null")


class InvalidPayload(Exception):
    """A payload of ours is not what its message's schema wants: a bug on our side, never the peer's doing."""


class Refused(Struct, frozen=True):
    """Why a payload of the peer is not acceptable."""

    code: ErrorCode
    description: str


class Catalogue(Struct, frozen=True):
    """The messages of a version, as its generated module lists them, and the actions that this station serves."""

    version: Version
    requests: Messages
    responses: Messages
    sends: Messages
    supported: frozenset[str]

    def knows(self, action: str) -> bool:
        """Whether the version has this action, in whichever direction."""
        return action in self.requests or action in self.sends

    def decode(self, cls: type[Struct], payload: Raw) -> Struct | Refused:
        """The payload as what it should be. null stands for an empty one (1.6-J 4.2.1, 2.x part 4 4.1.5)."""
        try:
            return msgspec.json.decode(_EMPTY if payload == _NULL else payload, type=cls)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            code, description = refused_payload(self.version, error)
            return Refused(code, description[:MAX_DESCRIPTION_LENGTH])


def encode(messages: Messages, action: str, payload: Struct) -> bytes:
    """JSON of a payload of ours, checked against its schema. Raises InvalidPayload."""
    cls = messages.get(action)
    if cls is None or type(payload) is not cls:
        raise InvalidPayload(f"{action}: {type(payload).__name__} is not its payload")
    try:
        encoded = _ENCODER.encode(payload)
        msgspec.json.decode(encoded, type=cls)  # msgspec checks on decoding only
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidPayload(f"{action}: {error}") from error
    return encoded
