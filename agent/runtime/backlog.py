"""What waits in the log beyond the outbox's window: pages of it are fetched, and thinned out when it grows too long.

One of both at a time, so that no fact is given up that a page is just bringing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from agent.core.events import AnyEvent, SecurityNoted
from agent.core.facts import TransactionPhase, TransactionRecorded, Trigger
from agent.ocpp.peer import Peer
from agent.ocpp.step import Step
from agent.runtime import codec
from agent.store.faults import StoreFault
from agent.store.records import Batch, RecordClass
from agent.store.writer import Writer

log = logging.getLogger(__name__)

PAGE = 64
THIN_BATCH = 1000  # steps given up in one commit
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
        """`Updated` of each transaction go, evenly; starts, ends and what opens one stay (E04.FR.07, E04.FR.08).

        Page by page: of each step only what decides is remembered, and in between commits of others have their turn.
        """
        gone: list[tuple[int, str]] = []
        try:
            spare = _spare(await self._steps(after))
            for first in range(0, len(spare), THIN_BATCH):
                some = spare[first : first + THIN_BATCH]
                await self._writer.commit(Batch(thin=tuple(seq for seq, _ in some), essential=True))
                gone += some
        except StoreFault as fault:
            log.error("the queue cannot be thinned", extra={"why": str(fault)})
        self._busy = False
        log.warning("the queue is full", extra={"given_up": len(gone)})
        self._post(SecurityNoted(kind="MemoryExhaustion", info=f"message queue full, {len(gone)} updates given up"))
        self._done(self._peer.thinned([tx for _, tx in gone], self._mono_ms()))

    async def _steps(self, after: int) -> dict[str, list[_Step]]:
        """The steps of each transaction beyond a place of the log."""
        steps: dict[str, list[_Step]] = {}
        while records := await self._writer.call(lambda ledger, after=after: ledger.log_after("ledger", after, PAGE)):  # type: ignore[misc]
            for fact in codec.logged(records):
                if isinstance(fact, TransactionRecorded):
                    steps.setdefault(fact.tx, []).append(_Step(fact.seq, fact.number, _worth(fact)))
            after = records[-1].seq
        return steps


class _Worth(IntEnum):
    """What of a transaction's steps goes first, if there is too much."""

    METER_VALUE = 0
    UPDATE = 1  # nothing but a step on the way: no start, no end, nobody's token, nothing that is told only once
    NEEDED = 2


class _Step(NamedTuple):
    seq: int
    number: int
    worth: _Worth


def _worth(fact: TransactionRecorded) -> _Worth:
    told_once = fact.opens or fact.closes or fact.token is not None or fact.tells_evse
    if fact.phase is not TransactionPhase.UPDATED or told_once:
        return _Worth.NEEDED
    return _Worth.METER_VALUE if fact.trigger in _METER else _Worth.UPDATE


def _spare(steps: Mapping[str, Sequence[_Step]]) -> list[tuple[int, str]]:
    """About a quarter, or more, of those that can go, with their transactions: plain meter values first, other updates
    if there are none.

    What is left of each transaction is spread evenly: the stride from one that stays to the next is the same for all,
    the least power of two that frees enough, however often the queue was thinned before.
    """
    for least in (_Worth.METER_VALUE, _Worth.UPDATE):
        able = sum(step.worth <= least for of_tx in steps.values() for step in of_tx)
        stride = 1
        while able:
            stride *= 2
            gone = [(seq, tx) for tx, of_tx in steps.items() for seq in _between(of_tx, least, stride)]
            if 4 * len(gone) >= able:
                return sorted(gone)
    return []


def _between(of_tx: Sequence[_Step], least: _Worth, stride: int) -> Iterator[int]:
    stayed = of_tx[0].number - stride  # the first of those that are looked at stays
    for step in of_tx:
        if step.worth <= least and step.number - stayed < stride:
            yield step.seq
        else:
            stayed = step.number
