"""The virtual-time loop: time, order, executors, deadlock, processes that are killed."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.simulation.clock import Deadlock, Livelock
from tests.simulation.determinism import EPOCH_S
from tests.simulation.simloop import SimLoop, simulate


def test_time_stands_still_while_code_runs_and_jumps_when_nothing_is_left(loop: SimLoop) -> None:
    seen: list[float] = []

    async def main() -> None:
        for _ in range(3):
            seen.append(loop.time())
            await asyncio.sleep(3600)

    loop.run_until_complete(main())
    assert seen == [0.0, 3600.0, 7200.0]


def test_advance_lets_exactly_so_much_time_pass(loop: SimLoop) -> None:
    fired: list[float] = []
    for delay in (59.0, 60.0, 61.0):
        loop.call_later(delay, lambda: fired.append(loop.time()))
    loop.advance(minutes=1)
    assert fired == [59.0, 60.0]
    assert loop.time() == pytest.approx(60)
    loop.advance(1)
    assert fired == [59.0, 60.0, 61.0]


def test_advance_finishes_what_its_last_instant_begins(loop: SimLoop) -> None:
    steps: list[int] = []

    async def chain() -> None:
        await asyncio.sleep(10)
        for step in range(5):
            steps.append(step)
            await asyncio.sleep(0)

    task = loop.create_task(chain())
    loop.advance(10)
    assert steps == [0, 1, 2, 3, 4]
    assert task.done()


def test_run_until_stops_at_the_condition(loop: SimLoop) -> None:
    done = asyncio.Event()
    loop.call_later(42, done.set)
    loop.call_later(43, lambda: pytest.fail("ran on"))
    loop.run_until(done.is_set, timeout_s=100)
    assert loop.time() == pytest.approx(42)


def test_run_until_says_what_did_not_come_and_who_waits(loop: SimLoop) -> None:
    async def patient() -> None:
        await asyncio.Event().wait()

    loop.spawn("station", patient())
    with pytest.raises(TimeoutError, match=r"(?s)the boot did not come within 5 virtual.*\[station\] station:.*wait"):
        loop.run_until(lambda: False, timeout_s=5, what="the boot")
    assert loop.time() == pytest.approx(5)


def test_a_deadlock_names_who_waits_where(loop: SimLoop) -> None:
    async def stuck_reader() -> None:
        await loop.create_future()

    with pytest.raises(Deadlock, match=r"(?s)nothing can happen any more.*stuck_reader \(test_simloop\.py:\d+\)"):
        loop.run_until_complete(stuck_reader())


def test_a_livelock_is_found(loop: SimLoop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.simulation.clock.INSTANT_LIMIT", 100)

    def busy() -> None:
        loop.call_soon(busy)

    busy()
    with pytest.raises(Livelock, match="100 rounds without time passing"):
        loop.advance(1)
    monkeypatch.undo()


def test_timeouts_and_task_groups_work(loop: SimLoop) -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(7), asyncio.TaskGroup() as group:
                group.create_task(asyncio.sleep(100))
        return loop.time()

    assert loop.run_until_complete(main()) == pytest.approx(7)


def test_an_executor_runs_in_the_loop_after_a_virtual_delay(loop: SimLoop) -> None:
    loop.executor_latency_ms = (5, 5)

    async def main() -> tuple[int, float]:
        return await loop.run_in_executor(None, lambda: 42), loop.time()

    result, at_s = loop.run_until_complete(main())
    assert result == 42
    assert at_s == pytest.approx(0.005)


def test_an_executor_with_one_worker_keeps_its_order(loop: SimLoop) -> None:
    loop.executor_latency_ms = (1, 100)
    order: list[int] = []

    async def main() -> None:
        with ThreadPoolExecutor(max_workers=1) as writer:
            await asyncio.gather(*(loop.run_in_executor(writer, order.append, n) for n in range(20)))

    loop.run_until_complete(main())
    assert order == list(range(20))
    assert loop.time() > 0.02


def test_an_executor_passes_exceptions_on(loop: SimLoop) -> None:
    async def main() -> None:
        await loop.run_in_executor(None, int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        loop.run_until_complete(main())


def test_a_job_that_has_not_begun_can_be_cancelled(loop: SimLoop) -> None:
    loop.executor_latency_ms = (10, 10)
    ran: list[str] = []

    async def main() -> None:
        with ThreadPoolExecutor(max_workers=1) as writer:
            running = loop.run_in_executor(writer, ran.append, "first")
            queued = loop.run_in_executor(writer, ran.append, "second")
            await asyncio.sleep(0.005)
            running.cancel()
            queued.cancel()
            await asyncio.sleep(1)

    loop.run_until_complete(main())
    assert ran == ["first"]


def test_call_soon_threadsafe_runs(loop: SimLoop) -> None:
    called: list[int] = []
    loop.call_soon_threadsafe(called.append, 1)
    loop.advance(0)
    assert called == [1]


def test_a_failure_in_a_callback_is_collected(loop: SimLoop) -> None:
    loop.call_soon(lambda: 1 // 0)
    loop.advance(0)
    assert [type(failure["exception"]) for failure in loop.failures] == [ZeroDivisionError]


def test_a_killed_process_runs_nothing_more(loop: SimLoop) -> None:
    events: list[str] = []

    async def child() -> None:
        try:
            await asyncio.sleep(5)
            events.append("child")
        finally:
            events.append("finally")

    async def station() -> None:
        loop.executor_latency_ms = (5000, 5000)
        loop.call_later(5, lambda: events.append("timer"))
        async with asyncio.TaskGroup() as group:
            group.create_task(child())
            await loop.run_in_executor(None, events.append, "job")

    loop.spawn("station", station())
    loop.advance(1)
    loop.kill("station")
    assert not loop.is_alive("station")
    loop.advance(10)
    assert events == []


def test_a_kill_from_inside_takes_effect_after_the_step(loop: SimLoop) -> None:
    events: list[str] = []

    async def station() -> None:
        loop.executor_latency_ms = (1, 1)
        await loop.run_in_executor(None, commit)
        events.append("after the commit")

    def commit() -> None:
        events.append("commit")
        loop.kill("station", power=False)

    loop.spawn("station", station())
    loop.advance(10)
    assert events == ["commit"]


def test_a_future_that_the_dead_waited_for_wakes_nobody(loop: SimLoop) -> None:
    shared: asyncio.Future[int] = loop.create_future()
    events: list[int] = []

    async def station() -> None:
        events.append(await shared)

    loop.spawn("station", station())
    loop.advance(1)
    loop.kill("station")
    shared.set_result(1)
    loop.advance(1)
    assert events == []


def test_a_process_starts_again_under_its_name(loop: SimLoop) -> None:
    starts: list[float] = []

    async def station() -> None:
        starts.append(loop.time())
        await asyncio.sleep(3600)

    loop.spawn("station", station())
    loop.advance(1)
    unwanted = station()
    with pytest.raises(ValueError, match="runs already"):
        loop.spawn("station", unwanted)
    unwanted.close()
    loop.kill("station", power=False)
    loop.advance(1)
    loop.spawn("station", station())
    loop.advance(1)
    assert starts == [0.0, pytest.approx(2.0)]


def test_the_clock_of_the_machine_is_virtual() -> None:
    before = time.time
    with simulate() as loop:
        loop.advance(hours=1)
        assert time.time() == EPOCH_S + 3600
        assert time.time_ns() == (EPOCH_S + 3600) * 10**9
        assert time.monotonic() == 3600
        assert time.monotonic_ns() == 3600 * 10**9
    assert time.time is before


def test_randomness_follows_the_seed_and_comes_back() -> None:
    def draw(seed: int) -> list[object]:
        with simulate(seed):
            return [uuid.uuid4(), secrets.token_bytes(8), secrets.token_hex(4), random.random(), os.urandom(4)]

    assert draw(1) == draw(1)
    assert not set(map(str, draw(1))) & set(map(str, draw(2)))
    assert os.urandom(16) != os.urandom(16)


def test_the_end_of_the_world_cancels_and_waits() -> None:
    ended: list[float] = []
    with simulate() as loop:

        async def polite() -> None:
            try:
                await asyncio.sleep(3600)
            finally:
                await asyncio.sleep(2)
                ended.append(loop.time())

        loop.create_task(polite())
        loop.advance(1)
    assert ended == [pytest.approx(3.0)]
