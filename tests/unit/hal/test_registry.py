"""The registry of drivers: found by name, loaded when asked for, missing libraries named with their extra."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from importlib import metadata
from pathlib import Path

import pytest

from hal import board, registry
from hal.interfaces import DeviceError
from hal.registry import DRIVERS, BrokenDriver, Driver, Kind, MissingExtra, UnknownDriver

ROOT = Path(__file__).parents[3]
WITH_MODULE = [(kind, name) for kind, drivers in DRIVERS.items() for name, one in drivers.items() if one.module]


@pytest.mark.parametrize(("kind", "name"), WITH_MODULE)
def test_every_driver_has_a_configuration_and_its_claims_fit_it(kind: Kind, name: str) -> None:
    driver = registry.find(kind, name)
    config = registry.config_type(driver)
    assert config is not None
    assert is_dataclass(config)
    fields = dict.fromkeys(config.__dataclass_fields__, "1")
    for text in (*driver.claims, *driver.devices):
        assert text.format_map(fields)
    assert driver.extra


def test_extras_are_those_of_the_distribution() -> None:
    import tomllib  # noqa: PLC0415

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for kind, name in WITH_MODULE:
        assert registry.find(kind, name).extra in project["optional-dependencies"]


def test_naming_drivers_loads_none_of_them() -> None:
    code = (
        "import sys; from hal import registry; registry.find(registry.Kind.METER, 'modbus'); "
        "print([name for name in sys.modules if name.startswith('hal.drivers') or name == 'importlib.metadata'])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_driver_is_told_what_there_is() -> None:
    with pytest.raises(UnknownDriver, match="known meter drivers are guard, mock, modbus"):
        registry.find(Kind.METER, "modbuss")
    with pytest.raises(UnknownDriver, match="there is no thermometer driver"):
        registry.find(Kind.THERMOMETER, "x")


def test_what_the_guard_serves_has_no_options() -> None:
    assert registry.config_type(registry.find(Kind.METER, "guard")) is None
    assert registry.config_type(registry.find(Kind.READER, "mock")) is None


FOREIGN = """
from dataclasses import dataclass
CLAIMS = ("acme {number}",)
DEVICES = ("/dev/acme{number}",)
FAIL_SAFE = "heartbeat"
@dataclass(frozen=True)
class Config:
    number: int = 0
def open(config: Config):
    return ("acme", config.number)
def other(config: Config):
    return ("other", config.number)
"""


@dataclass
class Point:
    """An entry point as `importlib.metadata` has it."""

    name: str
    value: str


@pytest.fixture
def _foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "acme_driver.py").write_text(FOREIGN)
    (tmp_path / "broken_driver.py").write_text("import no_such_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    points = [
        Point("meter.acme", "acme_driver"),
        Point("power_path.acme", "acme_driver:other"),
        Point("meter.broken", "broken_driver"),
        Point("meter.modbus", "acme_driver"),
    ]
    monkeypatch.setattr(metadata, "entry_points", lambda group: points if group == "evse_agent.drivers" else [])
    yield
    sys.modules.pop("acme_driver", None)


@pytest.mark.usefixtures("_foreign")
def test_other_distributions_add_drivers() -> None:
    driver = registry.find(Kind.METER, "acme")
    config = registry.config_type(driver)
    assert config is not None
    assert registry.open_device(driver, config(3)) == ("acme", 3)
    assert (driver.claims, driver.devices, driver.fail_safe) == (
        ("acme {number}",),
        ("/dev/acme{number}",),
        "heartbeat",
    )
    whole = registry.find(Kind.POWER_PATH, "acme")
    assert registry.open_device(whole, config(1)) == ("other", 1)
    with pytest.raises(UnknownDriver, match="acme, broken, guard, mock, modbus"):
        registry.find(Kind.METER, "x")


@pytest.mark.usefixtures("_foreign")
def test_ours_come_first_and_a_broken_foreign_one_says_so() -> None:
    assert registry.find(Kind.METER, "modbus").module == "hal.drivers.modbus_meter"
    with pytest.raises(MissingExtra, match="library 'no_such_library' is missing"):
        registry.find(Kind.METER, "broken")


SEVERAL = """
from dataclasses import dataclass
DEVICES = ("{port}",)
DEVICES_LAMP = ("/dev/lamp{number}",)
@dataclass
class Config:
    port: str = ""
@dataclass
class Lamp:
    number: int = 0
def open(config: Config): ...
def open_lamp(config: Lamp): ...
def open_wrong(config: Lamp): ...
def open_bare(lamp): ...
"""


def test_a_foreign_module_with_several_drivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "several_drivers.py").write_text(SEVERAL)
    (tmp_path / "mad_driver.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    names = {"own": "", "lamp": ":open_lamp", "wrong": ":open_wrong", "bare": ":open_bare", "none": ":nothing"}
    points = [Point(f"meter.{name}", f"several_drivers{function}") for name, function in names.items()]
    points.append(Point("meter.mad", "mad_driver"))
    monkeypatch.setattr(metadata, "entry_points", lambda group: points)
    assert registry.find(Kind.METER, "own").devices == ("{port}",)
    assert registry.find(Kind.METER, "lamp").devices == ("/dev/lamp{number}",)
    for name, why in {
        "wrong": "'{port}' names 'port', and its configuration has no such key; mend or remove",
        "bare": "KeyError: 'config'",
        "none": "AttributeError",
        "mad": "mad_driver: ZeroDivisionError",
    }.items():
        with pytest.raises(BrokenDriver, match=why):
            registry.find(Kind.METER, name)
        document = {"board": {"kind": "mock"}, "evse": [{"meter": {"driver": name}}]}
        with pytest.raises(board.BoardError, match=rf"\[evse #1.meter\] key 'driver' = \"{name}\": is broken; .*{why}"):
            board.parse(document, "b.toml")


def test_a_missing_library_names_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "late_driver.py").write_text(
        "from dataclasses import dataclass\n@dataclass\nclass Config:\n    pass\n"
        "def open(config: Config):\n    import no_such_library\n"
    )
    (tmp_path / "early_driver.py").write_text("import no_such_library\n")
    monkeypatch.syspath_prepend(tmp_path)
    late = Driver("late_driver", "gpio")
    config = registry.config_type(late)
    assert config is not None
    for act in (
        lambda: registry.open_device(late, config()),
        lambda: registry.config_type(Driver("early_driver", "gpio")),
    ):
        with pytest.raises(
            MissingExtra, match=r"no_such_library' is missing; pip install 'evse-agent\[gpio\]'"
        ) as caught:
            act()
        assert isinstance(caught.value, DeviceError)


def test_a_driver_without_a_configuration_class_is_our_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "odd_driver.py").write_text("def open(config: 'int | str'): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TypeError, match="is no class"):
        registry.config_type(Driver("odd_driver"))
