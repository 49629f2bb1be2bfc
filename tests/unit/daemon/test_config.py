"""The configuration file: what it makes, and one error for each thing that can be wrong."""

from __future__ import annotations

import argparse
import copy
import re
import tomllib
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest
import trustme

from agent.daemon import config_tables as tables
from agent.daemon.config import CONFIG_FILE, Config, Overrides, add_flags, from_flags, load, parse
from agent.daemon.config_csms import CsmsTable
from agent.daemon.config_error import EX_CONFIG, ConfigError
from agent.secret import Secret
from agent.variables import file as variables_file
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.topology import Evse, Topology
from hal.layout import BoardKind
from hal.registry import DRIVERS, Driver, Kind

ROOT = Path(__file__).parents[3]
FILE = "/etc/x/agent.toml"
PASSWORD = "correct-horse-battery"
MINIMAL: dict[str, Any] = {
    "station": {"identity": "CS001", "vendor": "V", "model": "M"},
    "csms": {"url": "ws://csms.example/ocpp", "password": PASSWORD},
    "board": {"kind": "mock"},
}


def document(**changes: Any) -> dict[str, Any]:
    """The minimal document with tables merged in; a table of None is left out."""
    made = copy.deepcopy(MINIMAL)
    for name, table in changes.items():
        if table is None:
            del made[name]
        elif isinstance(table, dict) and name in made:
            made[name] = {key: value for key, value in {**made[name], **table}.items() if value is not None}
        else:
            made[name] = table
    return made


def config(**changes: Any) -> Config:
    return parse(document(**changes), FILE, environ={})


def error(**changes: Any) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        parse(document(**changes), FILE, environ={})
    assert str(raised.value).startswith(f"{raised.value.file}: ")
    assert raised.value.remedy
    assert PASSWORD not in str(raised.value)
    return raised.value


# --- what it makes -------------------------------------------------------------------------------------------------


def test_the_least_that_must_be_written() -> None:
    made = config()
    assert made.csms.endpoint.connection_url() == "ws://csms.example/ocpp/CS001"
    assert made.csms.endpoint.password == Secret(PASSWORD)
    assert made.csms.endpoint.security_profile == 1
    assert made.csms.endpoint.subprotocols == ("ocpp2.0.1", "ocpp1.6")
    assert made.board.kind is BoardKind.MOCK
    assert made.guard_inside
    assert made.guard.lease_s == 10
    assert made.store.data_dir == "/var/lib/evse-agent"
    assert made.api.socket == "/run/evse-agent/api.sock"
    assert made.bench.socket == ""
    assert made.supply.fuse_a is None
    assert made.power_loss.policy is tables.Resumption.RESUME


def test_no_secret_is_seen_in_it() -> None:
    made = config()
    assert PASSWORD not in repr(made)
    assert PASSWORD.encode().hex() not in repr(made)


def test_flags_come_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.toml"
    file.write_text((ROOT / "config/mock.toml").read_text())
    parser = argparse.ArgumentParser()
    add_flags(parser)
    made = from_flags(
        parser.parse_args(
            ["--config", str(file), "--data-dir", "/d", "--bench-socket", "/b", "--api-socket", "/a"],
        )
    )
    assert (made.store.data_dir, made.bench.socket, made.api.socket) == ("/d", "/b", "/a")
    assert parser.parse_args([]).config == CONFIG_FILE


def test_empty_overrides_leave_the_file_alone() -> None:
    assert parse(document(store={"data_dir": "/x"}), FILE, Overrides()).store.data_dir == "/x"


@pytest.mark.parametrize(
    ("url", "extra", "profile", "protocols"),
    [
        ("ws://h/", {"password": None}, 0, ("ocpp1.6",)),
        ("ws://h/", {}, 1, ("ocpp2.0.1", "ocpp1.6")),
        ("wss://h/", {"system_roots": True}, 2, ("ocpp2.0.1", "ocpp1.6")),
        ("ws://h/", {"protocols": ["ocpp1.6", "ocpp2.0.1"]}, 1, ("ocpp1.6", "ocpp2.0.1")),
        ("ws://h/", {"password": None, "protocols": ["ocpp1.6"]}, 0, ("ocpp1.6",)),
    ],
)
def test_the_security_profile_follows_from_what_is_there(
    url: str, extra: dict[str, Any], profile: int, protocols: tuple[str, ...]
) -> None:
    endpoint = config(csms={"url": url, **extra}).csms.endpoint
    assert (endpoint.security_profile, endpoint.subprotocols) == (profile, protocols)


def test_profile_3_with_files_beside_the_configuration(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "root.pem")
    leaf = authority.issue_cert("CS001")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "station.pem")
    leaf.private_key_pem.write_to_path(tmp_path / "station.key")
    csms = {"url": "wss://h/", "password": None, "roots": ["root.pem"], "certificate": "station.pem"}
    made = parse(document(csms={**csms, "key": "station.key"}), str(tmp_path / "agent.toml"))
    assert made.csms.endpoint.security_profile == 3
    assert made.csms.endpoint.tls.roots == (str(tmp_path / "root.pem"),)
    with pytest.raises(ConfigError, match=r"\[csms\] key: security profile 3 needs"):
        parse(document(csms=csms), str(tmp_path / "agent.toml"))


def test_passwords_of_bytes_and_of_files(tmp_path: Path) -> None:
    hexadecimal = config(csms={"password": None, "password_hex": "00" * 20}).csms.endpoint.password
    assert hexadecimal == Secret(bytes(20))
    file = tmp_path / "password"
    file.write_text("from-a-file-0001\r\n")
    file.chmod(0o600)
    made = parse(document(csms={"password": None, "password_file": "password"}), str(tmp_path / "agent.toml"))
    assert made.csms.endpoint.password == Secret("from-a-file-0001")
    assert made.warnings == ()
    file.chmod(0o644)
    made = parse(document(csms={"password": None, "password_file": str(file)}), FILE)
    assert [str(file) in warning for warning in made.warnings] == [True]


def test_shorthands_become_rows_that_the_registry_takes() -> None:
    made = config(
        csms={
            "ping_interval_s": 0,
            "retry_wait_minimum_s": 7,
            "retry_random_range_s": 8,
            "retry_repeat_times": 9,
            "connection_attempts": 2,
            "message_timeout_s": 45,
        },
        supply={"max_current_a": 16},
        evse=[{}, {}],
        ocpp16={"HeartbeatInterval": 77},
    )
    registry = Registry(Topology(evses=(Evse(), Evse())))
    variables_file.load(registry, made.variables, made.file)

    def integer(name: str, instance: str = "") -> int:
        return registry.integer(Address("OCPPCommCtrlr", name, variable_instance=instance))

    assert integer("WebSocketPingInterval") == 0
    assert integer("RetryBackOffWaitMinimum") == 7
    assert integer("RetryBackOffRandomRange") == 8
    assert integer("RetryBackOffRepeatTimes") == 9
    assert integer("NetworkProfileConnectionAttempts") == 2
    assert integer("MessageTimeout", "Default") == 45
    assert integer("HeartbeatInterval") == 77
    assert registry.secret(Address("SecurityCtrlr", "BasicAuthPassword")) == Secret(PASSWORD)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"ocpp16": {"AuthorizationKey": PASSWORD}},
        {"variables": {"SecurityCtrlr": {"BasicAuthPassword": PASSWORD}}},
        {"variable": [{"component": "SecurityCtrlr", "variable": "BasicAuthPassword", "value": PASSWORD}]},
    ],
)
def test_a_password_among_the_variables_makes_security_profile_1(elsewhere: dict[str, Any]) -> None:
    """Any key and variable can be set before the first boot; a password that is never sent would be a trap."""
    assert config(csms={"password": None}, **elsewhere).csms.endpoint.security_profile == 1
    assert config(csms={"password": None}).csms.endpoint.security_profile == 0


def test_the_maximum_current_is_set_for_each_evse_of_alternating_current() -> None:
    made = config(supply={"max_current_a": 16}, evse=[{}, {"supply": "dc"}, {}], csms={"password": None})
    assert isinstance(made.variables["variable"], list)
    assert [(row["evse"], row["value"]) for row in made.variables["variable"]] == [(1, 16), (3, 16)]


def test_own_rows_come_first_and_a_wrong_list_is_left_for_the_registry_to_refuse() -> None:
    own = {"component": "A", "variable": "B", "value": 1}
    rows = config(variable=[own]).variables["variable"]
    assert isinstance(rows, list)
    assert rows[0] == own
    assert config(variable="no list").variables["variable"] == "no list"


@pytest.mark.parametrize(
    ("environ", "action"),
    [
        ({}, tables.ResetAction.REEXEC),
        ({"NOTIFY_SOCKET": "/run/x"}, tables.ResetAction.EXIT),
        ({"INVOCATION_ID": "1"}, tables.ResetAction.EXIT),
    ],
)
def test_what_a_reset_does_depends_on_who_started_the_process(
    environ: dict[str, str], action: tables.ResetAction
) -> None:
    assert parse(document(), FILE, environ=environ).reset_action is action
    told = parse(document(reset={"action": "reexec"}), FILE, environ=environ)
    assert told.reset_action is tables.ResetAction.REEXEC


# --- the board -----------------------------------------------------------------------------------------------------


def test_a_mock_board_with_and_without_tables() -> None:
    assert len(config().board.evses) == 1
    assert len(config(board={"kind": None, "file": "mock"}).board.evses) == 1
    two = config(evse=[{"phases": 1}, {"connectors": [{"cable": "socket"}, {"cable": "tethered"}]}]).board
    assert [evse.id for evse in two.evses] == [1, 2]
    assert two.evses[0].outlet.phases == 1
    assert len(two.evses[1].outlet.connectors) == 2
    assert two.name == "mock"
    assert two.evses[0].meter is not None
    assert len(two.readers) == 1


BOARD = """
[board]
name = "lab"
kind = "mixed"
[[evse]]
id = 1
power_path = { driver = "mock" }
meter = { driver = "modbus", port = "/dev/ttyUSB0", unit = 1, map = "eastron_sdm120" }
"""


def test_a_board_file_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "board.toml").write_text(BOARD)
    mixed = document(board={"kind": None, "file": "board.toml"}, supply={"fuse_a": 20})
    made = parse(mixed, str(tmp_path / "agent.toml"))
    assert made.board.kind is BoardKind.MIXED
    assert made.guard_inside  # its power path is the bench's
    assert made.supply.fuse_a == 20


def test_a_real_contactor_on_the_benchs_car_belongs_to_the_guard() -> None:
    board = {"board": {"file": "boards/gpiozero.toml"}, "supply": {"fuse_a": 16}, "bench": {"socket": "/b"}}
    made = parse({**MINIMAL, **board}, str(ROOT / "config/agent.toml"))
    assert made.guard.socket == tables.GUARD_SOCKET
    assert not made.guard_inside


def test_errors_of_the_board_file_name_that_file(tmp_path: Path) -> None:
    (tmp_path / "board.toml").write_text(BOARD.replace('"modbus"', '"modbuss"'))
    with pytest.raises(ConfigError) as raised:
        parse(document(board={"kind": None, "file": "board.toml"}), str(tmp_path / "agent.toml"))
    assert raised.value.file == str(tmp_path / "board.toml")
    assert (raised.value.key, raised.value.value, raised.value.problem) == ("driver", "modbuss", "is unknown")
    assert "modbus" in raised.value.remedy


def test_two_evses_on_one_meter() -> None:
    meter = {"driver": "modbus", "port": "/dev/ttyUSB0", "unit": 1, "map": "eastron_sdm120"}
    found = error(
        board={"kind": "mixed", "name": "lab"},
        evse=[{"id": number, "power_path": {"driver": "mock"}, "meter": meter} for number in (1, 2)],
        supply={"fuse_a": 32},
    )
    assert (found.file, found.table, found.key) == (FILE, "evse #2.meter", "driver")
    assert "is the same device as [evse #1.meter]" in found.problem


REAL = {
    "board": {"kind": "real", "name": "pi"},
    "evse": [
        {
            "id": 1,
            "accept_no_fail_safe": True,
            "power_path": {"pilot": {"driver": "pilot"}, "contactor": {"driver": "contactor"}},
        }
    ],
}


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A real board of drivers that need no library."""
    for kind in (Kind.PILOT, Kind.CONTACTOR):
        monkeypatch.setitem(DRIVERS[kind], str(kind), Driver(""))
    return copy.deepcopy(REAL)


def test_a_real_board_has_a_guard_of_its_own_and_must_name_its_fuse(real: dict[str, Any]) -> None:
    made = config(supply={"fuse_a": 63}, **real)
    assert made.guard.socket == tables.GUARD_SOCKET
    assert not made.guard_inside
    assert config(supply={"fuse_a": 63}, guard={"socket": "/g"}, **real).guard.socket == "/g"
    assert config(supply={"fuse_a": 63}, reset={"action": "reboot"}, **real).reset_action == "reboot"
    assert str(error(**real)).startswith(f"{FILE}: [supply] fuse_a: is missing: the board is real; write the rating")


def test_no_bench_on_a_real_board(real: dict[str, Any]) -> None:
    found = error(supply={"fuse_a": 63}, bench={"socket": "/b"}, **real)
    assert (found.table, found.key, found.value) == ("bench", "socket", "/b")
    with pytest.raises(ConfigError, match="is real and has no bench"):
        parse(document(supply={"fuse_a": 63}, **real), FILE, Overrides(bench_socket="/b"))


# --- what can be wrong ---------------------------------------------------------------------------------------------

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("unknown table", {"sation": {}}, r"\[sation\] there is no such table; did you mean station\?"),
    ("no station", {"station": None}, r"\[station\] identity: is missing"),
    ("table is no table", {"log": 3}, r"\[log\] a table is needed"),
    ("unknown key", {"station": {"vendr": "x"}}, r"\[station\] vendr = \"x\": there is no such key.*'vendor'"),
    ("wrong type", {"guard": {"lease_s": "10"}}, r"\[guard\] lease_s = \"10\": a whole number is needed; write"),
    ("out of range", {"guard": {"lease_s": 1}}, r"\[guard\] lease_s = 1: is out of range.*from 2 to 600"),
    ("no choice", {"log": {"level": "loud"}}, r"\[log\] level = \"loud\".*\"debug\", \"info\""),
    ("bad policy", {"power_loss": {"policy": "wait"}}, r"\[power_loss\] policy = \"wait\""),
    ("reboot on a mock", {"reset": {"action": "reboot"}}, r"\[reset\] action = \"reboot\": reboots the machine"),
    ("no csms", {"csms": None}, r"\[csms\] there is no table"),
    ("no url", {"csms": {"url": None}}, r"\[csms\] url: is missing"),
    ("http", {"csms": {"url": "http://h/"}}, r"\[csms\] url = \"http://h/\": is not the address of a WebSocket"),
    ("no host", {"csms": {"url": "ws:///ocpp"}}, r"\[csms\] url = .*is not the address"),
    ("port 0", {"csms": {"url": "ws://h:0/"}}, r"\[csms\] url = .*is not the address"),
    ("bad port", {"csms": {"url": "ws://h:99999/"}}, r"\[csms\] url = .*is not an address"),
    ("credentials", {"csms": {"url": "ws://u:hunter2@h/"}}, r"\[csms\] url: holds a user name or password"),
    ("fragment", {"csms": {"url": "ws://h/#a"}}, r"\[csms\] url = .*holds a fragment"),
    ("space", {"csms": {"url": "ws://h/a b"}}, r"\[csms\] url = .*a space"),
    ("umlaut", {"csms": {"url": "ws://h/ä"}}, r"\[csms\] url = .*beyond ASCII"),
    ("profile and url", {"csms": {"security_profile": 2}}, r"security_profile = 2: does not fit ws://.*wss://"),
    ("url and profile", {"csms": {"url": "wss://h/", "security_profile": 1}}, r"does not fit wss://.*\"ws://\""),
    ("no password", {"csms": {"password": None, "security_profile": 1}}, r"profile 1 needs a password"),
    ("profile 0 and password", {"csms": {"security_profile": 0}}, r"profile 0 sends no password"),
    (
        "2.0.1 without security",
        {"csms": {"password": None, "protocols": ["ocpp2.0.1"]}},
        r"protocols = \['ocpp2.0.1'\]: needs a security profile",
    ),
    ("unknown version", {"csms": {"protocols": ["ocpp1.5"]}}, r"protocols = \"ocpp1.5\": is not one of the choices"),
    ("colon", {"csms": {"identity": "a:b"}}, r"identity = \"a:b\": holds a colon"),
    ("control", {"csms": {"identity": "a\tb"}}, r"identity = .*holds control characters"),
    ("short password", {"csms": {"password": "hunter2"}}, r"\[csms\] password: the password has 7 bytes; use 16 to 64"),
    ("password type", {"csms": {"password": 1234}}, r"\[csms\] password: a string is needed"),
    ("two passwords", {"csms": {"password_hex": "00"}}, r"\[csms\] password_hex: there is password already"),
    ("bad hex", {"csms": {"password": None, "password_hex": "xy"}}, r"password_hex: not a sequence of pairs"),
    ("no file", {"csms": {"password": None, "password_file": "nope"}}, r"password_file: /etc/x/nope cannot be read"),
    (
        "control in a key",
        {"station": {"a\nb\x1b": "c\x9b"}},
        r'\[station\] a\\nb\\x1b = "c\\x9b": there is no such key',
    ),
    ("control in a path", {"api": {"socket": "/run/\0"}}, r'socket = "/run/\\x00": holds control characters; use'),
    ("no path", {"api": {"socket": ""}}, r'\[api\] socket = "": is out of range; write a string of 1 to 107'),
    ("long socket", {"guard": {"socket": "/" + "x" * 107}}, r"\[guard\] socket = .*write a string of 0 to 107"),
    ("password in no url", {"csms": {"url": "http://u:hunter2@h/o"}}, r"\[csms\] url: is not the address of a WebS"),
    ("password, bad port", {"csms": {"url": "ws://u:hunter2@h:x/o"}}, r"\[csms\] url: is not an address"),
    ("no folder", {"store": {"data_dir": ""}}, r'\[store\] data_dir = "": is out of range; write a string of 1 to'),
    ("no kind of board", {"board": {"kind": "mok"}}, r'\[board\] kind = "mok": is not one of the choices; write one'),
    ("abbreviated", {"csms": {"pw": "hunter2"}}, r"\[csms\] pw = \"\*\*\*\": there is no such key"),
    ("misspelt", {"csms": {"pasword": "hunter2"}}, r"\[csms\] pasword = \"\*\*\*\": there is no such key"),
    ("no root", {"csms": {"url": "wss://h/"}}, r"\[csms\] roots: there is no root certificate"),
    (
        "unreadable root",
        {"csms": {"url": "wss://h/", "roots": ["r.pem"]}},
        r"\[csms\] roots = \"/etc/x/r.pem\": does not exist; Correct the path",
    ),
    (
        "twice",
        {"csms": {"ping_interval_s": 5}, "variables": {"OCPPCommCtrlr": {"WebSocketPingInterval": 6}}},
        r"\[csms\] ping_interval_s: is the same as \[variables.OCPPCommCtrlr\] WebSocketPingInterval",
    ),
    ("no board", {"board": None}, r"\[board\] no board is named"),
    ("board file type", {"board": {"kind": None, "file": 3}}, r"\[board\] file = 3: a file name is needed"),
    ("board file and more", {"board": {"file": "mock"}}, r"\[board\] kind = \"mock\": does not go with file"),
    (
        "board twice",
        {"board": {"kind": None, "file": "mock"}, "evse": [{}]},
        r"\[evse\] the board is in \"mock\", and there is \[\[evse\]\] here",
    ),
    (
        "unknown driver",
        {"evse": [{"meter": {"driver": "abacus"}}]},
        r"\[evse #1.meter\] driver = \"abacus\": is unknown",
    ),
    ("evse is no list", {"evse": 3}, r"\[evse\] a list of tables is needed"),
    ("evse has no tables", {"evse": [3]}, r"\[evse\] a list of tables is needed"),
]


@pytest.mark.parametrize(("changes", "words"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_one_error_with_file_table_key_value_and_remedy(changes: dict[str, Any], words: str) -> None:
    found = error(**changes)
    assert re.search(words, str(found)), str(found)
    assert str(found).isprintable()
    assert "hunter2" not in str(found)


def unreadable(tmp_path: Path) -> str:
    return str(tmp_path)  # a folder


def too_long(tmp_path: Path) -> str:
    (tmp_path / "long.toml").write_text("#" * (1 << 20) + "\n")
    return str(tmp_path / "long.toml")


def no_toml(tmp_path: Path) -> str:
    (tmp_path / "x.toml").write_text("[station\n")
    return str(tmp_path / "x.toml")


def nested(tmp_path: Path) -> str:
    (tmp_path / "z.toml").write_text("a = " + "[" * 5_000)
    return str(tmp_path / "z.toml")


def no_text(tmp_path: Path) -> str:
    (tmp_path / "y.toml").write_bytes(b"\xff\xfe")
    return str(tmp_path / "y.toml")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: str(path / "absent.toml"), r"absent\.toml: there is no such file; write it .*--config"),
        (unreadable, "cannot be read: Is a directory"),
        (too_long, "is too long"),
        (no_toml, "is not TOML: .*line 1"),
        (no_text, "is not TOML"),
        (nested, "is not TOML: maximum recursion depth"),
    ],
)
def test_a_file_that_cannot_be_used(make: Callable[[Path], str], words: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=words):
        load(make(tmp_path))


def test_errors_of_the_registry_are_told_the_same_way() -> None:
    registry = Registry(Topology())
    with pytest.raises(variables_file.ConfigurationError) as raised:
        variables_file.load(registry, {"ocpp16": {"HeartbeatIntervall": 5}}, FILE)
    told = ConfigError.of(raised.value, FILE)
    assert (told.file, told.table, told.key, told.value) == (FILE, "ocpp16", "HeartbeatIntervall", MISSING)
    assert "HeartbeatInterval" in str(told)
    assert EX_CONFIG == 78


# --- the files in config/ ------------------------------------------------------------------------------------------

REFERENCE = (ROOT / "config/agent.toml").read_text()


def uncommented() -> str:
    """The reference with every default written out."""
    lines = []
    for line in REFERENCE.partition("# OCPP variables")[0].splitlines():
        if re.match(r"#[a-z_]+ = ", line) and not re.match(r"#(password_\w+|identity|roots|certificate|key) ", line):
            lines.append(line[1:])
        else:
            lines.append("" if line.startswith("#") else line)
    return "\n".join(lines)


@pytest.fixture
def beside(tmp_path: Path) -> str:
    (tmp_path / "board.toml").write_text(BOARD)
    return str(tmp_path / "agent.toml")


def test_the_reference_is_valid_and_its_comments_are_the_defaults(beside: str) -> None:
    environ = {"INVOCATION_ID": "1"}
    written = parse(tomllib.loads(REFERENCE), beside, environ=environ)
    document = tomllib.loads(uncommented())
    assert len(document) == 11
    spelled = parse(document, beside, environ=environ)
    assert spelled.csms.endpoint == written.csms.endpoint
    for name in ("station", "api", "store", "power_loss", "log", "reset_action"):
        assert getattr(spelled, name) == getattr(written, name)
    assert spelled.supply.voltage_v == written.supply.voltage_v
    assert spelled.guard.lease_s == written.guard.lease_s
    registry = Registry(Topology())
    before = {str(v.address): registry.value(v, v.cells[0])[1] for v in registry.variables()}
    rows = [row for row in spelled.csms.variables if row["variable"] != "BasicAuthPassword"]
    assert len(rows) == 6
    for row in rows:  # the defaults of the registry, not others
        name = f"OCPPCommCtrlr.{row['variable']}" + (f"[{row['instance']}]" if row["instance"] else "")
        assert before[name] == str(row["value"]), name


def test_the_reference_names_every_key() -> None:
    kinds: dict[str, type] = {
        "station": tables.StationTable,
        "csms": CsmsTable,
        "supply": tables.SupplyTable,
        "guard": tables.GuardTable,
        "bench": tables.BenchTable,
        "api": tables.ApiTable,
        "store": tables.StoreTable,
        "reset": tables.ResetTable,
        "power_loss": tables.PowerLossTable,
        "log": tables.LogTable,
    }
    sections = re.split(r"^\[(\w+)\]", REFERENCE, flags=re.MULTILINE)
    text = dict(zip(sections[1::2], sections[2::2], strict=True))
    for name, kind in kinds.items():
        for spec in fields(kind):
            assert re.search(rf"^#? *{spec.name} = ", text[name], flags=re.MULTILINE), f"[{name}] {spec.name}"
    assert "password_hex" in text["csms"]
    assert "password_file" in text["csms"]


def test_the_variables_in_the_reference_are_taken() -> None:
    tail = REFERENCE[REFERENCE.index("#[variables.TxCtrlr]") :]
    document = tomllib.loads("\n".join(line[1:] for line in tail.splitlines()))
    variables_file.load(Registry(Topology()), document, "agent.toml")


def test_the_mock_configuration_is_valid() -> None:
    made = load(str(ROOT / "config/mock.toml"))
    assert made.guard_inside
    assert made.board.kind is BoardKind.MOCK
