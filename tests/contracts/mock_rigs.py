"""The bench's devices as the agent meets them: channels of the guard's wire, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hal.guard.client import GuardPort
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.local import LocalGuard
from hal.types import EvseCapabilities, Fault, FaultCode, IndicatorState, MeterReading, PowerReport, TokenRead
from tests.contracts.rigs import Scene
from tests.simulation.simloop import SimLoop

HOLD_S = 1


class Channel:
    """The agent's end of the wire: a meter, a reader and an indicator at once."""

    def __init__(self, port: GuardPort, measurands: frozenset[str]) -> None:
        self.measurands = measurands
        self._port = port
        self._shown: Callable[[TokenRead], None] = lambda read: None
        self._health: Callable[[str | None], None] = lambda text: None

    async def read(self) -> MeterReading:
        return await self._port.read_meter(1)

    async def show(self, state: IndicatorState) -> None:
        self._port.indicate(1, state)

    async def close(self) -> None: ...

    async def run(self, shown: Callable[[TokenRead], None], health: Callable[[str | None], None]) -> None:
        self._shown, self._health = shown, health
        await self._port.run(self)

    def connected(self, board: str, evses: tuple[EvseCapabilities, ...]) -> None: ...
    def lost(self, why: str) -> None: ...
    def power(self, report: PowerReport) -> None: ...
    def health(self, device: str, error: str | None) -> None: ...
    def device(self, name: str, values: dict[str, int]) -> None: ...
    def verb(self, name: str, args: dict[str, Any]) -> None: ...

    def token(self, token: TokenRead) -> None:
        self._shown(token)

    def fault(self, fault: Fault, raised: bool) -> None:
        if fault.code is FaultCode.READER:
            self._health(fault.info if raised else None)


class BenchRig:
    """Every kind of rig in one."""

    def __init__(self) -> None:
        self.bench = Bench(clock=LoopClock(asyncio.get_running_loop()))
        self.port = LocalGuard(self.bench)
        self.meter = self.reader = self.indicator = Channel(self.port, self.bench.world.outlets[1].meter.measurands)
        self._uid = ""

    def set_import_wh(self, import_wh: int) -> None:
        self.bench.do("meter.set", energy_wh=import_wh)

    def silence(self) -> None:
        self.bench.do("meter.stall")

    def heal(self) -> None:
        self.bench.do("meter.stall", kind="none")
        self.bench.do("fault.clear", code="reader_failure")

    async def show(self, uid: str) -> None:
        self._uid = uid
        self.bench.do("rfid.tap", id_token=uid, hold_s=HOLD_S)

    async def linger(self) -> None:
        await asyncio.sleep(HOLD_S / 2)
        self.bench.do("rfid.tap", id_token=self._uid, hold_s=HOLD_S)

    async def take(self) -> None:
        await asyncio.sleep(HOLD_S)

    def lose(self) -> None:
        self.bench.do("fault.inject", code="reader_failure", severity="warning", info="the bench broke it")

    def look(self) -> str:
        return str(self.bench.world.indicators.get(1, IndicatorState.OFF))


async def _with_wire(scene: Scene) -> None:
    rig = BenchRig()
    async with asyncio.TaskGroup() as group:
        wire = group.create_task(rig.port.run(rig.reader))
        await asyncio.sleep(0.01)
        await scene(rig)
        wire.cancel()


async def _without_wire(scene: Scene) -> None:
    await scene(BenchRig())


def _play(main: Callable[[Scene], Awaitable[None]], scene: Scene) -> None:
    async def whole() -> None:
        await main(scene)

    with asyncio.Runner(loop_factory=SimLoop) as runner:
        runner.run(whole())


def play_meter(folder: Path, scene: Scene) -> None:
    _play(_with_wire, scene)


def play_indicator(folder: Path, scene: Scene) -> None:
    _play(_with_wire, scene)


def play_reader(folder: Path, scene: Scene) -> None:
    """The scene runs the reader, and with it the wire."""
    _play(_without_wire, scene)
