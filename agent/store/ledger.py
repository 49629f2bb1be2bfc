"""The ledger: one SQLite file that holds everything the station must not forget.

A commit is one transaction and one fdatasync. When the database cannot be written, the ledger *holds*: it keeps a
transaction open that it cannot commit, with everything accepted since, so that every question is answered as if it
had been, while the batches themselves wait in the reserve journal. `heal` tries the commit again. The connection
never spills an open transaction, so holding writes nothing to the database.

A plain object without locks for one thread at a time: `agent.store.writer` gives it one.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from agent.store import pruning
from agent.store.faults import StoreFault, of_sqlite
from agent.store.files import is_doubtful
from agent.store.holding import Held
from agent.store.interface import FailureKind, Opening
from agent.store.opening import PAGE_BYTES, Opened, open_database, open_in_memory
from agent.store.pretence import Pretence
from agent.store.reading import Answers, last_seq
from agent.store.records import Batch, Durability, PrunePolicy, PruneReport, Size, check
from agent.store.schema import MIGRATIONS, Migration, get_meta, release_of, set_meta
from agent.store.sizes import size_of
from agent.store.writing import APPLIED, apply, replay

LEDGER_NAME = "ledger.db"
RESERVE_BYTES = 1024 * 1024
CHECKPOINT_BYTES = 1024 * 1024  # of write-ahead log, estimated: then `tend` moves it into the database
COMMIT_OVERHEAD_BYTES = 3 * 1024  # pages that a commit writes besides the bodies' own bytes


class Ledger(Answers):
    """See `agent.store.interface.LedgerPort` for what the methods promise."""

    def __init__(self, path: Path, reserve_bytes: int, spare: Path | None, migrations: Sequence[Migration]) -> None:
        self.path = path
        self.opening = Opening()
        self._migrations = migrations
        self._held = Held(path.with_suffix(".reserve"), reserve_bytes, spare)
        self._fault: StoreFault | None = None
        self._dead: StoreFault | None = None  # the database is damaged: nothing but a restart helps
        self._volatile = False  # the connection is a copy in memory
        self._holding = False  # a transaction is open that cannot be committed
        self._pretence = Pretence(path)
        self._wal_bytes = 0
        self._last_seq = 0
        try:
            opened = open_database(path, migrations)
        except StoreFault as fault:
            opened = open_in_memory(path, migrations, fault)
        self._held.load()
        self._adopt(opened)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        reserve_bytes: int = RESERVE_BYTES,
        spare: Path | None = None,
        migrations: Sequence[Migration] = MIGRATIONS,
    ) -> Ledger:
        """Open or make the ledger at `path` (its folder too, mode 0700), in whatever state the disk is.

        The reserve journal lies beside it, under the same name with `.reserve`. `spare` names a file on a runtime
        file system, used when even the reserve cannot be written. Never raises for a sick disk: `health` tells.
        Raises `LedgerRefused` if the file is too new for this release or in use.
        """
        return cls(path, reserve_bytes, spare, migrations)

    @property
    def health(self) -> StoreFault | None:
        return self._dead or self._fault

    # --- writing

    def commit(self, batch: Batch) -> Durability:
        (result,) = self.commit_group((batch,))
        if isinstance(result, StoreFault):
            raise result
        return result

    def commit_group(self, batches: Sequence[Batch]) -> list[Durability | StoreFault]:
        check(batches, self._last_seq)
        if not self._holding and not self._dead:
            fault = self._commit(batches)
            if fault is None:
                return ["disk" for _ in batches]
            if not self._dead:
                self._fault = fault
                self._hold()
        return [self._dead or self._accept(batch) for batch in batches]

    def _commit(self, batches: Sequence[Batch]) -> StoreFault | None:
        try:
            with self._transaction():
                for batch in batches:
                    apply(self._conn, batch)
                self._pretence.act()
        except StoreFault as fault:
            return fault
        for batch in batches:
            self._note(batch)
        return None

    def _note(self, batch: Batch) -> None:
        if batch.log:
            self._last_seq = batch.log[-1].seq
        self._wal_bytes += batch.weight() + COMMIT_OVERHEAD_BYTES

    def _accept(self, batch: Batch) -> Durability | StoreFault:
        """Take a batch while the database cannot be written."""
        try:
            self._conn.execute("SAVEPOINT batch")
            apply(self._conn, batch)
            try:
                ordinal, durability = self._held.accept(batch)
            except StoreFault as refusal:
                self._conn.execute("ROLLBACK TO batch")
                self._conn.execute("RELEASE batch")
                return StoreFault((self._fault or refusal).kind, refusal.why)
            set_meta(self._conn, APPLIED, ordinal)
            self._conn.execute("RELEASE batch")
        except sqlite3.Error as error:
            fault = self._translate(error)
            self._hold()
            return self._dead or fault
        self._note(batch)
        return durability

    def _hold(self) -> None:
        """Open the transaction that cannot be committed, with everything held so far."""
        self._holding = True
        try:
            self._rollback()
            self._conn.execute("BEGIN IMMEDIATE")
            replay(self._conn, self._held.batches)
        except sqlite3.Error as error:
            self._dead = self._translate(error)

    # --- getting well again

    def _adopt(self, opened: Opened) -> None:
        """Work with this database from now on, and bring in what the journals hold."""
        self._conn = opened.conn
        self._fault = opened.fault
        self._volatile = self._holding = opened.fault is not None
        self._held.number_from(get_meta(self._conn, APPLIED, 0) + 1)
        self._conn.execute("BEGIN IMMEDIATE")
        replayed = replay(self._conn, self._held.batches)
        self.opening = Opening(opened.damage, str(opened.moved_to) if opened.moved_to else None, replayed)
        if not self._volatile:
            self._holding = True
            self._settle()
        self._fault = self._fault or self._held.fault
        self._last_seq = last_seq(self._conn)

    def _settle(self) -> bool:
        """Try to commit what is held."""
        try:
            self._conn.execute("COMMIT")
        except sqlite3.Error as error:
            self._fault = self._translate(error)
            self._hold()
            return False
        self._holding = False
        self._fault = None
        self._held.forget()
        return True

    def heal(self) -> bool:
        if self.health is None:
            return True
        if self._dead or self._pretence.lasts:
            return False
        if self._volatile:
            try:
                opened = open_database(self.path, self._migrations)
            except StoreFault as fault:
                self._fault = fault
                return False
            self._conn.close()
            self._held.load()
            self._adopt(opened)
        elif self._holding:
            self._settle()
        if not self._holding:
            self._held.load()
            self._fault = self._held.fault
            self._checkpoint()
        return self.health is None

    def probe(self, *, write: bool) -> None:
        if self._holding or self._dead or not (write or self._pretence or is_doubtful(self.path)):
            return
        try:
            with self._transaction():
                set_meta(self._conn, "probed", time.time_ns() // 1_000_000_000)
                self._pretence.act()
        except StoreFault as fault:
            self._fault = fault
            self._hold()
            return
        self._wal_bytes += COMMIT_OVERHEAD_BYTES

    def tend(self) -> None:
        if self._wal_bytes >= CHECKPOINT_BYTES and not self._holding and not self._dead:
            self._checkpoint()

    def _checkpoint(self) -> None:
        """Move the write-ahead log into the database. If that fails for want of room commits soon will, too."""
        self._wal_bytes = 0
        try:
            self._conn.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        except sqlite3.Error as error:
            self._fault = self._translate(error)

    def prune(self, policy: PrunePolicy, now_ms: int | None) -> PruneReport:
        if self._holding or self._dead:
            return PruneReport()
        with self._transaction():
            report = pruning.step(self._conn, policy, now_ms)
        self._wal_bytes += report.records * 512 + report.pages * 3 * PAGE_BYTES
        return report

    def prove(self) -> None:
        if not self._holding:
            with self._transaction():
                set_meta(self._conn, "proved", release_of(self._migrations))

    # --- reading

    def last_seq(self) -> int:
        return self._last_seq

    def size(self) -> Size:
        with self._translated():
            return size_of(self._conn, self.path, self._held)

    # --- the rest

    def fail(self, kind: FailureKind | None, delay_ms: int = 500) -> None:
        self._pretence.set(kind, delay_ms)
        self._held.failing = self._pretence.journal_error()

    def close(self) -> None:
        """Bring in what is held if that is possible, and let go of the file. What is held in memory alone is lost."""
        if self._holding:
            self.heal()
        with suppress(sqlite3.Error):
            self._rollback()
        self._conn.close()
        self._held.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction; errors of the medium leave as `StoreFault`, and nothing of it stays behind an error."""
        try:
            self._conn.execute("BEGIN IMMEDIATE")
            yield
            self._conn.execute("COMMIT")
        except BaseException as error:
            with suppress(sqlite3.Error):
                self._rollback()
            if isinstance(error, sqlite3.Error):
                self._raise(error)
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            self._raise(error)

    def _raise(self, error: sqlite3.Error) -> NoReturn:
        raise self._translate(error) from error

    def _translate(self, error: sqlite3.Error) -> StoreFault:
        """The fault behind an error; a mistake of ours in a statement is none and goes on as it is."""
        if isinstance(error, (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError)):
            raise error
        fault = of_sqlite(error, self.path)
        if fault.kind == "corrupt":
            self._dead = fault
        return fault

    def _rollback(self) -> None:
        if self._conn.in_transaction:
            self._conn.execute("ROLLBACK")
