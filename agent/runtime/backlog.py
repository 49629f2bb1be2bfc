"""What waits in the log beyond the outbox's window: pages of it are fetched, and thinned out when it grows too long.

One of both at a time, so that no fact is given up that a page is just bringing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator

from agent.core.events import AnyEvent, SecurityNoted
from agent.core.facts import AnyLogged, TransactionPhase, TransactionRecorded, Trigger
from agent.ocpp.peer import Peer
from agent.ocpp.step import Step
from agent.runtime import codec
from agent.store.faults import StoreFault
from agent.store.interface import LedgerPort
from agent.store.records import MAX_BATCH_RECORDS, Batch, RecordClass
from agent.store.writer import Writer

log = logging.getLogger(__name__)

PAGE = 64
_METER = frozenset({Trigger.METER_VALUE_PERIODIC, Trigger.METER_VALUE_CLOCK})


class Backlog:
    """`look` after every step of the peer; `done` takes what follows."""

    def __init__(
        self,
        peer: Peer,
        writer: Writer,
        done: Callable[[Step], None],
        post: Callable[[AnyEvent], None],
        mono_ms: Callable[[], int],
    ) -> None:
        self.tasks: asyncio.TaskGroup | None = None
        self._peer = peer
        self._writer = writer
        self._done = done
        self._post = post
        self._mono_ms = mono_ms
        self._busy = False

    def look(self) -> None:
        """Fetch a page of the log where the outbox has run dry; make room where too much waits."""
        if self._busy or self.tasks is None:
            return
        need, crowded = self._peer.outbox.needs(), self._peer.outbox.crowded()
        if need is not None:
            self._busy = True
            self.tasks.create_task(self._fetch(*need), name="page")
        elif crowded is not None:
            self._busy = True
            self.tasks.create_task(self._thin(crowded), name="thin")

    async def _fetch(self, cls: RecordClass, after: int) -> None:
        try:
            records = await self._writer.call(lambda ledger: ledger.log_after(cls, after, PAGE))
        except StoreFault as fault:
            log.error("the log cannot be read", extra={"why": str(fault)})
            self._busy = False
            return
        self._busy = False
        upto = records[-1].seq if records else None
        self._done(self._peer.loaded(cls, list(codec.logged(records)), upto, self._mono_ms()))

    async def _thin(self, after: int) -> None:
        """`Updated` of each transaction go, evenly; starts, ends and what opens one stay (E04.FR.07, E04.FR.08)."""
        try:
            gone = await self._writer.call(lambda ledger: _spare(_pages(ledger, after)))
            for first in range(0, len(gone), MAX_BATCH_RECORDS):
                seqs = tuple(fact.seq for fact in gone[first : first + MAX_BATCH_RECORDS])
                await self._writer.commit(Batch(thin=seqs, essential=True))
        except StoreFault as fault:
            log.error("the queue cannot be thinned", extra={"why": str(fault)})
            gone = []
        self._busy = False
        log.warning("the queue is full", extra={"given_up": len(gone)})
        self._post(SecurityNoted(kind="MemoryExhaustion", info=f"message queue full, {len(gone)} updates given up"))
        self._done(self._peer.thinned([fact.tx for fact in gone], self._mono_ms()))


def _pages(ledger: LedgerPort, after: int) -> Iterator[AnyLogged]:
    while records := ledger.log_after("ledger", after, PAGE):
        yield from codec.logged(records)
        after = records[-1].seq


def _spare(facts: Iterable[AnyLogged]) -> list[TransactionRecorded]:
    """About a quarter, or more, of those that can go: plain meter values first, other updates if there are none.

    What is left of each transaction is spread evenly: the stride from one that stays to the next is the same for all,
    the least power of two that frees enough, however often the queue was thinned before.
    """
    steps: dict[str, list[TransactionRecorded]] = {}
    for fact in facts:
        if isinstance(fact, TransactionRecorded):
            steps.setdefault(fact.tx, []).append(fact)
    for may_go in (_is_meter_value, _is_update):
        able = sum(may_go(fact) for of_tx in steps.values() for fact in of_tx)
        stride = 1
        while able:
            stride *= 2
            gone = [fact for of_tx in steps.values() for fact in _between(of_tx, may_go, stride)]
            if 4 * len(gone) >= able:
                return sorted(gone, key=lambda fact: fact.seq)
    return []


def _between(
    of_tx: list[TransactionRecorded], may_go: Callable[[TransactionRecorded], bool], stride: int
) -> Iterator[TransactionRecorded]:
    stayed = of_tx[0].number - stride  # the first of those that are looked at stays
    for fact in of_tx:
        if may_go(fact) and fact.number - stayed < stride:
            yield fact
        else:
            stayed = fact.number


def _is_update(fact: TransactionRecorded) -> bool:
    """Nothing but a step on the way: no start, no end, nobody's token."""
    return fact.phase is TransactionPhase.UPDATED and not (fact.opens or fact.closes or fact.token is not None)


def _is_meter_value(fact: TransactionRecorded) -> bool:
    return _is_update(fact) and fact.trigger in _METER
