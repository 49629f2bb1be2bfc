"""`evse-guard`: its options and its exit codes."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hal import registry
from hal.guard.main import DEFAULT_SOCKET, main
from hal.registry import Driver, Kind

ROOT = Path(__file__).parents[4]
EX_OK, EX_UNAVAILABLE, EX_CONFIG = 0, 69, 78


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "either --board FILE (or --board mock) or --config FILE"),
        (["--board", "mock", "--config", "x"], "either --board"),
        (["--board"], "--board needs a value"),
        (["--bored", "mock"], "unknown option '--bored'"),
        (["--board", "mock", "--safe=1"], "unknown option '--safe'"),
        (["--board", "/nowhere/board.toml"], "/nowhere/board.toml: cannot be read: No such file"),
        (["--config", "/nowhere/agent.toml"], "/nowhere/agent.toml: cannot be read"),
    ],
)
def test_what_is_wrong_is_one_message_and_78(options: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(options) == EX_CONFIG
    said = capsys.readouterr().err
    assert why in said
    assert said.startswith("evse-guard: ")
    assert said.count("\n") == 1


def test_a_wrong_board_file_is_told_by_table_and_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "b.toml"
    file.write_text('[board]\nname = "x"\nkind = "mock"\n[[evse]]\nphases = 2\n')
    assert main([f"--board={file}"]) == EX_CONFIG
    assert (
        f"{file}: [evse #1] key 'phases' = 2: is not one of the choices; write one of 1, 3" in capsys.readouterr().err
    )


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == main(["-h"]) == EX_OK
    assert DEFAULT_SOCKET in capsys.readouterr().out


@pytest.fixture
def wall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a real board whose power path can be told to fail."""
    driver = Driver("tests.unit.hal.guard.fakedriver", "i2c", fail_safe="heartbeat")
    monkeypatch.setitem(registry.DRIVERS[Kind.POWER_PATH], "fake", driver)
    file = tmp_path / "wall.toml"
    file.write_text('[board]\nname = "wall"\n[[evse]]\nid = 1\npower_path = { driver = "fake", name = "p" }\n')
    return file


def fails(wall: Path, trouble: str) -> list[str]:
    wall.write_text(wall.read_text().replace('name = "p"', f'name = "p", trouble = "{trouble}"'))
    return ["--board", str(wall), "--socket", str(wall.with_name("g.sock"))]


def test_a_real_board_has_no_bench(wall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--board", str(wall), "--bench-socket", "/tmp/b"]) == EX_CONFIG
    assert f"board wall ({wall}) is real and has no bench; leave it out" in capsys.readouterr().err


def test_a_device_that_is_missing_is_worth_another_try(
    wall: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "9:1")
    assert main(fails(wall, "open")) == EX_UNAVAILABLE
    assert capsys.readouterr().err == "<3>evse-guard: power path of EVSE 1: p: not plugged in\n"


def test_a_library_that_is_missing_is_not(wall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(fails(wall, "library")) == EX_CONFIG
    assert "pip install 'evse-agent[i2c]'" in capsys.readouterr().err


def test_making_safe_answers_whether_it_could(wall: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--board", str(wall), "--safe"]) == EX_OK
    assert main([*fails(wall, "apply"), "--safe"]) == EX_UNAVAILABLE
    assert "EVSE 1 could not be made safe" in capsys.readouterr().err


def test_a_socket_that_cannot_be_made_is_worth_another_try(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--board", "mock", "--socket", str(tmp_path / "no" / "g.sock")]) == EX_UNAVAILABLE
    assert "No such file" in capsys.readouterr().err


def test_the_mock_is_safe_at_once() -> None:
    assert main(["--board", "mock", "--safe"]) == EX_OK


def test_the_configuration_of_the_agent_names_the_board(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('[board]\nkind = "mock"\n')
    (tmp_path / "agent.toml").write_text('[station]\nidentity = "x"\n[board]\nfile = "b.toml"\n')
    assert main(["--config", str(tmp_path / "agent.toml"), "--safe"]) == EX_OK


def test_the_process_serves_until_sigterm(tmp_path: Path) -> None:
    path = tmp_path / "g.sock"
    command = [sys.executable, "-m", "hal.guard.main", "--board", "mock", "--socket", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "guard of board mock" in process.stderr.readline()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as agent:
            agent.settimeout(10)
            agent.connect(str(path))
            agent.send(b'{"k":"hello","version":1}\n')
            assert agent.recv(100).startswith(b'{"k":"welcome","version":1,"board":"mock"')
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == EX_OK
            assert time.monotonic() - began < 2
        assert "every contactor is commanded open" in process.stderr.read()
    assert not path.exists()
