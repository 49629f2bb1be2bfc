"""Smaller parts of a power path on the pins of a Raspberry Pi, over gpiozero; extra `gpio`. They belong to the guard.

A contact (emergency stop, ventilation), a residual current device by its trip contact, a connector lock by its motor.
The defaults are for contacts to ground that are closed while all is well, so that a broken wire reads as the unsafe
state: stopped, tripped, not locked.
"""

from __future__ import annotations

from dataclasses import field

from hal.drivers.gpiozero_pins import PIN, Pins, Polarity, Pull, naming
from hal.types import LockState
from hal.value import frozen


@frozen
class ContactConfig:
    """Board file table of a contact with `driver = "gpiozero"`. `active` is the pin's level when it says so."""

    pin: int = field(metadata=PIN)
    pull: Pull = Pull.UP
    active: Polarity = Polarity.HIGH
    name: str = field(default="contact", metadata={"max_length": 32})


def open_contact(config: ContactConfig) -> GpioContact:
    """The contact. Raises DeviceError if the library or the pin cannot be had."""
    return GpioContact(config, Pins(f"contact {config.name!r}"))


class GpioContact:
    """An input contact (`hal.interfaces.Contact`)."""

    def __init__(self, config: ContactConfig, pins: Pins) -> None:
        self._pins = pins
        self._level = pins.input(config.pin, config.pull, config.active)

    def active(self) -> bool:
        """Whether the contact says so now. Raises DeviceError."""
        with naming(self._pins.device):
            return self._level.active

    def close(self) -> None:
        """Release the pin."""
        self._pins.close()


@frozen
class ResidualCurrentConfig:
    """Board file table of a residual current device with `driver = "gpiozero"`.

    `tripped` is the level of `pin` after a trip. A device that can be reset from afar is so by `reset_pin`, which is
    `reset_on` for `reset_ms`.
    """

    pin: int = field(metadata=PIN)
    pull: Pull = Pull.UP
    tripped: Polarity = Polarity.HIGH
    reset_pin: int | None = field(default=None, metadata=PIN)
    reset_on: Polarity = Polarity.HIGH
    reset_ms: int = field(default=500, metadata={"min": 10, "max": 5_000})
    name: str = field(default="residual current", metadata={"max_length": 32})


def open_residual_current(config: ResidualCurrentConfig) -> GpioResidualCurrent:
    """The sense of the device. Raises DeviceError if the library or a pin cannot be had."""
    return GpioResidualCurrent(config, Pins(f"residual current device {config.name!r}"))


class GpioResidualCurrent:
    """A residual current device (`hal.interfaces.ResidualCurrent`)."""

    def __init__(self, config: ResidualCurrentConfig, pins: Pins) -> None:
        self._pins = pins
        self._level = pins.input(config.pin, config.pull, config.tripped)
        self._reset = None if config.reset_pin is None else pins.output(config.reset_pin, config.reset_on)
        self._reset_s = config.reset_ms / 1000

    def tripped(self) -> bool:
        """Whether it has tripped. Raises DeviceError."""
        with naming(self._pins.device):
            return self._level.active

    def reset(self) -> None:
        """Ask the device to switch on again; its contact tells whether it did. Without a reset pin: nothing."""
        if self._reset is not None:
            with naming(self._pins.device):
                self._reset.blink(on_time=self._reset_s, off_time=0, n=1)  # in gpiozero's thread: the guard never waits

    def close(self) -> None:
        """Release the pins."""
        self._pins.close()


@frozen
class LockConfig:
    """Board file table of a connector lock with `driver = "gpiozero"`: two outputs of a motor bridge, and a feedback.

    A motion is `motor_ms` long. `locked` is the level of `feedback_pin` while the bolt is out; without that pin
    nobody could tell whether a cable is held, so it is needed.
    """

    lock_pin: int = field(metadata=PIN)
    unlock_pin: int = field(metadata=PIN)
    feedback_pin: int = field(metadata=PIN)
    on: Polarity = Polarity.HIGH
    motor_ms: int = field(default=600, metadata={"min": 50, "max": 5_000})
    feedback_pull: Pull = Pull.UP
    locked: Polarity = Polarity.LOW
    name: str = field(default="lock", metadata={"max_length": 32})


def open_lock(config: LockConfig) -> GpioLock:
    """The lock, where it is. Raises DeviceError if the library or a pin cannot be had."""
    return GpioLock(config, Pins(f"lock {config.name!r}"))


class GpioLock:
    """A connector lock (`hal.interfaces.ConnectorLock`). The bolt stays where it is when power or guard go."""

    def __init__(self, config: LockConfig, pins: Pins) -> None:
        self._pins = pins
        self._lock = pins.output(config.lock_pin, config.on)
        self._unlock = pins.output(config.unlock_pin, config.on)
        self._level = pins.input(config.feedback_pin, config.feedback_pull, config.locked)
        self._motor_s = config.motor_ms / 1000

    def drive(self, locked: bool) -> None:
        """Start a motion, ending one that goes on; the bridge is never on in both directions. Raises DeviceError."""
        ahead, back = (self._lock, self._unlock) if locked else (self._unlock, self._lock)
        with naming(self._pins.device):
            back.off()
            ahead.blink(on_time=self._motor_s, off_time=0, n=1)  # in gpiozero's thread: the guard never waits

    def state(self) -> LockState:
        """Where the feedback says that the bolt is. Raises DeviceError."""
        with naming(self._pins.device):
            return LockState.LOCKED if self._level.active else LockState.UNLOCKED

    def close(self) -> None:
        """Stop the motor and release the pins."""
        self._pins.close()
