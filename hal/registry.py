"""The drivers: names, where they live, what they need. Modules are loaded when a board asks for them, never before.

A driver is a module with a function `open(config)`, whose annotation names its configuration dataclass (the schema of
its table in the board file, see `hal.schema`). What that schema cannot say, two more functions may, each by raising
`WrongOption`: `check(config)`, and `check_beside(config, other)` of two devices of the driver on one board. Other
distributions add drivers by entry points of the group `evse_agent.drivers`, named `KIND.NAME` (`meter.acme`), whose
value is the module, or `module:open_lamp` where one has several; what the table below says of our own, such a module
says by constants: `CLAIMS`, `DEVICES`, `FAIL_SAFE` (`CLAIMS_LAMP` …).
"""

from __future__ import annotations

import importlib
import typing
from enum import StrEnum
from types import ModuleType
from typing import Any

from hal.interfaces import DeviceError
from hal.value import frozen

GROUP = "evse_agent.drivers"


class Kind(StrEnum):
    """Kinds of hardware; the values are the prefixes of entry points."""

    POWER_PATH = "power_path"
    PILOT = "pilot"
    CONTACTOR = "contactor"
    PROXIMITY = "proximity"
    RESIDUAL_CURRENT = "residual_current"
    LOCK = "lock"
    CONTACT = "contact"
    THERMOMETER = "thermometer"
    METER = "meter"
    READER = "reader"
    INDICATOR = "indicator"


class UnknownDriver(ValueError):
    """There is no such driver; the text names those there are."""


class BrokenDriver(ValueError):
    """A driver of another distribution that is none; the text says what is wrong and what to do."""


class MissingExtra(DeviceError):
    """A driver's library is not installed; the text says which extra brings it."""


@frozen
class Driver:
    """One line of the registry.

    `module` is `package.module` or `package.module:function`; empty for what the guard serves over its wire (the
    bench's devices, meters of the power path's own board). `claims` are formats over the configuration's fields: two
    devices that make the same text are the same device (a meter, a pin); one whose field is None claims
    nothing. `devices` are formats of the device files the driver opens. `fail_safe` says how a power path (or its
    contactor) opens when the guard dies: heartbeat, pulse, mock or none; a configuration with an attribute `fail_safe`
    decides by itself.
    """

    module: str = ""
    extra: str = ""
    claims: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    fail_safe: str = "none"
    simulated: bool = False  # part of the bench: not for a real board
    libraries: tuple[str, ...] = ()  # what `extra` brings and the driver imports when it opens a device


WIRE = Driver()
BENCH = Driver(simulated=True, fail_safe="mock")

GPIO_CHIPS = ("/dev/gpiochip0", "/dev/gpiochip4")  # the header of a Raspberry Pi: 4 on a Pi 5 with older kernels

DRIVERS: dict[Kind, dict[str, Driver]] = {
    Kind.POWER_PATH: {"mock": BENCH},
    Kind.PILOT: {},
    Kind.CONTACTOR: {
        "gpiozero": Driver(  # its configuration tells the fail-safe: pulse or none
            "hal.drivers.gpiozero_power",
            "gpio",
            claims=("gpio {pin}", "gpio {pin_3p}", "gpio {feedback_pin}", "gpio {feedback_pin_3p}", "gpio {pulse_pin}"),
            devices=GPIO_CHIPS,
            libraries=("gpiozero",),
        ),
    },
    Kind.PROXIMITY: {},
    Kind.RESIDUAL_CURRENT: {
        "gpiozero": Driver(
            "hal.drivers.gpiozero_parts:open_residual_current",
            "gpio",
            claims=("gpio {pin}", "gpio {reset_pin}"),
            devices=GPIO_CHIPS,
            libraries=("gpiozero",),
        ),
    },
    Kind.LOCK: {
        "gpiozero": Driver(
            "hal.drivers.gpiozero_parts:open_lock",
            "gpio",
            claims=("gpio {lock_pin}", "gpio {unlock_pin}", "gpio {feedback_pin}"),
            devices=GPIO_CHIPS,
            libraries=("gpiozero",),
        ),
    },
    Kind.CONTACT: {
        "gpiozero": Driver(
            "hal.drivers.gpiozero_parts:open_contact",
            "gpio",
            claims=("gpio {pin}",),
            devices=GPIO_CHIPS,
            libraries=("gpiozero",),
        ),
    },
    Kind.THERMOMETER: {},
    Kind.METER: {
        "mock": BENCH,
        "guard": WIRE,
        "modbus": Driver(
            "hal.drivers.modbus_meter",
            "modbus",
            claims=("modbus {port} unit {unit}",),
            devices=("{port}",),
            libraries=("serial", "pymodbus"),
        ),
    },
    Kind.READER: {
        "mock": BENCH,
        "guard": WIRE,
        "pcsc": Driver("hal.drivers.pcsc", "pcsc", libraries=("smartcard",)),  # `check_beside` tells two readers apart
    },
    Kind.INDICATOR: {
        "mock": BENCH,
        "guard": WIRE,
        "gpiozero": Driver(
            "hal.drivers.gpiozero_indicator",
            "gpio",
            claims=("gpio {red}", "gpio {green}", "gpio {blue}"),
            devices=GPIO_CHIPS,
            libraries=("gpiozero",),
        ),
    },
}


def find(kind: Kind, name: str) -> Driver:
    """The driver of that name, ours or an installed one. Raises UnknownDriver, BrokenDriver, MissingExtra."""
    ours = DRIVERS[kind]
    if name in ours:
        return ours[name]
    others = _installed(kind)
    if name in others:
        return _foreign(others[name])
    known = sorted({*ours, *others})
    raise UnknownDriver(f"known {kind} drivers are {', '.join(known)}" if known else f"there is no {kind} driver")


def config_type(driver: Driver) -> type[Any] | None:
    """The dataclass of the driver's configuration; None for one that has no module and so no options."""
    if not driver.module:
        return None
    found = typing.get_type_hints(_opener(driver))["config"]
    if not isinstance(found, type):
        raise TypeError(f"{driver.module}: the annotation of `config` is no class")
    return found


def open_device(driver: Driver, config: object) -> Any:
    """The device. Raises DeviceError (MissingExtra if its library is not installed)."""
    try:
        return _opener(driver)(config)
    except ImportError as error:
        raise _missing(driver, error) from None


def missing_library(driver: Driver) -> str | None:
    """A library of the driver that is not installed; nothing is loaded to find out."""
    from importlib.util import find_spec  # noqa: PLC0415 - for who checks an installation, not for the guard

    return next((name for name in driver.libraries if find_spec(name) is None), None)


def check(driver: Driver, config: object) -> None:
    """Let the driver judge options that types and ranges cannot. Raises WrongOption."""
    _judge(driver, "check", config)


def check_beside(driver: Driver, config: object, other: object) -> None:
    """Let the driver judge whether two of its devices can be on one board. Raises WrongOption, about the first."""
    _judge(driver, "check_beside", config, other)


def _judge(driver: Driver, name: str, *configs: object) -> None:
    if driver.module:
        module, _, function = driver.module.partition(":")
        judge = getattr(importlib.import_module(module), name + function.removeprefix("open"), None)
        if judge is not None:
            judge(*configs)


def _opener(driver: Driver) -> typing.Callable[..., Any]:
    name, _, function = driver.module.partition(":")
    try:
        module: ModuleType = importlib.import_module(name)
    except ImportError as error:
        raise _missing(driver, error) from None
    opener: typing.Callable[..., Any] = getattr(module, function or "open")
    return opener


def _missing(driver: Driver, error: ImportError) -> MissingExtra:
    library = error.name or str(error)
    if not driver.extra:
        return MissingExtra(f"driver {driver.module}: library '{library}' is missing ({error})")
    return MissingExtra(
        f"driver {driver.module}: library '{library}' is missing; pip install 'evse-agent[{driver.extra}]'"
    )


def _installed(kind: Kind) -> dict[str, str]:
    """Drivers of other distributions: name to module."""
    from importlib import metadata  # noqa: PLC0415  # 4 MiB that only a board with foreign drivers pays for

    prefix = f"{kind}."
    found = metadata.entry_points(group=GROUP)
    return {point.name.removeprefix(prefix): point.value for point in found if point.name.startswith(prefix)}


def _foreign(module: str) -> Driver:
    """A driver of another distribution: whatever it raises while it loads is told, not raised past us."""
    try:
        driver = _described(module)
        config = config_type(driver)
        _check_formats(driver, dict.fromkeys(typing.get_type_hints(config), ""))
    except ImportError as error:
        raise _missing(Driver(module), error) from None
    except MissingExtra:
        raise
    except Exception as error:
        why = f"{module}: {type(error).__name__}: {error}; mend or remove the distribution that brings it"
        raise BrokenDriver(why) from None
    return driver


def _check_formats(driver: Driver, blank: dict[str, str]) -> None:
    """What it claims and opens is told by keys of its configuration."""
    for text in (*driver.claims, *driver.devices):
        try:
            text.format_map(blank)
        except KeyError as error:
            raise TypeError(f"{text!r} names {error}, and its configuration has no such key") from None


def _described(module: str) -> Driver:
    """A foreign driver by its module's constants; `CLAIMS_LAMP` comes before `CLAIMS` for `module:open_lamp`."""
    name, _, function = module.partition(":")
    loaded = importlib.import_module(name)

    def constant(what: str, otherwise: typing.Any) -> typing.Any:
        return getattr(loaded, f"{what}{function.removeprefix('open').upper()}", getattr(loaded, what, otherwise))

    claims, devices = constant("CLAIMS", ()), constant("DEVICES", ())
    return Driver(module, "", tuple(claims), tuple(devices), str(constant("FAIL_SAFE", "none")))
