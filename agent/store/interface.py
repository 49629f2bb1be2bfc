"""What a ledger can do, whoever does it: SQLite on the station, memory in the simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from msgspec import Struct

from agent.store.faults import StoreFault
from agent.store.records import (
    Attempt,
    Batch,
    Cursor,
    Durability,
    KeptRecord,
    LogRecord,
    PrunePolicy,
    PruneReport,
    Quarantined,
    RecordClass,
    Size,
    Transaction,
)

FailureKind = Literal["full", "read_only", "slow"]


class Opening(Struct, frozen=True):
    """What was found when the ledger was opened.

    `damage` not empty: the file was damaged, and `moved_to` (if it could be moved) is where it is now; what it held
    is not in this ledger, which is worth a security event. `replayed`: batches found in the reserve journal.
    """

    damage: str = ""
    moved_to: str | None = None
    replayed: int = 0


class LedgerPort(Protocol):
    """A ledger, used by one thread at a time. Any method raises `StoreFault` if the medium fails it."""

    opening: Opening

    @property
    def health(self) -> StoreFault | None:
        """Why commits do not reach the database (or soon will not); None if all is well."""

    def commit(self, batch: Batch) -> Durability:
        """Take a batch, durably. Returns where it is now: `disk`, `reserve` (as safe), or `volatile` (only
        `essential` batches: a power cut loses it). Raises `StoreFault` if it was not taken, ValueError on misuse."""

    def commit_group(self, batches: Sequence[Batch]) -> list[Durability | StoreFault]:
        """The same for several at once, with one sync; the answer of each, in order."""

    def heal(self) -> bool:
        """Try to bring what is held into the database; True if all is well (again)."""

    def probe(self, *, write: bool) -> None:
        """Look whether a commit would still reach the database, so that a sick disk shows before it is needed: `health`
        tells. Without `write` by what the file system says of itself, which costs no write."""

    def tend(self) -> None:
        """Housekeeping that is due, between commits: cheap if none is."""

    def load_kept(self, kind: str | None = None) -> Iterator[KeptRecord]:
        """All kept records, or those of a kind, by kind and key."""

    def log_after(self, cls: RecordClass, seq: int, limit: int) -> list[LogRecord]:
        """The next records of a class, at most `limit`, fewer where they are large; empty at the end."""

    def log_count_after(self, cls: RecordClass, seq: int) -> int: ...

    def log_at(self, seqs: Sequence[int]) -> list[LogRecord]:
        """The records with these numbers, as far as they exist."""

    def last_seq(self) -> int:
        """The highest sequence number ever used; the next record needs a higher one."""

    def cursors(self) -> list[Cursor]: ...

    def attempts(self) -> list[Attempt]: ...

    def quarantined(self, limit: int, offset: int = 0) -> list[Quarantined]: ...

    def waiting(self, peer: str) -> dict[str, int]:
        """Number of records beyond this peer's cursor, by transaction."""

    def transactions(self, limit: int, offset: int = 0) -> list[Transaction]:
        """Transactions, the newest first."""

    def tx_log(self, tx: str, after: int = 0, limit: int = 1000) -> list[LogRecord]:
        """The records of a transaction beyond `after`, a page at a time."""

    def prune(self, policy: PrunePolicy, now_ms: int | None) -> PruneReport:
        """One bounded step of forgetting. `now_ms`: wall time, None if not trusted."""

    def prove(self) -> None:
        """This release runs well: its contracting migrations may run at the next start."""

    def size(self) -> Size: ...

    def fail(self, kind: FailureKind | None, delay_ms: int = 500) -> None:
        """For the bench: behave as if the disk were full, read-only or slow (each commit takes `delay_ms`).
        None ends it; `heal` then brings in what was held."""

    def close(self) -> None: ...
