"""The machine's reboot: asked for again as often as ResetRetries says."""

from __future__ import annotations

from agent.daemon.program import REBOOT_PAUSE_S, reboot_machine


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
