"""Our half of the RPC: the one slot for a call of ours, and what comes back for it.

idle --call--> in flight --an answer, expire after the deadline, or lost--> idle
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from msgspec import Raw, Struct

from agent.ocpp import frames
from agent.ocpp.frames import Frame, MessageType
from agent.ocpp.rpc_catalogue import Catalogue, Refused, encode
from agent.ocpp.rpc_codes import ErrorCode, malformed_call, spelled
from agent.ocpp.rpc_events import (
    AnsweredLate,
    CallAnswered,
    CallFailed,
    CallLost,
    CallTimedOut,
    Ignored,
    PeerRemark,
    RpcEvent,
    Transmit,
)

MAX_CODE_LENGTH: Final = 64
MAX_DETAILS_LENGTH: Final = 1024

NOBODY_WAITS: Final = "an answer nobody waits for"


class SlotTaken(Exception):
    """A call of ours is in flight already."""


class Pending(Struct, frozen=True):
    """Our call in flight."""

    message_id: str
    action: str
    deadline_ms: int


class OwnCalls:
    """The slot, and the ids of the last calls that timed out in it."""

    def __init__(self, catalogue: Catalogue, max_late_calls: int) -> None:
        self.pending: Pending | None = None
        self._catalogue = catalogue
        self._max_late_calls = max_late_calls
        self._late: OrderedDict[str, str] = OrderedDict()  # action by id

    def encoded(self, action: str, payload: Struct) -> bytes:
        """Payload of a call that could be made now. Raises SlotTaken, InvalidPayload."""
        if self.pending is not None:
            raise SlotTaken(f"{self.pending.action} {self.pending.message_id} is in flight")
        return encode(self._catalogue.requests, action, payload)

    def take_slot(self, action: str, encoded: bytes, message_id: str, deadline_ms: int) -> bytes:
        """Take the slot, which is free, and return the CALL frame."""
        self._late.pop(message_id, None)  # a retry under the same id: its answer answers both attempts
        self.pending = Pending(message_id, action, deadline_ms)
        return frames.call(MessageType.CALL, message_id, action, encoded)

    def expire(self, now_ms: int) -> list[RpcEvent]:
        """Free the slot if the call in it is due (1.6-J and 2.x part 4, 4.1.1)."""
        pending = self.pending
        if pending is None or now_ms < pending.deadline_ms:
            return []
        self.pending = None
        self._late[pending.message_id] = pending.action
        if len(self._late) > self._max_late_calls:
            self._late.popitem(last=False)
        return [CallTimedOut(pending.message_id, pending.action)]

    def lost(self) -> list[RpcEvent]:
        """Free the slot because the connection is gone."""
        pending, self.pending = self.pending, None
        return [CallLost(pending.message_id, pending.action)] if pending else []

    def on_result(self, frame: Frame) -> list[RpcEvent]:
        """A CALLRESULT."""
        pending = self._release(frame.message_id)
        action = pending.action if pending else self._late.pop(frame.message_id, None)
        if action is None:
            return [Ignored(frame.message_id, NOBODY_WAITS)]
        payload = self._result_payload(action, frame)
        if not isinstance(payload, Refused):
            answered = CallAnswered if pending else AnsweredLate
            return [answered(frame.message_id, action, payload)]
        if pending is None:
            return [Ignored(frame.message_id, f"a late answer that is not valid: {payload.description}")]
        return self._invalid_result(pending, payload)

    def on_error(self, frame: Frame) -> list[RpcEvent]:
        """A CALLERROR. Whatever state it is in, it says no."""
        code, description, details = complaint(frame)
        if frame.message_id == frames.UNREADABLE_ID:  # 2.x part 4, 4.2.3: it may be about any frame of ours
            return [PeerRemark(frame.message_id, code, description, details)]
        pending = self._release(frame.message_id)
        if pending is None:
            return [Ignored(frame.message_id, NOBODY_WAITS)]
        return [CallFailed(pending.message_id, pending.action, code, description, details, by_peer=True)]

    def on_unreadable(self, type_number: int, message_id: str | None, why: str) -> list[RpcEvent]:
        """A CALLRESULT or CALLERROR of which only the beginning could be read, or not even the id."""
        pending = self._release(message_id)
        if pending is None:
            return [Ignored(message_id, why)]
        if type_number == MessageType.CALL_RESULT:
            return self._invalid_result(pending, Refused(ErrorCode.FORMAT_VIOLATION, why))
        code = spelled(self._catalogue.version, ErrorCode.GENERIC_ERROR)
        return [CallFailed(pending.message_id, pending.action, code, why, "", by_peer=True)]

    def _release(self, message_id: str | None) -> Pending | None:
        """The call in flight, out of its slot, if that is its id."""
        pending = self.pending
        if pending is None or pending.message_id != message_id:
            return None
        self.pending = None
        return pending

    def _result_payload(self, action: str, frame: Frame) -> Struct | Refused:
        if len(frame.rest) != 1:
            return Refused(malformed_call(self._catalogue.version), "a CALLRESULT has three elements")
        return self._catalogue.decode(self._catalogue.responses[action], frame.rest[0])

    def _invalid_result(self, pending: Pending, refused: Refused) -> list[RpcEvent]:
        """The caller is told at once; the peer only in 2.1, which alone has a message for it (4.2.3)."""
        version = self._catalogue.version
        code, why = spelled(version, refused.code), refused.description
        events: list[RpcEvent] = []
        if version == "2.1":
            frame = frames.error(MessageType.CALL_RESULT_ERROR, pending.message_id, code, why)
            events.append(Transmit(frame, why))
        events.append(CallFailed(pending.message_id, pending.action, code, why, "", by_peer=False))
        return events


def complaint(frame: Frame) -> tuple[str, str, str]:
    """Code, description and details of a CALLERROR or CALLRESULTERROR, however it is filled, cut to our limits."""
    code, description, details, *_ = (*frame.rest, Raw(), Raw(), Raw())
    return (
        (frames.as_text(code) or "")[:MAX_CODE_LENGTH],
        (frames.as_text(description) or "")[: frames.MAX_DESCRIPTION_LENGTH],
        bytes(memoryview(details)[: 4 * MAX_DETAILS_LENGTH]).decode(errors="replace")[:MAX_DETAILS_LENGTH],
    )
