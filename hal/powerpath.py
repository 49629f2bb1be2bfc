"""A power path made of parts: pilot, contactor, proximity, residual current, lock, contacts, thermometer.

Where a board has a driver for the whole path, parts may take the place of its own (a real contactor on the bench's car,
an extra lock on a controller that has none): the whole path is commanded all the same, and what the parts sense counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from typing import cast

from hal.interfaces import (
    Beating,
    Closable,
    ConnectorLock,
    Contact,
    Contactor,
    DeviceError,
    Notifying,
    Pilot,
    PilotReading,
    PowerInputs,
    PowerOutputs,
    PowerPath,
    Proximity,
    ResidualCurrent,
    Thermometer,
)
from hal.layout import Device, PathSpec
from hal.types import ContactorState, LockState, PilotSignal, PilotState
from hal.value import frozen

X1_PERMILLE = 1_000


@frozen
class Parts:
    """The parts of one power path; without a whole driver pilot and contactor are needed."""

    pilot: Pilot | None = None
    contactor: Contactor | None = None
    proximity: Proximity | None = None
    residual_current: ResidualCurrent | None = None
    lock: ConnectorLock | None = None
    emergency_stop: Contact | None = None
    ventilation: Contact | None = None
    thermometer: Thermometer | None = None

    def __iter__(self) -> Iterator[object]:
        """The parts that there are."""
        return (part for spec in fields(self) if (part := getattr(self, spec.name)) is not None)


class ComposedPath:
    """A `PowerPath` of parts over an optional whole path.

    Commands go in the order of safety: to open, the contactor first and the lock last; to close, the other way round.
    A part that fails keeps none of the others from being commanded; the first failure is raised at the end.
    """

    def __init__(
        self, parts: Parts, *, whole: PowerPath | None = None, poll_ms: int | None = 10, ventilated: bool = False
    ) -> None:
        if whole is None and (parts.pilot is None or parts.contactor is None):
            raise ValueError("a power path needs a pilot and a contactor")
        self._parts = parts
        self._whole = whole
        self._poll_ms = poll_ms
        self._ventilated = ventilated
        self._told: dict[str, object] = {}  # what each part was last told
        self._locked: bool | None = None

    @property
    def poll_ms(self) -> int | None:
        """Parts are polled, even those that call back: a lost edge must not be a lost trip."""
        return self._poll_ms

    @property
    def heartbeat_ms(self) -> int | None:
        """The shortest that anyone asks for."""
        wanted = [one.heartbeat_ms for one in self._beating() if one.heartbeat_ms is not None]
        return min(wanted, default=None)

    def read(self) -> PowerInputs:
        """Sample every part. Raises DeviceError."""
        parts = self._parts
        blind = PowerInputs(PilotReading(PilotState.INVALID), ContactorState.UNKNOWN)
        inputs = blind if self._whole is None else self._whole.read()
        if parts.pilot is not None:
            inputs = replace(inputs, pilot=parts.pilot.read())
        if parts.contactor is not None:
            inputs = replace(inputs, contactor=parts.contactor.feedback())
        if parts.proximity is not None:
            inputs = replace(inputs, proximity=parts.proximity.read())
        if parts.lock is not None:
            inputs = replace(inputs, lock=parts.lock.state())
        if parts.residual_current is not None:
            inputs = replace(inputs, residual_current=inputs.residual_current or parts.residual_current.tripped())
        if parts.emergency_stop is not None:
            inputs = replace(inputs, emergency_stop=inputs.emergency_stop or parts.emergency_stop.active())
        if parts.ventilation is not None:
            inputs = replace(inputs, ventilated=parts.ventilation.active())
        elif self._ventilated:
            inputs = replace(inputs, ventilated=True)
        if parts.thermometer is not None:
            inputs = replace(inputs, temperature_dc=_hotter(inputs.temperature_dc, parts.thermometer.read()))
        return inputs

    def apply(self, outputs: PowerOutputs) -> None:
        """Command what differs from the last time. Raises DeviceError after all that can be commanded was."""
        self._locked = outputs.locked
        parts = self._parts
        commands: list[tuple[str, object, Callable[[], None]]] = []
        if parts.contactor is not None:
            contactor = parts.contactor
            asked = (outputs.closed, outputs.phases) if outputs.closed else (False, None)
            commands.append(("contactor", asked, lambda: contactor.drive(outputs.closed, outputs.phases)))
        if self._whole is not None:
            whole = self._whole
            commands.append(("whole", outputs, lambda: whole.apply(outputs)))
        if parts.pilot is not None:
            pilot = parts.pilot
            signal = (outputs.signal, outputs.duty_permille)
            commands.append(("pilot", signal, lambda: pilot.drive(*signal)))
        if parts.lock is not None:
            lock = parts.lock
            commands.append(("lock", outputs.locked, lambda: lock.drive(outputs.locked)))
        self._command(reversed(commands) if outputs.closed else iter(commands))

    def _command(self, commands: Iterator[tuple[str, object, Callable[[], None]]]) -> None:
        failure: DeviceError | None = None
        for name, asked, command in commands:
            if self._told.get(name) == asked:
                continue
            self._told.pop(name, None)  # until it is known to have been obeyed
            try:
                command()
            except DeviceError as error:
                failure = failure or error
            else:
                self._told[name] = asked
        if failure is not None:
            self._told.clear()  # a part that comes back may have forgotten everything
            raise failure

    def heartbeat(self) -> None:
        """Pass the sign of life on. Raises DeviceError."""
        for one in self._beating():
            one.heartbeat()

    def subscribe(self, changed: Callable[[], None]) -> None:
        """Pass the callback on to those that can use it."""
        for one in (self._whole, *self._parts):
            if isinstance(one, Notifying):
                one.subscribe(changed)

    def reset_faults(self) -> None:
        """Reset the residual current device, and the whole path's own latches. Raises DeviceError."""
        if self._whole is not None:
            self._whole.reset_faults()
        if self._parts.residual_current is not None:
            self._parts.residual_current.reset()

    def close(self) -> None:
        """Drive the safe state and let go. Raises DeviceError after everything was tried."""
        failure: DeviceError | None = None
        self._told.clear()
        try:
            self.apply(PowerOutputs(PilotSignal.OFF, X1_PERMILLE, closed=False, phases=1, locked=self._keeps_bolt()))
        except DeviceError as error:
            failure = error
        for one in (self._whole, *self._parts):
            if isinstance(one, Closable):
                try:
                    one.close()
                except DeviceError as error:
                    failure = failure or error
        if failure is not None:
            raise failure

    def _keeps_bolt(self) -> bool:
        """The bolt stays where it was told to be, or is found: what it holds may be energised."""
        if self._locked is not None:
            return self._locked
        try:
            return self.read().lock not in (LockState.UNLOCKED, LockState.ABSENT)
        except DeviceError:
            return True

    def _beating(self) -> Iterator[Beating]:
        return (one for one in (self._whole, *self._parts) if isinstance(one, Beating))


def _hotter(one: int | None, other: int | None) -> int | None:
    return max((value for value in (one, other) if value is not None), default=None)


def open_path(spec: PathSpec, bench: PowerPath | None = None) -> PowerPath:
    """The power path of an EVSE; `bench` is the bench's path where the board asks for that.

    Raises DeviceError; what was opened before it is closed again.
    """
    whole = bench
    opened: list[object] = []
    parts: dict[str, object] = {}
    try:
        for name, device in spec.parts.items():
            parts[name] = _open(name, device)
            opened.append(parts[name])
        if spec.whole is not None and not spec.whole.driver.simulated:
            whole = cast("PowerPath", spec.whole.open())
    except DeviceError:
        for one in opened:
            if isinstance(one, Closable):
                with suppress(DeviceError):
                    one.close()
        raise
    if whole is not None and not parts:
        return whole
    chosen = Parts(**parts)  # type: ignore[arg-type]  # each was opened as the kind that its name asks for
    return ComposedPath(chosen, whole=whole, poll_ms=spec.poll_ms, ventilated=spec.ventilated)


def _open(name: str, device: Device) -> object:
    try:
        return device.open()
    except DeviceError as error:
        raise type(error)(f"{name}: {error}") from error
