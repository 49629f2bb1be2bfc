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
attempts it goes to quarantine and the next one follows. The cursor is on disk before the next fact leaves, so that a
restart repeats at most the one in flight.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct

from agent.core.facts import AnyLogged, SecurityEventRaised
from agent.core.requests import AnyRequest

Class = Literal["ledger", "log"]

WINDOW = 64  # facts of a class held in memory
REPORTS = 256  # report pages that wait
QUEUE = 20_000  # facts of transactions that may wait: beyond it `Updated` ones are thinned out
LIVE = 16
SLOTS = 256
LATE_IDS = 8  # timed-out attempts whose late answer still counts


class Asked(Struct, frozen=True):
    """A request in the queue, with what its answer is to be matched to."""

    request_id: int
    request: AnyRequest
    rank: int
    slot: str = ""
    timeout_ms: int | None = None


class Flight(Struct, frozen=True):
    """What is in the CALL slot: a request, or a fact."""

    asked: Asked | None = None
    fact: AnyLogged | None = None
    delivery: str = ""


class Position(Struct, frozen=True):
    """The cursor of a class after a delivery, to be made durable; `quarantined` tells why if it was not one."""

    cls: Class
    seq: int
    quarantined: tuple[int, str, str] | None = None  # attempts, code, why


class Tried(Struct, frozen=True):
    """An attempt at the head of a class failed: to be made durable."""

    cls: Class
    seq: int
    attempts: int


class Retry(Struct, frozen=True, kw_only=True):
    """How often and how fast facts are tried again (E13.FR.01; 1.6 TransactionMessageAttempts)."""

    attempts: int
    interval_ms: int


class _Queue:
    """Facts of one class: a window on the log, from the cursor on."""

    def __init__(self, cls: Class) -> None:
        self.cls = cls
        self.window: deque[tuple[int, AnyLogged]] = deque()  # with the rank of its making
        self.cursor = 0
        self.tail = 0
        self.loaded = 0  # everything up to here is or was in the window
        self.offline_upto = 0
        self.attempts = 0
        self.retry_at: int | None = None
        self.saving = False
        self.sought = 0  # the tail when a page was last asked for

    @property
    def more(self) -> bool:
        """The log has facts beyond the window."""
        return self.tail > self.loaded

    def append(self, fact: AnyLogged, rank: int) -> None:
        whole = not self.more
        self.tail = max(self.tail, fact.seq)
        if fact.seq <= self.loaded:
            return  # a page of the log was faster
        if whole and len(self.window) < WINDOW:
            self.window.append((rank, fact))
            self.loaded = fact.seq

    def take(self, facts: list[AnyLogged], upto: int | None) -> None:
        """A page of the log beyond `loaded`, which ends with `upto` (None: there is no more).

        Old facts have rank 0: they come after what is of the present. What cannot be read is passed over.
        """
        for fact in facts:
            if fact.seq > self.loaded:
                self.window.append((0, fact))
                self.loaded = fact.seq
        # Facts that were made since the page was asked for are on the next one.
        self.loaded = max(self.loaded, self.sought if upto is None else upto)


def class_of(fact: AnyLogged) -> Class:
    return "log" if isinstance(fact, SecurityEventRaised) else "ledger"


class Outbox:
    """All queues of one peer."""

    def __init__(self, retry: Callable[[], Retry]) -> None:
        self._retry = retry
        self._ledger = _Queue("ledger")
        self._log = _Queue("log")
        self._boot: deque[Asked] = deque(maxlen=1)
        self._live: deque[Asked] = deque()
        self._latest: dict[str, Asked] = {}
        self._reports: deque[Asked] = deque()
        self._rank = 0
        self._link_rank = 0
        self._late: dict[str, int] = {}
        self.status = "unknown"
        self.linked = False
        self.flight: Flight | None = None
        self.waiting: dict[str, int] = {}
        self._transactions: frozenset[str] | None = None
        self._queued = 0
        self._crowd = QUEUE

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
            tx = tx_of(fact)
            if tx is not None:
                self._count(tx, 1)

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
        self.waiting = dict(waiting)
        self._queued = sum(waiting.values())

    @property
    def transactions(self) -> frozenset[str]:
        """Transactions of which something waits."""
        if self._transactions is None:
            self._transactions = frozenset(self.waiting)
        return self._transactions

    def crowded(self) -> int | None:
        """Where in the log thinning is to begin, if more wait than there is room for; else None."""
        return self._ledger.loaded if self._queued > self._crowd and self._ledger.more else None

    def thinned(self, gone: Iterable[str]) -> None:
        """Facts of these transactions, one for each, were given up (E04.FR.07)."""
        for tx in gone:
            self._count(tx, -1)
        self._crowd = max(QUEUE, self._queued + QUEUE // 8)  # there may be nothing left that can go

    def ask(self, asked: Asked, delivery: str) -> Asked | None:
        """Queue a request. What is given back cannot be delivered now: it failed, as offline."""
        self._rank += 1
        ranked = Asked(asked.request_id, asked.request, self._rank, asked.slot, asked.timeout_ms)
        match delivery:
            case "boot":
                self._boot.append(ranked)
            case "live":
                if not self.linked or len(self._live) >= LIVE:
                    return asked
                self._live.append(ranked)
            case "latest":
                if asked.slot in self._latest or len(self._latest) < SLOTS:
                    self._latest.pop(asked.slot, None)
                    self._latest[asked.slot] = ranked
            case _:
                if not self.linked or len(self._reports) >= REPORTS:
                    return asked
                self._reports.append(ranked)
        return None

    def link_up(self) -> None:
        self.linked = True
        self._rank += 1
        self._link_rank = self._rank
        for queue in (self._ledger, self._log):
            queue.retry_at = None

    def link_down(self) -> list[Asked]:
        """The link is gone. Gives the requests that failed with it; facts and statuses wait for the next one."""
        failed = [*self._live, *self._reports, *self._boot]
        self._live.clear()
        self._reports.clear()
        self._boot.clear()
        self._latest.pop("heartbeat", None)
        self.linked = False
        self._late.clear()
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
        if self._boot:
            return Flight(asked=self._boot.popleft(), delivery="boot")
        accepted = self.status == "accepted"
        if not accepted:
            return self._triggered() if self.status == "pending" else None
        if self._live:
            return Flight(asked=self._live.popleft(), delivery="live")
        ledger = self._ready(self._ledger, now_ms)
        slot = next(iter(self._latest), None)
        if slot is not None and self._held(slot):
            slot = None  # an older fact goes first, once the one before it is on record as delivered
        if ledger is not None:
            rank, fact = ledger
            long = rank <= self._link_rank and self._ledger.more
            if slot is None or (0 < rank < self._latest[slot].rank and not long):
                return Flight(fact=fact, delivery="ledger")
        if slot is not None:
            return Flight(asked=self._latest.pop(slot), delivery="latest")
        log = self._ready(self._log, now_ms)
        if log is not None:
            return Flight(fact=log[1], delivery="log")
        if self._reports:
            return Flight(asked=self._reports.popleft(), delivery="report")
        return None

    def _held(self, slot: str) -> bool:
        queue = self._ledger
        return queue.saving and bool(queue.window) and self._link_rank < queue.window[0][0] < self._latest[slot].rank

    def _triggered(self) -> Flight | None:
        """While pending only what the CSMS asked for goes out (B02.FR.02)."""
        for slot, asked in self._latest.items():
            if asked.request.triggered:
                del self._latest[slot]
                return Flight(asked=asked, delivery="latest")
        for asked in self._reports:
            if asked.request.triggered:
                self._reports.remove(asked)
                return Flight(asked=asked, delivery="report")
        return None

    def _ready(self, queue: _Queue, now_ms: int) -> tuple[int, AnyLogged] | None:
        if not queue.window or queue.saving:
            return None
        if queue.retry_at is not None and now_ms < queue.retry_at:
            return None
        return queue.window[0]

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
        return self.linked and bool(self._live or self._latest or self._reports)

    def wake_at(self) -> int | None:
        """When a fact that failed is due again; None while the slot is taken, which its answer or time-out frees."""
        if self.flight is not None:
            return None
        due = [q.retry_at for q in (self._ledger, self._log) if q.retry_at is not None and q.window]
        return min(due, default=None) if self.linked and self.status == "accepted" else None

    # What became of it

    def skip(self, fact: AnyLogged) -> Position:
        """The version in use has no message for this fact: it is done with."""
        return self._pass(fact, None)

    def answered(self) -> Flight | None:
        """A CALLRESULT came: the slot is free. Facts are then to be passed with `delivered`."""
        flight, self.flight = self.flight, None
        return flight

    def delivered(self, fact: AnyLogged) -> Position:
        return self._pass(fact, None)

    def failed(self, now_ms: int, code: str, why: str) -> tuple[Flight | None, Position | Tried | None]:
        """CALLERROR or time-out. A fact is tried again after interval times attempts (E13.FR.03), or quarantined."""
        flight, self.flight = self.flight, None
        if flight is None or flight.fact is None:
            return flight, None
        queue, retry = self._queue(class_of(flight.fact)), self._retry()
        queue.attempts += 1
        if queue.attempts >= max(retry.attempts, 1):
            return flight, self._pass(flight.fact, (queue.attempts, code[:50], why[:255]))  # E13.FR.04
        queue.retry_at = now_ms + retry.interval_ms * queue.attempts
        return flight, Tried(queue.cls, flight.fact.seq, queue.attempts)

    def lost(self) -> Flight | None:
        """The link broke with a CALL in flight: nobody failed, so no attempt is counted."""
        flight, self.flight = self.flight, None
        if flight is not None and flight.asked is not None and flight.delivery == "latest":
            self._latest.setdefault(flight.asked.slot, flight.asked)
        return flight

    def remember_late(self, message_id: str, seq: int) -> None:
        """An attempt timed out; its answer may still come."""
        self._late[message_id] = seq
        while len(self._late) > LATE_IDS:
            del self._late[next(iter(self._late))]

    def late(self, message_id: str) -> AnyLogged | None:
        """The fact that a late answer belongs to, if it still waits; it may be in flight again."""
        seq = self._late.pop(message_id, None)
        for queue in (self._ledger, self._log):
            if queue.window and queue.window[0][1].seq == seq:
                return queue.window[0][1]
        return None

    def saved(self, position: Position) -> None:
        """The cursor is durable: the next fact of its class may leave."""
        self._queue(position.cls).saving = False

    def _pass(self, fact: AnyLogged, quarantined: tuple[int, str, str] | None) -> Position:
        queue = self._queue(class_of(fact))
        queue.window.popleft()
        queue.cursor, queue.attempts, queue.retry_at, queue.saving = fact.seq, 0, None, True
        tx = tx_of(fact)
        if tx is not None:
            self._count(tx, -1)
        return Position(queue.cls, fact.seq, quarantined)

    def _count(self, tx: str, change: int) -> None:
        before = self.waiting.get(tx, 0)
        left = max(before + change, 0)
        self._queued += left - before
        if left:
            self.waiting[tx] = left
        else:
            self.waiting.pop(tx, None)
        if not (left and before):
            self._transactions = None

    def _queue(self, cls: Class) -> _Queue:
        return self._ledger if cls == "ledger" else self._log


def tx_of(fact: AnyLogged) -> str | None:
    """The transaction whose undelivered facts this one is counted among, as the ledger counts them."""
    return None if isinstance(fact, SecurityEventRaised) else fact.tx
