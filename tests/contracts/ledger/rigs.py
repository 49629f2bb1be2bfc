"""The two ledgers under one roof, and the records that the tests write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from agent.store.interface import LedgerPort
from agent.store.ledger import Ledger
from agent.store.records import LogRecord, PrunePolicy, PruneReport, RecordClass
from tests.simulation.disk import SimDisk

RESERVE_BYTES = 16 * 1024


class Rig(Protocol):
    """A ledger that can be closed in order, or lose its process at any moment, and be opened again."""

    ledger: LedgerPort

    def restart(self) -> LedgerPort: ...
    def crash(self) -> LedgerPort: ...
    def dispose(self) -> None: ...


class SqliteRig:
    def __init__(self, folder: Path) -> None:
        self._folders = (folder / str(n) for n in range(1000))
        self._path = next(self._folders) / "ledger.db"
        self.ledger: LedgerPort = self._open()

    def restart(self) -> LedgerPort:
        self.ledger.close()
        self.ledger = self._open()
        return self.ledger

    def crash(self) -> LedgerPort:
        """A copy of the files as they are now is what a killed process leaves."""
        folder = next(self._folders)
        shutil.copytree(self._path.parent, folder)
        self.ledger.close()
        self._path = folder / "ledger.db"
        self.ledger = self._open()
        return self.ledger

    def dispose(self) -> None:
        self.ledger.close()

    def _open(self) -> LedgerPort:
        return Ledger.open(self._path, reserve_bytes=RESERVE_BYTES)


class SimRig:
    def __init__(self) -> None:
        self._disk = SimDisk(reserve_bytes=RESERVE_BYTES)
        self.ledger: LedgerPort = self._disk

    def restart(self) -> LedgerPort:
        self._disk.close()
        self._disk.fail(None)
        self._disk.boot()
        return self._disk

    def crash(self) -> LedgerPort:
        self._disk.kill()
        self._disk.fail(None)
        self._disk.boot()
        return self._disk

    def dispose(self) -> None:
        self._disk.close()


def lives(rig: Rig) -> Iterator[LedgerPort]:
    """The ledger as it is, after a crash, and after an orderly restart."""
    yield rig.ledger
    yield rig.crash()
    yield rig.restart()


def record(
    seq: int,
    tx: str | None = "tx-1",
    *,
    cls: RecordClass = "ledger",
    ends: bool = False,
    wall_ms: int | None = None,
    body: bytes = b"{}",
) -> LogRecord:
    return LogRecord(seq, "Fact", 1, cls, tx, 1, 3, seq * 10, wall_ms, body, ends)


def whole(tx: str, first: int, count: int = 3, *, wall_ms: int | None = None) -> list[LogRecord]:
    """A transaction from its first record to its last."""
    seqs = range(first, first + count)
    return [record(seq, tx, ends=seq == seqs[-1], wall_ms=wall_ms) for seq in seqs]


def seqs_of(records: list[LogRecord]) -> list[int]:
    return [r.seq for r in records]


def drained(ledger: LedgerPort, policy: PrunePolicy, now_ms: int | None = None) -> PruneReport:
    """Prune until nothing is left to do; the sum of the reports."""
    total = PruneReport()
    for _ in range(1000):
        step = ledger.prune(policy, now_ms)
        total = PruneReport(
            total.transactions + step.transactions,
            total.records + step.records,
            total.quarantined + step.quarantined,
            total.pages + step.pages,
        )
        if not step.more:
            return total
    raise AssertionError("pruning does not come to an end")
