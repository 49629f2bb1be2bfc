"""The register-map meter on a pseudo-terminal, against a slave of our own."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hal.drivers import modbus_meter
from tests.conftest import require_module
from tests.contracts.rigs import Scene
from tests.integration.hardware import lying_slave
from tests.integration.hardware.lying_slave import LyingSlave

TIMEOUT_MS = 120


class ModbusRig:
    """A three-phase meter at 16 A."""

    def __init__(self, slave: LyingSlave) -> None:
        self._slave = slave
        slave.unit(1, 4, 0x00, 230.1, 231.2, 229.3, 16.0, 15.99, 16.01, 3680, 3690, 3670)
        slave.unit(1, 4, 0x34, 11040)
        slave.unit(1, 4, 0x3E, 0.998)
        slave.unit(1, 4, 0x46, 50.02, 0.0, 0.0)
        slave.words[1][3] = {0xFC00: 1, 0xFC01: 2}
        self.meter = modbus_meter.open(
            modbus_meter.ModbusMeterConfig(port=str(slave.path), map="eastron_sdm630", timeout_ms=TIMEOUT_MS, retries=0)
        )

    def set_import_wh(self, import_wh: int) -> None:
        self._slave.unit(1, 4, 0x48, import_wh / 1000)

    def silence(self) -> None:
        self._slave.usual = lying_slave.silent

    def heal(self) -> None:
        self._slave.usual = lying_slave.honest


def play_meter(folder: Path, scene: Scene) -> None:
    require_module("pymodbus", extra="modbus")

    async def whole(slave: LyingSlave) -> None:
        rig = ModbusRig(slave)
        try:
            await scene(rig)
        finally:
            await rig.meter.close()

    with LyingSlave(folder) as slave:
        asyncio.run(whole(slave))
