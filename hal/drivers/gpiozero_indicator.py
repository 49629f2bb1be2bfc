"""A light of one to three colours on the pins of a Raspberry Pi, over gpiozero; extra `gpio`. Belongs to the agent.

What the light says is the table `LIGHTS`: colours and rhythm per state. A lamp that lacks a colour shows the state in
a colour it has; the rhythm still tells the states apart, so one lamp is enough.
"""

from __future__ import annotations

import asyncio
from dataclasses import field
from typing import Any, NamedTuple

from hal.drivers.gpiozero_pins import PIN, Pins, Polarity, naming
from hal.interfaces import DeviceError, WrongOption
from hal.types import IndicatorState
from hal.value import frozen

RED, GREEN, BLUE = "red", "green", "blue"
SHORT_MS = 1_500  # how long an answer to a card is shown


class Light(NamedTuple):
    """Colours that shine together; `off_ms` 0 is steady. A `short` light gives way to the lasting one before it."""

    colours: tuple[str, ...]
    on_ms: int = 500
    off_ms: int = 0
    short: bool = False


LIGHTS = {
    IndicatorState.AVAILABLE: Light((GREEN,)),
    IndicatorState.PREPARING: Light((GREEN,), 500, 500),
    IndicatorState.CHARGING: Light((BLUE,)),
    IndicatorState.SUSPENDED: Light((BLUE,), 500, 1_500),
    IndicatorState.FINISHING: Light((GREEN,), 1_500, 500),
    IndicatorState.RESERVED: Light((RED, GREEN)),
    IndicatorState.UNAVAILABLE: Light((RED,), 500, 3_500),
    IndicatorState.FAULTED: Light((RED,), 250, 250),
    IndicatorState.ACCEPTED: Light((GREEN,), 100, 100, short=True),
    IndicatorState.REJECTED: Light((RED,), 100, 100, short=True),
    IndicatorState.OFF: Light(()),
}


@frozen
class IndicatorConfig:
    """Board file table of an indicator with `driver = "gpiozero"`: at least one lamp, pins as BCM numbers.

    `on` is the level at which a lamp shines.
    """

    red: int | None = field(default=None, metadata=PIN)
    green: int | None = field(default=None, metadata=PIN)
    blue: int | None = field(default=None, metadata=PIN)
    on: Polarity = Polarity.HIGH
    name: str = field(default="indicator", metadata={"max_length": 32})


def open(config: IndicatorConfig) -> GpioIndicator:
    """The indicator, dark. Raises DeviceError if the library or a pin cannot be had."""
    device = f"indicator {config.name!r}"
    try:
        check(config)
    except WrongOption as error:
        raise DeviceError(f"{device}: {error}") from None
    return GpioIndicator(Pins(device), _wired(config), config.on)


def check(config: IndicatorConfig) -> None:
    """Raises WrongOption for a light without a lamp."""
    if not _wired(config):
        raise WrongOption(RED, "no lamp", f"give at least one of {RED}, {GREEN}, {BLUE} a pin")


def _wired(config: IndicatorConfig) -> dict[str, int]:
    pins = {RED: config.red, GREEN: config.green, BLUE: config.blue}
    return {colour: pin for colour, pin in pins.items() if pin is not None}


class GpioIndicator:
    """A light (`hal.interfaces.Indicator`). Blinks by timers of the loop, so it needs no thread and no task."""

    def __init__(self, pins: Pins, wired: dict[str, int], on: Polarity) -> None:
        self._pins = pins
        self._lamps: dict[str, Any] = {colour: pins.output(pin, on) for colour, pin in wired.items()}
        self._lasting = LIGHTS[IndicatorState.OFF]
        self._light = self._lasting
        self._blink: asyncio.TimerHandle | None = None
        self._end: asyncio.TimerHandle | None = None
        self._broken: DeviceError | None = None

    async def show(self, state: IndicatorState) -> None:
        """Show a state until the next one; an answer to a card for a moment, then the lasting state again.

        Raises DeviceError, also for a lamp that failed while it blinked.
        """
        light = LIGHTS[state]
        loop = asyncio.get_running_loop()
        if light.short:
            self._cancel_end()
            self._end = loop.call_later(SHORT_MS / 1000, self._give_way)
        else:
            self._lasting = light
            if self._end is not None:
                return  # the moment passes first
        self._start(light)
        if self._broken is not None:
            broken, self._broken = self._broken, None
            raise broken

    async def close(self) -> None:
        """Dark, and the pins released."""
        self._cancel_end()
        self._lasting = LIGHTS[IndicatorState.OFF]
        self._start(self._lasting)
        self._pins.close()

    def _give_way(self) -> None:
        self._end = None
        self._start(self._lasting)

    def _cancel_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _start(self, light: Light) -> None:
        if self._blink is not None:
            self._blink.cancel()
            self._blink = None
        self._light = light
        self._phase(True)

    def _phase(self, on: bool) -> None:
        """Set the lamps, and the timer to the other half of the rhythm."""
        light = self._light
        try:
            self._set(light.colours if on else ())
        except DeviceError as error:
            self._broken = error  # told to whoever shows the next state; the rhythm ends
            return
        if light.off_ms:
            loop = asyncio.get_running_loop()
            self._blink = loop.call_later((light.on_ms if on else light.off_ms) / 1000, self._phase, not on)

    def _set(self, colours: tuple[str, ...]) -> None:
        shining = set(colours) & set(self._lamps)
        if colours and not shining:
            shining = {next(iter(self._lamps))}
        with naming(self._pins.device):
            for colour, lamp in self._lamps.items():
                if colour in shining:
                    lamp.on()
                else:
                    lamp.off()
