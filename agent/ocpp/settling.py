"""How a message of the station's ends: answered, answered late, unusably, refused, or not at all.

A CALLRESULT ends it for ever, whichever attempt it belongs to; a CALLERROR and silence end the attempt, and the outbox
says whether another follows (E13.FR.02-04).
"""

from __future__ import annotations

import logging

from msgspec import Struct

from agent.core.events import BootAnswered, FactDelivered, RegistrationStatus, RequestFailed
from agent.core.facts import AnyLogged, TransactionRecorded
from agent.ocpp.dialect import Delivery, Dialect
from agent.ocpp.outbox import Flight, Outbox
from agent.ocpp.outbox_facts import Position, Released, Tried
from agent.ocpp.rpc_events import AnsweredLate, CallFailed
from agent.ocpp.step import Save, Step

log = logging.getLogger(__name__)


class Settling:
    """The ends of what the outbox has in flight, as steps of the peer."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self.dialect: Dialect | None = None  # the peer's
        self._late: Struct | None = None  # a late answer to what is in flight again

    def answered_late(self, step: Step, event: AnsweredLate) -> None:
        """It counts: a message is never sent again after a CALLRESULT. One that is under way once more ends with it."""
        fact, flight = self._outbox.late(event.message_id), self._outbox.flight
        if fact is not None and flight is not None and flight.fact is fact:
            self._late = event.payload
        elif fact is not None:
            self._delivered(step, fact, event.payload)

    def settle_late(self, step: Step) -> bool:
        """The repeated message got no answer of its own; the late one to an attempt before it serves."""
        late, self._late = self._late, None
        flight = self._outbox.flight
        if late is None or flight is None or flight.fact is None:
            return False
        self._outbox.answered()
        self._delivered(step, flight.fact, late)
        return True

    def answered(self, step: Step, payload: Struct) -> None:
        self._late = None
        flight = self._outbox.answered()
        if flight is None or self.dialect is None:
            return
        if flight.fact is not None:
            self._delivered(step, flight.fact, payload)
        elif flight.asked is not None:
            event = self.dialect.reply(flight.asked.request_id, flight.asked.request, payload)
            if isinstance(event, BootAnswered) and event.status is not RegistrationStatus.ACCEPTED:
                self._outbox.status = event.status.value.lower()  # at once: the core hears of it only after what waits
            step.events.append(event)

    def _delivered(self, step: Step, fact: AnyLogged, payload: Struct | None) -> None:
        found = (
            self.dialect.delivered(fact, payload) if self.dialect is not None and payload is not None else Delivery()
        )
        step.saves.append(Save(self._outbox.delivered(fact), found.kept))
        tx, token = None, None
        if isinstance(fact, TransactionRecorded):
            tx, token = fact.tx, fact.token or fact.start_token
        step.events.append(FactDelivered(seq=fact.seq, tx=tx, info=found.info, token=token))

    def unusable(self, step: Step, event: CallFailed) -> None:
        """An answer that breaks its schema: the CSMS has processed the call, so it is not sent again."""
        flight = self._outbox.answered()
        if flight is not None and flight.fact is not None:
            self._delivered(step, flight.fact, None)
        elif flight is not None and flight.asked is not None:
            failed = RequestFailed(request_id=flight.asked.request_id, code=event.code, why=event.description)
            step.events.append(failed)

    def failed(self, step: Step, now_ms: int, code: str, why: str) -> None:
        if self.settle_late(step):
            return
        flight, outcome = self._outbox.failed(now_ms, code, why)
        if flight is None:
            return
        if flight.asked is not None:
            step.events.append(RequestFailed(request_id=flight.asked.request_id, code=code, why=why))
        self._end(step, flight, outcome, code)

    def lost(self, step: Step, now_ms: int) -> Flight | None:
        """The link broke; gives what was in flight."""
        flight, outcome = self._outbox.lost(now_ms)
        if flight is not None:
            self._end(step, flight, outcome, "link lost")
        return flight

    def _end(self, step: Step, flight: Flight, outcome: Position | Released | Tried | None, code: str) -> None:
        if outcome is not None:
            step.saves.append(Save(outcome))
            if isinstance(outcome, Position) and flight.fact is not None:
                tx = flight.fact.tx if isinstance(flight.fact, TransactionRecorded) else None
                log.error("message refused to the end, in quarantine", extra={"seq": outcome.seq, "code": code})
                step.events.append(FactDelivered(seq=flight.fact.seq, tx=tx, refused=True))
