"""What a commit costs the disk: syncs, counted by strace, and bytes, as the kernel counts them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.store.ledger import Ledger
from agent.store.records import Batch, Cursor, KeptRecord, LogRecord
from tests.conftest import missing, require_tool

ROOT = Path(__file__).parents[3]
COMMIT_BYTES = 9_100  # DESIGN: 9.1 KB a commit
DAY_BYTES = 80_000_000  # DESIGN: at most 80 MB written a day and EVSE at 22 kW, with minute samples

Record = Callable[[str, object], None]

COUNTED = """
import os, sys
from pathlib import Path
from agent.store.ledger import Ledger
from tests.unit.store.test_wear import typical
ledger = Ledger.open(Path(sys.argv[1]))
seq = 1
def mark(name):
    try:
        os.stat(f"/mark/{name}")
    except OSError:
        pass
mark("begin")
for _ in range(60):
    ledger.commit(typical(seq))
    seq += 1
mark("single")
for _ in range(10):
    ledger.commit_group([typical(seq + n) for n in range(6)])
    seq += 6
mark("group")
ledger.fail("full")
ledger.commit(typical(seq))
mark("degraded")
for n in range(10):
    ledger.commit(typical(seq + 1 + n))
mark("reserve")
ledger.fail(None)
assert ledger.heal()
seq += 11
mark("healed")
from agent.store.records import PrunePolicy
for _ in range(5):
    ledger.prune(PrunePolicy(), None)
    ledger.tend()
mark("idle")
for n in range(600):
    ledger.commit(typical(seq + n))
    ledger.tend()
mark("long")
os._exit(0)
"""


def typical(seq: int) -> Batch:
    """A minute's sample of a transaction: the record to deliver, and the state from which it could go on."""
    record = LogRecord(
        seq, "TransactionRecorded", 1, "ledger", "a" * 36, 1, 3, seq * 60_000, 1_700_000_000_000, b"x" * 350
    )
    kept = KeptRecord("TransactionKept", "a" * 36, 1, b"%09d" % seq * 30)
    return Batch(log=[record], kept=[kept], essential=True)


def checkpoint(seq: int) -> Batch:
    """The checkpoint each 100 Wh or 30 s: the state alone, with the register."""
    state = KeptRecord("TransactionKept", "a" * 36, 1, b"%09d" % seq * 30)
    return Batch(kept=[state, KeptRecord("RegisterKept", "1", 1, b"%09d" % seq * 6)])


def acknowledged(seq: int) -> Batch:
    return Batch(cursors=[Cursor("csms", "ledger", seq)])


@pytest.fixture(scope="module")
def syncs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Syncs in each stretch of the script above."""
    strace = require_tool("strace", package="strace")
    folder = tmp_path_factory.mktemp("syncs")
    trace = folder / "trace"
    command = [strace, "-f", "-o", str(trace), "-e", "trace=fsync,fdatasync,sync_file_range,syncfs,newfstatat,stat"]
    script = [sys.executable, "-c", COUNTED, str(folder / "ledger.db")]
    done = subprocess.run([*command, *script], cwd=ROOT, capture_output=True, text=True, check=False)
    if "ptrace" in done.stderr and done.returncode != 0:
        missing(f"permission to trace: {done.stderr.strip()[:200]}")
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = {}
    count = 0
    for line in trace.read_text().splitlines():
        if mark := re.search(r'"/mark/(\w+)"', line):
            found[mark.group(1)] = count
            count = 0
        elif re.search(r"\b(fsync|fdatasync|sync_file_range|syncfs)\(", line):
            count += 1
    return found


def test_a_commit_is_one_sync(syncs: dict[str, int]) -> None:
    assert syncs["single"] == 60


def test_a_group_is_one_sync(syncs: dict[str, int]) -> None:
    assert syncs["group"] == 10


def test_an_append_to_the_reserve_is_one_sync(syncs: dict[str, int]) -> None:
    assert syncs["reserve"] == 10


def test_housekeeping_that_finds_nothing_to_do_does_not_touch_the_disk(syncs: dict[str, int]) -> None:
    assert syncs["idle"] == 0


def test_housekeeping_adds_few_syncs(syncs: dict[str, int]) -> None:
    """Each checkpoint, once in a hundred commits or more, syncs the log, the database and the log's new head."""
    assert 600 < syncs["long"] <= 600 + 3 * 6


def written() -> int:
    """Bytes this process has caused to be written to a disk so far."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["write_bytes"])


@pytest.fixture
def on_disk(tmp_path: Path) -> Path:
    """A folder on a file system that counts what is written: a tmpfs does not."""
    before = written()
    probe = tmp_path / "probe"
    probe.write_bytes(b"x" * 65536)
    if written() - before < 65536:
        missing("a disk under the temporary folder is missing (set TMPDIR to a folder that is no tmpfs)")
    return tmp_path / "ledger.db"


def test_a_typical_commit_stays_within_its_bytes(on_disk: Path, record_property: Record) -> None:
    ledger = Ledger.open(on_disk)
    ledger.commit(typical(1))
    before = written()
    commits = 500
    for seq in range(2, commits + 2):
        ledger.commit(typical(seq))
        ledger.tend()
    each = (written() - before) // commits
    ledger.close()
    record_property("bytes_per_commit", each)
    print(f"{each} bytes a commit, its share of the checkpoints included")
    assert each <= COMMIT_BYTES


def test_a_day_of_charging_stays_within_its_bytes(on_disk: Path, record_property: Record) -> None:
    """A tenth of a day at 22 kW: a checkpoint each 30 s, each minute a sample that is then acknowledged."""
    ledger = Ledger.open(on_disk)
    ledger.commit(typical(1))
    before = written()
    minutes = 144
    for minute in range(minutes):
        ledger.commit(checkpoint(2 * minute))
        ledger.commit(typical(minute + 2))
        ledger.commit(acknowledged(minute + 2))
        ledger.tend()
        ledger.commit(checkpoint(2 * minute + 1))
        ledger.tend()
    day = (written() - before) * 10
    ledger.close()
    record_property("bytes_per_day", day)
    print(f"{day} bytes a day and EVSE")
    assert day <= DAY_BYTES
