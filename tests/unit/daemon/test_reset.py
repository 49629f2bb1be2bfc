"""The machine's reboot: asked for again as often as ResetRetries says."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.daemon import program
from agent.daemon.program import REBOOT_PAUSE_S, await_shutdown, reboot_machine


def _reboot(retries: int, works_at: int) -> tuple[int, int, list[float]]:
    """Exit code, calls and pauses for a machine that obeys at this call."""
    calls: list[int] = []
    pauses: list[float] = []

    def ask() -> int:
        calls.append(0 if len(calls) + 1 >= works_at else 7)
        return calls[-1]

    return reboot_machine(retries, ask, pauses.append), len(calls), pauses


def test_a_machine_that_obeys_is_asked_once() -> None:
    assert _reboot(3, 1) == (0, 1, [])


def test_a_machine_that_refuses_is_asked_again() -> None:
    assert _reboot(3, 3) == (0, 3, [REBOOT_PAUSE_S, REBOOT_PAUSE_S])


def test_after_the_retries_the_code_is_a_failure() -> None:
    assert _reboot(1, 9) == (7, 2, [REBOOT_PAUSE_S])
    assert _reboot(0, 9) == (7, 1, [])


def test_a_process_that_asked_for_the_reboot_stays_until_the_machine_ends_it() -> None:
    """One that leaves is started again by the service manager, and would boot a station that is about to go dark."""
    pauses: list[float] = []
    assert await_shutdown(pauses.append) != 0
    assert sum(pauses) >= 90


@pytest.mark.parametrize(("answer", "code"), [("exit 0", 0), ("exit 4", 4)])
def test_logind_is_asked_without_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    command, asked = tmp_path / "systemctl", tmp_path / "asked"
    command.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n{answer}\n')
    command.chmod(0o755)
    monkeypatch.setattr(program, "SYSTEMCTL", str(command))
    assert reboot_machine(0) == code
    assert asked.read_text().split() == ["--no-ask-password", "--ignore-inhibitors", "reboot"]


def test_a_machine_without_a_service_manager_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(program, "SYSTEMCTL", str(tmp_path / "none"))
    assert reboot_machine(0) == 1
    assert "the machine does not reboot" in caplog.text
