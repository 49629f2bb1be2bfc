"""Contact, residual current device and lock on gpiozero's mock pins."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from hal.drivers import gpiozero_parts
from hal.drivers.gpiozero_parts import ContactConfig, LockConfig, ResidualCurrentConfig
from hal.drivers.gpiozero_pins import Polarity, Pull
from hal.interfaces import ConnectorLock, Contact, DeviceError, ResidualCurrent
from hal.types import LockState

PIN, RESET, LOCK, UNLOCK, FEEDBACK = 5, 6, 13, 19, 26


def until(condition: Callable[[], bool]) -> None:
    """gpiozero ends a pulse in a thread of its own, by the real clock."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def on(pi: Any, pin: int) -> bool:
    return bool(pi.pin(pin).state)


def test_a_contact_and_its_broken_wire(pi: Any) -> None:
    contact: Contact = gpiozero_parts.open_contact(ContactConfig(PIN))
    assert contact.active()  # nothing holds the pin down: the loop is open
    pi.pin(PIN).drive_low()
    assert not contact.active()


def test_a_contact_wired_the_other_way(pi: Any) -> None:
    contact = gpiozero_parts.open_contact(ContactConfig(PIN, Pull.DOWN, Polarity.HIGH))
    assert not contact.active()
    pi.pin(PIN).drive_high()
    assert contact.active()
    contact.close()
    gpiozero_parts.open_contact(ContactConfig(PIN)).close()  # free again


def test_a_residual_current_device_is_reset_by_a_pulse(pi: Any) -> None:
    device = gpiozero_parts.open_residual_current(ResidualCurrentConfig(PIN, reset_pin=RESET, reset_ms=20))
    kept: ResidualCurrent = device
    assert kept.tripped()
    pi.pin(PIN).drive_low()
    assert not kept.tripped()
    kept.reset()
    until(lambda: on(pi, RESET))
    until(lambda: not on(pi, RESET))
    device.close()


def test_a_residual_current_device_that_only_a_person_resets(pi: Any) -> None:
    device = gpiozero_parts.open_residual_current(ResidualCurrentConfig(PIN))
    device.reset()
    assert device.tripped()
    assert len(pi.pins) == 1


def test_the_lock_s_motor_runs_for_one_motion(pi: Any) -> None:
    bolt = gpiozero_parts.open_lock(LockConfig(LOCK, UNLOCK, FEEDBACK, motor_ms=50))
    lock: ConnectorLock = bolt
    assert lock.state() is LockState.UNLOCKED
    lock.drive(True)
    until(lambda: on(pi, LOCK))
    assert not on(pi, UNLOCK)
    pi.pin(FEEDBACK).drive_low()
    assert lock.state() is LockState.LOCKED
    until(lambda: not on(pi, LOCK))
    bolt.close()
    assert {pi.pin(pin).function for pin in (LOCK, UNLOCK)} == {"input"}


def test_the_bridge_is_never_on_in_both_directions(pi: Any) -> None:
    lock = gpiozero_parts.open_lock(LockConfig(LOCK, UNLOCK, FEEDBACK, motor_ms=5_000))
    lock.drive(True)
    until(lambda: on(pi, LOCK))
    lock.drive(False)
    assert not on(pi, LOCK)
    until(lambda: on(pi, UNLOCK))
    lock.close()  # in mid-motion


@pytest.mark.parametrize(
    "part",
    [
        lambda: gpiozero_parts.open_contact(ContactConfig(PIN)).active,
        lambda: gpiozero_parts.open_residual_current(ResidualCurrentConfig(PIN)).tripped,
        lambda: gpiozero_parts.open_lock(LockConfig(LOCK, UNLOCK, PIN)).state,
    ],
)
def test_a_pin_that_fails_is_a_device_error(pi: Any, part: Callable[[], Callable[[], object]]) -> None:
    ask = part()

    def broken() -> None:
        raise OSError(5, "Input/output error")

    pi.pin(PIN)._get_state = broken
    with pytest.raises(DeviceError, match="Input/output error"):
        ask()
