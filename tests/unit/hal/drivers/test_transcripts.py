"""Each packaged map against a transcript: the requests that go out and the reading that comes of the answers."""

from __future__ import annotations

import asyncio
import dataclasses
import struct
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal.drivers.modbus_bus import BusError, BusSettings
from hal.drivers.modbus_frames import Query, find_answer
from hal.drivers.modbus_meter import ModbusMeter, ModbusMeterConfig
from hal.drivers.register_map import MAPS, load
from hal.types import MeterReading
from tests.unit.hal.drivers.frames import crc

TRANSCRIPTS = Path(__file__).with_name("transcripts")


class Recorded:
    """A line that answers what the transcript holds, and nothing else."""

    settings = BusSettings("/dev/recorded", 9600, "N", 1)

    def __init__(self, exchanges: list[dict[str, str]]) -> None:
        self.left: Iterator[tuple[bytes, bytes]] = iter(
            [(bytes.fromhex(each["request"]), bytes.fromhex(each["answer"])) for each in exchanges]
        )

    async def read(self, query: Query) -> list[int]:
        request = struct.pack(">BBHH", query.unit, query.function, query.address, query.count)
        expected, answer = next(self.left)
        assert (request + crc(request).to_bytes(2, "big")).hex() == expected.hex()
        assert find_answer(answer, query, crc) == answer
        if answer[1] & 0x80:
            raise BusError("refused", passing=False, refused=True)
        return list(struct.unpack(f">{query.count}H", answer[3:-2]))

    def release(self) -> None:
        """Nothing to give up."""


@pytest.mark.parametrize("name", sorted(path.stem for path in MAPS.glob("*.toml")))
def test_every_packaged_map_reads_its_transcript(name: str) -> None:
    transcript = tomllib.loads((TRANSCRIPTS / f"{name}.toml").read_text())
    assert transcript["map"] == name
    line = Recorded(transcript["exchange"])
    config = ModbusMeterConfig("/dev/recorded", name, unit=transcript["unit"], retries=0)
    meter = ModbusMeter(config, load(name), line)  # type: ignore[arg-type]  # a recorded line, not a Bus
    found = dataclasses.asdict(asyncio.run(meter.read()))
    wanted = {key: tuple(value) if isinstance(value, list) else value for key, value in transcript["reading"].items()}
    assert found == dataclasses.asdict(MeterReading(**wanted))
    assert next(line.left, None) is None, "the transcript goes on"
