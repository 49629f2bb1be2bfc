"""What the service manager is told, on a real datagram socket."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agent.daemon import notify


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        yield lambda: manager.recv(4096).decode()


def test_what_is_said(heard: Callable[[], str]) -> None:
    manager = notify.from_environment()
    manager.ready("link up")
    assert heard() == "READY=1\nSTATUS=link up"
    manager.stopping()
    assert heard() == "STOPPING=1"


def test_a_status_is_one_bounded_line(heard: Callable[[], str]) -> None:
    notify.from_environment().status("link down:\nMAINPID=1 " + "x" * 500)
    said = heard()
    assert said.startswith("STATUS=link down: MAINPID=1 xxx")
    assert "\n" not in said
    assert len(said) == len("STATUS=") + 200


def test_the_watchdog_is_fed_when_its_time_has_come(heard: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    manager = notify.from_environment()
    assert manager.interval_ms is not None
    assert 1_000 <= manager.interval_ms <= 10_000
    manager.alive(0)
    assert heard() == "WATCHDOG=1"
    manager.alive(manager.interval_ms - 1)
    with pytest.raises(BlockingIOError):
        heard()
    manager.alive(manager.interval_ms)
    assert heard() == "WATCHDOG=1"


def test_without_a_manager_nothing_happens() -> None:
    manager = notify.from_environment({})
    manager.ready("x")
    assert manager.interval_ms is None
    assert manager.alive(0) is None


def test_a_manager_that_is_gone_is_no_error(tmp_path: Path) -> None:
    notify.from_environment({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).stopping()
