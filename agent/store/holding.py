"""Where batches go while the database cannot be written: the reserve journal, a spare one, memory.

Three places, tried in this order: the reserve beside the database; a spare on a runtime file system (it outlives a
kill of the process, not a power cut); memory. Once a batch had to take a lower place, all after it do too: were a later
one found again without it, the log would have a hole.

Only batches of a running transaction may use the whole of the reserve and go below it; the others have its first
quarter and are refused beyond.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from agent.store.faults import StoreFault, of_os
from agent.store.records import Batch, Durability
from agent.store.reserve import Reserve, ReserveFull, encode, read

OTHERS_SHARE = 0.25
MEMORY_BYTES = 1024 * 1024  # encoded batches held in memory alone


class Held:
    """Batches that are accepted and not in the database, in order, with the ordinal that makes replay idempotent."""

    def __init__(self, path: Path, size: int, spare: Path | None) -> None:
        self.batches: list[tuple[int, Batch]] = []
        self.failing: OSError | None = None  # set: every write fails like this (the bench's read-only disk)
        self.fault: StoreFault | None = None  # why the reserve is not there
        self._path = path
        self._size = size
        self._spare_path = spare
        self._reserve: Reserve | None = None
        self._spare: Reserve | None = None
        self._place = 0
        self._memory_bytes = 0
        self._next = 1

    def load(self) -> None:
        """Open the journals that are not open. What they hold from before joins what is held."""
        found = self._load_spare()
        if self._reserve is None:
            try:
                self._reserve, frames = Reserve.open(self._path, self._size)
                self.fault = None
            except OSError as error:
                self.fault = of_os(error, self._path)
                frames = read(self._path)
            found += frames
        known = {ordinal for ordinal, _ in self.batches}
        self.batches = sorted(
            self.batches + [frame for frame in found if frame[0] not in known], key=lambda frame: frame[0]
        )
        if self.batches:
            self.number_from(self.batches[-1][0] + 1)

    def number_from(self, ordinal: int) -> None:
        self._next = max(self._next, ordinal)

    @property
    def size_bytes(self) -> int:
        return self._reserve.size if self._reserve else 0

    @property
    def used_bytes(self) -> int:
        return self._reserve.used if self._reserve else 0

    def accept(self, batch: Batch) -> tuple[int, Durability]:
        """Store a batch in the best place left for it, and say which. Raises `StoreFault` if there is none."""
        payload = encode(batch)
        ordinal = self._next
        durability = self._store(ordinal, payload, batch.essential)
        self._next += 1
        self.batches.append((ordinal, batch))
        return ordinal, durability

    def forget(self) -> None:
        """Everything held is in the database: empty the journals. An error is harmless, the ordinals protect."""
        self.batches.clear()
        self._place = self._memory_bytes = 0
        for journal in (self._reserve, self._spare):
            if journal is not None:
                with suppress(OSError):
                    journal.clear()

    def close(self) -> None:
        for journal in (self._reserve, self._spare):
            if journal is not None:
                journal.close()
        self._reserve = self._spare = None

    def _store(self, ordinal: int, payload: bytes, essential: bool) -> Durability:
        if self._place == 0:
            try:
                self._append(self._reserve, ordinal, payload, 1.0 if essential else OTHERS_SHARE)
            except (OSError, ReserveFull) as error:
                if not essential:
                    raise self._refusal(error) from error
                self._place = 1
            else:
                return "reserve"
        if not essential:
            raise StoreFault("full", "the reserve is left to the running transactions")
        if self._place == 1:
            try:
                self._append(self._open_spare(), ordinal, payload, 1.0)
            except (OSError, ReserveFull):
                self._place = 2
            else:
                return "volatile"
        if self._memory_bytes + len(payload) > MEMORY_BYTES:
            raise StoreFault("full", "the reserve and the memory beside it are used up")
        self._memory_bytes += len(payload)
        return "volatile"

    def _append(self, journal: Reserve | None, ordinal: int, payload: bytes, share: float) -> None:
        if self.failing is not None and journal is self._reserve:
            raise self.failing
        if journal is None:
            raise ReserveFull
        journal.append(ordinal, payload, share=share)

    def _refusal(self, error: OSError | ReserveFull) -> StoreFault:
        if isinstance(error, OSError):
            return of_os(error, self._path)
        return self.fault or StoreFault("full", "the reserve is left to the running transactions")

    def _load_spare(self) -> list[tuple[int, Batch]]:
        if self._spare_path is None or self._spare is not None or not self._spare_path.exists():
            return []
        try:
            self._spare, frames = Reserve.open(self._spare_path, self._size)
        except OSError:
            return read(self._spare_path)
        return frames

    def _open_spare(self) -> Reserve | None:
        """Made when it is first needed: on a runtime file system it takes memory."""
        if self._spare is None and self._spare_path is not None:
            self._spare_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._spare, _ = Reserve.open(self._spare_path, self._size)
        return self._spare
