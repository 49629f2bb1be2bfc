"""Bad configuration: one error that names file, table, key, value and the remedy; exit code 78 (must-hold 11)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rig.processes import ROOT

GOOD = """
[station]
identity = "CP001"
vendor = "evse-agent"
model = "mock"
[csms]
url = "ws://localhost:9/ocpp"
password = "a-password-of-24-chars.."
[board]
kind = "mock"
[[evse]]
phases = 1
"""

METER = '[evse.meter]\ndriver = "modbus"\nport = "/dev/ttyUSB7"\nmap = "eastron_sdm120"\nunit = 1\n'

# (what is wrong, replaced text, replacement, what the error must name)
CASES = [
    ("unknown table", "[station]", "[statoin]\n[station]", ["statoin", "station"]),
    ("unknown key", 'vendor = "evse-agent"', 'vendr = "x"\nvendor = "evse-agent"', ["[station]", "vendr", "vendor"]),
    ("wrong type", 'identity = "CP001"', "identity = 5", ["[station]", "identity", "5"]),
    ("out of range", "phases = 1", "phases = 2", ["evse", "phases", "2", "1"]),
    ("too long", 'model = "mock"', f'model = "{"m" * 30}"', ["[station]", "model", "20"]),
    ("no board", '[board]\nkind = "mock"\n[[evse]]\nphases = 1', "", ["board"]),
    ("unknown driver", "phases = 1", 'phases = 1\n[evse.meter]\ndriver = "modbuss"', ["modbuss", "modbus"]),
    ("unknown register map", "phases = 1", f"phases = 1\n{METER.replace('sdm120', 'sdm9')}", ["meter", "map", "sdm9"]),
    (
        "relative port",
        "phases = 1",
        f"phases = 1\n{METER.replace('/dev/', '')}",
        ["meter", "port", '"ttyUSB7"', "/dev/"],
    ),
    ("no such certificate", 'url = "ws:', 'roots = ["none.pem"]\nurl = "wss:', ["[csms]", "roots", "none.pem"]),
    ("bad url", "ws://localhost:9/ocpp", "http://localhost", ["[csms]", "url", "http://localhost"]),
    ("short password", "a-password-of-24-chars..", "short", ["[csms]", "password", "16"]),
    ("unknown variable", "[board]", '[variables.TxCtrlr]\nTxStartPiont = "x"\n[board]', ["TxCtrlr", "TxStartPiont"]),
    ("bad value", "[board]", '[variables.TxCtrlr]\nTxStartPoint = "Never"\n[board]', ["TxStartPoint", "Never"]),
    ("unknown 1.6 key", "[board]", "[ocpp16]\nHeartbeatIntervall = 5\n[board]", ["HeartbeatIntervall"]),
    ("not TOML", "[station]", "[station", ["TOML"]),
    (
        "two EVSEs on one meter",
        "phases = 1",
        f"phases = 1\n{METER}[[evse]]\nphases = 1\n{METER}",
        ["ttyUSB7"],
    ),
]


def check(config: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent.daemon.main", "--config", str(config), *flags]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=config.parent, capture_output=True, text=True, timeout=60, env=environment, check=False
    )


@pytest.mark.parametrize(("old", "new", "named"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_one_error_and_exit_78(tmp_path: Path, old: str, new: str, named: list[str]) -> None:
    config = tmp_path / "agent.toml"
    assert GOOD.count(old) == 1
    config.write_text(GOOD.replace(old, new))
    run = check(config, "--data-dir", str(tmp_path / "data"), "--api-socket", str(tmp_path / "api.sock"))
    assert run.returncode == 78, run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1
    for word in ["agent.toml", *named]:
        assert word in run.stderr, run.stderr
    assert "a-password" not in run.stderr


def test_the_good_one_is_good(tmp_path: Path) -> None:
    config = tmp_path / "agent.toml"
    config.write_text(GOOD)
    run = check(config, "--check")
    assert run.returncode == 0, run.stderr


def test_no_file(tmp_path: Path) -> None:
    run = check(tmp_path / "none.toml")
    assert run.returncode == 78
    assert "none.toml" in run.stderr
    assert "--config" in run.stderr


def test_an_unreadable_certificate(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("no certificate at all")
    config = tmp_path / "agent.toml"
    config.write_text(GOOD.replace("[csms]", '[csms]\nroots = ["root.pem"]').replace("ws://", "wss://"))
    run = check(config, "--check")
    assert run.returncode == 78, run.stderr
    assert "root.pem" in run.stderr
    assert "Traceback" not in run.stderr
