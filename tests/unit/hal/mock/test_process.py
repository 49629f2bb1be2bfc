"""The bench inside the guard's process: the program's loop and sockets, the agent's port, the bench's client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hal.board import mock_board
from hal.guard.client import SocketGuard
from hal.guard.notify import Notifier
from hal.guard.process import GuardProcess
from hal.interfaces import DeviceError
from hal.mock.arguments import BenchError
from hal.mock.client import BenchClient
from hal.mock.clock import ManualClock
from hal.mock.conversation import MAX_CLIENTS, MAX_LINE_BYTES
from hal.mock.process import WATCH, open_world, topology_of
from hal.types import ContactorState, PilotState
from tests.unit.hal.mock.test_local import Agent

SOCKET = {"cable": "socket"}


class Site:
    """A guard process in a thread of this one, with its two sockets."""

    def __init__(self, folder: Path) -> None:
        self.guard = str(folder / "guard.sock")
        self.bench = str(folder / "bench.sock")
        board = mock_board([{"connectors": [SOCKET]}, {"phases": 1}])
        self.process = GuardProcess(board, self.guard, self.bench, Notifier({}, 1))
        self._thread = threading.Thread(target=self.process.run)

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.loop.stop()
        self._thread.join(10)
        self.process.close()


@contextmanager
def site(folder: Path) -> Iterator[tuple[Site, BenchClient]]:
    with Site(folder) as one, BenchClient(one.bench) as client:
        yield one, client


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(5_000):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise TimeoutError


def orders(agent: Agent) -> list[tuple[str, dict[str, Any]]]:
    """The verbs that the agent heard, but for the question how it is."""
    return [verb for verb in agent.verbs if verb != (WATCH, {})]


def with_agent(path: str, scene: Callable[[Agent], Awaitable[None]]) -> None:
    async def main() -> None:
        agent = Agent(SocketGuard(path))
        async with asyncio.TaskGroup() as group:
            runner = group.create_task(agent.run(renewing=False))
            await until(lambda: len(agent.reports) == 2)
            await scene(agent)
            runner.cancel()

    asyncio.run(main())


def test_an_agent_charges_a_car(tmp_path: Path) -> None:
    with site(tmp_path) as (one, bench):
        bench.call("bay.set", {"occupied": True})
        bench.call("fault.inject", {"code": "tamper", "severity": "warning"})

        async def scene(agent: Agent) -> None:
            assert [(can.evse, can.has_lock, can.phases) for can in agent.capabilities] == [(1, True, 3), (2, False, 1)]
            await until(lambda: bool(agent.devices))
            assert agent.devices["bay-1"] == {"evse": 1, "occupied": 1}
            assert len(agent.faults) == 1
            bench.call("ev.plug_in", {"evse": 2, "charge_delay_s": 0, "phases": 3})
            agent.grant(2, phases=1)
            await until(lambda: agent.reports[2].contactor is ContactorState.CLOSED)
            reading = await agent.port.read_meter(2)
            assert reading.power_w == 3_671  # one phase is all that this EVSE has
            bench.call("rfid.tap", {"id_token": "04AB", "evses": [2]})
            bench.call("clock.step", {"seconds": 5})
            await until(lambda: bool(orders(agent)))
            assert agent.tokens[0].token == "04AB"
            assert orders(agent) == [("clock.step", {"seconds": 5})]
            status = bench.call("status")
            assert status["booted"]
            assert status["evses"][1]["permit"]["live"]
            bench.call("ev.plug_out", {"evse": 2})
            await until(lambda: agent.reports[2].pilot is PilotState.A)

        with_agent(one.guard, scene)


def test_without_an_agent_its_verbs_are_refused(tmp_path: Path) -> None:
    with site(tmp_path) as (_, bench):
        with pytest.raises(BenchError, match="no agent") as caught:
            bench.call("network.set", {"up": False})
        assert caught.value.code == "no_agent"
        with pytest.raises(BenchError, match="EVSE 1, 2"):
            bench.call("ev.plug_in", {"evse": 3})


def test_a_power_cut_stops_whatever_agent_there_is_until_the_power_returns(tmp_path: Path) -> None:
    with site(tmp_path) as (one, bench):

        async def charging(agent: Agent) -> None:
            bench.call("ev.plug_in", {"charge_delay_s": 0})
            agent.grant(lease_ms=1_000)
            await until(lambda: agent.reports[1].contactor is ContactorState.CLOSED)
            bench.call("power.cut")
            await until(lambda: ("power.cut", {}) in agent.verbs)
            assert bench.call("status")["evses"][0]["contactor"] == "open"

        async def dark(agent: Agent) -> None:
            await until(lambda: ("power.cut", {}) in agent.verbs)
            assert agent.reports[1].pilot is PilotState.INVALID

        async def bright(agent: Agent) -> None:
            await until(lambda: agent.reports[1].pilot is PilotState.B)
            assert orders(agent) == []

        with_agent(one.guard, charging)
        with_agent(one.guard, dark)
        assert not bench.call("status")["bench"]["powered"]
        assert not bench.call("status")["booted"]
        bench.call("power.restore")
        with_agent(one.guard, bright)


def test_a_brownout_is_told_by_the_sensor_of_the_supply(tmp_path: Path) -> None:
    with site(tmp_path) as (one, bench):

        async def scene(agent: Agent) -> None:
            bench.call("power.brownout", {"hold_up_s": 60})
            await until(lambda: agent.devices.get("supply") == {"failing": 1, "hold_up_ms": 60_000})
            bench.call("power.restore")
            await until(lambda: agent.devices["supply"] == {"failing": 0, "hold_up_ms": 0})

        with_agent(one.guard, scene)


def test_a_line_without_end_is_told(tmp_path: Path) -> None:
    with site(tmp_path) as (_, bench), pytest.raises(BenchError, match="a line may have at most"):
        bench.call("ev.plug_in", {"contract_chain_pem": "x" * (MAX_LINE_BYTES + 1)})


def test_the_bench_fits_the_board() -> None:
    board = mock_board([{"connectors": [SOCKET, {}], "max_current_a": 16}, {"supply": "dc", "max_current_a": 200}])
    outlets = topology_of(board).outlets()
    assert [(number, one.connectors, one.dc, one.tethered, one.has_lock) for number, one in outlets.items()] == [
        (1, 2, False, False, True),
        (2, 1, True, True, False),
    ]
    assert outlets[1].max_current_ma == 16_000


def test_a_path_and_a_meter_that_the_bench_does_not_have() -> None:
    clock = ManualClock()
    side = open_world(mock_board(), clock)
    with pytest.raises(DeviceError, match="no EVSE 9"):
        side.power_path(9)
    answers: list[object] = []
    side.peripherals.read_meter(9, answers.append)
    assert answers == []
    clock.advance(1_000)
    assert isinstance(answers[0], DeviceError)


def test_the_guards_process_does_not_load_asyncio() -> None:
    code = "import sys, hal.mock.process; sys.exit('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_the_agent_says_of_itself_is_its_part_of_the_status(tmp_path: Path) -> None:
    with site(tmp_path) as (one, bench):

        async def scene(agent: Agent) -> None:
            await until(lambda: (WATCH, {}) in agent.verbs)
            agent.port.report(0, {"pid": 77, "link": "connected", "registration": "accepted"})
            agent.port.report(2, {"connectors": [{"connector": 1, "status": "Charging"}], "transaction": {"id": "T-1"}})
            await until(lambda: bench.call("status")["evses"][1]["transaction"] == {"id": "T-1"})
            status = bench.call("status")
            assert (status["pid"], status["link"], status["registration"]) == (77, "connected", "accepted")
            assert status["booted"]
            assert status["evses"][1]["connectors"] == [{"connector": 1, "status": "Charging"}]
            assert status["evses"][0]["connectors"] == [{"connector": 1, "status": None}]

        async def another(agent: Agent) -> None:
            await until(lambda: (WATCH, {}) in agent.verbs)
            status = bench.call("status")
            assert status["pid"] is None, "what the one before said is void"
            assert status["evses"][1]["transaction"] is None
            assert status["booted"]

        with_agent(one.guard, scene)
        asyncio.run(until(lambda: not bench.call("status")["booted"]))  # the guard noticed that it left
        assert bench.call("status")["link"] is None
        assert bench.call("status")["version"]
        with_agent(one.guard, another)


def test_the_guard_forgets_with_the_supply(tmp_path: Path) -> None:
    """Its process outlives the cut; permits and latches do not."""
    with site(tmp_path) as (one, bench):

        async def charging(agent: Agent) -> None:
            bench.call("ev.plug_in", {"evse": 2, "charge_delay_s": 0})
            agent.grant(2, lease_ms=60_000, phases=1)
            await until(lambda: agent.reports[2].contactor is ContactorState.CLOSED)
            bench.call("power.cut")
            bench.call("power.restore")

        async def again(agent: Agent) -> None:
            await until(lambda: agent.reports[2].pilot is PilotState.B)
            assert not agent.reports[2].permit_live
            assert agent.reports[2].contactor is ContactorState.OPEN
            agent.grant(2, phases=1)
            await until(lambda: agent.reports[2].contactor is ContactorState.CLOSED)

        with_agent(one.guard, charging)
        assert bench.call("status")["evses"][1]["permit"]["live"] is False
        with_agent(one.guard, again)


def test_one_client_too_many_is_told(tmp_path: Path) -> None:
    with site(tmp_path) as (one, bench):
        others = [BenchClient(one.bench) for _ in range(MAX_CLIENTS - 1)]
        for other in (bench, *others):
            other.call("help")
        with pytest.raises(BenchError, match="at most 16 clients"), BenchClient(one.bench) as extra:
            extra.call("help")
        for other in others:
            other.close()
