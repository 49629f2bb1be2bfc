"""Devices of the board that the agent opens itself: opened when they can be, and again after they were lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from hal.interfaces import DeviceError, EnergyMeter, Indicator, TokenReader
from hal.layout import Device
from hal.types import IndicatorState, MeterReading, TokenRead

RETRY_S = 5.0


class LateMeter:
    """A meter that is opened at the first reading that finds it, so that a missing port never stops the agent."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._meter: EnergyMeter | None = None
        self._why = ""

    @property
    def measurands(self) -> frozenset[str]:
        """What the meter reads; empty until it was opened once."""
        return self._meter.measurands if self._meter is not None else frozenset()

    def prepare(self) -> str | None:
        """Try to open it now; gives what is wrong, in words."""
        try:
            self._open()
        except DeviceError as error:
            return str(error)
        return None

    def _open(self) -> EnergyMeter:
        if self._meter is None:
            self._meter = cast("EnergyMeter", self._device.open())  # the registry's contract for the kind `meter`
        return self._meter

    async def read(self) -> MeterReading:
        return await self._open().read()

    async def close(self) -> None:
        if self._meter is not None:
            await self._meter.close()


class LateReader:
    """A token reader whose driver is opened again until it can be."""

    def __init__(self, device: Device) -> None:
        self._device = device

    async def run(self, shown: Callable[[TokenRead], None], health: Callable[[str | None], None]) -> None:
        reader: TokenReader | None = None
        while reader is None:
            try:
                reader = cast("TokenReader", self._device.open())
            except DeviceError as error:
                health(str(error))
                await asyncio.sleep(RETRY_S)
        await reader.run(shown, health)


class LateIndicator:
    """An indicator that is opened when it first has something to show."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._indicator: Indicator | None = None

    async def show(self, state: IndicatorState) -> None:
        if self._indicator is None:
            self._indicator = cast("Indicator", self._device.open())
        await self._indicator.show(state)

    async def close(self) -> None:
        if self._indicator is not None:
            await self._indicator.close()
