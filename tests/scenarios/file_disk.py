"""The real ledger in a world: SQLite files that a power cut leaves as they are, and releases of it in turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from agent.store.faults import StoreFault
from agent.store.ledger import Ledger
from agent.store.records import Batch, Durability, KeptRecord
from agent.store.schema import MIGRATIONS, Migration

EXPANSION = Migration(
    max(migration.number for migration in MIGRATIONS) + 1,
    (
        "ALTER TABLE tx ADD COLUMN tariff TEXT NOT NULL DEFAULT 'standard'",
        "ALTER TABLE log ADD COLUMN lane INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE price (tariff TEXT PRIMARY KEY, cents INTEGER NOT NULL) WITHOUT ROWID",
        "INSERT INTO price (tariff, cents) VALUES ('standard', 39)",
    ),
)
NEXT_RELEASE = (*MIGRATIONS, EXPANSION)
UNKNOWN = KeptRecord("TariffKept", "1", 7, b'{"type":"TariffKept","evse":1}')


class NextLedger(Ledger):
    """The release after this one: its facts have fields and its ledger has kinds that this one has never heard of."""

    def commit_group(self, batches: Sequence[Batch]) -> list[Durability | StoreFault]:
        return super().commit_group([_of_tomorrow(batch) for batch in batches])


def _of_tomorrow(batch: Batch) -> Batch:
    log = [msgspec.structs.replace(r, version=r.version + 1, body=_more(r.body)) for r in batch.log]
    kept = [msgspec.structs.replace(k, body=None if k.body is None else _more(k.body)) for k in batch.kept]
    return msgspec.structs.replace(batch, log=log, kept=[*kept, UNKNOWN])


def _more(body: bytes) -> bytes:
    return msgspec.json.encode(msgspec.json.decode(body) | {"tariff": "night", "lane": [1, 2]})


class FileDisk:
    """Stands where the simulated disk stands in a world. `release` says which ledger the next `boot` opens."""

    def __init__(self, folder: Path, release: Callable[[Path], Ledger]) -> None:
        self.release = release
        self.after_commit: Callable[[int], None] = lambda _n: None
        self.commits = 0
        self._folder = folder
        self._lives = 0
        self._ledger: Ledger
        self._open()

    def power_cut(self) -> None:
        """What is on the disk now is what the next boot finds: nothing is closed in order."""
        before = self._path.parent
        self._lives += 1
        shutil.copytree(before, self._path.parent)
        self._ledger.close()
        shutil.rmtree(before)

    def boot(self) -> None:
        self._open()

    def _open(self) -> None:
        self._ledger = self.release(self._path)

    @property
    def _path(self) -> Path:
        return self._folder / str(self._lives) / "ledger.db"

    def commit_group(self, batches: Sequence[Batch]) -> list[Durability | StoreFault]:
        results = self._ledger.commit_group(batches)
        self.commits += 1
        self.after_commit(self.commits)
        return results

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)


def this_release(path: Path) -> Ledger:
    return Ledger.open(path)


def next_release(path: Path) -> Ledger:
    return NextLedger.open(path, migrations=NEXT_RELEASE)


__all__ = ["UNKNOWN", "FileDisk", "next_release", "this_release"]
