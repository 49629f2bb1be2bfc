"""Whether a transaction goes on after a power cut (field pain 1; 2.1 TxCtrlr.ResumptionTimeout)."""

from __future__ import annotations

import pytest

from agent.core.clock import MonoMs
from agent.core.facts import TransactionKept
from agent.core.resumption import goes_on
from agent.core.rules import Options, PowerLoss
from agent.core.transaction import Transaction
from tests.unit.core.parts import BOOT, NOON, at, rules_of

LIMIT_S = 600


def resumes(
    gone_ms: int,
    *,
    policy: PowerLoss = PowerLoss.RESUME,
    limit_s: int = LIMIT_S,
    kept: bool = True,
    knew: bool = True,
    knows: bool = True,
) -> bool:
    """A transaction was checkpointed at noon and the station is back `gone_ms` later, in its next boot."""
    last = at(0, wall=NOON if knew else None).stamp() if kept else None
    tx = Transaction.restore(TransactionKept(evse=1, tx="tx-1", at=last), MonoMs(0))
    now = at(0, wall=NOON + gone_ms if knows else None, boot=BOOT + 1)
    return goes_on(tx, now, rules_of(TxCtrlr__ResumptionTimeout=limit_s), Options(power_loss=policy))


def test_it_goes_on_after_a_short_cut_and_not_after_a_long_one() -> None:
    assert resumes(1_000)
    assert resumes(LIMIT_S * 1000)
    assert not resumes(LIMIT_S * 1000 + 1)


def test_a_time_out_of_nothing_always_ends_it() -> None:
    assert not resumes(0, limit_s=0)


def test_a_station_configured_to_stop_ends_it_however_short_the_cut() -> None:
    assert not resumes(0, policy=PowerLoss.STOP)


@pytest.mark.parametrize(("kept", "knew", "knows"), [(False, True, True), (True, False, True), (True, True, False)])
def test_where_the_length_is_not_known_nobody_can_say_that_it_was_too_long(kept: bool, knew: bool, knows: bool) -> None:
    assert resumes(10**9, kept=kept, knew=knew, knows=knows)
    assert not resumes(0, kept=kept, knew=knew, knows=knows, limit_s=0)


def test_a_clock_that_went_back_does_not_end_it() -> None:
    assert resumes(-3_600_000)
