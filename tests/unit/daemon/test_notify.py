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
    notify.ready()
    assert heard() == "READY=1"
    notify.ready("link up")
    assert heard() == "READY=1\nSTATUS=link up"
    notify.watchdog()
    assert heard() == "WATCHDOG=1"
    notify.stopping()
    assert heard() == "STOPPING=1"


def test_a_status_is_one_bounded_line(heard: Callable[[], str]) -> None:
    notify.status("link down:\nMAINPID=1 " + "x" * 500)
    said = heard()
    assert said.startswith("STATUS=link down: MAINPID=1 xxx")
    assert "\n" not in said
    assert len(said) == len("STATUS=") + 200


def test_without_a_manager_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    notify.ready()
    assert notify.watchdog_interval_ms() is None


def test_a_manager_that_is_gone_is_no_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    notify.watchdog()


def test_the_watchdog_is_fed_with_room_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "20000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    interval_ms = notify.watchdog_interval_ms()
    assert interval_ms is not None
    assert 1_000 <= interval_ms <= 10_000
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert notify.watchdog_interval_ms() is None
