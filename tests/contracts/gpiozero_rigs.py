"""The light on gpiozero's own mock pins, on virtual time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from hal.drivers import gpiozero_indicator
from tests.conftest import require_module
from tests.contracts.rigs import Scene
from tests.simulation.simloop import SimLoop

PINS = {"red": 5, "green": 6, "blue": 13}


class LightRig:
    """Three lamps."""

    def __init__(self, pins: Any) -> None:
        self._pins = pins
        self.indicator = gpiozero_indicator.open(
            gpiozero_indicator.IndicatorConfig(PINS["red"], PINS["green"], PINS["blue"])
        )

    def look(self) -> str:
        return " ".join(colour for colour, pin in PINS.items() if self._pins.pin(pin).state)


def play_indicator(folder: Path, scene: Scene) -> None:
    require_module("gpiozero", extra="gpio")
    import gpiozero  # noqa: PLC0415 - after the check above
    from gpiozero.pins.mock import MockFactory  # noqa: PLC0415

    async def whole() -> None:
        await scene(LightRig(factory))

    before = gpiozero.Device.pin_factory
    factory = gpiozero.Device.pin_factory = MockFactory()
    try:
        with asyncio.Runner(loop_factory=SimLoop) as runner:
            runner.run(whole())
    finally:
        factory.close()
        gpiozero.Device.pin_factory = before
