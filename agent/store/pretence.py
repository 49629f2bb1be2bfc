"""What the bench makes of the disk: full, read-only, slow or corrupt, at the ledger's next writes."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

from agent.store.faults import StoreFault
from agent.store.interface import FailureKind

LASTING = ("full", "read_only")  # nothing heals before the bench says so


class Pretence:
    """A failure that is acted at each commit; none at first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._delay_ms = 0
        self.kind: FailureKind | None = None

    def __bool__(self) -> bool:
        return self.kind is not None

    def set(self, kind: FailureKind | None, delay_ms: int) -> None:
        self.kind, self._delay_ms = kind, delay_ms

    @property
    def lasts(self) -> bool:
        return self.kind in LASTING

    def journal_error(self) -> OSError | None:
        """What the reserve journal meets: it is on the same file system, and has its room already."""
        return OSError(errno.EROFS, os.strerror(errno.EROFS)) if self.kind == "read_only" else None

    def act(self) -> None:
        """A commit is about to happen. Raises StoreFault."""
        if self.kind == "slow":
            time.sleep(self._delay_ms / 1000)
        elif self.kind is not None:
            raise StoreFault(self.kind, f"{self._path}: the bench says so")
