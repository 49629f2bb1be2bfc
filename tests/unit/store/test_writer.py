"""The writer: one queue, one thread, commits in order and together, and what becomes of them when the disk is sick."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.store import writer as module
from agent.store.faults import StoreFault
from agent.store.interface import LedgerPort
from agent.store.ledger import Ledger
from agent.store.records import Batch, Durability, LogRecord
from agent.store.writer import PROBE_EVERY_S, Receipt, Writer, WriterStats
from tests.simulation.disk import SimDisk
from tests.simulation.simloop import SimLoop, simulate


def step(seq: int, *, size: int = 10, essential: bool = True) -> Batch:
    record = LogRecord(seq, "Fact", 1, "ledger", "tx-1", 1, 1, seq, None, b"x" * size)
    return Batch(log=[record], essential=essential)


def seqs(ledger: LedgerPort) -> list[int]:
    return [record.seq for record in ledger.log_after("ledger", 0, 1000)]


class Recorder(SimDisk):
    """A disk that remembers in what groups it was asked to commit."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[int] = []
        self.tended = 0
        self.heals = 0

    def commit_group(self, batches: Sequence[Batch]) -> list[Durability | StoreFault]:
        self.groups.append(len(batches))
        return super().commit_group(batches)

    def tend(self) -> None:
        self.tended += 1

    def heal(self) -> bool:
        self.heals += 1
        return super().heal()


@asynccontextmanager
async def running(writer: Writer) -> AsyncIterator[Writer]:
    async with asyncio.TaskGroup() as group:
        group.create_task(writer.run())
        yield writer
        writer.close()


def inline(disk: SimDisk, told: Callable[[StoreFault | None], None] | None = None) -> Writer:
    return Writer(disk, inline=True, on_health=told)


def virtually(main: Callable[[SimLoop], object]) -> None:
    """Run a coroutine function on virtual time to its end."""
    with simulate() as loop:
        task = loop.spawn("agent", main(loop))  # type: ignore[arg-type, var-annotated]  # any coroutine
        loop.run_until(task.done, timeout_s=3600)
        task.result()


# --- order, groups, receipts


def test_commits_that_wait_together_are_committed_together_and_in_order() -> None:
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        async with running(inline(disk)) as writer:
            done = [writer.submit(step(seq)) for seq in range(1, 11)]
            receipts = await asyncio.gather(*done)
            assert {receipt.durability for receipt in receipts} == {"disk"}

    virtually(main)
    assert disk.groups == [10]
    assert disk.syncs == 1
    assert seqs(disk) == list(range(1, 11))


def test_a_group_has_a_limit_in_number_and_in_bytes() -> None:
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        async with running(inline(disk)) as writer:
            await asyncio.gather(*(writer.submit(step(seq)) for seq in range(1, 101)))
            await asyncio.gather(*(writer.submit(step(seq, size=100_000)) for seq in range(101, 106)))

    virtually(main)
    assert disk.groups == [module.GROUP_BATCHES, 100 - module.GROUP_BATCHES, 2, 2, 1]


def test_a_question_sees_what_was_committed_before_it_and_not_what_comes_after() -> None:
    disk = Recorder()
    seen: list[list[int]] = []

    async def ask(writer: Writer) -> None:
        seen.append(await writer.call(seqs))

    async def main(_: SimLoop) -> None:
        async with running(inline(disk)) as writer, asyncio.TaskGroup() as group:
            for seq in (1, 2):
                writer.submit(step(seq))
            group.create_task(ask(writer))
            await asyncio.sleep(0)  # the question is in the queue now
            writer.submit(step(3))

    virtually(main)
    assert seen in ([[1, 2]], [[1, 2, 3]])
    assert seqs(disk) == [1, 2, 3]


def test_a_question_parts_the_groups() -> None:
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        writer = inline(disk)
        done = [writer.submit(step(1)), writer.submit(step(2))]
        question = asyncio.ensure_future(writer.call(seqs))
        await asyncio.sleep(0)
        done.append(writer.submit(step(3)))
        async with running(writer):
            await asyncio.gather(*done)
            assert await question == [1, 2]

    virtually(main)
    assert disk.groups == [2, 1]


def test_what_a_question_raises_is_the_askers(tmp_path: Path) -> None:
    def wrong(_: LedgerPort) -> None:
        raise KeyError("no such thing")

    async def main(_: SimLoop) -> None:
        async with running(inline(SimDisk())) as writer:
            with pytest.raises(KeyError):
                await writer.call(wrong)
            assert (await writer.commit(step(1))).durability == "disk"

    virtually(main)


def test_a_receipt_tells_how_long_it_took() -> None:
    times = iter([1_000_000, 1_500_000, 4_000_000])

    async def main(_: SimLoop) -> None:
        writer = Writer(SimDisk(), inline=True, clock_ns=lambda: next(times))
        async with running(writer):
            receipts = await asyncio.gather(writer.submit(step(1)), writer.submit(step(2)))
        assert list(receipts) == [Receipt("disk", 3000), Receipt("disk", 2500)]
        assert (writer.stats.batches, writer.stats.groups) == (2, 1)
        assert list(writer.stats.latency_us) == [3000, 2500]

    virtually(main)


def test_quantiles_of_the_latency() -> None:
    stats = WriterStats()
    assert stats.quantile_us(500) == 0
    stats.latency_us.extend(range(100, 0, -1))
    assert (stats.quantile_us(0), stats.quantile_us(500), stats.quantile_us(990), stats.quantile_us(1000)) == (
        1,
        51,
        100,
        100,
    )


def test_a_cancelled_caller_does_not_take_its_batch_back() -> None:
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        writer = inline(disk)
        cancelled = asyncio.ensure_future(writer.commit(step(1)))
        question = asyncio.ensure_future(writer.call(seqs))
        await asyncio.sleep(0)
        also = writer.submit(step(2))
        for future in (cancelled, question, also):
            future.cancel()
        async with running(writer):
            await writer.commit(step(3))

    virtually(main)
    assert seqs(disk) == [1, 2, 3]


# --- limits and ends


def test_a_queue_that_is_full_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKLOG_BATCHES", 3)
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        writer = inline(disk)
        done = [writer.submit(step(seq)) for seq in (1, 2, 3)]
        assert writer.backlog == 3
        with pytest.raises(StoreFault, match="3 requests wait"):
            writer.submit(step(4))
        async with running(writer):
            await asyncio.gather(*done)
            assert writer.backlog == 0

    virtually(main)
    assert seqs(disk) == [1, 2, 3]


def test_closing_ends_the_queue_and_then_the_writer() -> None:
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        writer = inline(disk)
        done = writer.submit(step(1))
        writer.close()
        await writer.run()
        assert (await done).durability == "disk"
        with pytest.raises(StoreFault, match="stopped"):
            await writer.commit(step(2))
        with pytest.raises(StoreFault, match="stopped"):
            await writer.call(seqs)

    virtually(main)


def test_a_mistake_in_a_batch_ends_the_writer_and_everyone_is_told() -> None:
    async def main(_: SimLoop) -> None:
        writer = inline(SimDisk())
        wrong = [writer.submit(step(1)), writer.submit(step(1))]
        writer.submit(step(2)).cancel()  # has no say any more, and nothing to be told
        question = asyncio.ensure_future(writer.call(seqs))
        await asyncio.sleep(0)
        with pytest.raises(ValueError, match="must grow"):
            await writer.run()
        for future in wrong:
            assert isinstance(future.exception(), ValueError)
        with pytest.raises(StoreFault, match="stopped"):
            await question

    virtually(main)


def test_a_power_off_with_commits_on_their_way_is_no_error_for_the_log() -> None:
    """Whoever asked has gone as well: a future that nobody looks at must not be complained about."""
    complaints: list[dict[str, Any]] = []

    async def main(loop: SimLoop) -> None:
        loop.set_exception_handler(lambda _loop, context: complaints.append(context))
        writer = inline(SimDisk())
        running = asyncio.ensure_future(writer.run())
        await asyncio.sleep(1)
        writer.submit(step(1))
        asked = asyncio.ensure_future(writer.call(seqs))
        await asyncio.sleep(0)
        writer.submit(step(2))
        running.cancel()
        asked.cancel()
        await asyncio.wait({running, asked})
        gc.collect()

    virtually(main)
    assert complaints == []


def test_a_writer_that_is_cancelled_at_work_leaves_nobody_waiting(tmp_path: Path) -> None:
    """The thread ends what it is at before `run` returns, so that the ledger may be closed then."""
    ledger = Ledger.open(tmp_path / "ledger.db")
    entered, leave = threading.Event(), threading.Event()

    def slow(_: LedgerPort) -> None:
        entered.set()
        leave.wait(10)

    async def main() -> None:
        writer = Writer(ledger)
        running = asyncio.ensure_future(writer.run())
        question = asyncio.ensure_future(writer.call(slow))
        await asyncio.to_thread(entered.wait, 10)
        waiting = writer.submit(step(1))
        running.cancel()
        leave.set()
        results = await asyncio.gather(running, question, waiting, return_exceptions=True)
        assert isinstance(results[0], asyncio.CancelledError)
        assert all(isinstance(result, StoreFault) for result in results[1:])

    asyncio.run(main())
    assert seqs(ledger) == []
    ledger.close()


def test_a_writer_that_is_cancelled_in_a_commit_tells_the_caller(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db")
    ledger.fail("slow", delay_ms=50)

    async def main() -> None:
        writer = Writer(ledger)
        running = asyncio.ensure_future(writer.run())
        done = writer.submit(step(1))
        await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(StoreFault, match="stopped"):
            await done
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(main())
    ledger.close()


def test_the_ledger_is_used_in_one_thread_that_is_not_the_loops(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.db")
    threads: set[str] = set()

    def which(_: LedgerPort) -> None:
        threads.add(threading.current_thread().name)

    async def main() -> None:
        async with running(Writer(ledger)) as writer:
            for seq in range(1, 6):
                await writer.commit(step(seq))
                await writer.call(which)

    asyncio.run(main())
    assert len(threads) == 1
    assert threads.pop().startswith("ledger")
    assert seqs(ledger) == [1, 2, 3, 4, 5]
    ledger.close()


# --- housekeeping and health


def test_the_ledger_is_tended_when_the_queue_is_empty() -> None:
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        async with running(inline(disk)) as writer:
            await writer.commit(step(1))
            await asyncio.sleep(1)
            before = disk.tended
            await asyncio.sleep(1000)
            assert disk.tended == before  # and not all the time
            await writer.commit(step(2))
            await asyncio.sleep(1)
            assert disk.tended == before + 1

    virtually(main)
    assert disk.heals == 0


def test_a_disk_that_fails_while_nothing_happens_is_noticed() -> None:
    """Before a driver comes: the first commit of a session would be too late to refuse it."""
    told: list[str | None] = []
    disk = SimDisk()

    async def main(_: SimLoop) -> None:
        writer = Writer(disk, inline=True, on_health=lambda fault: told.append(fault.kind if fault else None))
        async with running(writer):
            await asyncio.sleep(1800)
            assert told == []
            disk.fail("read_only")
            await asyncio.sleep(PROBE_EVERY_S + 1)
            assert told == ["read_only"]
            disk.fail(None)
            await asyncio.sleep(10)
            assert told == ["read_only", None]

    virtually(main)


def test_a_probe_writes_seldom_and_never_while_there_are_commits() -> None:
    probes: list[bool] = []

    class Probed(SimDisk):
        def probe(self, *, write: bool) -> None:
            probes.append(write)

    async def main(_: SimLoop) -> None:
        async with running(inline(Probed())) as writer:
            await asyncio.sleep(PROBE_EVERY_S * 10.5)
            assert probes == [*([False] * 4), True] * 2
            for seq in range(1, 20):
                await writer.commit(step(seq))
                await asyncio.sleep(PROBE_EVERY_S / 2)
            assert len(probes) == 10

    virtually(main)


def test_a_refusal_is_raised_and_the_rest_goes_on() -> None:
    disk = Recorder()

    async def main(_: SimLoop) -> None:
        disk.fail("read_only")
        async with running(inline(disk)) as writer:
            refused, taken = writer.submit(step(1, essential=False)), writer.submit(step(2))
            with pytest.raises(StoreFault) as caught:
                await refused
            assert caught.value.kind == "read_only"
            assert (await taken).durability == "volatile"
            assert (writer.stats.refused, writer.stats.batches) == (1, 1)

    virtually(main)


def test_health_is_told_when_it_changes_and_healing_is_tried_again_and_again() -> None:
    disk = Recorder()
    told: list[str | None] = []

    async def main(loop: SimLoop) -> None:
        async with running(inline(disk, lambda fault: told.append(fault.kind if fault else None))) as writer:
            await writer.commit(step(1))
            assert writer.health is None
            disk.fail("full")
            assert (await writer.commit(step(2))).durability == "reserve"
            assert (await writer.commit(step(3))).durability == "reserve"
            assert writer.health is not None
            assert told == ["full"]
            await asyncio.sleep(module.HEAL_EVERY_S * 3.5)
            assert disk.heals == 3
            disk.fail(None)
            await asyncio.sleep(module.HEAL_EVERY_S)
            assert told == ["full", None]
            assert writer.health is None
            heals = disk.heals
            await asyncio.sleep(1000)
            assert disk.heals == heals
            assert (await writer.commit(step(4))).durability == "disk"

    virtually(main)
    assert seqs(disk) == [1, 2, 3, 4]


def test_healing_is_tried_though_the_queue_is_never_empty() -> None:
    disk = Recorder()

    async def main(loop: SimLoop) -> None:
        async with running(inline(disk)) as writer:
            disk.fail("full")
            for seq in range(1, 200):
                await asyncio.sleep(0.1)
                disk.fail(None if seq > 20 else "full")
                await writer.commit(step(seq))
            assert writer.health is None

    virtually(main)
    assert disk.heals == 1


def test_a_ledger_that_was_unwell_from_the_start_is_healed_at_once() -> None:
    disk = Recorder()
    disk.fail("read_only")
    disk.commit(step(1))
    disk.fail(None)
    told: list[StoreFault | None] = []

    async def main(_: SimLoop) -> None:
        async with running(inline(disk, told.append)) as writer:
            await asyncio.sleep(0.1)
            assert writer.health is None

    virtually(main)
    assert told == [None]
