"""What a transaction is and what of it survives a power cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.core.clock import MonoMs
from agent.core.facts import ChargingState, StopReason, TransactionKept, Trigger
from agent.core.samples import Context, SampleSet
from agent.core.tokens import IdToken
from agent.core.transaction import Cause, Stage, Transaction
from tests.unit.core.parts import BOOT, CARD, at


def begun(ms: int = 0) -> Transaction:
    return Transaction("tx-1", 1, 1, Cause(trigger=Trigger.AUTHORIZED), MonoMs(ms))


def sample(number: int) -> SampleSet:
    return SampleSet(stamp=at(number).stamp(), context=Context.PERIODIC, samples=())


# --- time spent charging -------------------------------------------------------------------------------------------


def test_only_charging_counts_as_time_spent_charging() -> None:
    """timeSpentCharging: suspended and idle time is no charging time."""
    tx = begun()
    for ms, state in (
        (0, ChargingState.EV_CONNECTED),
        (10_000, ChargingState.CHARGING),
        (15_000, ChargingState.CHARGING),
        (40_000, ChargingState.SUSPENDED_EV),
        (100_000, ChargingState.CHARGING),
    ):
        tx.note_state(state, MonoMs(ms))
    assert tx.charging_time_s(MonoMs(105_999)) == 35
    tx.note_state(ChargingState.IDLE, MonoMs(106_000))
    assert tx.charging_time_s(MonoMs(900_000)) == 36


@given(st.lists(st.tuples(st.sampled_from(list(ChargingState)), st.integers(0, 5_000)), max_size=20))
def test_time_spent_charging_is_the_sum_of_the_charging_spells(spells: list[tuple[ChargingState, int]]) -> None:
    tx, now, charging = begun(), 0, 0
    for state, lasted in spells:
        tx.note_state(state, MonoMs(now))
        now += lasted
        charging += lasted if state is ChargingState.CHARGING else 0
    assert tx.charging_time_s(MonoMs(now)) == charging // 1000


def test_it_was_under_way_once_it_was_opened_and_more_than_connected() -> None:
    tx = begun()
    tx.note_state(ChargingState.CHARGING, MonoMs(0))
    assert tx.charged
    assert not tx.under_way  # nobody was told of it yet
    tx.opened = True
    tx.note_state(ChargingState.EV_CONNECTED, MonoMs(1))
    assert not tx.under_way
    tx.note_state(ChargingState.SUSPENDED_EVSE, MonoMs(2))
    tx.note_state(ChargingState.EV_CONNECTED, MonoMs(3))
    assert tx.under_way


# --- samples for the end -------------------------------------------------------------------------------------------


@given(st.integers(3, 12), st.integers(0, 60))
def test_samples_for_the_end_are_bounded_and_never_lose_the_first_and_the_last(bound: int, count: int) -> None:
    """E06.FR.12, E06.FR.13: intermediate ones go first."""
    tx = begun()
    for number in range(count):
        tx.add_end_sample(sample(number), bound)
        assert len(tx.end_samples) <= bound
        assert tx.end_samples[0] == sample(0)
        assert tx.end_samples[-1] == sample(number)
    moments = [s.stamp.mono_ms for s in tx.end_samples]
    assert moments == sorted(set(moments))


def test_every_second_intermediate_one_makes_room_so_that_the_rest_is_spread_evenly() -> None:
    tx = begun()
    for number in range(10):
        tx.add_end_sample(sample(number), 9)
    assert [s.stamp.mono_ms for s in tx.end_samples] == [0, 2, 4, 6, 8, 9]


# --- a power cut ---------------------------------------------------------------------------------------------------


def full() -> Transaction:
    """A transaction of which everything that lasts is set."""
    tx = begun()
    tx.stage = Stage.RUNNING
    tx.number = 4
    tx.started = at(0).stamp()
    tx.start_register_wh = 5_000
    tx.token, tx.group = CARD, IdToken(value="FAMILY", kind="Central")
    tx.remote_start_id = 77
    tx.opened = True
    tx.note_state(ChargingState.CHARGING, MonoMs(0))
    tx.met = {"Authorized", "EVConnected"}
    tx.deauthorized = True
    tx.energy_limit_wh = 6_000
    tx.barred = True
    return tx


def cut(tx: Transaction, *, ms: int = 60_000, authorized: bool = True) -> tuple[TransactionKept, Transaction]:
    kept = tx.kept(5_500, at(ms).stamp(), authorized=authorized)
    return kept, Transaction.restore(kept, MonoMs(0))


def test_what_survives_is_all_that_a_restart_needs() -> None:
    before = full()
    kept, after = cut(before)
    assert after.stage is Stage.RESUMING
    for name in (
        "tx",
        "evse",
        "connector",
        "number",
        "started",
        "start_register_wh",
        "token",
        "group",
        "remote_start_id",
        "state",
        "opened",
        "charged",
        "under_way",
        "deauthorized",
        "energy_limit_wh",
        "met",
        "barred",
    ):
        assert getattr(after, name) == getattr(before, name), name
    assert after.checkpoint_wh == 5_500
    assert after.authorized_kept
    assert after.kept_at == at(60_000).stamp()
    assert kept.open


def test_what_is_kept_again_is_what_was_kept() -> None:
    kept, after = cut(full())
    assert after.kept(5_500, at(60_000).stamp(), authorized=True) == kept


def test_time_spent_charging_goes_on_from_the_checkpoint_and_not_over_the_cut() -> None:
    _, after = cut(full(), ms=60_000)
    assert after.charging_time_s(MonoMs(600_000)) == 60
    after.note_state(ChargingState.CHARGING, MonoMs(600_000))
    assert after.charging_time_s(MonoMs(605_000)) == 65


def test_a_decided_end_is_not_forgotten() -> None:
    tx = full()
    tx.ending = Cause(trigger=Trigger.STOP_AUTHORIZED, reason=StopReason.LOCAL, token=CARD)
    _, after = cut(tx, authorized=False)
    assert after.ending is not None
    assert (after.ending.trigger, after.ending.reason) == (Trigger.STOP_AUTHORIZED, StopReason.LOCAL)
    assert not after.authorized_kept


def test_without_a_decided_end_there_is_none_after_it() -> None:
    _, after = cut(full())
    assert after.ending is None


def test_what_was_told_at_the_start_is_not_told_again() -> None:
    """No second token, remoteStartId or begin samples after a restart."""
    _, after = cut(full())
    assert after.begin_told
    assert after.token_told
    assert after.remote_told


def test_an_older_release_kept_less_and_that_is_enough() -> None:
    bare = Transaction.restore(TransactionKept(evse=2, tx="tx-9"), MonoMs(0))
    assert (bare.stage, bare.evse, bare.tx) == (Stage.RESUMING, 2, "tx-9")
    assert not bare.charged
    assert not bare.under_way
    assert bare.token is None
    assert bare.kept_at is None


def test_the_end_removes_what_was_kept() -> None:
    kept = full().kept(5_500, at(0, boot=BOOT).stamp(), authorized=False, open_=False)
    assert not kept.open
    assert kept.key == "tx-1"
