"""sd_notify and the watchdog."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from hal.guard.notify import Notifier, from_environment


@pytest.mark.parametrize("abstract", [False, True])
def test_states_reach_the_manager(tmp_path: Path, abstract: bool) -> None:
    address = f"@evse-guard-test-{os.getpid()}" if abstract else str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + address[1:] if abstract else address)
        notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "3000000"}, 7)
        notifier.send("READY=1")
        assert manager.recv(100) == b"READY=1"
        assert notifier.interval_ms == 1_000
        assert notifier.alive(50_000) == 51_000
        assert notifier.alive(50_999) == 51_000
        assert notifier.alive(51_000) == 52_000
        manager.setblocking(False)
        assert [manager.recv(100), manager.recv(100)] == [b"WATCHDOG=1"] * 2
        with pytest.raises(BlockingIOError):
            manager.recv(100)


def test_without_a_manager_nothing_happens() -> None:
    notifier = Notifier({}, 7)
    notifier.send("READY=1")
    assert notifier.interval_ms is None
    assert notifier.alive(1) is None


def test_a_manager_that_is_gone_is_no_error(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}, 7).send("READY=1")


@pytest.mark.parametrize(
    ("usec", "pid", "interval_ms"),
    [("2000000", "7", 666), ("2000000", "8", None), ("x", "7", None), ("", "7", None), ("1", "7", 10)],
)
def test_the_watchdog_is_ours_or_none(usec: str, pid: str, interval_ms: int | None) -> None:
    assert Notifier({"WATCHDOG_USEC": usec, "WATCHDOG_PID": pid}, 7).interval_ms == interval_ms


def test_the_environment_of_the_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "9000000")
    monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert from_environment().interval_ms == 3_000
