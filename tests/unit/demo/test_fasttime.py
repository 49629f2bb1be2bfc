"""The loop whose time jumps: pauses cost nothing, threads and what is held take real time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from agent.demo.fasttime import FastLoop


def run(loop: FastLoop, main: Coroutine[Any, Any, Any]) -> Any:
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


def test_an_hour_passes_at_once() -> None:
    loop = FastLoop()
    began_s = time.monotonic()
    run(loop, asyncio.sleep(3_600))
    assert 3_600 <= loop.time() < 3_600.001
    assert time.monotonic() - began_s < 5


def test_the_wall_clock_goes_along() -> None:
    loop = FastLoop()
    before_s = loop.wall_s()
    run(loop, asyncio.sleep(60))
    assert 60 <= loop.wall_s() - before_s < 60.001
    assert abs(before_s - time.time()) < 60


def test_timers_keep_their_order() -> None:
    async def main() -> list[int]:
        seen: list[int] = []
        loop = asyncio.get_running_loop()
        for delay in (30, 10, 20):
            loop.call_later(delay, seen.append, delay)
        await asyncio.sleep(40)
        return seen

    assert run(FastLoop(), main()) == [10, 20, 30]


def test_a_thread_takes_real_time() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        alarm: list[float] = []
        loop.call_later(3_600, lambda: alarm.append(loop.time()))
        await loop.run_in_executor(None, time.sleep, 0.1)
        assert alarm == []  # the hour did not pass while the thread worked
        return loop.time()

    assert run(FastLoop(), main()) < 60


def test_what_is_held_takes_real_time() -> None:
    loop = FastLoop()
    held = [True]
    loop.hold = lambda: held[0]

    async def main() -> tuple[float, float]:
        began_s = time.monotonic()
        await asyncio.sleep(0.1)
        real_s = time.monotonic() - began_s
        held[0] = False
        before_s = loop.time()
        await asyncio.sleep(1_000)
        return real_s, loop.time() - before_s

    real_s, fast_s = run(loop, main())
    assert real_s >= 0.09
    assert fast_s >= 1_000


def test_sockets_of_the_kernel_are_served_while_time_is_held() -> None:
    loop = FastLoop()

    async def main() -> bytes:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(await reader.readline())
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        waiting = [True]
        loop.hold = lambda: waiting[0]
        async with asyncio.timeout(20):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"hello\n")
            said = await reader.readline()
        waiting[0] = False
        writer.close()
        server.close()
        return said

    assert run(loop, main()) == b"hello\n"
