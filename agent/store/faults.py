"""What can go wrong with a disk, as values: a handful of kinds that the daemon can act on."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Literal

FaultKind = Literal["full", "read_only", "io", "corrupt"]

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


class StoreFault(Exception):
    """The store could not do what it was asked. `kind` says what the daemon should do, `why` what a person reads.

    `full` and `read_only`: no new transaction; `io`: the medium answers wrongly; `corrupt`: the database is
    damaged, restart so that it is moved aside.
    """

    def __init__(self, kind: FaultKind, why: str) -> None:
        super().__init__(f"{kind}: {why}")
        self.kind: FaultKind = kind
        self.why = why


class WriterStopped(StoreFault):
    """The boot is over: nobody will ever know whether this was taken, and nothing may follow from it any more."""

    def __init__(self) -> None:
        super().__init__("io", "the writer has stopped")


class LedgerRefused(Exception):
    """The ledger must not be opened, and nothing was changed: `too_new` for this release, or `in_use` elsewhere."""

    def __init__(self, code: Literal["too_new", "in_use"], why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


def of_os(error: OSError, path: Path) -> StoreFault:
    """The fault behind an error of the operating system."""
    kind: FaultKind = "io"
    if error.errno in FULL:
        kind = "full"
    elif error.errno in READ_ONLY:
        kind = "read_only"
    return StoreFault(kind, f"{path}: {error.strerror or error}")


def of_sqlite(error: sqlite3.Error, path: Path) -> StoreFault:
    """The fault behind an error of SQLite, which tells the causes of a failed write apart only in part."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    why = f"{path}: {error}"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreFault("corrupt", why)
    if code == sqlite3.SQLITE_FULL:
        return StoreFault("full", why)
    if code == sqlite3.SQLITE_READONLY:
        return StoreFault("read_only", why)
    return StoreFault(_state(path.parent), why)


def _state(folder: Path) -> FaultKind:
    """What the file system itself says, where SQLite only says that a write or an open failed."""
    try:
        state = os.statvfs(folder)
        if state.f_flag & os.ST_RDONLY or not os.access(folder, os.W_OK):
            return "read_only"
    except OSError:
        return "io"
    return "full" if state.f_bavail == 0 else "io"
