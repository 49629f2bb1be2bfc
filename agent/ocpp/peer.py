"""One CSMS: RPC, outbox and dialect put together. Sans-IO; the runtime moves frames, time and batches.

frames in ──► rpc ──► calls, answers ──► dialect ──► events for the core
effects of the core, durable facts ──► outbox ──► dialect ──► rpc ──► frames out
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from agent.core.commands import AnyCommand, Result
from agent.core.effects import Ask
from agent.core.events import (
    AnyEvent,
    BootAnswered,
    CommandReceived,
    FactDelivered,
    MessageSent,
    QueueChanged,
    RegistrationStatus,
    RequestFailed,
)
from agent.core.facts import AnyKept, AnyLogged, TransactionRecorded
from agent.ocpp.dialect import Delivery, Dialect, Refusal
from agent.ocpp.outbox import Flight, Outbox
from agent.ocpp.outbox_facts import Class, Position, Retry, Tried
from agent.ocpp.outbox_requests import Asked
from agent.ocpp.rpc import Rpc
from agent.ocpp.rpc_catalogue import InvalidPayload
from agent.ocpp.rpc_codes import ErrorCode
from agent.ocpp.rpc_events import (
    AnsweredLate,
    CallAnswered,
    CallFailed,
    CallLost,
    CallTimedOut,
    Ignored,
    InboundCall,
    PeerRemark,
    RpcEvent,
    Transmit,
)

log = logging.getLogger(__name__)


class Save(Struct, frozen=True):
    """To be committed: cursor or attempt, and what the answer taught. `position` then goes to `saved`."""

    position: Position | Tried
    kept: tuple[AnyKept, ...] = ()


class Step(Struct):
    """What a turn of the peer leads to: frames to send, events for the core, things to save."""

    frames: list[bytes]
    events: list[AnyEvent]
    saves: list[Save]


class _Open(Struct, frozen=True):
    """A call of the CSMS that the core has not answered yet."""

    message_id: str
    connection: int
    action: str
    payload: Struct
    command: AnyCommand


class Peer:
    """The station's side of its conversation with one CSMS."""

    def __init__(
        self,
        dialects: Mapping[str, Dialect],
        retry: Callable[[], Retry],
        *,
        new_id: Callable[[], str],
        message_timeout_ms: Callable[[], int],
    ) -> None:
        self._dialects = dialects
        self._new_id = new_id
        self._message_timeout_ms = message_timeout_ms
        self.outbox = Outbox(retry)
        self.dialect: Dialect | None = None
        self._rpc: Rpc | None = None
        self._connections = itertools.count(1)
        self._connection = 0
        self._commands = itertools.count(1)
        self._open: dict[str, _Open] = {}
        self._late: Struct | None = None  # a late answer to what is in flight again
        self._told = QueueChanged(waiting=frozenset())

    # The link

    def opened(self, subprotocol: str) -> str:
        """A connection stands. Gives the OCPP version that was agreed."""
        dialect = self._dialects[subprotocol]
        if dialect is not self.dialect:
            self.outbox.status = "unknown"  # in another version the station is to be accepted anew
        self.dialect = dialect
        self._connection = next(self._connections)
        self._rpc = Rpc(self.dialect.catalogue, new_id=self._new_id, message_timeout_ms=self._message_timeout_ms())
        self.outbox.link_up()
        return self.dialect.catalogue.version

    def closed(self, now_ms: int) -> Step:
        """The connection is gone: whoever waits for an answer is told at once."""
        step = Step([], [], [])
        if self._rpc is not None:
            for event in self._rpc.lost():
                self._take(step, event, now_ms)
        self._rpc = None
        self._open.clear()
        self._settle_late(step)
        flight = self.outbox.lost()
        failed = self.outbox.link_down()
        if flight is not None and flight.asked is not None and flight.delivery != "latest":
            failed.append(flight.asked)
        for asked in failed:
            step.events.append(RequestFailed(request_id=asked.request_id, code="offline", why="the link is down"))
        return step

    # In

    def receive(self, message: str | bytes, now_ms: int) -> Step:
        step = Step([], [], [])
        if self._rpc is not None:
            for event in self._rpc.receive(message, now_ms):
                self._take(step, event, now_ms)
        return self._pump(step, now_ms)

    def _take(self, step: Step, event: RpcEvent, now_ms: int) -> None:
        match event:
            case Transmit():
                log.info("answered by the protocol", extra={"why": event.why})
                step.frames.append(event.frame)
            case InboundCall():
                self._call(step, event, now_ms)
            case CallAnswered():
                self._answered(step, event.payload)
            case CallFailed() if event.by_peer:
                self._failed(step, now_ms, event.code, event.description)
            case CallFailed():
                log.warning("unusable answer", extra={"action": event.action, "why": event.description})
                self._unusable(step, event)
            case CallTimedOut():
                flight = self.outbox.flight
                if flight is not None and flight.fact is not None:
                    self.outbox.remember_late(event.message_id, flight.fact.seq)
                self._failed(step, now_ms, "timeout", f"{event.action} was not answered in time")
            case CallLost():
                pass  # `closed` tells everybody
            case AnsweredLate():
                self._answered_late(step, event)
            case PeerRemark():
                log.warning("remark of the CSMS", extra={"code": event.code, "why": event.description})
            case Ignored():
                log.info("frame ignored", extra={"why": event.why})
            case _:
                pass  # SEND: no dialect has one yet

    def _answered_late(self, step: Step, event: AnsweredLate) -> None:
        """It counts: a message is never sent again after a CALLRESULT. One that is under way once more ends with it."""
        fact, flight = self.outbox.late(event.message_id), self.outbox.flight
        if fact is not None and flight is not None and flight.fact is fact:
            self._late = event.payload
        elif fact is not None:
            self._delivered(step, fact, event.payload)

    def _settle_late(self, step: Step) -> bool:
        """The repeated message got no answer of its own; the late one to an attempt before it serves."""
        late, self._late = self._late, None
        flight = self.outbox.flight
        if late is None or flight is None or flight.fact is None:
            return False
        self.outbox.answered()
        self._delivered(step, flight.fact, late)
        return True

    def _call(self, step: Step, call: InboundCall, now_ms: int) -> None:
        if self.dialect is None or self._rpc is None:
            return
        command = self.dialect.decode(call.action, call.payload)
        if isinstance(command, Refusal):
            step.frames.append(self._rpc.fail(call.message_id, command.code, command.why, now_ms))
            return
        command_id = f"csms-{next(self._commands)}"
        self._open[command_id] = _Open(call.message_id, self._connection, call.action, call.payload, command)
        step.events.append(CommandReceived(command_id=command_id, command=command))

    def _answered(self, step: Step, payload: Struct) -> None:
        self._late = None
        flight = self.outbox.answered()
        if flight is None or self.dialect is None:
            return
        if flight.fact is not None:
            self._delivered(step, flight.fact, payload)
        elif flight.asked is not None:
            event = self.dialect.reply(flight.asked.request_id, flight.asked.request, payload)
            if isinstance(event, BootAnswered) and event.status is not RegistrationStatus.ACCEPTED:
                self.outbox.status = event.status.value.lower()  # at once: the core hears of it only after what waits
            step.events.append(event)

    def _delivered(self, step: Step, fact: AnyLogged, payload: Struct | None) -> None:
        found = (
            self.dialect.delivered(fact, payload) if self.dialect is not None and payload is not None else Delivery()
        )
        step.saves.append(Save(self.outbox.delivered(fact), found.kept))
        tx, token = None, None
        if isinstance(fact, TransactionRecorded):
            tx, token = fact.tx, fact.token or fact.start_token
        step.events.append(FactDelivered(seq=fact.seq, tx=tx, info=found.info, token=token))

    def _unusable(self, step: Step, event: CallFailed) -> None:
        """An answer that breaks its schema: the CSMS has processed the call, so it is not sent again."""
        flight = self.outbox.answered()
        if flight is not None and flight.fact is not None:
            self._delivered(step, flight.fact, None)
        elif flight is not None and flight.asked is not None:
            failed = RequestFailed(request_id=flight.asked.request_id, code=event.code, why=event.description)
            step.events.append(failed)

    def _failed(self, step: Step, now_ms: int, code: str, why: str) -> None:
        if self._settle_late(step):
            return
        flight, outcome = self.outbox.failed(now_ms, code, why)
        if flight is None:
            return
        if flight.asked is not None:
            step.events.append(RequestFailed(request_id=flight.asked.request_id, code=code, why=why))
        if outcome is not None:
            step.saves.append(Save(outcome))
            if isinstance(outcome, Position) and flight.fact is not None:
                tx = flight.fact.tx if isinstance(flight.fact, TransactionRecorded) else None
                log.error("message refused to the end, in quarantine", extra={"seq": outcome.seq, "code": code})
                step.events.append(FactDelivered(seq=flight.fact.seq, tx=tx, refused=True))

    # Out

    def ask(self, effect: Ask, now_ms: int) -> Step:
        step = Step([], [], [])
        asked = Asked(effect.request_id, effect.request, 0, effect.slot, effect.timeout_ms)
        if self.outbox.ask(asked, effect.delivery) is not None:
            step.events.append(RequestFailed(request_id=asked.request_id, code="offline", why="the link is down"))
        return self._pump(step, now_ms)

    def answer(self, command_id: str, result: Result, now_ms: int) -> Step:
        """The core's answer to a call of the CSMS; nothing if its connection is gone."""
        step = Step([], [], [])
        waiting = self._open.pop(command_id, None)
        if waiting is None or self._rpc is None or self.dialect is None or waiting.connection != self._connection:
            return step
        answer = self.dialect.encode(waiting.action, waiting.payload, waiting.command, result)
        if answer is None:
            self._rpc.ignore(waiting.message_id)
            return step
        if isinstance(answer, Refusal):
            step.frames.append(self._rpc.fail(waiting.message_id, answer.code, answer.why, now_ms))
            return step
        try:
            step.frames.append(self._rpc.answer(waiting.message_id, answer, now_ms))
        except InvalidPayload:
            log.exception("an answer of ours breaks its schema", extra={"action": waiting.action})
            fallback = self._rpc.fail(waiting.message_id, ErrorCode.INTERNAL_ERROR, "internal error", now_ms)
            step.frames.append(fallback)
        return step

    def commit(self, facts: list[AnyLogged], now_ms: int) -> Step:
        self.outbox.commit(facts)
        return self._pump(Step([], [], []), now_ms)

    def loaded(self, cls: Class, facts: list[AnyLogged], upto: int | None, now_ms: int) -> Step:
        self.outbox.loaded(cls, facts, upto)
        return self._pump(Step([], [], []), now_ms)

    def thinned(self, gone: Iterable[str], now_ms: int) -> Step:
        self.outbox.thinned(gone)
        return self._pump(Step([], [], []), now_ms)

    def saved(self, save: Save, now_ms: int) -> Step:
        if isinstance(save.position, Position):
            self.outbox.saved(save.position)
        return self._pump(Step([], [], []), now_ms)

    def registered(self, status: str, now_ms: int) -> Step:
        self.outbox.status = status
        return self._pump(Step([], [], []), now_ms)

    def tick(self, now_ms: int) -> Step:
        step = Step([], [], [])
        if self._rpc is not None:
            for event in self._rpc.expire(now_ms):
                self._take(step, event, now_ms)
        return self._pump(step, now_ms)

    def wake_at(self) -> int | None:
        """When `tick` is due: the deadline of the CALL in flight, or a retry."""
        pending = self._rpc.pending if self._rpc is not None else None
        due = [at for at in (pending.deadline_ms if pending else None, self.outbox.wake_at()) if at is not None]
        return min(due, default=None)

    def _pump(self, step: Step, now_ms: int) -> Step:
        """Fill the CALL slot if something may go, and tell the core what waits."""
        while self._rpc is not None and self.dialect is not None and self._rpc.pending is None:
            flight = self.outbox.next(now_ms)
            if flight is None:
                break
            self._send(step, self._rpc, self.dialect, flight, now_ms)
        outbox = self.outbox
        told = QueueChanged(waiting=outbox.transactions, busy=outbox.busy, upto=outbox.upto)
        if told != self._told:
            self._told = told
            step.events.append(told)
        return step

    def _send(self, step: Step, rpc: Rpc, dialect: Dialect, flight: Flight, now_ms: int) -> None:
        fact, asked = flight.fact, flight.asked
        if fact is not None:
            message = dialect.project(fact, offline=self.outbox.offline(fact))
        else:
            message = dialect.ask(asked.request) if asked is not None else None
        if message is None:
            self.outbox.answered()
            if fact is not None:
                step.saves.append(Save(self.outbox.skip(fact)))
            elif asked is not None:
                step.events.append(RequestFailed(request_id=asked.request_id, code="unsupported", why="not asked"))
            return
        timeout = asked.timeout_ms if asked is not None else None
        rpc.message_timeout_ms = timeout or self._message_timeout_ms()
        try:
            step.frames.append(rpc.call(message.action, message.payload, now_ms))
        except InvalidPayload as error:
            # A bug of ours must not block the money behind it: the fact is kept in quarantine for people to see.
            log.exception("a message of ours breaks its schema", extra={"action": message.action})
            if fact is None:
                self.outbox.answered()
                if asked is not None:
                    step.events.append(RequestFailed(request_id=asked.request_id, code="InternalError"))
            else:
                self.outbox.answered()
                position = self.outbox.skip(fact)
                told = (1, "InvalidPayload", str(error)[:255])
                step.saves.append(Save(Position(position.cls, position.seq, told)))
            return
        step.events.append(MessageSent())
