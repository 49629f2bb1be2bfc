"""Register maps are read strictly: each mistake is one error that names file, table, key and remedy."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from hal.drivers import register_map
from hal.drivers.register_map import MAPS, MapError, RegisterMap, find, load
from hal.drivers.registers import WordOrder

GOOD = """\
model = "Test"

[line]
baud_rate = 9600
parity = "E"
stop_bits = 1

[protocol]
registers = "holding"
word_order = "low_first"
max_registers = 20
max_gap = 4
pause_ms = 100

[values.import_energy]
address = 0x5000
type = "uint64"
unit = "kWh"
scale = 0.01
not_available = 0xFFFFFFFFFFFFFFFF

[values.voltage]
registers = "input"
word_order = "high_first"
addresses = [0, 2, 4]
type = "uint32"
unit = "V"
scale = 0.1

[serial]
address = 0x8000
type = "text"
words = 4
"""


def read(folder: Path, text: str) -> RegisterMap:
    path = folder / "test.toml"
    path.write_text(text)
    return load(str(path))


def test_a_map_in_full(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert (found.name, found.model, found.pause_ms) == ("test", "Test", 100)
    assert (found.line.baud_rate, found.line.parity, found.line.stop_bits) == (9600, "E", 1)
    assert [(block.function, block.address, block.count) for block in found.blocks] == [(3, 0x5000, 4), (4, 0, 6)]
    energy = found.blocks[0].registers[0]
    assert energy.factor == Fraction(10)  # exactly: 0.01 kWh are 10 Wh
    assert energy.word_order is WordOrder.LOW_FIRST
    assert energy.not_available == 2**64 - 1
    assert [each.phase for each in found.blocks[1].registers] == [0, 1, 2]
    assert found.blocks[1].registers[0].word_order is WordOrder.HIGH_FIRST
    assert found.measurands == {"Energy.Active.Import.Register", "Voltage"}
    assert found.has("voltage")
    assert not found.has("power")
    assert found.serial is not None
    assert found.serial.decode([0x4142, 0x2D31, 0x3200, 0x2020]) == "AB-12"
    assert found.serial.decode([0xFFFF, 0x4107, 0, 0]) == "A"


def test_a_numeric_serial_number_and_none(tmp_path: Path) -> None:
    number = read(tmp_path, GOOD.replace('type = "text"\nwords = 4', 'type = "number"\nwords = 2'))
    assert number.serial is not None
    assert number.serial.decode([1, 2]) == str(2 * 65536 + 1)  # low word first
    assert read(tmp_path, GOOD[: GOOD.index("[serial]")]).serial is None


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('model = "Test"\n', "", ["key 'model' is missing", "add it"]),
        ('model = "Test"\n', 'model = ""\n', ["key 'model'", "1 to 64 characters"]),
        ('model = "Test"\n', 'model = "Test"\nmodell = 1\n', ["unknown key 'modell'", "known are", "model"]),
        ('model = "Test"\n', 'model = "Test"\naliases = "x"\n', ["key 'aliases'", "list of names"]),
        ('model = "Test"\n', 'model = "Test"\nvalues = 3\n', ["no TOML"]),
        ("[line]\n", "[lines]\n", ["table [line]", "key 'baud_rate' is missing"]),
        ("baud_rate = 9600", "baud_rate = 9601", ["table [line]", "key 'baud_rate'", "9601", "choose one of 1200"]),
        ("baud_rate = 9600", "baud_rate = true", ["key 'baud_rate'", "True"]),
        ('parity = "E"', 'parity = "X"', ["table [line]", "key 'parity'", "choose one of N, E, O"]),
        ("stop_bits = 1", "stop_bits = 3", ["key 'stop_bits'", "1 to 2"]),
        ('registers = "holding"', 'registers = "coil"', ["table [protocol]", "'coil'", "holding, input"]),
        ("low_first", "middle_first", ["key 'word_order'", "high_first, low_first"]),
        ("max_registers = 20", "max_registers = 126", ["key 'max_registers'", "4 to 125"]),
        ("pause_ms = 100", "pause_ms = 1.5", ["key 'pause_ms'", "Decimal('1.5')"]),
        ("pause_ms = 100", "pause_ms = 100\nspeed = 1", ["table [protocol]", "unknown key 'speed'"]),
        ("[values.voltage]", "[values.volts]", ["unknown table [values.volts]", "voltage"]),
        ("[values.import_energy]", "[values.export_energy]", ["[values.import_energy] is missing", "billed"]),
        ("address = 0x5000", "address = 70000", ["table [values.import_energy]", "key 'address'", "70000"]),
        ("address = 0x5000", "addresses = [1]", ["table [values.import_energy]", "key 'address' is missing"]),
        ("addresses = [0, 2, 4]", "addresses = []", ["table [values.voltage]", "one per phase"]),
        ("addresses = [0, 2, 4]", "addresses = [0, -1]", ["key 'addresses'", "0 to 0xFFFF"]),
        ("addresses = [0, 2, 4]", "address = 0", ["key 'addresses' is missing"]),
        ('type = "uint64"', 'type = "u64"', ["key 'type'", "'u64'", "float32", "uint64"]),
        ('unit = "kWh"', 'unit = "V"', ["key 'unit'", "choose one of Wh, kWh, MWh"]),
        ('unit = "kWh"', 'unit = ["kWh"]', ["key 'unit'"]),
        ("scale = 0.01", "scale = 0", ["key 'scale'", "other than 0"]),
        ("scale = 0.01", "scale = nan", ["key 'scale'"]),
        ("scale = 0.01", "scale = true", ["key 'scale'"]),
        ("scale = 0.01", "scale = 1e9", ["key 'scale'"]),
        ("not_available = 0x", "not_available = -1 # ", ["key 'not_available'"]),
        ('type = "text"', 'type = "date"', ["table [serial]", "number, text"]),
        ("words = 4", "words = 17", ["table [serial]", "key 'words'", "1 to 16"]),
        ("words = 4", "words = 4\nname = 1", ["table [serial]", "unknown key 'name'"]),
        ("[serial]\n", "[serial]\nregisters = 3\n", ["table [serial]", "key 'registers'"]),
    ],
)
def test_each_mistake_is_named(tmp_path: Path, old: str, new: str, words: list[str]) -> None:
    assert old in GOOD
    with pytest.raises(MapError) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    text = str(caught.value)
    assert "test.toml" in text
    for word in words:
        assert word in text


def test_a_value_where_a_table_belongs(tmp_path: Path) -> None:
    with pytest.raises(MapError, match=r"line must be a table: write \[line\]"):
        read(tmp_path, 'model = "x"\nline = 3\n')
    with pytest.raises(MapError, match=r"values.voltage must be a table"):
        read(tmp_path, GOOD[: GOOD.index("[values.voltage]")] + "[values]\nvoltage = 1\n")


def test_files_that_are_no_maps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MapError, match=r"nowhere.toml: No such file"):
        load(str(tmp_path / "nowhere.toml"))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MapError, match=r"binary.toml: no TOML"):
        load(str(tmp_path / "binary.toml"))
    monkeypatch.setattr(register_map, "MAX_MAP_BYTES", 10)
    (tmp_path / "long.toml").write_text("#" * 11)
    with pytest.raises(MapError, match=r"long.toml: longer than 10 bytes"):
        load(str(tmp_path / "long.toml"))


def test_packaged_maps_are_found_by_name_and_alias() -> None:
    assert find("eastron_sdm630") == MAPS / "eastron_sdm630.toml"
    assert find("eastron_sdm230") == MAPS / "eastron_sdm120.toml"
    with pytest.raises(MapError, match=r"no register map 'sdm'; choose one of eastron_sdm120, .*eastron_sdm630"):
        find("sdm")


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.toml")), ids=lambda path: path.stem)
def test_packaged_maps_keep_blocks_of_different_lengths(path: Path) -> None:
    """An RTU answer tells the block that it belongs to by its length alone."""
    lengths = [(block.function, block.count) for block in load(path.stem).blocks]
    assert len(set(lengths)) == len(lengths)


def test_no_name_is_given_twice() -> None:
    names = [path.stem for path in MAPS.glob("*.toml")]
    for path in MAPS.glob("*.toml"):
        names += register_map._parse(path).get("aliases", [])
    assert len(set(names)) == len(names)
