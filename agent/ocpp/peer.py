"""One CSMS: RPC, outbox and dialect put together. Sans-IO; the runtime moves frames, time and batches.

frames in ──► rpc ──► calls, answers ──► dialect ──► events for the core
effects of the core, durable facts ──► outbox ──► dialect ──► rpc ──► frames out
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterable, Mapping

from agent.core.commands import Result
from agent.core.effects import Ask
from agent.core.events import (
    MessageSent,
    QueueChanged,
    RequestFailed,
)
from agent.core.facts import AnyLogged
from agent.ocpp.dialect import Dialect
from agent.ocpp.inbound import Inbound
from agent.ocpp.outbox import TIMEOUT, Flight, Outbox
from agent.ocpp.outbox_facts import Class, Position, Retry
from agent.ocpp.outbox_requests import Asked
from agent.ocpp.rpc import Rpc
from agent.ocpp.rpc_catalogue import InvalidPayload
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
from agent.ocpp.settling import Settling
from agent.ocpp.step import Save, Step

log = logging.getLogger(__name__)


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
        self._settling = Settling(self.outbox)
        self._inbound: Inbound | None = None
        self._command_ids = itertools.count(1)
        self._told = QueueChanged(waiting=frozenset())

    # The link

    def opened(self, subprotocol: str) -> str:
        """A connection stands. Gives the OCPP version that was agreed."""
        dialect = self._dialects[subprotocol]
        if dialect is not self.dialect:
            self.outbox.status = "unknown"  # in another version the station is to be accepted anew
        self.dialect = self._settling.dialect = dialect
        self._rpc = Rpc(self.dialect.catalogue, new_id=self._new_id, message_timeout_ms=self._message_timeout_ms())
        self._inbound = Inbound(self._rpc, dialect, self._command_ids)
        self.outbox.link_up()
        return self.dialect.catalogue.version

    def closed(self, now_ms: int) -> Step:
        """The connection is gone: whoever waits for an answer is told at once."""
        step = Step([], [], [])
        if self._rpc is not None:
            for event in self._rpc.lost():
                self._take(step, event, now_ms)
        self._rpc = self._inbound = None
        self._settling.settle_late(step)
        flight = self._settling.lost(step, now_ms)
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
                if self._inbound is not None:
                    self._inbound.take(step, event, now_ms)
            case CallAnswered():
                self._settling.answered(step, event.payload)
            case CallFailed() if event.by_peer:
                self._settling.failed(step, now_ms, event.code, event.description)
            case CallFailed():
                log.warning("unusable answer", extra={"action": event.action, "why": event.description})
                self._settling.unusable(step, event)
            case CallTimedOut():
                flight = self.outbox.flight
                if flight is not None and flight.fact is not None:
                    self.outbox.remember_late(event.message_id, flight.fact.seq)
                self._settling.failed(step, now_ms, TIMEOUT, f"{event.action} was not answered in time")
            case CallLost():
                pass  # `closed` tells everybody
            case AnsweredLate():
                self._settling.answered_late(step, event)
            case PeerRemark():
                log.warning("remark of the CSMS", extra={"code": event.code, "why": event.description})
            case Ignored():
                log.info("frame ignored", extra={"why": event.why})
            case _:
                pass  # SEND: no dialect has one yet

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
        if self._inbound is not None:
            self._inbound.answer(step, command_id, result, now_ms)
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

    def again(self, facts: Iterable[AnyLogged], now_ms: int) -> tuple[Step, int]:
        """Facts in quarantine are tried once more; how many there was room for."""
        taken = self.outbox.again(facts)
        return self._pump(Step([], [], []), now_ms), taken

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
                if isinstance(position, Position):  # else it is in quarantine, and stays there
                    step.saves.append(Save(Position(position.cls, position.seq, told)))
            return
        step.events.append(MessageSent())
