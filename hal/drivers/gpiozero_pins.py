"""What the gpiozero drivers share: the library, loaded when a board asks for it, and errors that name the device.

gpiozero works on the Raspberry Pi only. It picks among several pin libraries and falls back to ever worse ones with a
warning; for pins that switch mains there is no falling back, so lgpio is asked for by name unless the environment
variable GPIOZERO_PIN_FACTORY says otherwise.
"""

from __future__ import annotations

import contextlib
import importlib
import os
from collections.abc import Iterator
from typing import Any

from hal.interfaces import DeviceError

PIN = {"min": 0, "max": 53}  # BCM numbers; the 40-pin header has 2 to 27, a compute module all


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
            gpiozero.Device.pin_factory = importlib.import_module("gpiozero.pins.lgpio").LGPIOFactory()
    except ImportError as error:
        raise DeviceError(f"{device}: {error}; install the extra: pip install 'evse-agent[gpio]'") from None
    except Exception as error:
        raise DeviceError(
            f"{device}: the pins cannot be opened ({type(error).__name__}: {error}); gpiozero needs a Raspberry Pi and "
            "access to /dev/gpiochip* (group gpio)"
        ) from error
    return gpiozero


class Pins:
    """The pins of one device: made together, or none, and closed together."""

    def __init__(self, device: str) -> None:
        self.device = device
        self._gpiozero = library(device)
        self._open = contextlib.ExitStack()

    def output(self, pin: int, active_high: bool) -> Any:
        """An output that is off until it is told otherwise."""
        return self._keep(self._gpiozero.DigitalOutputDevice, pin, active_high=active_high, initial_value=False)

    def input(self, pin: int, pull: str, active_high: bool) -> Any:
        """An input that is active at the given level. `pull` is up, down or none."""
        pulls = {"up": True, "down": False, "none": None}
        # gpiozero derives the active level from the pull and takes it as an argument only without one.
        device = self._keep(
            self._gpiozero.DigitalInputDevice,
            pin,
            pull_up=pulls[pull],
            active_state=active_high if pull == "none" else None,
        )
        return Level(device, inverted=pull != "none" and active_high is (pull == "up"))

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
