"""What leaves the station, in which order, and what becomes of it. Sans-IO; one outbox for each peer.

Delivery classes, most urgent first:

    boot     nothing else leaves before it is accepted
    live     Authorize: asked now, or failed at once when there is no link
    ledger   transaction facts: first in, first out, on disk until answered, tried again (E13)
    latest   statuses, heartbeat: only the newest of each slot matters; waits for the link
    log      security events: on disk until answered
    report   NotifyReport pages, triggered values: in order, dropped when the link goes

Statuses and ledger facts of this boot go in the order in which they were made (1.6 TC_037), but a backlog that does not
fit in the window, or is from an earlier boot, does not hold statuses back (1.6 3.7). One CALL is in flight at a time. A
fact is sent again only if nobody answered or a CALLERROR came back, never after a CALLRESULT; after the configured
attempts it goes to quarantine and the next one follows; a person may have it tried once more (`again`). The cursor is
on disk before the next fact leaves, so that a restart repeats at most the one in flight.

A link that breaks with a fact in flight is nobody's failure. But where one link after the other breaks with the same
fact, it waits until the CSMS has answered something else, a heartbeat if there is nothing else to ask: if the link then
breaks again, that was an attempt. So a message at which the CSMS hangs up does not block the station for ever.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from agent.core.facts import AnyLogged
from agent.ocpp.outbox_facts import AGAIN, Backlog, Class, FactQueue, Position, Released, Retry, Tried, class_of, tx_of
from agent.ocpp.outbox_requests import PROBE, Asked, RequestQueue

TIMEOUT = "timeout"  # the code of a call that nobody answered
LATE_IDS = 8  # timed-out attempts whose late answer still counts


class Flight(Struct, frozen=True):
    """What is in the CALL slot: a request, or a fact."""

    asked: Asked | None = None
    fact: AnyLogged | None = None
    delivery: str = ""


class Outbox:
    """All queues of one peer."""

    def __init__(self, retry: Callable[[], Retry]) -> None:
        self._retry = retry
        self._ledger = FactQueue("ledger")
        self._log = FactQueue("log")
        self._requests = RequestQueue()
        self._backlog = Backlog()
        self._rank = 0
        self._link_rank = 0
        self._late: dict[str, int] = {}
        self._again: deque[AnyLogged] = deque()
        self._given_up: deque[AnyLogged] = deque(maxlen=LATE_IDS)  # whose answer may still come
        self.status = "unknown"
        self._heard = False  # the CSMS has answered something on this link
        self.linked = False
        self.flight: Flight | None = None

    # What comes in

    def restore(self, cls: Class, cursor: int, tail: int, attempts: int) -> None:
        queue = self._queue(cls)
        queue.cursor = queue.loaded = cursor
        queue.tail = queue.offline_upto = tail  # made before this boot, so before this link
        queue.attempts = attempts

    def commit(self, facts: list[AnyLogged]) -> None:
        """Facts became durable."""
        for fact in facts:
            self._rank += 1
            self._queue(class_of(fact)).append(fact, self._rank)
            self._backlog.count(tx_of(fact), 1)

    def needs(self) -> tuple[Class, int] | None:
        """The class and position from which the shell is to load a page of the log."""
        for queue in (self._ledger, self._log):
            if queue.more and not queue.window:
                queue.sought = queue.tail
                return queue.cls, queue.loaded
        return None

    def loaded(self, cls: Class, facts: list[AnyLogged], upto: int | None) -> None:
        self._queue(cls).take(facts, upto)

    def restore_waiting(self, waiting: Mapping[str, int]) -> None:
        """How many facts of each transaction wait, from before this boot."""
        self._backlog.restore(waiting)

    @property
    def waiting(self) -> Mapping[str, int]:
        """How many facts of each transaction wait."""
        return self._backlog.waiting

    @property
    def transactions(self) -> frozenset[str]:
        """Transactions of which something waits."""
        return self._backlog.transactions

    def crowded(self) -> int | None:
        """Where in the log thinning is to begin, if more wait than there is room for; else None."""
        return self._ledger.loaded if self._backlog.crowded and self._ledger.more else None

    def thinned(self, gone: Iterable[str]) -> None:
        """Facts of these transactions, one for each, were given up (E04.FR.07)."""
        self._backlog.thinned(gone)

    def ask(self, asked: Asked, delivery: str) -> Asked | None:
        """Queue a request. What is given back cannot be delivered now: it failed, as offline."""
        self._rank += 1
        ranked = Asked(asked.request_id, asked.request, self._rank, asked.slot, asked.timeout_ms)
        return None if self._requests.add(ranked, delivery, linked=self.linked) else asked

    def again(self, facts: Iterable[AnyLogged]) -> int:
        """Facts in quarantine get one more try each, after all that waits. Gives how many there was room for."""
        waiting = {fact.seq for fact in self._again}
        taken = [fact for fact in facts if fact.seq not in waiting][: AGAIN - len(waiting)]
        self._again.extend(taken)
        return len(taken)

    def link_up(self) -> None:
        self.linked, self._heard = True, False
        self._rank += 1
        self._link_rank = self._rank
        for queue in (self._ledger, self._log):
            queue.retry_at = None

    def link_down(self) -> list[Asked]:
        """The link is gone. Gives the requests that failed with it; facts and statuses wait for the next one."""
        failed = self._requests.drop()
        self.linked = False
        self._late.clear()
        self._given_up.clear()
        for queue in (self._ledger, self._log):
            queue.offline_upto = queue.tail  # E11.FR.07: what waits is told as offline
        return failed

    # What goes out

    def next(self, now_ms: int) -> Flight | None:
        """What to send now, and into the slot with it; None if nothing may go."""
        if self.flight is not None or not self.linked:
            return None
        self.flight = self._choose(now_ms)
        return self.flight

    def _choose(self, now_ms: int) -> Flight | None:
        requests = self._requests
        if requests.boot:
            return Flight(asked=requests.boot.popleft(), delivery="boot")
        if self.status != "accepted":
            return self._triggered() if self.status == "pending" else None
        if requests.live:
            return Flight(asked=requests.live.popleft(), delivery="live")
        ledger = self._ready(self._ledger, now_ms)
        slot = next(iter(requests.latest), None)
        if slot is not None and self._held(slot):
            slot = None  # an older fact goes first, once the one before it is on record as delivered
        if ledger is not None:
            rank, fact = ledger
            long = rank <= self._link_rank and self._ledger.more
            if slot is None or (0 < rank < requests.latest[slot].rank and not long):
                return Flight(fact=fact, delivery="ledger")
        if slot is not None:
            return Flight(asked=requests.latest.pop(slot), delivery="latest")
        log = self._ready(self._log, now_ms)
        if log is not None:
            return Flight(fact=log[1], delivery="log")
        if self._again:
            return Flight(fact=self._again.popleft(), delivery="again")
        if requests.reports:
            return Flight(asked=requests.reports.popleft(), delivery="report")
        if not self._heard and (self._ledger.suspect or self._log.suspect):
            return Flight(asked=PROBE, delivery="latest")
        return None

    def _ready(self, queue: FactQueue, now_ms: int) -> tuple[int, AnyLogged] | None:
        return None if queue.suspect and not self._heard else queue.ready(now_ms)

    def _held(self, slot: str) -> bool:
        """A status that a fact of this link goes before, which itself waits for the disk."""
        queue, rank = self._ledger, self._requests.latest[slot].rank
        return queue.saving and bool(queue.window) and self._link_rank < queue.window[0][0] < rank

    def _triggered(self) -> Flight | None:
        """While pending only what the CSMS asked for goes out (B02.FR.02)."""
        found = self._requests.take_triggered()
        return Flight(asked=found[0], delivery=found[1]) if found is not None else None

    def offline(self, fact: AnyLogged) -> bool:
        """Whether the fact waited while there was no link (E11.FR.07)."""
        return fact.seq <= self._queue(class_of(fact)).offline_upto

    @property
    def upto(self) -> int:
        """The last fact that was committed."""
        return max(self._ledger.tail, self._log.tail)

    @property
    def busy(self) -> bool:
        """Something is under way to the CSMS, waits for its turn, or was delivered and is not yet recorded as such."""
        if self.flight is not None or self._ledger.saving or self._log.saving:
            return True
        return self.linked and bool(self._requests)

    def wake_at(self) -> int | None:
        """When a fact that failed is due again; None while the slot is taken, which its answer or time-out frees."""
        if self.flight is not None:
            return None
        due = [q.retry_at for q in (self._ledger, self._log) if q.retry_at is not None and q.window]
        return min(due, default=None) if self.linked and self.status == "accepted" else None

    # What became of it

    def skip(self, fact: AnyLogged) -> Position | Released:
        """The version in use has no message for this fact: it is done with."""
        return self._pass(fact, None)

    def answered(self) -> Flight | None:
        """A CALLRESULT came: the slot is free. Facts are then to be passed with `delivered`."""
        self._heard = True
        flight, self.flight = self.flight, None
        return flight

    def delivered(self, fact: AnyLogged) -> Position | Released:
        return self._pass(fact, None)

    def failed(self, now_ms: int, code: str, why: str) -> tuple[Flight | None, Position | Released | Tried | None]:
        """CALLERROR or time-out. A fact is tried again after interval times attempts (E13.FR.03), or quarantined; one
        that is in quarantine stays there."""
        flight, self.flight = self.flight, None
        self._heard = self._heard or code != TIMEOUT
        if flight is None or flight.fact is None:
            return flight, None
        return flight, self._tried(flight.fact, now_ms, code, why)

    def _tried(self, fact: AnyLogged, now_ms: int, code: str, why: str) -> Position | Released | Tried | None:
        queue = self._queue(class_of(fact))
        if not queue.heads(fact):
            self._given_up.append(fact)
            return None
        tried = queue.failed(fact, self._retry(), now_ms)
        if tried is not None:
            return tried
        self._given_up.append(fact)
        return self._pass(fact, (queue.attempts, code[:50], why[:255]))  # E13.FR.04

    def lost(self, now_ms: int) -> tuple[Flight | None, Position | Released | Tried | None]:
        """The link broke with a CALL in flight: no attempt is counted, but where that is its doing."""
        flight, self.flight = self.flight, None
        fact, asked = (flight.fact, flight.asked) if flight is not None else (None, None)
        if fact is None:
            if flight is not None and asked is not None and flight.delivery == "latest" and asked is not PROBE:
                self._requests.latest.setdefault(asked.slot, asked)
            return flight, None
        queue = self._queue(class_of(fact))
        if not queue.heads(fact):
            return flight, None
        queue.losses += 1
        if not (queue.suspect and self._heard):
            return flight, None
        return flight, self._tried(fact, now_ms, "link lost", "the CSMS hung up each time")

    def remember_late(self, message_id: str, seq: int) -> None:
        """An attempt timed out; its answer may still come."""
        self._late[message_id] = seq
        while len(self._late) > LATE_IDS:
            del self._late[next(iter(self._late))]

    def late(self, message_id: str) -> AnyLogged | None:
        """The fact that a late answer belongs to, if it waits still, in flight again perhaps, or was just given up."""
        seq = self._late.pop(message_id, None)
        for fact in self._given_up:
            if fact.seq == seq:
                self._given_up.remove(fact)
                return fact
        for queue in (self._ledger, self._log):
            if queue.window and queue.window[0][1].seq == seq:
                return queue.window[0][1]
        return None

    def saved(self, position: Position) -> None:
        """The cursor is durable: the next fact of its class may leave."""
        self._queue(position.cls).saving = False

    def _pass(self, fact: AnyLogged, quarantined: tuple[int, str, str] | None) -> Position | Released:
        queue = self._queue(class_of(fact))
        if not queue.heads(fact):
            return Released(fact.seq)
        self._backlog.count(tx_of(fact), -1)
        return queue.passed(fact, quarantined)

    def _queue(self, cls: Class) -> FactQueue:
        return self._ledger if cls == "ledger" else self._log
