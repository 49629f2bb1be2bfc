"""The guard's process, in this one: real loop, real sockets, fake power paths."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hal import registry
from hal.board import parse
from hal.guard import messages as m
from hal.guard.notify import Notifier
from hal.guard.process import GuardProcess, make_safe, serve
from hal.guard.stream import MAX_PEERS
from hal.guard.wire import decode_from_guard, encode
from hal.interfaces import DeviceError
from hal.layout import Board
from hal.registry import Driver, Kind, MissingExtra
from hal.types import PilotState, PowerReport
from tests.unit.hal.guard import fakedriver
from tests.unit.hal.guard.rig import permit

FAKE = Driver("tests.unit.hal.guard.fakedriver", "i2c", fail_safe="heartbeat")


@pytest.fixture(autouse=True)
def _fake_driver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(registry.DRIVERS[Kind.POWER_PATH], "fake", FAKE)
    fakedriver.opened.clear()
    yield
    fakedriver.opened.clear()


def board(*troubles: str, poll_ms: int = 0) -> Board:
    evses = [
        {"id": number, "power_path": {"driver": "fake", "name": f"p{number}", "trouble": trouble, "poll_ms": poll_ms}}
        for number, trouble in enumerate(troubles or ("",), 1)
    ]
    return parse({"board": {"name": "desk"}, "evse": evses}, "desk.toml")


class Agent:
    """A client of the guard's socket that the process's own loop waits for."""

    def __init__(self, process: GuardProcess, path: str) -> None:
        self._process = process
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        self._socket.setblocking(False)
        self._data = b""
        self.heard: list[m.FromGuard] = []
        self.over = False

    def say(self, message: m.FromAgent) -> None:
        self._socket.send(encode(message))

    def say_raw(self, line: bytes) -> None:
        self._socket.send(line)

    def _hear(self) -> None:
        try:
            data = self._socket.recv(65_536)
        except BlockingIOError:
            return
        self.over = self.over or not data
        *lines, self._data = (self._data + data).split(b"\n")
        self.heard += [decode_from_guard(line) for line in lines]

    def until(self, condition: Callable[[], bool]) -> None:
        loop = self._process.loop
        deadline_ms = loop.now_ms() + 5_000

        def look() -> None:
            self._hear()
            assert loop.now_ms() < deadline_ms
            if condition():
                loop.stop()
            else:
                loop.call_at(loop.now_ms() + 1, look)

        loop.call_soon(look)
        self._process.run()

    def close(self) -> None:
        self._socket.close()

    @property
    def report(self) -> PowerReport:
        return [message for message in self.heard if isinstance(message, PowerReport)][-1]


def test_an_agent_over_the_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "g.sock")
    process = GuardProcess(board("", "", poll_ms=5), path, None, Notifier({}, 1))
    try:
        agent = Agent(process, path)
        agent.say(m.Hello(1))
        agent.until(lambda: len(agent.heard) == 3)
        fakedriver.opened["p1"].pilot("B")
        agent.say(permit())
        agent.until(lambda: agent.report.permit_live)
        fakedriver.opened["p1"].pilot("C")
        agent.until(lambda: agent.report.commanded)
        fakedriver.opened["p1"].pilot("A")
        agent.until(lambda: agent.report.pilot is PilotState.A)
        assert not agent.report.commanded
        agent.say_raw(b"x" * 9_000 + b"\n")
        agent.until(lambda: agent.over)
        assert agent.heard[-1] == m.Refused("a line is longer than 8192 bytes")
        agent.close()
    finally:
        process.close()
    assert fakedriver.opened["p2"].closes == 1
    assert not os.path.exists(path)


def test_a_peer_that_says_nothing_gives_its_place_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hal.guard.process.GREETING_MS", 100)
    path = str(tmp_path / "g.sock")
    process = GuardProcess(board(), path, None, Notifier({}, 1))
    try:
        silent = [Agent(process, path) for _ in range(MAX_PEERS)]
        silent[0].say(m.Hello(1))
        silent[-1].until(lambda: silent[-1].over)
        assert silent[-1].heard == [m.Refused("no hello within 100 ms")]
        silent[0].until(lambda: bool(silent[0].heard))
        assert not silent[0].over
        other = Agent(process, path)
        other.say(m.Hello(1))
        other.until(lambda: bool(other.heard))
        for one in (*silent, other):
            one.close()
    finally:
        process.close()


def test_a_path_may_call_from_a_thread_of_its_own(tmp_path: Path) -> None:
    path = str(tmp_path / "g.sock")
    process = GuardProcess(board(), path, None, Notifier({}, 1))
    agent = Agent(process, path)
    agent.say(m.Hello(1))
    agent.until(lambda: len(agent.heard) == 2)
    driven = fakedriver.opened["p1"]
    driven.pilot("B")
    driven.call_from_thread()
    agent.until(lambda: agent.report.pilot is PilotState.B)
    process.close()
    agent.close()


def test_the_manager_hears_ready_the_watchdog_and_the_end(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        manager.settimeout(5)
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "n"), "WATCHDOG_USEC": "60000"}, 1)
        process = GuardProcess(board(), str(tmp_path / "g"), None, notifier)
        process.loop.call_at(process.loop.now_ms() + 45, process.loop.stop)
        process.run()
        process.close()
        manager.setblocking(False)
        states = []
        while True:
            try:
                states.append(manager.recv(100))
            except BlockingIOError:
                break
    assert (states[0], states[-1]) == (b"READY=1", b"STOPPING=1")
    assert 2 <= states.count(b"WATCHDOG=1") <= 4


def test_an_error_of_ours_ends_the_process_with_safe_outputs(tmp_path: Path) -> None:
    desk = board()

    def read() -> None:
        raise ZeroDivisionError

    process = GuardProcess(desk, str(tmp_path / "g"), None, Notifier({}, 1))
    driven = fakedriver.opened["p1"]
    driven.read = read  # type: ignore[assignment,method-assign]
    driven.changed()
    with pytest.raises(ZeroDivisionError):
        process.run()
    process.close()
    assert driven.closes == 1


def test_a_device_that_is_missing_closes_those_that_were_opened(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="power path of EVSE 2: p2: not plugged in"):
        GuardProcess(board("close", "open"), str(tmp_path / "g"), None, Notifier({}, 1))
    assert fakedriver.opened["p1"].closes == 1
    assert not (tmp_path / "g").exists()


def test_a_missing_library_names_its_extra(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match=r"power path of EVSE 1: .*smbus2.*evse-agent\[i2c\]"):
        GuardProcess(board("library"), str(tmp_path / "g"), None, Notifier({}, 1))


def test_a_second_guard_touches_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "g")
    process = GuardProcess(board(), path, None, Notifier({}, 1))
    first = fakedriver.opened.pop("p1")
    with pytest.raises(FileExistsError):
        GuardProcess(board(), path, None, Notifier({}, 1))
    assert not fakedriver.opened
    assert first.closes == 0
    process.close()


def test_serve_ends_with_sigterm(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    monkeypatch.setattr(fakedriver.DrivenPath, "read", _kill_after(3))
    try:
        serve(board(poll_ms=1), str(tmp_path / "g"), None)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    said = capsys.readouterr().err
    assert "guard of board desk: 1 EVSE" in said
    assert "every contactor is commanded open" in said
    assert fakedriver.opened["p1"].closes == 1


def _kill_after(reads: int) -> Callable[[fakedriver.DrivenPath], object]:
    def read(self: fakedriver.DrivenPath) -> object:
        self.reads += 1
        if self.reads == reads:
            os.kill(os.getpid(), signal.SIGTERM)
        return self.inputs

    return read


def test_making_safe_goes_on_after_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    assert make_safe(board("", "open", "apply", "")) == 2
    said = capsys.readouterr().err
    assert "EVSE 2 could not be made safe" in said
    assert "EVSE 3 could not be made safe" in said
    for name in ("p1", "p4"):
        assert [(outputs.closed, outputs.locked) for outputs in fakedriver.opened[name].outputs] == [(False, False)]
        assert fakedriver.opened[name].closes == 1
