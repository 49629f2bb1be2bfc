"""The register-map meter over real serial lines (pseudo-terminals), against a slave that lies and pymodbus's server."""

from __future__ import annotations

import asyncio
import os
import pty
import socket
import time
import tty
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import serial
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from agent.runtime.hardware import METER_TIMEOUT_S
from hal.drivers import modbus_bus, modbus_meter
from hal.drivers.modbus_meter import ModbusMeter, ModbusMeterConfig, Parity
from hal.interfaces import DeviceError
from hal.types import MeterReading
from tests.integration.hardware import lying_slave
from tests.integration.hardware.lying_slave import LyingSlave, Mood

TIMEOUT_MS = 120

SDM630 = MeterReading(
    import_wh=1_001,
    export_wh=0,
    power_w=11_040,
    voltage_mv=(230_100, 231_200, 229_300),
    current_ma=(16_000, 15_990, 16_010),
    phase_power_w=(3_680, 3_690, 3_670),
    frequency_mhz=50_020,
    power_factor_permille=998,
    serial="20260123",
)


def sdm630(slave: LyingSlave, unit: int = 1, energy_kwh: float = 1.001) -> None:
    slave.unit(unit, 4, 0x00, 230.1, 231.2, 229.3, 16.0, 15.99, 16.01, 3680, 3690, 3670)
    slave.unit(unit, 4, 0x34, 11040)
    slave.unit(unit, 4, 0x3E, 0.998)
    slave.unit(unit, 4, 0x46, 50.02, energy_kwh, 0.0)
    slave.words[unit][3] = {0xFC00: 20260123 >> 16, 0xFC01: 20260123 & 0xFFFF}


@pytest.fixture
def slave(tmp_path: Path) -> Iterator[LyingSlave]:
    with LyingSlave(tmp_path) as device:
        sdm630(device)
        yield device
    assert modbus_bus._lines == []  # every test gives its line up


def config(slave: LyingSlave, **more: object) -> ModbusMeterConfig:
    values: dict[str, object] = {
        "port": str(slave.path),
        "map": "eastron_sdm630",
        "timeout_ms": TIMEOUT_MS,
        "name": "m1",
    }
    return ModbusMeterConfig(**{**values, **more})  # type: ignore[arg-type]  # a test's own keywords


async def once(meter: ModbusMeter) -> MeterReading:
    """One reading; what the line brings must never reach the loop's exception handler."""
    failures: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
    try:
        return await meter.read()
    finally:
        await meter.close()
        assert failures == []


def test_a_whole_reading(slave: LyingSlave) -> None:
    assert asyncio.run(once(modbus_meter.open(config(slave)))) == SDM630
    assert [(each.function, each.address, each.count) for each in slave.requests] == [
        (4, 0x00, 18),
        (4, 0x34, 24),
        (3, 0xFC00, 2),
    ]


def test_the_serial_number_is_asked_once_and_the_pause_is_kept(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave))
        assert await meter.read() == SDM630
        assert await meter.read() == SDM630
        await meter.close()
        await meter.close()
        with pytest.raises(DeviceError, match="closed"):
            await meter.read()

    asyncio.run(scenario())
    assert len(slave.requests) == 5
    assert min(slave.gaps[1:]) >= 0.055  # SDM630: 60 ms between requests


@pytest.mark.parametrize(
    "mood",
    [
        lying_slave.echoing,
        lying_slave.noisy,
        lying_slave.other_functions,
        lying_slave.in_pieces,
        lying_slave.twice(0.01),
    ],
)
def test_a_disturbed_line_does_not_hide_the_answer(slave: LyingSlave, mood: Mood) -> None:
    slave.usual = mood
    assert asyncio.run(once(modbus_meter.open(config(slave, retries=0)))) == SDM630


@pytest.mark.parametrize(
    "mood",
    [
        lying_slave.silent,
        lying_slave.wrong_crc,
        lying_slave.wrong_unit,
        lying_slave.wrong_function,
        lying_slave.short,
        lying_slave.truncated,
        lying_slave.only_echo,
        lying_slave.late(TIMEOUT_MS / 1000 + 0.03),
        lying_slave.exception(6),
    ],
)
def test_one_bad_answer_is_asked_again(slave: LyingSlave, mood: Mood) -> None:
    slave.moods.append(mood)
    assert asyncio.run(once(modbus_meter.open(config(slave, retries=1)))) == SDM630
    assert slave.requests[0].raw == slave.requests[1].raw


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        (lying_slave.silent, "no answer: check its power, the wires A and B"),
        (lying_slave.wrong_crc, "no answer to be understood in what was heard (01 04 24"),
        (lying_slave.only_echo, "no answer to be understood in what was heard (01 04 00 00 00 12"),
        (lying_slave.exception(2), "exception 2: it has no such register"),
        (lying_slave.exception(99), "exception 99: it does not say why"),
    ],
)
def test_the_error_names_device_port_unit_registers_and_remedy(slave: LyingSlave, mood: Mood, why: str) -> None:
    slave.usual = mood
    with pytest.raises(DeviceError) as caught:
        asyncio.run(once(modbus_meter.open(config(slave, retries=0))))
    text = str(caught.value)
    expected = f"meter 'm1' (Eastron SDM630) on {slave.path} (9600 baud 8N1), unit 1, registers 0x0000 to 0x0011"
    assert text.startswith(expected)
    assert why in text


def test_a_refusal_is_final_but_a_busy_device_is_asked_again(slave: LyingSlave) -> None:
    slave.moods.append(lying_slave.exception(2))
    with pytest.raises(DeviceError, match="exception 2"):
        asyncio.run(once(modbus_meter.open(config(slave, retries=3))))
    assert len(slave.requests) == 1


def test_late_answers_are_never_taken_for_another_block_s(slave: LyingSlave, tmp_path: Path) -> None:
    """Two blocks of one length, and a device that answers each request just after it was given up."""
    path = tmp_path / "twins.toml"
    path.write_text(
        'model = "Twins"\n[line]\nbaud_rate = 9600\nparity = "N"\nstop_bits = 1\n'
        '[protocol]\nregisters = "input"\nmax_registers = 4\npause_ms = 10\n'
        '[values.import_energy]\naddress = 0x48\ntype = "float32"\nunit = "kWh"\n'
        '[values.power]\naddress = 0x34\ntype = "float32"\nunit = "W"\n'
    )
    slow = TIMEOUT_MS / 1000 + 0.04

    async def scenario() -> None:
        meter, good = modbus_meter.open(config(slave, map=str(path), retries=1)), 0
        for moods in ([0, slow, 0], [slow, 0, 0], [slow, 0, slow, 0], [0, slow, slow], [slow, slow]):
            slave.moods.extend(lying_slave.late(seconds) for seconds in moods)
            try:
                found = await meter.read()
            except DeviceError:
                slave.moods.clear()
                continue
            assert (found.power_w, found.import_wh) == (11_040, 1_001), moods
            good += 1
        assert good >= 3
        await meter.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 2e8])
def test_an_implausible_register_fails_the_reading(slave: LyingSlave, value: float) -> None:
    slave.unit(1, 4, 0x48, value)
    with pytest.raises(DeviceError, match=r"meter 'm1'.*unit 1: register 0x0048 \(import_energy\).*register map"):
        asyncio.run(once(modbus_meter.open(config(slave))))


def test_a_meter_without_a_serial_number(slave: LyingSlave) -> None:
    slave.unknown.add((1, 3))
    found = asyncio.run(once(modbus_meter.open(config(slave))))
    assert found.serial == ""
    assert found.import_wh == 1_001


def test_a_meter_that_is_silent_about_its_serial_number_is_asked_a_few_times(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave, retries=0))
        slave.usual = lambda request: [] if request.function == 3 else lying_slave.honest(request)
        for _ in range(modbus_meter.SERIAL_TRIES + 1):
            assert (await meter.read()).serial == ""
        await meter.close()

    asyncio.run(scenario())
    assert len([each for each in slave.requests if each.function == 3]) == modbus_meter.SERIAL_TRIES


def test_an_exchanged_meter_is_known_by_its_serial_number(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave, retries=0))
        assert (await meter.read()).serial == "20260123"
        slave.moods.append(lying_slave.silent)
        with pytest.raises(DeviceError):
            await meter.read()
        slave.words[1][3][0xFC01] += 1
        assert (await meter.read()).serial == "20260124"
        await meter.close()

    asyncio.run(scenario())


def test_a_port_that_vanishes_is_opened_again(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave, retries=0))
        assert await meter.read() == SDM630
        slave.unplug()
        with pytest.raises(DeviceError, match=r"port vanished|No such file"):
            await meter.read()
        with pytest.raises(DeviceError, match=r"No such file.*plug the adapter in.*/dev/serial/by-id"):
            await meter.read()
        slave.plug()
        assert await meter.read() == SDM630
        await meter.close()

    asyncio.run(scenario())


def test_a_port_that_vanishes_while_an_answer_is_awaited(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave, retries=0))
        slave.usual = lying_slave.silent
        reading = asyncio.create_task(meter.read())
        await asyncio.to_thread(slave.asked.wait, 5)
        await asyncio.to_thread(slave.unplug)
        with pytest.raises(DeviceError, match="port vanished"):
            await reading
        await meter.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: None, "No such file"),
        (lambda path: path.write_text("no port"), "no serial port"),
        (lambda path: path.symlink_to("/dev/null"), "another program holds it"),
    ],
)
def test_a_port_that_does_not_open_says_why(tmp_path: Path, make: object, why: str) -> None:
    path = tmp_path / "port"
    make(path)  # type: ignore[operator]  # a parameter of three lambdas
    settings = ModbusMeterConfig(str(path), "eastron_sdm120")
    with pytest.raises(DeviceError, match=why) as caught:
        asyncio.run(once(modbus_meter.open(settings)))
    assert f"on {path} (2400 baud 8N1), unit 1" in str(caught.value)


def test_a_port_that_another_process_holds(slave: LyingSlave) -> None:
    with serial.Serial(str(slave.path), exclusive=True), pytest.raises(DeviceError, match="another program holds it"):
        asyncio.run(once(modbus_meter.open(config(slave))))


def test_several_meters_share_one_line(slave: LyingSlave) -> None:
    slave.words.clear()
    for unit in (1, 2, 3):
        sdm630(slave, unit, energy_kwh=unit)
    other_name = slave.path.with_name("by-id")
    other_name.symlink_to(slave.path)

    async def scenario() -> list[int]:
        meters = [modbus_meter.open(config(slave, unit=unit)) for unit in (1, 2)]
        meters.append(modbus_meter.open(config(slave, unit=3, port=str(other_name))))
        try:
            return [each.import_wh for each in await asyncio.gather(*(meter.read() for meter in meters))]
        finally:
            for meter in meters:
                await meter.close()

    assert asyncio.run(scenario()) == [1_000, 2_000, 3_000]


def test_a_dead_meter_does_not_hold_up_the_others(slave: LyingSlave) -> None:
    async def scenario() -> float:
        alive = modbus_meter.open(config(slave))
        dead = modbus_meter.open(config(slave, unit=9, retries=5))
        with pytest.raises(DeviceError, match="unit 9"):
            await dead.read()
        began = time.monotonic()
        results = await asyncio.gather(dead.read(), alive.read(), return_exceptions=True)
        took = time.monotonic() - began
        assert isinstance(results[0], DeviceError)
        assert results[1] == SDM630
        await alive.close()
        await dead.close()
        return took

    assert asyncio.run(scenario()) < 4 * TIMEOUT_MS / 1000 + 0.5  # one attempt, one silence, then the other's blocks


def test_a_reading_says_why_it_failed_before_the_agent_gives_up(slave: LyingSlave) -> None:
    slave.usual = lying_slave.silent
    meter = modbus_meter.open(config(slave, timeout_ms=1_000, retries=5))
    began = time.monotonic()
    with pytest.raises(DeviceError, match="check its power"):
        asyncio.run(once(meter))
    assert len(slave.requests) == 2
    assert time.monotonic() - began < METER_TIMEOUT_S


def test_one_line_has_one_speed(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave))
        with pytest.raises(DeviceError, match=r"9600 baud 8N1.*9600 baud 8E1.*one baud_rate"):
            modbus_meter.open(config(slave, unit=2, parity=Parity.EVEN))
        await meter.close()

    asyncio.run(scenario())


def test_a_cancelled_reading_leaves_no_answer_behind(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave))
        slave.moods.append(lying_slave.late(0.06))
        reading = asyncio.create_task(meter.read())
        await asyncio.to_thread(slave.asked.wait, 5)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert await meter.read() == SDM630
        await meter.close()

    asyncio.run(scenario())


def test_a_line_that_is_never_silent(slave: LyingSlave) -> None:
    async def scenario() -> None:
        meter = modbus_meter.open(config(slave, retries=1))
        slave.moods.append(lying_slave.silent)
        reading = asyncio.create_task(meter.read())
        while not reading.done():
            slave.babble(b"\x55")
            await asyncio.sleep(0.01)
        with pytest.raises(DeviceError, match="never silent: look for another master"):
            await reading
        await meter.close()

    asyncio.run(scenario())


def test_a_reversed_meter(slave: LyingSlave) -> None:
    slave.unit(1, 4, 0x34, -11040)
    slave.unit(1, 4, 0x48, 0.0, 1.001)
    found = asyncio.run(once(modbus_meter.open(config(slave, reverse=True))))
    assert (found.import_wh, found.export_wh, found.power_w) == (1_001, 0, 11_040)
    assert found.phase_power_w == (-3_680, -3_690, -3_670)


def simulated_sdm120() -> SimDevice:
    """Registers 0 to 0x4B of a device of pymodbus's own simulator."""
    values = {0x00: 230.5, 0x06: 6.25, 0x0C: 1440.0, 0x1E: 1.0, 0x46: 49.98, 0x48: 12345.678, 0x4A: 0.25}
    block = SimData(0, values=[values.get(address, 0.0) for address in range(0, 0x4C, 2)], datatype=DataType.FLOAT32)
    return SimDevice(1, simdata=[block])


SDM120 = MeterReading(
    import_wh=12_345_678,
    export_wh=250,
    power_w=1_440,
    voltage_mv=(230_500,),
    current_ma=(6_250,),
    frequency_mhz=49_980,
    power_factor_permille=1_000,
)


def test_pymodbus_s_own_server_as_an_independent_peer() -> None:
    """Two pseudo-terminals joined back to back, as two ends of a cable."""

    async def scenario() -> MeterReading:
        with Cable(asyncio.get_running_loop()) as cable:
            server = ModbusSerialServer(simulated_sdm120(), port=cable.ends[0], baudrate=2400)
            await server.serve_forever(background=True)
            try:
                return await once(modbus_meter.open(ModbusMeterConfig(cable.ends[1], "eastron_sdm230", unit=1)))
            finally:
                await server.shutdown()

    assert asyncio.run(scenario()) == SDM120


def test_a_meter_behind_modbus_tcp() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        config = ModbusMeterConfig(f"tcp://127.0.0.1:{port}", "eastron_sdm120", timeout_ms=TIMEOUT_MS, retries=0)
        meter = modbus_meter.open(config)
        other = modbus_meter.open(replace(config, unit=2, baud_rate=9600))  # a speed means nothing here
        with pytest.raises(DeviceError, match=rf"tcp://127.0.0.1:{port}, unit 1, .*check the address"):
            await meter.read()
        server = ModbusTcpServer(simulated_sdm120(), address=("127.0.0.1", port))
        await server.serve_forever(background=True)
        assert await meter.read() == SDM120
        await server.shutdown()
        with pytest.raises(DeviceError, match=r"behind the gateway|port vanished|check the address"):
            await meter.read()
        await meter.close()
        await other.close()

    asyncio.run(scenario())


def test_a_web_server_where_a_gateway_should_be() -> None:
    async def scenario() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(12)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        config = ModbusMeterConfig(f"tcp://127.0.0.1:{port}", "eastron_sdm120", timeout_ms=TIMEOUT_MS, retries=0)
        with pytest.raises(DeviceError, match=rf"tcp://127.0.0.1:{port}, unit 1"):
            await once(modbus_meter.open(config))
        server.close()

    asyncio.run(scenario())


def test_a_gateway_whose_meter_is_silent() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            port = mute.getsockname()[1]
            config = ModbusMeterConfig(f"tcp://127.0.0.1:{port}", "eastron_sdm120", timeout_ms=TIMEOUT_MS, retries=0)
            meter = modbus_meter.open(config)
            with pytest.raises(DeviceError, match="no answer: check the device behind the gateway"):
                await meter.read()
            await meter.close()

    asyncio.run(scenario())


class Cable:
    """Two serial ports joined back to back."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        (self._a, self._as), (self._b, self._bs) = pty.openpty(), pty.openpty()
        tty.setraw(self._as)
        tty.setraw(self._bs)
        self.ends = (os.ttyname(self._as), os.ttyname(self._bs))

    def __enter__(self) -> Cable:
        self._loop.add_reader(self._a, lambda: os.write(self._b, os.read(self._a, 512)))
        self._loop.add_reader(self._b, lambda: os.write(self._a, os.read(self._b, 512)))
        return self

    def __exit__(self, *_: object) -> None:
        for fd in (self._a, self._b):
            self._loop.remove_reader(fd)
        for fd in (self._a, self._b, self._as, self._bs):
            os.close(fd)
