"""Facts on their way to one peer: a window on the log for each class, retries, and how much waits of what."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from agent.core.facts import AnyLogged, SecurityEventRaised

Class = Literal["ledger", "log"]

WINDOW = 64  # facts of a class held in memory
LOSSES = 3  # links that a fact may break before it is suspected
AGAIN = 256  # facts of the quarantine that wait for one more try
QUEUE = 20_000  # facts of transactions that may wait: beyond it `Updated` ones are thinned out


class Position(Struct, frozen=True):
    """The cursor of a class after a delivery, to be made durable; `quarantined` tells why if it was not one."""

    cls: Class
    seq: int
    quarantined: tuple[int, str, str] | None = None  # attempts, code, why


class Released(Struct, frozen=True):
    """A message in quarantine was delivered after all: to be taken out of it."""

    seq: int


class Tried(Struct, frozen=True):
    """An attempt at the head of a class failed: to be made durable."""

    cls: Class
    seq: int
    attempts: int


class Retry(Struct, frozen=True, kw_only=True):
    """How often and how fast facts are tried again (E13.FR.01; 1.6 TransactionMessageAttempts)."""

    attempts: int
    interval_ms: int


def class_of(fact: AnyLogged) -> Class:
    return "log" if isinstance(fact, SecurityEventRaised) else "ledger"


def tx_of(fact: AnyLogged) -> str | None:
    """The transaction whose undelivered facts this one is counted among, as the ledger counts them."""
    return None if isinstance(fact, SecurityEventRaised) else fact.tx


class FactQueue:
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
        self.losses = 0  # links that broke one after the other with the head in flight
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

    def ready(self, now_ms: int) -> tuple[int, AnyLogged] | None:
        """The fact at the head, with its rank, if it may go now."""
        if not self.window or self.saving:
            return None
        if self.retry_at is not None and now_ms < self.retry_at:
            return None
        return self.window[0]

    def heads(self, fact: AnyLogged) -> bool:
        """Whether this fact is the next of the log; one that is not is in quarantine, and behind the cursor."""
        return bool(self.window) and self.window[0][1].seq == fact.seq

    @property
    def suspect(self) -> bool:
        """The head was in flight each time that the last links broke."""
        return self.losses >= LOSSES

    def passed(self, fact: AnyLogged, quarantined: tuple[int, str, str] | None) -> Position:
        """The fact at the head is done with; the next one may leave when that is on disk."""
        self.window.popleft()
        self.cursor, self.attempts, self.retry_at, self.losses, self.saving = fact.seq, 0, None, 0, True
        return Position(self.cls, fact.seq, quarantined)

    def failed(self, fact: AnyLogged, retry: Retry, now_ms: int) -> Tried | None:
        """Another try is due after interval times attempts (E13.FR.03); None if that was the last one."""
        self.attempts += 1
        if self.attempts >= max(retry.attempts, 1):
            return None
        self.retry_at = now_ms + retry.interval_ms * self.attempts
        return Tried(self.cls, fact.seq, self.attempts)


class Backlog:
    """How much waits of each transaction, and whether that is more than there is room for."""

    def __init__(self) -> None:
        self.waiting: dict[str, int] = {}
        self._transactions: frozenset[str] | None = None
        self._queued = 0
        self._crowd = QUEUE

    def restore(self, waiting: Mapping[str, int]) -> None:
        """What waits from before this boot."""
        self.waiting = dict(waiting)
        self._queued = sum(waiting.values())

    @property
    def transactions(self) -> frozenset[str]:
        """Transactions of which something waits."""
        if self._transactions is None:
            self._transactions = frozenset(self.waiting)
        return self._transactions

    @property
    def crowded(self) -> bool:
        return self._queued > self._crowd

    def thinned(self, gone: Iterable[str]) -> None:
        """Facts of these transactions, one for each, were given up (E04.FR.07)."""
        for tx in gone:
            self.count(tx, -1)
        self._crowd = max(QUEUE, self._queued + QUEUE // 8)  # there may be nothing left that can go

    def count(self, tx: str | None, change: int) -> None:
        """One more, or one fewer, of a transaction; a fact of none is not counted."""
        if tx is None:
            return
        before = self.waiting.get(tx, 0)
        left = max(before + change, 0)
        self._queued += left - before
        if left:
            self.waiting[tx] = left
        else:
            self.waiting.pop(tx, None)
        if not (left and before):
            self._transactions = None
