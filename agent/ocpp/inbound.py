"""The calls of the CSMS: from the frame to a command for the core, and from its result to the answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from msgspec import Struct

from agent.core.commands import AnyCommand, Result
from agent.core.events import CommandReceived
from agent.ocpp.dialect import Dialect, Refusal
from agent.ocpp.rpc import Rpc
from agent.ocpp.rpc_catalogue import InvalidPayload
from agent.ocpp.rpc_codes import ErrorCode
from agent.ocpp.rpc_events import InboundCall
from agent.ocpp.step import Step

log = logging.getLogger(__name__)


class _Open(Struct, frozen=True):
    """A call that the core has not answered yet."""

    message_id: str
    action: str
    payload: Struct
    command: AnyCommand


class Inbound:
    """What the CSMS waits for on one connection; it is made with it and goes with it."""

    def __init__(self, rpc: Rpc, dialect: Dialect, ids: Iterator[int]) -> None:
        self._rpc = rpc
        self._dialect = dialect
        self._ids = ids  # of commands: they outlast the connection, so that none is mistaken for another
        self._open: dict[str, _Open] = {}

    def take(self, step: Step, call: InboundCall, now_ms: int) -> None:
        """A call came: a command for the core, or a refusal at once."""
        command = self._dialect.decode(call.action, call.payload)
        if isinstance(command, Refusal):
            step.frames.append(self._rpc.fail(call.message_id, command.code, command.why, now_ms))
            return
        command_id = f"csms-{next(self._ids)}"
        self._open[command_id] = _Open(call.message_id, call.action, call.payload, command)
        step.events.append(CommandReceived(command_id=command_id, command=command))

    def answer(self, step: Step, command_id: str, result: Result, now_ms: int) -> None:
        """The core's answer to a call; nothing if it came over another connection."""
        waiting = self._open.pop(command_id, None)
        if waiting is None:
            return
        answer = self._dialect.encode(waiting.action, waiting.payload, waiting.command, result)
        if answer is None:
            self._rpc.ignore(waiting.message_id)
            return
        if isinstance(answer, Refusal):
            step.frames.append(self._rpc.fail(waiting.message_id, answer.code, answer.why, now_ms))
            return
        try:
            step.frames.append(self._rpc.answer(waiting.message_id, answer, now_ms))
        except InvalidPayload:
            log.exception("an answer of ours breaks its schema", extra={"action": waiting.action})
            fallback = self._rpc.fail(waiting.message_id, ErrorCode.INTERNAL_ERROR, "internal error", now_ms)
            step.frames.append(fallback)
