"""A disk that loses power, in memory: the ledger of the simulation.

What is written is *pending* until it is synced, and only what is synced outlives `power_cut`; of the rest the medium
may have taken the first few groups, and the torn one after them counts for nothing (a checksum guards each commit).
A plain `commit` writes and syncs at once; `SimWriter` puts the latency of a disk between the two, in virtual time.

The answers are those of `agent.store.ledger`: tests/contracts/test_ledger.py runs on both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from agent.store.faults import StoreFault
from agent.store.holding import MEMORY_BYTES, OTHERS_SHARE
from agent.store.interface import FailureKind, Opening
from agent.store.records import (
    Batch,
    Durability,
    PrunePolicy,
    PruneReport,
    Size,
    check,
)
from agent.store.reserve import HEAD, MAGIC, encode
from agent.store.writer import Writer
from tests.simulation.tables import TableAnswers, Tables, forget

T = TypeVar("T")


class PowerCut(Exception):
    """The power is off: raised by a hook to cut it, and by a disk that is asked without power."""


class Killed(PowerCut):
    """The process died: raised by a hook to kill it. What it wrote the kernel still writes."""


class SimDisk(TableAnswers):
    """A disk with one ledger on it, which is open from the start and after each `boot`.

    `before_commit(n)` and `after_commit(n)` are called around the `n`th commit of the disk's life; a `PowerCut` that
    the first raises leaves nothing of that commit, one that the second raises leaves all of it.
    """

    def __init__(
        self,
        *,
        before_commit: Callable[[int], None] = lambda _n: None,
        after_commit: Callable[[int], None] = lambda _n: None,
        reserve_bytes: int = 1024 * 1024,
    ) -> None:
        self.before_commit = before_commit
        self.after_commit = after_commit
        self.commits = 0
        self.syncs = 0
        self.slow_ms = 0
        self.autosync = True
        self.tear: Callable[[int], int] = lambda _pending: 0
        """How many of so many pending groups the medium took before the power went."""
        self.taken: Callable[[Sequence[Batch]], None] = lambda _batches: None
        """Told of batches that are durable now."""
        self.opening = Opening()
        self._reserve_bytes = reserve_bytes
        self._failing: FailureKind | None = None
        self._on = True
        self._damage = ""
        self._durable = Tables()
        self._tables = Tables()
        self._pending: list[tuple[list[Batch], bool]] = []  # groups written, and whether to the reserve
        self._reserve: list[Batch] = []
        self._memory: list[Batch] = []
        self._memory_bytes = 0
        self._used = 0
        self._lower = False  # a batch had to go to memory: so do all after it
        self._fault: StoreFault | None = None

    # --- power and faults

    def power_cut(self, survivors: int | None = None) -> None:
        """The power goes. Of the pending groups the medium took the first `survivors`; the rest never was."""
        if survivors is None:
            survivors = self.tear(len(self._pending))
        for group, to_reserve in self._pending[:survivors]:
            self._take(group, to_reserve)
        self._pending.clear()
        self._on = False

    def kill(self) -> None:
        """The process dies: what it wrote, the kernel still writes; what it only remembered is gone."""
        self.power_cut(len(self._pending))

    def boot(self) -> None:
        """Power is back and the ledger is opened."""
        self._on = True
        read_only = self._failing == "read_only"
        self._tables = Tables() if self._damage else self._durable.copy()
        for batch in self._reserve:
            self._tables.apply(batch)
        moved_to = "ledger.corrupt-1" if self._damage and not read_only else None
        self.opening = Opening(self._damage, moved_to, len(self._reserve))
        self._memory.clear()
        self._memory_bytes, self._lower, self._fault = 0, False, None
        if read_only or (self._failing == "full" and self._reserve):
            self._fault = self._symptom()
        else:
            self._settle()

    def corrupt(self, why: str = "simulated damage") -> None:
        """The next `boot` finds the database damaged."""
        self._damage = why

    def fail(self, kind: FailureKind | None, delay_ms: int = 500) -> None:
        self._failing = kind
        self.slow_ms = delay_ms if kind == "slow" else 0

    def heal(self) -> bool:
        self._powered()
        if self._fault is not None and self._failing not in ("full", "read_only"):
            self._settle()
        return self._fault is None

    @property
    def health(self) -> StoreFault | None:
        return self._fault

    # --- writing

    def commit(self, batch: Batch) -> Durability:
        (result,) = self.commit_group((batch,))
        if isinstance(result, StoreFault):
            raise result
        return result

    def commit_group(self, batches: Sequence[Batch]) -> list[Durability | StoreFault]:
        self._powered()
        check(batches, self._tables.last_seq)
        self.commits += 1
        self._hook(self.before_commit)
        results = self._write(batches)
        if self.autosync:
            self.sync()
        return results

    def sync(self) -> None:
        """Everything written so far is durable now."""
        self._powered()
        pending, self._pending = self._pending, []
        for group, to_reserve in pending:
            self._take(group, to_reserve)
        if pending:
            self.syncs += 1
            self._hook(self.after_commit)

    def _hook(self, hook: Callable[[int], None]) -> None:
        try:
            hook(self.commits)
        except Killed:
            self.kill()
            raise
        except PowerCut:
            self.power_cut()
            raise

    def _write(self, batches: Sequence[Batch]) -> list[Durability | StoreFault]:
        if self._fault is None and self._failing in (None, "slow"):
            for batch in batches:
                self._tables.apply(batch)
            self._pending.append((list(batches), False))
            return ["disk" for _ in batches]
        if self._fault is None:
            self._fault = self._symptom()
        return [self._hold(batch) for batch in batches]

    def _hold(self, batch: Batch) -> Durability | StoreFault:
        size = len(encode(batch)) + HEAD.size
        room = int(self._reserve_bytes * (1 if batch.essential else OTHERS_SHARE)) - len(MAGIC) - self._used
        fits = self._failing != "read_only" and size <= room and not self._lower
        if fits:
            self._used += size
            self._pending.append(([batch], True))
        elif not batch.essential:
            return StoreFault((self._fault or self._symptom()).kind, "the reserve is left to the running transactions")
        elif self._memory_bytes + size > MEMORY_BYTES:
            return StoreFault((self._fault or self._symptom()).kind, "memory is used up, too")
        else:
            self._lower = True
            self._memory_bytes += size
            self._memory.append(batch)
        self._tables.apply(batch)
        return "reserve" if fits else "volatile"

    def _symptom(self) -> StoreFault:
        return StoreFault("read_only" if self._failing == "read_only" else "full", "the simulated disk says so")

    def _take(self, group: list[Batch], to_reserve: bool) -> None:
        self.taken(group)
        if to_reserve:
            self._reserve.extend(group)
            return
        for batch in group:
            self._durable.apply(batch)

    def _settle(self) -> None:
        """Bring what is held into the database; a damaged one is replaced first."""
        if self._damage:
            self._durable, self._damage = Tables(), ""
        self.taken([*(b for group, _ in self._pending for b in group), *self._memory])
        for batch in [*self._reserve, *(b for group, _ in self._pending for b in group), *self._memory]:
            self._durable.apply(batch)
        self._reserve.clear()
        self._pending.clear()
        self._memory.clear()
        self._memory_bytes = self._used = 0
        self._lower, self._fault = False, None

    def probe(self, *, write: bool) -> None:
        self._powered()
        if self._fault is None and self._failing in ("full", "read_only"):
            self._fault = self._symptom()

    def tend(self) -> None:
        self._powered()

    def prove(self) -> None:
        self._powered()

    def prune(self, policy: PrunePolicy, now_ms: int | None) -> PruneReport:
        self._powered()
        if self._fault is not None:
            return PruneReport()
        self.sync()
        oldest = None if now_ms is None or policy.max_age_ms is None else now_ms - policy.max_age_ms
        reports = [forget(tables, policy, oldest) for tables in (self._tables, self._durable)]
        return reports[0]

    # --- the rest

    def size(self) -> Size:
        self._powered()
        bodies = sum(len(record.body) for record in self._tables.log.values())
        held = len(self._reserve) + len(self._memory) + sum(to_reserve for _, to_reserve in self._pending)
        return Size(bodies, 0, 0, self._reserve_bytes, self._used + len(MAGIC), held)

    def close(self) -> None:
        """An orderly end; `boot` opens again."""
        if self._on:
            self.heal()
        self.power_cut()

    def _powered(self) -> None:
        if not self._on:
            raise PowerCut("the simulated disk is without power")


class SimWriter(Writer):
    """The writer on a simulated disk: a commit is written at once and synced after the latency of the disk.

    `latency_ms` is asked for each piece of work; a power cut meanwhile finds the commit pending.
    """

    def __init__(
        self,
        disk: SimDisk,
        *,
        latency_ms: Callable[[], int] = lambda: 5,
        on_health: Callable[[StoreFault | None], None] | None = None,
        clock_ns: Callable[[], int],
    ) -> None:
        super().__init__(disk, inline=True, on_health=on_health, clock_ns=clock_ns)
        self._disk = disk
        self._latency_ms = latency_ms
        disk.autosync = False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        commits = self._disk.commits
        result = work()
        if self._disk.commits > commits:
            await asyncio.sleep((self._latency_ms() + self._disk.slow_ms) / 1000)
            self._disk.sync()
        return result
