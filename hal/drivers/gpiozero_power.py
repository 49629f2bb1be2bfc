"""A contactor on the pins of a Raspberry Pi, over gpiozero; extra `gpio`. Belongs to the guard.

The coil is switched by a relay or transistor on `pin`. Where two contactors allow charging on one or three phases,
`pin_3p` switches the second one (L2, L3). Feedback comes from auxiliary contacts; the defaults are for a mirror
contact (closed while the main contacts are open) from the pin to ground, so that a broken wire reads as closed and
ends in a weld fault instead of a shock.

Linux cannot promise that a pin falls when its process dies. The fail-safe is therefore a pulse: with `pulse_pin`
the coil's supply runs over a charge pump or monoflop that needs an edge every `pulse_ms`, which `heartbeat` gives.
Without it the fail-safe is `none`, which the board file has to accept in so many words.
"""

from __future__ import annotations

import contextlib
from dataclasses import field

from hal.drivers.gpiozero_pins import PIN, Pins, Polarity, Pull, naming
from hal.interfaces import DeviceError, WrongOption
from hal.types import ContactorState
from hal.value import frozen


@frozen
class ContactorConfig:
    """Board file table of a contactor with `driver = "gpiozero"`. Pins are BCM numbers.

    `on` is the level that energises a coil, `feedback_closed` the level of a feedback pin while the main contacts are
    closed. `pulse_ms` is the longest time between two edges on `pulse_pin`.
    """

    pin: int = field(metadata=PIN)
    on: Polarity = Polarity.HIGH
    pin_3p: int | None = field(default=None, metadata=PIN)
    feedback_pin: int | None = field(default=None, metadata=PIN)
    feedback_pin_3p: int | None = field(default=None, metadata=PIN)
    feedback_pull: Pull = Pull.UP
    feedback_closed: Polarity = Polarity.HIGH
    pulse_pin: int | None = field(default=None, metadata=PIN)
    pulse_ms: int = field(default=50, metadata={"min": 5, "max": 1_000})
    name: str = field(default="contactor", metadata={"max_length": 32})

    @property
    def fail_safe(self) -> str:
        """How the contactor opens when the guard dies: pulse or none."""
        return "none" if self.pulse_pin is None else "pulse"


def open(config: ContactorConfig) -> GpioContactor:
    """The contactor, open. Raises DeviceError if the library or a pin cannot be had."""
    device = f"contactor {config.name!r}"
    try:
        check(config)
    except WrongOption as error:
        raise DeviceError(f"{device}: {error}") from None
    return GpioContactor(config, Pins(device))


def check(config: ContactorConfig) -> None:
    """Raises WrongOption for a second feedback without a second contactor, or without the first feedback."""
    if config.feedback_pin_3p is not None and (config.pin_3p is None or config.feedback_pin is None):
        raise WrongOption("feedback_pin_3p", "needs pin_3p and feedback_pin", "add them or take it out")


class GpioContactor:
    """A contactor (`hal.interfaces.Contactor`), or a pair of them for one and three phases."""

    def __init__(self, config: ContactorConfig, pins: Pins) -> None:
        self.fail_safe = config.fail_safe
        self.heartbeat_ms = None if config.pulse_pin is None else config.pulse_ms
        self._pins = pins
        self._device = pins.device
        self._coil = pins.output(config.pin, config.on)
        self._coil_3p = None if config.pin_3p is None else pins.output(config.pin_3p, config.on)
        self._contacts = [
            pins.input(pin, config.feedback_pull, config.feedback_closed)
            for pin in (config.feedback_pin, config.feedback_pin_3p)
            if pin is not None
        ]
        self._pulse = None if config.pulse_pin is None else pins.output(config.pulse_pin, Polarity.HIGH)
        self._commanded = 0  # phases; 0 is open

    def drive(self, closed: bool, phases: int) -> None:
        """Open, or close on 1 or 3 phases. Raises DeviceError, and opens, when asked to change phases under load."""
        with naming(self._device):
            if not closed:
                self._open()
                return
            if self._coil_3p is None:
                phases = 3  # one coil switches whatever is wired to it
            if self._commanded not in (0, phases):
                self._open()
                raise DeviceError(f"{self._device}: opened, because the phases may not change while it is closed")
            self._commanded = phases
            if self._coil_3p is not None and phases == 3:
                self._coil_3p.on()  # first, so that the car finds all phases at once
            self._coil.on()

    def feedback(self) -> ContactorState:
        """Where the main contacts are. UNKNOWN without feedback, or when two contactors disagree with the command.

        Of two contactors that are to be open, one that is closed counts: it has welded. Of two that are to be
        closed, one that is open counts.
        """
        if not self._contacts:
            return ContactorState.UNKNOWN
        with naming(self._device):
            closed = [contact.active for contact in self._contacts]
        if self._commanded == 1 and any(closed[1:]):
            return ContactorState.UNKNOWN  # L2 and L3 are live and should not be
        wanted = closed[: 2 if self._commanded == 3 else 1]
        judged = all(wanted) if self._commanded else any(closed)
        return ContactorState.CLOSED if judged else ContactorState.OPEN

    def heartbeat(self) -> None:
        """One edge on the pulse pin: the guard lives."""
        if self._pulse is not None:
            with naming(self._device):
                self._pulse.toggle()

    def close(self) -> None:
        """Open the contactor and release the pins."""
        with contextlib.suppress(DeviceError):  # a pin that fails must not keep the others from being released
            self.drive(False, 1)
        self._pins.close()

    def _open(self) -> None:
        self._commanded = 0
        try:
            self._coil.off()
        finally:
            if self._coil_3p is not None:
                self._coil_3p.off()
