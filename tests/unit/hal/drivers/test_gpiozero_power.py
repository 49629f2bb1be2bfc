"""The contactor on gpiozero's mock pins: levels, feedback, the second contactor, the pulse, and what goes wrong."""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from hal.drivers import gpiozero_pins, gpiozero_power
from hal.drivers.gpiozero_pins import Polarity, Pull
from hal.drivers.gpiozero_power import ContactorConfig, GpioContactor
from hal.interfaces import Contactor, DeviceError
from hal.types import ContactorState
from tests.conftest import missing

COIL, COIL_3P, FEEDBACK, FEEDBACK_3P, PULSE = 17, 27, 22, 23, 24
OPEN, CLOSED, UNKNOWN = ContactorState.OPEN, ContactorState.CLOSED, ContactorState.UNKNOWN

PAIR = ContactorConfig(COIL, pin_3p=COIL_3P, feedback_pin=FEEDBACK, feedback_pin_3p=FEEDBACK_3P)


def level(pi: Any, pin: int) -> bool:
    return bool(pi.pin(pin).state)


def contacts(pi: Any, *closed: bool) -> None:
    """Mirror contacts to ground: closed main contacts leave the pin to its pull-up."""
    for pin, state in zip((FEEDBACK, FEEDBACK_3P), closed, strict=False):
        if state:
            pi.pin(pin).drive_high()
        else:
            pi.pin(pin).drive_low()


@pytest.mark.parametrize(("on", "energised"), [(Polarity.HIGH, True), (Polarity.LOW, False)])
def test_the_coil_follows_and_is_off_from_the_start(pi: Any, on: Polarity, energised: bool) -> None:
    contactor: Contactor = gpiozero_power.open(ContactorConfig(COIL, on=on))
    assert level(pi, COIL) is not energised
    contactor.drive(True, 3)
    assert level(pi, COIL) is energised
    contactor.drive(False, 3)
    assert level(pi, COIL) is not energised


def test_close_opens_and_releases_the_pins(pi: Any) -> None:
    contactor = gpiozero_power.open(ContactorConfig(COIL))
    contactor.drive(True, 1)
    contactor.close()
    assert pi.pin(COIL).function == "input"
    gpiozero_power.open(ContactorConfig(COIL)).close()  # free again


@pytest.mark.parametrize("pull", list(Pull))
@pytest.mark.parametrize("closed_level", list(Polarity))
def test_feedback_by_every_wiring(pi: Any, pull: Pull, closed_level: Polarity) -> None:
    config = ContactorConfig(COIL, feedback_pin=FEEDBACK, feedback_pull=pull, feedback_closed=closed_level)
    contactor = gpiozero_power.open(config)
    for high in (True, False):
        pi.pin(FEEDBACK).drive_high() if high else pi.pin(FEEDBACK).drive_low()
        assert contactor.feedback() is (CLOSED if high is (closed_level is Polarity.HIGH) else OPEN)


def test_a_broken_feedback_wire_reads_as_closed(pi: Any) -> None:
    contactor = gpiozero_power.open(ContactorConfig(COIL, feedback_pin=FEEDBACK))
    assert contactor.feedback() is CLOSED  # nothing drives the pin: the pull-up does
    assert level(pi, FEEDBACK)


def test_without_feedback_the_state_is_unknown(pi: Any) -> None:
    assert gpiozero_power.open(ContactorConfig(COIL)).feedback() is UNKNOWN
    assert not level(pi, COIL)


@pytest.mark.parametrize(("phases", "both"), [(1, False), (3, True)])
def test_two_contactors_for_one_and_three_phases(pi: Any, phases: int, both: bool) -> None:
    contactor = gpiozero_power.open(PAIR)
    contactor.drive(True, phases)
    assert (level(pi, COIL), level(pi, COIL_3P)) == (True, both)
    contactor.drive(True, phases)  # renewing is no change
    contactor.drive(False, phases)
    assert (level(pi, COIL), level(pi, COIL_3P)) == (False, False)
    contactor.drive(True, 4 - phases)  # open in between: the other number of phases is fine


def test_phases_never_change_under_load(pi: Any) -> None:
    contactor = gpiozero_power.open(PAIR)
    contactor.drive(True, 1)
    with pytest.raises(DeviceError, match="contactor 'contactor': opened, because the phases may not change"):
        contactor.drive(True, 3)
    assert (level(pi, COIL), level(pi, COIL_3P)) == (False, False)


def test_one_contactor_does_not_care_for_the_number_of_phases(pi: Any) -> None:
    contactor = gpiozero_power.open(ContactorConfig(COIL))
    contactor.drive(True, 1)
    contactor.drive(True, 3)
    assert level(pi, COIL)


@pytest.mark.parametrize(
    ("phases", "closed", "state"),
    [
        (0, (False, False), OPEN),
        (0, (True, False), CLOSED),  # one welded
        (0, (False, True), CLOSED),
        (1, (True, False), CLOSED),
        (1, (False, False), OPEN),
        (1, (True, True), UNKNOWN),  # L2 and L3 are live and should not be
        (3, (True, True), CLOSED),
        (3, (True, False), OPEN),  # one stuck open
        (3, (False, True), OPEN),
    ],
)
def test_the_feedback_of_two_contactors(pi: Any, phases: int, closed: tuple[bool, bool], state: ContactorState) -> None:
    contactor = gpiozero_power.open(PAIR)
    contactor.drive(phases > 0, phases or 1)
    contacts(pi, *closed)
    assert contactor.feedback() is state


def test_the_pulse_toggles_with_each_heartbeat(pi: Any) -> None:
    contactor = gpiozero_power.open(ContactorConfig(COIL, pulse_pin=PULSE, pulse_ms=40))
    assert (contactor.fail_safe, contactor.heartbeat_ms) == ("pulse", 40)
    levels = []
    for _ in range(4):
        contactor.heartbeat()
        levels.append(level(pi, PULSE))
    assert levels == [True, False, True, False]


def test_without_a_pulse_the_fail_safe_is_none(pi: Any) -> None:
    contactor = gpiozero_power.open(ContactorConfig(COIL))
    assert (contactor.fail_safe, contactor.heartbeat_ms) == ("none", None)
    contactor.heartbeat()
    assert not level(pi, COIL)


def test_a_pin_used_twice_is_named_and_nothing_stays_open(pi: Any) -> None:
    with pytest.raises(DeviceError, match=r"contactor 'main', GPIO17: GPIOPinInUse"):
        gpiozero_power.open(ContactorConfig(COIL, feedback_pin=COIL, name="main"))
    assert isinstance(gpiozero_power.open(ContactorConfig(COIL)), GpioContactor)
    assert not level(pi, COIL)


def test_a_second_feedback_needs_a_second_contactor(pi: Any) -> None:
    for config in (
        ContactorConfig(COIL, feedback_pin=FEEDBACK, feedback_pin_3p=FEEDBACK_3P),
        ContactorConfig(COIL, pin_3p=COIL_3P, feedback_pin_3p=FEEDBACK_3P),
    ):
        with pytest.raises(DeviceError, match="feedback_pin_3p: needs pin_3p and feedback_pin"):
            gpiozero_power.open(config)
    assert pi.pins == {}


def test_a_pin_that_fails_is_a_device_error_and_the_other_coil_still_opens(pi: Any) -> None:
    contactor = gpiozero_power.open(PAIR)
    contactor.drive(True, 3)

    def broken(_value: object) -> None:
        raise OSError(5, "Input/output error")

    pi.pin(COIL)._set_state = broken
    with pytest.raises(DeviceError, match=r"contactor 'contactor': OSError: .*Input/output error"):
        contactor.drive(False, 3)
    assert not level(pi, COIL_3P)
    contactor.close()  # releases what it can


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiozero", None)
    with pytest.raises(DeviceError, match=r"contactor 'contactor'.*evse-agent\[gpio\]"):
        gpiozero_power.open(ContactorConfig(COIL))


def test_another_board_than_a_raspberry_pi(pi: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gpiozero = importlib.import_module("gpiozero")
    lgpio = type(sys)("gpiozero.pins.lgpio")

    def refuse() -> None:
        raise gpiozero.exc.PinUnknownPi("unable to locate Pi revision")

    lgpio.LGPIOFactory = refuse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "gpiozero.pins.lgpio", lgpio)
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    with pytest.raises(DeviceError, match=r"PinUnknownPi.*needs a Raspberry Pi.*group gpio"):
        gpiozero_power.open(ContactorConfig(COIL))
    lgpio.LGPIOFactory = lambda: pi  # type: ignore[attr-defined]
    gpiozero_power.open(ContactorConfig(COIL)).close()
    assert gpiozero.Device.pin_factory is pi


def test_the_environment_may_choose_the_pin_library(pi: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gpiozero = importlib.import_module("gpiozero")
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    assert gpiozero_pins.library("x") is gpiozero
    assert gpiozero.Device.pin_factory is None  # gpiozero makes it with the first device
    assert pi.pins == {}


@pytest.mark.parametrize(("runtime", "chosen"), [("/run/evse-guard:/run/other", "/run/evse-guard"), ("", "")])
def test_lgpio_gets_a_folder_to_write_in_and_does_not_keep_the_process_there(
    runtime: str, chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lgpio does when it is loaded: it changes the folder of the process to LG_WD for good."""
    before = os.getcwd()
    monkeypatch.setenv("RUNTIME_DIRECTORY", runtime)
    monkeypatch.setenv("LG_WD", "")
    monkeypatch.delenv("LG_WD")
    with gpiozero_pins._working_folder():
        assert os.environ["LG_WD"] == (chosen or tempfile.gettempdir())
        os.chdir(tmp_path)
    assert os.getcwd() == before


def test_lgpio_loads_where_the_working_folder_cannot_be_written(tmp_path: Path) -> None:
    if importlib.util.find_spec("lgpio") is None:  # importing it here would leave its pipe in the working folder
        missing("module 'lgpio' is missing (extra gpio)")
    program = (
        "import os; from hal.drivers import gpiozero_power as g; from hal.interfaces import DeviceError\n"
        "os.chdir('/proc/self')\n"
        "try: g.open(g.ContactorConfig(17)).close()\n"
        "except DeviceError as error: print(type(error.__cause__).__name__)\n"
        "print(os.getcwd())"
    )
    environment = {**os.environ, "RUNTIME_DIRECTORY": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[4])}
    environment.pop("LG_WD", None)
    found = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert found.stderr == ""
    lines = found.stdout.split()
    assert "FileNotFoundError" not in lines  # what lgpio raises when it cannot make its pipe
    assert lines[-1].startswith("/proc/")
    assert list(tmp_path.glob(".lgd-nfy*")) != []
