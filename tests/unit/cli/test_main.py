"""The command line itself: help, usage, a daemon that is not there or is none, and what it costs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.cli import main as module
from agent.cli.failure import MEANINGS, Exit
from agent.cli.main import main
from tests.unit.cli.conftest import STATUS, FakeService


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[None]:
    """Something that says this to whoever connects, and hangs up."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join(5)


def test_help_tells_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    shown = capsys.readouterr().out
    assert set(MEANINGS) == set(Exit)
    for code, meaning in MEANINGS.items():
        assert f"  {code.value:<4} {meaning}" in shown


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nix"],
        ["tx"],
        ["var"],
        ["tx", "stop"],
        ["outbox", "drop", "-1"],
        ["outbox", "drop", "x"],
        ["log", "--level", "loud"],
        ["availability", "maybe"],
        ["demo", "--ocpp", "3"],
        ["demo", "--once", "--sessions", "2"],
        ["bench", "nix"],
        ["bench", "ev.plug_in", "evse"],
    ],
)
def test_a_wrong_command_line_is_exit_code_2(argv: list[str]) -> None:
    try:
        code = main(argv)
    except SystemExit as left:  # argparse
        code = left.code  # type: ignore[assignment]
    assert code == 2


def test_no_daemon(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--socket", str(tmp_path / "s"), "status"]) == 3
    told = capsys.readouterr().err
    assert told.startswith(f"evse: evse-agent is not running: nothing listens at {tmp_path / 's'}.")
    assert "--socket" in told
    assert main(["status", "--socket", str(tmp_path / "s"), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "not_running"


def test_a_socket_that_a_dead_daemon_left(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "s"))
    assert main(["--socket", str(tmp_path / "s"), "status"]) == 3


def test_a_path_that_is_too_long_for_a_socket(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--socket", "/" + "x" * 200, "status"]) == 3
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", 6),
        (b'{"id": 1, "ok"', 6),
        (b"hello\n", 70),
        (b"[]\n", 70),
        (b'{"id": 1, "ok": false}\n', 70),
        (b'{"id": 1, "ok": true, "result": {}}\n', 70),
    ],
)
def test_something_else_at_the_socket_is_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: bytes, code: int
) -> None:
    with answering(tmp_path / "s", answer):
        assert main(["--socket", str(tmp_path / "s"), "status"]) == code
    assert capsys.readouterr().err.startswith("evse: ")


def test_a_bug_is_one_line_unless_one_asks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_args: object) -> int:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(module, "_run", fail)
    monkeypatch.delenv("EVSE_DEBUG", raising=False)
    assert main(["status"]) == 70
    assert "ZeroDivisionError: oops" in capsys.readouterr().err
    monkeypatch.setenv("EVSE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main(["status"])


def test_a_reader_that_leaves_ends_it_quietly(station: FakeService) -> None:
    record = {"number": 1, "at_ms": 0, "level": "info", "logger": "x", "message": "y" * 2_000}
    station.answers["log"] = [record] * 100
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "agent.cli.main", "log"],
            stdout=pipe,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            timeout=30,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, b"")


EVIL = "A\x1b[2J\n\x9b31mB\u202e"
SHOWN = "A\\x1b[2J\\n\\x9b31mB\\u202e"


@pytest.mark.parametrize(("argv", "lines"), [(["var", "get", "X"], 2), (["tx", "list"], 2), (["status"], 19)])
def test_texts_from_outside_stay_on_their_line_and_drive_no_terminal(
    station: FakeService, capsys: pytest.CaptureFixture[str], argv: list[str], lines: int
) -> None:
    tx = {"tx": EVIL, "evse": 1, "token": EVIL, "start": "2026-11-23T09:00:00.000Z", "stop": None, "energy_wh": 1}
    station.answers["tx.list"] = [{**tx, "reason": EVIL, "waiting": 0, "delivered": False}]
    station.answers["var.get"] = [{"name": "X", "value": EVIL, "readonly": False, "source": EVIL}]
    station.answers["status"] = {**STATUS, "link": "waiting", "why_down": EVIL}
    assert main(argv) == 0
    shown = capsys.readouterr().out
    assert SHOWN in shown
    assert len(shown.splitlines()) == lines
    assert main([*argv, "--json"]) == 0
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert "\x1b" not in shown
    assert json.dumps(EVIL) in shown


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_an_output_that_is_full_is_said(station: FakeService, flags: list[str]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "agent.cli.main", "status", *flags],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            timeout=30,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"evse: the output cannot be written: No space left on device\n")


def test_an_output_that_is_closed_is_no_trouble(station: FakeService) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m agent.cli.main status >&-"],
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_demo_without_its_extra_says_what_to_install() -> None:
    code = "import sys; sys.modules['ocpp'] = None; from agent.cli.main import main; sys.exit(main(['demo', '--once']))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr) == (78, "evse: the demo needs ocpp: pip install 'evse-agent[demo]'\n")


def test_nothing_heavy_is_loaded(station: FakeService) -> None:
    """The modules that would cost most are not there after a call."""
    heavy = ("asyncio", "msgspec", "websockets", "sqlite3", "ssl", "logging", "dataclasses", "hal", "agent.daemon")
    code = (
        "import sys; from agent.cli.main import main; code = main(['status']);"
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],  # without site, where coverage hooks itself in
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
        timeout=30,
        check=True,
    )
    assert done.stderr == "[]\n"
