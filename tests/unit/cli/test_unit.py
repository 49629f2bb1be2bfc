"""`evse hal unit`: the devices of a board as systemd drop-ins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.cli import unit
from agent.cli.main import main

ROOT = Path(__file__).parents[3]
BOARD = """
[board]
name = "wall"
kind = "mixed"
[[evse]]
id = 1
power_path = { driver = "mock" }
meter = { driver = "modbus", map = "eastron_sdm630", port = "/dev/ttyUSB7" }
"""


def board(tmp_path: Path) -> str:
    (tmp_path / "board.toml").write_text(BOARD)
    return str(tmp_path / "board.toml")


def test_each_service_gets_its_own_devices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hal", "unit", "agent", "--board", board(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("# Devices of board wall")
    assert lines[1:4] == ["[Service]", "DevicePolicy=closed", "DeviceAllow=/dev/ttyUSB7 rw"]
    assert main(["hal", "unit", "guard", "--board", board(tmp_path)]) == 0
    assert "DeviceAllow" not in capsys.readouterr().out


def test_the_configuration_names_the_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board(tmp_path)
    (tmp_path / "agent.toml").write_text('[board]\nfile = "board.toml"\n')
    assert main(["hal", "unit", "--config", str(tmp_path / "agent.toml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"evse-guard", "evse-agent"}
    assert "DeviceAllow=/dev/ttyUSB7 rw\n" in found["evse-agent"]


def test_both_are_printed_with_their_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["hal", "unit", "--board", board(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "# evse-guard.service.d/10-devices.conf" in shown
    assert "# evse-agent.service.d/10-devices.conf" in shown


def test_they_are_written_where_systemd_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "system"
    assert main(["hal", "unit", "--board", board(tmp_path), "--output", str(folder)]) == 0
    written = folder / "evse-agent.service.d" / "10-devices.conf"
    assert "DeviceAllow=/dev/ttyUSB7 rw" in written.read_text()
    assert str(written) in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["evse-agent.service.d", "evse-guard.service.d"]
    assert [path.name for path in written.parent.iterdir()] == ["10-devices.conf"]


def test_a_device_that_no_group_may_open_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As `/dev/gpiochip0` of a Debian that is no Raspberry Pi OS: the service would find it closed."""
    monkeypatch.setattr(unit, "_group", lambda _path: None)
    folder = tmp_path / "system"
    assert main(["hal", "unit", "--board", board(tmp_path), "--output", str(folder)]) == 0
    why = "/dev/ttyUSB7 is root's alone, or this machine has no group for it: let a udev rule give it to one"
    assert why in capsys.readouterr().out
    text = (folder / "evse-agent.service.d" / "10-devices.conf").read_text()
    assert f"# {why}" in text
    assert "SupplementaryGroups" not in text


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["hal", "unit", "--board", board(tmp_path), "--output", str(tmp_path / "file")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_board_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.toml").write_text("[board]\nnix = 1\n")
    assert main(["hal", "unit", "--board", str(tmp_path / "bad.toml")]) == 78
    assert "nix" in capsys.readouterr().err
    assert main(["hal", "unit", "--config", str(tmp_path / "absent.toml")]) == 78


@pytest.mark.parametrize("name", ["mock", "mixed", "gpiozero"])
def test_every_board_that_comes_along_has_its_drop_ins(name: str) -> None:
    assert main(["hal", "unit", "--board", str(ROOT / "config" / "boards" / f"{name}.toml")]) == 0


def test_the_group_of_a_device_that_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    device = tmp_path / "device"
    device.write_text("")
    device.chmod(0o660)
    monkeypatch.setattr(unit.os, "stat", lambda _path: type("S", (), {"st_gid": 1, "st_mode": 0o660}))
    assert unit._group(str(device)) == "daemon"
    monkeypatch.setattr(unit.os, "stat", lambda _path: type("S", (), {"st_gid": 1, "st_mode": 0o640}))
    assert unit._group(str(device)) is None
    monkeypatch.setattr(unit.os, "stat", lambda _path: type("S", (), {"st_gid": 0, "st_mode": 0o660}))
    assert unit._group(str(device)) is None
