"""What the gpiozero drivers share: the library, loaded when a board asks for it, and errors that name the device.

gpiozero works on the Raspberry Pi only. It picks among several pin libraries and falls back to ever worse ones with a
warning; for pins that switch mains there is no falling back, so lgpio is asked for by name unless the environment
variable GPIOZERO_PIN_FACTORY says otherwise.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from hal.interfaces import DeviceError

PIN = {"min": 0, "max": 53}  # BCM numbers; the 40-pin header has 2 to 27, a compute module all


class Pull(StrEnum):
    """Resistor inside the chip."""

    UP = "up"
    DOWN = "down"
    NONE = "none"


class Polarity(StrEnum):
    """Level of a pin."""

    HIGH = "high"
    LOW = "low"


@contextlib.contextmanager
def naming(device: str) -> Iterator[None]:
    """Whatever the library raises becomes a DeviceError that names the device.

    lgpio and the kernel interface below it raise their own kinds; none of them may reach the guard's loop.
    """
    try:
        yield
    except DeviceError:
        raise
    except Exception as error:
        raise DeviceError(f"{device}: {type(error).__name__}: {error}") from error


def library(device: str) -> Any:
    """The module `gpiozero`, with its pin library ready. Raises DeviceError."""
    try:
        gpiozero = importlib.import_module("gpiozero")
        if gpiozero.Device.pin_factory is None and not os.environ.get("GPIOZERO_PIN_FACTORY"):
            with _working_folder():
                gpiozero.Device.pin_factory = importlib.import_module("gpiozero.pins.lgpio").LGPIOFactory()
    except ImportError as error:
        raise DeviceError(f"{device}: {error}; install the extra: pip install 'evse-agent[gpio]'") from None
    except Exception as error:
        raise DeviceError(
            f"{device}: the pins cannot be opened ({type(error).__name__}: {error}); gpiozero needs a Raspberry Pi and "
            "access to /dev/gpiochip* (group gpio)"
        ) from error
    return gpiozero


@contextlib.contextmanager
def _working_folder() -> Iterator[None]:
    """lgpio makes a pipe in the working folder, or in LG_WD, where it then takes the whole process.

    A service starts in a folder that it may not write; there lgpio cannot even be imported.
    """
    before = os.getcwd()
    runtime = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]  # systemd.exec(5)
    os.environ.setdefault("LG_WD", runtime or tempfile.gettempdir())
    try:
        yield
    finally:
        os.chdir(before)


class Pins:
    """The pins of one device: made together, or none, and closed together."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._gpiozero = library(device)
        self._open = contextlib.ExitStack()

    def output(self, pin: int, on: Polarity) -> Any:
        """An output that is off until it is told otherwise; `on` is its level then."""
        active_high = on is Polarity.HIGH
        return self._keep(self._gpiozero.DigitalOutputDevice, pin, active_high=active_high, initial_value=False)

    def input(self, pin: int, pull: Pull, active: Polarity) -> Level:
        """An input that is active at the given level."""
        high = active is Polarity.HIGH
        pulls = {Pull.UP: True, Pull.DOWN: False, Pull.NONE: None}
        # gpiozero derives the active level from the pull and takes it as an argument only without one.
        active_state = high if pull is Pull.NONE else None
        device = self._keep(self._gpiozero.DigitalInputDevice, pin, pull_up=pulls[pull], active_state=active_state)
        return Level(device, inverted=pull is not Pull.NONE and high is (pull is Pull.UP))

    def _keep(self, kind: Any, pin: int, **options: Any) -> Any:
        try:
            with naming(f"{self.device}, GPIO{pin}"):
                device = kind(pin, **options)
        except DeviceError:
            self._open.close()
            raise
        self._open.callback(device.close)
        return device

    def close(self) -> None:
        """Release every pin."""
        with naming(self.device):
            self._open.close()


class Level:
    """An input whose active level is independent of its pull resistor."""

    def __init__(self, device: Any, inverted: bool) -> None:
        self._device = device
        self._inverted = inverted

    @property
    def active(self) -> bool:
        return bool(self._device.is_active) is not self._inverted
