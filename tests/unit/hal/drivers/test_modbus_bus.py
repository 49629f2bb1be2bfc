"""Lines that cannot be had, and wrong configurations; real lines are in tests/integration/hardware."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hal.drivers import modbus_bus, modbus_meter
from hal.drivers.modbus_bus import Bus, BusError, BusSettings, share
from hal.drivers.modbus_frames import Query
from hal.drivers.modbus_meter import ModbusMeterConfig
from hal.interfaces import DeviceError

QUERY = Query(unit=1, function=4, address=0, count=2, timeout_ms=20, pause_ms=0)


@pytest.fixture(autouse=True)
def _no_lines_left() -> Iterator[None]:
    yield
    assert modbus_bus._lines == []


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymodbus.client", None)
    with pytest.raises(DeviceError, match=r"meter 'front'.*evse-agent\[modbus\]"):
        modbus_meter.open(ModbusMeterConfig("/dev/ttyUSB0", "eastron_sdm630", name="front"))


@pytest.mark.parametrize(("before", "after"), [(logging.NOTSET, logging.CRITICAL), (logging.DEBUG, logging.DEBUG)])
def test_the_library_s_own_complaints_are_silenced_unless_asked_for(before: int, after: int) -> None:
    library = logging.getLogger("pymodbus")
    level = library.level
    try:
        library.setLevel(before)
        share(BusSettings("/dev/none", 9600, "N", 1)).release()
        assert library.level == after
    finally:
        library.setLevel(level)


@pytest.mark.parametrize(
    ("port", "map_name", "reverse", "why"),
    [
        ("/dev/ttyUSB0", "sdm9000", False, "no register map 'sdm9000'"),
        ("tcp://", "eastron_sdm120", False, "write tcp://HOST:PORT"),
        ("tcp://10.0.0.5", "eastron_sdm120", False, "write tcp://HOST:PORT"),
        ("tcp://10.0.0.5:0", "eastron_sdm120", False, "write tcp://HOST:PORT"),
        ("tcp://10.0.0.5:x", "eastron_sdm120", False, "write tcp://HOST:PORT"),
    ],
)
def test_a_wrong_config_is_named(port: str, map_name: str, reverse: bool, why: str) -> None:
    with pytest.raises(DeviceError, match=rf"meter 'm'.*{why}"):
        modbus_meter.open(ModbusMeterConfig(port, map_name, name="m", reverse=reverse))


def test_a_meter_cannot_be_reversed_without_an_export_register(tmp_path: Path) -> None:
    path = tmp_path / "one.toml"
    path.write_text(
        'model = "One"\n[line]\nbaud_rate = 9600\nparity = "N"\nstop_bits = 1\n[protocol]\nregisters = "input"\n'
        'max_registers = 10\npause_ms = 0\n[values.import_energy]\naddress = 0\ntype = "uint32"\nunit = "Wh"\n'
    )
    with pytest.raises(DeviceError, match="needs a map with export_energy"):
        modbus_meter.open(ModbusMeterConfig("/dev/none", str(path), reverse=True))
    meter = modbus_meter.open(ModbusMeterConfig("/dev/none", str(path)))
    assert meter.measurands == {"Energy.Active.Import.Register"}
    asyncio.run(meter.close())


def test_a_port_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "port"
    path.symlink_to("/dev/null")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    meter = modbus_meter.open(ModbusMeterConfig(str(path), "eastron_sdm120"))

    async def scenario() -> None:
        with pytest.raises(DeviceError, match="no permission: add the service's user to the group"):
            await meter.read()
        await meter.close()

    asyncio.run(scenario())


class Client:
    """A client whose connect and answers are the test's."""

    def __init__(self, outcome: object = None) -> None:
        self.outcome = outcome
        self.connected = True
        self.closed = 0

    async def connect(self) -> bool:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return True

    def close(self) -> None:
        self.closed += 1

    async def read_input_registers(self, _address: int, **_more: int) -> Any:
        return self.outcome


@pytest.mark.parametrize("error", [ValueError("Invalid baud rate"), OSError(5, "Input/output error")])
def test_whatever_the_library_raises_at_opening_is_a_bus_error(error: Exception) -> None:
    bus, client = Bus(BusSettings("/dev/null", 9600, "N", 1)), Client(error)
    bus._make = lambda _timeout_s: client  # type: ignore[method-assign]
    with pytest.raises(BusError, match=rf"does not open: .*{error.args[-1]}") as caught:
        asyncio.run(bus.read(QUERY))
    assert client.closed == 1
    assert not caught.value.passing


def test_ipv6_gateways() -> None:
    async def scenario() -> None:
        client = Bus(BusSettings("tcp://[::1]:502", 9600, "N", 1))._make(0.02)
        assert (client.comm_params.host, client.comm_params.port) == ("::1", 502)

    asyncio.run(scenario())
