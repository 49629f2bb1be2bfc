"""The one writer: a queue in front of the ledger and a thread behind it.

Everything that is asked of the ledger while the daemon runs goes through this queue, in order, so the ledger is never
used by two threads and a question sees all commits made before it. Commits that wait together are committed together:
one sync for all of them. While the ledger is unwell the writer tries to heal it every few seconds and says so when that
changes. While nothing is committed it looks after the disk now and then, so that a sick one is known before a driver
comes.

A simulation has no use for threads: with `inline` the same queue works in the event loop itself, in whatever time it
keeps.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from msgspec import Struct

from agent.store.faults import StoreFault, WriterStopped
from agent.store.interface import LedgerPort
from agent.store.records import Batch, Durability

T = TypeVar("T")

GROUP_BATCHES = 64  # as many as are committed with one sync
GROUP_BYTES = 256 * 1024
BACKLOG_BATCHES = 2000  # a disk that is so far behind has failed
HEAL_EVERY_S = 5.0
PROBE_EVERY_S = 60.0  # without a commit the disk is looked at so often …
PROBES_A_WRITE = 5  # … and every so many times by writing: a page, while all is idle
LATENCIES = 256


class Receipt(Struct, frozen=True):
    """What became of a batch: where it is, and how long it took from the call to the answer of the disk."""

    durability: Durability
    latency_us: int


@dataclass
class WriterStats:
    """Numbers for the status page; latencies of the newest commits, in microseconds."""

    batches: int = 0
    groups: int = 0
    refused: int = 0
    latency_us: deque[int] = field(default_factory=lambda: deque(maxlen=LATENCIES))

    def quantile_us(self, per_mille: int) -> int:
        """The latency below which so many of a thousand commits stayed; 0 before the first one."""
        ordered = sorted(self.latency_us)
        return ordered[min(len(ordered) * per_mille // 1000, len(ordered) - 1)] if ordered else 0


@dataclass
class _Commit:
    batch: Batch
    done: asyncio.Future[Receipt]
    began_ns: int


@dataclass
class _Call:
    work: Callable[[LedgerPort], Any]
    done: asyncio.Future[Any]


class Writer:
    """See the module. `run` belongs into a TaskGroup; nothing moves without it."""

    def __init__(
        self,
        ledger: LedgerPort,
        *,
        inline: bool = False,
        on_health: Callable[[StoreFault | None], None] | None = None,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.stats = WriterStats()
        self._ledger = ledger
        self._on_health = on_health
        self._clock_ns = clock_ns
        self._told = ledger.health
        self._heal_at = 0.0
        self._probe_at = 0.0
        self._probes = 0
        self._queue: deque[_Commit | _Call] = deque()
        self._wake = asyncio.Event()
        self._closed = False
        self._thread = None if inline else ThreadPoolExecutor(1, thread_name_prefix="ledger")

    @property
    def backlog(self) -> int:
        """What waits in the queue: a caller that can wait should, when this grows."""
        return len(self._queue)

    @property
    def health(self) -> StoreFault | None:
        """Why commits do not reach the database, as last told; None if all is well."""
        return self._told

    def submit(self, batch: Batch) -> asyncio.Future[Receipt]:
        """Queue a batch behind all that were given before; the future has its receipt or a `StoreFault`.

        Cancelling the future does not take the batch back. Raises `StoreFault` if the queue is full or closed.
        """
        if self.backlog >= BACKLOG_BATCHES:
            raise StoreFault("io", f"{self.backlog} requests wait for the disk")
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._put(_Commit(batch, done, self._clock_ns()))
        return done

    async def commit(self, batch: Batch) -> Receipt:
        """Commit a batch. Raises `StoreFault` if it was not taken."""
        return await self.submit(batch)

    async def call(self, work: Callable[[LedgerPort], T]) -> T:
        """Do something else with the ledger, in its thread: ask, prune. Raises what `work` raises."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(_Call(work, done))
        return await done

    def close(self) -> None:
        """Take nothing more; `run` ends once the queue is empty. The ledger stays open: it is the caller's."""
        self._closed = True
        self._wake.set()

    async def run(self) -> None:
        """Work until `close`. A mistake in a batch ends it with the error: a broken invariant is not committed."""
        self._put_probe_off()
        try:
            while self._queue or not self._closed:
                if self._told is not None and asyncio.get_running_loop().time() >= self._heal_at:
                    await self._heal()
                elif self._queue:
                    await self._work()
                else:
                    await self._idle()
        finally:
            self._closed = True
            for entry in self._queue:
                _abandon(entry.done)
            self._queue.clear()
            if self._thread is not None:
                self._thread.shutdown()  # what the thread is at now it ends, before anyone closes the ledger

    def _put(self, entry: _Commit | _Call) -> None:
        if self._closed:
            raise WriterStopped()
        self._queue.append(entry)
        self._wake.set()

    async def _idle(self) -> None:
        """Nothing to do: housekeeping, then wait for work, or for the time to probe or to try to heal."""
        await self._in_thread(self._ledger.tend)
        self._tell()
        self._wake.clear()
        if self._queue or self._closed:
            return
        while self._told is None:
            if await self._is_woken(self._probe_at):
                return
            await self._probe()
        await self._is_woken(self._heal_at)

    async def _is_woken(self, until: float) -> bool:
        """Whether there is something to do before this time."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(until):
                await self._wake.wait()
        return self._wake.is_set()

    async def _heal(self) -> None:
        await self._in_thread(self._ledger.heal)
        self._tell()
        self._heal_at = asyncio.get_running_loop().time() + HEAL_EVERY_S

    async def _probe(self) -> None:
        self._put_probe_off()
        self._probes += 1
        await self._in_thread(lambda: self._ledger.probe(write=self._probes % PROBES_A_WRITE == 0))
        self._tell()

    def _put_probe_off(self) -> None:
        self._probe_at = asyncio.get_running_loop().time() + PROBE_EVERY_S

    async def _work(self) -> None:
        first = self._queue.popleft()
        if isinstance(first, _Call):
            await self._answer(first)
        else:
            await self._commit([first, *self._following(first)])

    def _following(self, first: _Commit) -> list[_Commit]:
        """Commits that wait right behind this one, as far as a group may grow."""
        group: list[_Commit] = []
        room = GROUP_BYTES - first.batch.weight()
        while self._queue and len(group) < GROUP_BATCHES - 1:
            entry = self._queue[0]
            if not isinstance(entry, _Commit) or entry.batch.weight() > room:
                break
            room -= entry.batch.weight()
            group.append(entry)
            self._queue.popleft()
        return group

    async def _commit(self, group: list[_Commit]) -> None:
        batches = [entry.batch for entry in group]
        try:
            results = await self._in_thread(lambda: self._ledger.commit_group(batches))
        except Exception as error:
            for entry in group:
                _fail(entry.done, error)
            raise
        except BaseException:
            for entry in group:
                _abandon(entry.done)
            raise
        self._tell()
        self._put_probe_off()
        now_ns = self._clock_ns()
        self.stats.groups += 1
        for entry, result in zip(group, results, strict=True):
            if isinstance(result, StoreFault):
                self.stats.refused += 1
                _fail(entry.done, result)
                continue
            latency_us = (now_ns - entry.began_ns) // 1000
            self.stats.batches += 1
            self.stats.latency_us.append(latency_us)
            if not entry.done.done():
                entry.done.set_result(Receipt(result, latency_us))

    async def _answer(self, call: _Call) -> None:
        try:
            result = await self._in_thread(lambda: call.work(self._ledger))
        except Exception as error:  # whatever it is, it is the asker's
            _fail(call.done, error)
        except BaseException:
            _abandon(call.done)
            raise
        else:
            if not call.done.done():
                call.done.set_result(result)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._thread is None:
            return work()
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _tell(self) -> None:
        """Say it when the health changed: another kind, or well again."""
        health = self._ledger.health
        changed = (health and health.kind) != (self._told and self._told.kind)
        if health is not None and self._told is None:
            self._heal_at = asyncio.get_running_loop().time() + HEAL_EVERY_S
        self._told = health
        if changed and self._on_health is not None:
            self._on_health(health)


def _fail(done: asyncio.Future[Any], error: Exception) -> None:
    if not done.done():
        done.set_exception(error)


def _abandon(done: asyncio.Future[Any]) -> None:
    """The process ends. Whoever asked hears of it if it is still there; one that has gone as well is no error."""
    if not done.done():
        done.set_exception(WriterStopped())
        done.exception()  # seen: asyncio complains of nothing
