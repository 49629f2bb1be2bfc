"""Raw words to integers: types, word orders, the one rounding rule, what is implausible, and the plan of requests."""

from __future__ import annotations

import struct
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.drivers.registers import (
    QUANTITIES,
    UNITS,
    Implausible,
    Kind,
    Register,
    WordOrder,
    plan,
    raw_bytes,
    reading,
)
from hal.types import MeterReading

KWH = Fraction(1_000)
LOW = WordOrder.LOW_FIRST


def words(form: str, value: float) -> list[int]:
    raw = struct.pack(form, value)
    return list(struct.unpack(f">{len(raw) // 2}H", raw))


def register(
    kind: Kind = Kind.FLOAT32, factor: Fraction = KWH, name: str = "import_energy", **more: object
) -> Register:
    return Register(name, 4, 0x48, kind, factor, **more)  # type: ignore[arg-type]  # a test's own keywords


@pytest.mark.parametrize(
    ("kind", "raw", "factor", "value"),
    [
        (Kind.FLOAT32, words(">f", 1.001), KWH, 1_001),  # the nearest float32 is 1.00099999…
        (Kind.FLOAT32, words(">f", 8123.457), KWH, 8_123_457),
        (Kind.FLOAT32, words(">f", 0.0005), KWH, 1),  # the nearest float32 is just above the half
        (Kind.FLOAT32, words(">f", 0.5), Fraction(1), 0),  # ties go to the even neighbour
        (Kind.FLOAT32, words(">f", 1.5), Fraction(1), 2),
        (Kind.FLOAT32, words(">f", 2.5), Fraction(1), 2),
        (Kind.UINT16, [65535], Fraction(1), 65_535),
        (Kind.INT16, [0x0102], Fraction(1), 258),
        (Kind.UINT32, [0x0001, 0x0000], Fraction(1), 65_536),
        (Kind.INT32, [0x0000, 0x0009], Fraction(100), 900),
        (Kind.UINT64, [0, 0, 0x0001, 0x0002], Fraction(10), 655_380),
        (Kind.INT64, [0, 0, 0, 7], Fraction(Decimal("0.01")) * 1_000, 70),  # 0.01 kWh a count
        (Kind.UINT32, [0, 3], Fraction(Decimal("0.1")), 0),  # 0.3 Wh
    ],
)
def test_values(kind: Kind, raw: list[int], factor: Fraction, value: int) -> None:
    assert register(kind, factor).decode(raw) == value
    assert register(kind, factor, word_order=LOW).decode(raw[::-1]) == value


@given(st.integers(0, 16_383_999))
def test_the_meter_s_own_watt_hours_come_back_exactly(energy_wh: int) -> None:
    assert register().decode(words(">f", energy_wh / 1000)) == energy_wh


@given(st.floats(0, 1e7, width=32), st.floats(0, 1e7, width=32))
def test_a_register_that_does_not_fall_gives_a_value_that_does_not_fall(first: float, second: float) -> None:
    low, high = sorted((first, second))
    before, after = register().decode(words(">f", low)), register().decode(words(">f", high))
    assert before is not None
    assert after is not None
    assert before <= after


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), -0.001, 1e9])
def test_what_no_meter_can_mean_is_refused_by_name(value: float) -> None:
    with pytest.raises(Implausible, match=r"register 0x0048 \(import_energy\)"):
        register().decode(words(">f", value))


def test_a_phase_is_named() -> None:
    one = Register("voltage", 4, 2, Kind.FLOAT32, Fraction(1_000), phase=1)
    with pytest.raises(Implausible, match=r"register 0x0002 \(voltage L2\): voltage_mv 2000000 is outside 0..1500000"):
        one.decode(words(">f", 2000.0))


def test_a_value_that_the_meter_does_not_have() -> None:
    signed = Register("power", 3, 0, Kind.INT32, Fraction(1), not_available=0x7FFFFFFF)
    assert signed.decode([0x7FFF, 0xFFFF]) is None
    assert signed.decode([0xFFFF, 0xFFFF]) == -1
    swapped = Register("power", 3, 0, Kind.INT32, Fraction(1), LOW, not_available=0x7FFFFFFF)
    assert swapped.decode([0xFFFF, 0x7FFF]) is None
    nan = Register("power", 3, 0, Kind.FLOAT32, Fraction(1), not_available=0xFFC00000)
    assert nan.decode([0xFFC0, 0x0000]) is None
    with pytest.raises(Implausible, match="nan"):
        nan.decode([0x7FC0, 0x0000])


def test_the_words_of_a_number() -> None:
    assert raw_bytes([0x0102, 0x0304], WordOrder.HIGH_FIRST) == b"\x01\x02\x03\x04"
    assert raw_bytes([0x0102, 0x0304], LOW) == b"\x03\x04\x01\x02"


def at(address: int, kind: Kind = Kind.FLOAT32, function: int = 4) -> Register:
    return Register("power", function, address, kind, Fraction(1))


def spans(*registers: Register, longest: int = 125, gap: int = 0) -> list[tuple[int, int, int]]:
    return [(block.function, block.address, block.count) for block in plan(registers, longest, gap)]


def test_the_plan_joins_neighbours_and_jumps_short_holes() -> None:
    assert spans(at(2), at(0)) == [(4, 0, 4)]
    assert spans(at(0), at(4)) == [(4, 0, 2), (4, 4, 2)]
    assert spans(at(0), at(4), gap=2) == [(4, 0, 6)]
    assert spans(at(0), at(2), at(4), longest=4) == [(4, 0, 4), (4, 4, 2)]
    assert spans(at(0), at(2, function=3)) == [(3, 2, 2), (4, 0, 2)]
    assert spans(at(0, Kind.UINT64), at(0, Kind.UINT16), at(4, Kind.UINT16)) == [(4, 0, 5)]
    assert spans(at(0), at(0)) == [(4, 0, 2)]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from(list(Kind)), st.sampled_from([3, 4])), max_size=30),
    st.integers(4, 125),
    st.integers(0, 124),
)
def test_every_register_is_read_once_within_the_limits(
    places: list[tuple[int, Kind, int]], longest: int, gap: int
) -> None:
    registers = [at(address, kind, function) for address, kind, function in places]
    blocks = plan(registers, longest, gap)
    read = [each for block in blocks for each in block.registers]
    assert sorted(map(id, read)) == sorted(map(id, registers))
    for block in blocks:
        assert block.count <= longest
        for each in block.registers:
            assert block.address <= each.address
            assert each.address + each.words <= block.address + block.count


def test_a_reading_from_values() -> None:
    values: dict[tuple[str, int], int | None] = {
        ("import_energy", 0): 5,
        ("voltage", 0): 230_000,
        ("voltage", 1): None,
        ("voltage", 2): 231_000,
        ("power", 0): 100,
        ("phase_power", 0): 100,
        ("temperature", 0): 215,
    }
    assert reading(values, "7", reverse=False) == MeterReading(
        5, power_w=100, voltage_mv=(230_000,), phase_power_w=(100,), temperature_dc=215, serial="7"
    )
    values["export_energy", 0] = 9
    turned = reading(values, "", reverse=True)
    assert (turned.import_wh, turned.export_wh, turned.power_w, turned.phase_power_w) == (9, 5, -100, (-100,))
    del values["power", 0]
    assert reading(values, "", reverse=True).power_w is None


@pytest.mark.parametrize(("reverse", "missing"), [(False, "import_energy"), (True, "export_energy")])
def test_without_a_register_to_bill_by_there_is_no_reading(reverse: bool, missing: str) -> None:
    values: dict[tuple[str, int], int | None] = {("import_energy", 0): 1, ("export_energy", 0): 1}
    values[missing, 0] = None
    with pytest.raises(Implausible, match=missing):
        reading(values, "", reverse=reverse)


def test_the_tables_fit_together() -> None:
    attributes = set(MeterReading.__dataclass_fields__)
    dimensions = {dimension for dimension, _ in UNITS.values()}
    for quantity in QUANTITIES.values():
        assert quantity.attribute in attributes
        assert quantity.dimension in dimensions
