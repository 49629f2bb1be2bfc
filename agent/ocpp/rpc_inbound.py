"""What is remembered of the peer's calls: those still to be answered, and the answers given lately. Both bounded.

Every CALL should have an id of its own (1.6-J 4.1.4), but a retry may come with the id of its original (2.0.1 errata
2025-01 4.7, 2.1 part 4 4.1.4). A call must not act twice, so the answer that was recorded is given again; only for a
while, since there are peers that count their ids from the start again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from msgspec import Raw, Struct

from agent.ocpp.endpoint import MAX_MESSAGE_BYTES


class Limits(Struct, frozen=True):
    """Bounds of one connection's RPC. The defaults suit a station."""

    max_bytes: int = MAX_MESSAGE_BYTES  # of a frame from the peer
    max_nesting: int = 32  # of arrays and objects in it
    max_open_calls: int = 32  # calls of the peer that wait for our answer
    max_answers: int = 32  # answers kept for a repeated call ...
    max_answers_bytes: int = 128 << 10  # ... and their size together (one may exceed it alone)
    repeat_window_ms: int = 120_000  # ... and for how long
    max_late_calls: int = 8  # calls of ours that timed out and may yet be answered


class NoSuchCall(Exception):
    """No call with this id waits for an answer: it was answered, or made on an earlier connection."""


class OpenCall(Struct, frozen=True):
    """A call of the peer that we have not answered yet."""

    action: str
    fingerprint: bytes


class GivenAnswer(Struct, frozen=True):
    """An answer of ours, whole, and when it was given."""

    action: str
    fingerprint: bytes
    frame: bytes
    given_ms: int


class InboundCalls:
    """Calls of one peer by message id."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: dict[str, OpenCall] = {}
        self._answers: OrderedDict[str, GivenAnswer] = OrderedDict()
        self._answers_bytes = 0

    @property
    def full(self) -> bool:
        """No further call can wait for an answer."""
        return len(self._open) >= self._limits.max_open_calls

    def previous(self, message_id: str, now_ms: int) -> OpenCall | GivenAnswer | None:
        """The call or the recent answer that this id already belongs to."""
        self._forget_until(now_ms - self._limits.repeat_window_ms)
        return self._open.get(message_id) or self._answers.get(message_id)

    def opened(self, message_id: str, action: str, fingerprint: bytes) -> None:
        """A call is handed on, to be answered some time."""
        self._open[message_id] = OpenCall(action, fingerprint)

    def action_of(self, message_id: str) -> str:
        """Action of an open call. Raises NoSuchCall."""
        call = self._open.get(message_id)
        if call is None:
            raise NoSuchCall(message_id)
        return call.action

    def answered(self, message_id: str, frame: bytes, now_ms: int) -> None:
        """The open call got its answer."""
        call = self._open.pop(message_id)
        self._drop(message_id)  # of an older call that had the same id
        self._answers[message_id] = GivenAnswer(call.action, call.fingerprint, frame, now_ms)
        self._answers_bytes += len(frame)
        while len(self._answers) > 1 and (
            len(self._answers) > self._limits.max_answers or self._answers_bytes > self._limits.max_answers_bytes
        ):
            self._drop(next(iter(self._answers)))

    def ignored(self, message_id: str) -> None:
        """The open call gets no answer."""
        del self._open[message_id]

    def _forget_until(self, moment_ms: int) -> None:
        while self._answers and next(iter(self._answers.values())).given_ms <= moment_ms:
            self._drop(next(iter(self._answers)))

    def _drop(self, message_id: str) -> None:
        answer = self._answers.pop(message_id, None)
        if answer is not None:
            self._answers_bytes -= len(answer.frame)


def fingerprint(action: str, payload: Raw) -> bytes:
    """Equal for two calls if their action and the text of their payload are."""
    digest = hashlib.sha256(payload)
    digest.update(action.encode())
    return digest.digest()
