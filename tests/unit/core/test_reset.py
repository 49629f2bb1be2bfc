"""Resets of the station and of one EVSE: immediate and on idle (B11, B12; 1.6 Reset)."""

from __future__ import annotations

import pytest

from agent.core.bounds import DELIVERY_GRACE_MS
from agent.core.clock import MonoMs
from agent.core.commands import Reset, ResetKind, Verdict
from agent.core.effects import Reboot, ResetFaults
from agent.core.facts import BootReasonSet, ResetScheduled, StopReason, Trigger
from agent.core.reset import Resets
from agent.core.session import Session
from agent.core.transaction import Stage
from agent.core.turn import Turn
from tests.unit.core.parts import Host, evse_of, facts, leave, turn
from tests.unit.core.test_transaction import begun

IMMEDIATE = Reset(kind=ResetKind.IMMEDIATE)
ON_IDLE = Reset(kind=ResetKind.ON_IDLE)


class Rig:
    """Two EVSEs and their resets."""

    def __init__(self) -> None:
        self.host = Host()
        self.evses = {number: evse_of(self.host, number) for number in (1, 2)}
        self.sessions = {number: Session(evse) for number, evse in self.evses.items()}
        self.resets = Resets(self.evses, self.sessions)

    def charge(self, number: int, stage: Stage = Stage.RUNNING) -> None:
        evse = self.evses[number]
        evse.tx = begun()
        evse.tx.evse, evse.tx.stage = number, stage
        evse.auth = leave()

    def end(self, number: int) -> None:
        self.evses[number].tx = None

    def command(self, command: Reset) -> tuple[Verdict, Turn]:
        now = turn()
        return self.resets.command(now, command).verdict, now

    def review(self, ms: int = 0, *, online: bool = True, queued: bool = False) -> Turn:
        now = turn(ms)
        self.resets.review(now, online=online, queued=queued)
        return now


def reboots(found: Turn) -> list[str]:
    return [e.reason for e in found.effects if isinstance(e, Reboot)]


def test_an_idle_station_resets_when_all_is_told() -> None:
    """B11; the reason is known to the boot that follows (B01.FR.09)."""
    rig = Rig()
    verdict, now = rig.command(IMMEDIATE)
    assert verdict is Verdict.ACCEPTED
    assert not reboots(now)  # the answer goes first
    found = rig.review()
    assert reboots(found) == ["RemoteReset"]
    assert facts(found.facts, BootReasonSet) == [BootReasonSet(reason="RemoteReset")]
    assert facts(found.facts, ResetScheduled)[-1] == ResetScheduled(evse=None, pending=False)
    assert not reboots(rig.review())  # once


def test_a_reset_by_hand_is_a_local_one() -> None:
    """B01.FR.09, BootReasonEnumType"""
    rig = Rig()
    rig.resets.command(turn(), IMMEDIATE, remote=False)
    assert reboots(rig.review()) == ["LocalReset"]


def test_an_immediate_reset_ends_what_runs_and_waits_for_its_record() -> None:
    """B12.FR.04"""
    rig = Rig()
    rig.charge(1)
    verdict, _ = rig.command(IMMEDIATE)
    assert verdict is Verdict.ACCEPTED
    tx = rig.evses[1].tx
    assert tx is not None
    assert tx.stage is Stage.ENDING
    assert tx.ending is not None
    assert (tx.ending.trigger, tx.ending.reason) == (Trigger.RESET_COMMAND, StopReason.IMMEDIATE_RESET)
    assert rig.evses[1].auth is None
    assert not reboots(rig.review())
    rig.end(1)
    assert reboots(rig.review()) == ["RemoteReset"]


def test_a_soft_reset_of_1_6_tells_another_reason() -> None:
    rig = Rig()
    rig.charge(1)
    rig.command(Reset(kind=ResetKind.IMMEDIATE, hard=False))
    tx = rig.evses[1].tx
    assert tx is not None
    assert tx.ending is not None
    assert tx.ending.reason is StopReason.REBOOT


def test_a_reset_on_idle_waits_for_the_last_transaction() -> None:
    """B12.FR.01, B12.FR.03"""
    rig = Rig()
    rig.charge(1)
    rig.charge(2)
    verdict, now = rig.command(ON_IDLE)
    assert verdict is Verdict.SCHEDULED
    assert facts(now.facts, ResetScheduled) == [ResetScheduled(evse=None, pending=True)]
    for number in (1, 2):
        tx = rig.evses[number].tx
        assert tx is not None
        assert tx.running
        assert not reboots(rig.review())
        rig.end(number)
    assert reboots(rig.review()) == ["ScheduledReset"]


def test_what_is_free_when_a_reset_is_scheduled_is_free_for_nobody() -> None:
    """B12, scenario 3a; what becomes free later is told as Available all the same (TC_B_41_CS)."""
    rig = Rig()
    rig.charge(1)
    rig.command(ON_IDLE)
    assert [rig.resets.holds(number) for number in (1, 2)] == [False, True]
    rig.end(1)
    rig.review()
    assert not rig.resets.holds(1)


def test_a_reset_of_one_evse_holds_no_other() -> None:
    rig = Rig()
    rig.charge(1)
    rig.command(Reset(kind=ResetKind.ON_IDLE, evse=1))
    assert not rig.resets.holds(2)


def test_a_place_that_is_taken_is_not_held() -> None:
    rig = Rig()
    rig.charge(1)
    rig.evses[2].plugged = True
    rig.command(ON_IDLE)
    assert not rig.resets.holds(2)


def test_a_reset_on_idle_of_an_idle_station_is_at_once() -> None:
    rig = Rig()
    verdict, _ = rig.command(ON_IDLE)
    assert verdict is Verdict.ACCEPTED
    assert reboots(rig.review()) == ["RemoteReset"]


def test_nothing_begins_where_a_reset_waits_or_is_under_way() -> None:
    rig = Rig()
    rig.charge(1)
    assert not rig.resets.concerns(1)
    rig.command(ON_IDLE)
    assert rig.resets.concerns(1)
    assert rig.resets.concerns(2)
    rig.end(1)
    rig.review()
    assert rig.resets.under_way
    assert rig.resets.concerns(2)


def test_a_driver_who_was_to_plug_in_is_let_go() -> None:
    rig = Rig()
    rig.evses[1].auth, rig.evses[1].connect_deadline = leave(), MonoMs(60_000)
    rig.command(IMMEDIATE)
    assert rig.evses[1].auth is None
    assert rig.evses[1].connect_deadline is None


def test_a_transaction_of_which_nothing_is_recorded_leaves_no_trace() -> None:
    rig = Rig()
    rig.charge(1, Stage.BEGINNING)
    _, now = rig.command(IMMEDIATE)
    assert rig.evses[1].tx is None
    assert all(isinstance(f, ResetScheduled) for f in now.facts)


# --- telling everything first --------------------------------------------------------------------------------------


def test_the_last_messages_go_out_before() -> None:
    """B12.FR.05"""
    rig = Rig()
    rig.command(IMMEDIATE)
    assert not reboots(rig.review(0, queued=True))
    assert rig.resets.wake() == [DELIVERY_GRACE_MS]
    assert reboots(rig.review(1_000, queued=False)) == ["RemoteReset"]
    assert rig.resets.wake() == []


@pytest.mark.parametrize(("ms", "online"), [(DELIVERY_GRACE_MS, True), (10, False)])
def test_but_only_so_long_and_not_to_nobody(ms: int, online: bool) -> None:
    rig = Rig()
    rig.command(IMMEDIATE)
    assert not reboots(rig.review(0, queued=True))
    assert reboots(rig.review(ms, online=online, queued=True))


# --- one EVSE ------------------------------------------------------------------------------------------------------


def test_a_reset_of_one_evse_concerns_that_alone() -> None:
    """B11.FR.08, B12.FR.07"""
    rig = Rig()
    for number in (1, 2):
        rig.charge(number)
    verdict, _ = rig.command(Reset(kind=ResetKind.IMMEDIATE, evse=1))
    assert verdict is Verdict.ACCEPTED
    other = rig.evses[2].tx
    assert other is not None
    assert other.running
    assert not rig.resets.concerns(2)
    rig.end(1)
    found = rig.review()
    assert not reboots(found)
    assert ResetFaults(evse=1) in found.effects
    assert facts(found.facts, ResetScheduled) == [ResetScheduled(evse=1, pending=False)]
    assert not rig.resets.concerns(1)


def test_a_scheduled_reset_of_one_evse_waits_for_that_alone() -> None:
    rig = Rig()
    rig.charge(1)
    rig.charge(2)
    assert rig.command(Reset(kind=ResetKind.ON_IDLE, evse=1))[0] is Verdict.SCHEDULED
    rig.end(2)
    assert not rig.review().effects
    rig.end(1)
    assert ResetFaults(evse=1) in rig.review().effects


def test_an_evse_that_is_not_there_is_refused() -> None:
    rig = Rig()
    verdict, now = rig.command(Reset(kind=ResetKind.IMMEDIATE, evse=3))
    assert verdict is Verdict.REJECTED
    assert not now.facts


# --- restarts ------------------------------------------------------------------------------------------------------


def test_the_boot_itself_fulfils_a_scheduled_reset_of_the_station() -> None:
    rig = Rig()
    rig.resets.restore(ResetScheduled(evse=None, pending=True))
    assert not rig.resets.concerns(1)
    assert not reboots(rig.review())


def test_a_scheduled_reset_of_one_evse_is_still_due_after_a_boot() -> None:
    rig = Rig()
    rig.resets.restore(ResetScheduled(evse=1, pending=True))
    rig.resets.restore(ResetScheduled(evse=2, pending=False))
    assert rig.resets.concerns(1)
    assert not rig.resets.concerns(2)
    assert ResetFaults(evse=1) in rig.review().effects


def test_of_an_evse_that_the_board_no_longer_has_nothing_is_due() -> None:
    """The board was changed while the station was off."""
    rig = Rig()
    rig.resets.restore(ResetScheduled(evse=9, pending=True))
    assert not rig.review().effects


def test_an_immediate_reset_overtakes_a_scheduled_one() -> None:
    rig = Rig()
    rig.charge(1)
    rig.command(ON_IDLE)
    rig.command(IMMEDIATE)
    tx = rig.evses[1].tx
    assert tx is not None
    assert tx.stage is Stage.ENDING
    rig.end(1)
    assert reboots(rig.review()) == ["RemoteReset"]
