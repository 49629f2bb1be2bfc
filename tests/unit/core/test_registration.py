"""Registration by its table (B01–B03), heartbeats (G02) and the clock that the CSMS tells."""

from __future__ import annotations

import pytest

from agent.core.bounds import BOOT_FAILED_RETRY_MS, CLOCK_SYNC_MS
from agent.core.clock import WallMs
from agent.core.effects import Ask, SetClock, SetRegistration
from agent.core.events import BootAnswered, RegistrationStatus
from agent.core.registration import Registration, State
from agent.core.requests import BootRequest, HeartbeatRequest
from agent.core.rules import Rules
from agent.core.turn import Turn
from agent.variables.topology import Topology
from tests.unit.core.parts import NOON, at, registry_of, requests, rules_of, turn

MINUTE_MS = 60_000


def registration_of(**settings: object) -> Registration:
    return Registration(rules_of(**settings), "PowerUp")


def answer(status: str, interval_s: int = 300, *, time: int | None = NOON) -> BootAnswered:
    return BootAnswered(
        status=RegistrationStatus(status), interval_s=interval_s, time_ms=None if time is None else WallMs(time)
    )


def in_state(state: State, **settings: object) -> Registration:
    """A registration that came to a state the way stations do, over an open link at time 0."""
    registration = registration_of(**settings)
    registration.link_opened(turn(), "2.0.1")
    if state is State.UNKNOWN:
        registration.failed(turn())
    elif state is not State.BOOTING:
        registration.answered(turn(), answer(state.value.capitalize()))
    assert registration.state is state
    return registration


def boots(found: Turn) -> int:
    return len(requests(found, BootRequest))


def ticked(registration: Registration, ms: int) -> Turn:
    now = turn(ms)
    registration.tick(now)
    return now


# --- booting -------------------------------------------------------------------------------------------------------


def test_the_first_link_makes_it_boot_and_nothing_goes_before() -> None:
    registration, now = registration_of(), turn()
    registration.tick(now)
    assert not now.effects
    registration.link_opened(now, "2.0.1")
    assert registration.state is State.BOOTING
    (ask,) = now.effects
    assert isinstance(ask, Ask)
    assert ask.delivery == "boot"
    assert ask.request == BootRequest(reason="PowerUp")


@pytest.mark.parametrize(("status", "state"), [(s.value, State(s.value.lower())) for s in RegistrationStatus])
def test_the_answer_is_the_state_and_the_outbox_is_told(status: str, state: State) -> None:
    registration, now = in_state(State.BOOTING), turn()
    first = registration.answered(now, answer(status))
    assert registration.state is state
    assert SetRegistration(status=state.value) in now.effects
    assert first is registration.accepted is registration.online is (state is State.ACCEPTED)


@pytest.mark.parametrize("state", [State.PENDING, State.REJECTED])
def test_who_is_not_accepted_asks_again_after_the_interval_and_not_before(state: State) -> None:
    """B02.FR.04, B03.FR.04, field pain 8"""
    registration = in_state(state)
    assert boots(ticked(registration, 299_999)) == 0
    assert boots(ticked(registration, 300_000)) == 1
    assert registration.state is State.BOOTING
    assert boots(ticked(registration, 900_000)) == 0  # one boot at a time


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_an_interval_of_nothing_means_our_own(status: str) -> None:
    """B02.FR.07, B03.FR.05"""
    registration = in_state(State.BOOTING, AgentCtrlr__BootRetryInterval=45)
    registration.answered(turn(), answer(status, 0))
    assert boots(ticked(registration, 44_999)) == 0
    assert boots(ticked(registration, 45_000)) == 1


def test_a_boot_without_an_answer_is_repeated() -> None:
    registration = in_state(State.UNKNOWN)
    assert boots(ticked(registration, BOOT_FAILED_RETRY_MS - 1)) == 0
    assert boots(ticked(registration, BOOT_FAILED_RETRY_MS)) == 1


def test_a_late_failure_does_not_undo_an_acceptance() -> None:
    registration = in_state(State.ACCEPTED)
    registration.failed(turn())
    assert registration.accepted


def test_once_accepted_it_does_not_boot_again_by_itself() -> None:
    registration = in_state(State.ACCEPTED)
    assert boots(ticked(registration, 10 * CLOCK_SYNC_MS)) == 0


def test_a_second_acceptance_is_no_first_one() -> None:
    registration = in_state(State.ACCEPTED)
    assert not registration.answered(turn(), answer("Accepted"))


def test_a_triggered_boot_says_so_and_may_go_out_before_acceptance() -> None:
    """F06.FR.17, B02.FR.02"""
    registration, now = in_state(State.PENDING), turn(1_000)
    registration.boot(now, triggered=True)
    assert requests(now, BootRequest) == [BootRequest(reason="Triggered", triggered=True)]
    assert registration.state is State.BOOTING
    assert boots(ticked(registration, 300_000)) == 0  # the interval of the answer before does not count any more


# --- links ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "closed", "reopened", "boot"),
    [
        (State.BOOTING, State.UNKNOWN, State.BOOTING, True),
        (State.PENDING, State.PENDING, State.PENDING, False),
        (State.REJECTED, State.REJECTED, State.REJECTED, False),
        (State.ACCEPTED, State.ACCEPTED, State.ACCEPTED, False),
        (State.UNKNOWN, State.UNKNOWN, State.BOOTING, True),
    ],
)
def test_what_a_lost_link_means(before: State, closed: State, reopened: State, boot: bool) -> None:
    """No new boot on a mere reconnect (field pain 7); an interval holds meanwhile (B02.FR.04, B03.FR.02)."""
    registration, now = in_state(before), turn(10_000)
    registration.link_closed()
    assert registration.state is closed
    assert not registration.online
    registration.link_opened(now, "2.0.1")
    assert registration.state is reopened
    assert boots(now) == int(boot)


@pytest.mark.parametrize("before", [State.ACCEPTED, State.PENDING])
def test_a_station_that_comes_back_in_another_version_is_not_known_there(before: State) -> None:
    registration, now = in_state(before), turn(10_000)
    registration.link_closed()
    registration.link_opened(now, "1.6")
    assert registration.state is State.BOOTING
    assert boots(now) == 1


@pytest.mark.parametrize("before", [State.PENDING, State.REJECTED])
def test_a_station_that_waits_boots_at_the_first_link_after_its_interval(before: State) -> None:
    registration, now = in_state(before), turn(300_000)
    registration.link_closed()
    registration.link_opened(now, "2.0.1")
    assert boots(now) == 1


def test_without_a_link_nothing_is_asked_and_nothing_is_due() -> None:
    registration = in_state(State.REJECTED)
    assert registration.wake() == [300_000]
    registration.link_closed()
    assert registration.wake() == []
    assert not ticked(registration, 301_000).effects


def test_nothing_stays_due_that_was_done_or_cannot_be() -> None:
    """What is due wakes the station: something overdue for ever would never let it sleep."""
    pending = in_state(State.PENDING)
    assert pending.wake() == [300_000]
    ticked(pending, 300_000)
    assert pending.wake() == []  # its answer is awaited now
    pending.link_closed()
    accepted = in_state(State.ACCEPTED)
    accepted.link_closed()
    assert pending.wake() == accepted.wake() == []
    late = in_state(State.PENDING)
    late.answered(turn(1_000), answer("Accepted"))
    assert late.wake() == [301_000]


# --- heartbeats ----------------------------------------------------------------------------------------------------


def beats(found: Turn) -> int:
    return len(requests(found, HeartbeatRequest))


def test_heartbeats_follow_the_interval_of_the_answer() -> None:
    """B01.FR.04"""
    registration = in_state(State.ACCEPTED, OCPPCommCtrlr__HeartbeatInterval=7)
    assert registration.wake() == [300_000]
    assert beats(ticked(registration, 299_999)) == 0
    now = ticked(registration, 300_000)
    assert beats(now) == 1
    (ask,) = now.effects
    assert isinstance(ask, Ask)
    assert (ask.delivery, ask.slot) == ("latest", "heartbeat")  # never two of them in the queue
    assert registration.wake() == [600_000]


def test_an_interval_of_nothing_leaves_the_configured_one() -> None:
    registration = in_state(State.BOOTING, OCPPCommCtrlr__HeartbeatInterval=120)
    registration.answered(turn(), answer("Accepted", 0))
    assert registration.wake() == [120_000]


def test_an_interval_that_is_written_replaces_what_the_boot_said() -> None:
    registration = in_state(State.ACCEPTED, OCPPCommCtrlr__HeartbeatInterval=60)
    registration.interval_changed(at(10_000))
    assert registration.wake() == [70_000]


def test_any_message_postpones_the_heartbeat() -> None:
    """G02.FR.05"""
    registration = in_state(State.ACCEPTED)
    registration.message_sent(at(200_000))
    assert beats(ticked(registration, 300_000)) == 0
    assert beats(ticked(registration, 500_000)) == 1


def test_messages_do_not_postpone_the_daily_time_sync() -> None:
    """G02.FR.07: a heartbeat at least once a day, however much else is sent."""
    registration, beaten = in_state(State.ACCEPTED), 0
    for minute in range(1, 26 * 60):
        beaten += beats(ticked(registration, minute * MINUTE_MS))
        registration.message_sent(at(minute * MINUTE_MS))
        if beaten:
            break
    assert beaten == 1
    assert CLOCK_SYNC_MS <= minute * MINUTE_MS <= CLOCK_SYNC_MS + 10 * MINUTE_MS


@pytest.mark.parametrize("state", [s for s in State if s is not State.ACCEPTED])
def test_no_heartbeat_without_acceptance(state: State) -> None:
    assert beats(ticked(in_state(state), 10 * CLOCK_SYNC_MS)) == 0


def test_no_heartbeat_without_a_link_and_a_full_interval_after_the_next() -> None:
    registration, now = in_state(State.ACCEPTED), turn(400_000)
    registration.link_closed()
    assert beats(ticked(registration, 350_000)) == 0
    registration.link_opened(now, "2.0.1")
    assert beats(ticked(registration, 699_999)) == 0
    assert beats(ticked(registration, 700_000)) == 1


def test_a_triggered_heartbeat_is_one_now_and_a_new_interval() -> None:
    registration, now = in_state(State.ACCEPTED), turn(100_000)
    registration.heartbeat(now, triggered=True)
    assert requests(now, HeartbeatRequest) == [HeartbeatRequest(triggered=True)]
    assert registration.wake() == [400_000]


# --- the clock -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [s.value for s in RegistrationStatus])
def test_the_time_of_every_boot_answer_is_followed(status: str) -> None:
    """B01.FR.06"""
    registration, now = in_state(State.BOOTING), turn()
    registration.answered(now, answer(status, time=NOON + 5))
    assert SetClock(wall_ms=WallMs(NOON + 5)) in now.effects


def test_the_time_of_a_heartbeat_is_followed() -> None:
    """G02.FR.06"""
    registration, now = in_state(State.ACCEPTED), turn()
    registration.heartbeat_answered(now, WallMs(NOON + 7))
    registration.heartbeat_answered(now, None)
    assert now.effects == [SetClock(wall_ms=WallMs(NOON + 7))]


def test_a_station_with_a_better_source_does_not_follow_the_csms() -> None:
    sources = Topology(time_sources=("Heartbeat", "NTP"))
    registration = Registration(Rules(registry_of({"ClockCtrlr.TimeSource": "NTP"}, sources)), "PowerUp")
    now = turn()
    registration.link_opened(now, "2.0.1")
    registration.answered(now, answer("Accepted"))
    registration.heartbeat_answered(now, WallMs(NOON))
    assert not [e for e in now.effects if isinstance(e, SetClock)]
