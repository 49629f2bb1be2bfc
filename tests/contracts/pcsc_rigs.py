"""The PC/SC reader's own thread over scripted PC/SC calls; a real pcscd is in tests/integration/hardware."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from hal.drivers.pcsc import PcscConfig, PcscReader
from tests.contracts.rigs import Scene
from tests.unit.hal.drivers.fake_scard import FakeScard

NAME = "ACS ACR122U PICC Interface 00 00"
LINGER_S = 0.05
WAIT_S = 0.002  # the fake never blocks; the thread shall not spin


class PcscRig:
    """One reader, plugged in."""

    def __init__(self) -> None:
        self._scard = FakeScard(NAME)
        self._scard.step = lambda: time.sleep(WAIT_S)
        self.reader = PcscReader(self._scard, PcscConfig(debounce_ms=0))

    async def show(self, uid: str) -> None:
        self._scard.insert(uid)

    async def linger(self) -> None:
        await asyncio.sleep(LINGER_S)

    async def take(self) -> None:
        self._scard.remove()
        await asyncio.sleep(LINGER_S)

    def lose(self) -> None:
        self._scard.names.clear()

    def heal(self) -> None:
        self._scard.names.append(NAME)


def play_reader(folder: Path, scene: Scene) -> None:
    async def whole() -> None:
        await scene(PcscRig())

    asyncio.run(whole())
