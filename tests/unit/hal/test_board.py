"""Board files: the examples load, and each mistake is one error that names file, table, key, value and remedy."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hal import board as boards
from hal.board import BoardError
from hal.guard.settings import InterlockSettings
from hal.layout import BoardKind, Cable, Supply
from hal.types import EvseCapabilities

ROOT = Path(__file__).parents[3]
EXAMPLES = sorted((ROOT / "config" / "boards").glob("*.toml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
@pytest.mark.parametrize("guard_only", [False, True])
def test_every_example_loads(file: Path, guard_only: bool) -> None:
    board = boards.load(str(file), guard_only=guard_only)
    assert board.file == str(file)
    assert board.evses


def test_the_comments_of_the_mock_example_are_the_defaults() -> None:
    """What is commented out in the example is what one gets without it."""
    lines = (ROOT / "config" / "boards" / "mock.toml").read_text().splitlines()
    start = lines.index("#[evse.interlock]")
    end = lines.index("[[reader]]")
    text = "\n".join(line.lstrip("#") for line in lines[start:end])
    table = tomllib.loads(text)["evse"]["interlock"]
    spelled = boards.mock_board([{"interlock": table}]).evses[0].interlock
    assert spelled == InterlockSettings()
    assert set(table) == set(InterlockSettings.__dataclass_fields__)


def test_the_mock_needs_no_file() -> None:
    board = boards.load("mock")
    (evse,) = board.evses
    assert (board.kind, board.has_bench, board.name) == (BoardKind.MOCK, True, "mock")
    assert evse.capabilities == EvseCapabilities(1, 1, 3, 32_000, fail_safe="mock")
    assert evse.meter is not None
    assert [reader.name for reader in board.readers] == ["mock"]
    assert boards.device_allow(board) == []


def test_the_mock_takes_a_topology() -> None:
    board = boards.mock_board(
        [
            {"connectors": [{"type": "sType2", "cable": "socket"}, {}], "phases": 1},
            {"supply": "dc", "max_current_a": 200, "connectors": [{"type": "cCCS2"}]},
        ]
    )
    first, second = board.evses
    assert (first.id, first.capabilities.connectors, first.capabilities.has_lock) == (1, 2, True)
    assert [connector.cable for connector in first.outlet.connectors] == [Cable.SOCKET, Cable.TETHERED]
    assert (second.id, second.outlet.supply, second.capabilities.max_current_ma) == (2, Supply.DC, 200_000)


def test_evses_may_stand_in_any_order() -> None:
    board = boards.mock_board([{"id": 2, "phases": 1}, {"id": 1, "phases": 3}])
    assert [(evse.id, evse.outlet.phases) for evse in board.evses] == [(1, 3), (2, 1)]


REAL: dict[str, Any] = {
    "board": {"name": "wall"},
    "evse": [
        {
            "id": 1,
            "power_path": {"driver": "box", "port": "/dev/ttyS1"},
            "meter": {"driver": "modbus", "port": "/dev/ttyUSB0", "map": "eastron_sdm630", "unit": 1},
        },
        {
            "id": 2,
            "connectors": [{"cable": "socket"}],
            "power_path": {"driver": "box", "port": "/dev/ttyS2"},
            "meter": {"driver": "modbus", "port": "/dev/ttyUSB0", "map": "eastron_sdm630", "unit": 2},
        },
    ],
    "reader": [{"driver": "pcsc", "reader": "ACR", "evses": [1]}],
    "indicator": [{"driver": "gpiozero", "evse": 2, "green": 4}],
}

DRIVER = """
from dataclasses import dataclass, field
@dataclass(frozen=True)
class BoxConfig:
    port: str = field(metadata={"min_length": 1})
@dataclass(frozen=True)
class PartConfig:
    pin: int = 0
def open(config: BoxConfig): ...
def part(config: PartConfig): ...
"""


@pytest.fixture(autouse=True)
def _drivers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hal.registry import DRIVERS, Driver, Kind  # noqa: PLC0415

    (tmp_path / "box_driver.py").write_text(DRIVER)
    monkeypatch.syspath_prepend(tmp_path)
    box = Driver("box_driver", "x", claims=("box {port}",), devices=("{port}",), fail_safe="heartbeat")
    monkeypatch.setitem(DRIVERS[Kind.POWER_PATH], "box", box)
    for kind in (Kind.PILOT, Kind.CONTACTOR, Kind.PROXIMITY, Kind.RESIDUAL_CURRENT, Kind.LOCK, Kind.CONTACT):
        monkeypatch.setitem(DRIVERS[kind], "part", Driver("box_driver:part", "x", claims=(kind + " {pin}",)))


def real() -> dict[str, Any]:
    return copy.deepcopy(REAL)


def test_a_real_board() -> None:
    board = boards.parse(real(), "wall.toml")
    assert (board.kind, board.has_bench) == (BoardKind.REAL, False)
    assert [evse.fail_safe for evse in board.evses] == ["heartbeat", "heartbeat"]
    assert board.evses[1].capabilities.has_lock
    assert [device.driver.extra for device in board.agent_devices()] == ["modbus", "modbus", "pcsc", "gpio"]
    assert board.indicators[0].evse == 2


def test_device_files_for_the_units() -> None:
    board = boards.parse(real(), "wall.toml")
    guard = ["/dev/ttyS1 rw", "/dev/ttyS2 rw"]
    assert boards.device_allow(board, agent=False) == guard
    agent = boards.device_allow(board, guard=False)
    assert "/dev/ttyUSB0 rw" in agent
    assert boards.device_allow(board) == sorted({*guard, *agent})
    over_tcp = real()
    for evse in over_tcp["evse"]:
        evse["meter"]["port"] = "tcp://10.0.0.5:502"
    assert "tcp" not in "".join(boards.device_allow(boards.parse(over_tcp, "x")))


def test_the_guard_does_not_look_at_what_is_the_agents() -> None:
    document = real()
    document["reader"] = [{"driver": "no such"}]
    document["evse"][0]["meter"] = {"driver": "no such"}
    board = boards.parse(document, "wall.toml", guard_only=True)
    assert list(board.agent_devices()) == []
    assert len(list(board.guard_devices())) == 2


def change(path: str, value: object = None) -> Callable[[dict[str, Any]], None]:
    """Set (or, without a value, take out) what a dotted path names; numbers are list positions."""
    *steps, last = path.split(".")

    def act(document: dict[str, Any]) -> None:
        place: Any = document
        for one in steps:
            place = place[int(one)] if one.isdigit() else place[one]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return act


PART = {"driver": "part"}


@pytest.mark.parametrize(
    ("act", "table", "key", "said"),
    [
        (change("bord", {}), "top level", "bord", "known are board, evse, reader, indicator"),
        (change("board.name"), "board", "name", "is missing"),
        (change("board", 7), "board", "", "a table is needed"),
        (change("board.kind", "fake"), "board", "kind", 'one of "real", "mock", "mixed"'),
        (change("evse"), "evse", "", "add a table [[evse]]"),
        (change("evse", {"id": 1}), "evse", "", "a list of tables is needed; write [[evse]]"),
        (change("evse.0.id"), "evse #1", "id", "is missing"),
        (change("evse.0.id", 33), "evse #1", "id", "from 1 to 32"),
        (change("evse.1.id", 1), "evse #2", "id", "is taken by another EVSE"),
        (change("evse.1.id", 3), "evse #2", "id", "leaves a gap in the numbers"),
        (change("evse.0.phases", 2), "evse #1", "phases", "write one of 1, 3"),
        (change("evse.0.max_current_a", "32"), "evse #1", "max_current_a", "a whole number is needed"),
        (change("evse.0.max_current_a", 100), "evse #1", "max_current_a", "no duty cycle says more"),
        (change("evse.0.max_curent_a", 16), "evse #1", "max_curent_a", "did you mean 'max_current_a'?"),
        (change("evse.0.connectors", []), "evse #1", "connectors", "0 items"),
        (change("evse.0.connectors", [{"lok": True}]), "evse #1.connectors #1", "lok", "did you mean 'lock'?"),
        (change("evse.0.power_path"), "evse #1", "power_path", "pilot and contactor at least"),
        (change("evse.0.power_path", {}), "evse #1.power_path", "driver", "known are box, mock"),
        (change("evse.0.power_path.driver", "bux"), "evse #1.power_path", "driver", "known power_path drivers are box"),
        (change("evse.0.power_path.port", ""), "evse #1.power_path", "port", "is out of range"),
        (change("evse.0.power_path.speed", 1), "evse #1.power_path", "speed", "there is no such key here"),
        (
            change("evse.1.power_path.port", "/dev/ttyS1"),
            "evse #2.power_path",
            "driver",
            "[evse #1.power_path]: box /dev/",
        ),
        (change("evse.0.power_path", PART), "evse #1.power_path", "driver", "is unknown"),
        (change("evse.0.power_path", {"pilot": PART}), "evse #1.power_path", "contactor", "this EVSE needs that part"),
        (
            change("evse.0.power_path", {"pilot": PART, "contactor": PART, "baud": 1}),
            "evse #1.power_path",
            "baud",
            "known are driver, pilot",
        ),
        (
            change("evse.1.power_path", {"pilot": PART, "contactor": PART}),
            "evse #2.power_path",
            "proximity",
            "this EVSE needs that part",
        ),
        (
            change("evse.1.power_path", {"pilot": PART, "contactor": PART, "proximity": PART}),
            "evse #2.power_path",
            "lock",
            "this EVSE needs that part",
        ),
        (
            change("evse.0.power_path", {"pilot": PART, "contactor": PART}),
            "evse #1",
            "accept_no_fail_safe",
            "write accept_no_fail_safe = true",
        ),
        (
            change("evse.0.power_path", {"pilot": PART, "contactor": PART, "poll_ms": 99}),
            "evse #1.power_path",
            "poll_ms",
            "from 2 to 50",
        ),
        (change("evse.1.meter.unit", 1), "evse #2.meter", "driver", "is the same device as [evse #1.meter]"),
        (change("evse.0.meter.unit", 300), "evse #1.meter", "unit", "from 1 to 247"),
        (change("evse.0.meter", "modbus"), "evse #1.meter", "", "a table is needed"),
        (change("evse.0.meter", {"driver": 7}), "evse #1.meter", "driver", "known are guard, mock, modbus"),
        (change("evse.0.interlock", {"ramp_ms": -1}), "evse #1.interlock", "ramp_ms", "from 0 to 30000"),
        (change("evse.0.interlock", {"ramp": 1}), "evse #1.interlock", "ramp", "did you mean 'ramp_ms'?"),
        (
            change("evse.0.interlock", {"derating": [{"temperature_dc": 700, "permille": 0}] * 2}),
            "evse #1.interlock",
            "derating",
            "order them by temperature_dc",
        ),
        (
            change("evse.1.interlock", {"contactor_feedback": False}),
            "evse #2.interlock",
            "contactor_feedback",
            "wire the feedback contact",
        ),
        (change("reader.0.evses", [3]), "reader #1", "evses", "there is no such EVSE; known are [1, 2]"),
        (change("reader.0.lenght", 3), "reader #1", "lenght", "did you mean 'length'?"),
        (change("indicator.0.evse", 9), "indicator #1", "evse", "there is no such EVSE"),
        (change("indicator.0.evse", "1"), "indicator #1", "evse", "a whole number is needed"),
        (change("evse.0.meter", {"driver": "mock"}), "evse #1.meter", "driver", 'write kind = "mixed"'),
        (change("board.kind", "mock"), "evse #1.power_path", "driver", "is real, and the board is a mock"),
        (change("board.kind", "mixed"), "board", "kind", "there is nothing of the bench on it"),
        (change("evse.0.meter", {"driver": "guard", "x": 1}), "evse #1.meter", "x", "driver guard has no options"),
    ],
)
def test_a_mistake_is_one_error_with_its_remedy(
    act: Callable[[dict[str, Any]], None], table: str, key: str, said: str
) -> None:
    document = real()
    act(document)
    with pytest.raises(BoardError) as caught:
        boards.parse(document, "wall.toml")
    error = caught.value
    assert str(error).startswith("wall.toml: ")
    assert (error.table, error.key) == (table, key)
    assert said in str(error)
    assert error.problem
    assert error.remedy


@pytest.mark.parametrize(
    ("first", "second"), [("", ""), ("", "ACR122U"), ("ACR122U", ""), ("ACR122U", "ACR122U"), ("ACR122U", "ACR")]
)
def test_two_readers_that_may_be_one_reader(first: str, second: str) -> None:
    document = real()
    document["reader"] = [{"driver": "pcsc", "reader": name} for name in (first, second)]
    with pytest.raises(BoardError, match=r"\[reader #2\] key 'reader' .*may be the same reader.*no other has"):
        boards.parse(document, "wall.toml")


def test_two_readers_with_names_of_their_own() -> None:
    document = real()
    document["reader"] = [{"driver": "pcsc", "reader": name} for name in ("ACR122U 00", "ACR122U 01")]
    assert len(boards.parse(document, "wall.toml").readers) == 2


@pytest.mark.parametrize(
    ("meter", "key", "said"),
    [
        ({"map": "sdm9000"}, "map", "no register map 'sdm9000'; choose one of eastron_sdm120"),
        ({"map": "/none/meter.toml"}, "map", "No such file or directory; give the name of a packaged map"),
        ({"port": "ttyUSB0"}, "port", "/dev/ttyUSB0"),
        ({"port": "tcp://meter"}, "port", "tcp://HOST:PORT"),
        ({"baud_rate": 9600}, "baud_rate", "one line has one speed"),
        ({"parity": "E"}, "parity", "set all meters of the line"),
    ],
)
def test_options_of_a_meter_that_no_meter_can_have(meter: dict[str, Any], key: str, said: str) -> None:
    document = real()
    document["evse"][0]["meter"] |= {"baud_rate": 19200}
    document["evse"][1]["meter"] |= {"baud_rate": 19200} | meter
    with pytest.raises(BoardError) as caught:
        boards.parse(document, "wall.toml")
    assert (caught.value.table, caught.value.key) == ("evse #2.meter", key)
    assert said in str(caught.value)


def test_a_meter_is_reversed_only_where_it_counts_both_ways(tmp_path: Path) -> None:
    map_ = (ROOT / "hal" / "drivers" / "maps" / "eastron_sdm120.toml").read_text()
    one_way = tmp_path / "one_way.toml"
    one_way.write_text(re.sub(r"\[values.export_energy\].*?(?=\n\[)", "", map_, flags=re.S))
    document = real()
    document["evse"][0]["meter"] |= {"map": str(one_way), "reverse": True}
    with pytest.raises(BoardError, match=r"\[evse #1.meter\] key 'reverse' = true: needs a map with export_energy"):
        boards.parse(document, "wall.toml")


def test_one_line_by_two_names_is_one_line(tmp_path: Path) -> None:
    """udev gives an adapter several names."""
    port, alias = tmp_path / "ttyUSB0", tmp_path / "by-id"
    port.touch()
    alias.symlink_to(port)
    document = real()
    document["evse"][0]["meter"] |= {"port": str(port), "unit": 5}
    document["evse"][1]["meter"] |= {"port": str(alias), "unit": 5}
    with pytest.raises(BoardError, match=r"\[evse #2.meter\] key 'unit' = 5: is taken on that line"):
        boards.parse(document, "wall.toml")


def test_options_of_a_light_and_of_a_contactor_that_none_can_have() -> None:
    document = tomllib.loads((ROOT / "config" / "boards" / "gpiozero.toml").read_text())
    document["evse"][0]["power_path"]["contactor"]["feedback_pin_3p"] = 25
    with pytest.raises(BoardError, match=r"'feedback_pin_3p' = 25: needs pin_3p"):
        boards.parse(document, "pi.toml")
    del document["evse"][0]["power_path"]["contactor"]["feedback_pin_3p"]
    document["indicator"] = [{"driver": "gpiozero", "evse": 1}]
    with pytest.raises(BoardError, match=r"\[indicator #1\] key 'red': no lamp; give at least one of red, green, blue"):
        boards.parse(document, "pi.toml")


def test_a_pin_has_one_owner() -> None:
    document = tomllib.loads((ROOT / "config" / "boards" / "gpiozero.toml").read_text())
    document["indicator"][0]["red"] = 17
    with pytest.raises(BoardError, match=r"\[indicator #1\].*\[evse #1.power_path.contactor\]: gpio 17"):
        boards.parse(document, "pi.toml")


def test_without_a_fail_safe_only_by_name() -> None:
    document = tomllib.loads((ROOT / "config" / "boards" / "gpiozero.toml").read_text())
    del document["evse"][0]["power_path"]["contactor"]["pulse_pin"]
    with pytest.raises(BoardError, match="nothing opens this power path when the guard dies"):
        boards.parse(document, "pi.toml")
    document["evse"][0]["accept_no_fail_safe"] = True
    assert boards.parse(document, "pi.toml").evses[0].fail_safe == "none"


def test_a_missing_library_is_told_with_its_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hal.registry import DRIVERS, Driver, Kind  # noqa: PLC0415

    (tmp_path / "early_driver2.py").write_text("import no_such_library\n")
    monkeypatch.setitem(DRIVERS[Kind.METER], "early", Driver("early_driver2", "i2c"))
    document = real()
    document["evse"][0]["meter"] = {"driver": "early"}
    with pytest.raises(BoardError, match=r"is not installed; .*pip install 'evse-agent\[i2c\]'"):
        boards.parse(document, "wall.toml")


def test_more_tables_than_anyone_needs() -> None:
    document = real()
    document["evse"] = [{"id": 1}] * 33
    with pytest.raises(BoardError, match="33 tables; at most 32"):
        boards.parse(document, "wall.toml")


# in the agent's configuration


def test_the_configuration_names_a_board_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.toml").write_text('[board]\nname = "there"\nkind = "mock"\n')
    config = tmp_path / "agent.toml"
    config.write_text('[csms]\nurl = "x"\n[board]\nfile = "sub/b.toml"\n')
    assert boards.load_config(str(config)).name == "there"
    assert boards.load_config(str(config), guard_only=True).name == "there"
    config.write_text('[board]\nfile = "mock"\n')
    assert boards.load_config(str(config)).name == "mock"


def test_a_library_that_is_not_installed_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    board = boards.parse(REAL, "b.toml")
    boards.check_installed(board)
    for library, said in (
        (
            "pymodbus",
            r"\[evse #1.meter\] key 'driver' = \"modbus\": needs the library pymodbus; .*agent\[modbus\]",
        ),
        ("smartcard", r"\[reader #1\] .*needs the library smartcard; .*evse-agent\[pcsc\]"),
        ("gpiozero", r"\[indicator #1\] .*needs the library gpiozero; .*evse-agent\[gpio\]"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr("importlib.util.find_spec", lambda name, gone=library: None if name == gone else name)
            with pytest.raises(BoardError, match=said):
                boards.check_installed(board)


def test_the_configuration_holds_the_board(tmp_path: Path) -> None:
    config = tmp_path / "agent.toml"
    config.write_text('[csms]\nurl = "x"\n[board]\nkind = "mock"\n[[evse]]\nphases = 1\n[[evse]]\n')
    assert [evse.outlet.phases for evse in boards.load_config(str(config)).evses] == [1, 3]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no board is named"),
        ("board = 1", "no board is named"),
        ("[board]\nfile = 7", "a file name is needed"),
        ('[board]\nfile = ""', "a file name is needed"),
        ('[board]\nfile = "x"\nname = "y"', "does not go with file"),
        ('[board]\nfile = "x"\n[[evse]]\nid = 1', 'the board is in "x", and there is [[evse]] here'),
        ('[board]\nfile = "x.toml"', "x.toml: cannot be read"),
        ('[board]\nkind = "mock"\n[[evse]]\nid = 99', "[evse #1] key 'id' = 99"),
        ("evse = 7\n[board]\nkind = 'mock'", "a list of tables is needed"),
    ],
)
def test_a_configuration_without_a_usable_board(tmp_path: Path, text: str, said: str) -> None:
    config = tmp_path / "agent.toml"
    config.write_text(text)
    with pytest.raises(BoardError) as caught:
        boards.load_config(str(config))
    assert said in str(caught.value)
    assert str(tmp_path) in str(caught.value)
