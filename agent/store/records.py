"""Envelopes of the store: what it knows of a fact, and what it is told in one commit.

The store never looks into a body. It knows where a record stands (`seq`), in which class it is delivered, to which
transaction it belongs and when it was made; the rest is the business of whoever wrote it.

The structs are encoded as arrays in the reserve journal. A release only ever appends fields, with a default, so that
a journal of this release can be replayed by the one before it and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

RecordClass = Literal["ledger", "log"]
Durability = Literal["disk", "reserve", "volatile"]

MAX_BODY_BYTES = 256 * 1024
MAX_TEXT = 512  # characters of a kind, key, peer or transaction id
MAX_WHY = 255  # characters kept of a foreign reason; the rest is cut
MAX_BATCH_RECORDS = 20_000  # a whole local authorization list replaced at once
MAX_SEQ = 2**63 - 1


class LogRecord(Struct, frozen=True, array_like=True):
    """A fact of the append-only log.

    `seq` is given by the caller and grows strictly over the station's whole life. `evse` 0 is the station. `mono_ms`
    counts within `boot`; `wall_ms` is None where the clock was not trusted. `ends` marks the last record of a
    transaction: only then may the transaction ever be pruned.
    """

    seq: int
    kind: str
    version: int
    cls: RecordClass
    tx: str | None
    evse: int
    boot: int
    mono_ms: int
    wall_ms: int | None
    body: bytes
    ends: bool = False


class KeptRecord(Struct, frozen=True, array_like=True):
    """The newest state under (kind, key); `body` None deletes it."""

    kind: str
    key: str
    version: int
    body: bytes | None


class Cursor(Struct, frozen=True, array_like=True):
    """Everything of this class up to `seq` is done with for this peer. A cursor never goes back."""

    peer: str
    cls: RecordClass
    seq: int


class Attempt(Struct, frozen=True, array_like=True):
    """How often the record at the head of a peer's queue was tried; forgotten when the cursor passes it."""

    peer: str
    cls: RecordClass
    seq: int
    attempts: int


class Quarantined(Struct, frozen=True, array_like=True):
    """A record that a peer refused to the end: kept and shown, and no longer in the way."""

    peer: str
    seq: int
    attempts: int
    code: str
    why: str


class Release(Struct, frozen=True, array_like=True):
    """The end of a quarantine: delivered after all, or given up by a person."""

    peer: str
    seq: int


class Batch(Struct, frozen=True, array_like=True):
    """What is committed at once or not at all, applied in the order of the fields.

    `thin` removes log records that the caller gives up because the queue is full (E04.FR.07: only ever `Updated`).
    `retire` forgets peers altogether: their cursors, attempts and quarantine. `essential` says that a running
    transaction needs this batch: it may use the whole reserve journal when the database cannot be written, and is
    held in memory rather than refused when even the reserve fails.
    """

    log: Sequence[LogRecord] = ()
    kept: Sequence[KeptRecord] = ()
    cursors: Sequence[Cursor] = ()
    quarantine: Sequence[Quarantined] = ()
    release: Sequence[Release] = ()
    attempts: Sequence[Attempt] = ()
    thin: Sequence[int] = ()
    retire: Sequence[str] = ()
    essential: bool = False

    def weight(self) -> int:
        """Bytes of the bodies plus a fixed share per record: what a queue of batches is bounded by."""
        bodies = sum(len(record.body) for record in self.log)
        bodies += sum(len(record.body or b"") for record in self.kept)
        return bodies + 100 * self.records()

    def records(self) -> int:
        facts = len(self.log) + len(self.kept) + len(self.thin)
        delivery = len(self.cursors) + len(self.quarantine) + len(self.release) + len(self.attempts) + len(self.retire)
        return facts + delivery


class Transaction(Struct, frozen=True):
    """A line of `evse tx list`. Times are stamps: the wall time is None where the clock was not trusted then."""

    tx: str
    evse: int
    first_seq: int
    last_seq: int | None  # None: still open
    started_boot: int
    started_mono_ms: int
    started_wall_ms: int | None
    ended_boot: int | None
    ended_mono_ms: int | None
    ended_wall_ms: int | None
    delivered: bool  # ended, and every peer's cursor has passed its last record


class PrunePolicy(Struct, frozen=True):
    """What is kept of things finished and delivered. The rest is never touched, but for `most_waiting`."""

    keep_transactions: int = 200
    max_age_ms: int | None = 400 * 24 * 3_600_000  # also drops what is within `keep_…` but older; None: no age limit
    keep_events: int = 1000  # per class: records that belong to no transaction
    most_waiting: int = 10_000  # records of class `log` that no peer has passed: beyond it the oldest are given up
    keep_quarantined: int = 1000
    step_rows: int = 256  # log records deleted or looked at in one step
    step_pages: int = 128  # pages given back to the file system in one step
    spare_pages: int = 512  # free pages that stay in the file for what comes next


class PruneReport(Struct, frozen=True):
    """What one step removed; `more` says that another step would find work."""

    transactions: int = 0
    records: int = 0
    quarantined: int = 0
    pages: int = 0
    more: bool = False


class Size(Struct, frozen=True):
    """Room taken, in bytes."""

    database_bytes: int
    free_bytes: int  # within the database: pages that can be used again
    wal_bytes: int
    reserve_bytes: int
    reserve_used_bytes: int
    held_batches: int  # accepted, but not in the database yet


def check(batches: Iterable[Batch], last_seq: int) -> None:
    """Raise ValueError where a caller breaks the contract: sequence numbers that do not grow, things too large."""
    for batch in batches:
        if batch.records() > MAX_BATCH_RECORDS:
            raise ValueError(f"a batch of {batch.records()} records, above the limit of {MAX_BATCH_RECORDS}")
        for record in batch.log:
            if not last_seq < record.seq <= MAX_SEQ:
                raise ValueError(f"log sequence number {record.seq} after {last_seq}: it must grow")
            last_seq = record.seq
            if record.cls not in ("ledger", "log"):
                raise ValueError(f"log record {record.seq} has the unknown class {record.cls!r}")
            _limit(record.kind, record.body, record.tx or "")
        for cursor in batch.cursors:
            if cursor.seq > last_seq:
                raise ValueError(f"cursor of {cursor.peer!r} at {cursor.seq}, beyond the log's {last_seq}")
        for kept in batch.kept:
            _limit(kept.kind, kept.body or b"", kept.key)


def _limit(kind: str, body: bytes, name: str) -> None:
    if len(body) > MAX_BODY_BYTES:
        raise ValueError(f"body of {kind!r} has {len(body)} bytes, above the limit of {MAX_BODY_BYTES}")
    if len(kind) > MAX_TEXT or len(name) > MAX_TEXT:
        raise ValueError(f"a name of {kind[:40]!r} has more than {MAX_TEXT} characters")
