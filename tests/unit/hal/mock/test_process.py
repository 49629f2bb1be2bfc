"""The mock guard as a process of its own: the agent's real port over a real socket, and the bench's beside it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hal.guard.client import SocketGuard
from hal.guard.wire import MAX_LINE_BYTES
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.process import MAX_AGENTS, MockProcess, serve
from hal.mock.topology import MockEvse, MockTopology
from hal.types import ContactorState, PilotState
from tests.unit.hal.mock.test_local import Agent
from tests.unit.hal.mock.test_socket import Client

Scene = Callable[["Stage"], Awaitable[None]]


class Stage:
    """A served mock with an agent."""

    def __init__(self, bench: Bench, process: MockProcess, path: str) -> None:
        self.bench = bench
        self.process = process
        self.path = path
        self.agent = Agent(SocketGuard(path))

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(5_000):
            if condition():
                return
            await asyncio.sleep(0.002)
        raise TimeoutError

    async def connect(self) -> Client:
        return Client(*await asyncio.open_unix_connection(self.path))


def play(tmp_path: Path, scene: Scene, *evses: MockEvse) -> None:
    async def main() -> None:
        bench = Bench(MockTopology(evses or (MockEvse(),)), LoopClock(asyncio.get_running_loop()))
        process = MockProcess(bench, str(tmp_path / "guard.sock"))
        await process.start()
        stage = Stage(bench, process, str(tmp_path / "guard.sock"))
        async with asyncio.TaskGroup() as group:
            runner = group.create_task(stage.agent.run(renewing=False))
            await stage.until(lambda: 1 in stage.agent.reports)
            await scene(stage)
            runner.cancel()
        process.stop()

    asyncio.run(main())
    assert not (tmp_path / "guard.sock").exists()


def test_an_agent_charges_a_car_over_the_socket(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        agent, bench = stage.agent, stage.bench
        assert agent.capabilities[0].fail_safe == "mock"
        bench.do("ev.plug_in", charge_delay_s=0)
        agent.grant()
        await stage.until(lambda: agent.reports[1].contactor is ContactorState.CLOSED)
        assert (await agent.port.read_meter(1)).power_w == 3_671
        bench.do("rfid.tap", id_token="04AB")
        bench.do("network.set", up=False)
        await stage.until(lambda: bool(agent.verbs))
        assert agent.tokens[0].token == "04AB"
        assert agent.verbs == [("network.set", {"up": False})]
        assert bench.status()["booted"]
        bench.do("ev.plug_out")
        await stage.until(lambda: agent.reports[1].pilot is PilotState.A)

    play(tmp_path, scene)


def test_a_power_cut_takes_the_agent_with_it_until_the_power_returns(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        agent, bench = stage.agent, stage.bench
        bench.do("ev.plug_in")
        bench.do("power.cut")
        await stage.until(lambda: bool(agent.losses))
        assert agent.verbs == [("power.cut", {})]
        assert not bench.status()["booted"]
        agent.reports.clear()
        await asyncio.sleep(0.3)
        assert agent.reports == {}
        bench.do("power.restore")
        await stage.until(lambda: 1 in agent.reports)
        assert agent.reports[1].pilot is PilotState.B

    play(tmp_path, scene)


def test_what_is_no_agent_is_turned_away(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        endless = await stage.connect()
        endless.send(b"x" * (MAX_LINE_BYTES + 1))
        assert await endless.ended()
        strange = await stage.connect()
        assert (await strange.ask(b'{"k":"hello","version":99}\n'))["k"] == "refused"
        assert await strange.ended()
        crowd = [await stage.connect() for _ in range(MAX_AGENTS - 1)]
        extra = await stage.connect()
        assert await extra.ended()
        assert (await crowd[0].ask(b"nonsense\n"))["k"] == "refused"
        assert stage.agent.losses == []
        crowd[0].writer.close()

    play(tmp_path, scene)


def test_a_newer_agent_takes_over(tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        newer = await stage.connect()
        assert (await newer.ask(b'{"k":"hello","version":1}\n'))["k"] == "welcome"
        await stage.until(lambda: bool(stage.agent.losses))

    play(tmp_path, scene)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_the_service_manager_and_ends_on_a_signal(tmp_path: Path, number: int) -> None:
    told: list[str] = []

    def notify(state: str) -> None:
        told.append(state)
        if told.count("WATCHDOG=1") == 2:
            os.kill(os.getpid(), number)

    async def main() -> None:
        await serve(str(tmp_path / "g"), str(tmp_path / "b"), notify=notify, watchdog_s=0.01)

    asyncio.run(main())
    assert told[0] == "READY=1"
    assert told[-1] == "STOPPING=1"
    assert list(tmp_path.iterdir()) == []


def test_a_socket_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    async def main(guard: str, bench: str) -> None:
        await serve(guard, bench)

    for paths in (("none/g", "b"), ("g", "none/b")):
        args: list[Any] = [str(tmp_path / path) for path in paths]
        with pytest.raises(OSError, match="No such file"):
            asyncio.run(main(*args))
    assert list(tmp_path.iterdir()) == []
