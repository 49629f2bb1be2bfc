"""What the parts of a station are told of its configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import trustme

from agent.core.rules import Rules
from agent.daemon import assembly
from agent.daemon.config import Config, parse
from agent.daemon.version import VERSION
from agent.variables import names
from agent.variables.address import Address

STATION = {"identity": "CS001", "vendor": "V", "model": "M"}
CSMS = {"url": "ws://csms.example/ocpp", "password": "correct-horse-battery"}
FIRMWARE = Address("ChargingStation", "FirmwareVersion")


def config(**tables: Any) -> Config:
    document = {"station": STATION, "csms": CSMS, "board": {"kind": "mock"}, **tables}
    return parse(document, "/etc/x/agent.toml", environ={})


def firmware(made: Config) -> set[str]:
    """The version that BootNotification tells, and the one of the device model."""
    registry = assembly.registry(made, assembly.Devices(made.board))
    return {assembly.plan(made, cold=False).identity.firmware, registry.text(FIRMWARE)}


def test_the_firmware_is_the_agents_version_unless_it_is_written() -> None:
    assert firmware(config()) == {VERSION}
    assert firmware(config(station={**STATION, "firmware_version": "acme 7"})) == {"acme 7"}


def roots(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"root{number}.pem" for number in range(count)]
    for path in paths:
        trustme.CA(organization_name=path.stem).cert_pem.write_to_path(path)
    return paths


@pytest.mark.parametrize("files", [0, 1, 3])
def test_the_certificates_are_counted(tmp_path: Path, files: int) -> None:
    """SecurityCtrlr.CertificateEntries: a file may hold several, and one that is in two files is one."""
    named = [str(path) for path in roots(tmp_path, files)]
    both = tmp_path / "all.pem"
    both.write_text("".join(Path(name).read_text() for name in named))
    csms = {**CSMS, "url": "wss://csms.example/ocpp", "roots": [*named, str(both)]} if files else CSMS
    made = config(csms=csms)
    assert assembly.registry(made, assembly.Devices(made.board)).integer(names.CERTIFICATE_ENTRIES) == files


def test_the_certificates_of_the_system_are_not_installed_ones() -> None:
    made = config(csms={**CSMS, "url": "wss://csms.example/ocpp", "system_roots": True})
    assert assembly.registry(made, assembly.Devices(made.board)).integer(names.CERTIFICATE_ENTRIES) == 0


def test_the_supply_gives_the_limits_their_voltage_and_their_fall_back() -> None:
    made = config(supply={"fuse_a": 40, "phases": 1, "voltage_v": 240, "fallback_a": 8})
    assert Rules(assembly.registry(made, assembly.Devices(made.board))).voltage_mv == 240_000
    options = assembly.plan(made, cold=False).options
    assert (options.fuse_ma, options.fallback_ma) == (40_000, 8_000)


def test_what_preceded_a_start_is_known_where_the_machine_tells_its_boots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B01.FR.09: an agent that crashed is no power-up."""
    machine = tmp_path / "machine"
    monkeypatch.setattr(assembly, "BOOT_ID", machine)
    made = config(guard={"socket": str(tmp_path / "guard.sock")}, store={"data_dir": str(tmp_path / "data")})
    assert assembly.started(made) is assembly.Start.COLD  # it does not tell
    machine.write_text("first\n")
    assert assembly.started(made) is assembly.Start.COLD
    assert assembly.started(made) is assembly.Start.DIED
    assembly.stopped(made)
    assert assembly.started(made) is assembly.Start.STOPPED
    assert assembly.started(made) is assembly.Start.DIED
    assembly.stopped(made)
    machine.write_text("second\n")
    assert assembly.started(made) is assembly.Start.COLD


def test_a_guard_that_went_down_with_the_agent_is_a_cold_start(tmp_path: Path) -> None:
    made = config(store={"data_dir": str(tmp_path)})
    for _ in range(2):
        assert assembly.started(made) is assembly.Start.COLD
        assembly.stopped(made)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_takes_nothing_stops_no_start(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    made = config(guard={"socket": str(tmp_path / "guard.sock")}, store={"data_dir": str(taken / "data")})
    assert assembly.started(made) is assembly.Start.COLD


def test_the_reason_of_a_start_is_in_the_plan() -> None:
    made = config()
    assert assembly.plan(made, cold=False).otherwise == "PowerUp"
    assert assembly.plan(made, cold=False, otherwise="ApplicationReset").otherwise == "ApplicationReset"
