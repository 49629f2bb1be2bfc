"""Finding the answer in what a line brings, and the errors of a line that cannot be had."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.drivers import modbus_bus, modbus_meter
from hal.drivers.modbus_bus import Bus, BusError, BusSettings, Query, find_answer, share
from hal.drivers.modbus_meter import ModbusMeterConfig
from hal.interfaces import DeviceError
from tests.unit.hal.drivers.frames import answer, closed, crc

QUERY = Query(unit=1, function=4, address=0, count=2, timeout_ms=20, pause_ms=0)
GOOD = answer(1, 4, [0x4366, 0x199A])
REFUSED = closed(bytes([1, 0x84, 2]))


@pytest.fixture(autouse=True)
def _no_lines_left() -> Iterator[None]:
    yield
    assert modbus_bus._lines == []


def test_the_check_sum_is_the_one_of_the_documents() -> None:
    assert closed(bytes.fromhex("010400000002")) == bytes.fromhex("01040000000271CB")  # Eastron SDM120M 2.5, 2.1


@pytest.mark.parametrize("frame", [GOOD, REFUSED])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (closed(bytes.fromhex("010400000002")), b""),  # the echo of the request
        (b"\x01", b""),
        (b"\x01\x04", b"\x01\x04\x04"),
        (answer(2, 4, [1, 2]), b""),  # another unit
        (answer(1, 3, [1, 2]), b""),  # another function
        (answer(1, 4, [1, 2, 3]), b""),  # another block
        (GOOD[:-1] + b"\x00", b"\xff" * 9),  # a broken one before it
        (b"\x00\x01\x04\x2b\xff", b"\x00"),
    ],
)
def test_the_answer_is_found_among_other_things(frame: bytes, before: bytes, after: bytes) -> None:
    assert find_answer(before + frame + after, QUERY, crc) == frame
    assert find_answer(before + frame[:-1], QUERY, crc) == b""


@given(st.binary(max_size=264))
def test_noise_is_no_answer_and_never_an_error(noise: bytes) -> None:
    found = find_answer(noise, QUERY, crc)
    assert found == b"" or (found in noise and crc(found[:-2]).to_bytes(2, "big") == found[-2:])


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_noise_around_an_answer_does_not_hide_it(before: bytes, after: bytes) -> None:
    assert find_answer(before + GOOD + after, QUERY, crc) != b""


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


class Answer:
    function_code = 4
    exception_code = 0

    def __init__(self, *words: int) -> None:
        self.registers = list(words)

    def isError(self) -> bool:
        return False


@pytest.mark.parametrize("error", [ValueError("Invalid baud rate"), OSError(5, "Input/output error")])
def test_whatever_the_library_raises_at_opening_is_a_bus_error(error: Exception) -> None:
    bus, client = Bus(BusSettings("/dev/null", 9600, "N", 1)), Client(error)
    bus._make = lambda _timeout_s: client  # type: ignore[method-assign]
    with pytest.raises(BusError, match=rf"does not open: .*{error.args[-1]}") as caught:
        asyncio.run(bus.read(QUERY))
    assert client.closed == 1
    assert not caught.value.passing


def test_an_answer_of_another_length_is_refused() -> None:
    """Over TCP the library does not compare the length with the request's."""
    bus = Bus(BusSettings("tcp://10.0.0.5:502", 9600, "N", 1))
    bus._make = lambda _timeout_s: Client(Answer(1))  # type: ignore[method-assign]
    with pytest.raises(BusError, match="1 registers in the answer instead of 2") as caught:
        asyncio.run(bus.read(QUERY))
    assert caught.value.passing


def test_ipv6_gateways() -> None:
    async def scenario() -> None:
        client = Bus(BusSettings("tcp://[::1]:502", 9600, "N", 1))._make(0.02)
        assert (client.comm_params.host, client.comm_params.port) == ("::1", 502)

    asyncio.run(scenario())
