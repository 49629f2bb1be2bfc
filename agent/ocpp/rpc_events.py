"""What the RPC layer reports: one small value for each thing that can happen on a connection."""

from __future__ import annotations

from msgspec import Struct


class Transmit(Struct, frozen=True):
    """A frame to send now: an answer that the protocol itself gives. `why` is for the log."""

    frame: bytes
    why: str


class InboundCall(Struct, frozen=True):
    """The peer calls a supported action with a valid payload; it waits for `Rpc.answer` or `Rpc.fail`."""

    message_id: str
    action: str
    payload: Struct


class InboundSend(Struct, frozen=True):
    """The peer sent an unconfirmed message (2.1 part 4, 4.2.4); there is nothing to answer."""

    message_id: str
    action: str
    payload: Struct


class CallAnswered(Struct, frozen=True):
    """Our call got a valid CALLRESULT."""

    message_id: str
    action: str
    payload: Struct


class CallFailed(Struct, frozen=True):
    """Our call got an answer, but no valid CALLRESULT.

    `by_peer`: the peer refused with a CALLERROR, `code` is its word for it. Otherwise it did answer with a CALLRESULT,
    which is not valid: `code` is ours, the peer has processed the call and it must not be sent again.
    `details` is JSON text, cut to a bounded length.
    """

    message_id: str
    action: str
    code: str
    description: str
    details: str
    by_peer: bool


class CallTimedOut(Struct, frozen=True):
    """Nobody answered our call before its deadline. The slot is free again."""

    message_id: str
    action: str


class CallLost(Struct, frozen=True):
    """The connection ended before our call was answered."""

    message_id: str
    action: str


class AnsweredLate(Struct, frozen=True):
    """A valid CALLRESULT to a call that had timed out on this connection: the peer did process it."""

    message_id: str
    action: str
    payload: Struct


class PeerRemark(Struct, frozen=True):
    """The peer complains: of an answer of ours (CALLRESULTERROR, 2.1), or of a frame whose id it could not read."""

    message_id: str
    code: str
    description: str
    details: str


class Ignored(Struct, frozen=True):
    """A frame that the version lets drop, and why. `message_id` is None where it could not be read."""

    message_id: str | None
    why: str


RpcEvent = (
    Transmit
    | InboundCall
    | InboundSend
    | CallAnswered
    | CallFailed
    | CallTimedOut
    | CallLost
    | AnsweredLate
    | PeerRemark
    | Ignored
)
