"""What every energy meter promises (`hal.interfaces.EnergyMeter`)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hal.interfaces import DeviceError
from hal.types import MeterReading
from tests.contracts.drivers import METERS
from tests.contracts.rigs import MeterRig, Play, load

ENERGY = "Energy.Active.Import.Register"
FIELDS = {
    "Energy.Active.Export.Register": "export_wh",
    "Power.Active.Import": "power_w",
    "Voltage": "voltage_mv",
    "Current.Import": "current_ma",
    "Frequency": "frequency_mhz",
    "Power.Factor": "power_factor_permille",
    "SoC": "soc_percent",
    "Temperature": "temperature_dc",
}


@pytest.fixture(params=[where for _, where in METERS], ids=[name for name, _ in METERS])
def play(request: pytest.FixtureRequest) -> Play:
    return load(request.param)


def test_it_reads_what_it_says_it_reads(play: Play, tmp_path: Path) -> None:
    async def scene(rig: MeterRig) -> None:
        rig.set_import_wh(12_345)
        reading = await rig.meter.read()
        assert reading.import_wh == 12_345
        assert ENERGY in rig.meter.measurands
        for measurand, field in FIELDS.items():
            has = getattr(reading, field) not in (None, ())
            assert has == (measurand in rig.meter.measurands), measurand

    play(tmp_path, scene)


def test_per_phase_values_belong_together(play: Play, tmp_path: Path) -> None:
    async def scene(rig: MeterRig) -> None:
        reading = await rig.meter.read()
        lengths = {len(values) for values in (reading.voltage_mv, reading.current_ma, reading.phase_power_w) if values}
        assert lengths <= {1, 3}
        assert len(lengths) <= 1
        assert len(reading.serial) <= 64

    play(tmp_path, scene)


def test_the_register_is_read_anew_each_time(play: Play, tmp_path: Path) -> None:
    async def scene(rig: MeterRig) -> None:
        for import_wh in (1_000, 1_001, 2_500, 0):
            rig.set_import_wh(import_wh)
            assert (await rig.meter.read()).import_wh == import_wh

    play(tmp_path, scene)


def test_a_silent_meter_is_a_device_error_and_heals_by_itself(play: Play, tmp_path: Path) -> None:
    async def scene(rig: MeterRig) -> None:
        await rig.meter.read()
        rig.silence()
        for _ in range(2):
            with pytest.raises(DeviceError) as caught:
                await rig.meter.read()
            assert "meter" in str(caught.value)
        rig.heal()
        rig.set_import_wh(77)
        assert (await rig.meter.read()).import_wh == 77

    play(tmp_path, scene)


def test_readings_may_be_asked_for_at_the_same_time(play: Play, tmp_path: Path) -> None:
    async def scene(rig: MeterRig) -> None:
        rig.set_import_wh(5)
        readings: list[MeterReading] = await asyncio.gather(*(rig.meter.read() for _ in range(3)))
        assert [reading.import_wh for reading in readings] == [5, 5, 5]

    play(tmp_path, scene)


def test_a_reader_that_gives_up_does_not_spoil_the_next_reading(play: Play, tmp_path: Path) -> None:
    async def scene(rig: MeterRig) -> None:
        rig.silence()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await rig.meter.read()
        rig.heal()
        rig.set_import_wh(9)
        assert (await rig.meter.read()).import_wh == 9

    play(tmp_path, scene)


def test_close_may_be_called_twice(play: Play, tmp_path: Path) -> None:
    async def scene(rig: MeterRig) -> None:
        await rig.meter.read()
        await rig.meter.close()
        await rig.meter.close()

    play(tmp_path, scene)
