"""The RPC of OCPP-J on one connection: sans-IO, synchronous, with the time passed in.

One `Rpc` lives as long as its connection. Text and binary frames go into `receive`; what comes out are events, among
them frames to transmit at once. Nothing that a peer sends makes `receive` raise or its memory grow without bound.

Ours:    idle --call()--> in flight --answer, or expire() after the deadline, or lost()--> idle
Theirs:  unknown --valid CALL--> open --answer() or fail()--> answered (kept a while for a repetition)

The two halves do not wait for each other (4.1.1, NOTE). There is one slot for calls of ours, and no way to free it but
those three: whoever loses interest in an answer leaves the slot taken.

What the versions do differently, and where it is written:

                              1.6-J                 2.0.1 part 4              2.1 part 4
    unknown message type      ignored (4.1.3)       MessageTypeNotSupported   MessageTypeNotSupported (4.3)
                                                    (4.4)
    id unreadable             ignored: an error     CALLERROR with id "-1"    CALLERROR with id "-1"
                              needs the id (4.2.3)  (4.2.3)                   (4.2.3)
    invalid CALLRESULT        never answered        never answered            CALLRESULTERROR (4.2.3)
    types 5 and 6             unknown               unknown                   CALLRESULTERROR, SEND (4.1.3)

In every version null stands for an empty payload ({}: 1.6-J 4.2.1, 2.x 4.1.5), and a CALLRESULT or CALLERROR that
nobody waits for is dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from agent.ocpp import frames
from agent.ocpp.frames import Frame, Malformed, MessageType
from agent.ocpp.rpc_catalogue import Catalogue, Refused, encode
from agent.ocpp.rpc_codes import ErrorCode, malformed_call, spelled
from agent.ocpp.rpc_events import Ignored, InboundCall, InboundSend, PeerRemark, RpcEvent, Transmit
from agent.ocpp.rpc_inbound import GivenAnswer, InboundCalls, Limits, OpenCall, fingerprint
from agent.ocpp.rpc_outbound import OwnCalls, Pending, complaint


class Rpc:
    """Both halves of the RPC on one connection.

    `new_id` gives the id of each message of ours: 1 to 36 characters, never the same twice on any connection of this
    station (2.x part 4, 4.1.4). `message_timeout_ms` may be set; it counts for the calls made after that.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        new_id: Callable[[], str],
        message_timeout_ms: int,
        limits: Limits | None = None,
    ) -> None:
        self.message_timeout_ms = message_timeout_ms
        self._version = catalogue.version
        self._catalogue = catalogue
        self._new_id = new_id
        self._limits = limits or Limits()
        self._own = OwnCalls(catalogue, self._limits.max_late_calls)
        self._inbound = InboundCalls(self._limits)

    # --- our calls -------------------------------------------------------------------------------------------------

    @property
    def pending(self) -> Pending | None:
        """Our call in flight: its id, its action, and its deadline, which is when to call `expire`."""
        return self._own.pending

    def call(self, action: str, payload: Struct, now_ms: int, *, message_id: str | None = None) -> bytes:
        """Take the slot and return the CALL frame to send; `pending` then has its id.

        `message_id` repeats the id of an earlier attempt, which 2.x allows (2.0.1 errata 2025-01 4.7, 2.1 4.1.4) and
        1.6 does not. Raises SlotTaken or InvalidPayload, which leave the slot as it was.
        """
        encoded = self._own.encoded(action, payload)
        return self._own.take_slot(action, encoded, self._own_id(message_id), now_ms + self.message_timeout_ms)

    def send(self, action: str, payload: Struct) -> bytes:
        """An unconfirmed SEND frame (2.1 part 4, 4.2.4): allowed at any time, takes no slot. Raises InvalidPayload."""
        return frames.call(MessageType.SEND, self._own_id(), action, encode(self._catalogue.sends, action, payload))

    def expire(self, now_ms: int) -> list[RpcEvent]:
        """Free the slot if the call in it has reached its deadline."""
        return self._own.expire(now_ms)

    def lost(self) -> list[RpcEvent]:
        """The connection is gone: whoever waits for an answer is told at once. The object is of no use afterwards."""
        return self._own.lost()

    def _own_id(self, given: str | None = None) -> str:
        message_id = self._new_id() if given is None else given
        if not 0 < len(message_id) <= frames.MAX_ID_LENGTH:
            raise ValueError(f"message id of {len(message_id)} characters")
        return message_id

    # --- their calls -----------------------------------------------------------------------------------------------

    def answer(self, message_id: str, payload: Struct, now_ms: int) -> bytes:
        """The CALLRESULT frame to an inbound call.

        Raises NoSuchCall, or InvalidPayload: the call is then still open, and `fail` can end it.
        """
        action = self._inbound.action_of(message_id)
        encoded = encode(self._catalogue.responses, action, payload)
        frame = frames.result(message_id, encoded)
        self._inbound.answered(message_id, frame, now_ms)
        return frame

    def fail(
        self, message_id: str, code: ErrorCode, description: str, now_ms: int, details: dict[str, Any] | None = None
    ) -> bytes:
        """The CALLERROR frame to an inbound call, with the code as the version spells it. Raises NoSuchCall."""
        self._inbound.action_of(message_id)
        frame = self._error(message_id, code, description, details)
        self._inbound.answered(message_id, frame, now_ms)
        return frame

    def ignore(self, message_id: str) -> None:
        """An inbound call is not to be answered at all. Raises NoSuchCall."""
        self._inbound.action_of(message_id)
        self._inbound.ignored(message_id)

    # --- frames from the peer --------------------------------------------------------------------------------------

    def receive(self, message: str | bytes, now_ms: int) -> list[RpcEvent]:
        """Take one message of the WebSocket: text, or bytes if it was a binary one. Never raises."""
        if isinstance(message, bytes):  # OCPP-J is JSON text (1.6-J and 2.x part 4, 4.1.2)
            return self._on_malformed(Malformed("a binary message"))
        frame = frames.parse(message, self._limits.max_bytes, self._limits.max_nesting)
        if isinstance(frame, Malformed):
            return self._on_malformed(frame)
        if not self._has_type(frame.type_number):
            return self._on_unknown_type(frame.type_number, frame.message_id)
        match frame.type_number:
            case MessageType.CALL:
                return self._on_call(frame, now_ms)
            case MessageType.CALL_RESULT:
                return self._own.on_result(frame)
            case MessageType.CALL_ERROR:
                return self._own.on_error(frame)
            case MessageType.SEND:
                return self._on_send(frame)
        return self._on_result_error(frame, now_ms)

    def _has_type(self, type_number: int) -> bool:
        last = MessageType.SEND if self._version == "2.1" else MessageType.CALL_ERROR
        return MessageType.CALL <= type_number <= last

    def _on_call(self, frame: Frame, now_ms: int) -> list[RpcEvent]:
        message_id = frame.message_id
        action = frames.as_text(frame.rest[0]) if len(frame.rest) == 2 else None
        if action is None:
            return self._refuse(message_id, malformed_call(self._version), "not [2, id, action, payload]")
        mark = fingerprint(action, frame.rest[1])
        match self._inbound.previous(message_id, now_ms):
            case OpenCall(fingerprint=known):
                if known == mark:  # a retry of what is being handled: the answer to come serves it too
                    return [Ignored(message_id, f"{action} again, while it is being handled")]
                # An id that is in use is a reason for a CALLERROR (1.6-J and 2.x part 4, 4.2.3).
                return self._refuse(message_id, ErrorCode.RPC_FRAMEWORK_ERROR, "the id belongs to an unanswered call")
            case GivenAnswer(fingerprint=known, frame=given) if known == mark:
                return [Transmit(given, f"{action} again: the answer it had")]
        if not self._catalogue.knows(action):
            return self._refuse(message_id, ErrorCode.NOT_IMPLEMENTED, f"{action} is unknown")
        cls = self._catalogue.requests.get(action)
        if cls is None or action not in self._catalogue.supported:
            return self._refuse(message_id, ErrorCode.NOT_SUPPORTED, f"{action} is not supported")
        payload = self._catalogue.decode(cls, frame.rest[1])
        if isinstance(payload, Refused):
            return self._refuse(message_id, payload.code, payload.description)
        if self._inbound.full:
            return self._refuse(message_id, ErrorCode.INTERNAL_ERROR, "too many calls wait for an answer")
        self._inbound.opened(message_id, action, mark)
        return [InboundCall(message_id, action, payload)]

    def _on_send(self, frame: Frame) -> list[RpcEvent]:
        """A SEND: never answered, not even with an error (2.1 part 4, 4.2.4)."""
        action = frames.as_text(frame.rest[0]) if len(frame.rest) == 2 else None
        if action is None or action not in self._catalogue.sends or action not in self._catalogue.supported:
            return [Ignored(frame.message_id, "a SEND that is not supported")]
        payload = self._catalogue.decode(self._catalogue.sends[action], frame.rest[1])
        if isinstance(payload, Refused):
            return [Ignored(frame.message_id, f"a SEND that is not valid: {payload.description}")]
        return [InboundSend(frame.message_id, action, payload)]

    def _on_result_error(self, frame: Frame, now_ms: int) -> list[RpcEvent]:
        """A CALLRESULTERROR: the peer cannot use an answer of ours (2.1 part 4, 4.2.3)."""
        if not isinstance(self._inbound.previous(frame.message_id, now_ms), GivenAnswer):
            return [Ignored(frame.message_id, "a CALLRESULTERROR to no answer of ours")]
        return [PeerRemark(frame.message_id, *complaint(frame))]

    def _on_unknown_type(self, type_number: int, message_id: str | None) -> list[RpcEvent]:
        """1.6 ignores it (4.1.3); 2.x says so (2.0.1 part 4, 4.4), which leaves its payload ignored as 2.1 wants it."""
        why = f"message type {type_number} is not supported"
        if self._version == "1.6":
            return [Ignored(message_id, why)]
        return self._refuse(message_id, ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED, why)

    def _on_malformed(self, malformed: Malformed) -> list[RpcEvent]:
        """What is no frame. Only a call, or what may have been one, is answered: an answer never is."""
        number, message_id, why = malformed.type_number, malformed.message_id, malformed.why
        if number is not None and not self._has_type(number):
            return self._on_unknown_type(number, message_id)
        if number in (MessageType.CALL_RESULT, MessageType.CALL_ERROR):
            return self._own.on_unreadable(number, message_id, why)
        if number in (MessageType.CALL_RESULT_ERROR, MessageType.SEND):
            return [Ignored(message_id, why)]
        if self._version == "1.6" and (number is None or message_id is None):
            return [Ignored(message_id, why)]  # no CALLERROR without the id of a call (1.6-J 4.2.3)
        # A payload that is not JSON, or too long (B06.FR.17), is a matter of format; the rest is no call at all.
        code = ErrorCode.FORMAT_VIOLATION if malformed.syntax else ErrorCode.RPC_FRAMEWORK_ERROR
        return self._refuse(message_id, code, why)

    def _refuse(self, message_id: str | None, code: ErrorCode, why: str) -> list[RpcEvent]:
        why = why[: frames.MAX_DESCRIPTION_LENGTH]
        return [Transmit(self._error(frames.UNREADABLE_ID if message_id is None else message_id, code, why), why)]

    def _error(
        self, message_id: str, code: ErrorCode, description: str, details: dict[str, Any] | None = None
    ) -> bytes:
        return frames.error(MessageType.CALL_ERROR, message_id, spelled(self._version, code), description, details)
