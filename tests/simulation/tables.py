"""The rows of a ledger in memory: what one batch does to them, said in dictionaries instead of SQL."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from agent.store.reading import MAX_PAGE_BYTES, MAX_ROWS
from agent.store.records import (
    Attempt,
    Batch,
    Cursor,
    KeptRecord,
    LogRecord,
    PrunePolicy,
    PruneReport,
    Quarantined,
    RecordClass,
    Transaction,
)

CLASSES: tuple[RecordClass, ...] = ("ledger", "log")


@dataclass
class Tables:
    """What the tables of the database would hold."""

    log: dict[int, LogRecord] = field(default_factory=dict)
    order: dict[RecordClass, list[int]] = field(default_factory=lambda: {cls: [] for cls in CLASSES})
    of_tx: dict[str, list[int]] = field(default_factory=dict)
    tx: dict[str, Transaction] = field(default_factory=dict)
    kept: dict[tuple[str, str], KeptRecord] = field(default_factory=dict)
    cursors: dict[tuple[str, str], Cursor] = field(default_factory=dict)
    attempts: dict[tuple[str, str], Attempt] = field(default_factory=dict)
    quarantine: dict[tuple[int, str], Quarantined] = field(default_factory=dict)
    last_seq: int = 0

    def copy(self) -> Tables:
        twin = copy(self)
        twin.log, twin.tx, twin.kept = dict(self.log), dict(self.tx), dict(self.kept)
        twin.order = {cls: list(seqs) for cls, seqs in self.order.items()}
        twin.of_tx = {tx: list(seqs) for tx, seqs in self.of_tx.items()}
        twin.cursors, twin.attempts, twin.quarantine = dict(self.cursors), dict(self.attempts), dict(self.quarantine)
        return twin

    def apply(self, batch: Batch) -> None:
        for record in batch.log:
            if record.seq not in self.log:
                self._append(record)
        for seq in batch.thin:
            self.drop(seq)
        for kept in batch.kept:
            if kept.body is None:
                self.kept.pop((kept.kind, kept.key), None)
            else:
                self.kept[kept.kind, kept.key] = kept
        for q in batch.quarantine:
            self.quarantine[q.seq, q.peer] = q
        for release in batch.release:
            self.quarantine.pop((release.seq, release.peer), None)
        for attempt in batch.attempts:
            self.attempts[attempt.peer, attempt.cls] = attempt
        for cursor in batch.cursors:
            self._move(cursor)
        for peer in batch.retire:
            self._retire(peer)

    def drop(self, seq: int) -> bool:
        record = self.log.pop(seq, None)
        if record is None:
            return False
        _remove(self.order[record.cls], seq)
        if record.tx is not None:
            _remove(self.of_tx[record.tx], seq)
            if not self.of_tx[record.tx]:
                del self.of_tx[record.tx]
        return True

    def floor(self, cls: RecordClass) -> int:
        peers = {peer for peer, _ in self.cursors}
        seqs = [cursor.seq for cursor in self.cursors.values() if cursor.cls == cls]
        return min(seqs) if seqs and len(seqs) == len(peers) else 0

    def _append(self, record: LogRecord) -> None:
        self.log[record.seq] = record
        insort(self.order[record.cls], record.seq)
        self.last_seq = max(self.last_seq, record.seq)
        if record.tx is None:
            return
        insort(self.of_tx.setdefault(record.tx, []), record.seq)
        if record.cls != "ledger":
            return
        stamp = (record.boot, record.mono_ms, record.wall_ms)
        tx = self.tx.get(record.tx)
        if tx is None:
            tx = Transaction(record.tx, record.evse, record.seq, None, *stamp, None, None, None, delivered=False)
        if record.ends:
            last_seq = max(record.seq, tx.last_seq or 0)
            boot, mono_ms, wall_ms = stamp
            tx = msgspec.structs.replace(
                tx, last_seq=last_seq, ended_boot=boot, ended_mono_ms=mono_ms, ended_wall_ms=wall_ms
            )
        elif tx.last_seq is not None:  # a straggler
            tx = msgspec.structs.replace(tx, last_seq=max(tx.last_seq, record.seq))
        self.tx[record.tx] = tx

    def _move(self, cursor: Cursor) -> None:
        key = (cursor.peer, cursor.cls)
        before = self.cursors.get(key)
        if before is None or before.seq < cursor.seq:
            self.cursors[key] = cursor
        attempt = self.attempts.get(key)
        if attempt is not None and attempt.seq <= cursor.seq:
            del self.attempts[key]

    def _retire(self, peer: str) -> None:
        for table in (self.cursors, self.attempts):
            for cls in CLASSES:
                table.pop((peer, cls), None)
        for key in [key for key in self.quarantine if key[1] == peer]:
            del self.quarantine[key]


def _remove(seqs: list[int], seq: int) -> None:
    del seqs[bisect_left(seqs, seq)]


class TableAnswers:
    """The questions of a ledger, answered from tables."""

    _tables: Tables

    def _powered(self) -> None:
        raise AssertionError("said by the disk")

    def load_kept(self, kind: str | None = None) -> Iterator[KeptRecord]:
        self._powered()
        for key in sorted(self._tables.kept):
            if kind in (None, key[0]) and key in self._tables.kept:
                yield self._tables.kept[key]

    def log_after(self, cls: RecordClass, seq: int, limit: int) -> list[LogRecord]:
        self._powered()
        return self._page(self._tables.order[cls], seq, limit)

    def log_count_after(self, cls: RecordClass, seq: int) -> int:
        self._powered()
        seqs = self._tables.order[cls]
        return len(seqs) - bisect_right(seqs, seq)

    def log_at(self, seqs: Sequence[int]) -> list[LogRecord]:
        self._powered()
        return [self._tables.log[seq] for seq in seqs[:MAX_ROWS] if seq in self._tables.log]

    def last_seq(self) -> int:
        self._powered()
        return self._tables.last_seq

    def cursors(self) -> list[Cursor]:
        self._powered()
        return [cursor for _, cursor in sorted(self._tables.cursors.items())]

    def attempts(self) -> list[Attempt]:
        self._powered()
        return [attempt for _, attempt in sorted(self._tables.attempts.items())]

    def quarantined(self, limit: int, offset: int = 0) -> list[Quarantined]:
        self._powered()
        ordered = [q for _, q in sorted(self._tables.quarantine.items())]
        return ordered[offset : offset + min(limit, MAX_ROWS)]

    def waiting(self, peer: str) -> dict[str, int]:
        self._powered()
        cursor = self._tables.cursors.get((peer, "ledger"))
        seqs = self._tables.order["ledger"]
        beyond = islice(seqs, bisect_right(seqs, cursor.seq if cursor else 0), None)
        return dict(Counter(tx for seq in beyond if (tx := self._tables.log[seq].tx) is not None))

    def transactions(self, limit: int, offset: int = 0) -> list[Transaction]:
        self._powered()
        delivered = self._tables.floor("ledger")
        ordered = sorted(self._tables.tx.values(), key=lambda tx: -tx.first_seq)[offset : offset + min(limit, MAX_ROWS)]
        return [
            msgspec.structs.replace(tx, delivered=tx.last_seq is not None and tx.last_seq <= delivered)
            for tx in ordered
        ]

    def tx_log(self, tx: str, after: int = 0, limit: int = 1000) -> list[LogRecord]:
        self._powered()
        known = self._tables.tx.get(tx)
        if known is None:
            return []
        seqs = self._tables.of_tx.get(tx, [])
        if known.last_seq is not None:
            seqs = seqs[: bisect_right(seqs, known.last_seq)]
        return self._page(seqs, max(after, known.first_seq - 1), limit)

    def _page(self, seqs: list[int], after: int, limit: int) -> list[LogRecord]:
        page: list[LogRecord] = []
        room = MAX_PAGE_BYTES
        start = bisect_right(seqs, after)
        for seq in seqs[start : start + min(limit, MAX_ROWS)]:
            record = self._tables.log[seq]
            room -= len(record.body)
            if page and room < 0:
                break
            page.append(record)
        return page


def forget(tables: Tables, policy: PrunePolicy, oldest: int | None) -> PruneReport:
    """One step of pruning: as `agent.store.pruning`, said in sets instead of SQL; a transaction goes as a whole."""
    refused = sorted(tables.quarantine)[
        : max(0, min(len(tables.quarantine) - policy.keep_quarantined, policy.step_rows))
    ]
    for key in refused:
        del tables.quarantine[key]
    guarded = {seq for seq, _ in tables.quarantine}
    room = policy.step_rows - len(refused)
    records, transactions = 0, 0
    for tx in _finished_to_go(tables, policy, oldest, guarded):
        if room <= 0:
            break
        gone = [seq for seq in tables.of_tx.get(tx, []) if tables.log[seq].cls == "ledger"]
        records += sum(tables.drop(seq) for seq in gone)
        room -= len(gone)
        transactions += 1
        del tables.tx[tx]
    for cls in ("log", "ledger"):
        loose = [seq for seq in tables.order[cls] if cls == "log" or tables.log[seq].tx is None]
        beyond = set(loose[: max(0, len(loose) - policy.keep_events)])
        given_up = set(loose[: max(0, len(loose) - policy.most_waiting)]) if cls == "log" else set()
        for seq in loose:
            wall_ms = tables.log[seq].wall_ms
            aged = oldest is not None and wall_ms is not None and wall_ms < oldest
            passed = seq <= tables.floor(cls) or seq in given_up
            if room > 0 and passed and seq not in guarded and (seq in beyond or aged):
                records += tables.drop(seq)
                room -= 1
    return PruneReport(transactions, records, len(refused), 0, more=room <= 0)


def _finished_to_go(tables: Tables, policy: PrunePolicy, oldest: int | None, guarded: set[int]) -> list[str]:
    floor = tables.floor("ledger")
    finished = sorted((tx for tx in tables.tx.values() if tx.last_seq is not None), key=lambda tx: tx.first_seq)
    beyond = {tx.tx for tx in finished[: max(0, len(finished) - policy.keep_transactions)]}
    return [
        tx.tx
        for tx in finished
        if tx.last_seq is not None
        and tx.last_seq <= floor
        and (tx.tx in beyond or (oldest is not None and tx.ended_wall_ms is not None and tx.ended_wall_ms < oldest))
        and not guarded.intersection(tables.of_tx.get(tx.tx, []))
    ]
